//! The documentation's tables of capabilities are what the adapters say. `UPDATE_DOCS=1` writes them anew.
#![cfg(test)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use skinbus_providers::registry::ALL;
use skinbus_providers::{Capability, ProviderDefaults, Support};

const BEGIN: &str = "<!-- capabilities:begin -->\n";
const END: &str = "<!-- capabilities:end -->";

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

/// What stands between the marks of this document is `table`.
fn check(document: &str, table: &str) {
    let path = documents().join(document);
    let Ok(text) = std::fs::read_to_string(&path) else { panic!("{document} is missing") };
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (written, after) = rest.split_once(END)?;
        Some((before, written, after))
    });
    let Some((before, written, after)) = parts else {
        panic!("{document} has no {} … {END}", BEGIN.trim_end());
    };
    if written == table {
        return;
    }
    assert!(
        is_updating(),
        "the capabilities in {document} are not those of the adapters: UPDATE_DOCS=1 writes them"
    );
    std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a switch of this test, no setting of a service")]
fn is_updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value != "0")
}

fn table_of(provider: &ProviderDefaults) -> String {
    let mut table = "| capability | supported | call, or why not |\n| --- | --- | --- |\n".to_owned();
    for capability in Capability::ALL {
        let (supported, text) = match (provider.support)(capability) {
            Support::Supported(call) => ("yes", call),
            Support::Unsupported(reason) => ("no", reason),
        };
        assert!(!text.is_empty() && !text.contains(['|', '\n']), "{}: {text:?}", provider.name);
        writeln!(table, "| {} | {supported} | {text} |", capability.as_str()).unwrap();
    }
    table
}

fn overview() -> String {
    let titles = ALL.map(|provider| format!("[{}](docs/providers/{}.md)", provider.title, provider.name));
    let mut table = format!("| | {} |\n| --- |{}\n", titles.join(" | "), " :-: |".repeat(ALL.len()));
    for capability in Capability::ALL {
        let marks = ALL.map(|provider| if (provider.support)(capability).is_supported() { "✓" } else { "–" });
        writeln!(table, "| {} | {} |", capability.as_str(), marks.join(" | ")).unwrap();
    }
    table
}

#[test]
fn every_provider_has_a_page_with_its_capabilities() {
    for provider in ALL {
        check(&format!("docs/providers/{}.md", provider.name), &table_of(provider));
    }
}

#[test]
fn the_readme_has_the_overview() {
    check("README.md", &overview());
}

#[test]
fn every_page_is_of_a_provider() {
    for entry in std::fs::read_dir(documents().join("docs/providers")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = ALL.iter().any(|provider| name == format!("{}.md", provider.name));
        assert!(is_known, "docs/providers/{name} is of no provider");
    }
}

#[test]
fn no_capability_stands_there_twice() {
    let mut names = Capability::ALL.map(Capability::as_str);
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}
