/*
 * sinkhorn: entropic optimal transport whose solver starts near the answer.
 *
 *   double x[N * 2], y[M * 2];       // points, row-major
 *   double workspace[SINKHORN_WORKSPACE_LEN(N, M, 2, SINKHORN_DEFAULT_MEMORY)], f[N], g[M];
 *   sinkhorn_error error;
 *   sinkhorn_problem_f64 problem = {0};
 *   problem.struct_size = sizeof problem;
 *   problem.n = N;
 *   problem.m = M;
 *   problem.dimension = 2;
 *   problem.x = x;
 *   problem.y = y;
 *   size_t len = sizeof workspace / sizeof *workspace;
 *   if (sinkhorn_solve_f64(&problem, NULL, workspace, len, f, g, NULL, NULL, &error) < 0) puts(error.message);
 *
 * C99 and C++. Functions come for double (_f64) and for float (_f32). All memory is the caller's: a pointer is NULL
 * where that is allowed, and otherwise points to memory of the stated shape, aligned for its type, which no other
 * thread writes during the call. Nothing is global; errno is not touched; nothing is printed, but for the message of a
 * SINKHORN_ERROR_INTERNAL on stderr. Before version 1.0 structs may change: build with the header of the library that
 * is linked. Made by cbindgen from ffi/src: do not edit.
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
 * sinkhorn_workspace_len at compile time, for static arrays: the scalars for n against m points of dimension d (0 with
 * a cost matrix) and a memory of Anderson acceleration (0 without it, SINKHORN_DEFAULT_MEMORY by default). Overflow is
 * not noticed.
 */
#define SINKHORN_WORKSPACE_LEN(n, m, d, memory)                            \
  (2 * (size_t)(n) + (6 + SINKHORN_TILE_ROWS(n, d)) * (size_t)(m)          \
   + ((size_t)(n) + (size_t)(m) + 1) * (size_t)(d)                         \
   + 2 * (size_t)(memory) * ((size_t)(m) + 2 * (size_t)(memory) + 1))

/** Of SINKHORN_WORKSPACE_LEN: rows of exponentials that are kept at a time. */
#define SINKHORN_TILE_ROWS(n, d) \
  ((size_t)(n) < ((d) < 16 ? 4u : 16u) ? (size_t)(n) : ((d) < 16 ? 4u : 16u))

/**
 * The default of the field memory of the settings.
 */
#define SINKHORN_DEFAULT_MEMORY 10

/**
 * Bytes of a message, the final NUL among them.
 */
#define SINKHORN_MESSAGE_LEN 192

/**
 * How a call ended: SINKHORN_OK to SINKHORN_STOPPED, or one of the SINKHORN_ERROR_ constants. Zero and above: what was
 * written is usable. Below zero: a bad call. Numbers are never changed or used again; later versions may add some.
 */
typedef int32_t sinkhorn_status;

/**
 * What the number epsilon of a problem means: one of the SINKHORN_EPSILON_ constants.
 */
typedef int32_t sinkhorn_epsilon_kind;

/**
 * Entropic optimal transport between n points with weights a and m points with weights b:
 *
 *   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
 *
 * with KL(p | q) = sum p log(p / q) - p + q. The cost C is either |x_i - y_j|^2 between points (x, y and dimension
 * set, cost NULL) or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and then the problem
 * is balanced, with uniform weights and the default epsilon. The arrays are only read.
 */
typedef struct sinkhorn_problem_f64 {
  /**
   * sizeof of this struct.
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
   * n x m, row-major: the cost C. Finite.
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
   * The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
   */
  double epsilon;
  /**
   * How strictly the first marginal is kept, in units of cost: 0 or infinity keeps it exact (balanced), a positive
   * number relaxes it.
   */
  double rho_a;
  /**
   * The same of the second marginal.
   */
  double rho_b;
  /**
   * What epsilon means.
   */
  sinkhorn_epsilon_kind epsilon_kind;
} sinkhorn_problem_f64;

/**
 * What is done between two sweeps to need fewer of them: one of the SINKHORN_ACCELERATION_ constants. Never changes the
 * answer.
 */
typedef int32_t sinkhorn_acceleration;

/**
 * The potentials from which a solve begins: one of the SINKHORN_START_ constants. Any start leads to the same answer; a
 * good one leads there in fewer sweeps.
 */
typedef int32_t sinkhorn_start;

/**
 * When to stop and how to get there. Begin with sinkhorn_settings_init and change fields: all zeros is no valid value.
 * Functions take NULL for the defaults.
 */
typedef struct sinkhorn_settings_f64 {
  /**
   * sizeof of this struct.
   */
  size_t struct_size;
  /**
   * The marginal error, absolute and in units of mass, at which a solve has converged. Positive; default 1e-6 in
   * double, 1e-3 in float.
   */
  double threshold;
  /**
   * The factor of SINKHORN_ACCELERATION_RELAXATION, which alone reads it: 1 <= relaxation < 2, and 1 is plain. Default
   * 1.5.
   */
  double relaxation;
  /**
   * n: f to start from, in units of cost, or NULL: then it follows from start_g. Must be NULL unless start is
   * SINKHORN_START_GIVEN. May be the memory that the result is written to.
   */
  const double *start_f;
  /**
   * m: g to start from, or NULL: then it follows from start_f.
   */
  const double *start_g;
  /**
   * Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. Positive; default 10000.
   */
  uint32_t max_sweeps;
  /**
   * Default SINKHORN_ACCELERATION_ANDERSON.
   */
  sinkhorn_acceleration acceleration;
  /**
   * Iterates that SINKHORN_ACCELERATION_ANDERSON combines, which alone reads it: 2 to 64. Default
   * SINKHORN_DEFAULT_MEMORY.
   */
  uint32_t memory;
  /**
   * Default SINKHORN_START_ZERO.
   */
  sinkhorn_start start;
} sinkhorn_settings_f64;

/**
 * What was wrong with a call. Written whole by a function that returns a negative status, and left alone otherwise;
 * need not be initialised. Its layout never changes.
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
   * The entry at fault, counted from 0: the entry of a vector, the row of a matrix, the number of a point. SIZE_MAX
   * where none is.
   */
  size_t row;
  /**
   * The column of a matrix or the coordinate of a point. SIZE_MAX where none is.
   */
  size_t column;
  /**
   * The number at fault; for SINKHORN_ERROR_WORKSPACE and SINKHORN_ERROR_STRUCT_SIZE the one that is needed; 0 where
   * there is none.
   */
  double value;
  /**
   * One line in English, without a newline, NUL-terminated. Ends in "..." where it was cut.
   */
  char message[SINKHORN_MESSAGE_LEN];
} sinkhorn_error;

/**
 * Entropic optimal transport between n points with weights a and m points with weights b:
 *
 *   minimise <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b)
 *
 * with KL(p | q) = sum p log(p / q) - p + q. The cost C is either |x_i - y_j|^2 between points (x, y and dimension
 * set, cost NULL) or a matrix (cost set; x and y NULL, dimension 0). Everything else may be zero, and then the problem
 * is balanced, with uniform weights and the default epsilon. The arrays are only read.
 */
typedef struct sinkhorn_problem_f32 {
  /**
   * sizeof of this struct.
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
   * n x m, row-major: the cost C. Finite.
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
   * The regularisation, positive, as epsilon_kind says; 0 with SINKHORN_EPSILON_DEFAULT.
   */
  float epsilon;
  /**
   * How strictly the first marginal is kept, in units of cost: 0 or infinity keeps it exact (balanced), a positive
   * number relaxes it.
   */
  float rho_a;
  /**
   * The same of the second marginal.
   */
  float rho_b;
  /**
   * What epsilon means.
   */
  sinkhorn_epsilon_kind epsilon_kind;
} sinkhorn_problem_f32;

/**
 * When to stop and how to get there. Begin with sinkhorn_settings_init and change fields: all zeros is no valid value.
 * Functions take NULL for the defaults.
 */
typedef struct sinkhorn_settings_f32 {
  /**
   * sizeof of this struct.
   */
  size_t struct_size;
  /**
   * The marginal error, absolute and in units of mass, at which a solve has converged. Positive; default 1e-6 in
   * double, 1e-3 in float.
   */
  float threshold;
  /**
   * The factor of SINKHORN_ACCELERATION_RELAXATION, which alone reads it: 1 <= relaxation < 2, and 1 is plain. Default
   * 1.5.
   */
  float relaxation;
  /**
   * n: f to start from, in units of cost, or NULL: then it follows from start_g. Must be NULL unless start is
   * SINKHORN_START_GIVEN. May be the memory that the result is written to.
   */
  const float *start_f;
  /**
   * m: g to start from, or NULL: then it follows from start_f.
   */
  const float *start_g;
  /**
   * Sweeps after which a solve stops with SINKHORN_SWEEP_LIMIT. Positive; default 10000.
   */
  uint32_t max_sweeps;
  /**
   * Default SINKHORN_ACCELERATION_ANDERSON.
   */
  sinkhorn_acceleration acceleration;
  /**
   * Iterates that SINKHORN_ACCELERATION_ANDERSON combines, which alone reads it: 2 to 64. Default
   * SINKHORN_DEFAULT_MEMORY.
   */
  uint32_t memory;
  /**
   * Default SINKHORN_START_ZERO.
   */
  sinkhorn_start start;
} sinkhorn_settings_f32;

/**
 * Numbers about a finished solve, every one finite and measured on the potentials that were written. Set struct_size
 * before the call; the rest need not be initialised, and is written where the status is not negative.
 */
typedef struct sinkhorn_report_f64 {
  /**
   * sizeof of this struct.
   */
  size_t struct_size;
  /**
   * The status that the function returned.
   */
  sinkhorn_status status;
  /**
   * The start that was used.
   */
  sinkhorn_start start;
  /**
   * Sweeps made; one is an update of f and one of g.
   */
  uint32_t sweeps;
  /**
   * Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
   */
  uint32_t row_fallbacks;
  /**
   * Sweeps whose columns were.
   */
  uint32_t column_fallbacks;
  /**
   * Accelerated iterates that the safeguard took back.
   */
  uint32_t rejections;
  /**
   * ||P 1 - a||_1 where that side is balanced; the L1 change of that marginal by one more update where it is relaxed.
   */
  double row_error;
  /**
   * The same of P^T 1 and b.
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
   * <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b).
   */
  double objective;
  /**
   * <C, P>.
   */
  double transport_cost;
  /**
   * The sum of P.
   */
  double mass;
  /**
   * The regularisation in units of cost.
   */
  double epsilon;
} sinkhorn_report_f64;

/**
 * Numbers about a finished solve, every one finite and measured on the potentials that were written. Set struct_size
 * before the call; the rest need not be initialised, and is written where the status is not negative.
 */
typedef struct sinkhorn_report_f32 {
  /**
   * sizeof of this struct.
   */
  size_t struct_size;
  /**
   * The status that the function returned.
   */
  sinkhorn_status status;
  /**
   * The start that was used.
   */
  sinkhorn_start start;
  /**
   * Sweeps made; one is an update of f and one of g.
   */
  uint32_t sweeps;
  /**
   * Rows, over all sweeps, that left the safe range and were recomputed in max-shifted form.
   */
  uint32_t row_fallbacks;
  /**
   * Sweeps whose columns were.
   */
  uint32_t column_fallbacks;
  /**
   * Accelerated iterates that the safeguard took back.
   */
  uint32_t rejections;
  /**
   * ||P 1 - a||_1 where that side is balanced; the L1 change of that marginal by one more update where it is relaxed.
   */
  float row_error;
  /**
   * The same of P^T 1 and b.
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
   * <C, P> + epsilon KL(P | a b^T) + rho_a KL(P 1 | a) + rho_b KL(P^T 1 | b).
   */
  float objective;
  /**
   * <C, P>.
   */
  float transport_cost;
  /**
   * The sum of P.
   */
  float mass;
  /**
   * The regularisation in units of cost.
   */
  float epsilon;
} sinkhorn_report_f32;

/**
 * Nothing: Sinkhorn's own iteration.
 */
#define SINKHORN_ACCELERATION_PLAIN 0

/**
 * Over-relaxation ("momentum") of both potentials by the field relaxation.
 */
#define SINKHORN_ACCELERATION_RELAXATION 1

/**
 * Anderson acceleration, safeguarded by the dual value, over the last iterates; the field memory says how many.
 */
#define SINKHORN_ACCELERATION_ANDERSON 2

/**
 * f = 0.
 */
#define SINKHORN_START_ZERO 0

/**
 * The exact dual of unregularised transport on the line. Points of dimension 1 only.
 */
#define SINKHORN_START_MONOTONE 1

/**
 * Entropic transport between Gaussians fitted to both sides. Points only; beyond dimension 8 it allocates, and a build
 * without an allocator returns SINKHORN_ERROR_UNSUPPORTED.
 */
#define SINKHORN_START_GAUSSIAN 2

/**
 * The same, with unregularised transport between the Gaussians.
 */
#define SINKHORN_START_GAUSSIAN_UNREGULARISED 3

/**
 * start_f or start_g or both: those of an earlier solve, say.
 */
#define SINKHORN_START_GIVEN 4

/**
 * Done, by a call that does not solve.
 */
#define SINKHORN_OK 0

/**
 * The marginal error is at most the threshold.
 */
#define SINKHORN_CONVERGED 0

/**
 * The sweeps allowed were used up. The potentials are the latest.
 */
#define SINKHORN_SWEEP_LIMIT 1

/**
 * Rounding keeps the marginal error above the threshold. The potentials are as good as this scalar allows.
 */
#define SINKHORN_PRECISION_FLOOR 2

/**
 * Stopped on request. Reserved: no function returns it yet.
 */
#define SINKHORN_STOPPED 3

/**
 * A size is zero.
 */
#define SINKHORN_ERROR_EMPTY -1

/**
 * An entry is NaN or infinite.
 */
#define SINKHORN_ERROR_NOT_FINITE -2

/**
 * An entry is negative and must not be.
 */
#define SINKHORN_ERROR_NEGATIVE -3

/**
 * A number must be positive and is not.
 */
#define SINKHORN_ERROR_NOT_POSITIVE -4

/**
 * A number or a choice lies outside the range that its documentation states.
 */
#define SINKHORN_ERROR_OUT_OF_RANGE -5

/**
 * A length does not match the rest of the problem.
 */
#define SINKHORN_ERROR_LENGTH -6

/**
 * A length is not a multiple of the dimension.
 */
#define SINKHORN_ERROR_RAGGED -7

/**
 * All weights of a side are zero.
 */
#define SINKHORN_ERROR_NO_MASS -8

/**
 * The totals of a and b differ, and the problem is balanced.
 */
#define SINKHORN_ERROR_UNEQUAL_MASS -9

/**
 * cost / epsilon leaves the range of the scalar.
 */
#define SINKHORN_ERROR_OVERFLOW -10

/**
 * The workspace is too short.
 */
#define SINKHORN_ERROR_WORKSPACE -11

/**
 * A size does not fit size_t, or a number of points 32 bits.
 */
#define SINKHORN_ERROR_TOO_LARGE -12

/**
 * The start, or what else was asked for, is not defined for this problem or not part of this build.
 */
#define SINKHORN_ERROR_UNSUPPORTED -13

/**
 * A pointer is NULL and must not be.
 */
#define SINKHORN_ERROR_NULL_POINTER -14

/**
 * A struct_size is not the size of that struct in this version.
 */
#define SINKHORN_ERROR_STRUCT_SIZE -15

/**
 * A pointer is not aligned for its type.
 */
#define SINKHORN_ERROR_MISALIGNED -16

/**
 * Memory that is written overlaps other memory of the same call.
 */
#define SINKHORN_ERROR_ALIASING -17

/**
 * A defect of the library, stopped at its border. Please report it.
 */
#define SINKHORN_ERROR_INTERNAL -18

/**
 * 0.05 of the standard deviation of the cost under a x b. The field epsilon must be 0.
 */
#define SINKHORN_EPSILON_DEFAULT 0

/**
 * epsilon itself, in units of cost.
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

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Writes to *len how many scalars (not bytes) the workspace of a solve needs. It follows from n, m, the dimension and
 * the acceleration, as in SINKHORN_WORKSPACE_LEN; the arrays of the problem are not read and may still be NULL, but
 * cost must be set where it will be.
 *
 * NULL: never problem and len; settings NULL stands for the defaults; error where it is not wanted.
 * Returns: SINKHORN_OK, or an error (EMPTY, NOT_POSITIVE, OUT_OF_RANGE, TOO_LARGE, UNSUPPORTED, NULL_POINTER,
 * STRUCT_SIZE, MISALIGNED, ALIASING), and then *len is untouched and *error says what was wrong.
 * Allocates: nothing. Threads: safe. Aliasing: *len and *error must not overlap each other or the structs.
 */
sinkhorn_status sinkhorn_workspace_len_f64(const struct sinkhorn_problem_f64 *problem,
                                           const struct sinkhorn_settings_f64 *settings,
                                           size_t *len,
                                           struct sinkhorn_error *error);

/**
 * sinkhorn_workspace_len_f64 in float; the number of scalars is the same.
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
 * Balanced potentials, which are free up to a constant, are written such that sum a_i f_i = sum b_j g_j.
 *
 * workspace: at least the scalars that sinkhorn_workspace_len_f64 asks for; what it holds before and after does not
 * matter. f: n. g: m. plan: n x m, row-major.
 * NULL: never problem and workspace; settings NULL stands for the defaults; f, g, plan, report and error may each be
 * NULL where they are not wanted.
 * Returns: SINKHORN_CONVERGED, SINKHORN_SWEEP_LIMIT or SINKHORN_PRECISION_FLOOR, whose results are all usable; or an
 * error (any but LENGTH and RAGGED), and then f, g, plan and report are untouched, and *error says what was wrong.
 * Allocates: nothing, but for the Gaussian starts beyond dimension 8.
 * Threads: safe; calls at the same time may share what they only read.
 * Aliasing: memory that is written (workspace, f, g, plan, report, error) must not overlap other memory of the call;
 * only start_f and start_g of the settings may be f and g.
 */
sinkhorn_status sinkhorn_solve_f64(const struct sinkhorn_problem_f64 *problem,
                                   const struct sinkhorn_settings_f64 *settings,
                                   double *workspace,
                                   size_t workspace_len,
                                   double *f,
                                   double *g,
                                   double *plan,
                                   struct sinkhorn_report_f64 *report,
                                   struct sinkhorn_error *error);

/**
 * sinkhorn_solve_f64 in float. No step of it is done in double.
 */
sinkhorn_status sinkhorn_solve_f32(const struct sinkhorn_problem_f32 *problem,
                                   const struct sinkhorn_settings_f32 *settings,
                                   float *workspace,
                                   size_t workspace_len,
                                   float *f,
                                   float *g,
                                   float *plan,
                                   struct sinkhorn_report_f32 *report,
                                   struct sinkhorn_error *error);

/**
 * Fills *settings with the defaults, struct_size among them. What it held does not matter.
 *
 * NULL: does nothing, as for an address that is not aligned. Allocates: nothing. Threads: safe.
 */
void sinkhorn_settings_init_f64(struct sinkhorn_settings_f64 *settings);

/**
 * sinkhorn_settings_init_f64 in float.
 */
void sinkhorn_settings_init_f32(struct sinkhorn_settings_f32 *settings);

/**
 * A few words on a status: static, never NULL, "unknown status" for a number that is none.
 *
 * Allocates: nothing. Threads: safe.
 */
const char *sinkhorn_status_text(sinkhorn_status status);

/**
 * The version of the library that runs, as major << 16 | minor << 8 | patch. SINKHORN_VERSION is that of the header.
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
}  // extern "C"
#endif  // __cplusplus

#endif  /* SINKHORN_H */
