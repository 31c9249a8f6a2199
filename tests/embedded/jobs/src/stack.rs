//! How deep the stack gets below the one who calls the library, call by call.

use sinkhorn_core::{
    Epsilon, PointCloud, Problem, Settings, Storage, Workspace,
    embedded::InPlace,
    error::Argument,
    geometry::Weights,
    solve,
    start::{FixedGaussianStart, Monotone, Start, Zero},
};

use crate::Failure;
use crate::memory::{BINS, Memory};
use crate::points::PAIR;
use crate::record::{Field, Recorder};

const SIZE: usize = 16;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let gaussian = FixedGaussianStart::<2>::default();
    plane("zero", &Zero, Storage::Stream, memory, recorder)?;
    plane("zero_kernel", &Zero, Storage::Kernel, memory, recorder)?;
    plane("gaussian_kernel", &gaussian, Storage::Kernel, memory, recorder)?;
    line("monotone_kernel", memory, recorder)?;
    measured("in_place", recorder, &mut || in_place(memory))
}

/// What a call takes, its result included.
fn measured(
    name: &str,
    recorder: &mut dyn Recorder,
    call: &mut dyn FnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut result = Ok(());
    let bytes = recorder.deepest(&mut || result = call());
    result?;
    recorder.record(format_args!("stack/call/{name}"), &[("stack_bytes", Field::Count(bytes))]);
    Ok(())
}

fn solve_once(
    name: &str,
    problem: &Problem<'_, f32>,
    start: &dyn Start<f32>,
    storage: Storage,
    workspace: Workspace<'_, f32>,
    recorder: &mut dyn Recorder,
) -> Result<(), Failure> {
    let settings = Settings { storage, ..Settings::plain() };
    let mut workspace = Some(workspace);
    measured(name, recorder, &mut || {
        let workspace = workspace.take().ok_or(Failure::Wrong("it was called twice"))?;
        solve(problem, start, &settings, workspace)?;
        Ok(())
    })
}

fn plane(
    name: &str,
    start: &dyn Start<f32>,
    storage: Storage,
    memory: &mut Memory,
    recorder: &mut dyn Recorder,
) -> Result<(), Failure> {
    let (x, y) = (&PAIR.x[..SIZE * 2], &PAIR.y[..SIZE * 2]);
    let problem = Problem::new(PointCloud::squared_euclidean(x, y, 2)?)?.epsilon(Epsilon::Absolute(0.02))?;
    let workspace = match storage {
        Storage::Kernel => memory.plane.lend_with_kernel(&mut memory.kernel, &problem)?,
        _ => memory.plane.lend(&problem)?,
    };
    solve_once(name, &problem, start, storage, workspace, recorder)
}

fn line(name: &str, memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let (x, y) = (&PAIR.x[..SIZE], &PAIR.y[..SIZE]);
    let problem = Problem::new(PointCloud::squared_euclidean(x, y, 1)?)?.epsilon(Epsilon::Absolute(0.02))?;
    let workspace = memory.line.lend_with_kernel(&mut memory.kernel, &problem)?;
    solve_once(name, &problem, &Monotone, Storage::Kernel, workspace, recorder)
}

fn in_place(memory: &mut Memory) -> Result<(), Failure> {
    let (mut f, mut g) = ([0.0; BINS], [0.0; BINS]);
    for (k, cost) in memory.cost.as_flattened_mut().iter_mut().enumerate() {
        *cost = PAIR.x[k % PAIR.x.len()];
    }
    InPlace {
        cost: memory.cost.as_flattened_mut(),
        a: Weights::uniform(Argument::A, BINS)?,
        b: Weights::uniform(Argument::B, BINS)?,
        epsilon: 0.1,
        threshold: 1e-3,
        max_sweeps: 1000,
        f: &mut f,
        g: &mut g,
        scratch: &mut memory.scratch,
    }
    .solve()?;
    Ok(())
}
