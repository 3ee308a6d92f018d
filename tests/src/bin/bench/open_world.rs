//! The services that follow open trades, and the provider that knows them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use skinbus_tests::process::Process;
use skinbus_tests::system::WEBHOOK_PATH;
use skinbus_tests::{Merchant, NatsOptions, NatsServer};
use tempfile::TempDir;

use crate::open_trades::{self, ACCOUNT, Provider};

/// What Skinout's webhooks carry as proof here.
pub(crate) const SIGNATURE: &str = "b6a2b60542aaf3a7cec45f5d0b8a0961";

pub(crate) struct OpenWorld {
    pub(crate) nats: NatsServer,
    pub(crate) provider: Arc<Provider>,
    pub(crate) merchant: Merchant,
    pub(crate) dispatch: Process,
    pub(crate) tracker: Process,
    config: PathBuf,
    _directory: TempDir,
}

/// The account and its trades.
#[derive(Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) trades: usize,
    /// For how long their offers have been out.
    pub(crate) age: Duration,
    pub(crate) requests: u32,
    pub(crate) per: Duration,
    pub(crate) speed: u32,
}

impl OpenWorld {
    /// Everything but webhook-ingress; the trades are written before the tracker starts.
    pub(crate) async fn start(setting: Setting) -> Self {
        let nats = NatsServer::start(NatsOptions::default()).await;
        let (address, provider) = Provider::start().await;
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(directory.path().join(name), text).unwrap();
            directory.path().join(name)
        };
        let text = format!(
            r#"
[nats]
url = "{}"
[webhooks]
listen = "127.0.0.1:0"
[tracking]
speed = {}
reconcile_every = "0s"
[accounts.{ACCOUNT}]
provider = "skinout"
merchant = "acme"
base_url = "http://{address}/api"
project_id = "4711"
api_key_file = {:?}
webhook_signature_file = {:?}
webhook_path_secret_file = {:?}
quota = {{ requests = {}, per = "{}ms" }}
"#,
            nats.url(),
            setting.speed,
            file("key", "bench-key"),
            file("signature", SIGNATURE),
            file("webhook_path", WEBHOOK_PATH),
            setting.requests,
            setting.per.as_millis(),
        );
        let config = file("skinbus.toml", &text);
        let mut dispatch = Process::start("provider-dispatch", &config, None);
        dispatch.ready().await;
        let merchant = Merchant::connect(&nats.url(), "acme").await;
        let began = Instant::now();
        open_trades::write(&merchant, setting.trades, setting.age).await;
        println!("  {} trades written after {:.1} s", setting.trades, began.elapsed().as_secs_f64());
        let tracker = Process::start("trade-tracker", &config, None);
        Self { nats, provider, merchant, dispatch, tracker, config, _directory: directory }
    }

    /// Starts one more process with the same configuration.
    pub(crate) fn launch(&self, name: &str) -> Process {
        Process::start(name, &self.config, None)
    }
}
