//! One row of JSON: an array of numbers, or an object whose keys name them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// An array, or an object with keys in the order of the file.
#[derive(Debug, Default)]
pub struct Row {
    /// `None` for an array.
    pub keys: Option<Vec<String>>,
    /// NaN, which JSON has not, where something else than a number stands.
    pub numbers: Vec<f64>,
    /// Its place and what it is, in words; a mistake only where the number is needed. Those beyond [`MOST_OTHERS`] are
    /// not kept.
    others: Vec<(usize, String)>,
}

/// Entries that are no numbers, in words: a row is not held at many times its length.
const MOST_OTHERS: usize = 1000;

/// More names are not read: each takes many times the memory of its letters.
pub const MOST_NAMES: usize = 100_000;

impl Row {
    fn push(&mut self, entry: Entry) {
        match entry {
            Entry::Number(value) => self.numbers.push(value),
            Entry::Other(what) => {
                if self.others.len() < MOST_OTHERS {
                    self.others.push((self.numbers.len(), what));
                }
                self.numbers.push(f64::NAN);
            }
        }
    }

    /// The number at a place, or what stands there.
    pub fn number(&self, place: usize) -> Result<f64, &str> {
        let value = self.numbers[place];
        if !value.is_nan() {
            return Ok(value);
        }
        let other = self.others.iter().find(|(other, _)| *other == place);
        Err(other.map_or("an entry", |(_, what)| what.as_str()))
    }
}

/// What stands where a number should.
#[derive(Debug)]
enum Entry {
    Number(f64),
    Other(String),
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowVisitor)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers, or an object of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Row, A::Error> {
        let mut row = Row::default();
        while let Some(entry) = sequence.next_element()? {
            row.push(entry);
        }
        Ok(row)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let (mut keys, mut row) = (Vec::new(), Row::default());
        while let Some((key, entry)) = map.next_entry::<String, _>()? {
            if keys.len() == MOST_NAMES {
                return Err(A::Error::custom(format!("more than {MOST_NAMES} keys")));
            }
            keys.push(key);
            row.push(entry);
        }
        Ok(Row { keys: Some(keys), ..row })
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Entry, E> {
        Ok(Entry::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Entry, E> {
        Ok(Entry::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Entry, E> {
        Ok(Entry::Number(value as f64))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Entry, E> {
        Ok(Entry::Other(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Entry, E> {
        Ok(Entry::Other("null".into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        let start: String = text.chars().take(40).collect();
        let dots = if start.len() < text.len() { "..." } else { "" };
        Ok(Entry::Other(format!("{start:?}{dots}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Entry, A::Error> {
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry::Other("an array".into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Entry::Other("an object".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_arrays_or_objects() {
        let row: Row = serde_json::from_str("[1, -2, 2.5e3, null, \"x\", [1], {\"a\": 1}, true]").unwrap();
        let found: Vec<_> = (0..row.numbers.len()).map(|place| row.number(place)).collect();
        assert_eq!(found[..5], [Ok(1.0), Ok(-2.0), Ok(2500.0), Err("null"), Err("\"x\"")]);
        assert_eq!(found[5..], [Err("an array"), Err("an object"), Err("true")]);
        assert_eq!(row.keys, None);

        let row: Row = serde_json::from_str("{\"b\": 1, \"a\": 2}").unwrap();
        assert_eq!(row.keys, Some(vec!["b".into(), "a".into()]));
        assert!(serde_json::from_str::<Row>("1").is_err());
    }
}
