use super::line::{convex_line, line_reasons, sort_indices};
use super::{Side, Start, StartMemory, StartReport, Target};
use crate::error::{Argument, Error};
use crate::measure::Weights;
use crate::real::Real;

/// The order in which [`DualSort`] visits the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DualSortOrder {
    /// One after the other, so that each sees those already changed (Thornton and Cuturi 2022, algorithm 1).
    #[default]
    Sequential,
    /// All at once from the values of the last pass, as on a vector machine: more passes, each without dependencies.
    Vectorised,
}

/// Starts on the line as the paper does: for sorted points, f_i <- min_j (c_ij - c_jj + f_j) from f = 0, until nothing
/// changes.
///
/// Run to its end, this relaxation gives an optimal dual of the sorted matching (Thornton and Cuturi 2022, section 4.1,
/// algorithm 1). It needs equal weights and n = m, and takes n^2 pairs a pass. [`Monotone`](super::Monotone) gets there
/// in O(n) for any weights, and in the middle of the optimal duals; this start is kept as the yardstick. Points are
/// sorted inside. If it is cut short, its dual value ([`Target::dual_value`]) may be less than that of zero. Zero is
/// kept then, and the note says so.
#[derive(Debug, Clone, Copy)]
pub struct DualSort<T> {
    /// The order of a pass; sequential by default.
    pub form: DualSortOrder,
    /// The largest number of passes; 100 by default, as in the paper. 0 leaves zero.
    pub passes: u32,
    /// The passes end when no entry changes by more than this share of the largest cost of a matched pair; 1e-4 by
    /// default.
    pub tolerance: T,
}

/// The note if zero is kept.
const ZERO_NOTE: &str = "after its passes it was worth less than zero, which was kept";

impl<T: Real> Default for DualSort<T> {
    fn default() -> Self {
        DualSort { form: DualSortOrder::default(), passes: 100, tolerance: T::constant(1e-4) }
    }
}

impl<T: Real> Start<T> for DualSort<T> {
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) for a matrix, a dimension other than 1, a cost
    /// that is not convex in x - y, n != m, and weights that are not all equal.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let problem = target.problem;
        let cloud = convex_line(target.problem, line_reasons!("dual-sort"))?;
        let refuse = |reason| Err(Error::unsupported(Argument::START, reason));
        if problem.rows() != problem.columns() {
            return refuse("dual-sort needs as many x as y");
        }
        let are_equal = |weights: Weights<'_, T>| (0..weights.len()).all(|i| weights.get(i) == weights.get(0));
        if !(are_equal(problem.a()) && are_equal(problem.b())) {
            return refuse("dual-sort needs equal weights");
        }
        let StartMemory { f, g, rows, columns } = &mut *out;
        sort_indices(cloud.x(), rows);
        sort_indices(cloud.y(), columns);
        let n = f.len();
        let cost = |i: usize, j: usize| cloud.cost(rows[i].to_index() as usize, columns[j].to_index() as usize);
        let scale = (0..n).fold(T::ZERO, |most, i| most.max(cost(i, i).abs()));

        // f by rank, in the memory of g: here n = m.
        let sorted = &mut **g;
        sorted.fill(T::ZERO);
        let mut pairs = 0;
        for _ in 0..self.passes {
            let mut change = T::ZERO;
            for i in 0..n {
                let least = (0..n).fold(sorted[i], |least, j| least.min(cost(i, j) - cost(j, j) + sorted[j]));
                change = change.max(sorted[i] - least);
                match self.form {
                    DualSortOrder::Sequential => sorted[i] = least,
                    DualSortOrder::Vectorised => f[i] = least,
                }
            }
            if self.form == DualSortOrder::Vectorised {
                sorted.copy_from_slice(f);
            }
            pairs += n as u64 * n as u64;
            if change <= self.tolerance * scale {
                break;
            }
        }
        // Back from ranks to points.
        for (rank, &value) in sorted.iter().enumerate() {
            f[rows[rank].to_index() as usize] = value;
        }

        // Compare with zero, which is written into the memory of g: that is free again.
        g.fill(T::ZERO);
        let value = target.dual_value(Side::F, out);
        core::mem::swap(&mut out.f, &mut out.g);
        let value_of_zero = target.dual_value(Side::F, out);
        core::mem::swap(&mut out.f, &mut out.g);
        pairs += 2 * target.dual_value_pairs(Side::F);
        let name = match self.form {
            DualSortOrder::Sequential => "dual-sort",
            DualSortOrder::Vectorised => "dual-sort-vectorised",
        };
        let started = StartReport::new(name, Side::F).pairs(pairs);
        if value >= value_of_zero {
            return Ok(started);
        }
        out.f.fill(T::ZERO);
        Ok(started.note(ZERO_NOTE))
    }
}
