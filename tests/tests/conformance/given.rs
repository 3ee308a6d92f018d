//! Trades and inputs that every test builds upon.

use std::collections::BTreeMap;
use std::time::Duration;

use skinbus_bus::Ledger;
use skinbus_bus::ledger::{AdvanceError, Advanced, Retry, advance};
use skinbus_domain::ids::{Reference, TradeKey};
use skinbus_domain::observation::{Observation, Progress, ProviderFacts};
use skinbus_domain::order::{Game, Item, Operation, Order, Purchase, Request, SteamUser};
use skinbus_domain::rules::{Rules, after};
use skinbus_domain::trade::{Attempt, Cause};
use skinbus_domain::{Currency, Input, Money, Recorded};
use skinbus_runtime::clock;

pub(crate) fn key(order_id: &str) -> TradeKey {
    TradeKey { merchant: "acme".parse().unwrap(), order_id: order_id.parse().unwrap() }
}

/// A valid request; `content` tells two requests with the same id apart.
pub(crate) fn request(key: &TradeKey, content: u8) -> Request {
    let order = Order {
        account: "skinify_main".parse().unwrap(),
        provider: "skinify".to_owned(),
        operation: Operation::Purchase(Purchase {
            recipient: SteamUser {
                steam_id: "76561198000000042".parse().unwrap(),
                trade_token: Some("AbCd_-12".parse().unwrap()),
            },
            game: Some(Game::Rust),
            item: Item::Offer(content.to_string()),
            max_price: Money::parse(Currency::USD, "10.00").unwrap(),
        }),
        expires_at: None,
    };
    Request { key: key.clone(), fingerprint: [content; 32], metadata: BTreeMap::new(), order: Ok(order) }
}

/// The intent of the first attempt.
pub(crate) fn intent(key: &TradeKey) -> Input {
    Input::AttemptStarted(Attempt {
        number: 1,
        reference: Reference::of(&key.order_id),
        lease_until: after(clock::now(), Duration::from_secs(3600)),
    })
}

/// The provider says something new, so that a trade in flight always gets a version of it. The version can be found
/// again by the label.
pub(crate) fn news(key: &TradeKey, label: &str) -> Input {
    Input::Observed(Observation {
        cause: Cause::LookUp,
        reference: Reference::of(&key.order_id),
        progress: Progress::Submitted,
        credits: Vec::new(),
        facts: ProviderFacts { provider_status: Some(label.to_owned()), ..ProviderFacts::default() },
        occurred_at: None,
    })
}

/// Offers an input as the services do: an intent is decided on the version that is known, the rest are facts.
pub(crate) async fn offer(
    ledger: &impl Ledger,
    key: &TradeKey,
    known: Option<&Recorded>,
    input: &Input,
) -> Result<Advanced, AdvanceError> {
    let is_intent = matches!(input, Input::AttemptStarted(_));
    let retry = if is_intent { Retry::GiveUp } else { Retry::Fold };
    advance(ledger, key, known.cloned(), input, &Rules::default(), retry).await
}
