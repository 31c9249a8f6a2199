//! Results as serde writes and reads them.
//!
//! What is saved is the problem, the potentials and the report. What is read is checked as the builder checks it, and
//! nothing is solved again. Infinite numbers, which JSON lacks, are `None`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use sinkhorn_core::{
    CostMatrix, PointCloud, Problem, Solution, Workspace,
    cost::{Cosine, CostScale, Euclidean, LibraryCost, Manhattan, PNorm, SquaredEuclidean},
    diff::DerivativeSettings,
    geometry::{Geometry, Weights},
    soft::{KeptSoft, SoftParts},
    start::{Side, StartReport},
};

use crate::request::threads_for;
use crate::transport::SharedCost;
use crate::{Acceleration, Divergence, Epsilon, Real, Report, Settings, Soft, Status, Transport};

/// The format. It grows if what was written before is no longer read.
const FORMAT: u32 = 1;

/// The largest text that a report may hold, in bytes, and the number of different ones.
const TEXT_LEN: usize = 200;
const TEXTS: usize = 1000;

/// Numbers that are borrowed when they are written.
type Numbers<'a, T> = Cow<'a, [T]>;

/// Reads a value that may be `None`, but not missing.
fn present<'de, D: Deserializer<'de>, V: Deserialize<'de>>(deserializer: D) -> Result<V, D::Error> {
    V::deserialize(deserializer)
}

#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real + Serialize", deserialize = "T: Real + Deserialize<'de>"))]
struct SavedTransport<'a, T: Clone> {
    format: u32,
    costs: SavedCosts<'a, T>,
    #[serde(deserialize_with = "present")]
    a: Option<Numbers<'a, T>>,
    #[serde(deserialize_with = "present")]
    b: Option<Numbers<'a, T>>,
    epsilon: SavedEpsilon<T>,
    cost_scale: SavedScale<T>,
    #[serde(deserialize_with = "present")]
    rho_a: Option<T>,
    #[serde(deserialize_with = "present")]
    rho_b: Option<T>,
    solve: SavedSolve<'a, T>,
}

/// What a solve has found.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real + Serialize", deserialize = "T: Real + Deserialize<'de>"))]
struct SavedSolve<'a, T: Clone> {
    f: Numbers<'a, T>,
    g: Numbers<'a, T>,
    report: SavedReport<T>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[serde(bound(serialize = "T: Real + Serialize", deserialize = "T: Real + Deserialize<'de>"))]
enum SavedCosts<'a, T: Clone> {
    Points {
        dimension: usize,
        x: Numbers<'a, T>,
        y: Numbers<'a, T>,
        cost: SavedCost<T>,
    },
    /// Row after row; `None` forbids a pair.
    Matrix {
        columns: usize,
        entries: Vec<Option<T>>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SavedCost<T> {
    SquaredEuclidean,
    Euclidean,
    Manhattan,
    /// `None` is infinite.
    PNorm(Option<T>),
    Cosine,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedEpsilon<T> {
    Absolute(T),
    OfMean(T),
    OfStd(T),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedScale<T> {
    One,
    Mean,
    Std,
    Max,
    Given(T),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedSide {
    F,
    G,
    Both,
}

#[derive(Serialize, Deserialize)]
struct SavedStart {
    wrote: SavedSide,
    name: Cow<'static, str>,
    pairs: u64,
    #[serde(deserialize_with = "present")]
    time: Option<Duration>,
    #[serde(deserialize_with = "present")]
    note: Option<Cow<'static, str>>,
}

/// A text that lives as long as the program, as those of reports do. Few are kept, whatever is read.
fn text(name: &str, text: &str) -> Result<&'static str, String> {
    static TEXTS_READ: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut read = TEXTS_READ.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(known) = read.get(text) {
        return Ok(known);
    }
    if text.len() > TEXT_LEN || read.len() >= TEXTS {
        return Err(format!("{name} is longer than {TEXT_LEN} bytes, or one of more than {TEXTS} different ones"));
    }
    let kept: &'static str = Box::leak(text.into());
    read.insert(kept);
    Ok(kept)
}

/// Makes [`SavedReport`] of the fields of [`Report`]: measured numbers, which are finite, and counts.
macro_rules! saved_report {
    (numbers: $($number:ident)*; counts: $($count:ident)*) => {
        #[derive(Serialize, Deserialize)]
        struct SavedReport<T> {
            status: Cow<'static, str>,
            start: SavedStart,
            storage: Cow<'static, str>,
            epsilon: T,
            cost_scale: T,
            $($number: T,)*
            $($count: u32,)*
        }

        impl<T: Real> SavedReport<T> {
            fn of(report: &Report<T>) -> Self {
                SavedReport {
                    status: report.status.name().into(),
                    start: SavedStart::of(&report.start),
                    storage: report.storage.into(),
                    epsilon: report.epsilon,
                    cost_scale: report.cost_scale,
                    $($number: report.$number,)*
                    $($count: report.$count,)*
                }
            }

            fn read(self) -> Result<Report<T>, String> {
                $(if !self.$number.is_finite() {
                    return Err(format!("report.{} is {}: it must be finite", stringify!($number), self.$number));
                })*
                for (name, value) in [("epsilon", self.epsilon), ("cost_scale", self.cost_scale)] {
                    if !(value > T::ZERO && value.is_finite()) {
                        return Err(format!("report.{name} is {value}: it must be positive"));
                    }
                }
                let mut report = Report::unmeasured(status(&self.status)?);
                report.start = self.start.read()?;
                report.storage = text("report.storage", &self.storage)?;
                report.epsilon = self.epsilon;
                report.cost_scale = self.cost_scale;
                $(report.$number = self.$number;)*
                $(report.$count = self.$count;)*
                Ok(report)
            }
        }
    };
}

saved_report! {
    numbers: row_error column_error dual_value start_value objective primal_value transport_cost mass rescaled skipped
        summed certificate;
    counts: sweeps row_fallbacks column_fallbacks rejections absorptions
}

/// The status of this name. A solve that is infeasible has no result.
fn status(name: &str) -> Result<Status, String> {
    let all = [Status::Converged, Status::SweepLimit, Status::Stopped, Status::PrecisionFloor];
    let found = all.into_iter().find(|status| status.name() == name);
    found.ok_or(format!("report.status is {name:?}, which no result has"))
}

impl SavedStart {
    fn of(start: &StartReport) -> Self {
        let wrote = match start.wrote {
            Side::F => SavedSide::F,
            Side::G => SavedSide::G,
            Side::Both => SavedSide::Both,
        };
        let StartReport { name, pairs, time, note, .. } = *start;
        SavedStart { wrote, name: name.into(), pairs, time, note: note.map(Cow::from) }
    }

    fn read(self) -> Result<StartReport, String> {
        let SavedStart { wrote, name, pairs, time, note } = self;
        let wrote = match wrote {
            SavedSide::F => Side::F,
            SavedSide::G => Side::G,
            SavedSide::Both => Side::Both,
        };
        let note = note.map(|note| text("report.start.note", &note)).transpose()?;
        Ok(StartReport { wrote, name: text("report.start.name", &name)?, pairs, time, note })
    }
}

impl<T: Real> SavedCost<T> {
    fn of(cost: &SharedCost<T>) -> Result<Self, String> {
        match LibraryCost::of(&**cost) {
            Some(LibraryCost::SquaredEuclidean) => Ok(SavedCost::SquaredEuclidean),
            Some(LibraryCost::Euclidean) => Ok(SavedCost::Euclidean),
            Some(LibraryCost::Manhattan) => Ok(SavedCost::Manhattan),
            Some(LibraryCost::PNorm(p)) => Ok(SavedCost::PNorm(finite(p))),
            Some(LibraryCost::Cosine) => Ok(SavedCost::Cosine),
            _ => Err(format!("the cost `{}` is a function of your own, which cannot be saved", cost.name())),
        }
    }

    fn read(&self) -> Result<SharedCost<T>, String> {
        Ok(match *self {
            SavedCost::SquaredEuclidean => Arc::new(SquaredEuclidean),
            SavedCost::Euclidean => Arc::new(Euclidean),
            SavedCost::Manhattan => Arc::new(Manhattan),
            SavedCost::PNorm(p) => Arc::new(PNorm::new(p.unwrap_or(T::INFINITY)).map_err(|error| error.to_string())?),
            SavedCost::Cosine => Arc::new(Cosine),
        })
    }
}

/// A number that JSON has, or nothing for infinity.
fn finite<T: Real>(value: T) -> Option<T> {
    value.is_finite().then_some(value)
}

/// The weights of one side as they were given; nothing if they were not.
fn weights<'w, T: Real>(weights: Weights<'w, T>) -> Option<Numbers<'w, T>> {
    weights.values().map(Cow::from)
}

impl<'a, T: Real> SavedSolve<'a, T> {
    fn of(solution: &Solution<'a, T>) -> Self {
        let report = SavedReport::of(solution.report());
        SavedSolve { f: solution.f().into(), g: solution.g().into(), report }
    }

    /// Makes the solution of a problem again, and keeps it.
    fn read(self, problem: &Problem<'_, T>, cost: &SharedCost<T>) -> Result<Transport<T>, String> {
        let threads = threads_for(problem.rows(), problem.columns());
        let settings = Settings { threads, acceleration: Acceleration::Plain, ..Settings::default() };
        let differentiation = DerivativeSettings { threads, ..DerivativeSettings::default() };
        let report = self.report.read()?;
        let made = || {
            let mut memory = vec![T::ZERO; Workspace::len(problem, &settings)?];
            let workspace = Workspace::new(&mut memory, problem, &settings)?;
            let solution = Solution::restore(problem, &settings, workspace, &self.f, &self.g, report)?;
            Transport::keep(&solution, cost, differentiation)
        };
        made().map_err(|error| error.to_string())
    }
}

impl<'a, T: Real> SavedTransport<'a, T> {
    fn of(transport: &'a Transport<T>) -> Result<Self, String> {
        let solution = transport.solution();
        let problem = solution.problem();
        let costs = match problem.geometry() {
            Geometry::Points(cloud) => SavedCosts::Points {
                dimension: cloud.dimension(),
                x: cloud.x().data().into(),
                y: cloud.y().data().into(),
                cost: SavedCost::of(transport.cost())?,
            },
            Geometry::Matrix(matrix) => {
                let (rows, columns) = (matrix.rows(), matrix.columns());
                let entries = (0..rows).flat_map(|i| (0..columns).map(move |j| finite(matrix.cost(i, j)))).collect();
                SavedCosts::Matrix { columns, entries }
            }
        };
        Ok(SavedTransport {
            format: FORMAT,
            costs,
            a: weights(problem.a()),
            b: weights(problem.b()),
            epsilon: match problem.requested_epsilon() {
                Epsilon::OfMean(fraction) => SavedEpsilon::OfMean(fraction),
                Epsilon::OfStd(fraction) => SavedEpsilon::OfStd(fraction),
                Epsilon::Absolute(value) => SavedEpsilon::Absolute(value),
                _ => SavedEpsilon::Absolute(solution.report().epsilon),
            },
            cost_scale: match problem.requested_scale() {
                CostScale::One => SavedScale::One,
                CostScale::Mean => SavedScale::Mean,
                CostScale::Std => SavedScale::Std,
                CostScale::Max => SavedScale::Max,
                _ => SavedScale::Given(solution.report().cost_scale),
            },
            rho_a: finite(problem.rho_a()),
            rho_b: finite(problem.rho_b()),
            solve: SavedSolve::of(&solution),
        })
    }

    /// Makes the result again, and what `more` makes of its problem.
    fn read<R>(
        self,
        more: impl FnOnce(&Transport<T>, &Problem<'_, T>, &SharedCost<T>) -> Result<R, String>,
    ) -> Result<(Transport<T>, R), String> {
        let SavedTransport { format, costs, a, b, epsilon, cost_scale, rho_a, rho_b, solve } = self;
        if format != FORMAT {
            return Err(format!("format is {format}, and this version reads {FORMAT}"));
        }
        let named = |error: sinkhorn_core::Error| error.to_string();
        let (entries, cost);
        let geometry: Geometry<'_, T> = match &costs {
            SavedCosts::Points { dimension, x, y, cost: saved } => {
                cost = saved.read()?;
                PointCloud::new(x, y, *dimension, &*cost).map_err(named)?.into()
            }
            SavedCosts::Matrix { columns, entries: saved } => {
                cost = Arc::new(SquaredEuclidean) as SharedCost<T>;
                entries = saved.iter().map(|entry| entry.unwrap_or(T::INFINITY)).collect::<Vec<T>>();
                CostMatrix::row_major(&entries, entries.len() / (*columns).max(1), *columns).map_err(named)?.into()
            }
        };
        let epsilon = match epsilon {
            SavedEpsilon::Absolute(value) => Epsilon::Absolute(value),
            SavedEpsilon::OfMean(fraction) => Epsilon::OfMean(fraction),
            SavedEpsilon::OfStd(fraction) => Epsilon::OfStd(fraction),
        };
        let scale = match cost_scale {
            SavedScale::One => CostScale::One,
            SavedScale::Mean => CostScale::Mean,
            SavedScale::Std => CostScale::Std,
            SavedScale::Max => CostScale::Max,
            SavedScale::Given(value) => CostScale::Given(value),
        };
        let [rho_a, rho_b] = [rho_a, rho_b].map(|rho| rho.unwrap_or(T::INFINITY));
        let of_numbers = || {
            let problem = Problem::new(geometry)?.epsilon(epsilon)?.cost_scale(scale)?.unbalanced(rho_a, rho_b)?;
            let problem = a.as_deref().map_or(Ok(problem), |a| problem.weights_a(a))?;
            b.as_deref().map_or(Ok(problem), |b| problem.weights_b(b))
        };
        let problem = of_numbers().map_err(named)?;
        let transport = solve.read(&problem, &cost)?;
        let more = more(&transport, &problem, &cost)?;
        Ok((transport, more))
    }
}

/// A ground cost of your own cannot be saved. Read again, f, g and the report have the same bits. So has all else on a
/// machine with the same instructions, unless the solve divided or kept costs, or skipped pairs: that may be rounded.
impl<T: Real + Serialize> Serialize for Transport<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedTransport::of(self).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

/// What is read is checked as the builder checks it, and an error names the field. Nothing is solved.
impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Transport<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = SavedTransport::deserialize(deserializer)?;
        saved.read(|_, _, _| Ok(())).map(|(transport, ())| transport).map_err(de::Error::custom)
    }
}

/// The points stand in it once.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real + Serialize", deserialize = "T: Real + Deserialize<'de>"))]
struct SavedDivergence<'a, T: Clone> {
    value: T,
    between: SavedTransport<'a, T>,
    within_x: SavedSolve<'a, T>,
    within_y: SavedSolve<'a, T>,
}

impl<T: Real + Serialize> Serialize for Divergence<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let between = SavedTransport::of(self.between()).map_err(ser::Error::custom)?;
        let [within_x, within_y] = [self.within_x(), self.within_y()].map(|t| SavedSolve::of(&t.solution()));
        SavedDivergence { value: self.value(), between, within_x, within_y }.serialize(serializer)
    }
}

impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Divergence<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let SavedDivergence { value, between, within_x, within_y } = SavedDivergence::deserialize(deserializer)?;
        if !T::is_finite(value) {
            return Err(de::Error::custom(format!("value is {value}: it must be finite")));
        }
        let within = |between: &Transport<T>, problem: &Problem<'_, T>, cost: &SharedCost<T>| {
            let Some(cloud) = problem.geometry().cloud() else {
                return Err("between has a cost matrix, which has no divergence".to_string());
            };
            // As the solve between the sides took them: totals are equal.
            let solution = between.solution();
            let [a, b] = [solution.problem().a(), solution.problem().b()];
            let onto_itself = |name: &str, saved: SavedSolve<'_, T>, data: &[T], weights: Weights<'_, T>, rho: T| {
                let report = between.report();
                let of_numbers = || {
                    Problem::new(PointCloud::new(data, data, cloud.dimension(), &**cost)?)?
                        .epsilon(Epsilon::Absolute(report.epsilon))?
                        .cost_scale(CostScale::Given(report.cost_scale))?
                        .unbalanced(rho, rho)?
                        .weights_of_both(weights)
                };
                let problem = of_numbers().map_err(|error: sinkhorn_core::Error| format!("{name}: {error}"))?;
                saved.read(&problem, cost).map_err(|error| format!("{name}: {error}"))
            };
            Ok([
                onto_itself("within_x", within_x, cloud.x().data(), a, problem.rho_a())?,
                onto_itself("within_y", within_y, cloud.y().data(), b, problem.rho_b())?,
            ])
        };
        let read = between.read(within).map_err(de::Error::custom);
        read.map(|(between, [within_x, within_y])| Divergence::of_parts(value, between, within_x, within_y))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real + Serialize", deserialize = "T: Real + Deserialize<'de>"))]
struct SavedSoft<'a, T: Clone> {
    values: Numbers<'a, T>,
    total: T,
    standardised: bool,
    scale: T,
    #[serde(deserialize_with = "present")]
    factor: Option<T>,
    tolerance: T,
    max_iterations: u32,
    levels: Vec<u32>,
    transport: SavedTransport<'a, T>,
}

impl<T: Real + Serialize> Serialize for Soft<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (kept, vectors) = self.kept();
        let (parts, solution, levels) = kept.parts(vectors).map_err(ser::Error::custom)?;
        let SoftParts { total, standardised, scale, factor, differentiation } = parts;
        let cost: SharedCost<T> = Arc::new(SquaredEuclidean);
        let transport = Transport::keep(&solution, &cost, differentiation).map_err(ser::Error::custom)?;
        SavedSoft {
            values: self.values().into(),
            total,
            standardised,
            scale,
            factor,
            tolerance: differentiation.tolerance,
            max_iterations: differentiation.max_iterations,
            levels: levels.collect(),
            transport: SavedTransport::of(&transport).map_err(ser::Error::custom)?,
        }
        .serialize(serializer)
    }
}

impl<'de, T: Real + Deserialize<'de>> Deserialize<'de> for Soft<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = SavedSoft::deserialize(deserializer)?;
        let SavedSoft { values, total, standardised, scale, factor, tolerance, max_iterations, levels, .. } = saved;
        let (transport, ()) = saved.transport.read(|_, _, _| Ok(())).map_err(de::Error::custom)?;
        if let Some((i, value)) = values.iter().enumerate().find(|(_, value)| !T::is_finite(**value)) {
            return Err(de::Error::custom(format!("values[{i}] is {value}: every entry must be finite")));
        }
        let expected = if factor.is_some() { transport.f().len() } else { levels.len() };
        if values.len() != expected || (factor.is_some() && !levels.is_empty()) {
            let (values, levels) = (values.len(), levels.len());
            return Err(de::Error::custom(format!("values has {values} entries, and levels has {levels}")));
        }
        let differentiation = DerivativeSettings { tolerance, max_iterations, ..DerivativeSettings::default() };
        let parts = SoftParts { total, standardised, scale, factor, differentiation };
        let solution = transport.solution();
        let mut vectors = vec![T::ZERO; solution.kept_len() + levels.len()];
        let kept = KeptSoft::restore(&parts, &solution, &levels, &mut vectors).map_err(de::Error::custom)?;
        Ok(Soft::of_parts(values.into_owned(), kept, vectors))
    }
}
