//! provider-dispatch, the process.

use std::process::ExitCode;

fn main() -> ExitCode {
    skinbus_runtime::service::main("provider-dispatch", provider_dispatch::prepare, provider_dispatch::run)
}
