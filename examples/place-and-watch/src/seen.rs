//! Which versions were seen: a file in place of the merchant's database.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The version of each order that was seen last.
pub(crate) struct Seen {
    file: PathBuf,
    versions: BTreeMap<String, u64>,
}

impl Seen {
    pub(crate) fn open(file: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let line = |line: &str| {
            let (order_id, version) = line.split_once(' ')?;
            Some((order_id.to_owned(), version.parse().ok()?))
        };
        Ok(Self { file: file.to_owned(), versions: text.lines().filter_map(line).collect() })
    }

    pub(crate) fn version(&self, order_id: &str) -> u64 {
        self.versions.get(order_id).copied().unwrap_or_default()
    }

    /// Put in place as a whole: a crash leaves the old file or the new one.
    pub(crate) fn keep(&mut self, order_id: &str, version: u64) -> io::Result<()> {
        self.versions.insert(order_id.to_owned(), version);
        let text: String =
            self.versions.iter().map(|(order_id, version)| format!("{order_id} {version}\n")).collect();
        let beside = self.file.with_extension("new");
        std::fs::write(&beside, text)?;
        std::fs::rename(&beside, &self.file)
    }
}
