//! The values as CSV or NPY: a matrix, or a line a pair.

use std::io::{self, Write};

use super::job::{Found, Job};
use super::pairs::Layout;
use crate::output::{self, Format, Rows, Staged, Target, as_io};
use crate::process::Failure;

pub fn stage(target: &Target, job: &Job, found: &[Found]) -> Result<Staged, Failure> {
    if target.format() != Format::Npy {
        return output::stage(target, |writer| write_csv(writer, job, found));
    }
    match job.pairs.layout {
        Layout::Matrix => {
            let names = vec![String::new(); job.pairs.files.len()];
            Rows::matrix(&names, &matrix(job, found)).stage(target)
        }
        Layout::List => {
            let values: Vec<f64> = found.iter().map(|found| found.value).collect();
            Rows::column(&[String::new()], &values).stage(target)
        }
    }
}

pub fn write_csv(writer: &mut dyn Write, job: &Job, found: &[Found]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(writer);
    match job.pairs.layout {
        Layout::List => {
            writer.write_record(["x", "y", &job.measure.column(), "status", "sweeps"]).map_err(as_io)?;
            for Found { x, y, value, status, sweeps, .. } in found {
                writer.write_record([x, y, &format!("{value:?}"), status, &sweeps.to_string()]).map_err(as_io)?;
            }
        }
        Layout::Matrix => {
            let names: Vec<String> = job.pairs.files.iter().map(short).collect();
            writer.write_record(std::iter::once(&job.measure.column()).chain(&names)).map_err(as_io)?;
            for (name, row) in names.iter().zip(matrix(job, found).chunks_exact(names.len())) {
                let values = row.iter().map(|value| format!("{value:?}"));
                writer.write_record(std::iter::once(name.clone()).chain(values)).map_err(as_io)?;
            }
        }
    }
    writer.flush()
}

/// Both halves.
fn matrix(job: &Job, found: &[Found]) -> Vec<f64> {
    let size = job.pairs.files.len();
    let mut values = vec![0.0; size * size];
    // What Ctrl-C has left unsolved is not known.
    for &(i, j) in &job.pairs.list {
        values[i * size + j] = f64::NAN;
        values[j * size + i] = f64::NAN;
    }
    for found in found {
        let (i, j) = found.pair;
        values[i * size + j] = found.value;
        values[j * size + i] = found.value;
    }
    values
}

/// The name without its folder, which all have in common.
fn short(file: &crate::input::Source) -> String {
    let name = file.path().and_then(std::path::Path::file_name);
    name.map_or_else(|| file.name(), |name| name.to_string_lossy().into_owned())
}
