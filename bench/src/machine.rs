//! The machine that figures are from, as far as it tells.

use std::fs;
use std::num::NonZeroUsize;
use std::thread::{available_parallelism, sleep};
use std::time::Duration;

use serde::Serialize;

/// A machine.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// The processor's name, or its architecture where it tells none.
    pub model: String,
    /// Threads that run at the same time.
    pub cores: usize,
    /// Bytes of the largest cache; none where it is not known.
    pub cache: Option<usize>,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| field(&text, "model name"));
        Machine {
            model: model.unwrap_or_else(|| std::env::consts::ARCH.into()),
            cores: available_parallelism().map_or(1, NonZeroUsize::get),
            cache: cache(),
        }
    }

    /// 1, and all cores where there are several.
    pub fn threads(&self) -> Vec<usize> {
        if self.cores > 1 { vec![1, self.cores] } else { vec![1] }
    }

    /// In one line, with the present load where the system tells it: what else runs takes time from measurements.
    pub fn text(&self) -> String {
        let cache = self.cache.map_or("cache not known".into(), |bytes| format!("cache {} MiB", bytes >> 20));
        let load = fs::read_to_string("/proc/loadavg").ok();
        let load = load.and_then(|text| Some(format!(", load {}", text.split(' ').next()?))).unwrap_or_default();
        format!("{}, {} cores, {cache}{load}", self.model, self.cores)
    }
}

/// Bytes of memory that this process has had at most; none where the system does not say.
pub fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes: u64 = field(&status, "VmHWM")?.strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Seconds that the threads of this process have spent on cores; none where the system does not say.
pub fn cpu_seconds() -> Option<f64> {
    // A thread's count is brought up to date when it leaves its core.
    sleep(Duration::from_micros(50));
    let mut nanoseconds = 0;
    for thread in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        nanoseconds += text.split(' ').next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

/// The first `name : value` of a text.
fn field(text: &str, name: &str) -> Option<String> {
    let found = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name);
    found.map(|(_, value)| value.trim().into())
}

fn cache() -> Option<usize> {
    let entries = fs::read_dir("/sys/devices/system/cpu/cpu0/cache").ok()?;
    let sizes = entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("size")).ok());
    sizes.filter_map(|size| size.trim().strip_suffix('K')?.parse::<usize>().ok()).max().map(|kibibytes| kibibytes << 10)
}
