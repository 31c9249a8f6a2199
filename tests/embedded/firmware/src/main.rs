//! Runs every job and prints what it found, a line a result; ends with 0 where all went well and with 1 otherwise.
//!
//! The argument of the command line selects what else to do, for the runner to see that it notices: `fail`, `fault`,
//! `hang`.
#![no_std]
#![no_main]

mod clock;
mod fault;
mod stack;

use core::fmt;

#[cfg(target_arch = "arm")]
use cortex_m_rt::entry;
use jobs::{Field, JOBS, Memory, Recorder, write_line};
#[cfg(target_arch = "riscv32")]
use riscv_rt::entry;
use semihosting::{eprintln, print, process};

#[entry]
fn main() -> ! {
    clock::start();
    let arguments = semihosting::experimental::env::args::<64>();
    match arguments.iter().flatten().filter_map(Result::ok).nth(1).unwrap_or("jobs") {
        "jobs" => process::exit(run(memory())),
        "fail" => panic!("on purpose"),
        "fault" => fault::provoke(),
        "hang" => loop {
            core::hint::spin_loop();
        },
        other => panic!("no mode {other}"),
    }
}

/// The static memory of the jobs.
fn memory() -> &'static mut Memory {
    static mut MEMORY: Memory = Memory::new();
    // SAFETY: called once, in `main`, and there are neither threads nor interrupts.
    unsafe { &mut *(&raw mut MEMORY) }
}

/// All jobs; the exit code.
fn run(memory: &mut Memory) -> i32 {
    for (name, job) in JOBS {
        stack::paint();
        if let Err(failure) = job(memory, &mut Console) {
            eprintln!("{name}: {failure:?}");
            return 1;
        }
        let Some(bytes) = stack::high_water() else {
            eprintln!("{name}: the stack was not deep enough");
            return 1;
        };
        Console.record(format_args!("stack/{name}"), &[("stack_bytes", Field::Count(bytes))]);
    }
    0
}

/// Records go where the emulator prints them.
struct Console;

impl Recorder for Console {
    fn ticks(&mut self) -> u32 {
        clock::ticks()
    }

    #[inline(never)]
    fn deepest(&mut self, work: &mut dyn FnMut()) -> u32 {
        stack::paint();
        work();
        // A stack that was not deep enough is no result.
        stack::high_water().map_or(u32::MAX, |bytes| bytes.saturating_sub(stack::depth()))
    }

    fn record(&mut self, name: fmt::Arguments<'_>, fields: &[(&str, Field)]) {
        // Writing to a console that is gone cannot be told to anybody.
        let _ = write_line(self, name, fields, clock::instructions);
    }
}

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print!("{text}");
        Ok(())
    }
}
