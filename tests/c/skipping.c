/*
 * Pairs that sweeps skip: the answer of a visit of all pairs, with a bound that is part of the marginal errors, in the
 * memory that functions and macros ask for.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 4500, M = 4200, MOST_D = 3 };

static int checks, failures;

static void check(int line, int holds, const char *what) {
  checks++;
  if (holds) return;
  failures++;
  printf("skipping.c:%d: %s\n", line, what);
}
#define CHECK(condition) check(__LINE__, condition, #condition)

/* Numbers in [0, 1), the same at every run. */
static double draw(void) {
  static uint64_t state = 1;
  state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(state >> 11) / 9007199254740992.0;
}

#define SCALAR double
#define NAME(stem) stem##f64
#include "skipping_of_scalar.h"
#undef SCALAR
#undef NAME

#define SCALAR float
#define NAME(stem) stem##f32
#include "skipping_of_scalar.h"

int main(void) {
  double skipped = 0;
  int d;
  for (d = 2; d <= MOST_D; d++) {
    const double both[] = {compare_f64((size_t)d, 1e-7), compare_f32((size_t)d, 1e-3)};
    skipped = fmax(skipped, fmax(both[0], both[1]));
  }
  CHECK(skipped > 0.1);
  batch_f64(), batch_f32();
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
