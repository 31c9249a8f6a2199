/* What the numbers of a problem must not be, for every function that reads them. */

/* NaN and infinities in every entry of an array of points or a matrix (width > 0), or of a vector (0). */
#define BAD_ENTRIES_AFTER(change, array, count, width, argument)                                                  \
  do {                                                                                                            \
    const size_t width_ = (width);                                                                                \
    size_t at_;                                                                                                   \
    for (at_ = 0; at_ < (size_t)(count); at_++) {                                                                 \
      const size_t row_ = width_ > 0 ? at_ / width_ : at_, column_ = width_ > 0 ? at_ % width_ : NOWHERE;         \
      BAD_AT(change; (array)[at_] = (SCALAR)NAN, NOT_FINITE, argument, row_, column_);                            \
      BAD_AT(change; (array)[at_] = (SCALAR)INFINITY, NOT_FINITE, argument, row_, column_);                       \
      BAD_AT(change; (array)[at_] = -(SCALAR)INFINITY, NOT_FINITE, argument, row_, column_);                      \
    }                                                                                                             \
  } while (0)
/* An infinite cost forbids its pair. */
#define BAD_COSTS(array, count, width)                                                                    \
  do {                                                                                                    \
    size_t at_;                                                                                           \
    for (at_ = 0; at_ < (size_t)(count); at_++) {                                                         \
      BAD_AT((array)[at_] = (SCALAR)NAN, NOT_FINITE, "cost", at_ / (width), at_ % (width));               \
      BAD_AT((array)[at_] = -(SCALAR)INFINITY, NOT_FINITE, "cost", at_ / (width), at_ % (width));         \
    }                                                                                                     \
  } while (0)
#define BAD_ENTRIES(array, count, width, argument) BAD_ENTRIES_AFTER((void)0, array, count, width, argument)

#define BAD_WEIGHTS(array, count, argument)                                                     \
  do {                                                                                          \
    size_t of_;                                                                                 \
    BAD_ENTRIES(array, count, 0, argument);                                                     \
    for (of_ = 0; of_ < (size_t)(count); of_++)                                                 \
      BAD_AT((array)[of_] = -(SCALAR)0.25, NEGATIVE, argument, of_, NOWHERE);                   \
    BAD(memset(array, 0, (count) * sizeof(SCALAR)), NO_MASS, argument);                         \
    BAD((array)[0] = (array)[1] = LARGEST, OVERFLOW, argument);                                 \
  } while (0)

/* Functions whose settings have potentials to start from. */
static void NAME(value_cases_of_)(setup_function *setup, setup_function *matrix, call_function *call) {
  BAD_ENTRIES(T.x, N * D, D, "x");
  BAD_ENTRIES(T.y, M * D, D, "y");
  BAD_WEIGHTS(T.a, N, "a");
  BAD_WEIGHTS(T.b, M, "b");
  BAD(T.a[0] += 1, UNEQUAL_MASS, "b");
  BAD(T.problem->b = NULL, UNEQUAL_MASS, "b");
  BAD_ENTRIES_AFTER(T.settings->start_f = T.start_f, T.start_f, N, 0, "start_f");
  BAD_ENTRIES_AFTER(T.settings->start_g = T.start_g, T.start_g, M, 0, "start_g");
  BAD_AT(T.settings->start_f = T.start_f; T.settings->start_g = T.start_g; T.start_g[2] = (SCALAR)NAN, NOT_FINITE,
         "start_g", 2, NOWHERE);

  BAD(T.problem->epsilon = 0, NOT_POSITIVE, "epsilon");
  BAD(T.problem->epsilon = -1, NOT_POSITIVE, "epsilon");
  BAD(T.problem->epsilon = (SCALAR)NAN, NOT_POSITIVE, "epsilon");
  BAD(T.problem->epsilon = (SCALAR)INFINITY, NOT_POSITIVE, "epsilon");
  BAD(T.problem->epsilon = sizeof(SCALAR) == 8 ? (SCALAR)1e-320 : (SCALAR)1e-44, BELOW_RESOLUTION, "epsilon");
  BAD(T.problem->epsilon_kind = SINKHORN_EPSILON_DEFAULT, UNSUPPORTED, "epsilon");
  BAD(T.problem->epsilon_kind = -1, OUT_OF_RANGE, "epsilon_kind");
  BAD(T.problem->epsilon_kind = 4, OUT_OF_RANGE, "epsilon_kind");
  BAD(T.problem->epsilon_kind = 77; T.problem->epsilon = 0, OUT_OF_RANGE, "epsilon_kind");
  BAD(T.problem->epsilon_kind = SINKHORN_EPSILON_OF_MEAN; T.problem->epsilon = 0, NOT_POSITIVE, "epsilon");
  BAD(T.problem->epsilon_kind = SINKHORN_EPSILON_OF_STD; T.problem->epsilon = (SCALAR)NAN, NOT_POSITIVE, "epsilon");
  BAD(T.problem->rho_a = -1, NOT_POSITIVE, "rho_a");
  BAD(T.problem->rho_a = (SCALAR)NAN, NOT_POSITIVE, "rho_a");
  BAD(T.problem->rho_b = -(SCALAR)INFINITY, NOT_POSITIVE, "rho_b");
  BAD(T.problem->rho_b = (SCALAR)NAN, NOT_POSITIVE, "rho_b");
  BAD(T.problem->cost_scale = 2, UNSUPPORTED, "cost_scale");
  BAD(T.problem->cost_scale = (SCALAR)NAN, UNSUPPORTED, "cost_scale");
  BAD(T.problem->cost_scale_kind = SINKHORN_SCALE_MAX; T.problem->cost_scale = 2, UNSUPPORTED, "cost_scale");
  BAD(T.problem->cost_scale_kind = SINKHORN_SCALE_GIVEN, NOT_POSITIVE, "cost_scale");
  BAD(T.problem->cost_scale_kind = SINKHORN_SCALE_GIVEN; T.problem->cost_scale = -1, NOT_POSITIVE, "cost_scale");
  BAD(T.problem->cost_scale_kind = SINKHORN_SCALE_GIVEN; T.problem->cost_scale = (SCALAR)NAN, NOT_POSITIVE, "cost_scale");
  BAD(T.problem->cost_scale_kind = SINKHORN_SCALE_GIVEN; T.problem->cost_scale = (SCALAR)INFINITY, NOT_POSITIVE,
      "cost_scale");
  BAD(T.problem->cost_scale_kind = -1, OUT_OF_RANGE, "cost_scale_kind");
  BAD(T.problem->cost_scale_kind = 5, OUT_OF_RANGE, "cost_scale_kind");
  /* Points so far away that their costs are infinite. */
  BAD_AT(T.x[0] = LARGEST, OVERFLOW, "x", 0, NOWHERE);
  BAD_AT(T.y[3] = -LARGEST, OVERFLOW, "y", 1, NOWHERE);
  /* Starts that are for other problems. */
  BAD(T.settings->start = NAME(sinkhorn_start_monotone_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_dual_sort_), UNSUPPORTED, "start");
  BAD(T.problem->ground_cost = SINKHORN_COST_EUCLIDEAN; T.settings->start = NAME(sinkhorn_start_gaussian_), UNSUPPORTED,
      "start");
  BAD(T.problem->ground_cost = SINKHORN_COST_EUCLIDEAN; T.settings->start = NAME(sinkhorn_start_mixture_), UNSUPPORTED,
      "start");

  setup = matrix;
  BAD_COSTS(T.cost, N * M, M);
  GOOD(T.cost[0] = (SCALAR)INFINITY);
  BAD_AT(T.cost[0] = T.cost[M] = T.cost[2 * M] = T.cost[3 * M] = T.cost[4 * M] = T.cost[5 * M] = (SCALAR)INFINITY,
         INFEASIBLE, "b", 0, NOWHERE);
  BAD_AT(T.problem->cost_order = SINKHORN_ORDER_COLUMN_MAJOR; T.cost[2 + 3 * N] = (SCALAR)NAN, NOT_FINITE, "cost", 2, 3);
  BAD_AT(T.problem->cost_order = SINKHORN_ORDER_COLUMN_MAJOR; T.cost[N * M - 1] = -(SCALAR)INFINITY, NOT_FINITE, "cost",
         N - 1, M - 1);
  BAD(T.problem->cost_order = 7, OUT_OF_RANGE, "cost_order");
  BAD(T.problem->cost_order = -1, OUT_OF_RANGE, "cost_order");
  BAD(T.problem->cost = ODD(T.cost), MISALIGNED, "cost");
  ALIASED(T.problem->cost = T.workspace, "workspace");
  BAD(T.cost[0] = LARGEST; T.cost[1] = -LARGEST, OVERFLOW, NULL);
  BAD(T.settings->start = NAME(sinkhorn_start_monotone_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_dual_sort_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_gaussian_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_gaussian_unregularised_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_mixture_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_coarse_), UNSUPPORTED, "start");
  BAD(T.settings->start = NAME(sinkhorn_start_cells_), UNSUPPORTED, "start");
}

static void NAME(value_cases_)(void) {
  setup_function *const setup = NAME(setup_matrix_);
  call_function *call = NAME(call_solve_);
  NAME(value_cases_of_)(NAME(setup_), NAME(setup_matrix_), NAME(call_solve_));
  NAME(value_cases_of_)(NAME(setup_), NAME(setup_matrix_), NAME(call_new_));
  GOOD((void)0);
  GOOD(T.problem->cost_order = SINKHORN_ORDER_COLUMN_MAJOR);
  GOOD(T.problem->epsilon_kind = SINKHORN_EPSILON_DEFAULT; T.problem->epsilon = 0);
  GOOD(T.problem->rho_a = T.problem->rho_b = (SCALAR)INFINITY);
  GOOD(T.a[0] = 0; T.a[1] = 1);
  ALIASED(T.solution = (void *)T.cost, "solution");
  BAD_ERROR(T.cost);
  /* The length is that of sinkhorn_workspace_len_, also where more is stored. */
  for (; call != NULL; call = call == NAME(call_solve_) ? NAME(call_new_) : NULL) {
    BAD(T.settings->storage = SINKHORN_STORAGE_KERNEL, WORKSPACE, "workspace");
    BAD(T.settings->storage = SINKHORN_STORAGE_COST, WORKSPACE, "workspace");
    BAD(T.settings->memory = 64, WORKSPACE, "workspace");
  }
}
