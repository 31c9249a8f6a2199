#include <stdio.h>

#include "board.h"
#include "jobs.h"

enum { WARM_UP = 2 }; /* sweeps that are not like the others */

struct start {
  const char *name;
  sinkhorn_start_f32 function;
};

static int solve(size_t dimension, size_t size, sinkhorn_storage storage, const struct start *start) {
  const sinkhorn_problem_f32 problem = {.struct_size = sizeof problem,
                                        .n = size,
                                        .m = size,
                                        .dimension = dimension,
                                        .x = pair_x,
                                        .y = pair_y,
                                        .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
                                        .epsilon = 0.02f};
  const sinkhorn_settings_f32 settings = {.struct_size = sizeof settings,
                                          .start = start->function,
                                          .acceleration = SINKHORN_ACCELERATION_PLAIN,
                                          .storage = storage};
  sinkhorn_solver_f32 *solver;
  const sinkhorn_solution_f32 *solution;
  sinkhorn_error error;
  sinkhorn_status status;
  uint32_t sweeps = 0, worst = 0, after_warm_up = 0, started, total;

  const uint32_t began = board_ticks();
  if (sinkhorn_solver_new_f32(&problem, &settings, memory, MEMORY_LEN, &solver, &error) < 0) return job_failed(&error);
  started = board_ticks() - began;
  do {
    const uint32_t before = board_ticks();
    status = sinkhorn_solver_step_f32(solver);
    const uint32_t ticks = board_ticks() - before;
    if (ticks > worst) worst = ticks;
    if (++sweeps > WARM_UP) after_warm_up += ticks;
  } while (status == SINKHORN_RUNNING);
  total = board_ticks() - began;
  if (status != SINKHORN_CONVERGED) return 1;

  if (sinkhorn_solver_finish_f32(solver, &solution, NULL, &error) < 0) return job_failed(&error);
  uint32_t hash = hash_add(HASH_OF_NOTHING, sinkhorn_solution_f_f32(solution), size);
  hash = hash_add(hash, sinkhorn_solution_g_f32(solution), size);
  const uint32_t mean = sweeps > WARM_UP ? after_warm_up / (sweeps - WARM_UP) : 0;
  printf("solve/%s/%u/%s/%s hash=%08lx sweeps=%lu", dimension == 1 ? "line" : "plane", (unsigned)size,
         storage == SINKHORN_STORAGE_KERNEL ? "kernel" : "stream", start->name, (unsigned long)hash,
         (unsigned long)sweeps);
  printf(" sweep_instructions=%lu worst_instructions=%lu start_instructions=%lu total_instructions=%lu\n",
         (unsigned long)board_instructions(mean), (unsigned long)board_instructions(worst),
         (unsigned long)board_instructions(started), (unsigned long)board_instructions(total));
  return 0;
}

int job_solve(void) {
  static const sinkhorn_storage storages[] = {SINKHORN_STORAGE_STREAM, SINKHORN_STORAGE_KERNEL};
  static const struct start zero = {"zero", NULL}, monotone = {"monotone", sinkhorn_start_monotone_f32},
                            gaussian = {"gaussian", sinkhorn_start_gaussian_f32};
  for (size_t size = 16; size <= MOST; size += 16) {
    for (int k = 0; k < 2; k++) {
      if (solve(1, size, storages[k], &zero) || solve(1, size, storages[k], &monotone) ||
          solve(2, size, storages[k], &zero) || solve(2, size, storages[k], &gaussian)) {
        return 1;
      }
    }
  }
  return 0;
}
