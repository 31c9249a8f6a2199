//! The report of `sinkhorn compare` as one HTML page: nothing is fetched, and nothing but the page is needed to read
//! it.

mod escape;
mod table;

use std::fmt::Write as _;

use escape::{data, text};

pub use table::Row;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("sort.js");

/// What the page says.
pub struct Page<'a> {
    pub title: String,
    /// The command that is recommended, to be copied.
    pub command: String,
    /// Names and values: files, points, epsilon, and so on.
    pub summary: Vec<(String, String)>,
    /// A sentence.
    pub recommendation: String,
    pub rows: Vec<Row>,
    /// Captions and SVG.
    pub pictures: Vec<(String, String)>,
    /// The run, for programs that read the page.
    pub json: &'a str,
}

/// The page.
pub fn html(page: &Page<'_>) -> String {
    let mut html = String::new();
    let title = text(&page.title);
    // A String takes all, here and below.
    let _ = write!(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = writeln!(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    let _ = writeln!(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    let _ = writeln!(html, "<meta name=\"color-scheme\" content=\"light dark\">");
    let _ = writeln!(html, "<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>");
    let _ = writeln!(html, "<h1>{title}</h1>");
    recommendation(&mut html, page);
    summary(&mut html, &page.summary);
    table::write(&mut html, &page.rows);
    pictures(&mut html, &page.pictures);
    let _ = writeln!(html, "</main>\n<footer>sinkhorn {}</footer>", env!("CARGO_PKG_VERSION"));
    let _ = writeln!(html, "<script type=\"application/json\" id=\"data\">\n{}\n</script>", data(page.json).trim());
    let _ = writeln!(html, "<script>\n{SCRIPT}</script>\n</body>\n</html>");
    html
}

/// What a browser lets the page do: show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

fn recommendation(html: &mut String, page: &Page<'_>) {
    let _ = writeln!(html, "<section class=\"advice\" aria-label=\"Recommendation\">");
    let _ = writeln!(html, "<p>{}</p>", text(&page.recommendation));
    if !page.command.is_empty() {
        let _ = writeln!(html, "<pre><code>{}</code></pre>", text(&page.command));
    }
    let _ = writeln!(html, "</section>");
}

fn summary(html: &mut String, lines: &[(String, String)]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(html, "<h2>Problem</h2>\n<dl>");
    for (name, value) in lines {
        let _ = writeln!(html, "<div><dt>{}</dt><dd>{}</dd></div>", text(name), text(value));
    }
    let _ = writeln!(html, "</dl>");
}

/// On white whatever the scheme: their lines are black.
fn pictures(html: &mut String, pictures: &[(String, String)]) {
    if pictures.is_empty() {
        return;
    }
    let _ = writeln!(html, "<h2>Pictures</h2>");
    for (caption, svg) in pictures {
        let _ = writeln!(html, "<figure>\n<p class=\"more\">Wider than a narrow screen: scroll sideways →</p>");
        let _ = writeln!(html, "<div class=\"card\" tabindex=\"0\">\n{svg}</div>");
        let _ = writeln!(html, "<figcaption>{}</figcaption>\n</figure>", text(caption));
    }
}

#[cfg(test)]
mod tests;
