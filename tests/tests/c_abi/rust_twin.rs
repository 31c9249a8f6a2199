//! The solves of `bits.c`, made in Rust.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, SimdLevel, Status, Storage,
    Workspace,
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    diff::{Changes, Cotangent, DerivativeSettings, Derivatives, Gradients, PlanCotangent, Tangent},
    divergence::{divergence_gradient_len, divergence_len, sinkhorn_divergence, sinkhorn_divergence_between},
    geometry::Geometry,
    settings::Annealing,
    soft::{Soft, SoftSettings, soft_len, soft_quantile, soft_rank, soft_sort, soft_top_k},
    solve,
    start::{DualSort, FixedGaussianStart, GaussianForm, Given, Monotone, Start, Zero},
};
use sinkhorn_init::{Auto, CellsStart, CoarseStart, MixtureSettings, MixtureStart, SubsampleStart};

const N: usize = 23;
const M: usize = 17;
const LARGEST: usize = 16;

/// What `bits.c` prints, line by line.
pub fn lines(largest: usize, allocating: bool, simd: SimdLevel) -> Vec<String> {
    let mut lines = Lines { simd, lines: vec![], bits: f64::to_bits };
    all(&mut lines, largest, allocating);
    let mut single = Lines { simd, lines: lines.lines, bits: |value: f32| u64::from(value.to_bits()) };
    all(&mut single, largest, allocating);
    single.lines
}

struct Generator(u32);

impl Generator {
    fn draw<T: Real>(&mut self, len: usize, value: impl Fn(f64) -> f64) -> Vec<T> {
        let next = |_| {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            T::constant(value(f64::from(self.0 >> 16) / 65_536.0))
        };
        (0..len).map(next).collect()
    }
}

/// The printed lines, and what hashes are made with.
struct Lines<T> {
    simd: SimdLevel,
    lines: Vec<String>,
    bits: fn(T) -> u64,
}

struct Hash<T> {
    hash: u64,
    bits: fn(T) -> u64,
}

impl<T: Real> Hash<T> {
    fn add(&mut self, values: &[T]) {
        for &value in values {
            self.hash = (self.hash ^ (self.bits)(value)).wrapping_mul(1_099_511_628_211);
        }
    }
}

fn number(status: Status) -> i32 {
    match status {
        Status::Converged => 0,
        Status::SweepLimit => 1,
        Status::PrecisionFloor => 2,
        _ => 3,
    }
}

impl<T: Real> Lines<T> {
    fn hash(&self) -> Hash<T> {
        Hash { hash: 14_695_981_039_346_656_037, bits: self.bits }
    }

    fn end(&mut self, what: &str, status: i32, number: u32, hash: &Hash<T>) {
        self.lines.push(format!("{what} status={status} number={number} {:016x}", hash.hash));
    }

    fn line(
        &mut self,
        what: &str,
        problem: &Problem<'_, T>,
        start: &dyn Start<T>,
        settings: &Settings<T>,
        derivatives: bool,
    ) -> Option<(Vec<T>, Vec<T>)> {
        let settings = Settings { simd: self.simd, ..*settings };
        let mut memory = vec![T::ZERO; Workspace::len(problem, &settings).expect("a length")];
        let workspace = Workspace::new(&mut memory, problem, &settings).expect("a workspace");
        let solution = match solve(problem, start, &settings, workspace) {
            Ok(solution) => solution,
            Err(error) => {
                self.lines.push(error.to_string());
                return None;
            }
        };
        let d = problem.geometry().dimension();
        let (f, g, report) = (solution.f().to_vec(), solution.g().to_vec(), *solution.report());
        let (mut plan, mut map) = (vec![T::ZERO; N * M], vec![T::ZERO; N * d]);
        let (mut product, mut transposed, mut at) = (vec![T::ZERO; N], vec![T::ZERO; M], vec![T::ZERO; 3]);
        let (mut columns, mut largest) = ([0; 4], [T::ZERO; 4]);
        let mut hash = self.hash();
        hash.add(&f);
        hash.add(&g);
        hash.add(&[
            report.row_error,
            report.column_error,
            report.dual_value,
            report.start_value,
            report.objective,
            report.transport_cost,
            report.mass,
            report.epsilon,
            report.cost_scale,
        ]);
        solution.plan(&mut plan).expect("a plan");
        hash.add(&plan);
        solution.apply(&g, &mut product).expect("a product");
        hash.add(&product);
        solution.apply_transposed(&f, &mut transposed).expect("a product");
        hash.add(&transposed);
        solution.largest_in_row(3, &mut columns, &mut largest).expect("a row");
        hash.add(&largest);
        if d > 0 {
            let points: Vec<T> = (0..3 * d).map(|i| T::constant(0.125) * T::count(i)).collect();
            let mut there = vec![T::ZERO; 3 * d];
            solution.barycentric_map(&mut map).expect("a map");
            hash.add(&map);
            solution.map_at(&points, &mut there).expect("a map");
            hash.add(&there);
            solution.f_at(&points, &mut at).expect("potentials");
            hash.add(&at);
            solution.g_at(&points, &mut at).expect("potentials");
            hash.add(&at);
        }
        self.end(&format!("{}: {what}", report.start.name), number(report.status), report.sweeps, &hash);
        if !derivatives {
            return Some((f, g));
        }

        let differentiation = DerivativeSettings::default();
        let mut memory = vec![T::ZERO; Derivatives::len(problem, &differentiation).expect("a length")];
        let mut derivatives = Derivatives::new(&solution, &differentiation, &mut memory).expect("derivatives");
        let (mut in_x, mut in_y) = (vec![T::ZERO; N * d], vec![T::ZERO; M * d]);
        let (mut in_a, mut in_b) = (vec![T::ZERO; N], vec![T::ZERO; M]);
        let (mut in_cost, mut in_epsilon) = (vec![T::ZERO; N * M], T::ZERO);
        macro_rules! gradients {
            () => {
                &mut Gradients {
                    x: (d > 0).then_some(&mut in_x[..]),
                    y: (d > 0).then_some(&mut in_y[..]),
                    a: Some(&mut in_a),
                    b: Some(&mut in_b),
                    cost: Some(&mut in_cost),
                    epsilon: Some(&mut in_epsilon),
                }
            };
        }
        let mut hash = self.hash();
        derivatives.objective(gradients!()).expect("a gradient");
        [&in_x, &in_y, &in_a, &in_b, &in_cost].into_iter().for_each(|values| hash.add(values));
        hash.add(&[in_epsilon]);
        let cotangent = Cotangent {
            f: Some(&f),
            g: Some(&g),
            plan: Some(PlanCotangent::Matrix(&plan)),
            map: (d > 0).then_some(&map[..]),
        };
        let linear = derivatives.vjp(&cotangent, gradients!()).expect("a gradient");
        [&in_x, &in_y, &in_a, &in_b, &in_cost].into_iter().for_each(|values| hash.add(values));
        hash.add(&[in_epsilon, linear.residual]);
        self.end("vjp", linear.status as i32, linear.iterations, &hash);

        let x = problem.geometry().cloud().map(|cloud| cloud.x().data());
        let tangent = Tangent { x, a: Some(&f), b: Some(&g), epsilon: T::ONE, ..Tangent::none() };
        let mut hash = self.hash();
        let changes = &mut Changes { f: Some(&mut product), g: Some(&mut transposed), ..Changes::none() };
        derivatives.jvp(&tangent, changes).expect("changes");
        hash.add(&product);
        hash.add(&transposed);
        let linear = derivatives.objective_hessian(&tangent, gradients!()).expect("a product");
        hash.add(&in_a);
        hash.add(&in_cost);
        self.end("hvp", linear.status as i32, linear.iterations, &hash);
        Some((f, g))
    }

    fn divergence(&mut self, problem: &Problem<'_, T>, within: Option<[Geometry<'_, T>; 2]>, dimension: usize) {
        let (settings, differentiation) =
            (Settings { simd: self.simd, ..Settings::default() }, DerivativeSettings::default());
        let mut memory = vec![T::ZERO; divergence_len(problem, &settings).expect("a length")];
        let divergence = match within {
            None => sinkhorn_divergence(problem, &Zero, &settings, &mut memory),
            Some(within) => sinkhorn_divergence_between(problem, within, &Zero, &settings, &mut memory),
        }
        .expect("a divergence");
        let (mut in_a, mut in_b) = (vec![T::ZERO; N], vec![T::ZERO; M]);
        let gradients = &mut Gradients { a: Some(&mut in_a), b: Some(&mut in_b), ..Gradients::none() };
        let mut memory = vec![T::ZERO; divergence_gradient_len(N, M, dimension, 1).expect("a length")];
        divergence.gradient(&differentiation, &mut memory, gradients).expect("a gradient");
        let mut hash = self.hash();
        hash.add(&[divergence.value()]);
        hash.add(&in_a);
        hash.add(&in_b);
        let status = divergence.reports().iter().map(|report| number(report.status)).find(|&status| status != 0);
        self.end("divergence", status.unwrap_or(0), 0, &hash);
    }

    fn soft(&mut self, values: &[T], weights: &[T]) {
        type Apply<T> =
            dyn Fn(&[T], &[T], &SoftSettings<T>, &'static mut [T], &mut [T]) -> Result<Soft<'static, T>, Error>;
        let solve = Settings { simd: self.simd, ..Settings::default() };
        let settings = SoftSettings { solve, ..SoftSettings::default() };
        let operators: [(usize, usize, &Apply<T>); 4] = [
            (7, 7, &|values, weights, settings, memory, out| soft_sort(values, Some(weights), settings, memory, out)),
            (N, N, &|values, weights, settings, memory, out| soft_rank(values, Some(weights), settings, memory, out)),
            (5, 11, &|values, weights, settings, memory, out| {
                let levels = [0.0, 0.125, 0.5, 0.75, 1.0].map(T::constant);
                soft_quantile(values, Some(weights), &levels, settings, memory, out)
            }),
            (N, 2, &|values, weights, settings, memory, out| {
                soft_top_k(values, Some(weights), T::count(4), settings, memory, out)
            }),
        ];
        for (outputs, levels, apply) in operators {
            let memory = vec![T::ZERO; soft_len(N, levels, &settings).expect("a length")].leak();
            let (mut out, mut in_values, mut in_weights) = (vec![T::ZERO; outputs], vec![T::ZERO; N], vec![T::ZERO; N]);
            let mut soft = apply(&values[..N], weights, &settings, memory, &mut out).expect("an operator");
            let mut hash = self.hash();
            hash.add(&out);
            soft.vjp(&values[..outputs], &mut in_values, Some(&mut in_weights)).expect("a gradient");
            hash.add(&in_values);
            hash.add(&in_weights);
            let report = *soft.report();
            self.end("soft", number(report.status), report.sweeps, &hash);
        }
    }
}

fn gaussian<T: Real>(dimension: usize, form: GaussianForm) -> Box<dyn Start<T>> {
    if dimension <= 8 {
        Box::new(FixedGaussianStart::<8> { form })
    } else {
        Box::new(sinkhorn_init::GaussianStart::new(form))
    }
}

fn all<T: Real>(lines: &mut Lines<T>, largest: usize, allocating: bool) {
    let default = Settings::<T>::default();
    let mut generator = Generator(1);
    let x: Vec<T> = generator.draw(N * LARGEST, |u| u);
    let y: Vec<T> = generator.draw(M * LARGEST, |u| 2.0 * u);
    let cost: Vec<T> = generator.draw(N * M, |u| u);
    let a: Vec<T> = generator.draw(N, |u| 1.0 + u);
    let b: Vec<T> = generator.draw(M, |u| 1.0 + u);
    let transposed: Vec<T> = (0..N * M).map(|k| cost[k % N * M + k / N]).collect();
    let within = |points: &[T]| -> Vec<T> {
        let square = |z: T| z * z;
        points.iter().flat_map(|&p| points.iter().map(move |&q| square(p - q))).collect()
    };
    let (within_x, within_y) = (within(&x[..N]), within(&y[..M]));
    let points = |d: usize, cost| {
        Problem::new(PointCloud::new(&x[..N * d], &y[..M * d], d, cost).expect("points")).expect("a problem")
    };
    let accelerations = [
        Acceleration::Plain,
        Acceleration::Relaxation { factor: T::constant(1.5) },
        Acceleration::AdaptiveRelaxation,
        Acceleration::Anderson { memory: 10 },
    ];

    let mut last = None;
    for d in 1..=largest {
        let gaussians = [gaussian(d, GaussianForm::Entropic), gaussian(d, GaussianForm::Unregularised)];
        let dual_sort = DualSort::default();
        let mixture = MixtureStart {
            settings: MixtureSettings { seed: 7, ..MixtureSettings::default() },
            ..MixtureStart::default()
        };
        let (coarse, subsample) = (CoarseStart::default(), SubsampleStart { seed: 7, ..SubsampleStart::default() });
        let starts: [&dyn Start<T>; 10] = [
            &Zero,
            &Monotone,
            &*gaussians[0],
            &*gaussians[1],
            &dual_sort,
            &mixture,
            &coarse,
            &CellsStart,
            &subsample,
            &Auto,
        ];
        for start in &starts[..if allocating { 10 } else { 5 }] {
            for &acceleration in &accelerations {
                let settings = Settings { acceleration, ..default };
                last = lines.line("start", &points(d, &SquaredEuclidean), *start, &settings, false).or(last);
            }
        }
    }

    let (f, g) = last.expect("a solve");
    let settings = Settings {
        threshold: T::constant(if size_of::<T>() == 4 { 1.0 / 8192.0 } else { 1.0 / 67_108_864.0 }),
        ..default
    };
    let problem = points(largest, &SquaredEuclidean);
    let (_, g) = lines.line("given", &problem, &Given::both(&f, &g), &settings, false).expect("a solve");
    lines.line("given", &problem, &Given::g(&g), &settings, true);

    let p_norm = PNorm::new(T::constant(1.5)).expect("an order");
    let costs: [&dyn GroundCost<T>; 5] = [&SquaredEuclidean, &Euclidean, &Manhattan, &p_norm, &Cosine];
    for (index, cost) in costs.into_iter().enumerate() {
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            lines.line("cost", &points(2, cost), &Zero, &Settings { storage, ..settings }, index == 1);
        }
    }
    let annealing = Some(Annealing { first: T::count(16), factor: T::HALF, sweeps: 1 });
    lines.line("annealing", &points(2, &SquaredEuclidean), &Zero, &Settings { annealing, ..settings }, false);

    let problem = Problem::new(CostMatrix::row_major(&cost, N, M).expect("costs")).expect("a problem");
    let matrix = relaxed(problem, &a, &b);
    lines.line("matrix", &matrix, &Zero, &settings, true);
    let problem = Problem::new(CostMatrix::column_major(&transposed, N, M).expect("costs")).expect("a problem");
    let scaled = relaxed(problem, &a, &b).cost_scale(CostScale::Std).expect("a scale");
    lines.line("transposed", &scaled, &Zero, &settings, false);

    lines.divergence(&points(2, &SquaredEuclidean), None, 2);
    let within = [
        CostMatrix::row_major(&within_x, N, N).expect("costs").into(),
        CostMatrix::row_major(&within_y, M, M).expect("costs").into(),
    ];
    let matrix = matrix.cost_scale(CostScale::Std).expect("a scale");
    lines.divergence(&matrix, Some(within), 0);
    lines.soft(&x, &a);
}

fn relaxed<'a, T: Real>(problem: Problem<'a, T>, a: &'a [T], b: &'a [T]) -> Problem<'a, T> {
    let problem = problem.weights(a, b).expect("weights");
    let problem = problem.epsilon(Epsilon::OfMean(T::constant(0.125))).expect("an epsilon");
    problem.unbalanced(T::count(2), T::count(4)).expect("relaxations")
}
