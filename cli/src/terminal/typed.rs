//! Numbers as the user has typed them: 1e-3 is shown as 1e-3, and 0.001 as 0.001.

use std::sync::{Mutex, PoisonError};

/// Every number with its text.
static TYPED: Mutex<Vec<(f64, String)>> = Mutex::new(Vec::new());

/// Remembers the text of a number.
pub fn remember(value: f64, text: &str) {
    TYPED.lock().unwrap_or_else(PoisonError::into_inner).push((value, text.trim().to_owned()));
}

/// A number as the user has typed it, if any did.
fn typed(value: f64) -> Option<String> {
    let typed = TYPED.lock().unwrap_or_else(PoisonError::into_inner);
    typed.iter().find(|(other, _)| *other == value).map(|(_, text)| text.clone())
}

/// A number that a user has given, as it was typed; a default with its digits.
pub fn given(value: f64) -> String {
    if let Some(text) = typed(value) {
        return text;
    }
    let (plain, short) = (format!("{value}"), format!("{value:e}"));
    if plain.len() <= short.len().max(8) { plain } else { short }
}

/// A threshold, which is a power of ten where nobody has given one.
pub fn threshold(value: f64) -> String {
    typed(value).unwrap_or_else(|| format!("{value:e}"))
}
