//! The potentials that every kind of sweep reads and writes, and its measurements.

use crate::real::Real;

/// The potentials that a sweep reads and writes.
pub(crate) struct Potentials<'w, T> {
    /// n: F, old and then new.
    pub f: &'w mut [T],
    /// m: the old G; written only if the scalings of a kernel are ahead of it.
    pub g: &'w mut [T],
    /// m: the new G; scratch until the sweep writes it.
    pub image: &'w mut [T],
    /// m: log2 b.
    pub log_b: &'w mut [T],
    /// n: scratch; the row sums of a kernel whose scalings are ahead.
    pub row: &'w mut [T],
}

/// The measurements of a sweep.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Outcome<T> {
    /// The L1 change of the column marginals by the g-update. For a balanced problem and factor 1 it is ||P^T 1 - b||_1
    /// of the pair (new f, old g), whose rows are exact. The pair (new f, new g) has exact columns, and its row error
    /// is not larger: g-update and f-update act on the errors by a stochastic matrix.
    pub error: T,
    /// The number of rows that were computed anew in max-shifted form.
    pub row_fallbacks: u32,
    /// The columns were computed anew in max-shifted form.
    pub column_fallback: bool,
    /// A new potential is not finite, and the other numbers mean nothing.
    pub overflowed: bool,
    /// A stored kernel was computed anew.
    pub absorbed: bool,
    /// The mass of the pair (new f less shift, old g).
    pub mass: T,
    /// The constant that was added to the new f and taken from the new g at the end: see
    /// [`translation`](super::columns::translation).
    pub shift: T,
    /// If pairs may be skipped, the number of pairs that were visited one by one, that of those that were summed up by
    /// series, and that of the others. All are 0 if all pairs are visited.
    #[cfg(feature = "skipping")]
    pub visited: u64,
    #[cfg(feature = "skipping")]
    pub summed: u64,
    #[cfg(feature = "skipping")]
    pub skipped: u64,
    /// The share of a marginal that the skipped pairs carry at most. Relative to it, marginals are off by no more.
    pub certificate: T,
}

impl<T: Real> Outcome<T> {
    /// Joins the outcomes of two parts of a sweep.
    pub fn with(mut self, other: Self) -> Self {
        self.row_fallbacks = self.row_fallbacks.saturating_add(other.row_fallbacks);
        self.overflowed |= other.overflowed;
        #[cfg(feature = "skipping")]
        {
            self.visited += other.visited;
            self.summed += other.summed;
        }
        self.certificate = self.certificate.max(other.certificate);
        self
    }
}
