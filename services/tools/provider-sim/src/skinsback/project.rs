//! The project: its credentials, and the way from a request to a method.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use http::{Method as Verb, StatusCode};
use serde_json::{Map, Value};

use super::guards::Memory;
use super::json::{Json, object, text};
use super::methods::{Method, PATH, PREFIX};
use super::problems::{self, Problem};
use super::style::{Style, finished};
use super::switches::{RequestEncoding, Switches};
use super::{NAME, Options, feed, signature, webhook, words};
use crate::answer::{Answer, HTML, JSON};
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::feed::FeedTraits;
use crate::engine::news::{Message, Subject};
use crate::engine::patch::Extras;
use crate::engine::project::{Setup, Traits};
use crate::engine::purchase::Purchase;
use crate::engine::rules::Rules;
use crate::fields::Fields;
use crate::notify::Receipt;
use crate::provider::{Provider, Trouble};
use crate::quota::{Limit, Verdict};
use crate::shared::{Shared, lock};

/// The documented limit; the length of the block is not documented.
const DOCUMENTED_LIMIT: Limit = Limit { requests: 500, window_ms: 60_000, block_ms: 60_000 };

/// What a method answers.
pub(super) type Outcome = Result<Json, Problem>;

/// What a method is asked, and how it is to answer.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) fields: &'a Fields,
    pub(super) switches: &'a Switches,
    pub(super) style: &'a Style,
}

/// The simulated project.
#[derive(Debug)]
pub(crate) struct SkinsBack {
    pub(super) options: Options,
    pub(super) project: Arc<Project>,
    /// Neither of these locks is held while the project is opened.
    switches: Mutex<Switches>,
    pub(super) memory: Mutex<Memory>,
    /// What is read of a body that is not understood.
    nothing: Fields,
}

impl SkinsBack {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let mut rules = Rules::default();
        // No retries are documented: a notification may come once or never.
        rules.notifications.gaps_ms = Vec::new();
        rules.notifications.url.clone_from(&options.webhook_url);
        rules.notifications.purchase_url.clone_from(&options.events_url);
        let setup = Setup {
            name: NAME,
            alias: options.alias.clone(),
            balance: options.balance,
            limit: DOCUMENTED_LIMIT,
            rules,
            traits: Traits {
                announces_purchases: true,
                shows_settlement: false,
                // A switch here decides that for each purchase.
                reference_first: false,
                receipt: Receipt::Http200,
            },
        };
        let project = Arc::new(Project::new(setup, shared));
        let (switches, memory) = (Mutex::default(), Mutex::default());
        Self { options, project, switches, memory, nothing: Fields::default() }
    }

    /// The provider's own settings.
    pub(super) fn switches(&self) -> Switches {
        lock(&self.switches).clone()
    }

    /// The number of the next answer or notification, which mixed types are drawn by.
    pub(super) fn next_number(&self) -> u64 {
        let mut memory = lock(&self.memory);
        memory.answers += 1;
        memory.answers
    }

    fn answer(switches: &Switches, value: Json) -> Answer {
        Answer::new(StatusCode::OK, JSON, finished(value, switches).to_text(switches.escaped_json))
    }

    /// The error envelope, with the name, the code and the HTTP status that are set.
    pub(super) fn error(&self, problem: Problem) -> Answer {
        let switches = self.switches();
        let code = switches.error_codes.get(problem.name).copied().unwrap_or(problem.code);
        let name = self.project.open().rules.error_word(problem.name).to_owned();
        self.error_of(code, name, &switches)
    }

    fn error_of(&self, code: i64, name: String, switches: &Switches) -> Answer {
        let digits = code.to_string();
        let code = if switches.error_code_as_string { text(digits) } else { Json::Digits(digits) };
        let envelope =
            object([("status", text("error")), ("error_code", code), ("error_message", text(name))]);
        Self::answer(switches, envelope).with_status(self.project.open().rules.error_http_status)
    }

    fn fields<'a>(&'a self, call: &'a Call, switches: &Switches) -> &'a Fields {
        let understood = match switches.request_encoding {
            RequestEncoding::Any => true,
            RequestEncoding::Json => signature::is_json(call),
            RequestEncoding::Form => !signature::is_json(call),
        };
        if understood { &call.body } else { &self.nothing }
    }

    fn method(&self, call: &Call, switches: &Switches) -> Option<Method> {
        self.fields(call, switches).get("method").and_then(Method::of)
    }

    /// What is wrong with a call before any method sees it, in the likeliest order.
    fn check(&self, call: &Call, switches: &Switches, verdict: Verdict) -> Result<(), Problem> {
        if call.verb != Verb::POST {
            return Err(problems::PLEASE_USE_POST_METHOD);
        }
        self.check_credentials(call, switches)?;
        if !switches.shop_active {
            return Err(problems::SHOP_NOT_ACTIVE);
        }
        if !switches.ip_allowed {
            return Err(problems::INVALID_IP_ADDRESS);
        }
        match verdict {
            Verdict::Served => {}
            Verdict::Refused => return Err(problems::REQUEST_LIMIT_REACHED),
        }
        let method = self.method(call, switches).ok_or(problems::INVALID_METHOD)?;
        if method.is_of_market() && !switches.market_enabled {
            return Err(problems::MARKET_DISABLED);
        }
        Ok(())
    }

    fn run(&self, method: Method, asked: &Asked<'_>) -> Outcome {
        match method {
            Method::Create => self.create(asked),
            Method::UserInventory => self.user_inventory(asked),
            Method::CreateFromUserInventory => self.create_from_user_inventory(asked),
            Method::OrderStatus => self.orderstatus(asked),
            Method::Orders => self.orders(asked),
            Method::OfferApprove => self.offer_approve(asked),
            Method::CallbackErrorList => Ok(self.callback_error_list(asked)),
            Method::MarketPricelist => self.market_pricelist(asked),
            Method::MarketSearch => self.market_search(asked),
            Method::MarketBuy => self.market_buy(asked),
            Method::MarketBatchBuy => self.market_batch_buy(asked),
            Method::MarketGetinfo => self.market_getinfo(asked),
            Method::MarketHistory => self.market_history(asked),
            Method::Balance => Ok(self.balance(asked)),
            Method::Currencies => Ok(Self::currencies(asked)),
            Method::Status => Ok(Self::status(asked)),
        }
    }
}

impl Provider for SkinsBack {
    fn project(&self) -> &Arc<Project> {
        &self.project
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn counted_as(&self, call: &Call) -> &'static str {
        call.body.get("method").and_then(Method::of).map_or("other", Method::word)
    }

    fn authenticate(&self, call: &Call) -> Result<(), Answer> {
        self.check_credentials(call, &self.switches()).map_err(|problem| self.error(problem))
    }

    fn admit(&self, call: &Call) -> Result<(), Answer> {
        if call.path != PATH {
            return Err(Answer::new(StatusCode::NOT_FOUND, HTML, "<h1>404 Not Found</h1>"));
        }
        let switches = self.switches();
        let known = self.check_credentials(call, &switches).is_ok();
        let verdict = self.project.arrive(known, self.counted_as(call));
        self.check(call, &switches, verdict).map_err(|problem| self.error(problem))
    }

    fn place<'a>(&self, call: &'a Call) -> Cow<'a, str> {
        Cow::Owned(format!("{PATH}/{}", call.body.get("method").unwrap_or_default()))
    }

    fn execute(&self, call: &Call) -> Answer {
        let switches = self.switches();
        let Some(method) = self.method(call, &switches) else {
            return self.error(problems::INVALID_METHOD);
        };
        let forced = lock(&self.switches).take_forced(method);
        if let Some(forced) = forced.as_ref().filter(|forced| !forced.executed) {
            return self.error_of(forced.error_code, forced.error_message.clone(), &switches);
        }
        let style = Style::new(switches.types, self.next_number());
        let fields = self.fields(call, &switches);
        let outcome = self.run(method, &Asked { fields, switches: &switches, style: &style });
        match (forced, outcome) {
            (Some(forced), _) => self.error_of(forced.error_code, forced.error_message, &switches),
            (None, Ok(value)) => Self::answer(&switches, value),
            (None, Err(problem)) => self.error(problem),
        }
    }

    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>> {
        let fields = &call.body;
        let one = fields.get("order_id").into_iter().chain(fields.get("custom_id"));
        let many = one.chain(fields.values("custom_ids")).map(Cow::Borrowed);
        let rows = fields.rows("items");
        let in_rows =
            rows.iter().filter_map(|(_, row)| row.get("custom_id").map(|id| Cow::Owned(id.to_owned())));
        many.chain(in_rows).collect()
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        self.error(match trouble {
            Trouble::Limit => problems::REQUEST_LIMIT_REACHED,
            Trouble::Maintenance => problems::UNDER_MAINTENANCE,
            Trouble::Internal => problems::inventory::INTERNAL_ERROR,
        })
    }

    fn purchase_word(&self, _purchase: &Purchase, status: Status) -> &'static str {
        words::offer_status(status)
    }

    fn deposit_word(&self, deposit: &Deposit) -> &'static str {
        words::deposit_status(deposit)
    }

    fn announces(&self, subject: &Subject) -> bool {
        webhook::announces(subject, &self.project.open().rules.notifications)
    }

    fn message(&self, subject: &Subject, forged: bool) -> Message {
        self.notification(subject, forged)
    }

    fn feed(&self) -> Option<FeedTraits> {
        Some(feed::TRAITS)
    }

    fn opens_feed(&self, query: &Fields) -> bool {
        feed::opens(query, &self.options)
    }

    fn feed_frames(&self, subject: &Subject) -> Vec<String> {
        let Subject::Purchase { purchase, status } = subject else { return Vec::new() };
        let switches = self.switches();
        let (balance, now) = {
            let state = self.project.open();
            (state.balance.available(), state.now)
        };
        feed::frames(purchase, *status, balance, now, &switches)
    }

    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        self.switches().changed(extras).map(|_| ())
    }

    fn change_extras(&self, extras: &Extras) {
        let mut switches = lock(&self.switches);
        // It was checked; what cannot be read changes nothing.
        if let Ok(changed) = switches.changed(extras) {
            *switches = changed;
        }
    }

    fn extras_view(&self) -> Map<String, Value> {
        self.switches().view()
    }

    fn reset_extras(&self) {
        *lock(&self.switches) = Switches::default();
        *lock(&self.memory) = Memory::default();
    }
}
