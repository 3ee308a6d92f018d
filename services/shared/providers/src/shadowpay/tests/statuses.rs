//! Every pair of the trade's state and Steam's state of the offer, from the purchase as well as from the look-up.

use skinbus_domain::trade::{Reason, ReversedBy};
use skinbus_domain::{Hold, Progress};

use super::*;

/// What a cell of the table says.
#[derive(Clone, Copy, Debug)]
enum Cell {
    Submitted,
    OfferSent,
    Accepted,
    Held,
    Delivered,
    Failed(&'static str),
    Canceled(&'static str),
    Expired(&'static str),
    Reverted,
    Unknown,
}
use Cell::{Accepted, Canceled, Delivered, Expired, Failed, Held, OfferSent, Reverted, Submitted, Unknown};

const OFFERS: [&str; 13] = ["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"];

const TABLE: [(&str, [Cell; 13]); 4] = [
    (
        "active",
        [
            Submitted, Submitted, Submitted, OfferSent, Accepted, OfferSent, OfferSent, OfferSent, OfferSent,
            OfferSent, Submitted, OfferSent, Held,
        ],
    ),
    ("hold", [Held; 13]),
    (
        "finished",
        [
            Unknown,
            Unknown,
            Unknown,
            Unknown,
            Delivered,
            Failed("offer_not_accepted"),
            Failed("offer_not_accepted"),
            Failed("offer_not_accepted"),
            Failed("offer_not_accepted"),
            Failed("offer_not_accepted"),
            Unknown,
            Failed("offer_not_accepted"),
            Held,
        ],
    ),
    (
        "cancelled",
        [
            Failed("offer_not_sent"),
            Failed("offer_not_sent"),
            Failed("provider_error"),
            Failed("offer_not_sent"),
            Reverted,
            Canceled("offer_countered"),
            Expired("offer_timed_out"),
            Canceled("offer_withdrawn"),
            Canceled("declined_by_user"),
            Failed("item_unavailable"),
            Failed("offer_not_sent"),
            Canceled("canceled_by_second_factor"),
            Reverted,
        ],
    ),
];

fn progress(cell: Cell, word: &str, by: ReversedBy) -> Progress {
    let reason = |code: &str| Reason::from_provider(code, word);
    match cell {
        Submitted => Progress::Submitted,
        OfferSent => Progress::OfferSent,
        Accepted => Progress::UserAccepted,
        Held => Progress::Held { until: None },
        Delivered => Progress::Delivered { hold: Hold::Unknown },
        Failed(code) => Progress::Failed(reason(code)),
        Canceled(code) => Progress::Canceled(reason(code)),
        Expired(code) => Progress::Expired(reason(code)),
        Reverted => Progress::Reverted { reason: reason("reversed"), by },
        Unknown => Progress::Unknown,
    }
}

fn json(text: &str) -> String {
    if text.is_empty() { "null".to_owned() } else { format!("\"{text}\"") }
}

fn told(state: &str, offer: &str, causer: &str) -> Progress {
    let body = with(INFO, "\"state\": \"active\"", &format!("\"state\": \"{state}\""));
    let body = with(&body, "\"causer\": null", &format!("\"causer\": {causer}"));
    let row = test_support::row(look_up(OrderKind::Purchase, 200, with(&body, "\"2\"", offer)));
    let body = with(BOUGHT, "\"state\": \"active\"", &format!("\"state\": \"{state}\""));
    let body = with(&body, "\"causer\": null", &format!("\"causer\": {causer}"));
    let body =
        with(&body, "\"steam_trade_offer_state\": null", &format!("\"steam_trade_offer_state\": {offer}"));
    let placed = bought(body);
    let Outcome::Placed(placed) = placed else { panic!("{placed:?}") };
    assert_eq!(placed.progress, row.progress, "{state} {offer} {causer}");
    assert_eq!(placed.facts.provider_status, row.facts.provider_status);
    row.progress
}

#[test]
fn every_cell_of_the_table() {
    for (state, cells) in TABLE {
        for (offer, cell) in OFFERS.into_iter().zip(cells) {
            let dot = if offer.is_empty() { "" } else { "." };
            let word = format!("{state}{dot}{offer}");
            assert_eq!(
                told(state, &json(offer), "null"),
                progress(cell, &word, ReversedBy::Unknown),
                "{word}"
            );
            // The number's type does not matter.
            let number = if offer.is_empty() { "\"\"" } else { offer };
            assert_eq!(told(state, number, "\"\""), progress(cell, &word, ReversedBy::Unknown), "{word}");
        }
    }
}

#[test]
fn who_caused_it_decides_only_what_the_table_leaves_to_it() {
    for (state, cells) in TABLE {
        for (offer, cell) in OFFERS.into_iter().zip(cells) {
            for (causer, by) in
                [("buyer", ReversedBy::User), ("seller", ReversedBy::Provider), ("bot", ReversedBy::Unknown)]
            {
                let dot = if offer.is_empty() { "" } else { "." };
                let word = format!("{state}{dot}{offer}.{causer}");
                let is_left_to_it = matches!(cell, Failed("offer_not_sent")) && causer == "buyer";
                let cell = if is_left_to_it { Canceled("declined_by_user") } else { cell };
                assert_eq!(told(state, &json(offer), &json(causer)), progress(cell, &word, by), "{word}");
            }
        }
    }
}

#[test]
fn anything_else_is_neither_success_nor_failure() {
    for state in ["active", "finished", "cancelled"] {
        for offer in
            ["\"12\"", "12", "255", "256", "\"-1\"", "\"03\"", "\"+3\"", "\"3 \"", "\"Accepted\"", "3.0"]
        {
            assert_eq!(told(state, offer, "null"), Progress::Unknown, "{state} {offer}");
        }
    }
    for state in ["Finished", "finished ", "canceled", "success", "pending", ""] {
        for offer in ["null", "\"3\"", "\"7\""] {
            assert_eq!(told(state, offer, "null"), Progress::Unknown, "{state} {offer}");
        }
    }
}

#[test]
fn a_word_with_the_users_token_is_not_kept() {
    let body = with(INFO, "\"state\": \"active\"", "\"state\": \"sent with Kq3_vT9a !\"");
    let LookedUp::Rows { rows, .. } = look_up(OrderKind::Purchase, 200, body) else { panic!() };
    assert_eq!(rows[0].facts.provider_status.as_deref(), Some("(no word)"));
}
