//! A listing as a merchant asks for it.

use skinbus_domain::order::{ListedItem, Listing};

use super::KnownAccount;
use super::reader::{Reader, Token};
use crate::v1;

pub(super) fn read(
    reader: &mut Reader<'_>,
    listing: &v1::Listing,
    account: Option<&KnownAccount>,
) -> Option<Listing> {
    if account.is_some_and(|known| !known.supports.listing) {
        reader.unsupported("listing");
    }
    let seller = reader.user("listing.seller", listing.seller.as_ref(), Token::Optional);
    let [item] = listing.items.as_slice() else {
        let message = "must be exactly one item: an order has one state";
        return reader.refuse("listing.items", "one", message, &listing.items.len().to_string());
    };
    let asset_id = reader.asset_id("listing.items[0].asset_id", &item.asset_id);
    let game = reader.game("listing.items[0].game", item.game);
    if item.game == i32::from(v1::Game::Unspecified) {
        reader.required::<()>("listing.items[0].game");
    }
    let price = match &item.price {
        Some(money) => reader.money("listing.items[0].price", money),
        None => reader.required("listing.items[0].price"),
    };
    reader.in_price_currency("listing.items[0].price", price.as_ref(), account);
    let item = ListedItem { asset_id: asset_id?, game: game?, price: price? };
    Some(Listing { seller: seller?, item })
}
