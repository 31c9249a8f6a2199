/* Bad calls: the right status, a message that names argument and entry, and results that stay as they were. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 6, M = 4, DIMENSION = 2, MEMORY = SINKHORN_WORKSPACE_LEN(N, M, DIMENSION, SINKHORN_DEFAULT_MEMORY) };
#define NOWHERE SIZE_MAX

/* Everything that a call takes; good as reset() leaves it. */
static double x[N * DIMENSION], y[M * DIMENSION], a[N], b[M], cost[N * M], start_f[N];
static double memory[MEMORY + 1];
static struct {
  double f[N], g[M], plan[N * M];
  sinkhorn_report_f64 report;
} results, untouched;
static sinkhorn_problem_f64 problem;
static sinkhorn_settings_f64 settings;
static double *workspace, *f, *g, *plan;
static size_t workspace_len;
static sinkhorn_report_f64 *report;
static int failures, calls;

static void reset(void) {
  int i;
  for (i = 0; i < N * DIMENSION; i++) x[i] = 0.25 * i;
  for (i = 0; i < M * DIMENSION; i++) y[i] = 1 - 0.125 * i;
  for (i = 0; i < N; i++) a[i] = 1.0 / N;
  for (i = 0; i < M; i++) b[i] = 1.0 / M;
  for (i = 0; i < N * M; i++) cost[i] = i % 5;
  for (i = 0; i < N; i++) start_f[i] = 0;
  memset(&results, 0x5a, sizeof results);
  results.report.struct_size = sizeof results.report;
  memset(&problem, 0, sizeof problem);
  problem.struct_size = sizeof problem;
  problem.n = N;
  problem.m = M;
  problem.dimension = DIMENSION;
  problem.x = x;
  problem.y = y;
  problem.a = a;
  problem.b = b;
  problem.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE;
  problem.epsilon = 0.5;
  sinkhorn_settings_init_f64(&settings);
  workspace = memory;
  workspace_len = MEMORY;
  f = results.f;
  g = results.g;
  plan = results.plan;
  report = &results.report;
}

static sinkhorn_status solve(sinkhorn_error *error) {
  return sinkhorn_solve_f64(&problem, &settings, workspace, workspace_len, f, g, plan, report, error);
}

static void complain(int line, const char *what, const char *message) {
  printf("bad_input.c:%d: %s (message: %s)\n", line, what, message);
  failures++;
}

/* Makes the call twice, with and without a place for the error, then repairs what was spoilt. */
static void refused(int line, sinkhorn_status status, const char *argument, size_t row, size_t column,
                    const char *words) {
  sinkhorn_error error;
  sinkhorn_status returned, silent;
  memset(&error, 0x5a, sizeof error);
  memcpy(&untouched, &results, sizeof results);
  returned = solve(&error);
  silent = solve(NULL);
  calls++;
  if (returned != status || silent != status) {
    complain(line, "status", sinkhorn_status_text(returned));
  } else {
    if (error.status != status) complain(line, "status of the error", error.message);
    if (strcmp(error.argument, argument) != 0) complain(line, error.argument, error.message);
    if (error.row != row || error.column != column) complain(line, "place", error.message);
    if (strstr(error.message, words) == NULL) complain(line, words, error.message);
    if (strstr(error.message, argument) == NULL) complain(line, argument, error.message);
  }
  if (memcmp(&untouched, &results, sizeof results) != 0) complain(line, "a result was written", error.message);
  reset();
}

#define REFUSED(status, argument, row, column, words) \
  refused(__LINE__, SINKHORN_ERROR_##status, argument, row, column, words)

static void null_pointers(void) {
  sinkhorn_error error;
  problem.x = NULL;
  REFUSED(NULL_POINTER, "x", NOWHERE, NOWHERE, "x is NULL");
  problem.y = NULL;
  REFUSED(NULL_POINTER, "y", NOWHERE, NOWHERE, "y is NULL");
  workspace = NULL;
  REFUSED(NULL_POINTER, "workspace", NOWHERE, NOWHERE, "workspace is NULL");
  settings.start = SINKHORN_START_GIVEN;
  REFUSED(NULL_POINTER, "start_f", NOWHERE, NOWHERE, "start_f is NULL");
  if (sinkhorn_solve_f64(NULL, NULL, memory, MEMORY, NULL, NULL, NULL, NULL, &error) != SINKHORN_ERROR_NULL_POINTER ||
      strcmp(error.argument, "problem") != 0)
    complain(__LINE__, "NULL problem", error.message);
  if (sinkhorn_workspace_len_f64(&problem, &settings, NULL, &error) != SINKHORN_ERROR_NULL_POINTER ||
      strcmp(error.argument, "len") != 0)
    complain(__LINE__, "NULL len", error.message);
  sinkhorn_settings_init_f64(NULL);
}

static void sizes(void) {
  problem.n = 0;
  REFUSED(EMPTY, "n", NOWHERE, NOWHERE, "n is 0");
  problem.m = 0;
  REFUSED(EMPTY, "m", NOWHERE, NOWHERE, "m is 0");
  problem.dimension = 0;
  REFUSED(EMPTY, "dimension", NOWHERE, NOWHERE, "dimension is 0");
  problem.n = SIZE_MAX / 2;
  REFUSED(TOO_LARGE, "plan", NOWHERE, NOWHERE, "too large");
  problem.n = SIZE_MAX / 2;
  plan = NULL;
  REFUSED(TOO_LARGE, "f", NOWHERE, NOWHERE, "too large");
  problem.dimension = SIZE_MAX / 2;
  REFUSED(TOO_LARGE, "x", NOWHERE, NOWHERE, "too large");
  problem.struct_size -= 1;
  REFUSED(STRUCT_SIZE, "problem", NOWHERE, NOWHERE, "struct_size");
  problem.struct_size = 0;
  REFUSED(STRUCT_SIZE, "problem", NOWHERE, NOWHERE, "struct_size is 0");
  settings.struct_size += 8;
  REFUSED(STRUCT_SIZE, "settings", NOWHERE, NOWHERE, "struct_size");
  results.report.struct_size = 1;
  REFUSED(STRUCT_SIZE, "report", NOWHERE, NOWHERE, "struct_size is 1");
  workspace_len = MEMORY - 1;
  REFUSED(WORKSPACE, "workspace", NOWHERE, NOWHERE, "are needed");
  workspace_len = SIZE_MAX;
  REFUSED(TOO_LARGE, "workspace", NOWHERE, NOWHERE, "too large");
}

static void alignment(void) {
  workspace = (double *)(void *)((char *)memory + 1);
  REFUSED(MISALIGNED, "workspace", NOWHERE, NOWHERE, "workspace");
  problem.y = (const double *)(const void *)((const char *)y + 4);
  problem.m = 1;
  REFUSED(MISALIGNED, "y", NOWHERE, NOWHERE, "multiple of 8");
  f = (double *)(void *)((char *)results.f + 2);
  REFUSED(MISALIGNED, "f", NOWHERE, NOWHERE, "multiple of 8");
  report = (sinkhorn_report_f64 *)(void *)((char *)&results.report + 4);
  REFUSED(MISALIGNED, "report", NOWHERE, NOWHERE, "multiple of");
}

static void values(void) {
  x[7] = NAN;
  REFUSED(NOT_FINITE, "x", 3, 1, "x[3, 1] is NaN");
  y[0] = INFINITY;
  REFUSED(NOT_FINITE, "y", 0, 0, "y[0, 0] is inf");
  a[5] = -0.25;
  REFUSED(NEGATIVE, "a", 5, NOWHERE, "a[5] is -0.25");
  b[2] = NAN;
  REFUSED(NOT_FINITE, "b", 2, NOWHERE, "b[2] is NaN");
  memset(b, 0, sizeof b);
  REFUSED(NO_MASS, "b", NOWHERE, NOWHERE, "no mass");
  a[0] = 2;
  REFUSED(UNEQUAL_MASS, "b", NOWHERE, NOWHERE, "equal totals");
  problem.epsilon = 0;
  REFUSED(NOT_POSITIVE, "epsilon", NOWHERE, NOWHERE, "epsilon is 0");
  problem.epsilon = 1e-320;
  REFUSED(OVERFLOW, "epsilon", NOWHERE, NOWHERE, "too extreme");
  problem.epsilon_kind = SINKHORN_EPSILON_DEFAULT;
  REFUSED(UNSUPPORTED, "epsilon", NOWHERE, NOWHERE, "epsilon_kind");
  problem.epsilon_kind = 77;
  REFUSED(OUT_OF_RANGE, "epsilon_kind", NOWHERE, NOWHERE, "is 77");
  problem.rho_a = -1;
  REFUSED(NOT_POSITIVE, "rho_a", NOWHERE, NOWHERE, "rho_a is -1");
  problem.rho_b = NAN;
  REFUSED(NOT_POSITIVE, "rho_b", NOWHERE, NOWHERE, "rho_b is NaN");
  settings.threshold = 0;
  REFUSED(NOT_POSITIVE, "threshold", NOWHERE, NOWHERE, "threshold is 0");
  settings.max_sweeps = 0;
  REFUSED(NOT_POSITIVE, "max_sweeps", NOWHERE, NOWHERE, "max_sweeps is 0");
  settings.memory = 65;
  REFUSED(OUT_OF_RANGE, "memory", NOWHERE, NOWHERE, "is 65");
  settings.acceleration = -1;
  REFUSED(OUT_OF_RANGE, "acceleration", NOWHERE, NOWHERE, "is -1");
  settings.acceleration = SINKHORN_ACCELERATION_RELAXATION;
  settings.relaxation = 2;
  REFUSED(OUT_OF_RANGE, "relaxation", NOWHERE, NOWHERE, "is 2: it must lie in [1, 2)");
}

static void starts(void) {
  settings.start = SINKHORN_START_MONOTONE;
  REFUSED(UNSUPPORTED, "start", NOWHERE, NOWHERE, "dimension 1");
  settings.start = 5;
  REFUSED(OUT_OF_RANGE, "start", NOWHERE, NOWHERE, "is 5");
  settings.start_f = start_f;
  REFUSED(UNSUPPORTED, "start_f", NOWHERE, NOWHERE, "SINKHORN_START_GIVEN");
  settings.start = SINKHORN_START_GIVEN;
  settings.start_f = start_f;
  start_f[4] = NAN;
  REFUSED(NOT_FINITE, "start_f", 4, NOWHERE, "start_f[4] is NaN");
}

static void matrices(void) {
  problem.cost = cost;
  REFUSED(UNSUPPORTED, "x", NOWHERE, NOWHERE, "not both");
  problem.cost = cost;
  problem.x = problem.y = NULL;
  REFUSED(UNSUPPORTED, "dimension", NOWHERE, NOWHERE, "not both");
  problem.cost = cost;
  problem.x = problem.y = NULL;
  problem.dimension = 0;
  cost[5] = NAN;
  REFUSED(NOT_FINITE, "cost", 1, 1, "cost[1, 1] is NaN");
  problem.cost = cost;
  problem.x = problem.y = NULL;
  problem.dimension = 0;
  settings.start = SINKHORN_START_GAUSSIAN;
  REFUSED(UNSUPPORTED, "start", NOWHERE, NOWHERE, "points");
}

static void overlaps(void) {
  f = x;
  REFUSED(ALIASING, "f", NOWHERE, NOWHERE, "f overlaps x");
  g = results.f + 1;
  REFUSED(ALIASING, "f", NOWHERE, NOWHERE, "f overlaps g");
  plan = memory + 3;
  REFUSED(ALIASING, "workspace", NOWHERE, NOWHERE, "workspace overlaps plan");
  problem.b = memory + MEMORY - 1;
  REFUSED(ALIASING, "workspace", NOWHERE, NOWHERE, "workspace overlaps b");
  settings.start = SINKHORN_START_GIVEN;
  settings.start_f = memory;
  REFUSED(ALIASING, "workspace", NOWHERE, NOWHERE, "workspace overlaps start_f");
  report = (sinkhorn_report_f64 *)(void *)results.plan;
  results.report.struct_size = sizeof results.report;
  memcpy(results.plan, &results.report, sizeof results.report.struct_size);
  REFUSED(ALIASING, "plan", NOWHERE, NOWHERE, "plan overlaps report");
}

/* What must not be refused. */
static void accepted(void) {
  sinkhorn_error error;
  memset(&error, 0x5a, sizeof error);
  if (solve(&error) != SINKHORN_CONVERGED) complain(__LINE__, "a good call", error.message);
  settings.start = SINKHORN_START_GIVEN;
  settings.start_f = f;
  settings.start_g = g;
  if (solve(&error) != SINKHORN_CONVERGED) complain(__LINE__, "a start in place", error.message);
  if (sinkhorn_solve_f64(&problem, NULL, memory, MEMORY, NULL, NULL, NULL, NULL, NULL) != SINKHORN_CONVERGED)
    complain(__LINE__, "nothing wanted", "");
  reset();
  settings.max_sweeps = 1;
  settings.threshold = 1e-15;
  if (solve(&error) != SINKHORN_SWEEP_LIMIT) complain(__LINE__, "the sweep limit", error.message);
  if (error.message[0] != 0x5a) complain(__LINE__, "an error was written by a good call", "");
  reset();
}

static void status_texts(void) {
  int status, unknown = 0;
  for (status = -100; status <= 100; status++)
    unknown += strcmp(sinkhorn_status_text(status), "unknown status") == 0;
  if (unknown != 201 - 22) complain(__LINE__, "texts", "a status has none, or a number that is none has one");
}

int main(void) {
  reset();
  null_pointers();
  sizes();
  alignment();
  values();
  starts();
  matrices();
  overlaps();
  accepted();
  status_texts();
  printf("%d bad calls, %d failures\n", calls, failures);
  return failures != 0;
}
