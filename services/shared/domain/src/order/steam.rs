//! Steam's words: users, trade URLs, games.

use std::fmt;
use std::str::FromStr;

/// A game whose items are traded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Game {
    /// Counter-Strike 2; the game with Steam's trade protection.
    Cs2,
    /// Dota 2.
    Dota2,
    /// Rust.
    Rust,
    /// Team Fortress 2.
    Tf2,
}

/// SteamID64 of the individual account with number 0 in the public universe.
const INDIVIDUAL_BASE: u64 = 76_561_197_960_265_728;

/// A SteamID64 of an individual account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SteamId(u64);

/// A text that is no SteamID64 of a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("a SteamID64 is a number like 76561198000000042")]
pub struct InvalidSteamId;

impl SteamId {
    /// The number in a trade URL's `partner` parameter.
    #[must_use]
    pub fn partner(&self) -> u64 {
        self.0 - INDIVIDUAL_BASE
    }
}

impl FromStr for SteamId {
    type Err = InvalidSteamId;

    fn from_str(text: &str) -> Result<Self, InvalidSteamId> {
        if text.len() != 17 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidSteamId);
        }
        let id: u64 = text.parse().map_err(|_| InvalidSteamId)?;
        match id.checked_sub(INDIVIDUAL_BASE) {
            Some(account) if account > 0 && account <= u64::from(u32::MAX) => Ok(Self(id)),
            Some(_) | None => Err(InvalidSteamId),
        }
    }
}

impl fmt::Display for SteamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// The `token` of a trade URL. Whoever knows it can send offers to the user, so it is never printed (invariant S1).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TradeToken(Box<str>);

/// A text that is no trade token. It does not quote the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("a trade token is the 8 characters after `token=` in a trade URL")]
pub struct InvalidTradeToken;

impl TradeToken {
    /// The token itself, for the request to the provider and for the ledger, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for TradeToken {
    type Err = InvalidTradeToken;

    fn from_str(text: &str) -> Result<Self, InvalidTradeToken> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if text.len() != 8 || !text.bytes().all(allowed) {
            return Err(InvalidTradeToken);
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for TradeToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TradeToken(<redacted>)")
    }
}

/// A Steam user who trades.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SteamUser {
    /// Who.
    pub steam_id: SteamId,
    /// Lets offers be sent to them; dropped once the trade is final.
    pub trade_token: Option<TradeToken>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partner_follows_from_the_steam_id() {
        let id: SteamId = "76561198000000042".parse().unwrap();
        assert_eq!(id.partner(), 39_734_314);
        assert_eq!(id.to_string(), "76561198000000042");
    }

    #[test]
    fn only_individual_accounts_are_taken() {
        for text in
            ["", "0", "76561197960265728", "103582791429521408", "7656119800000004x", "+6561198000000042"]
        {
            assert!(text.parse::<SteamId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_trade_token_is_never_printed() {
        let token: TradeToken = "AbCd_-12".parse().unwrap();
        assert!(!format!("{token:?}").contains("AbCd"));
        assert_eq!(token.reveal(), "AbCd_-12");
        for text in ["", "short", "AbCd_-123", "AbCd 123"] {
            assert!(text.parse::<TradeToken>().is_err(), "{text}");
        }
    }
}
