//! What a firmware must not do, and might: every call is refused with an error that says what was wrong, and nothing
//! faults.

use core::mem::discriminant;

use sinkhorn_core::{
    CostMatrix, Epsilon, Error, PointCloud, Problem, Settings, Workspace,
    error::{Argument, ErrorKind, Place},
    solve,
    start::{Monotone, Zero},
};

use crate::Failure;
use crate::memory::Memory;
use crate::record::{Field, Recorder};

type Call = fn(&mut Memory) -> Result<(), Error>;

const X: &[f32] = &[0.0, 1.0, 2.0, 3.0];
const Y: &[f32] = &[0.5, 2.5];
const PLACE: Place = Place::entry(0);

const BELOW_RESOLUTION: Error = Error::new(
    Argument::EPSILON,
    ErrorKind::BelowResolution { value: 0.0, least: 0.0, apart: 0.0, bits: 32, wider: false },
);

/// Calls and their errors, of which kind and argument count. `c/jobs.c` has the same.
const CASES: &[(Call, Error)] = &[
    (|_| points(&[0.0, f32::NAN], Y, 1), Error::new(Argument::X, ErrorKind::NotFinite { place: PLACE, value: 0.0 })),
    (|_| points(X, &[f32::INFINITY], 1), Error::new(Argument::Y, ErrorKind::NotFinite { place: PLACE, value: 0.0 })),
    (|_| points(&[], Y, 1), Error::new(Argument::X, ErrorKind::Empty)),
    (|_| points(X, Y, 0), Error::new(Argument::DIMENSION, ErrorKind::NotPositive { value: 0.0 })),
    (|_| points(&X[..3], Y, 2), Error::new(Argument::X, ErrorKind::Ragged { length: 3, dimension: 2 })),
    (
        |_| cost(&[1.0, f32::NEG_INFINITY]),
        Error::new(Argument::COST, ErrorKind::NotFinite { place: PLACE, value: 0.0 }),
    ),
    (|memory| weights(memory, &[0.5, -0.5]), Error::new(Argument::B, ErrorKind::Negative { place: PLACE, value: 0.0 })),
    (|memory| weights(memory, &[0.0, 0.0]), Error::new(Argument::B, ErrorKind::NoMass)),
    (|memory| weights(memory, &[1.0]), Error::new(Argument::B, ErrorKind::Length { expected: 2, actual: 1 })),
    (|memory| weights(memory, &[0.5, 0.75]), Error::new(Argument::B, ErrorKind::UnequalMass { a: 1.0, b: 1.25 })),
    (|memory| epsilon(memory, 0.0), Error::new(Argument::EPSILON, ErrorKind::NotPositive { value: 0.0 })),
    (|memory| epsilon(memory, 1e-38), BELOW_RESOLUTION),
    (|memory| threshold(memory, 0.0), Error::new(Argument::THRESHOLD, ErrorKind::NotPositive { value: 0.0 })),
    (|_| short_workspace(), Error::new(Argument::WORKSPACE, ErrorKind::Workspace { required: 0, actual: 0 })),
    (monotone_in_the_plane, Error::unsupported(Argument::START, "")),
    (too_many_points, Error::new(Argument::WORKSPACE, ErrorKind::Workspace { required: 0, actual: 0 })),
];

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    for (call, expected) in CASES {
        match call(memory) {
            Err(Error { argument, kind })
                if discriminant(&kind) == discriminant(&expected.kind) && argument == expected.argument => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Err(Failure::Wrong("bad input was taken")),
        }
    }
    recorder.record(format_args!("bad_input"), &[("refused", Field::Count(CASES.len() as u32))]);
    Ok(())
}

fn points(x: &[f32], y: &[f32], dimension: usize) -> Result<(), Error> {
    PointCloud::squared_euclidean(x, y, dimension).map(|_| ())
}

fn cost(entries: &[f32]) -> Result<(), Error> {
    CostMatrix::row_major(entries, 1, 2).map(|_| ())
}

fn problem() -> Result<Problem<'static, f32>, Error> {
    Problem::new(PointCloud::squared_euclidean(X, Y, 1)?)?.epsilon(Epsilon::Absolute(1.0))
}

fn weights(memory: &mut Memory, b: &[f32]) -> Result<(), Error> {
    solve_in(memory, &problem()?.weights_b(b)?, &Settings::plain())
}

fn epsilon(memory: &mut Memory, epsilon: f32) -> Result<(), Error> {
    solve_in(memory, &problem()?.epsilon(Epsilon::Absolute(epsilon))?, &Settings::plain())
}

fn threshold(memory: &mut Memory, threshold: f32) -> Result<(), Error> {
    solve_in(memory, &problem()?, &Settings { threshold, ..Settings::plain() })
}

fn solve_in(memory: &mut Memory, problem: &Problem<'_, f32>, settings: &Settings<f32>) -> Result<(), Error> {
    solve(problem, &Zero, settings, memory.line.lend(problem)?).map(|_| ())
}

fn short_workspace() -> Result<(), Error> {
    Workspace::new(&mut [0.0; 8], &problem()?, &Settings::plain()).map(|_| ())
}

fn monotone_in_the_plane(memory: &mut Memory) -> Result<(), Error> {
    let problem = Problem::new(PointCloud::squared_euclidean(X, Y, 2)?)?.epsilon(Epsilon::Absolute(1.0))?;
    solve(&problem, &Monotone, &Settings::plain(), memory.plane.lend(&problem)?).map(|_| ())
}

fn too_many_points(memory: &mut Memory) -> Result<(), Error> {
    let problem = Problem::new(PointCloud::squared_euclidean(&[0.0; 64], Y, 1)?)?;
    memory.line.lend(&problem).map(|_| ())
}
