//! The points of a measure that have weight, in `f64`.

use sinkhorn_core::{
    Real,
    geometry::{Points, Weights},
};

/// Points in `f64` that have weight.
#[derive(Debug, Clone)]
pub(crate) struct Cloud {
    pub dimension: usize,
    pub points: Vec<f64>,
    pub weights: Vec<f64>,
}

impl Cloud {
    /// Takes the points that have weight, with their weights divided by `total`.
    pub fn new<T: Real>(points: Points<'_, T>, weights: Weights<'_, T>, total: f64) -> Self {
        let mut cloud = Cloud { dimension: points.dimension(), points: Vec::new(), weights: Vec::new() };
        for i in 0..points.len() {
            let weight = weights.get(i).widen() / total;
            if weight > 0.0 {
                cloud.points.extend(points.point(i).iter().map(|x| x.widen()));
                cloud.weights.push(weight);
            }
        }
        cloud
    }

    pub fn len(&self) -> usize {
        self.weights.len()
    }

    pub fn point(&self, i: usize) -> &[f64] {
        &self.points[i * self.dimension..][..self.dimension]
    }
}
