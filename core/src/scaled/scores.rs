//! The part S_ij of an exponent that belongs to the pair.
//!
//! Squared Euclidean: x and y are centred, each by its own mean. With u, v the centred points and delta the difference
//! of the means, |x-y|^2 = |u|^2 + 2 u.delta + |delta|^2  +  |v|^2 - 2 v.delta  -  2 u.v. The first two groups are the
//! row and column offsets, which the potentials absorb, and S_ij = 2 s u_i.v_j. A common shift of the data leaves no
//! trace. If relaxed marginals leave far points alone, offsets would be much larger than any cost that matters. Then
//! costs are computed pair by pair, like those of the caller's own cost.
//!
//! Cosine: it is the squared Euclidean cost of points of length sqrt(1/2). Points that are zero add 1/2 to their
//! offsets.
//!
//! p-norms are computed in vectors ([`norms`](super::norms)). Builds without the feature `costs` have packed points
//! only.

use crate::cost::BuiltIn;
use crate::error::{Argument, Error, ErrorKind, Place};
#[cfg(feature = "costs")]
use crate::geometry::CostMatrix;
use crate::geometry::{Geometry, PointCloud};
use crate::measure::Weights;
use crate::memory::CopyTo;
use crate::real::Real;
#[cfg(feature = "costs")]
use crate::reduce;
#[cfg(feature = "costs")]
use crate::scaled::norms::NormCosts;
use crate::vector::{GROUP, Instructions, PANEL, PackedPoints};
#[cfg(feature = "costs")]
use crate::vector::{Norms, Power};

/// Room for centred points.
pub(crate) struct PackedMemory<'w, T> {
    /// n x d, in groups.
    pub x: &'w mut [T],
    /// m x d, in panels.
    pub y: &'w mut [T],
    /// d: mean of x minus mean of y.
    pub delta: &'w mut [T],
}

/// The costs of a problem as sweeps read them.
#[derive(Clone, Copy)]
pub(crate) struct Scores<'a, T: Real> {
    source: Source<'a, T>,
    /// S_ij / s, n x m, if they are kept.
    stored: Option<&'a [T]>,
}

#[derive(Clone, Copy)]
enum Source<'a, T: Real> {
    /// Centred copies, for squared Euclidean and cosine.
    Packed(Packed<'a, T>),
    /// Copies as they are, for p-norms.
    #[cfg(feature = "costs")]
    Norms(NormCosts<'a, T>),
    /// The caller's points under any other cost, pair by pair.
    #[cfg(feature = "costs")]
    Cloud(PointCloud<'a, T>),
    /// The caller's matrix.
    #[cfg(feature = "costs")]
    Matrix(CostMatrix<'a, T>),
}

#[cfg(feature = "support")]
impl<T> PackedMemory<'_, T> {
    /// Lends the same memory for a while.
    pub(crate) fn reborrow(&mut self) -> PackedMemory<'_, T> {
        PackedMemory { x: self.x, y: self.y, delta: self.delta }
    }
}

impl<'a, T: Real> Scores<'a, T> {
    /// Copies points, centred and transposed, if their cost allows it and there is memory for it. Else the caller's
    /// data are read, if the build can.
    pub(crate) fn new(
        geometry: Geometry<'a, T>,
        a: Weights<'a, T>,
        b: Weights<'a, T>,
        memory: PackedMemory<'a, T>,
    ) -> Result<Self, Error> {
        let source = match geometry {
            Geometry::Points(cloud) if memory.delta.len() == cloud.dimension() => {
                match cloud.ground_cost().built_in() {
                    BuiltIn::SquaredEuclidean => Source::pack(cloud, a, b, memory),
                    #[cfg(feature = "costs")]
                    BuiltIn::Cosine => Source::pack_directions(cloud, a, b, memory),
                    #[cfg(feature = "costs")]
                    BuiltIn::Norm(p) => match Power::new(p) {
                        Some(power) => Source::pack_norms(cloud, power, memory),
                        None => Source::Cloud(cloud),
                    },
                    #[cfg(feature = "costs")]
                    _ => Source::Cloud(cloud),
                    #[cfg(not(feature = "costs"))]
                    _ => return Err(only_squared_euclidean()),
                }
            }
            #[cfg(feature = "costs")]
            Geometry::Matrix(matrix) => Source::Matrix(matrix),
            #[cfg(feature = "costs")]
            Geometry::Points(cloud) => Source::Cloud(cloud),
            #[cfg(not(feature = "costs"))]
            _ => return Err(only_squared_euclidean()),
        };
        Ok(Scores { source, stored: None })
    }

    /// Copies centred points and kept scores to other memory. `geometry` is the copy of that of the problem.
    pub(crate) fn copied<'t>(&self, geometry: &Geometry<'t, T>, to: &mut CopyTo<'_, 't, T>) -> Scores<'t, T> {
        let source = match (self.source, geometry) {
            (Source::Packed(Packed { points, directions }), _) => {
                let directions = directions.and(geometry.cloud().copied());
                Source::Packed(Packed { points: points.copied(to), directions })
            }
            #[cfg(feature = "costs")]
            (Source::Norms(costs), Geometry::Points(cloud)) => Source::Norms(costs.copied(*cloud, to)),
            #[cfg(feature = "costs")]
            (_, Geometry::Points(cloud)) => Source::Cloud(*cloud),
            #[cfg(feature = "costs")]
            (_, Geometry::Matrix(matrix)) => Source::Matrix(*matrix),
        };
        Scores { source, stored: self.stored.map(|stored| to.copy(stored)) }
    }

    /// Takes every cost from the pair itself from now on, and leaves nothing out of the scores. Far points then take no
    /// digits from near ones. Returns whether this changes anything.
    pub(crate) fn read_pairs(&mut self, geometry: &Geometry<'a, T>) -> bool {
        match (&self.source, geometry) {
            #[cfg(all(feature = "costs", feature = "relaxed"))]
            (Source::Packed(_), Geometry::Points(cloud)) => {
                self.source = Source::Cloud(*cloud);
                true
            }
            _ => false,
        }
    }

    /// Reads every S_ij / s from `memory` (n x m) from now on.
    pub(crate) fn keep(&mut self, memory: &'a [T]) {
        self.stored = Some(memory);
    }

    /// Returns the recipe for scores.
    #[inline]
    pub(crate) fn recipe(&self, s: T) -> Recipe<'a, T> {
        match (self.stored, self.source) {
            #[cfg(feature = "costs")]
            (Some(stored), _) => Recipe::Costs { kept: Some(stored), factor: s },
            (_, Source::Packed(packed)) => Recipe::Products { points: packed.points, factor: T::TWO * s },
            #[cfg(feature = "costs")]
            (_, Source::Matrix(matrix)) => Recipe::Costs { kept: matrix.row_major_data(), factor: -s },
            #[cfg(feature = "costs")]
            (_, Source::Cloud(_) | Source::Norms(_)) => Recipe::Costs { kept: None, factor: -s },
        }
    }

    /// out_kj <- C_ij for rows from i and the m columns from `start` on (a multiple of [`PANEL`]), row after row and
    /// without cancellation.
    pub(crate) fn costs(&self, instructions: Instructions, i: usize, start: usize, m: usize, out: &mut [T]) {
        #[cfg(feature = "costs")]
        if let Source::Norms(norms) = &self.source {
            return norms.rows(instructions, i, start, m, out);
        }
        for (k, row) in out.chunks_exact_mut(m).enumerate() {
            match &self.source {
                Source::Packed(packed) => {
                    T::squared_distances(instructions, packed.points, i + k, start, row);
                    packed.add_zeros(i + k, start, row);
                }
                #[cfg(feature = "costs")]
                Source::Cloud(cloud) | Source::Norms(NormCosts { cloud, .. }) => cloud.cost_row(i + k, start, row),
                #[cfg(feature = "costs")]
                Source::Matrix(matrix) => match matrix.contiguous_row(i + k) {
                    Some(values) => row.copy_from_slice(&values[start..start + m]),
                    None => row.iter_mut().enumerate().for_each(|(j, value)| *value = matrix.cost(i + k, start + j)),
                },
            }
        }
    }

    /// Returns the error for costs out of range: it names a point that is far from the others, or a cost of the caller.
    #[cold]
    pub(crate) fn overflow(&self) -> Error {
        match self.source {
            Source::Packed(packed) => too_far(farthest(packed.points)),
            #[cfg(feature = "costs")]
            Source::Norms(norms) => too_far(farthest(norms.norms.points)),
            #[cfg(feature = "costs")]
            Source::Cloud(cloud) => too_large(cloud.into()),
            #[cfg(feature = "costs")]
            Source::Matrix(matrix) => too_large(matrix.into()),
        }
    }

    /// Says whether an infinite cost is meant by the caller, and forbids its pair. A cost of the library is infinite
    /// only if points are too far apart.
    pub(crate) fn may_forbid(&self) -> bool {
        match &self.source {
            #[cfg(feature = "costs")]
            Source::Matrix(matrix) => matrix.forbids(),
            #[cfg(feature = "costs")]
            Source::Cloud(cloud) => cloud.ground_cost().built_in() == BuiltIn::None,
            _ => false,
        }
    }

    /// Returns the part of C_ij that depends on i alone and is left out of the scores.
    pub(crate) fn cost_offset_of_row(&self, i: usize) -> T {
        self.products().map_or(T::ZERO, |packed| packed.cost_offset_of_row(i))
    }

    /// Returns the part of C_ij that depends on j alone and is left out of the scores.
    pub(crate) fn cost_offset_of_column(&self, j: usize) -> T {
        self.products().map_or(T::ZERO, |packed| packed.cost_offset_of_column(j))
    }

    /// Returns the centred points under the squared Euclidean cost.
    pub(crate) fn packed(&self) -> Option<PackedPoints<'a, T>> {
        self.products().filter(|packed| packed.directions.is_none()).map(|packed| packed.points)
    }

    /// Returns the centred points if costs are their squared distances and offsets.
    pub(crate) fn products(&self) -> Option<Packed<'a, T>> {
        match self.source {
            Source::Packed(packed) => Some(packed),
            #[cfg(feature = "costs")]
            _ => None,
        }
    }

    /// Returns the points whose costs are norms.
    #[cfg(all(feature = "costs", feature = "skipping"))]
    pub(crate) fn norms(&self) -> Option<NormCosts<'a, T>> {
        match self.source {
            Source::Norms(norms) => Some(norms),
            _ => None,
        }
    }

    /// Returns a bound on |S_ij| / s and |C_ij|, if the data give one without a visit to the pairs.
    pub(crate) fn bound(&self) -> Option<T> {
        match &self.source {
            Source::Packed(packed) => Some(packed.bound()),
            #[cfg(feature = "costs")]
            Source::Matrix(matrix) => Some(matrix.max_abs()),
            #[cfg(feature = "costs")]
            Source::Cloud(_) => None,
            #[cfg(feature = "costs")]
            Source::Norms(norms) => norms.bound,
        }
    }
}

impl<'a, T: Real> Source<'a, T> {
    fn pack(cloud: PointCloud<'a, T>, a: Weights<'a, T>, b: Weights<'a, T>, memory: PackedMemory<'a, T>) -> Self {
        let (m, d) = (cloud.y().len(), cloud.dimension());
        let PackedMemory { x, y, delta } = memory;
        for k in 0..d {
            let mean_x = cloud.x().mean(a, k);
            let mean_y = cloud.y().mean(b, k);
            delta[k] = mean_x - mean_y;
            pack(x, GROUP, k, d, &|i| cloud.x().point(i)[k] - mean_x);
            pack(y, PANEL, k, d, &|j| cloud.y().point(j)[k] - mean_y);
        }
        let points = PackedPoints { x, y, delta, dimension: d, rows: cloud.x().len(), columns: m };
        Source::Packed(Packed { points, directions: None })
    }

    /// Copies directions of length sqrt(1/2), or zero, and centres them.
    #[cfg(feature = "costs")]
    fn pack_directions(
        cloud: PointCloud<'a, T>,
        a: Weights<'a, T>,
        b: Weights<'a, T>,
        memory: PackedMemory<'a, T>,
    ) -> Self {
        let (n, m, d) = (cloud.x().len(), cloud.y().len(), cloud.dimension());
        let PackedMemory { x, y, delta } = memory;
        delta.fill(T::ZERO);
        for (panels, width, points, weights, sign) in
            [(&mut *x, GROUP, cloud.x(), a, T::ONE), (&mut *y, PANEL, cloud.y(), b, -T::ONE)]
        {
            for (number, panel) in panels.chunks_mut(width * d).enumerate() {
                let own = panel.len() / d;
                for place in 0..own {
                    let point = points.point(number * width + place);
                    let (most, length) = size(point);
                    for (k, &value) in point.iter().enumerate() {
                        panel[k * own + place] = if most > T::ZERO { value / most / length } else { T::ZERO };
                    }
                }
            }
            for k in 0..d {
                let at = |i: usize| {
                    let first = i - i % width;
                    first * d + k * width.min(points.len() - first) + i % width
                };
                let mean = reduce::sum_of(points.len(), &|i| weights.get(i) / weights.total() * panels[at(i)]);
                delta[k] += sign * mean;
                (0..points.len()).for_each(|i| panels[at(i)] -= mean);
            }
        }
        let points = PackedPoints { x, y, delta, dimension: d, rows: n, columns: m };
        Source::Packed(Packed { points, directions: Some(cloud) })
    }

    /// Copies points in a unit of their spread.
    #[cfg(feature = "costs")]
    fn pack_norms(cloud: PointCloud<'a, T>, power: Power<T>, memory: PackedMemory<'a, T>) -> Self {
        let (n, m, d) = (cloud.x().len(), cloud.y().len(), cloud.dimension());
        let PackedMemory { x, y, delta } = memory;
        let mut half = T::ZERO;
        for k in 0..d {
            let (mut least, mut most) = (T::INFINITY, -T::INFINITY);
            for points in [cloud.x(), cloud.y()] {
                for i in 0..points.len() {
                    let value = points.point(i)[k] * T::HALF;
                    (least, most) = (least.min(value), most.max(value));
                }
            }
            half = half.max(most - least);
        }
        let unit = power.unit(half);
        for k in 0..d {
            pack(x, GROUP, k, d, &|i| cloud.x().point(i)[k] / unit);
            pack(y, PANEL, k, d, &|j| cloud.y().point(j)[k] / unit);
        }
        delta.fill(T::ZERO);
        let bound = power.factor(d) * half * T::TWO;
        let bound = bound.is_finite().then_some(bound);
        let points = PackedPoints { x, y, delta, dimension: d, rows: n, columns: m };
        Source::Norms(NormCosts { norms: Norms { points, power, unit }, cloud, bound })
    }
}

fn too_far((argument, row): (Argument, usize)) -> Error {
    Error::new(argument, ErrorKind::TooFar { place: Place::entry(row) })
}

/// Returns the error for the finite cost with the largest absolute value: a point of it, if the library computed it.
#[cfg(feature = "costs")]
fn too_large<T: Real>(geometry: Geometry<'_, T>) -> Error {
    let (mut place, mut largest) = (Place::cell(0, 0), T::ZERO);
    for (i, j) in (0..geometry.rows()).flat_map(|i| (0..geometry.columns()).map(move |j| (i, j))) {
        let value = geometry.cost(i, j);
        if value.is_finite() && value.abs() > largest.abs() {
            (place, largest) = (Place::cell(i, j), value);
        }
    }
    match geometry.cloud() {
        Some(cloud) if cloud.ground_cost().built_in() != BuiltIn::None => too_far((Argument::X, place.row)),
        _ => Error::new(Argument::COST, ErrorKind::CostTooLarge { place, value: largest.widen() }),
    }
}

#[cfg(not(feature = "costs"))]
fn only_squared_euclidean() -> Error {
    let reason = "this build has the squared Euclidean cost only, and needs the memory for its points";
    Error::unsupported(Argument::COST, reason)
}

/// Returns the largest |coordinate| of a point, and the length of the point in units of it, times sqrt(2).
#[cfg(feature = "costs")]
fn size<T: Real>(point: &[T]) -> (T, T) {
    let most = point.iter().fold(T::ZERO, |most, value| most.max(value.abs()));
    let unit = if most > T::ZERO { most } else { T::ONE };
    let sum = point.iter().fold(T::ZERO, |sum, &value| sum + value / unit * (value / unit));
    (most, (T::TWO * sum).sqrt())
}

/// A recipe for scores.
pub(crate) enum Recipe<'a, T: Real> {
    /// They are factor times the products of points.
    Products { points: PackedPoints<'a, T>, factor: T },
    /// They are factor times values that are kept, n x m, or else times the costs.
    #[cfg(feature = "costs")]
    Costs { kept: Option<&'a [T]>, factor: T },
}

/// Returns the largest Euclidean norm of some points.
fn reach<T: Real>(count: usize, dimension: usize, coordinate: impl Fn(usize, usize) -> T) -> T {
    // In units of the largest coordinate, so that no square overflows or vanishes.
    let mut unit = T::ZERO;
    for i in 0..count {
        for k in 0..dimension {
            let value = coordinate(i, k).abs();
            // A maximum would ignore NaN.
            if !value.is_finite() {
                return T::INFINITY;
            }
            unit = unit.max(value);
        }
    }
    if unit == T::ZERO {
        return unit;
    }
    let mut most = T::ZERO;
    for i in 0..count {
        let square = |k: usize| coordinate(i, k) / unit * (coordinate(i, k) / unit);
        most = most.max((0..dimension).fold(T::ZERO, |sum, k| sum + square(k)));
    }
    unit * most.sqrt()
}

/// Returns how far apart the scores of two pairs of centred points can be, in units of cost.
pub(crate) fn spread<T: Real>(points: PackedPoints<'_, T>) -> T {
    T::TWO * T::TWO * reach_of_x(points, &[]) * reach_of_y(points)
}

/// Returns the largest norm of a centred x, moved by `delta` if it is not empty.
#[inline(never)] // so that firmware has it once
fn reach_of_x<T: Real>(points: PackedPoints<'_, T>, delta: &[T]) -> T {
    let moved = |k: usize| delta.get(k).copied().unwrap_or(T::ZERO);
    reach(points.rows, points.dimension, |i, k| points.x(i, k) + moved(k))
}

/// Returns the largest norm of a centred y.
#[inline(never)]
fn reach_of_y<T: Real>(points: PackedPoints<'_, T>) -> T {
    reach(points.columns, points.dimension, |j, k| points.y(j, k))
}

/// Writes line k of all panels of `width` points.
fn pack<T: Real>(panels: &mut [T], width: usize, k: usize, d: usize, coordinate: &dyn Fn(usize) -> T) {
    for (panel, points) in panels.chunks_mut(width * d).enumerate() {
        let own = points.len() / d;
        for (place, value) in points[k * own..(k + 1) * own].iter_mut().enumerate() {
            *value = coordinate(panel * width + place);
        }
    }
}

/// Points whose costs are products and offsets.
#[derive(Clone, Copy)]
pub(crate) struct Packed<'a, T: Real> {
    /// Centred.
    pub points: PackedPoints<'a, T>,
    /// Under the cosine: the points whose directions these are.
    directions: Option<PointCloud<'a, T>>,
}

/// Returns 1/2 if all coordinates are zero.
fn zero<T: Real>(point: &[T]) -> T {
    if point.iter().all(|&value| value == T::ZERO) { T::HALF } else { T::ZERO }
}

impl<'a, T: Real> Packed<'a, T> {
    /// Adds to the squared distances of x_i what points without a direction cost.
    #[inline]
    pub fn add_zeros(&self, i: usize, start: usize, out: &mut [T]) {
        if self.directions.is_some() {
            let own = self.zero_of_x(i);
            out.iter_mut().enumerate().for_each(|(j, value)| *value += own + self.zero_of_y(start + j));
        }
    }

    /// Returns 1/2 if x_i has no direction, and directions count.
    #[inline]
    fn zero_of_x(&self, i: usize) -> T {
        self.directions.map_or(T::ZERO, |cloud| zero(cloud.x().point(i)))
    }

    /// Returns 1/2 if y_j has no direction, and directions count.
    #[inline]
    fn zero_of_y(&self, j: usize) -> T {
        self.directions.map_or(T::ZERO, |cloud| zero(cloud.y().point(j)))
    }

    fn cost_offset_of_row(&self, i: usize) -> T {
        let mut total = self.zero_of_x(i);
        for (k, &w) in self.points.delta.iter().enumerate() {
            let u = self.points.x(i, k);
            total += u * (u + T::TWO * w) + w * w;
        }
        total
    }

    fn cost_offset_of_column(&self, j: usize) -> T {
        let mut total = self.zero_of_y(j);
        for (k, &w) in self.points.delta.iter().enumerate() {
            let v = self.points.y(j, k);
            total += v * (v - T::TWO * w);
        }
        total
    }

    /// Returns a bound on all costs: the farthest x and the farthest y, both from the mean of y, on opposite sides of
    /// it.
    fn bound(&self) -> T {
        let reach = reach_of_x(self.points, self.points.delta) + reach_of_y(self.points);
        let bound = reach * reach;
        if self.directions.is_some() { bound + T::ONE } else { bound }
    }
}

/// Returns the point that is farthest from the mean, or from zero if points are not centred.
fn farthest<T: Real>(points: PackedPoints<'_, T>) -> (Argument, usize) {
    let (mut found, mut largest) = ((Argument::X, 0), T::ZERO);
    for k in 0..points.dimension {
        let mut look = |argument, index, value: T| {
            if largest.is_finite() && !(value.abs() <= largest) {
                (found, largest) = ((argument, index), if value.is_finite() { value.abs() } else { T::INFINITY });
            }
        };
        (0..points.rows).for_each(|i| look(Argument::X, i, points.x(i, k)));
        (0..points.columns).for_each(|j| look(Argument::Y, j, points.y(j, k)));
    }
    found
}
