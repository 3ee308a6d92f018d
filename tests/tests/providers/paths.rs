//! Under which names the simulators count requests, and by which fault rules know them.

use skinbus_runtime::config::ProviderName;

/// The calls of a provider; empty where it has none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paths {
    /// Buys one item.
    pub(crate) buy: &'static str,
    /// Makes a hosted page.
    pub(crate) link: &'static str,
    /// Sends the trade offer for named items.
    pub(crate) offer: &'static str,
    pub(crate) look_up_deposits: &'static str,
    /// The list of deposits of a period.
    pub(crate) deposit_record: &'static str,
    /// The list of prices by name.
    pub(crate) prices: &'static str,
}

pub(crate) fn of(provider: ProviderName) -> Paths {
    match provider {
        ProviderName::Skinsback => Paths {
            buy: "/market_buy",
            link: "/create",
            offer: "/create_from_user_inventory",
            look_up_deposits: "/orderstatus",
            deposit_record: "/orders",
            prices: "/market_pricelist",
        },
        ProviderName::Skinout => Paths {
            buy: "/withdraw/buy",
            link: "/deposit/create",
            offer: "",
            look_up_deposits: "/deposit/status",
            deposit_record: "/deposit/history",
            prices: "/withdraw/list",
        },
        ProviderName::Skinify => Paths {
            buy: "/withdraw/buy",
            link: "/create-deposit",
            offer: "/create-steam-offer",
            look_up_deposits: "/deposit-status",
            deposit_record: "/get-deposits",
            prices: "/withdraw/prices",
        },
        ProviderName::Shadowpay => Paths {
            buy: "/buy_item",
            link: "/en/pay",
            offer: "",
            look_up_deposits: "",
            deposit_record: "",
            prices: "/search_items_by_list_names",
        },
        ProviderName::Skinslink => Paths {
            buy: "/merchant/purchase",
            link: "/merchant/create-intent",
            offer: "/merchant/create-deposit",
            look_up_deposits: "/merchant/deposit/status",
            deposit_record: "",
            prices: "/merchant/purchase/available",
        },
    }
}
