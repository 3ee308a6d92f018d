//! Users who give items: they pay on pages whose address they were told, and nowhere else.

use std::convert::Infallible;
use std::net::SocketAddr;

use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_runtime::config::ProviderName;
use tokio::sync::watch;

use crate::expected::{Expected, names_a_page};
use crate::watch::Versions;

/// What a user makes of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Pays,
    /// What is given is held for a while.
    PaysLater,
    Declines,
    /// While it is held.
    TakesBack,
    /// The page is never looked at.
    StaysAway,
}

impl Way {
    /// The simulator's word for a deposit of items that goes this way by itself.
    pub(crate) fn fate(self) -> &'static str {
        match self {
            Self::Pays => "paid",
            Self::PaysLater => "held_then_paid",
            Self::Declines => "failed",
            Self::TakesBack => "reverted",
            Self::StaysAway => "stays",
        }
    }

    /// Where a deposit ends that goes this way. One that was not heard of in time is given up, and still credited late.
    pub(crate) fn endings(self) -> &'static [TradeStatus] {
        use TradeStatus::{Canceled, Completed, Expired, Failed, Reverted};
        match self {
            Self::Pays | Self::PaysLater => &[Completed, Expired],
            Self::Declines => &[Failed, Canceled, Expired],
            Self::TakesBack => &[Reverted, Failed, Canceled, Expired],
            Self::StaysAway => &[Expired],
        }
    }

    fn pays(self) -> bool {
        matches!(self, Self::Pays | Self::PaysLater)
    }
}

/// A deposit on a page, and its user.
pub(crate) struct Visit {
    pub(crate) provider: ProviderName,
    pub(crate) order_id: String,
    pub(crate) way: Way,
    steps: Vec<Step>,
}

/// What a user does, and when.
struct Step {
    when: fn(&[v1::TradeStatusChanged]) -> bool,
    events: Value,
}

impl Visit {
    pub(crate) fn new(provider: ProviderName, order_id: String, way: Way) -> Self {
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

    /// What the deposit may come to. A page whose address is lost is over, and nobody can pay there.
    pub(crate) fn expected(&self) -> Expected {
        let endings = [self.way.endings(), &[TradeStatus::Failed]].concat();
        let each = if self.provider == ProviderName::Shadowpay { 2 } else { 1 };
        let payments = if self.way.pays() { each } else { 0 };
        Expected::deposit(self.order_id.clone(), &endings).paid_on_its_page(payments)
    }
}

/// Whether the hold was seen, or will not be seen any more.
fn was_held(changes: &[v1::TradeStatusChanged]) -> bool {
    matches!(changes.last().map(v1::TradeStatusChanged::to), Some(TradeStatus::OnHold | TradeStatus::Expired))
}

/// Lets every user do what is next, as soon as the merchant was told what the user waits for.
pub(crate) async fn act(
    simulator: SocketAddr,
    mut visits: Vec<Visit>,
    mut told: watch::Receiver<Versions>,
) -> Infallible {
    loop {
        let due: Vec<_> = {
            let versions = told.borrow_and_update();
            let due = visits.iter_mut().filter_map(|visit| Some((visit.provider, next(visit, &versions)?)));
            due.collect()
        };
        for (provider, events) in due {
            let change = json!({ provider.as_str(): { "deposits": events } });
            let request = skinbus_tests::http().post(format!("http://{simulator}/_control"));
            let answer = request.body(change.to_string()).send().await.unwrap();
            assert!(answer.status().is_success(), "{change}: {}", answer.text().await.unwrap());
        }
        told.changed().await.unwrap();
    }
}

/// The events of the next step, where its time has come.
fn next(visit: &mut Visit, versions: &Versions) -> Option<Value> {
    let changes = versions.get(&visit.order_id)?;
    let is_due = visit.steps.first().is_some_and(|step| (step.when)(changes));
    is_due.then(|| visit.steps.remove(0).events)
}
