/* Entropic transport between 7 and 5 points in the plane, in double and in float; all memory is static. */
#include <math.h>
#include <stdio.h>

#include "sinkhorn.h"

enum { N = 7, M = 5, DIMENSION = 2 };

static const double x[N * DIMENSION] = {
    0.29552020666133955, 1.0,
    0.963558185417193, 0.7648421872844885,
    0.7457052121767203, 0.16996714290024104,
    -0.1577456941432482, -0.5048461045998571,
    -0.9161659367494549, -0.9422223406686581,
    -0.8322674422239013, -0.9364566872907963,
    0.016813900484349713, -0.4902608213407002,
};
static const double y[M * DIMENSION] = {
    0.5, 0.8,
    0.979425538604203, 0.06749882862458734,
    1.3414709848078965, -1.0568887533689473,
    1.4974949866040546, -0.9259323042001399,
    1.4092974268256817, 0.2685166713003771,
};
static const double a[N] = {
    0.03571428571428571, 0.07142857142857142, 0.10714285714285714, 0.14285714285714285,
    0.17857142857142858, 0.21428571428571427, 0.25,
};
static const double b[M] = {0.3, 0.25, 0.2, 0.15, 0.1};

static const double objective = 2.7758023124968907; /* of another implementation, at epsilon 0.1 */

static int solve_in_double(void) {
  static double workspace[SINKHORN_WORKSPACE_LEN(double, N, M, DIMENSION, SINKHORN_DEFAULT_MEMORY)];
  sinkhorn_problem_f64 problem = {0};
  sinkhorn_settings_f64 settings = {0};
  sinkhorn_report_f64 report;
  sinkhorn_error error;

  problem.struct_size = sizeof problem;
  problem.n = N;
  problem.m = M;
  problem.dimension = DIMENSION;
  problem.x = x;
  problem.y = y;
  problem.a = a;
  problem.b = b;
  problem.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE;
  problem.epsilon = 0.1;

  settings.struct_size = sizeof settings;
  settings.threshold = 1e-12;
  settings.start = sinkhorn_start_gaussian_f64;

  report.struct_size = sizeof report;
  if (sinkhorn_solve_f64(&problem, &settings, workspace, sizeof workspace / sizeof *workspace, NULL, &report, &error) < 0) {
    fprintf(stderr, "%s: %s\n", error.argument, error.message);
    return 1;
  }
  printf("f64 %s after %u sweeps from the %s start: objective %.16g\n", sinkhorn_status_text(report.status),
         (unsigned)report.sweeps, report.start, report.objective);
  return fabs(report.objective - objective) <= 1e-9 ? 0 : 1;
}

static int solve_in_float(void) {
  static float points_x[N * DIMENSION], points_y[M * DIMENSION], weights_a[N], weights_b[M], plan[N * M];
  static float workspace[SINKHORN_WORKSPACE_LEN(float, N, M, DIMENSION, SINKHORN_DEFAULT_MEMORY)];
  const sinkhorn_solution_f32 *solution;
  sinkhorn_report_f32 report = {.struct_size = sizeof report};
  sinkhorn_error error;
  double mass = 0;
  int i;
  const sinkhorn_problem_f32 problem = {
      .struct_size = sizeof problem,
      .n = N,
      .m = M,
      .dimension = DIMENSION,
      .x = points_x,
      .y = points_y,
      .a = weights_a,
      .b = weights_b,
      .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE,
      .epsilon = 0.1f,
  };
  const sinkhorn_settings_f32 settings = {.struct_size = sizeof settings, .threshold = 1e-5f};

  for (i = 0; i < N * DIMENSION; i++) points_x[i] = (float)x[i];
  for (i = 0; i < M * DIMENSION; i++) points_y[i] = (float)y[i];
  for (i = 0; i < N; i++) weights_a[i] = (float)a[i];
  for (i = 0; i < M; i++) weights_b[i] = (float)b[i];

  if (sinkhorn_solve_f32(&problem, &settings, workspace, sizeof workspace / sizeof *workspace, &solution, &report, &error) < 0 ||
      sinkhorn_solution_plan_f32(solution, plan, &error) < 0) {
    fprintf(stderr, "%s: %s\n", error.argument, error.message);
    return 1;
  }
  for (i = 0; i < N * M; i++) mass += plan[i];
  printf("f32 %s after %u sweeps from the %s start: objective %.9g\n", sinkhorn_status_text(report.status),
         (unsigned)report.sweeps, report.start, report.objective);
  return fabs(report.objective - objective) <= 1e-4 && fabs(mass - 1) <= 1e-4 ? 0 : 1;
}

int main(void) {
  if (sinkhorn_version() != SINKHORN_VERSION) {
    fprintf(stderr, "header and library differ: the library is %s\n", sinkhorn_version_string());
    return 1;
  }
  return solve_in_double() + solve_in_float();
}
