#include <stdio.h>
#include <string.h>

#include "board.h"
#include "jobs.h"

enum { BINS = 24, WINDOWS = 40, READINGS = 64, BUDGET = 8 /* sweeps a tick */ };

static void histogram(uint32_t *state, unsigned window, float *shares) {
  unsigned counts[BINS] = {0};
  for (unsigned reading = 0; reading < READINGS; reading++) {
    unsigned bin = window / 8;
    for (int die = 0; die < 4; die++) bin += random_next(state) % 5;
    counts[bin]++;
  }
  for (size_t k = 0; k < BINS; k++) shares[k] = (float)counts[k] / READINGS;
}

int job_window(void) {
  static float bins[BINS], weights[BINS], reference[BINS], warm[BINS];
  uint32_t state = 3, hash = HASH_OF_NOTHING, sweeps = 0, worst_sweeps = 0, converged = 0, worst = 0;
  for (size_t k = 0; k < BINS; k++) bins[k] = (float)k / 32;
  histogram(&state, 0, reference);

  for (unsigned window = 0; window < WINDOWS; window++) {
    histogram(&state, window, weights);
    const uint32_t before = board_ticks();
    const sinkhorn_problem_f32 problem = {.struct_size = sizeof problem,
                                          .n = BINS,
                                          .m = BINS,
                                          .dimension = 1,
                                          .x = bins,
                                          .y = bins,
                                          .a = weights,
                                          .b = reference,
                                          .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
                                          .epsilon = 0.015f};
    const sinkhorn_settings_f32 settings = {.struct_size = sizeof settings,
                                            .start = window == 0 ? sinkhorn_start_monotone_f32 : NULL,
                                            .start_g = window == 0 ? NULL : warm,
                                            .acceleration = SINKHORN_ACCELERATION_PLAIN};
    sinkhorn_solver_f32 *solver;
    const sinkhorn_solution_f32 *solution;
    sinkhorn_report_f32 report = {.struct_size = sizeof report};
    sinkhorn_error error;
    if (sinkhorn_solver_new_f32(&problem, &settings, memory, MEMORY_LEN, &solver, &error) < 0) {
      return job_failed(&error);
    }
    sinkhorn_status status = SINKHORN_RUNNING;
    for (int sweep = 0; sweep < BUDGET && status == SINKHORN_RUNNING; sweep++) {
      status = sinkhorn_solver_step_f32(solver);
    }
    if (sinkhorn_solver_finish_f32(solver, &solution, &report, &error) < 0) return job_failed(&error);
    memcpy(warm, sinkhorn_solution_g_f32(solution), sizeof warm);
    const uint32_t ticks = board_ticks() - before;

    hash = hash_add(hash, &report.transport_cost, 1);
    converged += status == SINKHORN_CONVERGED;
    sweeps += report.sweeps;
    if (report.sweeps > worst_sweeps) worst_sweeps = report.sweeps;
    if (ticks > worst) worst = ticks;
  }

  printf("window hash=%08lx sweeps=%lu worst_sweeps=%lu converged=%lu worst_instructions=%lu\n", (unsigned long)hash,
         (unsigned long)sweeps, (unsigned long)worst_sweeps, (unsigned long)converged,
         (unsigned long)board_instructions(worst));
  return 0;
}
