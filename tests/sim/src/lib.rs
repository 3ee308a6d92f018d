//! A seeded simulation of the protocols on virtual time.
//!
//! One thread, one queue of events, one source of chance: the same seed gives the same run, event by event. Chaos comes, ends,
//! and the world has to become quiet: every acknowledged order final, what waited for a person resolved truthfully and
//! ended too. [`oracle`] checks T1–T7, Q1, the trade tokens and the alerts on the way and at the end, against the providers'
//! own record. `tests/seeds.rs` runs seeds, `tests/systematic.rs` fails and repeats every step of quiet runs in turn,
//! `tests/mutants.rs` breaks rules on purpose, `tests/lives` tells every provider's lives by [`lives`], `tests/known.rs` keeps what was found and is not mended yet.
//!
//! # What is shipped code
//!
//! The decisions: `skinbus_domain` with `placing::Placing`, `advancing::Advancing`, `looking::Looking`, `resolving`, `polling`,
//! `quota::QuotaWindow`, `fold` and the credits; the adapters of all providers, which build every request and read every
//! answer and webhook; the conversions into bytes and back of everything that is stored or sent; intake's reading of
//! requests; the accounts' rules from a configuration. At the other end `provider-sim` with its own wire forms, called
//! without sockets on virtual time.
//!
//! # What is re-enacted
//!
//! The shells, step by step: whatever is awaited there is one step here, which may be lost, answered late or not at all, and
//! at which its actor may die or stand still. Whoever changes a file on the left changes the one on the right.
//!
//! | shell | here |
//! | --- | --- |
//! | `order-intake/src/{orders,accept,hand_over}.rs` | [`intake`] |
//! | `provider-dispatch/src/in_hand.rs`, `place.rs`, `look_up.rs` | [`dispatch`] |
//! | `provider-dispatch/src/permits/` | [`permits`] |
//! | `provider-dispatch/src/call.rs` | [`provider`] |
//! | `trade-tracker/src/{follow,due,look,webhooks}.rs` | [`tracker`] |
//! | `webhook-ingress/src/{handler,read,store}.rs` | [`ingress`] |
//! | `bus/src/{publish,dead,schedule,work,held}.rs`, `bus/src/ledger/` | [`client`] |
//! | nats-server: streams, consumers, schedules, the quota bucket | [`nats`] |
//!
//! # What is assumed
//!
//! * NATS keeps what it acknowledged; a direct read may miss the newest version for two seconds.
//! * A request without an answer is executed within the settle time, less twice the difference of clocks, the time until
//!   look-ups show it and a second, or never. Clocks of replicas differ by at most two seconds.
//! * Between the last look at the lease and the permit and the first byte of a request no time passes: a replica that
//!   stands still exactly there for longer than lease and settle time can break T7 and Q1, and nothing here could help.
//! * The limit counts arrivals; a request arrives before its answer or its time-out.
//! * The server's clock is known as an interval, which is never wrong: no machine's clock drifts or jumps.
//! * ShadowPay repeats the webhooks of payment links until they are taken; users give within the page's lifetime.
//! * Providers without a documented answer to a repeated reference buy again.
//!
//! # What is not here
//!
//! Limits of single operations. An order that waits for a closed account is here given back and comes again; there it stays in
//! hand. Joint calls (`together.rs`): each purchase is called alone. Queries and commands, the giving up of reservations, orders by
//! request and reply, graceful shutdown, the dead-letter mover, the HTTP client and listener, and Q2.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::missing_errors_doc,
    reason = "a simulation that cannot set up its world has failed"
)]

pub mod accounts;
pub mod client;
pub mod dispatch;
pub mod faults;
pub mod ingress;
pub mod intake;
pub mod lives;
pub mod nats;
pub mod oracle;
pub mod orders;
pub mod permits;
pub mod provider;
pub mod queue;
pub mod random;
pub mod run;
pub mod suite;
pub mod trace;
pub mod tracker;
pub mod truth;
pub mod users;
pub mod world;
