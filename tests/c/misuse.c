/* What a program may do by mistake with handles and functions of its own, and numbers beyond what a scalar can tell. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sinkhorn.h"

enum { N = 4, LEN = SINKHORN_WORKSPACE_LEN(double, N, N, 1, SINKHORN_DEFAULT_MEMORY) };

static const double x[N] = {0, 1, 2, 3}, y[N] = {0.5, 1.5, 1.75, 4};
static double workspace[LEN], copy[LEN];
static sinkhorn_solver_f64 *solver;
static sinkhorn_status inner;
static int checks, failures;

static void check(int line, int holds, const char *what) {
  checks++;
  if (holds) return;
  failures++;
  printf("misuse.c:%d: %s\n", line, what);
}
#define CHECK(condition) check(__LINE__, condition, #condition)

static sinkhorn_problem_f64 line(void) {
  sinkhorn_problem_f64 problem = {.struct_size = sizeof problem, .n = N, .m = N, .dimension = 1, .x = x, .y = y};
  return problem;
}

/* Uses the solver that calls it. */
static int reenter(const sinkhorn_observation_f64 *observation, void *data) {
  sinkhorn_error error;
  const sinkhorn_solution_f64 **solution = data;
  inner = sinkhorn_solver_step_f64(solver);
  if (inner == SINKHORN_ERROR_HANDLE) inner = sinkhorn_solver_finish_f64(solver, solution, NULL, &error);
  return observation->sweep >= 2;
}

static void a_solver_cannot_be_used_by_what_it_calls(void) {
  const sinkhorn_problem_f64 problem = line();
  const sinkhorn_solution_f64 *solution = NULL, *stolen = NULL;
  const sinkhorn_settings_f64 settings = {
      .struct_size = sizeof settings, .observer = reenter, .observer_data = &stolen, .threshold = 1e-14};
  sinkhorn_error error;
  CHECK(sinkhorn_solver_new_f64(&problem, &settings, workspace, LEN, &solver, &error) == SINKHORN_OK);
  CHECK(sinkhorn_solver_run_f64(solver) == SINKHORN_STOPPED);
  CHECK(inner == SINKHORN_ERROR_HANDLE && stolen == NULL);
  CHECK(sinkhorn_solver_step_f64(solver) == SINKHORN_STOPPED);
  CHECK(sinkhorn_solver_finish_f64(solver, &solution, NULL, &error) == SINKHORN_STOPPED && solution != NULL);
}

/* Hands one array to a start of the library twice. */
static sinkhorn_wrote twice(sinkhorn_target_f64 *target, double *f, double *g, void *data) {
  (void)g;
  inner = sinkhorn_start_monotone_f64(target, f, f, data);
  return SINKHORN_WROTE_F;
}

static void a_start_needs_two_arrays(void) {
  const sinkhorn_problem_f64 problem = line();
  const sinkhorn_settings_f64 settings = {.struct_size = sizeof settings, .start = twice};
  sinkhorn_report_f64 report = {.struct_size = sizeof report};
  sinkhorn_error error;
  CHECK(sinkhorn_solve_f64(&problem, &settings, workspace, LEN, NULL, &report, &error) == SINKHORN_CONVERGED);
  CHECK(inner == SINKHORN_ERROR_ALIASING && strcmp(report.start, "custom") == 0);
}

static void a_copy_of_a_workspace_holds_no_objects(void) {
  const sinkhorn_problem_f64 problem = line();
  const sinkhorn_solution_f64 *solution;
  sinkhorn_error error;
  double entry;
  CHECK(sinkhorn_solve_f64(&problem, NULL, workspace, LEN, &solution, NULL, &error) == SINKHORN_CONVERGED);
  memcpy(copy, workspace, sizeof copy);
  {
    const char *moved = (const char *)copy + ((const char *)solution - (const char *)workspace);
    const sinkhorn_solution_f64 *other = (const sinkhorn_solution_f64 *)(const void *)moved;
    CHECK(sinkhorn_solution_entry_f64(other, 0, 0, &entry, &error) == SINKHORN_ERROR_HANDLE);
    CHECK(sinkhorn_solution_f_f64(other) == NULL);
  }
  CHECK(sinkhorn_solution_entry_f64(solution, 0, 0, &entry, &error) == SINKHORN_OK && entry > 0);
}

/* So many epsilons that rounding a cost is more than one of them: no plan can be told, and none is. */
static void results_are_usable_or_refused(void) {
  static float space[SINKHORN_WORKSPACE_LEN(float, N, N, 1, SINKHORN_DEFAULT_MEMORY)];
  const float far_x[N] = {0, 1e4f, 0.3f, 1e4f + 0.3f}, far_y[N] = {0.1f, 1e4f + 0.1f, 0.7f, 1e4f + 0.6f};
  sinkhorn_problem_f32 problem = {
      .struct_size = sizeof problem, .n = N, .m = N, .dimension = 1, .x = far_x, .y = far_y,
      .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE};
  sinkhorn_error error;
  float epsilon;
  for (epsilon = 1e6f; epsilon > 1e-30f; epsilon /= 10) {
    sinkhorn_report_f32 report = {.struct_size = sizeof report};
    sinkhorn_status status;
    problem.epsilon = epsilon;
    status = sinkhorn_solve_f32(&problem, NULL, space, sizeof space / sizeof *space, NULL, &report, &error);
    if (status < 0) {
      CHECK(status == SINKHORN_ERROR_BELOW_RESOLUTION && error.value > epsilon && strcmp(error.argument, "epsilon") == 0);
    } else {
      CHECK(fabs(report.mass - 1) <= 0.5 && report.objective < 1e9f);
    }
  }
}

static void one_point_a_side_has_no_default_epsilon(void) {
  sinkhorn_problem_f64 problem = line();
  sinkhorn_report_f64 report = {.struct_size = sizeof report};
  sinkhorn_error error;
  problem.n = problem.m = 1;
  CHECK(sinkhorn_solve_f64(&problem, NULL, workspace, LEN, NULL, NULL, &error) == SINKHORN_ERROR_UNSUPPORTED);
  CHECK(strcmp(error.argument, "epsilon") == 0);
  problem.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE;
  problem.epsilon = 0.5;
  CHECK(sinkhorn_solve_f64(&problem, NULL, workspace, LEN, NULL, &report, &error) == SINKHORN_CONVERGED);
  CHECK(fabs(report.objective - 0.25) < 1e-12);
}

/* An infinite cost forbids its pair. */
static void forbidden_pairs_carry_nothing(void) {
  static double space[SINKHORN_WORKSPACE_LEN(double, 3, 3, 0, SINKHORN_DEFAULT_MEMORY)];
  static const double stay[] = {0, INFINITY, INFINITY, 0};
  /* Rows 0 and 1 may go to column 0 alone. */
  static const double crowded[] = {0.1, INFINITY, INFINITY, 0.3, INFINITY, INFINITY, 0.2, 0.5, 0.9};
  const size_t len = sizeof space / sizeof *space;
  sinkhorn_problem_f64 problem = {
      .struct_size = sizeof problem, .n = 2, .m = 2, .cost = stay,
      .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE, .epsilon = 0.1};
  sinkhorn_report_f64 report = {.struct_size = sizeof report};
  const sinkhorn_solution_f64 *solution;
  sinkhorn_solver_f64 *solver;
  sinkhorn_error error;
  double plan[4];
  CHECK(sinkhorn_solve_f64(&problem, NULL, space, len, &solution, &report, &error) == SINKHORN_CONVERGED);
  CHECK(sinkhorn_solution_plan_f64(solution, plan, &error) == SINKHORN_OK);
  CHECK(fabs(plan[0] - 0.5) < 1e-9 && plan[1] == 0 && plan[2] == 0 && fabs(plan[3] - 0.5) < 1e-9);
  CHECK(report.transport_cost == 0);
  problem.n = problem.m = 3;
  problem.cost = crowded;
  CHECK(sinkhorn_solve_f64(&problem, NULL, space, len, &solution, &report, &error) == SINKHORN_ERROR_INFEASIBLE);
  CHECK(strcmp(error.argument, "cost") == 0);
  CHECK(sinkhorn_solver_new_f64(&problem, NULL, space, len, &solver, &error) == SINKHORN_OK);
  CHECK(sinkhorn_solver_run_f64(solver) == SINKHORN_ERROR_INFEASIBLE);
}

/* Objects in a workspace that is used again. */
static double space[SINKHORN_DIVERGENCE_LEN(double, N, N, 1, SINKHORN_DEFAULT_MEMORY) +
                    SINKHORN_SOFT_LEN(double, N, N, SINKHORN_DEFAULT_MEMORY)];
static const size_t space_len = sizeof space / sizeof *space;
static const sinkhorn_solution_f64 *resident;
static double resident_f[N], resident_plan[N * N];

static void move_in(void) {
  const sinkhorn_problem_f64 problem = line();
  CHECK(sinkhorn_solve_f64(&problem, NULL, space, space_len, &resident, NULL, NULL) == SINKHORN_CONVERGED);
  memcpy(resident_f, sinkhorn_solution_f_f64(resident), sizeof resident_f);
  CHECK(sinkhorn_solution_plan_f64(resident, resident_plan, NULL) == SINKHORN_OK);
}

static int lives_on(void) {
  const double *f = sinkhorn_solution_f_f64(resident);
  double plan[N * N];
  return f != NULL && memcmp(f, resident_f, sizeof resident_f) == 0 &&
         sinkhorn_solution_plan_f64(resident, plan, NULL) == SINKHORN_OK &&
         memcmp(plan, resident_plan, sizeof plan) == 0;
}

/* The calls that make an object, with arguments that are good until a case changes them. */
static sinkhorn_problem_f64 given;
static sinkhorn_settings_f64 chosen;
static sinkhorn_soft_settings_f64 softness;
static double values[N], weights[N], sorted[N], levels[2];
static size_t lent;

static sinkhorn_status solve(void) {
  return sinkhorn_solve_f64(&given, &chosen, space, lent, NULL, NULL, NULL);
}
static sinkhorn_status begin(void) {
  sinkhorn_solver_f64 *begun;
  return sinkhorn_solver_new_f64(&given, &chosen, space, lent, &begun, NULL);
}
static sinkhorn_status diverge(void) {
  return sinkhorn_divergence_new_f64(&given, NULL, NULL, &chosen, space, lent, NULL, NULL, NULL);
}
static sinkhorn_status sort(void) {
  return sinkhorn_soft_sort_f64(values, weights, N, &softness, space, lent, sorted, N, NULL, NULL, NULL);
}
static sinkhorn_status quantile(void) {
  return sinkhorn_soft_quantile_f64(values, weights, N, levels, &softness, space, lent, sorted, 2, NULL, NULL, NULL);
}
static sinkhorn_status top_k(void) {
  return sinkhorn_soft_top_k_f64(values, NULL, N, levels[0], &softness, space, lent, sorted, NULL, NULL, NULL);
}

static void set_up(void) {
  static const sinkhorn_settings_f64 defaults = {.struct_size = sizeof defaults};
  static const sinkhorn_soft_settings_f64 soft_defaults = {.struct_size = sizeof soft_defaults};
  size_t i;
  given = line();
  chosen = defaults;
  softness = soft_defaults;
  lent = space_len;
  for (i = 0; i < N; i++) values[i] = x[i], weights[i] = 1;
  levels[0] = 0.25, levels[1] = 0.75;
}

/* Refused before anything is written, and after. */
#define LEAVES(call, change) (set_up(), change, CHECK(call() < 0), CHECK(lives_on()))
#define ENDS(call, change) \
  (move_in(), set_up(), change, CHECK(call() < 0), CHECK(sinkhorn_solution_f_f64(resident) == NULL))

static void a_refused_call_leaves_what_lived_in_its_workspace(void) {
  static const double bad_x[N] = {0, NAN, 2, 3}, negative[N] = {1, 1, -1, 1}, heavy[N] = {1, 1, 1, 1};
  static sinkhorn_status (*const solves[])(void) = {solve, begin, diverge};
  static sinkhorn_status (*const operators[])(void) = {sort, quantile, top_k};
  sinkhorn_soft_f64 *soft;
  double before[N], after[N];
  size_t i;
  move_in();
  for (i = 0; i < 3; i++) {
    LEAVES(solves[i], given.x = NULL);
    LEAVES(solves[i], given.x = space);
    LEAVES(solves[i], given.x = bad_x);
    LEAVES(solves[i], given.y = bad_x);
    LEAVES(solves[i], given.a = negative);
    LEAVES(solves[i], given.b = heavy);
    LEAVES(solves[i], given.struct_size = 8);
    LEAVES(solves[i], given.epsilon = 0.5);
    LEAVES(solves[i], (given.epsilon = -1, given.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE));
    LEAVES(solves[i], given.ground_cost = 77);
    LEAVES(solves[i], chosen.memory = 1);
    LEAVES(solves[i], chosen.start_f = bad_x);
    LEAVES(solves[i], lent = 60);
  }
  for (i = 0; i < 3; i++) {
    LEAVES(operators[i], values[1] = NAN);
    LEAVES(operators[i], softness.epsilon = -1);
    LEAVES(operators[i], softness.start = 9);
    if (i > 0) LEAVES(operators[i], levels[0] = -1);
    LEAVES(operators[i], lent = 60);
  }
  LEAVES(sort, weights[2] = -1);
  for (i = 0; i < 3; i++) {
    ENDS(solves[i], (given.epsilon = 1e-300, given.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE));
    ENDS(solves[i], (given.dimension = 2, given.n = given.m = 2, chosen.start = sinkhorn_start_monotone_f64));
    ENDS(operators[i], (values[0] = 1e308, values[1] = -1e308));
  }
  /* Another kind of object. */
  set_up();
  CHECK(sinkhorn_soft_sort_f64(values, weights, N, NULL, space, space_len, sorted, N, &soft, NULL, NULL) == SINKHORN_OK);
  CHECK(sinkhorn_soft_vjp_f64(soft, values, N, before, NULL, NULL, NULL) == SINKHORN_OK);
  given.x = bad_x;
  CHECK(solve() == SINKHORN_ERROR_NOT_FINITE && diverge() == SINKHORN_ERROR_NOT_FINITE);
  CHECK(sinkhorn_soft_vjp_f64(soft, values, N, after, NULL, NULL, NULL) == SINKHORN_OK);
  CHECK(memcmp(before, after, sizeof before) == 0);
}

static void epsilon_without_its_kind_is_told_what_is_missing(void) {
  sinkhorn_error error;
  set_up();
  given.epsilon = 0.5;
  CHECK(sinkhorn_solve_f64(&given, NULL, space, space_len, NULL, NULL, &error) == SINKHORN_ERROR_UNSUPPORTED);
  CHECK(strcmp(error.argument, "epsilon") == 0 && strstr(error.message, "SINKHORN_EPSILON_ABSOLUTE") != NULL);
}

int main(void) {
  a_solver_cannot_be_used_by_what_it_calls();
  a_start_needs_two_arrays();
  a_copy_of_a_workspace_holds_no_objects();
  results_are_usable_or_refused();
  one_point_a_side_has_no_default_epsilon();
  forbidden_pairs_carry_nothing();
  a_refused_call_leaves_what_lived_in_its_workspace();
  epsilon_without_its_kind_is_told_what_is_missing();
  printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
