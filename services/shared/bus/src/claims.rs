//! Claims in the bucket `skinbus_claims`: what only one replica should do at a time.
//!
//! A claim is a message that is there once under its name. It is no lock: whoever loses one in a pause may still be at it
//! for a moment, so nothing may rest on a claim but the saving of work.

use async_nats::jetstream::stream::{LastRawMessageErrorKind, Stream};
use bytes::Bytes;

use crate::connection::{Bus, chain};
use crate::publish::{Outgoing, is_conflict};
use crate::topology::CLAIMS;

/// The right to do something for everybody. It ends by itself, two minutes after it was taken or renewed.
#[derive(Debug)]
pub struct Claim {
    name: String,
    sequence: u64,
}

/// What is seen of somebody else's claim. It is another one after every renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen(u64);

/// NATS gave no answer, or has no such bucket.
#[derive(Debug, thiserror::Error)]
#[error("{operation} the claim {name}: {problem}")]
pub struct ClaimError {
    operation: &'static str,
    name: String,
    problem: String,
}

/// The bucket of claims. Clones share the connection.
#[derive(Clone)]
pub struct Claims {
    bus: Bus,
    stream: Stream<()>,
}

impl Claims {
    /// The bucket behind this connection.
    ///
    /// # Errors
    ///
    /// [`ClaimError`] where NATS does not have it.
    pub async fn new(bus: &Bus) -> Result<Self, ClaimError> {
        let stream = bus.jetstream().get_stream_no_info(CLAIMS).await;
        let stream = stream.map_err(|error| failed("opening", CLAIMS, chain(&error)))?;
        Ok(Self { bus: bus.clone(), stream })
    }

    /// Takes what nobody has; `None` where somebody has it.
    ///
    /// # Errors
    ///
    /// [`ClaimError`] where no answer came; it may have been taken all the same, and then ends by itself.
    pub async fn take(&self, name: &str) -> Result<Option<Claim>, ClaimError> {
        self.write("taking", name, 0).await
    }

    /// Takes what somebody else had who has not renewed it since it was seen; `None` where that is not so any longer.
    ///
    /// # Errors
    ///
    /// As [`Claims::take`].
    pub async fn take_over(&self, name: &str, seen: Seen) -> Result<Option<Claim>, ClaimError> {
        self.write("taking over", name, seen.0).await
    }

    /// Holds a claim for longer; `None` where it is somebody else's by now, or has ended.
    ///
    /// # Errors
    ///
    /// As [`Claims::take`].
    pub async fn renew(&self, claim: &Claim) -> Result<Option<Claim>, ClaimError> {
        self.write("renewing", &claim.name, claim.sequence).await
    }

    /// The claim under this name, whoever has it; `None` where nobody does.
    ///
    /// # Errors
    ///
    /// [`ClaimError`] where no answer came.
    pub async fn seen(&self, name: &str) -> Result<Option<Seen>, ClaimError> {
        match self.stream.get_last_raw_message_by_subject(&subject(name)).await {
            Ok(message) => Ok(Some(Seen(message.sequence))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed("looking for", name, chain(&error))),
        }
    }

    /// Gives a claim back; where that fails, it ends by itself.
    pub async fn release(&self, claim: Claim) {
        if let Err(error) = self.stream.delete_message(claim.sequence).await {
            tracing::debug!(error = chain(&error), "a claim is not given back; it ends by itself");
        }
    }

    async fn write(
        &self,
        operation: &'static str,
        name: &str,
        instead_of: u64,
    ) -> Result<Option<Claim>, ClaimError> {
        let outgoing = Outgoing::bytes(Bytes::new()).expecting(instead_of);
        match self.bus.store(subject(name), outgoing).await {
            Ok(ack) => Ok(Some(Claim { name: name.to_owned(), sequence: ack.sequence })),
            Err(error) if is_conflict(&error) => Ok(None),
            Err(error) => Err(failed(operation, name, chain(&error))),
        }
    }
}

fn subject(name: &str) -> String {
    format!("$KV.skinbus_claims.{name}")
}

fn failed(operation: &'static str, name: &str, problem: String) -> ClaimError {
    ClaimError { operation, name: name.to_owned(), problem }
}
