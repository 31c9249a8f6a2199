//! A bad call: what was wrong, in which argument, and where.

use core::ffi::CStr;
use core::fmt;

use crate::float::Float;

/// Names the argument that an error is about, as the Rust and C parameters are called.
///
/// The arguments of this crate are constants; other crates name theirs with [`Argument::new`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Argument(&'static &'static str); // ends in NUL, for C; a thin pointer keeps errors small

/// Declares arguments of this crate by constant and name.
macro_rules! arguments {
    ($($constant:ident $name:literal)*) => {
        impl $crate::error::Argument {
            $(
                #[doc = concat!("The argument `", $name, "`.")]
                pub const $constant: $crate::error::Argument = $crate::error::Argument::new(&concat!($name, "\0"));
            )*
        }
    };
}
pub(crate) use arguments;

arguments! {
    X "x" Y "y" A "a" B "b" COST "cost" COST_SCALE "cost_scale" EPSILON "epsilon" RHO_A "rho_a" RHO_B "rho_b"
    F "f" G "g" DIMENSION "dimension" START "start" THRESHOLD "threshold" MAX_SWEEPS "max_sweeps"
    ACCELERATION "acceleration" STORAGE "storage" RELAXATION "relaxation" MEMORY "memory"
    ANNEALING_FIRST "annealing_first" ANNEALING_FACTOR "annealing_factor" ANNEALING_SWEEPS "annealing_sweeps"
    THREADS "threads" SIMD "simd" WORKSPACE "workspace" OUTPUT "output" VECTOR "vector" COTANGENT "cotangent"
    TANGENT "tangent" GRADIENTS "gradients" PLAN "plan" MAP "map" TOLERANCE "tolerance"
    MAX_ITERATIONS "max_iterations"
}

impl Argument {
    /// Makes an argument of a name that ends in NUL, as C wants it: `Argument::new(&"shares\0")`.
    ///
    /// # Panics
    /// If the name does not end in NUL; for a constant the compiler says so.
    pub const fn new(name: &'static &'static str) -> Self {
        assert!(matches!(name.as_bytes(), [.., 0]), "the name of an argument ends in NUL");
        Argument(name)
    }

    /// Returns the name as it is written in calls: `x`, `y`, `a`, `b`, `cost`, `epsilon`, ...
    pub fn name(self) -> &'static str {
        self.0.strip_suffix('\0').unwrap_or(self.0)
    }

    /// Returns the name for C.
    pub fn c_name(self) -> &'static CStr {
        CStr::from_bytes_until_nul(self.0.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name()) // without the quotes of a string, whose escapes are kilobytes in firmware
    }
}

/// A place in an argument: an entry of a vector, or row and column of a matrix or point set. It is counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Entry of a vector; row of a matrix; number of a point.
    pub row: usize,
    /// Column of a matrix; coordinate of a point; `None` in a vector.
    pub column: Option<usize>,
}

impl Place {
    /// Makes the place of an entry of a vector, or of a point.
    pub const fn entry(row: usize) -> Self {
        Place { row, column: None }
    }

    /// Makes the place of an entry of a matrix, or of a coordinate of a point.
    pub const fn cell(row: usize, column: usize) -> Self {
        Place { row, column: Some(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            None => write!(f, "[{}]", self.row),
            Some(column) => write!(f, "[{}, {}]", self.row, column),
        }
    }
}

/// A bad call. Nothing has been written when one is returned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Error {
    /// The argument at fault.
    pub argument: Argument,
    /// The fault, and its place.
    pub kind: ErrorKind,
}

/// A fault of an argument.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The argument has no entries.
    Empty,
    /// An entry is NaN or infinite.
    NotFinite {
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
    },
    /// An entry that must not be negative is.
    Negative {
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
    },
    /// A number that must be positive (and finite, unless it is a `rho`) is not.
    NotPositive {
        /// Its value.
        value: f64,
    },
    /// A number lies outside the range that its documentation states.
    OutOfRange {
        /// Its value.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// An entry lies outside the range that the documentation of its argument states.
    EntryOutOfRange {
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// The length does not match the rest of the problem.
    Length {
        /// The length that the problem asks for, in scalars.
        expected: usize,
        /// The length that was given.
        actual: usize,
    },
    /// The number of scalars is not a multiple of the dimension of the points.
    Ragged {
        /// Scalars given.
        length: usize,
        /// Scalars a point.
        dimension: usize,
    },
    /// All weights are zero.
    NoMass,
    /// A balanced problem needs the same total weight on both sides; names `b`.
    UnequalMass {
        /// Total of `a`.
        a: f64,
        /// Total of `b`.
        b: f64,
    },
    /// A number that is computed from the argument leaves the range of the scalar: an epsilon too small for the cost
    /// (cost / epsilon), points too far apart (their cost), weights too large (their product), a cotangent too large
    /// (the gradient). If this is seen in the results only, they have been written and are not to be used.
    Overflow,
    /// An epsilon is so small beside the costs that costs which differ by it are the same number in the scalar.
    BelowResolution {
        /// Its value, in units of cost.
        value: f64,
        /// A value that is accepted, in the same units, and close to the least.
        least: f64,
        /// The largest difference between costs that matter.
        apart: f64,
        /// Bits of the scalar: 32 or 64.
        bits: u8,
        /// The scalar is `f32`, and `f64` would resolve it.
        wider: bool,
    },
    /// A point is so far from the other side that the cost between them leaves the range of the scalar.
    TooFar {
        /// Which point.
        place: Place,
    },
    /// A cost is so large that what is computed from it leaves the range of the scalar; names `cost`. An infinite cost
    /// is accepted, and forbids its pair.
    CostTooLarge {
        /// Which entry.
        place: Place,
        /// Its value.
        value: f64,
    },
    /// Infinite costs forbid so many pairs that no plan has the marginals that are asked for. Names the side with a
    /// point that has mass and no pair that may carry it; `cost` if no single point is at fault.
    Infeasible {
        /// That point.
        place: Option<Place>,
    },
    /// The sum of weights leaves the range in which products of it can be computed.
    Total {
        /// Their sum.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// The lent memory is too small; names `workspace`.
    Workspace {
        /// Scalars needed.
        required: usize,
        /// Scalars lent.
        actual: usize,
    },
    /// A size in scalars does not fit `usize`, or an index does not fit 32 bits.
    TooLarge,
    /// The start, or what else was asked for, is not defined for this problem.
    Unsupported {
        /// Why, in a few words.
        reason: &'static str,
    },
}

impl Error {
    /// Blames an argument.
    pub const fn new(argument: Argument, kind: ErrorKind) -> Self {
        Error { argument, kind }
    }

    /// Refuses an argument for this reason.
    pub const fn unsupported(argument: Argument, reason: &'static str) -> Self {
        Error::new(argument, ErrorKind::unsupported(reason))
    }

    /// Returns the entry at fault; not every error has one.
    pub fn place(&self) -> Option<Place> {
        self.kind.place()
    }

    /// Says that a start is not for a problem, so that another start may be tried: [`ErrorKind::Unsupported`],
    /// [`ErrorKind::Overflow`] or [`ErrorKind::TooFar`].
    pub fn is_unsuited_start(&self) -> bool {
        matches!(self.kind, ErrorKind::Unsupported { .. } | ErrorKind::Overflow | ErrorKind::TooFar { .. })
    }

    /// Moves the entry at fault, if there is one.
    pub(crate) fn map_place(mut self, to: impl Fn(Place) -> Place) -> Self {
        if let Some(place) = self.kind.place_mut() {
            *place = to(*place);
        }
        self
    }
}

impl ErrorKind {
    /// Gives a reason for a refusal, in builds that have words for it.
    pub const fn unsupported(reason: &'static str) -> Self {
        ErrorKind::Unsupported { reason: if cfg!(feature = "messages") { reason } else { "" } }
    }

    /// Returns the entry at fault; not every error has one.
    pub fn place(mut self) -> Option<Place> {
        self.place_mut().copied()
    }

    fn place_mut(&mut self) -> Option<&mut Place> {
        match self {
            ErrorKind::NotFinite { place, .. }
            | ErrorKind::Negative { place, .. }
            | ErrorKind::EntryOutOfRange { place, .. }
            | ErrorKind::CostTooLarge { place, .. }
            | ErrorKind::TooFar { place } => Some(place),
            ErrorKind::Infeasible { place } => place.as_mut(),
            _ => None,
        }
    }

    /// Writes the message about an argument of this name.
    ///
    /// # Errors
    /// Those of the formatter.
    pub fn write(&self, argument: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ErrorKind::*;
        match *self {
            Empty => write!(f, "{argument} is empty"),
            NotFinite { place, value } => {
                // Where costs must be finite, an infinite one is refused.
                let may_forbid = argument == Argument::COST.name() && value != f64::INFINITY;
                let unless = if may_forbid { ", or inf to forbid the pair" } else { "" };
                write!(f, "{argument}{place} is {value}: every entry must be finite{unless}")
            }
            Negative { place, value } => {
                write!(f, "{argument}{place} is {}: no entry may be negative", Number(value))
            }
            NotPositive { value } => write!(f, "{argument} is {}: it must be positive", Number(value)),
            OutOfRange { value, range } => write!(f, "{argument} is {}: it must lie in {range}", Number(value)),
            EntryOutOfRange { place, value, range } => {
                write!(f, "{argument}{place} is {}: every entry must lie in {range}", Number(value))
            }
            Length { expected, actual } => write!(f, "{argument} has {actual} scalars where {expected} are needed"),
            Ragged { length, dimension } => {
                write!(f, "{argument} has {length} scalars, not a multiple of the dimension {dimension}")
            }
            NoMass => write!(f, "{argument} sums to zero: there is no mass to transport"),
            UnequalMass { a, b } => {
                let (a, b) = (Number(a), Number(b));
                write!(f, "a sums to {a} and b to {b}: a balanced problem needs equal totals")
            }
            Overflow if argument == Argument::VALUES.name() => {
                write!(f, "{argument} are too far apart: their spread overflows the scalar")
            }
            Overflow => write!(f, "{argument} is too extreme: what is computed from it overflows the scalar"),
            BelowResolution { value, least, apart, bits, wider } => write!(
                f,
                "{argument} is {value:.3e}: f{bits} resolves costs up to {apart:.1e} apart only if \
                 it is at least {least:.3e}{}",
                if wider { ", or use f64" } else { "" }
            ),
            TooFar { place } => {
                write!(f, "{argument}{place} is too far from the other side: their cost overflows the scalar")
            }
            CostTooLarge { place, value } => write!(
                f,
                "{argument}{place} is {value:e}: what is computed from it overflows; \
                 an infinite cost forbids a pair"
            ),
            Infeasible { place: Some(place) } => write!(
                f,
                "{argument}{place} has mass and nowhere to go: \
                 all its costs to points with mass are infinite"
            ),
            Infeasible { place: None } => write!(
                f,
                "{argument} forbids every plan: some points of one side have more mass than all points \
                 of the other that they may go to"
            ),
            Total { value, range } => {
                write!(f, "{argument} sums to {}: the sum must lie in {range}", Number(value))
            }
            Workspace { required, actual } => {
                write!(f, "{argument} holds {actual} scalars where {required} are needed")
            }
            TooLarge => write!(f, "{argument} is too large to be addressed"),
            Unsupported { reason } => write!(f, "{argument}: {reason}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.write(self.argument.name(), f)
    }
}

impl core::error::Error for Error {}

/// A number in a message: 0.25 as it is, and 1e300 without 301 digits.
///
/// ```
/// use sinkhorn_core::error::Number;
/// assert_eq!([1e300, -1e-7, 0.25, 2.0].map(|value| Number(value).to_string()), ["1e300", "-1e-7", "0.25", "2"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Number(value) = *self;
        let is_short = value == 0.0 || !value.is_finite() || (1e-5..1e15).contains(&value.abs());
        if is_short { write!(f, "{value}") } else { write!(f, "{value:e}") }
    }
}

/// Refuses another number of values than the rest of the problem asks for.
pub(crate) fn check_length<T>(argument: Argument, values: &[T], expected: usize) -> Result<(), Error> {
    let actual = values.len();
    if actual == expected { Ok(()) } else { Err(Error::new(argument, ErrorKind::Length { expected, actual })) }
}

/// Refuses memory that is too short.
pub(crate) fn check_workspace(required: usize, actual: usize) -> Result<(), Error> {
    let kind = ErrorKind::Workspace { required, actual };
    if actual >= required { Ok(()) } else { Err(Error::new(Argument::WORKSPACE, kind)) }
}

/// Refuses zero, negative numbers, infinity and NaN.
pub(crate) fn check_positive<T: Float>(argument: Argument, value: T) -> Result<(), Error> {
    if value > T::ZERO && value.is_finite() { Ok(()) } else { Err(not_positive(argument, value.widen())) }
}

/// Refuses zero.
pub(crate) fn check_count(argument: Argument, count: usize) -> Result<(), Error> {
    if count > 0 { Ok(()) } else { Err(not_positive(argument, 0.0)) }
}

#[cold]
pub(crate) fn not_positive(argument: Argument, value: f64) -> Error {
    Error::new(argument, ErrorKind::NotPositive { value })
}
