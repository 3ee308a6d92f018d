//! Steam's numbers.

/// SteamID64 of Steam account 0; an account number is the distance from it.
const FIRST_STEAM_ID: u64 = 76_561_197_960_265_728;

/// The SteamID64 of an account number, which is the `partner` of a Trade URL.
pub(crate) fn steam_id_of(partner: u32) -> String {
    (FIRST_STEAM_ID + u64::from(partner)).to_string()
}

/// The account number of a SteamID64.
pub(crate) fn partner_of(steam_id: &str) -> Option<u32> {
    u32::try_from(steam_id.parse::<u64>().ok()?.checked_sub(FIRST_STEAM_ID)?).ok()
}

/// A SteamID64: 17 digits, as every public individual account has.
pub(crate) fn is_steam_id(text: &str) -> bool {
    text.len() == 17 && text.starts_with("7656") && text.bytes().all(|byte| byte.is_ascii_digit())
}
