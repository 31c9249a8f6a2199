// The example of the pages.
#include <cstdio>
#include <vector>

#include "sinkhorn.hpp"

int main() {
  const std::vector<double> x = {0.0, 0.0, 1.0, 0.2, 0.4, 1.5}, y = {2.0, 1.0, 3.0, 1.5};  // in the plane, row-major
  try {
    const auto problem = sinkhorn::Problem<double>::points(x, y, 2).epsilon(0.1);  // a view: x and y must stay
    const auto solution = sinkhorn::solve(problem, sinkhorn::Settings<double>().start(sinkhorn::Start::automatic)).value();
    const auto& report = solution.report();
    std::printf("%s after %u sweeps from the %s start: %g\n", text(solution.status()),
                static_cast<unsigned>(report.sweeps), report.start, report.objective);
    std::printf("mass from x[0] to y[1]: %g\n", solution.entry(0, 1).value());
    std::printf("d objective / d x[0][0]: %g\n", solution.objective_gradient(sinkhorn::In::x)->x[0]);
  } catch (const sinkhorn::Error& error) {  // error.argument(), error.row(): what is wrong, and where
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
