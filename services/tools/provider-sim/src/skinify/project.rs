//! The project: its credentials, and the way from a request to a method.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use http::{Method as Verb, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value};

use super::routes::{Method, PREFIX};
use super::switches::{Switches, SwitchesPatch};
use super::{NAME, Options, feed, ipn, words};
use crate::answer::Answer;
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::feed::FeedTraits;
use crate::engine::news::{Message, Subject};
use crate::engine::notifications::Encoding;
use crate::engine::patch::Extras;
use crate::engine::project::{Setup, Traits};
use crate::engine::purchase::Purchase;
use crate::engine::rules::Rules;
use crate::fields::Fields;
use crate::notify::Receipt;
use crate::provider::{Provider, Trouble};
use crate::quota::Limit;
use crate::shared::{Shared, lock};

/// The documented limit; the length of the block is not documented.
const DOCUMENTED_LIMIT: Limit = Limit { requests: 300, window_ms: 60_000, block_ms: 10_000 };

/// What a method answers: its answer, or Skinify's word for an error.
pub(super) type Outcome = Result<Answer, &'static str>;

/// The simulated project.
#[derive(Debug)]
pub(crate) struct Skinify {
    pub(super) options: Options,
    pub(super) project: Arc<Project>,
    switches: Mutex<Switches>,
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    status: &'static str,
    error_message: &'a str,
}

impl Skinify {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let mut rules = Rules { multiplier: crate::engine::catalogue::cents(105), ..Rules::default() };
        rules.notifications.encoding = Encoding::Form;
        rules.notifications.url.clone_from(&options.ipn_url);
        let setup = Setup {
            name: NAME,
            alias: options.alias.clone(),
            balance: options.balance,
            limit: DOCUMENTED_LIMIT,
            rules,
            traits: Traits {
                // On the websocket alone.
                announces_purchases: true,
                shows_settlement: false,
                reference_first: false,
                receipt: Receipt::Http200,
            },
        };
        let project = Arc::new(Project::new(setup, shared));
        Self { options, project, switches: Mutex::new(Switches::default()) }
    }

    /// The errors that are set on purpose.
    pub(super) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// The tokens that are taken.
    fn tokens(&self) -> Vec<String> {
        let set = self.switches().tokens;
        if set.is_empty() { vec![self.options.token.clone()] } else { set }
    }

    /// The token that signs what is sent.
    fn token(&self) -> String {
        self.tokens().pop().unwrap_or_default()
    }

    /// The error envelope, with the word and the HTTP status that are set.
    pub(super) fn error(&self, word: &str) -> Answer {
        let state = self.project.open();
        let error_message = state.rules.error_word(word);
        Answer::json(&ErrorAnswer { status: "error", error_message })
            .with_status(state.rules.error_http_status)
    }

    fn is_known(&self, call: &Call) -> bool {
        // The query counts on GET only, as documented.
        let given = call
            .header("token")
            .or_else(|| if call.verb == Verb::GET { call.query.get("token") } else { None });
        given.is_some_and(|given| self.tokens().iter().any(|token| token == given))
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
            Method::Search => self.search(fields),
            Method::ProjectBalance => Ok(self.project_balance()),
            Method::CreateDeposit => self.create_deposit(fields),
            Method::DepositStatus => self.deposit_status(fields),
            Method::GetDeposits => self.get_deposits(fields),
            Method::FailedIpn => Ok(self.failed_ipn()),
            Method::SteamInventory => self.steam_inventory(fields),
            Method::CreateSteamOffer => self.create_steam_offer(fields),
        }
    }
}

impl Provider for Skinify {
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
        if self.is_known(call) { Ok(()) } else { Err(self.error(words::INVALID_TOKEN)) }
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

    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>> {
        let fields = call.fields();
        let one = fields.get("custom_id").into_iter().chain(fields.get("deposit_id"));
        one.chain(fields.list("custom_ids")).map(Cow::Borrowed).collect()
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        self.error(match trouble {
            Trouble::Limit => words::REQUEST_LIMIT_EXCEEDED,
            Trouble::Maintenance => words::MAINTENANCE,
            Trouble::Internal => words::INTERNAL_ERROR,
        })
    }

    fn purchase_word(&self, _purchase: &Purchase, status: Status) -> &'static str {
        words::status(status)
    }

    fn deposit_word(&self, deposit: &Deposit) -> &'static str {
        words::phase(deposit.phase)
    }

    fn announces(&self, subject: &Subject) -> bool {
        ipn::announces(subject, self.project.open().rules.notifications.send_pending)
    }

    fn message(&self, subject: &Subject, forged: bool) -> Message {
        let state = self.project.open();
        ipn::message(subject, &self.token(), forged, state.rules.notifications.encoding, state.now)
    }

    fn feed(&self) -> Option<FeedTraits> {
        Some(feed::TRAITS)
    }

    fn opens_feed(&self, query: &Fields) -> bool {
        feed::opens(query, &self.token())
    }

    fn feed_frames(&self, subject: &Subject) -> Vec<String> {
        let Subject::Purchase { purchase, status } = subject else { return Vec::new() };
        let state = self.project.open();
        feed::frames(purchase, *status, state.balance.available(), state.now)
    }

    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        extras.read::<SwitchesPatch>()?.check()
    }

    fn change_extras(&self, extras: &Extras) {
        // What was checked can be read.
        if let Ok(patch) = extras.read::<SwitchesPatch>() {
            patch.apply(&mut lock(&self.switches));
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
    }
}
