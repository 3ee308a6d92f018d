use std::collections::BTreeSet;

use super::*;
use crate::topology::{Topology, TopologySettings};

fn owners() -> BTreeMap<AccountId, MerchantId> {
    [("skinify_main", "acme"), ("skinsback_main", "acme"), ("skinify_other", "other")]
        .map(|(account, merchant)| (account.parse().unwrap(), merchant.parse().unwrap()))
        .into()
}

/// Whether a right covers a subject, as the server sees it.
fn covers(right: &str, subject: &str) -> bool {
    let mut tokens = subject.split('.');
    for token in right.split('.') {
        match (token, tokens.next()) {
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (token, Some(other)) if token == other => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

fn may_publish(role: &Role, subject: &str) -> bool {
    role.rights().publish.iter().any(|right| covers(right, subject))
}

fn may_hear(role: &Role, subject: &str) -> bool {
    role.rights().subscribe.iter().any(|right| covers(right, subject))
}

fn users_who(may: impl Fn(&Role) -> bool) -> BTreeSet<String> {
    Role::all(&owners()).iter().filter(|role| may(role)).map(Role::user).collect()
}

#[track_caller]
fn only(expected: &[&str], may: impl Fn(&Role) -> bool) {
    assert_eq!(users_who(may), expected.iter().map(|user| (*user).to_owned()).collect());
}

#[test]
fn the_ledger_is_written_by_three_services_and_the_operator() {
    let subject = "skinbus.v1.append.acme.wd-1";
    let writers = ["operator", "order-intake", "provider-dispatch", "trade-tracker"];
    only(&writers, |role| may_publish(role, subject));
    // What was stored is told by the server alone.
    only(&[], |role| may_publish(role, "skinbus.v1.status.acme.wd-1"));
}

#[test]
fn schedules_are_the_trackers_and_the_operators() {
    for subject in ["skinbus.v1.poll.due.skinify_main", "skinbus.v1.poll.reconcile.skinify_main"] {
        only(&["operator", "trade-tracker"], |role| may_publish(role, subject));
    }
    only(&["trade-tracker"], |role| {
        may_publish(role, "skinbus.v1.poll.at.skinify_main.acme.wd-1.purchase_now")
    });
}

#[test]
fn a_merchants_subjects_are_its_own() {
    for (name, account, others_account) in
        [("acme", "skinify_main", "skinify_other"), ("other", "skinify_other", "skinify_main")]
    {
        let user = format!("merchant-{name}");
        let orders = format!("skinbus.v1.orders.{name}");
        only(&["operator", &user], |role| may_publish(role, &orders));
        let merchant = Role::all(&owners()).into_iter().find(|role| role.user() == user).unwrap();
        assert!(may_publish(&merchant, &format!("skinbus.v1.query.{account}.balance")));
        assert!(!may_publish(&merchant, &format!("skinbus.v1.query.{others_account}.balance")));
        assert!(!may_publish(&merchant, &format!("skinbus.v1.command.{others_account}.cancel")));
        assert!(may_hear(&merchant, &format!("skinbus.v1.status.{name}.wd-1")));
    }
    only(&["merchant-acme", "operator"], |role| may_hear(role, "skinbus.v1.status.acme.wd-1"));
    // A consumer may deliver anywhere, so no merchant makes one.
    only(&["admin", "operator", "trade-tracker"], |role| {
        may_publish(role, "$JS.API.CONSUMER.CREATE.TRADES.x.skinbus.v1.status.acme.wd-1")
    });
}

#[test]
fn an_inbox_has_one_reader() {
    for user in ["order-intake", "provider-dispatch", "trade-tracker", "webhook-ingress", "admin"] {
        let inbox = format!("_INBOX_{}.x.y", user.replace('-', "_"));
        only(&[user], |role| may_hear(role, &inbox));
    }
    // In their own accounts merchants hear nothing of the operator's.
    only(&["merchant-acme", "merchant-other", "operator"], |role| may_hear(role, "_INBOX_skinbus.x.y"));
}

#[test]
fn no_service_changes_a_stream_or_a_consumer_of_work() {
    for call in ["STREAM.CREATE.X", "STREAM.UPDATE.TRADES", "CONSUMER.CREATE.ORDERS.intake"] {
        only(&["admin"], |role| may_publish(role, &format!("$JS.API.{call}")));
    }
    for call in
        ["STREAM.DELETE.TRADES", "STREAM.PURGE.TRADES", "STREAM.MSG.DELETE.TRADES", "STREAM.RESTORE.X"]
    {
        only(&[], |role| may_publish(role, &format!("$JS.API.{call}")));
    }
}

/// A service that is not allowed to look at what it must verify would never be ready.
#[test]
fn what_a_service_verifies_it_may_look_at() {
    let merchants: BTreeSet<MerchantId> = owners().into_values().collect();
    let accounts = owners().into_keys().collect();
    let settings = TopologySettings { replicas: 1, accounts, merchants, tracker_max_ack_pending: 100 };
    let whole = Topology::new(&settings);
    let mut verified = BTreeSet::new();
    for role in Role::all(&owners()) {
        let needed = whole.needed_by(&role);
        for stream in &needed.streams {
            assert!(may_publish(&role, &format!("$JS.API.STREAM.INFO.{}", stream.name)), "{role:?}");
        }
        for (stream, consumer) in &needed.consumers {
            let name = consumer.durable_name.clone().unwrap();
            assert!(may_publish(&role, &format!("$JS.API.CONSUMER.INFO.{stream}.{name}")), "{role:?}");
            verified.insert((*stream, name));
        }
    }
    let all =
        whole.consumers.iter().map(|(stream, consumer)| (*stream, consumer.durable_name.clone().unwrap()));
    assert_eq!(verified, all.collect(), "nobody verifies these");
}

#[test]
fn keys_are_made_once_and_kept() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let keys = Keys::in_directory(directory.path());
    let made = keys.public("operator").unwrap();
    assert_eq!(keys.public("operator").unwrap(), made);
    let seed = keys.seed_file("operator");
    assert_eq!(std::fs::metadata(&seed).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(super::keys::read_seed(&seed).unwrap().public_key(), made);
    // Whoever brings a public key keeps the seed.
    std::fs::write(directory.path().join("merchant-acme.pub"), format!("{made}\n")).unwrap();
    assert_eq!(keys.public("merchant-acme").unwrap(), made);
    assert!(!keys.seed_file("merchant-acme").exists());
    let account = nkeys::KeyPair::new_account().public_key();
    std::fs::write(directory.path().join("merchant-other.pub"), &account).unwrap();
    let error = keys.public("merchant-other").unwrap_err().to_string();
    assert!(error.contains("merchant-other.pub") && !error.contains(&account), "{error}");
}
