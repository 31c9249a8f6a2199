//! Sweeps, and the bare rates between them: machines are shared and their clocks change, so that only what is measured
//! in turn can be compared.

use std::time::Instant;

use sinkhorn_bench::problems::normal;
use sinkhorn_bench::sweeper::{Sweeper, Taken, settings};
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, SimdLevel, Storage, Workspace};
use sinkhorn_tests::data;

use super::args::Plan;
use super::rates::Rates;
use super::scalar::Scalar;
use crate::command::Outcome;

/// Of the mean cost.
pub const EPSILON: f64 = 0.05;
/// Rounds after a first of sweeps only, at least and at most; in between, patience decides.
const ROUNDS: std::ops::RangeInclusive<u32> = 2..=9;
/// The storages of the table.
const STORAGES: [Storage; 3] = [Storage::Stream, Storage::Cost, Storage::Kernel];

/// The bare rates of a scalar at a level.
pub struct Bare {
    pub scalar: &'static str,
    pub level: SimdLevel,
    /// By number of threads.
    pub rates: Vec<(usize, Rates)>,
}

/// A problem, and the way it is swept.
#[derive(Clone, Copy)]
pub struct Way {
    pub scalar: &'static str,
    /// Of a scalar.
    pub bytes: usize,
    pub level: SimdLevel,
    pub dimension: usize,
    /// Points a side.
    pub size: usize,
    pub storage: Storage,
}

/// A way, with a number of threads.
pub struct Cell {
    pub way: Way,
    pub threads: usize,
    /// By the least of sweeps.
    pub taken: Taken,
    /// Between the sweeps.
    pub bare: Rates,
    /// Rows that left the safe range.
    pub fallbacks: u32,
    pub rounds: u32,
}

/// What the machine is, for the measurements.
pub struct Bench<'p> {
    pub plan: &'p Plan,
    pub threads: Vec<usize>,
    /// What does not fit the cache has to be read from memory.
    pub cache: usize,
    /// To be read.
    pub memory: Vec<u64>,
}

/// The best of several bare rates.
pub fn bare<T: Scalar>(bench: &Bench<'_>, level: SimdLevel) -> Bare {
    let mut rates: Vec<_> = bench.threads.iter().map(|&threads| (threads, Rates::default())).collect();
    for _ in 0..*ROUNDS.end() {
        for (threads, rates) in &mut rates {
            *rates = rates.max(Rates::measure::<T>(level, *threads, Some(&bench.memory)));
        }
    }
    Bare { scalar: T::NAME, level, rates }
}

/// All storages of a shape at all levels, with all numbers of threads; `seen` gets the cells of a way when they are
/// there.
pub fn shape<T: Scalar>(
    bench: &Bench<'_>,
    (dimension, size): (usize, usize),
    seen: &mut dyn FnMut(Vec<Cell>) -> Outcome,
) -> Outcome {
    let mut generator = data::generator(1);
    let (x, y) = (normal::<T>(&mut generator, size * dimension), normal(&mut generator, size * dimension));
    let problem = PointCloud::squared_euclidean(&x, &y, dimension)
        .and_then(Problem::new)
        .and_then(|problem| problem.epsilon(Epsilon::OfMean(T::constant(EPSILON))))?;
    let len = |threads| {
        let lens = STORAGES.map(|storage| Workspace::len(&problem, &settings(storage, SimdLevel::Best, threads)));
        lens.into_iter().try_fold(0, |most, len| Ok(most.max(len?)))
    };
    let memory = bench.threads.iter().map(|&threads| Ok(vec![T::ZERO; len(threads)?]));
    let mut memory = memory.collect::<Result<Vec<_>, Error>>()?;
    for &level in &bench.plan.levels {
        for storage in STORAGES {
            let way = Way { scalar: T::NAME, bytes: size_of::<T>(), level, dimension, size, storage };
            seen(cells(bench, way, &problem, &mut memory)?)?;
        }
    }
    Ok(())
}

/// A cell a number of threads, each with memory of its own, in turn.
fn cells<T: Scalar>(
    bench: &Bench<'_>,
    way: Way,
    problem: &Problem<'_, T>,
    memory: &mut [Vec<T>],
) -> Result<Vec<Cell>, Error> {
    let mut cells = Vec::new();
    for (&threads, memory) in bench.threads.iter().zip(memory) {
        let mut sweeper = Sweeper::new(problem, &settings(way.storage, way.level, threads), memory)?;
        let taken = sweeper.round()?;
        let cell = Cell { way, threads, taken, bare: Rates::default(), fallbacks: 0, rounds: 0 };
        cells.push((cell, sweeper));
    }
    let memory = way.is_read(bench.cache).then_some(&bench.memory[..]);
    let clock = Instant::now();
    for round in 1..=*ROUNDS.end() {
        for (cell, sweeper) in &mut cells {
            cell.rounds = round;
            cell.bare = cell.bare.max(Rates::measure::<T>(way.level, cell.threads, memory));
            cell.taken = cell.taken.min(sweeper.round()?);
        }
        if round >= *ROUNDS.start() && clock.elapsed() >= bench.plan.patience {
            break;
        }
    }
    Ok(cells.into_iter().map(|(cell, mut sweeper)| Cell { fallbacks: sweeper.fallbacks(), ..cell }).collect())
}

impl Way {
    /// Pairs of points.
    pub fn pairs(&self) -> f64 {
        self.size as f64 * self.size as f64
    }

    /// What is stored, read once a sweep.
    pub fn stored_bytes(&self) -> f64 {
        if self.storage == Storage::Stream { 0.0 } else { self.pairs() * self.bytes as f64 }
    }

    /// Whether it comes from memory.
    fn is_read(&self, cache: usize) -> bool {
        self.stored_bytes() > cache as f64
    }

    /// Exponentials a pair.
    fn exponentials(&self) -> f64 {
        if self.storage == Storage::Kernel { 0.0 } else { 1.0 }
    }

    /// Multiply-adds a pair, that of the column sum included.
    fn multiply_adds(&self) -> f64 {
        if self.storage == Storage::Stream { self.dimension as f64 + 1.0 } else { 2.0 }
    }
}

/// Speeds, and how close they are to what is possible.
impl Cell {
    /// What shares are shares of.
    pub fn seconds(&self) -> f64 {
        self.taken.alone(self.threads)
    }

    /// Per second.
    pub fn pairs(&self) -> f64 {
        self.way.pairs() / self.seconds()
    }

    /// Of products of coordinates, per second; none where costs are not computed.
    pub fn flops(&self) -> Option<f64> {
        (self.way.storage == Storage::Stream).then(|| 2.0 * self.way.dimension as f64 * self.pairs())
    }

    /// Share of the bare exponentials.
    pub fn of_exp2(&self) -> Option<f64> {
        (self.way.exponentials() > 0.0).then(|| self.pairs() / self.bare.exp2)
    }

    /// Share of the bandwidth; none where what is stored fits the cache.
    pub fn of_read(&self) -> Option<f64> {
        (self.bare.read > 0.0).then(|| self.way.stored_bytes() / self.seconds() / self.bare.read)
    }

    /// Share of the multiply-adds, of products of coordinates.
    pub fn of_flops(&self) -> Option<f64> {
        self.flops().map(|flops| flops / self.bare.flops)
    }

    /// Share of the speed at which exponentials and multiply-adds, done one after the other, or else reading, would be
    /// all that takes time.
    pub fn of_floor(&self) -> f64 {
        let exponentials = self.way.exponentials() / self.bare.exp2;
        let arithmetic = self.way.pairs() * (exponentials + 2.0 * self.way.multiply_adds() / self.bare.flops);
        let reading = if self.bare.read > 0.0 { self.way.stored_bytes() / self.bare.read } else { 0.0 };
        arithmetic.max(reading) / self.seconds()
    }
}
