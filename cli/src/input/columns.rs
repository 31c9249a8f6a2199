//! Which columns of a file are coordinates, and which one holds weights: as typed, and as found in a file.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use clap::ValueEnum;

use crate::failure::Failure;

/// How to read tables, as asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Which columns are coordinates, in that order; `None`: all but that of the weights.
    pub columns: Option<Columns>,
    pub weights_column: Option<Column>,
    pub header: Header,
}

/// Whether the first line of text holds names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Header {
    /// It does if none of its fields is a number
    #[default]
    Auto,
    /// It does, even where names are numbers
    Yes,
    /// It does not
    No,
}

/// One column. A number is a name first, where a header has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    Name(String),
    /// As it was typed, and counted from 1.
    Number(String, usize),
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.parse() {
            Ok(0) => Err("columns are counted from 1: there is no column 0".into()),
            Ok(number) => Ok(Column::Number(text.into(), number)),
            Err(_) if text.is_empty() => Err("a column is missing: a name, or a number from 1".into()),
            Err(_) => Ok(Column::Name(text.into())),
        }
    }
}

/// As it was typed.
impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Column::Name(text) | Column::Number(text, _) => f.write_str(text),
        }
    }
}

/// Columns in the order in which they become coordinates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<Item>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    One(Column),
    /// `2-5` as typed, and from 0.
    Several(String, Range<usize>),
}

/// As they were typed.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, item) in self.0.iter().enumerate() {
            let comma = if k > 0 { "," } else { "" };
            match item {
                Item::One(column) => write!(f, "{comma}{column}")?,
                Item::Several(text, _) => write!(f, "{comma}{text}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Columns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Columns)
    }
}

impl FromStr for Item {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let ends = text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
        match ends {
            None => text.parse().map(Item::One),
            Some((0, _)) => Err(format!("{text}: columns are counted from 1")),
            Some((first, last)) if last < first => Err(format!("{text}: a range goes from low to high")),
            Some((first, last)) => Ok(Item::Several(text.into(), first - 1..last)),
        }
    }
}

/// What was chosen, in a file that is known; columns are counted from 0.
#[derive(Debug)]
pub struct Chosen {
    /// In the order of the coordinates, and disjoint. Ranges, so that a header that claims columns without end costs
    /// nothing.
    coordinates: Vec<Range<usize>>,
    weights: Option<usize>,
    count: usize,
}

impl Chosen {
    /// How many coordinates there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The column of weights.
    pub fn weights(&self) -> Option<usize> {
        self.weights
    }

    /// Which coordinate a column of the file is.
    pub fn coordinate(&self, column: usize) -> Option<usize> {
        let mut before = 0;
        for range in &self.coordinates {
            if range.contains(&column) {
                return Some(before + column - range.start);
            }
            before += range.len();
        }
        None
    }

    /// Whether a column of the file is needed.
    pub fn wants(&self, column: usize) -> bool {
        self.weights == Some(column) || self.coordinate(column).is_some()
    }

    /// The columns of the file that are coordinates.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.coordinates.iter().cloned().flatten()
    }
}

impl Reading {
    /// Finds the chosen columns in a file with that many, and those names if any.
    pub fn choose(&self, file: &str, count: usize, names: Option<&[String]>) -> Result<Chosen, Failure> {
        let known = Known { file, count, names };
        let weights = self.weights_column.as_ref().map(|column| known.find("--weights-column", column)).transpose()?;
        let coordinates = match &self.columns {
            Some(columns) => known.find_all(columns)?,
            None if weights.is_some() && count == 1 => {
                let message = format!("{file}: no coordinates: the only column is that of the weights");
                return Err(Failure::data(message));
            }
            None => {
                let end = weights.unwrap_or(count);
                [0..end, end.saturating_add(1)..count].into_iter().filter(|range| !range.is_empty()).collect()
            }
        };
        let count = coordinates.iter().map(ExactSizeIterator::len).sum();
        Ok(Chosen { coordinates, weights, count })
    }
}

/// The columns that a file has.
struct Known<'a> {
    file: &'a str,
    count: usize,
    names: Option<&'a [String]>,
}

impl Known<'_> {
    fn find_all(&self, columns: &Columns) -> Result<Vec<Range<usize>>, Failure> {
        let option = "--columns";
        let mut found: Vec<Range<usize>> = Vec::new();
        for item in &columns.0 {
            let range = match item {
                Item::One(column) => {
                    let k = self.find(option, column)?;
                    k..k + 1
                }
                Item::Several(typed, range) => match self.named(option, typed)? {
                    Some(k) => k..k + 1,
                    None if range.end > self.count => return Err(self.beyond(option, "are no columns", typed)),
                    None => range.clone(),
                },
            };
            let twice = |other: &&Range<usize>| other.start < range.end && range.start < other.end;
            if let Some(other) = found.iter().find(twice) {
                let k = other.start.max(range.start) + 1;
                return Err(self.failure(option, &format!("column {k} is chosen twice")));
            }
            found.push(range);
        }
        Ok(found)
    }

    fn find(&self, option: &str, column: &Column) -> Result<usize, Failure> {
        let (Column::Name(typed) | Column::Number(typed, _)) = column;
        match (self.named(option, typed)?, column) {
            (Some(k), _) => Ok(k),
            (None, Column::Number(_, number)) if *number <= self.count => Ok(number - 1),
            (None, Column::Number(..)) => Err(self.beyond(option, "is no column", typed)),
            (None, Column::Name(_)) => Err(self.failure(option, &self.unknown(typed))),
        }
    }

    /// The column of that name, if there is one.
    fn named(&self, option: &str, typed: &str) -> Result<Option<usize>, Failure> {
        let names = self.names.unwrap_or_default();
        let mut found = (0..names.len()).filter(|&k| names[k] == typed);
        match (found.next(), found.next()) {
            (Some(j), Some(k)) => {
                let message = format!("columns {} and {} are both called {typed:?}: give a number", j + 1, k + 1);
                Err(self.failure(option, &message))
            }
            (first, _) => Ok(first),
        }
    }

    fn unknown(&self, typed: &str) -> String {
        const MOST: usize = 10;
        let Some(names) = self.names else {
            return format!("there is no column {typed:?}: the columns have no names, only numbers");
        };
        let mut listed = names.iter().take(MOST).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        if names.len() > MOST {
            listed += &format!(" and {} more", names.len() - MOST);
        }
        format!("there is no column {typed:?}, but {listed}")
    }

    fn beyond(&self, option: &str, none: &str, typed: &str) -> Failure {
        self.failure(option, &format!("there {none} {typed}: the last one is {}", self.count))
    }

    fn failure(&self, option: &str, message: &str) -> Failure {
        Failure::data(format!("{}: {option}: {message}", self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Columns>().unwrap_err()
    }

    #[test]
    fn columns_are_names_numbers_and_ranges() {
        let Columns(items) = "x, 3,2-5,a-b,7".parse().unwrap();
        let one = |text: &str| Item::One(text.parse().unwrap());
        assert_eq!(items, [one("x"), one("3"), Item::Several("2-5".into(), 1..5), one("a-b"), one("7")]);
        assert_eq!(refused("x,,y"), "a column is missing: a name, or a number from 1");
        assert_eq!(refused(""), "a column is missing: a name, or a number from 1");
        assert_eq!(refused("1,0"), "columns are counted from 1: there is no column 0");
        assert_eq!(refused("0-2"), "0-2: columns are counted from 1");
        assert_eq!(refused("x,5-2"), "5-2: a range goes from low to high");
    }

    #[test]
    fn a_name_comes_before_a_number() {
        let names = ["3", "x", "1-2"].map(String::from);
        let chosen = |text: &str| {
            let reading = Reading { columns: Some(text.parse().unwrap()), ..Reading::default() };
            reading.choose("f", 3, Some(&names)).unwrap().columns().collect::<Vec<_>>()
        };
        assert_eq!(chosen("3,x"), [0, 1]);
        assert_eq!(chosen("1-2,1"), [2, 0]);
        assert_eq!(chosen("2-3"), [1, 2]);
    }
}
