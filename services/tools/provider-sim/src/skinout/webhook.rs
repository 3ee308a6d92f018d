//! Notifications about deposits and purchases. Their signature is the MD5 of the Api Key and covers no field.

use md5::{Digest, Md5};
use serde::Serialize;

use super::deposit_wire::{DepositRow, Place};
use super::purchase_wire::PurchaseRow;
use super::switches::{Age, Switches};
use super::words;
use crate::answer::JSON;
use crate::clock::Moment;
use crate::engine::deposit_life::DepositStep;
use crate::engine::fate::Status;
use crate::engine::news::{Message, Subject};

/// Lower-case hexadecimal MD5.
pub(super) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Serialize)]
struct Signed<T> {
    signature: String,
    #[serde(flatten)]
    row: T,
}

/// Deposits are told of at their ends, and while held if that is switched on; purchases at every change.
pub(super) fn announces(subject: &Subject, send_pending: bool, age: Age) -> bool {
    match subject {
        Subject::Deposit { step, .. } => match step {
            DepositStep::Offer | DepositStep::Approve | DepositStep::Credit => false,
            DepositStep::Hold => send_pending && age.pick(true, false),
            DepositStep::Pay | DepositStep::Fail | DepositStep::Return => true,
        },
        Subject::Purchase { status, .. } => match status {
            // The first status is no change, and a reservation is `pending` too.
            Status::Processing | Status::Reserved | Status::Settled => false,
            // Not a change of the word in the older age.
            Status::RollbackUser | Status::RollbackProvider => age.pick(true, false),
            Status::WaitingAccept
            | Status::Accepted
            | Status::Canceled
            | Status::Timeout
            | Status::InvalidToken
            | Status::UserNotTradable
            | Status::CreateFailed
            | Status::ItemUnavailable
            | Status::ReservationCanceled
            | Status::Undocumented => true,
        },
        Subject::Credit { .. } | Subject::Listing { .. } => false,
    }
}

/// A notification; where it is forged, with the signature of another key.
pub(super) fn message(
    subject: &Subject,
    api_key: &str,
    forged: bool,
    switches: &Switches,
    now: Moment,
) -> Message {
    let signature = md5_hex(if forged { "forged" } else { api_key });
    match subject {
        Subject::Deposit { deposit, .. } | Subject::Credit { deposit, .. } => {
            let row = DepositRow::new(deposit, Place::Webhook, switches, now);
            post(words::phase(deposit.phase, Age::Newer), &Signed { signature, row })
        }
        Subject::Purchase { purchase, status } => {
            let row = PurchaseRow::told(purchase, *status, switches, now);
            post(words::status(*status, Age::Newer), &Signed { signature, row })
        }
        // Skinout has none about these, and announces none.
        Subject::Listing { .. } => Message::post("none", JSON, "{}"),
    }
}

fn post(status: &'static str, body: &impl Serialize) -> Message {
    // Writing plain fields cannot fail; an empty body would show at once that it did.
    Message::post(status, JSON, serde_json::to_vec(body).unwrap_or_default())
}
