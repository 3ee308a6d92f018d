//! Skinout's money: whole thousandths of a USD.

use rust_decimal::Decimal;

use crate::amount::Number;

const THOUSAND: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

/// An amount of USD in thousandths; what is finer is rounded, because the wire has no fractions.
pub(super) fn thousandths(usd: Decimal) -> Number {
    Number(usd.checked_mul(THOUSAND).unwrap_or(Decimal::MAX).round_dp(0))
}

/// So many thousandths, in USD.
pub(super) fn usd(thousandths: u64) -> Decimal {
    Decimal::from_i128_with_scale(i128::from(thousandths), 3)
}

#[cfg(test)]
mod tests {
    use super::{thousandths, usd};
    use crate::amount::parse;

    #[test]
    fn thousandths_are_whole_in_both_directions() {
        for (text, whole) in [("1.25", 1_250), ("0.041", 41), ("9999.00", 9_999_000), ("0", 0)] {
            let amount = parse(text).unwrap();
            assert_eq!(thousandths(amount).0.to_string(), whole.to_string());
            assert_eq!(usd(whole), amount);
        }
    }
}
