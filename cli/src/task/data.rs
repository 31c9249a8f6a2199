//! Points and weights in memory, and the problem that they make.

use std::time::Instant;

use sinkhorn_core::{
    Epsilon, Error, PointCloud, Problem,
    cost::{Cosine, Euclidean, GroundCost, Manhattan, PNorm, SquaredEuclidean},
    start::Start,
};

use super::job::{Pair, Question, Task};
use super::merge::Merge;
use super::scalar::Scalar;
use super::start;
use crate::args::{ChosenStart, CostName, StartName};
use crate::input::{self, Reading, Scale, Sign, Source, Table};
use crate::process::Failure;
use crate::terminal;

/// One side: points, and weights unless they are equal.
pub struct Side<T> {
    pub table: Table<T>,
    pub weights: Option<Vec<T>>,
    /// Whether the weights are of the user, not of equal rows.
    pub is_weighted: bool,
    /// Which rows of the file the points are, if some are equal.
    pub merge: Option<Merge<T>>,
    /// Where the weights came from, if from a file of their own.
    pub weights_name: Option<String>,
}

/// Two sides and a cost between them.
pub struct Data<T: Scalar> {
    pub x: Side<T>,
    pub y: Side<T>,
    pub question: Question,
    pub cost: Box<dyn GroundCost<T>>,
}

/// A task with its points in memory and its start at hand.
pub struct Loaded<T: Scalar> {
    pub data: Data<T>,
    pub start: Box<dyn Start<T>>,
    /// How long that took.
    pub seconds: f64,
}

impl<T: Scalar> Loaded<T> {
    /// Reads points, weights and fits.
    pub fn read(task: &Task) -> Result<Self, Failure> {
        let clock = Instant::now();
        let data: Data<T> = Data::read(&task.pair, &task.question)?.merged(&task.method.start);
        let start = start::start(&task.method, data.x.table.columns)?;
        Ok(Loaded { data, start, seconds: clock.elapsed().as_secs_f64() })
    }
}

impl<T: Scalar> Side<T> {
    /// Reads points, and weights from a file or a column.
    pub fn read(points: &Source, weights: Option<&Source>, reading: &Reading, scale: Scale) -> Result<Self, Failure> {
        let table: Table<T> = input::read(points, reading, Sign::Any)?;
        let (from_file, weights_name) = match weights {
            Some(source) => (Some(input::weights(source, &table, scale)?), Some(source.name())),
            None => (None, None),
        };
        let weights = match from_file {
            None => input::column_weights(&table, scale)?,
            given => given,
        };
        Ok(Side { is_weighted: weights.is_some(), table, weights, merge: None, weights_name })
    }

    /// Makes one point of equal rows.
    pub fn merged(mut self) -> Self {
        let Table { values, columns, .. } = &self.table;
        let Some((merge, weights)) = Merge::of(values, *columns, self.weights.as_deref()) else { return self };
        let columns = *columns;
        self.table.values =
            merge.first().iter().flat_map(|&row| &values[row as usize * columns..][..columns]).copied().collect();
        self.table.rows = merge.first().len();
        self.table.weights = None;
        Side { weights: Some(weights), merge: Some(merge), ..self }
    }

    /// So many of its points at most, evenly chosen, with the same total of weights; none where these weigh nothing.
    pub fn thinned(&self, most: usize) -> Option<Side<T>> {
        let all = self.table.rows;
        let count = all.min(most);
        let rows: Vec<usize> = (0..count).map(|k| k * all / count).collect();
        let weights = match &self.weights {
            None => None,
            Some(weights) => {
                let total = |weights: &mut dyn Iterator<Item = &T>| weights.map(|weight| weight.widen()).sum::<f64>();
                let scale = total(&mut weights.iter()) / total(&mut rows.iter().map(|&row| &weights[row]));
                let scaled = |&row: &usize| T::constant(scale * weights[row].widen());
                scale.is_finite().then_some(())?;
                Some(rows.iter().map(scaled).collect())
            }
        };
        let table = self.table.with_rows(&rows);
        Some(Side { table, weights, is_weighted: self.is_weighted, merge: None, weights_name: None })
    }

    /// How many rows the file has.
    pub fn rows(&self) -> usize {
        self.merge.as_ref().map_or(self.table.rows, Merge::rows)
    }

    /// Says that a column is no coordinate, though nobody has asked for that.
    pub fn tell_left_out(&self) {
        let Some(name) = &self.table.left_out else { return };
        let why = if name.is_empty() { "has no name and numbers the rows" } else { "tells rows apart" };
        let column = if name.is_empty() { "the first column".into() } else { format!("the first column, {name:?},") };
        terminal::note(&format!("{}: {column} {why}: it is left out (--columns chooses others)", self.name()));
    }

    /// The file of the points.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// The file that holds the weights.
    pub fn weights_name(&self) -> &str {
        self.weights_name.as_deref().unwrap_or(&self.table.name)
    }
}

impl<T: Scalar> Data<T> {
    /// Reads both sides.
    pub fn read(pair: &Pair, question: &Question) -> Result<Self, Failure> {
        let scale = if question.is_relaxed() { Scale::Keep } else { Scale::ToOne };
        let x = Side::read(&pair.x, pair.weights_x.as_ref(), &pair.reading_x, scale)?;
        let like = if pair.chooses_y { None } else { x.table.names.clone() };
        let reading_y = Reading { like, ..pair.reading_y.clone() };
        let y = Side::read(&pair.y, pair.weights_y.as_ref(), &reading_y, scale)?;
        if pair.reading_y.columns.is_none() {
            input::check_names(&x.table, &y.table)?;
        }
        x.tell_left_out();
        if x.name() != y.name() {
            y.tell_left_out();
        }
        input::check_dimensions(&x.table, &y.table)?;
        input::check_rounding(&x.table, &y.table)?;
        Ok(Data { cost: ground_cost(question)?, x, y, question: *question })
    }

    /// Makes one point of equal rows, but for a start that wants all with equal weights.
    pub fn merged(self, start: &ChosenStart) -> Self {
        if *start == ChosenStart::Named(StartName::DualSort) {
            return self;
        }
        Data { x: self.x.merged(), y: self.y.merged(), ..self }.with_epsilon()
    }

    /// Where no pair costs anything, every epsilon gives the same plan: what is asked for as a part of the cost is
    /// taken as a number.
    fn with_epsilon(mut self) -> Self {
        let (x, y) = (&self.x.table, &self.y.table);
        if x.rows == 1 && y.rows == 1 && self.cost.cost(&x.values, &y.values) == T::ZERO {
            self.question.epsilon = Epsilon::Absolute(part(self.question.epsilon));
        }
        self
    }

    /// The problem between the two.
    pub fn problem(&self) -> Result<Problem<'_, T>, Error> {
        problem(&self.x, &self.y, self.cost.as_ref(), &self.question)
    }

    /// n m.
    pub fn pairs(&self) -> f64 {
        self.x.table.rows as f64 * self.y.table.rows as f64
    }
}

/// The number in an epsilon: a part of the cost, or a value.
pub fn part(epsilon: Epsilon<f64>) -> f64 {
    match epsilon {
        Epsilon::OfMean(part) | Epsilon::OfStd(part) => part,
        Epsilon::Absolute(value) => value,
        _ => f64::NAN,
    }
}

/// The problem between two sides.
pub fn problem<'a, T: Scalar>(
    x: &'a Side<T>,
    y: &'a Side<T>,
    cost: &'a dyn GroundCost<T>,
    question: &Question,
) -> Result<Problem<'a, T>, Error> {
    let cloud = PointCloud::new(&x.table.values, &y.table.values, x.table.columns, cost)?;
    let mut problem = Problem::new(cloud)?
        .epsilon(question.epsilon.cast())?
        .unbalanced(T::constant(question.rho_x), T::constant(question.rho_y))?;
    if let Some(a) = &x.weights {
        problem = problem.weights_a(a)?;
    }
    if let Some(b) = &y.weights {
        problem = problem.weights_b(b)?;
    }
    Ok(problem)
}

/// The cost of a question.
pub fn ground_cost<T: Scalar>(question: &Question) -> Result<Box<dyn GroundCost<T>>, Failure> {
    Ok(match question.cost {
        CostName::SquaredEuclidean => Box::new(SquaredEuclidean),
        CostName::Euclidean => Box::new(Euclidean),
        CostName::Manhattan => Box::new(Manhattan),
        CostName::Chebyshev => p_norm(f64::INFINITY)?,
        CostName::PNorm => p_norm(question.p)?,
        CostName::Cosine => Box::new(Cosine),
    })
}

fn p_norm<T: Scalar>(p: f64) -> Result<Box<dyn GroundCost<T>>, Failure> {
    let norm = PNorm::new(T::constant(p)).map_err(|error| Failure::usage(format!("--p {p}: {error}")))?;
    Ok(Box::new(norm))
}
