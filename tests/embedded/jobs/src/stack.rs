//! How deep the stack gets below the one who calls the library, call by call.

use sinkhorn_core::{
    Argument, Epsilon, FixedGaussianStart, InPlace, Initializer, Monotone, PointCloud, Problem, Settings, Storage,
    Weights, Zero, solve,
};

use crate::Failure;
use crate::memory::{BINS, Memory};
use crate::points::PAIR;
use crate::record::{Field, Recorder};

const SIZE: usize = 16;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let gaussian = FixedGaussianStart::<2>::default();
    call("zero", memory, recorder, |memory| plane(memory, &Zero, Storage::Stream))?;
    call("zero_kernel", memory, recorder, |memory| plane(memory, &Zero, Storage::Kernel))?;
    call("monotone_kernel", memory, recorder, line)?;
    call("gaussian_kernel", memory, recorder, |memory| plane(memory, &gaussian, Storage::Kernel))?;
    call("in_place", memory, recorder, in_place)
}

fn call(
    name: &str,
    memory: &mut Memory,
    recorder: &mut dyn Recorder,
    work: impl Fn(&mut Memory) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut result = Ok(());
    let bytes = recorder.deepest(&mut || result = work(memory));
    result?;
    recorder.record(format_args!("stack/call/{name}"), &[("stack_bytes", Field::Count(bytes))]);
    Ok(())
}

fn plane(memory: &mut Memory, start: &dyn Initializer<f32>, storage: Storage) -> Result<(), Failure> {
    let (x, y) = (&PAIR.x[..SIZE * 2], &PAIR.y[..SIZE * 2]);
    let problem = Problem::new(PointCloud::squared_euclidean(x, y, 2)?)?.epsilon(Epsilon::Absolute(0.02))?;
    let workspace = match storage {
        Storage::Kernel => memory.plane.lend_with_kernel(&mut memory.kernel, &problem)?,
        _ => memory.plane.lend(&problem)?,
    };
    solve(&problem, start, &Settings { storage, ..Settings::plain() }, workspace)?;
    Ok(())
}

fn line(memory: &mut Memory) -> Result<(), Failure> {
    let (x, y) = (&PAIR.x[..SIZE], &PAIR.y[..SIZE]);
    let problem = Problem::new(PointCloud::squared_euclidean(x, y, 1)?)?.epsilon(Epsilon::Absolute(0.02))?;
    let workspace = memory.line.lend_with_kernel(&mut memory.kernel, &problem)?;
    solve(&problem, &Monotone, &Settings { storage: Storage::Kernel, ..Settings::plain() }, workspace)?;
    Ok(())
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
