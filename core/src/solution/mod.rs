//! The solution of a problem: potentials, a report, and the plan without storing it.

mod blocks;
mod kept;
#[cfg(feature = "skipping")]
pub(crate) mod listed;
mod map;
mod plan;
pub(crate) mod value;

pub use kept::Kept;

pub(crate) use crate::problem::Problem;
use crate::real::Real;
use crate::report::Report;
use crate::scaled::ScaledProblem;
#[cfg(feature = "skipping")]
use listed::ListedPlan;

/// The potentials, the report and the plan of a finished solve. It lives in the workspace.
///
/// The plan is P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon), with f and g in units of cost.
#[derive(Clone)]
pub struct Solution<'s, T: Real> {
    pub(crate) scaled: ScaledProblem<'s, T>,
    /// n: F.
    pub(crate) f_hat: &'s [T],
    /// m: G with log2 b.
    pub(crate) g_hat: &'s [T],
    /// n: f, in units of cost.
    pub(crate) f: &'s [T],
    /// m: g, in units of cost.
    pub(crate) g: &'s [T],
    pub(crate) report: Report<T>,
    /// The pairs that matter, if the solve skipped the others.
    #[cfg(feature = "skipping")]
    pub(crate) listed: Option<ListedPlan<'s, T>>,
}

impl<T: Real> core::fmt::Debug for Solution<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Solution").field("f", &self.f).field("g", &self.g).field("report", &self.report).finish()
    }
}

impl<'s, T: Real> Solution<'s, T> {
    /// Returns the numbers.
    pub fn report(&self) -> &Report<T> {
        &self.report
    }

    /// Returns the problem that was solved.
    pub fn problem(&self) -> &Problem<'s, T> {
        &self.scaled.problem
    }

    /// Returns f (n), in units of cost. Balanced potentials, which are free up to (+c, -c), have sum a_i f_i = sum b_j
    /// g_j.
    pub fn f(&self) -> &'s [T] {
        self.f
    }

    /// Returns g (m), in units of cost.
    pub fn g(&self) -> &'s [T] {
        self.g
    }
}
