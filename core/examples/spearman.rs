//! A loss of ranks: which linear score of the features orders the samples like their targets? Trained on one minus
//! Spearman's correlation of soft ranks, once with every solve started by the monotone potentials and once from zero.
//! The gradients are the same, since no start takes part in a derivative; the sweeps are not (Thornton and Cuturi 2022,
//! section 5, differentiate the same operators).
//!
//!     cargo run --release -p sinkhorn-core --example spearman
#![allow(clippy::print_stdout)]

use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};
use sinkhorn_core::{
    Error, Settings,
    diff::DerivativeSettings,
    soft::{SoftSettings, SoftStart, soft_len, soft_rank},
};

const SAMPLES: usize = 200;
const FEATURES: usize = 4;
const STEPS: usize = 30;

/// A run of training.
pub struct Training {
    /// The loss before every step.
    pub losses: Vec<f64>,
    /// Gradients in the scores, of all steps.
    pub gradients: Vec<f64>,
    /// Sweeps, all steps together.
    pub sweeps: u32,
}

/// Trains. `threshold` is the marginal error of the solves, `epsilon` how soft ranks are.
///
/// # Errors
/// Those of the solves: none, for these numbers.
pub fn run(start: SoftStart, epsilon: f64, threshold: f64) -> Result<Training, Error> {
    let mut random = StdRng::seed_from_u64(5);
    let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
    let features: Vec<f64> = (0..SAMPLES * FEATURES).map(|_| normal()).collect();
    let truth = [1.0, -2.0, 0.5, 0.0];
    let score = |row: &[f64], w: &[f64]| row.iter().zip(w).map(|(p, q)| p * q).sum::<f64>();
    // A monotone function of the true score, and some noise: its size says nothing, its order does.
    let targets: Vec<f64> = features.chunks(FEATURES).map(|row| (score(row, &truth) + 0.3 * normal()).exp()).collect();
    let ranks_of_targets: Vec<f64> =
        targets.iter().map(|one| targets.iter().filter(|&other| other < one).count() as f64).collect();

    let settings = SoftSettings {
        epsilon,
        start,
        solve: Settings { threshold, max_sweeps: 100_000, ..Settings::plain() },
        differentiation: DerivativeSettings { tolerance: 1e-2 * threshold, ..DerivativeSettings::default() },
        ..SoftSettings::default()
    };
    let mut memory = vec![0.0; soft_len(SAMPLES, SAMPLES, &settings)?];
    let (mut ranks, mut in_scores) = (vec![0.0; SAMPLES], vec![0.0; SAMPLES]);
    let mut w = [0.1, 0.1, 0.1, 0.1];
    let mut training = Training { losses: vec![], gradients: vec![], sweeps: 0 };
    for _ in 0..STEPS {
        let scores: Vec<f64> = features.chunks(FEATURES).map(|row| score(row, &w)).collect();
        let mut soft = soft_rank(&scores, None, &settings, &mut memory, &mut ranks)?;
        training.sweeps += soft.report().sweeps;
        // 1 - Spearman's correlation = 6 sum (difference of ranks)^2 / (n (n^2 - 1)).
        let n = SAMPLES as f64;
        let factor = 6.0 / (n * (n * n - 1.0));
        let differences: Vec<f64> = ranks.iter().zip(&ranks_of_targets).map(|(p, q)| p - q).collect();
        training.losses.push(factor * differences.iter().map(|d| d * d).sum::<f64>());
        let in_ranks: Vec<f64> = differences.iter().map(|d| 2.0 * factor * d).collect();
        soft.vjp(&in_ranks, &mut in_scores, None)?;
        training.gradients.extend(&in_scores);
        for (row, slope) in features.chunks(FEATURES).zip(&in_scores) {
            w.iter_mut().zip(row).for_each(|(w, feature)| *w -= 0.3 * slope * feature);
        }
    }
    Ok(training)
}

#[allow(dead_code)] // an example for itself, and a test
fn main() -> Result<(), Error> {
    println!("{STEPS} steps, {SAMPLES} samples, plain sweeps, all steps together\n");
    println!(
        "epsilon   loss: first    last   sweeps to 1e-3: monotone    zero   to 1e-9: monotone    zero   gradients differ by"
    );
    for epsilon in [0.1, 0.03, 0.01, 0.001] {
        let (few, many) = (run(SoftStart::Monotone, epsilon, 1e-3)?, run(SoftStart::Zero, epsilon, 1e-3)?);
        let (first, last) = (few.losses[0], few.losses[STEPS - 1]);
        print!("{epsilon:<9} {first:>11.4} {last:>7.4} {:>25} {:>7}", few.sweeps, many.sweeps);
        if epsilon < 0.01 {
            println!("   (a million sweeps)");
            continue;
        }
        let (monotone, zero) = (run(SoftStart::Monotone, epsilon, 1e-9)?, run(SoftStart::Zero, epsilon, 1e-9)?);
        let pairs = monotone.gradients.iter().zip(&zero.gradients);
        let difference = pairs.fold(0.0, |most: f64, (one, other)| most.max((one - other).abs()));
        println!(" {:>19} {:>7} {difference:>21.1e}", monotone.sweeps, zero.sweeps);
    }
    Ok(())
}
