//! ShadowPay's words for errors, statuses and games.

use crate::engine::catalogue::Game;
use crate::engine::fate::Status;

pub(super) const INTERNAL_ERROR: &str = "internal_error";
pub(super) const WRONG_PARAMS: &str = "wrong_params";
pub(super) const WRONG_TOKEN: &str = "wrong_token";
pub(super) const WRONG_METHOD: &str = "wrong_method";
pub(super) const DISABLED: &str = "disabled";
pub(super) const VALIDATION_ERROR: &str = "validation_error";

pub(super) const NO_ITEM: &str = "no_item";
pub(super) const NEED_SUM: &str = "need_sum";
pub(super) const BUYER_HAS_BUY_ITEMS_BAN: &str = "buyer_has_buy_items_ban";
pub(super) const TRADE_YOURSELF: &str = "trade_yourself";
pub(super) const SELLER_OFFLINE_ERROR: &str = "seller_offline_error";
pub(super) const INVALID_TRADELINK: &str = "invalid_tradelink";
pub(super) const EMPTY_USER_DATA: &str = "empty_user_data";
pub(super) const CUSTOM_ID_EXIST: &str = "custom_id_exist";

/// Something that goes wrong without a documented word of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    /// No merchant has this public hash.
    UnknownPublicHash,
    /// The signature of a link is not right.
    BadSignature,
    /// The order id of a link was used before.
    RepeatedOrderId,
    /// Nothing there is to be found.
    NothingFound,
    /// None of the items can be put on sale.
    CannotSell,
    /// Too many requests.
    Limit,
    /// Nothing is served at the moment.
    Maintenance,
}

impl Situation {
    /// Every situation.
    pub(super) const ALL: [Self; 7] = [
        Self::UnknownPublicHash,
        Self::BadSignature,
        Self::RepeatedOrderId,
        Self::NothingFound,
        Self::CannotSell,
        Self::Limit,
        Self::Maintenance,
    ];

    /// Its name in the control API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UnknownPublicHash => "unknown_public_hash",
            Self::BadSignature => "bad_signature",
            Self::RepeatedOrderId => "repeated_order_id",
            Self::NothingFound => "nothing_found",
            Self::CannotSell => "cannot_sell",
            Self::Limit => "limit",
            Self::Maintenance => "maintenance",
        }
    }

    /// The documented word that fits best.
    pub(super) fn usual_word(self) -> &'static str {
        match self {
            Self::UnknownPublicHash => WRONG_TOKEN,
            Self::BadSignature | Self::RepeatedOrderId => VALIDATION_ERROR,
            Self::NothingFound | Self::CannotSell => WRONG_PARAMS,
            Self::Limit | Self::Maintenance => DISABLED,
        }
    }
}

/// ShadowPay's state and the offer's for a purchase's status, in one word for the ledger.
pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Processing => "active",
        Status::WaitingAccept => "active/2",
        Status::Reserved => "active/11",
        Status::Accepted | Status::Settled => "finished/3",
        Status::Canceled => "cancelled/7",
        Status::Timeout => "cancelled/5",
        Status::InvalidToken | Status::UserNotTradable | Status::CreateFailed => "cancelled",
        Status::ItemUnavailable => "cancelled/8",
        Status::RollbackUser | Status::RollbackProvider => "cancelled/3",
        Status::ReservationCanceled => "cancelled/6",
        Status::Undocumented => "manual_review",
    }
}

/// The game that ShadowPay calls so; `tf2` is ours.
pub(super) fn game(project: &str) -> Option<Game> {
    Game::ALL.into_iter().find(|game| self::project(*game) == project)
}

/// ShadowPay's word for a game.
pub(super) fn project(game: Game) -> &'static str {
    match game {
        Game::Csgo => "csgo",
        Game::Dota2 => "dota2",
        Game::Rust => "rust",
        Game::Tf2 => "tf2",
    }
}
