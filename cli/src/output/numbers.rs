//! Tables of numbers as CSV or NPY.

use std::io::{self, Write};

use npyz::WriterBuilder;

use super::{Format, Staged, Target, stage};
use crate::process::Failure;
use crate::task::scalar::Scalar;

/// Numbers, row after row.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a, T> {
    /// The header in CSV: as many as there are columns.
    pub names: &'a [String],
    pub values: &'a [T],
    /// One number a row: an array with one axis in NPY.
    pub is_vector: bool,
}

impl<'a, T: Scalar> Rows<'a, T> {
    /// One column.
    pub fn column(name: &'a [String; 1], values: &'a [T]) -> Self {
        Rows { names: name, values, is_vector: true }
    }

    pub fn matrix(names: &'a [String], values: &'a [T]) -> Self {
        Rows { names, values, is_vector: false }
    }

    /// Writes it beside its target.
    pub fn stage(&self, target: &Target) -> Result<Staged, Failure> {
        stage(target, |writer| match target.format() {
            Format::Npy => self.write_npy(writer),
            _ => self.write_csv(writer),
        })
    }

    pub fn write_csv(&self, writer: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(self.names).map_err(as_io)?;
        for row in self.values.chunks_exact(self.names.len()) {
            for value in row {
                // The shortest text that reads back to the same bits.
                writer.write_field(format!("{value:?}")).map_err(as_io)?;
            }
            writer.write_record(None::<&[u8]>).map_err(as_io)?;
        }
        writer.flush()
    }

    fn write_npy(&self, writer: &mut dyn Write) -> io::Result<()> {
        let (count, columns) = (self.values.len() as u64, self.names.len() as u64);
        let options = npyz::WriteOptions::new().default_dtype();
        let mut writer = if self.is_vector {
            options.shape(&[count]).writer(writer).begin_nd()?
        } else {
            options.shape(&[count / columns.max(1), columns]).writer(writer).begin_nd()?
        };
        writer.extend(self.values.iter().copied())?;
        writer.finish()
    }
}

/// What the system said, which tells a full disk from a reader that has gone away.
pub fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
