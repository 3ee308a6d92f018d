//! Steam trade URLs, as users paste them.

/// SteamID64 of the individual account with number 0; a trade URL's `partner` counts from it.
const INDIVIDUAL_BASE: u64 = 76_561_197_960_265_728;

/// Who a trade URL belongs to. No `Debug`: the token is not to be printed.
pub(crate) struct TradeUrl {
    /// SteamID64.
    pub(crate) steam_id: String,
    /// The token, as it was given.
    pub(crate) trade_token: String,
}

/// A text that is no trade URL. It does not quote the text, which may hold a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a trade URL is like https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=…")]
pub(crate) struct InvalidTradeUrl;

/// Reads a trade URL. Whether the token is a good one is for Skinbus to say, with all other violations.
pub(crate) fn parse(text: &str) -> Result<TradeUrl, InvalidTradeUrl> {
    let (address, query) = text.trim().split_once('?').ok_or(InvalidTradeUrl)?;
    let address =
        address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    let address = address.strip_prefix("www.").unwrap_or(address);
    if address.trim_end_matches('/') != "steamcommunity.com/tradeoffer/new" {
        return Err(InvalidTradeUrl);
    }
    let query = query.split('#').next().unwrap_or_default();
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let partner: u32 = field("partner").and_then(|partner| partner.parse().ok()).ok_or(InvalidTradeUrl)?;
    let token = field("token").filter(|token| !token.is_empty()).ok_or(InvalidTradeUrl)?;
    Ok(TradeUrl {
        steam_id: (INDIVIDUAL_BASE + u64::from(partner)).to_string(),
        trade_token: token.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partner_and_token_are_found() {
        for text in [
            "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12",
            " https://steamcommunity.com/tradeoffer/new?token=AbCd_-12&partner=39734314\n",
            "steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12#top",
        ] {
            let url = parse(text).ok().unwrap();
            assert_eq!((url.steam_id.as_str(), url.trade_token.as_str()), ("76561198000000042", "AbCd_-12"));
        }
    }

    #[test]
    fn anything_else_is_refused_and_not_quoted() {
        for text in [
            "",
            "AbCd_-12",
            "https://example.com/tradeoffer/new/?partner=39734314&token=AbCd_-12",
            "https://steamcommunity.com/tradeoffer/new/?partner=39734314",
            "https://steamcommunity.com/tradeoffer/new/?partner=-1&token=AbCd_-12",
            "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=",
        ] {
            let error = parse(text).err().unwrap();
            assert!(!error.to_string().contains("AbCd"), "{text}");
        }
    }
}
