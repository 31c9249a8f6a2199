//! Chooses the board of a target, and its memory for the linker.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").expect("set by cargo");
    let (board, scripts): (&str, &[&str]) = match target.as_str() {
        "thumbv7em-none-eabihf" | "thumbv7m-none-eabi" => ("mps2", &["link.x"]),
        "thumbv6m-none-eabi" => ("microbit", &["link.x"]),
        "riscv32imac-unknown-none-elf" => ("virt", &["memory.x", "link.x"]),
        other => panic!("no board for {other}: firmware/build.rs knows those that there are"),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let memory = format!("memory/{board}.x");
    fs::copy(&memory, out.join("memory.x")).expect("the linker needs the memory of the board");
    println!("cargo:rerun-if-changed={memory}");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-search={}", out.display());
    for script in scripts {
        println!("cargo:rustc-link-arg=-T{script}");
    }
    println!("cargo:rustc-check-cfg=cfg(board, values(\"mps2\", \"microbit\", \"virt\"))");
    println!("cargo:rustc-cfg=board=\"{board}\"");
}
