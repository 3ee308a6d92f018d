//! The fingerprint tells a repeat from a conflict.

use std::collections::BTreeSet;

use prost::Message;
use prost_reflect::{DynamicMessage, Value};
use skinbus_domain::order::{Fingerprint, Item, Operation};

use super::samples::{order_request, purchase, read};
use crate::{json, v1};

fn fingerprint(request: &v1::OrderRequest) -> Fingerprint {
    read(request).unwrap().fingerprint
}

/// Every request that differs from this one in one field: without it, or with another value.
fn variants(message: &DynamicMessage) -> Vec<DynamicMessage> {
    let mut all = Vec::new();
    for (field, value) in message.fields() {
        let mut put = |value: Option<Value>| {
            let mut changed = message.clone();
            match value {
                Some(value) => changed.set_field(&field, value),
                None => changed.clear_field(&field),
            }
            all.push(changed);
        };
        put(None);
        match value {
            Value::Message(inner) => {
                variants(inner).into_iter().for_each(|inner| put(Some(Value::Message(inner))))
            }
            Value::String(text) => put(Some(Value::String(format!("{text}0")))),
            Value::I64(number) => put(Some(Value::I64(number + 1))),
            Value::I32(number) => put(Some(Value::I32(number + 1))),
            Value::EnumNumber(number) => put(Some(Value::EnumNumber(number + 1))),
            Value::Map(entries) => {
                for (key, value) in entries {
                    let mut fewer = entries.clone();
                    fewer.remove(key);
                    put(Some(Value::Map(fewer)));
                    let mut other = entries.clone();
                    other.insert(key.clone(), Value::String(format!("{}0", value.as_str().unwrap())));
                    put(Some(Value::Map(other)));
                }
            }
            Value::Bool(_)
            | Value::U32(_)
            | Value::U64(_)
            | Value::F32(_)
            | Value::F64(_)
            | Value::Bytes(_)
            | Value::List(_) => panic!("how does {value:?} vary?"),
        }
    }
    all
}

#[test]
fn every_field_counts() {
    let request = order_request();
    let descriptor = json::descriptor::<v1::OrderRequest>().unwrap();
    let message = DynamicMessage::decode(descriptor, request.encode_to_vec().as_slice()).unwrap();
    let mut by_offer = purchase();
    by_offer.item = Some(v1::purchase::Item::OfferId("P250 | Sand Dune (Field-Tested)".to_owned()));
    let by_offer = v1::OrderRequest {
        operation: Some(v1::order_request::Operation::Purchase(by_offer)),
        ..order_request()
    };
    let mut fingerprints = BTreeSet::from([fingerprint(&request), fingerprint(&by_offer)]);
    let mut unaddressable = 0;
    for variant in variants(&message) {
        let variant: v1::OrderRequest = variant.transcode_to().unwrap();
        match read(&variant) {
            Ok(read) => assert!(fingerprints.insert(read.fingerprint), "{variant:?}"),
            Err(_) => unaddressable += 1,
        }
    }
    // 5 groups lost, 10 values lost or changed, 2 notes lost or changed, and the two requests themselves.
    assert_eq!(fingerprints.len() + unaddressable, 5 + 10 * 2 + 2 * 2 + 2);
    // Without an order id there is no trade.
    assert_eq!(unaddressable, 1);
}

#[test]
fn one_content_has_one_fingerprint() {
    let request = order_request();
    let expected = fingerprint(&request);
    let bytes = request.encode_to_vec();
    assert_eq!(fingerprint(&v1::OrderRequest::decode(bytes.as_slice()).unwrap()), expected);
    let text = json::write(&request).unwrap();
    assert_eq!(fingerprint(&json::read(text.as_bytes()).unwrap()), expected);
}

#[test]
fn the_order_of_notes_does_not_count() {
    let note = |key: &str, value: &str| v1::OrderRequest {
        metadata: [(key.to_owned(), value.to_owned())].into(),
        ..v1::OrderRequest::default()
    };
    let bare = v1::OrderRequest { metadata: Default::default(), ..order_request() };
    // Messages that are written one after the other are one message with the fields of both.
    let written = |parts: [&v1::OrderRequest; 3]| {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.encode_to_vec()).collect();
        v1::OrderRequest::decode(bytes.as_slice()).unwrap()
    };
    let (cart, shop) = (note("cart", "7"), note("shop", "b"));
    for parts in [[&bare, &cart, &shop], [&shop, &bare, &cart], [&shop, &cart, &bare]] {
        assert_eq!(fingerprint(&written(parts)), fingerprint(&order_request()));
    }
}

#[test]
fn a_valid_purchase_is_read_whole() {
    let read = |item: v1::purchase::Item, game: v1::Game| {
        let purchase = v1::Purchase { item: Some(item), game: game.into(), ..purchase() };
        let operation = Some(v1::order_request::Operation::Purchase(purchase));
        read(&v1::OrderRequest { operation, ..order_request() }).unwrap()
    };
    let request = read(v1::purchase::Item::OfferId("88101".to_owned()), v1::Game::Unspecified);
    assert_eq!(request.key.to_string(), "acme/wd-1");
    assert_eq!(request.metadata, order_request().metadata);
    let order = request.order.unwrap();
    assert_eq!((order.account.as_str(), order.provider.as_str()), ("skinify_main", "skinify"));
    assert_eq!(order.expires_at.unwrap().to_string(), "2027-01-15T08:00:00.000000005Z");
    let Operation::Purchase(bought) = order.operation else { panic!("no purchase") };
    assert_eq!((bought.item, bought.game), (Item::Offer("88101".to_owned()), None));
    assert_eq!(bought.max_price.to_string(), "12.50 USD");
    assert_eq!(bought.recipient.trade_token.unwrap().reveal(), super::samples::TOKEN);

    let request = read(v1::purchase::Item::MarketHashName("Key".to_owned()), v1::Game::Tf2);
    let Operation::Purchase(bought) = request.order.unwrap().operation else { panic!("no purchase") };
    assert_eq!(bought.item, Item::Name("Key".to_owned()));
    assert_eq!(bought.game, Some(skinbus_domain::order::Game::Tf2));
}
