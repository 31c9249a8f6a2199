use core::cmp::Ordering;

use super::line::{convex_line, line_reasons, sort_indices};
use super::{Side, Start, StartMemory, StartReport, Target};
use crate::error::Error;
use crate::geometry::PointCloud;
use crate::measure::Weights;
use crate::problem::Problem;
use crate::real::Real;
use crate::wide::Wide;

/// Starts from the exact dual of unregularised transport on the line, for costs h(x - y) with h convex.
///
/// The optimal plan is the north-west staircase over the sorted points. Along it, tightness f_i + g_j = c_ij gives one
/// potential after the other. Where both cumulative weights meet, the next f is free within an interval. The midpoint
/// is taken: end-points are optimal for the unregularised problem too, but a hundred times worse as a start. It takes
/// O(n log n + m log m); points are sorted inside, in the scratch memory. (Thornton and Cuturi 2022, section 4.1, use
/// the dual of the sorted problem; the staircase and its midpoints extend it to any n, m and weights.)
#[derive(Debug, Clone, Copy, Default)]
pub struct Monotone;

impl<T: Real> Start<T> for Monotone {
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) for a matrix, for a dimension other than 1, and
    /// for a cost that is not convex in x - y.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let cloud = convex_line(target.problem, line_reasons!("monotone"))?;
        sort_indices(cloud.x(), out.rows);
        sort_indices(cloud.y(), out.columns);
        walk(target.problem, cloud, out);
        // Two or three costs a step of the staircase, which has fewer than n + m.
        let pairs = 3 * (out.f.len() as u64 + out.g.len() as u64);
        Ok(StartReport::new("monotone", Side::Both).pairs(pairs))
    }
}

/// Walks the staircase: writes one potential a step.
fn walk<T: Real>(problem: &Problem<'_, T>, cloud: &PointCloud<'_, T>, out: &mut StartMemory<'_, T>) {
    let StartMemory { f, g, rows, columns } = out;
    let row = |i: usize| rows[i].to_index() as usize;
    let column = |j: usize| columns[j].to_index() as usize;
    let cost = |i: usize, j: usize| cloud.cost(row(i), column(j));
    let (n, m) = (rows.len(), columns.len());

    let (a, b) = (problem.a(), problem.b());
    // Weights are rounded: sums of n of them that are meant to be equal differ by about sqrt(n) halves of the last
    // place.
    let tolerance = T::EPSILON * T::count(n.max(m)).sqrt();
    let (mut i, mut j) = (0, 0);
    let (mut sum_a, mut sum_b) = (Wide::new(a.get(row(0))), Wide::new(b.get(column(0))));
    f[row(0)] = T::ZERO;
    g[column(0)] = cost(0, 0);
    loop {
        let order = match (i + 1 < n, j + 1 < m) {
            (false, false) => return,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => compare_sums((a, i + 1, sum_a), (b, j + 1, sum_b), tolerance),
        };
        match order {
            // Row i is served: the next row shares column j.
            Ordering::Less => {
                i += 1;
                f[row(i)] = cost(i, j) - g[column(j)];
                sum_a = sum_a.add(Wide::new(a.get(row(i))));
            }
            Ordering::Greater => {
                j += 1;
                g[column(j)] = cost(i, j) - f[row(i)];
                sum_b = sum_b.add(Wide::new(b.get(column(j))));
            }
            // Both are served: the next f is free between the bounds of f_{i+1} <= c_{i+1,j} - g_j and
            // g_{j+1} <= c_{i,j+1} - f_i.
            Ordering::Equal => {
                let next = cost(i + 1, j + 1);
                let high = cost(i + 1, j) - g[column(j)];
                let low = next - (cost(i, j + 1) - f[row(i)]);
                let middle = low + T::HALF * (high - low);
                i += 1;
                j += 1;
                f[row(i)] = middle;
                g[column(j)] = next - middle;
                sum_a = sum_a.add(Wide::new(a.get(row(i))));
                sum_b = sum_b.add(Wide::new(b.get(column(j))));
            }
        }
    }
}

/// Compares the cumulative weights of the two sides, exactly if both are uniform, and in twice the precision otherwise.
/// Each side is given by its weights, how many of them are summed, and the sum.
fn compare_sums<T: Real>(
    (a, rows, sum_a): (Weights<'_, T>, usize, Wide<T>),
    (b, columns, sum_b): (Weights<'_, T>, usize, Wide<T>),
    tolerance: T,
) -> Ordering {
    if a.is_uniform() && b.is_uniform() {
        return (rows as u64 * b.len() as u64).cmp(&(columns as u64 * a.len() as u64));
    }
    // As shares of the totals, so that relaxed problems with unequal totals walk the whole staircase.
    let (share_a, share_b) = (sum_a.div(Wide::new(a.total())), sum_b.div(Wide::new(b.total())));
    let difference = share_a.sub(share_b).value();
    if difference.abs() <= tolerance {
        Ordering::Equal
    } else if difference < T::ZERO {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}
