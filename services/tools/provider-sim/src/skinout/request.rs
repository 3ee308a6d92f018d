//! Whether a request is made as the pages say: content type, JSON types, ids that are safe.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::routes::Method;
use super::words;
use crate::call::Call;

/// The type that a field of a body must have.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    String,
    Int,
    /// The page says "0 to 8" and no type.
    Any,
}

const CREATE_DEPOSIT: [(&str, Wanted); 11] = [
    ("project_id", Wanted::Int),
    ("payment_id", Wanted::String),
    ("currency", Wanted::String),
    ("custom_currency_name", Wanted::String),
    ("custom_currency_rate", Wanted::String),
    ("custom_currency_decimals", Wanted::Any),
    ("min_amount", Wanted::String),
    ("success_url", Wanted::String),
    ("failure_url", Wanted::String),
    ("steamid", Wanted::String),
    ("trade_url_token", Wanted::String),
];

const BUY: [(&str, Wanted); 7] = [
    ("project_id", Wanted::String),
    ("payment_id", Wanted::String),
    ("skin_name", Wanted::String),
    ("skin_id", Wanted::String),
    ("max_price", Wanted::String),
    ("partner", Wanted::String),
    ("token", Wanted::String),
];

const SEARCH: [(&str, Wanted); 2] = [("name", Wanted::String), ("project_id", Wanted::String)];

/// The longest own id that is surely safe.
const LONGEST_PAYMENT_ID: usize = 64;

/// What is wrong with the outside of a request.
pub(super) fn check(method: Method, call: &Call) -> Result<(), &'static str> {
    let json = call.header("content-type").is_some_and(|given| given.starts_with("application/json"));
    if method.requires_content_type() && !json {
        return Err(words::CONTENT_TYPE_REQUIRED);
    }
    let wanted: &[(&str, Wanted)] = match method {
        Method::CreateDeposit => &CREATE_DEPOSIT,
        Method::Buy => &BUY,
        Method::Search => &SEARCH,
        Method::DepositStatus
        | Method::DepositHistory
        | Method::List
        | Method::PurchaseStatus
        | Method::PurchaseHistory
        | Method::Balance
        | Method::Currencies => return Ok(()),
    };
    let body: BTreeMap<String, &RawValue> =
        serde_json::from_slice(&call.raw_body).map_err(|_| words::INVALID_BODY)?;
    let fits = |(name, wanted): &(&str, Wanted)| body.get(*name).is_none_or(|raw| has_type(raw, *wanted));
    if wanted.iter().all(fits) { Ok(()) } else { Err(words::INVALID_BODY) }
}

/// A null counts as not sent.
fn has_type(raw: &RawValue, wanted: Wanted) -> bool {
    let text = raw.get();
    let fits = match wanted {
        Wanted::String => text.starts_with('"'),
        Wanted::Int => text.bytes().all(|byte| byte.is_ascii_digit()),
        Wanted::Any => true,
    };
    fits || text == "null"
}

/// An own id that no list of ids and no database breaks.
pub(super) fn is_safe_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    id.len() <= LONGEST_PAYMENT_ID && id.bytes().all(allowed)
}
