/* The part of struct_sizes.c that is made for each scalar. */

static const SCALAR NAME(x_)[N * D] = {0, 0, 1, (SCALAR)0.25, (SCALAR)0.5, (SCALAR)1.5};
static const SCALAR NAME(y_)[M * D] = {2, 1, 3, (SCALAR)1.5};
static const SCALAR NAME(a_)[N] = {(SCALAR)0.5, (SCALAR)0.25, (SCALAR)0.25};
static const SCALAR NAME(b_)[M] = {(SCALAR)0.75, (SCALAR)0.25};
static const SCALAR NAME(in_plan_)[N * M] = {0, 1};
static SCALAR NAME(workspace_)[SINKHORN_WORKSPACE_LEN(SCALAR, N, M, D, SINKHORN_DEFAULT_MEMORY)];
static SCALAR NAME(memory_)[SINKHORN_DERIVATIVES_LEN(N, M, D)];
static SCALAR NAME(soft_memory_)[SINKHORN_SOFT_LEN(SCALAR, N, N, SINKHORN_DEFAULT_MEMORY)];
static const NAME(sinkhorn_solution_) *NAME(solution_);
static SCALAR NAME(out_)[7][N * M];
#define LEN(array) (sizeof(array) / sizeof *(array))
#define WORKSPACE NAME(workspace_), LEN(NAME(workspace_))
#define MEMORY NAME(memory_), LEN(NAME(memory_))
#define OUT NAME(out_)

static NAME(sinkhorn_problem_) NAME(problem_)(void) {
  NAME(sinkhorn_problem_) problem = {0};
  problem.struct_size = sizeof problem;
  problem.n = N, problem.m = M, problem.dimension = D;
  problem.x = NAME(x_), problem.y = NAME(y_), problem.a = NAME(a_), problem.b = NAME(b_);
  problem.epsilon = (SCALAR)0.25, problem.epsilon_kind = SINKHORN_EPSILON_ABSOLUTE;
  problem.rho_a = 2, problem.ground_cost = SINKHORN_COST_P_NORM, problem.p = 3;
  return problem;
}

static sinkhorn_status NAME(solve_with_)(const NAME(sinkhorn_problem_) * problem,
                                         const NAME(sinkhorn_settings_) * settings, uint64_t *results,
                                         sinkhorn_error *error) {
  const sinkhorn_status status =
      NAME(sinkhorn_solve_)(problem, settings, WORKSPACE, &NAME(solution_), NULL, error);
  if (status >= 0) {
    add(results, NAME(sinkhorn_solution_f_)(NAME(solution_)), N * sizeof(SCALAR));
    add(results, NAME(sinkhorn_solution_g_)(NAME(solution_)), M * sizeof(SCALAR));
  }
  return status;
}

static sinkhorn_status NAME(with_problem_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(solve_with_)(object, NULL, results, error);
}

static sinkhorn_status NAME(with_settings_)(void *object, uint64_t *results, sinkhorn_error *error) {
  const NAME(sinkhorn_problem_) problem = NAME(problem_)();
  return NAME(solve_with_)(&problem, object, results, error);
}

/* Two problems, which lie as far apart as the first says that it is long. */
static sinkhorn_status NAME(with_batch_)(void *object, uint64_t *results, sinkhorn_error *error) {
  const size_t told = size_of(object), size = told > sizeof told ? told : sizeof told;
  char *two = calloc(2, size), *reports = calloc(2, sizeof(NAME(sinkhorn_report_)) + LATER);
  const size_t stride = sizeof(NAME(sinkhorn_report_)) + LATER;
  NAME(sinkhorn_report_) second;
  sinkhorn_status status;
  if (two == NULL || reports == NULL) exit(1);
  memcpy(two, object, size), memcpy(two + size, object, size);
  memcpy(reports, &stride, sizeof stride);
  status = NAME(sinkhorn_solve_batch_)((void *)two, 2, NULL, WORKSPACE, OUT[0], OUT[1], (void *)reports, NULL, error);
  if (status >= 0) {
    memcpy(&second, reports + stride, sizeof second);
    CHECK(second.struct_size == stride && second.start != NULL);
    add(results, &second.status, sizeof second.status);
    if (second.status >= 0) add(results, OUT[0], 2 * N * sizeof(SCALAR)), add(results, OUT[1], 2 * M * sizeof(SCALAR));
  }
  free(two), free(reports);
  return status;
}

static sinkhorn_status NAME(with_report_)(void *object, uint64_t *results, sinkhorn_error *error) {
  (void)results;
  return NAME(sinkhorn_solution_report_)(NAME(solution_), object, error);
}

static int NAME(watch_)(const NAME(sinkhorn_observation_) * observation, void *data) {
  if (data != NULL) *(size_t *)data = observation->struct_size;
  return 0;
}

static sinkhorn_status NAME(with_in_place_)(void *object, uint64_t *results, sinkhorn_error *error) {
  static const SCALAR cost[N * M] = {0, 1, 4, 2, 1, 3};
  sinkhorn_status status;
  memcpy(OUT[0], cost, sizeof cost);
  memset(OUT[1], 0, sizeof OUT[1]);
  status = NAME(sinkhorn_solve_in_place_)(object, error);
  if (status >= 0) add(results, OUT[1], N * sizeof(SCALAR)), add(results, OUT[2], M * sizeof(SCALAR));
  return status;
}

static NAME(sinkhorn_gradients_) NAME(all_gradients_)(void) {
  NAME(sinkhorn_gradients_) gradients = {0};
  gradients.struct_size = sizeof gradients;
  gradients.x = OUT[0], gradients.y = OUT[1], gradients.a = OUT[2], gradients.b = OUT[3];
  gradients.cost = OUT[4], gradients.epsilon = OUT[5];
  return gradients;
}

/* The loss is P_01 and f; what the structs lack is what they have zero. */
static sinkhorn_status NAME(derive_)(const NAME(sinkhorn_derivative_settings_) * settings,
                                     const NAME(sinkhorn_cotangent_) * cotangent,
                                     const NAME(sinkhorn_gradients_) * gradients,
                                     NAME(sinkhorn_linear_report_) * report, uint64_t *results,
                                     sinkhorn_error *error) {
  NAME(sinkhorn_cotangent_) loss = {0};
  const NAME(sinkhorn_gradients_) all = NAME(all_gradients_)();
  sinkhorn_status status;
  loss.struct_size = sizeof loss;
  loss.plan = NAME(in_plan_), loss.f = NAME(a_), loss.map = NAME(in_plan_);
  memset(OUT, 0, sizeof OUT);
  status = NAME(sinkhorn_vjp_)(NAME(solution_), settings, MEMORY, cotangent != NULL ? cotangent : &loss,
                               gradients != NULL ? gradients : &all, report, error);
  if (status >= 0) add(results, OUT, sizeof OUT);
  return status;
}

static sinkhorn_status NAME(with_differentiation_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(derive_)(object, NULL, NULL, NULL, results, error);
}
static sinkhorn_status NAME(with_cotangent_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(derive_)(NULL, object, NULL, NULL, results, error);
}
static sinkhorn_status NAME(with_gradients_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(derive_)(NULL, NULL, object, NULL, results, error);
}
static sinkhorn_status NAME(with_linear_report_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(derive_)(NULL, NULL, NULL, object, results, error);
}

static sinkhorn_status NAME(change_)(const NAME(sinkhorn_tangent_) * tangent, const NAME(sinkhorn_changes_) * changes,
                                     uint64_t *results, sinkhorn_error *error) {
  NAME(sinkhorn_tangent_) along = {0};
  NAME(sinkhorn_changes_) all = {0};
  sinkhorn_status status;
  along.struct_size = sizeof along, all.struct_size = sizeof all;
  along.x = NAME(x_), along.epsilon = 1;
  all.f = OUT[0], all.g = OUT[1], all.plan = OUT[2], all.map = OUT[3];
  memset(OUT, 0, sizeof OUT);
  status = NAME(sinkhorn_jvp_)(NAME(solution_), NULL, MEMORY, tangent != NULL ? tangent : &along,
                               changes != NULL ? changes : &all, NULL, error);
  if (status >= 0) add(results, OUT, sizeof OUT);
  return status;
}

static sinkhorn_status NAME(with_tangent_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(change_)(object, NULL, results, error);
}
static sinkhorn_status NAME(with_changes_)(void *object, uint64_t *results, sinkhorn_error *error) {
  return NAME(change_)(NULL, object, results, error);
}

static sinkhorn_status NAME(with_softness_)(void *object, uint64_t *results, sinkhorn_error *error) {
  const sinkhorn_status status =
      NAME(sinkhorn_soft_rank_)(NAME(a_), NULL, N, object, NAME(soft_memory_), LEN(NAME(soft_memory_)), OUT[0], NULL, NULL,
                                error);
  if (status >= 0) add(results, OUT[0], N * sizeof(SCALAR));
  return status;
}

static void NAME(all_)(void) {
  const NAME(sinkhorn_problem_) problem = NAME(problem_)();
  NAME(sinkhorn_settings_) settings = {0};
  NAME(sinkhorn_in_place_) in_place = {0};
  NAME(sinkhorn_derivative_settings_) differentiation = {0};
  NAME(sinkhorn_cotangent_) cotangent = {0};
  const NAME(sinkhorn_gradients_) gradients = NAME(all_gradients_)();
  NAME(sinkhorn_tangent_) tangent = {0};
  NAME(sinkhorn_changes_) changes = {0};
  NAME(sinkhorn_soft_settings_) softness = {0};
  size_t observed = 0;
  uint64_t results = 1;
  sinkhorn_error error;

  input(__LINE__, NAME(with_problem_), &problem, BEFORE(NAME(sinkhorn_problem_), a), "problem");
  input(__LINE__, NAME(with_batch_), &problem, BEFORE(NAME(sinkhorn_problem_), a), "problems");
  settings.struct_size = sizeof settings;
  settings.threshold = (SCALAR)0.01, settings.max_sweeps = 7, settings.threads = 1, settings.simd = SINKHORN_SIMD_BEST;
  settings.acceleration = SINKHORN_ACCELERATION_RELAXATION, settings.relaxation = (SCALAR)1.25;
  settings.observer = NAME(watch_), settings.observer_data = &observed, settings.start_seed = 3;
  settings.skipping = SINKHORN_SKIPPING_ON;
  input(__LINE__, NAME(with_settings_), &settings, BEFORE(NAME(sinkhorn_settings_), observer), "settings");
  CHECK(observed == sizeof(NAME(sinkhorn_observation_)));

  /* A solution for the others. */
  CHECK(NAME(solve_with_)(&problem, NULL, &results, &error) == SINKHORN_CONVERGED);
  output(__LINE__, NAME(with_report_), sizeof(NAME(sinkhorn_report_)), BEFORE(NAME(sinkhorn_report_), row_error));
  differentiation.struct_size = sizeof differentiation;
  differentiation.tolerance = (SCALAR)0.01, differentiation.max_iterations = 1;
  input(__LINE__, NAME(with_differentiation_), &differentiation,
        BEFORE(NAME(sinkhorn_derivative_settings_), max_iterations), "settings");
  cotangent.struct_size = sizeof cotangent;
  cotangent.f = NAME(a_), cotangent.plan = NAME(in_plan_), cotangent.map = NAME(in_plan_);
  input(__LINE__, NAME(with_cotangent_), &cotangent, BEFORE(NAME(sinkhorn_cotangent_), plan), "cotangent");
  input(__LINE__, NAME(with_gradients_), &gradients, BEFORE(NAME(sinkhorn_gradients_), a), "gradients");
  output(__LINE__, NAME(with_linear_report_), sizeof(NAME(sinkhorn_linear_report_)),
         BEFORE(NAME(sinkhorn_linear_report_), residual));
  tangent.struct_size = sizeof tangent;
  tangent.x = NAME(x_), tangent.epsilon = 1;
  input(__LINE__, NAME(with_tangent_), &tangent, BEFORE(NAME(sinkhorn_tangent_), a), "tangent");
  changes.struct_size = sizeof changes;
  changes.f = OUT[0], changes.g = OUT[1], changes.plan = OUT[2], changes.map = OUT[3];
  input(__LINE__, NAME(with_changes_), &changes, BEFORE(NAME(sinkhorn_changes_), plan), "changes");

  in_place.struct_size = sizeof in_place;
  in_place.n = N, in_place.m = M, in_place.cost = OUT[0], in_place.f = OUT[1], in_place.g = OUT[2];
  in_place.scratch = NAME(memory_), in_place.epsilon = (SCALAR)0.5, in_place.max_sweeps = 3;
  input(__LINE__, NAME(with_in_place_), &in_place, BEFORE(NAME(sinkhorn_in_place_), threshold), "problem");
  softness.struct_size = sizeof softness;
  softness.epsilon = (SCALAR)0.5, softness.keep_scale = 1, softness.start = SINKHORN_SOFT_START_ZERO;
  input(__LINE__, NAME(with_softness_), &softness, BEFORE(NAME(sinkhorn_soft_settings_), epsilon), "settings");
}
#undef LEN
#undef WORKSPACE
#undef MEMORY
#undef OUT
