/* One transport problem on a microcontroller: all memory is static, nothing is allocated, and no double is touched. */
#include "sinkhorn.h"

enum { N = 16, M = 16, D = 1 };

/* Readings, and what they are compared with; any order. */
static const float x[N] = {0.00f, 0.15f, 0.30f, 0.90f, 0.45f, 0.35f, 0.60f, 0.10f,
                           0.75f, 0.80f, 0.92f, 0.55f, 0.05f, 0.70f, 0.20f, 0.46f};
static const float y[M] = {0.75f, 0.80f, 0.82f, 1.20f, 0.85f, 0.95f, 0.90f, 1.05f,
                           0.96f, 0.86f, 1.00f, 1.15f, 1.06f, 0.91f, 1.10f, 1.01f};

/* The kernel is what makes sweeps fast; without it the memory is SINKHORN_WORKSPACE_LEN alone, and storage 0. */
static float workspace[SINKHORN_WORKSPACE_LEN(float, N, M, D, 0) + SINKHORN_KERNEL_LEN(N, M)];

int main(void) {
  const sinkhorn_problem_f32 problem = {.struct_size = sizeof problem,
                                        .n = N,
                                        .m = M,
                                        .dimension = D,
                                        .x = x,
                                        .y = y,
                                        .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
                                        .epsilon = 0.02f};
  const sinkhorn_settings_f32 settings = {.struct_size = sizeof settings,
                                          .start = sinkhorn_start_monotone_f32,
                                          .acceleration = SINKHORN_ACCELERATION_PLAIN,
                                          .storage = SINKHORN_STORAGE_KERNEL};
  const sinkhorn_solution_f32 *solution; /* lives in the workspace */

  return sinkhorn_solve_f32(&problem, &settings, workspace, sizeof workspace / sizeof *workspace, &solution, NULL,
                            NULL);
}
