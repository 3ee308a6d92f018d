//! What each real binary does with a wrong configuration, and with each way to treat streams.
#![cfg(test)]

mod secrets;
mod topology;
mod wrong;

use std::path::Path;

use skinbus_tests::process::Process;

/// What a process said, and its exit code; only for one that ends by itself.
async fn ended(name: &str, config: &Path, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut process = Process::start_with(name, config, variables);
    let code = process.ended().await.code();
    (code, process.whole_log().await.join("\n"))
}

fn write(directory: &Path, text: &str) -> std::path::PathBuf {
    let file = directory.join("skinbus.toml");
    std::fs::write(&file, text).unwrap();
    file
}
