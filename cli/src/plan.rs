//! The entries of a plan that matter, row after row.

use std::io::{self, Write};

use npyz::WriterBuilder;
use sinkhorn_core::Solution;

use crate::failure::Failure;
use crate::output::{Format, Staged, Target, stage};
use crate::progress::Progress;
use crate::scalar::Scalar;

/// A plan without the entries below a share of the mass of their row. It is never held as a whole.
pub struct SparsePlan<'p, 's, T: Scalar> {
    solution: &'p Solution<'s, T>,
    share: T,
}

/// An entry.
pub struct Entry<T> {
    pub x: usize,
    pub y: usize,
    pub mass: T,
}

impl<'p, 's, T: Scalar> SparsePlan<'p, 's, T> {
    pub fn of(solution: &'p Solution<'s, T>, share: f64) -> Self {
        SparsePlan { solution, share: T::constant(share) }
    }

    /// Writes it beside its target.
    pub fn stage(&self, target: &Target) -> Result<Staged, Failure> {
        if target.format() != Format::Npy {
            return stage(target, |writer| self.write_csv(writer));
        }
        // Twice through the plan, as the file begins with the number of rows.
        let mut count = 0;
        let counted = self.for_each(|_| {
            count += 1;
            Ok(())
        });
        counted.map_err(|error| Failure::io("--plan", &error))?;
        stage(target, |writer| self.write_npy(writer, count))
    }

    fn write_npy(&self, writer: &mut dyn Write, count: u64) -> io::Result<()> {
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(&[count, 3]).writer(writer).begin_nd()?;
        // Double precision for the numbers of rows.
        self.for_each(|Entry { x, y, mass }| writer.extend([x as f64, y as f64, mass.widen()]))?;
        writer.finish()
    }

    fn write_csv(&self, writer: &mut dyn Write) -> io::Result<()> {
        writeln!(writer, "x_row,y_row,mass")?;
        self.for_each(|Entry { x, y, mass }| writeln!(writer, "{x},{y},{mass:?}"))
    }

    /// Calls `visit` with every entry that is kept. A row without mass has none.
    fn for_each(&self, mut visit: impl FnMut(Entry<T>) -> io::Result<()>) -> io::Result<()> {
        let (n, m) = (self.solution.f().len(), self.solution.g().len());
        let progress = Progress::of_items(n, "rows of the plan", n as f64 * m as f64 > 1e8);
        let mut row = vec![T::ZERO; m];
        for x in 0..n {
            self.solution.row(x, &mut row).map_err(io::Error::other)?;
            let total = row.iter().fold(T::ZERO, |total, &mass| total + mass);
            let least = self.share * total;
            for (y, &mass) in row.iter().enumerate() {
                if mass > T::ZERO && mass >= least {
                    visit(Entry { x, y, mass })?;
                }
            }
            progress.item();
        }
        Ok(())
    }
}
