//! order-intake, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main("order-intake", order_intake::prepare, order_intake::run)
}
