//! Orders out of the command line.

use jiff::{SignedDuration, Timestamp};
use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::{timestamp, v1};
use uuid::Uuid;

use crate::cli::{
    DepositArguments, GameName, ListItemArguments, OrderArguments, PlaceArguments, RecipientArguments,
    UserArguments,
};
use crate::failure::Failure;
use crate::trade_url;

const DOLLAR: &str = "USD";

/// The purchase that the arguments ask for. Whether it is a good one is for Skinbus to say: it lists everything at once.
pub(crate) fn purchase(arguments: &PlaceArguments, now: Timestamp) -> Result<v1::OrderRequest, Failure> {
    let item = match (&arguments.item.offer_id, &arguments.item.name) {
        (Some(id), _) => Some(v1::purchase::Item::OfferId(id.clone())),
        (None, Some(name)) => Some(v1::purchase::Item::MarketHashName(name.clone())),
        (None, None) => None,
    };
    let purchase = v1::Purchase {
        recipient: Some(recipient(&arguments.recipient)?),
        game: game(arguments.game).into(),
        item,
        max_price: Some(money(&arguments.max_price, &arguments.currency)),
    };
    Ok(request(&arguments.account, Operation::Purchase(purchase), &arguments.order, now))
}

/// The deposit that the arguments ask for.
pub(crate) fn deposit(arguments: &DepositArguments, now: Timestamp) -> Result<v1::OrderRequest, Failure> {
    let currency = arguments.currency.as_deref();
    let amount_currency = arguments.amount_currency.as_deref().or(currency).unwrap_or(DOLLAR);
    let amount = |amount: &Option<String>| amount.as_ref().map(|amount| money(amount, amount_currency));
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (asset_ids, items) = deposited(arguments);
    let deposit = v1::Deposit {
        user: Some(user(&arguments.user)?),
        game: game(arguments.game).into(),
        asset_ids,
        items,
        min_amount: amount(&arguments.min_amount),
        max_amount: amount(&arguments.max_amount),
        currency: text(&arguments.currency),
        custom_currency: arguments.custom_currency.as_ref().map(|name| v1::CustomCurrency {
            name: name.clone(),
            rate: text(&arguments.custom_rate),
            decimals: arguments.custom_decimals,
        }),
        multiplier: text(&arguments.multiplier),
        success_url: text(&arguments.success_url),
        fail_url: text(&arguments.fail_url),
    };
    Ok(request(&arguments.account, Operation::Deposit(deposit), &arguments.order, now))
}

/// An order names its items in one way only: as soon as one has a name, all are items.
fn deposited(arguments: &DepositArguments) -> (Vec<String>, Vec<v1::DepositItem>) {
    if arguments.item.is_empty() {
        return (arguments.asset_id.clone(), Vec::new());
    }
    let without_name = arguments.asset_id.iter().map(|id| (id.clone(), String::new()));
    let all = without_name.chain(arguments.item.iter().cloned());
    let item = |(asset_id, market_hash_name)| v1::DepositItem { asset_id, market_hash_name, min_price: None };
    (Vec::new(), all.map(item).collect())
}

/// The listing that the arguments ask for.
pub(crate) fn listing(arguments: &ListItemArguments, now: Timestamp) -> v1::OrderRequest {
    let item = v1::ListedItem {
        asset_id: arguments.asset_id.clone(),
        game: game(Some(arguments.game)).into(),
        price: Some(money(&arguments.price, &arguments.currency)),
    };
    let seller = v1::SteamUser { steam_id: arguments.steam_id.clone(), trade_token: String::new() };
    let listing = v1::Listing { seller: Some(seller), items: vec![item] };
    request(&arguments.account, Operation::Listing(listing), &arguments.order, now)
}

fn request(
    account: &str,
    operation: Operation,
    arguments: &OrderArguments,
    now: Timestamp,
) -> v1::OrderRequest {
    let expires_at = arguments.expires_in.map(|delay| {
        let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
        timestamp(now.saturating_add(delay).unwrap_or(Timestamp::MAX))
    });
    v1::OrderRequest {
        order_id: arguments.order_id.clone().unwrap_or_else(random_order_id),
        account: account.to_owned(),
        operation: Some(operation),
        expires_at,
        metadata: arguments.metadata.iter().cloned().collect(),
    }
}

/// An amount as it was written.
pub(crate) fn money(amount: &str, currency: &str) -> v1::Money {
    v1::Money { currency: currency.to_owned(), amount: amount.to_owned() }
}

fn recipient(arguments: &RecipientArguments) -> Result<v1::SteamUser, Failure> {
    let RecipientArguments { trade_url, steam_id, trade_token } = arguments;
    steam_user(trade_url.as_deref(), steam_id.as_deref(), trade_token.as_deref())
}

/// The user whom the arguments name.
pub(crate) fn user(arguments: &UserArguments) -> Result<v1::SteamUser, Failure> {
    let UserArguments { trade_url, steam_id, trade_token } = arguments;
    steam_user(trade_url.as_deref(), steam_id.as_deref(), trade_token.as_deref())
}

fn steam_user(
    trade_url: Option<&str>,
    steam_id: Option<&str>,
    trade_token: Option<&str>,
) -> Result<v1::SteamUser, Failure> {
    let Some(url) = trade_url else {
        return Ok(v1::SteamUser {
            steam_id: steam_id.unwrap_or_default().to_owned(),
            trade_token: trade_token.unwrap_or_default().to_owned(),
        });
    };
    let url = read_trade_url(url)?;
    Ok(v1::SteamUser { steam_id: url.steam_id, trade_token: url.trade_token })
}

/// Reads what was given as `--trade-url`.
pub(crate) fn read_trade_url(url: &str) -> Result<trade_url::TradeUrl, Failure> {
    trade_url::parse(url).map_err(|error| Failure::Usage(format!("reading --trade-url: {error}")))
}

/// The game in the proto form.
pub(crate) fn game(name: Option<GameName>) -> v1::Game {
    match name {
        None => v1::Game::Unspecified,
        Some(GameName::Cs2) => v1::Game::Cs2,
        Some(GameName::Dota2) => v1::Game::Dota2,
        Some(GameName::Rust) => v1::Game::Rust,
        Some(GameName::Tf2) => v1::Game::Tf2,
    }
}

/// An id that nobody had before.
fn random_order_id() -> String {
    let random = Uuid::new_v4().simple().to_string();
    format!("o-{}", random.get(..16).unwrap_or(&random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn order(arguments: &[&str]) -> Result<v1::OrderRequest, Failure> {
        let place = ["skinbus", "place", "--account", "skinify_main", "--max-price", "1.50"];
        let cli = Cli::try_parse_from([&place[..], arguments].concat()).ok().unwrap();
        let Command::Place(arguments) = cli.command else { panic!("another command") };
        purchase(&arguments, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_trade_url_stands_for_user_and_token() {
        let url = "https://steamcommunity.com/tradeoffer/new/?partner=39734314&token=AbCd_-12";
        let by_url = order(&["--offer-id=88101", "--order-id=wd-1", "--trade-url", url]).ok().unwrap();
        let in_parts =
            ["--offer-id=88101", "--order-id=wd-1", "--steam-id=76561198000000042", "--trade-token=AbCd_-12"];
        assert_eq!(by_url, order(&in_parts).ok().unwrap());
        assert!(!format!("{by_url:?}").contains("AbCd"));
    }

    #[test]
    fn a_wrong_trade_url_is_not_quoted() {
        let Err(Failure::Usage(text)) = order(&["--offer-id=88101", "--trade-url=AbCd_-12"]) else {
            panic!("it was taken");
        };
        assert!(text.contains("steamcommunity.com") && !text.contains("AbCd"), "{text}");
    }

    #[test]
    fn the_deadline_counts_from_now() {
        let arguments = ["--name=AK", "--game=cs2", "--expires-in=5m", "--steam-id=1", "--trade-token=x"];
        let order = order(&arguments).ok().unwrap();
        assert_eq!(order.expires_at.map(|at| at.seconds), Some(300));
        assert!(order.order_id.parse::<skinbus_domain::ids::OrderId>().is_ok());
    }

    fn deposit_of(arguments: &[&str]) -> v1::Deposit {
        let start = ["skinbus", "deposit", "--account=skinify_main", "--steam-id=76561198000000042"];
        let cli = Cli::try_parse_from([&start[..], arguments].concat()).ok().unwrap();
        let Command::Deposit(arguments) = cli.command else { panic!("another command") };
        let order = deposit(&arguments, Timestamp::UNIX_EPOCH).ok().unwrap();
        let Some(Operation::Deposit(deposit)) = order.operation else { panic!("another operation") };
        deposit
    }

    #[test]
    fn a_deposit_without_items_is_a_hosted_page() {
        let deposit =
            deposit_of(&["--min-amount=5", "--currency=EUR", "--custom-currency=COIN", "--custom-rate=100"]);
        let user = v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: String::new() };
        let custom = v1::CustomCurrency { name: "COIN".to_owned(), rate: "100".to_owned(), decimals: None };
        let expected = v1::Deposit {
            user: Some(user),
            min_amount: Some(money("5", "EUR")),
            currency: "EUR".to_owned(),
            custom_currency: Some(custom),
            ..v1::Deposit::default()
        };
        assert_eq!(deposit, expected);
    }

    #[test]
    fn amounts_have_a_currency_of_their_own_where_one_is_given() {
        let currency = |arguments: &[&str]| {
            let deposit = deposit_of(&[&["--max-amount=5"], arguments].concat());
            (deposit.currency, deposit.max_amount.unwrap_or_default().currency)
        };
        let pair = |shown: &str, counted: &str| (shown.to_owned(), counted.to_owned());
        assert_eq!(currency(&[]), pair("", "USD"));
        assert_eq!(currency(&["--currency=EUR", "--amount-currency=USD"]), pair("EUR", "USD"));
    }

    #[test]
    fn items_with_and_without_names_go_together() {
        let deposit = deposit_of(&["--asset-id=1", "--asset-id=2", "--game=rust"]);
        assert_eq!((deposit.asset_ids.len(), deposit.items.len()), (2, 0));
        assert_eq!(deposit.game(), v1::Game::Rust);
        let deposit = deposit_of(&["--item=2=Rust Door", "--asset-id=1", "--game=rust"]);
        let named: Vec<_> = deposit
            .items
            .iter()
            .map(|item| (item.asset_id.as_str(), item.market_hash_name.as_str()))
            .collect();
        assert_eq!(named, [("1", ""), ("2", "Rust Door")]);
        assert!(deposit.asset_ids.is_empty());
    }

    #[test]
    fn a_listing_has_one_item_and_no_token() {
        let arguments = "skinbus list-item --account s --asset-id 7 --game cs2 --price 12.50 --steam-id 76561198000000042";
        let cli = Cli::try_parse_from(arguments.split(' ')).ok().unwrap();
        let Command::ListItem(arguments) = cli.command else { panic!("another command") };
        let order = listing(&arguments, Timestamp::UNIX_EPOCH);
        let Some(Operation::Listing(listing)) = order.operation else { panic!("another operation") };
        let item = v1::ListedItem {
            asset_id: "7".to_owned(),
            game: v1::Game::Cs2.into(),
            price: Some(money("12.50", "USD")),
        };
        assert_eq!(listing.items, [item]);
        assert!(listing.seller.is_some_and(|seller| seller.trade_token.is_empty()));
    }
}
