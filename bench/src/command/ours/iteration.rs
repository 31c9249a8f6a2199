//! Time of one sweep.

use std::time::Instant;

use serde_json::{Value, json};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Real, Settings, Solver, Workspace, start::Zero};

use super::args::IterationArgs;
use super::files;
use super::{summary, used};
use crate::command::Outcome;

pub fn run<T: Real>(args: &IterationArgs) -> Outcome<Value> {
    let ([_, d], x) = files::read_axes::<T, 2>(&args.common.x)?;
    let ([_, _], y) = files::read_axes::<T, 2>(&args.common.y)?;
    // No error is so small: the sweeps go on until rounding ends them.
    let settings = Settings { threshold: T::constant(1e-30), max_sweeps: u32::MAX, ..args.common.settings::<T>() };
    let seconds = measure(args, &settings, &x, &y, d)?;
    Ok(json!({ "seconds": summary(seconds), "settings": used(&settings) }))
}

fn measure<T: Real>(
    args: &IterationArgs,
    settings: &Settings<T>,
    x: &[T],
    y: &[T],
    d: usize,
) -> Result<Vec<f64>, Error> {
    let problem =
        Problem::new(PointCloud::squared_euclidean(x, y, d)?)?.epsilon(Epsilon::Absolute(T::constant(args.epsilon)))?;
    let mut memory = vec![T::ZERO; Workspace::len(&problem, settings)?];
    let mut solver = Solver::new(&problem, settings, Workspace::new(&mut memory, &problem, settings)?)?;
    warm_up(&mut solver);
    let mut seconds = Vec::new();
    while seconds.len() < args.common.repeat.get() {
        let (clock, before) = (Instant::now(), solver.sweeps());
        let ended = (0..args.sweeps.get()).any(|_| solver.step().is_some());
        seconds.push(clock.elapsed().as_secs_f64() / f64::from(solver.sweeps() - before));
        if ended {
            solver.start(&Zero)?;
            warm_up(&mut solver);
        }
    }
    Ok(seconds)
}

/// The first sweeps of a cold start fall back to max-shifted sums.
fn warm_up<T: Real>(solver: &mut Solver<'_, T>) {
    for _ in 0..3 {
        solver.step();
    }
}
