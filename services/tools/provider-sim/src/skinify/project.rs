//! The project: its credentials, its state, and the way from a request to a method.

use std::sync::{Arc, Mutex, MutexGuard};

use http::{Method as Verb, StatusCode};
use serde::Serialize;

use super::balance::Balance;
use super::deposits::Deposits;
use super::market::Market;
use super::purchase::Purchases;
use super::routes::{Method, PREFIX};
use super::rules::{DOCUMENTED_LIMIT, Rules};
use super::{Options, words};
use crate::answer::Answer;
use crate::call::Call;
use crate::ledger::ProviderLedger;
use crate::provider::{Provider, Trouble};
use crate::quota::{Limit, QuotaRecord, QuotaReport, Verdict};
use crate::shared::{Shared, lock};

/// What a method answers: its answer, or Skinify's word for an error.
pub(super) type Outcome = Result<Answer, &'static str>;

/// The simulated project.
#[derive(Debug)]
pub(crate) struct Skinify {
    pub(super) options: Options,
    pub(super) shared: Arc<Shared>,
    gate: Mutex<Gate>,
    state: Mutex<State>,
}

/// The arrivals, apart from the state so that counting never waits for work.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) limit: Limit,
    pub(super) known: QuotaRecord,
    pub(super) unknown: QuotaRecord,
}

/// Everything that requests change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) rules: Rules,
    pub(super) market: Market,
    pub(super) purchases: Purchases,
    pub(super) balance: Balance,
    pub(super) deposits: Deposits,
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    status: &'static str,
    error_message: &'a str,
}

impl Skinify {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let state = State {
            rules: Rules::new(options.ipn_url.clone()),
            market: Market::default(),
            purchases: Purchases::default(),
            balance: Balance::new(options.balance),
            deposits: Deposits::default(),
        };
        Self { options, shared, gate: Mutex::new(Gate::new()), state: Mutex::new(state) }
    }

    /// Forgets everything, except which ids were used.
    pub(crate) fn reset(&self) {
        *self.gate() = Gate::new();
        let mut state = self.state();
        state.rules = Rules::new(self.options.ipn_url.clone());
        state.market = Market::default();
        state.purchases = state.purchases.emptied();
        state.balance = Balance::new(self.options.balance);
        state.deposits = state.deposits.emptied();
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn gate(&self) -> MutexGuard<'_, Gate> {
        lock(&self.gate)
    }

    /// The error envelope, with the word and the HTTP status that are set.
    pub(super) fn error(&self, word: &str) -> Answer {
        let state = self.state();
        let error_message = state.rules.error_words.get(word).map_or(word, String::as_str);
        Answer::json(&ErrorAnswer { status: "error", error_message })
            .with_status(state.rules.error_http_status)
    }

    fn is_known(&self, call: &Call) -> bool {
        // The query counts on GET only, as documented.
        let given = call
            .header("token")
            .or_else(|| if call.verb == Verb::GET { call.query.get("token") } else { None });
        given == Some(self.options.token.as_str())
    }

    fn method(call: &Call) -> Option<Method> {
        call.path.strip_prefix(PREFIX).and_then(Method::at)
    }

    fn run(&self, method: Method, call: &Call) -> Outcome {
        let fields = call.fields();
        match method {
            Method::Buy => self.buy(fields),
            Method::Info => self.info(fields),
            Method::History => self.history(fields),
            Method::CancelReservation => self.cancel_reservation(fields),
            Method::UpdateTradeToken => self.update_trade_token(fields),
            Method::Prices => self.prices(fields),
            Method::Price => self.price(fields),
            Method::ProjectBalance => Ok(self.project_balance()),
            Method::CreateDeposit => self.create_deposit(fields),
            Method::DepositStatus => self.deposit_status(fields),
            Method::GetDeposits => self.get_deposits(fields),
            Method::FailedIpn => Ok(self.failed_ipn()),
        }
    }
}

impl Gate {
    fn new() -> Self {
        let limit = DOCUMENTED_LIMIT;
        Self { limit, known: QuotaRecord::new(limit), unknown: QuotaRecord::new(limit) }
    }
}

impl Provider for Skinify {
    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn admit(&self, call: &Call) -> Result<(), Answer> {
        let path = Self::method(call).map_or("other", Method::path);
        let known = self.is_known(call);
        let verdict = {
            let mut gate = self.gate();
            // Read under the lock, so that arrivals are recorded in the order of their times.
            let now_us = self.shared.clock.now_us();
            let record = if known { &mut gate.known } else { &mut gate.unknown };
            record.arrive(path, now_us)
        };
        match verdict {
            Verdict::Refused => Err(self.trouble(Trouble::Limit)),
            Verdict::Served if !known => Err(self.error(words::INVALID_TOKEN)),
            Verdict::Served => Ok(()),
        }
    }

    fn execute(&self, call: &Call) -> Answer {
        let Some(method) = Self::method(call) else {
            return self.error(words::METHOD_NOT_FOUND).with_status(StatusCode::NOT_FOUND);
        };
        if method.verb() != call.verb {
            return self.error(words::METHOD_NOT_ALLOWED).with_status(StatusCode::METHOD_NOT_ALLOWED);
        }
        self.run(method, call).unwrap_or_else(|word| self.error(word))
    }

    fn concerns(&self, call: &Call, custom_id: &str) -> bool {
        let fields = call.fields();
        fields.get("custom_id") == Some(custom_id)
            || fields.get("deposit_id") == Some(custom_id)
            || fields.list("custom_ids").contains(&custom_id)
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        self.error(match trouble {
            Trouble::Limit => words::REQUEST_LIMIT_EXCEEDED,
            Trouble::Maintenance => words::MAINTENANCE,
            Trouble::Internal => words::INTERNAL_ERROR,
        })
    }

    fn ledger(&self) -> ProviderLedger {
        let mut state = self.state();
        let now = self.shared.clock.now();
        state.settle_balance(now);
        ProviderLedger {
            purchases: state.purchases.all().iter().map(|purchase| purchase.ledger_row(now)).collect(),
            deposits: state.deposits.ledger_rows(),
            notifications: state.deposits.notifications().to_vec(),
        }
    }

    fn quota(&self) -> Vec<(String, QuotaReport)> {
        let gate = self.gate();
        let unknown = format!("{}_unknown_token", self.options.alias);
        vec![(self.options.alias.clone(), gate.known.report()), (unknown, gate.unknown.report())]
    }
}
