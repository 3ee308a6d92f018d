//! Every case that is kept, again: the seeds, and whatever a fuzzer once found.
#![cfg(test)]

use std::path::Path;

use skinbus_fuzz::TARGETS;

/// Each case costs every run of the tests some time, and every clone some room.
const CASES_MAX: usize = 300;
const CASE_MAX_BYTES: usize = 4096;

#[test]
fn every_kept_case_still_holds() {
    let (mut count, mut failed) = (0, Vec::new());
    for target in &TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{} is empty", folder.display());
        for file in &files {
            let case = std::fs::read(file).unwrap();
            assert!(case.len() <= CASE_MAX_BYTES, "{} is too large to keep", file.display());
            if std::panic::catch_unwind(|| (target.run)(&case)).is_err() {
                failed.push(file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().display().to_string());
            }
        }
        count += files.len();
    }
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(count <= CASES_MAX, "{count} cases are too many to keep");
}
