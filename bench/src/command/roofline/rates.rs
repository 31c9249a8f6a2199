//! What the machine can do by itself: exponentials, multiply-adds, and reads.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use sinkhorn_core::SimdLevel;

use super::scalar::Scalar;

/// Of the buffer of exponentials: half of a small L1 cache.
const L1_BYTES: usize = 16 << 10;
/// A measurement takes at least so long, and the fastest of its slices counts, since other processes take their time
/// from it.
const SHORTEST: Duration = Duration::from_millis(2);
const SLICE: Duration = Duration::from_micros(200);

/// Of some threads together, per second.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Rates {
    /// Exponentials.
    pub exp2: f64,
    /// Floating-point operations, of multiply-adds in registers.
    pub flops: f64,
    /// Bytes from memory; 0 where they were not measured.
    pub read: f64,
}

impl Rates {
    /// Measures arithmetic, and reads where there is something to read.
    pub fn measure<T: Scalar>(level: SimdLevel, threads: usize, memory: Option<&[u64]>) -> Self {
        let read = memory.map_or(0.0, |memory| read(memory, threads));
        Rates { exp2: exp2::<T>(level, threads), flops: multiply_adds::<T>(level, threads), read }
    }

    /// The better of two measurements, in everything.
    pub fn max(self, other: Self) -> Self {
        Rates { exp2: self.exp2.max(other.exp2), flops: self.flops.max(other.flops), read: self.read.max(other.read) }
    }
}

fn exp2<T: Scalar>(level: SimdLevel, threads: usize) -> f64 {
    const PASSES: usize = 16;
    // Results are the next arguments: the values do not matter, since the exponential has no branches.
    let buffer = |_| vec![T::ZERO; L1_BYTES / size_of::<T>()];
    rate(threads, buffer, |values| {
        for _ in 0..PASSES {
            level.exp2(black_box(values)).expect("a level of this machine");
        }
        PASSES * values.len()
    })
}

fn multiply_adds<T: Scalar>(level: SimdLevel, threads: usize) -> f64 {
    rate(threads, |_| (), |()| T::multiply_adds(level))
}

/// Reads a buffer once, a part a thread.
fn read(memory: &[u64], threads: usize) -> f64 {
    let mut parts = memory.chunks(memory.len().div_ceil(threads));
    let parts: Vec<&[u64]> = (0..threads).map(|_| parts.next().unwrap_or_default()).collect();
    rate(
        threads,
        |thread| parts[thread],
        |part| {
            black_box(sum(part));
            size_of_val(*part)
        },
    )
}

/// In many lanes, so that additions do not wait for each other.
fn sum(values: &[u64]) -> u64 {
    let mut lanes = [0_u64; 32];
    for chunk in values.as_chunks::<32>().0 {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = lane.wrapping_add(*value);
        }
    }
    lanes.into_iter().fold(0, u64::wrapping_add)
}

/// What `work` returns, per second, over threads that begin together.
fn rate<S>(threads: usize, prepare: impl Fn(usize) -> S + Sync, work: impl Fn(&mut S) -> usize + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let one = |thread| {
        let (mut state, mut best) = (prepare(thread), 0.0_f64);
        barrier.wait();
        let clock = Instant::now();
        while clock.elapsed() < SHORTEST {
            let (slice, mut done) = (Instant::now(), 0);
            while slice.elapsed() < SLICE {
                done += work(&mut state);
            }
            best = best.max(done as f64 / slice.elapsed().as_secs_f64());
        }
        best
    };
    thread::scope(|scope| {
        let one = &one;
        let others: Vec<_> = (1..threads).map(|thread| scope.spawn(move || one(thread))).collect();
        let own = one(0);
        others.into_iter().fold(own, |total, other| total + other.join().expect("no panic"))
    })
}
