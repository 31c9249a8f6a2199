//! Instructions, counted by a timer of the board: under `-icount shift=6` the emulator lets 64 ns of its time go by
//! with each.

pub use board::{start, ticks};

/// Instructions in a difference of [`ticks`].
pub fn instructions(ticks: u32) -> u32 {
    const PICOSECONDS_AN_INSTRUCTION: u64 = 64_000;
    (u64::from(ticks) * board::PICOSECONDS_A_TICK / PICOSECONDS_AN_INSTRUCTION) as u32
}

fn read(address: usize) -> u32 {
    // SAFETY: addresses of this file are those of registers, which are always there.
    unsafe { core::ptr::read_volatile(address as *const u32) }
}

fn write(address: usize, value: u32) {
    // SAFETY: as above.
    unsafe { core::ptr::write_volatile(address as *mut u32, value) }
}

/// CMSDK timer 0, which counts down at 25 MHz.
#[cfg(board = "mps2")]
mod board {
    pub const PICOSECONDS_A_TICK: u64 = 40_000;

    const TIMER: usize = 0x4000_0000;
    const VALUE: usize = TIMER + 4;
    const RELOAD: usize = TIMER + 8;

    pub fn start() {
        super::write(RELOAD, u32::MAX);
        super::write(VALUE, u32::MAX);
        super::write(TIMER, 1);
    }

    pub fn ticks() -> u32 {
        !super::read(VALUE)
    }
}

/// TIMER0 of the nRF51, which counts up at 16 MHz and is read by a capture.
#[cfg(board = "microbit")]
mod board {
    pub const PICOSECONDS_A_TICK: u64 = 62_500;

    const TIMER: usize = 0x4000_8000;
    const START: usize = TIMER;
    const CAPTURE: usize = TIMER + 0x40;
    const BIT_MODE: usize = TIMER + 0x508;
    const PRESCALER: usize = TIMER + 0x510;
    const CAPTURED: usize = TIMER + 0x540;

    pub fn start() {
        super::write(BIT_MODE, 3); // 32 bits
        super::write(PRESCALER, 0);
        super::write(START, 1);
    }

    pub fn ticks() -> u32 {
        super::write(CAPTURE, 1);
        super::read(CAPTURED)
    }
}

/// The low half of mtime of the CLINT, which counts up at 10 MHz.
#[cfg(board = "virt")]
mod board {
    pub const PICOSECONDS_A_TICK: u64 = 100_000;

    const MTIME: usize = 0x0200_bff8;

    pub fn start() {}

    pub fn ticks() -> u32 {
        super::read(MTIME)
    }
}
