//! What is left of a failed run: logs, plan, records. A run that finds nothing leaves nothing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use super::oracle::Finding;
use super::records::Records;
use super::settings::Settings;
use crate::process::Process;

/// The folder of one run.
pub struct Evidence {
    folder: PathBuf,
}

impl Evidence {
    /// Begins the folder anew.
    pub fn begin(settings: &Settings) -> Self {
        let folder = settings.evidence.join(settings.seed.to_string());
        let _not_there = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Keeps a text.
    pub fn keep(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    /// Keeps one more line of what happened.
    pub fn note(&self, line: &str) {
        let now = skinbus_runtime::clock::now();
        self.append("events.log", &format!("{now:.6} {line}\n"));
    }

    /// Keeps what a process logged, after what those before it in its place did.
    pub fn keep_log(&self, service: &str, replica: usize, process: &Process) {
        let mut text = process.log().join("\n");
        text.push_str("\n--- killed\n");
        self.append(&format!("{service}-{replica}.log"), &text);
    }

    fn append(&self, name: &str, text: &str) {
        let file = std::fs::File::options().create(true).append(true).open(self.folder.join(name));
        file.unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Keeps the records where something was found, and tells where; else removes the folder.
    #[must_use]
    pub fn end(self, records: &Records, findings: &[Finding], report: &str) -> Option<PathBuf> {
        if findings.is_empty() {
            let _kept_if_it_must = std::fs::remove_dir_all(&self.folder);
            return None;
        }
        let lines = findings.iter().map(|finding| format!("{finding}\n\n"));
        self.keep("findings.txt", &lines.collect::<String>());
        self.keep("report.txt", report);
        let mut ledger = String::new();
        for (order_id, versions) in &records.histories {
            for version in versions {
                let change = &version.change;
                writeln!(ledger, "{order_id} {} at {} µs: {change:?}", version.sequence, version.stored_us)
                    .unwrap();
            }
        }
        self.keep("ledger.txt", &ledger);
        self.keep("simulator-ledger.json", &pretty(&records.simulator_ledger));
        self.keep(
            "arrivals.txt",
            &records.arrivals.iter().map(|arrival| format!("{arrival:?}\n")).collect::<String>(),
        );
        self.keep(
            "acknowledged.txt",
            &records.acknowledged.iter().map(|one| format!("{one:?}\n")).collect::<String>(),
        );
        self.keep("letters.txt", &format!("{:#?}", records.letters));
        self.keep(
            "alerts.txt",
            &records.alerts.iter().map(|alert| format!("{alert:?}\n")).collect::<String>(),
        );
        Some(self.folder)
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}
