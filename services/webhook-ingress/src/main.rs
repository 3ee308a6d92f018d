//! webhook-ingress, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    webhook_ingress::main()
}
