use super::*;
use skinbus_proto::Message;

fn incoming(subject: &str, payload: Vec<u8>) -> Incoming {
    Incoming {
        subject: subject.to_owned(),
        headers: HeaderMap::new(),
        payload: Bytes::from(payload),
        stream: String::new(),
        sequence: 0,
        deliveries: 1,
    }
}

#[test]
fn a_received_version_has_no_trade_token() {
    let recipient =
        v1::SteamUser { steam_id: "76561198000000042".to_owned(), trade_token: "AbCd_-12".to_owned() };
    let purchase = v1::Purchase { recipient: Some(recipient), ..v1::Purchase::default() };
    let order = v1::OrderRequest {
        operation: Some(v1::order_request::Operation::Purchase(purchase)),
        ..v1::OrderRequest::default()
    };
    let trade = v1::Trade { order: Some(order), ..v1::Trade::default() };
    let change = v1::TradeStatusChanged { trade: Some(trade), ..v1::TradeStatusChanged::default() };
    let received = Received::read(&incoming("skinbus.v1.status.acme.wd-1", change.encode_to_vec())).unwrap();
    let bytes = received.change.encode_to_vec();
    assert!(!bytes.windows(8).any(|part| part == b"AbCd_-12"));
    assert!(bytes.windows(17).any(|part| part == b"76561198000000042"));
}
