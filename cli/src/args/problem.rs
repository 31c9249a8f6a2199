//! Which problem to solve: its cost, its regularisation, its marginals.

use clap::ValueEnum;
use sinkhorn_core::Epsilon;

use super::parse::{norm, positive, positive_or_infinite};

/// How strong the entropy is. Without any of these it is 0.05 of the standard deviation of the cost.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Problem")]
pub struct EpsilonArgs {
    /// Regularisation in units of cost
    #[arg(long, value_name = "VALUE", value_parser = positive, allow_negative_numbers = true, group = "regularisation")]
    pub epsilon: Option<f64>,
    /// Regularisation as a fraction of the mean cost
    #[arg(long, value_name = "FRACTION", value_parser = positive, allow_negative_numbers = true)]
    #[arg(group = "regularisation")]
    pub epsilon_of_mean: Option<f64>,
    /// Regularisation as a fraction of the standard deviation of the cost [default: 0.05]
    #[arg(long, value_name = "FRACTION", value_parser = positive, allow_negative_numbers = true)]
    #[arg(group = "regularisation")]
    pub epsilon_of_std: Option<f64>,
}

impl EpsilonArgs {
    pub fn is_default(&self) -> bool {
        [self.epsilon, self.epsilon_of_mean, self.epsilon_of_std].iter().all(Option::is_none)
    }

    pub fn epsilon(&self) -> Epsilon<f64> {
        match (self.epsilon, self.epsilon_of_mean, self.epsilon_of_std) {
            (Some(value), ..) => Epsilon::Absolute(value),
            (_, Some(fraction), _) => Epsilon::OfMean(fraction),
            (_, _, Some(fraction)) => Epsilon::OfStd(fraction),
            (None, None, None) => Epsilon::default(),
        }
    }
}

/// The problem between two sets of points.
#[derive(Debug, Clone, Copy, clap::Args)]
#[command(next_help_heading = "Problem")]
pub struct ProblemArgs {
    /// Cost between two points
    #[arg(long, value_enum, default_value_t = CostName::SquaredEuclidean, value_name = "NAME")]
    pub cost: CostName,
    /// Exponent of --cost p-norm, at least 1; inf is the largest difference [default: 3]
    #[arg(long, value_name = "P", value_parser = norm, allow_negative_numbers = true)]
    pub p: Option<f64>,
    #[command(flatten)]
    pub epsilon: EpsilonArgs,
    /// Relaxes the marginal of X: price of its Kullback-Leibler divergence, in units of cost [default: exact]
    #[arg(long, value_name = "R", value_parser = positive_or_infinite, allow_negative_numbers = true)]
    pub rho_x: Option<f64>,
    /// Relaxes the marginal of Y
    #[arg(long, value_name = "R", value_parser = positive_or_infinite, allow_negative_numbers = true)]
    pub rho_y: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CostName {
    /// |x - y|^2
    #[value(alias = "sqeuclidean")]
    SquaredEuclidean,
    /// |x - y|
    #[value(alias = "l2")]
    Euclidean,
    /// Sum of the absolute differences
    #[value(aliases = ["cityblock", "l1"])]
    Manhattan,
    /// The largest of the absolute differences
    #[value(aliases = ["linf"])]
    Chebyshev,
    /// The norm with exponent --p
    #[value(alias = "minkowski")]
    PNorm,
    /// 1 less the cosine of the angle between x and y
    Cosine,
}
