//! Delivers a provider's notification and tries again, as each provider's settings say.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A notification ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) body: Bytes,
    /// Further attempts after a first that was not answered with 200.
    pub(crate) retries: u32,
    pub(crate) spacing: Duration,
}

/// How a notification went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Delivery {
    pub(crate) attempts: u32,
    /// The last HTTP status that came back.
    pub(crate) answer: Option<u16>,
    pub(crate) delivered: bool,
}

/// How long one attempt may take.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends until it is answered with 200, the attempts are used up, or the simulator stops.
pub(crate) async fn deliver(
    client: &reqwest::Client,
    notice: &Notice,
    shutdown: &CancellationToken,
) -> Delivery {
    let mut delivery = Delivery::default();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return delivery,
            answer = attempt(client, notice) => delivery.answer = answer,
        }
        delivery.attempts += 1;
        delivery.delivered = delivery.answer == Some(StatusCode::OK.as_u16());
        if delivery.delivered || delivery.attempts > notice.retries {
            return delivery;
        }
        tokio::select! {
            () = shutdown.cancelled() => return delivery,
            () = sleep(notice.spacing) => {}
        }
    }
}

async fn attempt(client: &reqwest::Client, notice: &Notice) -> Option<u16> {
    let request = client
        .post(&notice.url)
        .header(CONTENT_TYPE, notice.content_type)
        .timeout(ATTEMPT_TIMEOUT)
        .body(notice.body.clone());
    match request.send().await {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "notification not delivered");
            None
        }
    }
}
