/* The header twice in one file, and in two files of one program; compiled as C99 and as C++. */
#include "sinkhorn.h"
#include "sinkhorn.h"

double workspace_of_a[SINKHORN_WORKSPACE_LEN(16, 16, 2, 0)];
unsigned size_in_b(void);

int main(void) {
  return size_in_b() == sizeof(sinkhorn_problem_f64) && sinkhorn_version() == SINKHORN_VERSION &&
                 sizeof workspace_of_a == 258 * sizeof(double)
             ? 0
             : 1;
}
