//! Amounts, currencies and ids as texts.

use skinbus_domain::ids::{AccountId, MerchantId, OrderId, Reference};
use skinbus_domain::order::{SteamId, TradeToken};
use skinbus_domain::{Currency, Money};

pub(crate) fn run(case: &[u8]) {
    let Ok(text) = std::str::from_utf8(case) else { return };
    if let Ok(money) = Money::parse(Currency::USD, text) {
        let (units, fraction) = text.split_once('.').unwrap_or((text, ""));
        let units = units.trim_start_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let plain = format!("{}{point}{fraction}", if units.is_empty() { "0" } else { units });
        assert_eq!(money.amount.to_string(), plain, "an amount is exactly its text");
        assert_eq!(Money::parse(Currency::USD, &plain), Ok(money), "{text}");
    }
    if let Ok(currency) = text.parse::<Currency>() {
        assert_eq!(currency.as_str(), text.to_ascii_uppercase());
    }
    let is_token =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    for id in [
        text.parse::<MerchantId>().map(|id| id.to_string()),
        text.parse::<AccountId>().map(|id| id.to_string()),
        text.parse::<OrderId>().map(|id| id.to_string()),
        text.parse::<Reference>().map(|id| id.to_string()),
    ]
    .into_iter()
    .flatten()
    {
        assert!(id == text && is_token(text), "{text:?}");
    }
    if let Ok(reference) = text.parse::<Reference>()
        && let Ok(order_id) = reference.order_id()
    {
        assert!(text.starts_with(order_id.as_str()), "{text:?}");
    }
    if let Ok(steam_id) = text.parse::<SteamId>() {
        assert!(steam_id.to_string() == text && steam_id.partner() > 0, "{text:?}");
    }
    if let Ok(token) = text.parse::<TradeToken>() {
        assert_eq!(token.reveal(), text);
        assert_eq!(format!("{token:?}"), "TradeToken(<redacted>)");
    }
}
