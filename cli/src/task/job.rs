//! What is to be done, checked and with its defaults filled in. No file has been opened yet.

use sinkhorn_core::Epsilon;

use crate::args::{
    AccelerationName, ChosenStart, CostName, MethodArgs, NumericsArgs, PairArgs, Precision, ProblemArgs, StorageName,
    TaskArgs,
};
use crate::failure::Failure;
use crate::input::{Reading, Source};

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
    pub cost: Cost,
    pub epsilon: Epsilon<f64>,
    /// Whether nobody has asked for that epsilon.
    pub is_default_epsilon: bool,
    /// Infinite where that marginal is exact.
    pub rho_x: f64,
    pub rho_y: f64,
    pub precision: Precision,
}

/// A cost between two points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cost {
    SquaredEuclidean,
    Euclidean,
    Manhattan,
    Chebyshev,
    PNorm(f64),
    Cosine,
}

/// How the answer is found.
#[derive(Debug, Clone)]
pub struct Method {
    pub start: ChosenStart,
    pub seed: u64,
    pub acceleration: Acceleration,
    /// The first epsilon, as a multiple of the last.
    pub anneal_from: Option<f64>,
    /// The library's default for the precision, unless given.
    pub threshold: Option<f64>,
    pub max_sweeps: u32,
    pub threads: usize,
    pub storage: StorageName,
}

/// An acceleration with its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Acceleration {
    Plain,
    Relaxation { factor: f64 },
    AdaptiveRelaxation,
    Anderson { memory: usize },
    Auto { memory: usize },
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
            cost: match args.cost {
                CostName::SquaredEuclidean => Cost::SquaredEuclidean,
                CostName::Euclidean => Cost::Euclidean,
                CostName::Manhattan => Cost::Manhattan,
                CostName::Chebyshev => Cost::Chebyshev,
                CostName::PNorm => Cost::PNorm(args.p.unwrap_or(3.0)),
                CostName::Cosine => Cost::Cosine,
            },
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
}

impl Question {
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
        Ok(Method {
            start: args.start.clone(),
            seed: args.seed,
            acceleration: acceleration(args)?,
            anneal_from: args.anneal_from,
            threshold: numerics.threshold,
            max_sweeps: numerics.max_sweeps,
            threads: numerics.threads.map_or_else(available_threads, usize::from),
            storage: numerics.storage,
        })
    }
}

fn acceleration(args: &MethodArgs) -> Result<Acceleration, Failure> {
    if args.relaxation_factor.is_some() && args.acceleration != AccelerationName::Relaxation {
        return Err(Failure::usage("--relaxation-factor needs --acceleration relaxation"));
    }
    if args.memory.is_some() && ![AccelerationName::Auto, AccelerationName::Anderson].contains(&args.acceleration) {
        return Err(Failure::usage("--memory needs --acceleration auto or anderson"));
    }
    Ok(match args.acceleration {
        AccelerationName::Plain => Acceleration::Plain,
        AccelerationName::Relaxation => Acceleration::Relaxation { factor: args.relaxation_factor.unwrap_or(1.5) },
        AccelerationName::AdaptiveRelaxation => Acceleration::AdaptiveRelaxation,
        AccelerationName::Anderson => Acceleration::Anderson { memory: args.memory.map_or(10, usize::from) },
        AccelerationName::Auto => Acceleration::Auto { memory: args.memory.map_or(10, usize::from) },
    })
}

/// As many as can run at once.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

impl Cost {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Cost::SquaredEuclidean => "squared-euclidean",
            Cost::Euclidean => "euclidean",
            Cost::Manhattan => "manhattan",
            Cost::Chebyshev => "chebyshev",
            Cost::PNorm(_) => "p-norm",
            Cost::Cosine => "cosine",
        }
    }
}
