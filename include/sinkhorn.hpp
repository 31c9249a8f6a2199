/*
 * sinkhorn in C++: entropic optimal transport whose solver starts near the answer.
 *
 *   const std::vector<double> x = {0.0, 0.0, 1.0, 0.2, 0.4, 1.5}, y = {2.0, 1.0, 3.0, 1.5};  // points in the plane
 *   const auto problem = sinkhorn::Problem<double>::points(x, y, 2).epsilon(0.1);
 *   const auto settings = sinkhorn::Settings<double>().start(sinkhorn::Start::automatic);
 *   const auto solution = sinkhorn::solve(problem, settings).value();
 *   std::cout << solution.report().objective << ' ' << solution.entry(0, 1).value() << '\n';
 *
 * A header over sinkhorn.h, whose documentation holds here too; C++17, no dependency. T is double or float.
 *
 * Errors: what can fail returns a Result. Its value() is the value, or throws the Error; a program without exceptions
 * asks the Result first (if (result)) and reads its error(). Functions themselves do not throw. Callables may: the call
 * ends, and value() throws what they threw; a Solver is then not to be used any more.
 *
 * Data: problems, settings and bundles of spans are views. Arrays, matrices and callables must outlive what was made
 * of them (a Solution needs x, y, weights and the cost function). A temporary that owns its entries does not compile.
 * Matrices are row-major. A matrix of Eigen or a std::mdspan is taken by its own order: see span.
 *
 * Memory: what solves owns its workspace, or works in memory that is lent to it as the last argument. Then nothing is
 * allocated, except by starts that say so and, if there are callables, one small block. An empty span means "not
 * given" if an argument is optional. Objects move and are not copied; C refuses what was moved from with
 * Status::null_pointer.
 *
 * Threads: const functions may be called from several threads at once; so are callables, if threads are asked for.
 */

#ifndef SINKHORN_HPP
#define SINKHORN_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
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

/// How a call ended: the SINKHORN_ constants. A negative one means a bad call. Compares with the status of a report.
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
  infeasible = SINKHORN_ERROR_INFEASIBLE,
  exception = INT32_MIN,      ///< Of this header: a callable threw Error::cause().
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

/// The divisor of costs: one, their mean or standard deviation under a x b, or the largest absolute cost.
enum class Scale : std::int32_t {
  one = SINKHORN_SCALE_ONE,
  mean = SINKHORN_SCALE_MEAN,
  standard_deviation = SINKHORN_SCALE_STD,
  max = SINKHORN_SCALE_MAX,
};

/// The order of a cost matrix in memory.
enum class Order : std::int32_t { row_major = SINKHORN_ORDER_ROW_MAJOR, column_major = SINKHORN_ORDER_COLUMN_MAJOR };

/// A way to need fewer sweeps; automatic by default.
enum class Acceleration : std::int32_t {
  automatic = SINKHORN_ACCELERATION_DEFAULT,
  plain = SINKHORN_ACCELERATION_PLAIN,
  relaxation = SINKHORN_ACCELERATION_RELAXATION,
  adaptive_relaxation = SINKHORN_ACCELERATION_ADAPTIVE_RELAXATION,
  anderson = SINKHORN_ACCELERATION_ANDERSON,
};

/// The memory between sweeps: nothing (by default), costs, the kernel, or what is fastest within a budget.
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

/// The potentials that a solve begins from: the sinkhorn_start_ functions of sinkhorn.h. Zero is the default, as in C.
enum class Start {
  zero, automatic, monotone, dual_sort, gaussian, gaussian_unregularised, mixture, coarse, subsample
};

/// The potentials that a start function has written. Anything negative is a Status with which the solve then fails.
enum class Wrote : std::int32_t { f = SINKHORN_WROTE_F, g = SINKHORN_WROTE_G, both = SINKHORN_WROTE_BOTH };

/// One of the three problems of a divergence.
enum class Term : std::int32_t {
  between = SINKHORN_TERM_BETWEEN,
  within_x = SINKHORN_TERM_WITHIN_X,
  within_y = SINKHORN_TERM_WITHIN_Y,
};

/// The potentials that soft operators begin from.
enum class SoftStart : std::int32_t { monotone = SINKHORN_SOFT_START_MONOTONE, zero = SINKHORN_SOFT_START_ZERO };
/// A convention says which quantile a level means.
enum class QuantileConvention : std::int32_t { hazen = SINKHORN_QUANTILE_HAZEN, linear = SINKHORN_QUANTILE_LINEAR };

/// Gradients that are wanted, joined by |: in points, weights, costs and epsilon.
enum class In : unsigned { x = 1, y = 2, a = 4, b = 8, cost = 16, epsilon = 32 };
/// Changes that are wanted, joined by |: of potentials, plan and map.
enum class Of : unsigned { f = 1, g = 2, plan = 4, map = 8 };

template <typename E, typename = std::enable_if_t<std::is_same_v<E, In> || std::is_same_v<E, Of>>>
constexpr E operator|(E p, E q) noexcept {
  return static_cast<E>(static_cast<unsigned>(p) | static_cast<unsigned>(q));
}
template <typename E, typename = std::enable_if_t<std::is_same_v<E, In> || std::is_same_v<E, Of>>>
constexpr bool operator&(E p, E q) noexcept {
  return (static_cast<unsigned>(p) & static_cast<unsigned>(q)) != 0;
}

template <typename T>
class span;

namespace detail {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// What a type says about the order of its entries.
enum class Kind { array, by_rows, by_columns, at_run_time, unknown };

// Where the entries of a matrix lie; an array is a matrix of one column.
template <typename E, Kind known>
struct Layout {
  static constexpr Kind kind = known;
  using entry = E;

  E* data;
  std::size_t rows, columns, row_stride, column_stride;

  constexpr bool by_rows() const noexcept {
    return rows == 0 || columns == 0 || ((columns == 1 || column_stride == 1) && (rows == 1 || row_stride == columns));
  }
  constexpr Layout transposed() const noexcept { return {data, columns, rows, column_stride, row_stride}; }
};

// Types are told by their members, so that this header includes none of theirs. The largest rank that fits is chosen.
template <int n>
struct Rank : Rank<n - 1> {};
template <>
struct Rank<0> {};

// The order of a std::mdspan: that of a mapping without extents.
template <typename C, std::size_t column_stride = typename C::mapping_type{}.stride(1)>
constexpr Kind kind_of(Rank<1>) noexcept {
  return column_stride == 1 ? Kind::at_run_time : Kind::by_columns;
}
template <typename C>
constexpr Kind kind_of(Rank<0>) noexcept {
  return Kind::at_run_time;
}

// A matrix, vector or array of Eigen, or a view of one.
template <typename C, bool vector = bool(C::IsVectorAtCompileTime), bool by_rows = bool(C::IsRowMajor),
          typename E = std::remove_pointer_t<decltype(std::declval<C&>().data())>>
constexpr auto layout(C& m, Rank<2>) noexcept
    -> Layout<E, vector ? Kind::array : by_rows ? Kind::by_rows : Kind::by_columns> {
  const auto rows = static_cast<std::size_t>(m.rows()), columns = static_cast<std::size_t>(m.cols());
  const auto inner = static_cast<std::size_t>(m.innerStride()), outer = static_cast<std::size_t>(m.outerStride());
  if constexpr (vector) return {m.data(), rows * columns, 1, inner, 1};
  else if constexpr (by_rows) return {m.data(), rows, columns, outer, inner};
  else return {m.data(), rows, columns, inner, outer};
}
// A std::mdspan whose entries are what its pointer points to.
template <typename C, typename E = typename C::element_type, std::size_t rank = C::rank(),
          typename = std::enable_if_t<(rank == 1 || rank == 2) && std::is_same_v<typename C::reference, E&> &&
                                      std::is_same_v<typename C::data_handle_type, E*>>>
constexpr auto layout(C& m, Rank<1>) noexcept
    -> Layout<E, rank == 1 ? Kind::array : kind_of<C>(Rank<rank == 2>())> {
  const auto rows = static_cast<std::size_t>(m.extent(0)), stride = static_cast<std::size_t>(m.stride(0));
  if constexpr (rank == 1) {
    return {m.data_handle(), rows, 1, stride, 1};
  } else {
    const auto columns = static_cast<std::size_t>(m.extent(1)), within = static_cast<std::size_t>(m.stride(1));
    return {m.data_handle(), rows, columns, stride, within};
  }
}
// Arrays. What is not one of the above and has entries (i, j) may have any order.
template <typename C, typename E = std::remove_pointer_t<decltype(std::data(std::declval<C&>()))>>
constexpr auto layout(C& c, Rank<0>) noexcept
    -> Layout<E, std::is_invocable_v<C&, int, int> ? Kind::unknown : Kind::array> {
  return {std::data(c), static_cast<std::size_t>(std::size(c)), 1, 1, 1};
}

template <typename C>
using layout_of = decltype(layout(std::declval<std::remove_reference_t<C>&>(), Rank<2>()));

// Whether the entries outlive an object. An array owns them unless it is a pointer and a size; a class of Eigen may
// own them if a matrix converts to it (a matrix, a Ref to const); a std::mdspan never does.
template <typename C, typename P = typename C::PlainObject>
constexpr bool is_view(Rank<2>) noexcept {
  return !std::is_convertible_v<P, C>;
}
template <typename C, typename = typename C::data_handle_type>
constexpr bool is_view(Rank<1>) noexcept {
  return true;
}
template <typename C>
constexpr bool is_view(Rank<0>) noexcept {
  return std::is_trivially_copyable_v<C> && std::is_constructible_v<C, typename layout_of<C>::entry*, std::size_t>;
}

template <typename C>
constexpr bool is_span = false;
template <typename T>
constexpr bool is_span<span<T>> = true;

// The layout of an argument that is kept as a view.
template <typename C>
constexpr auto kept(C&& c) noexcept {
  using Kept = std::remove_cv_t<std::remove_reference_t<C>>;
  static_assert(std::is_lvalue_reference_v<C> || is_view<Kept>(Rank<2>()),
                "sinkhorn: this temporary owns its entries, which would be gone before they are read: give it a name");
  static_assert(layout_of<C>::kind != Kind::unknown,
                "sinkhorn: the order of this matrix is unknown: pass data and size if it is row-major without gaps");
  return layout(c, Rank<2>());
}

}  // namespace detail

/// A view of entries that lie side by side. It is made of a pointer and a size, a C array, anything with data() and
/// size() (std::vector, std::array, std::span), or a matrix or vector of Eigen or a std::mdspan.
///
/// Matrices are read row by row, whatever their own order is. A column-major one does not compile here (a std::mdspan
/// whose layout is known only at run time is an error of the call): see points_in_columns and Problem::matrix. One with
/// gaps (a block, a Map with strides) is an error of the call, Status::unsupported. Nothing is ever copied.
template <typename T>
class span {
 public:
  using value_type = std::remove_cv_t<T>;
  using element_type = T;

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  span(std::initializer_list<value_type>) = delete;  // its entries would be gone
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U (*)[], T (*)[]>>>
  constexpr span(const span<U>& other) noexcept
      : data_(other.data()), size_(other.size()), columns_(other.contiguous() ? other.columns() : detail::none) {}
  template <typename C, typename = std::enable_if_t<!detail::is_span<std::remove_cv_t<std::remove_reference_t<C>>>>,
            typename L = detail::layout_of<C>,
            typename = std::enable_if_t<std::is_convertible_v<typename L::entry (*)[], T (*)[]>>>
  constexpr span(C&& entries) noexcept {
    static_assert(L::kind != detail::Kind::by_columns,
                  "sinkhorn: a column-major matrix where rows are read: use points_in_columns(m) for d x n points, "
                  "Problem::matrix(m) for a cost, m.transpose() for its transpose, or copy it into a row-major matrix");
    take(detail::kept(std::forward<C>(entries)));
  }

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t i) const noexcept { return data_[i]; }
  /// Columns of the matrix that it was made of, which calls compare with those that they need; 0 for an array.
  constexpr std::size_t columns() const noexcept { return contiguous() ? columns_ : 0; }
  /// False for a matrix with gaps or of another order. The span is then empty, and every call refuses it.
  constexpr bool contiguous() const noexcept { return columns_ != detail::none; }

 private:
  template <typename M>
  friend constexpr auto points_in_columns(M&& m) noexcept;
  template <typename U>
  friend class Problem;

  template <typename L>
  constexpr span& take(const L& layout) noexcept {
    if (!layout.by_rows()) {
      columns_ = detail::none;
    } else {
      data_ = layout.data;
      size_ = layout.rows * layout.columns;
      columns_ = L::kind == detail::Kind::array ? 0 : layout.columns;
    }
    return *this;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0, columns_ = 0;
};

/// Points that are the columns of a column-major d x n matrix, as usual with Eigen. Nothing is copied: these are the
/// same numbers as a row-major n x d matrix. Also for results: solution.map(points_in_columns(m)).
template <typename M>
constexpr auto points_in_columns(M&& m) noexcept {
  using L = detail::layout_of<M>;
  static_assert(L::kind != detail::Kind::array && L::kind != detail::Kind::by_rows,
                "sinkhorn: points_in_columns takes a column-major matrix");
  return span<typename L::entry>().take(detail::kept(std::forward<M>(m)).transposed());
}

/// A reference to a callable (a lambda, say), which must outlive it. Temporaries are refused, and so are plain
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

/// Why a call failed: what sinkhorn_error holds, and what a callable threw.
class Error : public std::runtime_error {
 public:
  Error() : std::runtime_error("") {}
  explicit Error(const sinkhorn_error& raw, std::exception_ptr cause = nullptr)
      : std::runtime_error(""), raw_(raw), cause_(std::move(cause)) {}

  /// Never ok for a call that failed.
  Status status() const noexcept { return static_cast<Status>(raw_.status); }
  /// The argument at fault, by its name here or in sinkhorn.h; "" if there is none.
  const char* argument() const noexcept { return raw_.argument == nullptr ? "" : raw_.argument; }
  /// The entry at fault, or the row of a matrix, or the number of a point; SIZE_MAX if there is none.
  std::size_t row() const noexcept { return raw_.row; }
  /// The column of a matrix or the coordinate of a point; SIZE_MAX if there is none.
  std::size_t column() const noexcept { return raw_.column; }
  /// The number at fault, or the one that is needed.
  double value() const noexcept { return raw_.value; }
  /// What a callable threw, or std::bad_alloc; mostly null.
  std::exception_ptr cause() const noexcept { return cause_; }
  /// The struct of the C interface.
  const sinkhorn_error& raw() const noexcept { return raw_; }
  /// One line in English.
  const char* what() const noexcept override { return raw_.message; }

 private:
  sinkhorn_error raw_{SINKHORN_OK, "", detail::none, detail::none, 0, ""};
  std::exception_ptr cause_;
};

/// The value of a call, or the Error that says why there is none. Result<> says only whether all went well.
template <typename T = void>
class [[nodiscard]] Result {
  using Held = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  using Reference = std::add_lvalue_reference_t<T>;
  using ConstReference = std::add_lvalue_reference_t<std::add_const_t<T>>;

 public:
  Result(Held value) noexcept : held_(std::move(value)) {}
  Result(Error error) noexcept : held_(std::move(error)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  /// Why there is no value; of Status::ok if there is one.
  const Error& error() const noexcept {
    static const Error none;
    return has_value() ? none : *std::get_if<1>(&held_);
  }

  /// The value. Without one it throws the error, or what a callable threw; without exceptions it prints the error and
  /// aborts. The operators do the same.
  Reference value() & { return static_cast<Reference>(get(*this)); }
  ConstReference value() const& { return static_cast<ConstReference>(get(*this)); }
  T value() && { return static_cast<T>(std::move(get(*this))); }
  Reference operator*() & { return value(); }
  ConstReference operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  Held* operator->() { return &get(*this); }
  const Held* operator->() const { return &get(*this); }

 private:
  template <typename Self>
  static auto& get(Self& self) {
    if (!self.has_value()) {
#if SINKHORN_HPP_THROWS_
      if (self.error().cause() != nullptr) std::rethrow_exception(self.error().cause());
      throw self.error();
#else
      std::fprintf(stderr, "sinkhorn: %s\n", self.error().what());
      std::abort();
#endif
    }
    return *std::get_if<0>(&self.held_);
  }

  std::variant<Held, Error> held_;
};

namespace detail {

// The names of sinkhorn.h for a scalar.
template <typename T>
struct Api;

#define SINKHORN_HPP_TYPES_(X, s)                                                                                     \
  X(problem, s) X(settings, s) X(report, s) X(observation, s) X(target, s) X(solution, s) X(solver, s)                \
  X(derivative_settings, s) X(gradients, s) X(cotangent, s) X(tangent, s) X(changes, s) X(linear_report, s)           \
  X(divergence, s) X(soft, s) X(soft_settings, s)
#define SINKHORN_HPP_CALLS_(X, s)                                                                                     \
  X(workspace_len, s) X(solve, s) X(solver_new, s) X(solver_step, s) X(solver_run, s) X(solver_progress, s)           \
  X(solver_finish, s) X(solution_f, s) X(solution_g, s) X(solution_start_note, s) X(solution_entry, s)                \
  X(solution_row, s) X(solution_plan, s) X(solution_largest_in_row, s) X(solution_apply, s)                           \
  X(solution_apply_transposed, s) X(solution_map, s) X(solution_map_at, s) X(solution_f_at, s) X(solution_g_at, s)    \
  X(derivatives_len, s) X(objective_gradient, s) X(vjp, s) X(jvp, s) X(objective_hvp, s) X(divergence_len, s)         \
  X(divergence_new, s) X(divergence_report, s) X(divergence_gradient_len, s) X(divergence_gradient, s)                \
  X(soft_len, s) X(soft_sort, s) X(soft_rank, s) X(soft_quantile, s) X(soft_top_k, s) X(soft_vjp, s) X(batch_len, s)  \
  X(solve_batch, s) X(target_n, s) X(target_m, s) X(target_epsilon, s) X(target_cost_scale, s) X(start_auto, s)       \
  X(start_monotone, s) X(start_dual_sort, s) X(start_gaussian, s) X(start_gaussian_unregularised, s)                  \
  X(start_mixture, s) X(start_coarse, s) X(start_subsample, s)
#define SINKHORN_HPP_TYPE_(type, s) using type = sinkhorn_##type##_##s;
#define SINKHORN_HPP_CALL_(name, s) static constexpr auto name = sinkhorn_##name##_##s;
#define SINKHORN_HPP_API_(T, s)                                                           \
  template <>                                                                             \
  struct Api<T> {                                                                         \
    SINKHORN_HPP_TYPES_(SINKHORN_HPP_TYPE_, s) SINKHORN_HPP_CALLS_(SINKHORN_HPP_CALL_, s) \
  };
SINKHORN_HPP_API_(double, f64)
SINKHORN_HPP_API_(float, f32)
#undef SINKHORN_HPP_API_
#undef SINKHORN_HPP_CALL_
#undef SINKHORN_HPP_TYPE_
#undef SINKHORN_HPP_CALLS_
#undef SINKHORN_HPP_TYPES_

// An argument from which T is not deduced.
template <typename T>
using same = std::common_type_t<T>;

// A struct of the C interface: its size, and zeros.
template <typename S>
S sized() noexcept {
  S made{};
  made.struct_size = sizeof(S);
  return made;
}

// A handle that a move leaves null.
struct Lent {
  void operator()(const void*) const noexcept {}
};
template <typename H>
using Handle = std::unique_ptr<H, Lent>;

// The starts, in the order of Start.
template <typename T>
auto start_pointer(Start start) noexcept {
  using A = Api<T>;
  using Pointer = sinkhorn_wrote (*)(typename A::target*, T*, T*, void*);
  constexpr Pointer all[] = {nullptr, A::start_auto, A::start_monotone, A::start_dual_sort, A::start_gaussian,
                             A::start_gaussian_unregularised, A::start_mixture, A::start_coarse, A::start_subsample};
  const auto place = static_cast<std::size_t>(start);
  return place < std::size(all) ? all[place] : nullptr;
}

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

/// The problem of the solve that calls a start function.
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
  /// The divisor of costs: a start writes the potentials of an earlier solve times this.
  T cost_scale() const noexcept { return detail::Api<T>::target_cost_scale(raw_); }
  /// Runs a start of the library; f (n) and g (m) are those that the start function was called with.
  Wrote run(Start start, span<T> f, span<T> g) noexcept {
    const auto function = detail::start_pointer<T>(start);
    if (function != nullptr) return static_cast<Wrote>(function(raw_, f.data(), g.data(), nullptr));
    for (T& value : f) value = T(0);
    return Wrote::f;
  }

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
/// Writes dL/dP_ij of row i to row, for the columns from first on. Called in any order.
template <typename T>
using PlanRows = function_ref<void(std::size_t i, std::size_t first, span<T> row)>;

namespace detail {

// The callables of a call, the functions that C calls for them, and the first exception that one threw.
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
};

// A call in steps. After the first step that goes wrong the others do nothing, and its error is the result.
template <typename T>
class Attempt {
 public:
  explicit Attempt(Calls<T>* calls = nullptr) noexcept : calls_(calls) {}
  Attempt(const Attempt&) = delete;

  explicit operator bool() const noexcept { return status_ >= 0; }
  // How the last call ended.
  Status status() const noexcept { return static_cast<Status>(status_); }

  // Result<> where all went well, or Result<V>.
  operator Result<>() const noexcept { return giving(std::monostate()); }
  template <typename V, typename R = Result<std::conditional_t<std::is_same_v<V, std::monostate>, void, V>>>
  R giving(V value) const noexcept {
    if (*this) return R(std::move(value));
    return R(failed());
  }
  Error failed() const noexcept { return Error(raw_, cause_); }

  // Refuses the call unless right, in the words of the library. The format begins with the argument.
  template <typename... Numbers>
  Attempt& expect(bool right, Status status, const char* argument, std::size_t needed, const char* format,
                  Numbers... numbers) noexcept {
    if (right || !*this) return *this;
    status_ = static_cast<sinkhorn_status>(status);
    raw_ = {status_, argument, none, none, static_cast<double>(needed), ""};
    std::snprintf(raw_.message, sizeof raw_.message, format, argument, numbers...);
    return *this;
  }

  template <typename U>
  Attempt& contiguous(const char* argument, span<U> given) noexcept {
    return expect(given.contiguous(), Status::unsupported, argument, 0,
                  "%s does not lie in memory row by row without gaps: copy it into a matrix that does");
  }
  // As many scalars as expected. Of a matrix also its columns, unless 0 are expected.
  template <typename U>
  Attempt& fits(const char* argument, span<U> given, std::size_t expected, std::size_t columns = 0) noexcept {
    contiguous(argument, given);
    expect(given.columns() == 0 || columns == 0 || given.columns() == columns, Status::length, argument, columns,
           "%s has rows of %zu scalars where %zu are needed", given.columns(), columns);
    return expect(given.size() == expected, Status::length, argument, expected,
                  "%s has %zu scalars where %zu are needed", given.size(), expected);
  }
  template <typename U>
  Attempt& fits_or_none(const char* argument, span<U> given, std::size_t expected, std::size_t columns = 0) noexcept {
    return given.contiguous() && given.empty() ? *this : fits(argument, given, expected, columns);
  }
  // Whole points of a dimension; 0: a cost matrix, which has none, so that the library refuses the call.
  Attempt& whole(const char* argument, span<const T> points, std::size_t dimension) noexcept {
    contiguous(argument, points);
    if (dimension == 0) return *this;
    expect(points.columns() == 0 || points.columns() == dimension, Status::length, argument, dimension,
           "%s has points of %zu coordinates where %zu are needed", points.columns(), dimension);
    return expect(points.size() % dimension == 0, Status::ragged, argument, 0,
                  "%s has %zu scalars, not a multiple of the dimension %zu", points.size(), dimension);
  }

  template <typename F, typename... Arguments>
  Attempt& call(F function, Arguments... arguments) noexcept {
    if (!*this) return *this;
    status_ = function(arguments..., &raw_);
    return hear(calls_);
  }
  // Calls that follow may call these.
  void listen(Calls<T>* calls) noexcept { calls_ = calls; }
  // Whether a callable threw since the last time.
  Attempt& hear(Calls<T>* calls) noexcept {
    if (calls == nullptr || !calls->raised.load()) return *this;
    const std::lock_guard<std::mutex> lock(calls->mutex);
    calls->raised.store(false);
    status_ = static_cast<sinkhorn_status>(Status::exception);
    raw_ = {status_, "", none, none, 0, "a callable threw"};
    cause_ = std::exchange(calls->cause, nullptr);
    return *this;
  }
  // Another call, and its value if there is a place for that.
  template <typename V, typename P = V>
  Attempt& then(const Result<V>& step, P* place = nullptr) noexcept {
    if constexpr (std::is_same_v<V, P> && !std::is_void_v<V>) {
      if (step && place != nullptr) *place = *step;
    }
    if (!*this || step) return *this;
    raw_ = step.error().raw();
    status_ = raw_.status;
    cause_ = step.error().cause();
    return *this;
  }

  // Not initialised if U is a scalar.
  template <typename U>
  Attempt& allocate(std::unique_ptr<U[]>& owner, std::size_t count) noexcept {
    if (*this && count <= none / sizeof(U)) owner.reset(new (std::nothrow) U[count]);
    return has_memory(owner != nullptr, count);
  }
  template <typename U>
  Attempt& resize(std::vector<U>& vector, std::size_t count) noexcept {
    if (!*this) return *this;
#if SINKHORN_HPP_THROWS_
    try {
      vector.resize(count);
    } catch (const std::exception&) {
      return has_memory(false, count);
    }
#else
    vector.resize(count);
#endif
    return *this;
  }
  Attempt& has_memory(bool right, std::size_t count) noexcept {
    if (right || !*this) return *this;
#if SINKHORN_HPP_THROWS_
    cause_ = std::make_exception_ptr(std::bad_alloc());
#endif
    return expect(false, Status::no_memory, "workspace", count, "%s: no memory for %zu scalars", count);
  }
  // Memory for what is asked for, if none is lent.
  template <typename F, typename... Arguments>
  Attempt& lend(std::unique_ptr<T[]>& owner, span<T>& memory, F len_of, Arguments... arguments) noexcept {
    if (!contiguous("workspace", memory) || !memory.empty()) return *this;
    std::size_t len = 0;
    if (call(len_of, arguments..., &len).allocate(owner, len)) memory = {owner.get(), len};
    return *this;
  }

 private:
  sinkhorn_status status_ = SINKHORN_OK;
  sinkhorn_error raw_;
  std::exception_ptr cause_;
  Calls<T>* calls_;
};

template <typename T>
struct Session;

}  // namespace detail

/// Entropic optimal transport between n points with weights a and m points with weights b: sinkhorn_problem_f64.
/// A view. Functions that set something return the problem. What is wrong with it is told by the calls that use it.
template <typename T = double>
class Problem {
 public:
  /// x (n x dimension) and y (m x dimension), row-major, under the squared Euclidean cost unless another is set. A
  /// matrix tells the dimension; arrays need it.
  static Problem points(span<const T> x, span<const T> y, std::size_t dimension = 0) noexcept {
    if (dimension == 0) dimension = x.columns() != 0 ? x.columns() : y.columns();
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
  /// A cost matrix, n x m, as an array.
  static Problem matrix(span<const T> cost, std::size_t n, std::size_t m, Order order = Order::row_major) noexcept {
    Problem made;
    made.cost_ = cost;
    made.raw_.cost = cost.data();
    made.raw_.n = n;
    made.raw_.m = m;
    made.raw_.cost_order = static_cast<sinkhorn_order>(order);
    return made;
  }
  /// A cost matrix of Eigen or a std::mdspan, row-major or column-major, without gaps.
  template <typename M, typename L = detail::layout_of<M>, typename = std::enable_if_t<L::kind != detail::Kind::array>>
  static Problem matrix(M&& cost) noexcept {
    const L layout = detail::kept(std::forward<M>(cost));
    const Order order = layout.by_rows() ? Order::row_major : Order::column_major;
    const L rows = order == Order::row_major ? layout : layout.transposed();
    return matrix(span<typename L::entry>().take(rows), layout.rows, layout.columns, order);
  }

  /// Weights of both sides, n and m, not negative; 1/n and 1/m each if not set. Balanced problems need equal sums.
  Problem& weights(span<const T> a, span<const T> b) noexcept { return weights_a(a).weights_b(b); }
  /// Weights of the first side alone.
  Problem& weights_a(span<const T> a) noexcept { return raw_.a = a.data(), a_ = a, *this; }
  /// Weights of the second side alone.
  Problem& weights_b(span<const T> b) noexcept { return raw_.b = b.data(), b_ = b, *this; }

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
  /// A cost of your own, finite, and its gradient if derivatives in points are wanted. Both must outlive what is made
  /// of the problem.
  Problem& cost_function(CostFunction<T> function, CostGradient<T> gradient = {}) noexcept {
    return set_cost(SINKHORN_COST_CUSTOM, T(0), function, gradient);
  }

  /// Divides costs, and with them epsilon, rho, potentials and values.
  Problem& cost_scale(Scale scale) noexcept {
    return raw_.cost_scale_kind = static_cast<sinkhorn_cost_scale_kind>(scale), raw_.cost_scale = 0, *this;
  }
  /// Divides them by a positive number.
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
  Result<> check() const noexcept {
    detail::Attempt<T> attempt;
    const std::size_t n = raw_.n, m = raw_.m;
    const auto given = [&](bool right, const char* argument, const char* what) {
      attempt.expect(right, Status::empty, argument, 0, what);
    };
    if (matrix_) {
      given(n != 0, "n", "%s is 0");
      given(m != 0, "m", "%s is 0");
      attempt.expect(m == 0 || n <= detail::none / m, Status::too_large, "cost", 0, "%s is too large to be addressed");
      attempt.expect(cost_.empty() || cost_.data() != nullptr, Status::null_pointer, "cost", 0, "%s is NULL");
      attempt.fits("cost", cost_, n * m, raw_.cost_order == SINKHORN_ORDER_ROW_MAJOR ? m : n);
    } else {
      attempt.contiguous("x", x_).contiguous("y", y_);
      given(!x_.empty(), "x", "%s is empty");
      given(!y_.empty(), "y", "%s is empty");
      given(raw_.dimension != 0, "dimension", "%s is 0: points in arrays need one");
      attempt.whole("x", x_, raw_.dimension).whole("y", y_, raw_.dimension);
    }
    if (a_) attempt.fits("a", *a_, n);
    if (b_) attempt.fits("b", *b_, m);
    attempt.fits_or_none("cost_within_x", within_x_, n * n, n).fits_or_none("cost_within_y", within_y_, m * m, m);
    return attempt;
  }

 private:
  template <typename U>
  friend struct detail::Session;

  Problem& set_cost(sinkhorn_cost cost, T p, CostFunction<T> function, CostGradient<T> gradient) noexcept {
    raw_.cost_function = function ? detail::Calls<T>::call_cost : nullptr;
    raw_.cost_gradient = gradient ? detail::Calls<T>::call_gradient : nullptr;
    return raw_.ground_cost = cost, raw_.p = p, function_ = function, gradient_ = gradient, *this;
  }

  Problem& set_epsilon(sinkhorn_epsilon_kind kind, T value) noexcept {
    return raw_.epsilon_kind = kind, raw_.epsilon = value, *this;
  }

  typename detail::Api<T>::problem raw_ = detail::sized<typename detail::Api<T>::problem>();
  span<const T> x_, y_, cost_, within_x_, within_y_;
  std::optional<span<const T>> a_, b_;
  CostFunction<T> function_;
  CostGradient<T> gradient_;
  bool matrix_ = true;
};

/// When to stop and how to get there: sinkhorn_settings_f64. Functions that set something return the settings.
template <typename T = double>
class Settings {
 public:
  /// The start, and of the library's starts how much of it (0: its own choice) and the seed.
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
  Settings& warm_start(span<const T> f, span<const T> g) noexcept {
    return raw_.start_f = f.data(), raw_.start_g = g.data(), f_ = f, g_ = g, *this;
  }
  /// Called after every sweep of a solve and of Solver::run; true stops. It must outlive the call, or the solver.
  Settings& observer(Observer<T> function) noexcept {
    return raw_.observer = detail::Calls<T>::call_observer, observer_ = function, *this;
  }
  /// The marginal error at which a solve has converged, relative to the total of the weights. 1e-6 in double, 1e-3 in
  /// float if not set.
  Settings& threshold(T value) noexcept { return raw_.threshold = value, *this; }
  /// Sweeps after which a solve stops with Status::sweep_limit; 10000 if not set.
  Settings& max_sweeps(std::uint32_t count) noexcept { return raw_.max_sweeps = count, *this; }
  /// The acceleration between sweeps.
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
  /// Larger epsilons first: the first as a multiple, at least 1, the factor from level to level, in (0, 1), and the
  /// sweeps a level.
  Settings& annealing(T first, T factor = T(0.5), std::uint32_t sweeps = 1) noexcept {
    return raw_.annealing_first = first, raw_.annealing_factor = factor, raw_.annealing_sweeps = sweeps, *this;
  }
  /// The memory between sweeps; budget is the scalars that Storage::automatic may use.
  Settings& storage(Storage chosen, std::size_t budget = 0) noexcept {
    return raw_.storage = static_cast<sinkhorn_storage>(chosen), raw_.storage_budget = budget, *this;
  }
  /// Threads that share the rows of a sweep, or the problems of a batch; they change no bit.
  Settings& threads(std::uint32_t count) noexcept { return raw_.threads = count, *this; }
  /// The instructions of sweeps.
  Settings& simd(Simd chosen) noexcept { return raw_.simd = static_cast<sinkhorn_simd>(chosen), *this; }
  /// The struct of the C interface, without the data of callables.
  const typename detail::Api<T>::settings& raw() const noexcept { return raw_; }

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

/// Something for each input of a problem: V is a span or a vector, E a number or a pointer to one. Spans are empty for
/// what does not change, or is not wanted. Matrices are row-major.
template <typename V, typename E>
struct Inputs {
  V x{};        ///< n x dimension.
  V y{};        ///< m x dimension.
  V a{};        ///< n. Balanced: along changes with sum da_i = sum db_j.
  V b{};        ///< m.
  V cost{};     ///< n x m, in the costs as they are given, not scaled.
  E epsilon{};  ///< In units of (scaled) cost.
};
/// Memory for the derivatives of a number in each input.
template <typename T>
using GradientSpans = Inputs<span<T>, T*>;
/// A direction in which the inputs change.
template <typename T>
using Tangent = Inputs<span<const T>, T>;
/// The derivatives of a number that were asked for; the others are empty, or 0.
template <typename T>
struct Gradients : Inputs<std::vector<T>, T> {
  LinearReport<T> report{};  ///< Of vjp and objective_hvp.
};

/// Something for each result of a solve: V is a span or a vector. Spans are empty for what is not wanted.
template <typename V>
struct Results {
  V f{};     ///< n.
  V g{};     ///< m.
  V plan{};  ///< n x m.
  V map{};   ///< n x dimension.
};
/// Memory for the changes of results along a direction.
template <typename T>
using ChangeSpans = Results<span<T>>;
/// The changes that were asked for; the others are empty.
template <typename T>
struct Changes : Results<std::vector<T>> {
  LinearReport<T> report{};
};
/// The derivatives of a loss in the results: dL/df, dL/dg, dL/dP, dL/dT, T the map.
template <typename T>
struct Cotangent {
  span<const T> f{}, g{}, plan{};
  PlanRows<T> plan_rows{};  ///< dL/dP, computed when needed, instead of plan.
  span<const T> map{};
};

/// An entry of a row of the plan.
template <typename T>
struct Entry {
  std::size_t column;
  T value;
};

namespace detail {

// What a call needs and leaves: the structs, memory and callables.
template <typename T>
struct Session {
  using A = Api<T>;

  typename A::problem problem{};
  typename A::settings settings{};
  span<const T> within_x, within_y;
  std::unique_ptr<T[]> owned;
  std::unique_ptr<Calls<T>> calls;

  static typename A::problem raw(const Problem<T>& given, Calls<T>& calls) noexcept {
    auto made = given.raw_;
    calls.cost = given.function_;
    calls.gradient = given.gradient_;
    made.cost_data = &calls;
    return made;
  }

  // Makes the settings; n and m are those of all problems of the call.
  void choose(Attempt<T>& attempt, const Settings<T>& chosen, std::size_t n, std::size_t m, bool with_calls) noexcept {
    attempt.fits_or_none("start_f", chosen.f_, n).fits_or_none("start_g", chosen.g_, m);
    settings = chosen.raw_;
    if (!attempt || !(with_calls || chosen.observer_ || chosen.function_)) return;
    calls.reset(new (std::nothrow) Calls<T>());
    if (!attempt.has_memory(calls != nullptr, sizeof(Calls<T>) / sizeof(T))) return;
    calls->start = chosen.function_;
    calls->observer = chosen.observer_;
    settings.start_data = settings.observer_data = calls.get();
    attempt.listen(calls.get());
  }

  // Checks lengths and makes the structs.
  void describe(Attempt<T>& attempt, const Problem<T>& given, const Settings<T>& chosen) noexcept {
    const bool with_calls = given.function_ || given.gradient_;
    choose(attempt.then(given.check()), chosen, given.n(), given.m(), with_calls);
    problem = attempt && with_calls ? raw(given, *calls) : given.raw_;
    within_x = given.within_x_;
    within_y = given.within_y_;
    // A cost that throws ends the solve after the sweep.
    if (with_calls) settings.observer = Calls<T>::call_observer;
  }

  // The same, and memory that is lent or allocated, for what solves.
  template <typename L, typename F, typename... Arguments>
  void solve(Attempt<T>& attempt, const Problem<T>& given, const Settings<T>& chosen, span<T> memory, L len_of,
             F function, Arguments... arguments) noexcept {
    describe(attempt, given, chosen);
    attempt.lend(owned, memory, len_of, &problem, &settings);
    attempt.call(function, &problem, &settings, memory.data(), memory.size(), arguments...);
  }

  // Calls what differentiates an object, in memory that is lent or allocated.
  template <typename L, typename F, typename H, typename... Arguments>
  void differentiate(Attempt<T>& attempt, const DerivativeSettings<T>& chosen, span<T> work, L len_of, F function,
                     const H* handle, Arguments... arguments) const noexcept {
    std::unique_ptr<T[]> own;
    attempt.lend(own, work, len_of, &problem, &chosen.raw());
    attempt.call(function, handle, &chosen.raw(), work.data(), work.size(), arguments...);
  }

  // Bundles as structs of the C interface, after a look at lengths. A cost matrix has no points: C refuses them.
  template <typename R, typename S>
  R inputs(Attempt<T>& attempt, const S& s) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension;
    const std::size_t nd = d == 0 ? s.x.size() : n * d, md = d == 0 ? s.y.size() : m * d;
    attempt.fits_or_none("x", s.x, nd, d).fits_or_none("y", s.y, md, d);
    attempt.fits_or_none("a", s.a, n).fits_or_none("b", s.b, m).fits_or_none("cost", s.cost, n * m, m);
    auto made = sized<R>();
    made.x = s.x.data(), made.y = s.y.data(), made.a = s.a.data(), made.b = s.b.data(), made.cost = s.cost.data();
    made.epsilon = s.epsilon;
    return made;
  }
  template <typename R, typename S>
  R results(Attempt<T>& attempt, const S& s) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension;
    attempt.fits_or_none("f", s.f, n).fits_or_none("g", s.g, m).fits_or_none("plan", s.plan, n * m, m);
    attempt.fits_or_none("map", s.map, d == 0 ? s.map.size() : n * d, d);
    auto made = sized<R>();
    made.f = s.f.data(), made.g = s.g.data(), made.plan = s.plan.data(), made.map = s.map.data();
    return made;
  }

  // Scalars of some points; of a cost matrix one, so that the library sees that they are asked for.
  std::size_t room(std::size_t points) const noexcept {
    return problem.dimension == 0 ? 1 : points * problem.dimension;
  }

  // The gradients that are wanted, as write writes them.
  template <typename F>
  Result<Gradients<T>> gradients(In wanted, F write) const noexcept {
    Gradients<T> made;
    Attempt<T> attempt;
    const auto resize = [&](In one, std::vector<T>& vector, std::size_t size) {
      if (wanted & one) attempt.resize(vector, size);
    };
    resize(In::x, made.x, room(problem.n));
    resize(In::y, made.y, room(problem.m));
    resize(In::a, made.a, problem.n);
    resize(In::b, made.b, problem.m);
    resize(In::cost, made.cost, problem.n * problem.m);
    if (!attempt) return attempt.giving(std::move(made));
    T* const epsilon = wanted & In::epsilon ? &made.epsilon : nullptr;
    attempt.then(write(GradientSpans<T>{made.x, made.y, made.a, made.b, made.cost, epsilon}), &made.report);
    return attempt.giving(std::move(made));
  }
};

}  // namespace detail

/// A solved problem: potentials, plan, maps, derivatives. Made by solve and Solver::finish.
///
/// What is said to be n has n scalars, and so on. Another length is Status::length, and names the argument. Functions
/// that write to spans allocate nothing; those that return vectors make them. memory is scratch, of
/// sinkhorn_derivatives_len_f64 or SINKHORN_DERIVATIVES_LEN scalars; it is allocated for the call if none is given.
template <typename T>
class Solution {
  using A = detail::Api<T>;
  using Handle = const typename A::solution;
  using Vector = std::vector<T>;

 public:
  /// For this header.
  Solution(detail::Session<T>&& session, Handle* handle, const Report<T>& report) noexcept
      : session_(std::move(session)), handle_(handle), report_(report) {}

  /// Points on the first side.
  std::size_t n() const noexcept { return session_.problem.n; }
  /// Points on the second side.
  std::size_t m() const noexcept { return session_.problem.m; }
  /// Coordinates a point; 0 with a cost matrix.
  std::size_t dimension() const noexcept { return session_.problem.dimension; }
  /// Numbers about the solve.
  const Report<T>& report() const noexcept { return report_; }
  /// How the solve ended: converged, sweep_limit, precision_floor or stopped.
  Status status() const noexcept { return static_cast<Status>(report_.status); }
  /// Whether the threshold was reached.
  bool converged() const noexcept { return status() == Status::converged; }
  /// f (n), in units of cost; empty if the solution was moved from, or its memory used again.
  span<const T> f() const noexcept { return view(A::solution_f(handle_.get()), n()); }
  /// g (m).
  span<const T> g() const noexcept { return view(A::solution_g(handle_.get()), m()); }
  /// A remark of the start; "" mostly.
  Result<std::string> start_note() const noexcept {
    char text[256] = "";
    auto attempt = begin();
    attempt.call(A::solution_start_note, handle_.get(), text, sizeof text);
    return attempt.giving(std::string(text));
  }

  /// P_ij, for i < n and j < m.
  Result<T> entry(std::size_t i, std::size_t j) const noexcept {
    T entry{};
    return begin().call(A::solution_entry, handle_.get(), i, j, &entry).giving(entry);
  }
  /// Row i of the plan (m).
  Result<> row(std::size_t i, span<T> out) const noexcept {
    return begin().fits("row", out, m()).call(A::solution_row, handle_.get(), i, out.data());
  }
  Result<Vector> row(std::size_t i) const noexcept { return made(m(), [&](auto out) { return row(i, out); }); }
  /// The whole plan (n x m, row-major).
  Result<> plan(span<T> out) const noexcept {
    return begin().fits("plan", out, n() * m(), m()).call(A::solution_plan, handle_.get(), out.data());
  }
  Result<Vector> plan() const noexcept { return made(n() * m(), [&](auto out) { return plan(out); }); }
  /// The largest entries of row i, largest first, ties in the order of columns; as many as the spans hold, 1 to m.
  Result<> largest_in_row(std::size_t i, span<std::size_t> columns, span<T> entries) const noexcept {
    return begin().fits("entries", entries, columns.size())
        .call(A::solution_largest_in_row, handle_.get(), i, columns.size(), columns.data(), entries.data());
  }
  Result<std::vector<Entry<T>>> largest_in_row(std::size_t i, std::size_t count) const noexcept {
    std::unique_ptr<std::size_t[]> columns;
    std::vector<Entry<T>> out;
    const auto entries = made(count, [&](span<T> values) -> Result<> {
      detail::Attempt<T> attempt;
      attempt.allocate(columns, count).resize(out, count);
      if (!attempt) return attempt;
      return largest_in_row(i, {columns.get(), count}, values);
    });
    for (std::size_t k = 0; entries && k < count; k++) out[k] = {columns[k], (*entries)[k]};
    return detail::Attempt<T>().then(entries).giving(std::move(out));
  }
  /// P v (n), for a vector v (m).
  Result<> apply(span<const T> vector, span<T> out) const noexcept {
    return begin().fits("vector", vector, m()).fits("product", out, n())
        .call(A::solution_apply, handle_.get(), vector.data(), out.data());
  }
  Result<Vector> apply(span<const T> vector) const noexcept {
    return made(n(), [&](span<T> out) { return apply(vector, out); });
  }
  /// P^T w (m), for a vector w (n).
  Result<> apply_transposed(span<const T> vector, span<T> out) const noexcept {
    return begin().fits("vector", vector, n()).fits("product", out, m())
        .call(A::solution_apply_transposed, handle_.get(), vector.data(), out.data());
  }
  Result<Vector> apply_transposed(span<const T> vector) const noexcept {
    return made(m(), [&](span<T> out) { return apply_transposed(vector, out); });
  }
  /// The barycentric projection of every x_i (n x dimension), sum_j P_ij y_j / sum_j P_ij. Points only.
  Result<> map(span<T> out) const noexcept {
    auto attempt = begin();
    if (dimension() != 0) attempt.fits("map", out, n() * dimension(), dimension());
    return attempt.call(A::solution_map, handle_.get(), out.data());
  }
  Result<Vector> map() const noexcept { return made(session_.room(n()), [&](auto out) { return map(out); }); }
  /// The projection of new points x (count x dimension).
  Result<> map_at(span<const T> x, span<T> out) const noexcept {
    return begin().whole("x", x, dimension()).fits("map", out, x.size(), dimension())
        .call(A::solution_map_at, handle_.get(), x.data(), count(x), out.data());
  }
  Result<Vector> map_at(span<const T> x) const noexcept {
    return made(x.size(), [&](span<T> out) { return map_at(x, out); });
  }
  /// f (count) at new points x (count x dimension); at those of the problem it is f. Points only.
  Result<> f_at(span<const T> x, span<T> out) const noexcept {
    return begin().whole("x", x, dimension()).fits("f", out, count(x))
        .call(A::solution_f_at, handle_.get(), x.data(), count(x), out.data());
  }
  Result<Vector> f_at(span<const T> x) const noexcept { return made(count(x), [&](auto out) { return f_at(x, out); }); }
  /// g (count) at new points y (count x dimension).
  Result<> g_at(span<const T> y, span<T> out) const noexcept {
    return begin().whole("y", y, dimension()).fits("g", out, count(y))
        .call(A::solution_g_at, handle_.get(), y.data(), count(y), out.data());
  }
  Result<Vector> g_at(span<const T> y) const noexcept { return made(count(y), [&](auto out) { return g_at(y, out); }); }

  /// The gradient of the objective of the report in what is wanted: objective_gradient(In::x | In::epsilon).
  Result<> objective_gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings = {},
                              span<T> memory = {}) const noexcept {
    auto attempt = begin();
    const auto out = session_.template inputs<typename A::gradients>(attempt, gradients);
    session_.differentiate(attempt, settings, memory, A::derivatives_len, A::objective_gradient, handle_.get(), &out);
    return attempt;
  }
  Result<Gradients<T>> objective_gradient(In wanted, const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.gradients(wanted, [&](const auto& spans) { return objective_gradient(spans, settings); });
  }
  /// The gradient of a loss of potentials, plan and map, through the equations that they solve.
  Result<LinearReport<T>> vjp(const Cotangent<T>& cotangent, const GradientSpans<T>& gradients,
                              const DerivativeSettings<T>& settings = {}, span<T> memory = {}) const noexcept {
    auto attempt = begin();
    auto in = session_.template results<typename A::cotangent>(attempt, cotangent);
    const auto out = session_.template inputs<typename A::gradients>(attempt, gradients);
    detail::Calls<T> rows;
    rows.rows = cotangent.plan_rows;
    if (rows.rows) in.plan_rows = detail::Calls<T>::call_rows, in.plan_rows_data = &rows;
    const auto report = linear(attempt, settings, memory, A::vjp, &in, &out);
    return attempt.hear(&rows).giving(report);
  }
  Result<Gradients<T>> vjp(const Cotangent<T>& cotangent, In wanted,
                           const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.gradients(wanted, [&](const auto& spans) { return vjp(cotangent, spans, settings); });
  }
  /// The changes of potentials, plan and map along a direction of the inputs, per unit of it.
  Result<LinearReport<T>> jvp(const Tangent<T>& tangent, const ChangeSpans<T>& changes,
                              const DerivativeSettings<T>& settings = {}, span<T> memory = {}) const noexcept {
    auto attempt = begin();
    const auto in = session_.template inputs<typename A::tangent>(attempt, tangent);
    const auto out = session_.template results<typename A::changes>(attempt, changes);
    const auto report = linear(attempt, settings, memory, A::jvp, &in, &out);
    return attempt.giving(report);
  }
  Result<Changes<T>> jvp(const Tangent<T>& tangent, Of wanted,
                         const DerivativeSettings<T>& settings = {}) const noexcept {
    Changes<T> out;
    detail::Attempt<T> attempt;
    if (wanted & Of::f) attempt.resize(out.f, n());
    if (wanted & Of::g) attempt.resize(out.g, m());
    if (wanted & Of::plan) attempt.resize(out.plan, n() * m());
    if (wanted & Of::map) attempt.resize(out.map, session_.room(n()));
    if (attempt) attempt.then(jvp(tangent, {out.f, out.g, out.plan, out.map}, settings), &out.report);
    return attempt.giving(std::move(out));
  }
  /// The change of the gradient of the objective along a direction, per unit of it: a product with the Hessian.
  Result<LinearReport<T>> objective_hvp(const Tangent<T>& tangent, const GradientSpans<T>& gradients,
                                        const DerivativeSettings<T>& settings = {},
                                        span<T> memory = {}) const noexcept {
    auto attempt = begin();
    const auto in = session_.template inputs<typename A::tangent>(attempt, tangent);
    const auto out = session_.template inputs<typename A::gradients>(attempt, gradients);
    const auto report = linear(attempt, settings, memory, A::objective_hvp, &in, &out);
    return attempt.giving(report);
  }
  Result<Gradients<T>> objective_hvp(const Tangent<T>& tangent, In wanted,
                                     const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.gradients(wanted, [&](const auto& spans) { return objective_hvp(tangent, spans, settings); });
  }

 private:
  static span<const T> view(const T* data, std::size_t size) noexcept { return {data, data == nullptr ? 0 : size}; }

  detail::Attempt<T> begin() const noexcept { return detail::Attempt<T>(session_.calls.get()); }

  template <typename F, typename I, typename O>
  LinearReport<T> linear(detail::Attempt<T>& attempt, const DerivativeSettings<T>& settings, span<T> memory, F function,
                         const I* in, const O* out) const noexcept {
    auto report = detail::sized<LinearReport<T>>();
    session_.differentiate(attempt, settings, memory, A::derivatives_len, function, handle_.get(), in, out, &report);
    return report;
  }

  template <typename F>
  static Result<Vector> made(std::size_t size, F write) noexcept {
    std::vector<T> out;
    detail::Attempt<T> attempt;
    if (attempt.resize(out, size)) attempt.then(write(span<T>(out)));
    return attempt.giving(std::move(out));
  }

  std::size_t count(span<const T> points) const noexcept {
    return dimension() == 0 ? points.size() : points.size() / dimension();
  }

  detail::Session<T> session_;
  detail::Handle<Handle> handle_;
  Report<T> report_;
};

/// How far a solver is.
template <typename T>
struct Progress {
  std::uint32_t sweeps;  ///< Sweeps made.
  T epsilon;             ///< Of the next sweep.
  T marginal_error;      ///< That the last sweep measured; the largest finite number before the first.
};

/// A solve, sweep by sweep: begin(), then step() or run(), then finish().
template <typename T = double>
class Solver {
  using A = detail::Api<T>;

 public:
  /// Begins a solve: runs the start, and no sweep. memory: as that of solve.
  static Result<Solver> begin(const Problem<T>& problem, const Settings<T>& settings = {},
                              span<T> memory = {}) noexcept {
    Solver made;
    detail::Attempt<T> attempt;
    typename A::solver* handle = nullptr;
    made.session_.solve(attempt, problem, settings, memory, A::workspace_len, A::solver_new, &handle);
    made.handle_.reset(handle);
    return attempt.giving(std::move(made));
  }
  /// One sweep. running while there is more to do; then converged, sweep_limit or precision_floor.
  Result<Status> step() noexcept { return told(A::solver_step(handle_.get())); }
  /// Sweeps until the solve ends, or the observer stops it.
  Result<Status> run() noexcept { return told(A::solver_run(handle_.get())); }
  Result<Progress<T>> progress() const noexcept {
    Progress<T> now{};
    const auto status = told(A::solver_progress(handle_.get(), &now.sweeps, &now.epsilon, &now.marginal_error));
    return detail::Attempt<T>().then(status).giving(now);
  }
  /// Measures the present potentials. The solver becomes the solution, and is of no use any more.
  Result<Solution<T>> finish() noexcept {
    detail::Attempt<T> attempt(session_.calls.get());
    const typename A::solution* solution = nullptr;
    auto report = detail::sized<Report<T>>();
    if (!attempt.call(A::solver_finish, handle_.get(), &solution, &report)) return attempt.failed();
    handle_.reset();
    return Solution<T>(std::move(session_), solution, report);
  }

 private:
  Solver() noexcept = default;

  // The status of a function that has no error to write to.
  Result<Status> told(sinkhorn_status status) const noexcept {
    detail::Attempt<T> attempt;
    attempt.expect(status >= 0, static_cast<Status>(status), "solver", 0, "%s: %s", sinkhorn_status_text(status));
    return attempt.hear(session_.calls.get()).giving(static_cast<Status>(status));
  }

  detail::Session<T> session_;
  detail::Handle<typename A::solver> handle_;
};

/// Scalars of memory that solve and Solver need; SINKHORN_WORKSPACE_LEN at compile time.
template <typename T>
Result<std::size_t> workspace_len(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {}) noexcept {
  detail::Session<T> session;
  detail::Attempt<T> attempt;
  session.describe(attempt, problem, settings);
  std::size_t len = 0;
  attempt.call(detail::Api<T>::workspace_len, &session.problem, &session.settings, &len);
  return attempt.giving(len);
}

/// Solves a problem. memory: workspace_len scalars or more, for as long as the solution; else it owns its own.
template <typename T>
Result<Solution<T>> solve(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {},
                          detail::same<span<T>> memory = {}) noexcept {
  using A = detail::Api<T>;
  detail::Session<T> session;
  detail::Attempt<T> attempt;
  const typename A::solution* handle = nullptr;
  auto report = detail::sized<Report<T>>();
  session.solve(attempt, problem, settings, memory, A::workspace_len, A::solve, &handle, &report);
  return attempt.giving(Solution<T>(std::move(session), handle, report));
}

/// The Sinkhorn divergence of two measures, S(a, b) = OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2 + epsilon (sum a - sum
/// b)^2 / 2. Made by divergence.
template <typename T>
class Divergence {
  using A = detail::Api<T>;
  using Handle = const typename A::divergence;

 public:
  /// For this header.
  Divergence(detail::Session<T>&& session, Handle* handle, T value, Status status) noexcept
      : session_(std::move(session)), handle_(handle), value_(value), status_(status) {}

  /// The divergence.
  T value() const noexcept { return value_; }
  /// converged if all three problems have, else how the first ended that has not.
  Status status() const noexcept { return status_; }
  /// Numbers about one of the three solves.
  Result<Report<T>> report(Term term) const noexcept {
    auto report = detail::sized<Report<T>>();
    detail::Attempt<T> attempt(session_.calls.get());
    attempt.call(A::divergence_report, handle_.get(), static_cast<sinkhorn_term>(term), &report);
    return attempt.giving(report);
  }
  /// The gradient in what is wanted; in cost: in the costs between the measures.
  Result<> gradient(const GradientSpans<T>& gradients, const DerivativeSettings<T>& settings = {},
                    span<T> memory = {}) const noexcept {
    detail::Attempt<T> attempt(session_.calls.get());
    const auto out = session_.template inputs<typename A::gradients>(attempt, gradients);
    session_.differentiate(attempt, settings, memory, A::divergence_gradient_len, A::divergence_gradient, handle_.get(),
                           &out);
    return attempt;
  }
  Result<Gradients<T>> gradient(In wanted, const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.gradients(wanted, [&](const auto& spans) { return gradient(spans, settings); });
  }

 private:
  detail::Session<T> session_;
  detail::Handle<Handle> handle_;
  T value_;
  Status status_;
};

/// The Sinkhorn divergence between the measures of a problem. Of a matrix: set Problem::costs_within.
template <typename T>
Result<Divergence<T>> divergence(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {},
                                 detail::same<span<T>> memory = {}) noexcept {
  using A = detail::Api<T>;
  detail::Session<T> session;
  detail::Attempt<T> attempt;
  const typename A::divergence* handle = nullptr;
  T value{};
  const auto within = [&](const auto* given, const auto* chosen, T* work, std::size_t len, auto* error) {
    const auto x = session.within_x.data(), y = session.within_y.data();
    return A::divergence_new(given, x, y, chosen, work, len, &value, &handle, error);
  };
  session.solve(attempt, problem, settings, memory, A::divergence_len, within);
  return attempt.giving(Divergence<T>(std::move(session), handle, value, attempt.status()));
}

template <typename T>
class Soft;

/// How soft to be, and how to solve: sinkhorn_soft_settings_f64. Functions that set something return the settings.
template <typename T = double>
class SoftSettings {
 public:
  /// The regularisation, of values and levels of mean 0 and standard deviation 1; 0.01 if not set.
  SoftSettings& epsilon(T value) noexcept { return raw_.epsilon = value, *this; }
  /// Values are taken as they are, and not standardised.
  SoftSettings& keep_scale(bool keep = true) noexcept { return raw_.keep_scale = keep ? 1 : 0, *this; }
  /// The potentials that the solve begins from.
  SoftSettings& start(SoftStart chosen) noexcept {
    return raw_.start = static_cast<sinkhorn_soft_start>(chosen), *this;
  }
  /// Says what the levels of quantiles mean; Hazen's convention if not set.
  SoftSettings& quantiles(QuantileConvention chosen) noexcept {
    return raw_.quantiles = static_cast<sinkhorn_quantile_convention>(chosen), *this;
  }
  /// Weights of the values (n), of any positive sum; equal if not set.
  SoftSettings& weights(span<const T> weights) noexcept { return weights_ = weights, *this; }
  /// The solve, without start, potentials and observer.
  SoftSettings& solve(const Settings<T>& settings) noexcept { return solve_ = settings, *this; }
  /// Its derivatives.
  SoftSettings& differentiation(const DerivativeSettings<T>& settings) noexcept {
    return differentiation_ = settings, *this;
  }

 private:
  template <typename U>
  friend class Soft;

  typename detail::Api<T>::soft_settings raw_ = detail::sized<typename detail::Api<T>::soft_settings>();
  std::optional<span<const T>> weights_;
  Settings<T> solve_;
  DerivativeSettings<T> differentiation_;
};

/// The gradient of a loss of a soft operator.
template <typename T>
struct SoftGradient {
  std::vector<T> values, weights;  ///< n each; weights are empty if they were not wanted.
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

  /// The gradient of a loss in values (n) and weights (n, or empty), given its derivatives in the output.
  Result<LinearReport<T>> vjp(span<const T> cotangent, span<T> in_values, span<T> in_weights = {}) noexcept {
    auto report = detail::sized<LinearReport<T>>();
    detail::Attempt<T> attempt;
    attempt.fits("cotangent", cotangent, output_.size()).fits("in_values", in_values, n_);
    attempt.fits_or_none("in_weights", in_weights, n_);
    attempt.call(A::soft_vjp, handle_.get(), cotangent.data(), cotangent.size(), in_values.data(), in_weights.data(),
                 &report);
    return attempt.giving(report);
  }
  Result<SoftGradient<T>> vjp(span<const T> cotangent, bool in_weights = false) noexcept {
    SoftGradient<T> out;
    detail::Attempt<T> attempt;
    attempt.resize(out.values, n_);
    if (in_weights) attempt.resize(out.weights, n_);
    if (attempt) attempt.then(vjp(cotangent, out.values, out.weights), &out.report);
    return attempt.giving(std::move(out));
  }

  /// For this header. levels and outputs are lengths; before and after are the arguments of one operator alone.
  template <typename F, typename Before, typename After>
  static Result<Soft> make(F function, span<const T> values, std::size_t levels, std::size_t outputs,
                           const SoftSettings<T>& settings, span<T> memory, Before before, After after) noexcept {
    Soft made;
    detail::Attempt<T> attempt;
    attempt.contiguous("values", values).contiguous("workspace", memory);
    if (settings.weights_) attempt.fits("weights", *settings.weights_, values.size());
    auto raw = settings.raw_;
    raw.solve = &settings.solve_.raw();
    raw.differentiation = &settings.differentiation_.raw();
    std::size_t len = 0;
    attempt.call(A::soft_len, values.size(), levels, &raw, &len);
    const std::size_t needed = len + outputs;
    if (memory.empty()) {
      if (attempt.allocate(made.owned_, needed)) memory = {made.owned_.get(), needed};
    } else {
      attempt.expect(memory.size() >= needed, Status::workspace, "workspace", needed,
                     "%s holds %zu scalars where %zu are needed", memory.size(), needed);
    }
    made.n_ = values.size();
    made.report_ = detail::sized<Report<T>>();
    typename A::soft* handle = nullptr;
    if (attempt) made.output_ = {memory.data() + len, outputs};
    const T* const weights = settings.weights_ ? settings.weights_->data() : nullptr;
    const auto call = [&](auto... last) {
      const auto operate = [&](auto... first) {
        attempt.call(function, values.data(), weights, values.size(), first..., &raw, memory.data(), len,
                     made.output_.data(), last..., &handle, &made.report_);
      };
      std::apply(operate, before);
    };
    std::apply(call, after);
    made.handle_.reset(handle);
    return attempt.giving(std::move(made));
  }

 private:
  Soft() noexcept = default;

  std::unique_ptr<T[]> owned_;
  detail::Handle<typename A::soft> handle_;
  span<T> output_;
  std::size_t n_ = 0;
  Report<T> report_{};
};

/// Soft sorting: values (n) in increasing order, or means of m equal shares of them. m: 0 for n.
template <typename T = double>
Result<Soft<T>> soft_sort(detail::same<span<const T>> values, std::size_t m = 0,
                          const detail::same<SoftSettings<T>>& settings = {},
                          detail::same<span<T>> memory = {}) noexcept {
  if (m == 0) m = values.size();
  const auto function = detail::Api<T>::soft_sort;
  return Soft<T>::make(function, values, m, m, settings, memory, std::tuple<>(), std::make_tuple(m));
}
/// Soft ranks (n): 0 for the smallest value, n - 1 for the largest.
template <typename T = double>
Result<Soft<T>> soft_rank(detail::same<span<const T>> values, const detail::same<SoftSettings<T>>& settings = {},
                          detail::same<span<T>> memory = {}) noexcept {
  const std::size_t n = values.size();
  const auto function = detail::Api<T>::soft_rank;
  return Soft<T>::make(function, values, n, n, settings, memory, std::tuple<>(), std::tuple<>());
}
/// Soft quantiles at levels in [0, 1], in any order.
template <typename T = double>
Result<Soft<T>> soft_quantile(detail::same<span<const T>> values, detail::same<span<const T>> levels,
                              const detail::same<SoftSettings<T>>& settings = {},
                              detail::same<span<T>> memory = {}) noexcept {
  if (!levels.contiguous()) return detail::Attempt<T>().contiguous("levels", levels).failed();
  const std::size_t count = levels.size();
  const auto function = detail::Api<T>::soft_quantile;
  return Soft<T>::make(function, values, 2 * count + 1, count, settings, memory, std::make_tuple(levels.data()),
                       std::make_tuple(count));
}
/// For every value (n) the share of it that is among the k largest; 0 < k < n.
template <typename T = double>
Result<Soft<T>> soft_top_k(detail::same<span<const T>> values, detail::same<T> k,
                           const detail::same<SoftSettings<T>>& settings = {},
                           detail::same<span<T>> memory = {}) noexcept {
  const auto function = detail::Api<T>::soft_top_k;
  return Soft<T>::make(function, values, 2, values.size(), settings, memory, std::make_tuple(k), std::tuple<>());
}

/// The outcome of a batch, problem by problem in their order. Made by solve_batch.
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
  /// f of problem k; empty if it could not be solved.
  span<const T> f(std::size_t k) const noexcept { return part(f_.get(), rows_[k], rows_[k + 1], k); }
  /// g of problem k.
  span<const T> g(std::size_t k) const noexcept { return part(g_.get(), columns_[k], columns_[k + 1], k); }
  /// What was wrong with problem k; of Status::ok if nothing was.
  Error error(std::size_t k) const noexcept { return reports_[k].status < 0 ? Error(errors_[k]) : Error(); }

  /// For this header.
  static Result<Batch> make(span<const Problem<T>> problems, const Settings<T>& settings, span<T> memory) noexcept {
    const std::size_t count = problems.size();
    Batch made;
    made.size_ = count;
    detail::Session<T> session;
    detail::Attempt<T> attempt;
    std::unique_ptr<typename A::problem[]> raws;
    std::unique_ptr<detail::Calls<T>[]> calls;
    attempt.allocate(raws, count).allocate(calls, count).allocate(made.reports_, count).allocate(made.errors_, count);
    attempt.allocate(made.rows_, count + 1).allocate(made.columns_, count + 1);
    if (!attempt) return attempt.giving(std::move(made));
    made.rows_[0] = made.columns_[0] = 0;
    for (std::size_t k = 0; k < count; k++) {
      raws[k] = detail::Session<T>::raw(problems[k], calls[k]);
      if (!problems[k].check()) raws[k].x = raws[k].y = raws[k].cost = nullptr;  // C refuses it, too
      made.rows_[k + 1] = made.rows_[k] + raws[k].n;
      made.columns_[k + 1] = made.columns_[k] + raws[k].m;
    }
    const std::size_t n = made.rows_[count], m = made.columns_[count];
    session.choose(attempt, settings, n, m, false);
    attempt.lend(session.owned, memory, A::batch_len, raws.get(), count, &session.settings);
    attempt.allocate(made.f_, n).allocate(made.g_, m);
    if (count > 0) made.reports_[0].struct_size = sizeof(Report<T>);
    attempt.call(A::solve_batch, raws.get(), count, &session.settings, memory.data(), memory.size(), made.f_.get(),
                 made.g_.get(), made.reports_.get(), made.errors_.get());
    for (std::size_t k = 0; attempt && k < count; k++) {
      attempt.hear(&calls[k]);
      const auto checked = problems[k].check();
      if (checked) continue;
      made.errors_[k] = checked.error().raw();
      made.reports_[k].status = made.errors_[k].status;
    }
    return attempt.giving(std::move(made));
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

/// Solves many problems of any sizes, as many at a time as the settings have threads. Potentials of a warm start lie
/// one after the other. A problem that cannot be solved is told in the batch, and the others are solved.
template <typename T = double>
Result<Batch<T>> solve_batch(detail::same<span<const Problem<T>>> problems,
                             const detail::same<Settings<T>>& settings = {},
                             detail::same<span<T>> memory = {}) noexcept {
  return Batch<T>::make(problems, settings, memory);
}

}  // namespace SINKHORN_HPP_NAMESPACE_
}  // namespace sinkhorn

#undef SINKHORN_HPP_NAMESPACE_
#undef SINKHORN_HPP_THROWS_

#endif  // SINKHORN_HPP
