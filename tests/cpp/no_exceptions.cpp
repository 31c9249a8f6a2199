// The header under -fno-exceptions: the twins that return what was wrong.
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;

namespace {

template <typename T>
void everything() {
  const std::vector<T> x = {T(0), T(0), T(1), T(0.2), T(0.4), T(1.5)}, y = {T(2), T(1), T(3), T(1.5)};
  const auto problem = Problem<T>::points(x, y, 2).epsilon(T(0.5));
  Error error;

  auto solution = try_solve(problem, Settings<T>().start(Start::automatic), error);
  CHECK(solution && solution->converged());
  if (!solution) return;
  std::array<T, 6> plan{}, in_x{};
  CHECK(solution->try_plan(plan, error));
  T sum = 0;
  for (T entry : plan) sum += entry;
  CHECK(std::fabs(sum - T(1)) < T(1e-3));
  CHECK(solution->try_entry(1, 1, error) == plan[3]);
  CHECK(!solution->try_entry(3, 0, error) && error.status() == Status::out_of_range);
  CHECK(error.cause() == nullptr && std::strcmp(error.argument(), "i") == 0);
  CHECK(!solution->try_plan(span<T>(plan.data(), 5), error) && std::strcmp(error.argument(), "plan") == 0);
  GradientSpans<T> gradients;
  gradients.x = in_x;
  CHECK(solution->try_objective_gradient(gradients, {}, error) && in_x[0] != T(0));

  CHECK(!try_solve(Problem<T>::points(x, y, 4), {}, error));
  CHECK(error.status() == Status::ragged && std::strcmp(error.argument(), "x") == 0);
  CHECK(!Solver<T>::try_new(Problem<T>::points(x, y, 2).epsilon(T(-1)), {}, error));
  CHECK(error.status() == Status::not_positive && std::strcmp(error.argument(), "epsilon") == 0);
  auto solver = Solver<T>::try_new(problem, {}, error);
  CHECK(solver && solver->try_run(error) == Status::converged && solver->try_finish(error));

  auto euclidean = [](span<const T> p, span<const T> q) { return std::hypot(p[0] - q[0], p[1] - q[1]); };
  auto stop = [](const Observation<T>& seen) { return seen.sweep == 2; };
  auto own = try_solve(Problem<T>::points(x, y, 2).epsilon(T(0.01)).cost_function(euclidean),
                       Settings<T>().observer(stop), error);
  CHECK(own && own->status() == Status::stopped);

  auto divergence = try_divergence(problem, {}, error);
  CHECK(divergence && divergence->value() > T(0));
  const T values[] = {T(3), T(1), T(2)};
  auto sorted = try_soft_sort<T>(values, 0, SoftSettings<T>().epsilon(T(0.001)), error);
  CHECK(sorted && std::fabs(sorted->output()[0] - T(1)) < T(0.1));
  const std::array<Problem<T>, 2> problems = {problem, Problem<T>::points(x, y, 0)};
  auto batch = try_solve_batch<T>(problems, {}, error);
  CHECK(batch && batch->status(0) == Status::converged && batch->error(1).status() == Status::empty);
}

}  // namespace

int main() {
  everything<double>();
  everything<float>();
  return checked();
}
