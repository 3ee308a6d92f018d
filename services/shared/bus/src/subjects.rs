//! The subjects, built and read in one place.

use skinbus_domain::ids::{AccountId, MerchantId, OrderId, TradeKey};
use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::Urgency;

/// Where a merchant publishes orders.
#[must_use]
pub fn orders(merchant: &MerchantId) -> String {
    format!("skinbus.v1.orders.{merchant}")
}

/// Where a merchant places an order and waits for the receipt.
#[must_use]
pub fn place(merchant: &MerchantId) -> String {
    format!("skinbus.v1.place.{merchant}")
}

/// Where our services write a version of a trade.
#[must_use]
pub fn append(key: &TradeKey) -> String {
    format!("skinbus.v1.append.{}.{}", key.merchant, key.order_id)
}

/// Where versions of a trade are read.
#[must_use]
pub fn status(key: &TradeKey) -> String {
    format!("skinbus.v1.status.{}.{}", key.merchant, key.order_id)
}

/// Where accepted orders of an account wait to be placed.
#[must_use]
pub fn dispatch(account: &AccountId) -> String {
    format!("skinbus.v1.dispatch.{account}")
}

/// Where webhooks of an account are stored.
#[must_use]
pub fn webhooks(account: &AccountId) -> String {
    format!("skinbus.v1.webhooks.{account}")
}

/// Where the schedule of a trade's next look lies. Its last token tells what the planner counts: the kind of the order, and
/// whether somebody waits.
#[must_use]
pub fn poll_at(account: &AccountId, key: &TradeKey, kind: OrderKind, urgency: Urgency) -> String {
    let (merchant, order_id) = (&key.merchant, &key.order_id);
    format!("skinbus.v1.poll.at.{account}.{merchant}.{order_id}.{}_{}", kind.as_str(), urgency.as_str())
}

/// The subjects of all such schedules of an account.
#[must_use]
pub fn polls_at(account: &AccountId, kind: OrderKind, urgency: Urgency) -> String {
    format!("skinbus.v1.poll.at.{account}.*.*.{}_{}", kind.as_str(), urgency.as_str())
}

/// Where a hint lies that a trade is to be looked at. Apart from the schedule, which a new version of the trade would put in
/// its place.
#[must_use]
pub fn poll_hint(account: &AccountId, key: &TradeKey, place: HintPlace) -> String {
    let place = match place {
        HintPlace::First => "first",
        HintPlace::Second => "second",
        HintPlace::PutOff => "put_off",
    };
    format!("skinbus.v1.poll.hint.{account}.{}.{}.{place}", key.merchant, key.order_id)
}

/// Places of one trade's hints. One that is set again takes the place of one that is just about to fire, so looks of which
/// both are to come need places of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintPlace {
    /// Taken in turn with the second.
    First,
    /// Taken in turn with the first.
    Second,
    /// A look that had no room.
    PutOff,
}

/// Where the due looks of an account arrive.
#[must_use]
pub fn poll_due(account: &AccountId, urgency: Urgency) -> String {
    match urgency {
        Urgency::Now => format!("skinbus.v1.poll.due.{account}"),
        Urgency::Later => format!("skinbus.v1.poll.due.{account}.later"),
    }
}

/// Where the schedule of an account's next reconciliation lies.
#[must_use]
pub fn reconcile_at(account: &AccountId) -> String {
    format!("skinbus.v1.poll.reconcile_at.{account}")
}

/// Where the due reconciliations of an account arrive.
#[must_use]
pub fn reconcile_due(account: &AccountId) -> String {
    format!("skinbus.v1.poll.reconcile.{account}")
}

/// Where an operation of an account is asked for.
#[must_use]
pub fn query(account: &AccountId, operation: &str) -> String {
    format!("skinbus.v1.query.{account}.{operation}")
}

/// Where a change of an order is asked for that an account's provider already has.
#[must_use]
pub fn command(account: &AccountId, command: &str) -> String {
    format!("skinbus.v1.command.{account}.{command}")
}

/// Where messages go that `stage` could not work on.
#[must_use]
pub fn dead(stage: &str) -> String {
    format!("skinbus.v1.dead.{stage}")
}

/// Where alerts of a kind go.
#[must_use]
pub fn alert(kind: &str) -> String {
    format!("skinbus.v1.alert.{kind}")
}

/// The merchant of a subject on which orders arrive (`orders` or `place`); `None` where the last token is no merchant.
#[must_use]
pub fn merchant_of(subject: &str) -> Option<MerchantId> {
    let mut tokens = subject.split('.');
    let merchant = tokens.nth(3)?;
    if tokens.next().is_some() {
        return None;
    }
    merchant.parse().ok()
}

/// The trade of a `status` subject.
#[must_use]
pub fn trade_of(subject: &str) -> Option<TradeKey> {
    let mut tokens = subject.split('.').skip(3);
    let merchant: MerchantId = tokens.next()?.parse().ok()?;
    let order_id: OrderId = tokens.next()?.parse().ok()?;
    tokens.next().is_none().then_some(TradeKey { merchant, order_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trade_is_read_back_from_its_subject() {
        let key = TradeKey { merchant: "acme".parse().unwrap(), order_id: "wd-1".parse().unwrap() };
        assert_eq!(trade_of(&status(&key)), Some(key.clone()));
        assert_eq!(merchant_of("skinbus.v1.orders.acme"), Some(key.merchant));
        assert_eq!(merchant_of("skinbus.v1.orders.acme.more"), None);
        assert_eq!(merchant_of("skinbus.v1.orders.Acme"), None);
        assert_eq!(trade_of("skinbus.v1.status.acme"), None);
    }
}
