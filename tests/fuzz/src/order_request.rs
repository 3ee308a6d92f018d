//! Order requests in JSON, as a merchant sends them, with an account at every provider.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use skinbus_domain::Reference;
use skinbus_domain::ids::{AccountId, MerchantId};
use skinbus_domain::order::{Order, Request};
use skinbus_proto::request::{self, KnownAccount, Supports};
use skinbus_proto::{json, v1};
use skinbus_providers::{Capability, ProviderDefaults};

use crate::accounts::{ALL, Account};
use crate::properties::Body;

/// The merchant who sends it.
const MERCHANT: &str = "acme";

/// Each account has its provider's name.
static KNOWN: LazyLock<BTreeMap<AccountId, KnownAccount>> = LazyLock::new(|| {
    ALL.iter().filter_map(|account| Some((account.name.parse().ok()?, known(account.defaults)?))).collect()
});

fn known(provider: &ProviderDefaults) -> Option<KnownAccount> {
    let has = |capability| (provider.support)(capability).is_supported();
    Some(KnownAccount {
        merchant: MERCHANT.parse().ok()?,
        provider: provider.name.to_owned(),
        supports: Supports {
            purchase_by_offer: has(Capability::PurchaseByOffer),
            purchase_by_name: has(Capability::PurchaseByName),
            deposit_link: has(Capability::DepositLink),
            deposit_items: has(Capability::DepositItems) || has(Capability::DepositItemsByName),
            listing: has(Capability::Listing),
        },
        price_currency: provider.price_currency,
        violations: provider.violations,
    })
}

pub(crate) fn run(case: &[u8]) {
    let body = Body::new(case);
    let Ok(merchant) = MERCHANT.parse::<MerchantId>() else { return };
    let proto: v1::OrderRequest = match json::read(case) {
        Ok(proto) => proto,
        Err(error) => return body.assert_in_proportion(&error.to_string()),
    };
    assert!(body.is_json(), "read as a message: {}", case.escape_ascii());
    let written = json::write(&proto).map(|text| json::read::<v1::OrderRequest>(text.as_bytes()));
    assert!(written.is_ok_and(|again| again.is_ok_and(|again| again == proto)), "{}", case.escape_ascii());
    let Ok(request) = request::read(&merchant, &proto, &KNOWN) else { return };
    body.assert_in_proportion(&request);
    assert_eq!(request.key.order_id.as_str(), proto.order_id);
    match &request.order {
        Ok(order) => placeable(&request, order),
        Err(violations) => {
            assert!(!violations.is_empty(), "refused without a reason: {}", case.escape_ascii());
            let Some(token) = token(&proto) else { return };
            for violation in violations {
                // Fields have our own names, but for the keys of the metadata.
                let key = violation.field.strip_prefix("metadata.").unwrap_or_default();
                assert!(!violation.given.contains(token) && !key.contains(token), "{violation:?}");
            }
        }
    }
}

/// What was accepted can be sent: an order whose request cannot be built would wait for a person.
fn placeable(request: &Request, order: &Order) {
    let Some(Account { provider, .. }) = ALL.iter().find(|account| account.name == order.provider) else {
        panic!("no provider {}", order.provider);
    };
    let reference = Reference::of(&request.key.order_id);
    let built = provider.place(order, &reference);
    assert!(built.is_ok(), "accepted, and cannot be sent: {order:?}: {:?}", built.err());
    // Two at once are no must, but no panic either.
    let _two_at_once = provider.place_together(&[(order, &reference), (order, &reference)]);
}

/// A text that looks like the user's trade token.
fn token(proto: &v1::OrderRequest) -> Option<&str> {
    use v1::order_request::Operation;
    let user = match proto.operation.as_ref()? {
        Operation::Purchase(purchase) => purchase.recipient.as_ref()?,
        Operation::Deposit(deposit) => deposit.user.as_ref()?,
        Operation::Listing(listing) => listing.seller.as_ref()?,
    };
    (user.trade_token.len() == 8).then_some(user.trade_token.as_str())
}
