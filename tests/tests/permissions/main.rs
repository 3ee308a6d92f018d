//! NATS as `deploy/nats` has it, with a user for everybody: all that must work works, and nothing else is allowed.
#![cfg(test)]

mod doctor;
mod rare;
mod refused;
mod reply_subjects;
mod whole_path;

use std::process::Output;

use skinbus_tests::{System, SystemOptions};

fn secured() -> SystemOptions {
    SystemOptions {
        secured: true,
        webhooks: true,
        total_timeout: "1100ms".to_owned(),
        settle_time: "1500ms".to_owned(),
        ..SystemOptions::default()
    }
}

/// Runs the command line as a user, and gives what it printed where it does what was asked.
async fn told(system: &System, user: &str, arguments: &str) -> String {
    let output = system.skinbus(user, &arguments.split(' ').collect::<Vec<_>>()).await;
    assert_eq!(output.status.code(), Some(0), "{user}: {arguments}: {}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
