// The header under -fno-exceptions: results that are asked before their values are read.
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

  const auto solution = solve(problem, with(Settings<T>(), [](auto& s) { s.start = Start::automatic; }));
  CHECK(solution && solution->converged() && solution.error().status() == Status::ok);
  if (!solution) return;
  std::array<T, 6> plan{}, in_x{};
  CHECK(solution->plan(plan));
  T sum = 0;
  for (T entry : plan) sum += entry;
  CHECK(std::fabs(sum - T(1)) < T(1e-3));
  CHECK(solution->entry(1, 1).value() == plan[3]);
  const auto entry = solution->entry(3, 0);
  CHECK(!entry && entry.error().status() == Status::out_of_range);
  CHECK(entry.error().cause() == nullptr && std::strcmp(entry.error().argument(), "i") == 0);
  const span<T> shorter(plan.data(), 5);
  CHECK(std::strcmp(solution->plan(shorter).error().argument(), "plan") == 0);
  DerivativeSettings<T> into;
  into.out = in_x;
  CHECK(solution->objective_gradient(In::x, into) && in_x[0] != T(0));

  const auto ragged = solve(Problem<T>::points(x, y, 4));
  CHECK(ragged.error().status() == Status::ragged && std::strcmp(ragged.error().argument(), "x") == 0);
  const auto negative = Solver<T>::begin(Problem<T>::points(x, y, 2).epsilon(T(-1)));
  CHECK(negative.error().status() == Status::not_positive && std::strcmp(negative.error().argument(), "epsilon") == 0);
  auto solver = Solver<T>::begin(problem);
  CHECK(solver && solver->run().value() == Status::converged && solver->finish());

  auto euclidean = [](span<const T> p, span<const T> q) { return std::hypot(p[0] - q[0], p[1] - q[1]); };
  Settings<T> stopping;
  stopping.observer = [](const Observation<T>& seen) { return seen.sweep == 2; };
  const auto own = solve(Problem<T>::points(x, y, 2).epsilon(T(0.01)).cost_function(euclidean), stopping);
  CHECK(own && own->status() == Status::stopped);

  const auto apart = divergence(problem);
  CHECK(apart && apart->value() > T(0));
  const T values[] = {T(3), T(1), T(2)};
  const auto sorted = Soft<T>::sort(values, 0, with(SoftSettings<T>(), [](auto& s) { s.epsilon = T(0.001); }));
  CHECK(sorted && std::fabs(sorted->output()[0] - T(1)) < T(0.1));
  const std::array<Problem<T>, 2> problems = {problem, Problem<T>::points(x, y, 0)};
  const auto batch = Batch<T>::solve(problems);
  CHECK(batch && batch->status(0) == Status::converged && batch->error(1).status() == Status::empty);
}

}  // namespace

// With an argument, reads a value that is not there.
int main(int count, char**) {
  if (count > 1) return solve(Problem<double>()).value().n() != 0;
  everything<double>();
  everything<float>();
  return checked();
}
