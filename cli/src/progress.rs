//! Progress of long work, on standard error and only where that is a terminal.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::render;

/// Work on fewer pairs of points is over before it could be read.
const LONG: f64 = 1e6;
/// Steps of the bar that sweeps fill.
const STEPS: u64 = 1000;
/// The rate of convergence is that of this last part of the sweeps, but of no fewer than [`FEWEST`].
const RECENT: usize = 2;
const FEWEST: usize = 3;

/// A line that says how far the work is; it goes away with its value.
pub struct Progress {
    /// None where the work is short.
    bar: Option<ProgressBar>,
    threshold: f64,
    begin: Instant,
    /// Seconds and logarithm of the error after every sweep.
    history: Vec<(f64, f64)>,
}

impl Progress {
    /// Of sweeps over so many pairs of points, until the marginal error is the threshold.
    pub fn of_sweeps(pairs: f64, threshold: f64) -> Self {
        let bar = is_shown(pairs >= LONG).then(|| ProgressBar::new(STEPS));
        if let Some(bar) = &bar {
            style(bar, "{spinner} {msg} [{bar:24}] {elapsed}");
            bar.set_message("starting potentials");
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { bar, threshold, begin: Instant::now(), history: Vec::new() }
    }

    /// Of so many things, `what` in plural, that are long work together.
    pub fn of_items(count: usize, what: &'static str, is_long: bool) -> Self {
        let bar = is_shown(is_long).then(|| ProgressBar::new(count as u64));
        if let Some(bar) = &bar {
            style(bar, "{spinner} {pos} of {len} {msg} [{bar:24}] about {eta} left");
            bar.set_message(what);
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { bar, threshold: 0.0, begin: Instant::now(), history: Vec::new() }
    }

    /// Of work that does not tell how far it is.
    pub fn of_unknown(pairs: f64, what: &'static str) -> Self {
        let bar = is_shown(pairs >= LONG).then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            style(bar, "{spinner} {msg}, {elapsed}");
            bar.set_message(what);
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Progress { bar, threshold: 0.0, begin: Instant::now(), history: Vec::new() }
    }

    /// One sweep is over, which measured this error.
    pub fn sweep(&mut self, error: f64) {
        let Some(bar) = &self.bar else { return };
        self.history.push((self.begin.elapsed().as_secs_f64(), error.max(f64::MIN_POSITIVE).ln()));
        let left = match seconds_left(&self.history, self.threshold.ln()) {
            _ if error <= self.threshold => ", measuring the result".into(),
            Some(seconds) => format!(", about {} left", duration(seconds)),
            None => String::new(),
        };
        bar.set_message(format!("sweep {}, error {error:.1e} of {:e}{left}", self.history.len(), self.threshold));
        let (first, now) = (self.history[0].1, error.max(self.threshold).ln());
        let whole = (first - self.threshold.ln()).max(f64::MIN_POSITIVE);
        bar.set_position((STEPS as f64 * ((first - now) / whole).clamp(0.0, 1.0)) as u64);
    }

    /// One thing is done.
    pub fn item(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Only where somebody sees it: a line of progress has a thread of its own.
fn is_shown(is_long: bool) -> bool {
    is_long && !render::is_quiet() && std::io::stderr().is_terminal()
}

fn style(bar: &ProgressBar, template: &str) {
    // A template that does not parse would be a defect that tests see; the default is no disaster.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
}

/// From the rate at which the logarithm of the error has been falling lately; none where it has not.
fn seconds_left(history: &[(f64, f64)], goal: f64) -> Option<f64> {
    let recent = history.len().div_ceil(RECENT).max(FEWEST);
    let &(before, high) = history.get(history.len().checked_sub(recent)?)?;
    let &(now, low) = history.last()?;
    let rate = (high - low) / (now - before);
    (rate > 0.0 && rate.is_finite()).then(|| ((low - goal) / rate).max(0.0))
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{s:.0} s"),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s if s < 1e6 => format!("{:.0} h", s / 3600.0),
        _ => "days".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_a_steady_rate() {
        let history: Vec<_> = (0..10).map(|k| (f64::from(k), -f64::from(k))).collect();
        let left = seconds_left(&history, -20.0).unwrap();
        assert!((left - 11.0).abs() < 1e-9, "{left}");
        assert_eq!(seconds_left(&history[..2], -20.0), None, "too few sweeps to tell");
        let stuck = [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)];
        assert_eq!(seconds_left(&stuck, -20.0), None);
    }

    #[test]
    fn short_work_shows_nothing() {
        assert!(Progress::of_sweeps(100.0, 1e-6).bar.is_none());
    }
}
