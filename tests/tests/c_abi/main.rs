//! The C interface from outside: the header is fresh, declares what the libraries export, and C programs work with it.

mod header;
mod install;
mod library;
mod programs;
mod rust_twin;
