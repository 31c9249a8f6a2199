//! Programs that tests start: under a time limit, so that no test waits for ever.

use std::process::{Command, Stdio};

/// Seconds; a build on a slow machine takes long.
const LIMIT: &str = "3600";

/// The same command, killed with all that it has started when its time is over, and with nothing on standard input.
/// Signals do what they do by default: in the background of a script, shells have some ignored, which children inherit.
pub fn limited(command: &Command) -> Command {
    let mut outer = Command::new("timeout");
    outer.args(["--kill-after=10", LIMIT, "env", "--default-signal=INT,QUIT,TERM,HUP"]);
    outer.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}
