/* The divergence, its reports and its gradient. */

static void NAME(setup_divergence_)(void) {
  NAME(setup_)();
  T.workspace_len = SINKHORN_DIVERGENCE_LEN(SCALAR, N, M, D, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
  T.value = NAME(scalars_)(1);
  T.divergence = lend(sizeof *T.divergence);
}

/* Costs within the measures, symmetric. */
static void NAME(matrix_divergence_)(void) {
  size_t i, j;
  NAME(matrix_)();
  T.within_x = NAME(scalars_)(N * N);
  T.within_y = NAME(scalars_)(M * M);
  for (i = 0; i < N; i++)
    for (j = 0; j < N; j++) T.within_x[i * N + j] = (SCALAR)((i > j ? i - j : j - i) % 3);
  for (i = 0; i < M; i++)
    for (j = 0; j < M; j++) T.within_y[i * M + j] = (SCALAR)((i > j ? i - j : j - i) % 2);
}

static void NAME(setup_matrix_divergence_)(void) {
  NAME(setup_divergence_)();
  NAME(matrix_divergence_)();
}

static sinkhorn_status NAME(call_divergence_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_divergence_len_)(T.problem, T.settings, T.len, error);
}
static sinkhorn_status NAME(call_divergence_)(sinkhorn_error *error) {
  return NAME(sinkhorn_divergence_new_)(T.problem, T.within_x, T.within_y, T.settings, T.workspace, T.workspace_len, T.value,
                                        T.divergence, error);
}
static sinkhorn_status NAME(call_term_)(sinkhorn_error *error) {
  return NAME(sinkhorn_divergence_report_)(T.diverged, T.term, T.report, error);
}
static sinkhorn_status NAME(call_divergence_gradient_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_divergence_gradient_len_)(T.problem, T.differentiation, T.len, error);
}
static sinkhorn_status NAME(call_divergence_gradient_)(sinkhorn_error *error) {
  return NAME(sinkhorn_divergence_gradient_)(T.diverged, T.differentiation, T.memory, T.memory_len, T.gradients, error);
}

static void NAME(diverge_)(void) {
  sinkhorn_error error;
  if (NAME(sinkhorn_divergence_new_)(T.problem, T.within_x, T.within_y, T.settings, T.workspace, T.workspace_len, NULL,
                                     &T.diverged, &error) != SINKHORN_OK)
    complain(__FILE__, __LINE__, "a good call", error.message);
  NAME(add_derivatives_)();
  T.memory_len = SINKHORN_DIVERGENCE_GRADIENT_LEN(N, M, D);
  T.memory = lend_scratch(T.memory_len * sizeof(SCALAR));
}

static void NAME(setup_diverged_)(void) {
  NAME(setup_divergence_)();
  NAME(diverge_)();
}
static void NAME(setup_diverged_matrix_)(void) {
  NAME(setup_matrix_divergence_)();
  NAME(diverge_)();
  T.gradients->x = T.gradients->y = NULL;
}

static void NAME(divergence_handle_cases_)(setup_function *setup, call_function *call) {
  BAD(T.diverged = NULL, NULL_POINTER, "divergence");
  BAD(T.diverged = ODD(T.workspace), MISALIGNED, "divergence");
  BAD(T.diverged = memset(lend(64), 0, 64), HANDLE, "divergence");
  BAD(T.diverged = lend(64), HANDLE, "divergence");
  BAD((void)NAME(begin_)(), HANDLE, "divergence");
  BAD(NAME(solve_it_)(), HANDLE, "divergence");
  BAD(NAME(failed_)(), HANDLE, "divergence");
}

static void NAME(divergence_cases_)(void) {
  setup_function *setup = NAME(setup_divergence_);
  call_function *call = NAME(call_divergence_len_);

  GOOD((void)0);
  GOOD(T.settings = NULL);
  NAME(shape_cases_)(setup, call);
  NAME(settings_cases_)(setup, call);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = &T.problem->n, "len");
  ALIASED(T.len = &T.settings->storage_budget, "len");
  BAD_ERROR(T.problem);
  BAD_ERROR(T.settings);
  BAD_ERROR(T.len);
  ODD_ERROR();

  call = NAME(call_divergence_);
  GOOD((void)0);
  GOOD(T.settings = NULL; T.value = NULL; T.divergence = NULL);
  NAME(shape_cases_)(setup, call);
  NAME(settings_cases_)(setup, call);
  NAME(workspace_cases_)(setup, call);
  NAME(value_cases_of_)(setup, NAME(setup_matrix_divergence_), call);
  BAD(T.value = ODD(T.value), MISALIGNED, "value");
  BAD(T.divergence = ODD(T.divergence), MISALIGNED, "divergence");
  ALIASED(T.value = T.workspace, "workspace");
  ALIASED(T.value = T.x, "value");
  ALIASED(T.value = T.y, "value");
  ALIASED(T.value = T.a, "value");
  ALIASED(T.value = T.b, "value");
  ALIASED(T.value = &T.problem->epsilon, "value");
  ALIASED(T.value = &T.settings->threshold, "value");
  ALIASED(T.value = (void *)T.divergence, "value");
  ALIASED(T.divergence = (void *)T.workspace, "workspace");
  ALIASED(T.divergence = (void *)T.x, "divergence");
  STRUCT_IN_WORKSPACE(problem);
  STRUCT_IN_WORKSPACE(settings);
  BAD_ERROR(T.value);
  BAD_ERROR(T.x);
  BAD_ERROR(T.problem);
  BAD(T.within_x = T.cost, UNSUPPORTED, "cost_within_x");
  BAD(T.within_y = T.cost, UNSUPPORTED, "cost_within_y");
  setup = NAME(setup_matrix_divergence_);
  GOOD((void)0);
  BAD(T.within_x = NULL, NULL_POINTER, "cost_within_x");
  BAD(T.within_y = NULL, NULL_POINTER, "cost_within_y");
  BAD(T.within_x = ODD(T.within_x), MISALIGNED, "cost_within_x");
  BAD(T.within_y = ODD(T.within_y), MISALIGNED, "cost_within_y");
  BAD_ENTRIES(T.within_x, N * N, N, "cost_within_x");
  BAD_ENTRIES(T.within_y, M * M, M, "cost_within_y");
  ALIASED(T.within_x = T.workspace, "workspace");
  ALIASED(T.within_y = T.workspace + T.workspace_len - 1, "workspace");
  ALIASED(T.value = T.within_x + N * N - 1, "value");
  ALIASED(T.value = T.within_y, "value");
  BAD_ERROR(T.within_x);
  BAD_ERROR(T.within_y);
  BAD(T.within_x[0] = LARGEST; T.within_x[1] = T.within_x[N] = -LARGEST, OVERFLOW, NULL);

  setup = NAME(setup_diverged_);
  call = NAME(call_term_);
  NAME(divergence_handle_cases_)(setup, call);
  GOOD((void)0);
  GOOD(T.term = SINKHORN_TERM_WITHIN_Y);
  BAD(T.term = -1, OUT_OF_RANGE, "term");
  BAD(T.term = 3, OUT_OF_RANGE, "term");
  BAD(T.report = NULL, NULL_POINTER, "report");
  BAD_STRUCT(T.report, "report");
  ALIASED(T.report = memcpy(T.workspace + T.workspace_len / 4 * 2, T.report, sizeof *T.report), "report");
  BAD_ERROR(T.report);
  BAD_ERROR(T.workspace);
  ODD_ERROR();

  call = NAME(call_divergence_gradient_len_);
  NAME(shape_cases_)(setup, call);
  NAME(differentiation_cases_)(setup, call);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = &T.problem->n, "len");
  ALIASED(T.len = (void *)T.differentiation, "len");
  BAD_ERROR(T.len);
  BAD_ERROR(T.problem);
  ODD_ERROR();

  call = NAME(call_divergence_gradient_);
  NAME(divergence_handle_cases_)(setup, call);
  NAME(differentiation_cases_)(setup, call);
  NAME(memory_cases_)(setup, call);
  NAME(gradient_cases_)(setup, call);
  BAD_ERROR(T.differentiation);
  ALIASED(T.differentiation = memcpy(T.memory, T.differentiation, sizeof *T.differentiation), "workspace");
  setup = NAME(setup_diverged_matrix_);
  GOOD((void)0);
  BAD(T.gradients->x = lend(N * sizeof(SCALAR)), UNSUPPORTED, "x");
  BAD(T.gradients->y = lend(N * sizeof(SCALAR)), UNSUPPORTED, "y");
  ALIASED(T.gradients->a = T.cost, "a");
  ALIASED(T.gradients->a = T.within_x, "a");
  ALIASED(T.gradients->b = T.within_y, "b");
  ALIASED(T.memory = T.within_x, "workspace");

  /* Handles of the other scalar. */
  setup();
  EXPECT(OTHER(sinkhorn_divergence_report_)((const void *)T.diverged, 0, (void *)T.report, NULL) == SINKHORN_ERROR_HANDLE);
  EXPECT(NAME(sinkhorn_solution_f_)((const void *)T.diverged) == NULL);
  EXPECT(NAME(sinkhorn_solver_step_)((void *)(uintptr_t)T.diverged) == SINKHORN_ERROR_HANDLE);
  release();
}
