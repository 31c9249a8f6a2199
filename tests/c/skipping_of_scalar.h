/* The part of skipping.c that is made for each scalar. */

static SCALAR NAME(x_)[N * MOST_D], NAME(y_)[M * MOST_D];
static SCALAR NAME(ones_m_)[M];

/* A cube of points and one beside it, in d dimensions. */
static NAME(sinkhorn_problem_) NAME(points_)(size_t d) {
  NAME(sinkhorn_problem_) problem = {0};
  size_t k;
  for (k = 0; k < N * d; k++) NAME(x_)[k] = (SCALAR)draw();
  for (k = 0; k < M * d; k++) NAME(y_)[k] = (SCALAR)(0.5 + draw() * draw());
  problem.struct_size = sizeof problem;
  problem.n = N, problem.m = M, problem.dimension = d, problem.x = NAME(x_), problem.y = NAME(y_);
  problem.epsilon = (SCALAR)0.01, problem.epsilon_kind = SINKHORN_EPSILON_OF_MEAN;
  return problem;
}

static NAME(sinkhorn_settings_) NAME(with_)(sinkhorn_skipping skipping) {
  NAME(sinkhorn_settings_) settings = {0};
  settings.struct_size = sizeof settings;
  settings.start = NAME(sinkhorn_start_gaussian_);
  settings.skipping = skipping;
  return settings;
}

typedef struct {
  SCALAR f[N], g[M];
  NAME(sinkhorn_report_) report;
} NAME(solved_);

/* Solves in a workspace of that length. What is reported is at least what a product with the plan, which visits all
 * pairs, finds. */
static void NAME(solve_)(const NAME(sinkhorn_problem_) * problem, sinkhorn_skipping skipping, size_t len,
                         NAME(solved_) * solved) {
  const NAME(sinkhorn_settings_) settings = NAME(with_)(skipping);
  const NAME(sinkhorn_solution_) *solution = NULL;
  SCALAR *workspace = malloc(len * sizeof *workspace), *product = malloc(N * sizeof *product);
  sinkhorn_error error;
  double missing = 0;
  size_t k;
  if (workspace == NULL || product == NULL) exit(1);
  solved->report.struct_size = sizeof solved->report;
  if (NAME(sinkhorn_solve_)(problem, &settings, workspace, len, &solution, &solved->report, &error) < 0 ||
      NAME(sinkhorn_solution_apply_)(solution, NAME(ones_m_), product, &error) < 0) {
    check(__LINE__, 0, error.message);
    exit(1);
  }
  for (k = 0; k < N; k++) missing += fabs((double)product[k] - 1.0 / N);
  /* A row of the plan is as good as its potential, which is rounded. */
  CHECK(missing <= (double)solved->report.row_error + (sizeof(SCALAR) == 4 ? 3e-4 : 1e-9));
  memcpy(solved->f, NAME(sinkhorn_solution_f_)(solution), sizeof solved->f);
  memcpy(solved->g, NAME(sinkhorn_solution_g_)(solution), sizeof solved->g);
  free(product), free(workspace);
}

static int NAME(same_)(const NAME(solved_) * p, const NAME(solved_) * q) {
  return memcmp(p->f, q->f, sizeof p->f) == 0 && memcmp(p->g, q->g, sizeof p->g) == 0;
}

static size_t NAME(len_)(const NAME(sinkhorn_problem_) * problem, sinkhorn_skipping skipping) {
  const NAME(sinkhorn_settings_) settings = NAME(with_)(skipping);
  sinkhorn_error error;
  size_t len = 0;
  CHECK(NAME(sinkhorn_workspace_len_)(problem, &settings, &len, &error) == SINKHORN_OK);
  return len;
}

/* The share of the pairs that was skipped; potentials agree to so many epsilons. */
static double NAME(compare_)(size_t d, double close) {
  static NAME(solved_) all, listed, other;
  NAME(sinkhorn_problem_) problem = NAME(points_)(d);
  const size_t least = SINKHORN_WORKSPACE_LEN(SCALAR, N, M, d, SINKHORN_DEFAULT_MEMORY);
  const size_t most = least + SINKHORN_SKIPPING_LEN(N, M, d);
  double apart = 0;
  size_t k;
  for (k = 0; k < M; k++) NAME(ones_m_)[k] = 1;
  CHECK(NAME(len_)(&problem, SINKHORN_SKIPPING_OFF) == least && NAME(len_)(&problem, SINKHORN_SKIPPING_ON) == most);
  CHECK(NAME(len_)(&problem, SINKHORN_SKIPPING_AUTO) == most);
  NAME(solve_)(&problem, SINKHORN_SKIPPING_OFF, least, &all);
  NAME(solve_)(&problem, SINKHORN_SKIPPING_ON, most, &listed);
  CHECK(all.report.status == SINKHORN_CONVERGED && listed.report.status == SINKHORN_CONVERGED);
  CHECK(all.report.skipped == 0 && all.report.certificate == 0 && all.report.reserved == 0);
  CHECK(listed.report.skipped > 0 && listed.report.skipped < 1 && listed.report.certificate > 0);
  CHECK(listed.report.certificate <= listed.report.row_error && listed.report.certificate <= listed.report.column_error);
  for (k = 0; k < N; k++) apart = fmax(apart, fabs((double)all.f[k] - (double)listed.f[k]));
  for (k = 0; k < M; k++) apart = fmax(apart, fabs((double)all.g[k] - (double)listed.g[k]));
  if (apart > close * (double)all.report.epsilon) printf("%g epsilons apart\n", apart / (double)all.report.epsilon);
  CHECK(apart <= close * (double)all.report.epsilon);

  /* A workspace without room for it visits all pairs, to the last bit; with room, they are skipped by themselves. */
  NAME(solve_)(&problem, SINKHORN_SKIPPING_ON, most - 1, &other);
  CHECK(NAME(same_)(&other, &all) && other.report.skipped == 0);
  NAME(solve_)(&problem, SINKHORN_SKIPPING_AUTO, most, &other);
  CHECK(NAME(same_)(&other, other.report.skipped > 0 ? &listed : &all));

  /* What can have no pairs skipped needs no room for it. */
  problem.ground_cost = SINKHORN_COST_EUCLIDEAN;
  CHECK(NAME(len_)(&problem, SINKHORN_SKIPPING_ON) == least);
  problem.ground_cost = SINKHORN_COST_SQUARED_EUCLIDEAN, problem.cost_scale_kind = SINKHORN_SCALE_MAX;
  CHECK(NAME(len_)(&problem, SINKHORN_SKIPPING_ON) == least);
  problem.cost_scale_kind = SINKHORN_SCALE_ONE, problem.n = 63;
  CHECK(NAME(len_)(&problem, SINKHORN_SKIPPING_ON) ==
        SINKHORN_WORKSPACE_LEN(SCALAR, 63, M, d, SINKHORN_DEFAULT_MEMORY));
  return (double)listed.report.skipped;
}

/* A batch has the bits of single solves, in as much memory as each thread needs to skip pairs, and in less. */
static void NAME(batch_)(void) {
  static NAME(solved_) single;
  static SCALAR f[2 * N], g[2 * M];
  const NAME(sinkhorn_problem_) problem = NAME(points_)(2);
  const NAME(sinkhorn_problem_) problems[] = {problem, problem};
  NAME(sinkhorn_settings_) settings = NAME(with_)(SINKHORN_SKIPPING_ON);
  NAME(sinkhorn_report_) reports[2] = {{0}};
  sinkhorn_error error;
  SCALAR *workspace;
  size_t len = 0;
  settings.threads = 2;
  CHECK(NAME(sinkhorn_batch_len_)(problems, 2, &settings, &len, &error) == SINKHORN_OK);
  if ((workspace = malloc(len * sizeof *workspace)) == NULL) exit(1);
  reports[0].struct_size = sizeof *reports;
  CHECK(NAME(sinkhorn_solve_batch_)(problems, 2, &settings, workspace, len, f, g, reports, NULL, &error) == SINKHORN_OK);
  NAME(solve_)(&problem, SINKHORN_SKIPPING_ON, NAME(len_)(&problem, SINKHORN_SKIPPING_ON), &single);
  CHECK(memcmp(f, single.f, sizeof single.f) == 0 && memcmp(f + N, single.f, sizeof single.f) == 0);
  CHECK(memcmp(g, single.g, sizeof single.g) == 0 && memcmp(g + M, single.g, sizeof single.g) == 0);
  CHECK(reports[1].skipped == single.report.skipped && single.report.skipped > 0);
  settings.max_sweeps = 2;
  CHECK(NAME(sinkhorn_solve_batch_)(problems, 2, &settings, workspace, len - 1, f, g, reports, NULL, &error) ==
        SINKHORN_OK);
  CHECK(reports[0].skipped == 0 && reports[1].skipped == 0 && reports[0].sweeps == 2);
  free(workspace);
}
