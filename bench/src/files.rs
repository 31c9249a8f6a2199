//! Files that are there complete or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file under a temporary name in the same folder, which is made if it is missing, and renames it.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    try_write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn try_write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
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
