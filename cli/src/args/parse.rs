//! Numbers as they are typed, and what is wrong with them.

use crate::terminal::remember;

fn number(text: &str) -> Result<f64, String> {
    let value = text.parse().map_err(|_| String::from("it is not a number"))?;
    remember(value, text);
    Ok(value)
}

/// Finite and positive.
pub fn positive(text: &str) -> Result<f64, String> {
    match positive_or_infinite(text)? {
        value if value.is_finite() => Ok(value),
        _ => Err("it must be finite".into()),
    }
}

/// Positive, or `inf`.
pub fn positive_or_infinite(text: &str) -> Result<f64, String> {
    match number(text)? {
        value if value > 0.0 => Ok(value),
        _ => Err("it must be positive".into()),
    }
}

/// A factor of over-relaxation.
pub fn relaxation(text: &str) -> Result<f64, String> {
    match number(text)? {
        value if (1.0..2.0).contains(&value) => Ok(value),
        _ => Err("it must be at least 1 and less than 2".into()),
    }
}

/// A multiple: from 1 to what makes sense.
pub fn multiple(text: &str) -> Result<f64, String> {
    match number(text)? {
        value if (1.0..=1e9).contains(&value) => Ok(value),
        _ => Err("it must lie between 1 and 1e9".into()),
    }
}

/// At least one, or `inf`.
pub fn norm(text: &str) -> Result<f64, String> {
    match number(text)? {
        value if value >= 1.0 => Ok(value),
        _ => Err("it must be at least 1".into()),
    }
}

/// From 0 to 1, ends included.
pub fn share(text: &str) -> Result<f64, String> {
    match number(text)? {
        value if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("it must lie between 0 and 1".into()),
    }
}
