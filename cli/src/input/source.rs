//! Where a table comes from.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};

/// Where a table comes from: a file, `-` for standard input, or an array of an NPZ archive, `file.npz:name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    typed: OsString,
    /// `None` for standard input.
    path: Option<PathBuf>,
    array: Option<String>,
}

impl Source {
    /// What was typed. A colon may be part of a file's name: it only means an array after `.npz`, and only where there
    /// is no file of the full name.
    pub fn new(typed: &OsStr) -> Source {
        let (path, array) = if typed == "-" {
            (None, None)
        } else {
            match split(typed).filter(|_| !Path::new(typed).exists()) {
                Some((path, array)) => (Some(path.into()), Some(array.to_owned())),
                None => (Some(typed.into()), None),
            }
        };
        Source { typed: typed.to_owned(), path, array }
    }

    /// Whether it is `-`, which can be read only once.
    pub fn is_stdin(&self) -> bool {
        self.path.is_none()
    }

    /// The file, without the name of an array in it; `None` for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// For messages: as it was typed.
    pub fn name(&self) -> String {
        match self.path {
            None => "standard input".into(),
            Some(_) if self.typed.is_empty() => "\"\"".into(),
            Some(_) => self.typed.to_string_lossy().into_owned(),
        }
    }

    /// As it was typed.
    pub fn typed(&self) -> String {
        self.typed.to_string_lossy().into_owned()
    }

    /// The array that was asked for.
    pub(super) fn array(&self) -> Option<&str> {
        self.array.as_deref()
    }
}

impl From<OsString> for Source {
    fn from(typed: OsString) -> Source {
        Source::new(&typed)
    }
}

/// For arguments; takes names that are not UTF-8.
pub fn source_parser() -> impl TypedValueParser<Value = Source> {
    OsStringValueParser::new().map(Source::from)
}

/// Archive and array of `file.npz:name`.
fn split(typed: &OsStr) -> Option<(&str, &str)> {
    const ENDING: &str = ".npz:";
    let typed = typed.to_str()?;
    let start = typed.to_ascii_lowercase().find(ENDING)?;
    let (path, array) = (&typed[..start + ENDING.len() - 1], &typed[start + ENDING.len()..]);
    (!array.is_empty()).then_some((path, array))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(typed: &str) -> (Option<&str>, Option<&str>) {
        split(OsStr::new(typed)).unzip()
    }

    #[test]
    fn only_a_colon_after_npz_names_an_array() {
        assert_eq!(parts("a.npz:x"), (Some("a.npz"), Some("x")));
        assert_eq!(parts("C:\\A.NPZ:x:y"), (Some("C:\\A.NPZ"), Some("x:y")));
        for typed in ["a.npz", "a.npz:", "a.csv:x", "a:b.npz"] {
            assert_eq!(parts(typed), (None, None), "{typed}");
        }
    }

    #[test]
    fn a_minus_is_standard_input() {
        let source = Source::new(OsStr::new("-"));
        assert!(source.is_stdin());
        assert_eq!((source.path(), source.name().as_str()), (None, "standard input"));
        assert_eq!(Source::new(OsStr::new("./-")).path(), Some(Path::new("./-")));
    }
}
