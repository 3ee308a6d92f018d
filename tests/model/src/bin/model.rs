//! Checks every configuration and prints what there was to check: `model [--short] [part of a configuration's name]`.

#![expect(clippy::print_stdout, reason = "this prints")]

use std::process::ExitCode;
use std::time::Instant;

use skinbus_model::check::check;
use skinbus_model::configurations::{Size, all};
use skinbus_model::runs::follow_all;

const THREADS: usize = 1;

fn main() -> ExitCode {
    let is_short = std::env::args().any(|argument| argument == "--short");
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_default();
    let mut is_kept = true;
    println!("| configuration | faults | states | furthest | ends of runs | seconds |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let all = all(if is_short { Size::Short } else { Size::Full });
    for configuration in all.into_iter().filter(|configuration| configuration.name.contains(&part)) {
        let (name, protocol) = (configuration.name, configuration.protocol);
        let began = now();
        let runs = follow_all(&protocol);
        let faults = protocol.faults_max;
        let found = check(protocol, THREADS);
        let took = now().duration_since(began).as_secs();
        println!("| {name} | {faults} | {} | {} | {} | {took} |", found.states, found.depth, runs.ends);
        for (property, steps) in &found.broken {
            println!("broken: {property}, by {}", steps.join(", "));
        }
        if runs.circles > 0 || runs.states != found.states {
            println!("broken: {} circles, {} states when runs are followed", runs.circles, runs.states);
        }
        is_kept &= found.broken.is_empty() && runs.circles == 0 && runs.states == found.states;
    }
    if is_kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::disallowed_methods, reason = "the time that a check takes is shown")]
fn now() -> Instant {
    Instant::now()
}
