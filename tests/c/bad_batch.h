/* Batches. */

static void NAME(setup_batch_)(void) {
  size_t i;
  NAME(setup_)();
  T.count = BATCH;
  T.problems = lend(BATCH * sizeof *T.problems);
  for (i = 0; i < BATCH; i++) T.problems[i] = *T.problem;
  T.problems[1].n = N - 1; /* balanced all the same: weights of its own */
  T.problems[1].a = T.problems[1].b = NULL;
  T.workspace_len = SINKHORN_WORKSPACE_LEN(SCALAR, N, M, D, SINKHORN_DEFAULT_MEMORY);
  T.workspace = lend_scratch(T.workspace_len * sizeof(SCALAR));
  T.reports = lend(BATCH * sizeof *T.reports);
  T.reports[0].struct_size = sizeof *T.reports;
  T.errors = lend(BATCH * sizeof *T.errors);
  T.f = NAME(scalars_)(BATCH * N - 1);
  T.g = NAME(scalars_)(BATCH * M);
  T.start_f = NAME(numbers_)(BATCH * N - 1, 3);
  T.start_g = NAME(numbers_)(BATCH * M, 4);
}

static sinkhorn_status NAME(call_batch_len_)(sinkhorn_error *error) {
  return NAME(sinkhorn_batch_len_)(T.problems, T.count, T.settings, T.len, error);
}
static sinkhorn_status NAME(call_batch_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solve_batch_)(T.problems, T.count, T.settings, T.workspace, T.workspace_len, T.f, T.g, T.reports,
                                     T.errors, error);
}

/* A bad call that is told as a whole; k is the problem at fault. */
static void NAME(whole_cases_)(setup_function *setup, call_function *call) {
  size_t k;
  GOOD((void)0);
  GOOD(T.settings = NULL);
  BAD(T.problems = NULL, NULL_POINTER, "problems");
  BAD(T.problems = ODD(T.problems), MISALIGNED, "problems");
  BAD(T.count = 0, EMPTY, "count");
  BAD(T.count = SIZE_MAX / 2, TOO_LARGE, "problems");
  BAD(T.count = SIZE_MAX, TOO_LARGE, "problems");
  for (k = 0; k < BATCH; k++) {
    BAD_AT(T.problems[k].struct_size = 0, STRUCT_SIZE, "problems", k, NOWHERE);
    BAD_AT(T.problems[k].struct_size += 1, STRUCT_SIZE, "problems", k, NOWHERE);
  }
  NAME(settings_cases_)(setup, call);
  BAD(T.settings->observer = NAME(stop_), UNSUPPORTED, "observer");
  BAD(T.problems[2].n = SIZE_MAX; T.problems[1].n = SIZE_MAX, TOO_LARGE, NULL);
}

/* One problem is bad: its report and error say so, the others are solved. */
static void NAME(one_is_bad_)(int line, size_t k, sinkhorn_status status, const char *argument) {
  size_t i, f = 0, g = 0;
  const sinkhorn_status good = NAME(call_batch_)(NULL);
  calls++;
  if (good != SINKHORN_OK) {
    complain(__FILE__, line, "the batch was refused", sinkhorn_status_text(good));
    return;
  }
  for (i = 0; i < BATCH; i++) {
    const size_t n = i == 1 ? N - 1 : N;
    if (i == k) {
      if (T.reports[i].status != status || T.reports[i].struct_size != sizeof *T.reports || T.reports[i].start == NULL)
        complain(__FILE__, line, "report", sinkhorn_status_text(T.reports[i].status));
      else if (T.errors[i].status != status || strcmp(T.errors[i].argument, argument) != 0)
        complain(__FILE__, line, "error", T.errors[i].message);
      if (!fill_is(T.f + f, n * sizeof(SCALAR), 0x5a) || !fill_is(T.g + g, M * sizeof(SCALAR), 0x5a))
        complain(__FILE__, line, "potentials of a bad problem were written", "");
    } else {
      if (T.reports[i].status != SINKHORN_CONVERGED) complain(__FILE__, line, "the others", "not solved");
      if (!fill_is(&T.errors[i], sizeof *T.errors, 0x5a)) complain(__FILE__, line, "the others", "have errors");
      if (!NAME(finite_)(T.f + f, n) || fill_is(T.f + f, sizeof(SCALAR), 0x5a)) complain(__FILE__, line, "the others", "f");
      if (!NAME(finite_)(T.g + g, M) || fill_is(T.g + g, sizeof(SCALAR), 0x5a)) complain(__FILE__, line, "the others", "g");
    }
    f += n;
    g += M;
  }
}

#define ONE_BAD(change, status, argument)                                    \
  do {                                                                       \
    size_t k;                                                                \
    for (k = 0; k < BATCH; k++) {                                            \
      setup();                                                               \
      change;                                                                \
      NAME(one_is_bad_)(__LINE__, k, SINKHORN_ERROR_##status, argument);     \
      release();                                                             \
    }                                                                        \
  } while (0)

static void NAME(batch_cases_)(void) {
  setup_function *const setup = NAME(setup_batch_);
  call_function *call = NAME(call_batch_len_);

  NAME(whole_cases_)(setup, call);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = &T.problems[2].n, "len");
  ALIASED(T.len = &T.settings->storage_budget, "len");
  BAD_ERROR(T.len);
  BAD_ERROR(T.problems);
  ODD_ERROR();

  call = NAME(call_batch_);
  NAME(whole_cases_)(setup, call);
  GOOD(T.f = T.g = NULL; T.errors = NULL);
  GOOD(T.settings->start_f = T.start_f; T.settings->start_g = T.start_g);
  BAD(T.problems[2].m = SIZE_MAX / 2, TOO_LARGE, NULL);
  BAD(T.workspace = NULL, NULL_POINTER, "workspace");
  BAD(T.workspace = ODD(T.workspace), MISALIGNED, "workspace");
  BAD(T.workspace_len = 0, WORKSPACE, "workspace");
  BAD(T.workspace_len = 64, WORKSPACE, "workspace");
  BAD(T.workspace_len = SIZE_MAX, TOO_LARGE, "workspace");
  BAD(T.reports = NULL, NULL_POINTER, "reports");
  BAD_STRUCT(T.reports, "reports");
  BAD(T.f = ODD(T.f), MISALIGNED, "f");
  BAD(T.g = ODD(T.g), MISALIGNED, "g");
  BAD(T.errors = ODD(T.errors), MISALIGNED, "errors");
  BAD(T.settings->start_f = ODD(T.start_f), MISALIGNED, "start_f");
  BAD(T.settings->start_g = T.start_g; T.settings->start = NAME(own_start_), UNSUPPORTED, "start_g");
  ALIASED(T.f = T.workspace, "workspace");
  ALIASED(T.g = T.f + BATCH * N - 2, "f");
  ALIASED(T.f = T.x, "f");
  ALIASED(T.g = T.y, "g");
  ALIASED(T.f = T.a, "f");
  ALIASED(T.g = T.b, "g");
  ALIASED(T.f = (void *)T.problems, "f");
  ALIASED(T.f = (void *)&T.settings->start_seed, "f");
  ALIASED(T.f = (void *)&T.reports[0].start, "f");
  ALIASED(T.f = (void *)T.errors, "f");
  ALIASED(T.errors = (void *)&T.reports[0].start, "reports");
  ALIASED(T.errors = (void *)T.workspace, "workspace");
  ALIASED(T.reports = memcpy(T.workspace, T.reports, sizeof *T.reports), "workspace");
  ALIASED(T.settings->start_f = T.f + 1, "f");
  ALIASED(T.settings->start_g = T.workspace, "workspace");
  ALIASED(T.problems[2].x = T.g, "g");
  ALIASED(T.problems[2].b = T.workspace, "workspace");
  BAD_ERROR(T.workspace);
  BAD_ERROR(T.f);
  BAD_ERROR(T.reports);
  BAD_ERROR(T.errors + 1);
  BAD_ERROR(T.problems + 1);
  BAD_ERROR(T.x);
  ODD_ERROR();

  ONE_BAD(T.problems[k].x = NULL, NULL_POINTER, "x");
  ONE_BAD(T.problems[k].y = ODD(T.y), MISALIGNED, "y");
  ONE_BAD(T.problems[k].epsilon = -1, NOT_POSITIVE, "epsilon");
  ONE_BAD(T.problems[k].epsilon_kind = 9, OUT_OF_RANGE, "epsilon_kind");
  ONE_BAD(T.problems[k].rho_b = (SCALAR)NAN, NOT_POSITIVE, "rho_b");
  ONE_BAD(T.problems[k].cost_scale = 1, UNSUPPORTED, "cost_scale");
  ONE_BAD(T.problems[k].x = memset(lend(N * D * sizeof(SCALAR)), 0xff, N * D * sizeof(SCALAR)), NOT_FINITE, "x");
  ONE_BAD(T.problems[k].a = memset(lend(N * sizeof(SCALAR)), 0, N * sizeof(SCALAR)), NO_MASS, "a");
  ONE_BAD(T.settings->start_f = T.start_f; T.start_f[k == 0 ? 0 : k * N] = (SCALAR)NAN, NOT_FINITE, "start_f");
  ONE_BAD(T.settings->start_g = T.start_g; T.start_g[k * M + 1] = (SCALAR)NAN, NOT_FINITE, "start_g");
  /* What is wrong with the shape of one is told in its report as well. */
  ONE_BAD(T.problems[k].ground_cost = 9, OUT_OF_RANGE, "ground_cost");
  ONE_BAD(T.problems[k].p = 2, UNSUPPORTED, "p");
  ONE_BAD(T.problems[k].cost = T.cost, UNSUPPORTED, "x");
}
