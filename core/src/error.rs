//! A bad call: what was wrong, in which argument, and where.

use core::ffi::CStr;
use core::fmt;

/// The arguments that a message can name. The names are those of the Rust and C parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // each is the parameter of that name
pub enum Argument {
    X,
    Y,
    A,
    B,
    Cost,
    CostScale,
    Epsilon,
    RhoA,
    RhoB,
    F,
    G,
    Dimension,
    Start,
    Threshold,
    MaxSweeps,
    Acceleration,
    Storage,
    Relaxation,
    Memory,
    AnnealingFirst,
    AnnealingFactor,
    AnnealingSweeps,
    Threads,
    Simd,
    Workspace,
    Output,
    Vector,
    Cotangent,
    Tangent,
    Gradients,
    Mean,
    Covariance,
    Shares,
    Plan,
    Map,
    Tolerance,
    MaxIterations,
    Levels,
    Values,
    K,
}

impl Argument {
    /// The name as it is written in calls: `x`, `y`, `a`, `b`, `cost`, `epsilon`, ...
    pub const fn name(self) -> &'static str {
        match self.c_name().to_str() {
            Ok(name) => name,
            Err(_) => "", // they are ASCII
        }
    }

    /// The same for C.
    pub const fn c_name(self) -> &'static CStr {
        match self {
            Argument::X => c"x",
            Argument::Y => c"y",
            Argument::A => c"a",
            Argument::B => c"b",
            Argument::Cost => c"cost",
            Argument::CostScale => c"cost_scale",
            Argument::Epsilon => c"epsilon",
            Argument::RhoA => c"rho_a",
            Argument::RhoB => c"rho_b",
            Argument::F => c"f",
            Argument::G => c"g",
            Argument::Dimension => c"dimension",
            Argument::Start => c"start",
            Argument::Threshold => c"threshold",
            Argument::MaxSweeps => c"max_sweeps",
            Argument::Acceleration => c"acceleration",
            Argument::Storage => c"storage",
            Argument::Relaxation => c"relaxation",
            Argument::Memory => c"memory",
            Argument::AnnealingFirst => c"annealing_first",
            Argument::AnnealingFactor => c"annealing_factor",
            Argument::AnnealingSweeps => c"annealing_sweeps",
            Argument::Threads => c"threads",
            Argument::Simd => c"simd",
            Argument::Workspace => c"workspace",
            Argument::Output => c"output",
            Argument::Vector => c"vector",
            Argument::Cotangent => c"cotangent",
            Argument::Tangent => c"tangent",
            Argument::Gradients => c"gradients",
            Argument::Mean => c"mean",
            Argument::Covariance => c"covariance",
            Argument::Shares => c"shares",
            Argument::Plan => c"plan",
            Argument::Map => c"map",
            Argument::Tolerance => c"tolerance",
            Argument::MaxIterations => c"max_iterations",
            Argument::Levels => c"levels",
            Argument::Values => c"values",
            Argument::K => c"k",
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where in an argument: an entry of a vector, or row and column of a matrix or point set. Counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Entry of a vector; row of a matrix; number of a point.
    pub row: usize,
    /// Column of a matrix; coordinate of a point; `None` in a vector.
    pub column: Option<usize>,
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
#[non_exhaustive]
pub enum Error {
    /// The argument has no entries.
    Empty {
        /// Which one.
        argument: Argument,
    },
    /// An entry is NaN or infinite.
    NotFinite {
        /// Which argument.
        argument: Argument,
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
    },
    /// An entry that must not be negative is.
    Negative {
        /// Which argument.
        argument: Argument,
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
    },
    /// A number that must be positive (and finite, unless it is a `rho`) is not.
    NotPositive {
        /// Which argument.
        argument: Argument,
        /// Its value.
        value: f64,
    },
    /// A number lies outside the range that its documentation states.
    OutOfRange {
        /// Which argument.
        argument: Argument,
        /// Its value.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// An entry lies outside the range that the documentation of its argument states.
    EntryOutOfRange {
        /// Which argument.
        argument: Argument,
        /// Which entry.
        place: Place,
        /// The entry.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// The length does not match the rest of the problem.
    Length {
        /// Which argument.
        argument: Argument,
        /// What the problem asks for, in scalars.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// The number of scalars is not a multiple of the dimension of the points.
    Ragged {
        /// Which argument.
        argument: Argument,
        /// Scalars given.
        length: usize,
        /// Scalars a point.
        dimension: usize,
    },
    /// All weights are zero.
    NoMass {
        /// Which argument.
        argument: Argument,
    },
    /// A balanced problem needs the same total weight on both sides.
    UnequalMass {
        /// Total of `a`.
        a: f64,
        /// Total of `b`.
        b: f64,
    },
    /// What is computed from the argument leaves the range of the scalar: an epsilon too small for the cost (cost / epsilon),
    /// points too far apart (their cost), weights too large (their product), a cotangent too large (the gradient). Where
    /// only the results tell, they have been written and are not to be used.
    Overflow {
        /// Which argument.
        argument: Argument,
    },
    /// An epsilon so small beside the costs that the scalar does not tell such differences of costs apart: cost /
    /// epsilon has no place left behind the point.
    BelowResolution {
        /// Which argument.
        argument: Argument,
        /// Its value, in units of cost.
        value: f64,
        /// A value that is accepted, in the same units, and close to the least.
        least: f64,
        /// How far apart costs are that count.
        apart: f64,
        /// The scalar: `f32` or `f64`.
        scalar: &'static str,
        /// Whether `f64` resolves it where the scalar is `f32`.
        wider: bool,
    },
    /// A point is so far from the other side that the cost between them leaves the range of the scalar.
    TooFar {
        /// Which argument.
        argument: Argument,
        /// Which point.
        place: Place,
    },
    /// A cost is so large that what is computed from it leaves the range of the scalar. An infinite cost is accepted,
    /// and forbids its pair.
    CostTooLarge {
        /// Which entry.
        place: Place,
        /// Its value.
        value: f64,
    },
    /// Infinite costs forbid so many pairs that no plan has the marginals that are asked for.
    Infeasible {
        /// The side with a point that has mass and no pair that may carry it; `cost` if no single point is at fault.
        argument: Argument,
        /// That point.
        place: Option<Place>,
    },
    /// The sum of weights leaves the range in which products of it can be computed.
    Total {
        /// Which argument.
        argument: Argument,
        /// Their sum.
        value: f64,
        /// The range.
        range: &'static str,
    },
    /// The lent memory is too small.
    Workspace {
        /// Scalars needed.
        required: usize,
        /// Scalars lent.
        actual: usize,
    },
    /// A size in scalars does not fit `usize`, or an index does not fit 32 bits.
    TooLarge {
        /// Which argument.
        argument: Argument,
    },
    /// The start, or what else was asked for, is not defined for this problem.
    Unsupported {
        /// Which argument.
        argument: Argument,
        /// Why, in a few words.
        reason: &'static str,
    },
}

impl Error {
    /// The argument at fault.
    pub const fn argument(&self) -> Argument {
        match *self {
            Error::Empty { argument }
            | Error::NotFinite { argument, .. }
            | Error::Negative { argument, .. }
            | Error::NotPositive { argument, .. }
            | Error::OutOfRange { argument, .. }
            | Error::EntryOutOfRange { argument, .. }
            | Error::Length { argument, .. }
            | Error::Ragged { argument, .. }
            | Error::NoMass { argument }
            | Error::Overflow { argument }
            | Error::BelowResolution { argument, .. }
            | Error::TooFar { argument, .. }
            | Error::Total { argument, .. }
            | Error::TooLarge { argument }
            | Error::Unsupported { argument, .. } => argument,
            Error::Infeasible { argument, .. } => argument,
            Error::CostTooLarge { .. } => Argument::Cost,
            Error::UnequalMass { .. } => Argument::B,
            Error::Workspace { .. } => Argument::Workspace,
        }
    }

    /// The entry at fault, where one is.
    pub const fn place(&self) -> Option<Place> {
        match *self {
            Error::NotFinite { place, .. }
            | Error::Negative { place, .. }
            | Error::EntryOutOfRange { place, .. }
            | Error::CostTooLarge { place, .. }
            | Error::TooFar { place, .. } => Some(place),
            Error::Infeasible { place, .. } => place,
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Empty { argument } => write!(f, "{argument} is empty"),
            Error::NotFinite { argument, place, value } => {
                write!(f, "{argument}{place} is {value}: every entry must be finite")
            }
            Error::Negative { argument, place, value } => {
                write!(f, "{argument}{place} is {value}: no entry may be negative")
            }
            Error::NotPositive { argument, value } => write!(f, "{argument} is {value}: it must be positive"),
            Error::OutOfRange { argument, value, range } => {
                write!(f, "{argument} is {value}: it must lie in {range}")
            }
            Error::EntryOutOfRange { argument, place, value, range } => {
                write!(f, "{argument}{place} is {value}: every entry must lie in {range}")
            }
            Error::Length { argument, expected, actual } => {
                write!(f, "{argument} has {actual} scalars where {expected} are needed")
            }
            Error::Ragged { argument, length, dimension } => {
                write!(f, "{argument} has {length} scalars, not a multiple of the dimension {dimension}")
            }
            Error::NoMass { argument } => write!(f, "{argument} sums to zero: there is no mass to transport"),
            Error::UnequalMass { a, b } => {
                write!(f, "a sums to {a} and b to {b}: a balanced problem needs equal totals")
            }
            Error::Overflow { argument } => {
                write!(f, "{argument} is too extreme: what is computed from it overflows the scalar")
            }
            Error::BelowResolution { argument, value, least, apart, scalar, wider } => {
                let advice = if wider { ", or use f64" } else { "" };
                write!(
                    f,
                    "{argument} is {value:.3e}: {scalar} resolves costs up to {apart:.1e} apart only if it is at least \
                     {least:.3e}{advice}"
                )
            }
            Error::TooFar { argument, place } => {
                write!(f, "{argument}{place} is too far from the other side: their cost overflows the scalar")
            }
            Error::CostTooLarge { place, value } => {
                write!(
                    f,
                    "cost{place} is {value:e}: what is computed from it overflows; an infinite cost forbids a pair"
                )
            }
            Error::Infeasible { argument, place: Some(place) } => {
                write!(
                    f,
                    "{argument}{place} has mass and nowhere to go: all its costs to points with mass are infinite"
                )
            }
            Error::Infeasible { argument, place: None } => {
                write!(
                    f,
                    "{argument} forbids every plan: some points of one side have more mass than all points of the \
                           other that they may go to"
                )
            }
            Error::Total { argument, value, range } => {
                write!(f, "{argument} sums to {value}: the sum must lie in {range}")
            }
            Error::Workspace { required, actual } => {
                write!(f, "workspace holds {actual} scalars where {required} are needed")
            }
            Error::TooLarge { argument } => write!(f, "{argument} is too large to be addressed"),
            Error::Unsupported { argument, reason } => write!(f, "{argument}: {reason}"),
        }
    }
}

impl core::error::Error for Error {}

/// Why something is unsupported, in builds that have words for it.
pub(crate) const fn because(reason: &'static str) -> &'static str {
    if cfg!(feature = "messages") { reason } else { "" }
}
