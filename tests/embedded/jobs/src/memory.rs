use sinkhorn_core::{FixedKernel, FixedWorkspace};

/// Points a side, at most.
pub const MOST: usize = 32;

/// All memory of the jobs but their stack: a `static` of the firmware.
pub struct Memory {
    /// For points on the line.
    pub line: FixedWorkspace<f32, MOST, MOST, 1>,
    /// For points in the plane.
    pub plane: FixedWorkspace<f32, MOST, MOST, 2>,
    /// Lent to solves that store a kernel.
    pub kernel: FixedKernel<f32, MOST, MOST>,
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
