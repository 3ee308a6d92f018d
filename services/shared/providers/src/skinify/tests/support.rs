//! What Skinify is said to be able to do is what can be asked of it.

use skinbus_domain::OrderKind;
use skinbus_domain::rules::Idempotency;

use crate::capability::Capability;
use crate::skinify::DEFAULTS;

#[test]
fn what_is_supported() {
    let supported: Vec<&str> = Capability::ALL
        .into_iter()
        .filter(|capability| (DEFAULTS.support)(*capability).is_supported())
        .map(Capability::as_str)
        .collect();
    assert_eq!(
        supported,
        [
            "purchase by offer id",
            "purchase by name",
            "deposit on a hosted page",
            "deposit of named items",
            "look-up of purchases",
            "look-up of deposits",
            "query inventory",
            "query prices",
            "query offers",
            "query balance",
            "query history, purchases",
            "query history, deposits",
            "query failed_webhooks",
            "command cancel, of a reservation",
            "command update_trade_token",
            "webhooks about deposits",
        ]
    );
}

#[test]
fn only_deposits_may_be_placed_again() {
    let idempotency = |kind| DEFAULTS.idempotency.of(kind);
    assert_eq!(idempotency(OrderKind::Purchase), Idempotency::Undocumented);
    assert_eq!(idempotency(OrderKind::DepositLink), Idempotency::UniqueReference);
    assert_eq!(idempotency(OrderKind::DepositItems), Idempotency::UniqueReference);
    for kind in [OrderKind::Purchase, OrderKind::DepositLink, OrderKind::DepositItems] {
        assert!(DEFAULTS.can_look_up.of(kind), "{kind:?}");
    }
    assert!(!DEFAULTS.can_look_up.of(OrderKind::Listing));
}
