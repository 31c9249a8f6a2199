// Everything of sinkhorn.hpp on small problems, in double and in float.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <new>
#include <string>
#include <vector>
#if __cplusplus >= 202002L
#include <span>
#endif

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;

static std::size_t allocations = 0;

[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations++;
  if (void* made = std::malloc(size == 0 ? 1 : size)) return made;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  allocations++;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return ::operator new(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept { return ::operator new(size, tag); }
[[gnu::noinline]] void operator delete(void* made) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete(void* made, std::size_t) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete[](void* made) noexcept { std::free(made); }
[[gnu::noinline]] void operator delete[](void* made, std::size_t) noexcept { std::free(made); }

namespace {

template <typename T>
struct Suite {
  static constexpr bool wide = sizeof(T) == 8;
  const T close = wide ? T(1e-6) : T(3e-3);
  const std::vector<T> x = {T(0), T(0), T(1), T(0.2), T(0.4), T(1.5), T(-0.5), T(0.75)};
  const std::vector<T> y = {T(2), T(1), T(3), T(1.5), T(1.25), T(-0.5)};
  const std::vector<T> a = {T(0.125), T(0.25), T(0.5), T(0.125)}, b = {T(0.25), T(0.5), T(0.25)};
  const std::size_t n = 4, m = 3;

  Problem<T> problem() const { return Problem<T>::points(x, y, 2).weights(a, b).epsilon(T(0.5)); }
  template <typename F>
  Settings<T> precise(F change) const {
    Settings<T> settings;
    settings.threshold = wide ? T(1e-13) : T(1e-6);
    settings.max_sweeps = 500;
    return with(settings, change);
  }
  Settings<T> precise() const {
    return precise([](auto&) {});
  }
  Settings<T> from(Start start) const {
    return with(Settings<T>(), [&](auto& s) { s.start = start; });
  }
  bool near(T p, T q) const { return std::fabs(p - q) <= close * (T(1) + std::fabs(q)); }
  template <typename P, typename Q>
  bool same(const P& left, const Q& right) const {
    const span<const T> p(left), q(right);
    return p.size() == q.size() && std::memcmp(p.data(), q.data(), p.size() * sizeof(T)) == 0;
  }
  template <typename P, typename Q>
  bool near(const P& left, const Q& right) const {
    const span<const T> p(left), q(right);
    bool good = p.size() == q.size();
    for (std::size_t k = 0; good && k < p.size(); k++) good = near(p[k], q[k]);
    return good;
  }
  T dot(span<const T> p, span<const T> q) const {
    T sum = 0;
    for (std::size_t k = 0; k < p.size(); k++) sum += p[k] * q[k];
    return sum;
  }
  T objective(const std::vector<T>& points) const {
    return solve(Problem<T>::points(points, y, 2).weights(a, b).epsilon(T(0.5)), precise())->report().objective;
  }

  void spans() const {
    std::vector<T> vector = {1, 2, 3};
    std::array<T, 3> array = {1, 2, 3};
    T plain[] = {1, 2, 3};
    const std::vector<T>& fixed = vector;
    for (span<const T> view : {span<const T>(vector), span<const T>(array), span<const T>(plain), span<const T>(fixed),
                               span<const T>(vector.data(), 3), span<const T>(span<T>(vector))}) {
      T sum = 0;
      for (T value : view) sum += value;
      CHECK(view.size() == 3 && !view.empty() && sum == T(6) && view[2] == T(3) && view.data() == view.begin());
    }
    span<T> writable(array);
    writable[0] = T(5);
    CHECK(array[0] == T(5) && span<T>().empty() && span<T>().data() == nullptr);
    static_assert(!std::is_convertible_v<const std::vector<T>&, span<T>>, "what is const stays so");
    static_assert(!std::is_convertible_v<std::vector<int>&, span<T>>, "other scalars are others");
#if __cplusplus >= 202002L
    const std::span<const T> standard(vector);
    CHECK(span<const T>(standard).data() == vector.data() && std::span<T>(writable).size() == 3);
#endif
  }

  void solution() const {
    const auto solved = solve(problem(), precise([](auto& s) { s.start = Start::automatic; })).value();
    const auto report = solved.report();
    CHECK(static_cast<std::int32_t>(solved.status()) >= 0 && report.status == solved.status());
    CHECK(solved.converged() == (Status::converged == report.status) && report.struct_size == sizeof report);
    CHECK(solved.n() == n && solved.m() == m && solved.dimension() == 2);
    CHECK(solved.f().size() == n && solved.g().size() == m && near(dot(a, solved.f()), dot(b, solved.g())));
    const auto plan = solved.plan().value();
    const std::vector<T> ones_n(n, T(1)), ones_m(m, T(1));
    std::vector<T> rows(n), columns(m);
    for (std::size_t i = 0; i < n; i++) {
      for (std::size_t j = 0; j < m; j++) {
        const T cost = std::pow(x[2 * i] - y[2 * j], T(2)) + std::pow(x[2 * i + 1] - y[2 * j + 1], T(2));
        CHECK(near(plan[i * m + j], a[i] * b[j] * std::exp((solved.f()[i] + solved.g()[j] - cost) / T(0.5))));
        CHECK(near(solved.entry(i, j).value(), plan[i * m + j]));
        rows[i] += plan[i * m + j];
        columns[j] += plan[i * m + j];
      }
      CHECK(near(solved.row(i).value(), span<const T>(plan.data() + i * m, m)));
    }
    CHECK(near(rows, a) && near(columns, b));
    CHECK(near(solved.apply(ones_m).value(), a) && near(solved.apply_transposed(ones_n).value(), b));
    std::array<T, 2> entries{};
    const auto largest = solved.largest_in_row(1, 2, {}, entries).value();
    const auto row = solved.row(1).value();
    CHECK(largest.size() == 2 && entries[0] == *std::max_element(row.begin(), row.end()));
    CHECK(entries[0] == row[largest[0]] && entries[1] == row[largest[1]] && entries[1] <= entries[0]);
    CHECK(near(solved.f_at(x).value(), solved.f()) && near(solved.g_at(y).value(), solved.g()));
    CHECK(near(solved.map_at(x).value(), solved.map().value()));
    T mean = 0;
    for (std::size_t j = 0; j < m; j++) mean += plan[j] * y[2 * j];
    CHECK(near(solved.map().value()[0], mean / a[0]) && solved.start_note()->size() < 256);
    CHECK(std::string(text(Status::converged)) == sinkhorn_status_text(SINKHORN_CONVERGED));

    auto moved = solve(problem(), precise());
    const auto kept = std::move(moved);
    CHECK(near(kept->plan().value(), plan));
  }

  void settings() const {
    Settings<T> slow;
    slow.acceleration = Acceleration::plain;
    const auto plain = solve(problem(), slow).value();
    slow.start_f = plain.f();
    slow.start_g = plain.g();
    const auto warm = solve(problem(), slow).value();
    CHECK(warm.report().sweeps < plain.report().sweeps && std::string(warm.report().start) == "given");
    for (Start start : {Start::zero, Start::automatic, Start::gaussian, Start::gaussian_unregularised, Start::mixture,
                        Start::coarse, Start::subsample}) {
      const auto seeded = precise([&](auto& s) { s.start = start, s.start_size = 2, s.start_seed = 7; });
      CHECK(near(solve(problem(), seeded)->report().objective, plain.report().objective));
    }
    const std::vector<T> u = {0, 1, 2}, v = {T(0.5), 1, 3};
    for (Start start : {Start::monotone, Start::dual_sort}) {
      CHECK(solve(Problem<T>::points(u, v, 1), from(start))->converged());
    }
    using S = Settings<T>;
    const std::function<void(S&)> choices[] = {
        [](S& s) { s.acceleration = Acceleration::relaxation, s.relaxation = T(1.2); },
        [](S& s) { s.acceleration = Acceleration::anderson, s.memory = 3; },
        [](S& s) { s.acceleration = Acceleration::adaptive_relaxation; },
        [](S& s) { s.annealing_first = 4; },
        [](S& s) { s.annealing_first = 4, s.annealing_factor = T(0.5), s.annealing_sweeps = 2; },
        [](S& s) { s.storage = Storage::cost; },
        [](S& s) { s.storage = Storage::kernel; },
        [](S& s) { s.storage = Storage::automatic, s.storage_budget = 1000; },
        [](S& s) { s.threads = 2; },
        [](S& s) { s.simd = Simd::portable; },
    };
    for (const auto& choose : choices) {
      CHECK(near(solve(problem(), precise(choose))->report().objective, plain.report().objective));
    }
    // Those that the report tells.
    const auto kept = solve(problem(), precise([](auto& s) { s.storage = Storage::kernel; })).value();
    CHECK(kept.report().storage == SINKHORN_STORAGE_KERNEL && kept.report().absorptions > 0);
    CHECK(solve(problem(), with(slow, [](auto& s) { s.max_sweeps = 1; }))->report().sweeps == 1);
    int seen = 0;
    const auto observed = precise([&](auto& s) {
      s.acceleration = Acceleration::plain;
      s.observer = [&](const Observation<T>& now) { return seen++, now.sweep == 2; };
    });
    const auto stopped = solve(problem(), observed).value();
    CHECK(stopped.status() == Status::stopped && seen == 2 && stopped.report().sweeps == 2);
    auto own = [&](Target<T>& target, span<T> f, span<T> g) {
      CHECK(target.n() == n && target.m() == m && f.size() == n && g.size() == m);
      CHECK(near(target.epsilon(), T(0.5)) && target.cost_scale() == T(1));
      return target.run(Start::gaussian, f, g);
    };
    const auto started = solve(problem(), with(Settings<T>(), [&](auto& s) { s.start_function = own; })).value();
    CHECK(same(started.f(), solve(problem(), from(Start::gaussian))->f()));
    auto zero = [](Target<T>&, span<T> f, span<T>) { return std::fill(f.begin(), f.end(), T(0)), Wrote::f; };
    const auto flat = with(Settings<T>(), [&](auto& s) { s.start_function = zero; });
    CHECK(std::string(solve(problem(), flat)->report().start) == "custom");
    CHECK(std::string(started.report().start) == "gaussian");
  }

  void steps() const {
    const auto whole = solve(problem()).value();
    auto solver = Solver<T>::begin(problem()).value();
    CHECK(solver.progress()->sweeps == 0);
    Status status = Status::running;
    while ((status = solver.step().value()) == Status::running) {
    }
    CHECK(status == Status::converged && solver.progress()->sweeps == whole.report().sweeps);
    CHECK(near(solver.progress()->epsilon, T(0.5)) && solver.progress()->marginal_error <= T(1e-3));
    const auto stepped = solver.finish().value();
    CHECK(same(stepped.f(), whole.f()) && same(stepped.g(), whole.g()) && stepped.status() == whole.status());
    auto again = Solver<T>::begin(problem()).value();
    CHECK(again.run().value() == Status::converged);
    CHECK(same(again.finish()->f(), whole.f()));
    CHECK(Solver<T>::begin(problem())->finish()->status() == Status::stopped);
  }

  void costs() const {
    auto euclidean = [](span<const T> p, span<const T> q) { return std::hypot(p[0] - q[0], p[1] - q[1]); };
    auto gradient = [](span<const T> p, span<const T> q, span<T> in_p, span<T> in_q) {
      const T length = std::hypot(p[0] - q[0], p[1] - q[1]);
      for (std::size_t k = 0; k < 2; k++) in_p[k] = (p[k] - q[k]) / length, in_q[k] = -in_p[k];
    };
    const auto in_two = precise([](auto& s) { s.threads = 2; });
    const auto own = solve(problem().cost_function(euclidean, gradient), in_two).value();
    const auto built_in = solve(problem().cost(Cost::euclidean), precise()).value();
    const auto plan = built_in.plan().value();
    CHECK(near(own.plan().value(), plan));
    CHECK(near(own.objective_gradient(In::x)->x, built_in.objective_gradient(In::x)->x));
    CHECK(near(solve(problem().p_norm(2), precise())->plan().value(), plan));
    const auto manhattan = solve(problem().cost(Cost::manhattan), precise()).value();
    CHECK(near(solve(problem().p_norm(1), precise())->plan().value(), manhattan.plan().value()));
    CHECK(near(solve(problem().p_norm(3).cost(Cost::euclidean), precise())->plan().value(), plan));
    CHECK(solve(Problem<T>::points(y, y, 2).cost(Cost::cosine))->converged());

    std::vector<T> rows(n * m), columns(n * m);
    for (std::size_t i = 0; i < n; i++) {
      for (std::size_t j = 0; j < m; j++) {
        rows[i * m + j] = columns[i + j * n] = std::hypot(x[2 * i] - y[2 * j], x[2 * i + 1] - y[2 * j + 1]);
      }
    }
    const auto by_rows = solve(Problem<T>::matrix(rows, n, m).weights(a, b).epsilon(T(0.5)), precise());
    const auto by_columns =
        solve(Problem<T>::matrix(columns, n, m, Order::column_major).weights(a, b).epsilon(T(0.5)), precise());
    CHECK(near(by_rows->plan().value(), plan) && near(by_columns->plan().value(), plan));

    const auto scaled = solve(problem().cost_scale(Scale::max), precise()).value();
    CHECK(scaled.report().cost_scale > T(1));
    const auto same_scale = solve(problem().cost_scale(scaled.report().cost_scale), precise()).value();
    CHECK(near(same_scale.plan().value(), scaled.plan().value()));
    for (Scale scale : {Scale::one, Scale::mean, Scale::standard_deviation}) {
      CHECK(solve(problem().cost_scale(scale))->converged());
    }
    const T mean = solve(problem().epsilon_of_mean(T(0.5)))->report().epsilon;
    CHECK(near(mean, T(0.5) * solve(problem().cost_scale(Scale::mean))->report().cost_scale));
    CHECK(solve(problem().epsilon_of_std(T(0.5)))->report().epsilon > T(0));
    const auto relaxed = solve(problem().unbalanced(T(1)), precise()).value();
    const auto half = solve(problem().unbalanced(T(1), T(0))).value();
    CHECK(relaxed.report().mass < T(1) && half.report().mass > relaxed.report().mass);
    const auto one_by_one = solve(Problem<T>::points(x, y, 2).epsilon(T(0.5)).weights_a(a).weights_b(b), precise()).value();
    CHECK(near(one_by_one.plan().value(), solve(problem(), precise())->plan().value()));
  }

  void derivatives() const {
    const auto solved = solve(problem(), precise()).value();
    const auto all = solved.objective_gradient(In::x | In::y | In::a | In::b | In::cost | In::epsilon).value();
    CHECK(all.x.size() == n * 2 && all.y.size() == m * 2 && all.a.size() == n && all.b.size() == m);
    CHECK(near(all.cost, solved.plan().value()) && all.epsilon != T(0));
    const T step = wide ? T(1e-5) : T(1e-2);
    const T slack = wide ? T(1e-6) : T(1e-2);
    for (std::size_t k = 0; k < x.size(); k++) {
      auto up = x, down = x;
      up[k] += step;
      down[k] -= step;
      CHECK(std::fabs((objective(up) - objective(down)) / (2 * step) - all.x[k]) < slack);
    }
    CHECK(solved.objective_gradient(In::a)->x.empty());

    const T tolerance = wide ? T(1e-10) : T(1e-5);
    std::vector<T> in_plan(n * m);
    in_plan[1] = T(1);
    Cotangent<T> cotangent;
    cotangent.plan = in_plan;
    DerivativeSettings<T> strict;
    strict.tolerance = tolerance;
    const auto gradient = solved.vjp(cotangent, In::x | In::epsilon, strict).value();
    CHECK(gradient.report.iterations > 0 && gradient.report.status >= 0);
    auto rows = [&](std::size_t i, std::size_t first, span<T> row) {
      for (std::size_t j = 0; j < row.size(); j++) row[j] = in_plan[i * m + first + j];
    };
    Cotangent<T> computed;
    computed.plan_rows = rows;
    CHECK(near(solved.vjp(computed, In::x)->x, gradient.x));
#if __cplusplus >= 202002L
    CHECK(near(solved.vjp({.plan = in_plan}, In::x)->x, gradient.x));
    std::vector<T> in_x(n * 2);
    CHECK(solved.vjp({.plan = in_plan}, In::x, {.tolerance = tolerance, .out = in_x}) && near(in_x, gradient.x));
    CHECK(solve(problem(), {.max_sweeps = 1, .threads = 2})->report().sweeps == 1);
    CHECK(solved.jvp({.x = in_x}, Of::plan)->plan.size() == n * m);
#endif
    for (std::size_t k : {std::size_t(0), std::size_t(3)}) {
      auto up = x, down = x, direction = std::vector<T>(x.size());
      up[k] += step;
      down[k] -= step;
      direction[k] = T(1);
      const T difference = solve(Problem<T>::points(up, y, 2).weights(a, b).epsilon(T(0.5)), precise())->entry(0, 1).value() -
                           solve(Problem<T>::points(down, y, 2).weights(a, b).epsilon(T(0.5)), precise())->entry(0, 1).value();
      CHECK(std::fabs(difference / (2 * step) - gradient.x[k]) < slack);
      Tangent<T> tangent;
      tangent.x = direction;
      const auto changes = solved.jvp(tangent, Of::f | Of::g | Of::plan | Of::map).value();
      CHECK(std::fabs(changes.plan[1] - gradient.x[k]) < slack && changes.map.size() == n * 2);
      CHECK(changes.f.size() == n && changes.g.size() == m);
      const auto hessian = solved.objective_hvp(tangent, In::x).value();
      const auto before = solve(Problem<T>::points(down, y, 2).weights(a, b).epsilon(T(0.5)), precise());
      const auto after = solve(Problem<T>::points(up, y, 2).weights(a, b).epsilon(T(0.5)), precise());
      const T second = after->objective_gradient(In::x)->x[0] - before->objective_gradient(In::x)->x[0];
      CHECK(std::fabs(second / (2 * step) - hessian.x[0]) < slack);
    }
  }

  void losses() const {
    CHECK(std::fabs(divergence(Problem<T>::points(x, x, 2).weights(a, a).epsilon(T(0.5)), precise())->value()) < close);
    const auto loss = divergence(problem(), precise()).value();
    CHECK(loss.value() > T(0.1) && static_cast<int>(loss.status()) >= 0);
    CHECK(near(loss.report(Term::between)->objective, solve(problem(), precise())->report().objective));
    const auto within = Problem<T>::points(x, x, 2).weights(a, a).epsilon(T(0.5));
    CHECK(near(loss.report(Term::within_x)->objective, solve(within, precise())->report().objective));
    CHECK(loss.report(Term::within_y)->struct_size > 0);
    const auto gradient = loss.gradient(In::x).value();
    const T step = wide ? T(1e-5) : T(1e-2);
    auto up = x, down = x;
    up[2] += step;
    down[2] -= step;
    const T difference = divergence(Problem<T>::points(up, y, 2).weights(a, b).epsilon(T(0.5)), precise())->value() -
                         divergence(Problem<T>::points(down, y, 2).weights(a, b).epsilon(T(0.5)), precise())->value();
    CHECK(std::fabs(difference / (2 * step) - gradient.x[2]) < (wide ? T(1e-6) : T(1e-2)));
    const T cost[] = {0, 1, 1, 0};
    CHECK(std::fabs(divergence(Problem<T>::matrix(cost, 2, 2).epsilon(1).costs_within(cost, cost))->value()) < close);

    const std::vector<T> values = {T(3), T(-1), T(2), T(0.5)};
    SoftSettings<T> sharp;
    sharp.epsilon = T(0.001);
    sharp.solve = precise();
    const auto sorted = Soft<T>::sort(values, 0, sharp).value();
    CHECK(sorted.output().size() == 4 && std::is_sorted(sorted.output().begin(), sorted.output().end()));
    CHECK(std::fabs(sorted.output()[0] - T(-1)) < T(0.01) && sorted.report().sweeps > 0);
    CHECK(Soft<T>::sort(values, 2, sharp)->output().size() == 2);
    const auto ranks = Soft<T>::rank(values, sharp).value();
    const T expected[] = {3, 0, 2, 1};
    for (std::size_t k = 0; k < 4; k++) CHECK(std::fabs(ranks.output()[k] - expected[k]) < T(0.05));
    const T levels[] = {T(0.25), T(0.75)};
    CHECK(Soft<T>::quantile(values, levels, sharp)->output()[0] < T(2));
    const T again[] = {T(1), T(0.5), T(1)};
    auto as_numpy = sharp;
    as_numpy.quantiles = QuantileConvention::linear;
    const auto linear = Soft<T>::quantile(values, again, as_numpy).value();
    CHECK(linear.output()[0] == linear.output()[2] && linear.output()[1] < linear.output()[0]);
    const auto chosen = Soft<T>::top_k(values, T(2), sharp).value();
    CHECK(std::fabs(chosen.output()[0] - T(1)) < T(0.05) && std::fabs(chosen.output()[1]) < T(0.05));
    auto soft = sharp;
    soft.epsilon = T(0.1);
    soft.weights = a;
    auto operation = Soft<T>::rank(values, soft).value();
    const T cotangent[] = {1, 0, 0, 0};
    const auto in = operation.vjp(cotangent, true).value();
    auto high = values, low = values;
    high[2] += step;
    low[2] -= step;
    const T slope = (Soft<T>::rank(high, soft)->output()[0] - Soft<T>::rank(low, soft)->output()[0]) / (2 * step);
    CHECK(std::fabs(slope - in.values[2]) < (wide ? T(1e-5) : T(3e-2)) && in.weights.size() == 4);
    std::array<T, 8> both{};
    CHECK(operation.vjp(cotangent, true, both) && same(span<const T>(both.data(), 4), in.values));
    CHECK(same(span<const T>(both.data() + 4, 4), in.weights));
    const auto unscaled = with(SoftSettings<T>(), [](auto& s) { s.keep_scale = true, s.start = SoftStart::zero; });
    CHECK(Soft<T>::rank(values, unscaled)->output().size() == 4);
  }

  void batches() const {
    std::vector<Problem<T>> problems = {problem(), Problem<T>::points(y, x, 2), Problem<T>::points(x, y, 3),
                                        problem().epsilon(T(-1)), problem().weights(b, b), problem()};
    for (std::uint32_t threads : {1u, 3u}) {
      const auto settings = with(from(Start::gaussian), [&](auto& s) { s.threads = threads; });
      const auto batch = Batch<T>::solve(problems, settings).value();
      CHECK(batch.size() == problems.size() && batch.status(2) == Status::ragged);
      CHECK(batch.status(3) == Status::not_positive && batch.status(4) == Status::length);
      CHECK(std::strcmp(batch.error(2).argument(), "x") == 0 && std::strcmp(batch.error(4).argument(), "a") == 0);
      CHECK(batch.f(2).empty() && batch.error(0).status() == Status::ok);
      for (std::size_t k : {std::size_t(0), std::size_t(1), std::size_t(5)}) {
        const auto single = solve(problems[k], from(Start::gaussian)).value();
        CHECK(same(batch.f(k), single.f()) && same(batch.g(k), single.g()));
        CHECK(batch.report(k).objective == single.report().objective);
      }
    }
  }

  void lent_memory() const {
    std::array<T, SINKHORN_WORKSPACE_LEN(T, 4, 3, 2, SINKHORN_DEFAULT_MEMORY)> memory;
    std::array<T, SINKHORN_DERIVATIVES_LEN(4, 3, 2)> work;
    std::array<T, SINKHORN_SOFT_LEN(T, 4, 4, SINKHORN_DEFAULT_MEMORY) + 4> soft_memory;
    std::array<T, 12> plan;
    std::array<T, 8> in_x;
    CHECK(workspace_len(problem()).value() == memory.size());
    const auto given = problem();
    const std::size_t before = allocations;
    auto solved = solve(given, {}, memory);
    auto kept = std::move(solved).value();
    const bool wrote(kept.plan(plan));
    DerivativeSettings<T> lent;
    lent.memory = work;
    lent.out = in_x;
    const bool differentiated(kept.objective_gradient(In::x, lent));
    const auto sorted = Soft<T>::sort(a, 0, {}, soft_memory);
    const std::size_t after = allocations;
    CHECK(before == after && wrote && differentiated && sorted);
    CHECK(same(in_x, kept.objective_gradient(In::x)->x));
    std::array<T, 12> parts{};
    lent.out = span<T>(parts.data(), 11);
    const auto two = kept.objective_gradient(In::x | In::b, lent);
    CHECK(two->x.data() == parts.data() && two->b.data() == parts.data() + 8 && two->y.empty());
    CHECK(same(two->x, in_x) && same(two->b, kept.objective_gradient(In::b)->b));
    CHECK(same(plan, solve(problem())->plan().value()));
    const T* const first = memory.data();
    CHECK(kept.f().data() >= first && kept.f().data() < first + memory.size());
    auto solver = Solver<T>::begin(given, {}, memory).value();
    CHECK(solver.run() && same(solver.finish()->plan().value(), plan));
  }

  void run() const {
    spans();
    solution();
    settings();
    steps();
    costs();
    derivatives();
    losses();
    batches();
    lent_memory();
  }
};

}  // namespace

int main() {
  Suite<double>().run();
  Suite<float>().run();
  return checked();
}
