//! Skins for sale.

use skinbus_domain::order::Game;
use skinbus_domain::query::{Item, ItemPage, OfferFilter, Query, QueryAnswer};

use super::dollars;
use super::queries::{answer, offers};
use crate::provider::Queried;

const LIST: &str = r#"{"success": true, "skins": [
  {"id": "551201", "name": "P250 | Sand Dune (Field-Tested)", "price": 41, "count": 7},
  {"skin_id": 551202, "id": "other", "name": "Nova | Predator (Field-Tested)", "price": "63", "count": "0", "image": null},
  {"name": "Recoil Case", "price": 163}]}"#;

fn page(query: &Query, body: &str) -> ItemPage {
    let told = answer(query, 200, body);
    let Queried::Answer(QueryAnswer::Items(page)) = told else { panic!("{told:?}") };
    page
}

fn prices() -> Query {
    Query::Prices { game: Game::Cs2, cursor: None }
}

fn search() -> Query {
    Query::Search { game: Game::Cs2, names: vec!["P250".to_owned()] }
}

fn names(filter: OfferFilter) -> Vec<String> {
    page(&Query::Offers(filter), LIST).items.into_iter().map(|item| item.name).collect()
}

#[test]
fn the_rows() {
    let all = [
        Item {
            id: Some("551201".to_owned()),
            name: "P250 | Sand Dune (Field-Tested)".to_owned(),
            price: Some(dollars("0.041")),
            count: Some(7),
            ..Item::default()
        },
        Item {
            id: Some("551202".to_owned()),
            name: "Nova | Predator (Field-Tested)".to_owned(),
            price: Some(dollars("0.063")),
            count: Some(0),
            is_unavailable: true,
            ..Item::default()
        },
        Item { name: "Recoil Case".to_owned(), price: Some(dollars("0.163")), ..Item::default() },
    ];
    for query in [prices(), search(), Query::Offers(offers())] {
        for body in [LIST.to_owned(), LIST.replace("\"skins\"", "\"items\"")] {
            let page = page(&query, &body);
            assert_eq!(page.items, all, "{query:?}");
            assert_eq!((page.next, page.unreadable), (None, 0));
        }
    }
}

#[test]
fn a_bad_row_hides_no_other() {
    for row in [
        "null",
        "[]",
        "{}",
        "7",
        r#"["1", null, "A", 41]"#,
        r#"{"id": "1", "name": "A"}"#,
        r#"{"id": "1", "name": "", "price": 41}"#,
        r#"{"id": "1", "name": null, "price": 41}"#,
        r#"{"id": "1", "name": "A", "price": 0.041}"#,
        r#"{"id": "1", "name": "A", "price": null}"#,
        r#"{"id": "1", "name": "A", "price": -41}"#,
        r#"{"id": "1", "name": "A", "price": 41, "count": "many"}"#,
        r#"{"id": [], "name": "A", "price": 41}"#,
    ] {
        let page = page(&prices(), &LIST.replacen("[\n", &format!("[{row},"), 1));
        assert_eq!((page.items.len(), page.unreadable), (3, 1), "{row}");
    }
    for body in [
        r#"{"success": true, "skins": [], "items": []}"#,
        r#"{"success": true, "skins": {}}"#,
        r#"{"success": true, "data": []}"#,
    ] {
        assert!(matches!(answer(&prices(), 200, body), Queried::Unreadable { .. }), "{body}");
    }
    assert_eq!(page(&prices(), r#"{"success": true, "skins": []}"#), ItemPage::default());
}

#[test]
fn offers_are_filtered() {
    let (sand, nova, case) =
        ("P250 | Sand Dune (Field-Tested)", "Nova | Predator (Field-Tested)", "Recoil Case");
    assert_eq!(names(OfferFilter { offer_id: Some("551202".to_owned()), ..offers() }), [nova]);
    assert_eq!(names(OfferFilter { offer_id: Some("other".to_owned()), ..offers() }), Vec::<String>::new());
    assert_eq!(names(OfferFilter { min_price: Some(dollars("0.063")), ..offers() }), [nova, case]);
    assert_eq!(names(OfferFilter { max_price: Some(dollars("0.063")), ..offers() }), [sand, nova]);
    let between =
        OfferFilter { min_price: Some(dollars("0.0411")), max_price: Some(dollars("0.1629")), ..offers() };
    assert_eq!(names(between), [nova]);
    // Rows that cannot be read are counted, whether they would pass or not.
    let body = LIST.replace("\"price\": 41", "\"price\": 4.1");
    let page = page(&Query::Offers(OfferFilter { min_price: Some(dollars("1")), ..offers() }), &body);
    assert_eq!((page.items.len(), page.unreadable), (0, 1));
}

#[test]
fn a_large_list_is_read() {
    let row =
        r#"{"id": "1", "name": "A", "price": 41, "count": 1, "image": "https://example.invalid/a.png"}"#;
    let body = format!(r#"{{"success": true, "skins": [{}]}}"#, vec![row; 50_000].join(","));
    assert_eq!(page(&prices(), &body).items.len(), 50_000);
}
