//! `[ledger]`: what became of the ledger.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

/// `[ledger]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// When the ledger was restored from a back-up, with no service running. From then on the provider is asked about every
    /// order, before anything is sent, that the ledger may have forgotten to be placed. Nothing where it never was.
    #[serde(deserialize_with = "moment")]
    pub restored_at: Option<Timestamp>,
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let moment = text.parse().map_err(|_| de::Error::custom("must be a time like \"2025-11-21T09:40:00Z\""));
    moment.map(Some)
}

#[cfg(test)]
mod tests {
    use crate::Config;

    #[test]
    fn the_moment_of_a_restoration_is_a_time_or_a_mistake_that_is_not_repeated() {
        assert_eq!(Config::from_toml("").unwrap().ledger.restored_at, None);
        let text = "[ledger]\nrestored_at = \"2025-11-21T09:40:00Z\"";
        let restored_at = Config::from_toml(text).unwrap().ledger.restored_at.unwrap();
        assert_eq!(restored_at.to_string(), "2025-11-21T09:40:00Z");
        let wrong = Config::from_toml("[ledger]\nrestored_at = \"yesterday\"").unwrap_err().to_string();
        assert!(wrong.contains("ledger.restored_at") && !wrong.contains("yesterday"), "{wrong}");
    }
}
