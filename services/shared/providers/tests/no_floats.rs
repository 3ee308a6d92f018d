//! No amount passes through a binary float. `clippy.toml` bans the types; this finds what need not name them, and it fails
//! in the tests as well.
#![cfg(test)]

use std::path::{Path, PathBuf};

/// The sources of the crates in which amounts are read, compared and written.
const SOURCES: [&str; 4] =
    ["services/shared/domain/src", "services/shared/providers/src", "proto/src", "proto/skinbus"];

/// What floats are read, made or written with.
const IN_RUST: [&str; 8] = ["f32", "f64", "as_f32", "as_f64", "to_f32", "to_f64", "from_f32", "from_f64"];
const IN_PROTOBUF: [&str; 2] = ["float", "double"];

#[test]
fn the_pure_crates_have_none() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    for folder in SOURCES {
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files);
        assert!(!files.is_empty(), "{folder} has no sources");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            let words: &[&str] =
                if file.extension().is_some_and(|end| end == "rs") { &IN_RUST } else { &IN_PROTOBUF };
            for (number, line) in text.lines().enumerate() {
                assert!(!has_float(line, words), "{}:{}: a float: {line}", file.display(), number + 1);
            }
        }
    }
}

/// Comments and texts may speak of floats.
fn has_float(line: &str, floats: &[&str]) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let code: String = code.split('"').step_by(2).collect();
    let mut words = code.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.any(|word| floats.contains(&word))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What is written in tests are answers of providers, which have a field named `float`.
            if !path.ends_with("tests") {
                collect(&path, files);
            }
        } else if path.extension().is_some_and(|end| end == "rs" || end == "proto") {
            files.push(path);
        }
    }
}

#[test]
fn it_finds_them() {
    for line in ["let price: f64 = 1.0;", "value.as_f64()", "Decimal::from_f32(x)"] {
        assert!(has_float(line, &IN_RUST), "{line}");
    }
    assert!(has_float("  double amount = 1;", &IN_PROTOBUF));
    for line in ["// No f64 here.", "#[serde(rename = \"f64\")]", "let f64_is_banned = 1;"] {
        assert!(!has_float(line, &IN_RUST), "{line}");
    }
}
