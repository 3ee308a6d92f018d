//! Answers that are made up: fixtures with flipped bits and swapped parts, and random JSON in the words of the fixtures.
//! A fuzzer finds more; this runs with every test, and on every step of every provider.
#![cfg(test)]

use std::path::Path;

use proptest::prelude::*;
use skinbus_fuzz::case::Case;
use skinbus_fuzz::{ACCOUNTS, TARGETS, Target};

/// Answers in the corpus, and words that stand in them.
struct Known {
    bodies: Vec<Vec<u8>>,
    words: Vec<String>,
}

fn known(target: &Target) -> Known {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let files = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let body = |case: Vec<u8>| case.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default().to_vec();
    let bodies: Vec<_> = files.into_iter().map(|file| body(std::fs::read(file).unwrap())).collect();
    let text = String::from_utf8_lossy(&bodies.concat()).into_owned();
    let mut words: Vec<_> = text.split('"').map(str::to_owned).filter(|word| word.len() < 40).collect();
    words.sort();
    words.dedup();
    Known { bodies, words }
}

/// A value whose keys and texts are mostly words of real answers.
fn json(words: Vec<String>) -> impl Strategy<Value = String> {
    let word = prop_oneof![8 => proptest::sample::select(words), 1 => "[ -~]{0,12}"];
    let word = word.prop_map(|word| serde_json::Value::from(word).to_string());
    let leaf = prop_oneof![
        4 => word.clone(),
        2 => "[0-9]{1,12}(\\.[0-9]{1,6})?",
        1 => proptest::sample::select(vec!["true", "false", "null", "[]", "{}", "-1", "1e9", "0.10"])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        let fields = proptest::collection::vec((word.clone(), inner.clone()), 0..8);
        let object = fields.prop_map(|fields| {
            let fields: Vec<_> = fields.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
            format!("{{{}}}", fields.join(","))
        });
        let list = proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![4 => object, 1 => list]
    })
}

/// A real answer that is damaged: cut, with other bits, or with another one's end.
fn damaged(bodies: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let body = proptest::sample::select(bodies);
    let flips = proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 0..4);
    (body.clone(), body, any::<[prop::sample::Index; 2]>(), flips).prop_map(|(first, second, ends, flips)| {
        let end = |body: &[u8], at: prop::sample::Index| at.index(body.len() + 1);
        let mut body = first[..end(&first, ends[0])].to_vec();
        if ends[1].index(4) == 0 {
            body.extend_from_slice(&second[end(&second, ends[1])..]);
        } else if ends[1].index(4) > 1 {
            body.clone_from(&first);
        }
        for (at, bit) in flips {
            if !body.is_empty() {
                let at = at.index(body.len());
                body[at] ^= 1 << bit;
            }
        }
        body
    })
}

/// Runs every step of every provider with the body.
fn run_everywhere(target: &Target, status: u16, body: &[u8]) {
    for account in ACCOUNTS.iter() {
        for step in (target.steps)() {
            (target.run)(&Case::write(account.name, step, status, body));
        }
    }
}

fn garbage(name: &str, cases: u32) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let Known { bodies, words } = known(target);
    let body = prop_oneof![damaged(bodies), json(words).prop_map(String::into_bytes)];
    let status = prop_oneof![4 => Just(200_u16), 1 => 200_u16..600];
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(status in status, body in body)| run_everywhere(target, status, &body));
}

#[test]
fn as_answers_to_placing_calls() {
    garbage("placed", 256);
}

#[test]
fn as_answers_to_look_ups() {
    garbage("looked_up", 256);
}

#[test]
fn as_answers_to_queries() {
    garbage("queried", 256);
}

#[test]
fn as_answers_to_commands() {
    garbage("commanded", 256);
}

#[test]
fn as_webhooks() {
    garbage("webhook", 256);
}

#[test]
fn every_provider_has_its_cases() {
    for target in TARGETS.iter().filter(|target| !(target.steps)().is_empty()) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        for account in ACCOUNTS.iter() {
            let has_case = std::fs::read_dir(&folder).unwrap().any(|file| {
                let case = std::fs::read(file.unwrap().path()).unwrap();
                case.starts_with(format!("{} ", account.name).as_bytes())
            });
            assert!(has_case, "the corpus of {} has no case of {}", target.name, account.name);
        }
    }
}
