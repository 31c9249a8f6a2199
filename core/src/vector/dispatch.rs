//! The list of all loops, and how each is run with the instructions of a solve.

#[cfg(feature = "simd")]
use super::fearless::Token;
use super::instructions::Instructions;
use super::loops::{bounds, columns, costs, deviations, exponents, moments, products, rows, series, terms};
use super::points::{ColumnList, PackedPoints, TileAt};
use super::portable::Portable;
use crate::float::Float;
#[cfg(feature = "simd")]
use fearless_simd::{Level, prelude::*};

/// Evaluates an expression of `$simd` with the instructions of a solve. The expression is compiled once for every
/// level.
macro_rules! run {
    ($instructions:ident, |$simd:ident| $loop:expr) => {{
        #[cfg(feature = "simd")]
        match $instructions.vector {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Some(Level::Avx512(token)) => return run!(token, 2, |$simd| $loop),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Some(Level::Avx2(token)) => return run!(token, 1, |$simd| $loop),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Some(Level::Sse4_2(token)) => return run!(token, 1, |$simd| $loop),
            #[cfg(target_arch = "aarch64")]
            Some(Level::Neon(token)) => return run!(token, 1, |$simd| $loop),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Some(Level::WasmSimd128(token)) => return run!(token, 1, |$simd| $loop),
            _ => {}
        }
        let _ = $instructions;
        let $simd = Portable;
        $loop
    }};
    ($token:ident, $columns:literal, |$simd:ident| $loop:expr) => {
        $token.vectorize(
            #[inline(always)]
            move || {
                let $simd = Token::<_, $columns>($token);
                $loop
            },
        )
    };
}

/// Declares [`Loops`], and implements it for both scalars.
macro_rules! loops {
    ($($module:ident::$name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $output:ty)?;)*) => {
        /// The loops over vectors, one function each: it runs the loop of that name in [`loops`](super::loops), which
        /// says what it does.
        ///
        /// A new loop is a function there and a line in the list of this file.
        #[allow(clippy::too_many_arguments)]
        #[cfg_attr(not(feature = "costs"), allow(dead_code))] // loops of the other costs
        pub(crate) trait Loops: Float {
            $(fn $name(instructions: Instructions, $($argument: $type),*) $(-> $output)?;)*
        }
        loops!(@ f32: $($module::$name($($argument: $type),*) $(-> $output)?;)*);
        loops!(@ f64: $($module::$name($($argument: $type),*) $(-> $output)?;)*);
    };
    (@ $scalar:ident: $($module:ident::$name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*) => {
        impl Loops for $scalar {
            $(fn $name(instructions: Instructions, $($argument: $type),*) $(-> $output)? {
                run!(instructions, |simd| $module::$name(simd, $($argument),*))
            })*
        }
    };
}

loops! {
    exponents::product_exponents(
        points: PackedPoints<'_, Self>, factor: Self, tile: TileAt<'_, Self>, out: &mut [Self],
        found: &mut [Self], exp: bool,
    );
    exponents::listed_exponents(
        points: PackedPoints<'_, Self>, factor: Self, tile: TileAt<'_, Self>, list: ColumnList<'_, Self>,
        out: &mut [Self], found: &mut [Self], exp: bool,
    );
    exponents::affine_exponents(
        values: Option<&[Self]>, factor: Self, f: Self, g: &[Self], row: &mut [Self], exp: bool,
    ) -> Self;
    costs::squared_distances(points: PackedPoints<'_, Self>, i: usize, start: usize, out: &mut [Self]);
    costs::listed_costs(
        points: PackedPoints<'_, Self>, i: usize, list: ColumnList<'_, Self>, rows: &[Self], sums: &mut [Self],
    );
    costs::changes_of_costs(
        points: PackedPoints<'_, Self>, i: usize, dx: &[Self], dy: &[Self], out: &mut [Self],
    );
    costs::total_costs(points: PackedPoints<'_, Self>, i: usize, rows: &[Self], sums: &mut [Self]);
    costs::norms(norms: costs::Norms<'_, Self>, i: usize, start: usize, m: usize, out: &mut [Self]) -> Self;
    costs::whole_norms(norms: costs::Norms<'_, Self>, i: usize, start: usize, m: usize, out: &mut [Self]) -> Self;
    costs::other_norms(norms: costs::Norms<'_, Self>, i: usize, start: usize, m: usize, out: &mut [Self]) -> Self;
    deviations::deviations(
        row: &[Self], weights: columns::WeightVectors<'_, Self>, origin: Self, scale: Self,
    ) -> deviations::Deviations<Self>;
    terms::row_terms(
        row: &mut [Self], log_b: &[Self], weights: columns::WeightVectors<'_, Self>, costs: terms::Costs<'_, Self>,
    ) -> terms::RowTerms<Self>;
    rows::add_rows(weights: &[Self], rows: &[Self], total: &mut [Self]);
    rows::add_listed_rows(weights: &[Self], list: ColumnList<'_, Self>, rows: &[Self], total: &mut [Self]);
    rows::times_vector(rows: &[Self], v: &[Self], sums: &mut [Self]);
    rows::raise_to_rows(rows: &[Self], largest: &mut [Self]);
    rows::exp2_each(values: &mut [Self]);
    rows::exp2_less(row: &mut [Self], largest: Self);
    rows::exp2_less_each(rows: &mut [Self], origin: &[Self]) -> Self;
    rows::add_exp2_less(rows: &[Self], largest: &[Self], total: &mut [Self]);
    rows::log2_each(values: &mut [Self]) -> Self;
    columns::balance(
        weights: columns::WeightVectors<'_, Self>, factor: Self, g: &[Self], image: &mut [Self], before: &[Self],
    ) -> columns::Balanced<Self>;
    columns::rescale(
        weights: columns::WeightVectors<'_, Self>, v: &[Self], totals: &mut [Self],
    ) -> columns::Rescaled<Self>;
    moments::weigh(row: &mut [Self], constant: Self, factor: Self, v: &[Self], w: Option<(&[Self], Self)>);
    moments::add_row_moments(
        points: PackedPoints<'_, Self>, i: usize, first: usize, rows: &[Self], out: &mut [Self],
    );
    moments::add_column_moments(
        points: PackedPoints<'_, Self>, i: usize, start: usize, rows: &[Self], total: &mut [Self],
    );
    moments::along(points: PackedPoints<'_, Self>, start: usize, weights: &[Self], out: &mut [Self]);
    bounds::bounds(
        block: bounds::BlockBound<'_, Self>, cost: bounds::BlockCost<Self>, records: &[Self], out: &mut [Self],
    );
    series::tilted(cluster: series::Cluster<'_, Self>, slope: &[Self], potential: &[Self], out: &mut [Self]) -> Self;
    series::power_moments(
        cluster: series::Cluster<'_, Self>, scale: Self, degree: usize, weights: &[Self],
        lanes: &mut [Self], out: &mut [Self],
    );
    series::add_series(
        cluster: series::Cluster<'_, Self>, scale: Self, degree: usize, coefficients: &[Self], factors: &[Self],
        total: &mut [Self],
    );
    products::add_products(weights: &[Self], rows: &[Self], least: Self, matrix: &mut [Self]);
    products::eliminate(lines: &mut [Self], own: &[Self], m: usize, total: Self);
}
