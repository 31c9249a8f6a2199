//! Fits: the knowledge that a start has of one measure. They can be saved (serde) and used again while it stays so.
//! A reader of text that rounds to the nearest number gives back the same bits; `serde_json` does with its feature
//! `float_roundtrip`.

#[cfg(feature = "fit")]
mod density;
#[cfg(feature = "fit")]
mod em;
mod gaussian;
#[cfg(feature = "fit")]
mod mixture;
#[cfg(feature = "fit")]
mod sample;
#[cfg(feature = "fit")]
mod search;

#[cfg(feature = "fit")]
pub use density::MixtureDensity;
pub use gaussian::GaussianFit;
#[cfg(feature = "fit")]
pub use mixture::{MixtureFit, MixtureSettings};

#[cfg(feature = "fit")]
pub(crate) use density::{exp, log};
use sinkhorn_core::{
    Error,
    error::{Argument, ErrorKind, Place},
};

#[cfg(feature = "fit")]
const SHARES: Argument = Argument::new(&"shares\0");
const MEAN: Argument = Argument::new(&"mean\0");

/// Checks entries that may have come from a file: they are finite, and as many as they should be.
fn check_entries(argument: Argument, values: &[f64], expected: usize, columns: Option<usize>) -> Result<(), Error> {
    if values.len() != expected {
        return Err(Error::new(argument, ErrorKind::Length { expected, actual: values.len() }));
    }
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((at, &value)) => {
            let place = columns.map_or(Place::entry(at), |columns| Place::cell(at / columns, at % columns));
            Err(Error::new(argument, ErrorKind::NotFinite { place, value }))
        }
    }
}

/// Checks a covariance of `d` coordinates whose first row is row `first` of what was saved.
fn check_covariance(covariance: &[f64], d: usize, first: usize) -> Result<(), Error> {
    let argument = Argument::COVARIANCE;
    for k in 0..d {
        let value = covariance[k * d + k];
        if value < 0.0 {
            let place = Place::cell(first + k, k);
            return Err(Error::new(argument, ErrorKind::Negative { place, value }));
        }
    }
    // Room for what rounding, and a text file with few digits, may do.
    let room = 1e-6;
    for k in 0..d {
        for l in 0..k {
            let (value, mirrored) = (covariance[k * d + l], covariance[l * d + k]);
            let most = covariance[k * d + k].sqrt() * covariance[l * d + l].sqrt();
            if (value - mirrored).abs() > room * most.max(value.abs()) {
                return Err(Error::unsupported(argument, "a covariance must be symmetric"));
            }
            if value.abs() > (1.0 + room) * most {
                let reason = "a covariance may not exceed the product of the two standard deviations";
                return Err(Error::unsupported(argument, reason));
            }
        }
    }
    Ok(())
}
