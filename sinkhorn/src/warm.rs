//! A result as a start.

use sinkhorn_core::{
    Error,
    error::Argument,
    geometry::Geometry,
    start::{Carried, Given, Start, StartMemory, StartReport, Target},
};

use crate::{Real, Transport};

/// An earlier result is a start. Points may have moved, may be more or fewer, and epsilon and weights may be others:
/// its potential g is carried over to the points x of the new problem, in n times as many pairs as it has points y.
///
/// For a cost matrix, g is taken as it is, and the matrix needs as many columns as the earlier one.
impl<T: Real> Start<T> for Transport<T> {
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let earlier = self.solution();
        // In the units of the new solve.
        let unit = earlier.report().cost_scale / target.cost_scale;
        let g: Vec<T> = earlier.g().iter().map(|&g| g * unit).collect();
        match (earlier.problem().geometry(), target.problem.geometry()) {
            (Geometry::Points(before), Geometry::Points(now)) if before.dimension() != now.dimension() => {
                let reason = "points of an earlier solve have another number of coordinates";
                Err(Error::unsupported(Argument::START, reason))
            }
            (Geometry::Points(before), Geometry::Points(now)) if before.y().data() != now.y().data() => {
                let (y, b) = (before.y(), earlier.problem().b().values());
                Carried::from_g(y.data(), y.dimension(), b, &g)?.write_potentials(target, out)
            }
            _ if g.len() == out.g.len() => Given::g(&g).write_potentials(target, out),
            _ => {
                let reason = "an earlier solve is a start for a cost matrix if it has as many columns";
                Err(Error::unsupported(Argument::START, reason))
            }
        }
    }
}
