//! Checks of parameters that several methods share, and what of them is remembered.

use std::collections::{BTreeMap, BTreeSet};

use super::problems::{MISSING_STARTING_OR_ENDING, Problem, inventory};
use super::switches::Switches;
use crate::engine::catalogue::Game;
use crate::fields::Fields;

/// The length of the `token` of a Trade URL.
const TRADE_TOKEN_LENGTH: usize = 8;
/// The shortest name that is searched for.
const SHORTEST_NAME: usize = 3;

/// What a project remembers besides deposits and purchases.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By user and game: when the inventory was loaded, in life time.
    pub(super) inventories: BTreeMap<(String, Game), u64>,
    /// Order ids of refused requests.
    pub(super) refused_orders: BTreeSet<String>,
    /// Custom ids of refused requests.
    pub(super) refused_purchases: BTreeSet<String>,
    /// How many answers there were.
    pub(super) answers: u64,
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Whether it can be the own id of a deposit.
pub(super) fn is_order_id(text: &str, switches: &Switches) -> bool {
    !text.is_empty() && text.len() <= switches.longest_order_id && is_plain(text)
}

/// Whether it can be the token of a Trade URL. It is looked at here, and never kept.
pub(super) fn is_trade_token(text: &str) -> bool {
    text.len() == TRADE_TOKEN_LENGTH && is_plain(text)
}

/// Whether a name is too short to be searched for.
pub(super) fn is_short_name(text: &str) -> bool {
    text.chars().count() < SHORTEST_NAME
}

/// An address for notifications, where one is given.
pub(super) fn result_url(fields: &Fields) -> Result<Option<&str>, Problem> {
    match fields.get("result_url") {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => Ok(Some(url)),
        Some(_) => Err(inventory::INVALID_RESULT_URL),
        None => Ok(None),
    }
}

/// The values of a list: only what was sent as one, since SkinsBack takes no text with commas.
pub(super) fn array<'a>(fields: &'a Fields, name: &str) -> Vec<&'a str> {
    if fields.get(name).is_some() {
        return Vec::new();
    }
    fields.values(name).into_iter().filter(|value| !value.is_empty()).collect()
}

/// The borders of a list in unix seconds, both included.
pub(super) fn period(fields: &Fields) -> Result<(u64, u64), Problem> {
    let bound = |name| fields.get(name).and_then(|text| text.parse::<u64>().ok());
    bound("starting").zip(bound("ending")).ok_or(MISSING_STARTING_OR_ENDING)
}
