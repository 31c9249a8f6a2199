//! Soft ranks of noisy readings.

use sinkhorn_core::{
    Settings,
    soft::{SoftSettings, soft_rank},
};

use crate::Failure;
use crate::hash::Hash;
use crate::memory::Memory;
use crate::points::Random;
use crate::record::{Field, Recorder};

const READINGS: usize = 32;

/// What [`sinkhorn_core::soft::soft_len`] asks for; a test holds it to that.
pub const SOFT_LEN: usize = 1732;

pub fn run(memory: &mut Memory, recorder: &mut dyn Recorder) -> Result<(), Failure> {
    let mut random = Random::new(5);
    let readings: [f32; READINGS] = core::array::from_fn(|_| random.next() as f32 / (1 << 24) as f32);
    let mut ranks = [0.0; READINGS];
    let before = recorder.ticks();
    let soft = soft_rank(&readings, None, &settings(), &mut memory.soft, &mut ranks)?;
    let ticks = recorder.ticks().wrapping_sub(before);
    let sweeps = soft.report().sweeps;
    let mut hash = Hash::new();
    hash.add(&ranks);
    recorder.record(
        format_args!("ranks"),
        &[
            ("hash", Field::Bits(hash.value())),
            ("sweeps", Field::Count(sweeps)),
            ("total_instructions", Field::Ticks(ticks)),
        ],
    );
    Ok(())
}

fn settings() -> SoftSettings<f32> {
    SoftSettings { solve: Settings::plain(), ..SoftSettings::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_what_is_asked_for() {
        assert_eq!(sinkhorn_core::soft::soft_len(READINGS, READINGS, &settings()), Ok(SOFT_LEN));
    }
}
