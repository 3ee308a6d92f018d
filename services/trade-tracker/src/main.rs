//! trade-tracker, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    trade_tracker::main()
}
