use sinkhorn_core::embedded::{FixedKernel, FixedWorkspace};

/// Points a side, at most.
pub const MOST: usize = 32;

/// Bins of the smallest solve.
pub const BINS: usize = 16;

/// All memory of the jobs but their stack: a `static` of the firmware.
pub struct Memory {
    /// For points on the line.
    pub line: FixedWorkspace<f32, MOST, MOST, 1>,
    /// For points in the plane.
    pub plane: FixedWorkspace<f32, MOST, MOST, 2>,
    /// Lent to solves that store a kernel.
    pub kernel: FixedKernel<f32, MOST, MOST>,
    /// For costs that become a kernel, and what goes with them.
    pub cost: [[f32; BINS]; BINS],
    pub scratch: [f32; 3 * BINS],
    pub weights: [f32; BINS],
    /// For soft operators.
    #[cfg(feature = "ranks")]
    pub soft: [f32; crate::ranks::SOFT_LEN],
}

impl Memory {
    /// All zero; may initialise a `static`.
    pub const fn new() -> Self {
        Memory {
            line: FixedWorkspace::new(),
            plane: FixedWorkspace::new(),
            kernel: FixedKernel::new(),
            cost: [[0.0; BINS]; BINS],
            scratch: [0.0; 3 * BINS],
            weights: [0.0; BINS],
            #[cfg(feature = "ranks")]
            soft: [0.0; crate::ranks::SOFT_LEN],
        }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}
