//! Time of one sweep, by size, dimension, scalar and storage: `cargo bench -p sinkhorn-bench --bench sweep`.
//!
//! The floor: n m pairs, each one exponential and d multiplications (stream), d-free (cost), or two multiplications and no
//! exponential (kernel), and n m scalars read where something is stored.
#![allow(missing_docs)] // criterion's macros write undocumented functions

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sinkhorn_core::{Epsilon, PointCloud, Problem, Real, Settings, Solver, Storage, Workspace};
use sinkhorn_tests::data;

fn sweeps<T: Real>(criterion: &mut Criterion, scalar: &str) {
    let mut group = criterion.benchmark_group(format!("sweep {scalar}"));
    group.sample_size(10);
    for (n, d) in [(16, 2), (256, 3), (1000, 3), (1000, 64), (4000, 3)] {
        let mut generator = data::generator(1);
        let points =
            |generator: &mut _| data::normal(generator, n * d).into_iter().map(T::constant).collect::<Vec<T>>();
        let (x, y) = (points(&mut generator), points(&mut generator));
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, d).unwrap())
            .and_then(|problem| problem.epsilon(Epsilon::OfMean(T::constant(0.01))))
            .unwrap();
        group.throughput(Throughput::Elements((n * n) as u64));
        for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
            let settings =
                Settings { max_sweeps: u32::MAX, threshold: T::constant(1e-30), storage, ..Settings::plain() };
            let mut memory = vec![T::ZERO; Workspace::len(&problem, &settings).unwrap()];
            let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
            let mut solver = Solver::new(&problem, &settings, workspace).unwrap();
            // The first sweeps of a cold start fall back to max-shifted sums.
            for _ in 0..3 {
                solver.step();
            }
            group.bench_function(BenchmarkId::new(storage.name(), format!("n{n} d{d}")), |bencher| {
                bencher.iter(|| {
                    if solver.step().is_some() {
                        solver.start(&sinkhorn_core::Zero).unwrap();
                    }
                });
            });
        }
    }
    group.finish();
}

fn single(criterion: &mut Criterion) {
    sweeps::<f32>(criterion, "f32");
}

fn double(criterion: &mut Criterion) {
    sweeps::<f64>(criterion, "f64");
}

criterion_group!(benches, single, double);
criterion_main!(benches);
