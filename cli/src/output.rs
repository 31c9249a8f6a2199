//! Potentials into files. Each is written beside its target under a temporary name; only when all are complete do they
//! take their places.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use npyz::WriterBuilder;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::scalar::Scalar;

/// A file to be written.
#[derive(Debug)]
pub struct Target {
    option: &'static str,
    path: PathBuf,
    format: Format,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    Npy,
}

impl Target {
    /// `option` is the one that named it. The extension decides the format.
    pub fn new(option: &'static str, path: PathBuf) -> Result<Self, Failure> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let format = match extension.to_ascii_lowercase().as_str() {
            "csv" => Format::Csv,
            "npy" => Format::Npy,
            _ => return Err(Failure::usage(format!("{option} {}: the name must end in .csv or .npy", path.display()))),
        };
        Ok(Target { option, path, format })
    }

    pub fn option(&self) -> &'static str {
        self.option
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A file that is complete but not in its place.
pub struct Staged<'a> {
    file: NamedTempFile,
    target: &'a Target,
}

/// Writes a column of numbers beside its target. `header` names the column in CSV.
pub fn stage<'a, T: Scalar>(target: &'a Target, header: &str, values: &[T]) -> Result<Staged<'a>, Failure> {
    let refuse = |error: io::Error| Failure::io(target.path.display(), &error);
    if target.path.is_dir() {
        return Err(refuse(io::ErrorKind::IsADirectory.into()));
    }
    let folder = match target.path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sinkhorn-").suffix(".tmp");
    // A temporary file is private by default, and would stay so under its final name.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder).map_err(|error| {
        // The message of tempfile ends with a name that the user has never seen.
        let reason = format!("{}: the folder {folder:?}", error.kind());
        refuse(io::Error::other(reason))
    })?;
    let mut writer = BufWriter::new(file.as_file());
    match target.format {
        Format::Csv => write_csv(&mut writer, header, values),
        Format::Npy => write_npy(&mut writer, values),
    }
    .and_then(|()| writer.flush())
    .map_err(refuse)?;
    drop(writer);
    Ok(Staged { file, target })
}

impl Staged<'_> {
    /// Renames it to its final name, over what was there.
    pub fn commit(self) -> Result<(), Failure> {
        let target = self.target;
        self.file.persist(&target.path).map(drop).map_err(|failed| Failure::io(target.path.display(), &failed.error))
    }
}

fn write_csv<T: Scalar>(writer: &mut BufWriter<&File>, header: &str, values: &[T]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(writer);
    writer.write_record([header])?;
    for value in values {
        // The shortest text that reads back to the same bits.
        writer.write_record([format!("{value:?}")])?;
    }
    writer.flush()
}

fn write_npy<T: Scalar>(writer: &mut BufWriter<&File>, values: &[T]) -> io::Result<()> {
    let options = npyz::WriteOptions::new().default_dtype().shape(&[values.len() as u64]);
    let mut writer = options.writer(writer).begin_nd()?;
    writer.extend(values.iter().copied())?;
    writer.finish()
}
