#include <stdio.h>

#include "board.h"
#include "jobs.h"

enum { BINS = 16 };

static int solve(size_t size) {
  static float f[BINS], g[BINS], a[BINS];
  float *const cost = memory, *const scratch = memory + BINS * BINS;
  const float *const readings[] = {pair_x, pair_y};
  uint32_t hash = HASH_OF_NOTHING, sweeps[2], ticks[2];
  for (size_t i = 0; i < size; i++) f[i] = 0;
  for (int k = 0; k < 2; k++) { /* cold, and then from what came out */
    float total = 0;
    for (size_t i = 0; i < size; i++) total += readings[k][i];
    for (size_t i = 0; i < size; i++) a[i] = readings[k][i] / total;
    for (size_t i = 0; i < size; i++) {
      for (size_t j = 0; j < size; j++) {
        const float distance = (float)i - (float)j;
        cost[i * size + j] = distance * distance / (float)((size - 1) * (size - 1));
      }
    }
    sinkhorn_in_place_f32 problem = {.struct_size = sizeof problem,
                                     .n = size,
                                     .m = size,
                                     .cost = cost,
                                     .a = a,
                                     .f = f,
                                     .g = g,
                                     .scratch = scratch,
                                     .epsilon = 0.01f,
                                     .max_sweeps = 1000};
    sinkhorn_error error;
    const uint32_t before = board_ticks();
    const sinkhorn_status status = sinkhorn_solve_in_place_f32(&problem, &error);
    ticks[k] = board_ticks() - before;
    if (status < 0) return job_failed(&error);
    if (status != SINKHORN_CONVERGED) return 1;
    sweeps[k] = problem.sweeps;
    hash = hash_add(hash_add(hash, f, size), g, size);
  }
  printf("in_place/%u hash=%08lx sweeps=%lu warm_sweeps=%lu total_instructions=%lu warm_instructions=%lu\n",
         (unsigned)size, (unsigned long)hash, (unsigned long)sweeps[0], (unsigned long)sweeps[1],
         (unsigned long)board_instructions(ticks[0]), (unsigned long)board_instructions(ticks[1]));
  return 0;
}

int job_in_place(void) { return solve(8) || solve(BINS); }
