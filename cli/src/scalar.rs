//! The two precisions: what the program needs of a scalar beyond what the solver does.

use sinkhorn_core::{Acceleration, DualSort, Epsilon, Form, Initializer, Monotone, Real, Settings, Storage, Zero};
use sinkhorn_init::{Auto, CoarseStart, GaussianStart, MixtureSettings, MixtureStart, SubsampleStart, Timed};

use crate::args::StartName;
use crate::job;

/// `f32` or `f64`.
pub trait Scalar: Real + npyz::AutoSerialize {
    /// As it is typed.
    const NAME: &'static str;

    /// The start of that name, with a clock.
    fn start(name: StartName, seed: u64) -> Box<dyn Initializer<Self>>;
}

macro_rules! scalar {
    ($t:ident) => {
        impl Scalar for $t {
            const NAME: &'static str = stringify!($t);

            fn start(name: StartName, seed: u64) -> Box<dyn Initializer<Self>> {
                match name {
                    StartName::Auto => Box::new(Timed(Auto)),
                    StartName::Zero => Box::new(Timed(Zero)),
                    StartName::Monotone => Box::new(Timed(Monotone)),
                    StartName::DualSort => Box::new(Timed(DualSort::default())),
                    StartName::Gaussian => Box::new(Timed(GaussianStart::new(Form::Entropic))),
                    StartName::GaussianUnregularised => Box::new(Timed(GaussianStart::new(Form::Unregularised))),
                    StartName::Mixture => {
                        let settings = MixtureSettings { seed, ..MixtureSettings::default() };
                        Box::new(Timed(MixtureStart { settings, ..MixtureStart::default() }))
                    }
                    StartName::Coarse => Box::new(Timed(CoarseStart::default())),
                    StartName::Subsample => Box::new(Timed(SubsampleStart { seed, ..SubsampleStart::default() })),
                }
            }
        }
    };
}

scalar!(f32);
scalar!(f64);

/// The same regularisation in another precision.
pub fn epsilon<T: Real>(epsilon: Epsilon<f64>) -> Epsilon<T> {
    match epsilon {
        Epsilon::OfMean(fraction) => Epsilon::OfMean(T::constant(fraction)),
        Epsilon::OfStd(fraction) => Epsilon::OfStd(T::constant(fraction)),
        Epsilon::Absolute(value) => Epsilon::Absolute(T::constant(value)),
        _ => Epsilon::default(),
    }
}

/// The largest kernel that is stored.
const KERNEL_BYTES: usize = 512 << 20;

/// Settings with the library's threshold unless there is another.
pub fn settings<T: Real>(
    acceleration: job::Acceleration,
    threshold: Option<f64>,
    max_sweeps: u32,
    threads: usize,
) -> Settings<T> {
    let acceleration = match acceleration {
        job::Acceleration::Plain => Acceleration::Plain,
        job::Acceleration::Relaxation { factor } => Acceleration::Relaxation { factor: T::constant(factor) },
        job::Acceleration::Anderson { memory } => Acceleration::Anderson { memory },
    };
    let threshold = threshold.map_or(T::DEFAULT_THRESHOLD, T::constant);
    let storage = Storage::Auto { scalars: KERNEL_BYTES / size_of::<T>() };
    Settings { threshold, max_sweeps, acceleration, storage, threads, ..Settings::default() }
}
