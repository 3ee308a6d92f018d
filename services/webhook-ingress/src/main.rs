//! webhook-ingress, the process.

use std::process::ExitCode;
use std::sync::Arc;

use webhook_ingress::{Port, prepare, run};

fn main() -> ExitCode {
    let port = Arc::new(Port::default());
    skinbus_runtime::service::main("webhook-ingress", prepare, move |config, prepared, shutdown, health| {
        run(Arc::clone(&port), config, prepared, shutdown, health)
    })
}
