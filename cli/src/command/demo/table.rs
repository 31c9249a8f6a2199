//! A problem that is solved in every way, and whether all ways agree.

use serde::Serialize;

use crate::command::way::{Row, spread};

/// The marginal error that every row sweeps to.
pub const THRESHOLD: f64 = 1e-3;

/// One problem, solved in every way.
#[derive(Debug, Serialize)]
pub struct Table {
    pub name: &'static str,
    #[serde(skip)]
    pub explanation: &'static str,
    pub points: [usize; 2],
    pub dimension: usize,
    /// Relative to the mean cost.
    pub epsilon_of_mean: f64,
    pub epsilon: f64,
    pub rows: Vec<Row>,
    /// Of the objectives of all rows.
    pub objective: Agreement,
    /// Of their dual values, which err in second order only.
    pub dual_value: Agreement,
}

/// How far apart the rows are, and may be.
#[derive(Debug, Default, Serialize)]
pub struct Agreement {
    /// Largest difference between two rows.
    pub spread: f64,
    /// What the marginal errors allow that to be.
    pub tolerance: f64,
}

impl Table {
    /// A plan whose marginals are off by t in L1 is optimal for problems whose value differs by at most about t/2 times
    /// the range of their potentials; two such plans differ by twice that. The dual value is off by at most t/2 times
    /// the range of the error of the potentials: allowed here is one epsilon either way.
    pub fn compare(&mut self) {
        let range = self.rows.iter().map(|row| row.range).fold(0.0, f64::max);
        let error = self.rows.iter().map(|row| row.marginal_error).fold(0.0, f64::max);
        let objective = spread(self.rows.iter().map(|row| row.objective));
        let dual_value = spread(self.rows.iter().map(|row| row.dual_value));
        self.objective = Agreement { spread: objective, tolerance: error * range };
        self.dual_value = Agreement { spread: dual_value, tolerance: error * self.epsilon };
    }

    pub fn agrees(&self) -> bool {
        // Also false where one is NaN.
        [&self.objective, &self.dual_value].iter().all(|agreement| agreement.spread <= agreement.tolerance)
    }

    /// Sweeps of the textbook's way and the row with the fewest.
    pub fn best(&self) -> Option<(u32, &Row)> {
        let best = self.rows.iter().min_by_key(|row| row.sweeps)?;
        let textbook = self.rows.iter().find(|row| row.start == "zero" && row.acceleration == "plain")?;
        Some((textbook.sweeps, best))
    }
}
