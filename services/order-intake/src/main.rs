//! order-intake, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main(
        "order-intake",
        |config, _| order_intake::prepare(config),
        order_intake::run,
    )
}
