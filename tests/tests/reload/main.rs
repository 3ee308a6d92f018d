//! Configuration and secrets that change while the real services run and have work in hand.
#![cfg(test)]

mod accounts;
mod credentials;
mod cut_off;
mod ingress;
mod quota;
mod refused;
mod rotation;
mod webhooks;

use skinbus_tests::process::Process;
use skinbus_tests::{System, SystemOptions, wait};
use tokio_util::sync::CancellationToken;

/// Files are looked at often, so that tests need not wait; in production it is every 5 seconds.
fn options() -> SystemOptions {
    SystemOptions { extra: "[reload]\nevery = \"100ms\"\n".to_owned(), ..SystemOptions::default() }
}

/// Replaces a file at once, as a mounted Secret is replaced.
fn replace(system: &System, name: &str, text: &str) {
    let file = system.config_file().with_file_name(name);
    let new = file.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, file).unwrap();
}

/// Changes the configuration of all services.
fn change(system: &System, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(system.config_file()).unwrap();
    replace(system, "skinbus.toml", &change(text));
}

/// Waits until so many generations have given way, and gives how many reloads were refused.
async fn gave_way(service: &Process, times: usize) -> u64 {
    wait::until(&format!("{} to have drained {times} times", service.name), || async {
        let log = service.log();
        let drained = log.iter().filter(|line| line.contains("\"message\":\"drained\"")).count();
        (drained >= times).then_some(())
    })
    .await;
    service.reloaded(u64::try_from(times).unwrap()).await
}

/// Asks a service without a pause whether it is ready, and fails where it ever is not.
struct AlwaysReady {
    stop: CancellationToken,
    asking: tokio::task::JoinHandle<u64>,
}

impl AlwaysReady {
    async fn watch(service: &Process) -> Self {
        let url = format!("http://{}/readyz", service.address("\"http\"").await);
        let (stop, client) = (CancellationToken::new(), skinbus_tests::http());
        let stopped = stop.clone();
        let asking = tokio::spawn(async move {
            let mut times = 0;
            while !stopped.is_cancelled() {
                let answer = client.get(&url).send().await.unwrap();
                assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
                times += 1;
            }
            times
        });
        Self { stop, asking }
    }

    async fn end(self) {
        self.stop.cancel();
        assert!(self.asking.await.unwrap() > 10, "it was hardly asked");
    }
}
