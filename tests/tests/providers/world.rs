//! One provider with everything around it, and the cases that run there.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use skinbus_proto::v1::{self, TradeStatus};
use skinbus_providers::{Capability, ProviderDefaults, registry};
use skinbus_runtime::config::ProviderName;
use skinbus_tests::merchant::assert_gapless;
use skinbus_tests::{Changes, Merchant, System, SystemOptions, accounts};

use crate::paths::{self, Paths};

/// One case, with its name.
pub(crate) type Case<'a> = (String, Pin<Box<dyn Future<Output = ()> + 'a>>);

/// A case from its name and what it does.
pub(crate) fn case<'a>(name: impl Into<String>, run: impl Future<Output = ()> + 'a) -> Case<'a> {
    (name.into(), Box::pin(run))
}

/// Runs all cases at the same time, and tells of each that failed.
pub(crate) async fn run(cases: Vec<Case<'_>>) {
    let running = cases.into_iter().map(|(name, run)| async move {
        AssertUnwindSafe(run).catch_unwind().await.is_err().then_some(name)
    });
    let failed: Vec<String> = join_all(running).await.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// The same case at every provider.
pub(crate) async fn everywhere<'a, Running: Future<Output = ()> + 'a>(
    worlds: &'a [World],
    run_one: impl Fn(&'a World) -> Running,
) {
    run(worlds.iter().map(|world| case(world.provider.as_str(), run_one(world))).collect()).await;
}

pub(crate) struct World {
    pub(crate) system: Arc<System>,
    pub(crate) merchant: Merchant,
    pub(crate) changes: Changes,
    pub(crate) provider: ProviderName,
    pub(crate) paths: Paths,
}

/// What every system of these tests begins with: holds of a second and a half where the provider does not tell their end.
pub(crate) fn options(providers: &[ProviderName]) -> SystemOptions {
    SystemOptions {
        providers: providers.to_vec(),
        webhooks: true,
        concurrency: 40,
        settle_time: "2500ms".to_owned(),
        refusal_settle_time: "700ms".to_owned(),
        protection: "30s".to_owned(),
        keep_reservations: true,
        ..SystemOptions::default()
    }
}

impl World {
    pub(crate) async fn start(options: SystemOptions, provider: ProviderName) -> Self {
        Self::on(Arc::new(System::start(options).await), provider).await
    }

    /// Every provider of one system.
    pub(crate) async fn all(system: System) -> Vec<Self> {
        let system = Arc::new(system);
        join_all(ProviderName::ALL.map(|provider| Self::on(Arc::clone(&system), provider))).await
    }

    pub(crate) async fn on(system: Arc<System>, provider: ProviderName) -> Self {
        let merchant = system.merchant().await;
        let changes = Changes::follow(&merchant, skinbus_tests::system::MERCHANT).await;
        Self { system, merchant, changes, provider, paths: paths::of(provider) }
    }

    pub(crate) fn defaults(&self) -> &'static ProviderDefaults {
        registry::defaults(self.provider.as_str()).unwrap()
    }

    pub(crate) fn supports(&self, capability: Capability) -> bool {
        (self.defaults().support)(capability).is_supported()
    }

    pub(crate) fn account(&self) -> String {
        accounts::account(self.provider)
    }

    /// What must hold whatever happened.
    pub(crate) async fn check(&self) {
        assert_gapless(&self.merchant.history().await);
        assert!(self.merchant.dead().await.is_empty(), "{:?}", self.merchant.dead().await);
        let bought = self.system.bought().await;
        assert!(bought.values().all(|times| *times == 1), "{bought:?}");
        let quota = self.quota().await;
        assert_eq!(quota["refused"], 0, "{quota}");
    }

    /// Changes the provider's object of the simulator's control API.
    pub(crate) async fn control(&self, change: Value) {
        self.system.control(&json!({self.provider.as_str(): change})).await;
    }

    /// Something goes wrong with the calls under `path` that are about an order.
    pub(crate) async fn fault(&self, path: &str, order_id: &str, kind: Value) {
        let rule = json!({"path": path, "custom_id": order_id, "kind": kind});
        self.system.control(&json!({"add_faults": [rule]})).await;
    }

    pub(crate) async fn quota(&self) -> Value {
        self.system.record("_quota").await[self.provider.as_str()].clone()
    }

    /// How many requests arrived under this path.
    pub(crate) async fn arrivals(&self, path: &str) -> u64 {
        let quota = self.quota().await;
        let counts = quota["paths"].as_object().unwrap();
        let found = counts.iter().find(|(counted, _)| counted.trim_start_matches('/') == &path[1..]);
        found.map_or(0, |(_, count)| count.as_u64().unwrap())
    }

    /// The row of an order among `purchases` or `deposits` of the simulator's own record; there is exactly one.
    pub(crate) async fn executed(&self, kind: &str, order_id: &str) -> Value {
        let ledger = self.system.record("_ledger").await;
        let own = if kind == "purchases" { "custom_id" } else { "deposit_id" };
        let all = ledger[kind].as_array().unwrap();
        let mut rows: Vec<&Value> = all.iter().filter(|row| row[own] == order_id).collect();
        assert_eq!(rows.len(), 1, "{kind} under {order_id}: {rows:?}");
        rows.remove(0).clone()
    }

    /// Whether nothing was bought for an order.
    pub(crate) async fn nothing_bought(&self, order_id: &str) {
        assert!(self.system.purchases(order_id).await.is_empty(), "{order_id} was bought");
    }

    /// Compares the provider's records with the ledger, by the command line: its exit code, and what it prints.
    pub(crate) async fn reconcile(&self) -> (Option<i32>, Vec<Value>) {
        self.system.reconcile(&self.account(), &[]).await
    }

    pub(crate) async fn publish(&self, order: &v1::OrderRequest) {
        self.merchant.publish(order).await;
    }

    /// Places an order, and waits until it is in this status.
    pub(crate) async fn place(&self, order: &v1::OrderRequest, status: TradeStatus) -> v1::Trade {
        self.publish(order).await;
        self.changes.reaches(&order.order_id, status).await
    }

    /// Lets something happen to a deposit.
    pub(crate) async fn event(&self, order_id: &str, event: &str, amount: Option<&str>) {
        self.control(json!({"deposits": [{"reference": order_id, "event": event, "amount": amount}]})).await;
    }
}
