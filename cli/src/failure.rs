//! A run that ends without a result: what to tell the user, and the exit code.

use std::fmt;
use std::io;

use crate::exit::Exit;

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

    /// With more to its message.
    pub fn with(self, more: &str) -> Self {
        Failure { message: self.message + more, ..self }
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
