//! Small problems: what the default acceleration costs beside the best of plain sweeps, adaptive relaxation and
//! Anderson's.
//!
//! ```text
//! cargo run --release -p sinkhorn-bench -- small
//! ```
//!
//! Points and matrices of 5 to 200 rows, at three epsilons, to two thresholds. Every method solves a problem in turn,
//! round after round, and the fastest round of each counts, so that noise of the machine is common to all.

use std::hint::black_box;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, Float, PointCloud, Problem, Real, Settings, Status, Workspace,
    geometry::Geometry, solve, start::Zero,
};

use super::Outcome;
use crate::args::{Precision, TableArgs, in_precision};
use crate::table::{Cell, Tables, print};

/// The default acceleration beside the best of others, on small problems.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Problems of each kind
    #[arg(long, default_value_t = 5)]
    problems: u64,
    /// Seed of the first problem
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Times that every method solves a problem, at least
    #[arg(long, default_value_t = 7)]
    rounds: u32,
    /// Floating-point numbers to calculate with
    #[arg(long, value_enum, default_value_t = Precision::F64)]
    precision: Precision,
    #[command(flatten)]
    table: TableArgs,
}

/// The sweeps after which a problem counts as not solved.
const MAX_SWEEPS: u32 = 20_000;

/// The methods, the default first.
fn methods<T: Real>() -> [Acceleration<T>; 4] {
    let memory = Settings::<T>::default().acceleration.memory();
    [
        Acceleration::Auto { memory },
        Acceleration::Plain,
        Acceleration::AdaptiveRelaxation,
        Acceleration::Anderson { memory },
    ]
}

/// One method on one problem.
#[derive(Clone, Copy)]
struct Timed {
    seconds: f64,
    sweeps: u32,
    converged: bool,
}

/// Solves `problem` in turn by every method.
fn time<T: Real>(problem: &Problem<'_, T>, threshold: T, rounds: u32) -> [Timed; 4] {
    let mut found = [Timed { seconds: f64::INFINITY, sweeps: 0, converged: false }; 4];
    let settings = methods::<T>().map(|acceleration| Settings {
        acceleration,
        threshold,
        max_sweeps: MAX_SWEEPS,
        ..Settings::default()
    });
    let mut memories = settings.map(|settings| {
        vec![T::ZERO; Workspace::len(problem, &settings).expect("small problems have small workspaces")]
    });
    let begin = Instant::now();
    for round in 0.. {
        for ((found, settings), memory) in found.iter_mut().zip(&settings).zip(&mut memories) {
            // As often as a clock needs that ticks in tens of nanoseconds.
            let (mut count, start) = (0, Instant::now());
            while count == 0 || (start.elapsed() < Duration::from_micros(200) && count < 50) {
                let workspace = Workspace::new(memory, problem, settings).expect("it is long enough");
                let solution = solve(black_box(problem), &Zero, settings, workspace).expect("the problem is sound");
                let report = solution.report();
                (found.sweeps, found.converged) = (report.sweeps, report.status == Status::Converged);
                count += 1;
            }
            found.seconds = found.seconds.min(start.elapsed().as_secs_f64() / f64::from(count));
        }
        if round + 1 >= rounds || begin.elapsed() > Duration::from_secs(5) {
            break;
        }
    }
    found
}

/// Times and sweeps of the problems of one kind.
#[derive(Default)]
struct Kind {
    /// The time of the default over that of the best of the others, one a problem.
    ratios: Vec<f64>,
    seconds: [f64; 4],
    sweeps: [u32; 4],
    unsolved: [u32; 4],
}

impl Kind {
    fn add(&mut self, timed: [Timed; 4]) {
        let solved = |timed: &&Timed| timed.converged;
        if let Some(best) = timed[1..].iter().filter(solved).map(|timed| timed.seconds).reduce(f64::min) {
            self.ratios.push(timed[0].seconds / best);
        }
        for (k, timed) in timed.iter().enumerate() {
            self.seconds[k] += timed.seconds;
            self.sweeps[k] += timed.sweeps;
            self.unsolved[k] += u32::from(!timed.converged);
        }
    }
}

pub fn run(args: &Args) -> Outcome {
    in_precision!(args.precision, run_in(args))
}

fn run_in<T: Real>(args: &Args) -> Outcome {
    let what = format!("Microseconds a solve (sweeps; problems not solved in {MAX_SWEEPS} sweeps), {}.", T::NAME);
    let mut tables = Tables::begin(&args.table, &what)?;
    let accelerations = "         default|           plain|        adaptive|        anderson";
    tables.table("", &format!("problem                     |{accelerations}|default / best: mean|worst"))?;
    let mut all = Vec::new();
    for n in [5, 10, 20, 50, 100, 200] {
        for is_matrix in [false, true] {
            for epsilon in [0.5, 0.05, 0.005] {
                for threshold in [1e-3, 1e-6] {
                    if T::NAME == <f32 as Float>::NAME && threshold < 1e-3 {
                        continue;
                    }
                    let kind = of_kind::<T>(args, n, is_matrix, epsilon, threshold);
                    let name =
                        format!("{} {n} x {n}, {epsilon}, {threshold:e}", if is_matrix { "matrix" } else { "points" });
                    tables.row(cells(&name, &kind, args.problems))?;
                    all.extend(kind.ratios);
                }
            }
        }
    }
    all.sort_by(f64::total_cmp);
    let share = |part: f64| all[((all.len() - 1) as f64 * part) as usize];
    print(&format!(
        "\ndefault over the best of the others, {} problems: median {:.2}, 90 percent below {:.2}, \
         99 percent below {:.2}, worst {:.2}\n",
        all.len(),
        share(0.5),
        share(0.9),
        share(0.99),
        share(1.0)
    ))?;
    tables.end()
}

fn of_kind<T: Real>(args: &Args, n: usize, is_matrix: bool, epsilon: f64, threshold: f64) -> Kind {
    let mut kind = Kind::default();
    for seed in args.seed..args.seed + args.problems {
        let mut generator = StdRng::seed_from_u64(seed * 1000 + n as u64);
        let mut uniform =
            |count: usize| -> Vec<T> { (0..count).map(|_| T::constant(generator.random::<f64>())).collect() };
        let (x, y) = (uniform(2 * n), uniform(2 * n));
        let cost = uniform(n * n);
        let geometry: Geometry<'_, T> = if is_matrix {
            CostMatrix::row_major(&cost, n, n).expect("costs are finite").into()
        } else {
            PointCloud::squared_euclidean(&x, &y, 2).expect("points are finite").into()
        };
        let problem = Problem::new(geometry)
            .and_then(|problem| problem.epsilon(Epsilon::OfMean(T::constant(epsilon))))
            .expect("the problem is sound");
        kind.add(time(&problem, T::constant(threshold), args.rounds));
    }
    kind
}

fn cells(name: &str, kind: &Kind, problems: u64) -> Vec<Cell> {
    let cell = |k: usize| {
        let unsolved = if kind.unsolved[k] > 0 { format!("; {}", kind.unsolved[k]) } else { String::new() };
        let micros = 1e6 * kind.seconds[k] / problems as f64;
        let sweeps = f64::from(kind.sweeps[k]) / problems as f64;
        let value = json!({ "microseconds": micros, "sweeps": sweeps, "unsolved": kind.unsolved[k] });
        Cell::new(format!("{micros:.1} ({sweeps:.0}{unsolved})"), value)
    };
    let mean = (kind.ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / kind.ratios.len() as f64).exp();
    let worst = kind.ratios.iter().copied().fold(0.0, f64::max);
    vec![Cell::of(name), cell(0), cell(1), cell(2), cell(3), Cell::number(mean, 2), Cell::number(worst, 2)]
}
