//! IPN, the notifications about deposits.

use md5::{Digest, Md5};

use super::deposit_wire::IpnBody;
use super::words;
use crate::answer::{FORM, JSON};
use crate::clock::Moment;
use crate::engine::deposit_life::DepositStep;
use crate::engine::news::{Message, Subject};
use crate::engine::notifications::Encoding;

/// Lower-case hexadecimal MD5.
pub(super) fn md5_hex(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// IPN tell of the ends of deposits, and of the hold if that is switched on.
pub(super) fn announces(subject: &Subject, send_pending: bool) -> bool {
    match subject {
        Subject::Deposit { step, .. } => match step {
            DepositStep::Offer | DepositStep::Approve | DepositStep::Credit => false,
            DepositStep::Hold => send_pending,
            DepositStep::Pay | DepositStep::Fail | DepositStep::Return => true,
        },
        Subject::Credit { .. } | Subject::Purchase { .. } | Subject::Listing { .. } => false,
    }
}

pub(super) fn message(
    subject: &Subject,
    token: &str,
    forged: bool,
    encoding: Encoding,
    now: Moment,
) -> Message {
    let deposit = match subject {
        Subject::Deposit { deposit, .. } | Subject::Credit { deposit, .. } => deposit,
        // Skinify has none about these, and announces none.
        Subject::Purchase { .. } | Subject::Listing { .. } => return Message::post("none", JSON, "{}"),
    };
    let body = IpnBody::new(deposit, if forged { md5_hex("forged") } else { md5_hex(token) }, now);
    let status = words::phase(deposit.phase);
    // Neither writer can fail on these fields; an empty body would show at once that one did.
    match encoding {
        Encoding::Form => {
            Message::post(status, FORM, serde_urlencoded::to_string(body.form()).unwrap_or_default())
        }
        Encoding::Json => Message::post(status, JSON, serde_json::to_vec(&body).unwrap_or_default()),
    }
}
