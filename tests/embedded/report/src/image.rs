//! What is in an image: how much of it, and which functions.

use std::path::Path;
use std::process::Command;

use crate::boards::Target;
use crate::builder::succeed;

/// Bytes of flash and of static memory.
#[derive(Clone, Copy)]
pub struct Size {
    pub flash: u64,
    pub ram: u64,
}

/// Sections by what they occupy. The stack that a linker script reserves is not static memory.
pub fn size(target: &Target, image: &Path) -> Result<Size, String> {
    let table = succeed(Command::new(format!("{}size", target.tools)).arg("-A").arg(image))?;
    let mut size = Size { flash: 0, ram: 0 };
    for line in table.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [section, bytes, address] = words[..] else { continue };
        let (Ok(bytes), Ok(address)) = (bytes.parse::<u64>(), address.parse::<u64>()) else { continue };
        let within = |memory: &crate::boards::Memory| {
            address.checked_sub(u64::from(memory.origin)).is_some_and(|offset| offset < u64::from(memory.size))
        };
        match section {
            ".stack" | ".heap" => {}
            // Debugging sections lie nowhere, which reads as address 0.
            _ if section.starts_with(".debug") || section.starts_with(".comment") || section.contains("attributes") => {
            }
            ".data" | ".tdata" => {
                size.flash += bytes;
                size.ram += bytes;
            }
            _ if within(&target.ram) => size.ram += bytes,
            _ if within(&target.flash) => size.flash += bytes,
            _ => {}
        }
    }
    Ok(size)
}

/// Names of all functions and objects.
pub fn symbols(target: &Target, image: &Path) -> Result<Vec<String>, String> {
    let table = succeed(Command::new(format!("{}nm", target.tools)).arg(image))?;
    Ok(table.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_string).collect())
}

/// Whether a function allocates memory.
pub fn allocates(symbol: &str) -> bool {
    ["malloc", "calloc", "realloc", "free", "_sbrk", "sbrk"].contains(&symbol)
        || ["__rust_alloc", "__rust_realloc", "__rg_alloc", "__rdl_alloc"].iter().any(|name| symbol.contains(name))
}

/// Whether a function is what a panic comes to.
pub fn panics(symbol: &str) -> bool {
    symbol.contains("panic") || symbol.contains("slice_index_fail") || symbol.contains("unwrap_failed")
}

/// Whether a function computes with `f64` where the processor cannot: names of the Arm ABI, and those of GCC.
pub fn emulates_f64(symbol: &str) -> bool {
    let of_arm = symbol.strip_prefix("__aeabi_").is_some_and(|name| {
        name.starts_with("dcmp")
            || name.starts_with("cdcmp")
            || name.starts_with("cdrcmp")
            || name.ends_with("2d")
            || ["dadd", "dsub", "drsub", "dmul", "ddiv", "dneg"].contains(&name)
            || name.starts_with("d2")
    });
    let of_gcc = symbol.starts_with("__")
        && ["df2", "df3", "dfsi", "dfdi", "sidf", "didf"].iter().any(|end| symbol.ends_with(end));
    of_arm || of_gcc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        for name in
            ["__aeabi_dmul", "__aeabi_f2d", "__aeabi_d2iz", "__adddf3", "__extendsfdf2", "__floatunsidf", "__fixdfsi"]
        {
            assert!(emulates_f64(name), "{name}");
        }
        for name in ["__aeabi_fmul", "__aeabi_uldivmod", "__mulsf3", "__fixsfsi", "memcpy", "__aeabi_memcpy"] {
            assert!(!emulates_f64(name), "{name}");
        }
        assert!(allocates("malloc") && !allocates("sinkhorn_solve_f32"));
    }
}
