// Calls that must not compile: with CASE as the line of an #if, the compiler has to say what stands beside it. Without
// CASE the file compiles.
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "mdspan.hpp"
#include "sinkhorn.hpp"

#ifndef CASE
#define CASE 0
#endif

using sinkhorn::points_in_columns;
using sinkhorn::Settings;
using P = sinkhorn::Problem<double>;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct Grid {  // a matrix of a library that nobody knows
  double entries[4];
  const double* data() const { return entries; }
  std::size_t size() const { return 4; }
  double operator()(std::size_t i, std::size_t j) const { return entries[i + 2 * j]; }
};

void allowed(const std::vector<double>& x, const Rows& rows, const Eigen::MatrixXd& columns, const Grid& grid);

void allowed(const std::vector<double>& x, const Rows& rows, const Eigen::MatrixXd& columns, const Grid& grid) {
  using Right = stand_in::mdspan<const double, 2, stand_in::layout_right>;
  using Left = stand_in::mdspan<const double, 2, stand_in::layout_left>;
  const std::array<double, 4> four{};
  P problem = P::points(x, four, 2);
  problem = P::points(sinkhorn::span<const double>(x), Eigen::Map<const Rows>(x.data(), 2, 2));
  problem = P::points(Right(x.data(), 2, 2), points_in_columns(Left(x.data(), 2, 2)));
  problem = P::points(rows.topRows(2), columns.transpose());
  problem = P::points({grid.data(), 4}, Eigen::Ref<const Rows>(rows).middleRows(1, 2));
  problem.weights(four, columns.col(0)).costs_within(rows, rows);
  const auto solution = sinkhorn::solve(problem).value();

#if CASE == __LINE__  // this temporary owns its entries
  P::points(std::vector<double>(4), x, 2);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(x, std::array<double, 4>{}, 2);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(rows, Rows(2, 2));
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(rows, columns.transpose().eval());
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(rows, Eigen::Matrix<double, 2, 2, Eigen::RowMajor>());
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(Eigen::Ref<const Rows>(rows.leftCols(1)), rows);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(points_in_columns(Eigen::MatrixXd(2, 2)), rows);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::matrix(Rows(2, 2));
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::matrix(std::vector<double>(4), 2, 2);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(rows, rows).weights_a(Eigen::VectorXd(2));
#endif
#if CASE == __LINE__  // this temporary owns its entries
  P::points(rows, rows).weights(x, std::array<double, 2>{0.5, 0.5});
#endif
#if CASE == __LINE__  // this temporary owns its entries
  Settings<> settings;
  settings.start_f = std::vector<double>(2);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  sinkhorn::Cotangent<double> loss;
  loss.plan = std::vector<double>(4);
#endif
#if CASE == __LINE__  // this temporary owns its entries
  sinkhorn::span<const char> letters = std::string("four");
#endif
#if CASE == __LINE__  // this temporary owns its entries
  const std::vector<double> (*made)() = nullptr;
  P::points(made(), x, 2);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(columns, rows);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(rows, columns, 2);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(rows, columns.leftCols(2));
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(Eigen::Map<const Eigen::MatrixXd>(x.data(), 2, 2), rows);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(rows.transpose(), rows);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::matrix(columns, 2, 2);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  P::points(Left(x.data(), 2, 2), rows);
#endif
#if CASE == __LINE__  // a column-major matrix where rows are read
  Eigen::MatrixXd plan(2, 2);
  (void)solution.plan(plan);
#endif
#if CASE == __LINE__  // points_in_columns takes a column-major matrix
  P::points(points_in_columns(rows), rows);
#endif
#if CASE == __LINE__  // points_in_columns takes a column-major matrix
  P::points(points_in_columns(x), rows);
#endif
#if CASE == __LINE__  // the order of this matrix is unknown
  P::points(grid, rows);
#endif
#if CASE == __LINE__  // the order of this matrix is unknown
  P::matrix(grid);
#endif
#if CASE == __LINE__  // deleted
  P::points({0, 1}, x, 1);
#endif
#if CASE == __LINE__  // nodiscard
  solution.entry(0, 0);
#endif
#if CASE == __LINE__  // nodiscard
  sinkhorn::solve(problem);
#endif
}
