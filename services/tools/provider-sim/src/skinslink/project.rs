//! The project: its credentials, and the way from a request to a method.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde_json::{Map, Value};

use super::envelope::{self, Failure, Outcome};
use super::memory::Memory;
use super::routes::{Method, PREFIX};
use super::switches::Switches;
use super::{NAME, Options, webhook, words};
use crate::answer::Answer;
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::news::{Message, Subject};
use crate::engine::patch::Extras;
use crate::engine::project::{Setup, Traits};
use crate::engine::purchase::Purchase;
use crate::engine::rules::Rules;
use crate::notify::Receipt;
use crate::provider::{Provider, Trouble};
use crate::quota::Limit;
use crate::shared::{Shared, lock};

/// There is no strict limit; this one keeps a loop that went wild from passing unseen.
const USUAL_LIMIT: Limit = Limit { requests: 100_000, window_ms: 60_000, block_ms: 1_000 };

/// Rows of a page of the history where none are asked for.
const PAGE_SIZE: usize = 100;

/// The simulated project.
#[derive(Debug)]
pub(crate) struct Skinslink {
    options: Options,
    pub(super) project: Arc<Project>,
    switches: Mutex<Switches>,
    /// Locked after the project's state where both are.
    pub(super) memory: Mutex<Memory>,
}

impl Skinslink {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let mut rules = Rules { page_size: PAGE_SIZE, ..Rules::default() };
        // Whether lost ones are sent again is not documented.
        rules.notifications.gaps_ms = Vec::new();
        rules.notifications.url.clone_from(&options.webhook_url);
        rules.notifications.purchase_url.clone_from(&options.webhook_url);
        let setup = Setup {
            name: NAME,
            alias: options.alias.clone(),
            balance: options.balance,
            limit: USUAL_LIMIT,
            rules,
            traits: Traits {
                announces_purchases: true,
                shows_settlement: true,
                reference_first: true,
                receipt: Receipt::Http200,
            },
        };
        Self {
            options,
            project: Arc::new(Project::new(setup, shared)),
            switches: Mutex::new(Switches::default()),
            memory: Mutex::new(Memory::default()),
        }
    }

    /// The settings in force, as they are now.
    pub(super) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// Whether a price list is being rebuilt, which counts down with each request.
    pub(super) fn is_rebuilding(&self) -> bool {
        let mut switches = lock(&self.switches);
        let left = switches.rebuilding;
        switches.rebuilding = left.saturating_sub(1);
        left > 0
    }

    /// An error where this is asked for too often, if that is watched.
    pub(super) fn throttle(&self, what: String, gap_ms: u64, switches: &Switches) -> Result<(), Failure> {
        let now_ms = self.project.shared.clock.now().real_ms;
        if switches.throttle && lock(&self.memory).asked_again(what, gap_ms, now_ms) {
            return Err(Failure::throttled());
        }
        Ok(())
    }

    /// The error envelope. The project's state is not open here.
    fn error(&self, failure: &Failure) -> Answer {
        let set = lock(&self.switches).error_statuses.get(failure.message.as_ref()).copied();
        let state = self.project.open();
        let status = match set.and_then(|code| StatusCode::from_u16(code).ok()) {
            Some(status) => status,
            None if state.rules.error_http_status == StatusCode::OK => failure.status,
            None => state.rules.error_http_status,
        };
        envelope::error(failure, state.rules.error_word(&failure.message), status)
    }

    fn method(call: &Call) -> Option<Method> {
        call.path.strip_prefix(PREFIX).and_then(|path| Method::at(path, &call.verb))
    }

    /// Key, then account, then address.
    fn admitted(&self, call: &Call) -> Result<(), Failure> {
        let key = call.header("x-api-key").filter(|key| !key.is_empty());
        let key =
            key.ok_or_else(|| Failure::plain(StatusCode::UNAUTHORIZED, "missing authorization header"))?;
        if key != self.options.api_key {
            return Err(Failure::plain(StatusCode::UNAUTHORIZED, "invalid API key"));
        }
        let switches = lock(&self.switches);
        if switches.disabled {
            return Err(Failure::plain(StatusCode::FORBIDDEN, "merchant account is disabled"));
        }
        match &switches.forbidden_ip {
            None => Ok(()),
            Some(ip) if switches.is_newer() => {
                Err(Failure::plain(StatusCode::FORBIDDEN, format!("IP not whitelisted: {ip}")))
            }
            Some(ip) => Err(Failure::plain(StatusCode::FORBIDDEN, format!("invalid IP: {ip}"))),
        }
    }

    fn run(&self, call: &Call) -> Outcome {
        let Some(method) = Self::method(call) else {
            let is_path = call.path.strip_prefix(PREFIX).is_some_and(Method::is_path);
            return Err(if is_path {
                Failure::plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed")
            } else {
                Failure::not_found()
            });
        };
        let switches = self.switches();
        if method.is_newer() && !switches.is_newer() {
            return Err(Failure::not_found());
        }
        let query = &call.query;
        match method {
            Method::CreateIntent => self.create_intent(call, &switches),
            Method::Inventory => self.inventory(call, &switches),
            Method::CreateDeposit => self.create_deposit(call, &switches),
            Method::GetPrices => self.get_prices(call, &switches),
            Method::CreateByHashName => self.create_by_hash_name(call, &switches),
            Method::DepositStatus => self.deposit_status(query, &switches),
            Method::Available => self.available(query, &switches),
            Method::Search => self.search(query, &switches),
            Method::Events => self.events(query, &switches),
            Method::Purchase => self.purchase(call, &switches),
            Method::History => self.history(query, &switches),
            Method::PurchaseStatus => self.purchase_status(query, &switches),
            Method::Balance => Ok(self.balance()),
        }
    }
}

impl Provider for Skinslink {
    fn project(&self) -> &Arc<Project> {
        &self.project
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn counted_as(&self, call: &Call) -> &'static str {
        Self::method(call).map_or("other", Method::counted_as)
    }

    fn authenticate(&self, call: &Call) -> Result<(), Answer> {
        self.admitted(call).map_err(|failure| self.error(&failure))
    }

    fn execute(&self, call: &Call) -> Answer {
        self.run(call).unwrap_or_else(|failure| self.error(&failure))
    }

    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>> {
        call.fields().get("merchant_tx_id").into_iter().map(Cow::Borrowed).collect()
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        self.error(&match trouble {
            Trouble::Limit => Failure::throttled(),
            Trouble::Maintenance => Failure::no_prices(),
            Trouble::Internal => {
                let code = lock(&self.switches).internal_status;
                let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Failure::plain(status, "internal error")
            }
        })
    }

    fn purchase_word(&self, purchase: &Purchase, status: Status) -> &'static str {
        words::purchase(purchase, status, &lock(&self.switches))
    }

    fn deposit_word(&self, deposit: &Deposit) -> &'static str {
        words::deposit(deposit, &lock(&self.switches))
    }

    fn announces(&self, subject: &Subject) -> bool {
        webhook::announces(subject, &lock(&self.switches))
    }

    fn message(&self, subject: &Subject, forged: bool) -> Message {
        let now = self.project.open().now;
        webhook::message(subject, &self.options.webhook_secret, forged, &self.switches(), now)
    }

    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        self.switches().changed(extras).map(drop)
    }

    fn change_extras(&self, extras: &Extras) {
        let mut switches = lock(&self.switches);
        // It was checked before; a change that cannot be made leaves all as it was.
        if let Ok(changed) = switches.changed(extras) {
            *switches = changed;
        }
    }

    fn extras_view(&self) -> Map<String, Value> {
        match serde_json::to_value(self.switches()) {
            Ok(Value::Object(view)) => view,
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn reset_extras(&self) {
        *lock(&self.switches) = Switches::default();
        lock(&self.memory).forget();
    }
}
