/* The functions of a solution. */

static sinkhorn_status NAME(call_report_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_report_)(T.solved, T.report, error);
}
static sinkhorn_status NAME(call_note_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_start_note_)(T.solved, T.text, T.count, error);
}
static sinkhorn_status NAME(call_entry_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_entry_)(T.solved, T.i, T.j, T.out, error);
}
static sinkhorn_status NAME(call_row_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_row_)(T.solved, T.i, T.out, error);
}
static sinkhorn_status NAME(call_plan_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_plan_)(T.solved, T.out, error);
}
static sinkhorn_status NAME(call_largest_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_largest_in_row_)(T.solved, T.i, T.count, T.columns, T.out, error);
}
static sinkhorn_status NAME(call_apply_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_apply_)(T.solved, T.vector, T.out, error);
}
static sinkhorn_status NAME(call_transposed_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_apply_transposed_)(T.solved, T.vector, T.out, error);
}
static sinkhorn_status NAME(call_map_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_map_)(T.solved, T.out, error);
}
static sinkhorn_status NAME(call_map_at_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_map_at_)(T.solved, T.points, T.count, T.out, error);
}
static sinkhorn_status NAME(call_f_at_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_f_at_)(T.solved, T.points, T.count, T.out, error);
}
static sinkhorn_status NAME(call_g_at_)(sinkhorn_error *error) {
  return NAME(sinkhorn_solution_g_at_)(T.solved, T.points, T.count, T.out, error);
}

/* The others want arrays of different lengths. */
static void NAME(setup_read_)(void) {
  NAME(setup_solved_)();
  T.count = M;
  T.columns = lend(M * sizeof *T.columns);
  T.text = lend(M);
  T.out = NAME(scalars_)(N * M);
  T.vector = NAME(numbers_)(N, 2);
}
static void NAME(setup_entry_)(void) {
  NAME(setup_solved_)();
  T.out = NAME(scalars_)(1);
}
static void NAME(setup_row_)(void) {
  NAME(setup_solved_)();
  T.count = M;
  T.columns = lend(M * sizeof *T.columns);
  T.out = NAME(scalars_)(M);
}
static void NAME(setup_apply_)(void) {
  NAME(setup_solved_)();
  T.vector = NAME(numbers_)(M, 2);
  T.out = NAME(scalars_)(N);
}
static void NAME(setup_transposed_)(void) {
  NAME(setup_solved_)();
  T.vector = NAME(numbers_)(N, 2);
  T.out = NAME(scalars_)(M);
}
static void NAME(setup_map_)(void) {
  NAME(setup_solved_)();
  T.out = NAME(scalars_)(N * D);
}
static void NAME(setup_at_)(void) {
  NAME(setup_solved_)();
  T.count = 3;
  T.points = NAME(numbers_)(3 * D, 9);
  T.out = NAME(scalars_)(3);
}
static void NAME(setup_map_at_)(void) {
  NAME(setup_at_)();
  T.out = NAME(scalars_)(3 * D);
}
static void NAME(setup_matrix_at_)(void) {
  NAME(setup_solved_matrix_)();
  T.count = 3;
  T.points = NAME(numbers_)(3 * D, 9);
  T.out = NAME(scalars_)(N * D);
}

/* Handles that are none, for any function of a solution. */
static void NAME(handle_cases_)(setup_function *setup, call_function *call) {
  BAD(T.solved = NULL, NULL_POINTER, "solution");
  BAD(T.solved = ODD(T.workspace), MISALIGNED, "solution");
  BAD(T.solved = memset(lend(64), 0, 64), HANDLE, "solution");
  BAD(T.solved = lend(64), HANDLE, "solution");
  BAD(T.solved = (void *)NAME(begin_)(), HANDLE, "solution");
  BAD(memset(T.workspace, 0, T.workspace_len * sizeof(SCALAR)), HANDLE, "solution");
  BAD(memset(T.workspace, 0xff, T.workspace_len * sizeof(SCALAR)), HANDLE, "solution");
  BAD(NAME(failed_)(), HANDLE, "solution");
}

#define BAD_OUTPUT(array, argument)                                          \
  BAD(array = NULL, NULL_POINTER, argument);                                 \
  BAD(array = ODD(array), MISALIGNED, argument);                             \
  ALIASED(array = (void *)T.workspace, argument);                      \
  ALIASED(array = (void *)(T.workspace + T.workspace_len - 2), argument); \
  ALIASED(array = (void *)T.x, argument);                              \
  ALIASED(array = (void *)(T.y + M * D - 2), argument);                \
  ALIASED(array = (void *)T.a, argument);                              \
  ALIASED(array = (void *)T.b, argument);                              \
  BAD_ERROR(T.workspace);                                           \
  BAD_ERROR(array);                                     \
  ODD_ERROR()

#define BAD_INDEX(field, count, argument)                 \
  BAD(T.field = (count), OUT_OF_RANGE, argument);         \
  BAD(T.field = SIZE_MAX, OUT_OF_RANGE, argument)

static void NAME(at_cases_)(setup_function *const setup, call_function *const call, const char *points, const char *out) {
  GOOD((void)0);
  BAD_OUTPUT(T.out, out);
  BAD(T.points = NULL, NULL_POINTER, points);
  BAD(T.points = ODD(T.points), MISALIGNED, points);
  BAD_ENTRIES(T.points, 3 * D, D, points);
  BAD(T.count = 0, EMPTY, "count");
  BAD(T.count = SIZE_MAX / 2, TOO_LARGE, points);
  BAD(T.count = SIZE_MAX, TOO_LARGE, points);
  ALIASED(T.out = T.points, out);
  ALIASED(T.out = T.points + 3 * D - 1, out);
  BAD_AT(T.points[0] = LARGEST, OVERFLOW, points, 0, NOWHERE);
  BAD_AT(T.points[1] = -LARGEST, OVERFLOW, points, 0, NOWHERE);
  BAD_ERROR(T.points);
}

static void NAME(solution_cases_)(void) {
  static call_function *const all[] = {
      NAME(call_report_), NAME(call_note_),       NAME(call_entry_), NAME(call_row_),    NAME(call_plan_), NAME(call_largest_),
      NAME(call_apply_),  NAME(call_transposed_), NAME(call_map_),   NAME(call_map_at_), NAME(call_f_at_), NAME(call_g_at_)};
  setup_function *setup;
  call_function *call;
  size_t i;
  for (i = 0; i < sizeof all / sizeof *all; i++) NAME(handle_cases_)(NAME(setup_map_at_), all[i]);

  /* A solution of the other scalar; functions without an error. */
  NAME(setup_read_)();
  EXPECT(OTHER(sinkhorn_solution_f_)((const void *)T.solved) == NULL && OTHER(sinkhorn_solution_g_)((const void *)T.solved) == NULL);
  EXPECT(OTHER(sinkhorn_solution_plan_)((const void *)T.solved, (void *)T.out, NULL) == SINKHORN_ERROR_HANDLE);
  EXPECT(OTHER(sinkhorn_solution_map_)((const void *)T.solved, (void *)T.out, NULL) == SINKHORN_ERROR_HANDLE);
  EXPECT(OTHER(sinkhorn_solution_start_note_)((const void *)T.solved, T.text, T.count, NULL) == SINKHORN_ERROR_HANDLE);
  EXPECT(NAME(sinkhorn_solution_f_)(T.solved) != NULL && NAME(sinkhorn_solution_g_)(T.solved) != NULL);
  EXPECT(NAME(sinkhorn_solution_f_)(NULL) == NULL && NAME(sinkhorn_solution_g_)(NULL) == NULL);
  EXPECT(NAME(sinkhorn_solution_f_)(ODD(T.workspace)) == NULL && NAME(sinkhorn_solution_g_)(ODD(T.workspace)) == NULL);
  NAME(failed_)();
  EXPECT(NAME(sinkhorn_solution_f_)(T.solved) == NULL && NAME(sinkhorn_solution_g_)(T.solved) == NULL);
  release();

  setup = NAME(setup_read_);
  call = NAME(call_report_);
  GOOD((void)0);
  BAD_STRUCT(T.report, "report");
  BAD(T.report = NULL, NULL_POINTER, "report");
  ALIASED(T.report = memcpy(T.workspace + T.workspace_len / 4 * 2, T.report, sizeof *T.report), "report");
  BAD_ERROR(T.report);
  ODD_ERROR();
  call = NAME(call_note_);
  GOOD((void)0);
  GOOD(T.count = 1);
  BAD(T.text = NULL, NULL_POINTER, "text");
  BAD(T.count = 0, EMPTY, "len");
  BAD(T.count = SIZE_MAX, TOO_LARGE, "text");
  ALIASED(T.text = (char *)T.workspace, "text");
  ALIASED(T.text = (char *)T.x + 1, "text");
  BAD_ERROR(T.text);
  ODD_ERROR();

  setup = NAME(setup_entry_);
  call = NAME(call_entry_);
  GOOD(T.i = N - 1; T.j = M - 1);
  BAD_OUTPUT(T.out, "entry");
  BAD_INDEX(i, N, "i");
  BAD_INDEX(j, M, "j");
  setup = NAME(setup_row_);
  call = NAME(call_row_);
  GOOD(T.i = N - 1);
  BAD_OUTPUT(T.out, "row");
  BAD_INDEX(i, N, "i");
  call = NAME(call_largest_);
  GOOD(T.i = N - 1);
  GOOD(T.count = 1);
  BAD_OUTPUT(T.out, "entries");
  BAD_OUTPUT(T.columns, "columns");
  BAD_INDEX(i, N, "i");
  BAD(T.count = 0, EMPTY, "count");
  BAD(T.count = M + 1, OUT_OF_RANGE, "count");
  BAD(T.count = SIZE_MAX, TOO_LARGE, "columns");
  ALIASED(T.out = (void *)T.columns, "columns");
  setup = NAME(setup_read_);
  call = NAME(call_plan_);
  GOOD((void)0);
  BAD_OUTPUT(T.out, "plan");
  ALIASED(T.out = T.workspace - 1, "plan");

  setup = NAME(setup_apply_);
  call = NAME(call_apply_);
  GOOD((void)0);
  BAD_OUTPUT(T.out, "product");
  BAD(T.vector = NULL, NULL_POINTER, "vector");
  BAD(T.vector = ODD(T.vector), MISALIGNED, "vector");
  BAD_ENTRIES(T.vector, M, 0, "vector");
  ALIASED(T.out = T.vector, "product");
  ALIASED(T.vector = T.out + N - 1, "product");
  setup = NAME(setup_transposed_);
  call = NAME(call_transposed_);
  GOOD((void)0);
  BAD_OUTPUT(T.out, "product");
  BAD(T.vector = NULL, NULL_POINTER, "vector");
  BAD(T.vector = ODD(T.vector), MISALIGNED, "vector");
  BAD_ENTRIES(T.vector, N, 0, "vector");
  ALIASED(T.out = T.vector, "product");
  ALIASED(T.vector = T.out + M - 1, "product");

  setup = NAME(setup_map_);
  call = NAME(call_map_);
  GOOD((void)0);
  BAD_OUTPUT(T.out, "map");
  NAME(at_cases_)(NAME(setup_map_at_), NAME(call_map_at_), "x", "map");
  NAME(at_cases_)(NAME(setup_at_), NAME(call_f_at_), "x", "f");
  NAME(at_cases_)(NAME(setup_at_), NAME(call_g_at_), "y", "g");

  /* A cost matrix has no points, and other entries that are written over. */
  setup = NAME(setup_matrix_at_);
  call = NAME(call_map_);
  BAD((void)0, UNSUPPORTED, "cost");
  call = NAME(call_map_at_);
  BAD((void)0, UNSUPPORTED, "cost");
  call = NAME(call_f_at_);
  BAD((void)0, UNSUPPORTED, "cost");
  call = NAME(call_g_at_);
  BAD((void)0, UNSUPPORTED, "cost");
  call = NAME(call_row_);
  GOOD((void)0);
  ALIASED(T.out = T.cost, "row");
  ALIASED(T.out = T.cost + N * M - 1, "row");
}
