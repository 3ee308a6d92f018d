//! What the history of trades says about listings.

use skinbus_domain::order::Game;
use skinbus_domain::trade::ReversedBy;
use skinbus_domain::{Credit, CreditState, Hold, Observation, Progress};

use super::*;

fn told(asked: &[LookUpTarget], body: &str) -> (Vec<Observation>, usize) {
    test_support::rows(shadowpay().read_looked_up(asked, &response(200, body), now()))
}

fn one(body: &str) -> Option<Observation> {
    let (mut rows, unreadable) = told(&[target(OrderKind::Listing, "sell-1x")], body);
    assert_eq!(unreadable, 0, "{body}");
    assert!(rows.len() <= 1, "{rows:?}");
    rows.pop()
}

/// The history with the sale in this state.
fn sale(state: &str, offer: &str) -> String {
    with(
        &with(
            HISTORY,
            "\"state\": \"finished\",\n      \"price\"",
            &format!("\"state\": \"{state}\",\n      \"price\""),
        ),
        "\"3\"",
        offer,
    )
}

#[test]
fn a_sale() {
    let row = one(HISTORY).unwrap();
    assert_eq!(row.reference, reference("sell-1x"));
    assert_eq!(row.progress, Progress::Delivered { hold: Hold::Unknown });
    // The id is the trade's; the listing has its own.
    assert_eq!(row.facts.provider_id, None);
    assert_eq!(row.facts.price_paid, None);
    assert_eq!(row.facts.offer_id.as_deref(), Some("3966326233"));
    assert_eq!(row.facts.provider_status.as_deref(), Some("finished.3"));
    let credit = Credit {
        key: "1494".to_owned(),
        thing: "15778802746".to_owned(),
        amount: dollars("0.45"),
        local_amount: None,
        multiplier: None,
        state: CreditState::Pending,
        is_advanced: false,
    };
    assert_eq!(row.credits, [credit]);
}

#[test]
fn a_sale_on_its_way() {
    let reason = |word| skinbus_domain::trade::Reason::from_provider("reversed", word);
    for (state, offer, progress) in [
        ("active", "null", Progress::Submitted),
        ("active", "\"2\"", Progress::OfferSent),
        ("active", "\"7\"", Progress::OfferSent),
        ("active", "\"3\"", Progress::UserAccepted),
        ("active", "\"11\"", Progress::Held { until: None }),
        ("finished", "\"11\"", Progress::Held { until: None }),
        ("finished", "\"7\"", Progress::Unknown),
        ("finished", "null", Progress::Unknown),
        ("finished", "\"12\"", Progress::Unknown),
        // The buyer's trade ended, not the listing.
        ("cancelled", "\"5\"", Progress::Submitted),
        ("cancelled", "\"6\"", Progress::Submitted),
        ("cancelled", "\"7\"", Progress::Submitted),
        ("cancelled", "\"8\"", Progress::Submitted),
        ("cancelled", "null", Progress::Submitted),
        ("cancelled", "\"3\"", Progress::Reverted { reason: reason("cancelled.3"), by: ReversedBy::Unknown }),
        ("closed", "\"3\"", Progress::Unknown),
    ] {
        let row = one(&sale(state, offer)).unwrap();
        assert_eq!(row.progress, progress, "{state} {offer}");
        let is_held = matches!(progress, Progress::Held { .. });
        let expected: &[CreditState] = if is_held { &[CreditState::Pending] } else { &[] };
        let states: Vec<_> = row.credits.iter().map(|credit| credit.state).collect();
        assert_eq!(states, expected, "{state} {offer}");
    }
}

#[test]
fn who_took_a_sale_back() {
    for (causer, by) in
        [("seller", ReversedBy::User), ("buyer", ReversedBy::Provider), ("x", ReversedBy::Unknown)]
    {
        let body =
            with(&sale("cancelled", "\"3\""), "\"causer\": null", &format!("\"causer\": \"{causer}\""));
        let Progress::Reverted { by: told, .. } = one(&body).unwrap().progress else { panic!() };
        assert_eq!(told, by, "{causer}");
    }
}

#[test]
fn what_is_not_the_listing() {
    for (from, to) in [
        ("15778802746", "15778802747"),
        ("\"csgo\"", "\"dota2\""),
        ("2025-03-02 16:33:58", "2025-03-01 20:59:59"),
    ] {
        assert_eq!(one(&with(HISTORY, from, to)), None, "{to}");
    }
    let empty = r#"{"data": [], "status": "success"}"#;
    assert_eq!(one(empty), None);
    for unknown in [
        LookUpTarget { asset_id: None, ..target(OrderKind::Listing, "sell-1x") },
        LookUpTarget { game: None, ..target(OrderKind::Listing, "sell-1x") },
        LookUpTarget { game: Some(Game::Tf2), ..target(OrderKind::Listing, "sell-1x") },
    ] {
        assert_eq!(told(&[unknown], HISTORY), (Vec::new(), 0));
    }
}

/// The zone of the history is not documented. The order was accepted at 09:00 UTC.
#[test]
fn a_sale_may_look_older_than_it_is() {
    for time in ["2025-03-01 21:00:00", "2025-03-02 09:00:00", "2025-03-09 00:00:00", "soon", ""] {
        assert!(one(&with(HISTORY, "2025-03-02 16:33:58", time)).is_some(), "{time}");
    }
    assert!(one(&with(HISTORY, "\"2025-03-02 16:33:58\"", "null")).is_some());
}

#[test]
fn several_trades_about_one_listing_make_one_row() {
    let later = |state: &str, offer: &str| {
        let body = with(&with(HISTORY, "15778802531", "15778802746"), "2025-03-01", "2025-03-02");
        let body = with(&body, "\"6\"", offer);
        let body = with(&body, "\"cancelled\",\n      \"price\"", &format!("\"{state}\",\n      \"price\""));
        one(&body).unwrap()
    };
    // The first buyer did not take it, the second did.
    let row = later("cancelled", "\"6\"");
    assert_eq!((row.progress, row.credits.len()), (Progress::Delivered { hold: Hold::Unknown }, 1));
    // Two sales: the newest is followed.
    assert_eq!(later("finished", "\"3\"").credits[0].key, "1494");
    let body = with(&sale("active", "\"2\""), "15778802531", "15778802746");
    let body = with(&body, "2025-03-01", "2025-03-02");
    let row = one(&with(&body, "\"6\"", "\"3\"")).unwrap();
    assert!(
        matches!(row.progress, Progress::Reverted { .. }),
        "not hidden by the next buyer's offer: {row:?}"
    );
}

#[test]
fn one_answer_tells_of_all_listings() {
    let other = LookUpTarget {
        asset_id: Some("15778802531".to_owned()),
        since: "2025-03-01T10:00:00Z".parse().unwrap(),
        ..target(OrderKind::Listing, "sell-2x")
    };
    let unsold = LookUpTarget { asset_id: Some("1".to_owned()), ..target(OrderKind::Listing, "sell-3x") };
    let asked = [target(OrderKind::Listing, "sell-1x"), unsold, other];
    let (rows, unreadable) = told(&asked, HISTORY);
    assert_eq!(unreadable, 0);
    let told: Vec<_> = rows.iter().map(|row| (row.reference.as_str(), row.progress.clone())).collect();
    assert_eq!(
        told,
        [("sell-1x", Progress::Delivered { hold: Hold::Unknown }), ("sell-2x", Progress::Submitted)]
    );
}

#[test]
fn one_of_several_items_has_its_own_price_and_key() {
    let item = r#"{"state": "finished", "project": "csgo", "steam_asset_id": "9", "price": "5.00"}"#;
    let body = with(
        HISTORY,
        "\"items\": [\n        {\n          \"state\": \"finished\"",
        &format!("\"items\": [{item}, {{\n          \"state\": \"finished\""),
    );
    let body = with(&body, "\"price\": \"0.45\",\n      \"steam", "\"price\": \"5.45\",\n      \"steam");
    let row = one(&body).unwrap();
    assert_eq!((row.credits[0].key.as_str(), row.credits[0].amount), ("1494/15778802746", dollars("0.45")));
}

/// A success without an amount is none.
#[test]
fn a_sale_that_cannot_be_read_is_an_unknown_status() {
    let price = "\"price\": \"0.45\",\n      \"steam";
    for (from, to, field) in [
        (price, "\"price\": \"much\",\n      \"steam", "price"),
        (price, "\"price\": -1,\n      \"steam", "price"),
        ("\"1494\"", "\"\"", "id"),
        ("\"id\": \"1494\"", "\"x\": 1", "id"),
    ] {
        let row = one(&with(HISTORY, from, to)).unwrap();
        assert_eq!((&row.progress, row.credits.len()), (&Progress::Unknown, 0), "{to}");
        assert_eq!(row.facts.provider_status, Some(format!("unreadable_{field}")));
    }
    let without = with(&with(HISTORY, price, "\"steam"), ",\n          \"price\": \"0.45\"", "");
    assert_eq!(one(&without).unwrap().progress, Progress::Unknown);
    // The item's price stands in for the trade's.
    assert_eq!(one(&with(HISTORY, price, "\"steam")).unwrap().credits[0].amount, dollars("0.45"));
}

#[test]
fn rows_that_may_be_anybodys_are_counted() {
    for row in ["null", "7", "{}", "[]", r#"{"state": "finished"}"#, r#"{"state": "finished", "items": [7]}"#]
    {
        let body = format!(r#"{{"data": [{row}], "status": "success"}}"#);
        assert_eq!(told(&[target(OrderKind::Listing, "sell-1x")], &body), (Vec::new(), 1), "{row}");
    }
}

#[test]
fn an_error_is_no_answer() {
    for word in ["wrong_params", "internal_error", "no_access"] {
        assert!(
            matches!(look_up(OrderKind::Listing, 200, error(word)), LookedUp::Unreadable { .. }),
            "{word}"
        );
    }
    for body in ["{}", r#"{"status": "success"}"#, r#"{"data": {}, "status": "success"}"#, "[]", ""] {
        assert!(matches!(look_up(OrderKind::Listing, 200, body), LookedUp::Unreadable { .. }), "{body}");
    }
}
