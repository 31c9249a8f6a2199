/*
 * sinkhorn: entropic optimal transport whose solver starts near the answer.
 *
 *   double x[N * 2], y[M * 2];       // points, row-major
 *   static double workspace[SINKHORN_WORKSPACE_LEN(double, N, M, 2, SINKHORN_DEFAULT_MEMORY)];
 *   sinkhorn_problem_f64 problem = {.struct_size = sizeof problem, .n = N, .m = M, .dimension = 2, .x = x, .y = y,
 *                                   .epsilon = 0.1, .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE};
 *   sinkhorn_settings_f64 settings = {.struct_size = sizeof settings, .start = sinkhorn_start_auto_f64};
 *   sinkhorn_report_f64 report = {.struct_size = sizeof report};
 *   const sinkhorn_solution_f64 *solution;
 *   sinkhorn_error error;
 *   size_t len = sizeof workspace / sizeof *workspace; // at run time: sinkhorn_workspace_len_f64
 *   if (sinkhorn_solve_f64(&problem, &settings, workspace, len, &solution, &report, &error) < 0) puts(error.message);
 *
 * Functions by task. A name that ends in _ has an f64 and an f32 at its end.
 *
 *   how much memory       sinkhorn_workspace_len_  sinkhorn_derivatives_len_  sinkhorn_divergence_len_
 *                         sinkhorn_divergence_gradient_len_  sinkhorn_soft_len_  sinkhorn_batch_len_
 *                         (and macros: SINKHORN_WORKSPACE_LEN, ...)
 *   solve                 sinkhorn_solve_  many problems: sinkhorn_solve_batch_  smallest: sinkhorn_solve_in_place_
 *   solve sweep by sweep  sinkhorn_solver_new_  sinkhorn_solver_step_  sinkhorn_solver_run_
 *                         sinkhorn_solver_progress_  sinkhorn_solver_finish_
 *   where to start        sinkhorn_start_auto_  sinkhorn_start_monotone_  sinkhorn_start_dual_sort_
 *                         sinkhorn_start_gaussian_  sinkhorn_start_gaussian_unregularised_
 *                         sinkhorn_start_mixture_  sinkhorn_start_cells_  sinkhorn_start_coarse_
 *                         sinkhorn_start_subsample_
 *   a start of your own   sinkhorn_target_n_  sinkhorn_target_m_  sinkhorn_target_epsilon_
 *                         sinkhorn_target_cost_scale_
 *   numbers, potentials   sinkhorn_solution_report_  sinkhorn_solution_f_  sinkhorn_solution_g_
 *                         sinkhorn_solution_start_note_
 *   the plan              sinkhorn_solution_entry_  sinkhorn_solution_row_  sinkhorn_solution_plan_
 *                         sinkhorn_solution_largest_in_row_  sinkhorn_solution_apply_
 *                         sinkhorn_solution_apply_transposed_
 *   maps, new points      sinkhorn_solution_map_  sinkhorn_solution_map_at_  sinkhorn_solution_f_at_
 *                         sinkhorn_solution_g_at_
 *   derivatives           sinkhorn_objective_gradient_  sinkhorn_objective_hvp_  sinkhorn_vjp_  sinkhorn_jvp_
 *   loss between sets     sinkhorn_divergence_new_  sinkhorn_divergence_gradient_  sinkhorn_divergence_report_
 *   soft sorting          sinkhorn_soft_sort_  sinkhorn_soft_rank_  sinkhorn_soft_quantile_
 *                         sinkhorn_soft_top_k_  sinkhorn_soft_vjp_
 *   what went wrong       sinkhorn_status_text  sinkhorn_status_remedy
 *   which library         sinkhorn_version  sinkhorn_version_string
 *
 * C99 and C++. Functions for float do no step in double. All memory is the caller's: a pointer is NULL where that is
 * allowed, and otherwise points to memory of the stated shape (n x d: row-major), aligned for its type, which no other
 * thread writes during the call. Functions return a sinkhorn_status: negative for a bad call, and then the error says
 * what was wrong and where. Nothing is global but the pool of threads, once threads are asked for; errno is not
 * touched; nothing is printed, but for the message of a SINKHORN_ERROR_INTERNAL on stderr.
 *
 * Structs begin with struct_size, the sizeof of the header that the program was compiled with, and are zero elsewhere
 * where nothing is wanted: zeros are the defaults. Later versions add fields at the end, and no version minds the size
 * of another: what a program lacks counts as zero, and only struct_size bytes are read and written. Fields that the
 * library does not have must be zero (SINKHORN_ERROR_STRUCT_SIZE), and are zero where it writes.
 *
 * Objects (solution, solver, divergence, soft) live in the workspace that was lent: there is nothing to free. A new
 * call with that workspace ends their life when it begins to write there. A call that is refused before that leaves
 * them as they were: for a pointer, a size, a choice, a number of a struct, an entry of an array, or totals that
 * differ. What only the solve can tell comes later: epsilon and costs that do not go together, pairs that are
 * forbidden, a start that fails, values whose spread overflows. A handle whose workspace was used again is refused as
 * long as its memory can be read.
 *
 * Before version 1.0 lengths of memory may change: macros are those of this header, functions those of the library.
 * Numbers of statuses and choices never change. Made by cbindgen from ffi/src: do not edit.
 */

#ifndef SINKHORN_H
#define SINKHORN_H

#include <stddef.h>
#include <stdint.h>

/** The version of this header; sinkhorn_version() is that of the library. */
#define SINKHORN_VERSION_MAJOR 0
#define SINKHORN_VERSION_MINOR 1
#define SINKHORN_VERSION_PATCH 0
#define SINKHORN_VERSION ((SINKHORN_VERSION_MAJOR << 16) | (SINKHORN_VERSION_MINOR << 8) | SINKHORN_VERSION_PATCH)

/**
 * sinkhorn_workspace_len at compile time, for static arrays of scalar (float or double): for n against m points of
 * dimension d (0 with a cost matrix and with SINKHORN_COST_CUSTOM) and a memory of acceleration (0 for
 * SINKHORN_ACCELERATION_PLAIN and relaxation, SINKHORN_DEFAULT_MEMORY by default). For SINKHORN_STORAGE_STREAM and
 * one thread; add SINKHORN_KERNEL_LEN or n m where kernel or costs are stored, or SINKHORN_SKIPPING_LEN where pairs may
 * be skipped. Overflow is not noticed, here and below.
 */
#define SINKHORN_WORKSPACE_LEN(scalar, n, m, d, memory) \
  (SINKHORN_OBJECT_LEN_(scalar, 190, 60) + SINKHORN_SOLVE_LEN_(n, m, d, memory))

/** What it takes beside that to skip pairs of points: see sinkhorn_skipping. */
#define SINKHORN_SKIPPING_LEN(n, m, d) \
  (4 * (SINKHORN_SIZE_(n) + SINKHORN_SIZE_(m)) + (SINKHORN_SIZE_(n) + SINKHORN_SIZE_(m) + 1) * SINKHORN_SIZE_(d) \
   + SINKHORN_PARTS_(m, SINKHORN_BLOCK_(n, m)) + SINKHORN_SERIES_(m, d, SINKHORN_BLOCK_(n, m)) \
   + (3 * SINKHORN_SIZE_(d) + 1) * 16 \
     * (SINKHORN_PARTS_(m, 16 * SINKHORN_BLOCK_(n, m)) + SINKHORN_PARTS_(m, 256 * SINKHORN_BLOCK_(n, m))))

/** What SINKHORN_STORAGE_KERNEL takes beside that. */
#define SINKHORN_KERNEL_LEN(n, m) (SINKHORN_SIZE_(n) * SINKHORN_SIZE_(m) + SINKHORN_SIZE_(n) + 2 * SINKHORN_SIZE_(m))

/** The scratch of sinkhorn_solve_in_place_f64. */
#define SINKHORN_IN_PLACE_LEN(n, m) (SINKHORN_SIZE_(n) + 2 * SINKHORN_SIZE_(m))

/** sinkhorn_derivatives_len at compile time: d is the dimension under any cost, and 0 with a cost matrix. */
#define SINKHORN_DERIVATIVES_LEN(n, m, d) \
  (6 * SINKHORN_SIZE_(n) + (9 + SINKHORN_COARSE_(d)) * SINKHORN_SIZE_(m) \
   + SINKHORN_MAX_((SINKHORN_TILE_ROWS_(n, d) + 3) * SINKHORN_SIZE_(m), \
                   (SINKHORN_TILE_ROWS_(n, d) + 2 + 2 * SINKHORN_SIZE_(d)) * SINKHORN_MIN_(m, 256)) \
   + 3 * SINKHORN_SIZE_(d) + SINKHORN_COARSE_(d) * SINKHORN_COARSE_(d))

/** sinkhorn_divergence_len at compile time; add SINKHORN_KERNEL_LEN or n m as above. */
#define SINKHORN_DIVERGENCE_LEN(scalar, n, m, d, memory) \
  (SINKHORN_OBJECT_LEN_(scalar, 370, 100) + SINKHORN_SOLVE_LEN_(n, m, d, memory) \
   + SINKHORN_SOLVE_LEN_(n, n, d, 0) + SINKHORN_SOLVE_LEN_(m, m, d, 0) + 2 * SINKHORN_SIZE_(m))

/** sinkhorn_divergence_gradient_len at compile time: d as in SINKHORN_DERIVATIVES_LEN. */
#define SINKHORN_DIVERGENCE_GRADIENT_LEN(n, m, d) \
  (SINKHORN_MAX_(SINKHORN_DERIVATIVES_LEN(n, m, d), \
                 SINKHORN_MAX_(SINKHORN_DERIVATIVES_LEN(n, n, d), SINKHORN_DERIVATIVES_LEN(m, m, d))) \
   + SINKHORN_MAX_(n, m) * SINKHORN_MAX_(d, 1))

/** sinkhorn_soft_len at compile time, for n values and m levels (see there); add the same. */
#define SINKHORN_SOFT_LEN(scalar, n, m, memory) \
  (SINKHORN_OBJECT_LEN_(scalar, 370, 100) + 3 * (SINKHORN_SIZE_(n) + SINKHORN_SIZE_(m)) \
   + SINKHORN_MAX_(n, m) + SINKHORN_SOLVE_LEN_(n, m, 1, memory) + SINKHORN_DERIVATIVES_LEN(n, m, 1))

/* What the macros above are made of; a size_t without a cast, which some C++ compilers warn of. */
#define SINKHORN_SIZE_(value) (sizeof(char) * (value))
#define SINKHORN_MIN_(p, q) (SINKHORN_SIZE_(p) < SINKHORN_SIZE_(q) ? SINKHORN_SIZE_(p) : SINKHORN_SIZE_(q))
#define SINKHORN_MAX_(p, q) (SINKHORN_SIZE_(p) > SINKHORN_SIZE_(q) ? SINKHORN_SIZE_(p) : SINKHORN_SIZE_(q))
#define SINKHORN_PARTS_(count, size) \
  ((SINKHORN_SIZE_(count) + (size) - 1) / (size))
#define SINKHORN_SERIES_(m, d, block) \
  ((d) > 3 ? SINKHORN_SIZE_(0) \
           : SINKHORN_PARTS_(m, 16 * (block)) + SINKHORN_FAR_(m, d, block) \
             + SINKHORN_FAR_(m, d, 16 * (block)) + 32 * (block))
#define SINKHORN_FAR_(m, d, rows) ((SINKHORN_SIZE_(d) + 1 + 2 * SINKHORN_PARTS_(m, rows)) * (rows))
#define SINKHORN_BLOCK_(n, m) SINKHORN_SIZE_(SINKHORN_MAX_(n, m) < 300000 ? 32 : 64)
#define SINKHORN_TILE_ROWS_(n, d) SINKHORN_MIN_(n, (d) < 16 ? 4 : 16)
#define SINKHORN_OBJECT_LEN_(scalar, words, scalars) \
  (((words) * sizeof(size_t) + 8 + sizeof(scalar) - 1) / sizeof(scalar) + (scalars))
#define SINKHORN_SOLVE_LEN_(n, m, d, memory) \
  (2 * SINKHORN_SIZE_(n) + (6 + SINKHORN_TILE_ROWS_(n, d)) * SINKHORN_SIZE_(m) \
   + (SINKHORN_SIZE_(n) + SINKHORN_SIZE_(m) + 1) * SINKHORN_SIZE_(d) \
   + 2 * SINKHORN_SIZE_(memory) * (SINKHORN_SIZE_(m) + 2 * SINKHORN_SIZE_(memory) + 1) \
   + ((memory) && (m) <= SINKHORN_MAX_NEWTON_COLUMNS ? SINKHORN_SIZE_(m) * SINKHORN_SIZE_(m) : SINKHORN_SIZE_(0)))
#define SINKHORN_COARSE_(d) SINKHORN_SIZE_((d) == 1 ? 8 : (d) == 2 ? 20 : 0)

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Bytes of a message, the final NUL among them.
 */
#define SINKHORN_MESSAGE_LEN 192

/**
 * The most points on the second side for which SINKHORN_ACCELERATION_DEFAULT goes on to Newton's method. A workspace
 * for it holds the square of their number.
 */
#define SINKHORN_MAX_NEWTON_COLUMNS 512

/**
 * What the field memory of the settings is where it is 0.
 */
#define SINKHORN_DEFAULT_MEMORY 10

/**
 * A computed divergence, for its gradient and reports. Lives at the beginning of its workspace, and is gone when
 * that is used for something else.
 */
typedef struct sinkhorn_divergence_f32 sinkhorn_divergence_f32;

/**
 * A computed divergence, for its gradient and reports. Lives at the beginning of its workspace, and is gone when
 * that is used for something else.
 */
typedef struct sinkhorn_divergence_f64 sinkhorn_divergence_f64;

/**
 * A soft operator after its solve, for its derivative. Lives at the beginning of its workspace, and is gone when
 * that is used for something else.
 */
typedef struct sinkhorn_soft_f32 sinkhorn_soft_f32;

/**
 * A soft operator after its solve, for its derivative. Lives at the beginning of its workspace, and is gone when
 * that is used for something else.
 */
typedef struct sinkhorn_soft_f64 sinkhorn_soft_f64;

/**
 * A solved problem. Lives at the beginning of the workspace, and is gone when that is used for something else.
 *
 * Its functions only read it, so that several threads may call them at once. They return SINKHORN_OK, or an error,
 * and then nothing was written (but where a function says so) and *error says what was wrong. error may be NULL;
 * outputs must not overlap inputs, *error, the workspace or the arrays of the problem. None allocates.
 */
typedef struct sinkhorn_solution_f32 sinkhorn_solution_f32;

/**
 * A solved problem. Lives at the beginning of the workspace, and is gone when that is used for something else.
 *
 * Its functions only read it, so that several threads may call them at once. They return SINKHORN_OK, or an error,
 * and then nothing was written (but where a function says so) and *error says what was wrong. error may be NULL;
 * outputs must not overlap inputs, *error, the workspace or the arrays of the problem. None allocates.
 */
typedef struct sinkhorn_solution_f64 sinkhorn_solution_f64;

/**
 * A solve in progress. Lives at the beginning of the workspace, and is gone when that is used for something else.
 */
typedef struct sinkhorn_solver_f32 sinkhorn_solver_f32;

/**
 * A solve in progress. Lives at the beginning of the workspace, and is gone when that is used for something else.
 */
typedef struct sinkhorn_solver_f64 sinkhorn_solver_f64;

/**
 * What a start is for: the problem of the solve that calls it. Lives as long as the call.
 */
typedef struct sinkhorn_target_f32 sinkhorn_target_f32;

/**
 * What a start is for: the problem of the solve that calls it. Lives as long as the call.
 */
typedef struct sinkhorn_target_f64 sinkhorn_target_f64;

/**
 * How a call ended: SINKHORN_OK to SINKHORN_ITERATION_LIMIT, or one of the SINKHORN_ERROR_ constants. Zero and
 * above: what was written is usable. Below zero: a bad call. Numbers are never changed or used again; later
 * versions may add some.
 */
typedef int32_t sinkhorn_status;

/**
 * A cost of your own: c(x, y) for two points of so many coordinates; finite, or infinity to forbid the pair. Called
 * for every pair at every sweep, unless the settings keep costs or kernel, and on several threads where they ask for
 * threads. It must return: no longjmp, no exception.
 */
typedef double (*sinkhorn_cost_function_f64)(const double *x, const double *y, size_t dimension, void *data);

/**
 * Its gradient: writes dc/dx and dc/dy (so many coordinates each). Only derivatives in points and maps'
 * derivatives call it.
 */
typedef void (*sinkhorn_cost_gradient_f64)(const double *x,
                                           const double *y,
                                           size_t dimension,
                                           double *in_x,
                                           double *in_y,
                                           void *data);

/**
 * What the number epsilon of a problem means: one of the SINKHORN_EPSILON_ constants.
 */
typedef int32_t sinkhorn_epsilon_kind;

/**
 * What every cost is divided by: one of the SINKHORN_SCALE_ constants. Epsilon, rho, potentials and values are
 * then in units of the scaled cost.
 */
typedef int32_t sinkhorn_cost_scale_kind;

/**
 * The cost c(x, y) between points: one of the SINKHORN_COST_ constants.
 */
typedef int32_t sinkhorn_cost;

/**
 * How a cost matrix lies in memory: one of the SINKHORN_ORDER_ constants.
 */
typedef int32_t sinkhorn_order;

/**
 * Entropic optimal transport between n points with weights a and m points with weights b:
 *
 *   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
 *
 * with KL(p | q) = sum p log(p / q) - p + q. The cost C is either that of pairs of points, c(x_i, y_j) (x, y and
 * dimension set, cost NULL), or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and
 * then the problem is balanced, with the squared Euclidean cost, uniform weights and the default epsilon. The
 * arrays are only read; they must stay as they are for as long as what was made of the problem is used.
 */
typedef struct sinkhorn_problem_f64 {
  /**
   * sizeof of this struct: as far as cost at least.
   */
  size_t struct_size;
  /**
   * Points on the first side; 1 to 2^32 - 1.
   */
  size_t n;
  /**
   * Points on the second side; 1 to 2^32 - 1.
   */
  size_t m;
  /**
   * Coordinates a point; 0 with a cost matrix.
   */
  size_t dimension;
  /**
   * n x dimension, row-major: the points of the first side, one after the other. Finite.
   */
  const double *x;
  /**
   * m x dimension, row-major: the points of the second side. Finite.
   */
  const double *y;
  /**
   * n x m, in the order of cost_order: the cost C. Finite, or infinity: such a pair carries nothing.
   */
  const double *cost;
  /**
   * n: weights of the first side, not negative, with a positive sum; NULL: 1/n each. Zeros are legal.
   */
  const double *a;
  /**
   * m: weights of the second side; NULL: 1/m each. A balanced problem needs the sum that a has.
   */
  const double *b;
  /**
   * With SINKHORN_COST_CUSTOM, c(x, y); else NULL.
   */
  sinkhorn_cost_function_f64 cost_function;
  /**
   * Its gradient, where derivatives in points are wanted; else NULL.
   */
  sinkhorn_cost_gradient_f64 cost_gradient;
  /**
   * Handed to both.
   */
  void *cost_data;
  /**
   * The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
   */
  double epsilon;
  /**
   * How strictly the first marginal is kept, in units of (scaled) cost: 0 or infinity keeps it exact (balanced),
   * a positive number relaxes it.
   */
  double rho_a;
  /**
   * The same of the second marginal.
   */
  double rho_b;
  /**
   * The divisor of SINKHORN_SCALE_GIVEN, positive; else 0.
   */
  double cost_scale;
  /**
   * The order of SINKHORN_COST_P_NORM; else 0.
   */
  double p;
  /**
   * What epsilon means.
   */
  sinkhorn_epsilon_kind epsilon_kind;
  /**
   * What costs are divided by.
   */
  sinkhorn_cost_scale_kind cost_scale_kind;
  /**
   * The cost between points; 0 with a matrix.
   */
  sinkhorn_cost ground_cost;
  /**
   * How the matrix lies in memory; 0 with points.
   */
  sinkhorn_order cost_order;
} sinkhorn_problem_f64;

/**
 * Which potentials a start has written: one of the SINKHORN_WROTE_ constants, or a negative status of its own,
 * which the solve then returns.
 */
typedef int32_t sinkhorn_wrote;

/**
 * A start: writes f (n) or g (m) or both, in units of the unscaled cost, and says which; both are zero when it is
 * called. data is the field start_data of the settings. The library's own begin with sinkhorn_start_; one of yours
 * may call them (and the report then has their name). It must return: no longjmp, no exception.
 */
typedef sinkhorn_wrote (*sinkhorn_start_f64)(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * What an observer sees after every sweep.
 */
typedef struct sinkhorn_observation_f64 {
  /**
   * sizeof of this struct in the library.
   */
  size_t struct_size;
  /**
   * The epsilon of this sweep, in units of (scaled) cost: larger than that of the problem while annealing.
   */
  double epsilon;
  /**
   * The marginal error that the sweep measured, which is compared with the threshold.
   */
  double marginal_error;
  /**
   * The dual value of the new f with the old g, at this epsilon.
   */
  double dual_value;
  /**
   * Sweeps made.
   */
  uint32_t sweep;
} sinkhorn_observation_f64;

/**
 * Called after every sweep of a solve; anything but 0 ends it with SINKHORN_STOPPED. It must return: no longjmp,
 * no exception.
 */
typedef int (*sinkhorn_observer_f64)(const struct sinkhorn_observation_f64 *observation, void *data);

/**
 * What is done between two sweeps to need fewer of them: one of the SINKHORN_ACCELERATION_ constants. Never
 * changes the answer.
 */
typedef int32_t sinkhorn_acceleration;

/**
 * What is kept in the workspace between sweeps: one of the SINKHORN_STORAGE_ constants. All give the same answer
 * to rounding.
 */
typedef int32_t sinkhorn_storage;

/**
 * The vector instructions of a solve: one of the SINKHORN_SIMD_ constants. NEON, AVX2 and AVX-512 give the
 * same bits.
 */
typedef int32_t sinkhorn_simd;

/**
 * Whether sweeps leave out pairs that carry next to nothing: one of the SINKHORN_SKIPPING_ constants. For points with
 * SINKHORN_STORAGE_STREAM, under every cost but the cosine. A bound on what the skipped pairs carry is part of the
 * marginal errors.
 */
typedef int32_t sinkhorn_skipping;

/**
 * When to stop and how to get there. All zeros but struct_size are the defaults, field by field, and functions
 * take NULL for all of them.
 */
typedef struct sinkhorn_settings_f64 {
  /**
   * sizeof of this struct: as far as start_g at least.
   */
  size_t struct_size;
  /**
   * The potentials from which a solve begins: one of the sinkhorn_start_ functions, or one of your own; NULL:
   * from start_f and start_g where one is set, else from zero. Any start leads to the same answer; a good one
   * leads there in fewer sweeps.
   */
  sinkhorn_start_f64 start;
  /**
   * Handed to start.
   */
  void *start_data;
  /**
   * n: f to start from (that of an earlier solve, say), in units of cost, or NULL: then it follows from start_g.
   * Must be NULL where start is set.
   */
  const double *start_f;
  /**
   * m: g to start from, or NULL: then it follows from start_f.
   */
  const double *start_g;
  /**
   * Called after every sweep, or NULL.
   */
  sinkhorn_observer_f64 observer;
  /**
   * Handed to observer.
   */
  void *observer_data;
  /**
   * Of starts that draw at random: the same seed, the same bits.
   */
  uint64_t start_seed;
  /**
   * Scalars that SINKHORN_STORAGE_AUTO may use for a kernel, not 0; else 0.
   */
  size_t storage_budget;
  /**
   * The marginal error at which a solve has converged, relative to the total of the weights (in a relaxed problem,
   * to what its plan carries if that is less). 0: 1e-6 in double, 1e-3 in float.
   */
  double threshold;
  /**
   * The factor of SINKHORN_ACCELERATION_RELAXATION, 1 <= relaxation < 2, and 1 is plain. 0: 1.5; else 0.
   */
  double relaxation;
  /**
   * Larger epsilons first: the first, as a multiple of the problem's, at least 1. 0: no annealing.
   */
  double annealing_first;
  /**
   * From level to level epsilon is multiplied by this, in (0, 1), until it is the problem's. 0: 0.5.
   */
  double annealing_factor;
  /**
   * Sweeps a level. 0: 1.
   */
  uint32_t annealing_sweeps;
  /**
   * Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. 0: 10000.
   */
  uint32_t max_sweeps;
  /**
   * Between the sweeps.
   */
  sinkhorn_acceleration acceleration;
  /**
   * Iterates that SINKHORN_ACCELERATION_DEFAULT and SINKHORN_ACCELERATION_ANDERSON combine: 2 to 64. 0:
   * SINKHORN_DEFAULT_MEMORY.
   */
  uint32_t memory;
  /**
   * What the workspace keeps.
   */
  sinkhorn_storage storage;
  /**
   * Of the library's starts, how much of it: components of a mixture, points of a coarse or subsampled problem,
   * passes of dual sort. 0: what the start takes by itself.
   */
  uint32_t start_size;
  /**
   * Threads that share the rows of a sweep, or the problems of a batch; they take workspace each, and change no
   * bit of a result. They are those of a pool that the process has once it is first asked for, and that a child
   * made by fork() does not have: ask for no threads there. 0: 1. Builds without threads take any number for 1.
   */
  uint32_t threads;
  /**
   * The instructions of sweeps.
   */
  sinkhorn_simd simd;
  /**
   * Whether sweeps leave out pairs. The workspaces of divergences and soft operators have no room for it.
   */
  sinkhorn_skipping skipping;
} sinkhorn_settings_f64;

/**
 * What was wrong with a call. Written whole by a function that returns a negative status, and left alone
 * otherwise; need not be initialised. Its layout never changes.
 */
typedef struct sinkhorn_error {
  /**
   * The status that the function returned.
   */
  sinkhorn_status status;
  /**
   * The parameter or field at fault, for example "x": static, never NULL, "" where none is.
   */
  const char *argument;
  /**
   * The entry at fault, counted from 0: the entry of a vector, the row of a matrix, the number of a point.
   * SIZE_MAX where none is.
   */
  size_t row;
  /**
   * The column of a matrix or the coordinate of a point. SIZE_MAX where none is.
   */
  size_t column;
  /**
   * The number at fault; for SINKHORN_ERROR_WORKSPACE, SINKHORN_ERROR_STRUCT_SIZE and
   * SINKHORN_ERROR_BELOW_RESOLUTION the one that is needed; 0 where there is none.
   */
  double value;
  /**
   * One line in English, without a newline, NUL-terminated. Ends in "..." where it was cut. No more than the
   * argument in builds without messages.
   */
  char message[SINKHORN_MESSAGE_LEN];
} sinkhorn_error;

/**
 * A cost of your own: c(x, y) for two points of so many coordinates; finite, or infinity to forbid the pair. Called
 * for every pair at every sweep, unless the settings keep costs or kernel, and on several threads where they ask for
 * threads. It must return: no longjmp, no exception.
 */
typedef float (*sinkhorn_cost_function_f32)(const float *x, const float *y, size_t dimension, void *data);

/**
 * Its gradient: writes dc/dx and dc/dy (so many coordinates each). Only derivatives in points and maps'
 * derivatives call it.
 */
typedef void (*sinkhorn_cost_gradient_f32)(const float *x,
                                           const float *y,
                                           size_t dimension,
                                           float *in_x,
                                           float *in_y,
                                           void *data);

/**
 * Entropic optimal transport between n points with weights a and m points with weights b:
 *
 *   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
 *
 * with KL(p | q) = sum p log(p / q) - p + q. The cost C is either that of pairs of points, c(x_i, y_j) (x, y and
 * dimension set, cost NULL), or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and
 * then the problem is balanced, with the squared Euclidean cost, uniform weights and the default epsilon. The
 * arrays are only read; they must stay as they are for as long as what was made of the problem is used.
 */
typedef struct sinkhorn_problem_f32 {
  /**
   * sizeof of this struct: as far as cost at least.
   */
  size_t struct_size;
  /**
   * Points on the first side; 1 to 2^32 - 1.
   */
  size_t n;
  /**
   * Points on the second side; 1 to 2^32 - 1.
   */
  size_t m;
  /**
   * Coordinates a point; 0 with a cost matrix.
   */
  size_t dimension;
  /**
   * n x dimension, row-major: the points of the first side, one after the other. Finite.
   */
  const float *x;
  /**
   * m x dimension, row-major: the points of the second side. Finite.
   */
  const float *y;
  /**
   * n x m, in the order of cost_order: the cost C. Finite, or infinity: such a pair carries nothing.
   */
  const float *cost;
  /**
   * n: weights of the first side, not negative, with a positive sum; NULL: 1/n each. Zeros are legal.
   */
  const float *a;
  /**
   * m: weights of the second side; NULL: 1/m each. A balanced problem needs the sum that a has.
   */
  const float *b;
  /**
   * With SINKHORN_COST_CUSTOM, c(x, y); else NULL.
   */
  sinkhorn_cost_function_f32 cost_function;
  /**
   * Its gradient, where derivatives in points are wanted; else NULL.
   */
  sinkhorn_cost_gradient_f32 cost_gradient;
  /**
   * Handed to both.
   */
  void *cost_data;
  /**
   * The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
   */
  float epsilon;
  /**
   * How strictly the first marginal is kept, in units of (scaled) cost: 0 or infinity keeps it exact (balanced),
   * a positive number relaxes it.
   */
  float rho_a;
  /**
   * The same of the second marginal.
   */
  float rho_b;
  /**
   * The divisor of SINKHORN_SCALE_GIVEN, positive; else 0.
   */
  float cost_scale;
  /**
   * The order of SINKHORN_COST_P_NORM; else 0.
   */
  float p;
  /**
   * What epsilon means.
   */
  sinkhorn_epsilon_kind epsilon_kind;
  /**
   * What costs are divided by.
   */
  sinkhorn_cost_scale_kind cost_scale_kind;
  /**
   * The cost between points; 0 with a matrix.
   */
  sinkhorn_cost ground_cost;
  /**
   * How the matrix lies in memory; 0 with points.
   */
  sinkhorn_order cost_order;
} sinkhorn_problem_f32;

/**
 * A start: writes f (n) or g (m) or both, in units of the unscaled cost, and says which; both are zero when it is
 * called. data is the field start_data of the settings. The library's own begin with sinkhorn_start_; one of yours
 * may call them (and the report then has their name). It must return: no longjmp, no exception.
 */
typedef sinkhorn_wrote (*sinkhorn_start_f32)(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * What an observer sees after every sweep.
 */
typedef struct sinkhorn_observation_f32 {
  /**
   * sizeof of this struct in the library.
   */
  size_t struct_size;
  /**
   * The epsilon of this sweep, in units of (scaled) cost: larger than that of the problem while annealing.
   */
  float epsilon;
  /**
   * The marginal error that the sweep measured, which is compared with the threshold.
   */
  float marginal_error;
  /**
   * The dual value of the new f with the old g, at this epsilon.
   */
  float dual_value;
  /**
   * Sweeps made.
   */
  uint32_t sweep;
} sinkhorn_observation_f32;

/**
 * Called after every sweep of a solve; anything but 0 ends it with SINKHORN_STOPPED. It must return: no longjmp,
 * no exception.
 */
typedef int (*sinkhorn_observer_f32)(const struct sinkhorn_observation_f32 *observation, void *data);

/**
 * When to stop and how to get there. All zeros but struct_size are the defaults, field by field, and functions
 * take NULL for all of them.
 */
typedef struct sinkhorn_settings_f32 {
  /**
   * sizeof of this struct: as far as start_g at least.
   */
  size_t struct_size;
  /**
   * The potentials from which a solve begins: one of the sinkhorn_start_ functions, or one of your own; NULL:
   * from start_f and start_g where one is set, else from zero. Any start leads to the same answer; a good one
   * leads there in fewer sweeps.
   */
  sinkhorn_start_f32 start;
  /**
   * Handed to start.
   */
  void *start_data;
  /**
   * n: f to start from (that of an earlier solve, say), in units of cost, or NULL: then it follows from start_g.
   * Must be NULL where start is set.
   */
  const float *start_f;
  /**
   * m: g to start from, or NULL: then it follows from start_f.
   */
  const float *start_g;
  /**
   * Called after every sweep, or NULL.
   */
  sinkhorn_observer_f32 observer;
  /**
   * Handed to observer.
   */
  void *observer_data;
  /**
   * Of starts that draw at random: the same seed, the same bits.
   */
  uint64_t start_seed;
  /**
   * Scalars that SINKHORN_STORAGE_AUTO may use for a kernel, not 0; else 0.
   */
  size_t storage_budget;
  /**
   * The marginal error at which a solve has converged, relative to the total of the weights (in a relaxed problem,
   * to what its plan carries if that is less). 0: 1e-6 in double, 1e-3 in float.
   */
  float threshold;
  /**
   * The factor of SINKHORN_ACCELERATION_RELAXATION, 1 <= relaxation < 2, and 1 is plain. 0: 1.5; else 0.
   */
  float relaxation;
  /**
   * Larger epsilons first: the first, as a multiple of the problem's, at least 1. 0: no annealing.
   */
  float annealing_first;
  /**
   * From level to level epsilon is multiplied by this, in (0, 1), until it is the problem's. 0: 0.5.
   */
  float annealing_factor;
  /**
   * Sweeps a level. 0: 1.
   */
  uint32_t annealing_sweeps;
  /**
   * Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. 0: 10000.
   */
  uint32_t max_sweeps;
  /**
   * Between the sweeps.
   */
  sinkhorn_acceleration acceleration;
  /**
   * Iterates that SINKHORN_ACCELERATION_DEFAULT and SINKHORN_ACCELERATION_ANDERSON combine: 2 to 64. 0:
   * SINKHORN_DEFAULT_MEMORY.
   */
  uint32_t memory;
  /**
   * What the workspace keeps.
   */
  sinkhorn_storage storage;
  /**
   * Of the library's starts, how much of it: components of a mixture, points of a coarse or subsampled problem,
   * passes of dual sort. 0: what the start takes by itself.
   */
  uint32_t start_size;
  /**
   * Threads that share the rows of a sweep, or the problems of a batch; they take workspace each, and change no
   * bit of a result. They are those of a pool that the process has once it is first asked for, and that a child
   * made by fork() does not have: ask for no threads there. 0: 1. Builds without threads take any number for 1.
   */
  uint32_t threads;
  /**
   * The instructions of sweeps.
   */
  sinkhorn_simd simd;
  /**
   * Whether sweeps leave out pairs. The workspaces of divergences and soft operators have no room for it.
   */
  sinkhorn_skipping skipping;
} sinkhorn_settings_f32;

/**
 * Numbers about a finished solve, every one finite and measured on the potentials that were found. Set struct_size
 * before the call; the rest need not be initialised, and is written where the status is not negative.
 */
typedef struct sinkhorn_report_f64 {
  /**
   * sizeof of this struct: as far as sweeps at least.
   */
  size_t struct_size;
  /**
   * The start that was used: of sinkhorn_start_auto_f64 the one that it chose; "zero", "given", or "custom" for
   * one of yours. Static, never NULL.
   */
  const char *start;
  /**
   * Pairs of points whose cost the start evaluated.
   */
  uint64_t start_pairs;
  /**
   * How the solve ended: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT, SINKHORN_PRECISION_FLOOR or SINKHORN_STOPPED.
   * Of a batch, also an error.
   */
  sinkhorn_status status;
  /**
   * Sweeps made; one is an update of f and one of g.
   */
  uint32_t sweeps;
  /**
   * The error of the first marginal, relative to the sum of a: ||P 1 - a||_1 / sum where that side is balanced; the
   * L1 change of that marginal by one more update / sum where it is relaxed.
   */
  double row_error;
  /**
   * The error of the second marginal, P^T 1 against b, likewise.
   */
  double column_error;
  /**
   * The dual value, <a, f> + <b, g> - epsilon (mass - sum a sum b) when balanced, in units of cost times mass.
   */
  double dual_value;
  /**
   * The dual value at the start: what the start was worth.
   */
  double start_value;
  /**
   * The value of the problem, min <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b), as well
   * as the potentials tell it: the dual value, which errs by the square of the marginal errors.
   */
  double objective;
  /**
   * The same expression of the plan as it is. It errs by the marginal errors times the potentials.
   */
  double primal_value;
  /**
   * <C, P>.
   */
  double transport_cost;
  /**
   * The sum of P.
   */
  double mass;
  /**
   * The regularisation in units of (scaled) cost.
   */
  double epsilon;
  /**
   * What every cost was divided by.
   */
  double cost_scale;
  /**
   * The relative difference of the totals, (sum b - sum a) / the larger, that was taken out of b in a balanced
   * problem because rounding explains it: at most 1e-6 in double, 1e-3 in float. 0 if there was none.
   */
  double rescaled;
  /**
   * Seconds that the start took; 0 in a build without a clock.
   */
  double start_seconds;
  /**
   * Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
   */
  uint32_t row_fallbacks;
  /**
   * Sweeps whose columns were.
   */
  uint32_t column_fallbacks;
  /**
   * Accelerated iterates that the safeguard took back, or times that relaxation was switched off.
   */
  uint32_t rejections;
  /**
   * Times that a stored kernel was computed, the first included.
   */
  uint32_t absorptions;
  /**
   * What was kept between sweeps; never SINKHORN_STORAGE_AUTO.
   */
  sinkhorn_storage storage;
  /**
   * 0: padding of earlier versions, into which nothing else goes.
   */
  uint32_t reserved;
  /**
   * The share of the pairs that sweeps skipped, on average; 0 if they visited all.
   */
  double skipped;
  /**
   * The share of the pairs that sweeps summed up by series, on average. The others were visited one by one.
   */
  double summed;
  /**
   * A bound on the share of either marginal that skipped pairs carry, and by which series err. It is contained in
   * row_error and column_error.
   */
  double certificate;
} sinkhorn_report_f64;

/**
 * Numbers about a finished solve, every one finite and measured on the potentials that were found. Set struct_size
 * before the call; the rest need not be initialised, and is written where the status is not negative.
 */
typedef struct sinkhorn_report_f32 {
  /**
   * sizeof of this struct: as far as sweeps at least.
   */
  size_t struct_size;
  /**
   * The start that was used: of sinkhorn_start_auto_f64 the one that it chose; "zero", "given", or "custom" for
   * one of yours. Static, never NULL.
   */
  const char *start;
  /**
   * Pairs of points whose cost the start evaluated.
   */
  uint64_t start_pairs;
  /**
   * How the solve ended: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT, SINKHORN_PRECISION_FLOOR or SINKHORN_STOPPED.
   * Of a batch, also an error.
   */
  sinkhorn_status status;
  /**
   * Sweeps made; one is an update of f and one of g.
   */
  uint32_t sweeps;
  /**
   * The error of the first marginal, relative to the sum of a: ||P 1 - a||_1 / sum where that side is balanced; the
   * L1 change of that marginal by one more update / sum where it is relaxed.
   */
  float row_error;
  /**
   * The error of the second marginal, P^T 1 against b, likewise.
   */
  float column_error;
  /**
   * The dual value, <a, f> + <b, g> - epsilon (mass - sum a sum b) when balanced, in units of cost times mass.
   */
  float dual_value;
  /**
   * The dual value at the start: what the start was worth.
   */
  float start_value;
  /**
   * The value of the problem, min <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b), as well
   * as the potentials tell it: the dual value, which errs by the square of the marginal errors.
   */
  float objective;
  /**
   * The same expression of the plan as it is. It errs by the marginal errors times the potentials.
   */
  float primal_value;
  /**
   * <C, P>.
   */
  float transport_cost;
  /**
   * The sum of P.
   */
  float mass;
  /**
   * The regularisation in units of (scaled) cost.
   */
  float epsilon;
  /**
   * What every cost was divided by.
   */
  float cost_scale;
  /**
   * The relative difference of the totals, (sum b - sum a) / the larger, that was taken out of b in a balanced
   * problem because rounding explains it: at most 1e-6 in double, 1e-3 in float. 0 if there was none.
   */
  float rescaled;
  /**
   * Seconds that the start took; 0 in a build without a clock.
   */
  float start_seconds;
  /**
   * Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
   */
  uint32_t row_fallbacks;
  /**
   * Sweeps whose columns were.
   */
  uint32_t column_fallbacks;
  /**
   * Accelerated iterates that the safeguard took back, or times that relaxation was switched off.
   */
  uint32_t rejections;
  /**
   * Times that a stored kernel was computed, the first included.
   */
  uint32_t absorptions;
  /**
   * What was kept between sweeps; never SINKHORN_STORAGE_AUTO.
   */
  sinkhorn_storage storage;
  /**
   * 0: padding of earlier versions, into which nothing else goes.
   */
  uint32_t reserved;
  /**
   * The share of the pairs that sweeps skipped, on average; 0 if they visited all.
   */
  float skipped;
  /**
   * The share of the pairs that sweeps summed up by series, on average. The others were visited one by one.
   */
  float summed;
  /**
   * A bound on the share of either marginal that skipped pairs carry, and by which series err. It is contained in
   * row_error and column_error.
   */
  float certificate;
} sinkhorn_report_f32;

/**
 * A balanced problem that is solved where it lies: what goes in, what is memory, and what comes out. All zeros but
 * struct_size, sizes, arrays and epsilon will do.
 */
typedef struct sinkhorn_in_place_f64 {
  /**
   * sizeof of this struct: as far as epsilon at least.
   */
  size_t struct_size;
  /**
   * Points on the side of a.
   */
  size_t n;
  /**
   * Points on the side of b.
   */
  size_t m;
  /**
   * n x m, row-major: costs, finite, or infinity to forbid a pair. The solve makes other numbers of them: write
   * them anew before the next.
   */
  double *cost;
  /**
   * n weights, or NULL: 1/n each.
   */
  const double *a;
  /**
   * m weights with the same total, or NULL: 1/m each.
   */
  const double *b;
  /**
   * n: f to start from, in units of cost: zeros, or that of the last solve; then f of the solution.
   */
  double *f;
  /**
   * m: g of the solution.
   */
  double *g;
  /**
   * SINKHORN_IN_PLACE_LEN(n, m) scalars.
   */
  double *scratch;
  /**
   * The regularisation, in units of cost.
   */
  double epsilon;
  /**
   * The marginal error, in units of mass, at which it has converged. 0: 1e-6 in double, 1e-3 in float.
   */
  double threshold;
  /**
   * Written: the marginal error that the last sweep measured. The potentials, half a sweep on, have exact columns,
   * and rows no further off.
   */
  double marginal_error;
  /**
   * Sweeps at most. 0: 10000.
   */
  uint32_t max_sweeps;
  /**
   * Written: sweeps made.
   */
  uint32_t sweeps;
} sinkhorn_in_place_f64;

/**
 * A balanced problem that is solved where it lies: what goes in, what is memory, and what comes out. All zeros but
 * struct_size, sizes, arrays and epsilon will do.
 */
typedef struct sinkhorn_in_place_f32 {
  /**
   * sizeof of this struct: as far as epsilon at least.
   */
  size_t struct_size;
  /**
   * Points on the side of a.
   */
  size_t n;
  /**
   * Points on the side of b.
   */
  size_t m;
  /**
   * n x m, row-major: costs, finite, or infinity to forbid a pair. The solve makes other numbers of them: write
   * them anew before the next.
   */
  float *cost;
  /**
   * n weights, or NULL: 1/n each.
   */
  const float *a;
  /**
   * m weights with the same total, or NULL: 1/m each.
   */
  const float *b;
  /**
   * n: f to start from, in units of cost: zeros, or that of the last solve; then f of the solution.
   */
  float *f;
  /**
   * m: g of the solution.
   */
  float *g;
  /**
   * SINKHORN_IN_PLACE_LEN(n, m) scalars.
   */
  float *scratch;
  /**
   * The regularisation, in units of cost.
   */
  float epsilon;
  /**
   * The marginal error, in units of mass, at which it has converged. 0: 1e-6 in double, 1e-3 in float.
   */
  float threshold;
  /**
   * Written: the marginal error that the last sweep measured. The potentials, half a sweep on, have exact columns,
   * and rows no further off.
   */
  float marginal_error;
  /**
   * Sweeps at most. 0: 10000.
   */
  uint32_t max_sweeps;
  /**
   * Written: sweeps made.
   */
  uint32_t sweeps;
} sinkhorn_in_place_f32;

/**
 * How to differentiate. All zeros but struct_size are the defaults, and functions take NULL for them.
 */
typedef struct sinkhorn_derivative_settings_f64 {
  /**
   * sizeof of this struct: as far as tolerance at least.
   */
  size_t struct_size;
  /**
   * The residual at which the linear system counts as solved, relative to the cotangent. 0: 1e-8 in double, 1e-3
   * in float.
   */
  double tolerance;
  /**
   * Iterations of conjugate gradients after which it is given up. 0: 1000.
   */
  uint32_t max_iterations;
  /**
   * Threads that share the rows; no bit of a result depends on them. 0: 1.
   */
  uint32_t threads;
} sinkhorn_derivative_settings_f64;

/**
 * How to differentiate. All zeros but struct_size are the defaults, and functions take NULL for them.
 */
typedef struct sinkhorn_derivative_settings_f32 {
  /**
   * sizeof of this struct: as far as tolerance at least.
   */
  size_t struct_size;
  /**
   * The residual at which the linear system counts as solved, relative to the cotangent. 0: 1e-8 in double, 1e-3
   * in float.
   */
  float tolerance;
  /**
   * Iterations of conjugate gradients after which it is given up. 0: 1000.
   */
  uint32_t max_iterations;
  /**
   * Threads that share the rows; no bit of a result depends on them. 0: 1.
   */
  uint32_t threads;
} sinkhorn_derivative_settings_f32;

/**
 * Where the derivatives of a number in the inputs of a problem are written; NULL where they are not wanted, and
 * then they are not computed.
 *
 * Weights: the derivative in an entry alone. For a balanced problem, whose totals must stay equal, it is meant
 * along changes with sum da_i = sum db_j.
 */
typedef struct sinkhorn_gradients_f64 {
  /**
   * sizeof of this struct: as far as y at least.
   */
  size_t struct_size;
  /**
   * n x dimension, row-major: in x.
   */
  double *x;
  /**
   * m x dimension: in y.
   */
  double *y;
  /**
   * n: in the weights a.
   */
  double *a;
  /**
   * m: in the weights b.
   */
  double *b;
  /**
   * n x m, row-major whatever the order of the matrix: in the costs as they are given (not scaled). Of points:
   * as if pairs had costs of their own.
   */
  double *cost;
  /**
   * 1: in epsilon, in units of (scaled) cost.
   */
  double *epsilon;
} sinkhorn_gradients_f64;

/**
 * Where the derivatives of a number in the inputs of a problem are written; NULL where they are not wanted, and
 * then they are not computed.
 *
 * Weights: the derivative in an entry alone. For a balanced problem, whose totals must stay equal, it is meant
 * along changes with sum da_i = sum db_j.
 */
typedef struct sinkhorn_gradients_f32 {
  /**
   * sizeof of this struct: as far as y at least.
   */
  size_t struct_size;
  /**
   * n x dimension, row-major: in x.
   */
  float *x;
  /**
   * m x dimension: in y.
   */
  float *y;
  /**
   * n: in the weights a.
   */
  float *a;
  /**
   * m: in the weights b.
   */
  float *b;
  /**
   * n x m, row-major whatever the order of the matrix: in the costs as they are given (not scaled). Of points:
   * as if pairs had costs of their own.
   */
  float *cost;
  /**
   * 1: in epsilon, in units of (scaled) cost.
   */
  float *epsilon;
} sinkhorn_gradients_f32;

/**
 * Writes dL/dP_ij of row i, for the columns first to first + count - 1, to row (count). Called for every pair
 * once, and once more for each of the gradients in x, y, cost and epsilon, in any order, and on several threads
 * where threads are asked for. It must return: no longjmp, no exception.
 */
typedef void (*sinkhorn_plan_cotangent_rows_f64)(size_t i, size_t first, size_t count, double *row, void *data);

/**
 * What a loss L of potentials, plan and barycentric map is worth in them; NULL for those that it does not depend
 * on.
 */
typedef struct sinkhorn_cotangent_f64 {
  /**
   * sizeof of this struct: as far as g at least.
   */
  size_t struct_size;
  /**
   * n: dL/df.
   */
  const double *f;
  /**
   * m: dL/dg.
   */
  const double *g;
  /**
   * n x m, row-major: dL/dP. Or NULL and plan_rows.
   */
  const double *plan;
  /**
   * dL/dP computed when needed, so that nothing of size n m is stored. Or NULL.
   */
  sinkhorn_plan_cotangent_rows_f64 plan_rows;
  /**
   * Handed to plan_rows.
   */
  void *plan_rows_data;
  /**
   * n x dimension, row-major: dL/dT, T the map of sinkhorn_solution_map_f64. Points only.
   */
  const double *map;
} sinkhorn_cotangent_f64;

/**
 * How the linear system behind an implicit derivative was solved. The derivative is written in any case. Set
 * struct_size before the call.
 */
typedef struct sinkhorn_linear_report_f64 {
  /**
   * sizeof of this struct: as far as iterations at least.
   */
  size_t struct_size;
  /**
   * SINKHORN_CONVERGED, SINKHORN_ITERATION_LIMIT or SINKHORN_PRECISION_FLOOR: what the function returned.
   */
  sinkhorn_status status;
  /**
   * Iterations of conjugate gradients; each is one pass over the pairs.
   */
  uint32_t iterations;
  /**
   * The residual, relative to the cotangent (or to what the tangent changes), measured at the end.
   */
  double residual;
  /**
   * The component along the free constant of balanced potentials that the system cannot tell. Of a cotangent:
   * sum dL/df_i - sum dL/dg_j, whose worth follows from the convention sum a_i f_i = sum b_j g_j and is in the
   * gradients. Of a tangent: sum db_j - sum da_i, which was taken out.
   */
  double projected;
} sinkhorn_linear_report_f64;

/**
 * Writes dL/dP_ij of row i, for the columns first to first + count - 1, to row (count). Called for every pair
 * once, and once more for each of the gradients in x, y, cost and epsilon, in any order, and on several threads
 * where threads are asked for. It must return: no longjmp, no exception.
 */
typedef void (*sinkhorn_plan_cotangent_rows_f32)(size_t i, size_t first, size_t count, float *row, void *data);

/**
 * What a loss L of potentials, plan and barycentric map is worth in them; NULL for those that it does not depend
 * on.
 */
typedef struct sinkhorn_cotangent_f32 {
  /**
   * sizeof of this struct: as far as g at least.
   */
  size_t struct_size;
  /**
   * n: dL/df.
   */
  const float *f;
  /**
   * m: dL/dg.
   */
  const float *g;
  /**
   * n x m, row-major: dL/dP. Or NULL and plan_rows.
   */
  const float *plan;
  /**
   * dL/dP computed when needed, so that nothing of size n m is stored. Or NULL.
   */
  sinkhorn_plan_cotangent_rows_f32 plan_rows;
  /**
   * Handed to plan_rows.
   */
  void *plan_rows_data;
  /**
   * n x dimension, row-major: dL/dT, T the map of sinkhorn_solution_map_f64. Points only.
   */
  const float *map;
} sinkhorn_cotangent_f32;

/**
 * How the linear system behind an implicit derivative was solved. The derivative is written in any case. Set
 * struct_size before the call.
 */
typedef struct sinkhorn_linear_report_f32 {
  /**
   * sizeof of this struct: as far as iterations at least.
   */
  size_t struct_size;
  /**
   * SINKHORN_CONVERGED, SINKHORN_ITERATION_LIMIT or SINKHORN_PRECISION_FLOOR: what the function returned.
   */
  sinkhorn_status status;
  /**
   * Iterations of conjugate gradients; each is one pass over the pairs.
   */
  uint32_t iterations;
  /**
   * The residual, relative to the cotangent (or to what the tangent changes), measured at the end.
   */
  float residual;
  /**
   * The component along the free constant of balanced potentials that the system cannot tell. Of a cotangent:
   * sum dL/df_i - sum dL/dg_j, whose worth follows from the convention sum a_i f_i = sum b_j g_j and is in the
   * gradients. Of a tangent: sum db_j - sum da_i, which was taken out.
   */
  float projected;
} sinkhorn_linear_report_f32;

/**
 * A direction in which the inputs of a problem change; NULL for those that stay as they are.
 */
typedef struct sinkhorn_tangent_f64 {
  /**
   * sizeof of this struct: as far as y at least.
   */
  size_t struct_size;
  /**
   * n x dimension: dx.
   */
  const double *x;
  /**
   * m x dimension: dy.
   */
  const double *y;
  /**
   * n: da. For a balanced problem the totals must stay equal: sum da_i = sum db_j, or the difference is taken
   * out and reported.
   */
  const double *a;
  /**
   * m: db.
   */
  const double *b;
  /**
   * n x m, row-major whatever the order of the matrix: dC, not scaled.
   */
  const double *cost;
  /**
   * depsilon, in units of (scaled) cost.
   */
  double epsilon;
} sinkhorn_tangent_f64;

/**
 * Where the changes of potentials, plan and map along a direction are written; NULL for those that are not wanted.
 */
typedef struct sinkhorn_changes_f64 {
  /**
   * sizeof of this struct: as far as g at least.
   */
  size_t struct_size;
  /**
   * n: df.
   */
  double *f;
  /**
   * m: dg.
   */
  double *g;
  /**
   * n x m, row-major: dP.
   */
  double *plan;
  /**
   * n x dimension, row-major: dT.
   */
  double *map;
} sinkhorn_changes_f64;

/**
 * A direction in which the inputs of a problem change; NULL for those that stay as they are.
 */
typedef struct sinkhorn_tangent_f32 {
  /**
   * sizeof of this struct: as far as y at least.
   */
  size_t struct_size;
  /**
   * n x dimension: dx.
   */
  const float *x;
  /**
   * m x dimension: dy.
   */
  const float *y;
  /**
   * n: da. For a balanced problem the totals must stay equal: sum da_i = sum db_j, or the difference is taken
   * out and reported.
   */
  const float *a;
  /**
   * m: db.
   */
  const float *b;
  /**
   * n x m, row-major whatever the order of the matrix: dC, not scaled.
   */
  const float *cost;
  /**
   * depsilon, in units of (scaled) cost.
   */
  float epsilon;
} sinkhorn_tangent_f32;

/**
 * Where the changes of potentials, plan and map along a direction are written; NULL for those that are not wanted.
 */
typedef struct sinkhorn_changes_f32 {
  /**
   * sizeof of this struct: as far as g at least.
   */
  size_t struct_size;
  /**
   * n: df.
   */
  float *f;
  /**
   * m: dg.
   */
  float *g;
  /**
   * n x m, row-major: dP.
   */
  float *plan;
  /**
   * n x dimension, row-major: dT.
   */
  float *map;
} sinkhorn_changes_f32;

/**
 * Of which of its three problems a report is: one of the SINKHORN_TERM_ constants.
 */
typedef int32_t sinkhorn_term;

/**
 * What soft operators start from: one of the SINKHORN_SOFT_START_ constants.
 */
typedef int32_t sinkhorn_soft_start;

/**
 * A convention says which quantile a level means: one of the SINKHORN_QUANTILE_ constants.
 */
typedef int32_t sinkhorn_quantile_convention;

/**
 * How soft to be, and how to solve. All zeros but struct_size are the defaults, and functions take NULL for them.
 */
typedef struct sinkhorn_soft_settings_f64 {
  /**
   * sizeof of this struct: as far as differentiation at least.
   */
  size_t struct_size;
  /**
   * The solve, or NULL for the defaults. It has no start, potentials or observer.
   */
  const struct sinkhorn_settings_f64 *solve;
  /**
   * Its derivatives, or NULL for the defaults.
   */
  const struct sinkhorn_derivative_settings_f64 *differentiation;
  /**
   * The regularisation: values and levels are standardised to mean 0 and standard deviation 1, and the cost is
   * the square of their difference. Small is sharp: for n values, about 1 / n^2 tells neighbours apart. 0: 0.01.
   */
  double epsilon;
  /**
   * 0: values are standardised, which makes operators equivariant to their shift and scale. 1: they are taken as
   * they are.
   */
  int32_t keep_scale;
  /**
   * Where the solve begins.
   */
  sinkhorn_soft_start start;
  /**
   * It says what the levels of quantiles mean.
   */
  sinkhorn_quantile_convention quantiles;
} sinkhorn_soft_settings_f64;

/**
 * How soft to be, and how to solve. All zeros but struct_size are the defaults, and functions take NULL for them.
 */
typedef struct sinkhorn_soft_settings_f32 {
  /**
   * sizeof of this struct: as far as differentiation at least.
   */
  size_t struct_size;
  /**
   * The solve, or NULL for the defaults. It has no start, potentials or observer.
   */
  const struct sinkhorn_settings_f32 *solve;
  /**
   * Its derivatives, or NULL for the defaults.
   */
  const struct sinkhorn_derivative_settings_f32 *differentiation;
  /**
   * The regularisation: values and levels are standardised to mean 0 and standard deviation 1, and the cost is
   * the square of their difference. Small is sharp: for n values, about 1 / n^2 tells neighbours apart. 0: 0.01.
   */
  float epsilon;
  /**
   * 0: values are standardised, which makes operators equivariant to their shift and scale. 1: they are taken as
   * they are.
   */
  int32_t keep_scale;
  /**
   * Where the solve begins.
   */
  sinkhorn_soft_start start;
  /**
   * It says what the levels of quantiles mean.
   */
  sinkhorn_quantile_convention quantiles;
} sinkhorn_soft_settings_f32;

/**
 * Between the measures.
 */
#define SINKHORN_TERM_BETWEEN 0

/**
 * From the first measure onto itself.
 */
#define SINKHORN_TERM_WITHIN_X 1

/**
 * From the second measure onto itself.
 */
#define SINKHORN_TERM_WITHIN_Y 2

/**
 * The monotone potentials: exact for epsilon 0, and close for small ones.
 */
#define SINKHORN_SOFT_START_MONOTONE 0

/**
 * Zero: for comparison.
 */
#define SINKHORN_SOFT_START_ZERO 1

/**
 * Value k of n (from 0) is the quantile at the level (k + 1/2) / n, in the middle of its share of the mass.
 */
#define SINKHORN_QUANTILE_HAZEN 0

/**
 * Value k of n (from 0) is the quantile at the level k / (n - 1), as in NumPy.
 */
#define SINKHORN_QUANTILE_LINEAR 1

/**
 * f alone; g follows from it.
 */
#define SINKHORN_WROTE_F 0

/**
 * g alone; f follows from it.
 */
#define SINKHORN_WROTE_G 1

/**
 * Both.
 */
#define SINKHORN_WROTE_BOTH 2

/**
 * Done, by a call that does not solve.
 */
#define SINKHORN_OK 0

/**
 * The marginal error is at most the threshold.
 */
#define SINKHORN_CONVERGED 0

/**
 * The sweeps allowed were used up. The potentials are the latest: a sweep ends with g, so that of a balanced problem
 * the columns are exact (P^T 1 = b to rounding) and the rows are off by row_error. Over-relaxed sweeps leave neither
 * exact.
 */
#define SINKHORN_SWEEP_LIMIT 1

/**
 * Rounding keeps the marginal error above the threshold. No failure: the potentials are as good as this scalar
 * allows, and the report says how good.
 */
#define SINKHORN_PRECISION_FLOOR 2

/**
 * The observer asked to stop, or a solver was finished before it had ended. The potentials are the latest.
 */
#define SINKHORN_STOPPED 3

/**
 * A solver that steps has not ended yet.
 */
#define SINKHORN_RUNNING 4

/**
 * Of a derivative: the iterations allowed were used up. It is as good as the residual says.
 */
#define SINKHORN_ITERATION_LIMIT 5

/**
 * A size is zero.
 */
#define SINKHORN_ERROR_EMPTY (-1)

/**
 * An entry is NaN or infinite.
 */
#define SINKHORN_ERROR_NOT_FINITE (-2)

/**
 * An entry is negative and must not be.
 */
#define SINKHORN_ERROR_NEGATIVE (-3)

/**
 * A number must be positive and is not.
 */
#define SINKHORN_ERROR_NOT_POSITIVE (-4)

/**
 * A number or a choice lies outside the range that its documentation states.
 */
#define SINKHORN_ERROR_OUT_OF_RANGE (-5)

/**
 * A length does not match the rest of the problem.
 */
#define SINKHORN_ERROR_LENGTH (-6)

/**
 * A length is not a multiple of the dimension.
 */
#define SINKHORN_ERROR_RAGGED (-7)

/**
 * All weights of a side are zero.
 */
#define SINKHORN_ERROR_NO_MASS (-8)

/**
 * The totals of a and b differ, and the problem is balanced.
 */
#define SINKHORN_ERROR_UNEQUAL_MASS (-9)

/**
 * cost / epsilon, or a result, leaves the range of the scalar; or a function of yours returned what is not finite.
 * Outputs that were being written are not to be used.
 */
#define SINKHORN_ERROR_OVERFLOW (-10)

/**
 * The workspace is too short.
 */
#define SINKHORN_ERROR_WORKSPACE (-11)

/**
 * A size does not fit size_t, or a number of points 32 bits.
 */
#define SINKHORN_ERROR_TOO_LARGE (-12)

/**
 * The start, or what else was asked for, is not defined for this problem or not part of this build.
 */
#define SINKHORN_ERROR_UNSUPPORTED (-13)

/**
 * A pointer is NULL and must not be.
 */
#define SINKHORN_ERROR_NULL_POINTER (-14)

/**
 * A struct_size is that of no version of the struct, or a field is set that this version does not have.
 */
#define SINKHORN_ERROR_STRUCT_SIZE (-15)

/**
 * A pointer is not aligned for its type.
 */
#define SINKHORN_ERROR_MISALIGNED (-16)

/**
 * Memory that is written overlaps other memory of the same call.
 */
#define SINKHORN_ERROR_ALIASING (-17)

/**
 * An object is not, or no longer, one of its kind: its memory was used for something else, say.
 */
#define SINKHORN_ERROR_HANDLE (-19)

/**
 * Epsilon is so small beside the costs that the scalar does not tell such differences of costs apart. The value of
 * the error is an epsilon that is accepted, in units of (scaled) cost.
 */
#define SINKHORN_ERROR_BELOW_RESOLUTION (-20)

/**
 * Infinite costs forbid so many pairs that no plan has the marginals: a point of a or b (the place of the error) has
 * mass and nowhere to go, or cost forbids every plan. Also how a solver that steps ends in the second case; it can be
 * finished, and its potentials are the latest.
 */
#define SINKHORN_ERROR_INFEASIBLE (-21)

/**
 * A defect of the library, stopped at its border. Please report it.
 */
#define SINKHORN_ERROR_INTERNAL (-18)

/**
 * |x - y|^2: the fastest, and the only one of the Gaussian and mixture starts.
 */
#define SINKHORN_COST_SQUARED_EUCLIDEAN 0

/**
 * |x - y|.
 */
#define SINKHORN_COST_EUCLIDEAN 1

/**
 * sum_k |x_k - y_k|.
 */
#define SINKHORN_COST_MANHATTAN 2

/**
 * (sum_k |x_k - y_k|^p)^(1/p), p >= 1 the field p of the problem; infinity is the largest difference.
 */
#define SINKHORN_COST_P_NORM 3

/**
 * 1 - <x, y> / (|x| |y|); 1 where one of them is 0.
 */
#define SINKHORN_COST_COSINE 4

/**
 * The field cost_function of the problem.
 */
#define SINKHORN_COST_CUSTOM 5

/**
 * 0.05 of the standard deviation of the cost under a x b. The field epsilon must be 0. Where costs do not vary
 * (one point a side, all points equal) there is none, and SINKHORN_ERROR_UNSUPPORTED says so.
 */
#define SINKHORN_EPSILON_DEFAULT 0

/**
 * epsilon itself, in units of (scaled) cost.
 */
#define SINKHORN_EPSILON_ABSOLUTE 1

/**
 * epsilon times the mean of the cost under a x b.
 */
#define SINKHORN_EPSILON_OF_MEAN 2

/**
 * epsilon times the standard deviation of the cost under a x b.
 */
#define SINKHORN_EPSILON_OF_STD 3

/**
 * Nothing: costs as they are. The field cost_scale must be 0.
 */
#define SINKHORN_SCALE_ONE 0

/**
 * Their mean under a x b.
 */
#define SINKHORN_SCALE_MEAN 1

/**
 * Their standard deviation under a x b.
 */
#define SINKHORN_SCALE_STD 2

/**
 * The largest absolute one.
 */
#define SINKHORN_SCALE_MAX 3

/**
 * The field cost_scale.
 */
#define SINKHORN_SCALE_GIVEN 4

/**
 * C_ij = cost[i * m + j], as in C and NumPy.
 */
#define SINKHORN_ORDER_ROW_MAJOR 0

/**
 * C_ij = cost[i + j * n], as in Fortran, Eigen and MATLAB.
 */
#define SINKHORN_ORDER_COLUMN_MAJOR 1

/**
 * Whatever is needed: plain sweeps while they converge well, then SINKHORN_ACCELERATION_ANDERSON, then, for at most
 * SINKHORN_MAX_NEWTON_COLUMNS points on the second side, Newton's method along falling epsilons.
 */
#define SINKHORN_ACCELERATION_DEFAULT 0

/**
 * Nothing: Sinkhorn's own iteration.
 */
#define SINKHORN_ACCELERATION_PLAIN 1

/**
 * Over-relaxation ("momentum") of both potentials by the field relaxation.
 */
#define SINKHORN_ACCELERATION_RELAXATION 2

/**
 * The same with a factor that is learnt from the contraction of the sweeps.
 */
#define SINKHORN_ACCELERATION_ADAPTIVE_RELAXATION 3

/**
 * Anderson acceleration, safeguarded by the dual value, over the last iterates; the field memory says how many.
 */
#define SINKHORN_ACCELERATION_ANDERSON 4

/**
 * Nothing: costs are computed at every sweep, and memory is O(n + m).
 */
#define SINKHORN_STORAGE_STREAM 0

/**
 * Costs, n m scalars: for costs that are dear (a large dimension, one of your own).
 */
#define SINKHORN_STORAGE_COST 1

/**
 * The kernel, n m + n + 2 m scalars, renewed when the potentials have moved away: no exponential a pair, the
 * fastest where it fits the cache.
 */
#define SINKHORN_STORAGE_KERNEL 2

/**
 * The kernel where it takes no more than storage_budget scalars and is expected to be faster, else nothing.
 */
#define SINKHORN_STORAGE_AUTO 3

/**
 * Where that is expected to be faster: from 4 000 x 4 000 points with weight on, in at most 5 dimensions, after a look
 * at some rows; and where the workspace has room for it, which is what sinkhorn_workspace_len_f64 asks for.
 */
#define SINKHORN_SKIPPING_AUTO 0

/**
 * Nowhere: sweeps visit all pairs.
 */
#define SINKHORN_SKIPPING_OFF 1

/**
 * Wherever they can, and the workspace has room for it: from 64 points with weight a side on, in at most 8 dimensions.
 */
#define SINKHORN_SKIPPING_ON 2

/**
 * The best that this machine and this build have.
 */
#define SINKHORN_SIMD_BEST 0

/**
 * Plain code: the bits of a build without vectors.
 */
#define SINKHORN_SIMD_PORTABLE 1

/**
 * 128 bits: 64-bit ARM.
 */
#define SINKHORN_SIMD_NEON 2

/**
 * 256 bits: x86-64 with AVX2 and FMA.
 */
#define SINKHORN_SIMD_AVX2 3

/**
 * 512 bits: x86-64 with AVX-512.
 */
#define SINKHORN_SIMD_AVX512 4

/**
 * 128 bits: x86-64 with SSE4.2.
 */
#define SINKHORN_SIMD_SSE42 5

/**
 * 128 bits: WebAssembly, compiled for simd128.
 */
#define SINKHORN_SIMD_WASM 6

/**
 * Writes to *len how many scalars (not bytes) the workspace of sinkhorn_solve_f64 and sinkhorn_solver_new_f64
 * needs. It follows from n, m, the dimension, the acceleration, the storage and the threads, as in
 * SINKHORN_WORKSPACE_LEN, with what SINKHORN_SKIPPING_LEN adds where pairs may be skipped. Without that, a workspace
 * is long enough, and all pairs are visited. The arrays of the problem are not read and may still be NULL, but cost
 * must be set where it will be.
 *
 * NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
 * Returns: SINKHORN_OK, or an error, and then *len is untouched and *error says what was wrong.
 * Allocates: nothing. Threads: safe. Aliasing: *len and *error must not overlap each other or the structs.
 */
sinkhorn_status sinkhorn_workspace_len_f64(const struct sinkhorn_problem_f64 *problem,
                                           const struct sinkhorn_settings_f64 *settings,
                                           size_t *len,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_workspace_len_f64 in float.
 */
sinkhorn_status sinkhorn_workspace_len_f32(const struct sinkhorn_problem_f32 *problem,
                                           const struct sinkhorn_settings_f32 *settings,
                                           size_t *len,
                                           struct sinkhorn_error *error);

/**
 * Solves a problem. The potentials f and g are in units of cost, and the plan follows from them:
 *
 *   P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon)
 *
 * *solution is for the sinkhorn_solution_ functions and for derivatives. It lives in the workspace, for as long as
 * workspace and arrays of the problem stay as they are; the structs are not needed any more. There is nothing to
 * free.
 *
 * workspace: at least the scalars that sinkhorn_workspace_len_f64 asks for; what it holds before does not matter.
 * NULL: never problem and workspace; settings NULL stands for the defaults; solution, report and error where they
 * are not wanted.
 * Returns: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT, SINKHORN_PRECISION_FLOOR or SINKHORN_STOPPED, whose results
 * are all usable; or an error, and then *solution and *report are untouched, and *error says what was wrong. What
 * lived in the workspace lives on if the arguments were refused, and is gone if the solve had begun (see the top).
 * Allocates: nothing, but for starts that say so and the pool of threads. Threads: safe; calls at the same time
 * may share what they only read.
 * Aliasing: workspace, *solution, *report and *error must not overlap each other, the structs or the arrays,
 * start_f and start_g included.
 */
sinkhorn_status sinkhorn_solve_f64(const struct sinkhorn_problem_f64 *problem,
                                   const struct sinkhorn_settings_f64 *settings,
                                   double *workspace,
                                   size_t workspace_len,
                                   const struct sinkhorn_solution_f64 **solution,
                                   struct sinkhorn_report_f64 *report,
                                   struct sinkhorn_error *error);

/**
 * sinkhorn_solve_f64 in float.
 */
sinkhorn_status sinkhorn_solve_f32(const struct sinkhorn_problem_f32 *problem,
                                   const struct sinkhorn_settings_f32 *settings,
                                   float *workspace,
                                   size_t workspace_len,
                                   const struct sinkhorn_solution_f32 **solution,
                                   struct sinkhorn_report_f32 *report,
                                   struct sinkhorn_error *error);

/**
 * Begins a solve that is carried on by sinkhorn_solver_step_f64 or sinkhorn_solver_run_f64 and ended by
 * sinkhorn_solver_finish_f64: runs the start, and no sweep. *solver lives in the workspace, as a solution does;
 * the structs are not needed any more, nor are start_f and start_g.
 *
 * workspace, returns, allocates, threads, aliasing: as sinkhorn_solve_f64, but SINKHORN_OK where it is well. NULL:
 * never problem, workspace and solver.
 */
sinkhorn_status sinkhorn_solver_new_f64(const struct sinkhorn_problem_f64 *problem,
                                        const struct sinkhorn_settings_f64 *settings,
                                        double *workspace,
                                        size_t workspace_len,
                                        struct sinkhorn_solver_f64 **solver,
                                        struct sinkhorn_error *error);

/**
 * sinkhorn_solver_new_f64 in float.
 */
sinkhorn_status sinkhorn_solver_new_f32(const struct sinkhorn_problem_f32 *problem,
                                        const struct sinkhorn_settings_f32 *settings,
                                        float *workspace,
                                        size_t workspace_len,
                                        struct sinkhorn_solver_f32 **solver,
                                        struct sinkhorn_error *error);

/**
 * One sweep: a pass over the n m pairs, always of about the same length. The observer is not called.
 *
 * Returns: SINKHORN_RUNNING while there is more to do; then how the solve ended, and from then on the same without
 * doing anything (also after an observer has stopped it); or SINKHORN_ERROR_NULL_POINTER,
 * SINKHORN_ERROR_MISALIGNED or SINKHORN_ERROR_HANDLE.
 * Allocates: nothing. Threads: one at a time for a solver; an observer or a cost cannot use the solver that calls
 * it.
 */
sinkhorn_status sinkhorn_solver_step_f64(struct sinkhorn_solver_f64 *solver);

/**
 * sinkhorn_solver_step_f64 in float.
 */
sinkhorn_status sinkhorn_solver_step_f32(struct sinkhorn_solver_f32 *solver);

/**
 * Sweeps until the solve ends; the observer of the settings is called after every sweep.
 *
 * Returns: as sinkhorn_solver_step_f64, but not SINKHORN_RUNNING; SINKHORN_STOPPED where the observer asked for
 * it. Allocates: nothing.
 * Threads: one at a time for a solver.
 */
sinkhorn_status sinkhorn_solver_run_f64(struct sinkhorn_solver_f64 *solver);

/**
 * sinkhorn_solver_run_f64 in float.
 */
sinkhorn_status sinkhorn_solver_run_f32(struct sinkhorn_solver_f32 *solver);

/**
 * How far a solve is: the sweeps made, the epsilon of the next one, and the marginal error that the last one
 * measured, the largest finite number before the first.
 *
 * NULL: never solver; sweeps, epsilon and marginal_error where they are not wanted. Returns: SINKHORN_OK or an
 * error of the handle or of a place, and then nothing was written. Allocates: nothing.
 * Threads: not while another thread sweeps. Aliasing: outputs must not overlap each other or the workspace.
 */
sinkhorn_status sinkhorn_solver_progress_f64(const struct sinkhorn_solver_f64 *solver,
                                             uint32_t *sweeps,
                                             double *epsilon,
                                             double *marginal_error);

/**
 * sinkhorn_solver_progress_f64 in float.
 */
sinkhorn_status sinkhorn_solver_progress_f32(const struct sinkhorn_solver_f32 *solver,
                                             uint32_t *sweeps,
                                             float *epsilon,
                                             float *marginal_error);

/**
 * Measures the present potentials, at the price of about one sweep, and makes the solver a solution in its place:
 * the handle solver is none any more.
 *
 * NULL: never solver; solution, report and error where they are not wanted. Returns: the status of the solve,
 * SINKHORN_STOPPED where it had not ended; or an error, and then nothing was done, but after
 * SINKHORN_ERROR_OVERFLOW the solver is gone. Allocates: nothing. Threads: one at a time for a solver.
 * Aliasing: *solution, *report and *error must not overlap each other, the workspace or the arrays of the problem.
 */
sinkhorn_status sinkhorn_solver_finish_f64(struct sinkhorn_solver_f64 *solver,
                                           const struct sinkhorn_solution_f64 **solution,
                                           struct sinkhorn_report_f64 *report,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_solver_finish_f64 in float.
 */
sinkhorn_status sinkhorn_solver_finish_f32(struct sinkhorn_solver_f32 *solver,
                                           const struct sinkhorn_solution_f32 **solution,
                                           struct sinkhorn_report_f32 *report,
                                           struct sinkhorn_error *error);

/**
 * The smallest solve: plain sweeps on a kernel, in the memory of the cost matrix, and nothing else is linked. For
 * parts with few kilobytes of flash and memory; what sinkhorn_solve_f64 has beyond it are points, starts,
 * acceleration, relaxed marginals and the report. The plan is
 * a_i b_j exp((f_i + g_j - C_ij) / epsilon), its value sum_i a_i f_i + sum_j b_j g_j.
 *
 * Returns: SINKHORN_OK where it has converged, SINKHORN_SWEEP_LIMIT, or SINKHORN_PRECISION_FLOOR where potentials
 * have moved so far from where they began that the kernel may lack something: write the costs anew and call it
 * again, which goes on from f. Or an error, and then only *error is written.
 * NULL: never problem, cost, f, g and scratch.
 * Allocates: nothing. Threads: safe. Aliasing: cost, f, g and scratch must not overlap each other, a and b, *problem
 * and *error.
 */
sinkhorn_status sinkhorn_solve_in_place_f64(struct sinkhorn_in_place_f64 *problem, struct sinkhorn_error *error);

/**
 * sinkhorn_solve_in_place_f64 in float.
 */
sinkhorn_status sinkhorn_solve_in_place_f32(struct sinkhorn_in_place_f32 *problem, struct sinkhorn_error *error);

/**
 * f (n), in units of cost, in the workspace: valid as long as the solution. Balanced potentials, which are free up
 * to a constant, have sum a_i f_i = sum b_j g_j. NULL where solution is NULL or no solution.
 */
const double *sinkhorn_solution_f_f64(const struct sinkhorn_solution_f64 *solution);

/**
 * sinkhorn_solution_f_f64 in float.
 */
const float *sinkhorn_solution_f_f32(const struct sinkhorn_solution_f32 *solution);

/**
 * g (m), as f.
 */
const double *sinkhorn_solution_g_f64(const struct sinkhorn_solution_f64 *solution);

/**
 * sinkhorn_solution_g_f64 in float.
 */
const float *sinkhorn_solution_g_f32(const struct sinkhorn_solution_f32 *solution);

/**
 * The numbers of the solve. NULL: never solution and report. Returns: the status of the solve, or an error.
 */
sinkhorn_status sinkhorn_solution_report_f64(const struct sinkhorn_solution_f64 *solution,
                                             struct sinkhorn_report_f64 *report,
                                             struct sinkhorn_error *error);

/**
 * sinkhorn_solution_report_f64 in float.
 */
sinkhorn_status sinkhorn_solution_report_f32(const struct sinkhorn_solution_f32 *solution,
                                             struct sinkhorn_report_f32 *report,
                                             struct sinkhorn_error *error);

/**
 * What the start has to say, a fit that failed and what was done instead, say: one line in English, cut to len
 * bytes with its NUL; "" mostly.
 * NULL: never solution and text.
 */
sinkhorn_status sinkhorn_solution_start_note_f64(const struct sinkhorn_solution_f64 *solution,
                                                 char *text,
                                                 size_t len,
                                                 struct sinkhorn_error *error);

/**
 * sinkhorn_solution_start_note_f64 in float.
 */
sinkhorn_status sinkhorn_solution_start_note_f32(const struct sinkhorn_solution_f32 *solution,
                                                 char *text,
                                                 size_t len,
                                                 struct sinkhorn_error *error);

/**
 * *entry = P_ij, for i < n and j < m, in O(dimension). NULL: never solution and entry.
 */
sinkhorn_status sinkhorn_solution_entry_f64(const struct sinkhorn_solution_f64 *solution,
                                            size_t i,
                                            size_t j,
                                            double *entry,
                                            struct sinkhorn_error *error);

/**
 * sinkhorn_solution_entry_f64 in float.
 */
sinkhorn_status sinkhorn_solution_entry_f32(const struct sinkhorn_solution_f32 *solution,
                                            size_t i,
                                            size_t j,
                                            float *entry,
                                            struct sinkhorn_error *error);

/**
 * row (m) = row i of the plan, for i < n. NULL: never solution and row.
 */
sinkhorn_status sinkhorn_solution_row_f64(const struct sinkhorn_solution_f64 *solution,
                                          size_t i,
                                          double *row,
                                          struct sinkhorn_error *error);

/**
 * sinkhorn_solution_row_f64 in float.
 */
sinkhorn_status sinkhorn_solution_row_f32(const struct sinkhorn_solution_f32 *solution,
                                          size_t i,
                                          float *row,
                                          struct sinkhorn_error *error);

/**
 * plan (n x m, row-major) = the whole plan. NULL: never solution and plan.
 */
sinkhorn_status sinkhorn_solution_plan_f64(const struct sinkhorn_solution_f64 *solution,
                                           double *plan,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_solution_plan_f64 in float.
 */
sinkhorn_status sinkhorn_solution_plan_f32(const struct sinkhorn_solution_f32 *solution,
                                           float *plan,
                                           struct sinkhorn_error *error);

/**
 * The largest entries of row i, largest first, ties in the order of columns: columns (count) and entries (count).
 * 1 <= count <= m.
 * NULL: never solution, columns and entries.
 */
sinkhorn_status sinkhorn_solution_largest_in_row_f64(const struct sinkhorn_solution_f64 *solution,
                                                     size_t i,
                                                     size_t count,
                                                     size_t *columns,
                                                     double *entries,
                                                     struct sinkhorn_error *error);

/**
 * sinkhorn_solution_largest_in_row_f64 in float.
 */
sinkhorn_status sinkhorn_solution_largest_in_row_f32(const struct sinkhorn_solution_f32 *solution,
                                                     size_t i,
                                                     size_t count,
                                                     size_t *columns,
                                                     float *entries,
                                                     struct sinkhorn_error *error);

/**
 * product (n) = P v, for vector (m, finite). One exponential a pair. NULL: never solution, vector and product.
 */
sinkhorn_status sinkhorn_solution_apply_f64(const struct sinkhorn_solution_f64 *solution,
                                            const double *vector,
                                            double *product,
                                            struct sinkhorn_error *error);

/**
 * sinkhorn_solution_apply_f64 in float.
 */
sinkhorn_status sinkhorn_solution_apply_f32(const struct sinkhorn_solution_f32 *solution,
                                            const float *vector,
                                            float *product,
                                            struct sinkhorn_error *error);

/**
 * product (m) = P^T w, for vector (n, finite). One exponential a pair. NULL: never solution, vector and product.
 */
sinkhorn_status sinkhorn_solution_apply_transposed_f64(const struct sinkhorn_solution_f64 *solution,
                                                       const double *vector,
                                                       double *product,
                                                       struct sinkhorn_error *error);

/**
 * sinkhorn_solution_apply_transposed_f64 in float.
 */
sinkhorn_status sinkhorn_solution_apply_transposed_f32(const struct sinkhorn_solution_f32 *solution,
                                                       const float *vector,
                                                       float *product,
                                                       struct sinkhorn_error *error);

/**
 * map (n x dimension, row-major) = the barycentric projection of every x_i: the mean of the y_j that it is sent
 * to, sum_j P_ij y_j / sum_j P_ij. A point without weight goes where one of infinitesimal weight would. Points
 * only. NULL: never solution and map. y so far apart that a mean of them leaves the range are
 * SINKHORN_ERROR_OVERFLOW; what precedes it has been written.
 */
sinkhorn_status sinkhorn_solution_map_f64(const struct sinkhorn_solution_f64 *solution,
                                          double *map,
                                          struct sinkhorn_error *error);

/**
 * sinkhorn_solution_map_f64 in float.
 */
sinkhorn_status sinkhorn_solution_map_f32(const struct sinkhorn_solution_f32 *solution,
                                          float *map,
                                          struct sinkhorn_error *error);

/**
 * map (count x dimension) = the same at new points x (count x dimension), with the weights b_j exp((g_j - c(x,
 * y_j)) / epsilon) (Pooladian and Niles-Weed 2021). Points only, count not 0, one thread (several may share out
 * the points). NULL: never solution, x and map. A point so far away that its costs are infinite is
 * SINKHORN_ERROR_OVERFLOW, as are y so far apart that a mean of them leaves the range; what precedes it has been
 * written.
 */
sinkhorn_status sinkhorn_solution_map_at_f64(const struct sinkhorn_solution_f64 *solution,
                                             const double *x,
                                             size_t count,
                                             double *map,
                                             struct sinkhorn_error *error);

/**
 * sinkhorn_solution_map_at_f64 in float.
 */
sinkhorn_status sinkhorn_solution_map_at_f32(const struct sinkhorn_solution_f32 *solution,
                                             const float *x,
                                             size_t count,
                                             float *map,
                                             struct sinkhorn_error *error);

/**
 * f (count) at new points x (count x dimension): -tau_a epsilon log sum_j b_j exp((g_j - c(x, y_j)) / epsilon),
 * tau_a = rho_a / (rho_a + epsilon) and 1 where balanced. At the points of the problem it is f. Points only. NULL:
 * never solution, x and f. Far points: as sinkhorn_solution_map_at_f64.
 */
sinkhorn_status sinkhorn_solution_f_at_f64(const struct sinkhorn_solution_f64 *solution,
                                           const double *x,
                                           size_t count,
                                           double *f,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_solution_f_at_f64 in float.
 */
sinkhorn_status sinkhorn_solution_f_at_f32(const struct sinkhorn_solution_f32 *solution,
                                           const float *x,
                                           size_t count,
                                           float *f,
                                           struct sinkhorn_error *error);

/**
 * g (count) at new points y (count x dimension), as sinkhorn_solution_f_at_f64.
 */
sinkhorn_status sinkhorn_solution_g_at_f64(const struct sinkhorn_solution_f64 *solution,
                                           const double *y,
                                           size_t count,
                                           double *g,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_solution_g_at_f64 in float.
 */
sinkhorn_status sinkhorn_solution_g_at_f32(const struct sinkhorn_solution_f32 *solution,
                                           const float *y,
                                           size_t count,
                                           float *g,
                                           struct sinkhorn_error *error);

/**
 * Writes to *len how many scalars of workspace derivatives of a problem need: O(n + m). The arrays of the problem
 * are not read.
 *
 * NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
 * Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
 */
sinkhorn_status sinkhorn_derivatives_len_f64(const struct sinkhorn_problem_f64 *problem,
                                             const struct sinkhorn_derivative_settings_f64 *settings,
                                             size_t *len,
                                             struct sinkhorn_error *error);

/**
 * sinkhorn_derivatives_len_f64 in float.
 */
sinkhorn_status sinkhorn_derivatives_len_f32(const struct sinkhorn_problem_f32 *problem,
                                             const struct sinkhorn_derivative_settings_f32 *settings,
                                             size_t *len,
                                             struct sinkhorn_error *error);

/**
 * The gradient of the objective (the field of the report), by the envelope theorem: one pass over the pairs, and
 * one more for each of x, y, cost and epsilon.
 *
 * Derivatives are those of the problem, whatever start and acceleration solved it, and as good as the solution has
 * converged. Epsilon and the cost scale are held fixed where they were given relative to the cost.
 *
 * workspace: at least the scalars that sinkhorn_derivatives_len_f64 asks for; what it holds does not matter.
 * NULL: never solution, workspace and gradients; settings NULL stands for the defaults; error where it is not
 * wanted.
 * Returns: SINKHORN_OK, or an error, and then no gradient was written. Allocates: nothing. Threads: safe, each
 * with its own workspace.
 * Aliasing: workspace, gradients and *error must not overlap each other, inputs, the memory of the solution or the
 * arrays of the problem.
 */
sinkhorn_status sinkhorn_objective_gradient_f64(const struct sinkhorn_solution_f64 *solution,
                                                const struct sinkhorn_derivative_settings_f64 *settings,
                                                double *workspace,
                                                size_t workspace_len,
                                                const struct sinkhorn_gradients_f64 *gradients,
                                                struct sinkhorn_error *error);

/**
 * sinkhorn_objective_gradient_f64 in float.
 */
sinkhorn_status sinkhorn_objective_gradient_f32(const struct sinkhorn_solution_f32 *solution,
                                                const struct sinkhorn_derivative_settings_f32 *settings,
                                                float *workspace,
                                                size_t workspace_len,
                                                const struct sinkhorn_gradients_f32 *gradients,
                                                struct sinkhorn_error *error);

/**
 * The gradient of a loss of potentials, plan and map in the inputs of the problem, through the equations that they
 * solve: conjugate gradients, one pass over the pairs an iteration.
 *
 * NULL: never solution, workspace, cotangent and gradients; report too where it is not wanted. Returns: the status
 * of the report, or an error, and then neither gradients nor *report were written. Everything else: as
 * sinkhorn_objective_gradient_f64.
 */
sinkhorn_status sinkhorn_vjp_f64(const struct sinkhorn_solution_f64 *solution,
                                 const struct sinkhorn_derivative_settings_f64 *settings,
                                 double *workspace,
                                 size_t workspace_len,
                                 const struct sinkhorn_cotangent_f64 *cotangent,
                                 const struct sinkhorn_gradients_f64 *gradients,
                                 struct sinkhorn_linear_report_f64 *report,
                                 struct sinkhorn_error *error);

/**
 * sinkhorn_vjp_f64 in float.
 */
sinkhorn_status sinkhorn_vjp_f32(const struct sinkhorn_solution_f32 *solution,
                                 const struct sinkhorn_derivative_settings_f32 *settings,
                                 float *workspace,
                                 size_t workspace_len,
                                 const struct sinkhorn_cotangent_f32 *cotangent,
                                 const struct sinkhorn_gradients_f32 *gradients,
                                 struct sinkhorn_linear_report_f32 *report,
                                 struct sinkhorn_error *error);

/**
 * The changes of potentials, plan and map along a direction of the inputs, per unit of it: the transposed of
 * sinkhorn_vjp_f64.
 *
 * NULL: never solution, workspace, tangent and changes. Returns, and everything else: as sinkhorn_vjp_f64.
 */
sinkhorn_status sinkhorn_jvp_f64(const struct sinkhorn_solution_f64 *solution,
                                 const struct sinkhorn_derivative_settings_f64 *settings,
                                 double *workspace,
                                 size_t workspace_len,
                                 const struct sinkhorn_tangent_f64 *tangent,
                                 const struct sinkhorn_changes_f64 *changes,
                                 struct sinkhorn_linear_report_f64 *report,
                                 struct sinkhorn_error *error);

/**
 * sinkhorn_jvp_f64 in float.
 */
sinkhorn_status sinkhorn_jvp_f32(const struct sinkhorn_solution_f32 *solution,
                                 const struct sinkhorn_derivative_settings_f32 *settings,
                                 float *workspace,
                                 size_t workspace_len,
                                 const struct sinkhorn_tangent_f32 *tangent,
                                 const struct sinkhorn_changes_f32 *changes,
                                 struct sinkhorn_linear_report_f32 *report,
                                 struct sinkhorn_error *error);

/**
 * How the gradient of the objective changes along a direction of the inputs, per unit of it: a product with the
 * Hessian, mixed derivatives included.
 *
 * NULL: never solution, workspace, tangent and gradients. Returns, and everything else: as sinkhorn_vjp_f64. Costs
 * of your own have no second derivatives: their Hessian in points is refused.
 */
sinkhorn_status sinkhorn_objective_hvp_f64(const struct sinkhorn_solution_f64 *solution,
                                           const struct sinkhorn_derivative_settings_f64 *settings,
                                           double *workspace,
                                           size_t workspace_len,
                                           const struct sinkhorn_tangent_f64 *tangent,
                                           const struct sinkhorn_gradients_f64 *gradients,
                                           struct sinkhorn_linear_report_f64 *report,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_objective_hvp_f64 in float.
 */
sinkhorn_status sinkhorn_objective_hvp_f32(const struct sinkhorn_solution_f32 *solution,
                                           const struct sinkhorn_derivative_settings_f32 *settings,
                                           float *workspace,
                                           size_t workspace_len,
                                           const struct sinkhorn_tangent_f32 *tangent,
                                           const struct sinkhorn_gradients_f32 *gradients,
                                           struct sinkhorn_linear_report_f32 *report,
                                           struct sinkhorn_error *error);

/**
 * Writes to *len how many scalars the workspace of sinkhorn_divergence_new_f64 needs: O(n + m), beside what the
 * storage of the settings takes.
 *
 * NULL, returns, allocates, threads, aliasing: as sinkhorn_workspace_len_f64.
 */
sinkhorn_status sinkhorn_divergence_len_f64(const struct sinkhorn_problem_f64 *problem,
                                            const struct sinkhorn_settings_f64 *settings,
                                            size_t *len,
                                            struct sinkhorn_error *error);

/**
 * sinkhorn_divergence_len_f64 in float.
 */
sinkhorn_status sinkhorn_divergence_len_f32(const struct sinkhorn_problem_f32 *problem,
                                            const struct sinkhorn_settings_f32 *settings,
                                            size_t *len,
                                            struct sinkhorn_error *error);

/**
 * The Sinkhorn divergence of two measures (Feydy et al. 2019; Sejourne et al. 2019 where relaxed):
 *
 *   S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2 + epsilon (sum a - sum b)^2 / 2
 *
 * 0 where they are equal (and rho_a = rho_b) and, for costs whose kernel exp(-C / epsilon) is positive definite,
 * positive elsewhere. The start of the settings is that of the problem between the measures; the observer is not
 * called. The three problems use the same epsilon and cost scale.
 *
 * cost_within_x (n x n) and cost_within_y (m x m): with a cost matrix, the costs within each measure, symmetric and
 * finite; NULL with points.
 * workspace: at least the scalars that sinkhorn_divergence_len_f64 asks for. *value = S(a, b). *divergence is for
 * the gradient and the reports; it lives in the workspace as a solution does.
 * NULL: never problem and workspace; settings NULL stands for the defaults; value, divergence and error where they
 * are not wanted.
 * Returns: SINKHORN_CONVERGED where all three problems have, else the status of the first that has not; or an
 * error, and then *value and *divergence are untouched, and what lived in the workspace is as after
 * sinkhorn_solve_f64. Allocates: nothing, but for starts that say so. Threads: safe. Aliasing: as
 * sinkhorn_solve_f64.
 */
sinkhorn_status sinkhorn_divergence_new_f64(const struct sinkhorn_problem_f64 *problem,
                                            const double *cost_within_x,
                                            const double *cost_within_y,
                                            const struct sinkhorn_settings_f64 *settings,
                                            double *workspace,
                                            size_t workspace_len,
                                            double *value,
                                            const struct sinkhorn_divergence_f64 **divergence,
                                            struct sinkhorn_error *error);

/**
 * sinkhorn_divergence_new_f64 in float.
 */
sinkhorn_status sinkhorn_divergence_new_f32(const struct sinkhorn_problem_f32 *problem,
                                            const float *cost_within_x,
                                            const float *cost_within_y,
                                            const struct sinkhorn_settings_f32 *settings,
                                            float *workspace,
                                            size_t workspace_len,
                                            float *value,
                                            const struct sinkhorn_divergence_f32 **divergence,
                                            struct sinkhorn_error *error);

/**
 * The report of one of the three problems; term is one of the SINKHORN_TERM_ constants.
 *
 * NULL: never divergence and report. Returns: the status of that problem, or an error, and then *report is
 * untouched. Allocates: nothing. Threads: safe.
 */
sinkhorn_status sinkhorn_divergence_report_f64(const struct sinkhorn_divergence_f64 *divergence,
                                               sinkhorn_term term,
                                               struct sinkhorn_report_f64 *report,
                                               struct sinkhorn_error *error);

/**
 * sinkhorn_divergence_report_f64 in float.
 */
sinkhorn_status sinkhorn_divergence_report_f32(const struct sinkhorn_divergence_f32 *divergence,
                                               sinkhorn_term term,
                                               struct sinkhorn_report_f32 *report,
                                               struct sinkhorn_error *error);

/**
 * Writes to *len how many scalars of workspace sinkhorn_divergence_gradient_f64 needs: O(n + m). The arrays of the
 * problem are not read.
 *
 * NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
 * Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
 */
sinkhorn_status sinkhorn_divergence_gradient_len_f64(const struct sinkhorn_problem_f64 *problem,
                                                     const struct sinkhorn_derivative_settings_f64 *settings,
                                                     size_t *len,
                                                     struct sinkhorn_error *error);

/**
 * sinkhorn_divergence_gradient_len_f64 in float.
 */
sinkhorn_status sinkhorn_divergence_gradient_len_f32(const struct sinkhorn_problem_f32 *problem,
                                                     const struct sinkhorn_derivative_settings_f32 *settings,
                                                     size_t *len,
                                                     struct sinkhorn_error *error);

/**
 * The gradient of the divergence, by the envelope theorem. In cost: in the costs between the measures.
 *
 * workspace: at least the scalars that sinkhorn_divergence_gradient_len_f64 asks for; not the workspace of the
 * divergence.
 * NULL: never divergence, workspace and gradients; settings NULL stands for the defaults; error where it is not
 * wanted.
 * Returns: SINKHORN_OK, or an error. Gradients are untouched where it is one of the arguments; after
 * SINKHORN_ERROR_OVERFLOW, which only the numbers can tell, they are not to be used. Allocates: nothing. Threads:
 * safe, each with its own workspace. Aliasing: as sinkhorn_objective_gradient_f64.
 */
sinkhorn_status sinkhorn_divergence_gradient_f64(const struct sinkhorn_divergence_f64 *divergence,
                                                 const struct sinkhorn_derivative_settings_f64 *settings,
                                                 double *workspace,
                                                 size_t workspace_len,
                                                 const struct sinkhorn_gradients_f64 *gradients,
                                                 struct sinkhorn_error *error);

/**
 * sinkhorn_divergence_gradient_f64 in float.
 */
sinkhorn_status sinkhorn_divergence_gradient_f32(const struct sinkhorn_divergence_f32 *divergence,
                                                 const struct sinkhorn_derivative_settings_f32 *settings,
                                                 float *workspace,
                                                 size_t workspace_len,
                                                 const struct sinkhorn_gradients_f32 *gradients,
                                                 struct sinkhorn_error *error);

/**
 * Writes to *len how many scalars the workspace of a soft operator needs for n values and m levels: m is the
 * length of the output for sinkhorn_soft_sort_f64, n for sinkhorn_soft_rank_f64, twice the number of levels and
 * one more for sinkhorn_soft_quantile_f64, and 2 for sinkhorn_soft_top_k_f64. O(n + m), beside what the storage of
 * the settings takes.
 *
 * NULL: never len; settings NULL stands for the defaults; error where it is not wanted.
 * Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
 */
sinkhorn_status sinkhorn_soft_len_f64(size_t n,
                                      size_t m,
                                      const struct sinkhorn_soft_settings_f64 *settings,
                                      size_t *len,
                                      struct sinkhorn_error *error);

/**
 * sinkhorn_soft_len_f64 in float.
 */
sinkhorn_status sinkhorn_soft_len_f32(size_t n,
                                      size_t m,
                                      const struct sinkhorn_soft_settings_f32 *settings,
                                      size_t *len,
                                      struct sinkhorn_error *error);

/**
 * Soft sorting (Cuturi, Teboul and Vert 2019): values (n) in increasing order into sorted (m, any length): the
 * k-th is the mean of the values that go to the k-th of m levels. With m = n and small epsilon they are the sorted
 * values; with fewer, means of m equal shares of them.
 *
 * weights: n, of any positive sum; NULL: equal. workspace: at least the scalars that sinkhorn_soft_len_f64 asks
 * for. *soft is for sinkhorn_soft_vjp_f64; it lives in the workspace, and neither values nor weights nor structs
 * are needed any more.
 * NULL: never values, workspace and sorted; settings NULL stands for the defaults; weights, soft, report and error
 * where they are not wanted.
 * Returns: the status of the solve, whose results are usable; or an error. Of those that are about an argument,
 * outputs are untouched, and what lived in the workspace is as after sinkhorn_solve_f64. Allocates: nothing.
 * Threads: safe. Aliasing: workspace, sorted, *soft, *report and *error must not overlap each other or the inputs.
 */
sinkhorn_status sinkhorn_soft_sort_f64(const double *values,
                                       const double *weights,
                                       size_t n,
                                       const struct sinkhorn_soft_settings_f64 *settings,
                                       double *workspace,
                                       size_t workspace_len,
                                       double *sorted,
                                       size_t m,
                                       struct sinkhorn_soft_f64 **soft,
                                       struct sinkhorn_report_f64 *report,
                                       struct sinkhorn_error *error);

/**
 * sinkhorn_soft_sort_f64 in float.
 */
sinkhorn_status sinkhorn_soft_sort_f32(const float *values,
                                       const float *weights,
                                       size_t n,
                                       const struct sinkhorn_soft_settings_f32 *settings,
                                       float *workspace,
                                       size_t workspace_len,
                                       float *sorted,
                                       size_t m,
                                       struct sinkhorn_soft_f32 **soft,
                                       struct sinkhorn_report_f32 *report,
                                       struct sinkhorn_error *error);

/**
 * Soft ranking: ranks (n), 0 for the smallest value and n - 1 for the largest where epsilon is small. Everything
 * else: as sinkhorn_soft_sort_f64.
 */
sinkhorn_status sinkhorn_soft_rank_f64(const double *values,
                                       const double *weights,
                                       size_t n,
                                       const struct sinkhorn_soft_settings_f64 *settings,
                                       double *workspace,
                                       size_t workspace_len,
                                       double *ranks,
                                       struct sinkhorn_soft_f64 **soft,
                                       struct sinkhorn_report_f64 *report,
                                       struct sinkhorn_error *error);

/**
 * sinkhorn_soft_rank_f64 in float.
 */
sinkhorn_status sinkhorn_soft_rank_f32(const float *values,
                                       const float *weights,
                                       size_t n,
                                       const struct sinkhorn_soft_settings_f32 *settings,
                                       float *workspace,
                                       size_t workspace_len,
                                       float *ranks,
                                       struct sinkhorn_soft_f32 **soft,
                                       struct sinkhorn_report_f32 *report,
                                       struct sinkhorn_error *error);

/**
 * Soft quantiles (count) at levels (count, in [0, 1], in any order). Everything else: as sinkhorn_soft_sort_f64.
 */
sinkhorn_status sinkhorn_soft_quantile_f64(const double *values,
                                           const double *weights,
                                           size_t n,
                                           const double *levels,
                                           const struct sinkhorn_soft_settings_f64 *settings,
                                           double *workspace,
                                           size_t workspace_len,
                                           double *quantiles,
                                           size_t count,
                                           struct sinkhorn_soft_f64 **soft,
                                           struct sinkhorn_report_f64 *report,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_soft_quantile_f64 in float.
 */
sinkhorn_status sinkhorn_soft_quantile_f32(const float *values,
                                           const float *weights,
                                           size_t n,
                                           const float *levels,
                                           const struct sinkhorn_soft_settings_f32 *settings,
                                           float *workspace,
                                           size_t workspace_len,
                                           float *quantiles,
                                           size_t count,
                                           struct sinkhorn_soft_f32 **soft,
                                           struct sinkhorn_report_f32 *report,
                                           struct sinkhorn_error *error);

/**
 * Soft top-k: for every value the share of it that is among the k largest, in chosen (n); 0 < k < n, and their sum
 * is k where the values have equal weights. Everything else: as sinkhorn_soft_sort_f64.
 */
sinkhorn_status sinkhorn_soft_top_k_f64(const double *values,
                                        const double *weights,
                                        size_t n,
                                        double k,
                                        const struct sinkhorn_soft_settings_f64 *settings,
                                        double *workspace,
                                        size_t workspace_len,
                                        double *chosen,
                                        struct sinkhorn_soft_f64 **soft,
                                        struct sinkhorn_report_f64 *report,
                                        struct sinkhorn_error *error);

/**
 * sinkhorn_soft_top_k_f64 in float.
 */
sinkhorn_status sinkhorn_soft_top_k_f32(const float *values,
                                        const float *weights,
                                        size_t n,
                                        float k,
                                        const struct sinkhorn_soft_settings_f32 *settings,
                                        float *workspace,
                                        size_t workspace_len,
                                        float *chosen,
                                        struct sinkhorn_soft_f32 **soft,
                                        struct sinkhorn_report_f32 *report,
                                        struct sinkhorn_error *error);

/**
 * The gradient of a loss in the values, in_values (n), and in the weights, in_weights (n), given what it is worth
 * in the output of the operator: cotangent (outputs, the length of that output). Standardisation and the sum of
 * the weights are differentiated too.
 *
 * NULL: never soft, cotangent and in_values; in_weights, report and error where they are not wanted. Returns: the
 * status of the report, or an error. Outputs are untouched where it is one of the arguments; after
 * SINKHORN_ERROR_OVERFLOW of the cotangent, which only the numbers can tell, they are not to be used. Allocates:
 * nothing. Threads: one at a time for a soft. Aliasing: outputs must not overlap each other, the cotangent or the
 * workspace.
 */
sinkhorn_status sinkhorn_soft_vjp_f64(struct sinkhorn_soft_f64 *soft,
                                      const double *cotangent,
                                      size_t outputs,
                                      double *in_values,
                                      double *in_weights,
                                      struct sinkhorn_linear_report_f64 *report,
                                      struct sinkhorn_error *error);

/**
 * sinkhorn_soft_vjp_f64 in float.
 */
sinkhorn_status sinkhorn_soft_vjp_f32(struct sinkhorn_soft_f32 *soft,
                                      const float *cotangent,
                                      size_t outputs,
                                      float *in_values,
                                      float *in_weights,
                                      struct sinkhorn_linear_report_f32 *report,
                                      struct sinkhorn_error *error);

/**
 * Writes to *len how many scalars the workspace of sinkhorn_solve_batch_f64 needs: that of the problem that needs
 * most, times the threads of the settings (no more than there are problems). The arrays of the problems are not
 * read.
 *
 * problems: count. NULL: never problems and len; settings NULL stands for the defaults; error where it is not
 * wanted.
 * Returns: SINKHORN_OK, or an error, and then *len is untouched. Allocates: nothing. Threads: safe.
 */
sinkhorn_status sinkhorn_batch_len_f64(const struct sinkhorn_problem_f64 *problems,
                                       size_t count,
                                       const struct sinkhorn_settings_f64 *settings,
                                       size_t *len,
                                       struct sinkhorn_error *error);

/**
 * sinkhorn_batch_len_f64 in float.
 */
sinkhorn_status sinkhorn_batch_len_f32(const struct sinkhorn_problem_f32 *problems,
                                       size_t count,
                                       const struct sinkhorn_settings_f32 *settings,
                                       size_t *len,
                                       struct sinkhorn_error *error);

/**
 * Solves many problems of any sizes, as many at a time as the settings have threads, each on one of them: no bit
 * of an answer depends on their number.
 *
 * problems: count, all of one struct_size. f and g: the potentials of all problems, one after the other (sums of all
 * n and of all m).
 * start_f and start_g of the settings are laid out in the same way, and may be f and g themselves; a start of your
 * own is called on several threads. reports: count; the struct_size of the first is that of all, and all are written.
 * errors: count; that of a problem is written where its report has a negative status. A problem that cannot be
 * solved tells so in its report (and error), its part of f and g is untouched, and the others are solved.
 *
 * NULL: never problems, workspace and reports; settings NULL stands for the defaults; f, g, errors and error where
 * they are not wanted. The observer must be NULL.
 * Returns: SINKHORN_OK where the batch was run, whatever became of its problems; or an error about the call as a
 * whole (a struct_size, sums of sizes that do not fit, overlaps), and then nothing was written.
 * Allocates: nothing, but for starts that say so and the pool of threads. Threads: safe.
 * Aliasing: workspace, f, g, reports, errors and *error must not overlap each other or what is read.
 */
sinkhorn_status sinkhorn_solve_batch_f64(const struct sinkhorn_problem_f64 *problems,
                                         size_t count,
                                         const struct sinkhorn_settings_f64 *settings,
                                         double *workspace,
                                         size_t workspace_len,
                                         double *f,
                                         double *g,
                                         struct sinkhorn_report_f64 *reports,
                                         struct sinkhorn_error *errors,
                                         struct sinkhorn_error *error);

/**
 * sinkhorn_solve_batch_f64 in float.
 */
sinkhorn_status sinkhorn_solve_batch_f32(const struct sinkhorn_problem_f32 *problems,
                                         size_t count,
                                         const struct sinkhorn_settings_f32 *settings,
                                         float *workspace,
                                         size_t workspace_len,
                                         float *f,
                                         float *g,
                                         struct sinkhorn_report_f32 *reports,
                                         struct sinkhorn_error *errors,
                                         struct sinkhorn_error *error);

/**
 * n, the points on the first side; 0 where target is NULL.
 */
size_t sinkhorn_target_n_f64(const struct sinkhorn_target_f64 *target);

/**
 * sinkhorn_target_n_f64 in float.
 */
size_t sinkhorn_target_n_f32(const struct sinkhorn_target_f32 *target);

/**
 * m, the points on the second side; 0 where target is NULL.
 */
size_t sinkhorn_target_m_f64(const struct sinkhorn_target_f64 *target);

/**
 * sinkhorn_target_m_f64 in float.
 */
size_t sinkhorn_target_m_f32(const struct sinkhorn_target_f32 *target);

/**
 * The regularisation in units of the unscaled cost; 0 where target is NULL.
 */
double sinkhorn_target_epsilon_f64(const struct sinkhorn_target_f64 *target);

/**
 * sinkhorn_target_epsilon_f64 in float.
 */
float sinkhorn_target_epsilon_f32(const struct sinkhorn_target_f32 *target);

/**
 * What costs are divided by: potentials of an earlier solve times this are what a start writes. 0 where target is
 * NULL.
 */
double sinkhorn_target_cost_scale_f64(const struct sinkhorn_target_f64 *target);

/**
 * sinkhorn_target_cost_scale_f64 in float.
 */
float sinkhorn_target_cost_scale_f32(const struct sinkhorn_target_f32 *target);

/**
 * The exact dual of unregularised transport on the line, in O(n + m) beside sorting. Points of dimension 1, and a
 * cost convex in x - y.
 *
 * As every start of the library: target, f and g are those that a start is called with, data is not read.
 * Allocates: nothing. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_monotone_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_monotone_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_monotone_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * DualSort of Thornton and Cuturi (2022), algorithm 1; start_size passes, 100 unless set; zero is kept where it is
 * worth more by its dual value. Points of dimension 1, a cost convex in x - y, n = m, equal weights. The yardstick:
 * sinkhorn_start_monotone_f64 gets there sooner and for any weights.
 *
 * Allocates: nothing. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_dual_sort_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_dual_sort_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_dual_sort_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * Entropic transport between Gaussians fitted to both sides, in closed form. Points under the squared Euclidean
 * cost.
 *
 * Allocates: nothing up to dimension 8; beyond that it does, and a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_gaussian_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_gaussian_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_gaussian_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * The same with unregularised transport between the Gaussians, as Thornton and Cuturi (2022) have it.
 *
 * Allocates and threads: as sinkhorn_start_gaussian_f64.
 */
sinkhorn_wrote sinkhorn_start_gaussian_unregularised_f64(struct sinkhorn_target_f64 *target,
                                                         double *f,
                                                         double *g,
                                                         void *data);

/**
 * sinkhorn_start_gaussian_unregularised_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_gaussian_unregularised_f32(struct sinkhorn_target_f32 *target,
                                                         float *f,
                                                         float *g,
                                                         void *data);

/**
 * Entropic transport between Gaussian mixtures fitted to both sides, of at most start_size components (24 unless
 * set), from start_seed. Points under the squared Euclidean cost.
 *
 * Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_mixture_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_mixture_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_mixture_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * The problem solved between cells of points, cells of cells and so on, at most 500 a side at first: from coarse to
 * fine. Points under any cost that accepts points between the data. It pays for thousands of points in few dimensions.
 *
 * Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_cells_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_cells_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_cells_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * The problem solved between start_size representatives a side (sqrt(n m) / 8 unless set), extended to all points.
 * Points under any cost.
 *
 * Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_coarse_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_coarse_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_coarse_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * The problem solved between start_size points a side drawn from start_seed (sqrt(n m) / 8 unless set), extended
 * to all. Points or a matrix.
 *
 * Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_subsample_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_subsample_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_subsample_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * The start for those who do not want to choose one: of zero, monotone, Gaussian, coarse, cells and subsample tries
 * what applies and is cheap, and takes what is worth most. Any problem.
 *
 * Allocates: yes, and ends the program where there is no memory; a build without an allocator returns
 * SINKHORN_ERROR_UNSUPPORTED. Threads: safe.
 */
sinkhorn_wrote sinkhorn_start_auto_f64(struct sinkhorn_target_f64 *target, double *f, double *g, void *data);

/**
 * sinkhorn_start_auto_f64 in float.
 */
sinkhorn_wrote sinkhorn_start_auto_f32(struct sinkhorn_target_f32 *target, float *f, float *g, void *data);

/**
 * A few words on a status: static, never NULL, "unknown status" for a number that is none.
 *
 * Allocates: nothing. Threads: safe.
 */
const char *sinkhorn_status_text(sinkhorn_status status);

/**
 * What to try where a solve did not converge, for the statuses that solves end with; static, never NULL, empty where
 * there is nothing to mend.
 *
 * Allocates: nothing. Threads: safe.
 */
const char *sinkhorn_status_remedy(sinkhorn_status status);

/**
 * The version of the library that runs, as major << 16 | minor << 8 | patch. SINKHORN_VERSION is that of the
 * header.
 *
 * Allocates: nothing. Threads: safe.
 */
uint32_t sinkhorn_version(void);

/**
 * The same as text, "major.minor.patch": static, never NULL.
 *
 * Allocates: nothing. Threads: safe.
 */
const char *sinkhorn_version_string(void);

#ifdef __cplusplus
}
#endif

#endif  /* SINKHORN_H */
