//! The problems on which the library's claims are measured: named, all under the squared Euclidean cost, the same bits
//! wherever they are made. A new one is a function in the file of its kind (or in a new one) and an entry in `ALL`.

mod colours;
mod gaussians;
mod histograms;
mod line;
mod mixtures;
mod shapes;
mod tables;

use rand::rngs::StdRng;
use sinkhorn_core::{Epsilon, Error, PointCloud, Problem, Real};
use sinkhorn_tests::data;

/// Points a side where nothing else is asked for.
pub const DEFAULT_SIZE: usize = 2000;

/// Makes a problem with about this many points a side. Shipped data needs no generator and has at most so many.
type Make = fn(&mut StdRng, usize) -> Case;

/// In the order of the tables.
const ALL: [Make; 15] = [
    line::uniform,
    line::heavy_tail,
    line::weighted,
    gaussians::two,
    gaussians::three,
    gaussians::ten,
    gaussians::fifty,
    mixtures::matched,
    mixtures::unmatched,
    shapes::moons,
    shapes::torus,
    colours::photographs,
    tables::digits,
    tables::wine,
    histograms::grid,
];

/// Two weighted point sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// For the command line.
    pub name: &'static str,
    /// What it is, in one line.
    pub what: &'static str,
    /// Coordinates a point.
    pub dimension: usize,
    /// Points, row-major.
    pub x: Vec<f64>,
    /// Points, row-major.
    pub y: Vec<f64>,
    /// Weights of `x` with sum 1; none for equal ones.
    pub a: Option<Vec<f64>>,
    /// Weights of `y` with sum 1; none for equal ones.
    pub b: Option<Vec<f64>>,
}

impl Case {
    /// With equal weights.
    pub fn new(name: &'static str, what: &'static str, dimension: usize, x: Vec<f64>, y: Vec<f64>) -> Self {
        Case { name, what, dimension, x, y, a: None, b: None }
    }

    /// Points of `x`.
    pub fn rows(&self) -> usize {
        self.x.len() / self.dimension
    }

    /// Points of `y`.
    pub fn columns(&self) -> usize {
        self.y.len() / self.dimension
    }

    /// The problem for the solver.
    ///
    /// # Errors
    /// That of an epsilon that is not positive.
    pub fn problem(&self, epsilon: Epsilon<f64>) -> Result<Problem<'_, f64>, Error> {
        let mut problem = Problem::new(PointCloud::squared_euclidean(&self.x, &self.y, self.dimension)?)?;
        if let Some(a) = &self.a {
            problem = problem.weights_a(a)?;
        }
        if let Some(b) = &self.b {
            problem = problem.weights_b(b)?;
        }
        problem.epsilon(epsilon)
    }
}

/// All problems, with `n` points a side where they are generated and at most `n` where they are data.
pub fn all(n: usize) -> Vec<Case> {
    drawn(0, n).collect()
}

/// The problem of this name.
pub fn named(name: &str, n: usize) -> Option<Case> {
    drawn(0, n).find(|case| case.name == name)
}

/// All problems from another seed than that of [`all`], which is 0; for medians. What is data does not change.
pub fn drawn(seed: u64, n: usize) -> impl Iterator<Item = Case> {
    // A generator each, so that a new problem leaves the others as they are.
    ALL.iter().map(move |make| make(&mut data::generator(seed), n))
}

/// So many normal numbers.
pub fn normal<T: Real>(generator: &mut StdRng, count: usize) -> Vec<T> {
    data::normal(generator, count).into_iter().map(T::constant).collect()
}

/// The fields of a line of numbers.
fn numbers(line: &str) -> impl Iterator<Item = f64> {
    line.split(',').map(|field| field.parse().expect("a number in shipped data"))
}
