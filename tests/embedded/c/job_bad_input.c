#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jobs.h"

static const float two[] = {0.5f, 2.5f}, not_a_number[] = {0.0f, NAN}, infinite[] = {INFINITY, 0.0f},
                   negative[] = {0.5f, -0.5f}, nothing[] = {0.0f, 0.0f}, heavy[] = {0.5f, 0.75f};

/* A call that is in order. Every case spoils one thing. */
struct call {
  sinkhorn_problem_f32 problem;
  sinkhorn_settings_f32 settings;
  size_t workspace_len;
};

static void nan_in_x(struct call *call) { call->problem.x = not_a_number; }
static void infinity_in_y(struct call *call) { call->problem.y = infinite; }
static void no_points(struct call *call) { call->problem.n = 0; }
static void no_x(struct call *call) { call->problem.x = NULL; }
static void negative_weight(struct call *call) { call->problem.b = negative; }
static void no_mass(struct call *call) { call->problem.b = nothing; }
static void unequal_mass(struct call *call) { call->problem.b = heavy; }
static void epsilon_zero(struct call *call) { call->problem.epsilon = 0.0f; }
static void epsilon_tiny(struct call *call) { call->problem.epsilon = 1e-38f; }
static void unknown_cost(struct call *call) { call->problem.ground_cost = 99; }
static void threshold_negative(struct call *call) { call->settings.threshold = -1.0f; }
static void other_version(struct call *call) { call->problem.struct_size = 4; }
static void short_workspace(struct call *call) { call->workspace_len = 8; }
static void too_many_points(struct call *call) { call->problem.n = (size_t)-1; }
static void no_cost(struct call *call) {
  call->problem.x = call->problem.y = NULL;
  call->problem.dimension = 0;
  call->problem.n = 1;
  call->problem.cost = not_a_number;
}
static void monotone_in_the_plane(struct call *call) {
  call->problem.n = call->problem.m = 1;
  call->problem.dimension = 2;
  call->settings.start = sinkhorn_start_monotone_f32;
}

static const struct {
  void (*spoil)(struct call *);
  sinkhorn_status expected;
  const char *argument;
} cases[] = {
    {nan_in_x, SINKHORN_ERROR_NOT_FINITE, "x"},
    {infinity_in_y, SINKHORN_ERROR_NOT_FINITE, "y"},
    {no_points, SINKHORN_ERROR_EMPTY, "n"},
    {no_x, SINKHORN_ERROR_NULL_POINTER, "x"},
    {negative_weight, SINKHORN_ERROR_NEGATIVE, "b"},
    {no_mass, SINKHORN_ERROR_NO_MASS, "b"},
    {unequal_mass, SINKHORN_ERROR_UNEQUAL_MASS, "b"},
    {epsilon_zero, SINKHORN_ERROR_NOT_POSITIVE, "epsilon"},
    {epsilon_tiny, SINKHORN_ERROR_BELOW_RESOLUTION, "epsilon"},
    {unknown_cost, SINKHORN_ERROR_OUT_OF_RANGE, "ground_cost"},
    {threshold_negative, SINKHORN_ERROR_NOT_POSITIVE, "threshold"},
    {other_version, SINKHORN_ERROR_STRUCT_SIZE, "problem"},
    {short_workspace, SINKHORN_ERROR_WORKSPACE, "workspace"},
    {too_many_points, SINKHORN_ERROR_TOO_LARGE, "workspace"},
    {no_cost, SINKHORN_ERROR_NOT_FINITE, "cost"},
    {monotone_in_the_plane, SINKHORN_ERROR_UNSUPPORTED, "start"},
};

int job_bad_input(void) {
  const unsigned count = sizeof cases / sizeof *cases;
  for (unsigned k = 0; k < count; k++) {
    const sinkhorn_solution_f32 *solution;
    sinkhorn_error error;
    struct call call = {.problem = {.struct_size = sizeof call.problem,
                                    .n = 2,
                                    .m = 2,
                                    .dimension = 1,
                                    .x = two,
                                    .y = two,
                                    .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
                                    .epsilon = 1.0f},
                        .settings = {.struct_size = sizeof call.settings, .acceleration = SINKHORN_ACCELERATION_PLAIN},
                        .workspace_len = MEMORY_LEN};
    cases[k].spoil(&call);
    const sinkhorn_status status =
        sinkhorn_solve_f32(&call.problem, &call.settings, memory, call.workspace_len, &solution, NULL, &error);
    if (status != cases[k].expected || strcmp(error.argument, cases[k].argument) != 0) {
      printf("case %u: %ld %s\n", k, (long)status, status < 0 ? error.message : "");
      return 1;
    }
  }
  printf("bad_input refused=%u\n", count);
  return 0;
}
