//! SkinsBack's errors. A code has its meaning only together with the method; those marked "ours" are not documented
//! and can be replaced by the settings `error_words` and `error_codes`.

/// An error: its number and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: i64,
    pub(super) name: &'static str,
}

const fn problem(code: i64, name: &'static str) -> Problem {
    Problem { code, name }
}

pub(super) const PLEASE_USE_POST_METHOD: Problem = problem(-1, "please_use_post_method");
pub(super) const INVALID_SHOPID: Problem = problem(-2, "invalid_shopid");
pub(super) const INVALID_SIGNATURE: Problem = problem(-3, "invalid_signature");
pub(super) const SHOP_NOT_ACTIVE: Problem = problem(-4, "shop_not_active");
pub(super) const INVALID_METHOD: Problem = problem(-5, "invalid_method");
pub(super) const MARKET_DISABLED: Problem = problem(-6, "market_disabled");
pub(super) const REQUEST_LIMIT_REACHED: Problem = problem(-7, "request_limit_reached");
pub(super) const INVALID_IP_ADDRESS: Problem = problem(-8, "invalid_ip_address");
pub(super) const UNDER_MAINTENANCE: Problem = problem(-9, "under_maintenance");
pub(super) const INVALID_CLIENT_SECRET: Problem = problem(-10, "invalid_client_secret");

/// The period of a list is missing.
pub(super) const MISSING_STARTING_OR_ENDING: Problem = problem(1, "missing_starting_or_ending");
/// Ours: a market method got no game that is known.
pub(super) const UNKNOWN_GAME: Problem = problem(100, "invalid_game");

/// Errors of `create`.
pub(super) mod create {
    use super::{Problem, problem};

    pub(in super::super) const INVALID_ORDER_ID: Problem = problem(1, "invalid_order_id");
    pub(in super::super) const INVALID_STEAM_ID: Problem = problem(2, "invalid_steam_id");
    pub(in super::super) const INVALID_TRADE_TOKEN: Problem = problem(3, "invalid_trade_token");
    pub(in super::super) const AMOUNT_REQUIRES_CURRENCY: Problem = problem(4, "min_amount_requires_currency");
    pub(in super::super) const ORDER_ID_ALREADY_EXISTS: Problem = problem(5, "order_id_already_exists");
    /// Ours: the name and the code.
    pub(in super::super) const INVALID_MIN_AMOUNT: Problem = problem(6, "invalid_min_amount");
    /// Ours: the name.
    pub(in super::super) const INVALID_MAX_AMOUNT: Problem = problem(7, "invalid_max_amount");
    pub(in super::super) const INVALID_CURRENCY: Problem = problem(8, "invalid_currency");
}

/// Errors of `create_from_user_inventory`, and those of `user_inventory` as far as they apply there.
pub(super) mod inventory {
    use super::{Problem, problem};

    pub(in super::super) const INVALID_GAME: Problem = problem(1, "invalid_game");
    pub(in super::super) const INVALID_STEAM_ID: Problem = problem(2, "invalid_steam_id");
    pub(in super::super) const INVALID_TRADE_TOKEN: Problem = problem(3, "invalid_trade_token");
    pub(in super::super) const INVALID_ITEM_ASSET_IDS: Problem = problem(4, "invalid_item_asset_ids");
    pub(in super::super) const INVALID_ORDER_ID: Problem = problem(5, "invalid_order_id");
    pub(in super::super) const INVALID_RESULT_URL: Problem = problem(6, "invalid_result_url");
    pub(in super::super) const INVALID_CURRENCY: Problem = problem(7, "invalid_currency");
    pub(in super::super) const ORDER_ID_ALREADY_EXISTS: Problem = problem(8, "order_id_already_exists");
    pub(in super::super) const AMOUNT_LESS_MINIMUM: Problem = problem(9, "deposit_amount_less_minimum");
    pub(in super::super) const INVENTORY_IS_OUTDATED: Problem = problem(10, "inventory_is_outdated");
    pub(in super::super) const SOME_ITEM_NOT_FOUND: Problem = problem(13, "some_item_not_found");
    pub(in super::super) const ITEM_NOT_ACCEPTABLE: Problem =
        problem(14, "one_of_selected_items_is_not_acceptable");
    pub(in super::super) const INTERNAL_ERROR: Problem = problem(15, "internal_error");
    pub(in super::super) const INVALID_CUSTOM_CURRENCY: Problem = problem(16, "invalid_custom_currency");
    pub(in super::super) const INVALID_CUSTOM_CURRENCY_RATE: Problem =
        problem(17, "invalid_custom_currency_rate");
    pub(in super::super) const INVALID_CUSTOM_MULTIPLIER: Problem = problem(18, "invalid_custom_multiplier");
}

/// Errors of `orderstatus` and `offer_approve`.
pub(super) mod order {
    use super::{Problem, problem};

    pub(in super::super) const ID_MISSING: Problem = problem(1, "order_id_or_transaction_id_missing");
    pub(in super::super) const INVALID_ORDER_ID: Problem = problem(2, "invalid_order_id");
    pub(in super::super) const INVALID_TRANSACTION_ID: Problem = problem(3, "invalid_transaction_id");
    pub(in super::super) const TRANSACTION_NOT_FOUND: Problem = problem(4, "transaction_not_found");
    pub(in super::super) const ALREADY_APPROVED_OR_CANCELED: Problem =
        problem(5, "offer_already_approved_or_canceled");
}

/// Errors of the market.
pub(super) mod market {
    use super::{Problem, problem};

    pub(in super::super) const NAME_OR_NAMES_REQUIRED: Problem = problem(1, "name_or_names_required");
    /// What older clients know the error above as.
    pub(in super::super) const MISSING_NAME: Problem = problem(1, "missing_name");
    pub(in super::super) const MISSING_NAME_AND_ID: Problem = problem(1, "missing_name_and_id");
    pub(in super::super) const NAME_MIN_LENGTH_3: Problem = problem(2, "name_min_length_3");
    pub(in super::super) const MISSING_PARTNER_OR_TOKEN: Problem = problem(3, "missing_partner_or_token");
    pub(in super::super) const INSUFFICIENT_FUNDS: Problem = problem(4, "insufficient_funds");
    pub(in super::super) const SKIN_UNAVAILABLE: Problem = problem(5, "skin_unavailable");
    pub(in super::super) const SKINS_NOT_FOUND_AT_PRICE: Problem =
        problem(6, "skins_not_found_at_specified_price");
    pub(in super::super) const CUSTOM_ID_ALREADY_EXISTS: Problem = problem(7, "custom_id_already_exists");
    /// Ours: the code.
    pub(in super::super) const INVALID_PARTNER_VALUE: Problem = problem(8, "invalid_partner_value");
    /// The newer name is not known.
    pub(in super::super) const MISSING_BUY_ID: Problem = problem(1, "missing_buy_id");
    pub(in super::super) const OFFER_NOT_FOUND: Problem = problem(2, "offer_not_found");
}
