/*
 * The macros and the functions, for many sizes and both scalars. Prints lines of "n m d memory solve64 solve32
 * derivatives divergence64 divergence_gradient soft64" for whoever runs this to compare; complaints go to stderr.
 */
#include <stdio.h>

#include "sinkhorn.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const size_t sizes[] = {1, 2, 3, 5, 6, 10, 15, 16, 21, 28, 36, 45, 105, 210, 256, 257, 4097, 1000000};
static const size_t dimensions[] = {0, 1, 2, 3, 8, 15, 16, 64};
static const size_t memories[] = {0, 2, 10, 64};
static int failures;

/* Macros are constants for constants. */
static const size_t constants[] = {
    SINKHORN_WORKSPACE_LEN(double, 3, 2, 2, SINKHORN_DEFAULT_MEMORY),
    SINKHORN_WORKSPACE_LEN(float, 3, 2, 0, 0) + SINKHORN_KERNEL_LEN(3, 2),
    SINKHORN_WORKSPACE_LEN(float, 3, 2, 2, 0) + SINKHORN_SKIPPING_LEN(3, 2, 2),
    SINKHORN_DERIVATIVES_LEN(3, 210, 2),
    SINKHORN_DIVERGENCE_LEN(double, 3, 2, 2, 0),
    SINKHORN_DIVERGENCE_GRADIENT_LEN(3, 36, 1),
    SINKHORN_SOFT_LEN(float, 3, 2, SINKHORN_DEFAULT_MEMORY),
};

static void compare(const char *what, size_t macro, sinkhorn_status status, size_t function, const sinkhorn_error *error) {
  if (status == SINKHORN_OK && macro == function) return;
  fprintf(stderr, "%s: macro %zu, function %zu %s\n", what, macro, function, status < 0 ? error->message : "");
  failures++;
}

#define SCALAR double
#define NAME(stem) stem##f64
#include "len_of_scalar.h"
#undef SCALAR
#undef NAME

#define SCALAR float
#define NAME(stem) stem##f32
#include "len_of_scalar.h"

int main(void) {
  size_t i, j, k, l;
  for (i = 0; i < COUNT(constants); i++) failures += constants[i] == 0;
  for (i = 0; i < COUNT(sizes); i++)
    for (j = 0; j < COUNT(sizes); j++)
      for (k = 0; k < COUNT(dimensions); k++)
        for (l = 0; l < COUNT(memories); l++) {
          const size_t n = sizes[i], m = sizes[j], d = dimensions[k], memory = memories[l];
          const lens_f64 in64 = all_f64(n, m, d, memory);
          const lens_f32 in32 = all_f32(n, m, d, memory);
          /* A quarter of them, of every size, dimension and memory: enough for the other side. */
          if ((i + j + k + l) % 4 == 0)
            printf("%zu %zu %zu %zu %zu %zu %zu %zu %zu %zu\n", n, m, d, memory, in64.solve, in32.solve, in64.derivatives,
                   in64.divergence, in64.gradient, in64.soft);
        }
  return failures != 0;
}
