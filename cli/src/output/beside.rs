//! This names two sides beside each other, by what tells them apart.

use std::path::Path;

use crate::task::data::Side;

/// A side, in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// As it was typed.
    pub file: String,
    /// The columns that are its coordinates, where they have names or were asked for.
    pub columns: Option<String>,
    /// The column or the file of its weights.
    pub weights: Option<String>,
}

/// Names for a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The title names both sides, and first what they share.
    pub title: String,
    /// As short as tells them apart.
    pub x: String,
    pub y: String,
    /// With all that is known, for an axis.
    pub axis_x: String,
    pub axis_y: String,
}

impl Parts {
    pub fn of<T>(side: &Side<T>) -> Self {
        let table = &side.table;
        let only = table.names.as_ref().filter(|names| names.len() == 1).map(|names| names[0].clone());
        Parts {
            file: table.name.clone(),
            columns: table.picked.clone().or(only),
            weights: side.weights_name.clone().or_else(|| table.weights_column.clone()),
        }
    }
}

/// The names of two sides.
pub fn names(x: &Parts, y: &Parts) -> Names {
    let (file_x, file_y) = tails(&x.file, &y.file);
    let (of_x, of_y, shared) = if file_x != file_y {
        (file_x.clone(), file_y.clone(), String::new())
    } else if let (true, Some(u), Some(v)) = (x.weights != y.weights, &x.weights, &y.weights) {
        match (&x.columns, &y.columns) {
            (Some(p), Some(q)) if p != q => (weighted(p, u), weighted(q, v), format!("{file_x}: ")),
            (Some(p), _) => (format!("weights {u}"), format!("weights {v}"), format!("{file_x}, {p}: ")),
            _ => (format!("weights {u}"), format!("weights {v}"), format!("{file_x}: ")),
        }
    } else if let (true, Some(p), Some(q)) = (x.columns != y.columns, &x.columns, &y.columns) {
        (p.clone(), q.clone(), format!("{file_x}: "))
    } else {
        (file_x.clone(), file_y.clone(), String::new())
    };
    let axis = |parts: &Parts, other: &Parts, file: &str| {
        let weights = parts.weights.as_ref().filter(|_| parts.weights != other.weights && x.file == y.file);
        match (&parts.columns, weights) {
            (Some(columns), Some(weights)) => format!("{} ({file})", weighted(columns, weights)),
            (Some(columns), None) => format!("{columns} ({file})"),
            (None, Some(weights)) => weighted(file, weights),
            (None, None) => file.into(),
        }
    };
    let (axis_x, axis_y) = (axis(x, y, &file_x), axis(y, x, &file_y));
    Names { title: format!("{shared}{of_x} to {of_y}"), x: of_x, y: of_y, axis_x, axis_y }
}

fn weighted(what: &str, weights: &str) -> String {
    format!("{what}, weights {weights}")
}

/// Files without their folders, or with as many of these as tell them apart.
fn tails(x: &str, y: &str) -> (String, String) {
    let parts = |name: &str| -> Vec<String> {
        Path::new(name).components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
    };
    let (p, q) = (parts(x), parts(y));
    let tail = |parts: &[String], count: usize| parts[parts.len().saturating_sub(count)..].join("/");
    let most = p.len().max(q.len());
    (1..=most)
        .map(|count| (tail(&p, count), tail(&q, count)))
        .find(|(p, q)| p != q || x == y)
        .unwrap_or_else(|| (x.into(), y.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(file: &str, columns: &str, weights: &str) -> Parts {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Parts { file: file.into(), columns: some(columns), weights: some(weights) }
    }

    fn title(x: Parts, y: Parts) -> String {
        names(&x, &y).title
    }

    #[test]
    fn what_differs_is_named() {
        assert_eq!(title(parts("f/a.csv", "v", ""), parts("g/b.csv", "v", "")), "a.csv to b.csv");
        assert_eq!(title(parts("f/a.csv", "v", ""), parts("g/a.csv", "v", "")), "f/a.csv to g/a.csv");
        assert_eq!(title(parts("a.csv", "v", ""), parts("a.csv", "v", "")), "a.csv to a.csv");
        assert_eq!(title(parts("a.csv", "u", "w"), parts("a.csv", "v", "w")), "a.csv: u to v");
        assert_eq!(title(parts("a.csv", "v", "p"), parts("a.csv", "v", "q")), "a.csv, v: weights p to weights q");
        assert_eq!(title(parts("a.csv", "u", "p"), parts("a.csv", "v", "q")), "a.csv: u, weights p to v, weights q");
        assert_eq!(title(parts("a.npz:x", "", ""), parts("a.npz:y", "", "")), "a.npz:x to a.npz:y");
    }

    #[test]
    fn axes_have_all_that_is_known() {
        let Names { axis_x, axis_y, .. } = names(&parts("f/a.csv", "v", "p"), &parts("f/a.csv", "v", "q"));
        assert_eq!((axis_x.as_str(), axis_y.as_str()), ("v, weights p (a.csv)", "v, weights q (a.csv)"));
        let Names { axis_x, axis_y, .. } = names(&parts("a.csv", "v", "w"), &parts("b.npy", "", ""));
        assert_eq!((axis_x.as_str(), axis_y.as_str()), ("v (a.csv)", "b.npy"));
    }
}
