//! What arrived for a deposit or a listing, in words.

use skinbus_domain::{Currency, Money};
use skinbus_proto::v1;

use crate::view;

/// How sure a credit is.
fn state_word(state: v1::CreditState) -> &'static str {
    match state {
        v1::CreditState::Unspecified => "unknown",
        v1::CreditState::Pending => "pending",
        v1::CreditState::Credited => "credited",
        v1::CreditState::Reversed => "reversed",
    }
}

/// One credit: how much, how sure, under which key, and what the user was shown.
pub(crate) fn line(credit: &v1::Credit) -> String {
    let amount = credit.amount.as_ref().map_or_else(|| "no amount".to_owned(), view::money);
    let has_other_name = !credit.thing.is_empty() && credit.thing != credit.key;
    let words = [
        Some(format!("{amount} {}", state_word(credit.state()))),
        Some(format!("key {}", credit.key)),
        has_other_name.then(|| format!("for {}", credit.thing)),
        credit.local_amount.as_ref().map(|shown| format!("shown as {}", view::money(shown))),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The sums by state and currency, like `12.50 USD credited`; what counts comes first.
pub(crate) fn totals(credits: &[v1::Credit]) -> Vec<String> {
    const STATES: [v1::CreditState; 4] = [
        v1::CreditState::Credited,
        v1::CreditState::Pending,
        v1::CreditState::Reversed,
        v1::CreditState::Unspecified,
    ];
    let mut lines = Vec::new();
    for state in STATES {
        let mut sums: Vec<Money> = Vec::new();
        for amount in credits.iter().filter(|credit| credit.state() == state).filter_map(amount) {
            match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
                // A sum beyond every amount is not worth a failure: the credits themselves are shown as well.
                Some(sum) => sum.amount = sum.amount.saturating_add(amount.amount),
                None => sums.push(amount),
            }
        }
        sums.sort_by_key(|sum| sum.currency);
        lines.extend(sums.iter().map(|sum| format!("{sum} {}", state_word(state))));
    }
    lines
}

fn amount(credit: &v1::Credit) -> Option<Money> {
    let v1::Money { currency, amount } = credit.amount.as_ref()?;
    Money::parse(currency.parse::<Currency>().ok()?, amount).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::credit;
    use v1::CreditState::{Credited, Pending, Reversed};

    #[test]
    fn a_credit_tells_amount_state_and_key() {
        assert_eq!(line(&credit("k-1", "12.50", "USD", Credited)), "12.50 USD credited, key k-1");
        let shown = v1::Money { currency: "COIN".to_owned(), amount: "1250".to_owned() };
        let credit = v1::Credit {
            local_amount: Some(shown),
            thing: "asset 7".to_owned(),
            ..credit("k-1", "12.50", "USD", Pending)
        };
        assert_eq!(line(&credit), "12.50 USD pending, key k-1, for asset 7, shown as 1250 COIN");
    }

    #[test]
    fn totals_are_by_state_and_currency() {
        let credits = [
            credit("1", "0.10", "USD", Credited),
            credit("2", "3", "USD", Pending),
            credit("3", "0.20", "USD", Credited),
            credit("4", "5", "EUR", Credited),
            credit("5", "1", "USD", Reversed),
        ];
        let expected = ["5 EUR credited", "0.30 USD credited", "3 USD pending", "1 USD reversed"];
        assert_eq!(totals(&credits), expected);
        assert!(totals(&[]).is_empty());
    }
}
