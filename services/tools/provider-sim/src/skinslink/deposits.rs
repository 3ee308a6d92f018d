//! `POST /merchant/create-intent` and `/merchant/create-deposit`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::deposit_wire::DepositView;
use super::envelope::{Failure, Outcome, success};
use super::project::Skinslink;
use super::request::{Body, Exact, Problems};
use super::switches::{CreateAnswer, Switches};
use super::terms::Terms;
use super::words;
use crate::clock::Moment;
use crate::engine::catalogue::Game;
use crate::engine::deposit::DepositKind;
use crate::engine::deposit_life::NewDeposit;
use crate::engine::inventory::{Asset, worth};
use crate::engine::project::{Opened, State};
use crate::engine::rules::Repeated;
use crate::engine::steam::steam_id_of;
use crate::random::mixed;
use crate::shared::{Settings, lock};

/// The message with every deposit of chosen items.
const PROCESSING: &str = "Deposit processing with selected items";
/// How far the ids of intents are from those of trades, where they differ.
const INTENT_ID_DISTANCE: u64 = 7_000_000;

#[derive(Serialize)]
struct IntentView<'a> {
    id: u64,
    merchant_tx_id: &'a str,
    url: String,
}

/// Reads a list of texts that must have something in it.
fn asset_ids(body: &mut Body<'_>, switches: &Switches) -> Result<Vec<String>, Failure> {
    let ids = body.get::<Vec<String>>("asset_ids")?.unwrap_or_default();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    if ids.is_empty() {
        body.problems.add("asset_ids", "required");
    } else if distinct.len() != ids.len() {
        body.problems.add("asset_ids", "unique");
    }
    check_count(&mut body.problems, "asset_ids", ids.len(), switches);
    Ok(ids)
}

/// A deposit has no more items than this.
pub(super) fn check_count(problems: &mut Problems, field: &str, count: usize, switches: &Switches) {
    let most = switches.max_items;
    if count > most {
        let words = format!("more than the maximum of {most} items per deposit");
        problems.add_with(field, "max", words);
    }
}

impl Skinslink {
    pub(super) fn create_intent(&self, call: &crate::call::Call, switches: &Switches) -> Outcome {
        let mut body = Body::read(call, "CreateIntentRequest")?;
        let reference = body.reference()?;
        let game = body.optional_game()?;
        let partner = body.optional_trade_link()?;
        let terms = Terms::read(&mut body)?;
        body.problems.finish()?;
        let steam_id = partner.map(steam_id_of);
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        let index = match self.known_deposit(&state, &reference, switches)? {
            Some(index) => index,
            None => {
                let new = NewDeposit {
                    steam_id: steam_id.as_deref(),
                    result_url: terms.result_url.as_deref(),
                    game,
                    notes: terms.notes,
                    ..NewDeposit::of(DepositKind::Hosted, &reference)
                };
                state.create_deposit(new, &settings, now).map_err(|_| Failure::already_exists())?
            }
        };
        let id = state.deposits.get(index).ok_or_else(Failure::not_found)?.id;
        drop(state);
        let view = IntentView {
            id: if switches.intent_ids_differ { id + INTENT_ID_DISTANCE } else { id },
            merchant_tx_id: &reference,
            url: format!("https://skinslink.com/deposit/{}", slug(id)),
        };
        Ok(success("Deposit intent created successfully", &view))
    }

    pub(super) fn create_deposit(&self, call: &crate::call::Call, switches: &Switches) -> Outcome {
        let mut body = Body::read(call, "CreateDepositRequest")?;
        let reference = body.reference()?;
        let game = body.game()?;
        let partner = body.trade_link(1)?;
        let asset_ids = asset_ids(&mut body, switches)?;
        let lowest = body.get::<BTreeMap<String, Exact>>("min_prices")?.unwrap_or_default();
        let terms = Terms::read(&mut body)?;
        let account_field = body.problems.account_field();
        body.problems.finish()?;
        let steam_id = steam_id_of(partner);
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        if let Some(index) = self.known_deposit(&state, &reference, switches)? {
            return shown(&state, index, switches);
        }
        check_account(&account_field, partner, switches)?;
        self.check_snapshot(partner, game, state.now, switches)?;
        let owned = state.inventory(&steam_id, game);
        let chosen = choose(&owned, &asset_ids);
        for asset in chosen.iter().flatten().filter(|_| switches.is_newer()) {
            if lowest.get(asset.id).is_some_and(|lowest| asset.price < lowest.0) {
                return Err(Failure::price_not_found());
            }
        }
        if let Some(assets) = &chosen {
            check_minimum(assets, switches)?;
        }
        let new = NewDeposit {
            steam_id: Some(&steam_id),
            result_url: terms.result_url.as_deref(),
            game: Some(game),
            notes: terms.notes,
            ..NewDeposit::of(DepositKind::FromInventory, &reference)
        };
        let wanted = chosen.ok_or(words::ITEM_NOT_AVAILABLE);
        let index = place(&mut state, new, wanted, switches, &settings)?;
        shown(&state, index, switches)
    }

    /// The deposit that a repeated own id is answered with, where that is the rule; none where it is new.
    pub(super) fn known_deposit(
        &self,
        state: &State,
        reference: &str,
        switches: &Switches,
    ) -> Result<Option<usize>, Failure> {
        let is_purchase = !state.purchases.indexes_of(reference).is_empty()
            || lock(&self.memory).refused.by_reference(reference).is_some();
        if switches.shared_ids && is_purchase {
            return Err(Failure::already_exists());
        }
        match (state.deposits.index_of(reference), state.rules.repeated_deposit) {
            (Some(_), Repeated::Reject) => Err(Failure::already_exists()),
            (Some(index), Repeated::ReturnFirst) => Ok(Some(index)),
            (Some(_), Repeated::BuyAgain) | (None, _) => Ok(None),
        }
    }

    fn check_snapshot(
        &self,
        partner: u32,
        game: Game,
        now: Moment,
        switches: &Switches,
    ) -> Result<(), Failure> {
        let priced_ms = lock(&self.memory).snapshots.get(&(partner, game)).copied();
        let lasts = |from_ms: u64| now.life_ms < from_ms.saturating_add(switches.snapshot_ms);
        if !switches.is_newer() || priced_ms.is_some_and(lasts) {
            return Ok(());
        }
        Err(Failure::field("inventory", words::INVENTORY_RELOAD, "inventory must be reloaded"))
    }
}

/// Answers with what is wrong with a user's Steam account, if anything.
pub(super) fn check_account(field: &str, partner: u32, switches: &Switches) -> Result<(), Failure> {
    match switches.account(partner) {
        Some(code) => Err(Failure::field(field, code, "the Steam account cannot trade")),
        None => Ok(()),
    }
}

/// The provider's minimum.
pub(super) fn check_minimum(assets: &[&'static Asset], switches: &Switches) -> Result<(), Failure> {
    let least = switches.minimum_deposit;
    if switches.is_newer() && worth(assets) < least.0 {
        return Err(Failure::field("amount", "min", format!("a deposit is worth {least} USD or more")));
    }
    Ok(())
}

/// All of these assets, if the user has all of them and can trade them.
fn choose(owned: &[&'static Asset], ids: &[String]) -> Option<Vec<&'static Asset>> {
    let find = |id: &String| owned.iter().find(|asset| asset.id == id && asset.tradable).copied();
    ids.iter().map(find).collect()
}

/// Creates a deposit of these assets; or of none, that fails at once, where it is refused.
pub(super) fn place(
    state: &mut Opened<'_>,
    new: NewDeposit<'_>,
    wanted: Result<Vec<&'static Asset>, &str>,
    switches: &Switches,
    settings: &Settings,
) -> Result<usize, Failure> {
    let now = state.now;
    let refusal = switches.refusal(new.reference);
    let (assets, reason) = match (wanted, refusal) {
        (Ok(assets), None) => (assets, None),
        (Err(reason), None) => (Vec::new(), Some(reason.to_owned())),
        (_, Some(reason)) => (Vec::new(), Some(reason)),
    };
    let offer_sent = reason.is_none() && switches.deposit_answer == CreateAnswer::Active;
    let new = NewDeposit { assets, offer_sent, ..new };
    let index = state.create_deposit(new, settings, now).map_err(|_| Failure::already_exists())?;
    if let Some(reason) = reason {
        state.fail_deposit(index, &reason, now);
    }
    Ok(index)
}

/// The answer that creates the deposit at an index.
pub(super) fn shown(state: &Opened<'_>, index: usize, switches: &Switches) -> Outcome {
    let deposit = state.deposits.get(index).ok_or_else(Failure::not_found)?;
    Ok(success(PROCESSING, &DepositView::created(deposit, switches, state.now)))
}

/// The name of a hosted page: 20 digits to the base of 32, as unguessable as it looks to a test.
fn slug(id: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let digit = |bits: u64| usize::try_from(bits & 31).ok().and_then(|index| DIGITS.get(index));
    let digits = [mixed(id), mixed(!id)]
        .into_iter()
        .flat_map(|number| (0..10).map(move |place| number >> (place * 5)))
        .filter_map(digit);
    digits.map(|digit| char::from(*digit)).collect()
}
