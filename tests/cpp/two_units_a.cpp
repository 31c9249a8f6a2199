// The header in two files of a program: this one has main.
#include "check.hpp"
#include "sinkhorn.hpp"

double solved_elsewhere(const sinkhorn::Problem<double>& problem);

int main() {
  const double x[] = {0, 1, 2}, y[] = {0.5, 1.5};
  const auto problem = sinkhorn::Problem<double>::points(x, y, 1).epsilon(0.5);
  CHECK(sinkhorn::solve(problem)->report().objective == solved_elsewhere(problem));
  return checked();
}
