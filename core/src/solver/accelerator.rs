//! The list of accelerations.
//!
//! A new one is a file that implements [`Accelerate`], a variant of [`Acceleration`] with its name and checks, and here
//! a variant of [`Accelerator`] with a line in [`Accelerator::new`] and in [`Accelerator::active`]. Builds without the
//! feature `acceleration` contain none of it, because `active` is the only way in.

use super::accelerate::Accelerate;
use super::anderson::Anderson;
use super::auto::Auto;
use super::relaxation::Relaxation;
use crate::real::Real;
use crate::settings::Acceleration;
use crate::workspace::History;

/// The acceleration of a solve and its memory. Without the feature `acceleration` there is only the plain one.
pub(super) enum Accelerator<'a, T> {
    Plain,
    Relaxation(Relaxation<T>),
    Anderson(Anderson<'a, T>),
    Auto(Auto<'a, T>),
}

impl<'a, T: Real> Accelerator<'a, T> {
    pub fn new(acceleration: Acceleration<T>, history: History<'a, T>, rows: usize, columns: usize) -> Self {
        // The settings may ask for more than a workspace of fixed size has.
        let memory = acceleration.memory().min(history.memory);
        match acceleration {
            _ if !cfg!(feature = "acceleration") => Accelerator::Plain,
            Acceleration::Relaxation { factor } => Accelerator::Relaxation(Relaxation::new(Some(factor))),
            Acceleration::AdaptiveRelaxation => Accelerator::Relaxation(Relaxation::new(None)),
            Acceleration::Anderson { .. } if memory >= 2 => Accelerator::Anderson(Anderson::new(history, memory)),
            Acceleration::Auto { .. } if memory >= 2 => {
                Accelerator::Auto(Auto::new(rows, columns, Anderson::new(history, memory)))
            }
            _ => Accelerator::Plain,
        }
    }

    /// Returns the acceleration to work with, if there is any.
    pub fn active(&mut self) -> Option<&mut dyn Accelerate<T>> {
        match self {
            _ if !cfg!(feature = "acceleration") => None,
            Accelerator::Plain => None,
            Accelerator::Relaxation(relaxation) => Some(relaxation),
            Accelerator::Anderson(anderson) => Some(anderson),
            Accelerator::Auto(auto) => Some(auto),
        }
    }
}
