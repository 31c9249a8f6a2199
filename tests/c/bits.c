/*
 * Solves problems made of an integer generator and prints a hash of every bit of the results, for whoever runs this to
 * compare with the same in Rust. Arguments: the largest dimension of points, 16 at most, and whether there are starts
 * that allocate (1) or not (0).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 23, M = 17, LARGEST = 16, LEVELS = 5 };

static uint32_t state;

/* A multiple of 2^-16 in [0, 1): exact in float. */
static double draw(void) {
  state = state * UINT32_C(1664525) + UINT32_C(1013904223);
  return (double)(state >> 16) / 65536;
}

#define SCALAR double
#define BITS uint64_t
#define NAME(stem) stem##f64
#include "bits_of_scalar.h"
#undef SCALAR
#undef BITS
#undef NAME

#define SCALAR float
#define BITS uint32_t
#define NAME(stem) stem##f32
#include "bits_of_scalar.h"

int main(int count, char **arguments) {
  const int largest = count == 3 ? atoi(arguments[1]) : 0;
  if (largest < 1 || largest > LARGEST) return 1;
  all_f64((size_t)largest, arguments[2][0] == '1');
  all_f32((size_t)largest, arguments[2][0] == '1');
  return 0;
}
