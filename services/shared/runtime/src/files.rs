//! What a service was made of: its files as they were at one moment, by their contents.
//!
//! Not their times and not inotify: a mounted Secret changes by a symbolic link that is set elsewhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Most of a file that is looked at; all of ours are far smaller, and one given by mistake must not be read whole.
pub(crate) const READ_MAX_BYTES: u64 = 4 * 1024 * 1024;

/// The digest of a file's contents; `None` where it cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Contents(Option<[u8; 32]>);

impl Contents {
    /// Of a file that was read to its end, or to [`READ_MAX_BYTES`].
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Some(Sha256::digest(bytes).into()))
    }

    /// Of a file that cannot be read.
    pub(crate) const UNREADABLE: Self = Self(None);
}

/// Files and the digests of what they hold. It shows neither the contents nor the paths.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Contents>);

impl Snapshot {
    /// Looks at files.
    pub(crate) fn take(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let looked_at = files.into_iter().map(|file| {
            let contents = contents(&file);
            (file, contents)
        });
        Self(looked_at.collect())
    }

    /// Looks at the same files again.
    pub(crate) fn again(&self) -> Self {
        Self::take(self.0.keys().cloned())
    }

    /// The same files, some of them as they were in another look.
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// A file was read. Where it is read twice, the first time counts: a change in between is seen at the next look.
    pub(crate) fn add(&mut self, file: &Path, contents: Contents) {
        self.0.entry(file.to_owned()).or_insert(contents);
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Snapshot({} files)", self.0.len())
    }
}

fn contents(path: &Path) -> Contents {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(READ_MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_length) => Contents::of(&bytes),
        Err(_unreadable) => Contents::UNREADABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_count_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let (first, second) = (directory.path().join("first"), directory.path().join("second"));
        std::fs::write(&first, "a").unwrap();
        let before = Snapshot::take([first.clone(), second.clone()]);
        // Written anew with the same bytes, as a cluster does at every sync.
        std::fs::remove_file(&first).unwrap();
        std::fs::write(&first, "a").unwrap();
        assert_eq!(before, before.again());
        std::fs::write(&first, "b").unwrap();
        let changed = before.again();
        assert_ne!(before, changed);
        // A file that appears is a change, and an empty one is not one that is missing.
        std::fs::write(&second, "").unwrap();
        assert_ne!(changed, changed.again());
        assert_eq!(changed.with(before.clone()), before);
    }

    #[test]
    fn a_link_that_is_set_elsewhere_is_a_change() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for (folder, token) in [("old", "a"), ("new", "b")] {
            std::fs::create_dir(path(folder)).unwrap();
            std::fs::write(path(folder).join("token"), token).unwrap();
        }
        std::os::unix::fs::symlink(path("old"), path("data")).unwrap();
        let before = Snapshot::take([path("data").join("token")]);
        std::os::unix::fs::symlink(path("new"), path("data.new")).unwrap();
        std::fs::rename(path("data.new"), path("data")).unwrap();
        assert_ne!(before, before.again());
    }
}
