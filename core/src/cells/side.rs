//! One side of a problem, with fewer and fewer points.

use crate::error::{Argument, Error};
use crate::measure::{Points, Weights};
use crate::memory;
use crate::real::Real;
use crate::skipping::MAX_DIMENSION;
use crate::skipping::order::{CELL, sort};
use crate::skipping::records::fit;

/// The most points of the coarsest level.
const FEWEST: usize = 500;

/// The most levels: 8 to this power exceeds the number of points of any problem.
const MAX_LEVELS: usize = 11;

/// The number of cells that lie around a point, whose potentials give the slope of its own.
const NEIGHBOURS: usize = 16;

/// The numbers of points of all levels. Level 0 is the points themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    of: [usize; MAX_LEVELS + 1],
    /// The coarsest level.
    pub last: usize,
}

impl Sizes {
    /// Cells of 8 points become points, until few are left.
    pub const fn new(len: usize) -> Self {
        let mut sizes = Sizes { of: [0; MAX_LEVELS + 1], last: 0 };
        sizes.of[0] = len;
        while sizes.of[sizes.last] > FEWEST && sizes.last < MAX_LEVELS {
            sizes.of[sizes.last + 1] = sizes.of[sizes.last].div_ceil(CELL);
            sizes.last += 1;
        }
        sizes
    }

    /// Returns the number of points of a level. A side that has no such level stays at its coarsest.
    pub fn get(&self, level: usize) -> usize {
        self.of[level.min(self.last)]
    }

    /// Returns the number of points before a level, from level 0 on.
    fn before(&self, level: usize) -> usize {
        self.of[..level.min(self.last)].iter().sum()
    }

    /// Returns the lengths of the vectors of a [`Side`] in dimension `d`.
    pub fn lens(&self, d: usize) -> [usize; 4] {
        let (fine, all) = (self.of[0], self.before(self.last + 1).saturating_add(self.of[self.last]));
        [fine, (all - fine).saturating_mul(d), all, all]
    }
}

/// The points, the weights and the potential of a level.
type Parts<'s, T> = (Points<'s, T>, &'s [T], &'s mut [T]);

/// The points, weights and potentials of all levels of one side.
pub(super) struct Side<'m, 'a, T> {
    source: Points<'a, T>,
    pub sizes: Sizes,
    /// The numbers of the points of level 0, in the order of a k-d tree.
    numbers: &'m mut [T],
    /// The points of levels 1, 2, ...
    points: &'m mut [T],
    /// The weights of levels 0, 1, 2, ...
    weights: &'m mut [T],
    /// The potentials of levels 0, 1, 2, ..., in units of the unscaled cost.
    potentials: &'m mut [T],
}

impl<'m, 'a, T: Real> Side<'m, 'a, T> {
    /// Puts the points with weight in order, unless `order` has them, and makes all levels. `memory` is at least the
    /// sum of [`Sizes::lens`].
    pub fn new(
        source: Points<'a, T>,
        weights: Weights<'_, T>,
        order: Option<&[T]>,
        threads: usize,
        memory: &mut &'m mut [T],
    ) -> Self {
        let (d, sizes) = (source.dimension(), Sizes::new(weights.support()));
        let [numbers, points, masses, potentials] = memory::cut(memory, sizes.lens(d));
        match order {
            Some(order) => numbers.copy_from_slice(order),
            None => {
                let own = (0..weights.len()).filter(|&i| weights.get(i) > T::ZERO);
                numbers.iter_mut().zip(own).for_each(|(number, i)| *number = T::from_index(i as u32));
                sort(source, numbers, CELL, threads);
            }
        }
        for (mass, number) in masses.iter_mut().zip(&*numbers) {
            *mass = weights.get(number.to_index() as usize);
        }
        let mut side = Side { source, sizes, numbers, points, weights: masses, potentials };
        for level in 1..=sizes.last {
            side.merge(level);
        }
        side
    }

    /// Makes the points of a level, from 1 on: the means of cells of the level before.
    fn merge(&mut self, level: usize) {
        let (d, sizes) = (self.source.dimension(), self.sizes);
        let (own, finer) = (sizes.before(level), sizes.before(level - 1));
        let (before, masses) = self.weights.split_at_mut(own);
        let (points_before, points) = self.points.split_at_mut((own - sizes.of[0]) * d);
        let (before, masses) = (&before[finer..], &mut masses[..sizes.of[level]]);
        let (source, numbers) = (self.source, &*self.numbers);
        let point = |k: usize| match level {
            1 => source.point(numbers[k].to_index() as usize),
            _ => &points_before[(finer - sizes.of[0] + k) * d..][..d],
        };
        for (cell, (mass, mean)) in masses.iter_mut().zip(points.chunks_exact_mut(d)).enumerate() {
            let children = cell * CELL..((cell + 1) * CELL).min(before.len());
            *mass = before[children.clone()].iter().fold(T::ZERO, |sum, &weight| sum + weight);
            // Relative to the first point, so that the rounding is that of the size of the cell.
            let origin = point(children.start);
            for (axis, mean) in mean.iter_mut().enumerate() {
                let sum = children.clone().fold(T::ZERO, |sum, k| sum + before[k] * (point(k)[axis] - origin[axis]));
                *mean = origin[axis] + sum / *mass;
            }
        }
    }

    /// Returns the points of a level.
    pub fn points(&self, level: usize) -> Result<Points<'_, T>, Error> {
        match level.min(self.sizes.last) {
            0 => Ok(self.source.choose(Some(&*self.numbers))),
            level => {
                let (d, start) = (self.source.dimension(), self.sizes.before(level) - self.sizes.of[0]);
                Points::new(Argument::START, &self.points[start * d..(start + self.sizes.of[level]) * d], d)
            }
        }
    }

    /// Returns the weights of a level.
    pub fn weights(&self, level: usize) -> &[T] {
        &self.weights[self.sizes.before(level)..][..self.sizes.get(level)]
    }

    /// Returns the potential of a level.
    pub fn potential(&self, level: usize) -> &[T] {
        &self.potentials[self.sizes.before(level)..][..self.sizes.get(level)]
    }

    /// Returns points, weights and the potential of a level, to be written.
    pub fn parts(&mut self, level: usize) -> Result<Parts<'_, T>, Error> {
        let (start, len) = (self.sizes.before(level), self.sizes.get(level));
        let d = self.source.dimension();
        let points = match level.min(self.sizes.last) {
            0 => self.source.choose(Some(&*self.numbers)),
            _ => Points::new(Argument::START, &self.points[(start - self.sizes.of[0]) * d..][..len * d], d)?,
        };
        Ok((points, &self.weights[start..start + len], &mut self.potentials[start..start + len]))
    }

    /// Writes a rough potential of a level: that of the cell of a point, and a slope. The slope is fitted to the cells
    /// around. It only tells which pairs matter.
    pub fn guess(&mut self, level: usize) {
        if level >= self.sizes.last {
            return; // this side has no coarser level, and the potential is there
        }
        let (d, sizes) = (self.source.dimension(), self.sizes);
        let (fine, coarse) = (sizes.before(level), sizes.before(level + 1));
        let (potentials, of_cells) = self.potentials.split_at_mut(coarse);
        let (potentials, of_cells) = (&mut potentials[fine..], &of_cells[..sizes.of[level + 1]]);
        let cells = &self.points[(coarse - sizes.of[0]) * d..];
        let fine_points = &self.points[fine.saturating_sub(sizes.of[0]) * d..];
        let point = |k: usize| match level {
            0 => self.source.point(self.numbers[k].to_index() as usize),
            _ => &fine_points[k * d..][..d],
        };
        for (group, of_cells) in of_cells.chunks(NEIGHBOURS).enumerate() {
            let first = group * NEIGHBOURS;
            let mut slope = [T::ZERO; MAX_DIMENSION];
            if d <= MAX_DIMENSION {
                let coordinate = |k: usize, axis: usize| cells[(first + k) * d + axis];
                let plane = fit(d, of_cells.len(), &coordinate, T::ZERO, &|k| of_cells[k]);
                slope[..d].copy_from_slice(plane.slope());
            }
            for (k, &of_cell) in of_cells.iter().enumerate() {
                let (cell, centre) = (first + k, &cells[(first + k) * d..][..d]);
                for child in cell * CELL..((cell + 1) * CELL).min(potentials.len()) {
                    let change = |axis: usize| slope[axis] * (point(child)[axis] - centre[axis]);
                    potentials[child] = (0..d.min(MAX_DIMENSION)).fold(of_cell, |sum, axis| sum + change(axis));
                }
            }
        }
    }

    /// Returns the numbers of the points with weight and their potential, for as long as the memory is lent.
    pub fn finish(self) -> [&'m [T]; 2] {
        let len = self.sizes.of[0];
        [self.numbers, &self.potentials[..len]]
    }
}
