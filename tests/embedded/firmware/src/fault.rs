//! Whatever goes wrong ends the program with a failure: without a handler a fault spins for ever.

use core::panic::PanicInfo;

use semihosting::{eprintln, process};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    eprintln!("{info}");
    process::exit(1)
}

/// Goes where no board has anything, and where no instruction of Arm may lie.
pub fn provoke() -> ! {
    // SAFETY: none: this is the fault that the handlers below are there for.
    let nowhere = unsafe { core::mem::transmute::<usize, extern "C" fn() -> !>(0xffff_fff0) };
    nowhere()
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    eprintln!("hard fault at {:#010x}", frame.pc());
    process::exit(1)
}

#[cfg(target_arch = "riscv32")]
#[unsafe(export_name = "ExceptionHandler")]
fn exception(_frame: &riscv_rt::TrapFrame) -> ! {
    eprintln!("exception");
    process::exit(1)
}
