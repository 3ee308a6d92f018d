//! Secrets: read as they are, never printed, all problems at once.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use skinbus_runtime::SecretReader;
use skinbus_runtime::config::{AccountConfig, ProviderName, SecretField};
use skinbus_runtime::secrets::{SECRET_MAX_BYTES, SecretError, read_secret};

fn write(directory: &Path, name: &str, content: &[u8]) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_secret_is_exactly_its_text() {
    let directory = tempfile::tempdir().unwrap();
    let texts =
        [("00123", "00123"), ("true\n", "true"), ("[a]\r\n", "[a]"), ("two\n\n", "two\n"), (" x ", " x ")];
    for (content, expected) in texts {
        let path = write(directory.path(), "secret", content.as_bytes());
        assert_eq!(read_secret(&path).unwrap().expose_secret(), expected);
    }
}

#[test]
fn what_is_no_secret_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let read = |content: &[u8]| read_secret(&write(directory.path(), "secret", content)).unwrap_err();
    assert!(matches!(read(b""), SecretError::Empty));
    assert!(matches!(read(b" \n"), SecretError::Empty));
    assert!(matches!(read(b"\xff\xfe"), SecretError::NotText));
    assert!(matches!(read(&[b'a'; SECRET_MAX_BYTES + 1]), SecretError::TooLarge));
    assert!(read_secret(&write(directory.path(), "secret", &[b'a'; SECRET_MAX_BYTES])).is_ok());
    assert!(matches!(read_secret(directory.path()), Err(SecretError::Unreadable(_))));
}

#[test]
fn all_problems_come_together_and_name_settings_only() {
    let directory = tempfile::tempdir().unwrap();
    let name = "shadow_eu".parse().unwrap();
    let mut account = AccountConfig::new(ProviderName::Shadowpay, "acme".parse().unwrap());
    account.token_file = Some(write(directory.path(), "token", b"00123\n"));
    account.secret_hash_file = Some(write(directory.path(), "hash", b"\n"));
    // A secret in the place of a path is an easy mistake.
    account.api_key_file = Some("hunter2".into());

    let mut reader = SecretReader::new();
    let token = reader.required(&name, &account, SecretField::Token);
    assert_eq!(token.unwrap().expose_secret(), "00123");
    assert!(reader.required(&name, &account, SecretField::SecretHash).is_none());
    assert!(reader.required(&name, &account, SecretField::WebhookPathSecret).is_none());
    assert!(reader.optional(&name, &account, SecretField::ApiKey).is_none());
    assert!(reader.optional(&name, &account, SecretField::WebhookSignature).is_none());
    assert!(reader.required_text(&name, &account, "public_hash", account.public_hash.as_deref()).is_none());

    let errors = reader.finish().unwrap_err();
    let settings: Vec<&str> = errors.errors().iter().map(|error| error.setting.as_str()).collect();
    let expected = ["secret_hash_file", "webhook_path_secret_file", "api_key_file", "public_hash"];
    assert_eq!(settings, expected.map(|setting| format!("accounts.shadow_eu.{setting}")));
    assert!(!errors.to_string().contains("hunter2"), "{errors}");
}

#[test]
fn nothing_wrong_is_ok() {
    assert!(SecretReader::new().finish().is_ok());
}
