//! The keys of users. The server knows the public half only.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nkeys::{KeyPair, KeyPairType};

/// A directory with `<user>.pub`, the public key, and `<user>.nk`, the seed, where it was made here. A user who makes the key
/// alone gives us the first file only.
#[derive(Debug, Clone)]
pub struct Keys {
    directory: PathBuf,
}

/// Why a user has no key. Nothing of a key is quoted.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file could not be read or written.
    #[error("{operation} {file}", file = .file.display())]
    File {
        /// What was tried.
        operation: &'static str,
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// What the file holds is no key of a user.
    #[error("{file} holds no user's {expected}", file = .file.display())]
    NoKey {
        /// Which.
        file: PathBuf,
        /// What should be there.
        expected: &'static str,
    },
}

impl Keys {
    /// The keys in this directory, which must exist.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// The public key of a user. Where there is none, a pair is made; what is there is never changed.
    ///
    /// # Errors
    ///
    /// [`KeyError`] where a file cannot be used.
    pub fn public(&self, user: &str) -> Result<String, KeyError> {
        let public = self.directory.join(format!("{user}.pub"));
        if public.exists() {
            return read_public(&public);
        }
        let seed = self.seed_file(user);
        let pair = if seed.exists() { read_seed(&seed)? } else { make(&seed)? };
        let text = format!("{}\n", pair.public_key());
        fs::write(&public, text).map_err(|source| failed("writing", &public, source))?;
        Ok(pair.public_key())
    }

    /// Where a user's seed lies: the file for `nats.nkey_seed_file`.
    #[must_use]
    pub fn seed_file(&self, user: &str) -> PathBuf {
        self.directory.join(format!("{user}.nk"))
    }
}

/// Reads a user's pair of keys out of its seed file.
///
/// # Errors
///
/// [`KeyError`] where there is none.
pub(crate) fn read_seed(file: &Path) -> Result<KeyPair, KeyError> {
    let text = fs::read_to_string(file).map_err(|source| failed("reading", file, source))?;
    let pair = KeyPair::from_seed(text.trim()).ok().filter(|pair| pair.key_pair_type() == KeyPairType::User);
    pair.ok_or_else(|| KeyError::NoKey { file: file.to_owned(), expected: "seed" })
}

fn read_public(file: &Path) -> Result<String, KeyError> {
    let text = fs::read_to_string(file).map_err(|source| failed("reading", file, source))?;
    let key = text.trim();
    let pair = KeyPair::from_public_key(key).ok();
    match pair.filter(|pair| pair.key_pair_type() == KeyPairType::User) {
        Some(_) => Ok(key.to_owned()),
        None => Err(KeyError::NoKey { file: file.to_owned(), expected: "public key" }),
    }
}

/// For the owner's eyes only, from its first byte on; of two that make one at a time, one fails.
fn make(file: &Path) -> Result<KeyPair, KeyError> {
    let pair = KeyPair::new_user();
    let seed = pair.seed().map_err(|_| KeyError::NoKey { file: file.to_owned(), expected: "seed" })?;
    let options = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = options.and_then(|mut file| file.write_all(format!("{seed}\n").as_bytes()));
    written.map_err(|source| failed("writing", file, source))?;
    Ok(pair)
}

fn failed(operation: &'static str, file: &Path, source: std::io::Error) -> KeyError {
    KeyError::File { operation, file: file.to_owned(), source }
}
