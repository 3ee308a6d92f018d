//! Changes of a deposit that SkinsBack already has: taking the risk of its hold early.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, Trade};

use super::request::Parameters;
use super::wire::{self, Answer};
use super::{errors, support};
use crate::outcome::{UNREADABLE_ANSWER, command_unknown, http};
use crate::provider::{CommandAnswer, NotBuildable};
use crate::values::shown;

/// The call that carries out `command`.
pub(super) fn parameters(command: &Command, trade: &Trade) -> Result<Parameters, NotBuildable> {
    match command {
        Command::ApproveHold => approve(trade),
        Command::Cancel => Err(NotBuildable(support::NOTHING_TO_CANCEL)),
        Command::ChangePrice { .. } => Err(NotBuildable(support::NO_LISTINGS)),
        Command::UpdateTradeToken { .. } => Err(NotBuildable(support::NO_RESERVATIONS)),
    }
}

fn approve(trade: &Trade) -> Result<Parameters, NotBuildable> {
    match trade.kind() {
        Some(OrderKind::DepositLink | OrderKind::DepositItems) => {}
        Some(OrderKind::Purchase | OrderKind::Listing) | None => {
            return Err(NotBuildable("only a deposit's hold can be approved"));
        }
    }
    let attempt = trade.attempt.as_ref().ok_or(NotBuildable("the deposit was never sent"))?;
    Ok(Parameters::of("offer_approve").with("order_id", attempt.reference.as_str()))
}

/// What the answer means. Of a deposit that is decided already the provider does not say how, so only a look tells.
pub(super) fn read(response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
    let status = response.status();
    let answer = wire::answer(response.body());
    let closed = errors::closed(&answer, status, now);
    let outcome = match &answer {
        Answer::Success(_) if status == StatusCode::OK => CommandOutcome::Done,
        Answer::Error(word) if errors::is_believed(word, status) => match errors::command_code(word) {
            Some(code) => CommandOutcome::Refused(Reason::from_provider(code, word)),
            None if word == "offer_already_approved_or_canceled" => {
                CommandOutcome::Unknown(Reason::from_provider("already_decided", word))
            }
            None => CommandOutcome::Unknown(Reason::from_provider("refused", &shown(word))),
        },
        Answer::Unrecognised(_) if status == StatusCode::OK => command_unknown(UNREADABLE_ANSWER),
        Answer::Success(_) | Answer::Error(_) | Answer::Unrecognised(_) => command_unknown(&http(status)),
    };
    CommandAnswer { outcome, closed }
}
