//! Whatever is delivered again, and in whatever order: balances are those of each version applied once, in order.

use std::collections::BTreeMap;
use std::path::Path;

use crediting_example::database::Database;
use rust_decimal::Decimal;
use skinbus_client::credits::{self, Booking, CreditBook, CreditKey, Rules, Step};
use skinbus_proto::v1;
use skinbus_tests::dice::Dice;

use crate::history::{Balances, History, without_zeros};

const SEEDS: u64 = 300;

/// The database without a database: the pure decision alone.
#[derive(Default)]
struct Books {
    versions: BTreeMap<String, u64>,
    booked: BTreeMap<CreditKey, Booking>,
    balances: Balances,
}

impl Books {
    fn of<'a>(changes: impl IntoIterator<Item = &'a v1::TradeStatusChanged>) -> Self {
        let mut books = Self::default();
        changes.into_iter().for_each(|change| books.apply(change));
        books
    }

    fn apply(&mut self, change: &v1::TradeStatusChanged) {
        let told = credits::read(change, &Rules::default()).unwrap();
        if !credits::is_new(told.version, self.versions.get(&told.order_id).copied()) {
            return;
        }
        for (key, wanted) in told.credits {
            for step in credits::steps(self.booked.get(&key).cloned(), wanted) {
                self.make(&key, step);
            }
        }
        self.versions.insert(told.order_id, told.version);
    }

    fn make(&mut self, key: &CreditKey, step: Step) {
        let (booking, change) = match step {
            Step::Book(booking) => {
                assert!(
                    self.booked.insert(key.clone(), booking.clone()).is_none(),
                    "{key:?} is booked twice"
                );
                (booking.clone(), booking.amount)
            }
            Step::TakeBack(booking) => {
                assert_eq!(self.booked.remove(key), Some(booking.clone()), "{key:?} was not booked");
                (booking.clone(), -booking.amount)
            }
        };
        *self.balances.entry((booking.user, booking.currency)).or_default() += change;
    }

    fn balances(self) -> Balances {
        without_zeros(self.balances)
    }
}

/// Every version at least once, some several times, in any order at all.
fn shuffled(history: &History, dice: &mut Dice) -> Vec<v1::TradeStatusChanged> {
    let mut delivered = history.with_repeats(dice);
    dice.shuffle(&mut delivered);
    delivered
}

#[test]
fn any_delivery_gives_the_balances_of_each_version_once_in_order() {
    for seed in 0..SEEDS {
        let mut dice = Dice::seeded(seed);
        let history = History::of(5, &mut dice);
        let in_order = Books::of(&history.changes).balances();
        assert_eq!(in_order, history.balances(), "seed {seed}");
        let replayed = || history.changes.iter().chain(&history.changes);
        assert_eq!(Books::of(replayed()).balances(), in_order, "seed {seed}: replayed");
        let repeated = history.with_repeats(&mut dice);
        assert_eq!(Books::of(&repeated).balances(), in_order, "seed {seed}: repeated");
        let shuffled = shuffled(&history, &mut dice);
        assert_eq!(Books::of(&shuffled).balances(), in_order, "seed {seed}: shuffled");
    }
}

/// A stream may have lost its beginning, and a program may have been away.
#[test]
fn the_newest_version_of_an_order_is_enough() {
    for seed in 0..SEEDS {
        let history = History::of(5, &mut Dice::seeded(seed));
        let newest: BTreeMap<&str, &v1::TradeStatusChanged> =
            history.changes.iter().map(|change| (change.order_id.as_str(), change)).collect();
        assert_eq!(Books::of(newest.into_values()).balances(), history.balances(), "seed {seed}");
    }
}

#[tokio::test]
async fn the_database_agrees() {
    for seed in 0..10 {
        let mut dice = Dice::seeded(seed);
        let history = History::of(5, &mut dice);
        let mut database = Database::open(Path::new(":memory:")).unwrap();
        for change in shuffled(&history, &mut dice) {
            database.apply(&credits::read(&change, &Rules::default()).unwrap()).await.unwrap();
        }
        let balances = database.balances().unwrap().into_iter();
        let balances = balances.map(|balance| ((balance.user, balance.currency), balance.amount)).collect();
        assert_eq!(without_zeros(balances), history.balances(), "seed {seed}");
    }
}

/// A message that cannot be booked to its end is not booked at all.
#[tokio::test]
async fn a_transaction_that_fails_changes_nothing() {
    let mut database = Database::open(Path::new(":memory:")).unwrap();
    let credit = |key: &str, amount: Decimal| {
        let key = CreditKey { account: "a".to_owned(), order_id: "d".to_owned(), key: key.to_owned() };
        (key, Some(Booking { user: "u".to_owned(), currency: "USD".to_owned(), amount }))
    };
    let told = |version, credits| credits::Told {
        merchant: "acme".to_owned(),
        order_id: "d".to_owned(),
        version,
        credits,
    };
    let too_much = vec![credit("1", Decimal::ONE), credit("2", Decimal::MAX)];
    assert!(database.apply(&told(1, too_much)).await.is_err());
    assert_eq!(database.balances().unwrap(), []);
    assert_eq!(database.apply(&told(1, vec![credit("1", Decimal::ONE)])).await.unwrap().len(), 1);
    assert_eq!(database.balances().unwrap()[0].amount, Decimal::ONE);
}
