use super::{Side, Start, StartMemory, StartReport, Target};
use crate::error::{Argument, Error, check_length};
use crate::real::Real;

/// Starts from the caller's potentials, as those of an earlier solve. They are in units of (scaled) cost and in measure
/// form: P_ij = a_i b_j exp((f_i + g_j - C_ij) / epsilon).
#[derive(Debug, Clone, Copy)]
pub struct Given<'a, T> {
    f: Option<&'a [T]>,
    g: Option<&'a [T]>,
}

impl<'a, T: Real> Given<'a, T> {
    /// Starts from f; g is its c-transform.
    pub fn f(f: &'a [T]) -> Self {
        Given { f: Some(f), g: None }
    }

    /// Starts from g; f is its c-transform.
    pub fn g(g: &'a [T]) -> Self {
        Given { f: None, g: Some(g) }
    }

    /// Starts from both. A first sweep makes f the c-transform of g; the given f tells which pairs matter.
    pub fn both(f: &'a [T], g: &'a [T]) -> Self {
        Given { f: Some(f), g: Some(g) }
    }
}

impl<T: Real> Start<T> for Given<'_, T> {
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        for (argument, given, slots) in [(Argument::F, self.f, &mut *out.f), (Argument::G, self.g, &mut *out.g)] {
            if let Some(values) = given {
                check_length(argument, values, slots.len())?;
                slots.iter_mut().zip(values).for_each(|(slot, &value)| *slot = value * target.cost_scale);
            }
        }
        let wrote = match (self.f, self.g) {
            (Some(_), Some(_)) => Side::Both,
            (None, Some(_)) => Side::G,
            _ => Side::F,
        };
        Ok(StartReport::new("given", wrote))
    }
}
