// Views with the interface of std::mdspan, by a stand-in: few compilers have the real one. Each gives the numbers of
// the same problem in plain row-major arrays, or an error that names the argument.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>
#if __has_include(<mdspan>)
#include <mdspan>
#endif

#include "check.hpp"
#include "mdspan.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;
using P = Problem<double>;

namespace {

const std::vector<double> x = {0, 0, 1, 0.2, 0.4, 1.5, -0.5, 0.75}, y = {2, 1, 3, 1.5, 1.25, -0.5};
const std::vector<double> costs = {5, 3, 1, 2, 4, 6, 8, 1, 3, 2, 2, 5};
const std::vector<double> by_columns = {5, 2, 8, 2, 3, 4, 1, 2, 1, 6, 3, 5};

bool same(const P& problem, const P& other) {
  const auto p = solve(P(problem).epsilon(0.5)).value(), q = solve(P(other).epsilon(0.5)).value();
  return p.n() == q.n() && p.m() == q.m() && p.dimension() == q.dimension() &&
         std::memcmp(p.f().data(), q.f().data(), p.n() * sizeof(double)) == 0;
}

void refused(int line, Status status, const char* argument, const Error& error) {
  check(error.status() == status && std::strcmp(error.argument(), argument) == 0, error.what(), __FILE__, line);
}
#define REFUSED(status, argument, call) refused(__LINE__, Status::status, argument, (call).error())

template <template <typename, std::size_t, typename> class Span, typename Right, typename Left, typename Stride>
void views() {
  using Matrix = Span<const double, 2, Right>;
  using Columns = Span<const double, 2, Left>;
  using Strided = Span<const double, 2, Stride>;
  const auto strided = [](const double* data, std::size_t n, std::size_t m, std::size_t row, std::size_t column) {
    return Strided(data, typename Strided::mapping_type({n, m}, std::array<std::size_t, 2>{row, column}));
  };
  const P plain = P::points(x, y, 2);
  CHECK(same(P::points(Matrix(x.data(), 4, 2), Matrix(y.data(), 3, 2)), plain));
  CHECK(same(P::points(Matrix(x.data(), 4, 2), y), plain));
  CHECK(same(P::points(points_in_columns(Columns(x.data(), 2, 4)), y, 2), plain));
  CHECK(same(P::points(strided(x.data(), 4, 2, 2, 1), y), plain));
  CHECK(same(P::points(points_in_columns(strided(x.data(), 2, 4, 1, 2)), y), plain));
  REFUSED(unsupported, "x", solve(P::points(strided(x.data(), 2, 2, 4, 1), y)));
  REFUSED(unsupported, "x", solve(P::points(strided(x.data(), 4, 2, 1, 4), y)));
  REFUSED(unsupported, "x", solve(P::points(points_in_columns(Matrix(x.data(), 2, 4)), y)));
  REFUSED(length, "y", solve(P::points(Matrix(x.data(), 4, 2), Matrix(y.data(), 2, 3))));
  CHECK(same(P::points(Span<const double, 1, Right>(x.data(), 8), y, 2), plain));

  CHECK(same(P::matrix(Matrix(costs.data(), 4, 3)), P::matrix(costs, 4, 3)));
  CHECK(same(P::matrix(Columns(by_columns.data(), 4, 3)), P::matrix(by_columns, 4, 3, Order::column_major)));
  CHECK(same(P::matrix(strided(by_columns.data(), 4, 3, 1, 4)), P::matrix(by_columns, 4, 3, Order::column_major)));
  REFUSED(unsupported, "cost", solve(P::matrix(strided(costs.data(), 4, 2, 3, 1))));
  REFUSED(unsupported, "cost", solve(P::matrix(strided(costs.data(), 2, 2, 6, 2))));

  const auto solved = solve(P::matrix(costs, 4, 3).epsilon(0.5)).value();
  std::vector<double> room(12);
  const auto plan = solved.plan().value();
  CHECK(solved.plan(Span<double, 2, Right>(room.data(), 4, 3)) && std::equal(room.begin(), room.end(), plan.begin()));
  REFUSED(length, "plan", solved.plan(Span<double, 2, Right>(room.data(), 3, 4)));
}

#ifdef __cpp_lib_mdspan
template <typename T, std::size_t rank, typename Layout>
using standard = std::mdspan<T, std::dextents<std::size_t, rank>, Layout>;
#endif

}  // namespace

int main() {
  views<stand_in::mdspan, stand_in::layout_right, stand_in::layout_left, stand_in::layout_stride>();
#ifdef __cpp_lib_mdspan
  views<standard, std::layout_right, std::layout_left, std::layout_stride>();
#endif
  return checked();
}
