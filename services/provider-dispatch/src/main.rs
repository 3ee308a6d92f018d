//! provider-dispatch, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    provider_dispatch::main()
}
