//! `GET /withdraw/list`, `POST /withdraw/search`, `GET /balance` and `/currencies`.

use serde::Serialize;

use super::currency;
use super::project::{Outcome, Skinout};
use super::slot::Scalar;
use super::switches::{SearchId, Switches};
use super::thousandths::thousandths;
use super::words;
use crate::amount::Number;
use crate::answer::Answer;
use crate::engine::market::Shelf;
use crate::fields::Fields;

#[derive(Serialize)]
struct Offer<'a> {
    id: &'a str,
    name: &'a str,
    price: Number,
    count: u64,
}

#[derive(Serialize)]
struct Found<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skin_id: Option<&'a str>,
    name: &'a str,
    price: Scalar,
}

impl<'a> Found<'a> {
    fn new(shelf: &'a Shelf, switches: &Switches) -> Self {
        let own: Option<&str> = Some(&shelf.item.id);
        let (id, skin_id) = match switches.search_id {
            SearchId::Id => (own, None),
            SearchId::SkinId => (None, own),
            SearchId::Both => (own, own),
            SearchId::None => (None, None),
        };
        let price = Scalar::decimal(thousandths(shelf.price), switches.search_price_type);
        Self { id, skin_id, name: &shelf.item.name, price }
    }
}

#[derive(Serialize)]
struct Skins<T> {
    success: bool,
    skins: Vec<T>,
}

#[derive(Serialize)]
struct BalanceAnswer {
    success: bool,
    balance: Number,
}

#[derive(Serialize)]
struct Rate {
    code: String,
    rate: String,
}

#[derive(Serialize)]
struct CurrenciesAnswer {
    success: bool,
    currencies: Vec<Rate>,
}

/// Skinout sells nothing that is still in a trade hold.
fn is_listed(shelf: &&Shelf) -> bool {
    shelf.is_stocked() && !shelf.item.in_hold
}

impl Skinout {
    pub(super) fn list(&self) -> Answer {
        let state = self.project.open();
        let skins = state.market.shelves().iter().filter(is_listed).map(|shelf| Offer {
            id: &shelf.item.id,
            name: &shelf.item.name,
            price: thousandths(shelf.price),
            count: shelf.shown_stock(),
        });
        Answer::json(&Skins { success: true, skins: skins.collect() })
    }

    /// The project's id is checked only where it is sent.
    pub(super) fn search(&self, fields: &Fields) -> Outcome {
        let name = fields.get("name").ok_or(words::NAME_REQUIRED)?;
        if fields.get("project_id").is_some() {
            self.check_project_id(fields)?;
        }
        let switches = self.switches();
        let state = self.project.open();
        let skins = state.market.search(name).filter(is_listed).map(|shelf| Found::new(shelf, &switches));
        Ok(Answer::json(&Skins { success: true, skins: skins.collect() }))
    }

    pub(super) fn balance(&self) -> Answer {
        let balance = thousandths(self.project.open().balance.available());
        Answer::json(&BalanceAnswer { success: true, balance })
    }

    pub(super) fn currencies(&self) -> Answer {
        let rates =
            currency::known().map(|currency| Rate { code: currency.code, rate: currency.rate.to_string() });
        Answer::json(&CurrenciesAnswer { success: true, currencies: rates.collect() })
    }
}
