#include <string.h>

#include "sinkhorn.h"

unsigned size_in_b(void);
size_t len_in_b(void);

unsigned size_in_b(void) { return (unsigned)sizeof(sinkhorn_problem_f64); }

/* The function, for what the other file has asked the macro. */
size_t len_in_b(void) {
  sinkhorn_problem_f64 problem;
  sinkhorn_settings_f64 settings;
  size_t len = 0;
  memset(&problem, 0, sizeof problem);
  memset(&settings, 0, sizeof settings);
  problem.struct_size = sizeof problem;
  problem.n = problem.m = 16;
  problem.dimension = 2;
  settings.struct_size = sizeof settings;
  settings.acceleration = SINKHORN_ACCELERATION_PLAIN;
  return sinkhorn_workspace_len_f64(&problem, &settings, &len, NULL) == SINKHORN_OK ? len : 0;
}
