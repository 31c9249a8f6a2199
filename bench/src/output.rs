//! What commands print and write.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

/// To standard output, at once.
///
/// # Errors
/// What went wrong, for the user.
pub fn print(text: &str) -> Result<(), String> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(|error| format!("standard output: {error}"))
}

/// [`write()`]s JSON, where a file was asked for.
///
/// # Errors
/// What went wrong, for the user.
pub fn write_json(path: Option<&Path>, value: impl FnOnce() -> Value) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(&value()).map_err(|error| error.to_string())?;
    write(path, &(text + "\n"))
}

/// Writes a file that is there complete or not at all: under a temporary name in the same folder, which is made where
/// it is missing, then renamed.
///
/// # Errors
/// What went wrong, for the user.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    try_write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn try_write(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".bench-").suffix(".tmp");
    // A temporary file is private by default, and would stay so under its final name.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|failed| failed.error)
}
