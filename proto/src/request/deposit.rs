//! A deposit as a merchant asks for it.

use rust_decimal::Decimal;
use skinbus_domain::Currency;
use skinbus_domain::money::InvalidCurrency;
use skinbus_domain::order::{CustomCurrency, Deposit, DepositedItem};

use super::KnownAccount;
use super::reader::{Reader, Token};
use crate::v1;

const ITEMS_MAX: usize = 200;
const LABEL_MAX_BYTES: usize = 16;
const DECIMALS_MAX: u32 = 18;

pub(super) fn read(
    reader: &mut Reader<'_>,
    deposit: &v1::Deposit,
    account: Option<&KnownAccount>,
) -> Option<Deposit> {
    let names_items = !deposit.asset_ids.is_empty() || !deposit.items.is_empty();
    let is_supported = account.is_none_or(|known| {
        if names_items { known.supports.deposit_items } else { known.supports.deposit_link }
    });
    if !is_supported {
        reader.unsupported("deposit");
    }
    let token = if names_items { Token::Required } else { Token::Optional };
    let user = reader.user("deposit.user", deposit.user.as_ref(), token);
    let game = reader.game("deposit.game", deposit.game);
    if names_items && deposit.game == i32::from(v1::Game::Unspecified) {
        reader.refuse::<()>("deposit.game", "required", "must be given with the items", "");
    }
    let items = items(reader, deposit);
    let money = |reader: &mut Reader<'_>, field: &str, money: Option<&v1::Money>| {
        money.and_then(|money| reader.money(field, money))
    };
    let min_amount = money(reader, "deposit.min_amount", deposit.min_amount.as_ref());
    let max_amount = money(reader, "deposit.max_amount", deposit.max_amount.as_ref());
    if let (Some(min), Some(max)) = (&min_amount, &max_amount)
        && min.exceeds(max) != Some(false)
    {
        let message = "must be as much as min_amount or more, in the same currency";
        reader.refuse::<()>("deposit.max_amount", "range", message, &max.to_string());
    }
    // Everything is read before anything is given up, so that every mistake is told.
    let currency = currency(reader, &deposit.currency);
    let custom = deposit.custom_currency.as_ref();
    let custom_currency = custom.and_then(|custom| custom_currency(reader, custom));
    let multiplier = multiplier(reader, &deposit.multiplier);
    let success_url = reader.url("deposit.success_url", &deposit.success_url);
    let fail_url = reader.url("deposit.fail_url", &deposit.fail_url);
    Some(Deposit {
        user: user?,
        game,
        items: items?,
        min_amount,
        max_amount,
        currency,
        custom_currency,
        multiplier,
        success_url,
        fail_url,
    })
}

fn items(reader: &mut Reader<'_>, deposit: &v1::Deposit) -> Option<Vec<DepositedItem>> {
    if !deposit.asset_ids.is_empty() && !deposit.items.is_empty() {
        return reader.refuse("deposit.items", "either_or", "asset_ids or items may be given, not both", "");
    }
    let count = deposit.asset_ids.len() + deposit.items.len();
    if count > ITEMS_MAX {
        let message = format!("must be at most {ITEMS_MAX}");
        return reader.refuse("deposit.items", "too_many", message, &count.to_string());
    }
    let mut items = Vec::new();
    for (index, id) in deposit.asset_ids.iter().enumerate() {
        let asset_id = reader.asset_id(&format!("deposit.asset_ids[{index}]"), id);
        items.extend(asset_id.map(|asset_id| DepositedItem {
            asset_id,
            market_hash_name: None,
            min_price: None,
        }));
    }
    for (index, item) in deposit.items.iter().enumerate() {
        let field = |name: &str| format!("deposit.items[{index}].{name}");
        let asset_id = reader.asset_id(&field("asset_id"), &item.asset_id);
        let name = &item.market_hash_name;
        let market_hash_name =
            (!name.is_empty()).then(|| reader.item_text(&field("market_hash_name"), name)).flatten();
        let min_price = item.min_price.as_ref().and_then(|money| reader.money(&field("min_price"), money));
        items.extend(asset_id.map(|asset_id| DepositedItem { asset_id, market_hash_name, min_price }));
    }
    let mut ids: Vec<&str> = items.iter().map(|item| item.asset_id.as_str()).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair.first() == pair.last()) {
        let given = twice.first().copied().unwrap_or_default();
        return reader.refuse("deposit.items", "repeated", "must name every item once", given);
    }
    (items.len() == count).then_some(items)
}

fn currency(reader: &mut Reader<'_>, given: &str) -> Option<Currency> {
    if given.is_empty() {
        return None;
    }
    match given.parse() {
        Ok(currency) => Some(currency),
        Err(error) => {
            let error: InvalidCurrency = error;
            reader.refuse("deposit.currency", "currency", error.to_string(), given)
        }
    }
}

fn multiplier(reader: &mut Reader<'_>, given: &str) -> Option<Decimal> {
    (!given.is_empty()).then(|| reader.decimal("deposit.multiplier", given)).flatten()
}

fn custom_currency(reader: &mut Reader<'_>, custom: &v1::CustomCurrency) -> Option<CustomCurrency> {
    let field = |name: &str| format!("deposit.custom_currency.{name}");
    let is_label = custom.name.bytes().all(|byte| byte.is_ascii_graphic());
    if custom.name.is_empty() || custom.name.len() > LABEL_MAX_BYTES || !is_label {
        let message = format!("must have 1 to {LABEL_MAX_BYTES} visible ASCII characters");
        return reader.refuse(&field("name"), "length", message, &custom.name);
    }
    if custom.decimals.is_some_and(|decimals| decimals > DECIMALS_MAX) {
        return reader.refuse(&field("decimals"), "range", format!("must be at most {DECIMALS_MAX}"), "");
    }
    let rate = reader.decimal(&field("rate"), &custom.rate)?;
    Some(CustomCurrency { name: custom.name.clone(), rate, decimals: custom.decimals })
}
