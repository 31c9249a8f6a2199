//! What is wanted of a file, and what is wrong with it.

use std::io;
use std::path::Path;

use sinkhorn_core::Real;

use super::columns::Reading;
use super::table::Sign;
use crate::process::Failure;

/// What is wanted, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// For messages.
    pub name: &'a str,
    pub path: Option<&'a Path>,
    pub array: Option<&'a str>,
    pub reading: &'a Reading,
    pub sign: Sign,
}

impl Request<'_> {
    pub fn is_called(&self, extension: &str) -> bool {
        let found = self.path.and_then(Path::extension);
        found.is_some_and(|found| found.eq_ignore_ascii_case(extension))
    }

    pub fn failure(&self, message: impl AsRef<str>) -> Failure {
        Failure::data(format!("{}: {}", self.name, message.as_ref()))
    }

    /// Reading failed: by the system, or because of what is in the file.
    pub fn broken(&self, error: &io::Error) -> Failure {
        if error.raw_os_error().is_some() { Failure::io(self.name, error) } else { self.failure(error.to_string()) }
    }

    /// An array in an archive that takes more memory than the archive is trusted with.
    pub fn too_large(&self, most: u64) -> Failure {
        let megabytes = most >> 20;
        self.failure(format!(
            "the array unpacks to more than {megabytes} MB, the limit for an archive of this size: unpack it, and give \
             the NPY file"
        ))
    }
}

/// A number as it is written, if it is one.
pub fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The number in the precision of the solve, or what is wrong with it.
pub fn check<T: Real>(value: f64, sign: Sign) -> Result<T, String> {
    if !value.is_finite() {
        return Err(format!("{value} is not a finite number"));
    }
    if sign == Sign::NotNegative && value < 0.0 {
        return Err(format!("{value} is negative: a weight must not be"));
    }
    let number = T::constant(value);
    if number.is_finite() { Ok(number) } else { Err(format!("{value:?} is too large for f32")) }
}
