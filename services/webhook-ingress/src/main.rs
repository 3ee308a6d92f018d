//! webhook-ingress, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main("webhook-ingress", webhook_ingress::prepare, webhook_ingress::run)
}
