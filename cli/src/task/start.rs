//! Starts by name, and from fits in files.

use sinkhorn_core::{
    Real,
    start::{DualSort, GaussianForm, Monotone, Start, Zero},
};
use sinkhorn_init::{
    Auto, CellsStart, CoarseStart, GaussianFit, GaussianStart, MixtureFit, MixtureSettings, MixtureStart,
    SubsampleStart, Timed,
};

use crate::args::{ChosenStart, Saved, StartName};
use crate::process::Failure;
use crate::task::fit::{Fit, SavedFit};
use crate::task::job::Method;

/// The start of that name, with a clock.
pub fn named<T: Real>(name: StartName, seed: u64) -> Box<dyn Start<T>> {
    match name {
        StartName::Auto => Box::new(Timed(Auto)),
        StartName::Zero => Box::new(Timed(Zero)),
        StartName::Monotone => Box::new(Timed(Monotone)),
        StartName::DualSort => Box::new(Timed(DualSort::default())),
        StartName::Gaussian => Box::new(Timed(GaussianStart::new(GaussianForm::Entropic))),
        StartName::GaussianUnregularised => Box::new(Timed(GaussianStart::new(GaussianForm::Unregularised))),
        StartName::Mixture => mixture(None, None, seed),
        StartName::Cells => Box::new(Timed(CellsStart)),
        StartName::Coarse => Box::new(Timed(CoarseStart::default())),
        StartName::Subsample => Box::new(Timed(SubsampleStart { seed, ..SubsampleStart::default() })),
    }
}

/// The start between these Gaussians; a side without one is fitted.
fn gaussian<T: Real>(x: Option<GaussianFit>, y: Option<GaussianFit>) -> Box<dyn Start<T>> {
    Box::new(Timed(GaussianStart { source: x, target: y, ..GaussianStart::default() }))
}

/// The start between these mixtures; a side without one is fitted.
fn mixture<T: Real>(x: Option<MixtureFit>, y: Option<MixtureFit>, seed: u64) -> Box<dyn Start<T>> {
    let settings = MixtureSettings { seed, ..MixtureSettings::default() };
    Box::new(Timed(MixtureStart { settings, source: x, target: y, ..MixtureStart::default() }))
}

/// The start of a method, for points of a dimension. Reads the files of fits.
pub fn start<T: Real>(method: &Method, dimension: usize) -> Result<Box<dyn Start<T>>, Failure> {
    match &method.start {
        ChosenStart::Named(name) => Ok(named(*name, method.seed)),
        ChosenStart::Saved(saved) => from_fits(saved, dimension, method.seed),
    }
}

fn from_fits<T: Real>(saved: &Saved, dimension: usize, seed: u64) -> Result<Box<dyn Start<T>>, Failure> {
    let read = |path: &Option<_>| path.as_deref().map(|path| SavedFit::read(path, dimension)).transpose();
    let (x, y) = (read(&saved.x)?, read(&saved.y)?);
    match (&x, &y) {
        (Some(Fit::Gaussian(_)), Some(Fit::Mixture(_))) | (Some(Fit::Mixture(_)), Some(Fit::Gaussian(_))) => {
            Err(Failure::usage("--start: one file holds a Gaussian and the other a mixture: they must be of one kind"))
        }
        (Some(Fit::Mixture(_)), _) | (_, Some(Fit::Mixture(_))) => {
            Ok(mixture(x.and_then(Fit::mixture), y.and_then(Fit::mixture), seed))
        }
        _ => Ok(gaussian(x.and_then(Fit::gaussian), y.and_then(Fit::gaussian))),
    }
}
