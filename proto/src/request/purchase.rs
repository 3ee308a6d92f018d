//! A purchase as a merchant asks for it.

use skinbus_domain::order::{Item, Purchase};

use super::KnownAccount;
use super::reader::{Reader, Token};
use crate::v1;

pub(super) fn read(
    reader: &mut Reader<'_>,
    purchase: &v1::Purchase,
    account: Option<&KnownAccount>,
) -> Option<Purchase> {
    let is_offered = |supported: fn(&KnownAccount) -> bool| account.is_none_or(supported);
    let is_supported = match &purchase.item {
        Some(v1::purchase::Item::OfferId(_)) => is_offered(|known| known.supports.purchase_by_offer),
        Some(v1::purchase::Item::MarketHashName(_)) => is_offered(|known| known.supports.purchase_by_name),
        None => is_offered(|known| known.supports.purchase_by_offer || known.supports.purchase_by_name),
    };
    if !is_supported {
        reader.unsupported("purchase");
    }
    let recipient = reader.user("purchase.recipient", purchase.recipient.as_ref(), Token::Required);
    let game = reader.game("purchase.game", purchase.game);
    let item = item(reader, purchase);
    let max_price = match &purchase.max_price {
        Some(money) => reader.money("purchase.max_price", money),
        None => reader.required("purchase.max_price"),
    };
    reader.in_price_currency("purchase.max_price", max_price.as_ref(), account);
    Some(Purchase { recipient: recipient?, game, item: item?, max_price: max_price? })
}

fn item(reader: &mut Reader<'_>, purchase: &v1::Purchase) -> Option<Item> {
    match &purchase.item {
        None => reader.required("purchase.item"),
        Some(v1::purchase::Item::OfferId(id)) => reader.item_text("purchase.offer_id", id).map(Item::Offer),
        Some(v1::purchase::Item::MarketHashName(name)) => {
            // A game that is given and unknown is refused as that.
            if purchase.game == i32::from(v1::Game::Unspecified) {
                reader.refuse::<()>("purchase.game", "required", "must be given with market_hash_name", "");
            }
            reader.item_text("purchase.market_hash_name", name).map(Item::Name)
        }
    }
}
