//! How a deposit is written.

use rust_decimal::Decimal;
use serde::Serialize;

use super::switches::{Dates, Switches};
use super::terms::{Custom, FAIL_URL, SUCCESS_URL};
use super::{dates, words};
use crate::amount::Number;
use crate::clock::Moment;
use crate::engine::deposit::{Deposit, Phase};

const BOT_NAME: &str = "Bot 7";
/// Above 2^53, so that a double would change it.
const BOT_STEAM_ID: u64 = 76_561_199_100_000_017;

/// A number without zeros at its end, as servers write doubles.
pub(super) fn money(amount: Decimal) -> Number {
    Number(amount.normalize())
}

/// A time outside of the history.
pub(super) fn date(unix_ms: u64, switches: &Switches) -> String {
    match switches.dates {
        Dates::Documented | Dates::Utc => dates::utc(unix_ms),
        Dates::Offset => dates::offset(unix_ms),
    }
}

/// A field that can be absent, null or there.
type Optional<T> = Option<Option<T>>;

fn optional<T>(value: Option<T>, switches: &Switches) -> Optional<T> {
    if value.is_none() && !switches.nulls { None } else { Some(value) }
}

/// A deposit in answers.
#[derive(Debug, Serialize)]
pub(super) struct DepositView {
    id: u64,
    merchant_tx_id: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Optional<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Number>,
    bot_name: Option<&'static str>,
    bot_steam_id: Option<u64>,
    trade_offer_id: Option<String>,
    trade_offer_expiry_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency: Optional<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_multiplier: Optional<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_rate: Optional<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_currency_sum: Optional<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_end_date: Optional<String>,
}

impl DepositView {
    /// A draft that is not committed.
    pub(super) fn draft(id: u64, merchant_tx_id: String, switches: &Switches) -> Self {
        Self {
            id,
            merchant_tx_id,
            status: words::NEW,
            fail_reason: optional(None, switches),
            amount: None,
            bot_name: None,
            bot_steam_id: None,
            trade_offer_id: None,
            trade_offer_expiry_at: None,
            success_url: None,
            fail_url: None,
            custom_currency: optional(None, switches),
            custom_currency_multiplier: optional(None, switches),
            custom_currency_rate: optional(None, switches),
            custom_currency_sum: optional(None, switches),
            hold_end_date: optional(None, switches),
        }
    }

    fn plain(deposit: &Deposit, switches: &Switches, now: Moment) -> Self {
        let offer = offer_id(deposit);
        let is_out = offer.is_some();
        let reason = words::deposit_reason(deposit, switches).map(str::to_owned);
        Self {
            status: words::deposit(deposit, switches),
            fail_reason: optional(reason, switches),
            bot_name: is_out.then_some(BOT_NAME),
            bot_steam_id: is_out.then_some(BOT_STEAM_ID),
            trade_offer_id: offer,
            trade_offer_expiry_at: expiry(deposit, now).map(|unix_ms| date(unix_ms, switches)),
            success_url: deposit.notes.get(SUCCESS_URL).cloned(),
            fail_url: deposit.notes.get(FAIL_URL).cloned(),
            ..Self::draft(deposit.id, deposit.reference.clone(), switches)
        }
    }

    /// In the answer that creates it: the one place with the amount.
    pub(super) fn created(deposit: &Deposit, switches: &Switches, now: Moment) -> Self {
        let failed = deposit.phase == Phase::Failed;
        let amount = deposit.payment.filter(|_| !failed).map_or(Decimal::ZERO, |payment| payment.amount);
        let mut view = Self { amount: Some(money(amount)), ..Self::plain(deposit, switches, now) };
        if let Some(custom) = Custom::of(deposit).filter(|_| !failed) {
            view.set_custom(custom, Some(amount));
        }
        view
    }

    /// In the answer to a look-up, which has no amount in USD.
    pub(super) fn looked_up(deposit: &Deposit, switches: &Switches, now: Moment) -> Self {
        let mut view = Self::plain(deposit, switches, now);
        if view.status == words::HOLD || view.status == words::COMPLETED {
            match Custom::of(deposit) {
                Some(custom) => view.set_custom(custom, deposit.payment.map(|payment| payment.amount)),
                None => view.set_no_custom(),
            }
        }
        if view.status == words::HOLD {
            let end = deposit.settlement(now).map(|seconds| seconds.saturating_mul(1000));
            view.hold_end_date = Some(end.map(|unix_ms| date(unix_ms, switches)));
        }
        view
    }

    fn set_custom(&mut self, custom: Custom, amount: Option<Decimal>) {
        self.custom_currency_sum = Some(amount.map(|amount| money(custom.sum(amount))));
        self.custom_currency_multiplier = Some(Some(Number(custom.multiplier)));
        self.custom_currency_rate = Some(Some(Number(custom.rate)));
        self.custom_currency = Some(Some(custom.currency));
    }

    fn set_no_custom(&mut self) {
        self.custom_currency = Some(None);
        self.custom_currency_multiplier = Some(None);
        self.custom_currency_rate = Some(None);
        self.custom_currency_sum = Some(None);
    }
}

/// The trade offer, if one ever was out: a deposit can fail before.
pub(super) fn offer_id(deposit: &Deposit) -> Option<String> {
    deposit.offer_id().filter(|_| offered_life_ms(deposit).is_some())
}

/// When the offer went out; a deposit that was moved by hand can do without that phase.
fn offered_life_ms(deposit: &Deposit) -> Option<u64> {
    let out = |phase: Phase| match phase {
        Phase::OfferSent | Phase::Held | Phase::Approved | Phase::Paid | Phase::Returned => true,
        Phase::Created | Phase::Failed => false,
    };
    deposit.history.iter().find(|(phase, _)| out(*phase)).map(|(_, life_ms)| *life_ms)
}

/// Unix milliseconds of the end of the offer.
fn expiry(deposit: &Deposit, now: Moment) -> Option<u64> {
    let end = offered_life_ms(deposit)?.saturating_add(deposit.pace.offer_timeout_ms);
    Some(now.real_of(end, deposit.born.real_ms))
}
