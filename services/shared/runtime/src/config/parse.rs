//! Readers of single values. Their errors say what to write and never repeat what was written.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use skinbus_domain::ids::AccountId;

const DURATION_RULE: &str = "must be a duration like \"250ms\", \"60s\", \"5m\" or \"8d\"";

/// Reads a duration: `250ms`, `60s`, `5m`, `1h 30m`, `8d`. A day is 24 hours.
///
/// # Errors
///
/// The rule, for any other text and for negative durations.
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    let span: Span = text.parse().map_err(|_| DURATION_RULE)?;
    let signed: SignedDuration =
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| DURATION_RULE)?;
    Duration::try_from(signed).map_err(|_| DURATION_RULE)
}

pub(super) fn de_duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    duration(&text).map_err(de::Error::custom)
}

pub(super) fn de_optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    de_duration(deserializer).map(Some)
}

/// Reads an address to listen on.
pub(super) fn de_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| de::Error::custom("must be an address with a port, like 127.0.0.1:9100 or [::]:9100"))
}

/// Reads any type that has a text form and whose error does not repeat the text.
pub(super) fn de_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    let Text(text) = Text::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

/// Text where digits alone are text too: SkinsBack's `client_id` is a number that nobody quotes.
pub(super) fn de_optional_text<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    let Text(text) = Text::deserialize(deserializer)?;
    Ok(Some(text))
}

/// A map whose keys are account names.
pub(super) fn de_accounts<'de, D, T>(deserializer: D) -> Result<BTreeMap<AccountId, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let accounts = BTreeMap::<AccountName, T>::deserialize(deserializer)?;
    Ok(accounts.into_iter().map(|(AccountName(id), account)| (id, account)).collect())
}

/// A list of account names; a variable may also write them with commas: `skinify_main,shadowpay_eu`.
pub(super) fn de_account_list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<AccountId>, D::Error> {
    struct List;
    impl<'de> Visitor<'de> for List {
        type Value = Vec<AccountId>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list of account names")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| name.parse().map_err(E::custom)).collect()
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut names = Vec::new();
            while let Some(AccountName(name)) = list.next_element()? {
                names.push(name);
            }
            Ok(names)
        }
    }
    deserializer.deserialize_any(List)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct AccountName(AccountId);

impl<'de> Deserialize<'de> for AccountName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        de_text(deserializer).map(Self)
    }
}

/// Text, or a whole number taken as its text.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let read = [
            ("250ms", Duration::from_millis(250)),
            ("60s", Duration::from_secs(60)),
            ("5m", Duration::from_secs(300)),
            ("1h 30m", Duration::from_secs(5_400)),
            ("8d", Duration::from_secs(8 * 86_400)),
            ("0s", Duration::ZERO),
        ];
        for (text, expected) in read {
            assert_eq!(duration(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_rule() {
        for text in ["", "60", "-5s", "5 parsecs", "s", "1mo", "soon"] {
            assert_eq!(duration(text), Err(DURATION_RULE), "{text:?}");
        }
    }
}
