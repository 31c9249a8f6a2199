/* The smallest solve: an answer that is known, and every bad call, which writes nothing but the error. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sinkhorn.h"

static int checks, failures;

static void expect(int holds, const char *scalar, const char *what) {
  checks++;
  if (!holds) {
    printf("%s: %s\n", scalar, what);
    failures++;
  }
}

#define TESTS(SCALAR, SUFFIX)                                                                                        \
  typedef struct {                                                                                                   \
    SCALAR cost[6], a[2], b[3], f[2], g[3], scratch[SINKHORN_IN_PLACE_LEN(2, 3)];                                    \
    sinkhorn_in_place_##SUFFIX problem;                                                                              \
  } job_##SUFFIX;                                                                                                    \
                                                                                                                     \
  static job_##SUFFIX job_of_##SUFFIX;                                                                               \
                                                                                                                     \
  static void set_up_##SUFFIX(void) {                                                                                \
    job_##SUFFIX *job = &job_of_##SUFFIX;                                                                            \
    int k;                                                                                                           \
    memset(job, 0, sizeof *job);                                                                                     \
    for (k = 0; k < 6; k++) job->cost[k] = (SCALAR)(k * k % 7);                                                      \
    job->a[0] = (SCALAR)0.25, job->a[1] = (SCALAR)0.75;                                                              \
    job->b[0] = job->b[1] = (SCALAR)0.5;                                                                             \
    job->problem.struct_size = sizeof job->problem;                                                                  \
    job->problem.n = 2, job->problem.m = 3;                                                                          \
    job->problem.cost = job->cost, job->problem.a = job->a, job->problem.b = job->b;                                 \
    job->problem.f = job->f, job->problem.g = job->g, job->problem.scratch = job->scratch;                           \
    job->problem.epsilon = (SCALAR)0.5;                                                                              \
  }                                                                                                                  \
                                                                                                                     \
  static void good_##SUFFIX(void) {                                                                                  \
    job_##SUFFIX *job = &job_of_##SUFFIX;                                                                            \
    double sums[3] = {0, 0, 0};                                                                                      \
    int i, j;                                                                                                        \
    set_up_##SUFFIX();                                                                                               \
    expect(sinkhorn_solve_in_place_##SUFFIX(&job->problem, NULL) == SINKHORN_CONVERGED, #SUFFIX, "converges");       \
    expect(job->problem.sweeps > 0 && job->problem.marginal_error <= (SCALAR)1e-3, #SUFFIX, "says how");             \
    for (i = 0; i < 2; i++) {                                                                                        \
      for (j = 0; j < 3; j++) {                                                                                      \
        const double cost = (3 * i + j) * (3 * i + j) % 7;                                                           \
        sums[j] += (double)job->a[i] * (double)job->b[j] *                                                           \
                   exp(((double)job->f[i] + (double)job->g[j] - cost) / 0.5);                                        \
      }                                                                                                              \
    }                                                                                                                \
    expect(fabs(sums[0] - 0.5) < 1e-3 && fabs(sums[1] - 0.5) < 1e-3 && sums[2] == 0, #SUFFIX, "columns");            \
    set_up_##SUFFIX();                                                                                               \
    job->problem.a = job->problem.b = NULL;                                                                          \
    job->problem.max_sweeps = 1;                                                                                     \
    expect(sinkhorn_solve_in_place_##SUFFIX(&job->problem, NULL) >= 0, #SUFFIX, "equal weights");                    \
    expect(job->problem.sweeps == 1, #SUFFIX, "one sweep");                                                          \
  }                                                                                                                  \
                                                                                                                     \
  static void bad_##SUFFIX(sinkhorn_status status, const char *argument, const char *what) {                         \
    job_##SUFFIX *job = &job_of_##SUFFIX;                                                                            \
    job_##SUFFIX before;                                                                                             \
    sinkhorn_error error;                                                                                            \
    memcpy(&before, job, sizeof before);                                                                             \
    expect(sinkhorn_solve_in_place_##SUFFIX(&job->problem, &error) == status, #SUFFIX, what);                        \
    expect(error.status == status && strcmp(error.argument, argument) == 0, #SUFFIX, error.message);                 \
    expect(memcmp(&before, job, sizeof before) == 0, #SUFFIX, "nothing is written");                                 \
    expect(sinkhorn_solve_in_place_##SUFFIX(&job->problem, NULL) == status, #SUFFIX, "without an error");            \
    set_up_##SUFFIX();                                                                                               \
  }                                                                                                                  \
                                                                                                                     \
  static void all_bad_##SUFFIX(void) {                                                                               \
    job_##SUFFIX *job = &job_of_##SUFFIX;                                                                            \
    sinkhorn_in_place_##SUFFIX *problem = &job->problem;                                                             \
    set_up_##SUFFIX();                                                                                               \
    problem->struct_size--, bad_##SUFFIX(SINKHORN_ERROR_STRUCT_SIZE, "problem", "struct_size");                      \
    problem->n = 0, bad_##SUFFIX(SINKHORN_ERROR_EMPTY, "n", "n");                                                    \
    problem->m = 0, bad_##SUFFIX(SINKHORN_ERROR_EMPTY, "m", "m");                                                    \
    problem->cost = NULL, bad_##SUFFIX(SINKHORN_ERROR_NULL_POINTER, "cost", "no cost");                              \
    problem->f = NULL, bad_##SUFFIX(SINKHORN_ERROR_NULL_POINTER, "f", "no f");                                       \
    problem->g = NULL, bad_##SUFFIX(SINKHORN_ERROR_NULL_POINTER, "g", "no g");                                       \
    problem->scratch = NULL, bad_##SUFFIX(SINKHORN_ERROR_NULL_POINTER, "scratch", "no scratch");                     \
    problem->f = problem->g, bad_##SUFFIX(SINKHORN_ERROR_ALIASING, "f", "f is g");                                   \
    problem->a = problem->scratch, bad_##SUFFIX(SINKHORN_ERROR_ALIASING, "scratch", "a in scratch");                 \
    problem->epsilon = 0, bad_##SUFFIX(SINKHORN_ERROR_NOT_POSITIVE, "epsilon", "epsilon 0");                         \
    problem->epsilon = (SCALAR)NAN, bad_##SUFFIX(SINKHORN_ERROR_NOT_POSITIVE, "epsilon", "epsilon NaN");             \
    problem->threshold = -1, bad_##SUFFIX(SINKHORN_ERROR_NOT_POSITIVE, "threshold", "threshold");                    \
    job->cost[4] = (SCALAR)NAN, bad_##SUFFIX(SINKHORN_ERROR_NOT_FINITE, "cost", "NaN");                              \
    job->cost[1] = -(SCALAR)INFINITY, bad_##SUFFIX(SINKHORN_ERROR_NOT_FINITE, "cost", "infinite");                   \
    job->f[1] = (SCALAR)NAN, bad_##SUFFIX(SINKHORN_ERROR_NOT_FINITE, "f", "f");                                      \
    job->a[0] = -1, bad_##SUFFIX(SINKHORN_ERROR_NEGATIVE, "a", "a");                                                 \
    job->b[2] = 1, bad_##SUFFIX(SINKHORN_ERROR_UNEQUAL_MASS, "b", "totals");                                         \
  }

TESTS(double, f64)
TESTS(float, f32)

int main(void) {
  good_f64(), all_bad_f64();
  good_f32(), all_bad_f32();
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
