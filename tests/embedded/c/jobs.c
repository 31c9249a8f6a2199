/* Runs every job and prints what it found, a line a result; 0 where all went well. `fail`, `fault` and `hang` are for
   the runner to see that it notices. */
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "jobs.h"

static const struct {
  const char *name;
  job *run;
} jobs[] = {{"solve", job_solve},
            {"in_place", job_in_place},
            {"window", job_window},
#ifndef WITHOUT_RANKS
            {"ranks", job_ranks},
#endif
            {"bad_input", job_bad_input},
            {"each", job_stack}};

int job_failed(const sinkhorn_error *error) {
  printf("failed: %s\n", error->message);
  return 1;
}

int main(void) {
  const char *mode = board_argument();
  board_start();
  random_uniform(1, 1.0f, 0.0f, pair_x, 2 * MOST);
  random_uniform(2, 0.5f, 0.75f, pair_y, 2 * MOST);

  if (strcmp(mode, "fail") == 0) return 1;
  if (strcmp(mode, "fault") == 0) board_fault();
  while (strcmp(mode, "hang") == 0) {
  }
  if (strcmp(mode, "jobs") != 0) return 0; /* a fault that went by is no failure, which the runner takes for one */

  for (size_t k = 0; k < sizeof jobs / sizeof *jobs; k++) {
    board_paint_stack();
    if (jobs[k].run() != 0) return 1;
    const uint32_t stack = board_stack_bytes();
    if (stack == 0) return 1; /* it was not deep enough */
    printf("stack/%s stack_bytes=%lu\n", jobs[k].name, (unsigned long)stack);
  }
  return 0;
}
