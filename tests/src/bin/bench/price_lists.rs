//! Price lists through each provider's adapter.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::de::IgnoredAny;
use skinbus_tests::price_lists::{self, PriceList, ROWS};
use skinbus_tests::process::binary;

use crate::load::median;

/// How often each list is read; the median counts.
const ROUNDS: usize = 21;

pub(crate) fn run() {
    println!("\nprice lists, {ROWS} rows, read by each adapter");
    let memory = Command::new(binary("bench-memory")).output().unwrap();
    assert!(memory.status.success(), "{}", String::from_utf8_lossy(&memory.stderr));
    let memory = String::from_utf8(memory.stdout).unwrap();
    for list in price_lists::all() {
        let (read, skimmed) = times(&list);
        let bytes = list.body.len() as f64;
        let per_second = |time: Duration| bytes / 1e6 / time.as_secs_f64();
        let line = memory.lines().find(|line| line.starts_with(list.provider)).unwrap();
        let held: Vec<f64> =
            line.split(' ').skip(1).map(|held| held.parse::<f64>().unwrap() / bytes).collect();
        println!(
            "  {:9} {:.1} MB: {:.0} MB/s, {:.2} of the {:.0} MB/s of a bare JSON check; {:.2} times the body in memory at \
             most, {:.2} of that the items",
            list.provider,
            bytes / 1e6,
            per_second(read),
            skimmed.as_secs_f64() / read.as_secs_f64(),
            per_second(skimmed),
            held[0],
            held[1],
        );
    }
}

/// How long the adapter takes for the list, and how long it takes to find only that it is JSON. They take turns, so that
/// what else the machine does touches both.
fn times(list: &PriceList) -> (Duration, Duration) {
    let (mut read, mut skimmed) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let began = Instant::now();
        black_box(serde_json::from_slice::<IgnoredAny>(black_box(&list.body)).unwrap());
        skimmed.push(began.elapsed());
        let began = Instant::now();
        let items = black_box(list.read());
        read.push(began.elapsed());
        // Dropping is not reading.
        drop(items);
    }
    (median(read), median(skimmed))
}
