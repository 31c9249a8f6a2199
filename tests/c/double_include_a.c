/* The header twice in one file, and in two files of one program; compiled as C99 and as C++. */
#include "sinkhorn.h"
#include "sinkhorn.h"

double workspace_of_a[SINKHORN_WORKSPACE_LEN(double, 16, 16, 2, 0)];
float memory_of_a[SINKHORN_DERIVATIVES_LEN(16, 16, 2) + SINKHORN_SOFT_LEN(float, 4, 4, SINKHORN_DEFAULT_MEMORY)];
double more_of_a[SINKHORN_DIVERGENCE_LEN(double, 4, 4, 2, 0) + SINKHORN_DIVERGENCE_GRADIENT_LEN(4, 4, 2)];
unsigned size_in_b(void);
size_t len_in_b(void);

int main(void) {
  return size_in_b() == sizeof(sinkhorn_problem_f64) && sinkhorn_version() == SINKHORN_VERSION &&
                 len_in_b() == sizeof workspace_of_a / sizeof *workspace_of_a && sizeof memory_of_a > 0 &&
                 sizeof more_of_a > 0
             ? 0
             : 1;
}
