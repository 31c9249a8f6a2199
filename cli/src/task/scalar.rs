//! The two precisions: what the program needs of a scalar beyond what the solver does.

use sinkhorn_core::{Acceleration, Epsilon, Real, Settings, Storage, settings::Annealing};

use crate::args::StorageName;
use crate::job::{self, Method};

/// `f32` or `f64`.
pub trait Scalar: Real + npyz::AutoSerialize {}

impl Scalar for f32 {}

impl Scalar for f64 {}

/// The same regularisation in another precision.
pub fn epsilon<T: Real>(epsilon: Epsilon<f64>) -> Epsilon<T> {
    match epsilon {
        Epsilon::OfMean(fraction) => Epsilon::OfMean(T::constant(fraction)),
        Epsilon::OfStd(fraction) => Epsilon::OfStd(T::constant(fraction)),
        Epsilon::Absolute(value) => Epsilon::Absolute(T::constant(value)),
        _ => Epsilon::default(),
    }
}

/// The largest kernel that is stored unless asked for.
const KERNEL_BYTES: usize = 512 << 20;

/// From level to level of annealing.
const ANNEALING_FACTOR: f64 = 0.5;
/// A level: two save much over one, three little over two.
const ANNEALING_SWEEPS: u32 = 2;

/// The settings of a method, with the library's threshold unless there is another.
pub fn settings<T: Real>(method: &Method) -> Settings<T> {
    let acceleration = match method.acceleration {
        job::Acceleration::Plain => Acceleration::Plain,
        job::Acceleration::Relaxation { factor } => Acceleration::Relaxation { factor: T::constant(factor) },
        job::Acceleration::AdaptiveRelaxation => Acceleration::AdaptiveRelaxation,
        job::Acceleration::Anderson { memory } => Acceleration::Anderson { memory },
        job::Acceleration::Auto { memory } => Acceleration::Auto { memory },
    };
    Settings {
        threshold: method.threshold.map_or(T::DEFAULT_THRESHOLD, T::constant),
        max_sweeps: method.max_sweeps,
        acceleration,
        annealing: method.anneal_from.map(|first| Annealing {
            first: T::constant(first),
            factor: T::constant(ANNEALING_FACTOR),
            sweeps: ANNEALING_SWEEPS,
        }),
        storage: match method.storage {
            StorageName::Auto => Storage::Auto { scalars: KERNEL_BYTES / size_of::<T>() },
            StorageName::Stream => Storage::Stream,
            StorageName::Kernel => Storage::Kernel,
        },
        threads: method.threads,
        ..Settings::default()
    }
}

/// The threshold as people write it: 1e-3, not the decimals of the nearest `f32`.
pub fn threshold<T: Real>(method: &Method) -> f64 {
    let default = T::DEFAULT_THRESHOLD;
    method.threshold.unwrap_or_else(|| default.to_string().parse().unwrap_or_else(|_| default.widen()))
}
