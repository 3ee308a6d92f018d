//! One valid value of each kind.

use std::collections::BTreeMap;

use skinbus_domain::ids::MerchantId;
use skinbus_domain::order::Request;
use skinbus_domain::{Currency, TradeStatus};

use crate::request::{self, KnownAccount, Supports, Unaddressable};
use crate::v1::order_request::Operation;
use crate::{status_to_proto, v1};

pub(super) const TOKEN: &str = "AbCd_-12";

fn time(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 5 })
}

fn price(amount: &str) -> Option<v1::Money> {
    Some(v1::Money { currency: "USD".to_owned(), amount: amount.to_owned() })
}

pub(super) fn purchase() -> v1::Purchase {
    v1::Purchase {
        recipient: Some(v1::SteamUser {
            steam_id: "76561198000000042".to_owned(),
            trade_token: TOKEN.to_owned(),
        }),
        game: v1::Game::Cs2.into(),
        item: Some(v1::purchase::Item::MarketHashName("P250 | Sand Dune (Field-Tested)".to_owned())),
        max_price: price("12.50"),
    }
}

pub(super) fn order_request() -> v1::OrderRequest {
    v1::OrderRequest {
        order_id: "wd-1".to_owned(),
        account: "skinify_main".to_owned(),
        operation: Some(Operation::Purchase(purchase())),
        expires_at: time(1_800_000_000),
        metadata: BTreeMap::from([("cart".to_owned(), "7".to_owned()), ("shop".to_owned(), "b".to_owned())]),
    }
}

/// Intake's view: two accounts of the merchant, one that cannot buy, and one of somebody else.
pub(super) fn read(request: &v1::OrderRequest) -> Result<Request, Unaddressable> {
    let account = |merchant: &str, can: bool| KnownAccount {
        merchant: merchant.parse().unwrap(),
        provider: "skinify".to_owned(),
        supports: Supports {
            purchase_by_offer: can,
            purchase_by_name: can,
            deposit_link: can,
            deposit_items: can,
            listing: false,
        },
        price_currency: Currency::USD,
        violations: |_, _| Vec::new(),
    };
    let accounts = BTreeMap::from([
        ("skinify_main".parse().unwrap(), account("acme", true)),
        ("sells_only".parse().unwrap(), account("acme", false)),
        ("foreign".parse().unwrap(), account("other", true)),
    ]);
    let merchant: MerchantId = "acme".parse().unwrap();
    request::read(&merchant, request, &accounts)
}

pub(super) fn facts() -> v1::ProviderFacts {
    v1::ProviderFacts {
        provider_id: "90551".to_owned(),
        offer_id: "8123000333".to_owned(),
        offer_expires_at: time(1_760_000_300),
        bot_steam_id: "76561198000000077".to_owned(),
        redirect_url: "https://pay.example/1".to_owned(),
        price_paid: price("0.04"),
        item_name: "P250 | Sand Dune".to_owned(),
        provider_status: "accepted".to_owned(),
        reserved_until: time(1_760_000_200),
    }
}

/// A version in this status with every field that it may have.
pub(super) fn version(status: TradeStatus) -> v1::TradeStatusChanged {
    let rejected = status == TradeStatus::Rejected;
    let order = v1::OrderRequest { metadata: BTreeMap::new(), ..order_request() };
    let trade = v1::Trade {
        account: if rejected { String::new() } else { order.account.clone() },
        provider: if rejected { String::new() } else { "skinify".to_owned() },
        order: (!rejected).then_some(order),
        metadata: order_request().metadata,
        reason: "item_unavailable".to_owned(),
        provider_reason: "error_item_unavailable".to_owned(),
        violations: vec![v1::Violation { field: "account".to_owned(), ..v1::Violation::default() }],
        facts: Some(facts()),
        attempt: Some(v1::Attempt {
            number: 1,
            reference: "wd-1".to_owned(),
            lease_until: time(1_760_000_030),
        }),
        hold_ends_at: time(1_760_000_900),
        fingerprint: vec![7; 32],
        not_before: time(1_760_000_100),
        uncertain_since: time(1_760_000_010),
        watch_until: time(1_760_000_990),
        accepted_at: time(1_760_000_000),
        reverted_by: "user".to_owned(),
        refusal_unproved: true,
        credits: vec![credit()],
        findings: vec!["attempt 1 timed out".to_owned()],
        status_since: time(1_760_000_300),
        is_stuck: true,
        ended_as_of: time(1_760_000_350),
        credit_totals: vec![v1::CreditTotal {
            currency: "USD".to_owned(),
            pending: "0".to_owned(),
            credited: "12.50".to_owned(),
            reversed: "0".to_owned(),
        }],
    };
    v1::TradeStatusChanged {
        merchant: "acme".to_owned(),
        order_id: "wd-1".to_owned(),
        version: 2,
        from: v1::TradeStatus::Submitted.into(),
        to: status_to_proto(status).into(),
        cause: v1::Cause::Lookup.into(),
        occurred_at: time(1_760_000_400),
        recorded_at: time(1_760_000_401),
        trade: Some(trade),
        notices: vec![v1::Notice {
            kind: "drift".to_owned(),
            detail: "an unknown word".to_owned(),
            operation: "lookup".to_owned(),
            field: "status".to_owned(),
            value: "frozen".to_owned(),
        }],
        decision: Some(v1::Decision {
            verdict: v1::Verdict::Placed.into(),
            operator: "ada".to_owned(),
            reason: "seen in the provider's panel".to_owned(),
            provider_id: "90551".to_owned(),
        }),
    }
}

/// A row with this progress and every field that it may have.
pub(super) fn row(progress: v1::Progress) -> v1::LookupRow {
    v1::LookupRow {
        reference: "wd-1".to_owned(),
        progress: progress.into(),
        reason: "reversed_by_user".to_owned(),
        reverted_by: "user".to_owned(),
        hold: v1::Hold::Until.into(),
        hold_ends_at: time(1_760_000_900),
        facts: Some(facts()),
        occurred_at: time(1_760_000_400),
        provider_reason: "rollback_user".to_owned(),
        credits: vec![credit()],
    }
}

pub(super) fn credit() -> v1::Credit {
    let amount = |currency: &str, amount: &str| {
        Some(v1::Money { currency: currency.to_owned(), amount: amount.to_owned() })
    };
    v1::Credit {
        key: "700412".to_owned(),
        amount: amount("USD", "12.50"),
        local_amount: amount("COIN", "1250.00"),
        multiplier: "1.05".to_owned(),
        state: v1::CreditState::Credited.into(),
        thing: "700412".to_owned(),
        advanced: true,
    }
}
