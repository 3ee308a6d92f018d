//! Every program of Skinbus in one file, for the image: what they share is there once, which makes the image a third as
//! large. The name that the file is started by says which program it is; the image has a link for each.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// `EX_USAGE` of sysexits: the command line is wrong.
const EXIT_USAGE: u8 = 64;

type Program = fn() -> ExitCode;

const PROGRAMS: [(&str, Program); 6] = [
    ("order-intake", order_intake::main),
    ("provider-dispatch", provider_dispatch::main),
    ("provider-sim", provider_sim::main),
    ("skinbus", skinbus::main),
    ("trade-tracker", trade_tracker::main),
    ("webhook-ingress", webhook_ingress::main),
];

fn main() -> ExitCode {
    let started_by = std::env::args_os().next().unwrap_or_default();
    if let Some(program) = named(&started_by) {
        return program();
    }
    let names = PROGRAMS.map(|(name, _)| name).join(", ");
    let _nobody_listens =
        writeln!(std::io::stderr(), "start it by a link with the name of a program: {names}");
    ExitCode::from(EXIT_USAGE)
}

/// The program that a path ends in.
fn named(started_by: &OsStr) -> Option<Program> {
    let name = Path::new(started_by).file_name()?;
    PROGRAMS.iter().find(|(known, _)| name == OsStr::new(known)).map(|(_, program)| *program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_the_path_is_the_program() {
        for (name, program) in PROGRAMS {
            for path in [name.to_owned(), format!("/usr/local/bin/{name}"), format!("./{name}")] {
                let found = named(OsStr::new(&path)).unwrap();
                assert!(std::ptr::fn_addr_eq(found, program), "{path}");
            }
        }
        for unknown in ["", "/", "skinbus-all", "/usr/local/bin/skinbus-all", "order-intake2"] {
            assert!(named(OsStr::new(unknown)).is_none(), "{unknown}");
        }
    }
}
