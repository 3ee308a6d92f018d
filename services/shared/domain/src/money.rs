//! Money: an exact decimal with its currency. Never a float, never compared across currencies.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

/// An ISO 4217 code in capitals, for example `USD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// United States dollar, the currency of most provider prices.
    pub const USD: Self = Self(*b"USD");

    /// The three capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII capitals are ever stored, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

/// A text that is no currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three letters, like USD")]
pub struct InvalidCurrency;

impl FromStr for Currency {
    type Err = InvalidCurrency;

    /// Reads a code in either case: providers write `usd` as well as `USD`.
    fn from_str(text: &str) -> Result<Self, InvalidCurrency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| InvalidCurrency)?;
        if !bytes.iter().all(u8::is_ascii_alphabetic) {
            return Err(InvalidCurrency);
        }
        Ok(Self(bytes.map(|byte| byte.to_ascii_uppercase())))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that is no exact decimal amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an amount is plain decimal text, like 12.34, with at most 28 digits")]
pub struct InvalidAmount;

/// An amount that keeps the scale its text had: `0.30` stays `0.30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// What it is counted in.
    pub currency: Currency,
    /// How much, exactly.
    pub amount: Decimal,
}

impl Money {
    /// Reads an amount from plain decimal text. Exponents, signs and group separators are refused: no provider is
    /// documented to use them, and guessing what `1,234` means is how money is lost.
    ///
    /// # Errors
    ///
    /// [`InvalidAmount`] where the text is anything else.
    pub fn parse(currency: Currency, text: &str) -> Result<Self, InvalidAmount> {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let dots = text.bytes().filter(|byte| *byte == b'.').count();
        let plain = digits + dots == text.len() && dots <= 1;
        let framed = text.starts_with(|first: char| first.is_ascii_digit())
            && text.ends_with(|last: char| last.is_ascii_digit());
        if !plain || !framed || digits > 28 {
            return Err(InvalidAmount);
        }
        let amount = Decimal::from_str_exact(text).map_err(|_| InvalidAmount)?;
        Ok(Self { currency, amount })
    }

    /// Whether this is more than `limit`; `None` where the currencies differ and nothing can be said.
    #[must_use]
    pub fn exceeds(&self, limit: &Self) -> Option<bool> {
        (self.currency == limit.currency).then(|| self.amount > limit.amount)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exactly_its_text() {
        for text in ["0.04", "12.50", "1250.00", "0.123456789", "7"] {
            assert_eq!(
                Money::parse(Currency::USD, text).map(|money| money.amount.to_string()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn anything_but_plain_decimals_is_refused() {
        for text in ["", ".5", "5.", "-1", "+1", "1e3", "1,5", " 1", "NaN", "0x10", "1.2.3", &"9".repeat(29)]
        {
            assert!(Money::parse(Currency::USD, text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn amounts_of_different_currencies_are_not_compared() {
        let dollars = Money::parse(Currency::USD, "5").unwrap();
        let euros = Money::parse("eur".parse().unwrap(), "1").unwrap();
        assert_eq!(dollars.exceeds(&euros), None);
        assert_eq!(dollars.exceeds(&Money::parse(Currency::USD, "4.99").unwrap()), Some(true));
        assert_eq!(dollars.exceeds(&dollars), Some(false));
    }
}
