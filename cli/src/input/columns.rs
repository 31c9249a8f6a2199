//! Which columns of a file are coordinates, and which one holds weights: as typed, and as found in a file.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use clap::ValueEnum;

use crate::process::Failure;

/// How to read tables, as asked for on the command line.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Which columns are coordinates, in that order; `None`: all but that of the weights.
    pub columns: Option<Columns>,
    pub weights_column: Option<Column>,
    pub header: Header,
    /// The coordinates of another file: those of this one come in the order of these names, if they have the same.
    pub like: Option<Vec<String>>,
}

impl Reading {
    /// Whether a column is asked for by a name that is one of these.
    pub fn asks_for(&self, mut fields: impl Iterator<Item = impl AsRef<str>>) -> bool {
        let chosen = self.columns.iter().flat_map(|columns| &columns.items).filter_map(Item::one);
        let name = |(Column::Name(name) | Column::Number(name, _)): &Column| name.clone();
        let names: Vec<String> = chosen.chain(&self.weights_column).map(name).collect();
        fields.any(|field| names.iter().any(|name| name == field.as_ref()))
    }
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
        if let Some(name) = within_quotes(text) {
            return Ok(Column::Name(name.into()));
        }
        match text.parse() {
            Ok(0) => Err("columns are counted from 1: there is no column 0".into()),
            Ok(number) => Ok(Column::Number(text.into(), number)),
            Err(_) if text.is_empty() => Err("a column is missing: a name, or a number from 1".into()),
            Err(_) => Ok(Column::Name(text.into())),
        }
    }
}

/// The name in a pair of double quotes.
fn within_quotes(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"').filter(|name| !name.is_empty())
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
pub struct Columns {
    typed: String,
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    One(Column),
    /// `2-5` as typed, and from 0.
    Several(String, Range<usize>),
}

/// As they were typed.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl FromStr for Columns {
    type Err = String;

    /// A comma within double quotes is part of a name.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut quoted = false;
        let parts = text.split(|c: char| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        Ok(Columns { typed: text.trim().into(), items: parts.map(str::parse).collect::<Result<_, _>>()? })
    }
}

impl Item {
    fn one(&self) -> Option<&Column> {
        match self {
            Item::One(column) => Some(column),
            Item::Several(..) => None,
        }
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
    /// The same in the order of the file, each with its first coordinate.
    places: Vec<(Range<usize>, usize)>,
    weights: Option<usize>,
    count: usize,
    /// The first coordinate is one only if it does not count the rows: its column has no name.
    pub may_count_rows: bool,
    /// The name of a first column that is no coordinate.
    pub left_out: Option<String>,
}

impl Chosen {
    fn new(coordinates: Vec<Range<usize>>, weights: Option<usize>) -> Self {
        let mut count = 0;
        let mut places = Vec::new();
        for range in &coordinates {
            places.push((range.clone(), count));
            count += range.len();
        }
        places.sort_by_key(|(range, _)| range.start);
        Chosen { coordinates, places, weights, count, may_count_rows: false, left_out: None }
    }

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
        let after = self.places.partition_point(|(range, _)| range.start <= column);
        let (range, before) = self.places.get(after.checked_sub(1)?)?;
        range.contains(&column).then(|| before + column - range.start)
    }

    /// Whether a column of the file is needed.
    pub fn wants(&self, column: usize) -> bool {
        self.weights == Some(column) || self.coordinate(column).is_some()
    }

    /// The columns of the file that are coordinates.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.coordinates.iter().cloned().flatten()
    }

    /// The coordinates in the order of these names, if they have the same ones, all different.
    fn in_order_of(&mut self, like: &[String], names: &[String]) {
        let mut own: HashMap<&str, usize> = HashMap::new();
        for column in self.columns() {
            own.insert(&names[column], column);
        }
        let mut found: Vec<usize> = like.iter().filter_map(|name| own.remove(name.as_str())).collect();
        // A first column without a name stays the first, until it is known whether it counts the rows.
        if self.may_count_rows && own.len() == 1 && own.values().all(|&column| column == 0) {
            found.insert(0, 0);
            own.clear();
        }
        if own.is_empty() && found.len() == self.count && !found.is_sorted_by(|p, q| p < q && q - p == 1) {
            let (may_count_rows, left_out) = (self.may_count_rows, self.left_out.take());
            let coordinates = found.into_iter().map(|column| column..column + 1).collect();
            *self = Chosen { may_count_rows, left_out, ..Chosen::new(coordinates, self.weights) };
        }
    }
}

impl Reading {
    /// Finds the chosen columns in a file with that many, and those names if any.
    pub fn choose(&self, file: &str, count: usize, names: Option<&[String]>) -> Result<Chosen, Failure> {
        let known = Known::new(file, count, names);
        let weights = self.weights_column.as_ref().map(|column| known.find("--weights-column", column)).transpose()?;
        let mut chosen = match &self.columns {
            Some(columns) => Chosen::new(known.find_all(columns)?, weights),
            None if weights.is_some() && count == 1 => {
                let message = format!("{file}: no coordinates: the only column is that of the weights");
                return Err(Failure::data(message));
            }
            None => all_columns(count, weights, names.unwrap_or_default()),
        };
        if let (Some(like), Some(names)) = (&self.like, names) {
            chosen.in_order_of(like, names);
        }
        Ok(chosen)
    }
}

/// All but that of the weights, and but a first one that tells rows apart and says nothing about them.
fn all_columns(count: usize, weights: Option<usize>, names: &[String]) -> Chosen {
    let end = weights.unwrap_or(count);
    let mut ranges = vec![0..end, end.saturating_add(1)..count];
    ranges.retain(|range| !range.is_empty());
    let others = count - 1 - usize::from(weights.is_some());
    let first = names.first().map(|name| name.to_ascii_lowercase());
    match first.as_deref() {
        Some("id" | "index" | "unnamed: 0") if weights != Some(0) && others > 0 => {
            ranges[0].start = 1;
            ranges.retain(|range| !range.is_empty());
            Chosen { left_out: names.first().cloned(), ..Chosen::new(ranges, weights) }
        }
        Some("") if weights != Some(0) && others > 0 => {
            let others_have_names = names[1..].iter().all(|name| !name.is_empty());
            Chosen { may_count_rows: others_have_names, ..Chosen::new(ranges, weights) }
        }
        _ => Chosen::new(ranges, weights),
    }
}

/// Names for a message: ten at most, and how many more there are.
pub fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    const MOST: usize = 10;
    let more = names.len().saturating_sub(MOST);
    let listed = names.take(MOST).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    if more == 0 { listed } else { format!("{listed} and {more} more") }
}

/// The columns that a file has.
struct Known<'a> {
    file: &'a str,
    count: usize,
    names: Option<&'a [String]>,
    /// Where each name is first, and once more where it is not the only one.
    places: HashMap<&'a str, (usize, Option<usize>)>,
}

impl<'a> Known<'a> {
    fn new(file: &'a str, count: usize, names: Option<&'a [String]>) -> Self {
        let mut places: HashMap<&str, (usize, Option<usize>)> = HashMap::new();
        for (k, name) in names.unwrap_or_default().iter().enumerate() {
            let place = places.entry(name).or_insert((k, None));
            if place.0 != k {
                place.1.get_or_insert(k);
            }
        }
        Known { file, count, names, places }
    }

    fn find_all(&self, columns: &Columns) -> Result<Vec<Range<usize>>, Failure> {
        let option = "--columns";
        // A name with a comma in it, typed without quotes.
        if let Some(k) = self.named(option, &columns.typed)? {
            return Ok(std::iter::once(k..k + 1).collect());
        }
        let found: Vec<_> = columns.items.iter().map(|item| self.find_item(option, item)).collect::<Result<_, _>>()?;
        let mut sorted = found.clone();
        sorted.sort_by_key(|range| range.start);
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].end > pair[1].start) {
            return Err(self.failure(option, &format!("column {} is chosen twice", pair[1].start + 1)));
        }
        Ok(found)
    }

    fn find_item(&self, option: &str, item: &Item) -> Result<Range<usize>, Failure> {
        match item {
            Item::One(column) => self.find(option, column).map(|k| k..k + 1),
            Item::Several(typed, range) => match self.named(option, typed)? {
                Some(k) => Ok(k..k + 1),
                None if range.end > self.count => Err(self.beyond(option, "are no columns", typed)),
                None => Ok(range.clone()),
            },
        }
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
        match self.places.get(typed) {
            Some(&(j, Some(k))) => {
                let message = format!("columns {} and {} are both called {typed:?}: give a number", j + 1, k + 1);
                Err(self.failure(option, &message))
            }
            first => Ok(first.map(|&(k, _)| k)),
        }
    }

    fn unknown(&self, typed: &str) -> String {
        match self.names {
            Some(names) => format!("there is no column {typed:?}, but {}", listed(names.iter().map(String::as_str))),
            None => format!("there is no column {typed:?}: the columns have no names, only numbers"),
        }
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
        let Columns { items, .. } = "x, 3,2-5,a-b,7,\"v, mm\"".parse().unwrap();
        let one = |text: &str| Item::One(text.parse().unwrap());
        let name = |text: &str| Item::One(Column::Name(text.into()));
        assert_eq!(items, [one("x"), one("3"), Item::Several("2-5".into(), 1..5), one("a-b"), one("7"), name("v, mm")]);
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
