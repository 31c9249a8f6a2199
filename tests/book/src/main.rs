//! Builds the book into `target/book/html`, and fails if a link in it leads nowhere:
//!
//!     cargo run --manifest-path tests/book/Cargo.toml --target-dir target/book

mod check;
mod outside;

use std::path::Path;
use std::process::ExitCode;

use mdbook_driver::MDBook;
use mdbook_driver::errors::Result;

/// Where a page of the repository is on the network.
const REPOSITORY: &str = "https://github.com/sinkhorn-rs/sinkhorn";

fn run() -> Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut book = MDBook::load(root.join("docs"))?;
    book.with_preprocessor(outside::Outside);
    book.build()?;
    let html = root.join("target/book/html");
    let report = check::Report::of(&html, &root)?;
    for problem in &report.problems {
        eprintln!("{problem}");
    }
    println!("{}: {} pages, {} links, {} dead", html.display(), report.pages, report.links, report.problems.len());
    Ok(report.problems.is_empty() && report.pages >= 8 && report.links >= 50)
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
