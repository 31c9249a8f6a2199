//! Ctrl-C, and the signals that ask programs to end. While somebody is ready to end early with what there is, the first
//! only asks for that; otherwise, and the second time, the program ends at once, and files that are not complete go
//! away.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::exit::Exit;
use super::failure::Failure;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static READY: AtomicUsize = AtomicUsize::new(0);
/// Milliseconds that ending takes, about.
static PACE: AtomicU64 = AtomicU64::new(0);
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on. Where the system does not let it, Ctrl-C ends the program as it always does.
#[cfg(unix)]
pub fn install() {
    use std::sync::mpsc;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    // What the parent ignores stays ignored: `nohup` does that with SIGHUP, and scripts with SIGINT of what they put
    // into the background.
    let ignored = ignored_signals();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0);
    // The thread comes first: signals that nobody listens to would be lost.
    let (hand_over, handed_over) = mpsc::channel::<Signals>();
    let listen = move || handed_over.iter().for_each(|mut signals| signals.forever().for_each(|_| on_interrupt()));
    if std::thread::Builder::new().spawn(listen).is_ok()
        && let Ok(signals) = Signals::new(wanted)
    {
        let _ = hand_over.send(signals);
    }
}

/// A bit a signal, as far as the system tells.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// From now on.
#[cfg(not(unix))]
pub fn install() {
    let _ = ctrlc::set_handler(on_interrupt);
}

fn on_interrupt() {
    if READY.load(Ordering::SeqCst) > 0 && !REQUESTED.swap(true, Ordering::SeqCst) {
        // Where several are ready, the first of them does not wait for the sweeps of the others.
        let is_alone = READY.load(Ordering::SeqCst) == 1;
        let seconds = if is_alone { PACE.load(Ordering::SeqCst) / 1000 } else { 0 };
        let when = if seconds > 0 { format!(", in about {seconds} s") } else { String::new() };
        let _ = writeln!(std::io::stderr(), "sinkhorn: ending with what there is{when}; once more ends at once");
        return;
    }
    // Held to the end: nobody begins another file meanwhile.
    let mut unfinished = unfinished();
    for path in unfinished.drain(..) {
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(Exit::Interrupted as i32);
}

/// Removes what is not complete, where the program ends at once and asks for no memory on the way.
pub fn remove_unfinished() {
    for path in UNFINISHED.try_lock().iter().flat_map(|unfinished| unfinished.iter()) {
        let _ = std::fs::remove_file(path);
    }
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

impl Ready {
    /// Tells how long it takes them.
    pub fn takes(&self, time: Duration) {
        PACE.store(time.as_millis() as u64, Ordering::SeqCst);
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        PACE.store(0, Ordering::SeqCst);
        READY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Does work that nothing ends before its time. On an interrupt what is done so far is concluded, and the program ends
/// with that.
pub fn or_else(work: impl FnOnce(), conclude: impl FnOnce() -> Result<Exit, Failure> + Send) {
    let _ready = ready();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = || {
            while !is_done.load(Ordering::SeqCst) {
                if is_requested() {
                    let exit = conclude().unwrap_or_else(|failure| failure.tell());
                    std::process::exit(exit as i32);
                }
                std::thread::park_timeout(Duration::from_millis(50));
            }
        };
        // Without a thread for it the work is done all the same.
        let watcher = std::thread::Builder::new().spawn_scoped(scope, watch);
        work();
        is_done.store(true, Ordering::SeqCst);
        if let Ok(watcher) = watcher {
            watcher.thread().unpark();
        }
    });
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
