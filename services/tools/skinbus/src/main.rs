//! The Skinbus command line.
fn main() {}
