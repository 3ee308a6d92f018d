//! The table: what each user needs, and nothing else.
//!
//! Two rights are trust, and given to few. Whoever may publish on `append` writes the ledger. Whoever may publish anything
//! into `POLLS` may write every subject of it, since a schedule names its target in a header that no right can filter: that
//! is the tracker, and the operator, who redrives what fell due.

use skinbus_domain::ids::{AccountId, MerchantId};

use super::Rights;
use crate::topology::{
    ADVISORIES, CLAIMS, DEAD, DISPATCH, DRIFT, INTAKE, LISTS, MOVER, ORDERS, POLLS, QUOTA, TRACKER_TRADES,
    TRACKER_WEBHOOKS, TRADES, WEBHOOKS, merchant_consumer,
};

const APPEND: &str = "skinbus.v1.append.*.*";
const DISPATCHED: &str = "skinbus.v1.dispatch.*";
const WEBHOOK: &str = "skinbus.v1.webhooks.*";
const ALERT: &str = "skinbus.v1.alert.*";
const QUERY: &str = "skinbus.v1.query.*.*";
const COMMAND: &str = "skinbus.v1.command.*.*";
const PLACE: &str = "skinbus.v1.place.*";
const STATUS: &str = "skinbus.v1.status.*.*";
const DRIFT_ENTRIES: &str = "$KV.skinbus_drift.*";
const QUOTA_ENTRIES: &str = "$KV.skinbus_quota.*";

const TRACKER_INBOX: &str = "_INBOX_trade_tracker";
/// What the command line takes where nothing is set.
const OPERATOR_INBOX: &str = "_INBOX_skinbus";
/// In an account of their own merchants need no inbox of their own: that of the command line, and what other clients take.
const COMMON_INBOXES: [&str; 2] = ["_INBOX_skinbus.>", "_INBOX.>"];

/// Writes versions, after it has read the last one; after a lost race from the leader.
fn ledger(rights: Rights) -> Rights {
    rights.says([APPEND]).reads_last(TRADES, STATUS).reads_at_leader([TRADES])
}

/// Holds, sees and gives back claims of these names.
fn claims(rights: Rights, names: &str) -> Rights {
    rights.says([format!("$KV.skinbus_claims.{names}")]).reads_at_leader([CLAIMS]).removes_from([CLAIMS])
}

pub(super) fn order_intake() -> Rights {
    ledger(Rights::with_inbox("_INBOX_order_intake"))
        .needs([ORDERS, TRADES, DISPATCH, DEAD])
        .works_on(ORDERS, INTAKE)
        .answers([PLACE], &[OPERATOR_INBOX])
        .says([DISPATCHED, "skinbus.v1.dead.intake"])
}

/// It may publish webhooks for the look after `approve_hold`. A webhook that proves something is folded in, so this is as
/// much trust as the ledger, which it has anyway.
pub(super) fn provider_dispatch() -> Rights {
    claims(ledger(Rights::with_inbox("_INBOX_provider_dispatch")), "lists.>")
        .needs([TRADES, DISPATCH, WEBHOOKS, DEAD, QUOTA, LISTS, CLAIMS, DRIFT])
        .works_on(DISPATCH, "*")
        .answers([QUERY, COMMAND], &[TRACKER_INBOX, OPERATOR_INBOX])
        .says([DISPATCHED, WEBHOOK, "skinbus.v1.dead.dispatch", ALERT, DRIFT_ENTRIES, QUOTA_ENTRIES])
        // Whether somebody follows the ledger.
        .calls([format!("CONSUMER.INFO.{TRADES}.{TRACKER_TRADES}")])
        .reads_last(QUOTA, QUOTA_ENTRIES)
        .reads_last(DRIFT, DRIFT_ENTRIES)
        .says(["$O.skinbus_lists.C.*", "$O.skinbus_lists.M.*", "$JS.FC.OBJ_skinbus_lists.>"])
        .reads_last(LISTS, "$O.skinbus_lists.M.*")
        .reads_through(LISTS, "$O.skinbus_lists.C.*")
        // The chunks of the list that a newer one has taken the place of.
        .calls(["STREAM.PURGE.OBJ_skinbus_lists"])
}

pub(super) fn trade_tracker() -> Rights {
    claims(ledger(Rights::with_inbox(TRACKER_INBOX)), "open_trades")
        .needs([ORDERS, TRADES, DISPATCH, WEBHOOKS, POLLS, DEAD, ADVISORIES, QUOTA, DRIFT, CLAIMS])
        .works_on(TRADES, "*")
        .works_on(POLLS, "*")
        .works_on(WEBHOOKS, TRACKER_WEBHOOKS)
        .works_on(ADVISORIES, MOVER)
        .reads_through(TRADES, STATUS)
        // Which trades are open, to be counted.
        .calls(["DIRECT.GET.POLLS"])
        .reads_through(DEAD, "skinbus.v1.alert.needs_review")
        // How far dispatch has come.
        .calls(["CONSUMER.INFO.DISPATCH.*"])
        .says([DISPATCHED, "skinbus.v1.poll.>", "skinbus.v1.dead.*", ALERT, QUERY, COMMAND, DRIFT_ENTRIES])
        .reads_last(QUOTA, QUOTA_ENTRIES)
        .reads_last(DRIFT, DRIFT_ENTRIES)
        // What was delivered too often is buried, and taken out of its queue.
        .reads_at_leader([ORDERS, DISPATCH, POLLS, WEBHOOKS])
        .removes_from([ORDERS, DISPATCH, POLLS])
}

pub(super) fn webhook_ingress() -> Rights {
    claims(Rights::with_inbox("_INBOX_webhook_ingress"), "events.*").needs([WEBHOOKS, CLAIMS]).says([WEBHOOK])
}

pub(super) fn operator() -> Rights {
    ledger(Rights::with_inbox(OPERATOR_INBOX))
        .hears([STATUS])
        .says(["skinbus.v1.orders.*", PLACE, QUERY, COMMAND])
        .reads_through(TRADES, STATUS)
        .reads_through(DEAD, "skinbus.v1.dead.*")
        .reads_through(DRIFT, "$KV.skinbus_drift.>")
        .reads_last(QUOTA, QUOTA_ENTRIES)
        .calls(["STREAM.INFO.*", "CONSUMER.INFO.*.*"])
        // What `skinbus doctor` asks: how much room there is, what this user may do, and who answers.
        .calls(["INFO"])
        .says(["$SYS.REQ.USER.INFO", "$SRV.INFO"])
        .reads_at_leader([DEAD])
        .removes_from([DEAD])
        // What dead letters are published on again.
        .says([DISPATCHED, WEBHOOK, "skinbus.v1.poll.due.>", "skinbus.v1.poll.reconcile.*"])
}

pub(super) fn administrator() -> Rights {
    let calls =
        ["STREAM.CREATE.*", "STREAM.UPDATE.*", "STREAM.INFO.*", "CONSUMER.CREATE.>", "CONSUMER.INFO.*.*"];
    // A consumer of an account that is gone, or `tracker_trades` where the ledger is to be followed again, see `topology apply
    // --follow-again`.
    Rights::with_inbox("_INBOX_admin").calls(calls).calls(["CONSUMER.DELETE.*.*"])
}

/// Its consumer is made by the administrator: a consumer may be made to deliver on any subject, so nobody else's to make.
pub(super) fn merchant(name: &MerchantId, accounts: &[AccountId]) -> Rights {
    let status = format!("skinbus.v1.status.{name}.*");
    let of_accounts = |kind: &str| -> Vec<String> {
        accounts.iter().map(|account| format!("skinbus.v1.{kind}.{account}.*")).collect()
    };
    let consumer = merchant_consumer(name);
    Rights::default()
        .hears(COMMON_INBOXES)
        .hears([status.clone()])
        .says([format!("skinbus.v1.orders.{name}"), format!("skinbus.v1.place.{name}")])
        .says(of_accounts("query"))
        .says(of_accounts("command"))
        .reads_last(TRADES, &status)
        .works_on(TRADES, &consumer)
        // From the beginning again, where its database was lost.
        .calls([format!("CONSUMER.RESET.{TRADES}.{consumer}")])
}
