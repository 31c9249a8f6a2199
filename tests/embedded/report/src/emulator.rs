use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use wait_timeout::ChildExt;

use crate::boards::{Board, Target};
use crate::lines::Lines;

/// How long firmware may run: far more than it needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// The same where it is known to hang.
const PATIENCE_WITH_A_HANG: Duration = Duration::from_secs(2);

/// An emulated board.
pub struct Emulator {
    pub target: &'static Target,
    pub board: &'static Board,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Ended(i32),
    TimedOut,
    NotStarted(String),
}

/// What a run left.
pub struct Run {
    pub outcome: Outcome,
    pub output: String,
    pub errors: String,
}

impl Emulator {
    /// Runs an image with an argument until it ends or patience does. Time on the board is counted in instructions:
    /// 2^6 ns each.
    pub fn run(&self, image: &Path, mode: &str) -> Run {
        let child = Command::new(self.target.emulator)
            .args(self.board.machine)
            .args(["-icount", "shift=6", "-display", "none", "-monitor", "none", "-serial", "none"])
            .args(["-chardev", "stdio,id=console", "-semihosting-config"])
            .arg(format!("enable=on,target=native,chardev=console,arg=firmware,arg={mode}"))
            .arg("-kernel")
            .arg(image)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match child {
            Ok(child) => watch(child, if mode == "hang" { PATIENCE_WITH_A_HANG } else { PATIENCE }),
            Err(error) => Run {
                outcome: Outcome::NotStarted(format!("{}: {error}", self.target.emulator)),
                output: String::new(),
                errors: String::new(),
            },
        }
    }
}

/// Waits for the end, and brings it about when patience is over. Pipes are read meanwhile: a full one would stop the
/// child.
pub fn watch(mut child: Child, patience: Duration) -> Run {
    let output = read_all(child.stdout.take());
    let errors = read_all(child.stderr.take());
    let outcome = match child.wait_timeout(patience) {
        Ok(Some(status)) => Outcome::Ended(status.code().unwrap_or(-1)),
        Ok(None) => {
            // It may have ended just now, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            Outcome::TimedOut
        }
        Err(error) => Outcome::NotStarted(error.to_string()),
    };
    Run { outcome, output: output.join().unwrap_or_default(), errors: errors.join().unwrap_or_default() }
}

fn read_all(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is what there is to show.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

impl Run {
    /// Whether it ended as it should.
    pub fn expect(&self, good: impl Fn(&Outcome) -> bool) -> Result<(), String> {
        if good(&self.outcome) { Ok(()) } else { Err(self.describe()) }
    }

    /// What it printed, where it ended well.
    pub fn lines(&self) -> Result<Lines, String> {
        self.expect(|outcome| *outcome == Outcome::Ended(0))?;
        Lines::parse(&self.output)
    }

    fn describe(&self) -> String {
        let last = |text: &str| text.trim().lines().last().unwrap_or("").to_string();
        format!("{:?} {} {}", self.outcome, last(&self.output), last(&self.errors))
    }
}
