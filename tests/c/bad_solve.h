/* Lengths, sinkhorn_solve_ and sinkhorn_solver_: pointers, sizes, structs, choices and overlaps. */

/* What every function that is given a problem refuses, without looking at its arrays. */
static void NAME(shape_cases_)(setup_function *setup, call_function *call) {
  BAD(T.problem = NULL, NULL_POINTER, "problem");
  BAD_STRUCT(T.problem, "problem");
  BAD(T.problem->n = 0, EMPTY, "n");
  BAD(T.problem->m = 0, EMPTY, "m");
  BAD(T.problem->dimension = 0, EMPTY, "dimension");
  BAD(T.problem->p = 2, UNSUPPORTED, "p");
  BAD(T.problem->p = (SCALAR)NAN, UNSUPPORTED, "p");
  BAD(T.problem->ground_cost = SINKHORN_COST_P_NORM, OUT_OF_RANGE, "p");
  BAD(T.problem->ground_cost = SINKHORN_COST_P_NORM; T.problem->p = (SCALAR)0.5, OUT_OF_RANGE, "p");
  BAD(T.problem->ground_cost = SINKHORN_COST_P_NORM; T.problem->p = -2, OUT_OF_RANGE, "p");
  BAD(T.problem->ground_cost = SINKHORN_COST_P_NORM; T.problem->p = (SCALAR)NAN, OUT_OF_RANGE, "p");
  BAD(T.problem->ground_cost = SINKHORN_COST_CUSTOM, NULL_POINTER, "cost_function");
  BAD(T.problem->ground_cost = -1, OUT_OF_RANGE, "ground_cost");
  BAD(T.problem->ground_cost = 6, OUT_OF_RANGE, "ground_cost");
  BAD(T.problem->ground_cost = INT32_MIN, OUT_OF_RANGE, "ground_cost");
  BAD(T.problem->cost_order = SINKHORN_ORDER_COLUMN_MAJOR, UNSUPPORTED, "cost_order");
  BAD(T.problem->cost_order = 7, UNSUPPORTED, "cost_order");
  BAD(T.problem->cost = T.cost, UNSUPPORTED, "x");
  BAD(T.problem->cost = T.cost; T.problem->x = NULL, UNSUPPORTED, "y");
  BAD(NAME(matrix_)(); T.problem->dimension = D, UNSUPPORTED, "dimension");
  BAD(NAME(matrix_)(); T.problem->ground_cost = SINKHORN_COST_EUCLIDEAN, UNSUPPORTED, "ground_cost");
  BAD(NAME(matrix_)(); T.problem->n = 0, EMPTY, "n");
  BAD(NAME(matrix_)(); T.problem->m = 0, EMPTY, "m");
  /* A number of points that 32 bits do not hold, and sizes that do not fit size_t. */
  BAD(T.problem->n = SIZE_MAX / 2, TOO_LARGE, "n");
  BAD(T.problem->m = SIZE_MAX / 2, TOO_LARGE, "m");
  BAD(T.problem->n = T.problem->m = SIZE_MAX, TOO_LARGE, "n");
  BAD(T.problem->dimension = SIZE_MAX / 2, TOO_LARGE, NULL);
  BAD(NAME(matrix_)(); T.problem->n = SIZE_MAX / 2, TOO_LARGE, "n");
  BAD(NAME(matrix_)(); T.problem->m = SIZE_MAX / 2, TOO_LARGE, "m");
#if SIZE_MAX > UINT32_MAX
  BAD(T.problem->n = (size_t)UINT32_MAX + 1, TOO_LARGE, "n");
  BAD(T.problem->m = (size_t)UINT32_MAX + 1, TOO_LARGE, "m");
#endif
}

/* What every function that is given settings refuses. */
static void NAME(settings_cases_)(setup_function *setup, call_function *call) {
  BAD_STRUCT(T.settings, "settings");
  BAD(T.settings->acceleration = -1, OUT_OF_RANGE, "acceleration");
  BAD(T.settings->acceleration = 5, OUT_OF_RANGE, "acceleration");
  BAD(T.settings->storage = -1, OUT_OF_RANGE, "storage");
  BAD(T.settings->storage = 4, OUT_OF_RANGE, "storage");
  BAD(T.settings->skipping = -1, OUT_OF_RANGE, "skipping");
  BAD(T.settings->skipping = 3, OUT_OF_RANGE, "skipping");
  BAD(T.settings->simd = -1, OUT_OF_RANGE, "simd");
  BAD(T.settings->simd = 7, OUT_OF_RANGE, "simd");
#if defined(__x86_64__)
  BAD(T.settings->simd = SINKHORN_SIMD_NEON, UNSUPPORTED, "simd");
  BAD(T.settings->simd = SINKHORN_SIMD_WASM, UNSUPPORTED, "simd");
#endif
  BAD(T.settings->memory = 1, OUT_OF_RANGE, "memory");
  BAD(T.settings->memory = 65, OUT_OF_RANGE, "memory");
  BAD(T.settings->memory = UINT32_MAX, OUT_OF_RANGE, "memory");
  BAD(T.settings->threshold = -1, NOT_POSITIVE, "threshold");
  BAD(T.settings->threshold = (SCALAR)NAN, NOT_POSITIVE, "threshold");
  BAD(T.settings->threshold = (SCALAR)INFINITY, NOT_POSITIVE, "threshold");
  BAD(T.settings->acceleration = SINKHORN_ACCELERATION_RELAXATION; T.settings->relaxation = 2, OUT_OF_RANGE, "relaxation");
  BAD(T.settings->acceleration = SINKHORN_ACCELERATION_RELAXATION; T.settings->relaxation = (SCALAR)0.5, OUT_OF_RANGE,
      "relaxation");
  BAD(T.settings->acceleration = SINKHORN_ACCELERATION_RELAXATION; T.settings->relaxation = (SCALAR)NAN, OUT_OF_RANGE,
      "relaxation");
  BAD(T.settings->relaxation = (SCALAR)1.5, UNSUPPORTED, "relaxation");
  BAD(T.settings->acceleration = SINKHORN_ACCELERATION_PLAIN; T.settings->memory = 5, UNSUPPORTED, "memory");
  BAD(T.settings->storage_budget = 100, UNSUPPORTED, "storage_budget");
  BAD(T.settings->storage = SINKHORN_STORAGE_AUTO, EMPTY, "storage_budget");
  BAD(T.settings->annealing_factor = (SCALAR)0.5, UNSUPPORTED, "annealing_factor");
  BAD(T.settings->annealing_sweeps = 2, UNSUPPORTED, "annealing_sweeps");
  BAD(T.settings->annealing_first = (SCALAR)0.5, OUT_OF_RANGE, "annealing_first");
  BAD(T.settings->annealing_first = -1, OUT_OF_RANGE, "annealing_first");
  BAD(T.settings->annealing_first = (SCALAR)NAN, OUT_OF_RANGE, "annealing_first");
  BAD(T.settings->annealing_first = (SCALAR)INFINITY, OUT_OF_RANGE, "annealing_first");
  BAD(T.settings->annealing_first = 2; T.settings->annealing_factor = 1, OUT_OF_RANGE, "annealing_factor");
  BAD(T.settings->annealing_first = 2; T.settings->annealing_factor = -1, OUT_OF_RANGE, "annealing_factor");
  BAD(T.settings->annealing_first = 2; T.settings->annealing_factor = (SCALAR)NAN, OUT_OF_RANGE, "annealing_factor");
}

/* What every function that solves in a workspace refuses. */
static void NAME(workspace_cases_)(setup_function *setup, call_function *call) {
  BAD(T.workspace = NULL, NULL_POINTER, "workspace");
  BAD(T.workspace = ODD(T.workspace), MISALIGNED, "workspace");
  BAD(T.workspace_len = 0, WORKSPACE, "workspace");
  BAD(T.workspace_len -= 1, WORKSPACE, "workspace");
  BAD(T.workspace_len = SIZE_MAX, TOO_LARGE, "workspace");
  BAD(T.workspace_len = SIZE_MAX / sizeof(SCALAR), TOO_LARGE, "workspace");
  BAD(T.problem->x = NULL, NULL_POINTER, "x");
  BAD(T.problem->y = NULL, NULL_POINTER, "y");
  BAD(T.problem->x = ODD(T.x), MISALIGNED, "x");
  BAD(T.problem->y = ODD(T.y), MISALIGNED, "y");
  BAD(T.problem->a = ODD(T.a), MISALIGNED, "a");
  BAD(T.problem->b = ODD(T.b), MISALIGNED, "b");
  BAD(T.settings->start_f = ODD(T.start_f), MISALIGNED, "start_f");
  BAD(T.settings->start_g = ODD(T.start_g), MISALIGNED, "start_g");
  BAD(T.settings->start_f = T.start_f; T.settings->start = NAME(sinkhorn_start_monotone_), UNSUPPORTED, "start_f");
  BAD(T.settings->start_g = T.start_g; T.settings->start = NAME(sinkhorn_start_monotone_), UNSUPPORTED, "start_g");
  /* The workspace over what is read. */
  ALIASED(T.problem->x = T.workspace + T.workspace_len - 1, "workspace");
  ALIASED(T.problem->y = T.workspace, "workspace");
  ALIASED(T.problem->a = T.workspace + 3, "workspace");
  ALIASED(T.problem->b = T.workspace + T.workspace_len - 1, "workspace");
  ALIASED(T.settings->start_f = T.workspace, "workspace");
  ALIASED(T.settings->start_g = T.workspace + T.workspace_len - 1, "workspace");
  BAD_ERROR(T.workspace);
  ODD_ERROR();
}

/* A struct in the midst of the workspace. */
#define STRUCT_IN_WORKSPACE(field)                                                                    \
  ALIASED(T.field = memcpy(T.workspace + T.workspace_len / 4 * 2, T.field, sizeof *T.field), "workspace")

static void NAME(solve_pointer_cases_)(void) {
  setup_function *const setup = NAME(setup_);
  call_function *const call = NAME(call_solve_);
  BAD(T.solution = ODD(T.solution), MISALIGNED, "solution");
  BAD_STRUCT(T.report, "report");
  BAD(T.report = ODD(T.report), MISALIGNED, "report");
  STRUCT_IN_WORKSPACE(problem);
  STRUCT_IN_WORKSPACE(settings);
  STRUCT_IN_WORKSPACE(report);
  ALIASED(T.solution = (void *)T.workspace, "workspace");
  ALIASED(T.solution = (void *)T.x, "solution");
  ALIASED(T.solution = (void *)T.b, "solution");
  ALIASED(T.solution = (void *)&T.report->start, "solution");
  ALIASED(T.solution = (void *)&T.problem->n, "solution");
  ALIASED(T.solution = (void *)&T.settings->start, "solution");
  ALIASED(T.settings->start_f = (SCALAR *)(void *)&T.report->start_pairs, "report");
  ALIASED(T.problem->a = (SCALAR *)(void *)&T.report->start_pairs, "report");
  BAD_ERROR(T.report);
  BAD_ERROR(T.x);
  BAD_ERROR(T.problem);
  BAD_ERROR(T.settings);
  /* Nothing is wanted, and everything may be left out. */
  GOOD(T.settings = NULL; T.solution = NULL; T.report = NULL; T.problem->a = T.problem->b = NULL);
  GOOD(T.settings->start_f = T.start_f; T.settings->start_g = T.start_g);
  GOOD(T.settings->start_g = T.start_g);
}

static NAME(sinkhorn_solver_) *NAME(begin_)(void) {
  sinkhorn_error error;
  if (NAME(sinkhorn_solver_new_)(T.problem, T.settings, T.workspace, T.workspace_len, &T.solving, &error) != SINKHORN_OK)
    complain(__FILE__, __LINE__, "a good call", error.message);
  return T.solving;
}

static void NAME(setup_solver_)(void) {
  NAME(setup_)();
  NAME(begin_)();
}

static sinkhorn_status NAME(call_finish_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solver_finish_)(T.solving, T.solution, T.report, error);
}

/* A handle that is none, to every function of a solver. */
static void NAME(no_solver_)(const char *file, int line, void *handle, sinkhorn_status status) {
  NAME(sinkhorn_solver_) *solver = handle;
  uint32_t *sweeps = lend(sizeof *sweeps);
  SCALAR *epsilon = NAME(scalars_)(1), *marginal_error = NAME(scalars_)(1);
  calls += 3;
  snapshot();
  if (NAME(sinkhorn_solver_step_)(solver) != status) complain(file, line, "status of a step", "");
  if (NAME(sinkhorn_solver_run_)(solver) != status) complain(file, line, "status of a run", "");
  if (NAME(sinkhorn_solver_progress_)(solver, sweeps, epsilon, marginal_error) != status)
    complain(file, line, "status of the progress", "");
  if (changed()) complain(file, line, "something was written", "");
  T.solving = solver;
  refused(file, line, NAME(call_finish_), status, "solver", NOWHERE, NOWHERE);
}

#define NO_SOLVER(handle, status)                                           \
  do {                                                                      \
    NAME(setup_solver_)();                                                  \
    NAME(no_solver_)(__FILE__, __LINE__, handle, SINKHORN_ERROR_##status);  \
    release();                                                              \
  } while (0)

/* Whatever the memory of a handle was used for since: a solution, another scalar, zeros. */
static void *NAME(finished_)(void) {
  EXPECT(NAME(sinkhorn_solver_finish_)(T.solving, NULL, NULL, NULL) == SINKHORN_STOPPED);
  return T.solving;
}

static void *NAME(solved_again_)(void) {
  /* No report: padding, which a comparison would read. */
  EXPECT(NAME(sinkhorn_solve_)(T.problem, T.settings, T.workspace, T.workspace_len, NULL, NULL, NULL) == SINKHORN_OK);
  return T.solving;
}

/* A solve that fails late: what lived in the workspace is gone, as the header says. */
static void *NAME(failed_)(void) {
  T.settings->start = NAME(sinkhorn_start_monotone_);
  EXPECT(NAME(call_solve_)(NULL) == SINKHORN_ERROR_UNSUPPORTED); /* points of the plane */
  T.settings->start = NULL;
  return T.solving;
}

static void *NAME(wiped_)(int fill) {
  memset(T.workspace, fill, T.workspace_len * sizeof(SCALAR));
  return T.solving;
}

static void NAME(solver_cases_)(void) {
  setup_function *setup = NAME(setup_);
  call_function *call = NAME(call_new_);
  uint32_t sweeps = 77;
  SCALAR epsilon = 77, marginal_error = 77;

  BAD(T.solver = NULL, NULL_POINTER, "solver");
  BAD(T.solver = ODD(T.solver), MISALIGNED, "solver");
  STRUCT_IN_WORKSPACE(problem);
  STRUCT_IN_WORKSPACE(settings);
  ALIASED(T.solver = (void *)T.workspace, "workspace");
  ALIASED(T.solver = (void *)T.x, "solver");
  ALIASED(T.solver = (void *)&T.problem->n, "solver");
  ALIASED(T.solver = (void *)&T.settings->start, "solver");
  BAD_ERROR(T.x);
  BAD_ERROR(T.problem);

  NO_SOLVER(NULL, NULL_POINTER);
  NO_SOLVER(ODD(T.solving), MISALIGNED);
  NO_SOLVER(memset(lend(64), 0, 64), HANDLE);
  NO_SOLVER(lend(64), HANDLE);
  NO_SOLVER(NAME(finished_)(), HANDLE);
  NO_SOLVER(NAME(solved_again_)(), HANDLE);
  NO_SOLVER(NAME(failed_)(), HANDLE);
  NO_SOLVER(NAME(wiped_)(0), HANDLE);
  NO_SOLVER(NAME(wiped_)(0xff), HANDLE);
  /* A solver of the other scalar. */
  NAME(setup_solver_)();
  calls++;
  if (OTHER(sinkhorn_solver_step_)((void *)T.solving) != SINKHORN_ERROR_HANDLE ||
      OTHER(sinkhorn_solver_run_)((void *)T.solving) != SINKHORN_ERROR_HANDLE ||
      OTHER(sinkhorn_solver_progress_)((void *)T.solving, NULL, NULL, NULL) != SINKHORN_ERROR_HANDLE ||
      OTHER(sinkhorn_solver_finish_)((void *)T.solving, NULL, NULL, NULL) != SINKHORN_ERROR_HANDLE)
    complain(__FILE__, __LINE__, "a solver of the other scalar", "");
  release();

  setup = NAME(setup_solver_);
  call = NAME(call_finish_);
  BAD(T.solution = ODD(T.solution), MISALIGNED, "solution");
  BAD_STRUCT(T.report, "report");
  ALIASED(T.solution = (void *)T.workspace, "solver");
  ALIASED(T.solution = (void *)&T.report->start, "solution");
  ALIASED(T.report = memcpy(T.workspace + T.workspace_len / 4 * 2, T.report, sizeof *T.report), "solver");
  ALIASED(T.solution = (void *)T.x, "solution");
  ALIASED(T.solution = (void *)T.y, "solution");
  ALIASED(T.solution = (void *)T.a, "solution");
  ALIASED(T.solution = (void *)T.b, "solution");
  BAD_ERROR(T.workspace);
  BAD_ERROR(T.report);
  ODD_ERROR();

  /* A refused finish did nothing: the solver goes on. */
  setup();
  EXPECT(NAME(sinkhorn_solver_step_)(T.solving) == SINKHORN_RUNNING);
  T.report->struct_size = 0;
  EXPECT(call(NULL) == SINKHORN_ERROR_STRUCT_SIZE);
  EXPECT(NAME(sinkhorn_solver_progress_)(T.solving, &sweeps, &epsilon, &marginal_error) == SINKHORN_OK && sweeps == 1);
  EXPECT(NAME(sinkhorn_solver_progress_)(T.solving, NULL, NULL, NULL) == SINKHORN_OK);
  snapshot();
  EXPECT(NAME(sinkhorn_solver_progress_)(T.solving, ODD(&sweeps), &epsilon, &marginal_error) == SINKHORN_ERROR_MISALIGNED);
  EXPECT(NAME(sinkhorn_solver_progress_)(T.solving, &sweeps, ODD(&epsilon), &marginal_error) == SINKHORN_ERROR_MISALIGNED);
  EXPECT(NAME(sinkhorn_solver_progress_)(T.solving, &sweeps, &epsilon, ODD(&marginal_error)) == SINKHORN_ERROR_MISALIGNED);
  EXPECT(!changed() && sweeps == 1);
  EXPECT(NAME(sinkhorn_solver_run_)(T.solving) == SINKHORN_CONVERGED);
  EXPECT(NAME(sinkhorn_solver_step_)(T.solving) == SINKHORN_CONVERGED);
  EXPECT(NAME(sinkhorn_solver_finish_)(T.solving, NULL, NULL, NULL) == SINKHORN_CONVERGED);
  release();
}

static void NAME(solve_cases_)(void) {
  setup_function *const setup = NAME(setup_);
  call_function *const functions[] = {NAME(call_len_), NAME(call_solve_), NAME(call_new_)};
  call_function *call;
  size_t i;
  for (i = 0; i < sizeof functions / sizeof *functions; i++) {
    call = functions[i];
    GOOD((void)0);
    NAME(shape_cases_)(setup, call);
    NAME(settings_cases_)(setup, call);
    if (i > 0) NAME(workspace_cases_)(setup, call);
  }
  call = NAME(call_len_);
  BAD(T.len = NULL, NULL_POINTER, "len");
  BAD(T.len = ODD(T.len), MISALIGNED, "len");
  ALIASED(T.len = &T.problem->n, "len");
  ALIASED(T.len = &T.settings->storage_budget, "len");
  BAD_ERROR(T.len);
  BAD_ERROR(T.problem);
  BAD_ERROR(T.settings);
  ODD_ERROR();
  NAME(solve_pointer_cases_)();
  NAME(solver_cases_)();
}
