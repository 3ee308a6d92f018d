//! `provider-sim`, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    provider_sim::main()
}
