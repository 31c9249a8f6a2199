//! A run that ends without a result: what to tell the user, and the exit code.

use std::any::Any;
use std::fmt;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::exit::Exit;

/// The word "error".
const BAD: Style = AnsiColor::Red.on_default().bold();

/// One message, complete with file and place.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// The operating system refused.
    pub fn io(name: impl fmt::Display, error: &io::Error) -> Self {
        // "No such file or directory (os error 2)": the number tells a user nothing.
        let text = error.to_string();
        let reason = text.split(" (os error").next().unwrap_or(&text);
        Failure { exit: Exit::Io, message: format!("{name}: {reason}") }
    }

    /// The command line does not make sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Usage, message: message.into() }
    }

    /// A file holds what it must not.
    pub fn data(message: impl Into<String>) -> Self {
        Failure { exit: Exit::Data, message: message.into() }
    }

    /// What the program did not reckon with, as the panic says it.
    pub fn panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("it does not say why");
        let hint = "the system may have too little memory or too few threads left (ulimit -a)";
        Failure { exit: Exit::Io, message: format!("the program could not go on: {text}: {hint}") }
    }

    /// With more to its message.
    pub fn with(self, more: &str) -> Self {
        Failure { message: self.message + more, ..self }
    }

    /// Tells the user, and the code to end with.
    pub fn tell(&self) -> Exit {
        // With standard error closed as well, the exit code is all that is left to say.
        let _ = writeln!(anstream::stderr(), "sinkhorn: {BAD}error:{BAD:#} {self}");
        self.exit
    }

    /// The code to end with.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
