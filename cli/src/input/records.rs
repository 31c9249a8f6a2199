//! The records of a CSV file, each with the line where it begins.

use std::io::{BufReader, Chain, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder};

use super::columns::Header;
use super::json_row::MOST_NAMES;
use super::lines::Lines;
use super::request::{Request, number};
use super::separator::Opening;
use crate::process::Failure;

const BUFFER: usize = 1 << 16;

/// The first line, which had to be looked at, and the rest.
type Text<R> = Chain<Cursor<Vec<u8>>, BufReader<Lines<R>>>;

/// Reads one record after the other; the last one read is at hand.
pub struct Records<R> {
    reader: csv::Reader<Text<R>>,
    record: ByteRecord,
    /// Where its fields are, where blanks separate them: several in a row are one separator. Else empty.
    fields: Vec<usize>,
    blanks: bool,
    /// Lines that the reader has not seen.
    skipped: u64,
}

impl<R: Read> Records<R> {
    /// Finds out what the separator is; no record has been read then.
    pub fn new(request: &Request<'_>, lines: Lines<R>) -> Result<Self, Failure> {
        let mut lines = BufReader::with_capacity(BUFFER, lines);
        let opening = Opening::read(&mut lines).map_err(|error| request.broken(&error))?;
        let Opening { line, skipped, comment, separator } = opening;
        let begins_with_text = begins_with_text(request, &line, separator);
        if let (true, Some((number, comment))) = (begins_with_text, &comment)
            && fields(comment, separator).len() == fields(&line, separator).len()
        {
            let what = "begins with #: make it no comment with quotes around the first field, or remove it";
            return Err(Failure::data(format!("{}:{number}: a line like a row {what}", request.name)));
        }
        let comment = (!begins_with_text).then_some(b'#');
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true) // counted by the caller, as columns separated by several blanks are known here only
            .delimiter(separator)
            .comment(comment)
            .buffer_capacity(BUFFER)
            .from_reader(Cursor::new(line).chain(lines));
        let (record, fields, blanks) = (ByteRecord::new(), Vec::new(), separator == b' ');
        Ok(Records { reader, record, fields, blanks, skipped })
    }

    /// Reads the next record that is not a line of blanks; tells its first line, counted from 1.
    pub fn next(&mut self, request: &Request<'_>) -> Result<Option<u64>, Failure> {
        loop {
            let refusals = self.refusals();
            if !self.reader.read_byte_record(&mut self.record).map_err(|error| broken(request, error))? {
                return Ok(None);
            }
            // Every line ends with a line feed, so a record that ends with the file is within quotes.
            let is_open = self.refusals() > refusals;
            let breaks = self.record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            let line = self.skipped + self.reader.position().line() - breaks - u64::from(!is_open);
            self.find_fields();
            if is_open {
                let field = self.count();
                let message =
                    format!("{}:{line}:{field}: the quote that opens this field is never closed", request.name);
                return Err(Failure::data(message));
            }
            if !self.is_blank() {
                return Ok(Some(line));
            }
        }
    }

    /// Whether blanks separate the fields: words are fields then.
    pub fn has_blanks(&self) -> bool {
        self.blanks
    }

    /// How many fields the record has.
    pub fn count(&self) -> usize {
        if self.blanks { self.fields.len() } else { self.record.len() }
    }

    /// A field of the record, without blanks around it.
    pub fn field(&self, k: usize) -> &[u8] {
        self.raw(k).trim_ascii()
    }

    fn raw(&self, k: usize) -> &[u8] {
        &self.record[if self.blanks { self.fields[k] } else { k }]
    }

    /// How much has been read.
    pub fn bytes(&self) -> u64 {
        self.reader.position().byte()
    }

    fn find_fields(&mut self) {
        if self.blanks {
            self.fields.clear();
            let record = &self.record;
            self.fields.extend((0..record.len()).filter(|&k| !record[k].is_empty()));
        }
    }

    /// A line of blanks is none; a quoted nothing is a missing number.
    fn is_blank(&self) -> bool {
        match self.count() {
            0 => true,
            1 => !self.raw(0).is_empty() && self.field(0).is_empty(),
            _ => false,
        }
    }

    fn refusals(&self) -> u64 {
        self.reader.get_ref().get_ref().1.get_ref().refusals()
    }
}

/// Whether rows begin with a column that is not chosen, and so may hold any text: `#12 Main Street` is an address
/// there, and no comment.
fn begins_with_text(request: &Request<'_>, line: &[u8], separator: u8) -> bool {
    if request.reading.columns.is_none() {
        return false;
    }
    let fields = fields(line, separator);
    if fields.len() > MOST_NAMES {
        return false;
    }
    let names: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    let names = is_header(request, fields.iter().map(Vec::as_slice)).then_some(&names[..]);
    // What is wrong with the choice is said where it is used.
    request.reading.choose(request.name, fields.len(), names).is_ok_and(|chosen| !chosen.wants(0))
}

/// The fields of a line, without blanks around them.
fn fields(line: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line);
    let mut record = ByteRecord::new();
    // A line that is no record has no fields; it is refused where it is read.
    let is_there = reader.read_byte_record(&mut record).unwrap_or(false);
    let fields = record.iter().map(<[u8]>::trim_ascii).filter(|field| separator != b' ' || !field.is_empty());
    if is_there { fields.map(<[u8]>::to_vec).collect() } else { Vec::new() }
}

/// A line with some numbers is data with a slip in it: to skip it would lose a point without a word.
pub fn is_header<'f>(request: &Request<'_>, mut fields: impl Iterator<Item = &'f [u8]>) -> bool {
    match request.reading.header {
        Header::Yes => true,
        Header::No => false,
        Header::Auto => fields.all(|field| number(field).is_none()),
    }
}

fn broken(request: &Request<'_>, error: csv::Error) -> Failure {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => request.broken(&error),
        _ => request.failure(text),
    }
}
