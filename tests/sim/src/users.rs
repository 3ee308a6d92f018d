//! Merchants who publish, users who give items where they were sent to, and operators who resolve what waits for them.

use std::rc::Rc;

use serde_json::{Value, json};
use skinbus_domain::advancing::Retry;
use skinbus_domain::ids::TradeKey;
use skinbus_domain::order::{Game, OrderKind};
use skinbus_domain::query::Query;
use skinbus_domain::{Decision, Input, Recorded, Verdict};
use skinbus_proto::{Message, v1};
use skinbus_runtime::config::ProviderName;

use crate::accounts::{MERCHANT, account};
use crate::client::{self, ORDERS, advance};
use crate::orders::{Kind, Wanted, Way};
use crate::queue::{HOUR, MINUTE, SECOND};
use crate::world::{Actor, W};

/// The trade of an order.
pub fn key_of(order_id: &str) -> TradeKey {
    TradeKey { merchant: MERCHANT.parse().unwrap(), order_id: order_id.parse().unwrap() }
}

/// What must be so before an order is placed: what becomes of its items, and that the user was shown what there is.
pub fn prepare(w: &W, wanted: &Wanted) {
    if let (Kind::Purchase | Kind::PurchaseByName, Some(fate)) = (wanted.kind, wanted.fate) {
        let fates = json!({ "by_custom_id": { &wanted.request.order_id: fate } });
        return change(w, &json!({ wanted.provider.as_str(): { "fates": fates } }));
    }
    if !matches!(wanted.kind, Kind::Items | Kind::NamedItems) {
        return;
    }
    let fate = json!({ "deposit_fates": { &wanted.request.order_id: wanted.way.fate() } });
    change(w, &json!({ wanted.provider.as_str(): fate }));
    let Some(v1::order_request::Operation::Deposit(deposit)) = &wanted.request.operation else { return };
    let user = deposit.user.as_ref().unwrap();
    let user = skinbus_domain::order::SteamUser {
        steam_id: user.steam_id.parse().unwrap(),
        trade_token: user.trade_token.parse().ok(),
    };
    let query = Query::Inventory { user, game: Game::Cs2, currency: None };
    if let Ok(request) = w.setting.adapters[&account(wanted.provider)].query(&query) {
        w.providers.execute(w.now(), request);
    }
}

fn change(w: &W, change: &Value) {
    if let Err(problem) = w.providers.control(w.now(), change) {
        w.oracle.borrow_mut().broken("WORLD", "", &format!("{change}: {problem}"));
    }
    crate::provider::pump(w);
}

/// Publishes an order until it is stored.
pub async fn publish(w: W, merchant: Rc<Actor>, wanted: Wanted) {
    w.queue.sleep(wanted.after).await;
    let id = &wanted.request.order_id;
    let bytes = wanted.request.encode_to_vec();
    while client::publish(&w, &merchant, ORDERS.to_owned(), id, bytes.clone(), None).await.is_err() {
        w.queue.sleep(SECOND).await;
    }
    w.oracle.borrow_mut().published.insert(key_of(id));
    if w.chance(|rates| rates.redelivered) {
        // The same again, and another order under the same id.
        let again = client::publish(&w, &merchant, ORDERS.to_owned(), id, bytes, None).await;
        let mut other = wanted.request.clone();
        other.metadata.insert("note".to_owned(), "another".to_owned());
        let conflict =
            client::publish(&w, &merchant, ORDERS.to_owned(), id, other.encode_to_vec(), None).await;
        w.note("merchant", "repeated", id, format_args!("{again:?} {conflict:?}"));
    }
}

/// A user who is told of a page goes there, once.
pub fn saw_version(w: &W, recorded: &Recorded) {
    let trade = recorded.trade();
    let has_page = trade.kind() == Some(OrderKind::DepositLink) && trade.facts.redirect_url.is_some();
    if !has_page || !w.oracle.borrow_mut().visited.insert(trade.key.clone()) {
        return;
    }
    let id = trade.key.order_id.as_str().to_owned();
    let Some((provider, way)) = w.oracle.borrow().ways.get(&trade.key).copied() else { return };
    let event = |event: &str| json!([{ "reference": &id, "event": event }]);
    let given = |event: &str| json!([{ "reference": &id, "event": event, "amount": "7.40" }]);
    // Where every step is failed in turn, nobody waits long.
    let hurry = if w.plan.rates.until > w.plan.began { 1 } else { 120 };
    let soon = w.between(SECOND, 20 * MINUTE / hurry);
    let later = soon + w.between(MINUTE / hurry, 2 * HOUR / hurry);
    let acts = match (way, provider) {
        (Way::Pays, ProviderName::Shadowpay) => vec![(soon, given("credit")), (later, given("credit"))],
        (Way::Pays, _) => vec![(soon, given("pay"))],
        (Way::PaysLater, _) => {
            vec![(soon, given("offer")), (soon + MINUTE, given("hold")), (later + MINUTE, event("pay"))]
        }
        (Way::Declines, _) => vec![(soon, given("offer")), (soon + MINUTE, event("fail"))],
        (Way::TakesBack, _) => {
            vec![(soon, given("offer")), (soon + MINUTE, given("hold")), (later + MINUTE, event("return"))]
        }
        (Way::StaysAway, _) => Vec::new(),
    };
    for (delay, events) in acts {
        let (world, about) = (Rc::clone(w), id.clone());
        w.queue.after(delay, move || {
            world.note("user", "acts", &about, format_args!("{events}"));
            change(&world, &json!({ provider.as_str(): { "deposits": events } }));
        });
    }
}

/// Resolves an order that waits for a person, by what the provider's own records say.
pub async fn resolve(w: W, operator: Rc<Actor>, recorded: Recorded) {
    let trade = recorded.trade();
    let id = trade.key.order_id.as_str();
    let verdict = match crate::truth::executed(&w, recorded.trade()) {
        Some(provider_id) => Verdict::Placed { provider_id },
        None if w.between(0, 1) == 0 => Verdict::Absent,
        None => Verdict::Failed,
    };
    w.note("operator", "resolves", id, format_args!("{verdict:?}"));
    let decision = Decision { verdict, operator: "sim".to_owned(), reason: "looked it up".to_owned() };
    let rules = trade.order.as_ref().map(|order| w.account(&order.account).rules.clone()).unwrap_or_default();
    let input = Input::Resolved(decision);
    // A person who gets no answer looks again.
    drop(advance(&w, &operator, &trade.key, Some(recorded.clone()), &input, &rules, Retry::Fold).await);
}
