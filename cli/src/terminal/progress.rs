//! Progress of long work, on standard error: a line that changes, where that is a terminal; elsewhere one that says how
//! long the work will take, where that is more than a minute.

use std::fmt;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::print;
use super::typed;

/// Work on fewer pairs of points is over before it could be read.
const LONG: f64 = 1e6;
/// Steps of the bar that sweeps fill.
const STEPS: u64 = 1000;
/// The rate of convergence is that of this last part of the sweeps, but of no fewer than [`FEWEST`].
const RECENT: usize = 2;
const FEWEST: usize = 3;
/// Seconds of work that are worth a line where there is no terminal.
const WORTH_A_LINE: f64 = 60.0;
/// How much of the work has to be done before its rate says more than what was expected.
const TELLING: f64 = 0.02;

/// Seconds that work is expected to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    pub seconds: f64,
    /// Whether it was given up before its end, and takes longer.
    pub is_least: bool,
}

impl Expected {
    /// Of so many times that.
    pub fn times(self, count: f64) -> Self {
        Expected { seconds: count * self.seconds, ..self }
    }
}

/// A line that says how far the work is; it goes away with its value.
pub struct Progress {
    /// None where the work is short.
    bar: Option<ProgressBar>,
    threshold: f64,
    begin: Instant,
    /// Seconds and logarithm of the error after every sweep.
    history: Vec<(f64, f64)>,
    /// The part of the work that is done, in [`PARTS`].
    done: Arc<AtomicU64>,
}

/// In which parts of the work are counted.
const PARTS: f64 = 1e9;

impl Progress {
    /// Of sweeps over so many pairs of points, until the marginal error is the threshold.
    pub fn of_sweeps(pairs: f64, threshold: f64, expected: Option<Expected>) -> Self {
        let template = "{spinner} {msg} [{bar:24}] {elapsed}{left}";
        let mut progress = Progress::new(pairs >= LONG, (STEPS, "starting potentials"), expected, template);
        progress.threshold = threshold;
        progress
    }

    /// Of so many things, `what` in plural, that are long work together.
    pub fn of_items(count: usize, what: &'static str, is_long: bool, expected: Option<Expected>) -> Self {
        let template = "{spinner} {pos} of {len} {msg} [{bar:24}] {elapsed}{left}";
        Progress::new(is_long, (count as u64, what), expected, template)
    }

    /// Of work that does not tell how far it is.
    pub fn of_unknown(pairs: f64, what: &'static str, expected: Option<Expected>) -> Self {
        Progress::new(pairs >= LONG, (STEPS, what), expected, "{spinner} {msg}, {elapsed}{left}")
    }

    fn new(is_long: bool, (len, what): (u64, &'static str), expected: Option<Expected>, template: &str) -> Self {
        let done = Arc::new(AtomicU64::new(0));
        let bar = is_shown(is_long).then(|| ProgressBar::new(len).with_message(what));
        if let Some(bar) = &bar {
            let part = Arc::clone(&done);
            let left = move |state: &ProgressState, line: &mut dyn fmt::Write| {
                let part = part.load(Ordering::Relaxed) as f64 / PARTS;
                let _ = line.write_str(&left(state.elapsed().as_secs_f64(), part, expected));
            };
            // A template that does not parse would be a defect that tests see; the default is no disaster.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.with_key("left", left).progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        if let Some(expected) = expected.filter(|expected| expected.seconds > WORTH_A_LINE && !is_terminal()) {
            let least = if expected.is_least { "more than" } else { "about" };
            print::note(&format!("this takes {least} {}", duration(expected.seconds)));
        }
        Progress { bar, threshold: 0.0, begin: Instant::now(), history: Vec::new(), done }
    }

    /// One level of the start is over, with so many points a side; so many are left.
    pub fn level(&mut self, points: [usize; 2], left: usize) {
        let Some(bar) = &self.bar else { return };
        let left = match left {
            0 => "then all points".into(),
            left => format!("{left} left"),
        };
        bar.set_message(format!("starting potentials: {} x {} cells, {left}", points[0], points[1]));
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
        bar.set_message(format!(
            "sweep {}, error {error:.1e} of {}{left}",
            self.history.len(),
            typed::threshold(self.threshold)
        ));
        let (first, now) = (self.history[0].1, error.max(self.threshold).ln());
        let whole = (first - self.threshold.ln()).max(f64::MIN_POSITIVE);
        bar.set_position((STEPS as f64 * ((first - now) / whole).clamp(0.0, 1.0)) as u64);
        self.done.store(PARTS as u64, Ordering::Relaxed); // sweeps tell themselves what is left
    }

    /// One thing is done, which is this part of the work.
    pub fn item(&self, part: f64) {
        self.done.fetch_add((part * PARTS) as u64, Ordering::Relaxed);
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
    is_long && !print::is_quiet() && is_terminal()
}

fn is_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// What is left after so many seconds, with this part of the work done: from its rate, once that is known.
fn left(elapsed: f64, part: f64, expected: Option<Expected>) -> String {
    let about = |seconds: f64| format!(", about {} left", duration(seconds));
    match expected {
        _ if part >= 1.0 - 1e-6 => String::new(),
        Some(expected) if part < TELLING && elapsed > expected.seconds => ", longer than expected".into(),
        Some(expected) if part < TELLING => about(expected.seconds - elapsed),
        None if part == 0.0 => String::new(),
        _ => about(elapsed * (1.0 - part) / part),
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
        s if s < 90.0 => format!("{:.0} s", s.max(1.0)),
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
    fn what_is_left_is_never_nothing_at_the_beginning() {
        let expected = Some(Expected { seconds: 100.0, is_least: false });
        assert_eq!(left(0.1, 0.0, None), "", "nothing is known");
        assert_eq!(left(20.0, 0.0, expected), ", about 80 s left");
        assert_eq!(left(200.0, 0.0, expected), ", longer than expected");
        assert_eq!(left(20.0, 0.25, expected), ", about 60 s left", "the rate is better than what was expected");
        assert_eq!(left(20.0, 0.25, None), ", about 60 s left");
        assert_eq!(left(30.0, 1.0, None), "");
    }

    #[test]
    fn short_work_shows_nothing() {
        assert!(Progress::of_sweeps(100.0, 1e-6, None).bar.is_none());
    }
}
