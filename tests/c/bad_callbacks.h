/* Functions of the caller's own that return or write nonsense, and the library's starts called with it. */

/* What the callbacks of a case do, and how often they were called. */
static struct {
  SCALAR value;
  const SCALAR *x, *y; /* the pair that has this value, whenever it is asked for */
  long from, seen, gradient_from, gradient_seen; /* all have it after so many calls */
  sinkhorn_wrote wrote;
  what_start_does how;
} NAME(own_);
#define OWN NAME(own_)

static SCALAR NAME(own_cost_)(const SCALAR *x, const SCALAR *y, size_t dimension, void *data) {
  SCALAR sum = 0;
  size_t k;
  (void)data;
  for (k = 0; k < dimension; k++) sum += (x[k] - y[k]) * (x[k] - y[k]);
  if (OWN.x != NULL && OWN.x[0] == x[0] && OWN.y[0] == y[0]) return OWN.value;
  return OWN.seen++ >= OWN.from ? OWN.value : sum;
}

static void NAME(own_gradient_)(const SCALAR *x, const SCALAR *y, size_t dimension, SCALAR *in_x, SCALAR *in_y,
                                void *data) {
  size_t k;
  (void)data;
  for (k = 0; k < dimension; k++) {
    in_x[k] = 2 * (x[k] - y[k]);
    in_y[k] = -in_x[k];
    if (OWN.gradient_seen >= OWN.gradient_from) in_x[k] = in_y[k] = OWN.value;
  }
  OWN.gradient_seen++;
}

static int NAME(stop_)(const NAME(sinkhorn_observation_) * observation, void *data) {
  (void)data;
  return observation->struct_size == sizeof *observation && observation->sweep >= 2 ? -1 : 0;
}

/* Writes what it says, all of it the same number, and says what it is told to. */
static sinkhorn_wrote NAME(own_start_)(NAME(sinkhorn_target_) * target, SCALAR *f, SCALAR *g, void *data) {
  size_t i;
  (void)data;
  switch (OWN.how) {
    case NOTHING_WRITTEN:
      break;
    case NUMBERS:
      for (i = 0; i < NAME(sinkhorn_target_n_)(target); i++) f[i] = OWN.value;
      for (i = 0; i < NAME(sinkhorn_target_m_)(target); i++) g[i] = OWN.value;
      break;
    case LAST_NUMBER:
      for (i = 0; i < NAME(sinkhorn_target_n_)(target); i++) f[i] = i + 1 == N ? OWN.value : 0;
      for (i = 0; i < NAME(sinkhorn_target_m_)(target); i++) g[i] = i + 1 == M ? OWN.value : 0;
      break;
    case REFUSED_BY_ANOTHER: /* the points have two dimensions */
      EXPECT(NAME(sinkhorn_start_monotone_)(target, f, g, NULL) == SINKHORN_ERROR_UNSUPPORTED);
      break;
    case NULL_POINTERS:
      EXPECT(NAME(sinkhorn_start_monotone_)(NULL, f, g, NULL) == SINKHORN_ERROR_NULL_POINTER);
      EXPECT(NAME(sinkhorn_start_monotone_)(target, NULL, g, NULL) == SINKHORN_ERROR_NULL_POINTER);
      EXPECT(NAME(sinkhorn_start_monotone_)(target, f, NULL, NULL) == SINKHORN_ERROR_NULL_POINTER);
      EXPECT(NAME(sinkhorn_start_gaussian_)(target, NULL, NULL, NULL) == SINKHORN_ERROR_NULL_POINTER);
      break;
    case MISALIGNED_POINTERS:
      for (i = 0; i < N; i++) f[i] = 0;
      OWN.value = 0;
      EXPECT(NAME(sinkhorn_start_gaussian_)(target, ODD(f), g, NULL) == SINKHORN_ERROR_MISALIGNED);
      EXPECT(NAME(sinkhorn_start_gaussian_)(target, f, ODD(g), NULL) == SINKHORN_ERROR_MISALIGNED);
      for (i = 0; i < N; i++) OWN.value += f[i];
      EXPECT(OWN.value == 0);
      break;
  }
  return OWN.wrote;
}

static void NAME(setup_own_)(void) {
  NAME(setup_)();
  memset(&OWN, 0, sizeof OWN);
  OWN.value = (SCALAR)NAN;
  T.problem->ground_cost = SINKHORN_COST_CUSTOM;
  T.problem->cost_function = NAME(own_cost_);
  T.problem->cost_gradient = NAME(own_gradient_);
  OWN.from = OWN.gradient_from = 1L << 30;
}

static void NAME(setup_start_)(void) {
  NAME(setup_)();
  memset(&OWN, 0, sizeof OWN);
  OWN.value = (SCALAR)NAN;
  T.settings->start = NAME(own_start_);
}

/* A cost that becomes NaN in the course of a solve: an error, or numbers that all are finite. */
static void NAME(late_nonsense_)(void) {
  static const SCALAR values[] = {(SCALAR)NAN, (SCALAR)INFINITY, -(SCALAR)INFINITY, -LARGEST, LARGEST};
  size_t which, i, storage;
  int told;
  long from;
  for (which = 0; which < sizeof values / sizeof *values; which++)
    for (storage = 0, told = 0; storage < 3; storage++)
      for (from = 0; !told && from < 20 * N * M; from += from < 4 * N * M ? 1 : 7) {
        sinkhorn_error error;
        sinkhorn_status status;
        const SCALAR *numbers;
        NAME(setup_own_)();
        OWN.from = from;
        OWN.value = values[which];
        T.settings->storage = (sinkhorn_storage)storage;
        T.settings->max_sweeps = 30;
        T.settings->threshold = sizeof(SCALAR) == 8 ? (SCALAR)1e-12 : (SCALAR)1e-5;
        T.workspace_len += SINKHORN_KERNEL_LEN(N, M);
        T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
        status = NAME(sinkhorn_solve_)(T.problem, T.settings, T.workspace, T.workspace_len, &T.solved, T.report, &error);
        calls++;
        if (status == SINKHORN_ERROR_INTERNAL) complain(__FILE__, __LINE__, "a cost that is not finite", error.message);
        if (status >= 0) {
          int finite = 1;
          numbers = NAME(sinkhorn_solution_f_)(T.solved);
          for (i = 0; i < N; i++) finite = finite && isfinite(numbers[i]);
          numbers = NAME(sinkhorn_solution_g_)(T.solved);
          for (i = 0; i < M; i++) finite = finite && isfinite(numbers[i]);
          finite = finite && isfinite(T.report->objective) && isfinite(T.report->dual_value) &&
                   isfinite(T.report->row_error) && isfinite(T.report->column_error) && isfinite(T.report->mass) &&
                   isfinite(T.report->transport_cost) && isfinite(T.report->start_value) && isfinite(T.report->epsilon);
          if (!finite) {
            char what[160];
            sprintf(what, "cost %g from call %ld on, storage %d: status %d", (double)OWN.value, from, (int)storage,
                    (int)status);
            complain(__FILE__, __LINE__, what, "numbers that are not finite");
            told = 1;
          }
        }
        release();
      }
}

static void NAME(callback_cases_)(void) {
  setup_function *setup = NAME(setup_own_);
  call_function *call = NAME(call_solve_);
  static const NAME(sinkhorn_start_) starts[] = {
      NAME(sinkhorn_start_monotone_),  NAME(sinkhorn_start_dual_sort_), NAME(sinkhorn_start_gaussian_),
      NAME(sinkhorn_start_gaussian_unregularised_), NAME(sinkhorn_start_mixture_), NAME(sinkhorn_start_coarse_),
      NAME(sinkhorn_start_cells_), NAME(sinkhorn_start_subsample_), NAME(sinkhorn_start_auto_)};
  SCALAR f = 1, g = 1;
  size_t i;

  for (; call != NULL; call = call == NAME(call_solve_) ? NAME(call_new_) : NULL) {
    setup = NAME(setup_own_);
    GOOD((void)0);
    GOOD(T.problem->cost_gradient = NULL);
    BAD_AT(OWN.from = 0, NOT_FINITE, "cost", 0, 0);
    BAD_AT(OWN.x = T.x + 3 * D; OWN.y = T.y + 2 * D, NOT_FINITE, "cost", 3, 2);
    BAD_AT(OWN.from = 0; OWN.value = (SCALAR)INFINITY, INFEASIBLE, "a", 0, NOWHERE);
    BAD_AT(OWN.from = 0; OWN.value = -(SCALAR)INFINITY, NOT_FINITE, "cost", 0, 0);
    BAD(OWN.from = 0; OWN.value = LARGEST, OVERFLOW, NULL);
    BAD(OWN.from = 0; OWN.value = -LARGEST, OVERFLOW, NULL);
    BAD(T.problem->ground_cost = SINKHORN_COST_EUCLIDEAN, UNSUPPORTED, "cost_function");
    BAD(T.problem->ground_cost = SINKHORN_COST_EUCLIDEAN; T.problem->cost_function = NULL, UNSUPPORTED, "cost_gradient");
    BAD(T.problem->cost_function = NULL, NULL_POINTER, "cost_function");
    BAD(NAME(matrix_)(), UNSUPPORTED, "ground_cost");

    setup = NAME(setup_start_);
    GOOD(OWN.how = NUMBERS; OWN.value = 0);
    BAD(OWN.wrote = 3, OUT_OF_RANGE, "start");
    BAD(OWN.wrote = 7, OUT_OF_RANGE, "start");
    BAD(OWN.wrote = INT32_MAX, OUT_OF_RANGE, "start");
    CASE_STATUS(OWN.wrote = -100, -100, "start", NOWHERE, NOWHERE);
    CASE_STATUS(OWN.wrote = INT32_MIN, INT32_MIN, "start", NOWHERE, NOWHERE);
    CASE_STATUS(OWN.wrote = SINKHORN_ERROR_EMPTY, SINKHORN_ERROR_EMPTY, "start", NOWHERE, NOWHERE);
    CASE_STATUS(OWN.wrote = SINKHORN_ERROR_INTERNAL, SINKHORN_ERROR_INTERNAL, NULL, NOWHERE, NOWHERE);
    /* Another start was asked first, and refused: what this one says counts all the same. */
    BAD(OWN.how = REFUSED_BY_ANOTHER; OWN.wrote = SINKHORN_ERROR_UNSUPPORTED, UNSUPPORTED, "start");
    BAD(OWN.how = REFUSED_BY_ANOTHER; OWN.wrote = 7, OUT_OF_RANGE, "start");
    CASE_STATUS(OWN.how = REFUSED_BY_ANOTHER; OWN.wrote = -100, -100, "start", NOWHERE, NOWHERE);
    /* f and g are parameters of the start. */
    BAD_AT(OWN.how = NUMBERS, NOT_FINITE, "f", 0, NOWHERE);
    BAD_AT(OWN.how = LAST_NUMBER, NOT_FINITE, "f", N - 1, NOWHERE);
    BAD_AT(OWN.how = NUMBERS; OWN.wrote = SINKHORN_WROTE_G; OWN.value = (SCALAR)INFINITY, NOT_FINITE, "g", 0, NOWHERE);
    BAD_AT(OWN.how = LAST_NUMBER; OWN.wrote = SINKHORN_WROTE_G; OWN.value = -(SCALAR)INFINITY, NOT_FINITE, "g", M - 1,
           NOWHERE);
    BAD_AT(OWN.how = LAST_NUMBER; OWN.wrote = SINKHORN_WROTE_BOTH, NOT_FINITE, "f", N - 1, NOWHERE);
    CASE_STATUS(OWN.how = NULL_POINTERS; OWN.wrote = -100, -100, "start", NOWHERE, NOWHERE);
    CASE_STATUS(OWN.how = MISALIGNED_POINTERS; OWN.wrote = -100, -100, "start", NOWHERE, NOWHERE);
  }
  for (i = 0; i < sizeof starts / sizeof *starts; i++)
    EXPECT(starts[i](NULL, &f, &g, NULL) == SINKHORN_ERROR_NULL_POINTER && f == 1 && g == 1);
  EXPECT(NAME(sinkhorn_target_n_)(NULL) == 0 && NAME(sinkhorn_target_m_)(NULL) == 0);
  EXPECT(NAME(sinkhorn_target_epsilon_)(NULL) == 0 && NAME(sinkhorn_target_cost_scale_)(NULL) == 0);

  /* An observer that stops. */
  NAME(setup_)();
  T.settings->observer = NAME(stop_);
  T.settings->threshold = sizeof(SCALAR) == 8 ? (SCALAR)1e-12 : (SCALAR)1e-6;
  EXPECT(NAME(call_solve_)(NULL) == SINKHORN_STOPPED && T.report->sweeps == 2 && T.report->status == SINKHORN_STOPPED);
  EXPECT(NAME(call_new_)(NULL) == SINKHORN_OK && NAME(sinkhorn_solver_run_)(*T.solver) == SINKHORN_STOPPED);
  EXPECT(NAME(sinkhorn_solver_finish_)(*T.solver, NULL, T.report, NULL) == SINKHORN_STOPPED && T.report->sweeps == 2);
  release();
  NAME(late_nonsense_)();
}
#undef OWN
