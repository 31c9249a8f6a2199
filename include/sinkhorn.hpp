/*
 * sinkhorn in C++: entropic optimal transport whose solver starts near the answer.
 *
 *   const std::vector<double> x = {0.0, 0.0, 1.0, 0.2, 0.4, 1.5}, y = {2.0, 1.0, 3.0, 1.5};  // points in the plane
 *   const auto problem = sinkhorn::Problem<double>::points(x, y, 2).epsilon(0.1);
 *   const auto solution = sinkhorn::solve(problem, sinkhorn::Settings<double>().start(sinkhorn::Start::automatic));
 *   std::cout << solution.report().objective << ' ' << solution.entry(0, 1) << '\n';
 *
 * A header over sinkhorn.h, whose documentation holds here too; C++17, no dependency. T is double or float.
 *
 * Data: problems, settings and bundles of spans are views. Arrays, matrices and callables must outlive what was made
 * of them (a Solution needs x, y, weights and the cost function), and matrices are row-major where nothing else is
 * said. Memory: what solves owns its workspace, or works in memory that is lent to it as the last argument, and then
 * nothing is allocated, but for starts that say so and, where there are callables, one small block. An empty span
 * stands for "not given" where an argument is optional. Objects move, and are not copied; a moved-from object is
 * refused with Status::null_pointer.
 *
 * Errors: functions throw Error, and std::bad_alloc. Each has a twin that never throws, named try_...: it returns
 * false or an empty std::optional, and then *error* says what was wrong, and else it is left alone. Where exceptions
 * are switched off the twins are all there is. Callables may throw: the call ends, and what was thrown leaves it (of
 * twins, as Error::cause()); a Solver is then not to be used any more. Threads: const functions may be called from
 * several threads at once; callables are, where threads are asked for.
 */

#ifndef SINKHORN_HPP
#define SINKHORN_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sinkhorn.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define SINKHORN_HPP_THROWS_ 1
#define SINKHORN_HPP_NAMESPACE_ throwing
#else
#define SINKHORN_HPP_THROWS_ 0
#define SINKHORN_HPP_NAMESPACE_ not_throwing
#endif

namespace sinkhorn {
inline namespace SINKHORN_HPP_NAMESPACE_ {  // files with and without exceptions may be linked together

/// How a call ended: the SINKHORN_ constants. Negative: a bad call. Compares with the status of a report.
enum class Status : std::int32_t {
  ok = SINKHORN_OK,
  converged = SINKHORN_CONVERGED,  ///< The marginal error is at most the threshold. The same number as ok.
  sweep_limit = SINKHORN_SWEEP_LIMIT,
  precision_floor = SINKHORN_PRECISION_FLOOR,
  stopped = SINKHORN_STOPPED,
  running = SINKHORN_RUNNING,
  iteration_limit = SINKHORN_ITERATION_LIMIT,
  empty = SINKHORN_ERROR_EMPTY,
  not_finite = SINKHORN_ERROR_NOT_FINITE,
  negative = SINKHORN_ERROR_NEGATIVE,
  not_positive = SINKHORN_ERROR_NOT_POSITIVE,
  out_of_range = SINKHORN_ERROR_OUT_OF_RANGE,
  length = SINKHORN_ERROR_LENGTH,
  ragged = SINKHORN_ERROR_RAGGED,
  no_mass = SINKHORN_ERROR_NO_MASS,
  unequal_mass = SINKHORN_ERROR_UNEQUAL_MASS,
  overflow = SINKHORN_ERROR_OVERFLOW,
  workspace = SINKHORN_ERROR_WORKSPACE,
  too_large = SINKHORN_ERROR_TOO_LARGE,
  unsupported = SINKHORN_ERROR_UNSUPPORTED,
  null_pointer = SINKHORN_ERROR_NULL_POINTER,
  struct_size = SINKHORN_ERROR_STRUCT_SIZE,
  misaligned = SINKHORN_ERROR_MISALIGNED,
  aliasing = SINKHORN_ERROR_ALIASING,
  handle = SINKHORN_ERROR_HANDLE,
  below_resolution = SINKHORN_ERROR_BELOW_RESOLUTION,
  internal = SINKHORN_ERROR_INTERNAL,
  exception = INT32_MIN,      ///< Of this header: a callable threw; Error::cause() is what.
  no_memory = INT32_MIN + 1,  ///< Of this header: the workspace could not be allocated.
};

constexpr bool operator==(sinkhorn_status p, Status q) noexcept { return p == static_cast<sinkhorn_status>(q); }
constexpr bool operator==(Status p, sinkhorn_status q) noexcept { return q == p; }
constexpr bool operator!=(sinkhorn_status p, Status q) noexcept { return !(p == q); }
constexpr bool operator!=(Status p, sinkhorn_status q) noexcept { return !(q == p); }

/// A few words on a status, static.
inline const char* text(Status status) noexcept {
  if (status == Status::exception) return "a callable threw";
  if (status == Status::no_memory) return "no memory";
  return sinkhorn_status_text(static_cast<sinkhorn_status>(status));
}

/// The cost between points. Your own: Problem::cost_function; a p-norm: Problem::p_norm.
enum class Cost : std::int32_t {
  squared_euclidean = SINKHORN_COST_SQUARED_EUCLIDEAN,
  euclidean = SINKHORN_COST_EUCLIDEAN,
  manhattan = SINKHORN_COST_MANHATTAN,
  cosine = SINKHORN_COST_COSINE,
};

/// What costs are divided by: nothing, their mean or standard deviation under a x b, the largest absolute one.
enum class Scale : std::int32_t {
  one = SINKHORN_SCALE_ONE,
  mean = SINKHORN_SCALE_MEAN,
  standard_deviation = SINKHORN_SCALE_STD,
  max = SINKHORN_SCALE_MAX,
};

/// How a cost matrix lies in memory.
enum class Order : std::int32_t { row_major = SINKHORN_ORDER_ROW_MAJOR, column_major = SINKHORN_ORDER_COLUMN_MAJOR };

/// What is done between two sweeps to need fewer of them; automatic by default.
enum class Acceleration : std::int32_t {
  automatic = SINKHORN_ACCELERATION_DEFAULT,
  plain = SINKHORN_ACCELERATION_PLAIN,
  relaxation = SINKHORN_ACCELERATION_RELAXATION,
  adaptive_relaxation = SINKHORN_ACCELERATION_ADAPTIVE_RELAXATION,
  anderson = SINKHORN_ACCELERATION_ANDERSON,
};

/// What is kept between sweeps: nothing (by default), costs, the kernel, or what is fastest within a budget.
enum class Storage : std::int32_t {
  stream = SINKHORN_STORAGE_STREAM,
  cost = SINKHORN_STORAGE_COST,
  kernel = SINKHORN_STORAGE_KERNEL,
  automatic = SINKHORN_STORAGE_AUTO,
};

/// The vector instructions of a solve.
enum class Simd : std::int32_t {
  best = SINKHORN_SIMD_BEST,
  portable = SINKHORN_SIMD_PORTABLE,
  neon = SINKHORN_SIMD_NEON,
  avx2 = SINKHORN_SIMD_AVX2,
  avx512 = SINKHORN_SIMD_AVX512,
};

/// Where a solve begins: the sinkhorn_start_ functions of sinkhorn.h. Zero is the default, as in C.
enum class Start {
  zero, automatic, monotone, dual_sort, gaussian, gaussian_unregularised, mixture, coarse, subsample
};

/// Which potentials a start function has written; anything negative is a Status with which the solve then fails.
enum class Wrote : std::int32_t { f = SINKHORN_WROTE_F, g = SINKHORN_WROTE_G, both = SINKHORN_WROTE_BOTH };

/// Of which of its three problems a divergence is asked.
enum class Term : std::int32_t {
  between = SINKHORN_TERM_BETWEEN,
  within_x = SINKHORN_TERM_WITHIN_X,
  within_y = SINKHORN_TERM_WITHIN_Y,
};

/// Where soft operators begin.
enum class SoftStart : std::int32_t { monotone = SINKHORN_SOFT_START_MONOTONE, zero = SINKHORN_SOFT_START_ZERO };
/// A convention says which quantile a level means.
enum class QuantileConvention : std::int32_t { hazen = SINKHORN_QUANTILE_HAZEN, linear = SINKHORN_QUANTILE_LINEAR };

/// Gradients that are wanted, to be joined by |: in points, weights, costs and epsilon.
enum class In : unsigned { x = 1, y = 2, a = 4, b = 8, cost = 16, epsilon = 32 };
constexpr In operator|(In p, In q) noexcept {
  return static_cast<In>(static_cast<unsigned>(p) | static_cast<unsigned>(q));
}
constexpr bool operator&(In p, In q) noexcept { return (static_cast<unsigned>(p) & static_cast<unsigned>(q)) != 0; }

/// Changes that are wanted, to be joined by |: of potentials, plan and map.
enum class Of : unsigned { f = 1, g = 2, plan = 4, map = 8 };
constexpr Of operator|(Of p, Of q) noexcept {
  return static_cast<Of>(static_cast<unsigned>(p) | static_cast<unsigned>(q));
}
constexpr bool operator&(Of p, Of q) noexcept { return (static_cast<unsigned>(p) & static_cast<unsigned>(q)) != 0; }

/// A view of contiguous entries. Made of a pointer and a size, a C array, or what has data() and size(): std::vector,
/// std::array, std::span, a vector of Eigen.
template <typename T>
class span {
  template <typename C>
  using accepts = std::enable_if_t<
      std::is_convertible_v<std::remove_pointer_t<decltype(std::declval<C&>().data())> (*)[], T (*)[]> &&
      std::is_convertible_v<decltype(std::declval<C&>().size()), std::size_t>>;

 public:
  using value_type = std::remove_cv_t<T>;
  using element_type = T;

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_(array), size_(N) {}
  template <typename C, typename = accepts<C>>
  constexpr span(C& container) noexcept : data_(container.data()), size_(static_cast<std::size_t>(container.size())) {}
  template <typename C, typename = accepts<const C>>
  constexpr span(const C& container) noexcept
      : data_(container.data()), size_(static_cast<std::size_t>(container.size())) {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A reference to a callable (a lambda, say), which must outlive it: temporaries are refused, and so are plain
/// functions, which a lambda may call.
template <typename>
class function_ref;

template <typename R, typename... Args>
class function_ref<R(Args...)> {
 public:
  function_ref() noexcept = default;
  template <typename F, typename = std::enable_if_t<!std::is_same_v<std::remove_cv_t<F>, function_ref> &&
                                                    std::is_class_v<F> && std::is_invocable_r_v<R, F&, Args...>>>
  function_ref(F& callable) noexcept
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(callable)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<F*>(object))(std::forward<Args>(args)...);
        }) {}

  explicit operator bool() const noexcept { return call_ != nullptr; }
  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_ = nullptr;
  R (*call_)(void*, Args...) = nullptr;
};

class Error;

namespace detail {

// The names of sinkhorn.h for a scalar.
template <typename T>
struct Api;

#define SINKHORN_HPP_TYPE_(type, scalar) using type = sinkhorn_##type##_##scalar;
#define SINKHORN_HPP_CALL_(name, scalar) static constexpr auto name = sinkhorn_##name##_##scalar;
#define SINKHORN_HPP_API_(T, s)                                                                                       \
  template <>                                                                                                         \
  struct Api<T> {                                                                                                     \
    SINKHORN_HPP_TYPE_(problem, s) SINKHORN_HPP_TYPE_(settings, s) SINKHORN_HPP_TYPE_(report, s)                      \
    SINKHORN_HPP_TYPE_(observation, s) SINKHORN_HPP_TYPE_(target, s) SINKHORN_HPP_TYPE_(solution, s)                  \
    SINKHORN_HPP_TYPE_(solver, s) SINKHORN_HPP_TYPE_(derivative_settings, s) SINKHORN_HPP_TYPE_(gradients, s)         \
    SINKHORN_HPP_TYPE_(cotangent, s) SINKHORN_HPP_TYPE_(tangent, s) SINKHORN_HPP_TYPE_(changes, s)                    \
    SINKHORN_HPP_TYPE_(linear_report, s) SINKHORN_HPP_TYPE_(divergence, s) SINKHORN_HPP_TYPE_(soft, s)                \
    SINKHORN_HPP_TYPE_(soft_settings, s)                                                                              \
    SINKHORN_HPP_CALL_(workspace_len, s) SINKHORN_HPP_CALL_(solve, s) SINKHORN_HPP_CALL_(solver_new, s)               \
    SINKHORN_HPP_CALL_(solver_step, s) SINKHORN_HPP_CALL_(solver_run, s) SINKHORN_HPP_CALL_(solver_progress, s)       \
    SINKHORN_HPP_CALL_(solver_finish, s) SINKHORN_HPP_CALL_(solution_f, s) SINKHORN_HPP_CALL_(solution_g, s)          \
    SINKHORN_HPP_CALL_(solution_report, s) SINKHORN_HPP_CALL_(solution_start_note, s)                                 \
    SINKHORN_HPP_CALL_(solution_entry, s) SINKHORN_HPP_CALL_(solution_row, s) SINKHORN_HPP_CALL_(solution_plan, s)    \
    SINKHORN_HPP_CALL_(solution_largest_in_row, s) SINKHORN_HPP_CALL_(solution_apply, s)                              \
    SINKHORN_HPP_CALL_(solution_apply_transposed, s) SINKHORN_HPP_CALL_(solution_map, s)                              \
    SINKHORN_HPP_CALL_(solution_map_at, s) SINKHORN_HPP_CALL_(solution_f_at, s) SINKHORN_HPP_CALL_(solution_g_at, s)  \
    SINKHORN_HPP_CALL_(derivatives_len, s) SINKHORN_HPP_CALL_(objective_gradient, s) SINKHORN_HPP_CALL_(vjp, s)       \
    SINKHORN_HPP_CALL_(jvp, s) SINKHORN_HPP_CALL_(objective_hvp, s) SINKHORN_HPP_CALL_(divergence_len, s)             \
    SINKHORN_HPP_CALL_(divergence_new, s) SINKHORN_HPP_CALL_(divergence_report, s)                                    \
    SINKHORN_HPP_CALL_(divergence_gradient_len, s) SINKHORN_HPP_CALL_(divergence_gradient, s)                         \
    SINKHORN_HPP_CALL_(soft_len, s) SINKHORN_HPP_CALL_(soft_sort, s) SINKHORN_HPP_CALL_(soft_rank, s)                 \
    SINKHORN_HPP_CALL_(soft_quantile, s) SINKHORN_HPP_CALL_(soft_top_k, s) SINKHORN_HPP_CALL_(soft_vjp, s)            \
    SINKHORN_HPP_CALL_(batch_len, s) SINKHORN_HPP_CALL_(solve_batch, s) SINKHORN_HPP_CALL_(target_n, s)               \
    SINKHORN_HPP_CALL_(target_m, s) SINKHORN_HPP_CALL_(target_epsilon, s) SINKHORN_HPP_CALL_(target_cost_scale, s)    \
    SINKHORN_HPP_CALL_(start_auto, s) SINKHORN_HPP_CALL_(start_monotone, s) SINKHORN_HPP_CALL_(start_dual_sort, s)    \
    SINKHORN_HPP_CALL_(start_gaussian, s) SINKHORN_HPP_CALL_(start_gaussian_unregularised, s)                         \
    SINKHORN_HPP_CALL_(start_mixture, s) SINKHORN_HPP_CALL_(start_coarse, s) SINKHORN_HPP_CALL_(start_subsample, s)   \
  };
SINKHORN_HPP_API_(double, f64)
SINKHORN_HPP_API_(float, f32)
#undef SINKHORN_HPP_API_
#undef SINKHORN_HPP_CALL_
#undef SINKHORN_HPP_TYPE_

// An argument from which T is not deduced.
template <typename T>
struct Same {
  using type = T;
};
template <typename T>
using same = typename Same<T>::type;

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// A struct of the C interface: its size, and zeros.
template <typename S>
S sized() noexcept {
  S made{};
  made.struct_size = sizeof(S);
  return made;
}

bool refuse(Error& error, const sinkhorn_error& raw, std::exception_ptr cause = nullptr) noexcept;
const sinkhorn_error& raw_of(const Error& error) noexcept;

}  // namespace detail

/// What was wrong with a call: what sinkhorn_error holds, and what a callable threw.
class Error : public std::runtime_error {
 public:
  Error() : std::runtime_error("") {}

  /// Never ok.
  Status status() const noexcept { return static_cast<Status>(raw_.status); }
  /// The argument at fault, under the name that it has here or in sinkhorn.h; "" where none is.
  const char* argument() const noexcept { return raw_.argument == nullptr ? "" : raw_.argument; }
  /// The entry at fault, or the row of a matrix, or the number of a point; SIZE_MAX where none is.
  std::size_t row() const noexcept { return raw_.row; }
  /// The column of a matrix or the coordinate of a point; SIZE_MAX where none is.
  std::size_t column() const noexcept { return raw_.column; }
  /// The number at fault, or the one that is needed.
  double value() const noexcept { return raw_.value; }
  /// What a callable threw, or std::bad_alloc; mostly null.
  std::exception_ptr cause() const noexcept { return cause_; }
  /// One line in English.
  const char* what() const noexcept override { return raw_.message; }

 private:
  friend bool detail::refuse(Error& error, const sinkhorn_error& raw, std::exception_ptr cause) noexcept;
  friend const sinkhorn_error& detail::raw_of(const Error& error) noexcept;
  sinkhorn_error raw_{SINKHORN_OK, "", detail::none, detail::none, 0, ""};
  std::exception_ptr cause_;
};

namespace detail {

inline bool refuse(Error& error, const sinkhorn_error& raw, std::exception_ptr cause) noexcept {
  error.raw_ = raw;
  error.cause_ = std::move(cause);
  return false;
}

inline const sinkhorn_error& raw_of(const Error& error) noexcept { return error.raw_; }

// Refusals of this header, in the words of the library.
template <typename... Numbers>
bool refuse(Error& error, Status status, const char* argument, double value, const char* format,
            Numbers... numbers) noexcept {
  sinkhorn_error raw{static_cast<sinkhorn_status>(status), argument, none, none, value, ""};
  std::snprintf(raw.message, sizeof raw.message, format, argument, numbers...);
  return refuse(error, raw);
}

inline bool fits(const char* argument, std::size_t actual, std::size_t expected, Error& error) noexcept {
  return actual == expected || refuse(error, Status::length, argument, static_cast<double>(expected),
                                      "%s has %zu scalars where %zu are needed", actual, expected);
}

inline bool fits_or_none(const char* argument, std::size_t actual, std::size_t expected, Error& error) noexcept {
  return actual == 0 || fits(argument, actual, expected, error);
}

inline bool refuse_memory(Error& error, std::size_t count) noexcept {
  sinkhorn_error raw{static_cast<sinkhorn_status>(Status::no_memory), "workspace", none, none,
                     static_cast<double>(count), ""};
  std::snprintf(raw.message, sizeof raw.message, "no memory for %zu scalars of workspace", count);
#if SINKHORN_HPP_THROWS_
  return refuse(error, raw, std::make_exception_ptr(std::bad_alloc()));
#else
  return refuse(error, raw);
#endif
}

// Not initialised where U is a scalar.
template <typename U>
std::unique_ptr<U[]> allocate(std::size_t count, Error& error) noexcept {
  std::unique_ptr<U[]> made(count > none / sizeof(U) ? nullptr : new (std::nothrow) U[count]);
  if (made == nullptr) refuse_memory(error, count);
  return made;
}

#if SINKHORN_HPP_THROWS_
// The result of a twin, or its error, thrown.
template <typename F>
auto or_throw(F twin) {
  Error error;
  auto result = twin(error);
  if (!result) {
    if (error.cause() != nullptr) std::rethrow_exception(error.cause());
    throw error;
  }
  return result;
}
#endif

// A handle that a move leaves null.
struct Lent {
  void operator()(const void*) const noexcept {}
};
template <typename H>
using Handle = std::unique_ptr<H, Lent>;

template <typename T>
struct Calls;

}  // namespace detail

/// Numbers about a finished solve: sinkhorn_report_f64 or _f32, where the fields are described.
template <typename T>
using Report = typename detail::Api<T>::report;

/// How the linear system behind a derivative was solved: sinkhorn_linear_report_f64 or _f32.
template <typename T>
using LinearReport = typename detail::Api<T>::linear_report;

/// What an observer sees after every sweep: sinkhorn_observation_f64 or _f32.
template <typename T>
using Observation = typename detail::Api<T>::observation;

/// What a start function is for: the problem of the solve that calls it.
template <typename T>
class Target {
 public:
  explicit Target(typename detail::Api<T>::target* raw) noexcept : raw_(raw) {}

  /// Points on the first side.
  std::size_t n() const noexcept { return detail::Api<T>::target_n(raw_); }
  /// Points on the second side.
  std::size_t m() const noexcept { return detail::Api<T>::target_m(raw_); }
  /// The regularisation in units of the unscaled cost.
  T epsilon() const noexcept { return detail::Api<T>::target_epsilon(raw_); }
  /// What costs are divided by: potentials of an earlier solve times this are what a start writes.
  T cost_scale() const noexcept { return detail::Api<T>::target_cost_scale(raw_); }
  /// Runs a start of the library; f (n) and g (m) are those that the start function was called with.
  Wrote run(Start start, span<T> f, span<T> g) noexcept;

 private:
  typename detail::Api<T>::target* raw_;
};

/// c(x, y) for two points.
template <typename T>
using CostFunction = function_ref<T(span<const T> x, span<const T> y)>;
/// Writes dc/dx and dc/dy.
template <typename T>
using CostGradient = function_ref<void(span<const T> x, span<const T> y, span<T> in_x, span<T> in_y)>;
/// Called after every sweep; true stops the solve with Status::stopped.
template <typename T>
using Observer = function_ref<bool(const Observation<T>&)>;
/// Writes f (n) or g (m) or both, in units of the unscaled cost, and says which.
template <typename T>
using StartFunction = function_ref<Wrote(Target<T>& target, span<T> f, span<T> g)>;
/// Writes dL/dP_ij of row i for the columns from first on to row. Called in any order.
template <typename T>
using PlanRows = function_ref<void(std::size_t i, std::size_t first, span<T> row)>;

namespace detail {

template <typename T>
using StartPointer = sinkhorn_wrote (*)(typename Api<T>::target*, T*, T*, void*);

template <typename T>
StartPointer<T> start_pointer(Start start) noexcept {
  switch (start) {
    case Start::zero: return nullptr;
    case Start::automatic: return Api<T>::start_auto;
    case Start::monotone: return Api<T>::start_monotone;
    case Start::dual_sort: return Api<T>::start_dual_sort;
    case Start::gaussian: return Api<T>::start_gaussian;
    case Start::gaussian_unregularised: return Api<T>::start_gaussian_unregularised;
    case Start::mixture: return Api<T>::start_mixture;
    case Start::coarse: return Api<T>::start_coarse;
    case Start::subsample: return Api<T>::start_subsample;
  }
  return nullptr;
}

// The callables of a call, what C calls for them, and the first exception that one threw.
template <typename T>
struct Calls {
  CostFunction<T> cost;
  CostGradient<T> gradient;
  Observer<T> observer;
  StartFunction<T> start;
  PlanRows<T> rows;
  std::mutex mutex;
  std::exception_ptr cause;
  std::atomic<bool> raised{false};

  static Calls& of(void* data) noexcept { return *static_cast<Calls*>(data); }

  static T call_cost(const T* x, const T* y, std::size_t d, void* data) noexcept {
    return of(data).guarded(T(0), [&](Calls& calls) { return calls.cost({x, d}, {y, d}); });
  }
  static void call_gradient(const T* x, const T* y, std::size_t d, T* in_x, T* in_y, void* data) noexcept {
    of(data).guarded(0, [&](Calls& calls) { return calls.gradient({x, d}, {y, d}, {in_x, d}, {in_y, d}), 0; });
  }
  // There for costs alone too: it ends a solve whose cost threw.
  static int call_observer(const Observation<T>* seen, void* data) noexcept {
    return of(data).guarded(1, [&](Calls& calls) { return calls.observer && calls.observer(*seen) ? 1 : 0; });
  }
  static sinkhorn_wrote call_start(typename Api<T>::target* raw, T* f, T* g, void* data) noexcept {
    return of(data).guarded(static_cast<sinkhorn_wrote>(Status::exception), [&](Calls& calls) {
      Target<T> target(raw);
      return static_cast<sinkhorn_wrote>(calls.start(target, {f, target.n()}, {g, target.m()}));
    });
  }
  static void call_rows(std::size_t i, std::size_t first, std::size_t count, T* row, void* data) noexcept {
    const bool done = of(data).guarded(false, [&](Calls& calls) { return calls.rows(i, first, {row, count}), true; });
    // Zeros, so that the exception is reported and not what the memory happened to hold.
    for (std::size_t k = 0; !done && k < count; ++k) row[k] = T(0);
  }

  // After an exception nothing is called any more.
  template <typename R, typename F>
  R guarded(R otherwise, F call) noexcept {
    if (raised.load(std::memory_order_relaxed)) return otherwise;
#if SINKHORN_HPP_THROWS_
    try {
      return call(*this);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (cause == nullptr) cause = std::current_exception();
      raised.store(true);
      return otherwise;
    }
#else
    return call(*this);
#endif
  }

  // Whether nothing was thrown since the last time; else the error says what.
  bool quiet(Error& error) noexcept {
    if (!raised.load()) return true;
    const std::lock_guard<std::mutex> lock(mutex);
    raised.store(false);
    sinkhorn_error raw{static_cast<sinkhorn_status>(Status::exception), "", none, none, 0, "a callable threw"};
    return refuse(error, raw, std::exchange(cause, nullptr));
  }
};

template <typename T>
struct Session;

}  // namespace detail

/// Entropic optimal transport between n points with weights a and m points with weights b: sinkhorn_problem_f64.
/// A view. Functions that set something return the problem; what is wrong with it is told by those that use it.
template <typename T>
class Problem {
 public:
  // Views of temporaries: they would be gone before they are read.
  static Problem points(const std::vector<T>&& x, span<const T> y, std::size_t dimension) = delete;
  static Problem points(span<const T> x, const std::vector<T>&& y, std::size_t dimension) = delete;
  static Problem points(const std::vector<T>&& x, const std::vector<T>&& y, std::size_t dimension) = delete;
  static Problem matrix(const std::vector<T>&& cost, std::size_t n, std::size_t m, Order = Order::row_major) = delete;
  Problem& weights(const std::vector<T>&& a, span<const T> b) = delete;
  Problem& weights(span<const T> a, const std::vector<T>&& b) = delete;
  Problem& weights(const std::vector<T>&& a, const std::vector<T>&& b) = delete;
  Problem& weights_a(const std::vector<T>&& a) = delete;
  Problem& weights_b(const std::vector<T>&& b) = delete;

  /// x (n x dimension) and y (m x dimension), row-major, under the squared Euclidean cost if nothing else is set.
  static Problem points(span<const T> x, span<const T> y, std::size_t dimension) noexcept {
    Problem made;
    made.x_ = x;
    made.y_ = y;
    made.matrix_ = false;
    made.raw_.x = x.data();
    made.raw_.y = y.data();
    made.raw_.dimension = dimension;
    made.raw_.n = dimension == 0 ? 0 : x.size() / dimension;
    made.raw_.m = dimension == 0 ? 0 : y.size() / dimension;
    return made;
  }
  /// A cost matrix, n x m.
  static Problem matrix(span<const T> cost, std::size_t n, std::size_t m, Order order = Order::row_major) noexcept {
    Problem made;
    made.cost_ = cost;
    made.raw_.cost = cost.data();
    made.raw_.n = n;
    made.raw_.m = m;
    made.raw_.cost_order = static_cast<sinkhorn_order>(order);
    return made;
  }

  /// Weights of both sides, n and m, not negative; 1/n and 1/m each if not set. Of equal sums where balanced.
  Problem& weights(span<const T> a, span<const T> b) noexcept { return weights_a(a).weights_b(b); }
  /// Weights of the first side alone.
  Problem& weights_a(span<const T> a) noexcept { return raw_.a = a.data(), a_len_ = a.size(), *this; }
  /// Weights of the second side alone.
  Problem& weights_b(span<const T> b) noexcept { return raw_.b = b.data(), b_len_ = b.size(), *this; }

  /// The regularisation, in units of (scaled) cost. If none is set: 0.05 of the standard deviation of the cost.
  Problem& epsilon(T value) noexcept { return set_epsilon(SINKHORN_EPSILON_ABSOLUTE, value); }
  /// The regularisation, as a multiple of the mean of the cost under a x b.
  Problem& epsilon_of_mean(T factor) noexcept { return set_epsilon(SINKHORN_EPSILON_OF_MEAN, factor); }
  /// The regularisation, as a multiple of the standard deviation of the cost under a x b.
  Problem& epsilon_of_std(T factor) noexcept { return set_epsilon(SINKHORN_EPSILON_OF_STD, factor); }

  /// Relaxes the marginals, in units of (scaled) cost; 0 and infinity keep one exact.
  Problem& unbalanced(T rho_a, T rho_b) noexcept { return raw_.rho_a = rho_a, raw_.rho_b = rho_b, *this; }
  /// Relaxes both marginals alike.
  Problem& unbalanced(T rho) noexcept { return unbalanced(rho, rho); }

  /// The cost between points.
  Problem& cost(Cost chosen) noexcept { return set_cost(static_cast<sinkhorn_cost>(chosen), T(0), {}, {}); }
  /// (sum_k |x_k - y_k|^p)^(1/p), p >= 1; infinity is the largest difference.
  Problem& p_norm(T p) noexcept { return set_cost(SINKHORN_COST_P_NORM, p, {}, {}); }
  /// A cost of your own, finite, and its gradient, where derivatives in points are wanted. Both must outlive what is
  /// made of the problem.
  Problem& cost_function(CostFunction<T> function, CostGradient<T> gradient = {}) noexcept {
    return set_cost(SINKHORN_COST_CUSTOM, T(0), function, gradient);
  }

  /// Divides costs, and with them epsilon, rho, potentials and values.
  Problem& cost_scale(Scale scale) noexcept {
    return raw_.cost_scale_kind = static_cast<sinkhorn_cost_scale_kind>(scale), raw_.cost_scale = 0, *this;
  }
  /// The same by a positive number.
  Problem& cost_scale(T divisor) noexcept {
    return raw_.cost_scale_kind = SINKHORN_SCALE_GIVEN, raw_.cost_scale = divisor, *this;
  }

  /// For the divergence of a cost matrix: the costs within each side, n x n and m x m, symmetric.
  Problem& costs_within(span<const T> x, span<const T> y) noexcept { return within_x_ = x, within_y_ = y, *this; }

  /// Points on the first side.
  std::size_t n() const noexcept { return raw_.n; }
  /// Points on the second side.
  std::size_t m() const noexcept { return raw_.m; }
  /// Coordinates a point; 0 with a cost matrix.
  std::size_t dimension() const noexcept { return raw_.dimension; }

  /// Checks lengths, which C does not see. Every use of the problem does it.
  bool try_check(Error& error) const noexcept {
    const auto points_fit = [&](const char* argument, span<const T> points) {
      if (points.empty()) return detail::refuse(error, Status::empty, argument, 0, "%s is empty");
      return points.size() % raw_.dimension == 0 ||
             detail::refuse(error, Status::ragged, argument, 0,
                            "%s has %zu scalars, not a multiple of the dimension %zu", points.size(), raw_.dimension);
    };
    if (!matrix_) {
      if (raw_.dimension == 0) return detail::refuse(error, Status::empty, "dimension", 0, "%s is 0");
      if (!points_fit("x", x_) || !points_fit("y", y_)) return false;
    } else {
      if (raw_.n == 0) return detail::refuse(error, Status::empty, "n", 0, "%s is 0");
      if (raw_.m == 0) return detail::refuse(error, Status::empty, "m", 0, "%s is 0");
      if (raw_.n > detail::none / raw_.m) {
        return detail::refuse(error, Status::too_large, "cost", 0, "%s is too large to be addressed");
      }
      if (!detail::fits("cost", cost_.size(), raw_.n * raw_.m, error)) return false;
    }
    return (a_len_ == detail::none || detail::fits("a", a_len_, raw_.n, error)) &&
           (b_len_ == detail::none || detail::fits("b", b_len_, raw_.m, error));
  }

 private:
  template <typename U>
  friend struct detail::Session;

  Problem& set_cost(sinkhorn_cost cost, T p, CostFunction<T> function, CostGradient<T> gradient) noexcept {
    return raw_.ground_cost = cost, raw_.p = p, function_ = function, gradient_ = gradient, *this;
  }

  Problem& set_epsilon(sinkhorn_epsilon_kind kind, T value) noexcept {
    return raw_.epsilon_kind = kind, raw_.epsilon = value, *this;
  }

  typename detail::Api<T>::problem raw_ = detail::sized<typename detail::Api<T>::problem>();
  span<const T> x_, y_, cost_, within_x_, within_y_;
  std::size_t a_len_ = detail::none, b_len_ = detail::none;
  CostFunction<T> function_;
  CostGradient<T> gradient_;
  bool matrix_ = true;
};

/// When to stop and how to get there: sinkhorn_settings_f64. Functions that set something return the settings.
template <typename T = double>
class Settings {
 public:
  /// Where the solve begins, and of the library's starts how much of it (0: what it takes by itself) and the seed.
  Settings& start(Start chosen, std::uint32_t size = 0, std::uint64_t seed = 0) noexcept {
    raw_.start = detail::start_pointer<T>(chosen);
    function_ = {};
    return raw_.start_size = size, raw_.start_seed = seed, *this;
  }
  /// A start of your own, which must outlive the call that solves.
  Settings& start_function(StartFunction<T> function) noexcept {
    return raw_.start = detail::Calls<T>::call_start, function_ = function, *this;
  }
  /// Begins from potentials, in units of cost: f (n), g (m), or one of them. Not together with a start.
  Settings& warm_start(span<const T> f, span<const T> g) noexcept { return f_ = f, g_ = g, *this; }
  /// Called after every sweep of a solve and of Solver::run; true stops. It must outlive the call, or the solver.
  Settings& observer(Observer<T> function) noexcept { return observer_ = function, *this; }
  /// The marginal error at which a solve has converged, in units of mass. 1e-6 in double, 1e-3 in float if not set.
  Settings& threshold(T value) noexcept { return raw_.threshold = value, *this; }
  /// Sweeps after which a solve stops with Status::sweep_limit; 10000 if not set.
  Settings& max_sweeps(std::uint32_t count) noexcept { return raw_.max_sweeps = count, *this; }
  /// Between the sweeps.
  Settings& acceleration(Acceleration chosen) noexcept {
    return raw_.acceleration = static_cast<sinkhorn_acceleration>(chosen), *this;
  }
  /// Over-relaxation by a factor, 1 <= factor < 2.
  Settings& relaxation(T factor) noexcept {
    return raw_.relaxation = factor, acceleration(Acceleration::relaxation);
  }
  /// Anderson acceleration over so many iterates, 2 to 64.
  Settings& anderson(std::uint32_t memory) noexcept {
    return raw_.memory = memory, acceleration(Acceleration::anderson);
  }
  /// Larger epsilons first: the first as a multiple, at least 1, what it is multiplied by from level to level, in
  /// (0, 1), and the sweeps a level.
  Settings& annealing(T first, T factor = T(0.5), std::uint32_t sweeps = 1) noexcept {
    return raw_.annealing_first = first, raw_.annealing_factor = factor, raw_.annealing_sweeps = sweeps, *this;
  }
  /// What is kept between sweeps; budget is the scalars that Storage::automatic may use.
  Settings& storage(Storage chosen, std::size_t budget = 0) noexcept {
    return raw_.storage = static_cast<sinkhorn_storage>(chosen), raw_.storage_budget = budget, *this;
  }
  /// Threads that share the rows of a sweep, or the problems of a batch; they change no bit.
  Settings& threads(std::uint32_t count) noexcept { return raw_.threads = count, *this; }
  /// The instructions of sweeps.
  Settings& simd(Simd chosen) noexcept { return raw_.simd = static_cast<sinkhorn_simd>(chosen), *this; }

 private:
  template <typename U>
  friend struct detail::Session;

  typename detail::Api<T>::settings raw_ = detail::sized<typename detail::Api<T>::settings>();
  span<const T> f_, g_;
  Observer<T> observer_;
  StartFunction<T> function_;
};

/// How to differentiate: sinkhorn_derivative_settings_f64.
template <typename T = double>
class DerivativeSettings {
 public:
  /// The relative residual at which the linear system counts as solved. 1e-8 in double, 1e-3 in float if not set.
  DerivativeSettings& tolerance(T value) noexcept { return raw_.tolerance = value, *this; }
  /// Iterations after which it is given up; 1000 if not set.
  DerivativeSettings& max_iterations(std::uint32_t count) noexcept { return raw_.max_iterations = count, *this; }
  /// Threads that share the rows; they change no bit.
  DerivativeSettings& threads(std::uint32_t count) noexcept { return raw_.threads = count, *this; }
  /// The struct of the C interface.
  const typename detail::Api<T>::derivative_settings& raw() const noexcept { return raw_; }

 private:
  typename detail::Api<T>::derivative_settings raw_ = detail::sized<typename detail::Api<T>::derivative_settings>();
};

namespace detail {

// What a call needs and what it leaves lives in: memory, callables, and the structs.
template <typename T>
struct Session {
  using A = Api<T>;

  typename A::problem problem{};
  typename A::settings settings{};
  span<const T> within_x, within_y;
  std::unique_ptr<T[]> owned;
  span<T> memory;
  std::unique_ptr<Calls<T>> calls;

  static bool has_calls(const Problem<T>& given) noexcept { return given.function_ || given.gradient_; }

  static typename A::problem raw(const Problem<T>& given, Calls<T>* calls) noexcept {
    auto made = given.raw_;
    if (calls != nullptr && given.function_) made.cost_function = Calls<T>::call_cost;
    if (calls != nullptr && given.gradient_) made.cost_gradient = Calls<T>::call_gradient;
    made.cost_data = calls;
    return made;
  }

  static typename A::settings raw(const Settings<T>& given, Calls<T>* calls) noexcept {
    auto made = given.raw_;
    made.start_f = given.f_.data();
    made.start_g = given.g_.data();
    if (given.function_) made.start_data = calls;
    if (given.observer_) made.observer = Calls<T>::call_observer, made.observer_data = calls;
    return made;
  }

  static bool settings_fit(const Settings<T>& given, std::size_t n, std::size_t m, Error& error) noexcept {
    return fits_or_none("start_f", given.f_.size(), n, error) && fits_or_none("start_g", given.g_.size(), m, error);
  }

  static void copy_calls(const Problem<T>& given, Calls<T>& calls) noexcept {
    calls.cost = given.function_;
    calls.gradient = given.gradient_;
  }

  bool take_calls(const Problem<T>* given, const Settings<T>& chosen, Error& error) noexcept {
    const bool of_problem = given != nullptr && has_calls(*given);
    if (!of_problem && !chosen.observer_ && !chosen.function_) return true;
    calls.reset(new (std::nothrow) Calls<T>());
    if (calls == nullptr) return refuse_memory(error, sizeof(Calls<T>) / sizeof(T));
    if (of_problem) copy_calls(*given, *calls);
    calls->observer = chosen.observer_;
    calls->start = chosen.function_;
    return true;
  }

  // Checks lengths and makes the structs.
  bool describe(const Problem<T>& given, const Settings<T>& chosen, Error& error) noexcept {
    if (!given.try_check(error) || !settings_fit(chosen, given.n(), given.m(), error)) return false;
    if (!take_calls(&given, chosen, error)) return false;
    problem = raw(given, calls.get());
    settings = raw(chosen, calls.get());
    within_x = given.within_x_;
    within_y = given.within_y_;
    return true;
  }

  // The same, and lends memory, or allocates where there is none.
  template <typename Len>
  bool prepare(const Problem<T>& given, const Settings<T>& chosen, Len len_of, span<T> lent, Error& error) noexcept {
    if (!describe(given, chosen, error)) return false;
    return lend(owned, memory, lent, error, [&](std::size_t* len, sinkhorn_error* raw_error) {
      return len_of(&problem, &settings, len, raw_error);
    });
  }

  template <typename Len>
  static bool lend(std::unique_ptr<T[]>& owner, span<T>& memory, span<T> lent, Error& error, Len len_of) noexcept {
    memory = lent;
    if (!lent.empty()) return true;
    std::size_t len = 0;
    sinkhorn_error raw_error;
    if (len_of(&len, &raw_error) < 0) return refuse(error, raw_error);
    owner = allocate<T>(len, error);
    memory = {owner.get(), len};
    return owner != nullptr;
  }

  // Whether a call went well, callables included.
  bool good(sinkhorn_status status, const sinkhorn_error& raw_error, Error& error) const noexcept {
    if (calls != nullptr && !calls->quiet(error)) return false;
    return status >= 0 || refuse(error, raw_error);
  }

  // A cost that throws ends a solve after the sweep.
  void stop_where_cost_throws() noexcept {
    if (settings.observer == nullptr && calls != nullptr) {
      settings.observer = Calls<T>::call_observer;
      settings.observer_data = calls.get();
    }
  }
};

}  // namespace detail

template <typename T>
Wrote Target<T>::run(Start start, span<T> f, span<T> g) noexcept {
  const auto function = detail::start_pointer<T>(start);
  if (function != nullptr) return static_cast<Wrote>(function(raw_, f.data(), g.data(), nullptr));
  for (T& value : f) value = T(0);
  return Wrote::f;
}

/// Where derivatives of a number are written; empty spans where they are not wanted. Matrices are row-major.
template <typename T>
struct GradientSpans {
  span<T> x;             ///< n x dimension.
  span<T> y;             ///< m x dimension.
  span<T> a;             ///< n: in an entry alone; balanced, meant along changes with sum da_i = sum db_j.
  span<T> b;             ///< m.
  span<T> cost;          ///< n x m, in the costs as they are given, not scaled.
  T* epsilon = nullptr;  ///< In units of (scaled) cost.
};

/// The derivatives of a number that were asked for; the others are empty, or 0.
template <typename T>
struct Gradients {
  std::vector<T> x, y, a, b, cost;  ///< Shapes as those of GradientSpans.
  T epsilon = T(0);
  LinearReport<T> report{};  ///< Of vjp and objective_hvp.
};

/// What a loss is worth in the results of a solve; empty spans for those that it does not depend on.
template <typename T>
struct Cotangent {
  span<const T> f;        ///< n: dL/df.
  span<const T> g;        ///< m: dL/dg.
  span<const T> plan;     ///< n x m: dL/dP.
  PlanRows<T> plan_rows;  ///< dL/dP, computed when needed, instead of plan.
  span<const T> map;      ///< n x dimension: dL/dT, T the map.
};

/// A direction in which the inputs of a problem change; empty spans for those that stay.
template <typename T>
struct Tangent {
  span<const T> x;     ///< n x dimension.
  span<const T> y;     ///< m x dimension.
  span<const T> a;     ///< n. Balanced: sum da_i = sum db_j.
  span<const T> b;     ///< m.
  span<const T> cost;  ///< n x m, not scaled.
  T epsilon = T(0);    ///< In units of (scaled) cost.
};

/// Where the changes of results along a direction are written; empty spans where they are not wanted.
template <typename T>
struct ChangeSpans {
  span<T> f;     ///< n.
  span<T> g;     ///< m.
  span<T> plan;  ///< n x m.
  span<T> map;   ///< n x dimension.
};

/// The changes that were asked for; the others are empty.
template <typename T>
struct Changes {
  std::vector<T> f, g, plan, map;
  LinearReport<T> report{};
};

/// An entry of a row of the plan.
template <typename T>
struct Entry {
  std::size_t column;
  T value;
};

namespace detail {

// Lengths of bundles; what a cost matrix has not (d = 0) is refused by the library.
struct Sizes {
  std::size_t n, m, d;

  template <typename S>
  bool fit(const S& s, Error& error) const noexcept {
    return (d == 0 || (fits_or_none("x", s.x.size(), n * d, error) && fits_or_none("y", s.y.size(), m * d, error))) &&
           fits_or_none("a", s.a.size(), n, error) && fits_or_none("b", s.b.size(), m, error) &&
           (s.cost.empty() || fits("cost", s.cost.size(), n * m, error));
  }

  template <typename S>
  bool results_fit(const S& s, Error& error) const noexcept {
    return fits_or_none("f", s.f.size(), n, error) && fits_or_none("g", s.g.size(), m, error) &&
           fits_or_none("plan", s.plan.size(), n * m, error) &&
           (d == 0 || fits_or_none("map", s.map.size(), n * d, error));
  }

  template <typename T>
  GradientSpans<T> room(Gradients<T>& made, In wanted) const {
    if (wanted & In::x) made.x.resize(n * d == 0 ? 1 : n * d);  // not empty: asked for
    if (wanted & In::y) made.y.resize(m * d == 0 ? 1 : m * d);
    if (wanted & In::a) made.a.resize(n);
    if (wanted & In::b) made.b.resize(m);
    if (wanted & In::cost) made.cost.resize(n * m);
    return {made.x, made.y, made.a, made.b, made.cost, wanted & In::epsilon ? &made.epsilon : nullptr};
  }
};

template <typename T>
typename Api<T>::gradients raw(const GradientSpans<T>& spans) noexcept {
  auto made = sized<typename Api<T>::gradients>();
  made.x = spans.x.data();
  made.y = spans.y.data();
  made.a = spans.a.data();
  made.b = spans.b.data();
  made.cost = spans.cost.data();
  made.epsilon = spans.epsilon;
  return made;
}

template <typename T>
typename Api<T>::tangent raw(const Tangent<T>& spans) noexcept {
  auto made = sized<typename Api<T>::tangent>();
  made.x = spans.x.data();
  made.y = spans.y.data();
  made.a = spans.a.data();
  made.b = spans.b.data();
  made.cost = spans.cost.data();
  made.epsilon = spans.epsilon;
  return made;
}

}  // namespace detail

/// A solved problem: potentials, plan, maps, derivatives. Made by solve and Solver::finish.
///
/// Lengths: f, a row of the plan's column and what is said to be n are n, and so on; another length is
/// Status::length, and names the argument. memory: scratch memory, detail in sinkhorn_derivatives_len_f64 and
/// SINKHORN_DERIVATIVES_LEN; allocated for the call where none is given.
template <typename T>
class Solution {
  using A = detail::Api<T>;
  using Handle = const typename A::solution;

 public:
  /// Of this header.
  Solution(detail::Session<T>&& session, Handle* handle, Status status) noexcept
      : session_(std::move(session)), handle_(handle), status_(status) {}

  /// Points on the first side.
  std::size_t n() const noexcept { return session_.problem.n; }
  /// Points on the second side.
  std::size_t m() const noexcept { return session_.problem.m; }
  /// Coordinates a point; 0 with a cost matrix.
  std::size_t dimension() const noexcept { return session_.problem.dimension; }
  /// How the solve ended: converged, sweep_limit, precision_floor or stopped.
  Status status() const noexcept { return status_; }
  /// Whether the threshold was reached.
  bool converged() const noexcept { return status_ == Status::converged; }
  /// f (n), in units of cost; empty where the solution is none any more.
  span<const T> f() const noexcept { return view(A::solution_f(handle_.get()), n()); }
  /// g (m).
  span<const T> g() const noexcept { return view(A::solution_g(handle_.get()), m()); }

  std::optional<Report<T>> try_report(Error& error) const noexcept {
    auto report = detail::sized<Report<T>>();
    return maybe(ask(error, A::solution_report, &report), report);
  }
  std::optional<T> try_entry(std::size_t i, std::size_t j, Error& error) const noexcept {
    T entry{};
    return maybe(ask(error, A::solution_entry, i, j, &entry), entry);
  }
  bool try_row(std::size_t i, span<T> row, Error& error) const noexcept {
    return detail::fits("row", row.size(), m(), error) && ask(error, A::solution_row, i, row.data());
  }
  bool try_plan(span<T> plan, Error& error) const noexcept {
    return detail::fits("plan", plan.size(), n() * m(), error) && ask(error, A::solution_plan, plan.data());
  }
  bool try_largest_in_row(std::size_t i, span<std::size_t> columns, span<T> entries, Error& error) const noexcept {
    return detail::fits("entries", entries.size(), columns.size(), error) &&
           ask(error, A::solution_largest_in_row, i, columns.size(), columns.data(), entries.data());
  }
  bool try_apply(span<const T> vector, span<T> product, Error& error) const noexcept {
    return detail::fits("vector", vector.size(), m(), error) && detail::fits("product", product.size(), n(), error) &&
           ask(error, A::solution_apply, vector.data(), product.data());
  }
  bool try_apply_transposed(span<const T> vector, span<T> product, Error& error) const noexcept {
    return detail::fits("vector", vector.size(), n(), error) && detail::fits("product", product.size(), m(), error) &&
           ask(error, A::solution_apply_transposed, vector.data(), product.data());
  }
  bool try_map(span<T> map, Error& error) const noexcept {
    return (dimension() == 0 || detail::fits("map", map.size(), n() * dimension(), error)) &&
           ask(error, A::solution_map, map.data());
  }
  bool try_map_at(span<const T> x, span<T> map, Error& error) const noexcept {
    return whole("x", x, error) && detail::fits("map", map.size(), x.size(), error) &&
           ask(error, A::solution_map_at, x.data(), count(x), map.data());
  }
  bool try_f_at(span<const T> x, span<T> f, Error& error) const noexcept {
    return whole("x", x, error) && detail::fits("f", f.size(), count(x), error) &&
           ask(error, A::solution_f_at, x.data(), count(x), f.data());
  }
  bool try_g_at(span<const T> y, span<T> g, Error& error) const noexcept {
    return whole("y", y, error) && detail::fits("g", g.size(), count(y), error) &&
           ask(error, A::solution_g_at, y.data(), count(y), g.data());
  }
  bool try_start_note(span<char> text, Error& error) const noexcept {
    return ask(error, A::solution_start_note, text.data(), text.size());
  }

  bool try_objective_gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings, Error& error,
                              span<T> memory = {}) const noexcept {
    const auto out = detail::raw(gradients);
    return sizes().fit(gradients, error) && differentiate(settings, memory, error, [&](span<T> work, auto* raw_error) {
      return A::objective_gradient(handle_.get(), &settings.raw(), work.data(), work.size(), &out, raw_error);
    });
  }
  std::optional<LinearReport<T>> try_vjp(const Cotangent<T>& cotangent, const GradientSpans<T>& gradients,
                                         const DerivativeSettings<T>& settings, Error& error,
                                         span<T> memory = {}) const noexcept {
    auto report = detail::sized<LinearReport<T>>();
    const auto out = detail::raw(gradients);
    auto in = detail::sized<typename A::cotangent>();
    in.f = cotangent.f.data();
    in.g = cotangent.g.data();
    in.plan = cotangent.plan.data();
    in.map = cotangent.map.data();
    detail::Calls<T> rows;
    if (cotangent.plan_rows) {
      rows.rows = cotangent.plan_rows;
      in.plan_rows = detail::Calls<T>::call_rows;
      in.plan_rows_data = &rows;
    }
    const bool good = sizes().results_fit(cotangent, error) && sizes().fit(gradients, error) &&
                      differentiate(settings, memory, error, [&](span<T> work, auto* raw_error) {
                        return A::vjp(handle_.get(), &settings.raw(), work.data(), work.size(), &in, &out, &report,
                                      raw_error);
                      });
    return maybe(good && rows.quiet(error), report);
  }
  std::optional<LinearReport<T>> try_jvp(const Tangent<T>& tangent, const ChangeSpans<T>& changes,
                                         const DerivativeSettings<T>& settings, Error& error,
                                         span<T> memory = {}) const noexcept {
    auto report = detail::sized<LinearReport<T>>();
    const auto in = detail::raw(tangent);
    auto out = detail::sized<typename A::changes>();
    out.f = changes.f.data();
    out.g = changes.g.data();
    out.plan = changes.plan.data();
    out.map = changes.map.data();
    const bool good = sizes().fit(tangent, error) && sizes().results_fit(changes, error) &&
                      differentiate(settings, memory, error, [&](span<T> work, auto* raw_error) {
                        return A::jvp(handle_.get(), &settings.raw(), work.data(), work.size(), &in, &out, &report,
                                      raw_error);
                      });
    return maybe(good, report);
  }
  std::optional<LinearReport<T>> try_objective_hvp(const Tangent<T>& tangent, const GradientSpans<T>& gradients,
                                                   const DerivativeSettings<T>& settings, Error& error,
                                                   span<T> memory = {}) const noexcept {
    auto report = detail::sized<LinearReport<T>>();
    const auto in = detail::raw(tangent);
    const auto out = detail::raw(gradients);
    const bool good = sizes().fit(tangent, error) && sizes().fit(gradients, error) &&
                      differentiate(settings, memory, error, [&](span<T> work, auto* raw_error) {
                        return A::objective_hvp(handle_.get(), &settings.raw(), work.data(), work.size(), &in, &out,
                                                &report, raw_error);
                      });
    return maybe(good, report);
  }

#if SINKHORN_HPP_THROWS_
  /// Numbers about the solve.
  Report<T> report() const { return *detail::or_throw([&](Error& e) { return try_report(e); }); }
  /// P_ij, for i < n and j < m.
  T entry(std::size_t i, std::size_t j) const {
    return *detail::or_throw([&](Error& e) { return try_entry(i, j, e); });
  }
  /// Row i of the plan (m).
  void row(std::size_t i, span<T> out) const { detail::or_throw([&](Error& e) { return try_row(i, out, e); }); }
  std::vector<T> row(std::size_t i) const { return made(m(), [&](span<T> out) { row(i, out); }); }
  /// The whole plan (n x m, row-major).
  void plan(span<T> out) const { detail::or_throw([&](Error& e) { return try_plan(out, e); }); }
  std::vector<T> plan() const { return made(n() * m(), [&](span<T> out) { plan(out); }); }
  /// The largest entries of row i, largest first, ties in the order of columns; 1 <= count <= m.
  std::vector<Entry<T>> largest_in_row(std::size_t i, std::size_t count) const {
    std::vector<std::size_t> columns(count);
    std::vector<T> entries(count);
    detail::or_throw([&](Error& e) { return try_largest_in_row(i, columns, entries, e); });
    std::vector<Entry<T>> out;
    out.reserve(count);
    for (std::size_t k = 0; k < count; k++) out.push_back({columns[k], entries[k]});
    return out;
  }
  /// P v (n), for a vector v (m).
  void apply(span<const T> vector, span<T> out) const {
    detail::or_throw([&](Error& e) { return try_apply(vector, out, e); });
  }
  std::vector<T> apply(span<const T> vector) const { return made(n(), [&](span<T> out) { apply(vector, out); }); }
  /// P^T w (m), for a vector w (n).
  void apply_transposed(span<const T> vector, span<T> out) const {
    detail::or_throw([&](Error& e) { return try_apply_transposed(vector, out, e); });
  }
  std::vector<T> apply_transposed(span<const T> vector) const {
    return made(m(), [&](span<T> out) { apply_transposed(vector, out); });
  }
  /// The barycentric projection of every x_i (n x dimension), sum_j P_ij y_j / sum_j P_ij. Points only.
  void map(span<T> out) const { detail::or_throw([&](Error& e) { return try_map(out, e); }); }
  std::vector<T> map() const { return made(points_room(n()), [&](span<T> out) { map(out); }); }
  /// The same at new points x (count x dimension).
  void map_at(span<const T> x, span<T> out) const {
    detail::or_throw([&](Error& e) { return try_map_at(x, out, e); });
  }
  std::vector<T> map_at(span<const T> x) const { return made(x.size(), [&](span<T> out) { map_at(x, out); }); }
  /// f (count) at new points x (count x dimension); at those of the problem it is f. Points only.
  void f_at(span<const T> x, span<T> out) const { detail::or_throw([&](Error& e) { return try_f_at(x, out, e); }); }
  std::vector<T> f_at(span<const T> x) const { return made(count(x), [&](span<T> out) { f_at(x, out); }); }
  /// g (count) at new points y (count x dimension).
  void g_at(span<const T> y, span<T> out) const { detail::or_throw([&](Error& e) { return try_g_at(y, out, e); }); }
  std::vector<T> g_at(span<const T> y) const { return made(count(y), [&](span<T> out) { g_at(y, out); }); }
  /// What the start has to say; "" mostly.
  std::string start_note() const {
    char text[256] = "";
    detail::or_throw([&](Error& e) { return try_start_note(text, e); });
    return text;
  }

  /// The gradient of the objective of the report in what is wanted: objective_gradient(In::x | In::epsilon).x.
  Gradients<T> objective_gradient(In wanted, const DerivativeSettings<T>& settings = {}) const {
    Gradients<T> out;
    objective_gradient(sizes().room(out, wanted), settings);
    return out;
  }
  void objective_gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings = {},
                          span<T> memory = {}) const {
    detail::or_throw([&](Error& e) { return try_objective_gradient(gradients, settings, e, memory); });
  }
  /// The gradient of a loss of potentials, plan and map, through the equations that they solve.
  Gradients<T> vjp(const Cotangent<T>& cotangent, In wanted, const DerivativeSettings<T>& settings = {}) const {
    Gradients<T> out;
    out.report = vjp(cotangent, sizes().room(out, wanted), settings);
    return out;
  }
  LinearReport<T> vjp(const Cotangent<T>& cotangent, const GradientSpans<T>& gradients,
                      const DerivativeSettings<T>& settings = {}, span<T> memory = {}) const {
    return *detail::or_throw([&](Error& e) { return try_vjp(cotangent, gradients, settings, e, memory); });
  }
  /// The changes of potentials, plan and map along a direction of the inputs, per unit of it.
  Changes<T> jvp(const Tangent<T>& tangent, Of wanted, const DerivativeSettings<T>& settings = {}) const {
    Changes<T> out;
    if (wanted & Of::f) out.f.resize(n());
    if (wanted & Of::g) out.g.resize(m());
    if (wanted & Of::plan) out.plan.resize(n() * m());
    if (wanted & Of::map) out.map.resize(points_room(n()));
    out.report = jvp(tangent, ChangeSpans<T>{out.f, out.g, out.plan, out.map}, settings);
    return out;
  }
  LinearReport<T> jvp(const Tangent<T>& tangent, const ChangeSpans<T>& changes,
                      const DerivativeSettings<T>& settings = {}, span<T> memory = {}) const {
    return *detail::or_throw([&](Error& e) { return try_jvp(tangent, changes, settings, e, memory); });
  }
  /// The change of the gradient of the objective along a direction, per unit of it: a product with the Hessian.
  Gradients<T> objective_hvp(const Tangent<T>& tangent, In wanted, const DerivativeSettings<T>& settings = {}) const {
    Gradients<T> out;
    out.report = objective_hvp(tangent, sizes().room(out, wanted), settings);
    return out;
  }
  LinearReport<T> objective_hvp(const Tangent<T>& tangent, const GradientSpans<T>& gradients,
                                const DerivativeSettings<T>& settings = {}, span<T> memory = {}) const {
    return *detail::or_throw([&](Error& e) { return try_objective_hvp(tangent, gradients, settings, e, memory); });
  }
#endif

 private:
  static span<const T> view(const T* data, std::size_t size) noexcept { return {data, data == nullptr ? 0 : size}; }

  template <typename V>
  static std::optional<V> maybe(bool good, const V& value) noexcept {
    return good ? std::optional<V>(value) : std::nullopt;
  }

  template <typename F>
  static std::vector<T> made(std::size_t size, F write) {
    std::vector<T> out(size);
    write(out);
    return out;
  }

  detail::Sizes sizes() const noexcept { return {n(), m(), dimension()}; }
  std::size_t count(span<const T> points) const noexcept {
    return dimension() == 0 ? points.size() : points.size() / dimension();
  }
  // Of what a matrix does not have, not empty: so that it is refused.
  std::size_t points_room(std::size_t points) const noexcept { return dimension() == 0 ? 1 : points * dimension(); }
  bool whole(const char* argument, span<const T> points, Error& error) const noexcept {
    return dimension() == 0 || points.size() % dimension() == 0 ||
           detail::refuse(error, Status::ragged, argument, 0,
                          "%s has %zu scalars, not a multiple of the dimension %zu", points.size(), dimension());
  }

  template <typename F, typename... Arguments>
  bool ask(Error& error, F function, Arguments... arguments) const noexcept {
    sinkhorn_error raw_error;
    return session_.good(function(handle_.get(), arguments..., &raw_error), raw_error, error);
  }

  template <typename F>
  bool differentiate(const DerivativeSettings<T>& settings, span<T> memory, Error& error, F call) const noexcept {
    std::unique_ptr<T[]> owned;
    span<T> work;
    const bool lent = detail::Session<T>::lend(owned, work, memory, error, [&](std::size_t* len, sinkhorn_error* raw) {
      return A::derivatives_len(&session_.problem, &settings.raw(), len, raw);
    });
    if (!lent) return false;
    sinkhorn_error raw_error;
    return session_.good(call(work, &raw_error), raw_error, error);
  }

  detail::Session<T> session_;
  detail::Handle<Handle> handle_;
  Status status_;
};

/// How far a solver is.
template <typename T>
struct Progress {
  std::uint32_t sweeps;  ///< Sweeps made.
  T epsilon;             ///< Of the next sweep.
  T marginal_error;      ///< That the last sweep measured; the largest finite number before the first.
};

/// A solve, sweep by sweep: step() or run(), then finish().
template <typename T>
class Solver {
  using A = detail::Api<T>;

 public:
  /// Begins a solve: runs the start, and no sweep. memory: as that of solve.
  static std::optional<Solver> try_new(const Problem<T>& problem, const Settings<T>& settings, Error& error,
                                       span<T> memory = {}) noexcept {
    Solver made;
    if (!made.session_.prepare(problem, settings, A::workspace_len, memory, error)) return std::nullopt;
    made.session_.stop_where_cost_throws();
    auto& session = made.session_;
    typename A::solver* handle = nullptr;
    sinkhorn_error raw_error;
    const auto status = A::solver_new(&session.problem, &session.settings, session.memory.data(),
                                      session.memory.size(), &handle, &raw_error);
    if (!session.good(status, raw_error, error)) return std::nullopt;
    made.handle_.reset(handle);
    return std::optional<Solver>(std::move(made));
  }
  /// One sweep. running while there is more to do; then converged, sweep_limit or precision_floor.
  std::optional<Status> try_step(Error& error) noexcept { return told(A::solver_step(handle_.get()), error); }
  std::optional<Status> try_run(Error& error) noexcept { return told(A::solver_run(handle_.get()), error); }
  std::optional<Progress<T>> try_progress(Error& error) const noexcept {
    Progress<T> progress{};
    const auto status =
        A::solver_progress(handle_.get(), &progress.sweeps, &progress.epsilon, &progress.marginal_error);
    return told(status, error) ? std::optional<Progress<T>>(progress) : std::nullopt;
  }
  std::optional<Solution<T>> try_finish(Error& error) noexcept {
    const typename A::solution* solution = nullptr;
    sinkhorn_error raw_error;
    const auto status = A::solver_finish(handle_.get(), &solution, nullptr, &raw_error);
    if (status >= 0) handle_.reset();
    if (!session_.good(status, raw_error, error)) return std::nullopt;
    return Solution<T>(std::move(session_), solution, static_cast<Status>(status));
  }

#if SINKHORN_HPP_THROWS_
  /// As try_new.
  explicit Solver(const Problem<T>& problem, const Settings<T>& settings = {}, span<T> memory = {})
      : Solver(*detail::or_throw([&](Error& e) { return try_new(problem, settings, e, memory); })) {}
  Status step() { return *detail::or_throw([&](Error& e) { return try_step(e); }); }
  /// Sweeps until the solve ends, or the observer stops it.
  Status run() { return *detail::or_throw([&](Error& e) { return try_run(e); }); }
  Progress<T> progress() const { return *detail::or_throw([&](Error& e) { return try_progress(e); }); }
  /// Measures the present potentials. The solver becomes the solution, and is none any more.
  Solution<T> finish() { return *detail::or_throw([&](Error& e) { return try_finish(e); }); }
#endif

 private:
  Solver() noexcept = default;

  std::optional<Status> told(sinkhorn_status status, Error& error) const noexcept {
    sinkhorn_error raw_error{status, "solver", detail::none, detail::none, 0, ""};
    std::snprintf(raw_error.message, sizeof raw_error.message, "solver: %s", sinkhorn_status_text(status));
    return session_.good(status, raw_error, error) ? std::optional<Status>(static_cast<Status>(status)) : std::nullopt;
  }

  detail::Session<T> session_;
  detail::Handle<typename A::solver> handle_;
};

/// Scalars of memory that solve and Solver need.
template <typename T>
std::optional<std::size_t> try_workspace_len(const Problem<T>& problem, const detail::same<Settings<T>>& settings,
                                             Error& error) noexcept {
  detail::Session<T> session;
  std::size_t len = 0;
  sinkhorn_error raw_error;
  if (!session.describe(problem, settings, error)) return std::nullopt;
  const auto status = detail::Api<T>::workspace_len(&session.problem, &session.settings, &len, &raw_error);
  return session.good(status, raw_error, error) ? std::optional<std::size_t>(len) : std::nullopt;
}

/// The twin of solve.
template <typename T>
std::optional<Solution<T>> try_solve(const Problem<T>& problem, const detail::same<Settings<T>>& settings,
                                     Error& error, detail::same<span<T>> memory = {}) noexcept {
  using A = detail::Api<T>;
  detail::Session<T> session;
  if (!session.prepare(problem, settings, A::workspace_len, memory, error)) return std::nullopt;
  session.stop_where_cost_throws();
  const typename A::solution* handle = nullptr;
  sinkhorn_error raw_error;
  const auto status = A::solve(&session.problem, &session.settings, session.memory.data(), session.memory.size(),
                               &handle, nullptr, &raw_error);
  if (!session.good(status, raw_error, error)) return std::nullopt;
  return Solution<T>(std::move(session), handle, static_cast<Status>(status));
}

/// The Sinkhorn divergence of two measures, S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2 + epsilon (sum a - sum
/// b)^2 / 2. Made by divergence.
template <typename T>
class Divergence {
  using A = detail::Api<T>;
  using Handle = const typename A::divergence;

 public:
  /// Of this header.
  Divergence(detail::Session<T>&& session, Handle* handle, T value, Status status) noexcept
      : session_(std::move(session)), handle_(handle), value_(value), status_(status) {}

  /// The divergence.
  T value() const noexcept { return value_; }
  /// converged where all three problems have, else how the first ended that has not.
  Status status() const noexcept { return status_; }

  std::optional<Report<T>> try_report(Term term, Error& error) const noexcept {
    auto report = detail::sized<Report<T>>();
    sinkhorn_error raw_error;
    const auto status =
        A::divergence_report(handle_.get(), static_cast<sinkhorn_term>(term), &report, &raw_error);
    return session_.good(status, raw_error, error) ? std::optional<Report<T>>(report) : std::nullopt;
  }
  bool try_gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings, Error& error,
                    span<T> memory = {}) const noexcept {
    if (!sizes().fit(gradients, error)) return false;
    std::unique_ptr<T[]> owned;
    span<T> work;
    const bool lent = detail::Session<T>::lend(owned, work, memory, error, [&](std::size_t* len, sinkhorn_error* raw) {
      return A::divergence_gradient_len(&session_.problem, &settings.raw(), len, raw);
    });
    if (!lent) return false;
    const auto out = detail::raw(gradients);
    sinkhorn_error raw_error;
    const auto status = A::divergence_gradient(handle_.get(), &settings.raw(), work.data(), work.size(), &out,
                                               &raw_error);
    return session_.good(status, raw_error, error);
  }

#if SINKHORN_HPP_THROWS_
  /// Numbers about one of the three solves.
  Report<T> report(Term term) const { return *detail::or_throw([&](Error& e) { return try_report(term, e); }); }
  /// The gradient in what is wanted; in cost: in the costs between the measures.
  Gradients<T> gradient(In wanted, const DerivativeSettings<T>& settings = {}) const {
    Gradients<T> out;
    gradient(sizes().room(out, wanted), settings);
    return out;
  }
  void gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings = {},
                span<T> memory = {}) const {
    detail::or_throw([&](Error& e) { return try_gradient(gradients, settings, e, memory); });
  }
#endif

 private:
  detail::Sizes sizes() const noexcept {
    return {session_.problem.n, session_.problem.m, session_.problem.dimension};
  }

  detail::Session<T> session_;
  detail::Handle<Handle> handle_;
  T value_;
  Status status_;
};

/// The twin of divergence.
template <typename T>
std::optional<Divergence<T>> try_divergence(const Problem<T>& problem, const detail::same<Settings<T>>& settings,
                                            Error& error, detail::same<span<T>> memory = {}) noexcept {
  using A = detail::Api<T>;
  detail::Session<T> session;
  if (!session.prepare(problem, settings, A::divergence_len, memory, error)) return std::nullopt;
  const auto& raw = session.problem;
  if (!detail::fits_or_none("cost_within_x", session.within_x.size(), raw.n * raw.n, error) ||
      !detail::fits_or_none("cost_within_y", session.within_y.size(), raw.m * raw.m, error)) {
    return std::nullopt;
  }
  const typename A::divergence* handle = nullptr;
  T value{};
  sinkhorn_error raw_error;
  const auto status = A::divergence_new(&raw, session.within_x.data(), session.within_y.data(), &session.settings,
                                        session.memory.data(), session.memory.size(), &value, &handle, &raw_error);
  if (!session.good(status, raw_error, error)) return std::nullopt;
  return Divergence<T>(std::move(session), handle, value, static_cast<Status>(status));
}

template <typename T>
class Soft;

/// How soft to be, and how to solve: sinkhorn_soft_settings_f64. Functions that set something return the settings.
template <typename T = double>
class SoftSettings {
 public:
  /// The regularisation, of values and levels of mean 0 and standard deviation 1; 0.01 if not set.
  SoftSettings& epsilon(T value) noexcept { return epsilon_ = value, *this; }
  /// Values are taken as they are, and not standardised.
  SoftSettings& keep_scale(bool keep = true) noexcept { return keep_scale_ = keep, *this; }
  /// Where the solve begins.
  SoftSettings& start(SoftStart chosen) noexcept { return start_ = chosen, *this; }
  /// Says what the levels of quantiles mean; Hazen's convention if not set.
  SoftSettings& quantiles(QuantileConvention chosen) noexcept { return quantiles_ = chosen, *this; }
  /// Weights of the values (n), of any positive sum; equal if not set.
  SoftSettings& weights(span<const T> weights) noexcept { return weights_ = weights, weighted_ = true, *this; }
  /// The solve, without start, potentials and observer.
  SoftSettings& solve(const Settings<T>& settings) noexcept { return solve_ = settings, *this; }
  /// Its derivatives.
  SoftSettings& differentiation(const DerivativeSettings<T>& settings) noexcept {
    return differentiation_ = settings, *this;
  }

 private:
  template <typename U>
  friend class Soft;

  T epsilon_ = T(0);
  bool keep_scale_ = false, weighted_ = false;
  SoftStart start_ = SoftStart::monotone;
  QuantileConvention quantiles_ = QuantileConvention::hazen;
  span<const T> weights_;
  Settings<T> solve_;
  DerivativeSettings<T> differentiation_;
};

/// The gradient of a loss of a soft operator.
template <typename T>
struct SoftGradient {
  std::vector<T> values, weights;  ///< n each; weights empty where they were not wanted.
  LinearReport<T> report{};
};

/// A soft operator after its solve: the output, and its derivative. Made by soft_sort, soft_rank, soft_quantile and
/// soft_top_k. Values, levels and weights need not outlive it. memory: sinkhorn_soft_len_f64, and the output behind.
template <typename T>
class Soft {
  using A = detail::Api<T>;

 public:
  /// What the operator computed; length m, n, count or n.
  span<const T> output() const noexcept { return handle_ == nullptr ? span<const T>() : span<const T>(output_); }
  /// Numbers about the solve.
  const Report<T>& report() const noexcept { return report_; }
  /// How the solve ended.
  Status status() const noexcept { return static_cast<Status>(report_.status); }

  /// cotangent: as long as the output; in_values: n; in_weights: n, or empty where they are not wanted.
  std::optional<LinearReport<T>> try_vjp(span<const T> cotangent, span<T> in_values, span<T> in_weights,
                                         Error& error) noexcept {
    auto report = detail::sized<LinearReport<T>>();
    sinkhorn_error raw_error;
    if (!detail::fits("cotangent", cotangent.size(), output_.size(), error) ||
        !detail::fits("in_values", in_values.size(), n_, error) ||
        !detail::fits_or_none("in_weights", in_weights.size(), n_, error)) {
      return std::nullopt;
    }
    const auto status = A::soft_vjp(handle_.get(), cotangent.data(), cotangent.size(), in_values.data(),
                                    in_weights.data(), &report, &raw_error);
    return session_.good(status, raw_error, error) ? std::optional<LinearReport<T>>(report) : std::nullopt;
  }

#if SINKHORN_HPP_THROWS_
  /// The gradient of a loss in values and weights, given what it is worth in the output.
  SoftGradient<T> vjp(span<const T> cotangent, bool in_weights = false) {
    SoftGradient<T> out;
    out.values.resize(n_);
    if (in_weights) out.weights.resize(n_);
    out.report = vjp(cotangent, out.values, out.weights);
    return out;
  }
  LinearReport<T> vjp(span<const T> cotangent, span<T> in_values, span<T> in_weights = {}) {
    return *detail::or_throw([&](Error& e) { return try_vjp(cotangent, in_values, in_weights, e); });
  }
#endif

  /// Of this header: levels and outputs are the lengths of both; operate calls the library.
  template <typename F>
  static std::optional<Soft> make(span<const T> values, std::size_t levels, std::size_t outputs,
                                  const SoftSettings<T>& settings, Error& error, span<T> memory, F operate) noexcept {
    Soft made;
    auto& session = made.session_;
    if (settings.weighted_ && !detail::fits("weights", settings.weights_.size(), values.size(), error)) {
      return std::nullopt;
    }
    session.settings = detail::Session<T>::raw(settings.solve_, nullptr);
    auto raw = detail::sized<typename A::soft_settings>();
    raw.solve = &session.settings;
    raw.differentiation = &settings.differentiation_.raw();
    raw.epsilon = settings.epsilon_;
    raw.keep_scale = settings.keep_scale_ ? 1 : 0;
    raw.start = static_cast<sinkhorn_soft_start>(settings.start_);
    raw.quantiles = static_cast<sinkhorn_quantile_convention>(settings.quantiles_);
    std::size_t len = 0;
    sinkhorn_error raw_error;
    if (A::soft_len(values.size(), levels, &raw, &len, &raw_error) < 0) {
      detail::refuse(error, raw_error);
      return std::nullopt;
    }
    if (memory.empty()) {
      session.owned = detail::allocate<T>(len + outputs, error);
      if (session.owned == nullptr) return std::nullopt;
      memory = {session.owned.get(), len + outputs};
    } else if (memory.size() < len + outputs) {
      detail::refuse(error, Status::workspace, "workspace", static_cast<double>(len + outputs),
                     "%s holds %zu scalars where %zu are needed", memory.size(), len + outputs);
      return std::nullopt;
    }
    made.n_ = values.size();
    made.output_ = {memory.data() + len, outputs};
    made.report_ = detail::sized<Report<T>>();
    typename A::soft* handle = nullptr;
    const T* const weights = settings.weighted_ ? settings.weights_.data() : nullptr;
    const auto status =
        operate(weights, &raw, memory.data(), len, made.output_.data(), &handle, &made.report_, &raw_error);
    if (!session.good(status, raw_error, error)) return std::nullopt;
    made.handle_.reset(handle);
    return std::optional<Soft>(std::move(made));
  }

 private:
  Soft() noexcept = default;

  detail::Session<T> session_;
  detail::Handle<typename A::soft> handle_;
  span<T> output_;
  std::size_t n_ = 0;
  Report<T> report_{};
};

/// The twin of soft_sort.
template <typename T = double>
std::optional<Soft<T>> try_soft_sort(detail::same<span<const T>> values, std::size_t m,
                                     const detail::same<SoftSettings<T>>& settings, Error& error,
                                     detail::same<span<T>> memory = {}) noexcept {
  if (m == 0) m = values.size();
  return Soft<T>::make(values, m, m, settings, error, memory,
                       [&](const T* w, auto* s, T* work, std::size_t len, T* out, auto* soft, auto* report, auto* e) {
                         return detail::Api<T>::soft_sort(values.data(), w, values.size(), s, work, len, out, m, soft,
                                                          report, e);
                       });
}
/// The twin of soft_rank.
template <typename T = double>
std::optional<Soft<T>> try_soft_rank(detail::same<span<const T>> values,
                                     const detail::same<SoftSettings<T>>& settings, Error& error,
                                     detail::same<span<T>> memory = {}) noexcept {
  return Soft<T>::make(values, values.size(), values.size(), settings, error, memory,
                       [&](const T* w, auto* s, T* work, std::size_t len, T* out, auto* soft, auto* report, auto* e) {
                         return detail::Api<T>::soft_rank(values.data(), w, values.size(), s, work, len, out, soft,
                                                          report, e);
                       });
}
/// The twin of soft_quantile.
template <typename T = double>
std::optional<Soft<T>> try_soft_quantile(detail::same<span<const T>> values, detail::same<span<const T>> levels,
                                         const detail::same<SoftSettings<T>>& settings, Error& error,
                                         detail::same<span<T>> memory = {}) noexcept {
  return Soft<T>::make(values, 2 * levels.size() + 1, levels.size(), settings, error, memory,
                       [&](const T* w, auto* s, T* work, std::size_t len, T* out, auto* soft, auto* report, auto* e) {
                         return detail::Api<T>::soft_quantile(values.data(), w, values.size(), levels.data(), s, work,
                                                              len, out, levels.size(), soft, report, e);
                       });
}
/// The twin of soft_top_k.
template <typename T = double>
std::optional<Soft<T>> try_soft_top_k(detail::same<span<const T>> values, detail::same<T> k,
                                      const detail::same<SoftSettings<T>>& settings, Error& error,
                                      detail::same<span<T>> memory = {}) noexcept {
  return Soft<T>::make(values, 2, values.size(), settings, error, memory,
                       [&](const T* w, auto* s, T* work, std::size_t len, T* out, auto* soft, auto* report, auto* e) {
                         return detail::Api<T>::soft_top_k(values.data(), w, values.size(), k, s, work, len, out, soft,
                                                           report, e);
                       });
}

/// What became of the problems of a batch, in their order. Made by solve_batch.
template <typename T>
class Batch {
  using A = detail::Api<T>;

 public:
  /// Problems.
  std::size_t size() const noexcept { return size_; }
  /// How problem k ended; negative: error(k) says what was wrong.
  Status status(std::size_t k) const noexcept { return static_cast<Status>(reports_[k].status); }
  /// Numbers about the solve of problem k.
  const Report<T>& report(std::size_t k) const noexcept { return reports_[k]; }
  /// f of problem k; empty where it could not be solved.
  span<const T> f(std::size_t k) const noexcept { return part(f_.get(), rows_[k], rows_[k + 1], k); }
  /// g of problem k.
  span<const T> g(std::size_t k) const noexcept { return part(g_.get(), columns_[k], columns_[k + 1], k); }
  /// What was wrong with problem k; of status ok where nothing was.
  Error error(std::size_t k) const {
    Error made;
    if (reports_[k].status < 0) detail::refuse(made, errors_[k]);
    return made;
  }

  /// Of this header.
  static std::optional<Batch> make(span<const Problem<T>> problems, const Settings<T>& settings, Error& error,
                                   span<T> memory) noexcept {
    const std::size_t count = problems.size();
    Batch made;
    made.size_ = count;
    detail::Session<T> session;
    auto raws = detail::allocate<typename A::problem>(count, error);
    auto calls = detail::allocate<detail::Calls<T>>(count, error);
    auto bad = detail::allocate<Error>(count, error);
    made.rows_ = detail::allocate<std::size_t>(count + 1, error);
    made.columns_ = detail::allocate<std::size_t>(count + 1, error);
    made.reports_ = detail::allocate<Report<T>>(count, error);
    made.errors_ = detail::allocate<sinkhorn_error>(count, error);
    if (!raws || !calls || !bad || !made.rows_ || !made.columns_ || !made.reports_ || !made.errors_) {
      return std::nullopt;
    }
    if (!session.take_calls(nullptr, settings, error)) return std::nullopt;
    session.settings = detail::Session<T>::raw(settings, session.calls.get());
    made.rows_[0] = made.columns_[0] = 0;
    for (std::size_t k = 0; k < count; k++) {
      raws[k] = detail::Session<T>::raw(problems[k], &calls[k]);
      detail::Session<T>::copy_calls(problems[k], calls[k]);
      if (!problems[k].try_check(bad[k])) raws[k].x = raws[k].y = raws[k].cost = nullptr;  // refused again by C
      made.rows_[k + 1] = made.rows_[k] + raws[k].n;
      made.columns_[k + 1] = made.columns_[k] + raws[k].m;
    }
    const std::size_t n = made.rows_[count], m = made.columns_[count];
    if (!detail::Session<T>::settings_fit(settings, n, m, error)) return std::nullopt;
    const bool lent = detail::Session<T>::lend(
        session.owned, session.memory, memory, error, [&](std::size_t* len, sinkhorn_error* raw_error) {
          return A::batch_len(raws.get(), count, &session.settings, len, raw_error);
        });
    if (!lent) return std::nullopt;
    made.f_ = detail::allocate<T>(n, error);
    made.g_ = detail::allocate<T>(m, error);
    if (!made.f_ || !made.g_) return std::nullopt;
    if (count > 0) made.reports_[0].struct_size = sizeof(Report<T>);
    sinkhorn_error raw_error;
    const auto status =
        A::solve_batch(raws.get(), count, &session.settings, session.memory.data(), session.memory.size(),
                       made.f_.get(), made.g_.get(), made.reports_.get(), made.errors_.get(), &raw_error);
    if (!session.good(status, raw_error, error)) return std::nullopt;
    for (std::size_t k = 0; k < count; k++) {
      if (!calls[k].quiet(error)) return std::nullopt;
      if (bad[k].status() == Status::ok) continue;
      made.errors_[k] = detail::raw_of(bad[k]);
      made.reports_[k].status = made.errors_[k].status;
    }
    return std::optional<Batch>(std::move(made));
  }

 private:
  Batch() noexcept = default;

  span<const T> part(const T* all, std::size_t first, std::size_t end, std::size_t k) const noexcept {
    return reports_[k].status < 0 ? span<const T>() : span<const T>(all + first, end - first);
  }

  std::size_t size_ = 0;
  std::unique_ptr<std::size_t[]> rows_, columns_;
  std::unique_ptr<Report<T>[]> reports_;
  std::unique_ptr<sinkhorn_error[]> errors_;
  std::unique_ptr<T[]> f_, g_;
};

/// The twin of solve_batch.
template <typename T = double>
std::optional<Batch<T>> try_solve_batch(detail::same<span<const Problem<T>>> problems,
                                        const detail::same<Settings<T>>& settings, Error& error,
                                        detail::same<span<T>> memory = {}) noexcept {
  return Batch<T>::make(problems, settings, error, memory);
}

#if SINKHORN_HPP_THROWS_
/// Scalars of memory that solve and Solver need; SINKHORN_WORKSPACE_LEN at compile time.
template <typename T>
std::size_t workspace_len(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {}) {
  return *detail::or_throw([&](Error& e) { return try_workspace_len(problem, settings, e); });
}
/// Solves a problem. memory: workspace_len scalars or more, for as long as the solution; else it owns its own.
template <typename T>
Solution<T> solve(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {},
                  detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_solve(problem, settings, e, memory); });
}
/// The Sinkhorn divergence between the measures of a problem. Of a matrix: set Problem::costs_within.
template <typename T>
Divergence<T> divergence(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {},
                         detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_divergence(problem, settings, e, memory); });
}
/// Soft sorting: values (n) in increasing order, or means of m equal shares of them. m: 0 for n.
template <typename T = double>
Soft<T> soft_sort(detail::same<span<const T>> values, std::size_t m = 0,
                  const detail::same<SoftSettings<T>>& settings = {}, detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_soft_sort<T>(values, m, settings, e, memory); });
}
/// Soft ranks (n): 0 for the smallest value, n - 1 for the largest.
template <typename T = double>
Soft<T> soft_rank(detail::same<span<const T>> values, const detail::same<SoftSettings<T>>& settings = {},
                  detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_soft_rank<T>(values, settings, e, memory); });
}
/// Soft quantiles at levels in [0, 1], in any order.
template <typename T = double>
Soft<T> soft_quantile(detail::same<span<const T>> values, detail::same<span<const T>> levels,
                      const detail::same<SoftSettings<T>>& settings = {}, detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_soft_quantile<T>(values, levels, settings, e, memory); });
}
/// For every value (n) the share of it that is among the k largest; 0 < k < n.
template <typename T = double>
Soft<T> soft_top_k(detail::same<span<const T>> values, detail::same<T> k,
                   const detail::same<SoftSettings<T>>& settings = {}, detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_soft_top_k<T>(values, k, settings, e, memory); });
}
/// Solves many problems of any sizes, as many at a time as the settings have threads; potentials of a warm start lie
/// one after the other. A problem that cannot be solved is told in the batch, and the others are solved.
template <typename T = double>
Batch<T> solve_batch(detail::same<span<const Problem<T>>> problems, const detail::same<Settings<T>>& settings = {},
                     detail::same<span<T>> memory = {}) {
  return *detail::or_throw([&](Error& e) { return try_solve_batch<T>(problems, settings, e, memory); });
}
#endif

}  // namespace SINKHORN_HPP_NAMESPACE_
}  // namespace sinkhorn

#undef SINKHORN_HPP_NAMESPACE_
#undef SINKHORN_HPP_THROWS_

#endif  // SINKHORN_HPP
