//! The pure core of Skinbus: what an order is, what may happen to a trade, when a provider may be called.
//!
//! This crate may not read a clock, draw a random number, or do any I/O: time and ids are arguments, decisions are
//! return values (invariant P1). The services are thin shells around it; the tests drive the same functions.
//!
//! * [`order`] – what a merchant asks for, already validated.
//! * [`trade`] – the order's life at the provider: states, facts, attempts.
//! * [`fold()`] – one input applied to one trade: applied, stale, anomaly, or a typed error.
//! * [`advancing`] – the loop of compare-and-set round one input.
//! * [`placing`] – the protocol around a call that buys something, as a state machine without I/O.
//! * [`looking`] – one due look at a trade, as a state machine without I/O.
//! * [`resolving`] – what a look-up means for a trade whose outcome is unknown.
//! * [`quota`] – the exact sliding window that all replicas share.
//! * [`command`] – changes of an order that the provider already has.
//! * [`credit`] – what arrived for a deposit, each thing once.
//! * [`query`] – what may be asked of a provider besides orders, and the answers, in one form for all.
//! * [`polling`] – when a trade is looked at next.
//! * [`planning`] – which due looks become one look-up, whose turn it is, and how late a look can be.
//! * [`stuck`] – when a trade has stood still for too long, and what keeps it.
//! * [`drift`] – what a provider says that its adapter does not know, counted by kind.
//! * [`reconciling`] – a provider's record against the ledger.

pub mod advancing;
pub mod command;
pub mod credit;
pub mod decision;
pub mod drift;
mod fold;
pub mod ids;
pub mod looking;
pub mod money;
pub mod observation;
pub mod order;
pub mod outcome;
pub mod placing;
pub mod planning;
pub mod polling;
pub mod query;
pub mod quota;
pub mod reconciling;
pub mod resolving;
pub mod rules;
#[cfg(test)]
mod samples;
pub mod stuck;
pub mod trade;
pub mod transition;
pub mod violation;

pub use command::{Command, CommandOutcome};
pub use credit::{Credit, CreditState, CreditTotal, LocalAmount, credit_totals};
pub use decision::{Decision, Verdict};
pub use drift::Drift;
pub use fold::{Alert, AlertKind, Anomaly, Change, Fold, IllegalTransition, Input, fold};
pub use ids::{AccountId, MerchantId, OrderId, Reference, TradeKey};
pub use money::{Currency, Money};
pub use observation::{Hold, Observation, Progress, ProviderFacts};
pub use order::{Order, OrderKind};
pub use outcome::Outcome;
pub use rules::{GameRules, PlacingRules, TrackingRules};
pub use trade::{Cause, Recorded, Trade, TradeState, TradeStatus};
pub use violation::Violation;
