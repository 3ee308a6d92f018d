//! Values as providers write them, read the one safe way for all adapters. What a provider tells is stored with the
//! trade, so every text has a bound: a version that is too large for the ledger could never be written.

use jiff::Timestamp;
use rust_decimal::Decimal;
use skinbus_domain::{Currency, Money};

use crate::wire::Text;

const ID_MAX_BYTES: usize = 300;
const ITEM_NAME_MAX_CHARS: usize = 256;
const WORD_MAX_BYTES: usize = 64;
const URL_MAX_BYTES: usize = 2048;

/// A field that is there and cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadField(pub(crate) &'static str);

/// An id. Nothing and zero are what PHP writes where there is none.
pub(crate) fn id(text: &Text) -> Option<String> {
    let is_id = !matches!(text.0.as_str(), "" | "0")
        && text.0.len() <= ID_MAX_BYTES
        && !text.0.chars().any(char::is_control);
    is_id.then(|| text.0.clone())
}

/// An item's name, shortened to what orders can name.
pub(crate) fn item_name(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.chars().take(ITEM_NAME_MAX_CHARS).collect())
}

/// A word of the provider that may be logged and stored. Whatever is no single word may quote what we sent, the user's
/// token included (invariant S1).
pub(crate) fn shown(word: &str) -> String {
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if is_word && (1..=WORD_MAX_BYTES).contains(&word.len()) {
        word.to_owned()
    } else {
        "(no word)".to_owned()
    }
}

/// An address of the provider that a user is sent to.
pub(crate) fn url(text: &str) -> Option<String> {
    let is_url = (text.starts_with("https://") || text.starts_with("http://"))
        && text.len() <= URL_MAX_BYTES
        && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    is_url.then(|| text.to_owned())
}

/// Unix seconds, as text or number. Nothing and zero are no moment: a hold that ended in 1970 would complete a trade that
/// may still be reversed.
pub(crate) fn unix_seconds(text: Option<&Text>, field: &'static str) -> Result<Option<Timestamp>, BadField> {
    let Some(text) = text.and_then(id) else {
        return Ok(None);
    };
    let seconds: u64 = text.parse().map_err(|_| BadField(field))?;
    let seconds = i64::try_from(seconds).map_err(|_| BadField(field))?;
    Timestamp::from_second(seconds).map(Some).map_err(|_| BadField(field))
}

/// A moment like `2026-03-02T10:45:00Z`, with any offset and fraction. Nothing is no moment.
pub(crate) fn iso_time(text: Option<&str>, field: &'static str) -> Result<Option<Timestamp>, BadField> {
    text.filter(|text| !text.is_empty()).map(|text| text.parse().map_err(|_| BadField(field))).transpose()
}

/// A decimal amount, exactly as its text says.
pub(crate) fn money(currency: Currency, text: &Text, field: &'static str) -> Result<Money, BadField> {
    Money::parse(currency, &text.0).map_err(|_| BadField(field))
}

/// An amount in thousandths of a unit, as a whole number.
pub(crate) fn thousandths(currency: Currency, text: &Text, field: &'static str) -> Result<Money, BadField> {
    let is_whole = !text.0.is_empty() && text.0.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = text.0.parse().map_err(|_| BadField(field))?;
    if !is_whole {
        return Err(BadField(field));
    }
    Ok(Money { currency, amount: Decimal::new(number, 3) })
}

/// A plain decimal number, like a rate or a multiplier.
pub(crate) fn decimal(text: &Text, field: &'static str) -> Result<Decimal, BadField> {
    money(Currency::USD, text, field).map(|money| money.amount)
}

/// The number of rows before a page, where cursors are that; `None` where the cursor is none of ours. No list is so long
/// that 32 bits do not count it.
pub(crate) fn offset(cursor: Option<&str>) -> Option<u64> {
    let Some(cursor) = cursor else {
        return Some(0);
    };
    let is_number = cursor.bytes().all(|byte| byte.is_ascii_digit());
    cursor.parse::<u32>().ok().filter(|_| is_number).map(u64::from)
}

/// Lower-case hexadecimal text of the bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text(text.to_owned())
    }

    #[test]
    fn thousandths_keep_every_digit() {
        let read = |given: &str| thousandths(Currency::USD, &text(given), "amount").map(|money| money.amount);
        assert_eq!(read("12500").unwrap().to_string(), "12.500");
        assert_eq!(read("41").unwrap().to_string(), "0.041");
        for given in ["", "41.5", "-1", "+1", "1e3", " 1", "99999999999999999999"] {
            assert_eq!(read(given), Err(BadField("amount")), "{given:?}");
        }
    }

    #[test]
    fn zero_is_no_moment() {
        for given in ["", "0"] {
            assert_eq!(unix_seconds(Some(&text(given)), "date"), Ok(None));
        }
        assert_eq!(unix_seconds(Some(&text("1.5")), "date"), Err(BadField("date")));
        assert_eq!(iso_time(Some(""), "date"), Ok(None));
        assert!(iso_time(Some("2026-03-26T10:35:51.118731+03:00"), "date").unwrap().is_some());
    }

    #[test]
    fn a_cursor_is_a_plain_number() {
        assert_eq!(offset(None), Some(0));
        assert_eq!(offset(Some("250")), Some(250));
        for given in ["", "+5", "-1", " 5", "1.5", "4294967296", "x"] {
            assert_eq!(offset(Some(given)), None, "{given:?}");
        }
    }

    #[test]
    fn only_addresses_are_addresses() {
        assert!(url("https://example.com/pay?hash=1").is_some());
        for given in ["", "javascript:alert(1)", "https://example.com/ x", "//example.com"] {
            assert_eq!(url(given), None, "{given:?}");
        }
    }
}
