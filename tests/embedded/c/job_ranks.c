#include <stdio.h>

#include "board.h"
#include "jobs.h"

int job_ranks(void) {
  static float readings[MOST], ranks[MOST];
  const sinkhorn_settings_f32 solve = {.struct_size = sizeof solve, .acceleration = SINKHORN_ACCELERATION_PLAIN};
  const sinkhorn_soft_settings_f32 settings = {.struct_size = sizeof settings, .solve = &solve};
  sinkhorn_report_f32 report = {.struct_size = sizeof report};
  sinkhorn_soft_f32 *soft;
  sinkhorn_error error;

  random_uniform(5, 1.0f, 0.0f, readings, MOST);
  const uint32_t before = board_ticks();
  if (sinkhorn_soft_rank_f32(readings, NULL, MOST, &settings, memory, MEMORY_LEN, ranks, &soft, &report, &error) < 0) {
    return job_failed(&error);
  }
  const uint32_t ticks = board_ticks() - before;
  printf("ranks hash=%08lx sweeps=%lu total_instructions=%lu\n", (unsigned long)hash_add(HASH_OF_NOTHING, ranks, MOST),
         (unsigned long)report.sweeps, (unsigned long)board_instructions(ticks));
  return 0;
}
