//! How a command ends.

use std::io::{self, Write};
use std::process::ExitCode;

use skinbus_runtime::service::EXIT_USAGE;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done,
    /// It could not.
    Failed,
    /// The order was refused; the violations were printed.
    Refused,
    /// The order id belongs to another order.
    Conflict,
    /// The provider's records and ours do not agree, or the streams are not as they must be.
    Findings,
    /// The command line is wrong.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Refused => Self::from(2),
            Exit::Conflict => Self::from(3),
            Exit::Findings => Self::from(4),
            Exit::Usage => Self::from(EXIT_USAGE),
        }
    }
}

/// Why a command could not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// In one line: the operation, what happened, and what to do.
    Problem(String),
    /// The command line is wrong, in a way that is found out late.
    Usage(String),
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self::Problem(problem.into())
    }

    /// Tells the person, and gives the exit code.
    pub(crate) fn report(self) -> Exit {
        let (exit, problem) = match self {
            Self::Problem(problem) => (Exit::Failed, problem),
            Self::Usage(problem) => (Exit::Usage, problem),
            // Whoever reads our output has seen enough, as `head` does.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return Exit::Done,
            Self::Output(error) => (Exit::Failed, format!("writing the output: {error}")),
        };
        complain(&problem);
        exit
    }
}

impl From<io::Error> for Failure {
    /// Only writing to the terminal fails without further words.
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Writes a line to stderr. A closed stderr is no reason to fail.
pub(crate) fn complain(problem: &str) {
    let _nobody_listens = writeln!(io::stderr(), "skinbus: {problem}");
}
