//! How a deposit is written: numbers in answers, strings in notifications.

use rust_decimal::Decimal;

use super::json::{Fields, Json, named, object, text};
use super::project::Asked;
use super::style::{Style, Usual};
use super::switches::{Age, Switches};
use super::{money, time, words};
use crate::clock::{Moment, seconds};
use crate::engine::deposit::{Deposit, Phase};
use crate::engine::inventory::worth;
use crate::engine::project::State;

/// The note of who pays, where that is another user than the one who was asked for.
pub(super) const PAYER: &str = "payer";
/// The note of the multiplier of one deposit.
pub(super) const MULTIPLIER: &str = "multiplier";

/// How the values are written.
#[derive(Debug)]
pub(super) struct Wire<'a> {
    pub(super) style: &'a Style,
    pub(super) switches: &'a Switches,
    pub(super) usual: Usual,
    /// Amounts have two decimals.
    pub(super) padded: bool,
}

impl<'a> Wire<'a> {
    /// As answers are written.
    pub(super) fn of_answers(asked: &Asked<'a>) -> Self {
        Self { style: asked.style, switches: asked.switches, usual: Usual::Number, padded: false }
    }

    fn amount(&self, amount: Decimal) -> Json {
        if self.padded {
            self.style.digits(self.usual, money::decimals(amount, 2))
        } else {
            self.style.amount(self.usual, amount)
        }
    }

    fn date(&self, unix_ms: u64) -> Json {
        self.style.whole(self.usual, seconds(unix_ms))
    }
}

/// What the user gets of an amount.
fn multiplied(deposit: &Deposit, amount: Decimal, usual: Decimal) -> Decimal {
    let own = deposit.notes.get(MULTIPLIER).and_then(|text| money::parse(text));
    own.map_or(usual, |multiplier| (amount * multiplier).round_dp(2))
}

fn first_time(deposit: &Deposit, now: Moment, phases: &[Phase]) -> Option<u64> {
    let (_, life_ms) = deposit.history.iter().find(|(phase, _)| phases.contains(phase))?;
    Some(now.real_of(*life_ms, deposit.born.real_ms))
}

/// A row of `orderstatus` and `orders`, with the status that is to be shown.
pub(super) fn looked_up(deposit: &Deposit, now: Moment, wire: &Wire<'_>) -> Fields {
    let shown = wire.switches.shown_order_status.get(&deposit.reference);
    fields(deposit, shown.map_or(words::deposit_status(deposit), String::as_str), now, wire)
}

/// All fields of a deposit.
pub(super) fn fields(deposit: &Deposit, status: &str, now: Moment, wire: &Wire<'_>) -> Fields {
    let paid_by = deposit.notes.get(PAYER).filter(|_| deposit.phase != Phase::Created);
    let mut fields = named([
        ("status", text(status)),
        ("transaction_id", wire.style.whole(Usual::Text, deposit.id)),
        ("order_id", wire.style.own_id(Usual::Text, &deposit.reference)),
        ("steam_id", text(paid_by.unwrap_or(&deposit.steam_id).as_str())),
        ("date", wire.date(deposit.born.real_ms)),
    ]);
    let shows_amount = match wire.switches.age {
        Age::Current => true,
        Age::Old => deposit.phase == Phase::Paid,
    };
    if let Some(payment) = deposit.shown_payment().filter(|_| shows_amount) {
        let currency = &wire.switches.amount_currency;
        let amount = payment.amount;
        let multiplied = multiplied(deposit, amount, payment.multiplied);
        let write = |amount| wire.amount(amount);
        fields.extend(named([
            ("amount", wire.amount(money::in_currency(amount, currency))),
            ("amount_currency", text(currency.as_str())),
            ("amount_in_currencies", money::in_currencies(amount, write)),
            ("user_amount", wire.amount(money::in_currency(multiplied, currency))),
            ("user_amount_in_currencies", money::in_currencies(multiplied, write)),
        ]));
    }
    let offered = first_time(deposit, now, &[Phase::OfferSent]);
    let arrived = first_time(deposit, now, &[Phase::Held, Phase::Paid]);
    fields.extend(named([
        ("offer_date", offered.map_or(Json::Absent, |unix_ms| wire.date(unix_ms))),
        ("skins_send_date", arrived.map_or(Json::Absent, |unix_ms| wire.date(unix_ms))),
    ]));
    if deposit.shown_payment().is_some() && shows_amount {
        let skins = deposit
            .assets
            .iter()
            .map(|asset| object([("name", text(asset.name)), ("price", wire.amount(asset.price))]));
        fields.push(("skins".into(), Json::List(skins.collect())));
    }
    fields
}

/// When every user here registered.
const JOINED_AT: &str = "2025-02-01 09:00:00";

/// What the provider knows about the user of a held deposit.
pub(super) fn user_risk(state: &State, deposit: &Deposit, now: Moment) -> Json {
    let number = |amount: Decimal| Json::Digits(amount.normalize().to_string());
    let of_user = || state.deposits.all().iter().filter(|other| other.steam_id == deposit.steam_id);
    let total = |wanted: &dyn Fn(&Deposit) -> bool| {
        let amounts: Vec<Decimal> =
            of_user().filter(|other| wanted(other)).filter_map(|other| Some(other.payment?.amount)).collect();
        (Json::Digits(amounts.len().to_string()), number(amounts.into_iter().sum()))
    };
    let (count, sum) = total(&|other| other.phase == Phase::Paid);
    let (rollback_count, rollback_sum) =
        total(&|other| other.phase == Phase::Returned && other.ever(Phase::Approved));
    let last = of_user().map(|other| other.born.real_ms).max().unwrap_or(deposit.born.real_ms);
    let inventories = words::INVENTORY_GAMES.iter().map(|(word, game)| {
        let sum = worth(&state.inventory(&deposit.steam_id, *game));
        let inventory = object([("last_updated_at", text(time::iso(now.real_ms))), ("sum", number(sum))]);
        ((*word).into(), inventory)
    });
    object([
        ("total_deposits_count", count),
        ("total_deposits_sum", sum),
        ("total_rollback_deposits_count", rollback_count),
        ("total_rollback_deposits_sum", rollback_sum),
        ("joined_at", text(JOINED_AT)),
        ("last_deposit_at", text(time::plain(last))),
        ("user_inventory", Json::Object(inventories.collect())),
    ])
}
