//! Users who give items: they pay on pages whose address they were told, and nowhere else.

use std::net::SocketAddr;

use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName;

/// What a user makes of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// At once.
    Pays,
    /// What is given is held for a while.
    PaysLater,
    /// The offer is turned down.
    Declines,
    /// While it is held.
    TakesBack,
    /// The page is never looked at.
    StaysAway,
}

impl Way {
    /// The simulator's word for a deposit of items that goes this way by itself.
    #[must_use]
    pub fn fate(self) -> &'static str {
        match self {
            Self::Pays => "paid",
            Self::PaysLater => "held_then_paid",
            Self::Declines => "failed",
            Self::TakesBack => "reverted",
            Self::StaysAway => "stays",
        }
    }

    /// Where a deposit ends that goes this way. One that was not heard of in time is given up, and still credited late.
    #[must_use]
    pub fn endings(self) -> &'static [TradeStatus] {
        use TradeStatus::{Canceled, Completed, Expired, Failed, Reverted};
        match self {
            Self::Pays | Self::PaysLater => &[Completed, Expired],
            Self::Declines => &[Failed, Canceled, Expired],
            Self::TakesBack => &[Reverted, Failed, Canceled, Expired],
            Self::StaysAway => &[Expired],
        }
    }

    /// Whether the merchant keeps what this user gives.
    #[must_use]
    pub fn pays(self) -> bool {
        matches!(self, Self::Pays | Self::PaysLater)
    }
}

/// A deposit on a page, and its user.
pub struct Visit {
    /// Whose page it is.
    pub provider: ProviderName,
    /// The order that asked for the page.
    pub order_id: String,
    /// What the user makes of it.
    pub way: Way,
    steps: Vec<Step>,
}

/// What a user does, and when.
struct Step {
    when: fn(&[v1::TradeStatusChanged]) -> bool,
    events: Value,
}

impl Visit {
    /// A user who has not seen the page yet.
    #[must_use]
    pub fn new(provider: ProviderName, order_id: String, way: Way) -> Self {
        let event = |event: &str| json!({ "reference": order_id, "event": event });
        let given = |event: &str| json!({ "reference": order_id, "event": event, "amount": "7.40" });
        let visited = |events| Step { when: |changes| changes.iter().any(names_a_page), events };
        let held = |events| Step { when: was_held, events };
        let steps = match (way, provider) {
            (Way::Pays, ProviderName::Shadowpay) => vec![visited(json!([given("credit"), given("credit")]))],
            (Way::Pays, _) => vec![visited(json!([given("pay")]))],
            (Way::Declines, _) => vec![visited(json!([given("offer"), event("fail")]))],
            (Way::PaysLater, _) => {
                vec![visited(json!([given("offer"), given("hold")])), held(json!([event("pay")]))]
            }
            (Way::TakesBack, _) => {
                vec![visited(json!([given("offer"), given("hold")])), held(json!([event("return")]))]
            }
            (Way::StaysAway, _) => Vec::new(),
        };
        Self { provider, order_id, way, steps }
    }

    /// What the user does now, where its time has come after these versions of the order; once.
    pub fn next(&mut self, changes: &[v1::TradeStatusChanged]) -> Option<Value> {
        let is_due = self.steps.first().is_some_and(|step| (step.when)(changes));
        is_due.then(|| self.steps.remove(0).events)
    }
}

/// Whether the hold was seen, or will not be seen any more.
fn was_held(changes: &[v1::TradeStatusChanged]) -> bool {
    matches!(changes.last().map(v1::TradeStatusChanged::to), Some(TradeStatus::OnHold | TradeStatus::Expired))
}

/// Whether the user can be sent to the provider's page.
#[must_use]
pub fn names_a_page(change: &v1::TradeStatusChanged) -> bool {
    let facts = change.trade.as_ref().and_then(|trade| trade.facts.as_ref());
    facts.is_some_and(|facts| !facts.redirect_url.is_empty())
}

/// Lets these events happen to deposits at the provider.
pub async fn happens(simulator: SocketAddr, provider: ProviderName, events: Value) {
    let change = json!({ provider.as_str(): { "deposits": events } });
    let request = crate::http().post(format!("http://{simulator}/_control"));
    let answer = request.body(change.to_string()).send().await.unwrap();
    assert!(answer.status().is_success(), "{change}: {}", answer.text().await.unwrap());
}
