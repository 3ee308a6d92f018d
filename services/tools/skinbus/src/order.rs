//! An order out of the command line.

use jiff::{SignedDuration, Timestamp};
use skinbus_proto::{timestamp, v1};
use uuid::Uuid;

use crate::cli::{GameName, PlaceArguments, RecipientArguments};
use crate::failure::Failure;
use crate::trade_url;

/// The request that the arguments ask for. Whether it is a good one is for Skinbus to say: it lists everything at once.
pub(crate) fn from_arguments(
    arguments: &PlaceArguments,
    now: Timestamp,
) -> Result<v1::OrderRequest, Failure> {
    let item = match (&arguments.item.offer_id, &arguments.item.name) {
        (Some(id), _) => Some(v1::purchase::Item::OfferId(id.clone())),
        (None, Some(name)) => Some(v1::purchase::Item::MarketHashName(name.clone())),
        (None, None) => None,
    };
    let game = arguments.game.map_or(v1::Game::Unspecified, game);
    let purchase = v1::Purchase {
        recipient: Some(recipient(&arguments.recipient)?),
        game: game.into(),
        item,
        max_price: Some(v1::Money {
            currency: arguments.currency.clone(),
            amount: arguments.max_price.clone(),
        }),
    };
    let expires_at = arguments.expires_in.map(|delay| {
        let delay = SignedDuration::try_from(delay).unwrap_or(SignedDuration::MAX);
        timestamp(now.saturating_add(delay).unwrap_or(Timestamp::MAX))
    });
    Ok(v1::OrderRequest {
        order_id: arguments.order_id.clone().unwrap_or_else(random_order_id),
        account: arguments.account.clone(),
        operation: Some(v1::order_request::Operation::Purchase(purchase)),
        expires_at,
        metadata: arguments.metadata.iter().cloned().collect(),
    })
}

fn recipient(arguments: &RecipientArguments) -> Result<v1::SteamUser, Failure> {
    let Some(url) = &arguments.trade_url else {
        return Ok(v1::SteamUser {
            steam_id: arguments.steam_id.clone().unwrap_or_default(),
            trade_token: arguments.trade_token.clone().unwrap_or_default(),
        });
    };
    let url =
        trade_url::parse(url).map_err(|error| Failure::Usage(format!("reading --trade-url: {error}")))?;
    Ok(v1::SteamUser { steam_id: url.steam_id, trade_token: url.trade_token })
}

fn game(name: GameName) -> v1::Game {
    match name {
        GameName::Cs2 => v1::Game::Cs2,
        GameName::Dota2 => v1::Game::Dota2,
        GameName::Rust => v1::Game::Rust,
        GameName::Tf2 => v1::Game::Tf2,
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
        from_arguments(&arguments, Timestamp::UNIX_EPOCH)
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
}
