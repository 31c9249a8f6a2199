use std::fmt;

use jobs::{Field, JOBS, Memory, Recorder, write_line};

use crate::lines::Lines;

/// Runs all jobs here, in the code that the firmware has: without `std`, without vector instructions.
pub fn run() -> Result<Lines, String> {
    let mut text = Text(String::new());
    let mut memory = Box::new(Memory::new());
    for (name, job) in JOBS {
        job(&mut memory, &mut text).map_err(|failure| format!("{name}: {failure:?}"))?;
    }
    Lines::parse(&text.0)
}

struct Text(String);

impl Recorder for Text {
    fn ticks(&mut self) -> u32 {
        0
    }

    fn record(&mut self, name: fmt::Arguments<'_>, fields: &[(&str, Field)]) {
        write_line(&mut self.0, name, fields, |ticks| ticks).expect("strings take everything");
    }
}
