//! Colours, which say how it went.

use anstyle::{AnsiColor, Style};

/// What a table or a summary is read by.
pub const HEADING: Style = Style::new().bold();
/// What went as it should.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What did not, though there is a result.
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
