//! Identifiers, each its own type, so that none can stand where another is meant.

use std::fmt;
use std::str::FromStr;

/// Why a text is not an identifier of the asked kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must match {pattern}")]
pub struct InvalidId {
    /// What was being read, for example `order_id`.
    pub kind: &'static str,
    /// The rule, as a regular expression.
    pub pattern: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal, $pattern:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The rule that every value keeps, as a regular expression.
            pub const PATTERN: &'static str = $pattern;

            /// The identifier's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let allowed: fn(u8) -> bool = $allowed;
                if text.is_empty() || text.len() > $max || !text.bytes().all(allowed) {
                    return Err(InvalidId { kind: $kind, pattern: $pattern });
                }
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

text_id!(
    /// A site or brand. One token in subjects, so NATS permissions can tell merchants apart.
    MerchantId,
    "merchant",
    32,
    "[a-z0-9_]{1,32}",
    |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
);

text_id!(
    /// One set of credentials at one provider, owned by one merchant. Quota and webhooks belong to it.
    AccountId,
    "account",
    32,
    "[a-z0-9_]{1,32}",
    |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
);

text_id!(
    /// The merchant's own id of an order, unique per merchant, for ever.
    OrderId,
    "order_id",
    64,
    "[A-Za-z0-9_-]{1,64}",
    |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
);

text_id!(
    /// Our id of an attempt at the provider (`custom_id`, `order_id`, `payment_id`, `merchant_tx_id` there).
    Reference,
    "reference",
    80,
    "[A-Za-z0-9_.-]{1,80}",
    |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.'
);

impl Reference {
    /// The reference under which an order is placed: the order id itself.
    ///
    /// An attempt that surely did not reach the provider is repeated under the same reference, so that a provider which
    /// refuses repeated references protects us even where our own judgement was wrong.
    #[must_use]
    pub fn of(order_id: &OrderId) -> Self {
        Self(order_id.0.clone())
    }

    /// The order that this reference belongs to: the part before the first dot.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] where that part is no order id.
    pub fn order_id(&self) -> Result<OrderId, InvalidId> {
        self.0.split('.').next().unwrap_or_default().parse()
    }
}

/// What names a trade everywhere: its merchant and the merchant's order id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeKey {
    /// Whose order it is; taken from the subject, never from a payload.
    pub merchant: MerchantId,
    /// The merchant's id of it.
    pub order_id: OrderId,
}

impl fmt::Display for TradeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.merchant, self.order_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_cannot_be_broken_out_of() {
        for text in ["", "a.b", "a b", "*", ">", "a\n", "Ä", &"a".repeat(65)] {
            assert!(text.parse::<OrderId>().is_err(), "{text:?}");
        }
        for text in ["Acme", "a-b", &"a".repeat(33)] {
            assert!(text.parse::<MerchantId>().is_err(), "{text:?}");
        }
        assert_eq!("Wd-20_4".parse::<OrderId>().map(|id| id.to_string()), Ok("Wd-20_4".to_owned()));
    }

    #[test]
    fn a_reference_leads_back_to_its_order() {
        let order_id: OrderId = "wd-1".parse().unwrap();
        assert_eq!(Reference::of(&order_id).order_id(), Ok(order_id.clone()));
        assert_eq!("wd-1.2".parse::<Reference>().unwrap().order_id(), Ok(order_id));
    }
}
