use super::{Readout, Soft};
use crate::diff::{Cotangent, Gradients, LinearReport, PlanCotangent, check_results};
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::measure::check_finite_vector;
use crate::real::Real;
use crate::reduce;

impl<T: Real> Soft<'_, T> {
    /// Writes the gradient of a loss in the values (n), and in the weights (n) if asked for, given dL/d(output).
    /// Standardisation and the sum of the weights are differentiated too.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] and [`ErrorKind::NotFinite`] naming `vector` (the cotangent), [`ErrorKind::Length`] naming
    /// `values` or `a`, [`ErrorKind::Overflow`] naming `epsilon` if it is so small that rounding leaves nothing of the
    /// entries of the plan: nothing is written then. [`ErrorKind::Overflow`] naming `vector` if a derivative leaves the
    /// range of the scalar: what was written is not to be used.
    pub fn vjp(
        &mut self,
        cotangent: &[T],
        in_values: &mut [T],
        mut in_weights: Option<&mut [T]>,
    ) -> Result<LinearReport<T>, Error> {
        let n = self.x.len();
        let outputs = match &self.readout {
            Readout::Values { columns } => columns.len(),
            Readout::Levels { .. } => n,
        };
        check_length(Argument::VECTOR, cotangent, outputs)?;
        check_finite_vector(Argument::VECTOR, cotangent)?;
        check_length(Argument::VALUES, in_values, n)?;
        if let Some(in_weights) = &in_weights {
            check_length(Argument::A, in_weights, n)?;
        }
        let Soft { derivatives, x, a, b, readout, in_x, in_levels, .. } = self;
        let derivatives = match derivatives {
            Ok(derivatives) => derivatives,
            Err((_, error)) => return Err(*error),
        };
        let gradients = &mut Gradients { x: Some(in_x), a: in_weights.as_deref_mut(), ..Gradients::none() };
        let report = match readout {
            Readout::Levels { factor, in_map } => {
                in_map.iter_mut().zip(cotangent).for_each(|(out, &value)| *out = *factor * value);
                let cotangent = Cotangent { map: Some(in_map), ..Cotangent::none() };
                let report = derivatives.vjp(&cotangent, gradients).map_err(of_cotangent)?;
                in_values.fill(T::ZERO);
                report
            }
            Readout::Values { columns } => {
                // dL/ds_j over b_j, for all levels; a level that is read twice counts twice.
                in_levels.fill(T::ZERO);
                for (column, &value) in columns.iter().zip(cotangent) {
                    let j = column.to_index() as usize;
                    in_levels[j] += if b[j] > T::ZERO { value / b[j] } else { T::ZERO };
                }
                let (levels, scale) = (&*in_levels, self.scale);
                let rows = |i: usize, start: usize, out: &mut [T]| {
                    let value = scale * x[i];
                    out.iter_mut().zip(&levels[start..]).for_each(|(out, &level)| *out = value * level);
                };
                let cotangent = Cotangent { plan: Some(PlanCotangent::Rows(&rows)), ..Cotangent::none() };
                let report = derivatives.vjp(&cotangent, gradients).map_err(of_cotangent)?;
                // s_j = sum_i P_ij x_i / b_j: in the values themselves.
                for ((out, &mean), &a) in in_values.iter_mut().zip(derivatives.row_means(levels)).zip(a.iter()) {
                    *out = a * mean;
                }
                report
            }
        };
        // Through x = (value - mean) / scale.
        let (sum, along) =
            if self.standardised { (reduce::sum(in_x), reduce::dot(in_x, x)) } else { (T::ZERO, T::ZERO) };
        for (i, out) in in_values.iter_mut().enumerate() {
            *out += (in_x[i] - a[i] * (sum + x[i] * along)) / self.scale;
        }
        if let Some(in_weights) = &mut in_weights {
            for (i, out) in in_weights.iter_mut().enumerate() {
                // The mean as a sum over values from the present mean; what that leaves out is the same for all.
                *out -= sum * x[i] + T::HALF * along * x[i] * x[i];
            }
            let mean = reduce::dot(in_weights, a);
            in_weights.iter_mut().for_each(|out| *out = (*out - mean) / self.total);
        }
        let numbers = [report.residual, report.projected];
        check_results(Argument::VECTOR, [in_weights.as_deref(), Some(&*in_values), Some(&numbers)])?;
        Ok(report)
    }
}

/// Blames the cotangent of the output for a cotangent of plan or map that is too large.
fn of_cotangent(error: Error) -> Error {
    match (error.argument, error.kind) {
        (Argument::PLAN | Argument::MAP | Argument::COTANGENT, ErrorKind::Overflow)
        | (Argument::PLAN | Argument::MAP, ErrorKind::NotFinite { .. }) => {
            Error::new(Argument::VECTOR, ErrorKind::Overflow)
        }
        _ => error,
    }
}
