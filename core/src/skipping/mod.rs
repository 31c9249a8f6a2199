//! Leaves out of a pass the pairs that carry next to nothing, with a certificate.
//!
//! Points are put in an order in which neighbours lie close together ([`order`]), and cut into blocks. For a block of
//! rows and one of columns, [`records`] bounds the exponents F_i + G_j - log2 b_j + S_ij of all their pairs from above.
//! If the bound is at most -t, the pairs of the two blocks are skipped.
//!
//! Let the totals be 1, r_i = sum_j b_j 2^(exponent), and let a tilde mark sums without the skipped pairs. Then
//! 0 <= r_i - r~_i <= 2^-t, because the b_j of the skipped columns sum to at most 1. The update of f makes of row i the
//! entries a_i / r~_i of the plan, so that a column loses at most the share 2^-t / min r~_i of its weight. This number,
//! the certificate, is known after every sweep, whatever the potentials were. The marginal error of a sweep over all
//! pairs is at most the measured error plus the certificate.
//!
//! Blocks that are narrow beside sqrt(epsilon) need not be visited pair by pair: [`series`] sums their pairs up.
//!
//! 1. `order`: the order of the points. `records`: boxes and planes of blocks, their bounds, and lists of blocks.
//! 2. `series`: blocks, or groups of blocks, that are summed up by series.
//! 3. `pairs`: the ground costs that have a bound, and their exponents.
//! 4. [`Lists`]: all of it, and whether it is used. `kept`: lists for potentials that stay as they are.
//!
//! The idea of skipping blocks is that of Schmitzer 2019 ("Stabilized sparse scaling algorithms for entropy regularized
//! transport problems") and of GeomLoss; the bound and the certificate are this library's own.

pub(crate) mod kept;
pub(crate) mod order;
pub(crate) mod pairs;
pub(crate) mod records;
pub(crate) mod series;

use crate::cost::BuiltIn;
use crate::geometry::PointCloud;
use crate::memory;
use crate::problem::Problem;
use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::sweep::outcome::Potentials;
#[cfg(feature = "costs")]
use crate::vector::Power;
use crate::vector::{BlockCost, MAX_AXES, MAX_LANES, PANEL, PackedPoints};
use kept::KeptLists;
pub(crate) use pairs::Pairs;
pub(crate) use records::len as records_len;
use records::{Plane, Records, RowBlock, Visits, fit};
use series::{Far, far_len};

/// The most coordinates of points whose blocks are bounded.
pub(crate) const MAX_DIMENSION: usize = 8;

/// The least number of points of a side that can be skipped: two blocks.
pub(crate) const LEAST_POINTS: usize = 64;

/// The least number of pairs, and of points of a side, from which on blocks are worth their records.
pub(crate) const WORTH_PAIRS: usize = 4000 * 4000;
pub(crate) const WORTH_POINTS: usize = 500;

/// The most coordinates with which blocks are tried unless the caller asks for it. In more, they are as wide as the
/// data.
pub(crate) const WORTH_DIMENSION: usize = 5;

/// The number of points of a block. A strip of rows consists of whole blocks.
pub(crate) const fn width(n: usize, m: usize) -> usize {
    if n < 300_000 && m < 300_000 { 32 } else { 64 }
}

/// The most points of a block.
pub(crate) const MAX_WIDTH: usize = PANEL;

/// Returns the scalars of scratch that a list of columns takes.
pub(crate) const fn list_len(m: usize, width: usize) -> usize {
    m.div_ceil(width)
}

/// Returns the lengths of the scratch for the lists of a block and of a group of blocks, for their series, and for the
/// sums and weights of the rows of a group.
const fn scratch_sizes(m: usize, d: usize, width: usize) -> [usize; 6] {
    let (group, blocks) = (width * MAX_LANES, list_len(m, width));
    let (groups, rows) = if d > MAX_AXES { (0, 0) } else { (m.div_ceil(group), group) };
    [blocks, groups, far_len(m, d, width), far_len(m, d, group), rows, rows]
}

/// Returns the scalars of scratch that lists of columns and series take.
pub(crate) const fn scratch_len(m: usize, d: usize, width: usize) -> usize {
    match memory::total(&[&scratch_sizes(m, d, width)]) {
        Some(len) => len,
        None => usize::MAX,
    }
}

/// The scratch of a group of blocks of rows.
pub(crate) struct ListMemory<'l, T> {
    /// For the list of a block.
    pub list: &'l mut [T],
    /// For the list of a group.
    pub groups: &'l mut [T],
    /// For the series of a block.
    pub far: &'l mut [T],
    /// For the series of a group.
    pub far_groups: &'l mut [T],
    /// The sums that series of the group give to its rows; nothing in many dimensions.
    pub sums: &'l mut [T],
    /// The weights of its rows; likewise.
    pub weights: &'l mut [T],
}

/// Says whether the pairs of a problem can be skipped.
pub(crate) fn fits<T: Real>(problem: &Problem<'_, T>) -> bool {
    let fits = |cloud: &PointCloud<'_, T>| has_bound(cloud) && cloud.dimension() <= MAX_DIMENSION;
    problem.rows().min(problem.columns()) >= LEAST_POINTS && problem.geometry().cloud().is_some_and(fits)
}

/// Says whether the costs of blocks of points have a bound: the squared Euclidean cost, and norms in vectors.
pub(crate) fn has_bound<T: Real>(cloud: &PointCloud<'_, T>) -> bool {
    match cloud.ground_cost().built_in() {
        BuiltIn::SquaredEuclidean => true,
        #[cfg(feature = "costs")]
        BuiltIn::Norm(p) => Power::new(p).is_some(),
        _ => false,
    }
}

/// Says whether it pays to visit this share of all pairs. Lists and shorter loops cost a little.
fn pays<T: Real>(share: T) -> bool {
    T::constant(1.15) * share + T::constant(0.03) < T::constant(0.85)
}

/// The number of row blocks that are looked at to estimate the share of pairs that a sweep would visit.
const PROBES: usize = 64;

/// The number of sweeps over all pairs after which that share is estimated again.
const PROBE_EVERY: u32 = 10;

/// The number of times that fewer pairs are skipped before none are.
const MOST_TIGHTENED: u32 = 2;

/// All that makes the lists of columns which sweeps visit.
pub(crate) struct Lists<'w, T> {
    records: Records<'w, T>,
    /// The t of the certificate: pairs whose exponent is at most -t are skipped.
    bits: T,
    /// Sweeps skip pairs.
    on: bool,
    /// The caller has not decided whether they do.
    auto: bool,
    /// The sweeps over all pairs since the share was estimated.
    idle: u32,
    /// How often the certificate alone kept the error above the threshold.
    tightened: u32,
}

impl<'w, T: Real> Lists<'w, T> {
    /// `memory` is [`records_len`] scalars. Pairs are skipped as far as an error of `threshold` allows.
    pub fn new(memory: &'w mut [T], (m, d): (usize, usize), width: usize, threshold: T, auto: bool) -> Self {
        // A certificate of less than a hundredth of the threshold leaves the number of sweeps as it is.
        let bits = T::constant(7.0) - threshold.log2();
        Lists { records: Records::new(memory, m, d, width), bits, on: false, auto, idle: 0, tightened: 0 }
    }

    /// Says whether sweeps skip pairs.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Returns the number of rows of a block.
    pub fn width(&self) -> usize {
        self.records.width
    }

    /// Cuts the scratch of a group of blocks off the front of `memory`.
    pub fn cut<'l>(&self, memory: &mut &'l mut [T]) -> ListMemory<'l, T> {
        let Records { columns, d, width, .. } = self.records;
        let [list, groups, far, far_groups, sums, weights] = memory::cut(memory, scratch_sizes(columns, d, width));
        ListMemory { list, groups, far, far_groups, sums, weights }
    }

    /// Returns the share by which a marginal differs at most, times the least row sum: 2^-t.
    pub fn share(&self) -> T {
        (-self.bits).exp2()
    }

    /// Skips fewer pairs, because the certificate alone keeps the error above the threshold; the third time, none. That
    /// happens if the plan of a relaxed problem carries next to nothing, and the error is relative to what it carries.
    pub fn tighten(&mut self) {
        self.bits += T::constant(7.0);
        self.tightened += 1;
        self.on &= self.tightened <= MOST_TIGHTENED;
    }

    /// Lends the same lists for a while.
    pub fn reborrow(&mut self) -> Lists<'_, T> {
        let Lists { records, bits, on, auto, idle, tightened } = self;
        Lists { records: records.reborrow(), bits: *bits, on: *on, auto: *auto, idle: *idle, tightened: *tightened }
    }

    /// Returns the same with a smaller certificate, for sums that are reported.
    pub fn tighter(self) -> Self {
        Lists { bits: self.bits + T::constant(7.0), ..self }
    }

    /// Returns the lists for the last G and any F.
    pub fn kept<'k>(&'k self, p: &ScaledProblem<'k, T>) -> Option<KeptLists<'k, T>> {
        keep(p, self.records.view(), self.records.width, self.bits)
    }

    /// Returns the lists for the last G and any F, with a share of 2^-`bits`; and whether the caller has not decided
    /// that pairs are skipped.
    pub fn keep(self, p: &ScaledProblem<'w, T>, bits: T) -> Option<(KeptLists<'w, T>, bool)> {
        let (width, auto) = (self.records.width, self.auto);
        keep(p, self.records.into_view(), width, bits).map(|lists| (lists, auto))
    }

    /// Makes the records of the columns for a G.
    pub fn refit(&mut self, p: &ScaledProblem<'_, T>, g: &[T], log_b: &[T]) {
        if let Some(pairs) = Pairs::new(p) {
            self.records.refit(pairs.points(), pairs.square(p.s), &|j| g[j] - log_b[j]);
        }
    }

    /// Decides whether the next sweep skips pairs, for the present potentials, if it may use `series` or may not.
    /// Unless the caller has decided, it looks at some blocks of rows.
    pub fn decide(&mut self, p: &ScaledProblem<'_, T>, potentials: &Potentials<'_, T>, list: &mut [T], series: bool) {
        if Pairs::new(p).is_none() || self.tightened > MOST_TIGHTENED {
            self.on = false;
            return;
        }
        if !self.auto {
            self.on = true;
            return;
        }
        self.refit(p, potentials.g, potentials.log_b);
        let (n, width) = (potentials.f.len(), self.width());
        let blocks = n.div_ceil(width);
        let step = blocks.div_ceil(PROBES);
        let (mut visited, mut all) = (0, 0);
        for block in (0..blocks).step_by(step) {
            let rows = block * width..((block + 1) * width).min(n);
            all += rows.len() * self.records.columns;
            let (count, f) = (rows.len(), &potentials.f[rows.clone()]);
            visited += match self.kept(p).filter(|_| !series) {
                Some(lists) => count * lists.list(rows.start, f, list).len(),
                None => self.list(p, (&self.plane(p, rows.start, f), count), &[], list).work,
            };
        }
        self.on = pays(T::count(visited) / T::count(all));
        self.idle = 0;
    }

    /// Sweeps over all pairs for a while, unless the caller has decided.
    pub fn pause(&mut self) {
        (self.on, self.idle) = (!self.auto, 0);
    }

    /// Counts a sweep over all pairs; says whether it is time to decide again.
    pub fn is_time(&mut self) -> bool {
        self.idle += 1;
        self.auto && self.idle >= PROBE_EVERY
    }

    /// Returns the plane above rows from `i` on, with these F.
    pub fn plane(&self, p: &ScaledProblem<'_, T>, i: usize, f: &[T]) -> Plane<T> {
        match Pairs::new(p) {
            Some(pairs) => {
                let points = pairs.points();
                fit(self.records.d, f.len(), &|r, k| points.x(i + r, k), pairs.square(p.s), &|r| f[r])
            }
            None => Plane::everywhere(self.records.d),
        }
    }

    /// Returns the columns that `count` rows below a plane have to visit, but for those of `listed`.
    pub fn list<'l>(
        &self,
        p: &ScaledProblem<'_, T>,
        (plane, count): (&Plane<T>, usize),
        listed: &[T],
        memory: &'l mut [T],
    ) -> Visits<'l, T> {
        self.records.list(&self.rows(p, plane, count), listed, memory)
    }

    /// Returns the groups of columns that `count` rows below a plane, those of a group of blocks, meet in one series.
    pub fn list_groups<'l>(
        &self,
        p: &ScaledProblem<'_, T>,
        (plane, count): (&Plane<T>, usize),
        memory: &'l mut [T],
    ) -> &'l [T] {
        self.records.list_groups(&self.rows(p, plane, count), memory)
    }

    fn rows<'b>(&self, p: &ScaledProblem<'_, T>, plane: &'b Plane<T>, count: usize) -> RowBlock<'b, T> {
        let least = -self.bits - p.problem.a().total().max(p.problem.b().total()).log2();
        let cost = Pairs::new(p).map_or(BlockCost::Squares(p.s), |pairs| pairs.cost(p.s));
        RowBlock { instructions: p.instructions, plane, count, cost, least, bits: self.bits }
    }

    /// Returns the rows from `i` on as series see them, with the nodes of a list.
    pub fn far<'f, 'a>(
        &'f self,
        p: &'f ScaledProblem<'a, T>,
        points: PackedPoints<'a, T>,
        rows: (&'f Plane<T>, usize, usize),
        list: &'f [T],
        memory: &'f mut [T],
    ) -> Far<'f, 'a, T> {
        Far::new(p, points, &self.records, list, rows, memory)
    }
}

fn keep<'k, T: Real>(
    p: &ScaledProblem<'k, T>,
    [blocks, groups]: [&'k [T]; 2],
    width: usize,
    bits: T,
) -> Option<KeptLists<'k, T>> {
    let least = -bits - p.problem.a().total().max(p.problem.b().total()).log2();
    Some(KeptLists { pairs: Pairs::new(p)?, instructions: p.instructions, s: p.s, width, least, blocks, groups })
}

#[cfg(test)]
mod tests;
