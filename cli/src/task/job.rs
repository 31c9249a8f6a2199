//! What is to be done, checked and with its defaults filled in. No file has been opened yet.

use sinkhorn_core::{Acceleration, Epsilon, Real, Settings, Skipping, Storage, settings::Annealing};

use super::scalar::in_precision;
use crate::args::{
    AccelerationName, ChosenStart, CostName, MethodArgs, NumericsArgs, PairArgs, Precision, ProblemArgs, SkippingName,
    StorageName, TaskArgs,
};
use crate::input::{Reading, Source};
use crate::process::Failure;

/// A question about two sets of points, and how to answer it.
#[derive(Debug)]
pub struct Task {
    pub pair: Pair,
    pub question: Question,
    pub method: Method,
}

/// Two sets of points, where to find them and their weights.
#[derive(Debug)]
pub struct Pair {
    pub x: Source,
    pub y: Source,
    pub weights_x: Option<Source>,
    pub weights_y: Option<Source>,
    pub reading_x: Reading,
    pub reading_y: Reading,
    /// The columns of Y are chosen by themselves.
    pub chooses_y: bool,
}

/// What is asked about two sets of points.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    pub cost: CostName,
    /// The exponent of `--cost p-norm`.
    pub p: f64,
    pub epsilon: Epsilon<f64>,
    /// Whether the user has not asked for that epsilon.
    pub is_default_epsilon: bool,
    /// Infinite where that marginal is exact.
    pub rho_x: f64,
    pub rho_y: f64,
    pub precision: Precision,
}

/// How the answer is found.
#[derive(Debug, Clone)]
pub struct Method {
    pub start: ChosenStart,
    pub seed: u64,
    /// In the precision of the question, to which they are cast before a solve.
    pub settings: Settings<f64>,
    /// Whether the user has not asked for that threshold.
    pub is_default_threshold: bool,
}

impl Task {
    /// All that is read: points, weights, and fits to start from.
    pub fn sources(&self) -> Vec<Source> {
        let fits = match &self.method.start {
            ChosenStart::Saved(saved) => [saved.x.as_ref(), saved.y.as_ref()],
            ChosenStart::Named(_) => [None, None],
        };
        let fits = fits.into_iter().flatten().map(|path| Source::new(path.as_os_str()));
        self.pair.sources().cloned().chain(fits).collect()
    }

    pub fn new(args: &TaskArgs) -> Result<Self, Failure> {
        Ok(Task {
            pair: Pair::new(&args.pair)?,
            question: Question::new(&args.problem, args.numerics.precision)?,
            method: Method::new(&args.method, &args.numerics)?,
        })
    }
}

impl Pair {
    pub fn new(args: &PairArgs) -> Result<Self, Failure> {
        let pair = Pair {
            x: args.x.clone(),
            y: args.y.clone(),
            weights_x: args.weights_x.clone(),
            weights_y: args.weights_y.clone(),
            reading_x: args.reading.reading(),
            reading_y: args.reading_y(),
            chooses_y: args.columns_y.is_some(),
        };
        pair.check_standard_input()?;
        Ok(pair)
    }

    /// It can be read once.
    fn check_standard_input(&self) -> Result<(), Failure> {
        let inputs = [
            ("X", Some(&self.x)),
            ("Y", Some(&self.y)),
            ("--weights-x", self.weights_x.as_ref()),
            ("--weights-y", self.weights_y.as_ref()),
        ];
        let mut names =
            inputs.into_iter().filter(|(_, source)| source.is_some_and(Source::is_stdin)).map(|(name, _)| name);
        match (names.next(), names.next()) {
            (Some(p), Some(q)) => Err(Failure::usage(format!("{p} and {q} are both standard input"))),
            _ => Ok(()),
        }
    }

    /// All that is read.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        [Some(&self.x), Some(&self.y), self.weights_x.as_ref(), self.weights_y.as_ref()].into_iter().flatten()
    }
}

impl Question {
    pub fn new(args: &ProblemArgs, precision: Precision) -> Result<Self, Failure> {
        if args.p.is_some() && args.cost != CostName::PNorm {
            return Err(Failure::usage("--p needs --cost p-norm"));
        }
        Ok(Question {
            cost: args.cost,
            p: args.p.unwrap_or(3.0),
            epsilon: args.epsilon.epsilon(),
            is_default_epsilon: args.epsilon.is_default(),
            rho_x: args.rho_x.unwrap_or(f64::INFINITY),
            rho_y: args.rho_y.unwrap_or(f64::INFINITY),
            precision,
        })
    }

    /// Whether weights are taken as they are, because a marginal is relaxed and their totals mean something.
    pub fn is_relaxed(&self) -> bool {
        self.rho_x.is_finite() || self.rho_y.is_finite()
    }

    /// A divergence of a set and itself is zero only where both sides have the same price.
    pub fn check_divergence(&self) -> Result<(), Failure> {
        if self.rho_x == self.rho_y {
            return Ok(());
        }
        Err(Failure::usage("a divergence needs the same --rho-x and --rho-y"))
    }
}

impl Method {
    pub fn new(args: &MethodArgs, numerics: &NumericsArgs) -> Result<Self, Failure> {
        let MethodArgs { acceleration: name, relaxation_factor, memory, .. } = *args;
        if relaxation_factor.is_some() && name != AccelerationName::Relaxation {
            return Err(Failure::usage("--relaxation-factor needs --acceleration relaxation"));
        }
        if memory.is_some() && ![AccelerationName::Auto, AccelerationName::Anderson].contains(&name) {
            return Err(Failure::usage("--memory needs --acceleration auto or anderson"));
        }
        let annealing = |first| Annealing { first, factor: ANNEALING_FACTOR, sweeps: ANNEALING_SWEEPS };
        Ok(Method {
            start: args.start.clone(),
            seed: args.seed,
            settings: Settings {
                acceleration: acceleration(name, relaxation_factor, memory),
                annealing: args.anneal_from.map(annealing),
                ..settings(numerics)
            },
            is_default_threshold: numerics.threshold.is_none(),
        })
    }
}

/// The ratio of a level of annealing to the one before.
const ANNEALING_FACTOR: f64 = 0.5;
/// Sweeps at each level: two save much over one, three little over two.
const ANNEALING_SWEEPS: u32 = 2;

/// The acceleration of that name, with its default parameter unless there is another.
pub fn acceleration(name: AccelerationName, factor: Option<f64>, memory: Option<u8>) -> Acceleration<f64> {
    let memory = memory.map_or(10, usize::from);
    match name {
        AccelerationName::Plain => Acceleration::Plain,
        AccelerationName::Relaxation => Acceleration::Relaxation { factor: factor.unwrap_or(1.5) },
        AccelerationName::AdaptiveRelaxation => Acceleration::AdaptiveRelaxation,
        AccelerationName::Anderson => Acceleration::Anderson { memory },
        AccelerationName::Auto => Acceleration::Auto { memory },
    }
}

/// The largest kernel that is stored unless asked for.
const KERNEL_BYTES: usize = 512 << 20;

/// The settings of these numbers, with the library's own threshold for their precision unless there is another.
pub fn settings(numerics: &NumericsArgs) -> Settings<f64> {
    Settings {
        threshold: numerics.threshold.unwrap_or_else(|| in_precision!(numerics.precision, default_threshold())),
        max_sweeps: numerics.max_sweeps,
        storage: match numerics.storage {
            StorageName::Auto => Storage::Auto { scalars: KERNEL_BYTES / in_precision!(numerics.precision, size_of()) },
            StorageName::Stream => Storage::Stream,
            StorageName::Kernel => Storage::Kernel,
        },
        skipping: match numerics.skipping {
            SkippingName::Auto => Skipping::Auto,
            SkippingName::Off => Skipping::Off,
            SkippingName::On => Skipping::On,
        },
        threads: numerics
            .threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from),
        ..Settings::default()
    }
}

/// The library's threshold as people write it: 1e-3, not the decimals of the nearest `f32`.
fn default_threshold<T: Real>() -> f64 {
    T::DEFAULT_THRESHOLD.to_string().parse().unwrap_or_else(|_| T::DEFAULT_THRESHOLD.widen())
}
