//! Time of one sweep, by size, dimension, scalar and storage, and of what is done around sweeps: `cargo bench -p
//! sinkhorn-bench --bench sweep`.
//!
//! The floor: n m pairs, each one exponential and d multiplications (stream), d-free (cost), or two multiplications and
//! no exponential (kernel), and n m scalars read where something is stored.
#![allow(missing_docs)] // criterion's macros write undocumented functions

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sinkhorn_bench::machine::Machine;
use sinkhorn_bench::problems::normal;
use sinkhorn_bench::sweeper::settings;
use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Real, SimdLevel, Solver, Storage, Workspace,
    start::{FixedGaussianStart, Start, Zero},
};
use sinkhorn_tests::data;

/// Calls `body` with a problem between n normal points each.
fn with_problem<T: Real>(n: usize, d: usize, body: impl FnOnce(&Problem<'_, T>)) {
    let mut generator = data::generator(1);
    let (x, y) = (normal::<T>(&mut generator, n * d), normal(&mut generator, n * d));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
        .and_then(|problem| problem.epsilon(Epsilon::OfMean(T::constant(0.01))))
        .unwrap();
    body(&problem);
}

/// Calls `body` with a solver that is past the first sweeps, which fall back to max-shifted sums.
fn with_solver<T: Real>(
    problem: &Problem<'_, T>,
    storage: Storage,
    threads: usize,
    body: impl FnOnce(&mut Solver<'_, T>),
) {
    let settings = settings(storage, SimdLevel::Best, threads);
    let mut memory = vec![T::ZERO; Workspace::len(problem, &settings).unwrap()];
    let workspace = Workspace::new(&mut memory, problem, &settings).unwrap();
    let mut solver = Solver::new(problem, &settings, workspace).unwrap();
    for _ in 0..3 {
        solver.step();
    }
    body(&mut solver);
}

fn sweeps<T: Real>(criterion: &mut Criterion, scalar: &str) {
    let mut group = criterion.benchmark_group(format!("sweep {scalar}"));
    group.sample_size(10);
    let all = Machine::this().cores;
    for (n, d, threads) in [(16, 2, 1), (256, 3, 1), (1000, 3, 1), (1000, 64, 1), (4000, 3, 1), (4000, 3, all)] {
        group.throughput(Throughput::Elements((n * n) as u64));
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let name = BenchmarkId::new(storage.name(), format!("n{n} d{d} threads{threads}"));
            with_problem::<T>(n, d, |problem| {
                with_solver(problem, storage, threads, |solver| {
                    group.bench_function(name, |bencher| {
                        bencher.iter(|| {
                            if solver.step().is_some() {
                                solver.start(&Zero).unwrap();
                            }
                        });
                    });
                });
            });
        }
    }
    group.finish();
}

fn around<T: Real>(criterion: &mut Criterion, scalar: &str, gaussian: &dyn Start<T>) {
    const N: usize = 1000;
    let mut group = criterion.benchmark_group(format!("around n{N} d3 {scalar}"));
    group.sample_size(10).throughput(Throughput::Elements((N * N) as u64));
    with_problem::<T>(N, 3, |problem| {
        with_solver(problem, Storage::Stream, 1, |solver| {
            group.bench_function("finish", |bencher| bencher.iter(|| solver.finish().report().mass));
            let (solution, v, mut out) = (solver.finish(), vec![T::ONE; N], vec![T::ZERO; N]);
            group.bench_function("apply", |bencher| bencher.iter(|| solution.apply(black_box(&v), &mut out)));
            group.bench_function("apply_transposed", |bencher| {
                bencher.iter(|| solution.apply_transposed(black_box(&v), &mut out));
            });
            group.bench_function("start zero", |bencher| bencher.iter(|| solver.start(&Zero)));
            group.bench_function("start gaussian", |bencher| bencher.iter(|| solver.start(gaussian)));
        });
    });
    group.finish();
}

fn single(criterion: &mut Criterion) {
    sweeps::<f32>(criterion, "f32");
    around::<f32>(criterion, "f32", &FixedGaussianStart::<3>::default());
}

fn double(criterion: &mut Criterion) {
    sweeps::<f64>(criterion, "f64");
    around::<f64>(criterion, "f64", &FixedGaussianStart::<3>::default());
}

criterion_group!(benches, single, double);
criterion_main!(benches);
