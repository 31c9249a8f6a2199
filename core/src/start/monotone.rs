use core::cmp::Ordering;

use super::line::{convex_line, sort_indices};
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
    /// [`ErrorKind::Unsupported`](crate::error::ErrorKind::Unsupported) for a matrix, for a dimension other than 1, and for a cost that is not convex in x - y.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let cloud = convex_line(
            target.problem,
            [
                "monotone needs points, not a cost matrix",
                "monotone needs points of dimension 1",
                "monotone needs a cost that is convex in x - y",
            ],
        )?;
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

    let mut ledger = Ledger::new(problem.a(), problem.b());
    let (mut i, mut j) = (0, 0);
    f[row(0)] = T::ZERO;
    g[column(0)] = cost(0, 0);
    ledger.add_row(row(0));
    ledger.add_column(column(0));
    loop {
        let order = match (i + 1 < n, j + 1 < m) {
            (false, false) => return,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (true, true) => ledger.compare(),
        };
        match order {
            // Row i is served: the next row shares column j.
            Ordering::Less => {
                i += 1;
                f[row(i)] = cost(i, j) - g[column(j)];
                ledger.add_row(row(i));
            }
            Ordering::Greater => {
                j += 1;
                g[column(j)] = cost(i, j) - f[row(i)];
                ledger.add_column(column(j));
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
                ledger.add_row(row(i));
                ledger.add_column(column(j));
            }
        }
    }
}

/// The cumulative weights of the two sides. They are compared exactly if both are uniform, and in twice the precision
/// otherwise.
struct Ledger<'a, T: Real> {
    a: Weights<'a, T>,
    b: Weights<'a, T>,
    rows: usize,
    columns: usize,
    sum_a: Wide<T>,
    sum_b: Wide<T>,
    tolerance: T,
}

impl<'a, T: Real> Ledger<'a, T> {
    fn new(a: Weights<'a, T>, b: Weights<'a, T>) -> Self {
        let zero = Wide::new(T::ZERO);
        // Weights are rounded: sums of n of them that are meant to be equal differ by about sqrt(n) halves of the last
        // place.
        let tolerance = T::EPSILON * T::count(a.len().max(b.len())).sqrt();
        Ledger { a, b, rows: 0, columns: 0, sum_a: zero, sum_b: zero, tolerance }
    }

    fn add_row(&mut self, i: usize) {
        self.rows += 1;
        self.sum_a = self.sum_a.add(Wide::new(self.a.get(i)));
    }

    fn add_column(&mut self, j: usize) {
        self.columns += 1;
        self.sum_b = self.sum_b.add(Wide::new(self.b.get(j)));
    }

    fn compare(&self) -> Ordering {
        if self.a.is_uniform() && self.b.is_uniform() {
            let (n, m) = (self.a.len() as u64, self.b.len() as u64);
            return (self.rows as u64 * m).cmp(&(self.columns as u64 * n));
        }
        // As shares of the totals, so that relaxed problems with unequal totals walk the whole staircase.
        let share_a = self.sum_a.div(Wide::new(self.a.total()));
        let share_b = self.sum_b.div(Wide::new(self.b.total()));
        let difference = share_a.sub(share_b).value();
        if difference.abs() <= self.tolerance {
            Ordering::Equal
        } else if difference < T::ZERO {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }
}
