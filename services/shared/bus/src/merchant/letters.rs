//! Dead letters, as an operator sees them: list them, look at one, publish its original again, or drop it.
//!
//! A letter's handle is its sequence in the stream `DEAD`: it never changes, and is never given again. Every step may be
//! repeated, and taken by several operators at once: what is gone already is a normal outcome.

use async_nats::HeaderMap;
use async_nats::header::{HeaderName, HeaderValue};
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use bytes::Bytes;
use jiff::Timestamp;
use skinbus_proto::{moment, v1};

use super::{MerchantClient, MerchantError, read_error};
use crate::connection::chain;
use crate::message::Incoming;
use crate::publish::Outgoing;
use crate::subjects;
use crate::topology::{DEAD, DISPATCH, ORDERS, POLLS, TRADES, WEBHOOKS};

/// Before the account, where a reconciliation fell due.
const RECONCILE_DUE: &str = "skinbus.v1.poll.reconcile.";

/// Headers of this kind tell the server what to do with a message. Whoever wrote the original may have set any of them.
const CONTROL_HEADERS: &str = "nats-";

/// A message that nobody could work on, without its bytes and the values of its headers: those may hold a trade token.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// Its name for every command.
    pub handle: u64,
    /// Who gave up on it, for example `intake`.
    pub stage: String,
    /// Stable word, for example `undecodable`.
    pub reason: String,
    /// For people.
    pub detail: String,
    /// The subject that it came on.
    pub subject: String,
    /// The stream that it came from.
    pub stream: String,
    /// Its sequence there.
    pub sequence: u64,
    /// When it was given up.
    pub at: Option<Timestamp>,
    /// The rules that it broke, where that is the reason.
    pub violations: Vec<v1::Violation>,
    /// The names of its headers, in the order in which they were kept.
    pub header_names: Vec<String>,
    /// The size of its body, as far as it was kept.
    pub size_bytes: usize,
    /// Its end, and perhaps its headers, are missing.
    pub is_cut: bool,
}

/// A dead letter with everything that was kept of it, which may hold a trade token (invariant S1).
pub struct WholeLetter {
    /// What may be shown.
    pub letter: DeadLetter,
    /// The names and values of its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub payload: Bytes,
}

/// What came of redriving a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redriven {
    /// Its original lies in its stream again, under this sequence.
    Published(u64),
    /// Somebody redrove or dropped it before.
    Gone,
}

/// What came of dropping a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// It is gone now.
    Dropped,
    /// Somebody redrove or dropped it before.
    Gone,
}

/// Why a letter cannot be published again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRedrivable {
    /// Half a message is another message.
    #[error(
        "it was too large to be kept whole, so its original cannot be published again; ask its sender to, then drop it"
    )]
    Cut,
    /// The ledger keeps the original, and nobody may write a version of a trade by hand.
    #[error(
        "it is a version in the ledger, which keeps it, and publishing it would forge another; bring every trade-tracker \
         to a version that reads it, delete the consumer tracker_trades, make it again with `skinbus topology apply --follow-again`, \
         restart the trade-trackers, which then follow the ledger from its beginning again, and drop this letter"
    )]
    InLedger,
    /// Its origin is none that may be published to.
    #[error("its origin is none of ours, so nobody would work on it")]
    Origin,
    /// A header cannot be sent.
    #[error("one of its headers cannot be sent")]
    Header,
}

impl MerchantClient {
    /// All dead letters, the oldest first.
    ///
    /// # Errors
    ///
    /// [`MerchantError::Read`] where their stream gives no answer.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, MerchantError> {
        let read = |incoming: &Incoming| WholeLetter::read(incoming).map(|whole| whole.letter);
        self.read_all(DEAD, subjects::dead("*"), DeliverPolicy::All, read).await
    }

    /// One dead letter, with everything that was kept of it; `None` where it is gone.
    ///
    /// # Errors
    ///
    /// [`MerchantError::IsAlert`] where the handle is an alert's, another where the stream gives no answer.
    pub async fn dead_letter(&self, handle: u64) -> Result<Option<WholeLetter>, MerchantError> {
        let stream = self.letters("reading", handle).await?;
        let message = match stream.get_raw_message(handle).await {
            Ok(message) => message,
            Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => return Ok(None),
            Err(error) => return Err(failed("reading", handle, chain(&error))),
        };
        let subject = message.subject.to_string();
        if !subject.starts_with(&subjects::dead("")) {
            return Err(MerchantError::IsAlert(handle));
        }
        let (headers, payload, sequence) = (message.headers, message.payload, message.sequence);
        let incoming =
            Incoming { subject, headers, payload, stream: DEAD.to_owned(), sequence, deliveries: 1 };
        WholeLetter::read(&incoming).map(Some)
    }

    /// Publishes a letter's original again, as it came, and drops the letter once the original is stored. An id made of the
    /// handle keeps two operators from publishing it twice; that of the original would be dropped as a repeat.
    ///
    /// # Errors
    ///
    /// [`MerchantError::NotRedrivable`] where that must not be, another where it perhaps is not done; trying again is safe.
    pub async fn redrive(&self, handle: u64) -> Result<Redriven, MerchantError> {
        const OPERATION: &str = "redriving";
        // Read at the last moment: somebody may have been faster.
        let Some(whole) = self.dead_letter(handle).await? else { return Ok(Redriven::Gone) };
        let refused = |why| MerchantError::NotRedrivable { handle, why };
        let stream = whole.home().map_err(refused)?;
        let headers = whole.own_headers().map_err(refused)?;
        let outgoing = Outgoing::with_headers(whole.payload, headers).id(&format!("redrive:{handle}"));
        let stored = self.bus.store(whole.letter.subject, outgoing).await;
        let stored = stored.map_err(|error| failed(OPERATION, handle, chain(&error)))?;
        if stored.stream != stream {
            return Err(failed(OPERATION, handle, format!("it was stored in {}", stored.stream)));
        }
        self.delete(OPERATION, handle).await?;
        Ok(Redriven::Published(stored.sequence))
    }

    /// Forgets a letter for ever.
    ///
    /// # Errors
    ///
    /// [`MerchantError`] where the handle is an alert's, or the letter is perhaps still there; trying again is safe.
    pub async fn drop_letter(&self, handle: u64) -> Result<Dropped, MerchantError> {
        if self.dead_letter(handle).await?.is_none() {
            return Ok(Dropped::Gone);
        }
        self.delete("dropping", handle).await
    }

    async fn delete(&self, operation: &'static str, handle: u64) -> Result<Dropped, MerchantError> {
        let stream = self.letters(operation, handle).await?;
        let Err(error) = stream.delete_message(handle).await else { return Ok(Dropped::Dropped) };
        // Where it is gone by now, somebody else was faster.
        match stream.get_raw_message(handle).await {
            Err(missing) if missing.kind() == RawMessageErrorKind::NoMessageFound => Ok(Dropped::Gone),
            Ok(_) | Err(_) => Err(failed(operation, handle, chain(&error))),
        }
    }

    async fn letters(&self, operation: &'static str, handle: u64) -> Result<Stream<()>, MerchantError> {
        let stream = self.bus.jetstream().get_stream_no_info(DEAD).await;
        stream.map_err(|error| failed(operation, handle, chain(&error)))
    }
}

impl WholeLetter {
    pub(super) fn read(incoming: &Incoming) -> Result<Self, MerchantError> {
        let letter: v1::DeadLetter =
            incoming.decode().map_err(|error| read_error(&incoming.subject, &error))?;
        let mut header_names: Vec<String> = Vec::new();
        for header in &letter.headers {
            if !header_names.contains(&header.name) {
                header_names.push(header.name.clone());
            }
        }
        let shown = DeadLetter {
            handle: incoming.sequence,
            stage: incoming.subject.rsplit('.').next().unwrap_or_default().to_owned(),
            reason: letter.reason,
            detail: letter.detail,
            subject: letter.subject,
            stream: letter.stream,
            sequence: letter.sequence,
            at: letter.at.as_ref().and_then(moment),
            violations: letter.violations,
            header_names,
            size_bytes: letter.payload.len(),
            is_cut: letter.cut,
        };
        let headers = letter.headers.into_iter().map(|header| (header.name, header.value)).collect();
        Ok(Self { letter: shown, headers, payload: letter.payload })
    }

    /// The stream that the original goes back to.
    fn home(&self) -> Result<&'static str, NotRedrivable> {
        let (stream, subject) = match self.letter.stream.as_str() {
            TRADES => return Err(NotRedrivable::InLedger),
            ORDERS => (ORDERS, "skinbus.v1.orders."),
            DISPATCH => (DISPATCH, "skinbus.v1.dispatch."),
            WEBHOOKS => (WEBHOOKS, "skinbus.v1.webhooks."),
            // Only what fell due: a schedule is the tracker's to write.
            POLLS if self.letter.subject.starts_with(RECONCILE_DUE) => (POLLS, RECONCILE_DUE),
            POLLS => (POLLS, "skinbus.v1.poll.due."),
            _ => return Err(NotRedrivable::Origin),
        };
        if !self.letter.subject.starts_with(subject) {
            return Err(NotRedrivable::Origin);
        }
        if self.letter.is_cut { Err(NotRedrivable::Cut) } else { Ok(stream) }
    }

    /// Its headers without those that the server would obey.
    fn own_headers(&self) -> Result<HeaderMap, NotRedrivable> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            if name.to_ascii_lowercase().starts_with(CONTROL_HEADERS) {
                continue;
            }
            let name: HeaderName = name.parse().map_err(|_| NotRedrivable::Header)?;
            let value: HeaderValue = value.parse().map_err(|_| NotRedrivable::Header)?;
            headers.append(name, value);
        }
        Ok(headers)
    }
}

fn failed(operation: &'static str, handle: u64, problem: String) -> MerchantError {
    MerchantError::Letter { operation, handle, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(stream: &str, subject: &str, is_cut: bool, headers: &[(&str, &str)]) -> WholeLetter {
        let header = |(name, value): &(&str, &str)| v1::Header {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        let letter = v1::DeadLetter {
            reason: "undecodable".to_owned(),
            stream: stream.to_owned(),
            sequence: 7,
            subject: subject.to_owned(),
            payload: Bytes::from_static(b"AbCd_-12"),
            headers: headers.iter().map(header).collect(),
            cut: is_cut,
            ..v1::DeadLetter::default()
        };
        WholeLetter::read(&Incoming {
            subject: subjects::dead("intake"),
            headers: HeaderMap::new(),
            payload: skinbus_proto::Message::encode_to_vec(&letter).into(),
            stream: DEAD.to_owned(),
            sequence: 3,
            deliveries: 1,
        })
        .unwrap()
    }

    #[test]
    fn a_letter_is_listed_without_what_may_be_secret() {
        let shown =
            whole(ORDERS, "skinbus.v1.orders.acme", false, &[("Shop", "AbCd_-12"), ("Shop", "x")]).letter;
        assert_eq!((shown.handle, shown.stage.as_str(), shown.sequence), (3, "intake", 7));
        assert_eq!((shown.header_names.as_slice(), shown.size_bytes), (["Shop".to_owned()].as_slice(), 8));
        assert!(!format!("{shown:?}").contains("AbCd"));
    }

    #[test]
    fn an_original_goes_home_only() {
        let home = |stream: &str, subject: &str| whole(stream, subject, false, &[]).home();
        assert_eq!(home(ORDERS, "skinbus.v1.orders.acme"), Ok(ORDERS));
        assert_eq!(home(DISPATCH, "skinbus.v1.dispatch.skinify_main"), Ok(DISPATCH));
        assert_eq!(home(WEBHOOKS, "skinbus.v1.webhooks.skinify_main"), Ok(WEBHOOKS));
        assert_eq!(home(POLLS, "skinbus.v1.poll.due.skinify_main"), Ok(POLLS));
        assert_eq!(home(POLLS, "skinbus.v1.poll.reconcile.skinify_main"), Ok(POLLS));
        assert_eq!(home(TRADES, "skinbus.v1.status.acme.wd-1"), Err(NotRedrivable::InLedger));
        for (stream, subject) in [
            (POLLS, "skinbus.v1.poll.at.skinify_main.acme.wd-1"),
            (POLLS, "skinbus.v1.poll.reconcile_at.skinify_main"),
            (ORDERS, "skinbus.v1.append.acme.wd-1"),
            (DISPATCH, "skinbus.v1.orders.acme"),
            ("", "skinbus.v1.orders.acme"),
            ("DEAD", "skinbus.v1.dead.intake"),
        ] {
            assert_eq!(home(stream, subject), Err(NotRedrivable::Origin), "{stream} {subject}");
        }
        let cut = whole(ORDERS, "skinbus.v1.orders.acme", true, &[]);
        assert_eq!(cut.home(), Err(NotRedrivable::Cut));
    }

    #[test]
    fn no_header_steers_the_server() {
        let headers = [
            ("Nats-Msg-Id", "acme.wd-1.1"),
            ("nats-schedule", "@at 2030-01-01T00:00:00Z"),
            ("NATS-SCHEDULE-TARGET", "skinbus.v1.append.acme.wd-2"),
            ("Nats-Rollup", "all"),
            ("Nats-Expected-Last-Subject-Sequence", "0"),
            ("Content-Type", "application/json"),
            ("Shop", "a"),
            ("Shop", "b"),
        ];
        let kept = whole(ORDERS, "skinbus.v1.orders.acme", false, &headers).own_headers().unwrap();
        let names: std::collections::BTreeSet<String> =
            kept.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["Content-Type", "Shop"]);
        assert_eq!(kept.get_all("Shop").count(), 2);
        let broken = whole(ORDERS, "skinbus.v1.orders.acme", false, &[("Shop", "a\r\nNats-Rollup: all")]);
        assert_eq!(broken.own_headers().unwrap_err(), NotRedrivable::Header);
    }
}
