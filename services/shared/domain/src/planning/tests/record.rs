use super::at;
use crate::planning::{Reading, period};

#[test]
fn few_orders_are_asked_about_one_by_one() {
    assert_eq!(period(&[]), None);
    assert_eq!(period(&[at(0), at(1), at(2)]), None);
    assert_eq!(period(&[at(500), at(3), at(100), at(4)]), Some((at(-57), at(1100))));
}

#[test]
fn a_record_is_read_as_long_as_that_saves_requests() {
    let reading = |rows, rows_of_page, told_by_page, total, left| Reading {
        rows,
        rows_of_page,
        told_by_page,
        total,
        left,
    };
    for (worth, reading) in [
        (true, reading(1000, 1000, 80, Some(5000), 170)),
        // Four pages for eight orders, and for seven.
        (true, reading(1000, 1000, 80, Some(5000), 8)),
        (false, reading(1000, 1000, 80, Some(5000), 7)),
        (false, reading(1000, 1000, 80, Some(1000), 170)),
        (false, reading(2000, 1000, 80, Some(1000), 170)),
        (true, reading(1000, 1000, 2, None, 2)),
        (false, reading(1000, 1000, 1, None, 170)),
        (false, reading(0, 0, 0, Some(5000), 170)),
    ] {
        assert_eq!(reading.is_worth_a_page(), worth, "{reading:?}");
    }
}
