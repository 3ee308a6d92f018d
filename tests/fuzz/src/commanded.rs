//! Answers to commands.

use skinbus_domain::{Command, CommandOutcome};

use crate::case::Case;
use crate::orders::{commands, now};
use crate::properties::{Body, assert_discreet, texts_of};

pub(crate) fn steps() -> Vec<&'static str> {
    commands().into_keys().collect()
}

pub(crate) fn run(case: &[u8]) {
    let case = Case::read(case, &steps());
    let Some(command) = commands().remove(case.step) else { return };
    let body = Body::new(case.body);
    let answer = case.account.provider.read_commanded(&command, &case.response(), now());
    body.assert_in_proportion(&answer);
    let shown = || case.body.escape_ascii();
    let secrets = match command {
        Command::UpdateTradeToken { .. } => case.account.with_token(),
        Command::ApproveHold | Command::Cancel | Command::ChangePrice { .. } => case.account.secrets.clone(),
    };
    let may_be_definite = body.is_json() && !case.status.is_server_error();
    match &answer.outcome {
        CommandOutcome::Done => {
            assert!(may_be_definite && case.status.is_success(), "done: {} {}", case.status, shown());
        }
        CommandOutcome::Refused(reason) => {
            // A closed account serves nobody, whatever the body says.
            assert!(may_be_definite || answer.closed.is_some(), "refused: {} {}", case.status, shown());
            assert_discreet(&secrets, texts_of(reason));
        }
        CommandOutcome::Unknown(reason) => assert_discreet(&secrets, texts_of(reason)),
    }
    if let Some(closed) = answer.closed {
        assert!(closed.until >= now(), "{closed:?} {}", shown());
    }
}
