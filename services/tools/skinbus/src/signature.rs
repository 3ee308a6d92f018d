//! `skinbus webhook-signature`: the constant that stands for a key where webhooks come in.

use secrecy::ExposeSecret;
use skinbus_runtime::secrets::read_secret;

use crate::cli::SignatureArguments;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Prints what verifies webhooks and cannot call the provider, so that webhook-ingress need not have the token.
pub(crate) fn run(arguments: &SignatureArguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let path = arguments.token_file.display();
    let token = read_secret(&arguments.token_file)
        .map_err(|error| Failure::new(format!("reading the token from {path}: {error}")))?;
    let signature = skinbus_providers::skinify::signature_of(&token);
    terminal.line(signature.expose_secret())?;
    Ok(Exit::Done)
}
