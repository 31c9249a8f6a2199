//! What separates the fields of a text.

use std::io::{self, BufRead, Read};

/// A quote joins lines up to this length: one that is never closed must not join the whole file.
const LONGEST: u64 = 1 << 20;

/// The first line of data, and what was found out on the way to it.
pub struct Opening {
    /// Several lines, where quoted line breaks belong to it.
    pub line: Vec<u8>,
    /// Lines before it: blank ones and comments.
    pub skipped: u64,
    /// The last of the comments, with its line, counted from 1.
    pub comment: Option<(u64, Vec<u8>)>,
    pub separator: u8,
}

impl Opening {
    /// Reads up to the first line that is neither blank nor a comment, and that line.
    pub fn read(lines: &mut impl BufRead) -> io::Result<Self> {
        let (mut line, mut skipped, mut comment) = (Vec::new(), 0, None);
        while lines.read_until(b'\n', &mut line)? > 0 && is_no_data(&line) {
            skipped += 1;
            if line.starts_with(b"#") {
                comment = Some((skipped, std::mem::take(&mut line)));
            }
            line.clear();
        }
        let mut is_open = has_odd_quotes(&line);
        while is_open && (line.len() as u64) < LONGEST {
            let (seen, missing) = (line.len(), LONGEST - line.len() as u64);
            if lines.by_ref().take(missing).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            is_open ^= has_odd_quotes(&line[seen..]);
        }
        let separator = separator(&line);
        Ok(Opening { line, skipped, comment, separator })
    }
}

fn is_no_data(line: &[u8]) -> bool {
    line.starts_with(b"#") || line.trim_ascii().is_empty()
}

fn has_odd_quotes(line: &[u8]) -> bool {
    line.iter().filter(|&&byte| byte == b'"').count() % 2 == 1
}

/// A semicolon beats a comma, which may be a decimal one. What is quoted does not count.
fn separator(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut seen = [false; 256];
    // A tab at the beginning stands behind a name that is empty.
    let line = line.trim_ascii_end();
    let blanks = line.iter().take_while(|&&byte| byte == b' ').count();
    for &byte in &line[blanks..] {
        quoted ^= byte == b'"';
        seen[usize::from(byte)] |= !quoted;
    }
    b";\t,| ".iter().copied().find(|&byte| seen[usize::from(byte)]).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_data_decides() {
        for (text, skipped, separator) in [
            ("1,2\n", 0, b','),
            ("1,5;2 3\n", 0, b';'),
            ("1\t2, 3\n", 0, b'\t'),
            ("  1 2\n", 0, b' '),
            ("a b|c\n", 0, b'|'),
            ("1,a|b\n", 0, b','),
            ("1.5\n2;3\n", 0, b','),
            ("# a;b\n  \n\n1 2\n", 3, b' '),
            ("\"a;b\" \"c\"\n", 0, b' '),
            ("\"a,\nb\";\"c\"\n1;2\n", 0, b';'),
            ("# nothing\n", 1, b','),
        ] {
            let opening = Opening::read(&mut text.as_bytes()).unwrap();
            assert_eq!((opening.skipped, opening.separator), (skipped, separator), "{text:?}");
        }
    }
}
