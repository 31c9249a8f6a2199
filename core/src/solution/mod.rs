//! What a solve leaves: potentials, a report, and the plan without storing it.

pub(crate) mod value;

use crate::error::{Argument, Error};
use crate::prepared::Prepared;
use crate::real::Real;
use crate::report::Report;

/// Potentials, report and plan of a finished solve. Lives in the workspace.
///
/// P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon): measure form, f and g in units of cost.
pub struct Solution<'s, T: Real> {
    prepared: Prepared<'s, T>,
    f_hat: &'s [T],
    g_hat: &'s [T],
    f: &'s [T],
    g: &'s [T],
    report: Report<T>,
}

impl<'s, T: Real> Solution<'s, T> {
    pub(crate) fn measure(
        prepared: Prepared<'s, T>,
        progress: value::Progress<T>,
        f_hat: &'s mut [T],
        g_hat: &'s mut [T],
        log_b: &'s [T],
        mut buffers: value::Buffers<'s, T>,
    ) -> Self {
        let report = value::measure(&prepared, progress, f_hat, g_hat, log_b, &mut buffers);
        Solution { prepared, f_hat, g_hat, f: buffers.f, g: buffers.g, report }
    }

    /// The numbers.
    pub fn report(&self) -> &Report<T> {
        &self.report
    }

    /// f (n), in units of cost. Balanced potentials, which are free up to (+c, -c), have sum a_i f_i = sum b_j g_j.
    pub fn f(&self) -> &'s [T] {
        self.f
    }

    /// g (m), in units of cost.
    pub fn g(&self) -> &'s [T] {
        self.g
    }

    /// P_ij.
    ///
    /// # Panics
    /// Where an index is out of range.
    pub fn entry(&self, i: usize, j: usize) -> T {
        let mut value = [T::ZERO];
        self.prepared.scores.row(self.prepared.s, i, j, &self.g_hat[j..=j], &mut value);
        self.prepared.problem.a().get(i) * (value[0] + self.f_hat[i]).exp2()
    }

    /// Row i of the plan into `out` (m).
    ///
    /// # Errors
    /// [`Error::Length`] naming `output`.
    ///
    /// # Panics
    /// Where `i` is out of range.
    pub fn row(&self, i: usize, out: &mut [T]) -> Result<(), Error> {
        check_output(out, self.g.len())?;
        self.write_row(i, out);
        Ok(())
    }

    /// The whole plan into `out` (n x m, row-major).
    ///
    /// # Errors
    /// [`Error::Length`] naming `output`.
    pub fn plan(&self, out: &mut [T]) -> Result<(), Error> {
        let m = self.g.len();
        let expected = self.f.len().checked_mul(m).ok_or(Error::TooLarge { argument: Argument::Output })?;
        check_output(out, expected)?;
        for (i, row) in out.chunks_exact_mut(m).enumerate() {
            self.write_row(i, row);
        }
        Ok(())
    }

    fn write_row(&self, i: usize, out: &mut [T]) {
        self.prepared.scores.row(self.prepared.s, i, 0, self.g_hat, out);
        let (a, f) = (self.prepared.problem.a().get(i), self.f_hat[i]);
        for value in out {
            *value = a * (*value + f).exp2();
        }
    }
}

fn check_output<T>(out: &[T], expected: usize) -> Result<(), Error> {
    if out.len() == expected {
        Ok(())
    } else {
        Err(Error::Length { argument: Argument::Output, expected, actual: out.len() })
    }
}
