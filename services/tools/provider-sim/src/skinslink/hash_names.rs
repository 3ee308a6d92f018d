//! `POST /merchant/get-prices` and `/merchant/create-deposit-by-hash-name`.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::deposit_wire::money;
use super::deposits::{check_account, check_count, check_minimum, place, shown};
use super::envelope::{Failure, Outcome, success};
use super::memory::Draft;
use super::project::Skinslink;
use super::request::{Body, Exact};
use super::switches::Switches;
use super::terms::Terms;
use super::words;
use crate::amount::Number;
use crate::call::Call;
use crate::engine::catalogue::cents;
use crate::engine::deposit::DepositKind;
use crate::engine::deposit_life::NewDeposit;
use crate::engine::inventory::{Asset, INVENTORY};
use crate::engine::steam::steam_id_of;
use crate::shared::lock;

/// The most names that are priced at once.
const MOST_NAMES: usize = 2_000;
/// What the raw price is, of the final one.
const RAW: Decimal = cents(103);

#[derive(Serialize)]
struct Quote<'a> {
    name: &'a str,
    price: Number,
    #[serde(rename = "originalPrice")]
    original_price: Number,
}

#[derive(Serialize)]
struct Quotes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    total: usize,
    sum: Number,
    items: Vec<Quote<'a>>,
}

/// One item to be given.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Given {
    asset_id: String,
    name: String,
    min_price: Option<Exact>,
}

fn given_items(body: &mut Body<'_>, switches: &Switches) -> Result<Vec<Given>, Failure> {
    let items = body.get::<Vec<Given>>("items")?.unwrap_or_default();
    if items.is_empty() {
        body.problems.add("items", "required");
    }
    for (number, item) in items.iter().enumerate() {
        let digits = item.asset_id.bytes().all(|byte| byte.is_ascii_digit());
        if item.asset_id.is_empty() || !digits {
            let code = if digits { "required" } else { "numeric" };
            body.problems.add(&format!("items[{number}].asset_id"), code);
        }
        if item.name.is_empty() {
            body.problems.add(&format!("items[{number}].name"), "required");
        }
    }
    check_count(&mut body.problems, "items", items.len(), switches);
    Ok(items)
}

impl Skinslink {
    /// Names that nobody prices are left out.
    pub(super) fn get_prices(&self, call: &Call, switches: &Switches) -> Outcome {
        let mut body = Body::read(call, "GetPricesRequest")?;
        let game = body.game()?;
        let names = body.get::<Vec<String>>("marketHashNames")?.unwrap_or_default();
        let without_draft = body.get::<bool>("no_deposit_intent")?.unwrap_or_default();
        if names.is_empty() {
            body.problems.add("marketHashNames", "required");
        } else if names.len() > MOST_NAMES {
            body.problems.add("marketHashNames", "max");
        }
        body.problems.finish()?;
        let priced: Vec<&Asset> = names
            .iter()
            .filter_map(|name| INVENTORY.iter().find(|asset| asset.game == game && asset.name == name))
            .collect();
        let id = (!without_draft).then(|| {
            let draft = Draft {
                born_life_ms: self.project.shared.clock.now().life_ms,
                game,
                prices: priced.iter().map(|asset| (asset.name, asset.price)).collect(),
                committed: None,
            };
            lock(&self.memory).add_draft(draft, switches.draft_ms)
        });
        let items = priced.iter().map(|asset| Quote {
            name: asset.name,
            price: money(asset.price),
            original_price: money((asset.price * RAW).round_dp(3)),
        });
        let quotes = Quotes {
            id,
            total: priced.len(),
            sum: money(priced.iter().map(|asset| asset.price).sum()),
            items: items.collect(),
        };
        Ok(success("Prices fetched successfully", &quotes))
    }

    pub(super) fn create_by_hash_name(&self, call: &Call, switches: &Switches) -> Outcome {
        const REQUEST: &str = "CreateDepositByHashNameRequest";
        let mut body = Body::read(call, REQUEST)?;
        let id = body.get::<u64>("id")?.unwrap_or_default();
        if id == 0 {
            body.problems.add("id", "required");
        }
        let reference = body.reference()?;
        let game = body.game()?;
        let partner = body.trade_link(1)?;
        let items = given_items(&mut body, switches)?;
        let terms = Terms::addresses(&mut body)?;
        let account_field = body.problems.account_field();
        body.problems.finish()?;
        let steam_id = steam_id_of(partner);
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        let draft = lock(&self.memory).draft(id, now.life_ms, switches.draft_ms).cloned();
        let draft = draft.ok_or_else(Failure::not_found)?;
        if let Some(index) = self.known_deposit(&state, &reference, switches)? {
            return shown(&state, index, switches);
        }
        // A draft that became a deposit of another own id is used up; the same own id comes here to create again.
        let committed = draft.committed.and_then(|index| state.deposits.get(index));
        if committed.is_some_and(|deposit| deposit.reference != reference) {
            return Err(Failure::already_exists());
        }
        let is_first = committed.is_none();
        if draft.game != game {
            return Err(Failure::field(format!("{REQUEST}.game"), "game", "not the draft's game"));
        }
        for (number, item) in items.iter().enumerate() {
            if !draft.prices.contains_key(item.name.as_str()) {
                let field = format!("{REQUEST}.items[{number}].name");
                return Err(Failure::field(field, "not_quoted", "not in the draft"));
            }
        }
        check_account(&account_field, partner, switches)?;
        let wanted = choose(&state.inventory(&steam_id, game), &items);
        if let Ok(assets) = &wanted {
            check_minimum(assets, switches)?;
        }
        let new = NewDeposit {
            steam_id: Some(&steam_id),
            result_url: terms.result_url.as_deref(),
            game: Some(game),
            notes: terms.notes,
            ..NewDeposit::of(DepositKind::FromInventory, &reference)
        };
        let index = place(&mut state, new, wanted, switches, &settings)?;
        if is_first && let Some(deposit) = state.deposits.get_mut(index) {
            deposit.id = id;
            if let Some(draft) = lock(&self.memory).draft(id, now.life_ms, switches.draft_ms) {
                draft.committed = Some(index);
            }
        }
        shown(&state, index, switches)
    }
}

/// All of these assets by id and name, or why not.
fn choose(owned: &[&'static Asset], items: &[Given]) -> Result<Vec<&'static Asset>, &'static str> {
    let mut chosen: Vec<&'static Asset> = Vec::new();
    for item in items {
        let fits = |asset: &&&'static Asset| {
            asset.tradable && asset.id == item.asset_id && asset.name == item.name && !chosen.contains(asset)
        };
        let asset = owned.iter().find(fits).copied().ok_or(words::ITEM_NOT_AVAILABLE)?;
        // A lowest price of nothing or less is ignored.
        if item.min_price.is_some_and(|lowest| lowest.0 > Decimal::ZERO && asset.price < lowest.0) {
            return Err(words::PRICE_NOT_FOUND);
        }
        chosen.push(asset);
    }
    Ok(chosen)
}
