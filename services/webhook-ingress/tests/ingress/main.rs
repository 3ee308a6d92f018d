//! The ingress over real connections, with a store that does what the test wants.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

mod connections;
mod logs;
mod refusals;
mod settings;
mod slow;
mod storing;
mod support;
