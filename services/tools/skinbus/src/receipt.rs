//! Receipts in words.

use skinbus_proto::{status_from_proto, v1};

use crate::failure::Exit;
use crate::terminal::{Palette, Tone};
use crate::view;

/// The rule of the one violation that a conflict's receipt has.
const CONFLICT: &str = "order_id_conflict";

/// What the receipt means for the exit code.
pub(crate) fn exit(receipt: &v1::OrderReceipt) -> Exit {
    if receipt.violations.is_empty() {
        Exit::Done
    } else if receipt.violations.iter().any(|violation| violation.rule == CONFLICT) {
        Exit::Conflict
    } else {
        Exit::Refused
    }
}

/// The receipt, with everything that is wrong with the order.
pub(crate) fn lines(receipt: &v1::OrderReceipt, palette: Palette) -> Vec<String> {
    let order_id = if receipt.order_id.is_empty() { "(no order id)" } else { &receipt.order_id };
    let first = format!("{order_id}  {}", headline(receipt, palette));
    let violations = receipt.violations.iter().map(|broken| format!("  {}", violation(broken)));
    std::iter::once(first).chain(violations).collect()
}

/// The verdict alone.
pub(crate) fn headline(receipt: &v1::OrderReceipt, palette: Palette) -> String {
    let status = status_from_proto(receipt.status());
    match exit(receipt) {
        Exit::Done | Exit::Failed | Exit::Findings | Exit::Usage => {
            let word = palette.paint(view::tone(status), view::status_word(status));
            format!("{word}, version {}", receipt.version)
        }
        Exit::Conflict => format!("{}, nothing was stored", palette.paint(Tone::Bad, "CONFLICT")),
        Exit::Refused => {
            let problems = if receipt.violations.len() == 1 { "problem" } else { "problems" };
            let word = palette.paint(Tone::Bad, "REJECTED");
            format!("{word}, {} {problems}:", receipt.violations.len())
        }
    }
}

/// One broken rule.
pub(crate) fn violation(violation: &v1::Violation) -> String {
    let v1::Violation { field, rule, message, given } = violation;
    let given = if given.is_empty() { String::new() } else { format!(", was {given:?}") };
    format!("{field}: {message}{given} [{rule}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(violations: &[(&str, &str, &str, &str)]) -> v1::OrderReceipt {
        let violations = violations.iter().map(|(field, rule, message, given)| v1::Violation {
            field: (*field).to_owned(),
            rule: (*rule).to_owned(),
            message: (*message).to_owned(),
            given: (*given).to_owned(),
        });
        let violations: Vec<_> = violations.collect();
        let status =
            if violations.is_empty() { v1::TradeStatus::Accepted } else { v1::TradeStatus::Rejected };
        v1::OrderReceipt { order_id: "wd-1".to_owned(), version: 1, status: status.into(), violations }
    }

    #[test]
    fn an_accepted_order_is_one_line() {
        let receipt = receipt(&[]);
        assert_eq!(lines(&receipt, Palette::PLAIN), ["wd-1  ACCEPTED, version 1"]);
        assert_eq!(exit(&receipt), Exit::Done);
    }

    #[test]
    fn every_violation_is_listed() {
        let receipt = receipt(&[
            ("account", "unknown_account", "must be an account of this merchant", "skinify_other"),
            ("purchase.recipient.trade_token", "trade_token", "a trade token is 8 characters", ""),
        ]);
        let expected = [
            "wd-1  REJECTED, 2 problems:",
            "  account: must be an account of this merchant, was \"skinify_other\" [unknown_account]",
            "  purchase.recipient.trade_token: a trade token is 8 characters [trade_token]",
        ];
        assert_eq!(lines(&receipt, Palette::PLAIN), expected);
        assert_eq!(exit(&receipt), Exit::Refused);
    }

    #[test]
    fn a_conflict_is_told_apart() {
        let receipt =
            receipt(&[("order_id", CONFLICT, "belongs to another order, which is untouched", "wd-1")]);
        assert_eq!(lines(&receipt, Palette::PLAIN)[0], "wd-1  CONFLICT, nothing was stored");
        assert_eq!(exit(&receipt), Exit::Conflict);
    }
}
