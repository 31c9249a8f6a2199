/*
 * sinkhorn in C++: entropic optimal transport whose solver starts near the answer.
 *
 *   const std::vector<double> x = {0.0, 0.0, 1.0, 0.2, 0.4, 1.5}, y = {2.0, 1.0, 3.0, 1.5};  // points in the plane
 *   const auto problem = sinkhorn::Problem<double>::points(x, y, 2).epsilon(0.1);
 *   sinkhorn::Settings<double> settings;
 *   settings.start = sinkhorn::Start::automatic;
 *   const auto solution = sinkhorn::solve(problem, settings).value();
 *   std::cout << solution.report().objective << ' ' << solution.entry(0, 1).value() << '\n';
 *
 * A header over sinkhorn.h, whose documentation holds here too: the function solve is sinkhorn_solve_f64 or _f32,
 * Solution::plan is sinkhorn_solution_plan_f64 or _f32, and so on. C++17, no dependency. T is double or float.
 *
 * Errors: what can fail returns a Result. Its value() is the value, or throws the Error; a program without exceptions
 * asks the Result first (if (result)) and reads its error(). Functions themselves do not throw. Callables may: the call
 * ends, and value() throws what they threw; a Solver is then not to be used any more.
 *
 * Data: problems, settings and spans are views: arrays and matrices must outlive what was made of them (a Solution
 * needs x, y and weights), and a temporary that owns its entries does not compile. Matrices are row-major; one of Eigen
 * or a std::mdspan is taken by its own order: see span. What is said to be n has n scalars, and so on; another length
 * is Status::length, and names the argument. An empty span means "not given" if the argument is optional.
 *
 * Memory: what solves owns its workspace, or works in memory that is lent. What computes numbers returns an Array of
 * its own, or writes to the Room that is given. Where all is lent, nothing is allocated but by starts that say so, and
 * for callables, which are copied: that ends the program if there is no memory. Objects move and are not copied; C
 * refuses what was moved from with Status::null_pointer.
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
#include <functional>
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

// Choices have the order of their constants in sinkhorn.h, whose numbers never change; tests compare them one by one.

/// How a call ended: the SINKHORN_ constants. A negative one means a bad call. Compares with the status of a report.
enum class Status : std::int32_t {
  exception = INT32_MIN,  ///< Of this header: a callable threw Error::cause().
  no_memory,              ///< Of this header: the workspace could not be allocated.
  infeasible = SINKHORN_ERROR_INFEASIBLE, below_resolution, handle, internal, aliasing, misaligned, struct_size,
  null_pointer, unsupported, too_large, workspace, overflow, unequal_mass, no_mass, ragged, length, out_of_range,
  not_positive, negative, not_finite, empty,
  ok,
  converged = ok,  ///< The marginal error is at most the threshold.
  sweep_limit, precision_floor, stopped, running, iteration_limit
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

/// The cost between points. A p-norm: Problem::p_norm; your own: Problem::cost_function.
enum class Cost : std::int32_t { squared_euclidean, euclidean, manhattan, cosine = SINKHORN_COST_COSINE };
/// The divisor of costs: one, their mean or standard deviation under a x b, or the largest absolute cost.
enum class Scale : std::int32_t { one, mean, standard_deviation, max };
/// The order of a cost matrix in memory.
enum class Order : std::int32_t { row_major, column_major };

/// The potentials that a solve begins from: the sinkhorn_start_ functions of sinkhorn.h. Zero is the default, as in C.
enum class Start {
  zero, automatic, monotone, dual_sort, gaussian, gaussian_unregularised, mixture, coarse, subsample
};
/// The potentials that a start function has written. Anything negative is a Status with which the solve then fails.
enum class Wrote : std::int32_t { f, g, both };
/// A way to need fewer sweeps; automatic by default.
enum class Acceleration : std::int32_t { automatic, plain, relaxation, adaptive_relaxation, anderson };
/// The memory between sweeps: nothing (by default), costs, the kernel, or what is fastest within a budget.
enum class Storage : std::int32_t { stream, cost, kernel, automatic };
/// Sweeps leave out pairs that carry next to nothing: where that is expected to be faster, nowhere, or where they can.
enum class Skipping : std::int32_t { automatic, off, on };
/// The vector instructions of a solve.
enum class Simd : std::int32_t { best, portable, neon, avx2, avx512, sse42, wasm };

/// One of the three problems of a divergence.
enum class Term : std::int32_t { between, within_x, within_y };
/// The potentials that soft operators begin from.
enum class SoftStart : std::int32_t { monotone, zero };
/// A convention says which quantile a level means.
enum class QuantileConvention : std::int32_t { hazen, linear };

/// Gradients that are wanted, joined by |: in points, weights, costs and epsilon.
enum class In : unsigned { x = 1, y = 2, a = 4, b = 8, cost = 16, epsilon = 32 };
/// Changes that are wanted, joined by |: of potentials, plan and map.
enum class Of : unsigned { f = 1, g = 2, plan = 4, map = 8 };

template <typename E, typename = std::enable_if_t<std::is_same_v<E, In> || std::is_same_v<E, Of>>>
constexpr E operator|(E p, E q) noexcept {
  return static_cast<E>(static_cast<unsigned>(p) | static_cast<unsigned>(q));
}

template <typename T>
class span;

namespace detail {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// What a type says about the order of its entries.
enum class Kind { array, by_rows, by_columns, at_run_time, unknown };

// Where the entries of a matrix lie, and whether they outlive the object; an array is a matrix of one column.
template <typename E, Kind known, bool outlive>
struct Layout {
  static constexpr Kind kind = known;
  static constexpr bool is_view = outlive;
  using entry = E;

  E* data;
  std::size_t rows, columns, row_stride, column_stride;

  constexpr bool by_rows() const noexcept {
    return rows == 0 || columns == 0 || ((columns == 1 || column_stride == 1) && (rows == 1 || row_stride == columns));
  }

  // Columns; 0 for an array.
  constexpr std::size_t row_length() const noexcept { return kind == Kind::array ? 0 : columns; }
  constexpr Layout transposed() const noexcept { return {data, columns, rows, column_stride, row_stride}; }
};

// Types are told by their members, so that this header includes none of theirs. The largest rank that fits is chosen.
template <int n>
struct Rank : Rank<n - 1> {};
template <>
struct Rank<0> {};

// A matrix, vector or array of Eigen, or a view of one. It owns its entries if a matrix converts to it.
template <typename C, bool vector = bool(C::IsVectorAtCompileTime), bool by_rows = bool(C::IsRowMajor),
          typename E = std::remove_pointer_t<decltype(std::declval<C&>().data())>, typename P = typename C::PlainObject>
constexpr auto layout(C& m, Rank<2>) noexcept
    -> Layout<E, vector ? Kind::array : by_rows ? Kind::by_rows : Kind::by_columns, !std::is_convertible_v<P, C>> {
  const auto rows = std::size_t(m.rows()), columns = std::size_t(m.cols());
  const auto inner = std::size_t(m.innerStride()), outer = std::size_t(m.outerStride());
  if constexpr (vector) return {m.data(), rows * columns, 1, inner, 1};
  else if constexpr (by_rows) return {m.data(), rows, columns, outer, inner};
  else return {m.data(), rows, columns, inner, outer};
}

// Whether a std::mdspan is column-major for any extents: then its mapping without extents is.
template <typename C, typename = void>
constexpr bool by_columns = false;
template <typename C>
constexpr bool by_columns<C, std::enable_if_t<(typename C::mapping_type{}.stride(1) != 1)>> = true;

// A std::mdspan whose entries are what its pointer points to.
template <typename C, typename E = typename C::element_type, std::size_t rank = C::rank(),
          typename = std::enable_if_t<(rank == 1 || rank == 2) && std::is_same_v<typename C::reference, E&> &&
                                      std::is_same_v<typename C::data_handle_type, E*>>>
constexpr auto layout(C& m, Rank<1>) noexcept {
  const auto rows = std::size_t(m.extent(0)), stride = std::size_t(m.stride(0));
  if constexpr (rank == 1) {
    return Layout<E, Kind::array, true>{m.data_handle(), rows, 1, stride, 1};
  } else {
    constexpr Kind kind = by_columns<C> ? Kind::by_columns : Kind::at_run_time;
    return Layout<E, kind, true>{m.data_handle(), rows, std::size_t(m.extent(1)), stride, std::size_t(m.stride(1))};
  }
}

// Arrays own their entries unless they are a pointer and a size. With entries (i, j), their order may be any.
template <typename C, typename E = std::remove_pointer_t<decltype(std::data(std::declval<C&>()))>>
constexpr auto layout(C& c, Rank<0>) noexcept
    -> Layout<E, std::is_invocable_v<C&, int, int> ? Kind::unknown : Kind::array,
              std::is_trivially_copyable_v<C> && std::is_constructible_v<C, E*, std::size_t>> {
  return {std::data(c), std::size_t(std::size(c)), 1, 1, 1};
}

template <typename C>
using layout_of = decltype(layout(std::declval<std::remove_reference_t<C>&>(), Rank<2>()));

template <typename C>
constexpr bool is_span = false;
template <typename T>
constexpr bool is_span<span<T>> = true;

// The layout of an argument that is kept as a view.
template <typename C, typename L = layout_of<C>>
constexpr L kept(C&& c) noexcept {
  static_assert(std::is_lvalue_reference_v<C> || L::is_view,
                "sinkhorn: this temporary owns its entries, which would be gone before they are read: give it a name");
  static_assert(L::kind != Kind::unknown,
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

  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  span(std::initializer_list<value_type>) = delete;  // its entries would be gone
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U (*)[], T (*)[]>>>
  constexpr span(const span<U>& other) noexcept
      : data_(other.data()), size_(other.size()), columns_(other.contiguous() ? other.columns() : detail::none) {}
  template <typename C, typename = std::enable_if_t<!detail::is_span<std::remove_cv_t<std::remove_reference_t<C>>>>,
            typename L = detail::layout_of<C>,
            typename = std::enable_if_t<std::is_convertible_v<typename L::entry (*)[], T (*)[]>>>
  constexpr span(C&& entries) noexcept : span(detail::kept(std::forward<C>(entries))) {
    static_assert(L::kind != detail::Kind::by_columns,
                  "sinkhorn: a column-major matrix where rows are read: use points_in_columns(m) for d x n points, "
                  "Problem::matrix(m) for a cost, m.transpose() for its transpose, or copy it into a row-major matrix");
  }
  /// For this header: of what lies there.
  template <typename E, detail::Kind kind, bool is_view>
  constexpr explicit span(const detail::Layout<E, kind, is_view>& given) noexcept : columns_(detail::none) {
    if (given.by_rows()) data_ = given.data, size_ = given.rows * given.columns, columns_ = given.row_length();
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
  return span<typename L::entry>(detail::kept(std::forward<M>(m)).transposed());
}

/// Memory for what a call computes: anything that makes a span of as many entries. Without it, the call makes its own.
template <typename T>
using Room = std::optional<span<T>>;

/// What a call has computed: entries of its own, or those of the Room that it was given. Moves, and is not copied.
template <typename T>
class Array : span<T> {
 public:
  Array() noexcept = default;
  /// For this header: of entries that are lent, or made.
  explicit Array(span<T> lent) noexcept : span<T>(lent) {}
  Array(std::unique_ptr<T[]> made, std::size_t count) noexcept : span<T>(made.get(), count), own_(std::move(made)) {}

  using span<T>::data, span<T>::size, span<T>::empty, span<T>::begin, span<T>::end, span<T>::operator[];

 private:
  std::unique_ptr<T[]> own_;
};

/// Why a call failed: what sinkhorn_error holds, and what a callable threw.
class Error : public std::runtime_error {
 public:
  explicit Error(const sinkhorn_error& raw = {SINKHORN_OK, "", detail::none, detail::none, 0, ""},
                 std::exception_ptr cause = nullptr)
      : std::runtime_error(""), raw_(raw), cause_(std::move(cause)) {}

  /// The fields of sinkhorn_error: SIZE_MAX for a row or column that there is not, and "" for such an argument.
  Status status() const noexcept { return static_cast<Status>(raw_.status); }
  const char* argument() const noexcept { return raw_.argument == nullptr ? "" : raw_.argument; }
  std::size_t row() const noexcept { return raw_.row; }
  std::size_t column() const noexcept { return raw_.column; }
  double value() const noexcept { return raw_.value; }
  const char* what() const noexcept override { return raw_.message; }
  const sinkhorn_error& raw() const noexcept { return raw_; }
  /// What a callable threw, or std::bad_alloc; mostly null.
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  sinkhorn_error raw_;
  std::exception_ptr cause_;
};

/// The value of a call, or the Error that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) noexcept : held_(std::move(value)) {}
  Result(Error error) noexcept : held_(std::move(error)) {}

  explicit operator bool() const noexcept { return held_.index() == 0; }
  /// Why there is no value; of Status::ok if there is one.
  const Error& error() const noexcept {
    static const Error none;
    return *this ? none : *std::get_if<1>(&held_);
  }

  /// The value. Without one it throws the error, or what a callable threw; without exceptions it prints the error and
  /// aborts. So does ->.
  T& value() & { return get(*this); }
  const T& value() const& { return get(*this); }
  T value() && { return std::move(get(*this)); }
  T* operator->() { return &get(*this); }
  const T* operator->() const { return &get(*this); }

 private:
  template <typename Self>
  static auto& get(Self& self) {
    if (!self) {
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

  std::variant<T, Error> held_;
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
  X(solve_batch, s) X(target_n, s) X(target_m, s) X(target_epsilon, s) X(target_cost_scale, s)
#define SINKHORN_HPP_TYPE_(type, s) using type = sinkhorn_##type##_##s;
#define SINKHORN_HPP_CALL_(name, s) static constexpr auto name = sinkhorn_##name##_##s;
#define SINKHORN_HPP_API_(T, s)                                                                                       \
  template <>                                                                                                         \
  struct Api<T> {                                                                                                     \
    SINKHORN_HPP_TYPES_(SINKHORN_HPP_TYPE_, s) SINKHORN_HPP_CALLS_(SINKHORN_HPP_CALL_, s)                             \
    /* In the order of Start. */                                                                                      \
    static constexpr sinkhorn_start_##s starts[] = {                                                                  \
        nullptr, sinkhorn_start_auto_##s, sinkhorn_start_monotone_##s, sinkhorn_start_dual_sort_##s,                  \
        sinkhorn_start_gaussian_##s, sinkhorn_start_gaussian_unregularised_##s, sinkhorn_start_mixture_##s,           \
        sinkhorn_start_coarse_##s, sinkhorn_start_subsample_##s};                                                     \
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
struct Sized : S {
  Sized() noexcept : S() { this->struct_size = sizeof(S); }
};

template <typename T>
class Attempt;
template <typename T>
struct Session;

// A handle that a move leaves null.
struct Lent {
  void operator()(const void*) const noexcept {}
};
template <typename H>
using Handle = std::unique_ptr<H, Lent>;

}  // namespace detail

/// Numbers about a finished solve and about the linear system behind a derivative, and what an observer sees:
/// sinkhorn_report_f64, sinkhorn_linear_report_f64, sinkhorn_observation_f64.
template <typename T>
using Report = detail::Sized<typename detail::Api<T>::report>;
template <typename T>
using LinearReport = detail::Sized<typename detail::Api<T>::linear_report>;
template <typename T>
using Observation = typename detail::Api<T>::observation;

/// The problem of the solve that calls a start function: sinkhorn_target_n_f64, and so on.
template <typename T>
struct Target {
  using A = detail::Api<T>;

  typename A::target* raw;

  std::size_t n() const noexcept { return A::target_n(raw); }
  std::size_t m() const noexcept { return A::target_m(raw); }
  T epsilon() const noexcept { return A::target_epsilon(raw); }
  T cost_scale() const noexcept { return A::target_cost_scale(raw); }

  /// Runs a start of the library; f (n) and g (m) are those that the start function was called with.
  Wrote run(Start start, span<T> f, span<T> g) noexcept {
    const auto function = A::starts[static_cast<std::size_t>(start)];
    if (function != nullptr) return static_cast<Wrote>(function(raw, f.data(), g.data(), nullptr));
    for (T& value : f) value = T(0);
    return Wrote::f;
  }
};

/// c(x, y) for two points.
template <typename T>
using CostFunction = std::function<T(span<const T> x, span<const T> y)>;
/// Writes dc/dx and dc/dy.
template <typename T>
using CostGradient = std::function<void(span<const T> x, span<const T> y, span<T> in_x, span<T> in_y)>;
/// Called after every sweep; true stops the solve with Status::stopped.
template <typename T>
using Observer = std::function<bool(const Observation<T>&)>;
/// Writes f (n) or g (m) or both, in units of the unscaled cost, and says which.
template <typename T>
using StartFunction = std::function<Wrote(Target<T>& target, span<T> f, span<T> g)>;
/// Writes dL/dP_ij of row i to row, for the columns from first on. Called in any order.
template <typename T>
using PlanRows = std::function<void(std::size_t i, std::size_t first, span<T> row)>;

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
    made.x_ = x, made.y_ = y, made.matrix_ = false;
    made.raw_.x = x.data(), made.raw_.y = y.data(), made.raw_.dimension = dimension;
    if (dimension != 0) made.raw_.n = x.size() / dimension, made.raw_.m = y.size() / dimension;
    return made;
  }

  /// A cost matrix, n x m, as an array.
  static Problem matrix(span<const T> cost, std::size_t n, std::size_t m, Order order = Order::row_major) noexcept {
    Problem made;
    made.cost_ = cost;
    made.raw_.cost = cost.data(), made.raw_.n = n, made.raw_.m = m;
    made.raw_.cost_order = static_cast<sinkhorn_order>(order);
    return made;
  }

  /// A cost matrix of Eigen or a std::mdspan, row-major or column-major, without gaps.
  template <typename M, typename L = detail::layout_of<M>, typename = std::enable_if_t<L::kind != detail::Kind::array>>
  static Problem matrix(M&& cost) noexcept {
    const L layout = detail::kept(std::forward<M>(cost));
    const bool by_rows = layout.by_rows();
    const span<typename L::entry> entries(by_rows ? layout : layout.transposed());
    return matrix(entries, layout.rows, layout.columns, by_rows ? Order::row_major : Order::column_major);
  }

  /// Weights of both sides, n and m, or of one; not negative. 1/n and 1/m each if not set.
  Problem& weights(span<const T> a, span<const T> b) noexcept { return weights_a(a).weights_b(b); }
  Problem& weights_a(span<const T> a) noexcept { return raw_.a = a.data(), a_ = a, *this; }
  Problem& weights_b(span<const T> b) noexcept { return raw_.b = b.data(), b_ = b, *this; }

  /// The regularisation in units of (scaled) cost, or as a multiple of the mean or standard deviation of the cost under
  /// a x b. If none is set: 0.05 of the standard deviation.
  Problem& epsilon(T value, sinkhorn_epsilon_kind kind = SINKHORN_EPSILON_ABSOLUTE) noexcept {
    return raw_.epsilon_kind = kind, raw_.epsilon = value, *this;
  }
  Problem& epsilon_of_mean(T factor) noexcept { return epsilon(factor, SINKHORN_EPSILON_OF_MEAN); }
  Problem& epsilon_of_std(T factor) noexcept { return epsilon(factor, SINKHORN_EPSILON_OF_STD); }

  /// Relaxes the marginals, in units of (scaled) cost; 0 and infinity keep one exact.
  Problem& unbalanced(T rho_a, T rho_b) noexcept { return raw_.rho_a = rho_a, raw_.rho_b = rho_b, *this; }
  Problem& unbalanced(T rho) noexcept { return unbalanced(rho, rho); }

  /// The cost between points: one by name, a p-norm, or your own, and its gradient if derivatives in points are wanted.
  Problem& cost(Cost chosen) noexcept { return set_cost(static_cast<sinkhorn_cost>(chosen), T(0), {}, {}); }
  Problem& p_norm(T p) noexcept { return set_cost(SINKHORN_COST_P_NORM, p, {}, {}); }
  Problem& cost_function(CostFunction<T> function, CostGradient<T> gradient = {}) noexcept {
    return set_cost(SINKHORN_COST_CUSTOM, T(0), std::move(function), std::move(gradient));
  }

  /// Divides costs by this, and with them epsilon, rho, potentials and values.
  Problem& cost_scale(T divisor, sinkhorn_cost_scale_kind kind = SINKHORN_SCALE_GIVEN) noexcept {
    return raw_.cost_scale_kind = kind, raw_.cost_scale = divisor, *this;
  }
  Problem& cost_scale(Scale scale) noexcept { return cost_scale(T(0), static_cast<sinkhorn_cost_scale_kind>(scale)); }

  /// For the divergence of a cost matrix: the costs within each side, n x n and m x m, symmetric.
  Problem& costs_within(span<const T> x, span<const T> y) noexcept { return within_x_ = x, within_y_ = y, *this; }

  /// Points on each side, and their coordinates: 0 with a cost matrix.
  std::size_t n() const noexcept { return raw_.n; }
  std::size_t m() const noexcept { return raw_.m; }
  std::size_t dimension() const noexcept { return raw_.dimension; }

  /// What is wrong with lengths, which C does not see; of Status::ok if nothing is. Every use of the problem asks.
  Error check() const noexcept {
    const detail::Session<T> session;
    auto attempt = session.begin();
    check(attempt);
    return attempt.error();
  }

 private:
  template <typename U>
  friend struct detail::Session;

  void check(detail::Attempt<T>& attempt) const noexcept {
    const std::size_t n = raw_.n, m = raw_.m, d = raw_.dimension;
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
      attempt.whole("x", x_, d).whole("y", y_, d);
      given(!x_.empty(), "x", "%s is empty");
      given(!y_.empty(), "y", "%s is empty");
      given(d != 0, "dimension", "%s is 0: points in arrays need one");
    }
    if (a_) attempt.fits("a", *a_, n);
    if (b_) attempt.fits("b", *b_, m);
    attempt.fits_or_none("cost_within_x", within_x_, n * n, n).fits_or_none("cost_within_y", within_y_, m * m, m);
  }

  Problem& set_cost(sinkhorn_cost cost, T p, CostFunction<T> function, CostGradient<T> gradient) noexcept {
    function_ = std::move(function), gradient_ = std::move(gradient);
    return raw_.ground_cost = cost, raw_.p = p, *this;
  }

  detail::Sized<typename detail::Api<T>::problem> raw_;
  span<const T> x_, y_, cost_, within_x_, within_y_;
  std::optional<span<const T>> a_, b_;
  CostFunction<T> function_;
  CostGradient<T> gradient_;
  bool matrix_ = true;
};

/// When to stop and how to get there: sinkhorn_settings_f64, where the fields are described, and what 0 means.
template <typename T = double>
struct Settings {
  Start start = Start::zero;
  StartFunction<T> start_function{};   ///< A start of your own, instead.
  span<const T> start_f{}, start_g{};  ///< n, m: potentials to start from, or one of them, instead.
  std::uint32_t start_size = 0;
  std::uint64_t start_seed = 0;
  Observer<T> observer{};  ///< Called after every sweep of a solve and of Solver::run.
  T threshold = 0;
  std::uint32_t max_sweeps = 0;
  Acceleration acceleration = Acceleration::automatic;
  T relaxation = 0;
  std::uint32_t memory = 0;
  T annealing_first = 0, annealing_factor = 0;
  std::uint32_t annealing_sweeps = 0;
  Storage storage = Storage::stream;
  std::size_t storage_budget = 0;
  std::uint32_t threads = 0;
  Simd simd = Simd::best;
  Skipping skipping = Skipping::automatic;
};

/// How to differentiate: sinkhorn_derivative_settings_f64, where the fields are described; and in what memory.
template <typename T = double>
struct DerivativeSettings {
  T tolerance = 0;
  std::uint32_t max_iterations = 0, threads = 0;
  span<T> memory{};  ///< Scratch, of sinkhorn_derivatives_len_f64 or SINKHORN_DERIVATIVES_LEN scalars.
  Room<T> out{};     ///< Of all that is wanted, one after the other in the order of In or Of.
};

/// How soft to be, and how to solve: sinkhorn_soft_settings_f64, where the fields are described, and what 0 means.
template <typename T = double>
struct SoftSettings {
  T epsilon = 0;
  bool keep_scale = false;
  SoftStart start = SoftStart::monotone;
  QuantileConvention quantiles = QuantileConvention::hazen;
  std::optional<span<const T>> weights{};  ///< n, of the values, of any positive sum; equal if not set.
  Settings<T> solve{};                     ///< Without start, potentials and observer.
  DerivativeSettings<T> differentiation{};
};

/// Something for each input of a problem, as in sinkhorn_gradients_f64. Spans are empty for what is not there.
template <typename V>
struct Inputs {
  span<V> x{}, y{};  ///< n x dimension, m x dimension.
  span<V> a{}, b{};  ///< n, m. Balanced: along changes with sum da_i = sum db_j.
  span<V> cost{};    ///< n x m, in the costs as they are given, not scaled.
  std::remove_cv_t<V> epsilon{};  ///< In units of (scaled) cost.
};
/// A direction in which the inputs change: sinkhorn_tangent_f64.
template <typename T>
using Tangent = Inputs<const T>;
/// The derivatives of a number that were asked for, one after the other in memory.
template <typename T>
struct Gradients : Inputs<T> {
  Array<T> memory;
  LinearReport<T> report;  ///< Of vjp and objective_hvp.
};

/// The changes of results that were asked for, one after the other in memory: sinkhorn_changes_f64.
template <typename T>
struct Changes {
  span<T> f, g, plan, map;  ///< n, m, n x m, n x dimension.
  Array<T> memory;
  LinearReport<T> report;
};
/// The derivatives of a loss in the results: sinkhorn_cotangent_f64.
template <typename T>
struct Cotangent {
  span<const T> f{}, g{}, plan{};
  PlanRows<T> plan_rows{};  ///< dL/dP, computed when needed, instead of plan.
  span<const T> map{};
};

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

  static T call_cost(const T* x, const T* y, std::size_t d, void* data) noexcept {
    return guarded(data, T(0), [&](Calls& calls) { return calls.cost({x, d}, {y, d}); });
  }

  static void call_gradient(const T* x, const T* y, std::size_t d, T* in_x, T* in_y, void* data) noexcept {
    guarded(data, 0, [&](Calls& calls) { return calls.gradient({x, d}, {y, d}, {in_x, d}, {in_y, d}), 0; });
  }

  // There for costs alone too: it ends a solve whose cost threw.
  static int call_observer(const Observation<T>* seen, void* data) noexcept {
    return guarded(data, 1, [&](Calls& calls) { return calls.observer && calls.observer(*seen) ? 1 : 0; });
  }

  static sinkhorn_wrote call_start(typename Api<T>::target* raw, T* f, T* g, void* data) noexcept {
    Target<T> target{raw};
    const auto call = [&](Calls& calls) { return calls.start(target, {f, target.n()}, {g, target.m()}); };
    return static_cast<sinkhorn_wrote>(guarded(data, static_cast<Wrote>(Status::exception), call));
  }

  static void call_rows(std::size_t i, std::size_t first, std::size_t count, T* row, void* data) noexcept {
    const bool done = guarded(data, false, [&](Calls& calls) { return calls.rows(i, first, {row, count}), true; });
    // Zeros, so that the exception is reported and not what the memory happened to hold.
    for (std::size_t k = 0; !done && k < count; ++k) row[k] = T(0);
  }

 private:
  // After an exception nothing is called any more.
  template <typename R, typename F>
  static R guarded(void* data, R otherwise, F call) noexcept {
    Calls& calls = *static_cast<Calls*>(data);
    if (calls.raised.load(std::memory_order_relaxed)) return otherwise;
#if SINKHORN_HPP_THROWS_
    try {
      return call(calls);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(calls.mutex);
      if (calls.cause == nullptr) calls.cause = std::current_exception();
      calls.raised.store(true);
      return otherwise;
    }
#else
    return call(calls);
#endif
  }
};

// A part of a result: its place and shape.
template <typename T>
struct Part {
  span<T>* place;
  std::size_t rows, columns;
};

// A call in steps. After the first step that goes wrong the others do nothing, and its error is the result.
template <typename T>
class Attempt {
 public:
  explicit Attempt(const Session<T>& session) noexcept : session_(session) {}

  explicit operator bool() const noexcept { return status_ >= 0; }
  Status status() const noexcept { return static_cast<Status>(status_); }
  Error error() const noexcept { return *this ? Error() : Error(raw_, cause_); }

  // The value where all went well.
  template <typename V>
  Result<V> giving(V value) const noexcept {
    return *this ? Result<V>(std::move(value)) : Result<V>(error());
  }

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

  // Without gaps; of a matrix also its columns, unless 0 are expected.
  template <typename U>
  Attempt& contiguous(const char* argument, span<U> given, std::size_t columns = 0) noexcept {
    expect(given.contiguous(), Status::unsupported, argument, 0,
           "%s does not lie in memory row by row without gaps: copy it into a matrix that does");
    return expect(given.columns() == 0 || columns == 0 || given.columns() == columns, Status::length, argument, columns,
                  "%s has rows of %zu scalars where %zu are needed", given.columns(), columns);
  }

  // As many scalars as expected; none: as many as there are.
  template <typename U>
  Attempt& fits(const char* argument, span<U> given, std::size_t expected, std::size_t columns = 0) noexcept {
    return contiguous(argument, given, columns)
        .expect(expected == none || given.size() == expected, Status::length, argument, expected,
                "%s has %zu scalars where %zu are needed", given.size(), expected);
  }

  template <typename U>
  Attempt& fits_or_none(const char* argument, span<U> given, std::size_t expected, std::size_t columns = 0) noexcept {
    return given.contiguous() && given.empty() ? *this : fits(argument, given, expected, columns);
  }

  // Whole points of a dimension; 0: a cost matrix, which has none, so that the library refuses the call.
  Attempt& whole(const char* argument, span<const T> points, std::size_t dimension) noexcept {
    return contiguous(argument, points, dimension)
        .expect(dimension == 0 || points.size() % dimension == 0, Status::ragged, argument, 0,
                "%s has %zu scalars, not a multiple of the dimension %zu", points.size(), dimension);
  }

  template <typename F, typename... Arguments>
  Attempt& call(F function, Arguments... arguments) noexcept {
    if (!*this) return *this;
    status_ = function(arguments..., &raw_);
    return hear(session_.calls.data());
  }

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

  // New memory; not initialised if U is a scalar.
  template <typename U = T>
  Array<U> allocate(std::size_t count) noexcept {
    if (!*this) return {};
    std::unique_ptr<U[]> made(count <= none / sizeof(U) ? new (std::nothrow) U[count] : nullptr);
    expect(made != nullptr, Status::no_memory, "workspace", count, "%s: no memory for %zu entries", count);
#if SINKHORN_HPP_THROWS_
    if (made == nullptr) cause_ = std::make_exception_ptr(std::bad_alloc());
#endif
    return *this ? Array<U>(std::move(made), count) : Array<U>();
  }

  // Memory for the result of a call: what is given, if it fits, or new memory.
  template <typename U>
  Array<U> room(const char* argument, const Room<U>& given, std::size_t size, std::size_t columns = 0) noexcept {
    if (!given) return allocate<U>(size == none ? 1 : size);
    fits(argument, *given, size, columns);
    return Array<U>(*given);
  }

  // The same for results that lie one after the other: part k, if bit k of wanted is set.
  template <typename W>
  Array<T> room(const char* argument, const Room<T>& given, W wanted, std::initializer_list<Part<T>> parts) noexcept {
    std::size_t size = 0, columns = 0;
    const auto each = [&](auto visit) {
      for (std::size_t k = 0; *this && k < parts.size(); k++) {
        if (static_cast<unsigned>(wanted) >> k & 1) visit(parts.begin()[k]);
      }
    };
    each([&](const Part<T>& part) { columns = size == 0 ? part.columns : 0, size += part.rows * part.columns; });
    Array<T> memory = room(argument, given, size, columns);
    T* next = memory.data();
    each([&](const Part<T>& part) { *part.place = {next, part.rows * part.columns}, next = part.place->end(); });
    return memory;
  }

  // Calls a function that writes its result there, at the place of its last argument.
  template <typename F, typename... Arguments>
  Result<Array<T>> write(const char* argument, const Room<T>& given, std::size_t size, std::size_t columns, F function,
                         Arguments... arguments) noexcept {
    Array<T> out = room(argument, given, size, columns);
    return call(function, arguments..., out.data()).giving(std::move(out));
  }

  // What a function says about lengths.
  template <typename F, typename... Arguments>
  std::size_t length(F len_of, Arguments... arguments) noexcept {
    std::size_t len = 0;
    call(len_of, arguments..., &len);
    return len;
  }

  // Memory to work in: what is lent, or as much as the function says.
  template <typename F, typename... Arguments>
  Array<T> memory(span<T> lent, F len_of, Arguments... arguments) noexcept {
    if (!contiguous("workspace", lent) || !lent.empty()) return Array<T>(lent);
    return allocate(length(len_of, arguments...));
  }

 private:
  sinkhorn_status status_ = SINKHORN_OK;
  sinkhorn_error raw_;
  std::exception_ptr cause_;
  const Session<T>& session_;
};

// What a call needs and leaves: the structs, memory and callables.
template <typename T>
struct Session {
  using A = Api<T>;

  typename A::problem problem{};
  typename A::settings settings{};
  typename A::derivative_settings differentiation{};
  span<const T> within_x, within_y;
  Array<T> memory;
  Array<Calls<T>> calls;  // one, or none

  Attempt<T> begin() const noexcept { return Attempt<T>(*this); }

  static typename A::problem raw(const Problem<T>& given, Calls<T>& calls) noexcept {
    typename A::problem made = given.raw_;
    calls.cost = given.function_;
    calls.gradient = given.gradient_;
    if (calls.cost) made.cost_function = Calls<T>::call_cost;
    if (calls.gradient) made.cost_gradient = Calls<T>::call_gradient;
    made.cost_data = &calls;
    return made;
  }

  static typename A::settings raw(const Settings<T>& given) noexcept {
    Sized<typename A::settings> made;
    made.start = given.start_function ? Calls<T>::call_start : A::starts[static_cast<std::size_t>(given.start)];
    made.start_f = given.start_f.data(), made.start_g = given.start_g.data();
    made.start_size = given.start_size, made.start_seed = given.start_seed;
    made.observer = given.observer ? Calls<T>::call_observer : nullptr;
    made.threshold = given.threshold, made.max_sweeps = given.max_sweeps;
    made.acceleration = static_cast<sinkhorn_acceleration>(given.acceleration);
    made.relaxation = given.relaxation, made.memory = given.memory;
    made.annealing_first = given.annealing_first, made.annealing_factor = given.annealing_factor;
    made.annealing_sweeps = given.annealing_sweeps;
    made.storage = static_cast<sinkhorn_storage>(given.storage), made.storage_budget = given.storage_budget;
    made.threads = given.threads, made.simd = static_cast<sinkhorn_simd>(given.simd);
    made.skipping = static_cast<sinkhorn_skipping>(given.skipping);
    return made;
  }

  static typename A::derivative_settings raw(const DerivativeSettings<T>& given) noexcept {
    return {sizeof(typename A::derivative_settings), given.tolerance, given.max_iterations, given.threads};
  }

  // The settings of the solve are filled in by the session.
  typename A::soft_settings raw(const SoftSettings<T>& given) noexcept {
    settings = raw(given.solve);
    differentiation = raw(given.differentiation);
    return {sizeof(typename A::soft_settings), &settings, &differentiation, given.epsilon, given.keep_scale,
            static_cast<sinkhorn_soft_start>(given.start), static_cast<sinkhorn_quantile_convention>(given.quantiles)};
  }

  // Makes the settings; n and m are those of all problems of the call.
  void choose(Attempt<T>& attempt, const Settings<T>& chosen, std::size_t n, std::size_t m, bool with_calls) noexcept {
    attempt.fits_or_none("start_f", chosen.start_f, n).fits_or_none("start_g", chosen.start_g, m);
    settings = raw(chosen);
    if (!with_calls && !chosen.observer && !chosen.start_function) return;
    calls = attempt.template allocate<Calls<T>>(1);
    if (!attempt) return;
    calls[0].start = chosen.start_function;
    calls[0].observer = chosen.observer;
    settings.start_data = settings.observer_data = calls.data();
  }

  // Checks lengths and makes the structs.
  void describe(Attempt<T>& attempt, const Problem<T>& given, const Settings<T>& chosen) noexcept {
    const bool with_calls = given.function_ || given.gradient_;
    given.check(attempt);
    choose(attempt, chosen, given.n(), given.m(), with_calls);
    problem = given.raw_;
    if (with_calls && attempt) problem = raw(given, calls[0]);
    within_x = given.within_x_, within_y = given.within_y_;
    // A cost that throws ends the solve after the sweep.
    if (with_calls) settings.observer = Calls<T>::call_observer;
  }

  // The same, and memory that is lent or new, for what solves.
  template <typename L, typename F, typename... Arguments>
  void solve(Attempt<T>& attempt, const Problem<T>& given, const Settings<T>& chosen, span<T> lent, L len_of,
             F function, Arguments... arguments) noexcept {
    describe(attempt, given, chosen);
    memory = attempt.memory(lent, len_of, &problem, &settings);
    attempt.call(function, &problem, &settings, memory.data(), memory.size(), arguments...);
  }

  // Differentiates an object, at a cotangent or along a tangent if there is one. The result is of type Made.
  template <typename Made, typename L, typename F, typename H, typename W, typename... Given>
  Result<Made> derive(L len_of, F function, const H& handle, W wanted, const DerivativeSettings<T>& chosen,
                      const Given&... given) const noexcept {
    Made made;
    Calls<T> rows;
    auto attempt = begin();
    const std::tuple in{raw(attempt, given, rows)...};
    const auto out = room(attempt, wanted, chosen.out, made);
    const typename A::derivative_settings how = raw(chosen);
    const Array<T> work = attempt.memory(chosen.memory, len_of, &problem, &how);
    if constexpr (sizeof...(given) == 0) attempt.call(function, handle.get(), &how, work.data(), work.size(), &out);
    else attempt.call(function, handle.get(), &how, work.data(), work.size(), &std::get<0>(in), &out, &made.report);
    return attempt.hear(&rows).giving(std::move(made));
  }

  // Scalars of some points. A cost matrix has none: any number will do, and the library refuses the call.
  std::size_t scalars(std::size_t points) const noexcept {
    return problem.dimension == 0 ? none : points * problem.dimension;
  }

  // Bundles as structs of the C interface, after a look at lengths.
  typename A::tangent raw(Attempt<T>& attempt, const Tangent<T>& s, Calls<T>&) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension;
    attempt.fits_or_none("x", s.x, scalars(n), d).fits_or_none("y", s.y, scalars(m), d);
    attempt.fits_or_none("a", s.a, n).fits_or_none("b", s.b, m).fits_or_none("cost", s.cost, n * m, m);
    return {sizeof(typename A::tangent), s.x.data(), s.y.data(), s.a.data(), s.b.data(), s.cost.data(), s.epsilon};
  }

  typename A::cotangent raw(Attempt<T>& attempt, const Cotangent<T>& s, Calls<T>& from) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension;
    attempt.fits_or_none("f", s.f, n).fits_or_none("g", s.g, m).fits_or_none("plan", s.plan, n * m, m);
    attempt.fits_or_none("map", s.map, scalars(n), d);
    from.rows = s.plan_rows;
    const auto rows = from.rows ? Calls<T>::call_rows : nullptr;
    return {sizeof(typename A::cotangent), s.f.data(), s.g.data(), s.plan.data(), rows, &from, s.map.data()};
  }

  // Room for what is wanted, and the struct of the C interface that says where.
  typename A::gradients room(Attempt<T>& attempt, In wanted, const Room<T>& out, Gradients<T>& made) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension == 0 ? 1 : problem.dimension;
    made.memory = attempt.room("gradients", out, wanted, {{&made.x, n, d}, {&made.y, m, d}, {&made.a, n, 1},
                                                          {&made.b, m, 1}, {&made.cost, n, m}});
    T* const epsilon = (wanted | In::epsilon) == wanted ? &made.epsilon : nullptr;
    return {sizeof(typename A::gradients), made.x.data(), made.y.data(), made.a.data(), made.b.data(),
            made.cost.data(), epsilon};
  }

  typename A::changes room(Attempt<T>& attempt, Of wanted, const Room<T>& out, Changes<T>& made) const noexcept {
    const std::size_t n = problem.n, m = problem.m, d = problem.dimension == 0 ? 1 : problem.dimension;
    made.memory = attempt.room("changes", out, wanted,
                               {{&made.f, n, 1}, {&made.g, m, 1}, {&made.plan, n, m}, {&made.map, n, d}});
    return {sizeof(typename A::changes), made.f.data(), made.g.data(), made.plan.data(), made.map.data()};
  }
};

}  // namespace detail

/// A solved problem: potentials, plan, maps, derivatives. Made by solve and Solver::finish.
template <typename T>
class Solution {
  using A = detail::Api<T>;
  using Handle = const typename A::solution;

 public:
  Solution(detail::Session<T>&& session, Handle* handle, const Report<T>& report) noexcept
      : session_(std::move(session)), handle_(handle), report_(report) {}

  /// Points on each side, and their coordinates: 0 with a cost matrix.
  std::size_t n() const noexcept { return session_.problem.n; }
  std::size_t m() const noexcept { return session_.problem.m; }
  std::size_t dimension() const noexcept { return session_.problem.dimension; }

  /// Numbers about the solve, and how it ended: converged, sweep_limit, precision_floor or stopped.
  const Report<T>& report() const noexcept { return report_; }
  Status status() const noexcept { return static_cast<Status>(report_.status); }
  bool converged() const noexcept { return status() == Status::converged; }

  /// f (n) and g (m), in units of cost; empty if the solution was moved from, or its memory used again.
  span<const T> f() const noexcept { return view(A::solution_f(handle_.get()), n()); }
  span<const T> g() const noexcept { return view(A::solution_g(handle_.get()), m()); }

  /// A remark of the start; "" mostly.
  Result<std::string> start_note() const noexcept {
    char text[256] = "";
    return session_.begin().call(A::solution_start_note, handle_.get(), text, sizeof text).giving(std::string(text));
  }

  /// P_ij, for i < n and j < m.
  Result<T> entry(std::size_t i, std::size_t j) const noexcept {
    T entry{};
    return session_.begin().call(A::solution_entry, handle_.get(), i, j, &entry).giving(entry);
  }

  /// Row i of the plan (m).
  Result<Array<T>> row(std::size_t i, const Room<T>& out = {}) const noexcept {
    return session_.begin().write("row", out, m(), 0, A::solution_row, handle_.get(), i);
  }

  /// The whole plan (n x m).
  Result<Array<T>> plan(const Room<T>& out = {}) const noexcept {
    return session_.begin().write("plan", out, n() * m(), m(), A::solution_plan, handle_.get());
  }

  /// The columns (count) of the largest entries of row i, largest first, ties in their order; 1 to m.
  Result<Array<std::size_t>> largest_in_row(std::size_t i, std::size_t count, const Room<std::size_t>& columns = {},
                                            const Room<T>& entries = {}) const noexcept {
    auto attempt = session_.begin();
    auto out = attempt.room("columns", columns, count);
    const auto values = attempt.room("entries", entries, count);
    attempt.call(A::solution_largest_in_row, handle_.get(), i, count, out.data(), values.data());
    return attempt.giving(std::move(out));
  }

  /// P v (n), for a vector v (m).
  Result<Array<T>> apply(span<const T> vector, const Room<T>& out = {}) const noexcept {
    return session_.begin().fits("vector", vector, m())
        .write("product", out, n(), 0, A::solution_apply, handle_.get(), vector.data());
  }

  /// P^T w (m), for a vector w (n).
  Result<Array<T>> apply_transposed(span<const T> vector, const Room<T>& out = {}) const noexcept {
    return session_.begin().fits("vector", vector, n())
        .write("product", out, m(), 0, A::solution_apply_transposed, handle_.get(), vector.data());
  }

  /// The barycentric projection of every x_i (n x dimension), sum_j P_ij y_j / sum_j P_ij. Points only.
  Result<Array<T>> map(const Room<T>& out = {}) const noexcept {
    return session_.begin().write("map", out, session_.scalars(n()), dimension(), A::solution_map, handle_.get());
  }

  /// The projection of new points x (count x dimension).
  Result<Array<T>> map_at(span<const T> x, const Room<T>& out = {}) const noexcept {
    return session_.begin().whole("x", x, dimension())
        .write("map", out, x.size(), dimension(), A::solution_map_at, handle_.get(), x.data(), count(x));
  }

  /// f (count) at new points x (count x dimension); at those of the problem it is f. Points only.
  Result<Array<T>> f_at(span<const T> x, const Room<T>& out = {}) const noexcept {
    return session_.begin().whole("x", x, dimension())
        .write("f", out, count(x), 0, A::solution_f_at, handle_.get(), x.data(), count(x));
  }

  /// g (count) at new points y (count x dimension).
  Result<Array<T>> g_at(span<const T> y, const Room<T>& out = {}) const noexcept {
    return session_.begin().whole("y", y, dimension())
        .write("g", out, count(y), 0, A::solution_g_at, handle_.get(), y.data(), count(y));
  }

  /// The gradient of the objective of the report in what is wanted: objective_gradient(In::x | In::epsilon).
  Result<Gradients<T>> objective_gradient(In wanted, const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.template derive<Gradients<T>>(A::derivatives_len, A::objective_gradient, handle_, wanted, settings);
  }

  /// The gradient of a loss of potentials, plan and map, through the equations that they solve.
  Result<Gradients<T>> vjp(const Cotangent<T>& cotangent, In wanted,
                           const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.template derive<Gradients<T>>(A::derivatives_len, A::vjp, handle_, wanted, settings, cotangent);
  }

  /// The changes of potentials, plan and map along a direction of the inputs, per unit of it.
  Result<Changes<T>> jvp(const Tangent<T>& tangent, Of wanted,
                         const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.template derive<Changes<T>>(A::derivatives_len, A::jvp, handle_, wanted, settings, tangent);
  }

  /// The change of the gradient of the objective along a direction, per unit of it: a product with the Hessian.
  Result<Gradients<T>> objective_hvp(const Tangent<T>& tangent, In wanted,
                                     const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.template derive<Gradients<T>>(A::derivatives_len, A::objective_hvp, handle_, wanted, settings,
                                                  tangent);
  }

 private:
  static span<const T> view(const T* data, std::size_t size) noexcept { return {data, data == nullptr ? 0 : size}; }

  std::size_t count(span<const T> points) const noexcept {
    return dimension() == 0 ? points.size() : points.size() / dimension();
  }

  detail::Session<T> session_;
  detail::Handle<Handle> handle_;
  Report<T> report_;
};

/// How far a solver is: sinkhorn_solver_progress_f64.
template <typename T>
struct Progress {
  std::uint32_t sweeps;
  T epsilon, marginal_error;
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
    auto attempt = made.session_.begin();
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
    if (!status) return status.error();
    return now;
  }

  /// Measures the present potentials. The solver becomes the solution, and is of no use any more.
  Result<Solution<T>> finish() noexcept {
    auto attempt = session_.begin();
    const typename A::solution* solution = nullptr;
    Report<T> report;
    if (!attempt.call(A::solver_finish, handle_.get(), &solution, &report)) return attempt.error();
    handle_.reset();
    return Solution<T>(std::move(session_), solution, report);
  }

 private:
  Solver() noexcept = default;

  // The status of a function that has no error to write to.
  Result<Status> told(sinkhorn_status status) const noexcept {
    return session_.begin()
        .expect(status >= 0, static_cast<Status>(status), "solver", 0, "%s: %s", sinkhorn_status_text(status))
        .hear(session_.calls.data()).giving(static_cast<Status>(status));
  }

  detail::Session<T> session_;
  detail::Handle<typename A::solver> handle_;
};

/// Scalars of memory that solve and Solver need; SINKHORN_WORKSPACE_LEN at compile time.
template <typename T>
Result<std::size_t> workspace_len(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {}) noexcept {
  detail::Session<T> session;
  auto attempt = session.begin();
  session.describe(attempt, problem, settings);
  const auto len = attempt.length(detail::Api<T>::workspace_len, &session.problem, &session.settings);
  return attempt.giving(len);
}

/// Solves a problem. memory: workspace_len scalars or more, for as long as the solution; else it owns its own.
template <typename T>
Result<Solution<T>> solve(const Problem<T>& problem, const detail::same<Settings<T>>& settings = {},
                          detail::same<span<T>> memory = {}) noexcept {
  using A = detail::Api<T>;
  detail::Session<T> session;
  auto attempt = session.begin();
  const typename A::solution* handle = nullptr;
  Report<T> report;
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
  Divergence(detail::Session<T>&& session, Handle* handle, T value, Status status) noexcept
      : session_(std::move(session)), handle_(handle), value_(value), status_(status) {}

  /// The divergence; converged if all three problems have, else how the first ended that has not.
  T value() const noexcept { return value_; }
  Status status() const noexcept { return status_; }

  /// Numbers about one of the three solves.
  Result<Report<T>> report(Term term) const noexcept {
    Report<T> made;
    const auto which = static_cast<sinkhorn_term>(term);
    return session_.begin().call(A::divergence_report, handle_.get(), which, &made).giving(made);
  }

  /// The gradient in what is wanted; in cost: in the costs between the measures.
  Result<Gradients<T>> gradient(In wanted, const DerivativeSettings<T>& settings = {}) const noexcept {
    return session_.template derive<Gradients<T>>(A::divergence_gradient_len, A::divergence_gradient, handle_, wanted,
                                                  settings);
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
  auto attempt = session.begin();
  const typename A::divergence* handle = nullptr;
  T value{};
  const auto within = [&](const auto* given, const auto* chosen, T* work, std::size_t len, auto* error) {
    const auto x = session.within_x.data(), y = session.within_y.data();
    return A::divergence_new(given, x, y, chosen, work, len, &value, &handle, error);
  };
  session.solve(attempt, problem, settings, memory, A::divergence_len, within);
  return attempt.giving(Divergence<T>(std::move(session), handle, value, attempt.status()));
}

/// The gradient of a loss of a soft operator in its values (n) and, if wanted, in their weights (n).
template <typename T>
struct SoftGradient {
  span<T> values, weights;
  Array<T> memory;
  LinearReport<T> report;
};

/// A soft operator after its solve: the output, and its derivative. Values, levels and weights need not outlive it.
/// memory: sinkhorn_soft_len_f64, and the output behind.
template <typename T = double>
class Soft {
  using A = detail::Api<T>;

 public:
  /// Soft sorting: values (n) in increasing order, or means of m equal shares of them. m: 0 for n.
  static Result<Soft> sort(span<const T> values, std::size_t m = 0, const SoftSettings<T>& settings = {},
                           span<T> memory = {}) noexcept {
    if (m == 0) m = values.size();
    return make(A::soft_sort, values, m, m, settings, memory, std::tuple<>(), std::tuple(m));
  }

  /// Soft ranks (n): 0 for the smallest value, n - 1 for the largest.
  static Result<Soft> rank(span<const T> values, const SoftSettings<T>& settings = {}, span<T> memory = {}) noexcept {
    const std::size_t n = values.size();
    return make(A::soft_rank, values, n, n, settings, memory, std::tuple<>(), std::tuple<>());
  }

  /// Soft quantiles (count) at levels (count) in [0, 1], in any order.
  static Result<Soft> quantile(span<const T> values, span<const T> levels, const SoftSettings<T>& settings = {},
                               span<T> memory = {}) noexcept {
    const std::size_t count = levels.size();
    if (!levels.contiguous()) return detail::Session<T>().begin().contiguous("levels", levels).error();
    return make(A::soft_quantile, values, 2 * count + 1, count, settings, memory, std::tuple(levels.data()),
                std::tuple(count));
  }

  /// For every value (n) the share of it that is among the k largest; 0 < k < n.
  static Result<Soft> top_k(span<const T> values, T k, const SoftSettings<T>& settings = {},
                            span<T> memory = {}) noexcept {
    return make(A::soft_top_k, values, 2, values.size(), settings, memory, std::tuple(k), std::tuple<>());
  }

  /// What the operator computed.
  span<const T> output() const noexcept { return handle_ == nullptr ? span<const T>() : span<const T>(output_); }

  /// Numbers about the solve, and how it ended.
  const Report<T>& report() const noexcept { return report_; }
  Status status() const noexcept { return static_cast<Status>(report_.status); }

  /// The gradient of a loss, given its derivatives in the output; in values and, if wanted, weights.
  Result<SoftGradient<T>> vjp(span<const T> cotangent, bool in_weights = false, const Room<T>& out = {}) noexcept {
    SoftGradient<T> made;
    auto attempt = session_.begin();
    attempt.fits("cotangent", cotangent, output_.size());
    made.memory = attempt.room("gradients", out, in_weights ? 3 : 1, {{&made.values, n_, 1}, {&made.weights, n_, 1}});
    attempt.call(A::soft_vjp, handle_.get(), cotangent.data(), cotangent.size(), made.values.data(),
                 made.weights.data(), &made.report);
    return attempt.giving(std::move(made));
  }

 private:
  Soft() noexcept = default;

  // levels and outputs are lengths; first and last are the arguments of one operator alone.
  template <typename F, typename First, typename Last>
  static Result<Soft> make(F function, span<const T> values, std::size_t levels, std::size_t outputs,
                           const SoftSettings<T>& settings, span<T> lent, First first, Last last) noexcept {
    Soft made;
    auto attempt = made.session_.begin();
    attempt.contiguous("values", values).contiguous("workspace", lent);
    if (settings.weights) attempt.fits("weights", *settings.weights, values.size());
    const auto raw = made.session_.raw(settings);
    const std::size_t len = attempt.length(A::soft_len, values.size(), levels, &raw), needed = len + outputs;
    Array<T>& memory = made.session_.memory = lent.empty() ? attempt.allocate(needed) : Array<T>(lent);
    attempt.expect(memory.size() >= needed, Status::workspace, "workspace", needed,
                   "%s holds %zu scalars where %zu are needed", memory.size(), needed);
    if (!attempt) return attempt.error();
    made.n_ = values.size();
    made.output_ = {memory.data() + len, outputs};
    typename A::soft* handle = nullptr;
    const T* const weights = settings.weights ? settings.weights->data() : nullptr;
    const auto operate = [&](sinkhorn_error* error) {
      return std::apply(function, std::tuple_cat(std::tuple(values.data(), weights, values.size()), first,
                                                 std::tuple(&raw, memory.data(), len, made.output_.data()), last,
                                                 std::tuple(&handle, &made.report_, error)));
    };
    attempt.call(operate);
    made.handle_.reset(handle);
    return attempt.giving(std::move(made));
  }

  detail::Session<T> session_;
  detail::Handle<typename A::soft> handle_;
  span<T> output_;
  std::size_t n_ = 0;
  Report<T> report_;
};

/// Many problems of any sizes after their solves, in their order.
template <typename T = double>
class Batch {
  using A = detail::Api<T>;

 public:
  /// Solves as many at a time as the settings have threads: sinkhorn_solve_batch_f64. Potentials to start from lie one
  /// after the other. A problem that cannot be solved is told in the batch, and the others are solved.
  static Result<Batch> solve(span<const Problem<T>> problems, const Settings<T>& settings = {},
                             span<T> memory = {}) noexcept {
    const std::size_t count = problems.size();
    Batch made;
    detail::Session<T> session;
    auto attempt = session.begin();
    const auto raws = attempt.template allocate<typename A::problem>(count);
    const auto calls = attempt.template allocate<detail::Calls<T>>(count);
    made.reports_ = attempt.template allocate<Report<T>>(count);
    made.errors_ = attempt.template allocate<sinkhorn_error>(count);
    made.f_ = attempt.template allocate<span<const T>>(count);
    made.g_ = attempt.template allocate<span<const T>>(count);
    std::size_t n = 0, m = 0;
    for (std::size_t k = 0; attempt && k < count; k++) {
      raws[k] = session.raw(problems[k], calls[k]);
      // C refuses it, too.
      if (problems[k].check().status() != Status::ok) raws[k].x = raws[k].y = raws[k].cost = nullptr;
      n += raws[k].n, m += raws[k].m;
    }
    session.choose(attempt, settings, n, m, false);
    session.memory = attempt.memory(memory, A::batch_len, raws.data(), count, &session.settings);
    made.potentials_ = attempt.allocate(n + m);
    T *f = made.potentials_.data(), *g = attempt ? f + n : nullptr;
    attempt.call(A::solve_batch, raws.data(), count, &session.settings, session.memory.data(), session.memory.size(), f,
                 g, made.reports_.data(), made.errors_.data());
    for (std::size_t k = 0; attempt && k < count; k++) {
      attempt.hear(&calls[k]);
      const Error wrong = problems[k].check();
      if (wrong.status() != Status::ok) made.errors_[k] = wrong.raw(), made.reports_[k].status = made.errors_[k].status;
      if (made.reports_[k].status >= 0) made.f_[k] = {f, raws[k].n}, made.g_[k] = {g, raws[k].m};
      f += raws[k].n, g += raws[k].m;
    }
    return attempt.giving(std::move(made));
  }

  std::size_t size() const noexcept { return reports_.size(); }
  /// How problem k ended; negative: error(k) says what was wrong.
  Status status(std::size_t k) const noexcept { return static_cast<Status>(reports_[k].status); }
  Error error(std::size_t k) const noexcept { return reports_[k].status < 0 ? Error(errors_[k]) : Error(); }
  /// Numbers about the solve of problem k.
  const Report<T>& report(std::size_t k) const noexcept { return reports_[k]; }
  /// The potentials of problem k; empty if it could not be solved.
  span<const T> f(std::size_t k) const noexcept { return f_[k]; }
  span<const T> g(std::size_t k) const noexcept { return g_[k]; }

 private:
  Batch() noexcept = default;

  Array<Report<T>> reports_;
  Array<sinkhorn_error> errors_;
  Array<span<const T>> f_, g_;
  Array<T> potentials_;
};

}  // namespace SINKHORN_HPP_NAMESPACE_
}  // namespace sinkhorn

#undef SINKHORN_HPP_NAMESPACE_
#undef SINKHORN_HPP_THROWS_

#endif  // SINKHORN_HPP
