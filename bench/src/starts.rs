//! The starts that the tables compare.

use sinkhorn_core::start::{DualSort, GaussianForm, Monotone, Start, Zero};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, MixtureStart, SubsampleStart};

/// A start and its name in tables and on the command line.
pub struct NamedStart {
    /// The name.
    pub name: &'static str,
    /// What writes the potentials.
    pub start: Box<dyn Start<f64>>,
}

/// In the order of the tables. A new one is a line here.
pub fn all() -> Vec<NamedStart> {
    vec![
        NamedStart::new("zero", Zero),
        NamedStart::new("monotone", Monotone),
        NamedStart::new("dual-sort", DualSort::default()),
        NamedStart::new("gaussian", GaussianStart::default()),
        NamedStart::new("gaussian-unregularised", GaussianStart::new(GaussianForm::Unregularised)),
        NamedStart::new("mixture", MixtureStart::default()),
        NamedStart::new("coarse", CoarseStart::default()),
        NamedStart::new("subsample", SubsampleStart::default()),
        NamedStart::new("auto", Auto),
    ]
}

/// The start of this name.
pub fn named(name: &str) -> Option<NamedStart> {
    all().into_iter().find(|start| start.name == name)
}

/// What a user takes who knows nothing of the problem, and the headline compares with zero.
pub fn recommended() -> NamedStart {
    named("auto").expect("a name of the list")
}

impl NamedStart {
    /// An entry of the list.
    pub fn new(name: &'static str, start: impl Start<f64> + 'static) -> Self {
        NamedStart { name, start: Box::new(start) }
    }
}
