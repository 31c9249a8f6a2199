//! The starts that the tables compare.

use sinkhorn_core::{
    Real,
    start::{DualSort, GaussianForm, Monotone, Start, Zero},
};
use sinkhorn_init::{Auto, CellsStart, CoarseStart, GaussianStart, MixtureStart, SubsampleStart};

/// A start and its name in tables and on the command line.
pub struct NamedStart<T: Real> {
    /// The name.
    pub name: &'static str,
    /// What writes the potentials.
    pub start: Box<dyn Start<T> + Sync>,
}

/// In the order of the tables. A new one is a line here.
pub fn all<T: Real>() -> Vec<NamedStart<T>> {
    vec![
        NamedStart::new("zero", Zero),
        NamedStart::new("monotone", Monotone),
        NamedStart::new("dual-sort", DualSort::default()),
        NamedStart::new("gaussian", GaussianStart::default()),
        NamedStart::new("gaussian-unregularised", GaussianStart::new(GaussianForm::Unregularised)),
        NamedStart::new("mixture", MixtureStart::default()),
        NamedStart::new("cells", CellsStart),
        NamedStart::new("coarse", CoarseStart::default()),
        NamedStart::new("subsample", SubsampleStart::default()),
        NamedStart::new("auto", Auto),
    ]
}

/// The names of all starts.
pub fn names() -> Vec<&'static str> {
    all::<f64>().iter().map(|start| start.name).collect()
}

/// The start of this name.
pub fn named<T: Real>(name: &str) -> Option<NamedStart<T>> {
    all().into_iter().find(|start| start.name == name)
}

impl<T: Real> NamedStart<T> {
    /// An entry of the list.
    pub fn new(name: &'static str, start: impl Start<T> + Sync + 'static) -> Self {
        NamedStart { name, start: Box::new(start) }
    }
}
