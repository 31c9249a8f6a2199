//! Files that have no name before they are complete: whatever ends the program, nothing of them is left.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(target_os = "linux")]
use std::os::{fd::AsRawFd, unix::fs::OpenOptionsExt};

/// A file in this folder, if the system and the file system have such files.
#[cfg(target_os = "linux")]
pub fn create(folder: &Path) -> Option<File> {
    let flags = rustix::fs::OFlags::TMPFILE.bits() as i32;
    let file = File::options().write(true).mode(0o666).custom_flags(flags).open(folder).ok()?;
    // It is named by way of /proc, which has to be there.
    Path::new(&own_path(&file)).exists().then_some(file)
}

#[cfg(not(target_os = "linux"))]
pub fn create(_: &Path) -> Option<File> {
    None
}

/// Gives it its name, over what was there.
#[cfg(target_os = "linux")]
pub fn name(file: &File, place: &Path) -> io::Result<()> {
    match link(file, place) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // A link replaces nothing, a rename does.
            let beside = place.with_file_name(format!(".sinkhorn-{}.tmp", std::process::id()));
            let _ = std::fs::remove_file(&beside); // of a program that was killed right here, and had the same number
            link(file, &beside)?;
            std::fs::rename(&beside, place).inspect_err(|_| {
                let _ = std::fs::remove_file(&beside);
            })
        }
        linked => linked,
    }
}

#[cfg(not(target_os = "linux"))]
pub fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn link(file: &File, place: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};

    Ok(linkat(CWD, own_path(file), CWD, place, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(target_os = "linux")]
fn own_path(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}
