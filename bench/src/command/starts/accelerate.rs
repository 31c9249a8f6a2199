//! The accelerations of the table.

use clap::ValueEnum;
use sinkhorn_core::{self as core, Settings, settings::Annealing};

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Acceleration {
    /// Sinkhorn's own iteration.
    Plain,
    /// Plain sweeps, the first at larger epsilons: from the mean cost (zero) or from 8 epsilon (other starts), halved
    /// every two sweeps.
    Annealing,
    /// Over-relaxation with a factor that is learnt.
    Relaxation,
    /// The library's default.
    Anderson,
}

/// From level to level.
const ANNEALING_FACTOR: f64 = 0.5;
/// A level: two save much over one, three little over two.
const ANNEALING_SWEEPS: u32 = 2;
/// Where annealing begins with a start that knows the problem, as a multiple of epsilon: more would forget the start.
const ANNEALING_AFTER_START: f64 = 8.0;
/// Past iterates of Anderson acceleration.
const MEMORY: usize = 10;

impl Acceleration {
    /// The settings for a start and an epsilon that is this fraction of the mean cost.
    pub fn settings(self, start: &str, epsilon: f64) -> Settings<f64> {
        let plain = Settings::plain();
        match self {
            Acceleration::Plain => plain,
            Acceleration::Annealing => {
                // Zero knows nothing, and begins at the mean cost.
                let first = if start == "zero" { (1.0 / epsilon).max(1.0) } else { ANNEALING_AFTER_START };
                let annealing = Annealing { first, factor: ANNEALING_FACTOR, sweeps: ANNEALING_SWEEPS };
                Settings { annealing: Some(annealing), ..plain }
            }
            Acceleration::Relaxation => Settings { acceleration: core::Acceleration::AdaptiveRelaxation, ..plain },
            Acceleration::Anderson => {
                Settings { acceleration: core::Acceleration::Anderson { memory: MEMORY }, ..plain }
            }
        }
    }

    /// Says whether a solve makes a further sweep after the first whose error is small enough. Relaxation does: a plain
    /// one, to be sure.
    pub fn confirms(self) -> bool {
        self == Acceleration::Relaxation
    }

    /// Whether it is drawn.
    pub fn is_drawn(self) -> bool {
        matches!(self, Acceleration::Plain | Acceleration::Anderson)
    }
}

/// Sweeps at larger epsilons, whose errors are those of other problems.
pub fn annealing_sweeps(settings: &Settings<f64>) -> usize {
    let Some(Annealing { first, factor, sweeps }) = settings.annealing else { return 0 };
    let levels = std::iter::successors(Some(first), |multiple| Some(multiple * factor));
    levels.take_while(|multiple| *multiple > 1.0).count() * sweeps as usize
}
