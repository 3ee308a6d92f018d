//! What is for sale and at what price.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::catalogue::{CATALOGUE, Game, Item, filler};

/// The count that is shown where the stock is unlimited.
pub(crate) const SHOWN_STOCK: u64 = 1000;

/// One item's place: its price and how many are left.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) item: Arc<Item>,
    pub(crate) price: Decimal,
    /// Unlimited without a number.
    pub(crate) stock: Option<u64>,
}

impl Shelf {
    /// Whether one can be bought.
    pub(crate) fn is_stocked(&self) -> bool {
        self.stock != Some(0)
    }

    /// The count that price lists show.
    pub(crate) fn shown_stock(&self) -> u64 {
        self.stock.unwrap_or(SHOWN_STOCK)
    }
}

/// Every item with its price and stock: first the catalogue, then the fillers.
#[derive(Debug)]
pub(crate) struct Market {
    shelves: Vec<Shelf>,
    by_id: HashMap<Cow<'static, str>, usize>,
    by_name: HashMap<Cow<'static, str>, usize>,
}

impl Default for Market {
    fn default() -> Self {
        let mut market = Self { shelves: Vec::new(), by_id: HashMap::new(), by_name: HashMap::new() };
        CATALOGUE.iter().for_each(|item| market.put(item.clone()));
        market
    }
}

impl Market {
    fn put(&mut self, item: Item) {
        let index = self.shelves.len();
        self.by_id.insert(item.id.clone(), index);
        self.by_name.insert(item.name.clone(), index);
        self.shelves.push(Shelf { price: item.price, item: Arc::new(item), stock: None });
    }

    /// How many fillers there are.
    pub(crate) fn fillers(&self) -> usize {
        self.shelves.len().saturating_sub(CATALOGUE.len())
    }

    /// Replaces the fillers by so many; the catalogue keeps its prices and its stock.
    pub(crate) fn set_fillers(&mut self, count: u32) {
        self.shelves.truncate(CATALOGUE.len());
        self.by_id.retain(|_, index| *index < CATALOGUE.len());
        self.by_name.retain(|_, index| *index < CATALOGUE.len());
        (0..count).for_each(|number| self.put(filler(number)));
    }

    /// All shelves, the catalogue's first.
    pub(crate) fn shelves(&self) -> &[Shelf] {
        &self.shelves
    }

    /// The shelves of the catalogue, without fillers.
    pub(crate) fn catalogue(&self) -> impl Iterator<Item = &Shelf> {
        self.shelves.iter().take(CATALOGUE.len())
    }

    /// What can be bought of a game.
    pub(crate) fn for_sale(&self, game: Game) -> impl Iterator<Item = &Shelf> {
        self.shelves.iter().filter(move |shelf| shelf.item.game == game && shelf.is_stocked())
    }

    /// What can be bought whose name has this part in it, in whatever case.
    pub(crate) fn search(&self, part: &str) -> impl Iterator<Item = &Shelf> {
        let part = part.to_lowercase();
        self.shelves
            .iter()
            .filter(move |shelf| shelf.is_stocked() && shelf.item.name.to_lowercase().contains(&part))
    }

    /// The item with this id, in stock or not.
    pub(crate) fn by_id(&self, id: &str) -> Option<&Shelf> {
        self.by_id.get(id).and_then(|index| self.shelves.get(*index))
    }

    /// The item of this game with exactly this name, in stock or not.
    pub(crate) fn by_name(&self, name: &str, game: Game) -> Option<&Shelf> {
        self.by_exact_name(name).filter(|shelf| shelf.item.game == game)
    }

    /// The item with exactly this name, in stock or not; names are unique over all games.
    pub(crate) fn by_exact_name(&self, name: &str) -> Option<&Shelf> {
        self.by_name.get(name).and_then(|index| self.shelves.get(*index))
    }

    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Shelf)) {
        if let Some(shelf) = self.by_id.get(id).and_then(|index| self.shelves.get_mut(*index)) {
            change(shelf);
        }
    }

    pub(super) fn take(&mut self, item: &Item) {
        self.change(&item.id, |shelf| shelf.stock = shelf.stock.map(|stock| stock.saturating_sub(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::Market;
    use crate::engine::fate::Fate;

    #[test]
    fn fillers_are_listed_and_found_and_can_be_taken_away() {
        let mut market = Market::default();
        market.set_fillers(30_000);
        assert_eq!(market.shelves().len(), 30_017);
        let shelf = &market.shelves()[20_000];
        assert_eq!(shelf.item.fate, Fate::Accepted);
        assert_eq!(market.by_id(&shelf.item.id).unwrap().item.name, shelf.item.name);
        assert_eq!(market.by_name(&shelf.item.name, shelf.item.game).unwrap().item.id, shelf.item.id);
        assert_eq!(market.search("rust DOOR").count(), 1);
        market.set_fillers(0);
        assert_eq!((market.shelves().len(), market.fillers()), (17, 0));
        assert!(market.by_id("2000001").is_none() && market.by_id("88117").is_some());
    }
}
