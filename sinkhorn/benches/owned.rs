//! What it costs to own a result: the same solve through the core, in memory that is lent, and through `Transport`.
//!
//!     cargo bench -p sinkhorn --bench owned

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use sinkhorn::core::{PointCloud, Problem, Workspace, solve};
use sinkhorn::init::Auto;
use sinkhorn::{Epsilon, Settings, Transport};

fn points(n: u32, phase: f64) -> Vec<[f64; 2]> {
    (0..n).map(|k| [(f64::from(k) * 0.7 + phase).sin(), (f64::from(k) * 1.3 - phase).cos()]).collect()
}

fn owned_against_lent(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("solve");
    for n in [50, 200, 1000] {
        let (x, y) = (points(n, 0.0), points(n, 1.0));
        let settings = Settings::default();
        let epsilon = Epsilon::Absolute(0.05);
        let cloud = PointCloud::squared_euclidean(x.as_flattened(), y.as_flattened(), 2).unwrap();
        let problem = Problem::new(cloud).unwrap().epsilon(epsilon).unwrap();
        let mut memory = vec![0.0; Workspace::len(&problem, &settings).unwrap()];
        group.bench_function(BenchmarkId::new("lent", n), |bencher| {
            bencher.iter(|| {
                let workspace = Workspace::new(&mut memory, &problem, &settings).unwrap();
                black_box(solve(&problem, &Auto, &settings, workspace).unwrap().report().objective)
            });
        });
        group.bench_function(BenchmarkId::new("owned", n), |bencher| {
            bencher.iter(|| black_box(Transport::between(&x, &y).epsilon(epsilon).settings(settings).solve().unwrap()));
        });
    }
    group.finish();
}

criterion_group!(benches, owned_against_lent);
criterion_main!(benches);
