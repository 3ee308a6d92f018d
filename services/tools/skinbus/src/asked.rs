//! What an order asks for, in words. Never its trade token (invariant S1).

use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::{moment, v1};

use crate::view;

/// More items than these are counted only.
const ITEMS_SHOWN_MAX: usize = 10;

type Lines = Vec<(&'static str, String)>;

/// What the order is about, in a few words.
pub(crate) fn title(order: &v1::OrderRequest) -> String {
    match &order.operation {
        Some(Operation::Purchase(purchase)) => match &purchase.item {
            Some(v1::purchase::Item::OfferId(id)) => format!("offer {id}"),
            Some(v1::purchase::Item::MarketHashName(name)) => name.clone(),
            None => String::new(),
        },
        Some(Operation::Deposit(deposit)) => match (item_lines(deposit).as_slice(), deposit.items.as_slice())
        {
            ([], _) => "deposit on a page".to_owned(),
            ([_], [item]) if !item.market_hash_name.is_empty() => {
                format!("deposit of {}", item.market_hash_name)
            }
            ([_], _) => "deposit of 1 item".to_owned(),
            (several, _) => format!("deposit of {} items", several.len()),
        },
        Some(Operation::Listing(listing)) => match listing.items.as_slice() {
            [item] => format!("listing of asset {}", item.asset_id),
            _ => "listing".to_owned(),
        },
        None => String::new(),
    }
}

/// What a listed item is offered for.
pub(crate) fn listed_price(order: &v1::OrderRequest) -> Option<String> {
    let Some(Operation::Listing(listing)) = &order.operation else { return None };
    listing.items.first()?.price.as_ref().map(view::money)
}

/// Everything that the order asks for, one thing a line.
pub(crate) fn lines(order: &v1::OrderRequest) -> Lines {
    let mut lines = match &order.operation {
        Some(Operation::Purchase(purchase)) => of_purchase(purchase),
        Some(Operation::Deposit(deposit)) => of_deposit(deposit),
        Some(Operation::Listing(listing)) => of_listing(listing),
        None => Vec::new(),
    };
    lines.push(("expires", view::time_or_nothing(order.expires_at.as_ref().and_then(moment))));
    lines.retain(|(_, value)| !value.is_empty());
    lines
}

fn of_purchase(purchase: &v1::Purchase) -> Lines {
    vec![
        ("user", steam_id(purchase.recipient.as_ref())),
        ("game", view::game(purchase.game())),
        ("costs at most", purchase.max_price.as_ref().map(view::money).unwrap_or_default()),
    ]
}

fn of_deposit(deposit: &v1::Deposit) -> Lines {
    let money = |money: &Option<v1::Money>| money.as_ref().map(view::money).unwrap_or_default();
    let mut lines = vec![("user", steam_id(deposit.user.as_ref())), ("game", view::game(deposit.game()))];
    let items = item_lines(deposit);
    let hidden = items.len().saturating_sub(ITEMS_SHOWN_MAX);
    lines.extend(items.into_iter().take(ITEMS_SHOWN_MAX).map(|item| ("item", item)));
    if hidden > 0 {
        lines.push(("and", format!("{hidden} more items")));
    }
    let custom = deposit.custom_currency.as_ref();
    let custom = custom.map(|custom| format!("{}, {} for 1 USD", custom.name, custom.rate));
    lines.extend([
        ("at least", money(&deposit.min_amount)),
        ("at most", money(&deposit.max_amount)),
        ("shown in", deposit.currency.clone()),
        ("own currency", custom.unwrap_or_default()),
        ("multiplied with", deposit.multiplier.clone()),
        ("after success", deposit.success_url.clone()),
        ("after failure", deposit.fail_url.clone()),
    ]);
    lines
}

/// The items of a deposit, however they were given; none for a hosted page.
fn item_lines(deposit: &v1::Deposit) -> Vec<String> {
    let plain = deposit.asset_ids.iter().map(|id| format!("asset {id}"));
    let detailed = deposit.items.iter().map(|item| {
        let name = Some(&item.market_hash_name).filter(|name| !name.is_empty());
        let price = item.min_price.as_ref().map(|price| format!("not for less than {}", view::money(price)));
        let words = [Some(format!("asset {}", item.asset_id)), name.cloned(), price];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    });
    plain.chain(detailed).collect()
}

fn of_listing(listing: &v1::Listing) -> Lines {
    let mut lines = vec![("user", steam_id(listing.seller.as_ref()))];
    for item in &listing.items {
        lines.extend([
            ("item", format!("asset {}", item.asset_id)),
            ("game", view::game(item.game())),
            ("price asked", item.price.as_ref().map(view::money).unwrap_or_default()),
        ]);
    }
    lines
}

fn steam_id(user: Option<&v1::SteamUser>) -> String {
    user.map(|user| user.steam_id.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{deposit_order, listing_order};

    fn told(order: &v1::OrderRequest) -> Vec<String> {
        lines(order).into_iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }

    #[test]
    fn a_hosted_page_has_no_items() {
        let deposit = v1::Deposit {
            min_amount: Some(v1::Money { currency: "USD".to_owned(), amount: "5".to_owned() }),
            currency: "EUR".to_owned(),
            ..v1::Deposit::default()
        };
        let order = deposit_order(deposit);
        assert_eq!(title(&order), "deposit on a page");
        assert_eq!(told(&order), ["user: 76561198000000042", "at least: 5 USD", "shown in: EUR"]);
    }

    #[test]
    fn items_are_named_or_counted() {
        let asset_ids = (1..=12).map(|id: u32| id.to_string()).collect();
        let order = deposit_order(v1::Deposit { asset_ids, ..v1::Deposit::default() });
        assert_eq!(title(&order), "deposit of 12 items");
        let told_lines = told(&order);
        assert_eq!(told_lines.get(1).map(String::as_str), Some("item: asset 1"));
        assert_eq!(told_lines.last().map(String::as_str), Some("and: 2 more items"));
        let item = v1::DepositItem {
            asset_id: "7".to_owned(),
            market_hash_name: "Rust Door".to_owned(),
            min_price: None,
        };
        let order = deposit_order(v1::Deposit { items: vec![item], ..v1::Deposit::default() });
        assert_eq!(title(&order), "deposit of Rust Door");
        assert_eq!(told(&order), ["user: 76561198000000042", "item: asset 7, Rust Door"]);
    }

    #[test]
    fn a_listing_tells_item_and_price() {
        let order = listing_order("7", "12.50");
        assert_eq!(title(&order), "listing of asset 7");
        assert_eq!(listed_price(&order).as_deref(), Some("12.50 USD"));
        let expected = ["user: 76561198000000042", "item: asset 7", "game: cs2", "price asked: 12.50 USD"];
        assert_eq!(told(&order), expected);
    }

    #[test]
    fn the_trade_token_is_not_told() {
        let user =
            v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: "AbCd_-12".to_owned() };
        let deposit = v1::Deposit { user: Some(user), ..v1::Deposit::default() };
        let order =
            v1::OrderRequest { operation: Some(Operation::Deposit(deposit)), ..v1::OrderRequest::default() };
        assert!(!format!("{} {:?}", title(&order), lines(&order)).contains("AbCd"));
    }
}
