//! The solves of `bits.c`, made in Rust.

use sinkhorn_core::{
    Acceleration, CostMatrix, Epsilon, FixedGaussianStart, Form, Given, Initializer, Monotone, PointCloud, Problem,
    Real, Settings, SimdLevel, Status, Zero,
};
use sinkhorn_tests::{Solved, solve_owned};

const N: usize = 23;
const M: usize = 17;
const LARGEST: usize = 16;

/// What `bits.c` prints, line by line.
pub fn lines(largest: usize, simd: SimdLevel) -> Vec<String> {
    let mut lines = all::<f64>(largest, simd, f64::to_bits);
    lines.extend(all::<f32>(largest, simd, |value| u64::from(value.to_bits())));
    lines
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

fn gaussian<T: Real>(dimension: usize, form: Form) -> Box<dyn Initializer<T>>
where
    FixedGaussianStart<1>: Initializer<T>,
    FixedGaussianStart<2>: Initializer<T>,
    FixedGaussianStart<3>: Initializer<T>,
    FixedGaussianStart<4>: Initializer<T>,
    FixedGaussianStart<5>: Initializer<T>,
    FixedGaussianStart<6>: Initializer<T>,
    FixedGaussianStart<7>: Initializer<T>,
    FixedGaussianStart<8>: Initializer<T>,
    sinkhorn_init::GaussianStart: Initializer<T>,
{
    match dimension {
        1 => Box::new(FixedGaussianStart::<1> { form }),
        2 => Box::new(FixedGaussianStart::<2> { form }),
        3 => Box::new(FixedGaussianStart::<3> { form }),
        4 => Box::new(FixedGaussianStart::<4> { form }),
        5 => Box::new(FixedGaussianStart::<5> { form }),
        6 => Box::new(FixedGaussianStart::<6> { form }),
        7 => Box::new(FixedGaussianStart::<7> { form }),
        8 => Box::new(FixedGaussianStart::<8> { form }),
        _ => Box::new(sinkhorn_init::GaussianStart::new(form)),
    }
}

fn all<T: nalgebra::RealField + Real>(largest: usize, simd: SimdLevel, bits: fn(T) -> u64) -> Vec<String> {
    let default = Settings { simd, ..Settings::default() };
    let mut generator = Generator(1);
    let x: Vec<T> = generator.draw(N * LARGEST, |u| u);
    let y: Vec<T> = generator.draw(M * LARGEST, |u| 2.0 * u);
    let cost: Vec<T> = generator.draw(N * M, |u| u);
    let a: Vec<T> = generator.draw(N, |u| 1.0 + u);
    let b: Vec<T> = generator.draw(M, |u| 1.0 + u);
    let points = |d: usize| {
        Problem::new(PointCloud::squared_euclidean(&x[..N * d], &y[..M * d], d).expect("points")).expect("a problem")
    };
    let accelerations = [
        Acceleration::Plain,
        Acceleration::Relaxation { factor: T::constant(1.5) },
        Acceleration::Anderson { memory: 10 },
    ];

    let (mut lines, mut last) = (Vec::new(), None);
    for d in 1..=largest {
        let gaussians = [gaussian(d, Form::Entropic), gaussian(d, Form::Unregularised)];
        let starts: [&dyn Initializer<T>; 4] = [&Zero, &Monotone, &*gaussians[0], &*gaussians[1]];
        for (number, start) in starts.into_iter().enumerate() {
            for (index, &acceleration) in accelerations.iter().enumerate() {
                match solve_owned(&points(d), start, &Settings { acceleration, ..default }) {
                    Ok(solved) => {
                        lines.push(line(d, number, index, &solved, bits));
                        last = Some(solved);
                    }
                    Err(error) => lines.push(error.to_string()),
                }
            }
        }
    }

    let before = last.expect("solves");
    let settings = Settings { threshold: default.threshold / T::constant(64.0), ..default };
    let pair = solve_owned(&points(largest), &Given::both(&before.f, &before.g), &settings).expect("a solve");
    lines.push(line(largest, 4, 2, &pair, bits));
    let alone = solve_owned(&points(largest), &Given::g(&pair.g), &settings).expect("a solve");
    lines.push(line(largest, 4, 2, &alone, bits));

    let matrix = Problem::new(CostMatrix::row_major(&cost, N, M).expect("costs")).expect("a problem");
    let matrix = matrix.weights(&a, &b).expect("weights").epsilon(Epsilon::OfMean(T::constant(0.125)));
    let matrix = matrix.expect("an epsilon").unbalanced(T::constant(2.0), T::constant(4.0)).expect("relaxations");
    let solved = solve_owned(&matrix, &Zero, &default).expect("a solve");
    lines.push(line(0, 0, 2, &solved, bits));
    lines
}

fn line<T: Real>(d: usize, start: usize, acceleration: usize, solved: &Solved<T>, bits: fn(T) -> u64) -> String {
    let report = &solved.report;
    let numbers = [
        report.row_error,
        report.column_error,
        report.dual_value,
        report.start_value,
        report.objective,
        report.transport_cost,
        report.mass,
        report.epsilon,
    ];
    let values = solved.f.iter().chain(&solved.g).chain(&solved.plan).chain(&numbers);
    let hash = values
        .fold(14_695_981_039_346_656_037_u64, |hash, &value| (hash ^ bits(value)).wrapping_mul(1_099_511_628_211));
    let status = match report.status {
        Status::Converged => 0,
        Status::SweepLimit => 1,
        Status::PrecisionFloor => 2,
        _ => 3,
    };
    format!("d={d} start={start} acceleration={acceleration} status={status} sweeps={} {hash:016x}", report.sweeps)
}
