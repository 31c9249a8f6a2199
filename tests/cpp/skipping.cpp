// Pairs that sweeps skip: the answer of a visit of all pairs, with a bound that is part of the marginal errors.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;

namespace {

template <typename T>
std::vector<T> points(std::mt19937& random, std::size_t count, T middle, T width) {
  std::vector<T> made(count);
  const auto unit = [&] { return static_cast<T>(static_cast<double>(random()) / 4294967296.0); };
  for (T& value : made) value = middle + width * (unit() + unit() - T(1));
  return made;
}

template <typename T>
T apart(span<const T> p, span<const T> q) {
  T most = 0;
  for (std::size_t k = 0; k < p.size(); k++) most = std::max(most, std::fabs(p[k] - q[k]));
  return most;
}

// The share of the pairs that was skipped; potentials agree to so many epsilons.
template <typename T>
T compare(std::size_t d, T close) {
  constexpr std::size_t n = 4500, m = 4200;
  std::mt19937 random(3);
  const auto x = points<T>(random, n * d, T(0), T(1)), y = points<T>(random, m * d, T(0.5), T(0.5));
  const auto problem = Problem<T>::points(x, y, d).epsilon_of_mean(T(0.01));
  const auto chosen = [](Skipping skipping) {
    Settings<T> settings;
    settings.start = Start::gaussian;
    settings.threads = 2;
    settings.skipping = skipping;
    return settings;
  };
  const auto all = solve(problem, chosen(Skipping::off)).value(), listed = solve(problem, chosen(Skipping::on)).value();
  CHECK(all.converged() && all.report().skipped == T(0) && all.report().certificate == T(0));
  const auto& report = listed.report();
  CHECK(listed.converged() && report.skipped > T(0) && report.certificate > T(0));
  CHECK(report.certificate <= std::min(report.row_error, report.column_error));
  CHECK(apart(all.f(), listed.f()) <= close * report.epsilon && apart(all.g(), listed.g()) <= close * report.epsilon);

  // The length of a problem is that with which pairs are skipped; one scalar less, and none are.
  std::vector<T> memory(workspace_len(problem, chosen(Skipping::on)).value());
  const auto lent = solve(problem, chosen(Skipping::on), memory).value();
  CHECK(std::memcmp(lent.f().data(), listed.f().data(), n * sizeof(T)) == 0 && lent.report().skipped == report.skipped);
  std::vector<T> shorter(memory.size() - 1);
  const auto unlisted = solve(problem, chosen(Skipping::on), shorter).value();
  CHECK(std::memcmp(unlisted.f().data(), all.f().data(), n * sizeof(T)) == 0 && unlisted.report().skipped == T(0));

  // Sweep by sweep.
  auto solver = Solver<T>::begin(problem, chosen(Skipping::on)).value();
  CHECK(solver.run().value() == Status::converged && solver.finish()->report().skipped == report.skipped);
  return report.skipped;
}

}  // namespace

int main() {
  double skipped = 0;
  for (std::size_t d : {std::size_t(2), std::size_t(3)}) {
    skipped = std::max({skipped, compare<double>(d, 1e-7), static_cast<double>(compare<float>(d, 1e-3f))});
  }
  CHECK(skipped > 0.1);
  return checked();
}
