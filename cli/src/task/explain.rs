//! The solver's errors, which name its arguments, in terms of files and options.

use sinkhorn_core::{
    Epsilon, Error,
    error::{Argument, ErrorKind, Number, Place},
};

use super::data::{Data, Side};
use super::job::{Method, Question};
use super::merge::Merge;
use super::scalar::Scalar;
use crate::args::ChosenStart;
use crate::process::Failure;
use crate::terminal::given;

/// The files and options that arguments came from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub x: &'a str,
    pub y: &'a str,
    /// The first row of each point, where equal rows are one.
    pub rows_x: &'a [u32],
    pub rows_y: &'a [u32],
    pub weights_x: &'a str,
    pub weights_y: &'a str,
    pub epsilon: Epsilon<f64>,
    pub is_default_epsilon: bool,
    pub precision: &'static str,
    /// Whether the start has fits from files.
    pub has_fits: bool,
}

impl<'a> Subject<'a> {
    /// Of a question about data, and of a method to answer it.
    pub fn of_data<T: Scalar>(data: &'a Data<T>, method: &Method) -> Self {
        let has_fits = matches!(method.start, ChosenStart::Saved(_));
        Subject { has_fits, ..Subject::of(&data.x, &data.y, &data.question) }
    }

    /// Of a question about two sides.
    pub fn of<T: Scalar>(x: &'a Side<T>, y: &'a Side<T>, question: &Question) -> Self {
        Subject {
            x: x.name(),
            y: y.name(),
            rows_x: x.merge.as_ref().map_or(&[], Merge::first),
            rows_y: y.merge.as_ref().map_or(&[], Merge::first),
            weights_x: x.weights_name(),
            weights_y: y.weights_name(),
            epsilon: question.epsilon,
            is_default_epsilon: question.is_default_epsilon,
            precision: T::NAME,
            has_fits: false,
        }
    }

    /// The file behind an argument.
    fn file(&self, argument: Argument) -> &str {
        match argument {
            Argument::X => self.x,
            Argument::Y => self.y,
            Argument::A => self.weights_x,
            Argument::B => self.weights_y,
            _ => argument.name(),
        }
    }
}

/// What to tell the user whose solve ended with this error.
pub fn explain(error: Error, subject: &Subject<'_>) -> Failure {
    let precision = subject.precision;
    let (option, value) = match subject.epsilon {
        Epsilon::OfMean(fraction) => ("--epsilon-of-mean", fraction),
        Epsilon::OfStd(fraction) => ("--epsilon-of-std", fraction),
        Epsilon::Absolute(value) => ("--epsilon", value),
        _ => ("--epsilon", f64::NAN),
    };
    let typed = given(value);
    let option = if subject.is_default_epsilon { format!("the default, {option}") } else { option.to_owned() };
    let argument = error.argument;
    match (error.kind, argument) {
        (ErrorKind::NotPositive { value: found, .. }, Argument::EPSILON) if !found.is_finite() => too_large(subject),
        (ErrorKind::NotPositive { .. } | ErrorKind::Overflow, Argument::EPSILON) => {
            let extreme = if value > 1.0 { "large" } else { "small" };
            Failure::data(format!("{option} {typed} is too {extreme} for these costs in {precision}"))
        }
        (ErrorKind::BelowResolution { value: found, least, wider, .. }, _) => Failure::data(format!(
            "{option} {typed} is too small for these costs in {precision}: it must be at least {:.3e}{}",
            value * (least / found),
            if wider { ", or use --precision f64" } else { "" }
        )),
        (ErrorKind::Unsupported { .. }, Argument::EPSILON) => Failure::data(format!(
            "{option} {typed}: the cost is the same for every pair of points, so a fraction of it means nothing; \
             give --epsilon"
        )),
        (ErrorKind::Unsupported { reason, .. }, Argument::START | Argument::COVARIANCE) => {
            Failure::usage(format!("--start: {reason}"))
        }
        (ErrorKind::NotPositive { .. }, Argument::RHO_A) => Failure::usage(format!("--rho-x is zero in {precision}")),
        (ErrorKind::NotPositive { .. }, Argument::RHO_B) => Failure::usage(format!("--rho-y is zero in {precision}")),
        (ErrorKind::NotPositive { .. }, Argument::THRESHOLD) => {
            Failure::usage(format!("--threshold is zero in {precision}"))
        }
        (ErrorKind::OutOfRange { range, .. }, Argument::RELAXATION | Argument::MEMORY) => {
            Failure::usage(format!("--relaxation-factor or --memory lies outside {range} in {precision}"))
        }
        (ErrorKind::OutOfRange { range, .. }, Argument::ANNEALING_FIRST) => {
            Failure::usage(format!("--anneal-from lies outside {range} in {precision}"))
        }
        (ErrorKind::NoMass | ErrorKind::Overflow, Argument::A | Argument::B) => Failure::data(format!(
            "the sum of the weights of {} leaves the range of {precision}",
            subject.file(argument)
        )),
        (ErrorKind::Total { value, range, .. }, _) => Failure::data(format!(
            "the weights of {} sum to {value:?}: in {precision} the sum must lie in {range}",
            subject.file(argument)
        )),
        (ErrorKind::TooFar { place, .. }, _) if !subject.has_fits => too_large_because(
            subject,
            &format!("{} of {} is far from all others; ", point(place), subject.file(argument)),
        ),
        (ErrorKind::Overflow, Argument::RHO_A | Argument::RHO_B) => {
            let option = if argument == Argument::RHO_A { "--rho-x" } else { "--rho-y" };
            Failure::data(format!("{option} is too small for these costs in {precision}"))
        }
        (ErrorKind::Overflow | ErrorKind::TooFar { .. }, _)
        | (ErrorKind::NotFinite { .. }, Argument::F | Argument::G)
            if subject.has_fits =>
        {
            Failure::data(format!(
                "--start: the potentials between these fits leave the range of {precision}: are they of {} and {}?",
                subject.x, subject.y
            ))
        }
        (ErrorKind::Overflow, _) | (ErrorKind::NotFinite { .. }, Argument::COST) => too_large(subject),
        (ErrorKind::TooLarge, Argument::X | Argument::Y) => {
            Failure::data(format!("{} has too many points", subject.file(argument)))
        }
        (ErrorKind::NotFinite { place, value, .. } | ErrorKind::Negative { place, value, .. }, _) => {
            let rows = if matches!(argument, Argument::X | Argument::A) { subject.rows_x } else { subject.rows_y };
            let place = Place { row: rows.get(place.row).map_or(place.row, |&row| row as usize), ..place };
            Failure::data(format!("{}: {} at {}", subject.file(argument), Number(value), point(place)))
        }
        _ => Failure::data(format!("the solver refused {} and {}: {error}", subject.x, subject.y)),
    }
}

fn too_large(subject: &Subject<'_>) -> Failure {
    too_large_because(subject, "")
}

fn too_large_because(subject: &Subject<'_>, reason: &str) -> Failure {
    Failure::data(format!(
        "the costs between {} and {} leave the range of {}: {reason}scale the data{}",
        subject.x,
        subject.y,
        subject.precision,
        if subject.precision == "f32" { ", or use --precision f64" } else { "" }
    ))
}

fn point(place: Place) -> String {
    match place.column {
        Some(column) => format!("point {}, coordinate {}", place.row + 1, column + 1),
        None => format!("point {}", place.row + 1),
    }
}
