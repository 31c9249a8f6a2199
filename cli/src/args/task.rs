use super::{MethodArgs, NumericsArgs, PairArgs, ProblemArgs};

/// Two sets of points, the problem between them, and how to solve it.
#[derive(Debug, Clone, clap::Args)]
pub struct TaskArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    #[command(flatten)]
    pub problem: ProblemArgs,
    #[command(flatten)]
    pub method: MethodArgs,
    #[command(flatten)]
    pub numerics: NumericsArgs,
}
