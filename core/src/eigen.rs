//! Small symmetric matrices, column by column in slices: eigenvalues and products. nalgebra computes them.

use nalgebra::allocator::Allocator;
use nalgebra::{Const, DefaultAllocator, DimDiff, DimSub, OMatrix, RealField, SymmetricEigen, U1};

/// The iterations after which a decomposition has failed; finite symmetric matrices have not been seen to need them.
const MAX_ITERATIONS: usize = 10_000;

/// Dimensions whose matrices have a size that the compiler knows, so that they need no allocator.
#[cfg(feature = "std")]
const MAX_FIXED: usize = 8;

/// Operations on matrices of d x d scalars.
pub(crate) trait Matrices: Copy {
    /// Replaces a symmetric matrix of d <= `MOST` rows by its eigenvectors, and writes its d eigenvalues. Returns
    /// whether the iteration converged. In builds without `std`, d is 8 at most.
    fn symmetric_eigen<const MOST: usize>(matrix: &mut [Self], values: &mut [Self]) -> bool;

    /// Writes the product of two matrices of d <= `MOST` rows.
    fn product<const MOST: usize>(d: usize, a: &[Self], b: &[Self], out: &mut [Self]);
}

impl<T: RealField + Copy> Matrices for T {
    fn symmetric_eigen<const MOST: usize>(matrix: &mut [T], values: &mut [T]) -> bool {
        // Dimensions beyond `MOST` are left out of a program; the others have the same bits for every `MOST`.
        match values.len() {
            1 => {
                values.copy_from_slice(matrix);
                matrix.fill(T::one());
                true
            }
            2 if MOST >= 2 => decompose(Const::<2>, matrix, values),
            3 if MOST >= 3 => decompose(Const::<3>, matrix, values),
            4 if MOST >= 4 => decompose(Const::<4>, matrix, values),
            5 if MOST >= 5 => decompose(Const::<5>, matrix, values),
            6 if MOST >= 6 => decompose(Const::<6>, matrix, values),
            7 if MOST >= 7 => decompose(Const::<7>, matrix, values),
            8 if MOST >= 8 => decompose(Const::<8>, matrix, values),
            #[cfg(feature = "std")]
            d if MOST > MAX_FIXED => decompose(nalgebra::Dyn(d), matrix, values),
            _ => false,
        }
    }

    fn product<const MOST: usize>(d: usize, a: &[T], b: &[T], out: &mut [T]) {
        #[cfg(feature = "std")]
        if MOST > MAX_FIXED {
            // In blocks, which pays for large matrices.
            let [a, b] = [a, b].map(|matrix| nalgebra::DMatrixView::from_slice(matrix, d, d));
            nalgebra::DMatrixViewMut::from_slice(out, d, d).gemm(T::one(), &a, &b, T::zero());
            return;
        }
        out.fill(T::zero());
        for (out, factors) in out.chunks_mut(d).zip(b.chunks(d)) {
            for (column, &factor) in a.chunks(d).zip(factors) {
                out.iter_mut().zip(column).for_each(|(slot, &entry)| *slot += entry * factor);
            }
        }
    }
}

/// Decomposes a matrix; apart, because each size has its own matrices on the stack.
#[inline(never)]
fn decompose<T, D>(d: D, matrix: &mut [T], values: &mut [T]) -> bool
where
    T: RealField + Copy,
    D: DimSub<U1>,
    DefaultAllocator: Allocator<D> + Allocator<D, D> + Allocator<DimDiff<D, U1>>,
{
    let square = OMatrix::<T, D, D>::from_iterator_generic(d, d, matrix.iter().copied());
    let Some(eigen) = SymmetricEigen::try_new(square, T::default_epsilon(), MAX_ITERATIONS) else { return false };
    matrix.iter_mut().zip(&eigen.eigenvectors).for_each(|(slot, &entry)| *slot = entry);
    values.iter_mut().zip(&eigen.eigenvalues).for_each(|(slot, &value)| *slot = value);
    true
}
