//! The size of the image's file, and what its services take where nothing happens.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use skinbus_tests::process::{Process, binary};
use skinbus_tests::system::SERVICES;
use skinbus_tests::{NatsOptions, NatsServer};

use crate::load::median;

/// How often each service is started.
const STARTS: usize = 10;
/// How long nothing happens before memory is read.
const REST: Duration = Duration::from_secs(10);

pub(crate) async fn run() {
    println!("\nidle");
    let all = image_file();
    let megabytes = std::fs::metadata(&all).unwrap().len() as f64 / 1e6;
    println!("  {}: {megabytes:.1} MB, all programs", all.display());
    let directory = tempfile::tempdir().unwrap();
    let nats = NatsServer::start(NatsOptions::default()).await;
    let config = directory.path().join("skinbus.toml");
    std::fs::write(&config, configuration(directory.path(), &nats.url())).unwrap();

    let mut running = Vec::new();
    for name in SERVICES {
        let program = directory.path().join(name);
        symlink(&all, &program).unwrap();
        let (mut times, mut service) = (Vec::new(), None);
        for _ in 0..STARTS {
            if let Some(mut last) = service.take() {
                let last: &mut Process = &mut last;
                last.terminate();
                last.ended().await;
            }
            let began = Instant::now();
            let mut next = Process::start_program(&program, name, &config, &[]);
            next.ready().await;
            times.push(began.elapsed());
            service = Some(next);
        }
        let (least, most) =
            (times.iter().min().unwrap().as_millis(), times.iter().max().unwrap().as_millis());
        let middle = median(times).as_millis();
        println!("  start to ready: {name} {middle} ms, of {STARTS} starts {least} to {most} ms (goal 150)");
        running.extend(service);
    }
    tokio::time::sleep(REST).await;
    for service in &running {
        println!(
            "  resident memory: {} {:.1} MB (goal 20)",
            service.name,
            service.resident_bytes() as f64 / 1e6
        );
    }
}

/// What the image holds, as it is built for it.
fn image_file() -> PathBuf {
    let release = binary("order-intake");
    let dist = release.parent().and_then(Path::parent).unwrap().join("dist/skinbus-all");
    assert!(
        dist.is_file(),
        "the image's file is not built: cargo build --profile dist --package skinbus-all"
    );
    dist
}

/// One account, as each dispatch has in a cluster.
fn configuration(directory: &Path, nats_url: &str) -> String {
    let secret = |name: &str| {
        let path = directory.join(name);
        std::fs::write(&path, "3f9c2b7a5d1e4c60").unwrap();
        path
    };
    format!(
        r#"
[nats]
url = "{nats_url}"
[webhooks]
listen = "127.0.0.1:0"
[accounts.skinify_main]
provider = "skinify"
merchant = "acme"
base_url = "http://127.0.0.1:9/api"
token_file = {:?}
webhook_path_secret_file = {:?}
"#,
        secret("token"),
        secret("webhook_path"),
    )
}
