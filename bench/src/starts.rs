//! The starts that the tables compare.

use std::time::Instant;

use sinkhorn_core::{DualSort, Error, Form, Initializer, Monotone, Scratch, Started, Target, Zero};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, SubsampleStart};

/// A start and its name in tables and on the command line.
pub struct Start {
    /// The name.
    pub name: &'static str,
    /// What writes the potentials.
    pub initializer: Box<dyn Initializer<f64>>,
}

/// In the order of the tables. A new one is a line here.
pub fn all() -> Vec<Start> {
    vec![
        Start::new("zero", Zero),
        Start::new("monotone", Monotone),
        Start::new("dual-sort", DualSort::default()),
        Start::new("gaussian", GaussianStart::default()),
        Start::new("gaussian-unregularised", GaussianStart { form: Form::Unregularised }),
        Start::new("coarse", CoarseStart::default()),
        Start::new("subsample", SubsampleStart::default()),
        Start::new("auto", Auto),
    ]
}

/// The start of this name.
pub fn named(name: &str) -> Option<Start> {
    all().into_iter().find(|start| start.name == name)
}

/// What a user takes who knows nothing of the problem, and the headline compares with zero.
pub fn recommended() -> Start {
    named("auto").expect("a name of the list")
}

impl Start {
    /// An entry of the list.
    pub fn new(name: &'static str, initializer: impl Initializer<f64> + 'static) -> Self {
        Start { name, initializer: Box::new(initializer) }
    }
}

/// A start that reports how long it took.
pub struct Clocked<'s>(pub &'s dyn Initializer<f64>);

impl Initializer<f64> for Clocked<'_> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn initialize(
        &self,
        target: &Target<'_, '_, f64>,
        f: &mut [f64],
        g: &mut [f64],
        scratch: &mut Scratch<'_, f64>,
    ) -> Result<Started, Error> {
        let clock = Instant::now();
        let started = self.0.initialize(target, f, g, scratch)?;
        Ok(Started { time: Some(clock.elapsed()), ..started })
    }
}
