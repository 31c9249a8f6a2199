//! Reference values of other implementations: `golden/entropic_ot.json`, whose `about` says where they are from.

use serde::Deserialize;

/// The file.
#[derive(Debug, Deserialize)]
pub struct Golden {
    /// One problem each.
    pub cases: Vec<Case>,
}

/// A problem and its solution, in measure form and in units of cost.
#[derive(Debug, Deserialize)]
#[allow(missing_docs)] // the fields are those of the file
pub struct Case {
    pub name: String,
    pub cost: String,
    pub epsilon: f64,
    pub rho_a: Option<f64>,
    pub rho_b: Option<f64>,
    pub x: Vec<Vec<f64>>,
    pub y: Vec<Vec<f64>>,
    pub a: Vec<f64>,
    pub b: Vec<f64>,
    pub f: Vec<f64>,
    pub g: Vec<f64>,
    pub plan: Vec<Vec<f64>>,
    pub transport_cost: f64,
    pub objective: f64,
    pub mass: f64,
    pub objective_grad_x: Option<Vec<Vec<f64>>>,
    pub objective_grad_y: Option<Vec<Vec<f64>>>,
    /// Of sum_ij sin(0.7 (i m + j) + 0.2) P_ij.
    pub plan_loss: Option<f64>,
    pub plan_loss_grad_x: Option<Vec<Vec<f64>>>,
    pub plan_loss_grad_y: Option<Vec<Vec<f64>>>,
}

impl Case {
    /// Coordinates a point.
    pub fn dimension(&self) -> usize {
        self.x[0].len()
    }

    /// Whether both marginals are exact.
    pub fn is_balanced(&self) -> bool {
        self.rho_a.is_none() && self.rho_b.is_none()
    }
}

/// Reads the file.
///
/// # Panics
/// Where it is not what it should be: a test must not go on then.
pub fn load() -> Golden {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/entropic_ot.json");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}
