//! Threads, if there are any.

/// Says whether there are threads to share work among: those of the rayon pool that the caller is in, or of the global
/// one, which is made at the first call.
///
/// It is no error if the system makes no threads: this then stays false for as long as the program runs, and the
/// calling thread does all work. No bit of a result depends on it.
#[cfg(feature = "parallel")]
pub fn has_threads() -> bool {
    use std::error::Error;
    use std::sync::OnceLock;

    static GLOBAL: OnceLock<bool> = OnceLock::new();
    // rayon would panic if it cannot make its pool, so it is made here. An error without a source says that there is
    // one already.
    let make =
        || rayon::ThreadPoolBuilder::new().build_global().map_or_else(|error| error.source().is_none(), |()| true);
    rayon::current_thread_index().is_some() || *GLOBAL.get_or_init(make)
}

/// Says whether there are threads to share work among: this build has none.
#[cfg(not(feature = "parallel"))]
pub fn has_threads() -> bool {
    false
}
