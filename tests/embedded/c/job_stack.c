/* How deep the stack gets below the one who calls the library, call by call. */
#include <stdio.h>

#include "board.h"
#include "jobs.h"

enum { N = 16 };

typedef struct {
  const char *name;
  sinkhorn_start_f32 start;
  size_t dimension;
  sinkhorn_storage storage;
} call;

static int solve(const call *the) {
  sinkhorn_problem_f32 problem = {.struct_size = sizeof problem,
                                  .n = N,
                                  .m = N,
                                  .dimension = the->dimension,
                                  .x = pair_x,
                                  .y = pair_y,
                                  .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
                                  .epsilon = 0.02f};
  const sinkhorn_settings_f32 settings = {.struct_size = sizeof settings,
                                          .start = the->start,
                                          .acceleration = SINKHORN_ACCELERATION_PLAIN,
                                          .storage = the->storage};
  const sinkhorn_solution_f32 *solution;
  sinkhorn_report_f32 report = {.struct_size = sizeof report};
  sinkhorn_error error;
  const uint32_t depth = board_stack_depth();
  board_paint_stack();
  if (sinkhorn_solve_f32(&problem, &settings, memory, MEMORY_LEN, &solution, &report, &error) < 0) {
    return job_failed(&error);
  }
  const uint32_t bytes = board_stack_bytes();
  if (bytes == 0) return 1;
  printf("stack/call/%s stack_bytes=%lu\n", the->name, (unsigned long)(bytes - depth));
  return 0;
}

static int solve_in_place(void) {
  static float f[N], g[N];
  sinkhorn_in_place_f32 problem = {.struct_size = sizeof problem,
                                   .n = N,
                                   .m = N,
                                   .cost = memory,
                                   .f = f,
                                   .g = g,
                                   .scratch = memory + N * N,
                                   .epsilon = 0.1f};
  sinkhorn_error error;
  for (size_t k = 0; k < N * N; k++) memory[k] = pair_x[k % (2 * MOST)];
  const uint32_t depth = board_stack_depth();
  board_paint_stack();
  if (sinkhorn_solve_in_place_f32(&problem, &error) < 0) return job_failed(&error);
  const uint32_t bytes = board_stack_bytes();
  if (bytes == 0) return 1;
  printf("stack/call/in_place stack_bytes=%lu\n", (unsigned long)(bytes - depth));
  return 0;
}

int job_stack(void) {
  static const call calls[] = {{"zero", NULL, 2, SINKHORN_STORAGE_STREAM},
                               {"zero_kernel", NULL, 2, SINKHORN_STORAGE_KERNEL},
                               {"monotone_kernel", sinkhorn_start_monotone_f32, 1, SINKHORN_STORAGE_KERNEL},
                               {"gaussian_kernel", sinkhorn_start_gaussian_f32, 2, SINKHORN_STORAGE_KERNEL}};
  for (size_t k = 0; k < sizeof calls / sizeof *calls; k++) {
    if (solve(&calls[k]) != 0) return 1;
  }
  return solve_in_place();
}
