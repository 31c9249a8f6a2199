//! An epsilon below what the scalar resolves between the costs is refused at once, at every door; the least is named.

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Real, Settings, Status, Storage,
    batch::{batch_len, solve_batch},
    cost::{Cosine, CostScale, Euclidean, GroundCost, Manhattan, PNorm},
    divergence::{divergence_len, sinkhorn_divergence},
    embedded::InPlace,
    error::{Argument, ErrorKind},
    geometry::{Geometry, Weights},
    settings::Annealing,
    soft::{SoftSettings, soft_len, soft_rank},
    start::{Monotone, Start, Zero},
};
use sinkhorn_init::{Auto, CoarseStart, MixtureStart};
use sinkhorn_tests::solve_owned;

const N: usize = 40;

fn points<T: Real>(rate: f64, shift: f64) -> Vec<T> {
    (0..2 * N).map(|k| T::constant(shift + 2.0 * (k as f64 * rate).sin())).collect()
}

/// The least epsilon that an error names.
fn least<T: Real, V>(result: Result<V, Error>, what: &str) -> T {
    match result {
        Err(Error { argument: Argument::EPSILON, kind: ErrorKind::BelowResolution { value, least, apart, .. } }) => {
            assert!(value < least && apart > 0.1 && apart < 1e3, "{what}: {value} {least} {apart}");
            T::constant(least)
        }
        Err(error) => panic!("{what}: {error}"),
        Ok(_) => panic!("{what}: accepted"),
    }
}

fn every_solve<T: Real>() {
    let (x, y): (Vec<T>, Vec<T>) = (points(0.7, 0.0), points(1.3, 1.0));
    let p_norm = PNorm::new(T::constant(1.5)).unwrap();
    let costs: [&dyn GroundCost<T>; 4] = [&Euclidean, &Manhattan, &Cosine, &p_norm];
    let mut geometries = vec![Geometry::from(PointCloud::squared_euclidean(&x, &y, 2).unwrap())];
    for cost in costs {
        geometries.push(PointCloud::new(&x, &y, 2, cost).unwrap().into());
    }
    let matrix: Vec<T> = (0..N * N).map(|k| T::constant((k as f64 * 0.37).sin() * 3.0)).collect();
    geometries.push(CostMatrix::row_major(&matrix, N, N).unwrap().into());

    let annealing = Some(Annealing { first: T::constant(100.0), factor: T::HALF, sweeps: 1 });
    let base = Settings { max_sweeps: 3, ..Settings::default() };
    let settings = [
        Settings { storage: Storage::Stream, ..base },
        Settings { storage: Storage::Cost, ..base },
        Settings { storage: Storage::Kernel, ..base },
        Settings { annealing, ..base },
    ];
    let (coarse, mixture) = (CoarseStart::default(), MixtureStart::default());
    let starts: [(&str, &dyn Start<T>); 4] =
        [("zero", &Zero), ("auto", &Auto), ("coarse", &coarse), ("mixture", &mixture)];
    for (number, geometry) in geometries.into_iter().enumerate() {
        for settings in &settings {
            for (name, start) in starts {
                for scale in [CostScale::One, CostScale::Mean] {
                    let at = |epsilon: T| {
                        let problem = Problem::new(geometry).unwrap().cost_scale(scale).unwrap();
                        solve_owned(&problem.epsilon(Epsilon::Absolute(epsilon)).unwrap(), start, settings)
                    };
                    let what = format!("geometry {number} from {name} {scale:?} {:?}", settings.storage);
                    let named: T = least(at(T::constant(1e-20)), &what);
                    match at(named) {
                        Ok(_)
                        | Err(Error {
                            argument: Argument::START | Argument::COST_SCALE,
                            kind: ErrorKind::Unsupported { .. },
                        }) => {}
                        Err(error) => panic!("{what}: {error}"),
                    }
                    least::<T, _>(at(named * T::constant(0.9)), &what);
                }
            }
        }
    }
}

#[test]
fn every_solve_refuses_it_and_takes_what_it_names() {
    every_solve::<f64>();
    every_solve::<f32>();
}

fn other_doors<T: Real>() {
    let (x, y): (Vec<T>, Vec<T>) = (points(0.7, 0.0), points(1.3, 1.0));
    let epsilon = T::constant(1e-20);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(epsilon)).unwrap();
    let settings = Settings::default();

    let mut memory = vec![T::ZERO; divergence_len(&problem, &settings).unwrap()];
    least::<T, _>(sinkhorn_divergence(&problem, &Zero, &settings, &mut memory), "divergence");

    let problems = [problem, problem.epsilon(Epsilon::OfMean(T::constant(0.1))).unwrap()];
    let mut memory = vec![T::ZERO; batch_len(&problems, &settings).unwrap()];
    let mut ends = [Ok(Status::Stopped); 2];
    solve_batch(
        &problems,
        |_| Zero,
        &settings,
        &mut memory,
        &mut ends,
        |end, solved| {
            *end = solved.map(|solution| solution.report().status);
        },
    )
    .unwrap();
    least::<T, _>(ends[0], "batch");
    assert!(ends[1].is_ok());

    let soft = SoftSettings { epsilon, ..SoftSettings::default() };
    let mut memory = vec![T::ZERO; soft_len::<T>(2 * N, 2 * N, &soft).unwrap()];
    let mut ranks = vec![T::constant(7.0); 2 * N];
    least::<T, _>(soft_rank(&x, None, &soft, &mut memory, &mut ranks).map(|_| ()), "soft rank");
    assert!(ranks.iter().all(|&rank| rank == T::constant(7.0)), "it wrote");

    let a = [T::HALF; 2];
    let in_place = |epsilon: T| {
        let mut cost = [T::ZERO, T::ONE, T::TWO, T::HALF];
        let (mut f, mut g, mut scratch) = ([T::ZERO; 2], [T::ZERO; 2], [T::ZERO; 6]);
        let weights = Weights::new(Argument::A, &a).unwrap();
        let (threshold, max_sweeps) = (T::constant(1e-3), 3);
        let (f, g, cost, scratch) = (&mut f[..], &mut g[..], &mut cost[..], &mut scratch[..]);
        InPlace { cost, a: weights, b: weights, epsilon, threshold, max_sweeps, f, g, scratch }.solve()
    };
    let named: T = least(in_place(epsilon), "in place");
    in_place(named).unwrap();
}

#[test]
fn so_do_divergences_batches_soft_operators_and_the_smallest_solve() {
    other_doors::<f64>();
    other_doors::<f32>();
}

#[test]
fn the_message_says_what_to_do() {
    let (x, y) = ([0.0_f32, 1.0], [0.5_f32, 2.5]);
    let at = |epsilon| {
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1).unwrap()).unwrap();
        let problem = problem.epsilon(epsilon).unwrap();
        solve_owned(&problem, &Monotone, &Settings::default()).unwrap_err().to_string()
    };
    let expected =
        "epsilon is 1.000e-10: f32 resolves costs up to 2.0e0 apart only if it is at least 1.267e-7, or use f64";
    assert_eq!(at(Epsilon::Absolute(1e-10)), expected);
    // Doubles do not resolve that either.
    assert!(at(Epsilon::Absolute(1e-30)).ends_with("at least 1.267e-7"));
    // The mean is 2.25: what is said is in units of cost.
    assert!(at(Epsilon::OfMean(1e-9)).starts_with("epsilon is 2.250e-9: "), "{}", at(Epsilon::OfMean(1e-9)));
}

#[test]
fn nothing_is_refused_that_has_a_good_answer() {
    // Where marginals are relaxed, an outlier farther away than some rho carries nothing.
    for (far, epsilon, rho) in [(1e10_f64, 1.0, 1.0), (1e9, 0.1, 0.5)] {
        let (mut x, y): (Vec<f64>, Vec<f64>) = (points(0.7, 0.0), points(1.3, 1.0));
        x[0] = far;
        let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
        let problem = problem.epsilon(Epsilon::Absolute(epsilon)).unwrap().unbalanced(rho, rho).unwrap();
        assert!(solve_owned(&problem, &Zero, &Settings::default()).is_ok());
    }
    // What all costs have in common does not count, nor how many coordinates there are.
    let (x, y): (Vec<f64>, Vec<f64>) = (points(0.7, 0.0), points(1.3, 1e7));
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2).unwrap()).unwrap();
    let problem = problem.epsilon(Epsilon::Absolute(0.01)).unwrap();
    let solved = solve_owned(&problem, &Zero, &Settings::default()).unwrap();
    // As good as f and g, which are of the size of all costs, can be written down.
    assert!(matches!(solved.report.status, Status::Converged | Status::PrecisionFloor));
    let (x, y) = (vec![1.0_f32; 2 * N], vec![0.5_f32; 2 * N]);
    let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, N).unwrap()).unwrap();
    assert!(solve_owned(&problem.epsilon(Epsilon::Absolute(1e-9)).unwrap(), &Zero, &Settings::default()).is_ok());
}
