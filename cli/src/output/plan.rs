//! The entries of a plan that matter, row after row.

use std::io;

use npyz::WriterBuilder;
use serde::Serialize;

use crate::output::{Format, Staged, Target, stage};
use crate::process::Failure;
use crate::task::merge::{point, share};
use crate::task::scalar::Scalar;
use crate::task::solving::Solved;
use crate::terminal::{self, Progress};

/// Which entries of a row are kept.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// The largest, until they hold this share of the mass of the row.
    Mass(f64),
    /// Those of at least this share of the mass of the row.
    Share(f64),
}

/// What a file has of a plan.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Kept {
    pub entries: u64,
    /// A share of the mass of the plan.
    pub mass_kept: f64,
}

/// Less of the mass is worth a warning.
const LITTLE: f64 = 0.99;

/// A plan between the rows of the files, without small entries. It is never held as a whole.
pub struct SparsePlan<'p, 's, T: Scalar> {
    solved: &'p Solved<'s, T>,
    keep: Keep,
}

/// An entry.
pub struct Entry<T> {
    pub x: usize,
    pub y: usize,
    pub mass: T,
}

impl<'p, 's, T: Scalar> SparsePlan<'p, 's, T> {
    pub fn of(solved: &'p Solved<'s, T>, keep: Keep) -> Self {
        SparsePlan { solved, keep }
    }

    /// Writes it beside its target.
    pub fn stage(&self, target: &Target) -> Result<(Staged, Kept), Failure> {
        let mut kept = Kept::default();
        if target.format() != Format::Npy {
            let staged = stage(target, |writer| {
                writeln!(writer, "x_row,y_row,mass")?;
                kept = self.for_each(|Entry { x, y, mass }| writeln!(writer, "{x},{y},{mass:?}"))?;
                Ok(())
            })?;
            return Ok((staged, kept));
        }
        // Twice through the plan, as the file begins with the number of rows.
        kept = self.for_each(|_| Ok(())).map_err(|error| Failure::io("--plan", &error))?;
        let staged = stage(target, |writer| {
            let options = npyz::WriteOptions::new().default_dtype().shape(&[kept.entries, 3]);
            let mut writer = options.writer(writer).begin_nd()?;
            // Double precision for the numbers of rows.
            self.for_each(|Entry { x, y, mass }| writer.extend([x as f64, y as f64, mass.widen()]))?;
            writer.finish()
        })?;
        Ok((staged, kept))
    }

    /// Calls `visit` with every entry that is kept. A row without mass has none.
    fn for_each(&self, mut visit: impl FnMut(Entry<T>) -> io::Result<()>) -> io::Result<Kept> {
        let (x, y) = (&self.solved.data.x, &self.solved.data.y);
        let (n, m) = (x.rows(), y.rows());
        let progress = Progress::of_items(n, "rows of the plan", n as f64 * m as f64 > 1e8, None);
        let mut row = vec![T::ZERO; self.solved.solution.g().len()];
        let mut sorted = Vec::new();
        let (mut kept, mut all, mut entries) = (0.0, 0.0, 0);
        for i in 0..n {
            let (of_x, part) = point(x.merge.as_ref(), i);
            self.solved.solution.row(of_x, &mut row).map_err(io::Error::other)?;
            let masses = share(y.merge.as_ref(), &row, 1);
            let total: f64 = masses.iter().map(|mass| mass.widen()).sum();
            let least = match self.keep {
                Keep::Share(share) => share * total,
                Keep::Mass(share) => least_of(&masses, share, total, &mut sorted),
            };
            for (j, &mass) in masses.iter().enumerate() {
                if mass > T::ZERO && part > T::ZERO && mass.widen() >= least {
                    entries += 1;
                    kept += (mass * part).widen();
                    visit(Entry { x: i, y: j, mass: mass * part })?;
                }
            }
            all += total * part.widen();
            progress.item(1.0 / n as f64);
        }
        Ok(Kept { entries, mass_kept: if all > 0.0 { kept / all } else { 1.0 } })
    }
}

/// The smallest of the largest entries that hold this share of the total together.
fn least_of<T: Scalar>(masses: &[T], share: f64, total: f64, sorted: &mut Vec<f64>) -> f64 {
    // All entries below this have less than what may be missing: most of a row need not be sorted.
    let small = (1.0 - share) * total / masses.len() as f64;
    sorted.clear();
    sorted.extend(masses.iter().map(|mass| mass.widen()).filter(|&mass| mass >= small));
    sorted.sort_unstable_by(|p, q| q.total_cmp(p));
    let mut held = 0.0;
    let is_enough = |mass: &&f64| {
        held += **mass;
        held >= share * total
    };
    // Where rounding keeps the sum below its share, all of them.
    sorted.iter().find(is_enough).or(sorted.last()).copied().unwrap_or(0.0)
}

impl Kept {
    /// As a line.
    pub fn text(&self) -> String {
        let entries = if self.entries == 1 { "1 entry".into() } else { format!("{} entries", self.entries) };
        format!("{entries}, {} percent of the mass", terminal::percent(self.mass_kept))
    }

    /// Says so where much is missing.
    pub fn warn(&self) {
        if self.mass_kept < LITTLE {
            let percent = terminal::percent(self.mass_kept);
            terminal::warn(&format!("--plan has {percent} percent of the mass: --plan-mass keeps a share of each row"));
        }
    }
}
