//! The loop: start, sweep, accelerate, stop.

mod anderson;
mod annealing;
mod auto;
mod newton;
mod relaxation;
mod start;
mod stopping;
#[cfg(feature = "support")]
mod support;
mod symmetric;

use core::mem::take;
use core::ops::ControlFlow;

use crate::error::{Argument, Error, ErrorKind};
use crate::initial::{Initializer, Started, Target, Wrote, Zero};
use crate::problem::Problem;
use crate::real::Real;
use crate::reduce;
use crate::report::{Observation, Status};
use crate::settings::{Acceleration, Settings, Storage};
use crate::solution::Solution;
use crate::solution::value::{self, Pair};
use crate::sweep::forward;
use crate::sweep::outcome::{Outcome, Potentials};
use crate::sweep::prepared::Prepared;
use crate::sweep::scores::Scores;
use crate::sweep::strips::Scratch;
use crate::sweep::{kernel, log_weight, reach};
use crate::vector::Instructions;
use crate::workspace::{History, Stored, Workspace};

use anderson::Anderson;
use annealing::Schedule;
use auto::{Auto, Method};
use newton::Next;
use relaxation::Relaxation;
pub(crate) use stopping::error_floor;
use stopping::{PATIENCE, Stagnation};
#[cfg(feature = "support")]
use support::Whole;

/// A solve in progress. [`solve`] runs one from start to end.
///
/// ```
/// use sinkhorn_core::{Monotone, PointCloud, Problem, Settings, Solver, Status, Workspace};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let mut solver = Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// solver.start(&Monotone)?;
/// while solver.step().is_none() {
///     assert!(solver.sweeps() < 100);
/// }
/// assert_eq!(solver.finish().report().status, Status::Converged);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
pub struct Solver<'a, T: Real> {
    prepared: Prepared<'a, T>,
    settings: Settings<T>,
    f: &'a mut [T],
    g: &'a mut [T],
    image: &'a mut [T],
    log_b: &'a mut [T],
    row: &'a mut [T],
    scratch: Scratch<'a, T>,
    stored: Stored<'a, T>,
    accelerator: Accelerator<'a, T>,
    schedule: Schedule<T>,
    target_epsilon: T,
    stagnation: Stagnation<T>,
    /// Plain sweeps still to be made before a precision floor is believed.
    confirming: u32,
    status: Option<Status>,
    sweeps: u32,
    last: Outcome<T>,
    start_value: T,
    started: Started,
    row_fallbacks: u32,
    column_fallbacks: u32,
    rejections: u32,
    absorptions: u32,
    recovered: bool,
    rescaled: T,
    /// All points, where all of the above is of those with weight.
    #[cfg(feature = "support")]
    whole: Option<Whole<'a, T>>,
}

enum Accelerator<'a, T> {
    Plain,
    Relaxation(Relaxation<T>),
    Anderson(Anderson<'a, T>),
    Auto(Auto<T>, Anderson<'a, T>),
}

/// All that is known of an accelerator is known from here, so that builds without the feature `acceleration` contain none.
impl<'a, T: Real> Accelerator<'a, T> {
    fn new(acceleration: Acceleration<T>, history: History<'a, T>, rows: usize, columns: usize) -> Self {
        match acceleration {
            _ if !cfg!(feature = "acceleration") => Accelerator::Plain,
            Acceleration::Plain => Accelerator::Plain,
            Acceleration::Relaxation { factor } => Accelerator::Relaxation(Relaxation::new(Some(factor))),
            Acceleration::AdaptiveRelaxation => Accelerator::Relaxation(Relaxation::new(None)),
            Acceleration::Anderson { memory } => {
                let memory = memory.min(history.memory);
                if memory < 2 { Accelerator::Plain } else { Accelerator::Anderson(Anderson::new(history, memory)) }
            }
            Acceleration::Auto { memory } => {
                let memory = memory.min(history.memory);
                if memory < 2 {
                    return Accelerator::Plain;
                }
                let auto = Auto::new(rows, columns, !history.products.is_empty());
                Accelerator::Auto(auto, Anderson::new(history, memory))
            }
        }
    }

    fn relaxation(&mut self) -> Option<&mut Relaxation<T>> {
        match self {
            Accelerator::Relaxation(relaxation) if cfg!(feature = "acceleration") => Some(relaxation),
            _ => None,
        }
    }

    fn anderson(&mut self) -> Option<&mut Anderson<'a, T>> {
        match self {
            Accelerator::Anderson(anderson) | Accelerator::Auto(_, anderson) if cfg!(feature = "acceleration") => {
                Some(anderson)
            }
            _ => None,
        }
    }

    fn auto(&mut self) -> Option<(&mut Auto<T>, &mut Anderson<'a, T>)> {
        match self {
            Accelerator::Auto(auto, anderson) if cfg!(feature = "acceleration") => Some((auto, anderson)),
            _ => None,
        }
    }

    /// The method of the next sweep, but for relaxation.
    fn method(&self) -> Method {
        match self {
            _ if !cfg!(feature = "acceleration") => Method::Plain,
            Accelerator::Plain | Accelerator::Relaxation(_) => Method::Plain,
            Accelerator::Anderson(_) => Method::Anderson,
            Accelerator::Auto(auto, _) => auto.method,
        }
    }

    fn restart(&mut self) {
        if let Some(relaxation) = self.relaxation() {
            relaxation.restart();
        }
        if let Some(anderson) = self.anderson() {
            anderson.restart();
        }
        if let Some((auto, _)) = self.auto() {
            auto.restart();
        }
    }
}

impl<'a, T: Real> Solver<'a, T> {
    /// Checks the settings, resolves epsilon and copies what the sweeps read; starts from zero.
    ///
    /// # Errors
    /// [`ErrorKind::UnequalMass`] for a balanced problem whose totals differ, [`ErrorKind::BelowResolution`] where epsilon is
    /// too small beside the cost for the scalar, [`ErrorKind::Overflow`] where cost / epsilon leaves its range,
    /// [`ErrorKind::NotFinite`] for a cost function that returns NaN or minus infinity, [`ErrorKind::Infeasible`] for a point
    /// that has mass and whose costs to all points with mass are infinite,
    /// [`ErrorKind::Workspace`], and bad settings.
    pub fn new(problem: &Problem<'a, T>, settings: &Settings<T>, workspace: Workspace<'a, T>) -> Result<Self, Error> {
        Solver::with_start(problem, &Zero, settings, workspace)
    }

    /// [`Solver::new`] and [`Solver::start`] in one, without starting from zero first.
    ///
    /// # Errors
    /// Those of both.
    pub fn with_start(
        problem: &Problem<'a, T>,
        start: &dyn Initializer<T>,
        settings: &Settings<T>,
        workspace: Workspace<'a, T>,
    ) -> Result<Self, Error> {
        let mut made = Solver::without_start(problem, settings, workspace);
        // Where it is: a move would be a copy.
        if let Ok(solver) = &mut made {
            solver.start(start)?;
        }
        made
    }

    /// [`Solver::new`] that leaves the start to [`Solver::start`], which has to follow; until then there is nothing to sweep, and [`Solver::step`] is
    /// [`Status::Stopped`]. For small stacks: a solver is some hundred bytes, and this moves it once.
    ///
    /// # Errors
    /// Those of [`Solver::new`].
    #[inline(never)]
    pub fn without_start(
        problem: &Problem<'a, T>,
        settings: &Settings<T>,
        workspace: Workspace<'a, T>,
    ) -> Result<Self, Error> {
        settings.check()?;
        let (problem, rescaled) = problem.with_equal_totals()?;
        let Workspace { f, row, g, image, log_b, scratch, points, history, stored, .. } = workspace;
        #[cfg(feature = "support")]
        let (problem, mut whole) = match workspace.whole {
            Some(memory) => Whole::new(problem, memory).map(|(own, whole)| (own, Some(whole)))?,
            None => (problem, None),
        };
        if f.len() != problem.rows() || g.len() != problem.columns() {
            let (argument, expected) = (Argument::WORKSPACE, problem.rows() + problem.columns());
            return Err(Error::new(argument, ErrorKind::Length { expected, actual: f.len() + g.len() }));
        }
        let scores = Scores::new(*problem.geometry(), problem.a(), problem.b(), points)?;
        let prepared = Prepared::new(problem, scores, Instructions::of(settings.simd), image, scratch.column);
        #[cfg(feature = "support")]
        let prepared = match (&mut whole, prepared) {
            (Some(whole), Ok(prepared)) => whole.check(&prepared).map(|()| prepared),
            (Some(whole), Err(error)) => Err(whole.renumber(error)),
            (None, prepared) => prepared,
        };
        let mut prepared = prepared?;
        let stored = match stored {
            Stored::Cost(memory) if cfg!(feature = "costs") => {
                g.fill(T::ZERO);
                prepared.keep_scores(memory, g);
                Stored::Cost(&mut [])
            }
            other => other,
        };
        for (j, log) in log_b.iter_mut().enumerate() {
            *log = log_weight(problem.b().get(j));
        }
        let target_epsilon = prepared.epsilon;
        Ok(Solver {
            prepared,
            settings: *settings,
            f,
            g,
            image,
            log_b,
            row,
            scratch,
            stored,
            accelerator: Accelerator::new(settings.acceleration, history, problem.rows(), problem.columns()),
            schedule: Schedule::new(None),
            target_epsilon,
            stagnation: Stagnation::new(),
            confirming: 0,
            status: Some(Status::Stopped),
            sweeps: 0,
            last: Outcome::new(),
            start_value: T::ZERO,
            started: Started::new("zero", Wrote::F),
            row_fallbacks: 0,
            column_fallbacks: 0,
            rejections: 0,
            absorptions: 0,
            recovered: false,
            rescaled,
            #[cfg(feature = "support")]
            whole,
        })
    }

    /// One sweep; `Some` once the solve has ended, and from then on without doing anything.
    pub fn step(&mut self) -> Option<Status> {
        if self.status.is_some() { self.status } else { self.sweep_once(None) }
    }

    fn sweep_once(&mut self, observation: Option<&mut Option<Observation<T>>>) -> Option<Status> {
        // Choose the method: levels of annealing, sweeps that are to confirm a floor, and those after an overflow are plain.
        let annealing = !self.schedule.is_over();
        let plain = annealing || self.confirming > 0 || (self.recovered && self.accelerator.auto().is_none());
        let factor = match self.accelerator.relaxation() {
            Some(relaxation) if !plain => relaxation.factor(),
            _ => T::ONE,
        };
        let method = if plain { Method::Plain } else { self.accelerator.method() };
        let in_scalings = factor == T::ONE && method == Method::Plain && self.prepared.is_balanced();
        if !in_scalings || observation.is_some() {
            self.catch_up();
        }
        self.extrapolate(method);

        // Sweep.
        let (p, potentials) =
            (&self.prepared, Potentials { f: self.f, g: self.g, image: self.image, log_b: self.log_b });
        let scratch = &mut self.scratch;
        let mut outcome = match (&mut self.stored, self.accelerator.auto()) {
            (_, Some((auto, anderson))) if method == Method::Newton => {
                auto.newton.sweep(p, &mut anderson.history, potentials, scratch)
            }
            (Stored::Kernel(kernel), _) if in_scalings => {
                kernel::sweep_scalings(p, kernel, potentials, self.row, scratch)
            }
            (Stored::Kernel(kernel), _) => kernel::sweep(p, kernel, factor, potentials, self.row, scratch),
            _ => forward::sweep(p, factor, potentials, scratch),
        };
        self.sweeps += 1;
        self.row_fallbacks = self.row_fallbacks.saturating_add(outcome.row_fallbacks);
        self.column_fallbacks = self.column_fallbacks.saturating_add(u32::from(outcome.column_fallback));
        self.absorptions = self.absorptions.saturating_add(u32::from(outcome.absorbed));
        outcome.error /= self.prepared.problem.b().total();
        // An error beyond the range is no reason to give up after a plain sweep, whose potentials are finite all the
        // same: those before it were far off.
        let as_it_is = factor == T::ONE
            && match method {
                Method::Plain => true,
                Method::Anderson => self.accelerator.anderson().is_none_or(|anderson| !anderson.is_accelerated()),
                Method::Newton => false,
            };
        if !outcome.finite || !(as_it_is || outcome.error.is_finite()) {
            return self.recover();
        }
        outcome.error = if outcome.error.is_finite() { outcome.error } else { T::MAX };
        self.last = outcome;
        if factor != T::ONE {
            self.level_pair();
        }

        // Measure, and decide whether this is the end.
        if let Some(observation) = observation {
            self.catch_up_image();
            let (p, pair) = (&self.prepared, self.pair(outcome.shift));
            let dual_value = pair.dual_value(p, outcome.mass, true);
            *observation = Some(Observation {
                sweep: self.sweeps,
                epsilon: p.epsilon / p.unit,
                marginal_error: outcome.error,
                dual_value: dual_value / p.unit,
            });
        }
        let last = self.sweeps >= self.settings.max_sweeps;
        if annealing {
            self.take_image();
            if let Some(multiple) = self.schedule.advance()
                && self.change_epsilon(multiple).is_err()
            {
                return self.recover();
            }
            self.status =
                if self.is_infeasible(last) { Some(Status::Infeasible) } else { last.then_some(Status::SweepLimit) };
            return self.status;
        }
        let on_the_way = match self.accelerator.auto() {
            Some((auto, _)) => method == Method::Newton && !auto.newton.is_at_target(),
            None => false,
        };
        let threshold = self.settings.threshold * value::share_of_mass(&self.prepared, outcome.mass);
        // The sweep measures the change of the columns. In a relaxed problem that of the rows may be a little larger.
        let margin = if self.prepared.is_balanced() { T::ONE } else { T::HALF };
        let threshold = margin * threshold;
        let below = outcome.error <= threshold;
        let converged = !on_the_way
            && match self.accelerator.relaxation() {
                Some(relaxation) if !plain => relaxation.observe(outcome.error, threshold, &mut self.rejections),
                _ => below,
            };
        let floor = !on_the_way && !converged && self.is_at_floor(outcome.error, method, factor);
        self.status = if converged {
            Some(Status::Converged)
        } else if self.is_infeasible(floor || last) {
            Some(Status::Infeasible)
        } else if floor {
            Some(Status::PrecisionFloor)
        } else if last {
            Some(Status::SweepLimit)
        } else {
            None
        };

        // Accelerate.
        if self.status.is_some() || method == Method::Plain {
            self.take_image();
        } else {
            self.record(method, &outcome);
        }
        if self.status.is_none() && !plain && method != Method::Newton {
            self.choose(outcome.error, threshold);
        }
        self.status
    }

    /// Before a sweep: replaces g, the image of the last one, by what the method makes of those before.
    fn extrapolate(&mut self, method: Method) {
        let p = &self.prepared;
        match (method, self.accelerator.auto()) {
            (Method::Plain, _) => {}
            (Method::Newton, Some((auto, anderson))) => auto.newton.place(&mut anderson.history, self.g),
            _ => {
                // By no more than potentials can differ.
                let bound = T::TWO * T::TWO * (p.s * p.largest_difference() + T::ONE);
                if let Some(anderson) = self.accelerator.anderson() {
                    let (b, balanced) = (p.problem.b(), p.is_balanced());
                    anderson.extrapolate(self.g, b, balanced, bound, self.scratch.column);
                }
            }
        }
    }

    /// After a sweep: the image becomes g, and the method remembers the pair, or takes it back.
    fn record(&mut self, method: Method, outcome: &Outcome<T>) {
        let (p, pair) = (&self.prepared, self.pair(outcome.shift));
        let value = (pair.dual_value(p, outcome.mass, false), pair.rounding(p, outcome.mass));
        if method == Method::Anderson {
            if let Some(anderson) = self.accelerator.anderson()
                && anderson.record(value, self.g, self.image, p.problem.b()) == anderson::Verdict::TookBack
            {
                self.rejections += 1;
            }
            return;
        }
        let Some((auto, anderson)) = self.accelerator.auto() else { return };
        let (history, columns) = (&mut anderson.history, &mut *self.scratch.column);
        let next = auto.newton.advance(p, history, value, outcome.error, self.g, self.log_b, columns);
        self.take_image();
        match next {
            Next::Step => {}
            Next::Level(multiple) if self.change_epsilon(multiple).is_ok() => {}
            _ => self.leave_newton(),
        }
    }

    /// Goes on with Anderson acceleration at the epsilon of the problem.
    fn leave_newton(&mut self) {
        // The target was accepted when the solver was made.
        let _ = self.change_epsilon(T::ONE);
        if let Some((auto, anderson)) = self.accelerator.auto() {
            auto.give_up();
            anderson.restart();
        }
        self.drop_kernel();
    }

    /// Looks whether another method should go on, and begins with it.
    fn choose(&mut self, error: T, threshold: T) {
        let Some((auto, anderson)) = self.accelerator.auto() else { return };
        if !auto.observe(error, threshold) {
            return;
        }
        anderson.restart();
        if auto.method == Method::Newton {
            let multiple = auto.newton.begin(&self.prepared, error);
            self.catch_up();
            self.drop_kernel();
            self.stagnation = Stagnation::new();
            if self.change_epsilon(multiple).is_err() {
                self.leave_newton();
            }
        }
    }

    /// Whether rounding is what keeps the error up. Where sweeps were accelerated, as many plain ones from levelled potentials
    /// have to confirm it.
    fn is_at_floor(&mut self, error: T, method: Method, factor: T) -> bool {
        let idle = self.stagnation.is_idle(error);
        if self.confirming > 0 {
            self.confirming -= 1;
            return self.confirming == 0 && idle && self.is_below_floor();
        }
        if !idle || !self.is_below_floor() {
            return false;
        }
        let plain = method == Method::Plain && factor == T::ONE;
        if plain && self.accelerator.relaxation().is_none() {
            return true;
        }
        // The errors of accelerated sweeps are those of pairs whose rows are not exact, and may have been small by
        // chance.
        self.confirming = PATIENCE + 1;
        self.stagnation = Stagnation::new();
        if let Some(anderson) = self.accelerator.anderson() {
            anderson.restart();
        }
        false
    }

    /// Whether the potentials prove that forbidden pairs leave no plan. Looked for at the end, and after 8, 16, 32, ...
    /// sweeps.
    fn is_infeasible(&mut self, ends: bool) -> bool {
        let p = &self.prepared;
        if !p.forbids() || !p.is_balanced() || !(ends || (self.sweeps >= 8 && self.sweeps.is_power_of_two())) {
            return false;
        }
        // The new f, and the image beside it; between sweeps nothing else is kept in the rest of the memory.
        self.catch_up_image();
        let (row, reached) = (&mut *self.scratch.column, &mut *self.scratch.spare);
        reach::is_overfull(&self.prepared, self.f, self.row, row, reached)
    }

    fn is_below_floor(&mut self) -> bool {
        self.catch_up_image();
        self.level_pair();
        self.stagnation.best() <= error_floor(&self.prepared, self.f, self.image)
    }

    /// Shares out the level of f and the image, which balanced problems leave free: what is large is rounded.
    fn level_pair(&mut self) {
        let p = &self.prepared;
        if !p.is_balanced() {
            return;
        }
        let (a, b) = (p.problem.a(), p.problem.b());
        let of_g = reduce::sum_of(self.image.len(), &|j| b.get(j) / b.total() * (self.image[j] - self.log_b[j]));
        let shift = T::HALF * (of_g - a.mean_of(self.f));
        self.f.iter_mut().for_each(|value| *value += shift);
        self.image.iter_mut().for_each(|value| *value -= shift);
        if let Stored::Kernel(kernel) = &mut self.stored {
            kernel.state = kernel::State::Potentials;
        }
    }

    /// The new f, less a shift, and the old g.
    fn pair(&self, shift: T) -> Pair<'_, T> {
        Pair { f: self.f, shift, g: self.g, log_b: self.log_b }
    }

    /// The image of the last sweep becomes g, unless both are behind the scalings of a kernel.
    fn take_image(&mut self) {
        match &self.stored {
            Stored::Kernel(kernel) if kernel.state == kernel::State::Scalings => {}
            _ => self.g.copy_from_slice(self.image),
        }
    }

    /// Writes f and the image where they are behind.
    fn catch_up_image(&mut self) {
        if let Stored::Kernel(kernel) = &mut self.stored {
            kernel.catch_up(&self.prepared, self.row, self.f, self.image);
        }
    }

    /// Writes f and g where they are behind.
    fn catch_up(&mut self) {
        if let Stored::Kernel(kernel) = &mut self.stored {
            kernel.catch_up(&self.prepared, self.row, self.f, self.g);
        }
    }

    /// Sweeps until the solve ends.
    pub fn run(&mut self) -> Status {
        loop {
            if let Some(status) = self.step() {
                return status;
            }
        }
    }

    /// [`Solver::run`] with a look at every sweep: `Break` ends the solve with [`Status::Stopped`]. The dual value that an observation
    /// holds costs O(n + m).
    pub fn run_observed(&mut self, observer: &mut dyn FnMut(&Observation<T>) -> ControlFlow<()>) -> Status {
        loop {
            if let Some(status) = self.status {
                return status;
            }
            let mut observation = None;
            let status = self.sweep_once(Some(&mut observation));
            let flow = observation.map_or(ControlFlow::Continue(()), |seen| observer(&seen));
            if let Some(status) = status {
                return status;
            }
            if flow.is_break() {
                self.status = Some(Status::Stopped);
                return Status::Stopped;
            }
        }
    }

    /// What a start is made for: to fit one before [`Solver::start`], and to keep the fit.
    pub fn target(&self) -> Target<'_, 'a, T> {
        let p = &self.prepared;
        #[cfg(feature = "support")]
        let problem = self.whole.as_ref().map_or(&p.problem, |whole| &whole.problem);
        #[cfg(not(feature = "support"))]
        let problem = &p.problem;
        Target { problem, epsilon: self.target_epsilon, cost_scale: p.unit }
    }

    /// Whether some pairs are forbidden.
    pub(crate) fn forbids(&self) -> bool {
        self.prepared.forbids()
    }

    /// Sweeps made so far.
    pub fn sweeps(&self) -> u32 {
        self.sweeps
    }

    /// The marginal error that the last sweep measured; infinite before the first.
    pub fn marginal_error(&self) -> T {
        self.last.error
    }

    /// The regularisation of the next sweep, in units of (scaled) cost.
    pub fn epsilon(&self) -> T {
        self.prepared.epsilon / self.prepared.unit
    }

    /// Measures the present potentials and lends them, at the price of about one sweep. The solve can go on afterwards; until
    /// it has ended, the report is that of potentials that are not yet rounded to units of cost.
    pub fn finish(&mut self) -> Solution<'_, T> {
        self.catch_up();
        let ended = self.status.is_some();
        let progress = self.progress(ended);
        if ended {
            self.drop_kernel();
        }
        let (f, g) = (&mut *self.row, &mut *self.image);
        let buffers = value::Buffers { f_hat: self.f, g_hat: self.g, log_b: self.log_b, f, g };
        let solution = Solution::measure(&self.prepared, progress, buffers, &mut self.scratch);
        #[cfg(feature = "support")]
        if let Some(whole) = &mut self.whole {
            return whole.reborrow().complete(&solution);
        }
        solution
    }

    /// [`Solver::finish`] for good: the solution lives as long as the workspace.
    pub fn into_solution(mut self) -> Solution<'a, T> {
        self.take_solution()
    }

    /// Leaves a solver without memory.
    #[inline(never)]
    fn take_solution(&mut self) -> Solution<'a, T> {
        self.catch_up();
        let progress = self.progress(true);
        let log_b: &'a mut [T] = take(&mut self.log_b);
        let buffers = value::Buffers {
            f_hat: take(&mut self.f),
            g_hat: take(&mut self.g),
            log_b,
            f: take(&mut self.row),
            g: take(&mut self.image),
        };
        let solution = Solution::measure(&self.prepared, progress, buffers, &mut self.scratch);
        #[cfg(feature = "support")]
        if let Some(whole) = take(&mut self.whole) {
            return whole.complete(&solution);
        }
        solution
    }

    fn progress(&self, ended: bool) -> value::Progress<T> {
        value::Progress {
            status: self.status.unwrap_or(Status::Stopped),
            threshold: self.settings.threshold,
            sweeps: self.sweeps,
            start: self.started,
            start_value: self.start_value,
            row_fallbacks: self.row_fallbacks,
            column_fallbacks: self.column_fallbacks,
            rejections: self.rejections,
            absorptions: self.absorptions,
            ended,
            rescaled: self.rescaled,
            storage: match self.stored {
                Stored::Nothing => Storage::Stream.name(),
                Stored::Cost(_) => Storage::Cost.name(),
                Stored::Kernel(_) => Storage::Kernel.name(),
            },
        }
    }
}

/// Solves from a start until a status is reached.
///
/// ```
/// use sinkhorn_core::{Monotone, PointCloud, Problem, Settings, Workspace, solve};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let solution = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert!(solution.report().row_error <= 1e-6);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`Solver::new`] and [`Solver::start`], and [`ErrorKind::Infeasible`] where [`Solver::run`] would end with
/// [`Status::Infeasible`].
pub fn solve<'a, T: Real>(
    problem: &Problem<'a, T>,
    start: &dyn Initializer<T>,
    settings: &Settings<T>,
    workspace: Workspace<'a, T>,
) -> Result<Solution<'a, T>, Error> {
    // Looked at where it is, because a solver is some hundred bytes, and stacks are small.
    match &mut Solver::without_start(problem, settings, workspace) {
        Ok(solver) => {
            solver.start(start)?;
            if solver.run() == Status::Infeasible {
                return Err(Error::new(Argument::COST, ErrorKind::Infeasible { place: None }));
            }
            Ok(solver.take_solution())
        }
        Err(error) => Err(*error),
    }
}
