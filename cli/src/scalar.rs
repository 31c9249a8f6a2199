//! The two precisions: what the program needs of a scalar beyond what the solver does.

use sinkhorn_core::{Acceleration, Epsilon, Form, Initializer, Monotone, Real, Settings, Storage, Zero};
use sinkhorn_init::GaussianStart;

use crate::args::StartName;
use crate::job;

/// `f32` or `f64`.
pub trait Scalar: Real + npyz::AutoSerialize {
    /// As it is typed.
    const NAME: &'static str;

    /// The start of that name for points of that dimension: here `auto` is decided.
    fn start(name: StartName, dimension: usize) -> Box<dyn Initializer<Self>>;
}

macro_rules! scalar {
    ($t:ident) => {
        impl Scalar for $t {
            const NAME: &'static str = stringify!($t);

            fn start(name: StartName, dimension: usize) -> Box<dyn Initializer<Self>> {
                match name {
                    StartName::Auto if dimension == 1 => Box::new(Monotone),
                    StartName::Auto | StartName::Gaussian => Box::new(GaussianStart::new(Form::Entropic)),
                    StartName::Zero => Box::new(Zero),
                    StartName::Monotone => Box::new(Monotone),
                    StartName::GaussianUnregularised => Box::new(GaussianStart::new(Form::Unregularised)),
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

/// The largest kernel that is stored: a matter of memory only, for reading one beats streaming at every size of the benchmark.
const KERNEL_BYTES: usize = 512 << 20;

/// Settings with the library's threshold unless there is another.
pub fn settings<T: Real>(acceleration: job::Acceleration, threshold: Option<f64>, max_sweeps: u32) -> Settings<T> {
    let acceleration = match acceleration {
        job::Acceleration::Plain => Acceleration::Plain,
        job::Acceleration::Relaxation { factor } => Acceleration::Relaxation { factor: T::constant(factor) },
        job::Acceleration::Anderson { memory } => Acceleration::Anderson { memory },
    };
    let threshold = threshold.map_or(T::DEFAULT_THRESHOLD, T::constant);
    let storage = Storage::Auto { scalars: KERNEL_BYTES / size_of::<T>() };
    Settings { threshold, max_sweeps, acceleration, storage, ..Settings::default() }
}
