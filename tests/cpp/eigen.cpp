// Matrices of Eigen as inputs and as room for results: each gives the numbers of the same problem in plain row-major
// arrays, or an error that names the argument.
#include <Eigen/Core>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using P = Problem<double>;

namespace {

constexpr std::size_t n = 4, m = 3, d = 2;
const std::vector<double> x = {0, 0, 1, 0.2, 0.4, 1.5, -0.5, 0.75}, y = {2, 1, 3, 1.5, 1.25, -0.5};
const std::vector<double> a = {0.125, 0.25, 0.5, 0.125}, b = {0.25, 0.5, 0.25};

// The same entries in matrices of either order.
Rows rows(span<const double> entries, std::size_t columns) {
  const auto width = static_cast<Eigen::Index>(columns), height = static_cast<Eigen::Index>(entries.size()) / width;
  return Eigen::Map<const Rows>(entries.data(), height, width);
}
MatrixXd columns(span<const double> entries, std::size_t count) { return rows(entries, count); }

std::vector<double> costs() {
  std::vector<double> made;
  for (std::size_t i = 0; i < n; i++) {
    for (std::size_t j = 0; j < m; j++) made.push_back(std::hypot(x[2 * i] - y[2 * j], x[2 * i + 1] - y[2 * j + 1]));
  }
  return made;
}

bool same(const Solution<double>& p, const Solution<double>& q) {
  return p.n() == q.n() && p.m() == q.m() && p.dimension() == q.dimension() &&
         std::memcmp(p.f().data(), q.f().data(), p.n() * sizeof(double)) == 0 &&
         std::memcmp(p.g().data(), q.g().data(), p.m() * sizeof(double)) == 0;
}

void refused(int line, Status status, const char* argument, const Error& error) {
  check(error.status() == status && std::strcmp(error.argument(), argument) == 0, error.what(), __FILE__, line);
}
#define REFUSED(status, argument, call) refused(__LINE__, Status::status, argument, (call).error())

void points() {
  const auto expected = solve(P::points(x, y, d).epsilon(0.5)).value();
  const auto agrees = [&](const P& problem) { return same(solve(P(problem).epsilon(0.5)).value(), expected); };
  const Rows by_rows = rows(x, d), others = rows(y, d);
  CHECK(agrees(P::points(by_rows, others)));
  CHECK(agrees(P::points(by_rows, others, d)));
  CHECK(agrees(P::points(by_rows, y)));
  const Eigen::Matrix<double, 4, 2, Eigen::RowMajor> fixed = by_rows;
  CHECK(agrees(P::points(fixed, others)));
  CHECK(agrees(P::points(fixed.array(), others)));

  MatrixXd wide = columns(x, d).transpose(), wide_others = columns(y, d).transpose();  // d x n: a point a column
  const MatrixXd& constant = wide;
  CHECK(wide.rows() == 2 && wide.cols() == 4);
  CHECK(agrees(P::points(points_in_columns(wide), points_in_columns(wide_others))));
  CHECK(agrees(P::points(points_in_columns(constant), others)));
  CHECK(agrees(P::points(wide.transpose(), wide_others.transpose())));
  CHECK(agrees(P::points(points_in_columns(by_rows.transpose()), others)));
  const Eigen::Matrix<double, 2, 4> fixed_wide = wide;
  CHECK(agrees(P::points(points_in_columns(fixed_wide), others)));

  // Blocks: whole rows (or whole columns of a wide matrix) have no gaps.
  Rows taller(6, 2), wider(4, 3);
  taller << Rows::Constant(1, 2, 9), by_rows, Rows::Constant(1, 2, 9);
  wider << by_rows, Rows::Constant(4, 1, 9);
  CHECK(agrees(P::points(taller.middleRows(1, 4), others)));
  CHECK(agrees(P::points(taller.block(1, 0, 4, 2), others)));
  REFUSED(unsupported, "x", solve(P::points(wider.leftCols(2), others)));
  REFUSED(unsupported, "y", solve(P::points(others, wider.leftCols(2))));
  MatrixXd longer(2, 6), higher(3, 4);
  longer << MatrixXd::Constant(2, 1, 9), wide, MatrixXd::Constant(2, 1, 9);
  higher << wide, MatrixXd::Constant(1, 4, 9);
  CHECK(agrees(P::points(points_in_columns(longer.middleCols(1, 4)), others)));
  REFUSED(unsupported, "x", solve(P::points(points_in_columns(higher.topRows(2)), others)));

  // Maps, plain and with strides; references.
  using Strided = Eigen::Map<const Rows, 0, Eigen::OuterStride<>>;
  using Sparse = Eigen::Map<const Rows, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  CHECK(agrees(P::points(Eigen::Map<const Rows>(x.data(), 4, 2), others)));
  CHECK(agrees(P::points(points_in_columns(Eigen::Map<const MatrixXd>(x.data(), 2, 4)), others)));
  CHECK(agrees(P::points(Strided(x.data(), 4, 2, Eigen::OuterStride<>(2)), others)));
  REFUSED(unsupported, "x", solve(P::points(Strided(x.data(), 2, 2, Eigen::OuterStride<>(4)), others)));
  REFUSED(unsupported, "x", solve(P::points(Sparse(x.data(), 2, 2, {4, 2}), others)));
  const Eigen::Ref<const Rows> reference(by_rows);
  CHECK(agrees(P::points(reference, others)));
  Eigen::Ref<Rows> part = taller.middleRows(1, 4);
  CHECK(agrees(P::points(part, others)) && agrees(P::points(Eigen::Ref<Rows>(part), others)));

  // Vectors: points on a line.
  const VectorXd u = by_rows.col(0), v = others.col(0);
  const std::vector<double> line = {0, 1, 0.4, -0.5}, other_line = {2, 3, 1.25};
  const auto on_line = solve(P::points(line, other_line, 1).epsilon(0.5)).value();
  CHECK(same(solve(P::points(u, v, 1).epsilon(0.5)).value(), on_line));
  CHECK(same(solve(P::points(u.transpose(), v, 1).epsilon(0.5)).value(), on_line));
  REFUSED(unsupported, "x", solve(P::points(by_rows.col(0), v, 1)));
}

void shapes() {
  const Rows by_rows = rows(x, d), others = rows(y, d), three = rows(y, 3);
  REFUSED(length, "y", solve(P::points(by_rows, three)));
  REFUSED(length, "x", solve(P::points(by_rows, others, 1)));
  const VectorXd u = by_rows.col(0);
  REFUSED(empty, "dimension", solve(P::points(u, u)));
  const Rows nothing(0, 2), narrow(4, 0);
  REFUSED(empty, "x", solve(P::points(nothing, others)));
  REFUSED(empty, "y", solve(P::points(others, narrow)));
  const MatrixXd no_rows(0, 3), no_columns(3, 0);
  REFUSED(empty, "n", solve(P::matrix(no_rows)));
  REFUSED(empty, "m", solve(P::matrix(no_columns)));
}

void matrices() {
  const std::vector<double> plain = costs();
  const auto expected = solve(P::matrix(plain, n, m).epsilon(0.5)).value();
  const auto by_column = solve(P::matrix(plain, m, n, Order::column_major).epsilon(0.5)).value();  // its transpose
  const auto gives = [](const P& problem, const Solution<double>& solution) {
    return same(solve(P(problem).epsilon(0.5)).value(), solution);
  };
  Rows by_rows = rows(plain, m);
  MatrixXd by_columns = columns(plain, m);
  std::vector<double> reordered(by_columns.data(), by_columns.data() + by_columns.size());
  const auto in_columns = solve(P::matrix(reordered, n, m, Order::column_major).epsilon(0.5)).value();
  const auto near = [](const Solution<double>& p, const Solution<double>& q) {
    return Eigen::Map<const VectorXd>(p.f().data(), 4).isApprox(Eigen::Map<const VectorXd>(q.f().data(), 4), 1e-9);
  };
  CHECK(near(in_columns, expected));
  CHECK(gives(P::matrix(by_rows), expected) && gives(P::matrix(by_rows, n, m), expected));
  CHECK(gives(P::matrix(by_columns), in_columns));
  CHECK(gives(P::matrix(by_rows.transpose()), by_column));
  CHECK(gives(P::matrix(Eigen::Map<const Rows>(plain.data(), 4, 3)), expected));
  CHECK(gives(P::matrix(Eigen::Map<const MatrixXd>(reordered.data(), 4, 3)), in_columns));
  REFUSED(length, "cost", solve(P::matrix(by_rows, m, n)));
  MatrixXd larger = MatrixXd::Constant(5, 5, 9);
  larger.topLeftCorner(4, 3) = by_columns;
  REFUSED(unsupported, "cost", solve(P::matrix(larger.topLeftCorner(4, 3))));
  larger.resize(4, 4);
  larger.leftCols(3) = by_columns;
  CHECK(gives(P::matrix(larger.leftCols(3)), in_columns));
  REFUSED(unsupported, "cost", solve(P::matrix(by_rows.leftCols(2))));
  const Eigen::Matrix<double, 4, 3> fixed = by_columns;
  CHECK(gives(P::matrix(fixed), in_columns) && gives(P::matrix(fixed.transpose()), by_column));
}

void weights() {
  const VectorXd u = Eigen::Map<const VectorXd>(a.data(), 4);
  const Eigen::RowVector3d v(b[0], b[1], b[2]);
  const auto expected = solve(P::points(x, y, d).epsilon(0.5).weights(a, b)).value();
  CHECK(same(solve(P::points(x, y, d).epsilon(0.5).weights(u, v)).value(), expected));
  CHECK(same(solve(P::points(x, y, d).epsilon(0.5).weights(u.transpose(), b)).value(), expected));
  Rows table(4, 2);
  table << u, u;
  REFUSED(unsupported, "a", solve(P::points(x, y, d).weights_a(table.col(0))));
  const MatrixXd other_order = table;
  CHECK(same(solve(P::points(x, y, d).epsilon(0.5).weights(other_order.col(0), b)).value(), expected));
  REFUSED(length, "a", solve(P::points(x, y, d).weights(v, v)));
  Settings<> settings;
  settings.start_f = table.col(0);
  REFUSED(unsupported, "start_f", solve(P::points(x, y, d), settings));
  SoftSettings<> soft;
  soft.weights = table.col(0);
  REFUSED(unsupported, "weights", Soft<>::rank(a, soft));
  REFUSED(unsupported, "values", Soft<>::rank(table.col(0)));
  REFUSED(unsupported, "levels", Soft<>::quantile(a, table.col(0)));
  REFUSED(unsupported, "workspace", solve(P::points(x, y, d), {}, table.col(0)));
}

void results() {
  const auto solved = solve(P::points(x, y, d).epsilon(0.5)).value();
  const auto plan = solved.plan().value(), map = solved.map().value();
  Rows by_rows(4, 3), swapped(3, 4), moved(4, 2);
  MatrixXd transposed(3, 4), moved_columns(2, 4);
  CHECK(solved.plan(by_rows) && by_rows == rows(plan, m));
  CHECK(solved.plan(transposed.transpose()) && transposed.transpose() == by_rows);
  CHECK(solved.plan(Eigen::Map<Rows>(swapped.data(), 4, 3)) && rows(plan, m).isApprox(by_rows, 0));
  REFUSED(length, "plan", solved.plan(swapped));
  CHECK(solved.map(moved) && moved == rows(map, d));
  CHECK(solved.map(points_in_columns(moved_columns)) && moved_columns.transpose() == moved);
  REFUSED(length, "map", solved.map(points_in_columns(transposed.leftCols(2))));
  moved.setZero();
  const MatrixXd queries = columns(x, d).transpose();
  CHECK(solved.map_at(points_in_columns(queries), moved) && moved.isApprox(rows(map, d), 1e-12));
  REFUSED(length, "x", solved.map_at(by_rows.topRows(2)));
  REFUSED(unsupported, "x", solved.f_at(by_rows.leftCols(2)));
  REFUSED(unsupported, "vector", solved.apply(moved.col(0), moved));
  VectorXd row(3), product(4);
  const VectorXd ones = VectorXd::Ones(3);
  CHECK(solved.row(1, row) && row.transpose() == by_rows.row(1));
  CHECK(solved.apply(ones, product) && product.isApprox(by_rows.rowwise().sum(), 1e-12));
  REFUSED(unsupported, "row", solved.row(1, moved.col(0)));

  const auto gradients = solved.objective_gradient(In::x).value();
  DerivativeSettings<double> into;
  into.out = points_in_columns(moved_columns);
  CHECK(solved.objective_gradient(In::x, into) && moved_columns.transpose() == rows(gradients.x, d));
  into.out = swapped;
  REFUSED(length, "gradients", solved.objective_gradient(In::cost, into));
  into.out = by_rows.leftCols(2);
  REFUSED(unsupported, "gradients", solved.objective_gradient(In::x, into));
  Cotangent<double> loss;
  loss.plan = swapped;
  REFUSED(length, "plan", solved.vjp(loss, In::x));
  const auto of_matrix = solve(P::matrix(by_rows).epsilon(0.5)).value();
  REFUSED(unsupported, "gradients", of_matrix.objective_gradient(In::x, into));
  REFUSED(unsupported, "x", of_matrix.objective_gradient(In::x));
  Rows within = Rows::Zero(4, 4);
  REFUSED(unsupported, "cost_within_x", divergence(P::matrix(by_rows).costs_within(within.leftCols(3), within)));
}

}  // namespace

int main() {
  points();
  shapes();
  matrices();
  weights();
  results();
  return checked();
}
