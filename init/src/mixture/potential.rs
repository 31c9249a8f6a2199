use sinkhorn_core::{
    CostMatrix, Epsilon, Error, Problem, Settings, Workspace,
    error::{Argument, ErrorKind},
    solve,
    start::{Gaussian, GaussianForm, Moments, Zero},
};

use crate::fit::{MixtureDensity, MixtureFit, exp, log};

/// The potential between two mixtures. It is made once for an epsilon, and can then be evaluated at any point.
///
/// Components k of the source (shares alpha, responsibilities r_k) and l of the target (shares beta) are the atoms of a
/// small transport problem with the costs W_kl of the Gaussian pairs; this very solver finds its potentials f^ and g^.
/// With the pair's own potential f_kl and its mean E_k f_kl under component k ([`Gaussian`]), and epsilon KL as
/// everywhere,
///
/// f(x) = sum_k r_k(x) h_k(x), h_k(x) = -epsilon log sum_l beta_l exp((g^_l - W_kl - (f_kl(x) - E_k f_kl)) / epsilon).
///
/// h_k is the c-transform of a target potential that is g^_l + g_kl - E_l g_kl on component l: exact where components
/// do not overlap and l deals with k alone. To first order in f_kl it is f^_k + sum_l (p_kl / alpha_k) (f_kl(x) - E_k
/// f_kl) with the plan p between components, the mean of the Gaussian potentials (Thornton and Cuturi 2022, section
/// 4.3); the soft minimum lets the part of k nearest to l go to l. One component a side
/// is the Gaussian potential up to a constant.
#[derive(Debug, Clone)]
pub struct MixturePotential {
    density: MixtureDensity,
    dimension: usize,
    epsilon: f64,
    /// log beta_l.
    log_shares: Vec<f64>,
    /// k x l pairs, by k: f_kl, and its level log beta_l + (g^_l - W_kl + E_k f_kl) / epsilon.
    pairs: Vec<(Gaussian<f64, Vec<f64>>, f64)>,
}

/// A component with a smaller share than this does not count.
const LEAST_SHARE: f64 = 1e-16;

impl MixturePotential {
    /// Makes the potential on the side of `source` of the cost |x - y|^2; epsilon is in units of that cost. `form` is
    /// the form of potentials and costs of the pairs; between components regularisation is entropic in both.
    ///
    /// # Errors
    /// Those of [`MixtureFit::check`]; [`ErrorKind::Length`], naming the mean, if the target has another dimension;
    /// [`ErrorKind::NotPositive`] for epsilon; [`ErrorKind::Overflow`] if costs, or costs / epsilon, leave the range
    /// of the scalar.
    pub fn between(source: &MixtureFit, target: &MixtureFit, epsilon: f64, form: GaussianForm) -> Result<Self, Error> {
        let density = source.density()?;
        target.check_dimension(source.dimension())?;
        let (rows, columns) = (source.components(), target.components());
        let d = source.dimension();
        let mut scratch = vec![0.0; Gaussian::<f64, Vec<f64>>::scratch_len(d)];
        let mut gaussians = Vec::with_capacity(rows * columns);
        for pair in 0..rows * columns {
            let (from, to) = (source.moments(pair / columns), target.moments(pair % columns));
            let coefficients = vec![0.0; Moments::<f64>::len(d)];
            gaussians.push(Gaussian::between::<{ usize::MAX }>(from, to, (epsilon, form), coefficients, &mut scratch)?);
        }
        let costs: Vec<f64> = gaussians.iter().map(Gaussian::value).collect();
        if costs.iter().any(|cost| !cost.is_finite()) {
            return Err(Error::new(Argument::COVARIANCE, ErrorKind::Overflow));
        }
        let (alpha, beta) = (normalised(&source.shares), normalised(&target.shares));
        let levels = levels(&costs, &alpha, &beta, epsilon)?;

        let log_shares: Vec<f64> = beta.iter().map(|&share| log(share)).collect();
        let pairs = gaussians.into_iter().enumerate().map(|(index, gaussian)| {
            let l = index % columns;
            let level = log_shares[l] + (levels[l] - costs[index] + gaussian.mean()) / epsilon;
            (gaussian, level)
        });
        Ok(MixturePotential { density, dimension: d, epsilon, pairs: pairs.collect(), log_shares })
    }

    /// Returns f(x), in units of the cost |x - y|^2.
    ///
    /// # Panics
    /// If `x` has fewer coordinates than the mixtures.
    pub fn at(&self, x: &[f64]) -> f64 {
        let columns = self.log_shares.len();
        let mut responsibilities = vec![0.0; self.pairs.len() / columns];
        self.density.responsibilities(x, &mut responsibilities);
        let (mut total, mut scratch) = (0.0, vec![0.0; self.dimension]);
        for (share, pairs) in responsibilities.iter().zip(self.pairs.chunks(columns)) {
            if *share > LEAST_SHARE {
                total += share * self.soft_minimum(pairs, x, &mut scratch);
            }
        }
        total
    }

    /// Returns d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    fn soft_minimum(&self, pairs: &[(Gaussian<f64, Vec<f64>>, f64)], x: &[f64], scratch: &mut [f64]) -> f64 {
        // The sum is kept relative to the largest term so far: one pass, no memory.
        let (mut largest, mut sum) = (f64::NEG_INFINITY, 0.0);
        for (gaussian, level) in pairs {
            let term = level - gaussian.at(x, scratch) / self.epsilon;
            if term == f64::NEG_INFINITY {
                continue; // a component without share
            }
            if term > largest {
                sum = sum * exp(largest - term) + 1.0;
                largest = term;
            } else {
                sum += exp(term - largest);
            }
        }
        -self.epsilon * (largest + log(sum))
    }
}

fn normalised(shares: &[f64]) -> Vec<f64> {
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

/// Returns g^, the potential of the target's components. If the sweeps run out, it is still good enough for a start.
fn levels(costs: &[f64], alpha: &[f64], beta: &[f64], epsilon: f64) -> Result<Vec<f64>, Error> {
    // A smaller one is not resolved between components so far apart, and this is a start.
    let epsilon = costs.iter().fold(epsilon, |least, cost| least.max(cost.abs() * f64::EPSILON));
    let problem = Problem::new(CostMatrix::row_major(costs, alpha.len(), beta.len())?)?
        .weights(alpha, beta)?
        .epsilon(Epsilon::Absolute(epsilon))?;
    let settings = Settings { threshold: 1e-6, max_sweeps: 300, ..Settings::default() };
    let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
    let solution = solve(&problem, &Zero, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
    Ok(solution.g().to_vec())
}
