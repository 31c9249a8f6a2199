//! What all pictures share: colours, sizes of text, and how text is made fit.

use plotters::style::RGBColor;

pub const FONT: &str = "Helvetica, Arial, sans-serif";
/// Sizes of text, in pixels.
pub const TITLE: f64 = 16.0;
pub const NAME: f64 = 13.0;
pub const SMALL: f64 = 12.0;

pub const INK: RGBColor = RGBColor(34, 34, 34);
pub const GREY: RGBColor = RGBColor(110, 110, 110);
pub const GRID: RGBColor = RGBColor(232, 232, 232);
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
pub const ORANGE: RGBColor = RGBColor(213, 94, 0);

/// Told apart also by those who see fewer colours (Okabe and Ito), as far as these go.
pub const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 0, 0),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    BLUE,
    ORANGE,
    RGBColor(140, 86, 75),
    RGBColor(130, 130, 130),
];

/// ColorBrewer's "Blues" without its lightest: even steps of lightness in one hue, and all of them visible on white.
const RAMP: [(f64, f64, f64); 8] = [
    (222.0, 235.0, 247.0),
    (198.0, 219.0, 239.0),
    (158.0, 202.0, 225.0),
    (107.0, 174.0, 214.0),
    (66.0, 146.0, 198.0),
    (33.0, 113.0, 181.0),
    (8.0, 81.0, 156.0),
    (8.0, 48.0, 107.0),
];

/// The colour at a place between 0, light, and 1, dark.
pub fn ramp(place: f64) -> RGBColor {
    let last = RAMP.len() - 1;
    let place = place.clamp(0.0, 1.0) * last as f64;
    let left = (place as usize).min(last - 1);
    let (from, to, part) = (RAMP[left], RAMP[left + 1], place - left as f64);
    let mix = |from: f64, to: f64| (from + (to - from) * part).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Text that XML can hold: control characters, which file names may have, have no place there, escaped or not.
pub fn clean(text: &str) -> String {
    let is_bad = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if is_bad(c) { '\u{fffd}' } else { c }).collect()
}

/// The text, or its two ends where it is wider than `room` pixels: a file name is known by both.
pub fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.into();
    }
    let letters: Vec<char> = text.chars().collect();
    let ends = |kept: usize| -> String {
        let head = kept.div_ceil(2);
        let tail = &letters[letters.len() - (kept - head)..];
        letters[..head].iter().chain(&['…']).chain(tail).collect()
    };
    (0..letters.len()).rev().map(ends).find(|text| width(text, size) <= room).unwrap_or_else(|| "…".into())
}

/// About how wide text is: fonts are the reader's, so nobody knows here.
pub fn width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '(' | ')' | '/' => 0.32,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.88,
        c if c.is_ascii_uppercase() => 0.7,
        c if c < '\u{2e80}' => 0.56,
        _ => 1.0,
    };
    text.chars().map(em).sum::<f64>() * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_fits() {
        assert_eq!(fitted("short.csv", 13.0, 200.0), "short.csv");
        let long = fitted(&"/a/very/long/path".repeat(20), 13.0, 200.0);
        assert!(width(&long, 13.0) <= 200.0 && long.starts_with("/a/v") && long.ends_with("path"), "{long}");
        assert_eq!(fitted("text", 13.0, 0.0), "…");
        assert_eq!(clean("a\u{1}b\n"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn the_ramp_gets_darker() {
        let light = |k: u32| {
            let RGBColor(r, g, b) = ramp(f64::from(k) / 50.0);
            u32::from(r) + u32::from(g) + u32::from(b)
        };
        assert!((0..50).all(|k| light(k) >= light(k + 1)));
        assert_eq!(ramp(f64::INFINITY), ramp(1.0));
    }
}
