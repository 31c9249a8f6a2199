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

/// What is done between two sweeps to need fewer of them; Anderson by default.
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

/// Gradients that are wanted, to be joined by |: in points, weights, costs and epsilon.
enum class In : unsigned { x = 1, y = 2, a = 4, b = 8, cost = 16, epsilon = 32 };
constexpr In operator|(In p, In q) noexcept { return static_cast<In>(static_cast<unsigned>(p) | static_cast<unsigned>(q)); }
constexpr bool operator&(In p, In q) noexcept { return (static_cast<unsigned>(p) & static_cast<unsigned>(q)) != 0; }

/// Changes that are wanted, to be joined by |: of potentials, plan and map.
enum class Of : unsigned { f = 1, g = 2, plan = 4, map = 8 };
constexpr Of operator|(Of p, Of q) noexcept { return static_cast<Of>(static_cast<unsigned>(p) | static_cast<unsigned>(q)); }
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
  sinkhorn_error raw_{SINKHORN_OK, "", detail::none, detail::none, 0, ""};
  std::exception_ptr cause_;
};

namespace detail {

inline bool refuse(Error& error, const sinkhorn_error& raw, std::exception_ptr cause) noexcept {
  error.raw_ = raw;
  error.cause_ = std::move(cause);
  return false;
}

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
auto start_of(Start start) noexcept -> decltype(&Api<T>::start_auto) = delete;

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
    of(data).guarded(0, [&](Calls& calls) { return calls.rows(i, first, {row, count}), 0; });
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
  Problem& cost(Cost chosen) noexcept { return raw_.ground_cost = static_cast<sinkhorn_cost>(chosen), *this; }
  /// (sum_k |x_k - y_k|^p)^(1/p), p >= 1; infinity is the largest difference.
  Problem& p_norm(T p) noexcept { return raw_.ground_cost = SINKHORN_COST_P_NORM, raw_.p = p, *this; }
  /// A cost of your own, finite, and its gradient, where derivatives in points are wanted. Both must outlive what is
  /// made of the problem.
  Problem& cost_function(CostFunction<T> function, CostGradient<T> gradient = {}) noexcept {
    return raw_.ground_cost = SINKHORN_COST_CUSTOM, function_ = function, gradient_ = gradient, *this;
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

  bool take_calls(const Problem<T>* given, const Settings<T>& chosen, Error& error) noexcept {
    const bool of_problem = given != nullptr && has_calls(*given);
    if (!of_problem && !chosen.observer_ && !chosen.function_) return true;
    calls.reset(new (std::nothrow) Calls<T>());
    if (calls == nullptr) return refuse_memory(error, sizeof(Calls<T>) / sizeof(T));
    if (of_problem) calls->cost = given->function_, calls->gradient = given->gradient_;
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
