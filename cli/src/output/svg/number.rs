//! Numbers beside axes: short, and with powers of ten as they are printed in books.

/// Ten to a whole power, exactly as it would be typed; also where its inverse does not exist.
pub fn power(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

/// The whole part of the logarithm, safe against its rounding: 1000 gives 3.
pub fn exponent(value: f64) -> i32 {
    (value.abs().log10() + 1e-9).floor() as i32
}

/// `value` among labels that are `step` apart, the largest of them `largest`: as many digits as tell them apart.
pub fn label(value: f64, step: f64, largest: f64) -> String {
    let (fine, coarse) = (exponent(step), exponent(largest));
    if value.abs() < 0.5 * step {
        return "0".into();
    }
    // Neither 0.0000002 nor 3000000, but 3000001 where it must be.
    let is_plain = fine >= -5 && (coarse < 6 || (coarse < 10 && fine >= 0 && coarse - fine > 2));
    let text = if is_plain {
        format!("{value:.*}", (-fine).max(0) as usize)
    } else {
        let digits = (coarse - fine).clamp(0, 12) as usize;
        format!("{:.digits$}×10{}", value / power(coarse), superscript(coarse))
    };
    minus(&text)
}

/// One number, in so many digits as it needs up to three: 0.001 is 10⁻³, 2.5e7 is 2.5×10⁷, 0.25 is itself.
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return minus(&value.to_string());
    }
    let text = format!("{value:.2e}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    match (mantissa, exponent.parse().unwrap_or(0)) {
        ("1", exponent @ ..=-3) => format!("10{}", superscript(exponent)),
        (_, exponent @ -4..=4) => minus(&trimmed(&format!("{value:.*}", (2 - exponent).max(0) as usize))),
        ("1", exponent) => format!("10{}", superscript(exponent)),
        (mantissa, exponent) => minus(&format!("{mantissa}×10{}", superscript(exponent))),
    }
}

/// The digits above the line.
pub fn superscript(exponent: i32) -> String {
    let raised = |c: char| match c.to_digit(10) {
        Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(raised).collect()
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text.into() }
}

/// A minus sign as long as a plus is wide.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_as_long_as_they_must_be() {
        assert_eq!(label(0.5, 0.1, 1.0), "0.5");
        assert_eq!(label(3e6, 1e6, 6e6), "3×10⁶");
        assert_eq!(label(3_000_020.0, 20.0, 6e6), "3000020");
        assert_eq!(label(20.0, 20.0, 100.0), "20");
        assert_eq!(label(-1.5, 0.5, 2.0), "−1.5");
        assert_eq!(label(1e-20, 0.5, 2.0), "0");
        assert_eq!(label(2e300, 1e300, 5e300), "2×10³⁰⁰");
        assert_eq!(label(2.5e-310, 5e-311, 5e-310), "2.5×10⁻³¹⁰");
        assert_eq!(label(100_000.0, 20_000.0, 100_000.0), "100000");
    }

    #[test]
    fn single_numbers_are_short() {
        let cases = [
            (1e-6, "10⁻⁶"),
            (2.5e7, "2.5×10⁷"),
            (0.25, "0.25"),
            (0.001, "10⁻³"),
            (0.05, "0.05"),
            (0.0043, "0.0043"),
            (120.0, "120"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }
}
