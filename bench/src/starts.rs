//! The starts that the tables compare.

use sinkhorn_core::{DualSort, Form, Initializer, Monotone, Zero};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, MixtureStart, SubsampleStart};

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
        Start::new("gaussian-unregularised", GaussianStart::new(Form::Unregularised)),
        Start::new("mixture", MixtureStart::default()),
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
