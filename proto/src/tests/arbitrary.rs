//! Any value of the domain that one of our services can have written.

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use skinbus_domain::drift::{Kind, Seen};
use skinbus_domain::ids::{Reference, TradeKey};
use skinbus_domain::order::{
    CustomCurrency, Deposit, DepositedItem, Game, Item, ListedItem, Listing, Operation, Order, Purchase,
    SteamUser,
};
use skinbus_domain::quota::{Closing, Gate, Probe, QuotaWindow, SlotList, Slots};
use skinbus_domain::trade::{Attempt, Reason, ReversedBy, StatusChange};
use skinbus_domain::{
    Alert, AlertKind, Cause, Credit, CreditState, Decision, Drift, Hold, LocalAmount, Money, Observation,
    Progress, ProviderFacts, Trade, TradeState, TradeStatus, Verdict, Violation,
};

/// Text that is there: empty text and no text are the same in the proto form.
fn text() -> impl Strategy<Value = String> {
    "\\PC{1,12}"
}

pub(super) fn moment() -> impl Strategy<Value = Timestamp> {
    // From year 1: what lies before has no JSON form.
    let seconds =
        prop_oneof![-62_135_596_800..Timestamp::MAX.as_second(), -2_i64..2, 1_700_000_000_i64..1_900_000_000];
    (seconds, 0..1_000_000_000_i32).prop_map(|(seconds, nanos)| {
        // Forwards from the second, as the proto form counts, on either side of 1970.
        Timestamp::from_second(seconds).unwrap() + jiff::SignedDuration::from_nanos(nanos.into())
    })
}

/// Every scale up to the 28 digits that an amount may have.
pub(super) fn money() -> impl Strategy<Value = Money> {
    let amount = prop_oneof!["[1-9][0-9]{0,12}", "0\\.[0-9]{1,27}", "[1-9][0-9]{0,9}\\.[0-9]{1,18}"];
    ("[A-Z]{3}", amount)
        .prop_map(|(currency, amount)| Money::parse(currency.parse().unwrap(), &amount).unwrap())
}

fn game() -> impl Strategy<Value = Game> {
    prop_oneof![Just(Game::Cs2), Just(Game::Dota2), Just(Game::Rust), Just(Game::Tf2)]
}

fn user() -> impl Strategy<Value = SteamUser> {
    let steam_id = (76_561_197_960_265_729_u64..76_561_202_255_233_024).prop_map(|id| id.to_string());
    (steam_id, option::of("[A-Za-z0-9_-]{8}")).prop_map(|(steam_id, token)| SteamUser {
        steam_id: steam_id.parse().unwrap(),
        trade_token: token.map(|token| token.parse().unwrap()),
    })
}

fn purchase() -> impl Strategy<Value = Operation> {
    let item = prop_oneof![
        (text().prop_map(Item::Offer), option::of(game())),
        (text().prop_map(Item::Name), game().prop_map(Some)),
    ];
    (user(), item, money()).prop_map(|(recipient, (item, game), max_price)| {
        Operation::Purchase(Purchase { recipient, game, item, max_price })
    })
}

fn decimal() -> impl Strategy<Value = Decimal> {
    money().prop_map(|money| money.amount)
}

fn deposit() -> impl Strategy<Value = Operation> {
    let item = (text(), option::of(text()), option::of(money())).prop_map(|(asset_id, name, min_price)| {
        DepositedItem { asset_id, market_hash_name: name, min_price }
    });
    let custom = ("[A-Z]{1,4}", decimal(), option::of(0..9_u32))
        .prop_map(|(name, rate, decimals)| CustomCurrency { name, rate, decimals });
    let amounts = (option::of(money()), option::of(money()));
    let currency = option::of("[A-Z]{3}");
    let urls = (option::of(text()), option::of(text()));
    let terms = (currency, option::of(custom), option::of(decimal()));
    (user(), option::of(game()), vec(item, 0..4), amounts, terms, urls).prop_map(
        |(user, game, items, (min_amount, max_amount), terms, (success_url, fail_url))| {
            Operation::Deposit(Deposit {
                user,
                game,
                items,
                min_amount,
                max_amount,
                currency: terms.0.map(|currency| currency.parse().unwrap()),
                custom_currency: terms.1,
                multiplier: terms.2,
                success_url,
                fail_url,
            })
        },
    )
}

fn listing() -> impl Strategy<Value = Operation> {
    (user(), text(), game(), money()).prop_map(|(seller, asset_id, game, price)| {
        Operation::Listing(Listing { seller, item: ListedItem { asset_id, game, price } })
    })
}

fn order() -> impl Strategy<Value = Order> {
    // Boxed: together they are too large for the stack of a test.
    let operation = prop_oneof![purchase().boxed(), deposit().boxed(), listing().boxed()];
    ("[a-z0-9_]{1,32}", "[a-z]{1,9}", operation, option::of(moment())).prop_map(
        |(account, provider, operation, expires_at)| Order {
            account: account.parse().unwrap(),
            provider,
            operation,
            expires_at,
        },
    )
}

fn credit() -> impl Strategy<Value = Credit> {
    let state =
        prop_oneof![Just(CreditState::Pending), Just(CreditState::Credited), Just(CreditState::Reversed)];
    let local = ("[A-Z]{1,4}", decimal()).prop_map(|(currency, amount)| LocalAmount { currency, amount });
    (text(), text(), money(), option::of(local), option::of(decimal()), state, any::<bool>()).prop_map(
        |(key, thing, amount, local_amount, multiplier, state, is_advanced)| Credit {
            key,
            thing,
            amount,
            local_amount,
            multiplier,
            state,
            is_advanced,
        },
    )
}

fn reason() -> impl Strategy<Value = Reason> {
    ("[a-z_]{1,20}", option::of(text())).prop_map(|(code, provider_code)| Reason { code, provider_code })
}

fn reversed_by() -> impl Strategy<Value = ReversedBy> {
    prop_oneof![Just(ReversedBy::User), Just(ReversedBy::Provider), Just(ReversedBy::Unknown)]
}

fn facts() -> impl Strategy<Value = ProviderFacts> {
    let texts = [(); 6].map(|()| option::of(text()));
    (texts, option::of(money()), option::of(moment()), option::of(moment())).prop_map(
        |([provider_id, offer_id, bot, url, item, status], price_paid, expiry, reserved)| ProviderFacts {
            provider_id,
            offer_id,
            offer_expires_at: expiry,
            bot_steam_id: bot,
            redirect_url: url,
            price_paid,
            item_name: item,
            provider_status: status,
            reserved_until: reserved,
        },
    )
}

fn reference() -> impl Strategy<Value = Reference> {
    "[A-Za-z0-9_.-]{1,80}".prop_map(|text| text.parse().unwrap())
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (1..u32::MAX, reference(), moment()).prop_map(|(number, reference, lease_until)| Attempt {
        number,
        reference,
        lease_until,
    })
}

/// A state, and whether a trade has an attempt there: `None` where it may or may not.
fn state() -> impl Strategy<Value = (TradeState, Option<bool>)> {
    let violation = [(); 4].map(|()| "\\PC{0,9}").prop_map(|[field, rule, message, given]| Violation {
        field,
        rule,
        message,
        given,
    });
    let waiting = (option::of(moment()), option::of(reason()))
        .prop_map(|(not_before, reason)| TradeState::Accepted { not_before, reason });
    let uncertain = (moment(), reason(), any::<bool>()).prop_map(|(since, reason, refusal_unproved)| {
        TradeState::Uncertain { since, reason, refusal_unproved }
    });
    let sent = prop_oneof![
        Just(TradeState::Dispatching),
        uncertain,
        Just(TradeState::Submitted),
        Just(TradeState::OfferSent),
        Just(TradeState::UserAccepted),
        moment().prop_map(|hold_ends_at| TradeState::OnHold { hold_ends_at }),
        option::of(moment()).prop_map(|watch_until| TradeState::Completed { watch_until }),
        (reason(), reversed_by()).prop_map(|(reason, by)| TradeState::Reverted { reason, by }),
    ];
    let ended = prop_oneof![
        reason().prop_map(|reason| TradeState::Failed { reason }),
        reason().prop_map(|reason| TradeState::Canceled { reason }),
        reason().prop_map(|reason| TradeState::Expired { reason }),
        (reason(), vec("\\PC{0,9}", 0..3))
            .prop_map(|(reason, findings)| TradeState::NeedsReview { reason, findings }),
    ];
    prop_oneof![
        1 => vec(violation, 1..4).prop_map(|violations| (TradeState::Rejected { violations }, Some(false))),
        1 => waiting.prop_map(|state| (state, None)),
        8 => sent.prop_map(|state| (state, Some(true))),
        4 => ended.prop_map(|state| (state, None)),
    ]
}

fn stay() -> impl Strategy<Value = (Timestamp, bool, Option<Timestamp>)> {
    (moment(), any::<bool>(), option::of(moment()))
}

fn trade() -> impl Strategy<Value = Trade> {
    let key = ("[a-z0-9_]{1,32}", "[A-Za-z0-9_-]{1,64}").prop_map(|(merchant, order_id)| TradeKey {
        merchant: merchant.parse().unwrap(),
        order_id: order_id.parse().unwrap(),
    });
    let metadata = btree_map("\\PC{1,9}", "\\PC{0,9}", 0..4);
    let content = (key, any::<[u8; 32]>(), metadata, order().boxed(), moment()).boxed();
    (
        content,
        state().boxed(),
        attempt(),
        any::<bool>(),
        (facts().boxed(), vec(credit().boxed(), 0..3), stay()),
    )
        .prop_map(
            |((key, fingerprint, metadata, order, accepted_at), (state, sent), attempt, maybe, told)| {
                let accepted = state.status() != TradeStatus::Rejected;
                Trade {
                    key,
                    fingerprint,
                    metadata,
                    order: accepted.then_some(order),
                    accepted_at: accepted.then_some(accepted_at),
                    status_since: told.2.0,
                    is_stuck: told.2.1,
                    ended_as_of: told.2.2,
                    state,
                    attempt: sent.unwrap_or(maybe).then_some(attempt),
                    facts: told.0,
                    credits: told.1,
                }
            },
        )
}

fn alert() -> impl Strategy<Value = Alert> {
    let kinds = proptest::sample::select(AlertKind::ALL.as_slice());
    let drift = ["[a-z]{1,9}", "\\PC{0,40}", "\\PC{0,80}"];
    (kinds, "\\PC{0,9}", option::of(drift)).prop_map(|(kind, detail, drift)| {
        let drift = drift.map(|[operation, field, value]| Drift::new(&operation, &field, &value));
        Alert { kind, detail, drift: drift.filter(|_| kind == AlertKind::Drift) }
    })
}

fn decision() -> impl Strategy<Value = Decision> {
    let verdict = prop_oneof![
        "[a-z0-9]{1,9}".prop_map(|provider_id| Verdict::Placed { provider_id }),
        Just(Verdict::Absent),
        Just(Verdict::Failed),
    ];
    (verdict, "\\PC{0,9}", "\\PC{0,9}").prop_map(|(verdict, operator, reason)| Decision {
        verdict,
        operator,
        reason,
    })
}

pub(super) fn status_change() -> impl Strategy<Value = StatusChange> {
    let cause = prop_oneof![
        Just(Cause::Order),
        Just(Cause::Dispatch),
        Just(Cause::LookUp),
        Just(Cause::Webhook),
        Just(Cause::Timer),
        Just(Cause::Operator),
    ];
    let from = prop_oneof![
        Just((1, None)),
        (2..u64::MAX, proptest::sample::select(TradeStatus::ALL.as_slice()))
            .prop_map(|(version, from)| (version, Some(from))),
    ];
    let besides = (vec(alert(), 0..3), option::of(decision()));
    (from, cause, option::of(moment()), moment(), (trade(), besides)).prop_map(
        |((version, from), cause, occurred_at, recorded_at, (trade, (alerts, decision)))| StatusChange {
            version,
            from,
            cause,
            occurred_at,
            recorded_at,
            trade,
            alerts,
            decision,
        },
    )
}

pub(super) fn observation() -> impl Strategy<Value = Observation> {
    let hold = prop_oneof![Just(Hold::None), moment().prop_map(Hold::Until), Just(Hold::Unknown)];
    let progress = prop_oneof![
        Just(Progress::Submitted),
        Just(Progress::OfferSent),
        Just(Progress::UserAccepted),
        hold.prop_map(|hold| Progress::Delivered { hold }),
        option::of(moment()).prop_map(|until| Progress::Held { until }),
        reason().prop_map(Progress::Failed),
        reason().prop_map(Progress::Canceled),
        reason().prop_map(Progress::Expired),
        (reason(), reversed_by()).prop_map(|(reason, by)| Progress::Reverted { reason, by }),
        Just(Progress::Unknown),
    ];
    (reference(), progress, facts(), vec(credit(), 0..3), option::of(moment())).prop_map(
        |(reference, progress, facts, credits, occurred_at)| Observation {
            cause: Cause::LookUp,
            reference,
            progress,
            facts,
            credits,
            occurred_at,
        },
    )
}

fn slots() -> impl Strategy<Value = SlotList> {
    let slots = (any::<i64>(), 1..9_u32).prop_map(|(free_at_ms, count)| Slots { free_at_ms, count });
    vec(slots, 0..9).prop_map(|slots| slots.into_iter().collect())
}

pub(super) fn drift_seen() -> impl Strategy<Value = Seen> {
    let drift = ["[a-z]{1,9}", "\\PC{0,40}", "\\PC{0,80}"];
    let kind = (drift, 1..u64::MAX, moment(), moment());
    let kind = kind.prop_map(|([operation, field, value], count, first_seen, last_seen)| Kind {
        drift: Drift::new(&operation, &field, &value),
        count,
        first_seen,
        last_seen,
    });
    (vec(kind, 0..5), any::<u64>()).prop_map(|(kinds, others)| Seen { kinds, others })
}

pub(super) fn quota_window() -> impl Strategy<Value = QuotaWindow> {
    let closing = (1_i64.., "\\PC{0,9}", any::<u32>()).prop_map(|(until_ms, reason, failures)| Closing {
        until_ms,
        reason,
        failures,
    });
    let probe = any::<(u64, i64)>().prop_map(|(epoch, back_at_ms)| Probe { epoch, back_at_ms });
    let gate = (any::<u64>(), option::of(closing), option::of(probe));
    let gate = gate.prop_map(|(epoch, closing, probe)| Gate { epoch, closing, probe });
    (slots(), btree_map(text(), slots(), 0..4), gate).prop_map(|(slots, operations, gate)| QuotaWindow {
        slots,
        operations,
        gate,
    })
}
