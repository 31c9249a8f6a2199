//! Arguments that several commands share.

use std::path::PathBuf;

use clap::ValueEnum;
use sinkhorn_core::{SimdLevel, Storage};

/// The options of every command that writes tables.
#[derive(Debug, clap::Args)]
pub struct TableArgs {
    /// The form in which tables are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Write the tables there, too, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Markdown,
}

/// Floating-point numbers to calculate with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    F32,
    F64,
}

/// Calls a function that is generic over the scalar in that precision.
macro_rules! in_precision {
    ($precision:expr, $($function:ident)::+($($argument:expr),*)) => {
        match $precision {
            $crate::args::Precision::F32 => $($function)::+::<f32>($($argument),*),
            $crate::args::Precision::F64 => $($function)::+::<f64>($($argument),*),
        }
    };
}

pub(crate) use in_precision;

/// Memory for a kernel under `--storage auto`, in scalars: 512 MiB of `f64`, as in the command line program.
const KERNEL_SCALARS: usize = (512 << 20) / size_of::<f64>();

/// The storage between sweeps, by its name.
pub fn storage(name: &str) -> Result<Storage, String> {
    let all = [Storage::Stream, Storage::Cost, Storage::Kernel, Storage::Auto { scalars: KERNEL_SCALARS }];
    one_of(all, Storage::name, name)
}

/// A choice as it is typed.
pub fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().into())
}

/// Vector instructions, by their name.
pub fn level(name: &str) -> Result<SimdLevel, String> {
    let level = one_of(SimdLevel::ALL.into_iter().chain([SimdLevel::Best]), SimdLevel::name, name)?;
    if level.is_available() { Ok(level) } else { Err("this machine does not have it".into()) }
}

fn one_of<V: Copy>(all: impl IntoIterator<Item = V>, name: fn(V) -> &'static str, typed: &str) -> Result<V, String> {
    let all: Vec<V> = all.into_iter().collect();
    let names = || all.iter().map(|&value| name(value)).collect::<Vec<_>>().join(", ");
    all.iter().copied().find(|&value| name(value) == typed).ok_or_else(|| format!("one of {}", names()))
}
