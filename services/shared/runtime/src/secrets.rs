//! Secrets are files, read here and nowhere else.
//!
//! They never pass through the configuration library: its errors print what they could not read. What is read is wrapped
//! at once in a type that does not print.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use secrecy::SecretString;
use skinbus_domain::ids::AccountId;

use crate::config::{AccountConfig, ConfigError, ConfigErrors, NOT_SET, SecretField};
use crate::files::{Contents, READ_MAX_BYTES, Snapshot};

/// Largest secret file; keys are tens of bytes.
pub const SECRET_MAX_BYTES: usize = 16 * 1024;

/// Why a secret could not be read. It holds neither the secret nor the path: a secret that was written in the path's
/// place must not be shown either.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file could not be opened or read.
    #[error("cannot read the secret file: {0}; check that it is mounted and readable")]
    Unreadable(#[source] io::Error),
    /// The file holds nothing but perhaps a newline.
    #[error("the secret file is empty")]
    Empty,
    /// The file is larger than any secret.
    #[error("the secret file is larger than 16 KiB; is it the right file?")]
    TooLarge,
    /// The file is not UTF-8.
    #[error("the secret file is not UTF-8 text; is it the right file?")]
    NotText,
}

/// Reads a secret: the file's text without one newline at its end. Whatever it looks like (`00123`, `true`, `[a]`), it
/// stays what it is.
///
/// # Errors
///
/// [`SecretError`] where the file is unreadable, empty, too large or not text.
pub fn read_secret(path: &Path) -> Result<SecretString, SecretError> {
    read(path).1
}

fn read(path: &Path) -> (Contents, Result<SecretString, SecretError>) {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(READ_MAX_BYTES).read_to_end(&mut bytes)) {
        Ok(_length) => (Contents::of(&bytes), secret(bytes)),
        Err(error) => (Contents::UNREADABLE, Err(SecretError::Unreadable(error))),
    }
}

fn secret(bytes: Vec<u8>) -> Result<SecretString, SecretError> {
    if bytes.len() > SECRET_MAX_BYTES {
        return Err(SecretError::TooLarge);
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(SecretError::Empty);
    }
    Ok(SecretString::from(text))
}

/// Reads the secrets that a service needs and collects what is wrong, so that all of it is reported at once. It remembers
/// which files those are: they are watched while the service runs.
#[derive(Debug, Default)]
pub struct SecretReader {
    errors: Vec<ConfigError>,
    files: Snapshot,
}

impl SecretReader {
    /// A reader without errors.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a secret that the service cannot do without. `None` means that an error was collected.
    pub fn required(
        &mut self,
        name: &AccountId,
        account: &AccountConfig,
        field: SecretField,
    ) -> Option<SecretString> {
        if account.secret_file(field).is_none() {
            let problem =
                format!("provider {} needs it; name a file that holds the secret", account.provider);
            self.error(name, account, field.setting(), problem);
            return None;
        }
        self.optional(name, account, field)
    }

    /// Reads a secret that may be left out. `None` means that it is not set, or that an error was collected.
    pub fn optional(
        &mut self,
        name: &AccountId,
        account: &AccountConfig,
        field: SecretField,
    ) -> Option<SecretString> {
        let path = account.secret_file(field)?;
        let (contents, secret) = read(path);
        self.files.add(path, contents);
        match secret {
            Ok(secret) => Some(secret),
            Err(error) => {
                let setting = setting_of(name, account, field.setting());
                let source = describe_path(path);
                self.push(ConfigError { setting, source, problem: error.to_string() });
                None
            }
        }
    }

    /// Takes a setting of the account that is no secret but that the service cannot do without.
    pub fn required_text(
        &mut self,
        name: &AccountId,
        account: &AccountConfig,
        setting: &'static str,
        value: Option<&str>,
    ) -> Option<String> {
        let value = value.filter(|value| !value.is_empty());
        if value.is_none() {
            let problem = format!("provider {} needs it", account.provider);
            self.push(ConfigError {
                setting: format!("accounts.{name}.{setting}"),
                source: NOT_SET.to_owned(),
                problem,
            });
        }
        value.map(str::to_owned)
    }

    /// Collects an error of the service's own about a setting of an account. The text must not hold its value.
    pub fn error(
        &mut self,
        name: &AccountId,
        account: &AccountConfig,
        setting: &str,
        problem: impl Into<String>,
    ) {
        self.push(ConfigError {
            setting: setting_of(name, account, setting),
            source: NOT_SET.to_owned(),
            problem: problem.into(),
        });
    }

    /// Two uses of one setting have one mistake.
    fn push(&mut self, error: ConfigError) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Everything that was collected.
    pub fn finish(&mut self) -> Result<(), ConfigErrors> {
        ConfigErrors::from(std::mem::take(&mut self.errors)).into_result()
    }

    /// Every file that was read or could not be, with what it held.
    pub(crate) fn into_files(self) -> Snapshot {
        self.files
    }
}

fn setting_of(name: &AccountId, account: &AccountConfig, setting: &str) -> String {
    format!("accounts.{name}.{}", account.setting_name(setting))
}

/// A path is shown where it surely is one: text without a leading slash or dot may be the secret itself.
fn describe_path(path: &Path) -> String {
    if path.is_absolute() || path.starts_with(".") || path.starts_with("..") {
        return format!("file {}", path.display());
    }
    "the file it names, relative to the working directory".to_owned()
}
