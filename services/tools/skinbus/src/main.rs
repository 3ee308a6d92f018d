//! `skinbus`, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus::main()
}
