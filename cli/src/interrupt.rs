//! Ctrl-C, and the signals that ask programs to end. While somebody is ready to end early with what there is, the first only asks for that; otherwise, and the second
//! time, the program ends at once, and files that are not complete go away.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

use crate::exit::Exit;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static READY: AtomicUsize = AtomicUsize::new(0);
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on. Where the system does not let it, Ctrl-C ends the program as it always does.
pub fn install() {
    let _ = ctrlc::set_handler(on_interrupt);
}

fn on_interrupt() {
    if READY.load(Ordering::SeqCst) > 0 && !REQUESTED.swap(true, Ordering::SeqCst) {
        return;
    }
    // Held to the end: nobody begins another file meanwhile.
    let mut unfinished = unfinished();
    for path in unfinished.drain(..) {
        let _ = std::fs::remove_file(path);
    }
    let _ = writeln!(std::io::stderr(), "sinkhorn: interrupted");
    std::process::exit(Exit::Interrupted as i32);
}

/// Whether to end with what there is.
pub fn is_requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// While this lives, somebody looks at [`is_requested`] before long.
#[must_use]
pub struct Ready(());

/// Says that somebody does.
pub fn ready() -> Ready {
    READY.fetch_add(1, Ordering::SeqCst);
    Ready(())
}

impl Drop for Ready {
    fn drop(&mut self) {
        READY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Makes a file that goes away if the program ends from now on.
pub fn begin_file(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    let mut unfinished = unfinished();
    let file = make()?;
    unfinished.push(file.path().to_owned());
    Ok(file)
}

/// Puts it where it belongs, or removes it.
pub fn end_file<V>(path: &Path, end: impl FnOnce() -> V) -> V {
    let mut unfinished = unfinished();
    let ended = end();
    unfinished.retain(|other| other != path);
    ended
}

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
