//! The solver's errors, which name its arguments, in terms of files and options.

use sinkhorn_core::{Argument, Epsilon, Error, Place};

use crate::args::Precision;
use crate::failure::Failure;
use crate::job::Job;

/// What to tell the user whose job ended with this error.
pub fn explain(error: Error, job: &Job) -> Failure {
    let precision = job.precision.name();
    let (option, value) = match job.epsilon {
        Epsilon::OfMean(fraction) => ("--epsilon-of-mean", fraction),
        Epsilon::OfStd(fraction) => ("--epsilon-of-std", fraction),
        Epsilon::Absolute(value) => ("--epsilon", value),
        _ => ("--epsilon", f64::NAN),
    };
    let argument = error.argument();
    match (error, argument) {
        (Error::NotPositive { .. } | Error::Overflow { .. }, Argument::Epsilon) => {
            let extreme = if value > 1.0 { "large" } else { "small" };
            Failure::data(format!("{option} {value:?} is too {extreme} for these costs in {precision}"))
        }
        (Error::Unsupported { .. }, Argument::Epsilon) => Failure::data(format!(
            "{option} {value:?}: the cost is the same for every pair of points, so a fraction of it means nothing; \
             give --epsilon"
        )),
        (Error::Unsupported { reason, .. }, Argument::Start | Argument::Covariance) => {
            Failure::usage(format!("--start: {reason}"))
        }
        (Error::NotPositive { .. }, Argument::RhoA) => Failure::usage(format!("--rho-x is zero in {precision}")),
        (Error::NotPositive { .. }, Argument::RhoB) => Failure::usage(format!("--rho-y is zero in {precision}")),
        (Error::NotPositive { .. }, Argument::Threshold) => {
            Failure::usage(format!("--threshold is zero in {precision}"))
        }
        (Error::OutOfRange { range, .. }, Argument::Relaxation | Argument::Memory) => {
            Failure::usage(format!("--relaxation-factor or --memory lies outside {range} in {precision}"))
        }
        (Error::NoMass { .. } | Error::Overflow { .. }, Argument::A | Argument::B) => Failure::data(format!(
            "the sum of the weights of {} leaves the range of {precision}",
            subject(argument, job)
        )),
        (Error::Overflow { .. }, Argument::RhoA | Argument::RhoB) => {
            let option = if argument == Argument::RhoA { "--rho-x" } else { "--rho-y" };
            Failure::usage(format!("{option} is too small for these costs in {precision}"))
        }
        (Error::Overflow { .. }, _) | (Error::NotFinite { .. }, Argument::Cost) => Failure::data(format!(
            "the squared distances between {} and {} leave the range of {precision}: scale the data{}",
            job.x.display(),
            job.y.display(),
            if job.precision == Precision::F32 { ", or use --precision f64" } else { "" }
        )),
        (Error::TooLarge { .. }, Argument::X | Argument::Y) => {
            Failure::data(format!("{} has too many points", subject(argument, job)))
        }
        (Error::NotFinite { place, value, .. } | Error::Negative { place, value, .. }, _) => {
            Failure::data(format!("{}: {value} at {}", subject(argument, job), point(place)))
        }
        _ => Failure::data(format!("the solver refused {} and {}: {error}", job.x.display(), job.y.display())),
    }
}

/// The file behind an argument.
fn subject(argument: Argument, job: &Job) -> String {
    let path = match argument {
        Argument::X => Some(&job.x),
        Argument::Y => Some(&job.y),
        Argument::A => Some(job.weights_x.as_ref().unwrap_or(&job.x)),
        Argument::B => Some(job.weights_y.as_ref().unwrap_or(&job.y)),
        _ => None,
    };
    path.map_or_else(|| argument.name().into(), |path| path.display().to_string())
}

fn point(place: Place) -> String {
    match place.column {
        Some(column) => format!("point {}, coordinate {}", place.row + 1, column + 1),
        None => format!("point {}", place.row + 1),
    }
}
