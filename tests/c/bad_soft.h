/* Soft operators. */

static void NAME(setup_soft_)(void) {
  size_t i;
  memset(&T, 0, sizeof T);
  T.count = N; /* the length of the output */
  T.values = NAME(numbers_)(N, 4);
  T.weights = NAME(numbers_)(N, 6);
  for (i = 0; i < N; i++) T.weights[i] += (SCALAR)0.5;
  T.levels = NAME(scalars_)(LEVELS);
  for (i = 0; i < LEVELS; i++) T.levels[i] = (SCALAR)(i + 1) / 8;
  T.k = 2;
  T.j = N; /* the number of values */
  T.softness = memset(lend(sizeof *T.softness), 0, sizeof *T.softness);
  T.softness->struct_size = sizeof *T.softness;
  T.settings = memset(lend(sizeof *T.settings), 0, sizeof *T.settings);
  T.settings->struct_size = sizeof *T.settings;
  T.differentiation = memset(lend(sizeof *T.differentiation), 0, sizeof *T.differentiation);
  T.differentiation->struct_size = sizeof *T.differentiation;
  T.softness->solve = T.settings;
  T.softness->differentiation = T.differentiation;
  T.softness->epsilon = (SCALAR)0.25;
  T.i = N; /* levels that the length is asked for */
  T.workspace_len = SINKHORN_SOFT_LEN(SCALAR, N, N, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
  T.out = NAME(scalars_)(N);
  T.soft = lend(sizeof *T.soft);
  T.report = lend(sizeof *T.report);
  T.report->struct_size = sizeof *T.report;
  T.len = lend(sizeof *T.len);
}
static void NAME(setup_quantile_)(void) {
  NAME(setup_soft_)();
  T.count = LEVELS;
  T.out = NAME(scalars_)(LEVELS);
  T.workspace_len = SINKHORN_SOFT_LEN(SCALAR, N, 2 * LEVELS + 1, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
}
static void NAME(setup_top_k_)(void) {
  NAME(setup_soft_)();
  T.workspace_len = SINKHORN_SOFT_LEN(SCALAR, N, 2, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
}

static sinkhorn_status NAME(call_soft_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_len_)(T.j, T.i, T.softness, T.len, error);
}
static sinkhorn_status NAME(call_sort_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_sort_)(T.values, T.weights, T.j, T.softness, T.workspace, T.workspace_len, T.out, T.count, T.soft,
                                   T.report, error);
}
static sinkhorn_status NAME(call_rank_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_rank_)(T.values, T.weights, T.j, T.softness, T.workspace, T.workspace_len, T.out, T.soft,
                                   T.report, error);
}
static sinkhorn_status NAME(call_quantile_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_quantile_)(T.values, T.weights, T.j, T.levels, T.softness, T.workspace, T.workspace_len, T.out,
                                       T.count, T.soft, T.report, error);
}
static sinkhorn_status NAME(call_top_k_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_top_k_)(T.values, T.weights, T.j, T.k, T.softness, T.workspace, T.workspace_len, T.out, T.soft,
                                    T.report, error);
}
static sinkhorn_status NAME(call_soft_vjp_)(sinkhorn_error *error) {
  return NAME(sinkhorn_soft_vjp_)(T.softened, T.vector, T.count, T.out, T.more, T.linear, error);
}

static void NAME(setup_softened_)(void) {
  sinkhorn_error error;
  NAME(setup_soft_)();
  if (NAME(sinkhorn_soft_sort_)(T.values, T.weights, N, T.softness, T.workspace, T.workspace_len, T.out, N, &T.softened, NULL,
                                &error) != SINKHORN_OK)
    complain(__FILE__, __LINE__, "a good call", error.message);
  T.vector = NAME(numbers_)(N, 5);
  T.more = NAME(scalars_)(N);
  T.linear = lend(sizeof *T.linear);
  T.linear->struct_size = sizeof *T.linear;
}

static void NAME(softness_cases_)(setup_function *setup, call_function *call) {
  GOOD((void)0);
  GOOD(T.softness = NULL);
  GOOD(T.softness->solve = NULL; T.softness->differentiation = NULL);
  BAD_STRUCT(T.softness, "settings");
  BAD(T.softness->keep_scale = 2, OUT_OF_RANGE, "keep_scale");
  BAD(T.softness->keep_scale = -1, OUT_OF_RANGE, "keep_scale");
  BAD(T.softness->start = 2, OUT_OF_RANGE, "start");
  BAD(T.softness->start = -1, OUT_OF_RANGE, "start");
  BAD(T.settings->struct_size = 0, STRUCT_SIZE, "solve");
  BAD(T.settings->struct_size += 1, STRUCT_SIZE, "solve");
  BAD(T.softness->solve = ODD(T.settings), MISALIGNED, "solve");
  BAD(T.differentiation->struct_size = 0, STRUCT_SIZE, "differentiation");
  BAD(T.differentiation->struct_size += 1, STRUCT_SIZE, "differentiation");
  BAD(T.softness->differentiation = ODD(T.differentiation), MISALIGNED, "differentiation");
  BAD(T.settings->start = NAME(sinkhorn_start_monotone_), UNSUPPORTED, "start");
  BAD(T.settings->start_f = T.values, UNSUPPORTED, "start_f");
  BAD(T.settings->start_g = T.values, UNSUPPORTED, "start_g");
  BAD(T.settings->observer = NAME(stop_), UNSUPPORTED, "observer");
  BAD(T.settings->storage = 4, OUT_OF_RANGE, "storage");
  BAD(T.settings->memory = 65, OUT_OF_RANGE, "memory");
  BAD(T.settings->threshold = (SCALAR)NAN, NOT_POSITIVE, "threshold");
  BAD(T.settings->acceleration = 9, OUT_OF_RANGE, "acceleration");
  BAD(T.settings->simd = 9, OUT_OF_RANGE, "simd");
  BAD(T.differentiation->tolerance = -1, NOT_POSITIVE, "tolerance");
  BAD(T.differentiation->tolerance = (SCALAR)NAN, NOT_POSITIVE, "tolerance");
}

static void NAME(operator_cases_)(setup_function *setup, call_function *call, const char *out) {
  NAME(softness_cases_)(setup, call);
  BAD(T.softness->epsilon = -1, NOT_POSITIVE, "epsilon");
  BAD(T.softness->epsilon = (SCALAR)NAN, NOT_POSITIVE, "epsilon");
  BAD(T.softness->epsilon = (SCALAR)INFINITY, NOT_POSITIVE, "epsilon");
  GOOD(T.weights = NULL; T.soft = NULL; T.report = NULL);
  BAD(T.values = NULL, NULL_POINTER, "values");
  BAD(T.values = ODD(T.values), MISALIGNED, "values");
  BAD(T.weights = ODD(T.weights), MISALIGNED, "weights");
  BAD(T.workspace = NULL, NULL_POINTER, "workspace");
  BAD(T.workspace = ODD(T.workspace), MISALIGNED, "workspace");
  BAD(T.workspace_len = 0, WORKSPACE, "workspace");
  BAD(T.workspace_len -= 1, WORKSPACE, "workspace");
  BAD(T.workspace_len = SIZE_MAX, TOO_LARGE, "workspace");
  BAD(T.settings->storage = SINKHORN_STORAGE_KERNEL, WORKSPACE, "workspace");
  BAD(T.out = NULL, NULL_POINTER, out);
  BAD(T.out = ODD(T.out), MISALIGNED, out);
  BAD(T.soft = ODD(T.soft), MISALIGNED, "soft");
  BAD_STRUCT(T.report, "report");
  BAD(T.j = 0, EMPTY, "n");
  BAD(T.j = SIZE_MAX / 2, TOO_LARGE, NULL);
  BAD(T.j = SIZE_MAX, TOO_LARGE, NULL);
  BAD_ENTRIES(T.values, N, 0, "values");
  BAD_WEIGHTS(T.weights, N, "weights");
  ALIASED(T.out = T.workspace, "workspace");
  ALIASED(T.out = T.values, out);
  ALIASED(T.out = T.weights, out);
  ALIASED(T.values = T.workspace, "workspace");
  ALIASED(T.weights = T.workspace + T.workspace_len - 1, "workspace");
  ALIASED(T.soft = (void *)T.out, out);
  ALIASED(T.soft = (void *)T.values, "soft");
  ALIASED(T.soft = (void *)T.workspace, "workspace");
  ALIASED(T.out = (void *)&T.report->start, out);
  ALIASED(T.out = &T.softness->epsilon, out);
  ALIASED(T.out = (void *)&T.settings->start_seed, out);
  ALIASED(T.out = (void *)&T.differentiation->tolerance, out);
  STRUCT_IN_WORKSPACE(softness);
  STRUCT_IN_WORKSPACE(report);
  BAD_ERROR(T.workspace);
  BAD_ERROR(T.values);
  BAD_ERROR(T.weights);
  BAD_ERROR(T.out);
  BAD_ERROR(T.report);
  BAD_ERROR(T.softness);
  ODD_ERROR();
}

static void NAME(soft_cases_)(void) {
  setup_function *setup = NAME(setup_soft_);
  call_function *call = NAME(call_soft_len_);
  size_t i;

  NAME(softness_cases_)(setup, call);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = (void *)T.softness, "len");
  BAD(T.j = 0, EMPTY, "n");
  BAD(T.i = 0, EMPTY, "m");
  BAD(T.j = SIZE_MAX / 2, TOO_LARGE, "n");
  BAD(T.i = SIZE_MAX / 2, TOO_LARGE, "m");
  BAD(T.i = T.j = SIZE_MAX, TOO_LARGE, "n");
  BAD_ERROR(T.len);
  BAD_ERROR(T.softness);
  ODD_ERROR();

  call = NAME(call_sort_);
  NAME(operator_cases_)(setup, call, "sorted");
  BAD(T.count = 0, EMPTY, "m");
  BAD(T.count = SIZE_MAX / 2, TOO_LARGE, NULL);
  BAD(T.count = SIZE_MAX, TOO_LARGE, NULL);
  NAME(operator_cases_)(setup, NAME(call_rank_), "ranks");

  call = NAME(call_top_k_);
  setup = NAME(setup_top_k_);
  NAME(operator_cases_)(setup, call, "chosen");
  BAD(T.k = 0, OUT_OF_RANGE, "k");
  BAD(T.k = -1, OUT_OF_RANGE, "k");
  BAD(T.k = N, OUT_OF_RANGE, "k");
  BAD(T.k = (SCALAR)NAN, OUT_OF_RANGE, "k");
  BAD(T.k = (SCALAR)INFINITY, OUT_OF_RANGE, "k");

  call = NAME(call_quantile_);
  setup = NAME(setup_quantile_);
  NAME(operator_cases_)(setup, call, "quantiles");
  BAD(T.levels = NULL, NULL_POINTER, "levels");
  BAD(T.levels = ODD(T.levels), MISALIGNED, "levels");
  BAD(T.count = 0, EMPTY, "count");
  BAD(T.count = SIZE_MAX / 2, TOO_LARGE, "levels");
  BAD(T.count = SIZE_MAX, TOO_LARGE, "levels");
  BAD_AT(T.levels[0] = (SCALAR)-0.125, OUT_OF_RANGE, "levels", 0, NOWHERE);
  BAD_AT(T.levels[LEVELS - 1] = (SCALAR)1.125, OUT_OF_RANGE, "levels", LEVELS - 1, NOWHERE);
  BAD(T.softness->quantiles = 2, OUT_OF_RANGE, "quantiles");
  GOOD(T.softness->quantiles = SINKHORN_QUANTILE_LINEAR);
  GOOD(T.levels[0] = T.levels[2]); /* in any order, repeated */
  for (i = 0; i < LEVELS; i++) {
    setup();
    T.levels[i] = (SCALAR)NAN;
    EXPECT(call(NULL) == SINKHORN_ERROR_OUT_OF_RANGE || call(NULL) == SINKHORN_ERROR_NOT_FINITE);
    release();
  }
  ALIASED(T.levels = T.workspace, "workspace");
  ALIASED(T.out = T.levels, "quantiles");

  setup = NAME(setup_softened_);
  call = NAME(call_soft_vjp_);
  GOOD((void)0);
  GOOD(T.more = NULL; T.linear = NULL);
  BAD(T.softened = NULL, NULL_POINTER, "soft");
  BAD(T.softened = ODD(T.workspace), MISALIGNED, "soft");
  BAD(T.softened = memset(lend(64), 0, 64), HANDLE, "soft");
  BAD(T.softened = lend(64), HANDLE, "soft");
  BAD(memset(T.workspace, 0, T.workspace_len * sizeof(SCALAR)), HANDLE, "soft");
  BAD(T.values[0] = LARGEST; T.values[1] = -LARGEST; NAME(call_sort_)(NULL), HANDLE, "soft"); /* their spread */
  BAD(T.vector = NULL, NULL_POINTER, "cotangent");
  BAD(T.vector = ODD(T.vector), MISALIGNED, "cotangent");
  BAD(T.count = 0, LENGTH, "outputs");
  BAD(T.count -= 1, LENGTH, "outputs");
  BAD(T.count += 1, LENGTH, "outputs");
  BAD(T.count = SIZE_MAX, TOO_LARGE, "cotangent");
  BAD_ENTRIES(T.vector, N, 0, "cotangent");
  BAD(T.out = NULL, NULL_POINTER, "in_values");
  BAD(T.out = ODD(T.out), MISALIGNED, "in_values");
  BAD(T.more = ODD(T.more), MISALIGNED, "in_weights");
  BAD_STRUCT(T.linear, "report");
  ALIASED(T.out = T.workspace, "soft");
  ALIASED(T.out = T.vector, "in_values");
  ALIASED(T.more = T.out, "in_values");
  ALIASED(T.more = T.vector + N - 1, "in_weights");
  ALIASED(T.more = T.workspace + T.workspace_len - 1, "soft");
  ALIASED(T.linear = memcpy(T.workspace + T.workspace_len / 4 * 2, T.linear, sizeof *T.linear), "soft");
  ALIASED(T.vector = T.workspace, NULL);
  BAD_ERROR(T.workspace);
  BAD_ERROR(T.vector);
  BAD_ERROR(T.out);
  BAD_ERROR(T.linear);
  ODD_ERROR();
  setup();
  EXPECT(OTHER(sinkhorn_soft_vjp_)((void *)T.softened, (void *)T.vector, N, (void *)T.out, NULL, NULL, NULL) ==
         SINKHORN_ERROR_HANDLE);
  EXPECT(NAME(sinkhorn_solution_f_)((void *)T.softened) == NULL);
  release();
}
