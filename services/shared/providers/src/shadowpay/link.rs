//! Payment links: a hosted page on which a user puts items on sale. Each sold item is a credit of its own, told by a
//! notification and by nothing else.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde::Deserialize;
use skinbus_domain::order::Deposit;
use skinbus_domain::{Outcome, Progress, ProviderFacts, Reference};

use super::signing::{self, CURRENCY};
use super::{Shadowpay, errors, wire};
use crate::outcome::{placed, unknown};
use crate::provider::{NotBuildable, PlaceAnswer, Placing};
use crate::values::{id, url};
use crate::wire::Text;

pub(super) fn request(
    account: &Shadowpay,
    deposit: &Deposit,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    if !deposit.items.is_empty() {
        return Err(NotBuildable("ShadowPay sends no trade offer for named items"));
    }
    let steam_id = deposit.user.steam_id.to_string();
    let amount = deposit.min_amount.map(|amount| amount.amount.to_string());
    let signed_amount = amount.as_deref().unwrap_or_default();
    let signature = signing::of_link(&account.secret_hash, reference.as_str(), signed_amount);
    let mut fields = vec![
        ("account", steam_id.as_str()),
        ("order_id", reference.as_str()),
        ("security_steam_id", steam_id.as_str()),
        ("currency", CURRENCY),
        ("signature", signature.as_str()),
    ];
    if let Some(token) = &deposit.user.trade_token {
        fields.push(("steam_trade_token", token.reveal()));
    }
    if let Some(amount) = &amount {
        fields.push(("amount", amount));
    }
    account.pay.post_form(&format!("/{}", account.public_hash), &fields)
}

#[derive(Deserialize)]
struct Linked {
    token: Text,
    url: String,
}

pub(super) fn read(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let answer = wire::envelope::<Linked>(response.body());
    let on_success = |linked: &Linked| linked_outcome(placing.reference, linked);
    // No error is documented for this call. One that names no cause may come after the link was made; nobody then has its
    // address.
    errors::placed(&answer, response.status(), now, on_success, errors::outcome)
}

fn linked_outcome(reference: &Reference, linked: &Linked) -> Outcome {
    // Every notification repeats the token: without it a payment could not be told from a stranger's.
    let Some(token) = id(&linked.token) else {
        return unknown("unreadable_token");
    };
    let Some(redirect_url) = url(&linked.url) else {
        return unknown("unreadable_url");
    };
    let facts = ProviderFacts {
        provider_id: Some(token),
        redirect_url: Some(redirect_url),
        ..ProviderFacts::default()
    };
    placed(reference, Progress::Submitted, facts, Vec::new())
}
