use core::fmt;

/// Takes the results of jobs, and counts the instructions that they take.
pub trait Recorder {
    /// A counter that goes on with every instruction and wraps; always 0 where there is none. [`Field::Ticks`] are
    /// differences of it.
    fn ticks(&mut self) -> u32;

    /// Does something; the bytes of stack that it takes, 0 where that is not known.
    fn deepest(&mut self, work: &mut dyn FnMut()) -> u32 {
        work();
        0
    }

    /// One result of several fields.
    fn record(&mut self, name: fmt::Arguments<'_>, fields: &[(&str, Field)]);
}

/// A number of a result. Keys of ticks end in `instructions`: these are measured, and not compared with the host's.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// A hash.
    Bits(u32),
    /// How many.
    Count(u32),
    /// Instructions, in the unit of [`Recorder::ticks`].
    Ticks(u32),
}

/// `name key=value key=value`, and a newline.
pub fn write_line(
    out: &mut dyn fmt::Write,
    name: fmt::Arguments<'_>,
    fields: &[(&str, Field)],
    instructions: fn(u32) -> u32,
) -> fmt::Result {
    out.write_fmt(name)?;
    for &(key, field) in fields {
        match field {
            Field::Bits(bits) => write!(out, " {key}={bits:08x}")?,
            Field::Count(count) => write!(out, " {key}={count}")?,
            Field::Ticks(ticks) => write!(out, " {key}={}", instructions(ticks))?,
        }
    }
    out.write_str("\n")
}
