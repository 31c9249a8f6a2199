//! The loop of a solve: start, sweep, accelerate, stop.
//!
//! 1. `units` and `iterate`: potentials in the units of a sweep, and all ways to read, change and sweep them.
//! 2. `start`: from a start to the first pair of potentials.
//! 3. `accelerate`: the interface of accelerations. `accelerator`: their list (`relaxation`, `anderson`, `auto`, which
//!    goes on to `newton`).
//! 4. `progress`: the numbers of the report so far.
//! 5. `overfull`: the proof that forbidden pairs leave no plan.
//! 6. `support`: points without weight. `symmetric`: problems whose two sides are the same.
//! 7. `restore`: a solution that was saved.

mod accelerate;
mod accelerator;
mod anderson;
mod auto;
pub(crate) mod iterate;
mod newton;
mod overfull;
pub(crate) mod progress;
mod relaxation;
mod restore;
mod start;
#[cfg(feature = "support")]
mod support;
mod symmetric;
pub(crate) mod units;

use core::ops::ControlFlow;

use crate::error::{Argument, Error, ErrorKind};
use crate::problem::Problem;
use crate::real::Real;
use crate::report::{Observation, Status};
use crate::scaled::ScaledProblem;
use crate::scaled::scores::Scores;
use crate::settings::Settings;
use crate::solution::Solution;
use crate::solution::value::share_of_mass;
use crate::start::{Side, Start, StartReport, Target, Zero};
use crate::sweep::log_weight;
use crate::sweep::outcome::{Outcome, Potentials};
use crate::vector::Instructions;
use crate::workspace::{Stored, Workspace};
#[cfg(feature = "skipping")]
use crate::{settings::Skipping, skipping};

use self::accelerate::SweepKind;
use self::accelerator::Accelerator;
use iterate::Iterate;
use progress::{PATIENCE, Progress};
#[cfg(feature = "support")]
use support::Whole;
use units::error_floor;

/// A solve in progress. [`solve`] runs one from start to end.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, Solver, start::Monotone, Status, Workspace};
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
    settings: Settings<T>,
    /// The epsilon of the problem; that of the iterate may be larger for a while.
    target_epsilon: T,
    iterate: Iterate<'a, T>,
    accelerator: Accelerator<'a, T>,
    progress: Progress<T>,
    /// All points, if everything above is about those with weight.
    #[cfg(feature = "support")]
    whole: Option<Whole<'a, T>>,
}

/// A function that sees every sweep, and may end the solve.
type Observer<'o, T> = dyn FnMut(&Observation<T>) -> ControlFlow<()> + 'o;

impl<T: Real> core::fmt::Debug for Solver<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Progress { status, sweeps, error, .. } = &self.progress;
        let solver = &mut f.debug_struct("Solver");
        solver.field("status", status).field("sweeps", sweeps).field("error", error).finish_non_exhaustive()
    }
}

impl<'a, T: Real> Solver<'a, T> {
    /// Checks the settings, resolves epsilon, copies the points, and starts from zero.
    ///
    /// # Errors
    /// - [`ErrorKind::UnequalMass`] for a balanced problem whose totals differ;
    /// - [`ErrorKind::BelowResolution`] if epsilon is too small beside the cost for the scalar;
    /// - [`ErrorKind::Overflow`] if cost / epsilon leaves the range of the scalar;
    /// - [`ErrorKind::NotFinite`] for a cost function that returns NaN or minus infinity;
    /// - [`ErrorKind::Infeasible`] for a point that has mass and whose costs to all points with mass are infinite;
    /// - [`ErrorKind::Workspace`], and those of [`Settings::check`].
    pub fn new(problem: &Problem<'a, T>, settings: &Settings<T>, workspace: Workspace<'a, T>) -> Result<Self, Error> {
        Solver::with_start(problem, &Zero, settings, workspace)
    }

    /// Creates a solver and starts it: [`Solver::new`] and [`Solver::start`] in one, without a start from zero first.
    ///
    /// # Errors
    /// Those of both.
    pub fn with_start(
        problem: &Problem<'a, T>,
        start: &dyn Start<T>,
        settings: &Settings<T>,
        workspace: Workspace<'a, T>,
    ) -> Result<Self, Error> {
        let mut made = Solver::without_start(problem, settings, workspace);
        // Start the solver in its place: a move would copy it.
        if let Ok(solver) = &mut made {
            solver.start(start)?;
        }
        made
    }

    /// Creates a solver that [`Solver::start`] has to start. Until then there is nothing to sweep, and [`Solver::step`]
    /// returns [`Status::Stopped`]. This is for small stacks: a solver is some hundred bytes, which are moved once.
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
        let Workspace { potentials, scratch, points, history, mut stored, .. } = workspace;
        #[cfg(feature = "support")]
        let (problem, mut whole) = match workspace.whole {
            Some(memory) => Whole::new(problem, memory, settings.threads).map(|(own, whole)| (own, Some(whole)))?,
            None => (problem, None),
        };
        let actual = potentials.f.len() + potentials.g.len();
        if potentials.f.len() != problem.rows() || potentials.g.len() != problem.columns() {
            let expected = problem.rows() + problem.columns();
            return Err(Error::new(Argument::WORKSPACE, ErrorKind::Length { expected, actual }));
        }

        // Copy the points, and look at the size of the costs.
        let scores = Scores::new(*problem.geometry(), problem.a(), problem.b(), points)?;
        let instructions = Instructions::of(settings.simd);
        let scaled = ScaledProblem::new(problem, scores, instructions, potentials.image, scratch.column);
        #[cfg(feature = "support")]
        let scaled = match (&mut whole, scaled) {
            (Some(whole), Ok(scaled)) => whole.check(&scaled).map(|()| scaled),
            (Some(whole), Err(error)) => Err(whole.renumber(error)),
            (None, scaled) => scaled,
        };
        let mut scaled = scaled?;
        #[cfg(feature = "parallel")]
        {
            scaled.parallel = !scratch.strips.is_empty();
        }

        // Keep the costs, if there is room for them.
        if let Stored::Cost(memory) = &mut stored
            && cfg!(feature = "costs")
        {
            potentials.g.fill(T::ZERO);
            scaled.keep_scores(core::mem::take(memory), potentials.g);
        }
        for (j, log) in potentials.log_b.iter_mut().enumerate() {
            *log = log_weight(problem.b().get(j));
        }
        #[cfg(feature = "skipping")]
        let skipping = (!workspace.records.is_empty()).then(|| {
            let (n, shape) = (problem.rows(), (problem.columns(), problem.shape().dimension));
            let is_auto = settings.skipping == Skipping::Auto;
            let width = skipping::width(n, shape.0);
            skipping::Lists::new(workspace.records, shape, width, settings.threshold, is_auto)
        });
        Ok(Solver {
            settings: *settings,
            target_epsilon: scaled.epsilon,
            iterate: Iterate::new(
                scaled,
                potentials,
                stored,
                scratch,
                #[cfg(feature = "skipping")]
                skipping,
            ),
            accelerator: Accelerator::new(settings.acceleration, history, problem.rows(), problem.columns()),
            progress: Progress::new(StartReport::new("zero", Side::F), None, rescaled),
            #[cfg(feature = "support")]
            whole,
        })
    }

    /// Makes one sweep. Returns the status once the solve has ended, and from then on does nothing.
    pub fn step(&mut self) -> Option<Status> {
        if self.progress.status.is_some() { self.progress.status } else { self.sweep_once(None) }
    }

    /// Makes one turn of the loop: sweep, decide whether this is the end, accept the image or accelerate.
    fn sweep_once(&mut self, observer: Option<&mut Observer<'_, T>>) -> Option<Status> {
        // Choose the method. At a larger epsilon, and to confirm a precision floor, sweeps are plain.
        let annealing = self.progress.multiple > T::ONE;
        let plain = annealing || self.progress.confirming > 0;

        // Sweep: a new f, and the image of g. An observer sees the dual value of the new f with the old g.
        if observer.is_some() {
            self.iterate.current();
        }
        let (mut outcome, kind) = match self.accelerator.active() {
            Some(accelerator) if !plain => (accelerator.sweep(&mut self.iterate), accelerator.kind()),
            _ => (self.iterate.sweep(), SweepKind::Plain),
        };
        let problem = &self.iterate.scaled.problem;
        self.progress.count(&outcome, problem.rows(), problem.columns());
        outcome.error /= self.iterate.scaled.problem.b().total();

        // Begin again if it left the range of the scalar. After a plain sweep, potentials may be finite although the
        // error is beyond the range, because those before it were far off. Then go on.
        let as_it_is = matches!(kind, SweepKind::Plain | SweepKind::Resting);
        if outcome.overflowed || !(as_it_is || outcome.error.is_finite()) {
            return self.recover();
        }
        outcome.error = if outcome.error.is_finite() { outcome.error } else { T::MAX };
        // The error of a sweep over all pairs is at most this.
        let error = outcome.error + outcome.certificate;
        self.progress.error = error;
        let stop = observer.is_some_and(|observer| observer(&self.observe(&outcome)).is_break());

        // Decide whether this is the end. The sweep measures the change of the columns; in a relaxed problem that of
        // the rows may be a little larger.
        let p = &self.iterate.scaled;
        let margin = if p.is_balanced() { T::ONE } else { T::HALF };
        let threshold = margin * (self.settings.threshold * share_of_mass(p, outcome.mass));
        let at_target = !annealing && p.epsilon == self.target_epsilon;
        self.progress.status = self.decide(error, threshold, kind, at_target);
        #[cfg(feature = "skipping")]
        if self.progress.status.is_none() && outcome.error <= threshold && error > threshold {
            self.iterate.tighten();
        }

        // Go on from the image, at the next epsilon if it is time, or from what an acceleration makes of it.
        match self.accelerator.active() {
            _ if annealing => {
                self.iterate.accept();
                if let Some(multiple) = self.progress.next_multiple()
                    && self.iterate.set_epsilon(multiple * self.target_epsilon).is_err()
                {
                    return self.recover();
                }
            }
            Some(accelerator) if !plain && self.progress.status.is_none() => {
                accelerator.after(&mut self.iterate, &outcome, threshold, &mut self.progress);
            }
            _ => self.iterate.accept(),
        }
        if stop && self.progress.status.is_none() {
            self.progress.status = Some(Status::Stopped);
        }
        self.progress.status
    }

    /// Returns the view of an observer after a sweep.
    fn observe(&mut self, outcome: &Outcome<T>) -> Observation<T> {
        let (p, potentials) = self.iterate.current();
        let dual_value = potentials.dual_value(p, outcome.mass, outcome.shift, true);
        Observation {
            sweep: self.progress.sweeps,
            epsilon: p.epsilon / p.unit,
            marginal_error: self.progress.error,
            dual_value: dual_value / p.unit,
        }
    }

    /// Decides whether a sweep with this error ends the solve.
    fn decide(&mut self, error: T, threshold: T, kind: SweepKind, at_target: bool) -> Option<Status> {
        let last = self.progress.sweeps >= self.settings.max_sweeps;
        // Over-relaxed sweeps leave no marginal exact: a plain one has to measure the error that they reach.
        let converged = at_target && kind != SweepKind::Relaxed && error <= threshold;
        let floor = at_target && !converged && self.is_at_floor(error, kind);
        if converged {
            Some(Status::Converged)
        } else if self.is_infeasible(floor || last) {
            Some(Status::Infeasible)
        } else if floor {
            Some(Status::PrecisionFloor)
        } else {
            last.then_some(Status::SweepLimit)
        }
    }

    /// Says whether rounding keeps the error up. If sweeps were accelerated, as many plain ones from levelled
    /// potentials have to confirm it.
    fn is_at_floor(&mut self, error: T, kind: SweepKind) -> bool {
        let idle = self.progress.is_idle(error);
        if self.progress.confirming > 0 {
            self.progress.confirming -= 1;
            return self.progress.confirming == 0 && idle && self.is_below_floor();
        }
        if !idle || !self.is_below_floor() {
            return false;
        }
        if kind == SweepKind::Plain {
            return true;
        }
        // The errors of accelerated sweeps are those of pairs whose rows are not exact, and may have been small by
        // chance.
        self.progress.confirming = PATIENCE + 1;
        self.progress.forget_errors();
        if let Some(accelerator) = self.accelerator.active() {
            accelerator.forget();
        }
        false
    }

    fn is_below_floor(&mut self) -> bool {
        self.iterate.level();
        let (p, Potentials { f, image, .. }) = self.iterate.current();
        self.progress.best_error <= error_floor(p, f, image)
    }

    /// Says whether the potentials prove that forbidden pairs leave no plan. It looks at the end, and after 8, 16, 32,
    /// ... sweeps.
    fn is_infeasible(&mut self, ends: bool) -> bool {
        let (p, sweeps) = (&self.iterate.scaled, self.progress.sweeps);
        let is_time = ends || (sweeps >= 8 && sweeps.is_power_of_two());
        p.forbids() && p.is_balanced() && is_time && self.iterate.is_infeasible()
    }

    /// Sweeps until the solve ends.
    pub fn run(&mut self) -> Status {
        loop {
            if let Some(status) = self.step() {
                return status;
            }
        }
    }

    /// Sweeps until the solve ends, and shows every sweep to an observer: `Break` ends the solve with
    /// [`Status::Stopped`]. The dual value of an observation takes O(n + m).
    pub fn run_observed(&mut self, observer: &mut Observer<'_, T>) -> Status {
        loop {
            if let Some(status) = self.progress.status {
                return status;
            }
            self.sweep_once(Some(observer));
        }
    }

    /// Returns the target that a start is made for: to fit one before [`Solver::start`], and to keep the fit.
    pub fn target(&self) -> Target<'_, 'a, T> {
        let p = &self.iterate.scaled;
        #[cfg(feature = "support")]
        if let Some(whole) = &self.whole {
            return Target { epsilon: self.target_epsilon, ..whole.target(p, &self.settings) };
        }
        Target::new(&p.problem, self.target_epsilon, p.unit, &self.settings)
    }

    /// Replaces f, which may be rough, by the c-transform of g, and returns the number of pairs that it visited. All
    /// are in units of the unscaled cost. The solver has the points in the order of the problem.
    #[cfg(feature = "skipping")]
    pub(crate) fn transform(&mut self, f: &mut [T], g: &[T]) -> u64 {
        let visited = self.iterate.transform(f, g);
        self.iterate.write(f, &mut []);
        visited
    }

    /// Writes the potentials that a solve has reached, in units of the unscaled cost, and returns the number of pairs
    /// that it visited. The solver has the points in the order of the problem.
    #[cfg(feature = "skipping")]
    pub(crate) fn write(&mut self, f: &mut [T], g: &mut [T]) -> u64 {
        self.iterate.write(f, g);
        self.iterate.visited
    }

    /// Says whether some pairs are forbidden.
    pub(crate) fn forbids(&self) -> bool {
        self.iterate.scaled.forbids()
    }

    /// Returns the number of sweeps made so far.
    pub fn sweeps(&self) -> u32 {
        self.progress.sweeps
    }

    /// Returns the marginal error that the last sweep measured; infinite before the first.
    pub fn marginal_error(&self) -> T {
        self.progress.error
    }

    /// Returns the regularisation of the next sweep, in units of (scaled) cost.
    pub fn epsilon(&self) -> T {
        self.iterate.scaled.epsilon / self.iterate.scaled.unit
    }

    /// Measures the present potentials and lends them, at the price of about one sweep. The solve can go on afterwards;
    /// until it has ended, the report is that of potentials that are not yet rounded to units of cost.
    pub fn finish(&mut self) -> Solution<'_, T> {
        let solution = self.iterate.measure(&self.progress, self.settings.threshold);
        #[cfg(feature = "support")]
        if let Some(whole) = &mut self.whole {
            return whole.reborrow().complete(&solution);
        }
        solution
    }

    /// Finishes for good, as [`Solver::finish`] does: the solution lives as long as the workspace.
    pub fn into_solution(mut self) -> Solution<'a, T> {
        self.take_solution()
    }

    /// Finishes, and leaves a solver without memory.
    #[inline(never)]
    fn take_solution(&mut self) -> Solution<'a, T> {
        self.progress.status.get_or_insert(Status::Stopped);
        let solution = self.iterate.take_solution(&self.progress, self.settings.threshold);
        #[cfg(feature = "support")]
        if let Some(whole) = self.whole.take() {
            return whole.complete(&solution);
        }
        solution
    }
}

/// Solves from a start until a status is reached.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, start::Monotone, Workspace};
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
/// Those of [`Solver::new`] and [`Solver::start`], and [`ErrorKind::Infeasible`] if [`Solver::run`] would end with
/// [`Status::Infeasible`].
pub fn solve<'a, T: Real>(
    problem: &Problem<'a, T>,
    start: &dyn Start<T>,
    settings: &Settings<T>,
    workspace: Workspace<'a, T>,
) -> Result<Solution<'a, T>, Error> {
    // The solver stays in its place, because it is some hundred bytes, and stacks are small.
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
