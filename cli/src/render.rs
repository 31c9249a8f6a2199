//! Results onto standard output: aligned text, or JSON.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use crate::failure::Failure;
use crate::run::{AccelerationUsed, EpsilonRule, Input, Summary};

/// Prints. A reader that has gone away, `sinkhorn ... | head -1`, has seen what it wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::io("standard output", &error)),
        _ => Ok(()),
    }
}

/// One JSON object with a newline.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::io("JSON", &error.into()))
}

/// One line a number.
pub fn text(summary: &Summary) -> String {
    let number = |value| digits(value, if summary.precision == "f32" { 7 } else { 9 });
    let epsilon = match summary.epsilon_rule {
        EpsilonRule::Absolute(_) => number(summary.epsilon),
        EpsilonRule::OfMean(fraction) => format!("{} ({fraction} of the mean cost)", number(summary.epsilon)),
        EpsilonRule::OfStd(fraction) => {
            format!("{} ({fraction} of the standard deviation of the cost)", number(summary.epsilon))
        }
    };
    let acceleration = match summary.acceleration {
        AccelerationUsed::Plain => "plain".into(),
        AccelerationUsed::Relaxation { factor } => format!("relaxation, factor {factor}"),
        AccelerationUsed::Anderson { memory } => format!("anderson, memory {memory}"),
    };
    let mut lines = vec![
        ("objective", number(summary.objective)),
        ("transport cost", number(summary.transport_cost)),
        ("dual value", number(summary.dual_value)),
        ("status", format!("{}, threshold {:e}", summary.status.replace('_', " "), summary.threshold)),
        ("sweeps", summary.sweeps.to_string()),
        ("marginal error x", format!("{:.2e}", summary.marginal_error.x)),
        ("marginal error y", format!("{:.2e}", summary.marginal_error.y)),
        ("epsilon", epsilon),
        ("start", format!("{}, dual value {}", summary.start, number(summary.start_value))),
        ("acceleration", acceleration),
        ("precision", summary.precision.into()),
        ("x", input(&summary.points.x)),
        ("y", input(&summary.points.y)),
        ("time, reading", seconds(summary.seconds.reading)),
        (
            "time, solving",
            format!("{}, of which the start {}", seconds(summary.seconds.solving), seconds(summary.seconds.start)),
        ),
    ];
    if let Some(note) = summary.start_note {
        lines.insert(9, ("start, note", note.into()));
    }
    if summary.rho.x.is_finite() || summary.rho.y.is_finite() {
        let rho = format!(
            "x {}, y {}, mass transported {}",
            number(summary.rho.x),
            number(summary.rho.y),
            number(summary.mass)
        );
        lines.insert(8, ("rho", rho));
    }
    lines.into_iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{name:<18}{value}"); // a String takes all
        text
    })
}

fn input(input: &Input) -> String {
    let mut text = format!(
        "{}, {} point{} of dimension {}",
        input.file,
        input.points,
        if input.points == 1 { "" } else { "s" },
        input.dimension
    );
    if input.header {
        text += ", one header line";
    }
    if let Some(weights) = &input.weights {
        text += &format!(", weights {weights}");
    }
    text
}

/// A number with so many digits that count; with an exponent where it is very large or small.
pub fn digits(value: f64, count: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let exponent = value.abs().log10().floor() as i32;
    if (-4..9).contains(&exponent) {
        format!("{value:.*}", (count as i32 - 1 - exponent).max(0) as usize)
    } else {
        format!("{value:.*e}", count - 1)
    }
}

/// Three digits are all that a wall clock repeats.
pub fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{:.2} ms", value * 1e3) } else { format!("{value:.3} s") }
}
