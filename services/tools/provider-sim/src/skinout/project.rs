//! The project: its credentials, and the way from a request to a method.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use super::routes::{Method, PREFIX};
use super::switches::{Age, Switches, SwitchesPatch, ToldPurchase};
use super::{NAME, Options, request, webhook, words};
use crate::answer::Answer;
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::news::{Message, News, Subject};
use crate::engine::patch::Extras;
use crate::engine::project::{Setup, Traits};
use crate::engine::purchase::Purchase;
use crate::engine::rules::Rules;
use crate::fields::Fields;
use crate::notify::Receipt;
use crate::provider::{Provider, Trouble};
use crate::quota::Limit;
use crate::shared::{Shared, lock};

/// No limit is documented, so there is none until one is set.
const NO_LIMIT: Limit = Limit { requests: 1_000_000_000, window_ms: 60_000, block_ms: 10_000 };

/// What a method answers: its answer, or Skinout's sentence for an error.
pub(super) type Outcome = Result<Answer, &'static str>;

/// The simulated project.
#[derive(Debug)]
pub(crate) struct Skinout {
    options: Options,
    pub(super) project: Arc<Project>,
    switches: Mutex<Switches>,
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    success: bool,
    error: &'a str,
}

impl Skinout {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let mut rules = Rules::default();
        rules.notifications.url.clone_from(&options.webhook_url);
        rules.notifications.purchase_url.clone_from(&options.purchase_webhook_url);
        // No schedule is documented.
        rules.notifications.gaps_ms = Vec::new();
        let setup = Setup {
            name: NAME,
            alias: options.alias.clone(),
            balance: options.balance,
            limit: NO_LIMIT,
            rules,
            traits: Traits {
                announces_purchases: true,
                shows_settlement: false,
                reference_first: true,
                receipt: Receipt::Http200,
            },
        };
        let project = Arc::new(Project::new(setup, shared));
        Self { options, project, switches: Mutex::new(Switches::default()) }
    }

    /// The switches in force.
    pub(super) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// The error envelope, with the sentence and the HTTP status that are set.
    fn error(&self, sentence: &str) -> Answer {
        let state = self.project.open();
        let error = state.rules.error_word(sentence);
        Answer::json(&ErrorAnswer { success: false, error }).with_status(state.rules.error_http_status)
    }

    /// Whether a body names this project.
    pub(super) fn check_project_id(&self, fields: &Fields) -> Result<(), &'static str> {
        let given = fields.get("project_id").ok_or(words::PROJECT_ID_REQUIRED)?;
        if given == self.options.project_id.to_string() { Ok(()) } else { Err(words::PROJECT_NOT_FOUND) }
    }

    /// The own id that a body has.
    pub(super) fn payment_id<'a>(&self, fields: &'a Fields) -> Result<&'a str, &'static str> {
        let id = fields.get("payment_id").ok_or(words::PAYMENT_ID_REQUIRED)?;
        let safe = request::is_safe_id(id) || !self.switches().strict;
        if safe { Ok(id) } else { Err(words::INVALID_PAYMENT_ID) }
    }

    fn method(call: &Call) -> Option<Method> {
        call.path.strip_prefix(PREFIX).and_then(Method::at)
    }

    fn run(&self, method: Method, call: &Call) -> Outcome {
        if self.switches().strict {
            request::check(method, call)?;
        }
        let fields = call.fields();
        match method {
            Method::CreateDeposit => self.create_deposit(fields),
            Method::DepositStatus => self.deposit_status(fields),
            Method::DepositHistory => self.deposit_history(fields),
            Method::List => Ok(self.list()),
            Method::Search => self.search(fields),
            Method::Buy => self.buy(fields),
            Method::PurchaseStatus => self.purchase_status(fields),
            Method::PurchaseHistory => self.purchase_history(fields),
            Method::Balance => Ok(self.balance()),
            Method::Currencies => Ok(self.currencies()),
        }
    }

    /// Tells of a purchase what is not so.
    fn tell_purchase(&self, told: &ToldPurchase) {
        let mut state = self.project.open();
        let index = state.purchases.indexes_of(&told.payment_id).last().copied();
        let Some(purchase) = index.and_then(|index| state.purchases.get(index)).cloned() else {
            return;
        };
        let subject = Subject::Purchase { purchase, status: told.status.status() };
        state.tell(News { url: told.url.clone(), insisted: true, ..News::of(subject) });
    }
}

impl Provider for Skinout {
    fn project(&self) -> &Arc<Project> {
        &self.project
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn counted_as(&self, call: &Call) -> &'static str {
        Self::method(call).map_or("other", Method::path)
    }

    fn authenticate(&self, call: &Call) -> Result<(), Answer> {
        if call.header("api-key") == Some(self.options.api_key.as_str()) {
            return Ok(());
        }
        Err(self.error(words::INVALID_API_KEY).with_status(self.switches().auth_status()))
    }

    fn execute(&self, call: &Call) -> Answer {
        let Some(method) = Self::method(call) else {
            return self.error(words::METHOD_NOT_FOUND).with_status(StatusCode::NOT_FOUND);
        };
        if method.verb() != call.verb {
            return self.error(words::METHOD_NOT_ALLOWED).with_status(StatusCode::METHOD_NOT_ALLOWED);
        }
        self.run(method, call).unwrap_or_else(|sentence| self.error(sentence))
    }

    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>> {
        call.fields().list("payment_id").into_iter().map(Cow::Borrowed).collect()
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        match trouble {
            Trouble::Limit => {
                self.error(words::TOO_MANY_REQUESTS).with_status(self.switches().limit_status())
            }
            Trouble::Maintenance => self.error(words::MAINTENANCE),
            Trouble::Internal => self.error(words::INTERNAL_ERROR),
        }
    }

    /// The ledger knows of a rollback in either age.
    fn purchase_word(&self, _purchase: &Purchase, status: Status) -> &'static str {
        words::status(status, Age::Newer)
    }

    fn deposit_word(&self, deposit: &Deposit) -> &'static str {
        words::phase(deposit.phase, Age::Newer)
    }

    fn announces(&self, subject: &Subject) -> bool {
        let send_pending = self.project.open().rules.notifications.send_pending;
        webhook::announces(subject, send_pending, self.switches().age)
    }

    fn message(&self, subject: &Subject, forged: bool) -> Message {
        let now = self.project.open().now;
        webhook::message(subject, &self.options.api_key, forged, &self.switches(), now)
    }

    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        let patch: SwitchesPatch = extras.read()?;
        patch.check()?;
        let state = self.project.open();
        for told in &patch.tell_purchases {
            if state.purchases.indexes_of(&told.payment_id).is_empty() {
                return Err(format!("tell_purchases: no purchase {:?}", told.payment_id));
            }
        }
        Ok(())
    }

    fn change_extras(&self, extras: &Extras) {
        // What was checked can be read.
        let Ok(patch) = extras.read::<SwitchesPatch>() else {
            return;
        };
        let told = patch.tell_purchases.clone();
        patch.apply(&mut lock(&self.switches));
        told.iter().for_each(|told| self.tell_purchase(told));
    }

    fn extras_view(&self) -> Map<String, Value> {
        match serde_json::to_value(self.switches()) {
            Ok(Value::Object(view)) => view,
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn reset_extras(&self) {
        *lock(&self.switches) = Switches::default();
    }
}
