// What is refused, and what is thrown: every error names its argument.
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;
using P = Problem<double>;

namespace {

const std::vector<double> x = {0, 0, 1, 0.2, 0.4, 1.5}, y = {2, 1, 3, 1.5};
const std::vector<double> two = {0.5, 0.5}, three = {0.2, 0.3, 0.5}, six(6, 1.0), seven(7, 1.0), none;

struct Boom : std::exception {};

template <typename F>
void refused(int line, Status status, const char* argument, F call) {
  const auto result = call();
  check(!result, "nothing was refused", __FILE__, line);
  try {
    (void)result.value();
    check(false, "nothing was thrown", __FILE__, line);
  } catch (const Error& error) {
    if (error.status() != status || std::strcmp(error.argument(), argument) != 0) {
      std::fprintf(stderr, "%s, argument %s: %s\n", text(error.status()), error.argument(), error.what());
    }
    check(error.status() == status && std::strcmp(error.argument(), argument) == 0, argument, __FILE__, line);
    check(std::strlen(error.what()) > 0, "a message", __FILE__, line);
    check(std::strcmp(error.what(), result.error().what()) == 0, "the same message", __FILE__, line);
  }
}

template <typename F>
void booms(int line, F call) {
  const auto result = call();
  check(result.error().status() == Status::exception && result.error().cause() != nullptr, "", __FILE__, line);
  try {
    (void)result.value();
    check(false, "nothing was thrown", __FILE__, line);
  } catch (const Boom&) {
    check(true, "", __FILE__, line);
  }
}

#define REFUSED(status, argument, ...) refused(__LINE__, Status::status, argument, [&] { return __VA_ARGS__; })
#define BOOMS(...) booms(__LINE__, [&] { return __VA_ARGS__; })

P points() { return P::points(x, y, 2).epsilon(0.5); }

void problems() {
  REFUSED(empty, "dimension", solve(P::points(x, y, 0)));
  REFUSED(ragged, "x", solve(P::points(x, y, 4)));
  REFUSED(ragged, "y", solve(P::points(x, three, 2)));
  REFUSED(empty, "x", solve(P::points(none, y, 2)));
  REFUSED(empty, "y", solve(P::points(x, none, 2)));
  REFUSED(length, "cost", solve(P::matrix(six, 3, 3)));
  REFUSED(null_pointer, "cost", solve(P::matrix({nullptr, 6}, 3, 2)));
  REFUSED(null_pointer, "x", solve(P::points({nullptr, 6}, y, 2)));
  REFUSED(empty, "dimension", solve(P::points(x, y)));
  REFUSED(empty, "n", solve(P::matrix(none, 0, 3)));
  REFUSED(empty, "m", solve(P::matrix(none, 3, 0)));
  REFUSED(empty, "n", solve(P()));
  REFUSED(too_large, "cost", solve(P::matrix(six, std::numeric_limits<std::size_t>::max(), 2)));
  REFUSED(length, "a", solve(points().weights(two, two)));
  REFUSED(length, "a", solve(points().weights(none, two)));
  REFUSED(length, "b", solve(points().weights(three, three)));
  REFUSED(length, "b", solve(points().weights_b(none)));
  REFUSED(not_positive, "epsilon", solve(points().epsilon(0)));
  REFUSED(not_positive, "epsilon", solve(points().epsilon_of_mean(-1)));
  REFUSED(out_of_range, "p", solve(points().p_norm(0.5)));
  REFUSED(not_positive, "cost_scale", solve(points().cost_scale(-1.0)));
  REFUSED(length, "start_f", solve(points(), with(Settings<>(), [](auto& s) { s.start_f = two; })));
  REFUSED(length, "start_g", solve(points(), with(Settings<>(), [](auto& s) { s.start_g = three; })));
  REFUSED(unsupported, "start_f",
          solve(points(), with(Settings<>(), [](auto& s) { s.start_f = three, s.start = Start::automatic; })));
  REFUSED(out_of_range, "memory", solve(points(), with(Settings<>(), [](auto& s) { s.memory = 65; })));
  REFUSED(ragged, "x", workspace_len(P::points(x, y, 4)));
  REFUSED(ragged, "x", Solver<double>::begin(P::points(x, y, 4)));
  REFUSED(ragged, "x", divergence(P::points(x, y, 4)));
  REFUSED(length, "cost_within_x", divergence(P::matrix(six, 3, 2).costs_within(two, two)));
  REFUSED(null_pointer, "cost_within_x", divergence(P::matrix(six, 3, 2)));
  std::vector<double> bad = x, little(10);
  bad[3] = std::nan("");
  REFUSED(not_finite, "x", solve(P::points(bad, y, 2)));
  REFUSED(workspace, "workspace", solve(points(), {}, little));
  try {
    (void)solve(P::points(bad, y, 2)).value();
    CHECK(false);
  } catch (const std::runtime_error& thrown) {
    const auto& error = dynamic_cast<const Error&>(thrown);
    CHECK(error.row() == 1 && error.column() == 1 && std::isnan(error.value()));
  }
  CHECK(solve(points(), {}, little).error().value() == static_cast<double>(workspace_len(points()).value()));
  const auto good = solve(points());
  CHECK(good && good.error().status() == Status::ok && good.error().argument()[0] == '\0');
}

void solutions() {
  const auto solution = solve(points()).value();
  const auto matrix = solve(P::matrix(six, 3, 2).epsilon(1)).value();
  std::vector<double> out2(2), out3(3), out7(7);
  REFUSED(out_of_range, "i", solution.entry(3, 0));
  REFUSED(out_of_range, "j", solution.entry(0, 2));
  REFUSED(out_of_range, "i", solution.row(3));
  REFUSED(length, "row", solution.row(0, out3));
  REFUSED(length, "plan", solution.plan(out7));
  REFUSED(out_of_range, "count", solution.largest_in_row(0, 3));
  REFUSED(length, "vector", solution.apply(three));
  REFUSED(length, "product", solution.apply(two, out2));
  REFUSED(length, "vector", solution.apply_transposed(two));
  REFUSED(length, "product", solution.apply_transposed(three, out3));
  REFUSED(length, "map", solution.map(out3));
  REFUSED(ragged, "x", solution.map_at(three));
  REFUSED(length, "map", solution.map_at(two, out3));
  REFUSED(ragged, "x", solution.f_at(three));
  REFUSED(length, "f", solution.f_at(two, out3));
  REFUSED(ragged, "y", solution.g_at(three));
  for (Status status : {matrix.map().error().status(), matrix.map_at(two).error().status(),
                        matrix.f_at(two).error().status(), matrix.g_at(two).error().status(),
                        matrix.objective_gradient(In::x).error().status(), matrix.jvp({}, Of::map).error().status()}) {
    CHECK(status == Status::unsupported);
  }
  DerivativeSettings<double> into;
  into.out = out7;
  REFUSED(length, "gradients", solution.objective_gradient(In::x, into));
  REFUSED(length, "changes", solution.jvp({}, Of::f | Of::g, into));
  into.out = std::nullopt;
  into.memory = out2;
  REFUSED(workspace, "workspace", solution.objective_gradient(In::x, into));
  Cotangent<double> cotangent;
  cotangent.plan = seven;
  REFUSED(length, "plan", solution.vjp(cotangent, In::x));
  cotangent.plan = {};
  cotangent.f = two;
  REFUSED(length, "f", solution.vjp(cotangent, In::x));
  Tangent<double> tangent;
  tangent.b = three;
  REFUSED(length, "b", solution.jvp(tangent, Of::plan));
  REFUSED(length, "b", solution.objective_hvp(tangent, In::x));
  const auto negative = with(DerivativeSettings<>(), [](auto& s) { s.tolerance = -1; });
  REFUSED(not_positive, "tolerance", solution.vjp({}, In::x, negative));
  REFUSED(length, "gradients", Soft<>::rank(three)->vjp(three, false, out2));
  REFUSED(length, "cotangent", Soft<>::rank(three)->vjp(two));
  REFUSED(length, "gradients", Soft<>::rank(three)->vjp(three, true, out3));
  REFUSED(length, "weights", Soft<>::sort(three, 0, with(SoftSettings<>(), [](auto& s) { s.weights = two; })));
  REFUSED(unsupported, "start",
          Soft<>::sort(three, 0, with(SoftSettings<>(), [](auto& s) { s.solve.start = Start::monotone; })));
  REFUSED(workspace, "workspace", Soft<>::sort(three, 0, {}, out2));
  REFUSED(out_of_range, "k", Soft<>::top_k(three, 3));
  const std::vector<P> nothing;
  REFUSED(empty, "count", Batch<>::solve(nothing));
}

void moved() {
  auto from = solve(points()).value();
  const auto to = std::move(from);
  CHECK(from.f().empty() && from.g().empty() && to.f().size() == 3);
  REFUSED(null_pointer, "solution", from.entry(0, 0));
  REFUSED(null_pointer, "solution", from.plan());
  REFUSED(null_pointer, "solution", from.objective_gradient(In::x));
  from = solve(points()).value();
  CHECK(from.report().objective == to.report().objective);
  auto solver = Solver<double>::begin(points()).value();
  auto other = std::move(solver);
  REFUSED(null_pointer, "solver", solver.step());
  REFUSED(null_pointer, "solver", solver.progress());
  REFUSED(null_pointer, "solver", solver.finish());
  CHECK(other.run() && other.finish()->converged());
  REFUSED(null_pointer, "solver", other.step());
  auto soft = Soft<>::rank(three).value();
  auto kept = std::move(soft);
  CHECK(soft.output().empty() && kept.output().size() == 3);
  REFUSED(null_pointer, "soft", soft.vjp(three));
  auto value = divergence(points()).value();
  auto moved_value = std::move(value);
  REFUSED(null_pointer, "divergence", value.report(Term::between));
  CHECK(moved_value.report(Term::between)->struct_size > 0);
  std::vector<double> memory(workspace_len(points()).value());
  const auto first = solve(points(), {}, memory).value();
  const auto second = solve(points(), {}, memory).value();
  CHECK(second.f().size() == 3);
  std::fill(memory.begin(), memory.end(), 0.0);
  REFUSED(handle, "solution", second.plan());
}

void exceptions() {
  int calls = 0;
  auto observer = [&](const Observation<double>&) -> bool { return ++calls == 2 ? throw Boom() : false; };
  const auto sharp = P::points(x, y, 2).epsilon(0.01);
  Settings<> observed;
  observed.observer = observer;
  observed.threshold = 1e-14;
  observed.acceleration = Acceleration::plain;
  BOOMS(solve(sharp, observed));
  CHECK(calls == 2);
  calls = 0;
  auto solver = Solver<double>::begin(sharp, observed).value();
  BOOMS(solver.run());

  bool wrong = false;
  int left = 4;
  auto cost = [&](span<const double> p, span<const double> q) {
    if (wrong && left-- <= 0) throw Boom();
    return std::hypot(p[0] - q[0], p[1] - q[1]);
  };
  auto gradient = [&](span<const double>, span<const double>, span<double>, span<double>) { throw Boom(); };
  const auto own = P::points(x, y, 2).epsilon(0.5).cost_function(cost, gradient);
  const std::vector<P> one = {points()}, both = {own, points()};
  for (std::uint32_t threads : {1u, 3u}) {
    for (int first : {0, 4, 20}) {
      wrong = true;
      left = first;
      if (threads == 1) BOOMS(solve(own, with(Settings<>(), [&](auto& s) { s.threads = threads; })));
      left = first;
      BOOMS(divergence(own));
      left = first;
      BOOMS(Batch<>::solve(both));
    }
  }
  wrong = false;
  const auto solution = solve(own).value();
  BOOMS(solution.objective_gradient(In::x));
  wrong = true;
  left = 0;
  BOOMS(solution.plan());
  BOOMS(solution.f_at(two));
  wrong = false;
  CHECK(solution.plan()->size() == 6);
  auto stepped = Solver<double>::begin(own).value();
  wrong = true;
  left = 0;
  BOOMS(stepped.step());
  wrong = false;
  const auto without = solve(P::points(x, y, 2).cost_function(cost)).value();
  REFUSED(unsupported, "cost_gradient", without.objective_gradient(In::x));

  auto start = [](Target<double>&, span<double>, span<double>) -> Wrote { throw Boom(); };
  Settings<> settings;
  settings.start_function = start;
  BOOMS(solve(points(), settings));
  BOOMS(Solver<double>::begin(points(), settings));
  BOOMS(Batch<>::solve(one, settings));
  auto unsure = [](Target<double>&, span<double>, span<double>) { return static_cast<Wrote>(Status::unsupported); };
  settings.start_function = unsure;
  REFUSED(unsupported, "start", solve(points(), settings));
  auto rows = [](std::size_t, std::size_t, span<double>) { throw Boom(); };
  Cotangent<double> cotangent;
  cotangent.plan_rows = rows;
  BOOMS(solve(points())->vjp(cotangent, In::x));
  REFUSED(unsupported, "observer", Batch<>::solve(one, observed));
}

}  // namespace

int main() {
  problems();
  solutions();
  moved();
  exceptions();
  return checked();
}
