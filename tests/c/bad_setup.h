/* A good call of everything, for SCALAR: what the cases of the bad_*.h files change. */

static struct {
  SCALAR *x, *y, *a, *b, *cost, *start_f, *start_g, *workspace;
  NAME(sinkhorn_problem_) *problem;
  NAME(sinkhorn_settings_) *settings;
  const NAME(sinkhorn_solution_) **solution;
  NAME(sinkhorn_solver_) **solver;
  NAME(sinkhorn_report_) *report;
  size_t workspace_len, *len;
  /* Objects that the functions of solutions, divergences and soft operators are called with. */
  const NAME(sinkhorn_solution_) *solved;
  NAME(sinkhorn_solver_) *solving;
  const NAME(sinkhorn_divergence_) *diverged;
  NAME(sinkhorn_soft_) *softened;
  /* Derivatives. */
  NAME(sinkhorn_derivative_settings_) *differentiation;
  NAME(sinkhorn_gradients_) *gradients;
  NAME(sinkhorn_cotangent_) *cotangent;
  NAME(sinkhorn_tangent_) *tangent;
  NAME(sinkhorn_changes_) *changes;
  NAME(sinkhorn_linear_report_) *linear;
  SCALAR *memory;
  size_t memory_len;
  /* What else goes in and out; lengths are those of whoever sets it up. */
  SCALAR *vector, *points, *out, *more;
  size_t i, j, count, *columns;
  char *text;
  /* The divergence. */
  SCALAR *within_x, *within_y, *value;
  const NAME(sinkhorn_divergence_) **divergence;
  sinkhorn_term term;
  /* Soft operators. */
  SCALAR *values, *weights, *levels, k;
  NAME(sinkhorn_soft_settings_) *softness;
  NAME(sinkhorn_soft_) **soft;
  /* Batches. */
  NAME(sinkhorn_problem_) *problems;
  NAME(sinkhorn_report_) *reports;
  sinkhorn_error *errors;
  SCALAR *f, *g;
} T;

static SCALAR *NAME(scalars_)(size_t count) { return lend(count * sizeof(SCALAR)); }

/* i-th number of a sequence that repeats itself late, in [0, 2). */
static SCALAR NAME(number_)(size_t i) { return (SCALAR)((i * 37 + 11) % 64) / 32; }

static SCALAR *NAME(numbers_)(size_t count, size_t from) {
  SCALAR *numbers = NAME(scalars_)(count);
  size_t i;
  for (i = 0; i < count; i++) numbers[i] = NAME(number_)(i + from);
  return numbers;
}

/* Points, solved in a few sweeps. */
static void NAME(setup_)(void) {
  size_t i;
  memset(&T, 0, sizeof T);
  T.x = NAME(numbers_)(N * D, 0);
  T.y = NAME(numbers_)(M * D, 17);
  T.a = NAME(scalars_)(N);
  T.b = NAME(scalars_)(M);
  for (i = 0; i < N; i++) T.a[i] = (SCALAR)0.5;
  for (i = 0; i < M; i++) T.b[i] = (SCALAR)0.75;
  T.cost = NAME(numbers_)(N * M, 5);
  T.start_f = NAME(numbers_)(N, 3);
  T.start_g = NAME(numbers_)(M, 7);
  T.problem = memset(lend(sizeof *T.problem), 0, sizeof *T.problem);
  T.problem->struct_size = sizeof *T.problem;
  T.problem->n = N;
  T.problem->m = M;
  T.problem->dimension = D;
  T.problem->x = T.x;
  T.problem->y = T.y;
  T.problem->a = T.a;
  T.problem->b = T.b;
  T.problem->epsilon = (SCALAR)0.5;
  T.problem->epsilon_kind = SINKHORN_EPSILON_ABSOLUTE;
  T.settings = memset(lend(sizeof *T.settings), 0, sizeof *T.settings);
  T.settings->struct_size = sizeof *T.settings;
  T.workspace_len = SINKHORN_WORKSPACE_LEN(SCALAR, N, M, D, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
  T.solution = lend(sizeof *T.solution);
  T.solver = lend(sizeof *T.solver);
  T.report = lend(sizeof *T.report);
  T.report->struct_size = sizeof *T.report;
  T.len = lend(sizeof *T.len);
}

/* A cost matrix in their place. */
static void NAME(matrix_)(void) {
  T.problem->cost = T.cost;
  T.problem->x = T.problem->y = NULL;
  T.problem->dimension = 0;
}

static void NAME(setup_matrix_)(void) {
  NAME(setup_)();
  NAME(matrix_)();
}

static sinkhorn_status NAME(call_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_workspace_len_)(T.problem, T.settings, T.len, error);
}

static sinkhorn_status NAME(call_solve_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solve_)(T.problem, T.settings, T.workspace, T.workspace_len, T.solution, T.report, error);
}

static sinkhorn_status NAME(call_new_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solver_new_)(T.problem, T.settings, T.workspace, T.workspace_len, T.solver, error);
}

/* Solves what has been set up, for a solution to call functions of; what it holds is watched. */
static void NAME(solve_it_)(void) {
  sinkhorn_error error;
  if (NAME(sinkhorn_solve_)(T.problem, T.settings, T.workspace, T.workspace_len, &T.solved, NULL, &error) != SINKHORN_OK)
    complain(__FILE__, __LINE__, "a good call", error.message);
  watch(NAME(sinkhorn_solution_f_)(T.solved), N * sizeof(SCALAR), 0);
  watch(NAME(sinkhorn_solution_g_)(T.solved), M * sizeof(SCALAR), 0);
}

static void NAME(setup_solved_)(void) {
  NAME(setup_)();
  NAME(solve_it_)();
}

static void NAME(setup_solved_matrix_)(void) {
  NAME(setup_matrix_)();
  NAME(solve_it_)();
}
