//! Leaves points without weight out of the sweeps, and completes them once, at the end.
//!
//! A point without weight carries nothing, and its potential is the c-transform of the other one. The solver that
//! sweeps knows only the points with weight. Starts and solutions know all of them.

use super::start::clear_infinite;
use super::units::{into_f, into_g};
use crate::cost::BuiltIn;
use crate::error::{Argument, Error, ErrorKind, Place};
use crate::measure::{Points, Weights};
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;
use crate::scaled::scores::{PackedMemory, Scores};
use crate::settings::Settings;
use crate::solution::Solution;
#[cfg(feature = "skipping")]
use crate::solution::listed::ListedPlan;
use crate::start::{Side, Start, StartMemory, StartReport, Target};
use crate::sweep::log_weight;
use crate::workspace::WholeMemory;

/// All points of a problem whose solver has only those with weight.
pub(super) struct Whole<'a, T: Real> {
    pub problem: Problem<'a, T>,
    /// Room for all points, which are packed when they are needed.
    points: PackedMemory<'a, T>,
    /// n: f of the start; F of the solution.
    f_hat: &'a mut [T],
    /// m: g of the start; G of the solution, with log2 b.
    g_hat: &'a mut [T],
    /// n: scratch of the start; f of the solution.
    f: &'a mut [T],
    /// m: scratch of the start; g of the solution.
    g: &'a mut [T],
    /// The numbers of the rows with weight, or nothing if all have some.
    rows: &'a [T],
    /// The numbers of the columns with weight; likewise.
    columns: &'a [T],
    /// These numbers are in the order of a k-d tree.
    is_ordered: bool,
}

/// Returns the number, among all points, of the k-th with weight.
fn number<T: Real>(numbers: &[T], k: usize) -> usize {
    numbers.get(k).map_or(k, |number| number.to_index() as usize)
}

/// Makes the costs of all points, in the form that those of the points with weight have.
fn scores<'a, T: Real>(
    problem: &Problem<'a, T>,
    points: PackedMemory<'a, T>,
    p: &ScaledProblem<'_, T>,
) -> Result<Scores<'a, T>, Error> {
    let mut scores = Scores::new(*problem.geometry(), problem.a(), problem.b(), points)?;
    if p.scores.products().is_none() {
        scores.read_pairs(problem.geometry());
    }
    Ok(scores)
}

/// Writes the numbers of the points with weight, and their weights. `None` if there are not as many as there is room
/// for. If pairs are skipped, the order is that of [`order`](crate::skipping::order), for blocks of this width.
#[cfg_attr(not(feature = "skipping"), expect(unused_variables))]
fn choose<'a, T: Real>(
    weights: Weights<'a, T>,
    blocks: Option<(Points<'_, T>, usize)>,
    threads: usize,
    [numbers, values]: [&'a mut [T]; 2],
) -> Option<(&'a [T], Weights<'a, T>)> {
    if numbers.is_empty() {
        return (weights.support() == weights.len()).then_some((&[], weights));
    }
    let mut count = 0;
    for i in (0..weights.len()).filter(|&i| weights.get(i) > T::ZERO) {
        *numbers.get_mut(count)? = T::from_index(i as u32);
        count += 1;
    }
    if count < numbers.len() {
        return None;
    }
    #[cfg(feature = "skipping")]
    if let Some((points, width)) = blocks {
        crate::skipping::order::sort(points, numbers, width, threads);
    }
    for (value, number) in values.iter_mut().zip(&*numbers) {
        *value = weights.get(number.to_index() as usize);
    }
    Some((&*numbers, weights.copied_to(values)))
}

/// Makes the target of starts: all points, and the numbers of those with weight in the order of a k-d tree, if there
/// are any.
#[cfg_attr(not(feature = "skipping"), expect(unused_variables))]
fn target<'t, 'a, T: Real>(
    problem: &'t Problem<'a, T>,
    order: Option<[&'t [T]; 2]>,
    p: &ScaledProblem<'_, T>,
    settings: &'t Settings<T>,
) -> Target<'t, 'a, T> {
    Target {
        #[cfg(feature = "skipping")]
        order,
        ..Target::new(problem, p.epsilon, p.unit, settings)
    }
}

impl<'a, T: Real> Whole<'a, T> {
    /// Splits a problem into that of the points with weight, and the rest.
    pub fn new(
        problem: Problem<'a, T>,
        memory: WholeMemory<'a, T>,
        threads: usize,
    ) -> Result<(Problem<'a, T>, Self), Error> {
        let WholeMemory { f_hat, g_hat, f, g, points, rows, columns, width } = memory;
        let cloud = problem.geometry().cloud();
        let [x, y] = [cloud.map(|cloud| cloud.x()), cloud.map(|cloud| cloud.y())].map(|points| points.zip(width));
        let made = (f.len() == problem.rows() && g.len() == problem.columns())
            .then(|| choose(problem.a(), x, threads, rows).zip(choose(problem.b(), y, threads, columns)))
            .flatten();
        let Some(((rows, a), (columns, b))) = made else {
            // The workspace was cut for a problem with other sizes, or other points without weight.
            let (argument, expected) = (Argument::WORKSPACE, problem.rows() + problem.columns());
            return Err(Error::new(argument, ErrorKind::Length { expected, actual: f.len() + g.len() }));
        };
        let some = |numbers: &'a [T]| (!numbers.is_empty()).then_some(numbers);
        let own = problem.choose(some(rows), some(columns), a, b);
        Ok((own, Whole { problem, points, f_hat, g_hat, f, g, rows, columns, is_ordered: width.is_some() }))
    }

    /// Refuses points without weight that are so far away, or cost so much, that their potentials leave the range.
    pub fn check(&mut self, p: &ScaledProblem<'_, T>) -> Result<(), Error> {
        let Some(cloud) = self.problem.geometry().cloud() else { return Ok(()) };
        let scores = scores(&self.problem, self.points.reborrow(), p)?;
        if let Some(bound) = scores.bound()
            && !(p.s * bound <= ScaledProblem::<T>::largest_exponent())
        {
            return Err(scores.overflow());
        }
        if cloud.ground_cost().built_in() != BuiltIn::None {
            return Ok(());
        }
        let check = |i: usize, j: usize| {
            let value = cloud.cost(i, j);
            if value > -T::INFINITY {
                return Ok(());
            }
            let place = Place::cell(i, j);
            Err(Error::new(Argument::COST, ErrorKind::NotFinite { place, value: value.widen() }))
        };
        for k in 0..p.problem.columns() {
            (0..self.f.len()).try_for_each(|i| check(i, number(self.columns, k)))?;
        }
        for k in 0..p.problem.rows() {
            (0..self.g.len()).try_for_each(|j| check(number(self.rows, k), j))?;
        }
        Ok(())
    }

    /// Replaces the numbers of points in an error by their numbers among all points.
    pub fn renumber(&self, error: Error) -> Error {
        let of_rows = |place: Place| Place {
            row: number(self.rows, place.row),
            column: place.column.map(|column| number(self.columns, column)),
        };
        let of_columns = |place: Place| Place::entry(number(self.columns, place.row));
        match (error.argument, error.kind) {
            (Argument::Y, ErrorKind::TooFar { .. }) | (Argument::B, ErrorKind::Infeasible { .. }) => {
                error.map_place(of_columns)
            }
            (Argument::X, ErrorKind::TooFar { .. })
            | (Argument::A, ErrorKind::Infeasible { .. })
            | (Argument::COST, ErrorKind::CostTooLarge { .. } | ErrorKind::NotFinite { .. }) => {
                error.map_place(of_rows)
            }
            _ => error,
        }
    }

    /// Returns the target of starts: all points.
    pub fn target<'t>(&'t self, p: &ScaledProblem<'_, T>, settings: &'t Settings<T>) -> Target<'t, 'a, T> {
        target(&self.problem, self.order(), p, settings)
    }

    /// Returns the numbers of the points with weight, if they are in the order of a k-d tree.
    fn order(&self) -> Option<[&'a [T]; 2]> {
        self.is_ordered.then_some([self.rows, self.columns])
    }

    /// Runs a start on all points, and hands over what it wrote for those with weight.
    pub fn start(
        &mut self,
        start: &dyn Start<T>,
        p: &ScaledProblem<'_, T>,
        settings: &Settings<T>,
        f: &mut [T],
        g: &mut [T],
    ) -> Result<StartReport, Error> {
        let target = target(&self.problem, self.order(), p, settings);
        let mut out = StartMemory { f: self.f_hat, g: self.g_hat, rows: self.f, columns: self.g };
        let started = start.write_potentials(&target, &mut out)?;
        if p.forbids() {
            clear_infinite(started.wrote, self.f_hat, self.g_hat);
        }
        for (argument, skipped, chosen, from, to) in
            [(Argument::F, Side::G, self.rows, &*self.f_hat, f), (Argument::G, Side::F, self.columns, &*self.g_hat, g)]
        {
            if started.wrote == skipped {
                continue;
            }
            // It does not matter what a start makes of points without weight.
            for (k, value) in to.iter_mut().enumerate() {
                let row = number(chosen, k);
                *value = from[row];
                if !value.is_finite() {
                    let (place, value) = (Place::entry(row), value.widen());
                    return Err(Error::new(argument, ErrorKind::NotFinite { place, value }));
                }
            }
        }
        Ok(started)
    }

    /// Lends the memory of this for a while.
    pub fn reborrow(&mut self) -> Whole<'_, T> {
        let Whole { problem, points, f_hat, g_hat, f, g, rows, columns, is_ordered } = self;
        let points = points.reborrow();
        Whole { problem: *problem, points, f_hat, g_hat, f, g, rows, columns, is_ordered: *is_ordered }
    }

    /// Makes the solution for all points of that for those with weight.
    pub fn complete(mut self, own: &Solution<'a, T>) -> Solution<'a, T> {
        let p = self.scaled(own);
        let Whole { problem, f, g, rows, columns, .. } = &mut self;
        let (a, b) = (problem.a(), problem.b());
        let unit = p.s * p.unit;
        let cost = |i: usize, j: usize| problem.geometry().cost(i, j);
        let limit = ScaledProblem::<T>::largest_exponent();
        // -tau log2 sum_k w_k 2^(p_k - C_k) over the points of the other side with weight.
        let transform = |tau: T, weights: Weights<'_, T>, term: &dyn Fn(usize) -> T| {
            let log_sum = reduce::log2_sum(weights.len(), &|k| (weights.get(k), term(k)));
            (-tau * log_sum).min(limit).max(-limit) / unit
        };
        let (own_a, own_b) = (own.problem().a(), own.problem().b());
        for (numbers, from, to) in [(*rows, own.f(), &mut **f), (*columns, own.g(), &mut **g)] {
            from.iter().enumerate().for_each(|(k, &value)| to[number(numbers, k)] = value);
        }
        for i in (0..f.len()).filter(|&i| a.get(i) == T::ZERO) {
            let term = |k: usize| unit * own.g()[k] - p.s * cost(i, number(columns, k));
            f[i] = transform(p.tau_a(), own_b, &term);
        }
        for j in (0..g.len()).filter(|&j| b.get(j) == T::ZERO) {
            let term = |k: usize| unit * own.f()[k] - p.s * cost(number(rows, k), j);
            g[j] = transform(p.tau_b(), own_a, &term);
        }
        self.finish(p, own)
    }

    /// Writes the potentials of the points with weight, given those of all points.
    pub fn choose_potentials(&self, f: &[T], g: &[T], own_f: &mut [T], own_g: &mut [T]) {
        for (numbers, from, to) in [(self.rows, f, own_f), (self.columns, g, own_g)] {
            to.iter_mut().enumerate().for_each(|(k, value)| *value = from[number(numbers, k)]);
        }
    }

    /// Makes the solution for all points of their potentials, given that for those with weight.
    pub fn restore(mut self, own: &Solution<'a, T>, f: &[T], g: &[T]) -> Solution<'a, T> {
        let p = self.scaled(own);
        self.f.copy_from_slice(f);
        self.g.copy_from_slice(g);
        self.finish(p, own)
    }

    /// Returns the scaled problem of all points.
    fn scaled(&mut self, own: &Solution<'a, T>) -> ScaledProblem<'a, T> {
        let nothing = PackedMemory { x: &mut [], y: &mut [], delta: &mut [] };
        let points = core::mem::replace(&mut self.points, nothing);
        // They have been packed before, without an error.
        let scores = scores(&self.problem, points, &own.scaled).unwrap_or(own.scaled.scores);
        own.scaled.of_all(self.problem, scores)
    }

    /// Makes the solution for all points, whose f and g are written.
    #[cfg_attr(not(feature = "skipping"), expect(unused_variables))]
    fn finish(self, p: ScaledProblem<'a, T>, own: &Solution<'a, T>) -> Solution<'a, T> {
        let Whole { problem, f_hat, g_hat, f, g, rows, columns, .. } = self;
        let (b, unit) = (problem.b(), p.s * p.unit);
        f_hat.copy_from_slice(f);
        into_f(&p, unit, f_hat);
        g_hat.copy_from_slice(g);
        into_g(&p, unit, g_hat, |j| log_weight(b.get(j)));
        #[cfg(feature = "skipping")]
        let listed = own.listed.map(|listed| ListedPlan { numbers: [rows, columns], ..listed });
        Solution {
            scaled: p,
            f_hat,
            g_hat,
            f,
            g,
            report: own.report,
            #[cfg(feature = "skipping")]
            listed,
        }
    }
}
