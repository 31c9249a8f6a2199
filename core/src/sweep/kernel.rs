//! The sweep on a stored kernel: multiplications and additions only, no exponential a pair.
//!
//! The kernel K_ij = 2^(F0_i + G0_j + S_ij) is kept for reference potentials (F0, G0). With v_j = 2^(G_j - G0_j), the
//! row sums of the exponentials are 2^(F_i - F0_i) (K v)_i. When potentials have moved away from the reference, the
//! kernel is computed anew around them ("absorption": Schmitzer 2019, "Stabilized sparse scaling algorithms for entropy
//! regularized transport problems").
//!
//! Relaxed problems, relaxation and Anderson acceleration need the potentials after every sweep. Plain sweeps of
//! balanced problems do not, and advance only the scalings ([`scalings`](super::scalings)).

use super::exponents::{TileAt, exponentials, exponents};
use super::forward;
use super::outcome::{Outcome, Potentials};
use super::strips::{Join, Pass, Scratch, Tile};
use super::{MAX_TILE_ROWS, TILE_ROWS, columns, log_zero};
use crate::real::Real;
use crate::scaled::ScaledProblem;

/// The stored kernel and the potentials that it was computed for.
pub(crate) struct Kernel<'w, T> {
    /// n x m.
    pub entries: &'w mut [T],
    /// n: F0.
    pub f: &'w mut [T],
    /// m: G0.
    pub g: &'w mut [T],
    /// m: 2^(G - G0).
    pub v: &'w mut [T],
    /// The entries are those of f and g, and the potentials not far from them.
    pub(super) absorbed: bool,
    pub(super) latest: Latest,
}

/// The form of the iterate that is up to date. Only the files of the kernel know it: this one and `scalings`.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Latest {
    /// The potentials are, and v is not.
    Potentials,
    /// v and the row sums K v are, and the potentials are not.
    Scalings,
    /// Both forms are.
    Both,
}

/// Returns the distance from the reference beyond which entries may have been lost to underflow.
pub(super) fn limit<T: Real>() -> T {
    T::SAFE_EXPONENT / T::constant(4.0)
}

impl<'w, T: Real> Kernel<'w, T> {
    /// Makes an empty kernel of memory for n x m, n, m and m scalars, whose contents do not matter.
    pub fn new(entries: &'w mut [T], f: &'w mut [T], g: &'w mut [T], v: &'w mut [T]) -> Self {
        Kernel { entries, f, g, v, absorbed: false, latest: Latest::Potentials }
    }

    /// Says whether potentials are behind the scalings.
    pub fn is_ahead(&self) -> bool {
        self.latest == Latest::Scalings
    }

    /// Notes that somebody else moves the potentials.
    pub fn potentials_move(&mut self) {
        self.latest = Latest::Potentials;
    }

    /// Has the kernel computed anew before it is used again.
    pub fn expire(&mut self) {
        self.absorbed = false;
    }

    /// Computes the kernel around (f, g).
    fn absorb(&mut self, p: &ScaledProblem<'_, T>, f: &[T], g: &[T], scratch: &mut Scratch<'_, T>) {
        self.f.copy_from_slice(f);
        self.g.copy_from_slice(g);
        let work = |Tile { i, f, entries, .. }: Tile<'_, T>, (): &mut ()| {
            let mut sums = [T::ZERO; MAX_TILE_ROWS];
            exponentials(p, TileAt { i, start: 0, f, g }, entries, &mut sums[..f.len()]);
            // A row without mass that may go nowhere would stop every sweep, because its sum is 0. Its entries count
            // for nothing, so any others will do.
            if p.forbids() {
                for (k, (entries, sum)) in entries.chunks_exact_mut(g.len()).zip(sums).enumerate() {
                    if sum == T::ZERO && p.problem.a().get(i + k) == T::ZERO {
                        entries.fill(T::ONE);
                    }
                }
            }
        };
        let pass = Pass { entries: self.entries, ..Pass::sums(self.f) };
        pass.each_tile(MAX_TILE_ROWS, scratch, &work, |(), ()| ());
        self.absorbed = true;
    }

    /// Makes entries and v those of the potentials. Returns whether the kernel had to be computed anew.
    pub fn prepare(&mut self, p: &ScaledProblem<'_, T>, f: &[T], g: &[T], scratch: &mut Scratch<'_, T>) -> bool {
        if self.absorbed && (self.latest == Latest::Both || self.scale_columns(p, g)) {
            return false;
        }
        self.absorb(p, f, g, scratch);
        self.v.fill(T::ONE);
        true
    }

    /// Writes the potentials of the scalings if these are ahead. `sums` are the row sums K v.
    pub fn catch_up(&mut self, p: &ScaledProblem<'_, T>, sums: &[T], f: &mut [T], g: &mut [T]) {
        if !self.is_ahead() {
            return;
        }
        f.copy_from_slice(sums);
        T::log2_each(p.instructions, f);
        for (f, &reference) in f.iter_mut().zip(&*self.f) {
            *f = reference - *f;
        }
        g.copy_from_slice(self.v);
        T::log2_each(p.instructions, g);
        for (g, &reference) in g.iter_mut().zip(&*self.g) {
            *g += reference;
        }
        self.latest = Latest::Both;
    }

    /// Returns the number of rows of a tile. Rows are read twice, and should be in the cache the second time.
    pub fn tile_rows(&self) -> usize {
        if self.v.len() <= 4096 { MAX_TILE_ROWS } else { TILE_ROWS }
    }

    /// Writes v for the potential g, and says whether that is near the reference.
    fn scale_columns(&mut self, p: &ScaledProblem<'_, T>, g: &[T]) -> bool {
        self.v.copy_from_slice(g);
        T::exp2_less_each(p.instructions, self.v, self.g) <= limit()
    }
}

/// G_j <- the c-transform of F, as [`complete_g`](super::half::complete_g). The exponentials are kept as the kernel.
pub(crate) fn complete_g<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &mut Kernel<'_, T>,
    Potentials { f, g, log_b, .. }: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) {
    let b = p.problem.b();
    kernel.f.copy_from_slice(f);
    g.fill(T::ZERO);
    let base = &**g;
    let pass = Pass { f: kernel.f, entries: kernel.entries, join: Join::Largest };
    let keep_exponents = |Tile { i, f, entries, column, .. }: Tile<'_, T>, (): &mut ()| {
        exponents(p, TileAt { i, start: 0, f, g: base }, entries, &mut [T::ZERO; MAX_TILE_ROWS][..f.len()]);
        for (k, entries) in entries.chunks_exact(base.len()).enumerate() {
            if p.problem.a().get(i + k) > T::ZERO {
                T::raise_to_rows(p.instructions, entries, column);
            }
        }
    };
    pass.each_tile(MAX_TILE_ROWS, scratch, &keep_exponents, |(), ()| ());
    let largest = &mut *kernel.g;
    for (j, value) in largest.iter_mut().enumerate() {
        // As everywhere, a column without weight has no entries, and neither has a column that no row may go to. The
        // latter has a potential at the limit.
        let carries = b.get(j) > T::ZERO && scratch.column[j] > T::HALF * log_zero();
        *value = if carries { scratch.column[j] } else { -log_zero::<T>() };
    }
    let shifts = &*largest;
    let pass = Pass { f: kernel.f, entries: kernel.entries, join: Join::Sum };
    let keep_exponentials = |Tile { i, f, entries, column, .. }: Tile<'_, T>, (): &mut ()| {
        T::exp2_less_each(p.instructions, entries, shifts);
        let mut weights = [T::ZERO; MAX_TILE_ROWS];
        let weights = &mut weights[..f.len()];
        weights.iter_mut().enumerate().for_each(|(k, weight)| *weight = p.problem.a().get(i + k));
        T::add_rows(p.instructions, weights, entries, column);
    };
    pass.each_tile(MAX_TILE_ROWS, scratch, &keep_exponentials, |(), ()| ());
    for (j, value) in g.iter_mut().enumerate() {
        let offset = p.column_offset(j);
        if b.get(j) > T::ZERO && largest[j] == -log_zero::<T>() {
            largest[j] = ScaledProblem::<T>::largest_exponent();
            *value = largest[j];
            continue;
        }
        *value = log_b[j] - p.tau_b() * (largest[j] + scratch.column[j].log2() - offset) - offset;
        largest[j] = -largest[j];
    }
    (kernel.absorbed, kernel.latest) = (true, Latest::Potentials);
}

/// f <- f + factor (T f - f), then image <- g + factor (T g - g), as [`forward::sweep`]. The potentials are up to date
/// before and after it.
pub(crate) fn sweep<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &mut Kernel<'_, T>,
    factor: T,
    potentials: &mut Potentials<'_, T>,
    scratch: &mut Scratch<'_, T>,
) -> Outcome<T> {
    let absorbed = kernel.prepare(p, potentials.f, potentials.g, scratch);
    kernel.latest = Latest::Potentials;
    let (f, shared) = (&*potentials.f, &*kernel);
    let work = |tile: Tile<'_, T>, check: &mut RowCheck| sweep_tile(p, shared, factor, f, tile, check);
    let check = Pass::sums(potentials.row).each_tile(kernel.tile_rows(), scratch, &work, RowCheck::with);
    if check.lost {
        // The potentials jump by more than the kernel can follow. Stream this sweep, then compute the kernel anew.
        kernel.absorbed = false;
        return Outcome { absorbed, ..forward::sweep(p, factor, potentials, scratch) };
    }
    kernel.absorbed = !check.far;
    potentials.f.copy_from_slice(potentials.row);
    for (total, &scaling) in scratch.column.iter_mut().zip(kernel.v.iter()) {
        *total *= scaling;
    }
    let mut outcome = Outcome { absorbed, ..Outcome::default() };
    columns::finish(p, factor, potentials, scratch, &mut outcome);
    outcome
}

/// The distance of the rows of a sweep from the reference, in two steps.
#[derive(Clone, Copy, Default)]
pub(super) struct RowCheck {
    /// A sum is near underflow or overflow, so that the new f may not be finite.
    pub lost: bool,
    /// The new f is far from the reference.
    pub far: bool,
}

impl RowCheck {
    pub fn with(self, other: Self) -> Self {
        RowCheck { lost: self.lost || other.lost, far: self.far || other.far }
    }
}

/// Writes the new f into the scalars of the tile, and column sums in units of v. If a sum leaves the safe range,
/// nothing of it is of use.
fn sweep_tile<T: Real>(
    p: &ScaledProblem<'_, T>,
    kernel: &Kernel<'_, T>,
    factor: T,
    f: &[T],
    Tile { i, f: new, column, .. }: Tile<'_, T>,
    check: &mut RowCheck,
) {
    if check.lost {
        return;
    }

    // The row sums K v, and their logarithms.
    let (a, m, count) = (p.problem.a(), kernel.v.len(), new.len());
    let entries = &kernel.entries[i * m..(i + count) * m];
    let mut weights = [T::ZERO; MAX_TILE_ROWS];
    let weights = &mut weights[..count];
    T::times_vector(p.instructions, entries, kernel.v, weights);
    new.copy_from_slice(weights);
    let largest = T::log2_each(p.instructions, new);
    if !(largest < T::SAFE_EXPONENT) {
        *check = RowCheck { lost: true, far: true };
        return;
    }

    // The new f, and the scalings of the rows.
    let (f, reference) = (&f[i..i + count], &kernel.f[i..i + count]);
    if p.tau_a() == T::ONE && factor == T::ONE {
        check.far |= !(largest <= limit());
        for (k, (new, weight)) in new.iter_mut().zip(&mut *weights).enumerate() {
            (*new, *weight) = (reference[k] - *new, a.get(i + k) / *weight);
        }
    } else {
        for (k, (new, weight)) in new.iter_mut().zip(&mut *weights).enumerate() {
            let log_sum = *new + (f[k] - reference[k]);
            *new = f[k] + factor * p.change_of_f(i + k, f[k], log_sum);
            let moved = *new - reference[k];
            *weight = a.get(i + k) * moved.exp2();
            check.far |= !(moved.abs() <= limit());
        }
    }

    // The columns of these rows.
    T::add_rows(p.instructions, weights, entries, column);
}
