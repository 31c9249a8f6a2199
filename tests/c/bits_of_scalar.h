/* The part of bits.c that is made for each scalar: SCALAR its type, BITS an integer of its size, NAME(x_) is x_f64 or x_f32. */

static uint64_t NAME(hash_)(uint64_t hash, const SCALAR *values, size_t len) {
  size_t i;
  for (i = 0; i < len; i++) {
    BITS bits;
    memcpy(&bits, &values[i], sizeof bits);
    hash = (hash ^ bits) * UINT64_C(1099511628211);
  }
  return hash;
}

static void NAME(line_)(const NAME(sinkhorn_problem_) *problem, const NAME(sinkhorn_settings_) *settings, SCALAR *f,
                        SCALAR *g) {
  static SCALAR workspace[MEMORY], plan[N * M];
  NAME(sinkhorn_report_) report;
  sinkhorn_error error;
  uint64_t hash = UINT64_C(14695981039346656037);

  report.struct_size = sizeof report;
  if (NAME(sinkhorn_solve_)(problem, settings, workspace, MEMORY, f, g, plan, &report, &error) < 0) {
    printf("%s\n", error.message);
    return;
  }
  {
    const SCALAR numbers[] = {report.row_error, report.column_error,   report.dual_value, report.start_value,
                              report.objective, report.transport_cost, report.mass,       report.epsilon};
    hash = NAME(hash_)(hash, f, N);
    hash = NAME(hash_)(hash, g, M);
    hash = NAME(hash_)(hash, plan, N * M);
    hash = NAME(hash_)(hash, numbers, sizeof numbers / sizeof *numbers);
  }
  printf("d=%d start=%d acceleration=%d status=%d sweeps=%d %016" PRIx64 "\n", (int)problem->dimension,
         (int)settings->start, (int)settings->acceleration, (int)report.status, (int)report.sweeps, hash);
}

static void NAME(all_)(size_t largest) {
  static SCALAR x[N * LARGEST], y[M * LARGEST], cost[N * M], a[N], b[M], f[N], g[M];
  NAME(sinkhorn_problem_) points = {0}, matrix = {0};
  NAME(sinkhorn_settings_) settings;
  sinkhorn_acceleration acceleration;
  sinkhorn_start start;
  size_t i;

  state = 1;
  for (i = 0; i < N * LARGEST; i++) x[i] = (SCALAR)draw();
  for (i = 0; i < M * LARGEST; i++) y[i] = (SCALAR)(2 * draw());
  for (i = 0; i < N * M; i++) cost[i] = (SCALAR)draw();
  for (i = 0; i < N; i++) a[i] = (SCALAR)(1 + draw());
  for (i = 0; i < M; i++) b[i] = (SCALAR)(1 + draw());

  points.struct_size = sizeof points;
  points.n = N;
  points.m = M;
  points.x = x;
  points.y = y;
  /* Every start and every acceleration, at every dimension */
  for (points.dimension = 1; points.dimension <= largest; points.dimension++) {
    for (start = SINKHORN_START_ZERO; start < SINKHORN_START_GIVEN; start++) {
      for (acceleration = 0; acceleration <= SINKHORN_ACCELERATION_ANDERSON; acceleration++) {
        NAME(sinkhorn_settings_init_)(&settings);
        settings.start = start;
        settings.acceleration = acceleration;
        NAME(line_)(&points, &settings, f, g);
      }
    }
  }

  /* From the result before, in its own memory; then from g alone. */
  points.dimension = largest;
  settings.threshold /= 64;
  settings.start = SINKHORN_START_GIVEN;
  settings.start_f = f;
  settings.start_g = g;
  NAME(line_)(&points, &settings, f, g);
  settings.start_f = NULL;
  NAME(line_)(&points, &settings, f, g);

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
  NAME(sinkhorn_settings_init_)(&settings);
  NAME(line_)(&matrix, &settings, f, g);
}
