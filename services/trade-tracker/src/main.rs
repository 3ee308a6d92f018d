//! trade-tracker, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main("trade-tracker", trade_tracker::prepare, trade_tracker::run)
}
