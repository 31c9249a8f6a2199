//! A solve as it will be made: the command line, checked and with its defaults filled in. No file has been opened yet.

use std::path::{Path, PathBuf};

use sinkhorn_core::Epsilon;

use crate::args::{AccelerationName, Precision, SolveArgs, StartName};
use crate::failure::Failure;
use crate::output::Target;

/// What `sinkhorn solve` has to do.
#[derive(Debug)]
pub struct Job {
    pub x: PathBuf,
    pub y: PathBuf,
    pub weights_x: Option<PathBuf>,
    pub weights_y: Option<PathBuf>,
    pub epsilon: Epsilon<f64>,
    pub start: StartName,
    pub seed: u64,
    pub acceleration: Acceleration,
    /// The library's default for the precision, unless given.
    pub threshold: Option<f64>,
    pub max_sweeps: u32,
    pub threads: usize,
    pub precision: Precision,
    /// Infinite where that marginal is exact.
    pub rho_x: f64,
    pub rho_y: f64,
    pub potentials_x: Option<Target>,
    pub potentials_y: Option<Target>,
}

/// An acceleration with its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Acceleration {
    Plain,
    Relaxation { factor: f64 },
    Anderson { memory: usize },
}

impl Job {
    /// Refuses options that contradict each other.
    pub fn new(args: SolveArgs) -> Result<Self, Failure> {
        let acceleration = acceleration(&args)?;
        let epsilon = match (args.epsilon, args.epsilon_of_mean, args.epsilon_of_std) {
            (Some(value), ..) => Epsilon::Absolute(value),
            (_, Some(fraction), _) => Epsilon::OfMean(fraction),
            (_, _, Some(fraction)) => Epsilon::OfStd(fraction),
            (None, None, None) => Epsilon::default(),
        };
        let job = Job {
            epsilon,
            start: args.start,
            seed: args.seed,
            acceleration,
            threshold: args.threshold,
            max_sweeps: args.max_sweeps,
            threads: args.threads.map_or_else(available_threads, usize::from),
            precision: args.precision,
            rho_x: args.rho_x.unwrap_or(f64::INFINITY),
            rho_y: args.rho_y.unwrap_or(f64::INFINITY),
            potentials_x: args.potentials_x.map(|path| Target::new("--potentials-x", path)).transpose()?,
            potentials_y: args.potentials_y.map(|path| Target::new("--potentials-y", path)).transpose()?,
            x: args.x,
            y: args.y,
            weights_x: args.weights_x,
            weights_y: args.weights_y,
        };
        job.check_outputs()?;
        Ok(job)
    }

    /// Whether weights are taken as they are, because a marginal is relaxed and their totals mean something.
    pub fn is_relaxed(&self) -> bool {
        self.rho_x.is_finite() || self.rho_y.is_finite()
    }

    fn check_outputs(&self) -> Result<(), Failure> {
        let inputs = [Some(&self.x), Some(&self.y), self.weights_x.as_ref(), self.weights_y.as_ref()];
        for target in [&self.potentials_x, &self.potentials_y].into_iter().flatten() {
            if inputs.into_iter().flatten().any(|input| same_file(input, target.path())) {
                let name = target.path().display();
                return Err(Failure::usage(format!("{} {name} would overwrite an input", target.option())));
            }
        }
        if let (Some(x), Some(y)) = (&self.potentials_x, &self.potentials_y)
            && same_file(x.path(), y.path())
        {
            return Err(Failure::usage("--potentials-x and --potentials-y name the same file"));
        }
        Ok(())
    }
}

fn acceleration(args: &SolveArgs) -> Result<Acceleration, Failure> {
    if args.relaxation_factor.is_some() && args.acceleration != AccelerationName::Relaxation {
        return Err(Failure::usage("--relaxation-factor needs --acceleration relaxation"));
    }
    if args.memory.is_some() && args.acceleration != AccelerationName::Anderson {
        return Err(Failure::usage("--memory needs --acceleration anderson"));
    }
    Ok(match args.acceleration {
        AccelerationName::Plain => Acceleration::Plain,
        AccelerationName::Relaxation => Acceleration::Relaxation { factor: args.relaxation_factor.unwrap_or(1.5) },
        AccelerationName::Anderson => Acceleration::Anderson { memory: args.memory.map_or(10, usize::from) },
    })
}

fn same_file(p: &Path, q: &Path) -> bool {
    let full = |path: &Path| {
        // A file that is to be written need not exist yet; its folder does.
        path.canonicalize().ok().or_else(|| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(folder.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    p == q || full(p).is_some_and(|p| full(q) == Some(p))
}

/// As many as can run at once.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
