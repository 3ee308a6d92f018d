//! The placing protocol in every state that it can come to, checked with `stateright`.
//!
//! What decides here is the code that the services run: `skinbus_domain`'s `Placing`, `Advancing`, `Looking`,
//! `inputs_of`, `polling` and `fold`. What is modelled is everything round it, each in its file:
//!
//! * [`writing`], [`replica`], [`tracker`]: the shells of the services. Every await of theirs is a step. Two replicas of
//!   provider-dispatch, the tracker's follower, its due looks and its webhooks, and an [`operator`].
//! * [`state`]: the ledger with compare-and-set, stale reads and answers that come late; the queue with redelivery.
//! * [`provider`]: a provider that refuses a repeated reference, one that executes it again, one that answers with the
//!   first. It counts what it truly executed.
//! * [`protocol`]: what may go wrong ([`protocol::Fault`]). A run has at most so many faults, of any kinds, in any order,
//!   at any step. A crash before and after each step is a fault that is possible between any two steps.
//!
//! # What is proved
//!
//! For every configuration of [`configurations`], in every state that can be reached:
//!
//! * the invariants T1 to T7 and "never lost" of [`properties`] hold;
//! * where nothing can happen any more, the order is final, or in review where nobody resolves it, and the ledger says
//!   what truly became of the order at the provider;
//! * no way leads from a state back to itself ([`runs`]). So every run is finite, and, whatever faults it had, ends as the
//!   last point says. This is the liveness: with faults ended, every order ends or is in review.
//!
//! # What is assumed
//!
//! `tests/assumptions.rs` shows for most of these what breaks without them.
//!
//! * A request is executed within the provider's settle time, counted from when it left, or never; a look-up shows by then
//!   what was executed; after an unproved refusal the same holds of the refusal settle time.
//! * A request leaves promptly after the process has looked at the clock: a pause in between that is longer than a whole
//!   call may take lets it leave after its lease.
//! * An adapter says "not sent" and "refused" only of what the provider did not and will not execute, and calls repeats
//!   harmless only where they are.
//! * An operator who says "absent" has looked after the settle time, at the provider's own records.
//! * The ledger keeps what it acknowledged, and keeps the promises of `Ledger` in the bus (tests/conformance).
//! * All clocks are one. Time is discrete: it passes to the next moment in which that makes a difference, and only while
//!   every process that is not paused has nothing to do. A pause has an end ([`world::PAUSE`]), which is long enough for
//!   another replica to take over, look up and send again.
//!
//! # What is not covered
//!
//! Permits and their lanes (their own tests and the simulation), hosted pages and listings, orders of two calls, several
//! orders in one call, more than one tracker, hints by webhooks. Orders do not meet each other: one order is enough.
//! States are told apart by 64-bit hashes, so that two could be taken for one; the two explorers hash in different ways and
//! have to count the same.

pub mod action;
pub mod check;
pub mod configurations;
mod model;
mod offer;
pub mod operator;
pub mod properties;
pub mod protocol;
pub mod provider;
pub mod replica;
pub mod runs;
pub mod shared;
pub mod state;
pub mod tracker;
pub mod world;
pub mod writing;
