//! Text as an editor sees its lines: every one ends with a line feed, whatever ended it in the file.

use std::io::{self, Read};

/// Makes a line feed of a carriage return, of both together, and of the end of a last line that has none, so that line
/// feeds before a place count its line. Refuses zero bytes, which no text has.
pub struct Lines<R> {
    inner: R,
    /// Of the next byte of the file.
    offset: u64,
    /// A line feed that comes next belongs to the carriage return before it.
    after_return: bool,
    /// What was handed out ends with a line.
    ended: bool,
    refusals: u64,
}

impl<R: Read> Lines<R> {
    /// The rest of a file from this offset.
    pub fn new(inner: R, offset: u64) -> Self {
        Lines { inner, offset, after_return: false, ended: true, refusals: 0 }
    }

    /// How often something was asked for at the end, where nothing is left.
    pub fn refusals(&self) -> u64 {
        self.refusals
    }

    /// Changes the line ends within the buffer; tells how many bytes remain.
    fn normalise(&mut self, buffer: &mut [u8]) -> usize {
        if !self.after_return && !buffer.contains(&b'\r') {
            return buffer.len();
        }
        let mut kept = 0;
        for k in 0..buffer.len() {
            let byte = buffer[k];
            if !(byte == b'\n' && self.after_return) {
                buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
            self.after_return = byte == b'\r';
        }
        kept
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let count = self.inner.read(buffer)?;
            if count == 0 {
                let missing = !std::mem::replace(&mut self.ended, true);
                self.refusals += u64::from(!missing);
                buffer[0] = b'\n';
                return Ok(usize::from(missing));
            }
            if let Some(zero) = buffer[..count].iter().position(|&byte| byte == 0) {
                let offset = self.offset + zero as u64;
                let message = format!("neither CSV, JSON lines, NPY nor NPZ: byte {offset} is zero");
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            self.offset += count as u64;
            let kept = self.normalise(&mut buffer[..count]);
            if kept > 0 {
                self.ended = buffer[kept - 1] == b'\n';
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time.
    struct Slowly<'a>(&'a [u8]);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    #[test]
    fn every_kind_of_line_end_becomes_a_line_feed() {
        for (text, expected) in [
            ("", ""),
            ("a", "a\n"),
            ("a\n", "a\n"),
            ("a\r\nb\r\n\r\nc\r\n", "a\nb\n\nc\n"),
            ("a\rb\r\rc", "a\nb\n\nc\n"),
            ("\n\r\n\r", "\n\n\n"),
        ] {
            let mut whole = String::new();
            Lines::new(text.as_bytes(), 0).read_to_string(&mut whole).unwrap();
            assert_eq!(whole, expected, "{text:?}");
            whole.clear();
            Lines::new(Slowly(text.as_bytes()), 0).read_to_string(&mut whole).unwrap();
            assert_eq!(whole, expected, "{text:?} byte by byte");
        }
    }

    #[test]
    fn the_place_of_a_zero_is_that_in_the_file() {
        let error = Lines::new(Slowly(b"a\r\nb\0"), 3).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "neither CSV, JSON lines, NPY nor NPZ: byte 7 is zero");
    }
}
