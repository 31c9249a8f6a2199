//! Lists for potentials that stay as they are: what is made of a solve, and half-sweeps, visit pairs one by one.

use core::ops::Range;

use super::records::{Plane, Test, group_len};
use super::{MAX_WIDTH, PROBES, Pairs, pays};
use crate::memory::CopyTo;
use crate::real::Real;
use crate::vector::{BlockBound, ColumnList, Instructions, MAX_LANES, PANEL};

/// The number of columns that a pass down the columns takes at a time. A group of blocks is a multiple of it.
pub(crate) const COLUMNS: usize = 512;

/// The records of the columns, and all that else tells which pairs to visit.
#[derive(Clone, Copy)]
pub(crate) struct KeptLists<'k, T: Real> {
    pub pairs: Pairs<'k, T>,
    pub instructions: Instructions,
    pub s: T,
    /// The number of points of a block.
    pub width: usize,
    /// Pairs whose exponent is at most this are left out.
    pub(super) least: T,
    /// Groups of blocks, and groups of groups, as in [`Records`](super::records::Records).
    pub(super) blocks: &'k [T],
    pub(super) groups: &'k [T],
}

impl<T: Real> KeptLists<'_, T> {
    /// Copies points and records to other memory.
    pub fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> KeptLists<'t, T> {
        let KeptLists { pairs, instructions, s, width, least, blocks, groups } = *self;
        let (pairs, blocks, groups) = (pairs.copied(to), to.copy(blocks), to.copy(groups));
        KeptLists { pairs, instructions, s, width, least, blocks, groups }
    }

    /// Returns the columns that the rows from `i` on, with these F, have to visit. `memory` is
    /// [`list_len`](super::list_len) scalars.
    pub fn list<'l>(&self, i: usize, f: &[T], memory: &'l mut [T]) -> ColumnList<'l, T> {
        let mut count = 0;
        self.each_block(i, f, |block| {
            memory[count] = T::from_index(block as u32);
            count += 1;
        });
        ColumnList { blocks: &memory[..count], width: self.width, columns: self.columns() }
    }

    /// Calls `visit` with the columns of such a list, block by block.
    pub fn each_range(&self, i: usize, f: &[T], mut visit: impl FnMut(Range<usize>)) {
        self.each_block(i, f, |block| visit(self.range(block)));
    }

    /// Calls `visit` with the blocks of such a list: groups of groups are tested first, then groups, then blocks.
    fn each_block(&self, i: usize, f: &[T], mut visit: impl FnMut(usize)) {
        let (plane, width) = (self.plane(i, f), self.width * MAX_LANES);
        let (test, groups) = (self.test(plane.bound()), self.columns().div_ceil(width));
        for (k, records) in self.groups.chunks_exact(group_len(self.dimension())).enumerate() {
            test.above(records, k * MAX_LANES..groups, &mut |group| self.each_block_of_group(&test, group, &mut visit));
        }
    }

    fn each_block_of_group(&self, test: &Test<'_, T>, group: usize, visit: &mut impl FnMut(usize)) {
        let (len, blocks) = (group_len(self.dimension()), self.columns().div_ceil(self.width));
        let records = &self.blocks[group * len..(group + 1) * len];
        test.above(records, group * MAX_LANES..blocks, visit);
    }

    fn test<'b>(&self, plane: BlockBound<'b, T>) -> Test<'b, T> {
        Test { instructions: self.instructions, plane, cost: self.pairs.cost(self.s), least: self.least }
    }

    /// Returns the scalars of the planes of all blocks of n rows.
    pub fn planes_len(&self, n: usize) -> usize {
        n.div_ceil(self.width) * self.plane_len()
    }

    fn plane_len(&self) -> usize {
        3 * self.dimension() + 1
    }

    /// Writes the planes of all blocks of rows.
    pub fn write_planes(&self, f: &[T], out: &mut [T]) {
        for (k, (f, out)) in f.chunks(self.width).zip(out.chunks_exact_mut(self.plane_len())).enumerate() {
            let plane = self.plane(k * self.width, f);
            let BlockBound { centre, half, slope, level } = plane.bound();
            let parts = centre.iter().chain(half).chain(slope).chain([&level]);
            out.iter_mut().zip(parts).for_each(|(out, part)| *out = *part);
        }
    }

    /// Calls `visit` with the first row of every block of rows that has to visit some of the columns, and with the
    /// range of these, block by block. `planes` are those that were written; the columns begin at a multiple of
    /// [`COLUMNS`], and are no more.
    pub fn each_pair_of_blocks(&self, planes: &[T], columns: Range<usize>, mut visit: impl FnMut(usize, Range<usize>)) {
        let (d, width) = (self.dimension(), self.width);
        for (k, plane) in planes.chunks_exact(self.plane_len()).enumerate() {
            let (centre, half, slope) = (&plane[..d], &plane[d..2 * d], &plane[2 * d..3 * d]);
            let plane = BlockBound { centre, half, slope, level: plane[3 * d] };
            self.each_block_of_group(&self.test(plane), columns.start / (MAX_LANES * width), &mut |block| {
                let own = self.range(block);
                if columns.contains(&own.start) {
                    visit(k * width, own);
                }
            });
        }
    }

    /// Says whether it pays to visit the pairs in the lists of all rows alone. It looks at some blocks of rows. `list`
    /// is scratch.
    pub fn pays(&self, f: &[T], list: &mut [T]) -> bool {
        let (n, width) = (f.len(), self.width);
        let step = n.div_ceil(width).div_ceil(PROBES) * width;
        let (mut visited, mut probes) = (0, 0);
        for start in (0..n).step_by(step) {
            visited += self.list(start, &f[start..n.min(start + width)], list).len();
            probes += 1;
        }
        pays(T::count(visited) / T::count(probes * self.columns()))
    }

    fn range(&self, block: usize) -> Range<usize> {
        block * self.width..((block + 1) * self.width).min(self.columns())
    }

    /// Fits a plane to the potentials of the rows from `i` on.
    fn plane(&self, i: usize, f: &[T]) -> Plane<T> {
        let (points, square) = (self.pairs.points(), self.pairs.square(self.s));
        super::fit(points.dimension, f.len(), &|r, k| points.x(i + r, k), square, &|r| f[r])
    }

    fn dimension(&self) -> usize {
        self.pairs.points().dimension
    }

    fn columns(&self) -> usize {
        self.pairs.points().columns
    }
}

const _: () = assert!(MAX_WIDTH <= PANEL && (32 * MAX_LANES).is_multiple_of(COLUMNS));
