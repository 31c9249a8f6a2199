//! Arrays from and into NPY files.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;

use npyz::{NpyFile, Order, WriterBuilder};
use sinkhorn_core::Real;

/// An array of any number of axes, row-major.
pub struct Array<T> {
    pub shape: Vec<usize>,
    pub values: Vec<T>,
}

/// Reads an array of f4 in C order.
pub fn read<T: Real>(path: &Path) -> Result<Array<T>, String> {
    try_read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The same with so many axes.
pub fn read_axes<T: Real, const AXES: usize>(path: &Path) -> Result<([usize; AXES], Vec<T>), String> {
    let Array { shape, values } = read(path)?;
    match shape.try_into() {
        Ok(shape) => Ok((shape, values)),
        Err(shape) => Err(format!("{}: {AXES} axes are needed, shape {shape:?}", path.display())),
    }
}

fn try_read<T: Real>(path: &Path) -> io::Result<Array<T>> {
    let file = NpyFile::new(BufReader::new(File::open(path)?))?;
    if file.order() != Order::C {
        return Err(io::Error::other("not in C order"));
    }
    let shape = file.shape().iter().map(|axis| *axis as usize).collect();
    let entries = file.data::<f32>().map_err(|_| io::Error::other("entries are not f4"))?;
    let values = entries.map(|entry| entry.map(|value| T::constant(f64::from(value))));
    Ok(Array { shape, values: values.collect::<io::Result<_>>()? })
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
