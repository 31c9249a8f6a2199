//! Time of 2 000 small problems in one call, by storage, acceleration and start: `cargo bench -p sinkhorn-bench --bench
//! batch`.
//!
//! 64 x 64 points of the plane, other points in every problem, epsilon 0.05 of the mean cost, to a marginal error of
//! 1e-3, in `f32`, on all threads. A line before each time has the sweeps that a problem took on average.
//!
//! The floor: for every problem the start's c-transform, the sweeps, and the report, 64 x 64 pairs each; criterion's
//! elements a second are these pairs, to be compared with those of one sweep of that storage in `--bench sweep`, times
//! the number of cores.
// criterion's macros write undocumented functions, and the work that was timed belongs beside the times.
#![allow(missing_docs, clippy::print_stdout)]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sinkhorn_core::{
    Acceleration, Epsilon, PointCloud, Problem, Report, Settings, Storage,
    batch::{batch_len, solve_batch},
    start::{FixedGaussianStart, GaussianForm, Start, Zero},
};
use sinkhorn_init::Auto;
use sinkhorn_tests::data;

const PROBLEMS: usize = 2000;
const POINTS: usize = 64;

type SharedStart = &'static (dyn Start<f32> + Sync);

fn batches(criterion: &mut Criterion) {
    let mut generator = data::generator(1);
    let mut points = || data::single(&data::normal(&mut generator, PROBLEMS * POINTS * 2));
    let (x, y) = (points(), points());
    let problems: Vec<Problem<'_, f32>> = x
        .chunks_exact(2 * POINTS)
        .zip(y.chunks_exact(2 * POINTS))
        .map(|(x, y)| Problem::new(PointCloud::squared_euclidean(x, y, 2)?)?.epsilon(Epsilon::OfMean(0.05)))
        .collect::<Result<_, _>>()
        .expect("problems");
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let gaussian: SharedStart = &FixedGaussianStart::<2> { form: GaussianForm::Entropic };
    let starts: [SharedStart; 3] = [&Zero, gaussian, &Auto];
    let accelerations =
        [Acceleration::Plain, Acceleration::Anderson { memory: 5 }, Acceleration::Anderson { memory: 10 }];

    let mut group = criterion.benchmark_group(format!("batch of {PROBLEMS}"));
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for storage in [Storage::Stream, Storage::Cost, Storage::Kernel] {
        for acceleration in accelerations {
            for start in starts {
                let settings = Settings { threads, acceleration, storage, ..Settings::default() };
                let mut memory = vec![0.0; batch_len(&problems, &settings).expect("settings")];
                let mut reports: Vec<Option<Report<f32>>> = vec![None; PROBLEMS];
                let mut solve = |reports: &mut [Option<Report<f32>>]| {
                    solve_batch(
                        &problems,
                        |_| start,
                        &settings,
                        &mut memory,
                        reports,
                        |report, solved| {
                            *report = solved.ok().map(|solution| *solution.report());
                        },
                    )
                    .expect("memory");
                };
                solve(&mut reports);
                let visits: u64 = reports.iter().flatten().map(|report| u64::from(report.sweeps) + 2).sum();
                let sweeps = visits as f64 / PROBLEMS as f64 - 2.0;
                println!("\n{sweeps:.1} sweeps a problem");
                group.throughput(Throughput::Elements(visits * (POINTS * POINTS) as u64));
                let memory = acceleration.memory();
                let started = reports[0].as_ref().map_or("none", |report| report.start.name);
                let name = format!("{} {}{} {}", storage.name(), acceleration.name(), memory, started);
                group.bench_function(BenchmarkId::from_parameter(name), |bencher| bencher.iter(|| solve(&mut reports)));
            }
        }
    }
    group.finish();
}

criterion_group!(benches, batches);
criterion_main!(benches);
