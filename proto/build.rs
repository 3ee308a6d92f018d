//! Compiles `skinbus/v1/*.proto` with protox: no protoc is needed on the machine.

use std::error::Error;
use std::path::PathBuf;

use prost::Message;

const FILES: [&str; 9] =
    ["money", "order", "trade", "dispatch", "webhook", "query", "dead", "quota", "reconcile"];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells build scripts where to write through the environment"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = FILES.iter().map(|name| format!("skinbus/v1/{name}.proto")).collect();
    for file in &files {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(&files, ["."])?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // The JSON forms are read and written through these descriptors at run time.
    std::fs::write(out.join("descriptors.binpb"), descriptors.encode_to_vec())?;
    prost_build::Config::new()
        .btree_map(["."])
        .bytes([".skinbus.v1.DeadLetter.payload"])
        // They hold what must never be printed; src/redacted.rs has their Debug.
        .skip_debug(
            ["SteamUser", "DeadLetter", "Header", "WebhookReceived", "CommandRequest"]
                .map(|name| format!(".skinbus.v1.{name}")),
        )
        .compile_fds(descriptors)?;
    Ok(())
}
