//! The pairs of a plan that carry more than next to nothing, if the solve skipped the others.
//!
//! They are chosen by the bound of [`skipping`](crate::skipping), for the final potentials. An entry that is left out
//! is at most a_i b_j 2^-t, relative to totals of 1. So a sum over a row errs by at most 2^-t times the largest number
//! that is summed up, relative to the mass of the row, and a sum over a column likewise. If a marginal of the plan is
//! smaller than its weight, t is larger by the logarithm of their ratio.

use core::ops::Range;

use crate::memory::CopyTo;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::skipping::MAX_WIDTH;
use crate::skipping::kept::KeptLists;
use crate::skipping::{Lists, MAX_DIMENSION};
use crate::vector::{GROUP, PANEL, TileAt};

/// The most by which a weight may exceed its marginal.
const MOST_RATIO: f64 = 1e6;

/// The most vectors that are multiplied at a time: the coordinates of points, and ones.
const MOST_VECTORS: usize = MAX_DIMENSION + 1;

/// The points with weight on either side, in the order of their blocks, and the pairs to visit.
#[derive(Clone, Copy)]
pub(crate) struct ListedPlan<'s, T: Real> {
    pub lists: KeptLists<'s, T>,
    /// It pays to visit the pairs of the lists alone, if the rest is as fast.
    pub pays: bool,
    /// The weights of the rows.
    pub a: &'s [T],
    /// F of the rows.
    pub f: &'s [T],
    /// G of the columns, with log2 b.
    pub g: &'s [T],
    /// The numbers of its rows and columns among all points.
    pub numbers: [&'s [T]; 2],
}

impl<'s, T: Real> ListedPlan<'s, T> {
    /// Keeps the lists of final potentials. `ratio` is the largest ratio of a weight to its marginal, and `scratch`
    /// has room for a list. `None` if a marginal is next to nothing.
    pub fn new(
        p: &ScaledProblem<'s, T>,
        lists: Lists<'s, T>,
        (f, g): (&'s [T], &'s [T]),
        ratio: T,
        scratch: &mut [T],
    ) -> Option<Self> {
        if !(ratio < T::constant(MOST_RATIO)) {
            return None;
        }
        // 24 bits in single precision, and 45 in double.
        let bits = (T::ONE - T::EPSILON.log2()).min(T::constant(45.0)) + ratio.max(T::ONE).log2();
        let (lists, auto) = lists.keep(p, bits)?;
        let pays = !auto || lists.pays(f, scratch);
        Some(ListedPlan { lists, pays, a: p.problem.a().values()?, f, g, numbers: [&[], &[]] })
    }

    /// Copies all vectors to other memory.
    pub fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> ListedPlan<'t, T> {
        let ListedPlan { lists, pays, a, f, g, numbers } = *self;
        let (lists, a, f, g) = (lists.copied(to), to.copy(a), to.copy(f), to.copy(g));
        ListedPlan { lists, pays, a, f, g, numbers: numbers.map(|numbers| to.copy(numbers)) }
    }

    /// Returns the number of row i among all points.
    pub fn row(&self, i: usize) -> usize {
        self.numbers[0][i].to_index() as usize
    }

    /// Returns the number of column j among all points.
    pub fn column(&self, j: usize) -> usize {
        self.numbers[1][j].to_index() as usize
    }

    /// Calls `write` with the number of every row and its sums sum_j P_ij v_kj / a_i for `count` vectors v, whose
    /// entries `value` returns: of vector k at the column with a number.
    pub fn row_sums(&self, count: usize, value: &dyn Fn(usize, usize) -> T, write: &mut dyn FnMut(usize, &[T])) {
        for (k, f) in self.f.chunks(self.lists.width).enumerate() {
            let first = k * self.lists.width;
            let mut sums = [[T::ZERO; MOST_VECTORS]; MAX_WIDTH];
            let mut parts = [[T::ZERO; PANEL]; MOST_VECTORS];
            self.each_tile(first, f, &mut |row, columns, tile| {
                let len = columns.len();
                if row == 0 {
                    for (k, part) in parts[..count].iter_mut().enumerate() {
                        part[..len].iter_mut().zip(columns.clone()).for_each(|(v, j)| *v = value(k, self.column(j)));
                    }
                }
                let rows = tile.len() / len;
                for (k, part) in parts[..count].iter().enumerate() {
                    let mut own = [T::ZERO; GROUP];
                    T::times_vector(self.lists.instructions, tile, &part[..len], &mut own[..rows]);
                    sums[row..row + rows].iter_mut().zip(own).for_each(|(sums, own)| sums[k] += own);
                }
            });
            for (i, sums) in (first..).zip(&sums[..f.len()]) {
                write(self.row(i), &sums[..count]);
            }
        }
    }

    /// Writes sum_i P_ij w_i, given w_i at the row with a number. Columns without weight get 0.
    pub fn column_sums(&self, w: &dyn Fn(usize) -> T, out: &mut [T]) {
        out.fill(T::ZERO);
        for (k, f) in self.f.chunks(self.lists.width).enumerate() {
            let first = k * self.lists.width;
            let mut sums = [T::ZERO; PANEL];
            self.each_tile(first, f, &mut |row, columns, tile| {
                let (len, mut weights) = (columns.len(), [T::ZERO; GROUP]);
                let rows = tile.len() / len;
                for (i, weight) in (first + row..).zip(&mut weights[..rows]) {
                    *weight = self.a[i] * w(self.row(i));
                }
                T::add_rows(self.lists.instructions, &weights[..rows], tile, &mut sums[..len]);
                if row + rows == f.len() {
                    for (sum, j) in sums[..len].iter_mut().zip(columns) {
                        out[self.column(j)] += core::mem::take(sum);
                    }
                }
            });
        }
    }

    /// Calls `work` with the exponentials of a block of rows, tile by tile: the first row of a tile, counted from
    /// `first`, its columns, and P_ij / a_i row after row. All tiles of some columns follow one another.
    fn each_tile(&self, first: usize, f: &[T], work: &mut impl FnMut(usize, Range<usize>, &[T])) {
        let KeptLists { pairs, instructions, s, .. } = self.lists;
        self.lists.each_range(first, f, |columns| {
            let g = &self.g[columns.clone()];
            for (k, f) in f.chunks(GROUP).enumerate() {
                let (mut tile, mut sums) = ([T::ZERO; GROUP * PANEL], [T::ZERO; GROUP]);
                let tile = &mut tile[..f.len() * g.len()];
                let place = TileAt { i: first + k * GROUP, start: columns.start, f, g };
                pairs.exponentials(instructions, s, place, tile, &mut sums[..f.len()]);
                work(k * GROUP, columns.clone(), tile);
            }
        });
    }
}
