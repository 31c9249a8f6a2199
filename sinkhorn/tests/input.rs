//! Every type that points, weights and cost matrices may have gives the same result as the plainest.

use sinkhorn::input::{IntoCosts, IntoPoints, IntoVector, Points};
use sinkhorn::{Real, Transport};

const X: [[f64; 2]; 3] = [[0.0, 0.0], [1.0, 0.2], [0.4, 1.5]];
const Y: [[f64; 2]; 2] = [[2.0, 1.0], [3.0, 1.5]];
const A: [f64; 3] = [0.5, 0.25, 0.25];
const B: [f64; 2] = [0.4, 0.6];
const COST: [[f64; 2]; 3] = [[0.1, 1.0], [0.9, 0.2], [0.5, 0.3]];

/// The plan between points.
fn between<'a, T: Real>(x: impl IntoPoints<'a, Scalar = T>, y: impl IntoPoints<'a, Scalar = T>) -> Vec<T> {
    Transport::between(x, y).epsilon(T::constant(0.1)).solve().unwrap().plan().into_vec()
}

/// The plan under costs.
fn under<'a, T: Real>(cost: impl IntoCosts<'a, Scalar = T>) -> Vec<T> {
    Transport::with_costs(cost).epsilon(T::constant(0.1)).solve().unwrap().plan().into_vec()
}

/// The plan between weights.
fn weighted<'a>(a: impl IntoVector<'a, Scalar = f64>, b: impl IntoVector<'a, Scalar = f64>) -> Vec<f64> {
    Transport::with_costs(&COST).weights(a, b).epsilon(0.1).solve().unwrap().plan().into_vec()
}

#[test]
fn slices_vectors_and_arrays() {
    let (expected, flat, of_y) = (between(&X, &Y), X.concat(), Y.concat());
    assert_eq!(between(&X[..], &Y.to_vec()), expected);
    assert_eq!(between((&flat, 2), (&of_y[..], 2)), expected);
    assert_eq!(between((flat.clone(), 2), (&[2.0, 1.0, 3.0, 1.5], 2)), expected);

    let (expected, flat) = (under(&COST), COST.concat());
    assert_eq!(under(&COST[..]), expected);
    assert_eq!(under(&COST.to_vec()), expected);
    assert_eq!(under((&flat, 3, 2)), expected);
    assert_eq!(under((&flat[..], 3, 2)), expected);
    assert_eq!(under((&[0.1, 1.0, 0.9, 0.2, 0.5, 0.3], 3, 2)), expected);

    let (expected, a, b) = (weighted(A, B), &A, &B.to_vec());
    assert_eq!(weighted(a, &B[..]), expected);
    assert_eq!(weighted(A.to_vec(), b), expected);
}

#[test]
fn single_precision() {
    let (x, y) = (X.map(|x| x.map(|x| x as f32)), Y.map(|y| y.map(|y| y as f32)));
    let (single, double) = (between(&x, &y), between(&X, &Y));
    assert!(single.iter().zip(double).all(|(&s, d)| (f64::from(s) - d).abs() < 1e-3));
}

#[test]
fn results_go_in_again() {
    let t = Transport::between(&X, &Y).epsilon(0.1).solve().unwrap();
    let map = t.map().unwrap();
    assert_eq!(map.shape(), (3, 2));
    assert!(Transport::between(&map, &Y).epsilon(0.1).solve().unwrap().objective() < t.objective());
    assert!(Transport::with_costs(&t.plan()).epsilon(0.1).solve().unwrap().converged());
}

/// A point type of the user.
struct Stars(Vec<[f32; 3]>);

impl<'a> IntoPoints<'a> for &'a Stars {
    type Scalar = f32;

    fn into_points(self) -> Points<'a, f32> {
        self.0.as_slice().into_points()
    }
}

#[test]
fn types_of_the_user() {
    let stars = Stars(vec![[0.0, 0.0, 1.0], [1.0, 1.0, 0.0]]);
    assert_eq!(between(&stars, &stars), between(&stars.0, &stars.0));
}

#[cfg(feature = "ndarray")]
mod with_ndarray {
    use super::*;
    use ndarray::{Array1, Array2, ShapeBuilder, array, s};
    use std::borrow::Cow;

    fn array<const N: usize, const D: usize>(points: &[[f64; D]; N]) -> Array2<f64> {
        Array2::from_shape_vec((N, D), points.concat()).unwrap()
    }

    #[test]
    fn points_in_rows_of_any_layout() {
        let (x, y) = (array(&X), array(&Y));
        assert!(matches!((&x).into_points().coordinates, Cow::Borrowed(_)));
        assert_eq!(between(&x, &y), between(&X, &Y));
        assert_eq!(between(x.view(), y.view()), between(&X, &Y));
        // Column-major, and every second row.
        let mut fortran = Array2::zeros((3, 2).f());
        fortran.assign(&x);
        assert!(matches!((&fortran).into_points().coordinates, Cow::Owned(_)));
        assert_eq!(between(&fortran, &y), between(&X, &Y));
        assert_eq!(between(x.slice(s![..;2, ..]), &y), between(&[X[0], X[2]], &Y));
    }

    #[test]
    fn costs_and_weights() {
        let cost = array(&COST);
        assert!(matches!((&cost).into_costs().entries, Cow::Borrowed(_)));
        assert_eq!(under(&cost), under(&COST));
        let transposed = array![[0.1, 0.9, 0.5], [1.0, 0.2, 0.3]];
        let column_major = transposed.t().into_costs();
        assert!(matches!(column_major.entries, Cow::Borrowed(_)) && column_major.column_major);
        assert_eq!(under(transposed.t()), under(&COST));
        assert_eq!(under(cost.slice(s![.., ..;-1])), under(&COST.map(|[p, q]| [q, p])));
        let (a, b) = (Array1::from(A.to_vec()), array![0.4, 9.0, 0.6]);
        assert_eq!(weighted(&a, b.slice(s![..;2])), weighted(A, B));
    }

    #[test]
    fn plans_become_arrays() {
        let t = Transport::between(&X, &Y).epsilon(0.1).solve().unwrap();
        let plan: Array2<f64> = t.plan().into();
        assert_eq!((plan.dim(), plan[(2, 1)]), ((3, 2), t.entry(2, 1)));
    }
}

#[cfg(feature = "nalgebra")]
mod with_nalgebra {
    use super::*;
    use nalgebra::{DMatrix, DVector, SMatrix, Vector2};
    use std::borrow::Cow;

    #[test]
    fn points_in_rows() {
        let x = DMatrix::from_row_slice(3, 2, &X.concat());
        let y = SMatrix::<f64, 2, 2>::from_row_slice(&Y.concat());
        assert_eq!(between(&x, &y), between(&X, &Y));
        assert_eq!(between(&x.rows(1, 2), &y), between(&[X[1], X[2]], &Y));
    }

    #[test]
    fn costs_and_weights() {
        let cost = DMatrix::from_row_slice(3, 2, &COST.concat());
        assert!(matches!((&cost).into_costs().entries, Cow::Borrowed(_)));
        assert_eq!(under(&cost), under(&COST));
        assert_eq!(weighted(&DVector::from_row_slice(&A), &Vector2::new(0.4, 0.6)), weighted(A, B));
    }

    #[test]
    fn plans_become_matrices() {
        let t = Transport::between(&X, &Y).epsilon(0.1).solve().unwrap();
        let plan: DMatrix<f64> = t.plan().into();
        assert_eq!((plan.shape(), plan[(2, 1)]), ((3, 2), t.entry(2, 1)));
    }
}

#[cfg(feature = "faer")]
mod with_faer {
    use super::*;
    use faer::{Col, Mat};

    #[test]
    fn points_in_rows() {
        let (x, y) = (Mat::from_fn(3, 2, |i, k| X[i][k]), Mat::from_fn(2, 2, |j, k| Y[j][k]));
        assert_eq!(between(&x, y.as_ref()), between(&X, &Y));
        assert_eq!(between(x.subrows(1, 2), &y), between(&[X[1], X[2]], &Y));
    }

    #[test]
    fn costs_and_weights() {
        let cost = Mat::from_fn(3, 2, |i, j| COST[i][j]);
        assert_eq!(under(&cost), under(&COST));
        assert_eq!(under(Mat::from_fn(2, 3, |j, i| COST[i][j]).transpose()), under(&COST));
        assert_eq!(weighted(&Col::from_fn(3, |i| A[i]), Col::from_fn(2, |j| B[j]).as_ref()), weighted(A, B));
    }

    #[test]
    fn plans_become_matrices() {
        let t = Transport::between(&X, &Y).epsilon(0.1).solve().unwrap();
        let plan: Mat<f64> = t.plan().into();
        assert_eq!((plan.shape(), plan[(2, 1)]), ((3, 2), t.entry(2, 1)));
    }
}
