//! Delivers a notification and tries again, as each provider's settings say.

use std::time::Duration;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::engine::news::{Carrier, Message};

/// What answer counts as a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// HTTP 200 with any body.
    Http200,
    /// HTTP 200 with this body exactly.
    Body(&'static str),
}

/// A notification ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// With the query, where the message is one.
    pub(crate) url: String,
    pub(crate) message: Message,
    /// How long after each failed attempt the next one comes.
    pub(crate) gaps: Vec<Duration>,
    pub(crate) receipt: Receipt,
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

/// Sends until there is a receipt, the attempts are used up, or the simulator stops.
pub(crate) async fn deliver(
    client: &reqwest::Client,
    notice: &Notice,
    shutdown: &CancellationToken,
) -> Delivery {
    let mut delivery = Delivery::default();
    let mut gaps = notice.gaps.iter();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return delivery,
            (answer, received) = attempt(client, notice) => {
                delivery.answer = answer;
                delivery.delivered = received;
            }
        }
        delivery.attempts += 1;
        let Some(gap) = gaps.next().filter(|_| !delivery.delivered) else {
            return delivery;
        };
        tokio::select! {
            () = shutdown.cancelled() => return delivery,
            () = sleep(*gap) => {}
        }
    }
}

/// The HTTP status that came back, and whether the answer is a receipt.
async fn attempt(client: &reqwest::Client, notice: &Notice) -> (Option<u16>, bool) {
    let mut request = match &notice.message.carrier {
        Carrier::Post { content_type, body } => {
            client.post(&notice.url).header(CONTENT_TYPE, *content_type).body(body.clone())
        }
        Carrier::Get { .. } => client.get(&notice.url),
    };
    for (name, value) in &notice.message.headers {
        request = request.header(*name, value);
    }
    match request.timeout(ATTEMPT_TIMEOUT).send().await {
        Ok(response) => {
            let status = response.status();
            let received = status == StatusCode::OK
                && match notice.receipt {
                    Receipt::Http200 => true,
                    Receipt::Body(wanted) => response.text().await.is_ok_and(|body| body == wanted),
                };
            (Some(status.as_u16()), received)
        }
        Err(error) => {
            tracing::debug!(error = %error.without_url(), "notification not delivered");
            (None, false)
        }
    }
}
