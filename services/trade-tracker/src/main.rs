//! trade-tracker, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main(
        "trade-tracker",
        |config, _| trade_tracker::prepare(config),
        trade_tracker::run,
    )
}
