//! Computations without the lock of the interpreter, which hear Ctrl-C.

use std::mem;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyOSError, PyRuntimeError};
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The time between two looks for signals.
const EVERY: Duration = Duration::from_millis(50);

/// Looks for signals, and remembers what their handlers raised.
pub struct Watch {
    /// The computation runs in the thread of the caller, where Python hears signals.
    here: bool,
    looked: Mutex<Instant>,
    stopped: AtomicBool,
    raised: Mutex<Option<PyErr>>,
}

impl Watch {
    fn new(here: bool) -> Self {
        let looked = Mutex::new(Instant::now());
        Watch { here, looked, stopped: AtomicBool::new(false), raised: Mutex::new(None) }
    }

    /// Says whether to go on. A solve asks after every sweep.
    pub fn go_on(&self) -> ControlFlow<()> {
        if self.here {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.elapsed() >= EVERY {
                *looked = Instant::now();
                self.look();
            }
        }
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Runs the handlers of signals.
    fn look(&self) {
        if let Err(error) = Python::attach(|py| py.check_signals()) {
            *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
}

/// The pool of this process: after a fork, the threads of the parent are gone.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

fn pool() -> PyResult<Arc<ThreadPool>> {
    let mut place = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    match &*place {
        Some((process, pool)) if *process == std::process::id() => Ok(pool.clone()),
        _ => {
            let pool = ThreadPoolBuilder::new().build().map_err(|error| PyOSError::new_err(error.to_string()))?;
            let pool = Arc::new(pool);
            mem::forget(place.replace((std::process::id(), pool.clone()))); // nobody is there to end the old one
            Ok(pool)
        }
    }
}

/// Computes on so many threads, without the lock of the interpreter.
///
/// # Errors
/// The error of a signal handler, `KeyboardInterrupt` for one. `RuntimeError` for a panic, which is a defect of the
/// library.
pub fn detached<R: Send>(py: Python<'_>, threads: usize, work: impl FnOnce(&Watch) -> R + Send) -> PyResult<R> {
    let watch = Watch::new(threads <= 1);
    let pool = if threads > 1 { Some(pool()?) } else { None };
    let done = py.detach(|| {
        catch_unwind(AssertUnwindSafe(|| match &pool {
            None => work(&watch),
            Some(pool) => in_pool(pool, &watch, work),
        }))
    });
    if let Some(error) = watch.raised.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    done.map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(|text| text.to_string());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        PyRuntimeError::new_err(format!("a defect of sinkhorn, please report it: {message}"))
    })
}

/// Computes in the pool, while this thread looks for signals.
fn in_pool<R: Send>(pool: &ThreadPool, watch: &Watch, work: impl FnOnce(&Watch) -> R + Send) -> R {
    thread::scope(|scope| {
        let (done, ended) = mpsc::channel::<()>();
        let worker = scope.spawn(move || {
            let _done = done; // dropped at the end, whatever that is
            pool.install(|| work(watch))
        });
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(EVERY) {
            watch.look();
        }
        worker.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}
