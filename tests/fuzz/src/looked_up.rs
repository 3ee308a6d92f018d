//! Answers to look-ups. An order may be sent again once it is proved to be absent, so no row is as definite as any.

use skinbus_domain::{Cause, OrderKind};
use skinbus_proto::{observation_from_row, row_from_observation};
use skinbus_providers::LookedUp;

use crate::case::Case;
use crate::facts::assert_honest;
use crate::orders::{now, targets};
use crate::properties::{Body, assert_discreet};

const STEPS: [(&str, OrderKind, bool); 8] = [
    ("purchases", OrderKind::Purchase, false),
    ("purchases_known", OrderKind::Purchase, true),
    ("deposit_link", OrderKind::DepositLink, false),
    ("deposit_link_known", OrderKind::DepositLink, true),
    ("deposit_items", OrderKind::DepositItems, false),
    ("deposit_items_known", OrderKind::DepositItems, true),
    ("listing", OrderKind::Listing, false),
    ("listing_known", OrderKind::Listing, true),
];

pub(crate) fn steps() -> Vec<&'static str> {
    STEPS.iter().map(|(name, _, _)| *name).collect()
}

pub(crate) fn run(case: &[u8]) {
    let case = Case::read(case, &steps());
    let (_, kind, are_known) = STEPS.iter().find(|(name, _, _)| *name == case.step).unwrap_or(&STEPS[0]);
    let targets = targets(*kind, *are_known);
    // What cannot be asked has no answer; were there one all the same, it must not be misread.
    let asked = case.account.provider.look_up(&targets).map_or(targets.len(), |look_up| look_up.asked);
    let asked = &targets[..asked];
    let body = Body::new(case.body);
    let told = case.account.provider.read_looked_up(asked, &case.response(), now());
    body.assert_in_proportion(&told);
    let shown = || case.body.escape_ascii();
    match &told {
        LookedUp::Rows { rows, .. } => {
            assert!(body.is_json() && !case.status.is_server_error(), "rows: {} {}", case.status, shown());
            for row in rows {
                assert_honest(&case.account.secrets, &body, row);
                // It goes through a message to whoever asked, and one that does not would hide all of them.
                let sent = observation_from_row(&row_from_observation(row), Cause::LookUp);
                assert_eq!(sent.as_ref(), Ok(row), "{}", shown());
            }
        }
        LookedUp::Closed(closed) => assert!(closed.until >= now(), "{closed:?} {}", shown()),
        LookedUp::Unreadable { problem } => assert_discreet(&case.account.secrets, [problem.as_str()]),
    }
}
