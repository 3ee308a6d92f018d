#![no_main]

libfuzzer_sys::fuzz_target!(|case: &[u8]| skinbus_fuzz::run("money", case));
