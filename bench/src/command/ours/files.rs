//! Arrays from and into NPY files.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use npyz::{NpyFile, Order, WriterBuilder};
use sinkhorn_core::Real;

/// Reads an array of f4 in C order with so many axes: their lengths, and the entries row-major.
pub fn read_axes<T: Real, const AXES: usize>(path: &Path) -> Result<([usize; AXES], Vec<T>), String> {
    try_read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn try_read<T: Real, const AXES: usize>(path: &Path) -> io::Result<([usize; AXES], Vec<T>)> {
    let file = NpyFile::new(BufReader::new(File::open(path)?))?;
    if file.order() != Order::C {
        return Err(io::Error::other("not in C order"));
    }
    let shape: Vec<usize> = file.shape().iter().map(|axis| *axis as usize).collect();
    let wrong = |shape: Vec<usize>| io::Error::other(format!("{AXES} axes are needed, shape {shape:?}"));
    let shape = shape.try_into().map_err(wrong)?;
    let entries = file.data::<f32>().map_err(|_| io::Error::other("entries are not f4"))?;
    let values = entries.map(|entry| entry.map(|value| T::constant(f64::from(value))));
    Ok((shape, values.collect::<io::Result<_>>()?))
}

/// Writes f.npy and g.npy, as f8; the last axis of `shape` is of the length that the values need.
pub fn write_potentials<T: Real>(folder: &Path, rows: &[usize], f: &[T], g: &[T]) -> Result<(), String> {
    for (name, values) in [("f.npy", f), ("g.npy", g)] {
        let path = folder.join(name);
        write(&path, rows, values).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

fn write<T: Real>(path: &Path, rows: &[usize], values: &[T]) -> io::Result<()> {
    let mut shape: Vec<_> = rows.iter().map(|axis| *axis as u64).collect();
    shape.push(values.len() as u64 / shape.iter().product::<u64>());
    let mut file = BufWriter::new(File::create(path)?);
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(&mut file).begin_nd()?;
    writer.extend(values.iter().map(|value| value.widen()))?;
    writer.finish()?;
    file.flush()
}
