use crate::real::Real;

/// The number that every cost is divided by. Epsilon, rho, potentials and values are then in units of the scaled cost,
/// and the report tells the divisor.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum CostScale<T> {
    /// Costs as they are.
    #[default]
    One,
    /// Their mean under `a` x `b`.
    Mean,
    /// Their standard deviation under `a` x `b`.
    Std,
    /// The largest absolute one.
    Max,
    /// This number.
    Given(T),
}

impl<T: Real> CostScale<T> {
    /// Says whether it takes a pass over the pairs to know the number.
    pub(crate) fn needs_statistics(self) -> bool {
        matches!(self, CostScale::Mean | CostScale::Std | CostScale::Max)
    }
}
