//! Placing an order, and what the answer means.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use skinbus_domain::order::{Deposit, Item, Operation, Purchase, SteamId};
use skinbus_domain::trade::Reason;
use skinbus_domain::{Cause, Currency, Money, Order, Outcome, Progress, ProviderFacts, Reference};

use super::wire::{self, Created};
use super::{Skinout, purchases, violations};
use crate::outcome::{placed, unknown, unreadable};
use crate::provider::{NotBuildable, PlaceAnswer, Placing};
use crate::request::trade_token;
use crate::values::{id, shown, url};

/// Body of `POST /withdraw/buy`. Every value is documented as a string.
#[derive(Serialize)]
struct Buy<'a> {
    project_id: &'a str,
    payment_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    skin_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skin_name: Option<&'a str>,
    /// Thousandths of a dollar.
    max_price: &'a str,
    partner: &'a str,
    token: &'a str,
}

/// Body of `POST /deposit/create`. Here the project's id is documented as a number.
#[derive(Serialize)]
struct Create<'a> {
    project_id: u64,
    payment_id: &'a str,
    currency: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_decimals: Option<u32>,
    /// Dollars, not thousandths.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_url: Option<&'a str>,
    steamid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    trade_url_token: Option<&'a str>,
}

pub(super) fn request(
    skinout: &Skinout,
    order: &Order,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    // Intake refuses such orders. One that came past it is not sent with a part of it left out.
    if !violations::of_operation(&order.operation).is_empty() {
        return Err(NotBuildable("the order asks for what Skinout cannot do"));
    }
    match &order.operation {
        Operation::Purchase(purchase) => buy(skinout, purchase, reference),
        Operation::Deposit(deposit) if deposit.items.is_empty() => create(skinout, deposit, reference),
        Operation::Deposit(_) => Err(NotBuildable("Skinout takes no named items")),
        Operation::Listing(_) => Err(NotBuildable("Skinout puts nothing on sale")),
    }
}

fn buy(
    skinout: &Skinout,
    purchase: &Purchase,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let token = trade_token(&purchase.recipient)?;
    let max_price = thousandths_text(&purchase.max_price)
        .ok_or(NotBuildable("max_price is no positive number of thousandths of a dollar"))?;
    let (skin_id, skin_name) = match &purchase.item {
        Item::Offer(id) => (Some(id.as_str()), None),
        Item::Name(name) => (None, Some(name.as_str())),
    };
    let body = Buy {
        project_id: &skinout.project_id,
        payment_id: reference.as_str(),
        skin_id,
        skin_name,
        max_price: &max_price,
        partner: &purchase.recipient.steam_id.partner().to_string(),
        token,
    };
    skinout.api.post_json("/withdraw/buy", &body)
}

fn create(
    skinout: &Skinout,
    deposit: &Deposit,
    reference: &Reference,
) -> Result<Request<Bytes>, NotBuildable> {
    let project_id =
        skinout.project_id.parse().map_err(|_| NotBuildable("the setting project_id is no number"))?;
    let custom = deposit.custom_currency.as_ref();
    let shown_in = deposit.currency.unwrap_or(Currency::USD);
    let body = Create {
        project_id,
        payment_id: reference.as_str(),
        currency: if custom.is_some() { "CUSTOM" } else { shown_in.as_str() },
        custom_currency_name: custom.map(|custom| custom.name.as_str()),
        custom_currency_rate: custom.map(|custom| custom.rate.to_string()),
        custom_currency_decimals: custom.and_then(|custom| custom.decimals),
        min_amount: deposit.min_amount.map(|least| least.amount.to_string()),
        success_url: deposit.success_url.as_deref(),
        failure_url: deposit.fail_url.as_deref(),
        steamid: deposit.user.steam_id.to_string(),
        trade_url_token: deposit.user.trade_token.as_ref().map(|token| token.reveal()),
    };
    skinout.api.post_json("/deposit/create", &body)
}

/// The amount in whole thousandths, rounded down: a limit must not become a higher one. `None` where nothing is left of
/// it, or it is too large.
pub(super) fn thousandths_text(money: &Money) -> Option<String> {
    // Cut first: what is left has three decimals, so that nothing is rounded by the multiplication.
    let thousandths = money.amount.trunc_with_scale(3).checked_mul(Decimal::ONE_THOUSAND)?.normalize();
    (thousandths >= Decimal::ONE && thousandths.scale() == 0).then(|| thousandths.to_string())
}

pub(super) fn read(placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
    let reference = placing.reference;
    let outcome = match &placing.order.operation {
        Operation::Purchase(purchase) => {
            outcome(response, |bought| bought_outcome(bought, reference, purchase.recipient.steam_id))
        }
        Operation::Deposit(_) => outcome(response, |created| created_outcome(created, reference)),
        Operation::Listing(_) => unknown("not_placeable"),
    };
    PlaceAnswer { verdict: outcome.into(), closed: super::closed(response.status(), now) }
}

fn outcome<'a, T: Deserialize<'a>>(
    response: &'a Response<Bytes>,
    success: impl FnOnce(&T) -> Outcome,
) -> Outcome {
    let status = response.status();
    let answer = wire::envelope::<T>(response.body());
    answer.judge(status, success, |sentence| refused(sentence, status), unknown)
}

/// An error in words. No list of them is documented, and of none that it comes before the purchase: the order has failed
/// only once a look-up finds nothing.
fn refused(sentence: &str, status: StatusCode) -> Outcome {
    let reason = match status {
        _ if sentence == wire::NOT_ENOUGH_FUNDS => Reason::from_provider("insufficient_funds", sentence),
        StatusCode::UNAUTHORIZED => Reason::from_provider("unauthorized", &shown(sentence)),
        StatusCode::TOO_MANY_REQUESTS => Reason::from_provider("rate_limited", &shown(sentence)),
        _ => Reason::from_provider("refused", &shown(sentence)),
    };
    Outcome::Unknown { reason, refusal_unproved: true }
}

fn bought_outcome(bought: &wire::Purchase, reference: &Reference, recipient: SteamId) -> Outcome {
    match &bought.payment_id {
        Some(echo) if echo.0 == reference.as_str() => {}
        // An answer to something else. What became of ours is for a look-up to find.
        Some(_) => return unknown("other_reference"),
        None => return unknown("unreadable_payment_id"),
    }
    purchases::observation(bought, reference.clone(), Cause::Dispatch, Some(recipient))
        .map_or_else(unreadable, Outcome::Placed)
}

fn created_outcome(created: &Created, reference: &Reference) -> Outcome {
    if created.payment_id.as_ref().is_some_and(|echo| echo.0 != reference.as_str()) {
        return unknown("other_reference");
    }
    let Some(redirect_url) = created.url.as_deref().and_then(url) else {
        return unknown("unreadable_url");
    };
    let Some(provider_id) = created.transaction_id.as_ref().and_then(id) else {
        return unknown("unreadable_transaction_id");
    };
    let facts = ProviderFacts {
        provider_id: Some(provider_id),
        redirect_url: Some(redirect_url),
        ..ProviderFacts::default()
    };
    placed(reference, Progress::Submitted, facts, Vec::new())
}
