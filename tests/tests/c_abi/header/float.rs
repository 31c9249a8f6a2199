//! The functions for `float`: made from those for `double` that `ffi/src` has, and committed beside them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::library::{root, scratch};

/// The line that every function of the header begins with.
const EXPORTED: &str = "#[unsafe(no_mangle)]\n";

/// A source with functions for `double`.
struct Source {
    /// Below `ffi/src`.
    path: PathBuf,
    text: String,
}

impl Source {
    /// All sources of `ffi/src`, but for those that are made here.
    fn all() -> Vec<Source> {
        let mut sources = vec![];
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(sources_of_c().join(&folder)).expect("a folder of sources") {
                let entry = entry.expect("an entry");
                let path = folder.join(entry.file_name());
                if path == Path::new("float") {
                    continue;
                }
                if entry.path().is_dir() {
                    folders.push(path);
                } else {
                    sources.push(Source { text: fs::read_to_string(entry.path()).expect("a source"), path });
                }
            }
        }
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        sources
    }

    /// The source with every function for `double` followed by the one for `float`.
    fn with_twins(&self) -> String {
        let mut parts = self.text.split(EXPORTED);
        let mut text = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let (function, rest) = part.split_at(end(part));
            text.extend([EXPORTED, function, &twin(function).unwrap_or_default(), rest]);
        }
        text
    }

    /// The functions for `float` alone; empty if there are none.
    fn twins(&self) -> String {
        let functions = self.text.split(EXPORTED).skip(1);
        functions.filter_map(|part| twin(&part[..end(part)])).collect()
    }

    /// The place of the functions for `float`, such as `float/solution_plan.rs`.
    fn place_of_twins(&self) -> PathBuf {
        let name = self.path.with_extension("").to_string_lossy().replace("/mod", "").replace('/', "_");
        Path::new("float").join(name).with_extension("rs")
    }
}

/// Where the function that a text begins with ends.
fn end(text: &str) -> usize {
    text.find("\n}\n").expect("the end of a function") + "\n}\n".len()
}

/// The function for `float`, documentation included, of one for `double`.
fn twin(function: &str) -> Option<String> {
    let name = function.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).expect("a function").0;
    name.ends_with("_f64").then(|| {
        let function = function.replace("f64", "f32");
        format!("\n/// {name} in float.\n{EXPORTED}{function}")
    })
}

fn sources_of_c() -> PathBuf {
    root().join("ffi/src")
}

/// Writes the sources with functions for both scalars, side by side, and returns their root: the header has this order.
pub fn side_by_side() -> PathBuf {
    let folder = scratch().join(format!("both_scalars_{:?}", std::thread::current().id()));
    for source in Source::all() {
        let path = folder.join(&source.path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for results");
        fs::write(path, source.with_twins()).expect("a folder for results");
    }
    folder.join("lib.rs")
}

#[test]
fn the_committed_functions_for_float_are_fresh() {
    let mut seen = vec![];
    for source in Source::all() {
        let (place, twins) = (source.place_of_twins(), source.twins());
        if twins.is_empty() {
            continue;
        }
        let depth = source.path.components().count() - 1;
        let included = format!("\ninclude!(\"{}{}\");\n", "../".repeat(depth), place.display());
        assert!(source.text.contains(&included), "{} lacks {included}", source.path.display());
        let made = format!("// Made by a test from ../{}: do not edit.\n{twins}", source.path.display());
        let path = sources_of_c().join(&place);
        if std::env::var_os("SINKHORN_UPDATE_HEADER").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("ffi/src can be written");
            fs::write(&path, &made).expect("ffi/src can be written");
        }
        assert!(
            fs::read_to_string(&path).unwrap_or_default() == made,
            "ffi/src/{} is stale; make it anew with\n    \
             SINKHORN_UPDATE_HEADER=1 cargo test -p sinkhorn-tests --test c_abi",
            place.display()
        );
        seen.push(path);
    }
    let mut committed: Vec<PathBuf> = fs::read_dir(sources_of_c().join("float"))
        .expect("a folder of functions")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    committed.sort();
    seen.sort();
    assert_eq!(committed, seen, "a file that nothing is made of any more");
}
