//! What must hold: the invariants of ARCHITECTURE.md, checked as things happen and when the world is quiet.

use std::collections::{BTreeMap, BTreeSet};

use skinbus_domain::credit::CreditState;
use skinbus_domain::ids::{AccountId, TradeKey};
use skinbus_domain::order::OrderKind;
use skinbus_domain::trade::TradeState;
use skinbus_domain::{Recorded, Trade, TradeStatus};
use skinbus_runtime::config::ProviderName;

use crate::client::version;
use crate::orders::Way;
use crate::provider::Placed;
use crate::truth::{self, Amounts};
use crate::world::W;

/// A rule that was broken.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Its name.
    pub rule: String,
    /// The order, where it is one's.
    pub order_id: String,
    /// What was seen.
    pub problem: String,
}

/// What the oracle remembers.
#[derive(Default)]
pub struct Oracle {
    /// The first rule that was broken.
    pub found: Option<Broken>,
    /// The accounts that the run has orders for.
    pub accounts_in_use: Vec<AccountId>,
    /// Published orders whose merchants were told so.
    pub published: BTreeSet<TradeKey>,
    /// Pages whose users were there.
    pub visited: BTreeSet<TradeKey>,
    /// What users do.
    pub ways: BTreeMap<TradeKey, (ProviderName, Way)>,
    newest: BTreeMap<TradeKey, Recorded>,
    intents: BTreeSet<(TradeKey, u32)>,
    alerts: BTreeSet<String>,
}

impl Oracle {
    /// A rule was broken; the first one counts.
    pub fn broken(&mut self, rule: &str, order_id: &str, problem: &str) {
        if self.found.is_none() {
            self.found = Some(Broken {
                rule: rule.to_owned(),
                order_id: order_id.to_owned(),
                problem: problem.to_owned(),
            });
        }
    }

    /// A version was stored: T2, T3, T4, S1, and what is to be raised.
    pub fn saw_version(&mut self, _: &W, recorded: &Recorded) {
        let (change, key) = (&recorded.change, &recorded.trade().key);
        let id = key.order_id.as_str().to_owned();
        let before = self.newest.insert(key.clone(), recorded.clone());
        let expected = before.as_ref().map_or(1, |before| before.change.version + 1);
        if change.version != expected || change.from != before.as_ref().map(|before| before.trade().status())
        {
            self.broken(
                "T2",
                &id,
                &format!("version {} from {:?} where {expected} was next", change.version, change.from),
            );
        }
        let to = change.trade.status();
        if let Some(from) = before.as_ref().map(|before| before.trade().status())
            && from.is_final()
            && from != to
            && to != TradeStatus::Reverted
            && from != TradeStatus::Rejected
        {
            self.broken("T3", &id, &format!("{from} became {to}"));
        }
        let credits = &change.trade.credits;
        let keys: BTreeSet<&str> = credits.iter().map(|credit| credit.key.as_str()).collect();
        if keys.len() != credits.len() {
            self.broken("T4", &id, &format!("a key twice: {credits:?}"));
        }
        let (then, now) =
            (before.as_ref().map(|before| ours(before.trade())).unwrap_or_default(), ours(&change.trade));
        let is_taken_back =
            |key: &String| credits.iter().any(|one| one.key == *key && one.state == CreditState::Reversed);
        let is_kept = then.iter().all(|(key, amount)| now.get(key) == Some(amount) || is_taken_back(key));
        if !is_kept && to != TradeStatus::Reverted {
            self.broken("T4", &id, &format!("{then:?} became {now:?}"));
        }
        let has_token =
            change.trade.order.as_ref().is_some_and(|order| order.operation.user().trade_token.is_some());
        if to.is_final() && has_token {
            self.broken("S1", &id, &format!("{to} keeps its trade token"));
        }
        if to == TradeStatus::Dispatching
            && let Some(attempt) = &change.trade.attempt
        {
            self.intents.insert((key.clone(), attempt.number));
        }
        let alerts = change.alerts.iter();
        self.alerts.extend(alerts.map(|alert| format!("{}:{key}:{}", alert.kind.as_str(), alert.detail)));
    }

    /// The newest version of every trade.
    pub fn newest(&self) -> &BTreeMap<TradeKey, Recorded> {
        &self.newest
    }
}

/// What is the merchant's by our own record.
fn ours(trade: &Trade) -> Amounts {
    let counts = trade.credits.iter().filter(|credit| credit.state == CreditState::Credited);
    counts.map(|credit| (credit.key.clone(), credit.amount.amount)).collect()
}

/// A placing request is about to leave: T6 and T7.
pub fn sent(w: &W, placed: &Placed) {
    let (key, id) = (&placed.key, placed.key.order_id.as_str());
    if !w.oracle.borrow().intents.contains(&(key.clone(), placed.attempt)) {
        w.oracle.borrow_mut().broken("T6", id, &format!("attempt {} has no intent", placed.attempt));
    }
    let earlier: Vec<_> = {
        let sent = w.providers.sent.borrow();
        let of = sent.get(key).map(Vec::as_slice).unwrap_or_default();
        of.iter().filter(|sent| sent.attempt != placed.attempt).cloned().collect()
    };
    if earlier.is_empty() {
        return;
    }
    if let Some(pending) = earlier.iter().find(|sent| sent.is_pending.get()) {
        let problem = format!("attempt {} while {} is on its way", placed.attempt, pending.attempt);
        w.oracle.borrow_mut().broken("T7", id, &problem);
    }
    if placed.kind == OrderKind::Purchase {
        let newest = w.oracle.borrow().newest.get(key).cloned();
        let bought = newest.map(|newest| truth::rows_of(w, newest.trade()).len()).unwrap_or_default();
        if bought > 0 {
            w.oracle.borrow_mut().broken(
                "T7",
                id,
                &format!("attempt {} for what was bought", placed.attempt),
            );
        }
    }
}

/// Whether nothing is left to happen by itself, apart from what waits for a person.
pub fn is_quiet(w: &W) -> bool {
    let nats = w.nats.borrow();
    let oracle = w.oracle.borrow();
    let is_settled = |recorded: &Recorded| {
        let status = recorded.trade().status();
        is_over(status) || status == TradeStatus::NeedsReview
    };
    nats.left().is_empty() && nats.schedules.is_empty() && oracle.newest.values().all(is_settled)
}

/// Whether nothing more is to happen to such a trade.
pub fn is_over(status: TradeStatus) -> bool {
    status.is_final() || status == TradeStatus::Rejected
}

/// What must hold when the world is quiet.
pub fn check_books(w: &W) {
    let newest: Vec<Recorded> = w.oracle.borrow().newest.values().cloned().collect();
    let broken = |rule: &str, id: &str, problem: String| w.oracle.borrow_mut().broken(rule, id, &problem);
    for recorded in &newest {
        let trade = recorded.trade();
        let id = trade.key.order_id.as_str();
        let rows = truth::rows_of(w, trade);
        if rows.len() > 1 {
            broken("T1", id, format!("executed {} times", rows.len()));
        }
        let is_deposit = matches!(trade.kind(), Some(OrderKind::DepositLink | OrderKind::DepositItems));
        let paid = rows.first().map(truth::paid).unwrap_or_default();
        // Where the only answer that tells the amount was lost, somebody is told, and nothing is made up.
        let is_untold = ours(trade).is_empty() && is_said(w, trade, "the provider told no amount");
        if is_deposit && ours(trade) != paid && !is_untold {
            broken("T4", id, format!("credited {:?}, and the provider has {paid:?}", ours(trade)));
        }
        if !is_over(trade.status()) {
            broken("LIVENESS", id, format!("ended as {}", trade.status()));
        }
        let succeeded = matches!(trade.status(), TradeStatus::Completed | TradeStatus::Reverted);
        if succeeded && rows.is_empty() {
            broken("TRUTH", id, format!("{} and nothing is at the provider", trade.status()));
        }
        let failed =
            matches!(trade.status(), TradeStatus::Failed | TradeStatus::Canceled | TradeStatus::Expired);
        let delivered = rows.first().is_some_and(|row| row["status"].as_str().is_some_and(is_delivered));
        if failed && delivered && trade.kind() == Some(OrderKind::Purchase) && !is_said(w, trade, "") {
            broken("TRUTH", id, format!("{} and delivered: {}", trade.status(), rows[0]));
        }
    }
    let published: Vec<TradeKey> = w.oracle.borrow().published.iter().cloned().collect();
    for key in published {
        if !w.oracle.borrow().newest.contains_key(&key) {
            broken("T5", key.order_id.as_str(), "acknowledged and not in the ledger".to_owned());
        }
    }
    let missing: Vec<String> = {
        let (oracle, nats) = (w.oracle.borrow(), w.nats.borrow());
        oracle.alerts.iter().filter(|alert| !nats.alerts.contains_key(*alert)).cloned().collect()
    };
    for alert in missing {
        broken("ALERT", "", format!("never raised: {alert}"));
    }
    let dead: Vec<String> =
        w.nats.borrow().dead.iter().map(|(id, reason)| format!("{id} {reason}")).collect();
    for letter in dead {
        if !letter.ends_with("order_id_conflict") && !letter.ends_with("unknown_reference") {
            broken("DEAD", "", letter);
        }
    }
}

/// Words of the providers for a purchase that the user has.
fn is_delivered(status: &str) -> bool {
    matches!(status, "accepted" | "completed" | "success" | "finished" | "delivered" | "hold" | "settled")
}

/// Whether somebody was told of a contradiction, in these words at its end.
fn is_said(w: &W, trade: &Trade, words: &str) -> bool {
    let nats = w.nats.borrow();
    let prefix = format!("anomaly:{}:", trade.key);
    nats.alerts.keys().any(|alert| alert.starts_with(&prefix) && alert.ends_with(words))
}

/// The versions of an order in words.
pub fn versions(w: &W, order_id: &str) -> Vec<String> {
    let nats = w.nats.borrow();
    let of = nats.trades.iter().find(|(key, _)| key.order_id.as_str() == order_id);
    let versions = of.map(|(_, versions)| versions.as_slice()).unwrap_or_default();
    let line = |stored| {
        let recorded = version(stored);
        let (change, trade) = (&recorded.change, recorded.trade());
        let mut reason = trade.state.reason().map_or("", |reason| reason.code.as_str()).to_owned();
        if let TradeState::Rejected { violations } = &trade.state {
            reason = format!("{violations:?}");
        }
        format!(
            "v{} {:?} {} {} attempt {:?} credits {:?} at {}",
            change.version,
            change.cause,
            trade.status(),
            reason,
            trade.attempt.as_ref().map(|attempt| attempt.number),
            ours(trade),
            change.recorded_at
        )
    };
    versions.iter().map(line).collect()
}
