//! Made-up orders whose credits come, are called off and come late, and what users have in the end.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use skinbus_proto::v1::{self, CreditState, TradeStatus, order_request::Operation};
use skinbus_tests::dice::Dice;

pub(crate) const MERCHANT: &str = "acme";

/// Balances by user and currency, without those that are zero.
pub(crate) type Balances = BTreeMap<(String, String), Decimal>;

/// What is left of them.
pub(crate) fn without_zeros(mut balances: Balances) -> Balances {
    balances.retain(|_, amount| *amount != Decimal::ZERO);
    balances
}

/// Status changes in the order of the stream.
pub(crate) struct History {
    pub(crate) changes: Vec<v1::TradeStatusChanged>,
}

impl History {
    /// Orders side by side, each with versions in their order.
    pub(crate) fn of(orders: usize, dice: &mut Dice) -> Self {
        let mut left: Vec<_> = (0..orders).map(|number| versions(number, dice).into_iter()).collect();
        let mut changes = Vec::new();
        while !left.is_empty() {
            let index = usize::try_from(dice.below(u64::try_from(left.len()).unwrap())).unwrap();
            match left[index].next() {
                Some(change) => changes.push(change),
                None => drop(left.swap_remove(index)),
            }
        }
        Self { changes }
    }

    /// The same, with some said again: at once, or long after they were overtaken.
    pub(crate) fn with_repeats(&self, dice: &mut Dice) -> Vec<v1::TradeStatusChanged> {
        let mut delivered = Vec::new();
        for change in &self.changes {
            delivered.push(change.clone());
            while dice.below(3) == 0 {
                delivered.push(dice.one_of(&delivered).clone());
            }
        }
        delivered
    }

    /// What users have: what the last version of each order says is credited, counted in hundredths.
    pub(crate) fn balances(&self) -> Balances {
        let last: BTreeMap<&str, &v1::TradeStatusChanged> =
            self.changes.iter().map(|change| (change.order_id.as_str(), change)).collect();
        let mut hundredths: BTreeMap<(String, String), i64> = BTreeMap::new();
        for trade in last.values().map(|change| change.trade.as_ref().unwrap()) {
            let credited = trade.credits.iter().filter(|credit| credit.state() == CreditState::Credited);
            for v1::Money { currency, amount } in credited.map(|credit| credit.amount.as_ref().unwrap()) {
                *hundredths.entry((user(trade), currency.clone())).or_default() +=
                    amount.replace('.', "").parse::<i64>().unwrap();
            }
        }
        without_zeros(
            hundredths.into_iter().map(|(owner, hundredths)| (owner, Decimal::new(hundredths, 2))).collect(),
        )
    }
}

fn user(trade: &v1::Trade) -> String {
    match &trade.order.as_ref().unwrap().operation {
        Some(Operation::Deposit(deposit)) => {
            let steam_id = &deposit.user.as_ref().unwrap().steam_id;
            trade.metadata.get("user").unwrap_or(steam_id).clone()
        }
        Some(Operation::Purchase(_) | Operation::Listing(_)) | None => {
            panic!("every order here is a deposit")
        }
    }
}

fn versions(number: usize, dice: &mut Dice) -> Vec<v1::TradeStatusChanged> {
    let mut trade = deposit(dice);
    let mut all: Vec<v1::TradeStatusChanged> = Vec::new();
    for version in 1..3 + dice.below(6) {
        if version > 1 {
            credits_go_on(&mut trade.credits, dice);
        }
        // Credits count by their own state alone, so any status goes with them.
        let statuses =
            [TradeStatus::Submitted, TradeStatus::OnHold, TradeStatus::Completed, TradeStatus::Expired];
        all.push(v1::TradeStatusChanged {
            merchant: MERCHANT.to_owned(),
            order_id: format!("d-{number}"),
            version,
            from: all.last().map(|before| before.to).unwrap_or_default(),
            to: (*dice.one_of(&statuses)).into(),
            trade: Some(trade.clone()),
            ..v1::TradeStatusChanged::default()
        });
    }
    all
}

/// By one of few users, whom the metadata name or Steam does.
fn deposit(dice: &mut Dice) -> v1::Trade {
    let user = v1::SteamUser { steam_id: format!("7656119800000000{}", dice.below(4)), ..Default::default() };
    let deposit = v1::Deposit { user: Some(user), ..v1::Deposit::default() };
    let metadata = match dice.below(2) {
        0 => BTreeMap::new(),
        _ => BTreeMap::from([("user".to_owned(), format!("u-{}", dice.below(4)))]),
    };
    v1::Trade {
        order: Some(v1::OrderRequest {
            operation: Some(Operation::Deposit(deposit)),
            ..v1::OrderRequest::default()
        }),
        account: (*dice.one_of(&["skinify_main", "shadowpay_main"])).to_owned(),
        metadata,
        ..v1::Trade::default()
    }
}

/// A credit goes from pending to credited to reversed, and may begin anywhere. All orders have the same keys.
fn credits_go_on(credits: &mut Vec<v1::Credit>, dice: &mut Dice) {
    use CreditState::{Credited, Pending, Reversed, Unspecified};
    for credit in credits.iter_mut() {
        let next = match credit.state() {
            Pending => *dice.one_of(&[Pending, Credited, Credited, Reversed]),
            Credited => *dice.one_of(&[Credited, Credited, Reversed]),
            Reversed | Unspecified => Reversed,
        };
        credit.state = next.into();
    }
    if dice.below(2) == 0 {
        let hundredths = dice.below(5_000);
        let amount = v1::Money {
            currency: (*dice.one_of(&["USD", "EUR"])).to_owned(),
            amount: format!("{}.{:02}", hundredths / 100, hundredths % 100),
        };
        credits.push(v1::Credit {
            key: format!("k-{}", credits.len()),
            amount: Some(amount),
            state: (*dice.one_of(&[Pending, Credited, Credited])).into(),
            ..v1::Credit::default()
        });
    }
}
