//! Ground costs c(x, y) between points: one file a cost. A cost of your own implements [`GroundCost`].

mod built_in;
mod cosine;
mod euclidean;
mod manhattan;
mod p_norm;
mod scale;
mod squared_euclidean;

pub use built_in::LibraryCost;
pub use cosine::Cosine;
pub use euclidean::Euclidean;
pub use manhattan::Manhattan;
pub use p_norm::PNorm;
pub use scale::CostScale;
pub use squared_euclidean::SquaredEuclidean;

use crate::real::Real;
pub(crate) use built_in::BuiltIn;

/// Writes the gradient of a cost h(x - y): `entry(k)` in x, and the negative of it in y.
fn of_difference<T: Real>(in_x: &mut [T], in_y: &mut [T], entry: impl Fn(usize) -> T) {
    for (k, (in_x, in_y)) in in_x.iter_mut().zip(in_y).enumerate() {
        *in_x = entry(k);
        *in_y = -*in_x;
    }
}

/// Returns -1, 0 or 1.
fn sign<T: Real>(value: T) -> T {
    if value > T::ZERO {
        T::ONE
    } else if value < T::ZERO {
        -T::ONE
    } else {
        T::ZERO
    }
}

/// The derivatives that a ground cost can write, each including those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Smoothness {
    /// It has none. Derivatives in the points are refused, and everything else works.
    #[default]
    None,
    /// It has [`GroundCost::gradient`].
    Gradient,
    /// It also has [`GroundCost::gradient_along`], which products with the Hessian of the objective need.
    Hessian,
}

/// A cost between two points of the same dimension.
///
/// A new cost needs [`GroundCost::cost`] and [`GroundCost::name`]. The other methods are for speed, for derivatives,
/// and for starts that hold for some costs only.
pub trait GroundCost<T: Real>: Sync {
    /// Returns the name in reports and on the command line.
    fn name(&self) -> &'static str;

    /// Returns c(x, y). It is finite for points that are not extreme, or plus infinity if a point must not go to the
    /// other. A solve refuses NaN and minus infinity.
    fn cost(&self, x: &[T], y: &[T]) -> T;

    /// Writes c(x, y_j) for consecutive points y_j of `ys` (row-major, of dimension `x.len()`) into `out`.
    fn row(&self, x: &[T], ys: &[T], out: &mut [T]) {
        for (value, y) in out.iter_mut().zip(ys.chunks_exact(x.len())) {
            *value = self.cost(x, y);
        }
    }

    /// Says which of the derivatives below the cost has. A cost that overrides them must override this too.
    fn smoothness(&self) -> Smoothness {
        Smoothness::None
    }

    /// Writes the gradient of c(x, y) in x and in y. At a kink it writes a subgradient: 0 if that is one, as for
    /// coincident points under |x - y|.
    fn gradient(&self, x: &[T], y: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let _ = (x, y, in_x, in_y);
    }

    /// Writes how [`GroundCost::gradient`] changes along (dx, dy), which is a product with the Hessian of c. At a kink,
    /// and if the product is infinite, it writes 0.
    fn gradient_along(&self, x: &[T], y: &[T], dx: &[T], dy: &[T], in_x: &mut [T], in_y: &mut [T]) {
        let _ = (x, y, dx, dy, in_x, in_y);
    }

    /// Returns true for |x-y|^2 and nothing else. That cost is solved through dot products, and is the only one of the
    /// Gaussian starts.
    fn is_squared_euclidean(&self) -> bool {
        false
    }

    /// Tells which cost of the library this is, for sweeps in vectors. Only the library can name one.
    #[doc(hidden)]
    fn built_in(&self) -> BuiltIn<T> {
        if self.is_squared_euclidean() { BuiltIn::SquaredEuclidean } else { BuiltIn::None }
    }

    /// Says whether, in dimension 1, c(x, y) = h(x - y) with h convex, which the monotone start needs.
    fn is_convex_on_the_line(&self) -> bool {
        matches!(self.built_in(), BuiltIn::SquaredEuclidean | BuiltIn::Norm(_))
    }
}
