/* The macro and the function, for many sizes: lines of "n m d memory length", for whoever runs this to compare. */
#include <stdio.h>

#include "sinkhorn.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const size_t sizes[] = {1, 2, 3, 4, 5, 7, 16, 100, 4097, 1000000};
static const size_t dimensions[] = {0, 1, 2, 3, 8, 64};
static const size_t memories[] = {0, 2, 3, 10, 64};

static int compare(size_t n, size_t m, size_t d, size_t memory) {
  static const double cost64 = 0;
  static const float cost32 = 0;
  const size_t expected = SINKHORN_WORKSPACE_LEN(n, m, d, memory);
  size_t len64 = 0, len32 = 0;
  sinkhorn_error error;
  sinkhorn_problem_f64 problem64 = {0};
  sinkhorn_problem_f32 problem32 = {0};
  sinkhorn_settings_f64 settings64;
  sinkhorn_settings_f32 settings32;

  problem64.struct_size = sizeof problem64;
  problem32.struct_size = sizeof problem32;
  problem64.n = problem32.n = n;
  problem64.m = problem32.m = m;
  problem64.dimension = problem32.dimension = d;
  if (d == 0) { /* a matrix: its address says so, and nothing is read from it */
    problem64.cost = &cost64;
    problem32.cost = &cost32;
  }
  sinkhorn_settings_init_f64(&settings64);
  sinkhorn_settings_init_f32(&settings32);
  if (memory == 0) {
    settings64.acceleration = settings32.acceleration = SINKHORN_ACCELERATION_PLAIN;
  } else {
    settings64.memory = settings32.memory = (uint32_t)memory;
  }
  if (sinkhorn_workspace_len_f64(&problem64, &settings64, &len64, &error) != SINKHORN_OK ||
      sinkhorn_workspace_len_f32(&problem32, &settings32, &len32, &error) != SINKHORN_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  printf("%zu %zu %zu %zu %zu\n", n, m, d, memory, len64);
  return len64 != expected || len32 != expected;
}

int main(void) {
  size_t i, j, k, l;
  int failures = 0;
  for (i = 0; i < COUNT(sizes); i++)
    for (j = 0; j < COUNT(sizes); j++)
      for (k = 0; k < COUNT(dimensions); k++)
        for (l = 0; l < COUNT(memories); l++) failures += compare(sizes[i], sizes[j], dimensions[k], memories[l]);
  return failures != 0;
}
