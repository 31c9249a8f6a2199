//! The potential between two Gaussians fitted to the data, in closed form.

use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, Dim, DimDiff, DimSub, OMatrix, OVector, RealField, SymmetricEigen, U1};

use super::{Initializer, Scratch, Started, Target, Wrote};
use crate::error::{Argument, Error, ErrorKind, arguments};
use crate::float::Float;
use crate::measure::{Points, Weights};
use crate::real::Real;
use crate::reduce;

arguments! { COVARIANCE "covariance" }

/// Which problem between the two Gaussians is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// The entropic one (Janati, Muzellec, Peyre and Cuturi 2020, theorem 1): the same price, and closer.
    #[default]
    Entropic,
    /// The unregularised one (Bures map), as in Thornton and Cuturi 2022, section 4.2.
    Unregularised,
}

impl Form {
    /// The name of the Gaussian start of this form, in reports and on the command line.
    pub const fn start_name(self) -> &'static str {
        match self {
            Form::Entropic => "gaussian",
            Form::Unregularised => "gaussian-unregularised",
        }
    }
}

/// Mean and covariance of a weighted point set.
#[derive(Debug, Clone)]
pub struct Moments<T, D>
where
    T: Real + RealField,
    D: Dim,
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    /// d.
    pub mean: OVector<T, D>,
    /// d x d, symmetric, non-negative.
    pub covariance: OMatrix<T, D, D>,
}

impl<T, D> Moments<T, D>
where
    T: Real + RealField,
    D: Dim,
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    /// The weighted moments (divided by the total weight: no n - 1).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] where the dimension is not that of the points; [`ErrorKind::Overflow`] where a moment is infinite.
    pub fn of(dimension: D, points: Points<'_, T>, weights: Weights<'_, T>, argument: Argument) -> Result<Self, Error> {
        let d = dimension.value();
        if points.dimension() != d {
            return Err(Error::new(Argument::DIMENSION, ErrorKind::Length { expected: points.dimension(), actual: d }));
        }
        let (n, total) = (points.len(), weights.total());
        let mut mean = OVector::<T, D>::zeros_generic(dimension, Const::<1>);
        for k in 0..d {
            mean[k] = points.mean(weights, k);
        }
        let mut covariance = OMatrix::<T, D, D>::zeros_generic(dimension, dimension);
        let mut deviation = mean.clone();
        for i in 0..n {
            let share = weights.get(i) / total;
            for (slot, (&value, &center)) in deviation.iter_mut().zip(points.point(i).iter().zip(mean.iter())) {
                *slot = value - center;
            }
            // The upper triangle, column by column as it is stored.
            for k in 0..d {
                let factor = share * deviation[k];
                let column = &mut covariance.as_mut_slice()[k * d..k * d + k + 1];
                for (slot, &other) in column.iter_mut().zip(deviation.as_slice()) {
                    *slot += factor * other;
                }
            }
        }
        for k in 0..d {
            for l in 0..k {
                covariance[(k, l)] = covariance[(l, k)];
            }
        }
        if !(mean.iter().chain(covariance.iter())).all(|&value| Float::is_finite(value)) {
            return Err(Error::new(argument, ErrorKind::Overflow));
        }
        Ok(Moments { mean, covariance })
    }
}

/// f(x) = |x - m0|^2 - (x - m0)^T M (x - m0) + 2 (x - m0)^T (m0 - m1), a potential of transport between N(m0, S0) and
/// N(m1, S1) under |x - y|^2, up to a constant.
///
/// With R = S0^(1/2) S1 S0^(1/2): unregularised, M = S0^(-1/2) R^(1/2) S0^(-1/2); entropic, with sigma = epsilon / 2,
/// M = S0^(-1/2) ((4 R + sigma^2 I)^(1/2) - sigma I) / 2 S0^(-1/2). Eigenvalues of S0 below 1e-12 of the largest (8
/// units in the last place in `f32`) count as zero and are left out of the inverse: a constant column, fewer points
/// than dimensions or a single atom give a finite potential.
#[derive(Debug, Clone)]
pub struct Gaussian<T, D>
where
    T: Real + RealField,
    D: Dim,
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    center: OVector<T, D>,
    quadratic: OMatrix<T, D, D>,
    shift: OVector<T, D>,
    mean: T,
    value: T,
}

impl<T, D> Gaussian<T, D>
where
    T: Real + RealField,
    D: DimSub<U1>,
    DefaultAllocator: Allocator<D> + Allocator<D, D> + Allocator<DimDiff<D, U1>>,
{
    /// The potential on the side of `source`.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for epsilon; [`ErrorKind::Unsupported`] where the eigenvalue iteration fails, which finite
    /// symmetric matrices have not been seen to cause.
    pub fn between(source: &Moments<T, D>, target: &Moments<T, D>, epsilon: T, form: Form) -> Result<Self, Error> {
        if !(epsilon > T::ZERO && Float::is_finite(epsilon)) {
            return Err(Error::new(Argument::EPSILON, ErrorKind::NotPositive { value: epsilon.widen() }));
        }
        let (dimension, _) = source.covariance.shape_generic();
        let d = dimension.value();

        let eigen = eigen(source.covariance.clone())?;
        let largest = eigen.eigenvalues.iter().fold(T::ZERO, |most, &value| Float::max(most, value));
        let floor = largest * Float::max(T::constant(1e-12), T::constant(8.0) * T::EPSILON);
        let mut root = eigen.eigenvectors.clone();
        let mut inverse_root = eigen.eigenvectors.clone();
        for k in 0..d {
            let value = eigen.eigenvalues[k];
            let (factor, inverse) =
                if value > floor { (Float::sqrt(value), T::ONE / Float::sqrt(value)) } else { (T::ZERO, T::ZERO) };
            for l in 0..d {
                root[(l, k)] *= factor;
                inverse_root[(l, k)] *= inverse;
            }
        }
        let transposed = eigen.eigenvectors.transpose();
        let root = root * &transposed;
        let inverse_root = inverse_root * &transposed;

        let inner = self::eigen(symmetric(&root * &target.covariance * &root))?;
        let sigma = T::HALF * epsilon;
        let mut scaled = inner.eigenvectors.clone();
        let (mut covered, mut entropy) = (T::ZERO, T::ZERO);
        for k in 0..d {
            let value = Float::max(inner.eigenvalues[k], T::ZERO);
            let factor = match form {
                Form::Unregularised => Float::sqrt(value),
                // (sqrt(4 v + sigma^2) - sigma) / 2 without the cancellation.
                Form::Entropic => {
                    let four = T::TWO * T::TWO;
                    T::TWO * value / (Float::sqrt(four * value + sigma * sigma) + sigma)
                }
            };
            covered += factor;
            if form == Form::Entropic {
                entropy += sigma * Float::ln_1p(factor / sigma);
            }
            for l in 0..d {
                scaled[(l, k)] *= factor;
            }
        }
        let middle = scaled * inner.eigenvectors.transpose();
        let quadratic = symmetric(&inverse_root * middle * &inverse_root);
        let shift = &source.mean - &target.mean;
        if !quadratic.iter().chain(shift.iter()).all(|&value| Float::is_finite(value)) {
            return Err(Error::new(Argument::COVARIANCE, ErrorKind::Overflow));
        }
        let spread = source.covariance.trace();
        let value = shift.dot(&shift) + spread + target.covariance.trace() - T::TWO * covered + entropy;
        Ok(Gaussian { center: source.mean.clone(), quadratic, shift, mean: spread - covered, value })
    }

    /// The mean of f under the source, tr(S0) - tr(M S0): subtract it to compare potentials of several pairs.
    pub fn mean(&self) -> T {
        self.mean
    }

    /// What transport between the two Gaussians costs: |m0 - m1|^2 + tr(S0 + S1) - 2 tr(R^(1/2)) unregularised.
    /// Entropic, with epsilon KL(P | product of the two): |m0 - m1|^2 + tr(S0 + S1) - tr(D) + d sigma (1 - log(2
    /// sigma)) + sigma log det(D + sigma I) with D = (4 R + sigma^2 I)^(1/2) (Janati, Muzellec, Peyre and Cuturi 2020,
    /// theorem 1).
    pub fn value(&self) -> T {
        self.value
    }

    /// f(x).
    ///
    /// # Panics
    /// Where `x` has fewer coordinates than the Gaussians.
    pub fn at(&self, x: &[T]) -> T {
        let d = self.center.len();
        let mut u = self.center.clone();
        for (slot, &value) in u.iter_mut().zip(&x[..d]) {
            *slot = value - *slot;
        }
        let mut total = T::ZERO;
        for k in 0..d {
            // Symmetric: a column, which is contiguous, for the row.
            let image = reduce::dot(&self.quadratic.as_slice()[k * d..(k + 1) * d], u.as_slice());
            total += u[k] * ((u[k] - image) + T::TWO * self.shift[k]);
        }
        total
    }

    /// Fits both sides of a problem and writes the potential of every x: the Gaussian start at any dimension.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] unless the cost is squared Euclidean between points; those of [`Moments::of`] and
    /// [`Gaussian::between`].
    pub fn fit(dimension: D, target: &Target<'_, '_, T>, form: Form, f: &mut [T]) -> Result<(), Error> {
        let problem = target.problem;
        let cloud = target.squared_euclidean_points("gaussian needs points under the squared Euclidean cost")?;
        let source = Moments::of(dimension, cloud.x(), problem.a(), Argument::X)?;
        let other = Moments::of(dimension, cloud.y(), problem.b(), Argument::Y)?;
        let gaussian = Gaussian::between(&source, &other, target.epsilon, form)?;
        for (i, value) in f.iter_mut().enumerate() {
            *value = gaussian.at(cloud.x().point(i));
        }
        Ok(())
    }
}

fn eigen<T, D>(matrix: OMatrix<T, D, D>) -> Result<SymmetricEigen<T, D>, Error>
where
    T: Real + RealField,
    D: DimSub<U1>,
    DefaultAllocator: Allocator<D> + Allocator<D, D> + Allocator<DimDiff<D, U1>>,
{
    SymmetricEigen::try_new(matrix, T::EPSILON, 10_000)
        .ok_or(Error::unsupported(Argument::COVARIANCE, "the eigenvalue iteration did not converge"))
}

/// Rounding makes a product of symmetric matrices slightly asymmetric.
fn symmetric<T, D>(matrix: OMatrix<T, D, D>) -> OMatrix<T, D, D>
where
    T: Real + RealField,
    D: Dim,
    DefaultAllocator: Allocator<D, D>,
{
    let transposed = matrix.transpose();
    (matrix + transposed) * T::HALF
}

/// The Gaussian start for points of a dimension known at compile time: no allocation. `sinkhorn-init` has the one for
/// dimensions known at run time.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixedGaussianStart<const D: usize> {
    /// Entropic unless told otherwise.
    pub form: Form,
}

impl<T, const D: usize> Initializer<T> for FixedGaussianStart<D>
where
    T: Real + RealField,
    Const<D>: DimSub<U1>,
    DefaultAllocator: Allocator<Const<D>> + Allocator<Const<D>, Const<D>> + Allocator<DimDiff<Const<D>, U1>>,
{
    fn name(&self) -> &'static str {
        self.form.start_name()
    }

    /// # Errors
    /// Those of [`Gaussian::fit`].
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        _g: &mut [T],
        _scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        Gaussian::fit(Const::<D>, target, self.form, f)?;
        Ok(Started::new(self.form.start_name(), Wrote::F))
    }
}
