//! Sums of money, one for each currency.

use std::collections::BTreeMap;
use std::fmt;

use skinbus_domain::{Currency, Money};
use skinbus_proto::v1;

const SHOWN_DECIMALS: u32 = 2;

/// Amounts of any currencies, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums(BTreeMap<Currency, Money>);

impl Sums {
    pub(super) fn add(&mut self, money: Money) {
        let sum = self.0.entry(money.currency);
        // A sum beyond every amount would only hide that the sides differ.
        sum.and_modify(|sum| sum.amount = sum.amount.saturating_add(money.amount)).or_insert(money);
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        other.0.values().for_each(|money| self.add(*money));
    }
}

impl FromIterator<Money> for Sums {
    fn from_iter<T: IntoIterator<Item = Money>>(money: T) -> Self {
        let mut sums = Self::default();
        money.into_iter().for_each(|money| sums.add(money));
        sums
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sums: Vec<String> = self.0.values().map(shown).collect();
        formatter.write_str(&sums.join(", "))
    }
}

/// In one form, whatever the texts were: two decimals, and more where there are more.
fn shown(money: &Money) -> String {
    let mut amount = money.amount.normalize();
    if amount.scale() < SHOWN_DECIMALS {
        amount.rescale(SHOWN_DECIMALS);
    }
    Money { amount, ..*money }.to_string()
}

/// The credits that count.
pub(super) fn credited(credits: &[v1::Credit]) -> impl Iterator<Item = &v1::Credit> {
    credits.iter().filter(|credit| credit.state() == v1::CreditState::Credited)
}

/// An amount in its text.
pub(super) fn money(amount: &str, currency: &str) -> Option<Money> {
    Money::parse(currency.parse().ok()?, amount).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_by_currency() {
        let all = [("0.10", "USD"), ("5", "EUR"), ("0.20", "usd")];
        let sums: Sums = all.iter().filter_map(|(amount, currency)| money(amount, currency)).collect();
        assert_eq!(sums.to_string(), "5.00 EUR, 0.30 USD");
        let mut other: Sums = money("0.3", "USD").into_iter().collect();
        assert_ne!(other, sums);
        other.add_all(&money("5.00", "EUR").into_iter().collect());
        assert_eq!(other, sums);
        let long: Sums = ["8.500", "0.0010"].iter().filter_map(|amount| money(amount, "USD")).collect();
        assert_eq!(long.to_string(), "8.501 USD");
        assert_eq!(Sums::default().to_string(), "");
        assert_eq!(money("1,5", "USD"), None);
    }
}
