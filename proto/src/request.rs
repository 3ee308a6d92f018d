//! Reading a merchant's request: either an order, or everything that is wrong with it.

mod deposit;
mod listing;
mod purchase;
mod reader;

use std::collections::BTreeMap;

use prost::Message;
use sha2::{Digest, Sha256};
use skinbus_domain::ids::{AccountId, MerchantId, OrderId, TradeKey};
use skinbus_domain::order::{Fingerprint, Operation, Order, Request};
use skinbus_domain::{Currency, Violation};

use crate::v1;
use reader::Reader;

/// What intake must know of an account to judge an order for it.
#[derive(Debug, Clone)]
pub struct KnownAccount {
    /// Who owns it.
    pub merchant: MerchantId,
    /// Its provider's name.
    pub provider: String,
    /// What its provider can do with an order.
    pub supports: Supports,
    /// The one currency of the provider's prices; a ceiling in another could not be held.
    pub price_currency: Currency,
    /// What its provider cannot serve about a well-formed order.
    pub violations: fn(&OrderId, &Order) -> Vec<Violation>,
}

/// What a provider can do with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent answers to independent questions")]
pub struct Supports {
    /// Buying by the provider's id of an offer.
    pub purchase_by_offer: bool,
    /// Buying by Steam's name of an item.
    pub purchase_by_name: bool,
    /// Hosted pages for deposits.
    pub deposit_link: bool,
    /// Trade offers for named items.
    pub deposit_items: bool,
    /// Putting items on sale.
    pub listing: bool,
}

/// A request without a usable order id: there is no trade that could tell about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request has no usable order_id")]
pub struct Unaddressable {
    /// What is wrong.
    pub violation: Violation,
}

/// Reads a request of `merchant`, collecting every broken rule.
///
/// # Errors
///
/// [`Unaddressable`] where the order id is missing or malformed, so that nothing can be stored under it.
pub fn read(
    merchant: &MerchantId,
    proto: &v1::OrderRequest,
    accounts: &BTreeMap<AccountId, KnownAccount>,
) -> Result<Request, Unaddressable> {
    let mut reader = Reader::new(token_of(proto));
    let order_id: OrderId = proto.order_id.parse().map_err(|_| Unaddressable {
        violation: reader.pattern("order_id", OrderId::PATTERN, &proto.order_id),
    })?;
    let account = reader.account(merchant, &proto.account, accounts);
    reader.metadata(&proto.metadata);
    let expires_at = reader.expires_at(proto.expires_at.as_ref());
    let known = account.as_ref().map(|(_, known)| *known);
    let operation = operation(&mut reader, proto.operation.as_ref(), known);
    let order = match (account, operation) {
        (Some((account, known)), Some(operation)) if reader.violations.is_empty() => {
            let order = Order { account, provider: known.provider.clone(), operation, expires_at };
            let violations = reader.without_token((known.violations)(&order_id, &order));
            if violations.is_empty() { Ok(order) } else { Err(violations) }
        }
        (_, _) => Err(reader.violations),
    };
    Ok(Request {
        key: TradeKey { merchant: merchant.clone(), order_id },
        fingerprint: fingerprint(proto),
        metadata: if order.is_ok() { proto.metadata.clone() } else { BTreeMap::new() },
        order,
    })
}

fn operation(
    reader: &mut Reader<'_>,
    operation: Option<&v1::order_request::Operation>,
    account: Option<&KnownAccount>,
) -> Option<Operation> {
    match operation {
        None => reader.required("operation"),
        Some(v1::order_request::Operation::Purchase(purchase)) => {
            purchase::read(reader, purchase, account).map(Operation::Purchase)
        }
        Some(v1::order_request::Operation::Deposit(deposit)) => {
            deposit::read(reader, deposit, account).map(Operation::Deposit)
        }
        Some(v1::order_request::Operation::Listing(listing)) => {
            listing::read(reader, listing, account).map(Operation::Listing)
        }
    }
}

/// Equal for two requests that ask for the same, however they were written down.
fn fingerprint(proto: &v1::OrderRequest) -> Fingerprint {
    // Maps are sorted and defaults left out, so one content has one encoding.
    Sha256::digest(proto.encode_to_vec()).into()
}

/// The trade token of the request, which no violation may quote.
fn token_of(proto: &v1::OrderRequest) -> &str {
    let user = match &proto.operation {
        Some(v1::order_request::Operation::Purchase(purchase)) => purchase.recipient.as_ref(),
        Some(v1::order_request::Operation::Deposit(deposit)) => deposit.user.as_ref(),
        Some(v1::order_request::Operation::Listing(listing)) => listing.seller.as_ref(),
        None => None,
    };
    user.map(|user| user.trade_token.as_str()).unwrap_or_default()
}
