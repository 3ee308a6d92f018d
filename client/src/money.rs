//! Amounts are exact decimal text with a currency, never floats.

use skinbus_domain::{Currency, Money};
use skinbus_proto::v1;

/// What is no amount of money. It quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// The currency is not three letters.
    #[error("a currency is three letters, like USD")]
    Currency,
    /// The amount is not plain decimal text.
    #[error("an amount is plain decimal text, like 12.34, with at most 28 digits")]
    Amount,
}

/// An amount for an order, like `money("USD", "1.50")`.
///
/// # Errors
///
/// [`InvalidMoney`] where Skinbus would refuse it: exponents, signs and commas are never guessed at.
pub fn money(currency: &str, amount: &str) -> Result<v1::Money, InvalidMoney> {
    let parsed: Currency = currency.parse().map_err(|_| InvalidMoney::Currency)?;
    let money = Money::parse(parsed, amount).map_err(|_| InvalidMoney::Amount)?;
    Ok(v1::Money { currency: money.currency.to_string(), amount: money.amount.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_keeps_its_text() {
        let expected = v1::Money { currency: "USD".to_owned(), amount: "1.50".to_owned() };
        assert_eq!(money("usd", "1.50"), Ok(expected));
        assert_eq!(money("coins", "1.50"), Err(InvalidMoney::Currency));
        for amount in ["1,5", "-1", "1e3", "", " 1"] {
            assert_eq!(money("USD", amount), Err(InvalidMoney::Amount), "{amount:?}");
        }
    }
}
