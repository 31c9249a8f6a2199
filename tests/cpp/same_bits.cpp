// Solves between the points of two CSV files (no header line, row-major) as the command line does by default, from the
// start of a name, through sinkhorn.h and through sinkhorn.hpp; prints the potentials of both sides, f first, for
// whoever runs this to compare.
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sinkhorn.hpp"

namespace {

constexpr std::size_t budget = std::size_t{512} << 20;  // bytes

std::vector<double> read(const char* path, std::size_t& dimension) {
  std::ifstream file(path);
  std::string line, word;
  std::vector<double> values;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    for (dimension = 0; std::getline(words, word, ','); dimension++) values.push_back(std::stod(word));
  }
  return values;
}

int compare(const std::vector<double>& x, const std::vector<double>& y, std::size_t dimension) {
  sinkhorn_problem_f64 problem{};
  problem.struct_size = sizeof problem;
  problem.dimension = dimension;
  problem.n = x.size() / dimension;
  problem.m = y.size() / dimension;
  problem.x = x.data();
  problem.y = y.data();
  sinkhorn_settings_f64 settings{};
  settings.struct_size = sizeof settings;
  settings.start = sinkhorn_start_auto_f64;
  settings.storage = SINKHORN_STORAGE_AUTO;
  settings.storage_budget = budget / sizeof(double);
  sinkhorn_error error;
  std::size_t len = 0;
  if (sinkhorn_workspace_len_f64(&problem, &settings, &len, &error) < 0) return std::puts(error.message), 1;
  std::vector<double> workspace(len);
  const sinkhorn_solution_f64* solution = nullptr;
  if (sinkhorn_solve_f64(&problem, &settings, workspace.data(), len, &solution, nullptr, &error) < 0) {
    return std::puts(error.message), 1;
  }
  sinkhorn::Settings<double> same;
  same.start = sinkhorn::Start::automatic;
  same.storage = sinkhorn::Storage::automatic;
  same.storage_budget = budget / sizeof(double);
  same.threads = 2;
  const auto again = sinkhorn::solve(sinkhorn::Problem<double>::points(x, y, dimension), same).value();
  const double* const sides[] = {sinkhorn_solution_f_f64(solution), sinkhorn_solution_g_f64(solution)};
  const sinkhorn::span<const double> spans[] = {again.f(), again.g()};
  for (int side = 0; side < 2; side++) {
    if (std::memcmp(sides[side], spans[side].data(), spans[side].size() * sizeof(double)) != 0) return 1;
    for (double value : spans[side]) {
      std::uint64_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      std::printf("%" PRIx64 "\n", bits);
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 1;
  std::size_t dimension = 0;
  const std::vector<double> x = read(arguments[1], dimension), y = read(arguments[2], dimension);
  return compare(x, y, dimension);
}
