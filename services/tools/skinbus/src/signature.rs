//! `skinbus webhook-signature`: the constant that stands for a key where webhooks come in.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use skinbus_providers::{skinify, skinout, skinsback};
use skinbus_runtime::secrets::read_secret;

use crate::cli::{SignatureArguments, Signer};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Prints what verifies webhooks and cannot call the provider, so that webhook-ingress need not have the key.
pub(crate) fn run(arguments: &SignatureArguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    terminal.line(signature(arguments)?.expose_secret())?;
    Ok(Exit::Done)
}

fn signature(arguments: &SignatureArguments) -> Result<SecretString, Failure> {
    let SignatureArguments { provider, key_file, token_file, client_id, project_id } = arguments;
    let Some(path) = key_file.as_ref().or(token_file.as_ref()) else {
        return Err(Failure::Usage("--key-file is needed".to_owned()));
    };
    if let Some(project_id) = project_id {
        return match provider {
            Signer::Skinify => Ok(skinify::feed_signature_of(project_id, &key(path)?)),
            Signer::Skinout | Signer::Skinsback => {
                Err(Failure::Usage("--project-id is for skinify only".to_owned()))
            }
        };
    }
    match (provider, client_id) {
        (Signer::Skinsback, Some(client_id)) => Ok(skinsback::signature_of(client_id, &key(path)?)),
        (Signer::Skinsback, None) => Err(Failure::Usage("--client-id is needed for skinsback".to_owned())),
        (Signer::Skinify | Signer::Skinout, Some(_)) => {
            Err(Failure::Usage("--client-id is for skinsback only".to_owned()))
        }
        (Signer::Skinify, None) => Ok(skinify::signature_of(&key(path)?)),
        (Signer::Skinout, None) => Ok(skinout::signature_of(&key(path)?)),
    }
}

fn key(path: &Path) -> Result<SecretString, Failure> {
    read_secret(path)
        .map_err(|error| Failure::new(format!("reading the key from {}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;

    fn run_with(options: &[&str]) -> Result<String, Failure> {
        let cli = Cli::try_parse_from([&["skinbus", "webhook-signature"], options].concat()).ok().unwrap();
        let Command::WebhookSignature(arguments) = cli.command else { panic!("another command") };
        signature(&arguments).map(|signature| signature.expose_secret().to_owned())
    }

    #[test]
    fn the_constant_is_made_of_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "token\n").unwrap();
        let path = path.to_str().unwrap();
        let expected = "94a08da1fecbb6e8b46990538c7b50b2";
        for options in
            [&["--token-file", path][..], &["--key-file", path], &["--provider=skinout", "--key-file", path]]
        {
            assert_eq!(run_with(options).ok().as_deref(), Some(expected), "{options:?}");
        }
        assert!(matches!(run_with(&["--key-file", path, "--client-id=1"]), Err(Failure::Usage(_))));
        let events = run_with(&["--key-file", path, "--project-id=1042"]);
        assert_eq!(events.ok().as_deref(), Some("8650c498ad4bae096aabbb3562ea8833"));
        let wrong = run_with(&["--provider=skinout", "--key-file", path, "--project-id=1042"]);
        assert!(matches!(wrong, Err(Failure::Usage(_))));
        let skinsback = run_with(&["--provider=skinsback", "--key-file", path, "--client-id=1"]);
        assert_eq!(skinsback.ok().as_deref(), Some("07a48a580b954f0906fa7e2323fd9738"));
    }
}
