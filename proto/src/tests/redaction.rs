//! What must never be printed is not in any Debug (invariant S1).

use skinbus_domain::TradeStatus;

use super::samples::{self, TOKEN};
use crate::{json, v1, without_trade_token};

/// With `pretty` too: it takes another way through the formatter.
fn printed(message: &impl std::fmt::Debug) -> String {
    format!("{message:?} {message:#?}")
}

#[test]
fn a_trade_token_is_never_printed() {
    let change = samples::version(TradeStatus::Submitted);
    assert!(String::from_utf8_lossy(&prost::Message::encode_to_vec(&change)).contains(TOKEN));
    let dispatch = v1::DispatchOrder { accepted: Some(change.clone()), sequence: 1 };
    let user = samples::purchase().recipient;
    let deposit = v1::Deposit { user: user.clone(), ..v1::Deposit::default() };
    let listing = v1::Listing { seller: user.clone(), items: Vec::new() };
    let texts = [
        printed(&user),
        printed(&samples::order_request()),
        printed(&change),
        printed(&dispatch),
        printed(&deposit),
        printed(&listing),
    ];
    for text in texts {
        assert!(!text.contains(TOKEN), "{text}");
        assert!(text.contains("76561198000000042") && text.contains("trade_token: <8 bytes>"), "{text}");
    }
}

#[test]
fn a_body_or_header_is_never_printed() {
    let letter = v1::DeadLetter {
        reason: "undecodable".to_owned(),
        payload: b"sekrit".as_slice().into(),
        headers: vec![v1::Header { name: "Authorization".to_owned(), value: "sekrit".to_owned() }],
        ..v1::DeadLetter::default()
    };
    let text = printed(&letter);
    assert!(text.contains("undecodable") && text.contains("Authorization"), "{text}");
    assert!(text.contains("payload: <6 bytes>"), "{text}");
    let webhook = v1::WebhookReceived {
        reference: "wd-1".to_owned(),
        body: b"sekrit".to_vec(),
        ..v1::WebhookReceived::default()
    };
    let text = text + &printed(&webhook);
    assert!(text.contains("wd-1") && text.contains("body: <6 bytes>"), "{text}");
    // Neither as text nor as a list of bytes.
    assert!(!text.contains("sekrit") && !text.contains("115, 101") && !text.contains("115,\n"), "{text}");
}

#[test]
fn a_version_for_others_has_no_token() {
    let change = samples::version(TradeStatus::Submitted);
    let shown = without_trade_token(change.clone());
    assert!(json::write(&change).unwrap().contains(TOKEN));
    let text = json::write(&shown).unwrap();
    assert!(!text.contains(TOKEN) && !text.contains("trade_token"), "{text}");
    // Nothing else is lost.
    let steam_id = "\"steam_id\":\"76561198000000042\"";
    let put_back = text.replace(steam_id, &format!("{steam_id},\"trade_token\":\"{TOKEN}\""));
    assert_eq!(json::read::<v1::TradeStatusChanged>(put_back.as_bytes()).unwrap(), change);
}

#[test]
fn every_operation_is_cleared_of_its_token() {
    use v1::order_request::Operation;
    let user = samples::purchase().recipient;
    let operations = [
        Operation::Purchase(samples::purchase()),
        Operation::Deposit(v1::Deposit { user: user.clone(), ..v1::Deposit::default() }),
        Operation::Listing(v1::Listing { seller: user, items: Vec::new() }),
    ];
    for operation in operations {
        let order = v1::OrderRequest { operation: Some(operation), ..v1::OrderRequest::default() };
        let trade = v1::Trade { order: Some(order), ..v1::Trade::default() };
        let change = v1::TradeStatusChanged { trade: Some(trade), ..v1::TradeStatusChanged::default() };
        assert!(!json::write(&without_trade_token(change)).unwrap().contains(TOKEN));
    }
    let rejected = samples::version(TradeStatus::Rejected);
    assert_eq!(without_trade_token(rejected.clone()), rejected);
}
