//! Nothing secret is logged at any level, and a flood is not logged line by line.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Mode, PATH, PATH_SECRET, SIGNATURE, Server, genuine, post};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// One thread runs the test and the service, so this subscriber sees all of both.
#[tokio::test(flavor = "current_thread")]
async fn no_secret_and_no_body_is_logged() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(captured.clone())
        .finish();
    let _until_the_end = tracing::subscriber::set_default(subscriber);

    let server = Server::start_with(Mode::Keeps, |config| {
        config.webhooks.read_timeout = Duration::from_millis(150);
        config.webhooks.body_limit_bytes = 300;
    })
    .await;
    let forged =
        post(PATH, "application/json", r#"{"token_md5":"forged-canary","deposit_id":"body-canary"}"#);
    for _ in 0..20 {
        assert_eq!(server.ask(&forged).await.status, 401);
    }
    assert_eq!(server.ask(&genuine("body-canary")).await.status, 200);
    let unread = format!("token_md5={SIGNATURE}&note=body-canary");
    assert_eq!(server.ask(&post(PATH, "text/plain", &unread)).await.status, 200);
    server.store.set(Mode::Fails);
    assert_eq!(server.ask(&genuine("body-canary")).await.status, 503);
    let wrong = format!("/webhooks/skinify_other/{PATH_SECRET}?path-canary");
    assert_eq!(server.ask(&post(&wrong, "text/plain", "body-canary")).await.status, 404);
    assert_eq!(server.ask(&post(PATH, "text/plain", &"body-canary".repeat(50))).await.status, 413);
    assert_eq!(server.ask(format!("GET {PATH} HTTP/1.1\r\n\r\n").as_bytes()).await.status, 405);
    assert_eq!(server.ask(format!("POST {PATH} HTT").as_bytes()).await.status, 408);
    assert_eq!(server.ask(format!("POST {PATH} body-canary\r\n\r\n").as_bytes()).await.status, 400);
    server.end().await;

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for secret in [PATH_SECRET, SIGNATURE, "canary", "/webhooks", "dep-"] {
        assert!(!log.contains(secret), "{secret} is in:\n{log}");
    }
    let lines = |text: &str| log.lines().filter(|line| line.contains(text)).count();
    assert_eq!(lines("refused a webhook without proof"), 1, "{log}");
    assert_eq!(lines("wrong_signature"), 1, "{log}");
    assert_eq!(lines("a webhook is perhaps not stored"), 1, "{log}");
    assert_eq!(lines("NATS is away"), 1, "{log}");
    assert_eq!(lines("names nothing to look up"), 1, "{log}");
    assert_eq!(lines("listening"), 1, "{log}");
}
