//! Credentials do not go through whatever proxy the environment names.

use std::process::Command;

use super::server::{Connection, Server};
use super::{client, post};

/// Where the process below is told to go.
const TARGET: &str = "SKINBUS_TEST_TARGET";

#[tokio::test]
async fn proxies_of_the_environment_are_ignored() {
    let (target, proxy) =
        (Server::start(Connection::answer_all).await, Server::start(Connection::answer_all).await);
    // The environment of a process can only be set from outside, so this starts itself once more.
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "proxies::one_call_in_a_process_of_its_own", "--ignored"]);
    again.env(TARGET, format!("http://{}/buy", target.address)).env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, format!("http://{}", proxy.address));
    }
    let ended = tokio::task::spawn_blocking(move || again.output()).await.unwrap().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    assert_eq!(target.requests(), ["POST /buy HTTP/1.1"]);
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
#[ignore = "started by the test above, with an environment of its own"]
#[expect(clippy::disallowed_methods, reason = "tells a test where to go, and is no setting")]
async fn one_call_in_a_process_of_its_own() {
    let target = std::env::var(TARGET).unwrap();
    assert!(client().send(post(&target)).await.unwrap().status().is_success());
}
