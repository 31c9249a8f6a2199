/* Lengths and derivatives of a solution. */

static void NAME(add_derivatives_)(void) {
  T.differentiation = memset(lend(sizeof *T.differentiation), 0, sizeof *T.differentiation);
  T.differentiation->struct_size = sizeof *T.differentiation;
  T.gradients = memset(lend(sizeof *T.gradients), 0, sizeof *T.gradients);
  T.gradients->struct_size = sizeof *T.gradients;
  T.gradients->x = NAME(scalars_)(N * D);
  T.gradients->y = NAME(scalars_)(M * D);
  T.gradients->a = NAME(scalars_)(N);
  T.gradients->b = NAME(scalars_)(M);
  T.gradients->cost = NAME(scalars_)(N * M);
  T.gradients->epsilon = NAME(scalars_)(1);
  T.linear = lend(sizeof *T.linear);
  T.linear->struct_size = sizeof *T.linear;
  T.memory_len = SINKHORN_DERIVATIVES_LEN(N, M, D);
  T.memory = lend_scratch(T.memory_len * sizeof(SCALAR));
}

/* What goes in: v holds what the structs point to. */
static SCALAR *NAME(in_)(SCALAR **place, size_t count, size_t from) { return *place = NAME(numbers_)(count, from); }

static struct {
  SCALAR *f, *g, *plan, *map, *x, *y, *a, *b, *cost;
} NAME(v_);
#define V NAME(v_)

static void NAME(setup_derivatives_)(void) {
  NAME(setup_solved_)();
  NAME(add_derivatives_)();
  T.cotangent = memset(lend(sizeof *T.cotangent), 0, sizeof *T.cotangent);
  T.cotangent->struct_size = sizeof *T.cotangent;
  T.cotangent->f = NAME(in_)(&V.f, N, 1);
  T.cotangent->g = NAME(in_)(&V.g, M, 2);
  T.cotangent->plan = NAME(in_)(&V.plan, N * M, 3);
  T.cotangent->map = NAME(in_)(&V.map, N * D, 4);
  T.tangent = memset(lend(sizeof *T.tangent), 0, sizeof *T.tangent);
  T.tangent->struct_size = sizeof *T.tangent;
  T.tangent->x = NAME(in_)(&V.x, N * D, 5);
  T.tangent->y = NAME(in_)(&V.y, M * D, 6);
  T.tangent->a = NAME(in_)(&V.a, N, 7);
  T.tangent->b = NAME(in_)(&V.b, M, 8);
  T.tangent->cost = NAME(in_)(&V.cost, N * M, 9);
  T.tangent->epsilon = (SCALAR)0.5;
  T.changes = memset(lend(sizeof *T.changes), 0, sizeof *T.changes);
  T.changes->struct_size = sizeof *T.changes;
  T.changes->f = NAME(scalars_)(N);
  T.changes->g = NAME(scalars_)(M);
  T.changes->plan = NAME(scalars_)(N * M);
  T.changes->map = NAME(scalars_)(N * D);
}

static void NAME(setup_derivatives_len_)(void) {
  NAME(setup_)();
  NAME(add_derivatives_)();
}

/* A cost matrix: no points, neither in nor out. */
static void NAME(setup_matrix_derivatives_)(void) {
  NAME(setup_matrix_)();
  NAME(solve_it_)();
  NAME(add_derivatives_)();
  T.gradients->x = T.gradients->y = NULL;
  T.cotangent = memset(lend(sizeof *T.cotangent), 0, sizeof *T.cotangent);
  T.cotangent->struct_size = sizeof *T.cotangent;
  T.cotangent->plan = NAME(in_)(&V.plan, N * M, 3);
  T.tangent = memset(lend(sizeof *T.tangent), 0, sizeof *T.tangent);
  T.tangent->struct_size = sizeof *T.tangent;
  T.tangent->cost = NAME(in_)(&V.cost, N * M, 9);
  T.changes = memset(lend(sizeof *T.changes), 0, sizeof *T.changes);
  T.changes->struct_size = sizeof *T.changes;
  T.changes->f = NAME(scalars_)(N);
}

static sinkhorn_status NAME(call_derivatives_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_derivatives_len_)(T.problem, T.differentiation, T.len, error);
}
static sinkhorn_status NAME(call_objective_)(sinkhorn_error *error) {
  return NAME(sinkhorn_objective_gradient_)(T.solved, T.differentiation, T.memory, T.memory_len, T.gradients, error);
}
static sinkhorn_status NAME(call_vjp_)(sinkhorn_error *error) {
  return NAME(sinkhorn_vjp_)(T.solved, T.differentiation, T.memory, T.memory_len, T.cotangent, T.gradients, T.linear, error);
}
static sinkhorn_status NAME(call_jvp_)(sinkhorn_error *error) {
  return NAME(sinkhorn_jvp_)(T.solved, T.differentiation, T.memory, T.memory_len, T.tangent, T.changes, T.linear, error);
}
static sinkhorn_status NAME(call_hvp_)(sinkhorn_error *error) {
  return NAME(sinkhorn_objective_hvp_)(T.solved, T.differentiation, T.memory, T.memory_len, T.tangent, T.gradients, T.linear,
                                       error);
}

static void NAME(differentiation_cases_)(setup_function *setup, call_function *call) {
  GOOD((void)0);
  GOOD(T.differentiation = NULL);
  BAD_STRUCT(T.differentiation, "settings");
  BAD(T.differentiation->tolerance = -1, NOT_POSITIVE, "tolerance");
  BAD(T.differentiation->tolerance = (SCALAR)NAN, NOT_POSITIVE, "tolerance");
  BAD(T.differentiation->tolerance = (SCALAR)INFINITY, NOT_POSITIVE, "tolerance");
}

/* Memory that is lent, for derivatives of solutions and of divergences. */
static void NAME(memory_cases_)(setup_function *setup, call_function *call) {
  BAD(T.memory = NULL, NULL_POINTER, "workspace");
  BAD(T.memory = ODD(T.memory), MISALIGNED, "workspace");
  BAD(T.memory_len = 0, WORKSPACE, "workspace");
  BAD(T.memory_len -= 1, WORKSPACE, "workspace");
  BAD(T.memory_len = SIZE_MAX, TOO_LARGE, "workspace");
  ALIASED(T.memory = T.workspace; T.memory_len = T.workspace_len, "workspace");
  ALIASED(T.memory = T.workspace + T.workspace_len - 1, "workspace");
  ALIASED(T.memory = T.x, "workspace");
  ALIASED(T.memory = T.y, "workspace");
  ALIASED(T.memory = T.a, "workspace");
  ALIASED(T.memory = T.b, "workspace");
  BAD_ERROR(T.memory);
  BAD_ERROR(T.workspace);
  ODD_ERROR();
}

/* One field of outputs, which may be NULL. */
#define BAD_FIELD(field, argument)                                     \
  BAD((field) = ODD(field), MISALIGNED, argument);                     \
  ALIASED((field) = T.workspace + 2, argument);                  \
  ALIASED((field) = T.memory + T.memory_len - 1, NULL);          \
  ALIASED((field) = T.x, argument);                              \
  ALIASED((field) = T.y + M * D - 1, argument);                  \
  ALIASED((field) = T.a, argument);                              \
  ALIASED((field) = T.b, argument);                              \
  BAD_ERROR(field);                                  \
  GOOD((field) = NULL)

static void NAME(gradient_cases_)(setup_function *setup, call_function *call) {
  BAD(T.gradients = NULL, NULL_POINTER, "gradients");
  BAD_STRUCT(T.gradients, "gradients");
  BAD_FIELD(T.gradients->x, "x");
  BAD_FIELD(T.gradients->y, "y");
  BAD_FIELD(T.gradients->a, "a");
  BAD_FIELD(T.gradients->b, "b");
  BAD_FIELD(T.gradients->cost, "cost");
  BAD_FIELD(T.gradients->epsilon, "epsilon");
  ALIASED(T.gradients->x = (SCALAR *)(void *)&T.gradients->cost, "x");
  ALIASED(T.gradients->epsilon = &T.differentiation->tolerance, "epsilon");
  ALIASED(T.gradients->y = T.gradients->x + N * D - 1, "x");
  ALIASED(T.gradients->b = T.gradients->a, "a");
  ALIASED(T.gradients->epsilon = T.gradients->cost + 5, "cost");
}

static void NAME(change_cases_)(setup_function *setup, call_function *call) {
  BAD(T.changes = NULL, NULL_POINTER, "changes");
  BAD_STRUCT(T.changes, "changes");
  BAD_FIELD(T.changes->f, "f");
  BAD_FIELD(T.changes->g, "g");
  BAD_FIELD(T.changes->plan, "plan");
  BAD_FIELD(T.changes->map, "map");
  ALIASED(T.changes->f = (SCALAR *)(void *)&T.changes->plan, "f");
  ALIASED(T.changes->g = T.changes->f + N - 1, "f");
  ALIASED(T.changes->map = T.changes->plan, "plan");
  ALIASED(T.changes->f = V.x, "f");
  ALIASED(T.changes->plan = V.cost, "plan");
}

#define NOT_FINITE_IN(array, argument, width, count)                     \
  BAD_ENTRIES(array, count, width, argument);                            \
  ALIASED(T.memory = array, "workspace")

static void NAME(tangent_cases_)(setup_function *setup, call_function *call) {
  BAD(T.tangent = NULL, NULL_POINTER, "tangent");
  BAD_STRUCT(T.tangent, "tangent");
  NOT_FINITE_IN(V.x, "x", D, N * D);
  NOT_FINITE_IN(V.y, "y", D, M * D);
  NOT_FINITE_IN(V.a, "a", 0, N);
  NOT_FINITE_IN(V.b, "b", 0, M);
  NOT_FINITE_IN(V.cost, "cost", M, N * M);
  BAD(T.tangent->x = ODD(V.x), MISALIGNED, "x");
  BAD(T.tangent->y = ODD(V.y), MISALIGNED, "y");
  BAD(T.tangent->a = ODD(V.a), MISALIGNED, "a");
  BAD(T.tangent->b = ODD(V.b), MISALIGNED, "b");
  BAD(T.tangent->cost = ODD(V.cost), MISALIGNED, "cost");
  BAD(T.tangent->epsilon = (SCALAR)NAN, OUT_OF_RANGE, "epsilon");
  BAD(T.tangent->epsilon = (SCALAR)INFINITY, OUT_OF_RANGE, "epsilon");
  ALIASED(T.linear = memcpy(T.memory, T.linear, sizeof *T.linear), "workspace");
  ALIASED(T.tangent = memcpy(T.memory, T.tangent, sizeof *T.tangent), "workspace");
  GOOD(T.tangent->x = T.tangent->y = T.tangent->a = T.tangent->b = T.tangent->cost = NULL; T.tangent->epsilon = 0);
  GOOD(T.tangent->a = NULL);
}

static void NAME(linear_cases_)(setup_function *setup, call_function *call) {
  BAD_STRUCT(T.linear, "report");
  ALIASED(T.linear = memcpy(T.workspace + T.workspace_len / 4 * 2, T.linear, sizeof *T.linear), "report");
  BAD_ERROR(T.linear);
  GOOD(T.linear = NULL);
}

static void NAME(own_rows_)(size_t i, size_t first, size_t count, SCALAR *row, void *data) {
  const long *from = data;
  size_t k;
  for (k = 0; k < count; k++) {
    row[k] = NAME(number_)(i + first + k);
    if (NAME(own_).seen++ >= *from) row[k] = NAME(own_).value;
  }
}

static int NAME(finite_)(const SCALAR *values, size_t count) {
  int finite = 1;
  while (values != NULL && finite && count > 0) finite = isfinite(values[--count]);
  return finite;
}

/* What derivatives wrote, gradients and changes. */
static int NAME(finite_outputs_)(void) {
  int finite = isfinite(T.linear->residual) && isfinite(T.linear->projected);
  if (T.changes != NULL)
    finite = finite && NAME(finite_)(T.changes->f, N) && NAME(finite_)(T.changes->g, M) &&
             NAME(finite_)(T.changes->plan, N * M) && NAME(finite_)(T.changes->map, N * D);
  return finite && NAME(finite_)(T.gradients->x, N * D) && NAME(finite_)(T.gradients->y, M * D) &&
         NAME(finite_)(T.gradients->a, N) && NAME(finite_)(T.gradients->b, M) &&
         NAME(finite_)(T.gradients->cost, N * M) && NAME(finite_)(T.gradients->epsilon, 1);
}

/* Finite inputs whose derivatives may not be, and callbacks that are no longer finite: a good status only with
 * numbers that are. (The pattern of memory that was not written is finite.) */
#define FINITE_OR_REFUSED(change)                                                                       \
  do {                                                                                                  \
    sinkhorn_status status_;                                                                            \
    setup();                                                                                            \
    change;                                                                                             \
    calls++;                                                                                            \
    status_ = call(NULL);                                                                               \
    if (status_ == SINKHORN_ERROR_INTERNAL || (status_ >= 0 && !NAME(finite_outputs_)()))               \
      complain(__FILE__, __LINE__, sinkhorn_status_text(status_), "derivatives that are not finite");   \
    release();                                                                                          \
  } while (0)

/* The largest number, in every entry or all of an array. */
#define LARGE(array, count)                                                                            \
  do {                                                                                                 \
    size_t which_;                                                                                     \
    for (which_ = 0; which_ < (count); which_ += (count) - 1) {                                        \
      FINITE_OR_REFUSED((array)[which_] = LARGEST);                                                    \
      FINITE_OR_REFUSED((array)[which_] = -LARGEST);                                                   \
    }                                                                                                  \
    FINITE_OR_REFUSED(for (which_ = 0; which_ < (count); which_++)(array)[which_] = LARGEST);           \
    FINITE_OR_REFUSED(for (which_ = 0; which_ < (count); which_++)(array)[which_] = which_ % 2 ? LARGEST : -LARGEST); \
  } while (0)

static void NAME(setup_rows_)(void) {
  static long from;
  NAME(setup_derivatives_)();
  from = 0;
  memset(&NAME(own_), 0, sizeof NAME(own_));
  NAME(own_).value = (SCALAR)NAN;
  T.cotangent->plan = NULL;
  T.cotangent->plan_rows = NAME(own_rows_);
  T.cotangent->plan_rows_data = &from;
}

/* A custom cost, and a gradient of it that becomes NaN. */
static void NAME(set_up_own_derivatives_)(setup_function *change) {
  NAME(setup_own_)();
  if (change != NULL) change();
  NAME(solve_it_)();
  NAME(add_derivatives_)();
  T.memory_len = SINKHORN_DERIVATIVES_LEN(N, M, D);
  T.cotangent = memset(lend(sizeof *T.cotangent), 0, sizeof *T.cotangent);
  T.cotangent->struct_size = sizeof *T.cotangent;
  T.cotangent->f = NAME(in_)(&V.f, N, 1);
  T.tangent = memset(lend(sizeof *T.tangent), 0, sizeof *T.tangent);
  T.tangent->struct_size = sizeof *T.tangent;
  T.tangent->x = NAME(in_)(&V.x, N * D, 5);
  T.changes = memset(lend(sizeof *T.changes), 0, sizeof *T.changes);
  T.changes->struct_size = sizeof *T.changes;
  T.changes->f = NAME(scalars_)(N);
}

static void NAME(no_gradient_)(void) { T.problem->cost_gradient = NULL; }

static void NAME(setup_no_gradient_)(void) { NAME(set_up_own_derivatives_)(NAME(no_gradient_)); }
static void NAME(setup_own_derivatives_)(void) { NAME(set_up_own_derivatives_)(NULL); }

static void NAME(own_derivative_cases_)(void) {
  setup_function *setup = NAME(setup_rows_);
  call_function *call = NAME(call_vjp_);
  long from;
  BAD_AT((void)0, NOT_FINITE, "plan_rows", 0, 0);
  BAD(T.cotangent->plan = V.plan, UNSUPPORTED, "plan_rows");
  GOOD(*(long *)T.cotangent->plan_rows_data = 1L << 30);
  /* Finite at first, and no more: an error, or gradients that are finite. */
  for (from = 0; from < 8 * N * M; from += 11) FINITE_OR_REFUSED(*(long *)T.cotangent->plan_rows_data = from);
  setup = NAME(setup_own_derivatives_);
  GOOD((void)0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0; NAME(own_).value = LARGEST);
  call = NAME(call_objective_);
  GOOD((void)0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0; NAME(own_).value = LARGEST);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = N * M - 1);
  call = NAME(call_jvp_);
  GOOD((void)0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0);
  FINITE_OR_REFUSED(NAME(own_).gradient_from = 0; NAME(own_).value = LARGEST);
  setup = NAME(setup_derivatives_);
  call = NAME(call_vjp_);
  LARGE(V.f, N);
  LARGE(V.g, M);
  LARGE(V.plan, N * M);
  LARGE(V.map, N * D);
  call = NAME(call_jvp_);
  for (; call != NULL; call = call == NAME(call_jvp_) ? NAME(call_hvp_) : NULL) {
    LARGE(V.x, N * D);
    LARGE(V.y, M * D);
    LARGE(V.a, N);
    LARGE(V.b, M);
    LARGE(V.cost, N * M);
    FINITE_OR_REFUSED(T.tangent->epsilon = LARGEST);
  }
  setup = NAME(setup_own_derivatives_);
  /* A Hessian in points needs second derivatives; without a gradient there are no derivatives in points at all. */
  call = NAME(call_hvp_);
  BAD((void)0, UNSUPPORTED, NULL);
  setup = NAME(setup_no_gradient_);
  BAD((void)0, UNSUPPORTED, NULL);
  call = NAME(call_objective_);
  BAD((void)0, UNSUPPORTED, NULL);
  GOOD(T.gradients->x = T.gradients->y = NULL);
  call = NAME(call_vjp_);
  BAD((void)0, UNSUPPORTED, NULL);
  GOOD(T.gradients->x = T.gradients->y = NULL);
  call = NAME(call_jvp_);
  BAD((void)0, UNSUPPORTED, NULL);
  GOOD(T.tangent->x = NULL);
}

static void NAME(derivative_cases_)(void) {
  static call_function *const all[] = {NAME(call_objective_), NAME(call_vjp_), NAME(call_jvp_), NAME(call_hvp_)};
  setup_function *setup = NAME(setup_derivatives_len_);
  call_function *call = NAME(call_derivatives_len_);
  size_t i;

  NAME(shape_cases_)(setup, call);
  NAME(differentiation_cases_)(setup, call);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = &T.problem->n, "len");
  ALIASED(T.len = (void *)T.differentiation, "len");
  BAD_ERROR(T.len);
  BAD_ERROR(T.problem);
  BAD_ERROR(T.differentiation);
  ODD_ERROR();

  setup = NAME(setup_derivatives_);
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    call = all[i];
    NAME(handle_cases_)(setup, call);
    NAME(differentiation_cases_)(setup, call);
    NAME(memory_cases_)(setup, call);
    BAD_ERROR(T.differentiation);
    ALIASED(T.differentiation = memcpy(T.memory, T.differentiation, sizeof *T.differentiation), "workspace");
    if (i > 0) NAME(linear_cases_)(setup, call);
    if (i == 2)
      NAME(change_cases_)(setup, call);
    else
      NAME(gradient_cases_)(setup, call);
    if (i >= 2) NAME(tangent_cases_)(setup, call);
  }

  call = NAME(call_vjp_);
  BAD(T.cotangent = NULL, NULL_POINTER, "cotangent");
  BAD_STRUCT(T.cotangent, "cotangent");
  NOT_FINITE_IN(V.f, "f", 0, N);
  NOT_FINITE_IN(V.g, "g", 0, M);
  NOT_FINITE_IN(V.plan, "plan", M, N * M);
  NOT_FINITE_IN(V.map, "map", D, N * D);
  BAD(T.cotangent->f = ODD(V.f), MISALIGNED, "f");
  BAD(T.cotangent->g = ODD(V.g), MISALIGNED, "g");
  BAD(T.cotangent->plan = ODD(V.plan), MISALIGNED, "plan");
  BAD(T.cotangent->map = ODD(V.map), MISALIGNED, "map");
  ALIASED(T.gradients->x = V.map, "x");
  ALIASED(T.gradients->epsilon = V.f, "epsilon");
  GOOD(T.cotangent->f = T.cotangent->g = T.cotangent->plan = T.cotangent->map = NULL);

  setup = NAME(setup_matrix_derivatives_);
  for (i = 0; i < sizeof all / sizeof *all; i++) {
    call = all[i];
    GOOD((void)0);
    ALIASED(T.memory = T.cost, "workspace");
    if (i != 2) {
      BAD(T.gradients->x = lend(N * sizeof(SCALAR)), UNSUPPORTED, "x");
      BAD(T.gradients->y = lend(N * sizeof(SCALAR)), UNSUPPORTED, "y");
      ALIASED(T.gradients->cost = T.cost, "cost");
    } else {
      BAD(T.changes->map = lend(N * sizeof(SCALAR)), UNSUPPORTED, "map");
      ALIASED(T.changes->plan = T.cost, "plan");
    }
    if (i == 1) BAD(T.cotangent->map = V.plan, UNSUPPORTED, "map");
    if (i >= 2) {
      BAD(T.tangent->x = V.cost, UNSUPPORTED, "x");
      BAD(T.tangent->y = V.cost, UNSUPPORTED, "y");
    }
  }
  NAME(own_derivative_cases_)();
}
#undef V
