//! Gives the shared library the name that programs look for when they start; `ffi/install` puts it there.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let text = |name| var(name).unwrap_or_default();
    // Before 1.0 a minor version may break programs.
    let version = match (text("CARGO_PKG_VERSION_MAJOR"), text("CARGO_PKG_VERSION_MINOR")) {
        (major, minor) if major == "0" => format!("0.{minor}"),
        (major, _) => major,
    };
    if text("CARGO_CFG_TARGET_VENDOR") == "apple" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libsinkhorn.{version}.dylib");
    } else if text("CARGO_CFG_TARGET_FAMILY") == "unix" {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libsinkhorn.so.{version}");
    }
}
