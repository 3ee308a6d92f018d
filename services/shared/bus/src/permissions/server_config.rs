//! The part of the server's configuration that says who is who: accounts, users and their rights.

use std::fmt::{self, Write};

use super::{GUEST_API, KeyError, Role};

/// The account of our own services, and of the streams.
const HOME: &str = "SKINBUS";
/// Whoever looks after the servers themselves: neither a service nor a person who looks after orders.
const SYSTEM: &str = "system";
/// What calls of the JetStream API begin with.
const API: &str = "$JS.API.";
/// Several messages answer one such call.
const NEXT_MESSAGES: &str = "$JS.API.CONSUMER.MSG.NEXT.";
/// What only the server itself makes subjects of.
const INBOXES: &str = "_INBOX";

/// The text to include in the server's configuration. `public_key` gives the public key of a user.
///
/// # Errors
///
/// [`KeyError`] of the first user who has no key.
pub fn server_config(
    roles: &[Role],
    public_key: impl Fn(&str) -> Result<String, KeyError>,
) -> Result<String, KeyError> {
    let mut text = String::new();
    let keys: Result<Vec<String>, KeyError> = roles.iter().map(|role| public_key(&role.user())).collect();
    let (keys, system) = (keys?, public_key(SYSTEM)?);
    // Writing to a string does not fail.
    let _never_fails = write(&mut text, roles, &keys, &system);
    Ok(text)
}

fn write(out: &mut String, roles: &[Role], keys: &[String], system: &str) -> fmt::Result {
    let users = || roles.iter().zip(keys);
    out.push_str("# Written by `skinbus nats-users`, and written anew by it: change the configuration of Skinbus instead.\n\n");
    writeln!(out, "accounts {{\n  SYS {{ users: [ {{ nkey: {system} }} ] }} # {SYSTEM}\n  {HOME} {{")?;
    out.push_str("    jetstream: enabled\n    users: [\n");
    for (role, key) in users().filter(|(role, _)| guest(role).is_none()) {
        user(out, role, key)?;
    }
    out.push_str("    ]\n    exports: [\n");
    for role in roles {
        exports(out, role)?;
    }
    out.push_str("    ]\n  }\n");
    for (role, key) in users() {
        let Some(account) = guest(role) else { continue };
        writeln!(out, "  {account} {{\n    users: [")?;
        user(out, role, key)?;
        out.push_str("    ]\n    imports: [\n");
        imports(out, role)?;
        out.push_str("    ]\n  }\n");
    }
    out.push_str("}\nsystem_account: SYS\n");
    Ok(())
}

/// The account of a user who is not at home.
fn guest(role: &Role) -> Option<String> {
    match role {
        Role::OrderIntake | Role::ProviderDispatch | Role::TradeTracker | Role::WebhookIngress => None,
        Role::Operator | Role::Administrator => None,
        Role::Merchant(name, _) => Some(format!("MERCHANT_{name}")),
    }
}

/// A subject of ours as a guest has it.
fn as_guest(subject: &str) -> String {
    match subject.strip_prefix(API) {
        Some(call) => format!("{GUEST_API}.{call}"),
        None => subject.to_owned(),
    }
}

fn user(out: &mut String, role: &Role, key: &str) -> fmt::Result {
    let rights = role.rights();
    let shown = |subject: &String| {
        let subject = if guest(role).is_some() { as_guest(subject) } else { subject.clone() };
        format!("            {subject:?}\n")
    };
    let publish: String = rights.publish.iter().map(shown).collect();
    let subscribe: String = rights.subscribe.iter().map(shown).collect();
    writeln!(out, "      # {}\n      {{ nkey: {key}, permissions: {{", role.user())?;
    writeln!(out, "          publish: {{ allow: [\n{publish}          ] }}")?;
    writeln!(out, "          subscribe: {{ allow: [\n{subscribe}          ] }}\n      }} }}")
}

fn exports(out: &mut String, role: &Role) -> fmt::Result {
    let (Some(account), rights) = (guest(role), role.rights()) else { return Ok(()) };
    for subject in &rights.publish {
        let many = if subject.starts_with(NEXT_MESSAGES) { ", response_type: stream" } else { "" };
        writeln!(out, "      {{ service: {subject:?}{many}, accounts: [ {account} ] }}")?;
    }
    for subject in rights.subscribe.iter().filter(|subject| !subject.starts_with(INBOXES)) {
        writeln!(out, "      {{ stream: {subject:?}, accounts: [ {account} ] }}")?;
    }
    Ok(())
}

fn imports(out: &mut String, role: &Role) -> fmt::Result {
    let rights = role.rights();
    for subject in &rights.publish {
        let to = as_guest(subject);
        let to = if to == *subject { String::new() } else { format!(", to: {to:?}") };
        writeln!(out, "      {{ service: {{ account: {HOME}, subject: {subject:?} }}{to} }}")?;
    }
    for subject in rights.subscribe.iter().filter(|subject| !subject.starts_with(INBOXES)) {
        writeln!(out, "      {{ stream: {{ account: {HOME}, subject: {subject:?} }} }}")?;
    }
    Ok(())
}
