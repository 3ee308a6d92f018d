//! `POST /merchant/purchase`, and `GET /merchant/purchase/status`.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::deposits::check_account;
use super::envelope::{Failure, Outcome, success};
use super::market::usual_id;
use super::project::Skinslink;
use super::purchase_wire::{Entry, Place};
use super::query::{Wanted, wanted};
use super::request::{Body, Exact};
use super::switches::{DuplicateAnswer, Switches};
use super::words;
use crate::call::Call;
use crate::engine::buy::{Order, Refusal};
use crate::engine::catalogue::{Game, Item};
use crate::engine::market::Market;
use crate::engine::project::Opened;
use crate::engine::rules::Repeated;
use crate::fields::Fields;
use crate::shared::lock;

const CREATED: &str = "Purchase created successfully";
/// The smallest `partner`, as documented.
const SMALLEST_PARTNER: u32 = 8;
/// How long one waits before asking for the same purchase again.
const STATUS_GAP_MS: u64 = 1_000;

/// What is asked for.
#[derive(Debug)]
struct Request {
    partner: u32,
    game: Game,
    name: Option<String>,
    asset_id: Option<String>,
    reference: Option<String>,
    max_price: Option<Decimal>,
    account_field: String,
}

impl Request {
    fn read(call: &Call) -> Result<Self, Failure> {
        let mut body = Body::read(call, "PurchaseRequest")?;
        let partner = body.trade_link(SMALLEST_PARTNER)?;
        let game = body.game()?;
        let name = body.text("name")?;
        let asset_id = body.text("asset_id")?;
        if name.is_none() && asset_id.is_none() {
            body.problems.add("name", "required_without");
        }
        let reference = body.optional_reference()?;
        let max_price = body.get::<Exact>("max_price")?.map(|price| price.0);
        if max_price.is_some_and(|price| price < Decimal::ZERO) {
            body.problems.add("max_price", "min");
        }
        let account_field = body.problems.account_field();
        body.problems.finish()?;
        Ok(Self { partner, game, name, asset_id, reference, max_price, account_field })
    }

    fn item(&self, market: &Market) -> Option<Arc<Item>> {
        let shelf = match (&self.asset_id, &self.name) {
            (Some(id), _) => market.by_id(&usual_id(id)).filter(|shelf| shelf.item.game == self.game),
            (None, Some(name)) => market.by_name(name, self.game),
            (None, None) => None,
        };
        shelf.map(|shelf| Arc::clone(&shelf.item))
    }

    /// Skinslink's word for why nothing was bought.
    fn reason(&self, refusal: Refusal) -> &'static str {
        let by_id = self.asset_id.is_some();
        match refusal {
            Refusal::InsufficientFunds => words::INSUFFICIENT_BALANCE,
            Refusal::Unavailable if by_id => words::ITEM_SOLD,
            Refusal::Unavailable => words::ITEM_NOT_AVAILABLE,
            Refusal::TooDear if by_id => words::PRICE_CHANGED,
            Refusal::TooDear => words::PRICE_NOT_FOUND,
            Refusal::RepeatedReference => words::DUPLICATE_PURCHASE,
        }
    }
}

impl Skinslink {
    pub(super) fn purchase(&self, call: &Call, switches: &Switches) -> Outcome {
        let request = Request::read(call)?;
        let settings = self.project.shared.settings();
        let mut state = self.project.open();
        let now = state.now;
        if let Some(known) = self.known_purchase(&state, &request, switches)? {
            return Ok(success(CREATED, &known.view(Place::Created, switches, now)));
        }
        check_account(&request.account_field, request.partner, switches)?;
        let reference = request.reference.as_deref();
        let bought = match (switches.refusal(reference.unwrap_or_default()), request.item(&state.market)) {
            (Some(reason), _) => Err(reason),
            (None, None) => Err(words::ITEM_NOT_AVAILABLE.to_owned()),
            (None, Some(item)) => {
                let order = Order { item, partner: request.partner, max_price: request.max_price, reference };
                state.buy(&order, &settings, now).map_err(|refusal| request.reason(refusal).to_owned())
            }
        };
        let entry = match bought {
            Ok(index) => Entry::Made(state.purchases.get(index).ok_or_else(Failure::not_found)?),
            Err(reason) => {
                let refused = &mut lock(&self.memory).refused;
                Entry::Refused(refused.add(reference, &reason, request.partner, now))
            }
        };
        Ok(success(CREATED, &entry.view(Place::Created, switches, now)))
    }

    /// What a repeated own id is answered with, where that is the rule; none where it is new.
    fn known_purchase<'a>(
        &self,
        state: &'a Opened<'_>,
        request: &Request,
        switches: &Switches,
    ) -> Result<Option<Entry<'a>>, Failure> {
        let Some(reference) = request.reference.as_deref() else {
            return Ok(None);
        };
        if switches.shared_ids && state.deposits.index_of(reference).is_some() {
            return Err(Failure::already_exists());
        }
        let mut memory = lock(&self.memory);
        let made = state.purchases.by_reference(reference).next().map(Entry::Made);
        let known = made.or_else(|| memory.refused.by_reference(reference).cloned().map(Entry::Refused));
        match (known, state.rules.repeated_reference) {
            (None, _) | (Some(_), Repeated::BuyAgain) => Ok(None),
            (Some(known), Repeated::ReturnFirst) => Ok(Some(known)),
            (Some(_), Repeated::Reject) => match switches.duplicate_as {
                DuplicateAnswer::Conflict => Err(Failure::already_exists()),
                DuplicateAnswer::Failed => {
                    let reason = words::DUPLICATE_PURCHASE;
                    let passing = memory.refused.passing(Some(reference), reason, request.partner, state.now);
                    Ok(Some(Entry::Refused(passing)))
                }
            },
        }
    }

    /// The newest purchase under an own id, if there are several.
    pub(super) fn purchase_status(&self, query: &Fields, switches: &Switches) -> Outcome {
        let wanted = wanted(query, "PurchaseStatusRequest")?;
        self.throttle(format!("purchase {wanted:?}"), STATUS_GAP_MS, switches)?;
        let state = self.project.open();
        let memory = lock(&self.memory);
        let (made, refused) = match wanted {
            Wanted::Id(id) => (state.purchases.by_id(&id.to_string()), memory.refused.by_id(id)),
            Wanted::Reference(reference) => {
                (state.purchases.by_reference(reference).last(), memory.refused.by_reference(reference))
            }
        };
        let made = made.filter(|purchase| purchase.is_visible(state.now)).map(Entry::Made);
        let entry = made.or_else(|| refused.cloned().map(Entry::Refused)).ok_or_else(Failure::not_found)?;
        Ok(success("Purchase status fetched successfully", &entry.view(Place::LookedUp, switches, state.now)))
    }
}
