//! The potential between two Gaussians fitted to the data, in closed form.

use super::{Side, Start, StartMemory, StartReport, Target};
use crate::error::{Argument, Error, ErrorKind, arguments, check_length, check_positive, check_workspace};
use crate::measure::{Points, Weights};
use crate::memory;
use crate::real::Real;
use crate::reduce;

arguments! { COVARIANCE "covariance" }

/// The problem between the two Gaussians that is solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GaussianForm {
    /// The entropic problem (Janati, Muzellec, Peyre and Cuturi 2020, theorem 1). It takes as long, and is closer.
    #[default]
    Entropic,
    /// The unregularised one (Bures map), as in Thornton and Cuturi 2022, section 4.2.
    Unregularised,
}

/// Mean and covariance of a measure, in memory of the caller.
#[derive(Debug, Clone, Copy)]
pub struct Moments<'m, T> {
    /// d.
    pub mean: &'m [T],
    /// d x d, symmetric, non-negative.
    pub covariance: &'m [T],
}

impl<'m, T: Real> Moments<'m, T> {
    /// Returns the scalars that [`Moments::of`] needs.
    pub const fn len(dimension: usize) -> usize {
        dimension * (dimension + 2)
    }

    /// Computes the weighted moments (divided by the total weight: no n - 1) in `memory`.
    ///
    /// # Errors
    /// [`ErrorKind::Workspace`] if the memory is shorter than [`Moments::len`]; [`ErrorKind::Overflow`] if a moment is
    /// infinite.
    pub fn of(
        points: Points<'_, T>,
        weights: Weights<'_, T>,
        argument: Argument,
        memory: &'m mut [T],
    ) -> Result<Self, Error> {
        let d = points.dimension();
        check_workspace(Self::len(d), memory.len())?;
        let [deviation, mean, covariance] = memory::cut_all(memory, [d, d, d * d]);
        for (k, slot) in mean.iter_mut().enumerate() {
            *slot = points.mean(weights, k);
        }
        covariance.fill(T::ZERO);
        let total = weights.total();
        for i in 0..points.len() {
            let share = weights.get(i) / total;
            for (slot, (&value, &center)) in deviation.iter_mut().zip(points.point(i).iter().zip(&*mean)) {
                *slot = value - center;
            }
            // The upper triangle, column by column as it is stored.
            for (k, column) in covariance.chunks_mut(d).enumerate() {
                let factor = share * deviation[k];
                for (slot, &other) in column[..=k].iter_mut().zip(&*deviation) {
                    *slot += factor * other;
                }
            }
        }
        for k in 0..d {
            for l in 0..k {
                covariance[l * d + k] = covariance[k * d + l];
            }
        }
        if !(reduce::is_finite(mean) && reduce::is_finite(covariance)) {
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
///
/// `S` is memory of the caller: a slice, or a vector.
#[derive(Debug, Clone)]
pub struct Gaussian<T, S> {
    /// m0 (d), m0 - m1 (d), M (d x d).
    coefficients: S,
    dimension: usize,
    mean: T,
    value: T,
}

impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> Gaussian<T, S> {
    /// Returns the scalars of the scratch that [`Gaussian::between`] needs.
    pub const fn scratch_len(dimension: usize) -> usize {
        dimension * (3 * dimension + 1)
    }

    /// Computes the potential on the side of `source`, in `coefficients` of [`Moments::len`] scalars, with code for no
    /// more than `MOST` dimensions: `usize::MAX` for all.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for epsilon; [`ErrorKind::Length`] if the moments are not of one dimension;
    /// [`ErrorKind::Workspace`]; [`ErrorKind::Overflow`] naming the covariance; [`ErrorKind::Unsupported`] if the
    /// eigenvalue iteration fails, which finite symmetric matrices have not been seen to cause, and in builds without
    /// `std` beyond dimension 8.
    pub fn between<const MOST: usize>(
        source: Moments<'_, T>,
        target: Moments<'_, T>,
        (epsilon, form): (T, GaussianForm),
        mut coefficients: S,
        scratch: &mut [T],
    ) -> Result<Self, Error> {
        check_positive(Argument::EPSILON, epsilon)?;
        let d = source.mean.len();
        check_length(Argument::DIMENSION, target.mean, d)?;
        check_length(Argument::COVARIANCE, source.covariance, d * d)?;
        check_length(Argument::COVARIANCE, target.covariance, d * d)?;
        check_workspace(Moments::<T>::len(d), coefficients.as_mut().len())?;
        check_workspace(Self::scratch_len(d), scratch.len())?;
        let [center, shift, quadratic] = memory::cut_all(coefficients.as_mut(), [d, d, d * d]);
        let [values, inverse_root, root, spare] = memory::cut_all(scratch, [d, d * d, d * d, d * d]);

        // S0^(1/2) and S0^(-1/2), from the eigenvectors, in `inverse_root`, and their transpose, in `quadratic`.
        inverse_root.copy_from_slice(source.covariance);
        eigen::<T, MOST>(inverse_root, values)?;
        let largest = values.iter().fold(T::ZERO, |most, &value| most.max(value));
        let floor = largest * T::constant(1e-12).max(T::constant(8.0) * T::EPSILON);
        transpose(d, inverse_root, quadratic);
        spare.copy_from_slice(inverse_root);
        scale(d, spare, values, |value| if value > floor { value.sqrt() } else { T::ZERO });
        T::product::<MOST>(d, spare, quadratic, root);
        spare.copy_from_slice(inverse_root);
        scale(d, spare, values, |value| if value > floor { T::ONE / value.sqrt() } else { T::ZERO });
        T::product::<MOST>(d, spare, quadratic, inverse_root);

        // R, and its eigenvectors, in `quadratic`.
        T::product::<MOST>(d, root, target.covariance, spare);
        T::product::<MOST>(d, spare, root, quadratic);
        symmetrise(d, quadratic);
        eigen::<T, MOST>(quadratic, values)?;

        // The function of R that the form asks for, from its eigenvalues.
        let sigma = T::HALF * epsilon;
        let (mut covered, mut entropy) = (T::ZERO, T::ZERO);
        for slot in &mut *values {
            let value = slot.max(T::ZERO);
            *slot = match form {
                GaussianForm::Unregularised => value.sqrt(),
                // (sqrt(4 v + sigma^2) - sigma) / 2 without the cancellation.
                GaussianForm::Entropic => {
                    let four = T::TWO * T::TWO;
                    T::TWO * value / ((four * value + sigma * sigma).sqrt() + sigma)
                }
            };
            covered += *slot;
            if form == GaussianForm::Entropic {
                entropy += sigma * (*slot / sigma).ln_1p();
            }
        }
        transpose(d, quadratic, root);
        spare.copy_from_slice(quadratic);
        scale(d, spare, values, |factor| factor);
        T::product::<MOST>(d, spare, root, quadratic);

        // M.
        T::product::<MOST>(d, inverse_root, quadratic, spare);
        T::product::<MOST>(d, spare, inverse_root, quadratic);
        symmetrise(d, quadratic);

        for k in 0..d {
            center[k] = source.mean[k];
            shift[k] = source.mean[k] - target.mean[k];
        }
        if !(reduce::is_finite(quadratic) && reduce::is_finite(shift)) {
            return Err(Error::new(Argument::COVARIANCE, ErrorKind::Overflow));
        }
        let trace = |matrix: &[T]| (0..d).fold(T::ZERO, |sum, k| sum + matrix[k * d + k]);
        let distance = squared_length(shift);
        let spread = trace(source.covariance);
        let value = distance + spread + trace(target.covariance) - T::TWO * covered + entropy;
        Ok(Gaussian { coefficients, dimension: d, mean: spread - covered, value })
    }

    /// The mean of f under the source, tr(S0) - tr(M S0): subtract it to compare potentials of several pairs.
    pub fn mean(&self) -> T {
        self.mean
    }

    /// Returns the cost between the two Gaussians: |m0 - m1|^2 + tr(S0 + S1) - 2 tr(R^(1/2)) unregularised.
    /// Entropic, with epsilon KL(P | product of the two): |m0 - m1|^2 + tr(S0 + S1) - tr(D) + d sigma (1 - log(2
    /// sigma)) + sigma log det(D + sigma I) with D = (4 R + sigma^2 I)^(1/2) (Janati, Muzellec, Peyre and Cuturi 2020,
    /// theorem 1).
    pub fn value(&self) -> T {
        self.value
    }

    /// Computes f(x), with scratch for x - m0.
    ///
    /// # Panics
    /// If `x` or the scratch has fewer coordinates than the Gaussians.
    pub fn at(&self, x: &[T], scratch: &mut [T]) -> T {
        let d = self.dimension;
        let (center, rest) = self.coefficients.as_ref().split_at(d);
        let (shift, quadratic) = rest.split_at(d);
        let (u, x) = (&mut scratch[..d], &x[..d]);
        for k in 0..d {
            u[k] = x[k] - center[k];
        }
        let mut total = T::ZERO;
        for k in 0..d {
            // Symmetric: a column, which is contiguous, for the row.
            let image = reduce::dot(&quadratic[k * d..(k + 1) * d], u);
            total += u[k] * ((u[k] - image) + T::TWO * shift[k]);
        }
        total
    }
}

impl<T: Real> Gaussian<T, &mut [T]> {
    /// Returns the scalars that [`Gaussian::start`] needs.
    pub const fn start_len(dimension: usize) -> usize {
        dimension * (6 * dimension + 7)
    }

    /// Writes the potential of every x: the Gaussian start, with code for no more than `MOST` dimensions. Fits the
    /// sides whose moments are not given.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] unless the cost is squared Euclidean between points; those of [`Moments::of`] and
    /// [`Gaussian::between`].
    pub fn start<const MOST: usize>(
        target: &Target<'_, '_, T>,
        form: GaussianForm,
        [source, other]: [Option<Moments<'_, T>>; 2],
        mut memory: &mut [T],
        f: &mut [T],
    ) -> Result<StartReport, Error> {
        let (a, b) = (target.problem.a(), target.problem.b());
        let cloud = target.squared_euclidean_points("gaussian needs points under the squared Euclidean cost")?;
        let d = cloud.dimension();
        check_workspace(Self::start_len(d), memory.len())?;
        let moments = Moments::<T>::len(d);
        let [of_x, of_y, coefficients] = memory::cut(&mut memory, [moments; 3]);
        let source = source.map_or_else(|| Moments::of(cloud.x(), a, Argument::X, of_x), Ok)?;
        let other = other.map_or_else(|| Moments::of(cloud.y(), b, Argument::Y, of_y), Ok)?;
        let gaussian = Gaussian::between::<MOST>(source, other, (target.epsilon, form), coefficients, memory)?;
        for (i, value) in f.iter_mut().enumerate() {
            *value = gaussian.at(cloud.x().point(i), memory);
        }
        let name = match form {
            GaussianForm::Entropic => "gaussian",
            GaussianForm::Unregularised => "gaussian-unregularised",
        };
        Ok(StartReport::new(name, Side::F))
    }
}

/// Replaces a symmetric matrix by its eigenvectors, and writes its eigenvalues.
fn eigen<T: Real, const MOST: usize>(matrix: &mut [T], values: &mut [T]) -> Result<(), Error> {
    let failed = Error::unsupported(Argument::COVARIANCE, "the eigenvalue iteration did not converge");
    if T::symmetric_eigen::<MOST>(matrix, values) { Ok(()) } else { Err(failed) }
}

/// Multiplies every column by what `factor` makes of its eigenvalue.
fn scale<T: Real>(d: usize, matrix: &mut [T], values: &[T], factor: impl Fn(T) -> T) {
    for (column, &value) in matrix.chunks_mut(d).zip(values) {
        let factor = factor(value);
        column.iter_mut().for_each(|entry| *entry *= factor);
    }
}

/// Sums squares in eight lanes, as nalgebra does.
fn squared_length<T: Real>(vector: &[T]) -> T {
    let (eights, rest) = vector.as_chunks::<8>();
    let mut lanes = [T::ZERO; 8];
    for eight in eights {
        lanes.iter_mut().zip(eight).for_each(|(lane, &value)| *lane += value * value);
    }
    let sum = (0..4).fold(T::ZERO, |sum, k| sum + (lanes[k] + lanes[k + 4]));
    rest.iter().fold(sum, |sum, &value| sum + value * value)
}

fn transpose<T: Real>(d: usize, matrix: &[T], out: &mut [T]) {
    for k in 0..d {
        for l in 0..d {
            out[l * d + k] = matrix[k * d + l];
        }
    }
}

/// Takes the mean with the transpose: rounding makes a product of symmetric matrices slightly asymmetric.
fn symmetrise<T: Real>(d: usize, matrix: &mut [T]) {
    for k in 0..d {
        for l in 0..=k {
            let mean = (matrix[k * d + l] + matrix[l * d + k]) * T::HALF;
            (matrix[k * d + l], matrix[l * d + k]) = (mean, mean);
        }
    }
}

/// The Gaussian start for points of at most `D` dimensions: no allocation, matrices on the stack, and code for no more
/// than `D`, which is 8 at most. `sinkhorn-init` has the one for any dimension, which also takes fits.
#[derive(Debug, Clone, Copy, Default)]
pub struct FixedGaussianStart<const D: usize> {
    /// Entropic unless told otherwise.
    pub form: GaussianForm,
}

impl<T: Real, const D: usize> Start<T> for FixedGaussianStart<D> {
    /// # Errors
    /// [`ErrorKind::Length`] naming the dimension if that of the points is more than `D`; those of
    /// [`Gaussian::start`].
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let expected = target.problem.geometry().dimension();
        if expected > D {
            return Err(Error::new(Argument::DIMENSION, ErrorKind::Length { expected, actual: D }));
        }
        const { assert!(D <= 8, "sinkhorn-init has the Gaussian start for more dimensions") };
        match D {
            0..=2 => start_on_stack::<T, D, { Gaussian::<f32, &mut [f32]>::start_len(2) }>(target, self.form, out.f),
            3..=4 => start_on_stack::<T, D, { Gaussian::<f32, &mut [f32]>::start_len(4) }>(target, self.form, out.f),
            _ => start_on_stack::<T, D, { Gaussian::<f32, &mut [f32]>::start_len(8) }>(target, self.form, out.f),
        }
    }
}

#[inline(never)] // so that no other memory is on the stack
fn start_on_stack<T: Real, const MOST: usize, const LEN: usize>(
    target: &Target<'_, '_, T>,
    form: GaussianForm,
    f: &mut [T],
) -> Result<StartReport, Error> {
    Gaussian::start::<MOST>(target, form, [None, None], &mut [T::ZERO; LEN], f)
}
