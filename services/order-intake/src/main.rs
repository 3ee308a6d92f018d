//! order-intake, the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    order_intake::main()
}
