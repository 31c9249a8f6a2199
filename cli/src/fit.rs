//! Fits in files: what `sinkhorn fit` writes and `--start` reads.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sinkhorn_init::{GaussianFit, MixtureFit};

use crate::failure::Failure;
use crate::render::SCHEMA;

/// What is known of a set of points.
#[derive(Debug, Clone, Serialize, Deserialize)]
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
#[derive(Debug, Serialize, Deserialize)]
#[serde(expecting = "an object with schema, command, file, points, dimension, kind and fit")]
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

impl SavedFit {
    /// Reads and checks one for points of a dimension.
    pub fn read(path: &Path, dimension: usize) -> Result<Fit, Failure> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Failure::io(&name, &error))?;
        let not_a_fit =
            |reason: String| Failure::data(format!("{name}: not a fit as `sinkhorn fit` writes it: {reason}"));
        let saved: SavedFit = serde_json::from_slice(&bytes).map_err(|error| not_a_fit(error.to_string()))?;
        if saved.command != "fit" {
            return Err(not_a_fit(format!("the command is {:?}", saved.command)));
        }
        if saved.schema != SCHEMA {
            let schema = saved.schema;
            return Err(Failure::data(format!("{name}: schema {schema}, where this program reads {SCHEMA}")));
        }
        let refuse = |error| Failure::data(format!("{name}: a damaged fit: {error}"));
        let found = match &saved.fit {
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
        if let Fit::Gaussian(fit) = &saved.fit {
            fit.check(dimension).map_err(refuse)?;
        }
        Ok(saved.fit)
    }
}
