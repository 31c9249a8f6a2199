/* The part of bits.c that is made for each scalar: SCALAR its type, BITS an integer of its size, NAME(x_) is x_f64 or x_f32. */

#define COUNT(array) (sizeof(array) / sizeof *(array))

static SCALAR NAME(workspace_)[SINKHORN_WORKSPACE_LEN(SCALAR, N, M, LARGEST, SINKHORN_DEFAULT_MEMORY) +
                               SINKHORN_KERNEL_LEN(N, M)];
static uint64_t NAME(hash_);

static void NAME(add_)(const SCALAR *values, size_t len) {
  size_t i;
  for (i = 0; i < len; i++) {
    BITS bits;
    memcpy(&bits, &values[i], sizeof bits);
    NAME(hash_) = (NAME(hash_) ^ bits) * UINT64_C(1099511628211);
  }
}

static void NAME(begin_)(void) { NAME(hash_) = UINT64_C(14695981039346656037); }

static void NAME(end_)(const char *what, int status, int number) {
  printf("%s status=%d number=%d %016" PRIx64 "\n", what, status, number, NAME(hash_));
}

/* Solves, and hashes everything that a solution has; derivatives too, where they are asked for. */
static void NAME(line_)(const char *what, const NAME(sinkhorn_problem_) * problem,
                        const NAME(sinkhorn_settings_) * settings, int derivatives, SCALAR *f, SCALAR *g) {
  static SCALAR plan[N * M], map[N * LARGEST], product[N], transposed[M], at[3], points[3 * LARGEST];
  static SCALAR memory[SINKHORN_DERIVATIVES_LEN(N, M, LARGEST) + SINKHORN_DERIVATIVES_LEN(N, M, 1)];
  static SCALAR in_x[N * LARGEST], in_y[M * LARGEST], in_a[N], in_b[M], in_cost[N * M], in_epsilon;
  const size_t d = problem->dimension;
  const NAME(sinkhorn_solution_) * solution;
  NAME(sinkhorn_report_) report;
  NAME(sinkhorn_linear_report_) linear;
  NAME(sinkhorn_gradients_) gradients = {0};
  NAME(sinkhorn_cotangent_) cotangent = {0};
  NAME(sinkhorn_tangent_) tangent = {0};
  NAME(sinkhorn_changes_) changes = {0};
  sinkhorn_error error;
  sinkhorn_status status;
  size_t columns[4], i;
  SCALAR largest[4];

  report.struct_size = sizeof report;
  linear.struct_size = sizeof linear;
  status = NAME(sinkhorn_solve_)(problem, settings, NAME(workspace_), COUNT(NAME(workspace_)), &solution, &report, &error);
  if (status < 0) {
    printf("%s\n", error.message);
    return;
  }
  memcpy(f, NAME(sinkhorn_solution_f_)(solution), N * sizeof *f);
  memcpy(g, NAME(sinkhorn_solution_g_)(solution), M * sizeof *g);
  NAME(begin_)();
  NAME(add_)(f, N);
  NAME(add_)(g, M);
  {
    const SCALAR numbers[] = {report.row_error, report.column_error,   report.dual_value, report.start_value,
                              report.objective, report.transport_cost, report.mass,       report.epsilon,
                              report.cost_scale};
    NAME(add_)(numbers, COUNT(numbers));
  }
  if (NAME(sinkhorn_solution_plan_)(solution, plan, &error) < 0) puts(error.message);
  NAME(add_)(plan, N * M);
  if (NAME(sinkhorn_solution_apply_)(solution, g, product, &error) < 0) puts(error.message);
  NAME(add_)(product, N);
  if (NAME(sinkhorn_solution_apply_transposed_)(solution, f, transposed, &error) < 0) puts(error.message);
  NAME(add_)(transposed, M);
  if (NAME(sinkhorn_solution_largest_in_row_)(solution, 3, 4, columns, largest, &error) < 0) puts(error.message);
  NAME(add_)(largest, 4);
  if (d > 0) {
    for (i = 0; i < 3 * d; i++) points[i] = (SCALAR)0.125 * (SCALAR)i;
    if (NAME(sinkhorn_solution_map_)(solution, map, &error) < 0) puts(error.message);
    NAME(add_)(map, N * d);
    if (NAME(sinkhorn_solution_map_at_)(solution, points, 3, map, &error) < 0) puts(error.message);
    NAME(add_)(map, 3 * d);
    if (NAME(sinkhorn_solution_f_at_)(solution, points, 3, at, &error) < 0) puts(error.message);
    NAME(add_)(at, 3);
    if (NAME(sinkhorn_solution_g_at_)(solution, points, 3, at, &error) < 0) puts(error.message);
    NAME(add_)(at, 3);
  }
  printf("%s: ", report.start);
  NAME(end_)(what, (int)status, (int)report.sweeps);
  if (!derivatives) return;

  gradients.struct_size = sizeof gradients;
  gradients.a = in_a;
  gradients.b = in_b;
  gradients.cost = in_cost;
  gradients.epsilon = &in_epsilon;
  cotangent.struct_size = sizeof cotangent;
  cotangent.f = f;
  cotangent.g = g;
  cotangent.plan = plan;
  tangent.struct_size = sizeof tangent;
  tangent.a = f;
  tangent.b = g;
  tangent.epsilon = 1;
  changes.struct_size = sizeof changes;
  changes.f = product;
  changes.g = transposed;
  if (d > 0) {
    if (NAME(sinkhorn_solution_map_)(solution, map, &error) < 0) puts(error.message);
    gradients.x = in_x;
    gradients.y = in_y;
    cotangent.map = map;
    tangent.x = problem->x;
    changes.map = NULL;
  }
  NAME(begin_)();
  status = NAME(sinkhorn_objective_gradient_)(solution, NULL, memory, COUNT(memory), &gradients, &error);
  if (status < 0) puts(error.message);
  NAME(add_)(in_x, N * d);
  NAME(add_)(in_y, M * d);
  NAME(add_)(in_a, N);
  NAME(add_)(in_b, M);
  NAME(add_)(in_cost, N * M);
  NAME(add_)(&in_epsilon, 1);
  status = NAME(sinkhorn_vjp_)(solution, NULL, memory, COUNT(memory), &cotangent, &gradients, &linear, &error);
  if (status < 0) puts(error.message);
  NAME(add_)(in_x, N * d);
  NAME(add_)(in_y, M * d);
  NAME(add_)(in_a, N);
  NAME(add_)(in_b, M);
  NAME(add_)(in_cost, N * M);
  NAME(add_)(&in_epsilon, 1);
  NAME(add_)(&linear.residual, 1);
  NAME(end_)("vjp", (int)status, (int)linear.iterations);
  NAME(begin_)();
  status = NAME(sinkhorn_jvp_)(solution, NULL, memory, COUNT(memory), &tangent, &changes, &linear, &error);
  if (status < 0) puts(error.message);
  NAME(add_)(product, N);
  NAME(add_)(transposed, M);
  status = NAME(sinkhorn_objective_hvp_)(solution, NULL, memory, COUNT(memory), &tangent, &gradients, &linear, &error);
  if (status < 0) puts(error.message);
  NAME(add_)(in_a, N);
  NAME(add_)(in_cost, N * M);
  NAME(end_)("hvp", (int)status, (int)linear.iterations);
}

static void NAME(divergence_line_)(const NAME(sinkhorn_problem_) * problem, const SCALAR *within_x,
                                   const SCALAR *within_y) {
  static SCALAR workspace[SINKHORN_DIVERGENCE_LEN(SCALAR, N, M, 2, SINKHORN_DEFAULT_MEMORY)];
  static SCALAR memory[SINKHORN_DIVERGENCE_GRADIENT_LEN(N, M, 2)];
  const NAME(sinkhorn_divergence_) * divergence;
  NAME(sinkhorn_gradients_) gradients = {0};
  SCALAR value = 0, in_a[N], in_b[M];
  sinkhorn_error error;
  sinkhorn_status status =
      NAME(sinkhorn_divergence_new_)(problem, within_x, within_y, NULL, workspace, COUNT(workspace), &value, &divergence, &error);
  if (status < 0) {
    puts(error.message);
    return;
  }
  gradients.struct_size = sizeof gradients;
  gradients.a = in_a;
  gradients.b = in_b;
  if (NAME(sinkhorn_divergence_gradient_)(divergence, NULL, memory, COUNT(memory), &gradients, &error) < 0)
    puts(error.message);
  NAME(begin_)();
  NAME(add_)(&value, 1);
  NAME(add_)(in_a, N);
  NAME(add_)(in_b, M);
  NAME(end_)("divergence", (int)status, 0);
}

static void NAME(soft_lines_)(const SCALAR *values, const SCALAR *weights) {
  static SCALAR workspace[SINKHORN_SOFT_LEN(SCALAR, N, N, SINKHORN_DEFAULT_MEMORY)];
  static const SCALAR levels[LEVELS] = {0, (SCALAR)0.125, (SCALAR)0.5, (SCALAR)0.75, 1};
  SCALAR out[N], in_values[N], in_weights[N];
  NAME(sinkhorn_soft_) * soft;
  NAME(sinkhorn_report_) report;
  sinkhorn_error error;
  sinkhorn_status status;
  int which;
  report.struct_size = sizeof report;
  for (which = 0; which < 4; which++) {
    size_t outputs = N;
    if (which == 0) {
      outputs = 7;
      status = NAME(sinkhorn_soft_sort_)(values, weights, N, NULL, workspace, COUNT(workspace), out, 7, &soft, &report, &error);
    } else if (which == 1) {
      status = NAME(sinkhorn_soft_rank_)(values, weights, N, NULL, workspace, COUNT(workspace), out, &soft, &report, &error);
    } else if (which == 2) {
      outputs = LEVELS;
      status = NAME(sinkhorn_soft_quantile_)(values, weights, N, levels, NULL, workspace, COUNT(workspace), out, LEVELS,
                                             &soft, &report, &error);
    } else {
      status = NAME(sinkhorn_soft_top_k_)(values, weights, N, 4, NULL, workspace, COUNT(workspace), out, &soft, &report, &error);
    }
    if (status < 0) {
      puts(error.message);
      continue;
    }
    NAME(begin_)();
    NAME(add_)(out, outputs);
    if (NAME(sinkhorn_soft_vjp_)(soft, values, outputs, in_values, in_weights, NULL, &error) < 0) puts(error.message);
    NAME(add_)(in_values, N);
    NAME(add_)(in_weights, N);
    NAME(end_)("soft", (int)status, (int)report.sweeps);
  }
}

static void NAME(all_)(size_t largest, int allocating) {
  static SCALAR x[N * LARGEST], y[M * LARGEST], cost[N * M], transposed[N * M], within_x[N * N], within_y[M * M];
  static SCALAR a[N], b[M], f[N], g[M];
  static const NAME(sinkhorn_start_) starts[] = {
      NULL,
      NAME(sinkhorn_start_monotone_),
      NAME(sinkhorn_start_gaussian_),
      NAME(sinkhorn_start_gaussian_unregularised_),
      NAME(sinkhorn_start_dual_sort_),
      NAME(sinkhorn_start_mixture_),
      NAME(sinkhorn_start_coarse_),
      NAME(sinkhorn_start_cells_),
      NAME(sinkhorn_start_subsample_),
      NAME(sinkhorn_start_auto_),
  };
  NAME(sinkhorn_problem_) points = {0}, matrix = {0};
  NAME(sinkhorn_settings_) settings = {0};
  const size_t start_count = allocating ? COUNT(starts) : 5;
  size_t i, j;

  state = 1;
  for (i = 0; i < N * LARGEST; i++) x[i] = (SCALAR)draw();
  for (i = 0; i < M * LARGEST; i++) y[i] = (SCALAR)(2 * draw());
  for (i = 0; i < N * M; i++) cost[i] = (SCALAR)draw();
  for (i = 0; i < N; i++) a[i] = (SCALAR)(1 + draw());
  for (i = 0; i < M; i++) b[i] = (SCALAR)(1 + draw());
  for (i = 0; i < N; i++)
    for (j = 0; j < M; j++) transposed[i + j * N] = cost[i * M + j];
  for (i = 0; i < N; i++)
    for (j = 0; j < N; j++) within_x[i * N + j] = (x[i] - x[j]) * (x[i] - x[j]);
  for (i = 0; i < M; i++)
    for (j = 0; j < M; j++) within_y[i * M + j] = (y[i] - y[j]) * (y[i] - y[j]);

  points.struct_size = sizeof points;
  points.n = N;
  points.m = M;
  points.x = x;
  points.y = y;
  settings.struct_size = sizeof settings;
  settings.start_seed = 7;
  /* Every start and every acceleration, at every dimension. */
  for (points.dimension = 1; points.dimension <= largest; points.dimension++) {
    for (i = 0; i < start_count; i++) {
      settings.start = starts[i];
      for (settings.acceleration = SINKHORN_ACCELERATION_PLAIN;
           settings.acceleration <= SINKHORN_ACCELERATION_ANDERSON; settings.acceleration++) {
        NAME(line_)("start", &points, &settings, 0, f, g);
      }
    }
  }
  settings.start = NULL;
  settings.acceleration = SINKHORN_ACCELERATION_DEFAULT;

  /* From the result before; then from g alone. */
  points.dimension = largest;
  settings.threshold = sizeof(SCALAR) == 4 ? (SCALAR)(1.0 / 8192) : (SCALAR)(1.0 / 67108864);
  settings.start_f = f;
  settings.start_g = g;
  {
    SCALAR f_of_g[N];
    NAME(line_)("given", &points, &settings, 0, f, g);
    settings.start_f = NULL;
    NAME(line_)("given", &points, &settings, 1, f_of_g, g);
    settings.start_g = NULL;
  }

  /* Costs, storages, annealing, relaxation. */
  points.dimension = 2;
  for (points.ground_cost = SINKHORN_COST_SQUARED_EUCLIDEAN; points.ground_cost <= SINKHORN_COST_COSINE; points.ground_cost++) {
    points.p = points.ground_cost == SINKHORN_COST_P_NORM ? (SCALAR)1.5 : 0;
    for (settings.storage = SINKHORN_STORAGE_STREAM; settings.storage <= SINKHORN_STORAGE_KERNEL; settings.storage++)
      NAME(line_)("cost", &points, &settings, points.ground_cost == SINKHORN_COST_EUCLIDEAN, f, g);
  }
  points.ground_cost = SINKHORN_COST_SQUARED_EUCLIDEAN;
  settings.storage = SINKHORN_STORAGE_STREAM;
  settings.annealing_first = 16;
  NAME(line_)("annealing", &points, &settings, 0, f, g);
  settings.annealing_first = 0;

  /* A matrix in both orders, relaxed, and scaled. */
  matrix.struct_size = sizeof matrix;
  matrix.n = N;
  matrix.m = M;
  matrix.cost = cost;
  matrix.a = a;
  matrix.b = b;
  matrix.rho_a = 2;
  matrix.rho_b = 4;
  matrix.epsilon_kind = SINKHORN_EPSILON_OF_MEAN;
  matrix.epsilon = (SCALAR)0.125;
  NAME(line_)("matrix", &matrix, &settings, 1, f, g);
  matrix.cost = transposed;
  matrix.cost_order = SINKHORN_ORDER_COLUMN_MAJOR;
  matrix.cost_scale_kind = SINKHORN_SCALE_STD;
  NAME(line_)("transposed", &matrix, &settings, 0, f, g);

  NAME(divergence_line_)(&points, NULL, NULL);
  matrix.cost = cost;
  matrix.cost_order = SINKHORN_ORDER_ROW_MAJOR;
  NAME(divergence_line_)(&matrix, within_x, within_y);
  NAME(soft_lines_)(x, a);
}
