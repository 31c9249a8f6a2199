/* The part of workspace_len.c that is made for each scalar. */

typedef struct {
  size_t solve, derivatives, divergence, gradient, soft;
} NAME(lens_);

static NAME(lens_) NAME(all_)(size_t n, size_t m, size_t d, size_t memory) {
  static const SCALAR cost = 0;
  NAME(sinkhorn_problem_) problem = {0};
  NAME(sinkhorn_settings_) settings = {0};
  NAME(sinkhorn_soft_settings_) soft = {0};
  NAME(lens_) lens = {0};
  sinkhorn_error error;
  sinkhorn_status status;
  size_t len = 0;

  problem.struct_size = sizeof problem;
  problem.n = n;
  problem.m = m;
  problem.dimension = d;
  if (d == 0) problem.cost = &cost; /* a matrix: its address says so, and nothing is read from it */
  settings.struct_size = sizeof settings;
  settings.skipping = SINKHORN_SKIPPING_OFF;
  soft.struct_size = sizeof soft;
  soft.solve = &settings;
  if (memory == 0)
    settings.acceleration = SINKHORN_ACCELERATION_PLAIN;
  else
    settings.memory = (uint32_t)memory;

  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &lens.solve, &error);
  compare("solve", SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory), status, lens.solve, &error);
  settings.storage = SINKHORN_STORAGE_KERNEL;
  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
  compare("kernel", SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory) + SINKHORN_KERNEL_LEN(n, m), status, len, &error);
  /* A matrix is kept already. */
  settings.storage = SINKHORN_STORAGE_COST;
  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
  compare("costs", SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory) + n * m, status, len, &error);
  settings.storage = SINKHORN_STORAGE_AUTO;
  settings.storage_budget = 1;
  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
  compare("auto on a small budget", SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory), status, len, &error);
  settings.storage_budget = 0;
  settings.storage = SINKHORN_STORAGE_STREAM;
  settings.skipping = SINKHORN_SKIPPING_ON;
  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
  compare("skipping",
          SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory) +
              (n >= 64 && m >= 64 && d >= 1 && d <= 8 ? SINKHORN_SKIPPING_LEN(n, m, d) : 0),
          status, len, &error);
  settings.skipping = SINKHORN_SKIPPING_AUTO;
  status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
  compare("skipping by itself",
          SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory) +
              (n >= 4000 && m >= 4000 && d >= 1 && d <= 5 ? SINKHORN_SKIPPING_LEN(n, m, d) : 0),
          status, len, &error);
  settings.skipping = SINKHORN_SKIPPING_OFF;
  if (d > 0) { /* any other cost of the library takes the same */
    problem.ground_cost = SINKHORN_COST_EUCLIDEAN;
    status = NAME(sinkhorn_workspace_len_)(&problem, &settings, &len, &error);
    compare("another cost", SINKHORN_WORKSPACE_LEN(SCALAR, n, m, d, memory), status, len, &error);
    status = NAME(sinkhorn_divergence_len_)(&problem, &settings, &len, &error);
    compare("divergence of another cost", SINKHORN_DIVERGENCE_LEN(SCALAR, n, m, d, memory), status, len, &error);
    status = NAME(sinkhorn_derivatives_len_)(&problem, NULL, &len, &error);
    compare("derivatives of another cost", SINKHORN_DERIVATIVES_LEN(n, m, d), status, len, &error);
    problem.ground_cost = SINKHORN_COST_SQUARED_EUCLIDEAN;
  }
  status = NAME(sinkhorn_derivatives_len_)(&problem, NULL, &lens.derivatives, &error);
  compare("derivatives", SINKHORN_DERIVATIVES_LEN(n, m, d), status, lens.derivatives, &error);
  status = NAME(sinkhorn_divergence_len_)(&problem, &settings, &lens.divergence, &error);
  compare("divergence", SINKHORN_DIVERGENCE_LEN(SCALAR, n, m, d, memory), status, lens.divergence, &error);
  status = NAME(sinkhorn_divergence_gradient_len_)(&problem, NULL, &lens.gradient, &error);
  compare("divergence gradient", SINKHORN_DIVERGENCE_GRADIENT_LEN(n, m, d), status, lens.gradient, &error);
  status = NAME(sinkhorn_soft_len_)(n, m, &soft, &lens.soft, &error);
  compare("soft", SINKHORN_SOFT_LEN(SCALAR, n, m, memory), status, lens.soft, &error);
  return lens;
}
