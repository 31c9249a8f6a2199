/*
 * What the header says of threads: solves at the same time share what they only read, several threads read one
 * solution, each with memory of its own, and threads inside of a call change no bit. All against one thread. With any argument, the library
 * makes no threads of its own: for tools that do not understand its pool (helgrind, -fsanitize=thread).
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 40, M = 30, D = 2, WORKERS = 6, ROUNDS = 8, BATCH = 7, THREADS = 4 };

static int checks, failures;

static void expect(int line, int condition, const char *what) {
  checks++;
  if (condition) return;
  printf("threads.c:%d: %s\n", line, what);
  failures++;
}
#define EXPECT(condition) expect(__LINE__, condition, #condition)

static double x[N * D], y[M * D];
static sinkhorn_problem_f64 problem;

enum { LEN = SINKHORN_WORKSPACE_LEN(double, N, M, D, SINKHORN_DEFAULT_MEMORY), WIDE = 4 * LEN };

typedef struct {
  double f[N], g[M], plan[N * M], gradient[N * D], change[N];
  sinkhorn_report_f64 report;
} answer;

/* A worker: no other thread writes to it while it runs. */
typedef struct {
  pthread_t thread;
  const sinkhorn_solution_f64 *shared;
  sinkhorn_settings_f64 settings;
  double workspace[WIDE], memory[4 * SINKHORN_DERIVATIVES_LEN(N, M, D)];
  answer found;
  sinkhorn_error error;
  int bad;
} worker;

static worker workers[WORKERS], alone;

/* Everything that only reads a solution. */
static void read_all(worker *self, const sinkhorn_solution_f64 *solution) {
  sinkhorn_gradients_f64 gradients = {0};
  sinkhorn_tangent_f64 tangent = {0};
  sinkhorn_changes_f64 changes = {0};
  sinkhorn_derivative_settings_f64 differentiation = {0};
  gradients.struct_size = sizeof gradients;
  gradients.x = self->found.gradient;
  tangent.struct_size = sizeof tangent;
  tangent.x = x;
  changes.struct_size = sizeof changes;
  changes.f = self->found.change;
  differentiation.struct_size = sizeof differentiation;
  differentiation.threads = self->settings.threads;
  self->found.report.struct_size = sizeof self->found.report;
  self->bad |= sinkhorn_solution_report_f64(solution, &self->found.report, &self->error) < 0;
  memcpy(self->found.f, sinkhorn_solution_f_f64(solution), sizeof self->found.f);
  memcpy(self->found.g, sinkhorn_solution_g_f64(solution), sizeof self->found.g);
  self->bad |= sinkhorn_solution_plan_f64(solution, self->found.plan, &self->error) < 0;
  self->bad |= sinkhorn_objective_gradient_f64(solution, &differentiation, self->memory,
                                               sizeof self->memory / sizeof *self->memory, &gradients, &self->error) < 0;
  self->bad |= sinkhorn_jvp_f64(solution, &differentiation, self->memory, sizeof self->memory / sizeof *self->memory, &tangent,
                                &changes, NULL, &self->error) < 0;
}

static void *read_shared(void *data) {
  worker *self = data;
  int round;
  for (round = 0; round < ROUNDS; round++) read_all(self, self->shared);
  return NULL;
}

static void *solve_own(void *data) {
  worker *self = data;
  const sinkhorn_solution_f64 *solution;
  int round;
  for (round = 0; round < ROUNDS; round++) {
    if (sinkhorn_solve_f64(&problem, &self->settings, self->workspace, WIDE, &solution, NULL, &self->error) < 0) {
      self->bad = 1;
      return NULL;
    }
    read_all(self, solution);
  }
  return NULL;
}

/* Every thread finds what one alone has found, but for the time that it took. */
static void same(int line, const worker *self) {
  expect(line, !self->bad, self->bad ? self->error.message : "");
  expect(line, memcmp(self->found.f, alone.found.f, sizeof alone.found.f) == 0, "f");
  expect(line, memcmp(self->found.g, alone.found.g, sizeof alone.found.g) == 0, "g");
  expect(line, memcmp(self->found.plan, alone.found.plan, sizeof alone.found.plan) == 0, "plan");
  expect(line, memcmp(self->found.gradient, alone.found.gradient, sizeof alone.found.gradient) == 0, "gradient");
  expect(line, memcmp(self->found.change, alone.found.change, sizeof alone.found.change) == 0, "change");
  expect(line, self->found.report.sweeps == alone.found.report.sweeps, "sweeps");
  expect(line, memcmp(&self->found.report.objective, &alone.found.report.objective, sizeof(double)) == 0, "objective");
}

static void at_once(int line, void *(*run)(void *), const sinkhorn_solution_f64 *shared, uint32_t threads) {
  int i;
  for (i = 0; i < WORKERS; i++) {
    memset(&workers[i].found, 0x5a, sizeof workers[i].found);
    workers[i].bad = 0;
    workers[i].settings = alone.settings;
    workers[i].settings.threads = threads;
    workers[i].shared = shared;
    expect(line, pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0, "a thread");
  }
  for (i = 0; i < WORKERS; i++) expect(line, pthread_join(workers[i].thread, NULL) == 0, "an end");
  for (i = 0; i < WORKERS; i++) same(line, &workers[i]);
}

/* A batch of problems of several sizes, on one thread and on some. */
static void batches(void) {
  static double workspace[THREADS * LEN], f[2][BATCH * N], g[2][BATCH * M];
  static sinkhorn_report_f64 reports[2][BATCH];
  sinkhorn_problem_f64 problems[BATCH];
  sinkhorn_settings_f64 settings = alone.settings;
  sinkhorn_error error;
  size_t len, i, rows = 0, columns = 0;
  int which;
  for (i = 0; i < BATCH; i++) {
    problems[i] = problem;
    problems[i].n = N - 3 * i;
    problems[i].m = M - 2 * i;
    rows += problems[i].n;
    columns += problems[i].m;
  }
  for (which = 0; which < 2; which++) {
    reports[which][0].struct_size = sizeof **reports;
    settings.threads = which == 0 ? 1 : THREADS;
    EXPECT(sinkhorn_batch_len_f64(problems, BATCH, &settings, &len, &error) == SINKHORN_OK && len <= THREADS * LEN);
    EXPECT(sinkhorn_solve_batch_f64(problems, BATCH, &settings, workspace, len, f[which], g[which], reports[which], NULL,
                                    &error) == SINKHORN_OK);
    for (i = 0; i < BATCH; i++) EXPECT(reports[which][i].status == SINKHORN_CONVERGED);
  }
  EXPECT(memcmp(f[0], f[1], rows * sizeof(double)) == 0);
  EXPECT(memcmp(g[0], g[1], columns * sizeof(double)) == 0);
  for (i = 0; i < BATCH; i++) EXPECT(reports[0][i].sweeps == reports[1][i].sweeps);
}

int main(int count, char **arguments) {
  const sinkhorn_solution_f64 *solution;
  static double workspace[LEN];
  int i;
  for (i = 0; i < N * D; i++) x[i] = (i * 37 + 11) % 64 / 32.0;
  for (i = 0; i < M * D; i++) y[i] = (i * 29 + 5) % 64 / 32.0;
  problem.struct_size = sizeof problem;
  problem.n = N;
  problem.m = M;
  problem.dimension = D;
  problem.x = x;
  problem.y = y;
  alone.settings.struct_size = sizeof alone.settings;
  alone.settings.start = sinkhorn_start_gaussian_f64;
  EXPECT(sinkhorn_solve_f64(&problem, &alone.settings, workspace, LEN, &solution, NULL, &alone.error) == SINKHORN_CONVERGED);
  read_all(&alone, solution);
  EXPECT(!alone.bad);
  at_once(__LINE__, solve_own, NULL, 0);
  at_once(__LINE__, read_shared, solution, 0);
  (void)arguments;
  /* The same with threads inside of the calls: the workers share the pool. */
  if (count == 1) {
    at_once(__LINE__, solve_own, NULL, THREADS);
    at_once(__LINE__, read_shared, solution, THREADS);
    batches();
  }
  printf("%d comparisons, %d failures\n", checks, failures);
  return failures != 0;
}
