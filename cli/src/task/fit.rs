//! Fits in files: what `sinkhorn fit` writes and `--start` reads.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sinkhorn_init::{GaussianFit, MixtureFit};

use crate::process::Failure;
use crate::terminal::SCHEMA;

/// What is known of a set of points.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", content = "fit", rename_all = "snake_case")]
pub enum Fit {
    Gaussian(GaussianFit),
    Mixture(MixtureFit),
}

impl Fit {
    pub fn gaussian(self) -> Option<GaussianFit> {
        match self {
            Fit::Gaussian(fit) => Some(fit),
            Fit::Mixture(_) => None,
        }
    }

    pub fn mixture(self) -> Option<MixtureFit> {
        match self {
            Fit::Mixture(fit) => Some(fit),
            Fit::Gaussian(_) => None,
        }
    }
}

/// The file.
#[derive(Debug, Serialize)]
pub struct SavedFit {
    pub schema: u32,
    pub command: String,
    /// The file of the points.
    pub file: String,
    pub points: usize,
    pub dimension: usize,
    /// Anything the fit has to say.
    pub note: Option<String>,
    #[serde(flatten)]
    pub fit: Fit,
}

/// All but the numbers, which are of either kind.
#[derive(Deserialize)]
#[serde(expecting = "an object with schema, command, file, points, dimension, kind and fit")]
struct Head {
    schema: u32,
    command: String,
    #[serde(rename = "file")]
    _file: String,
    #[serde(rename = "points")]
    _points: usize,
    dimension: usize,
    kind: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Gaussian,
    Mixture,
}

#[derive(Deserialize)]
struct Numbers<F> {
    fit: F,
}

impl SavedFit {
    /// Reads and checks one for points of a dimension.
    pub fn read(path: &Path, dimension: usize) -> Result<Fit, Failure> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Failure::io(&name, &error))?;
        let not_a_fit =
            |reason: String| Failure::data(format!("{name}: not a fit as `sinkhorn fit` writes it: {reason}"));
        let wrong = |error: serde_json::Error| not_a_fit(error.to_string());
        if is_potentials(&bytes) {
            let advice = "--start takes what `sinkhorn fit` writes of the points";
            return Err(Failure::data(format!("{name}: potentials, which a solve does not start from: {advice}")));
        }
        // The numbers are read by themselves: in one go, the parser would hold them at many times their length.
        let saved: Head = serde_json::from_slice(&bytes).map_err(wrong)?;
        if saved.command != "fit" {
            return Err(not_a_fit(format!("the command is {:?}", saved.command)));
        }
        if saved.schema != SCHEMA {
            let schema = saved.schema;
            return Err(Failure::data(format!("{name}: schema {schema}, where this program reads {SCHEMA}")));
        }
        let fit = match saved.kind {
            Kind::Gaussian => Fit::Gaussian(numbers(&bytes).map_err(wrong)?),
            Kind::Mixture => Fit::Mixture(numbers(&bytes).map_err(wrong)?),
        };
        let refuse = |error| Failure::data(format!("{name}: a damaged fit: {error}"));
        let found = match &fit {
            Fit::Gaussian(fit) => fit.mean.len(),
            Fit::Mixture(fit) => {
                fit.check().map_err(refuse)?;
                fit.dimension()
            }
        };
        if found != saved.dimension {
            let claimed = saved.dimension;
            return Err(Failure::data(format!("{name}: a damaged fit: dimension {claimed}, and a mean of {found}")));
        }
        if found != dimension {
            let message = format!("{name}: a fit of points of dimension {found}, where these have {dimension}");
            return Err(Failure::data(message));
        }
        if let Fit::Gaussian(fit) = &fit {
            fit.check(dimension).map_err(refuse)?;
        }
        Ok(fit)
    }
}

fn numbers<'b, F: Deserialize<'b>>(bytes: &'b [u8]) -> serde_json::Result<F> {
    serde_json::from_slice(bytes).map(|Numbers { fit }| fit)
}

/// Whether it begins as `--potentials-x` and `--potentials-y` do.
fn is_potentials(bytes: &[u8]) -> bool {
    [&b"f\n"[..], b"g\n", b"\x93NUMPY"].iter().any(|begin| bytes.starts_with(begin))
}
