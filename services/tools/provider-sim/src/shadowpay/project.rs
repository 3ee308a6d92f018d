//! The merchant: its credentials, and the way from a request to a method.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use http::header::CONTENT_TYPE;
use http::{Method as Verb, StatusCode};
use serde_json::{Map, Value};

use super::memory::Memory;
use super::routes::{self, Method, PREFIX};
use super::settings::Settings;
use super::settings_patch::SettingsPatch;
use super::wire::{ErrorAnswer, Failure, Outcome};
use super::words::{self, Situation};
use super::{NAME, Options, ipn};
use crate::answer::{Answer, FORM, JSON};
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::news::{Message, Subject};
use crate::engine::notifications::Encoding;
use crate::engine::patch::Extras;
use crate::engine::project::{Setup, Traits};
use crate::engine::purchase::Purchase;
use crate::engine::rules::Rules;
use crate::notify::Receipt;
use crate::provider::{Provider, Trouble};
use crate::quota::Limit;
use crate::shared::{Shared, lock};

/// No limit is documented; this one is far above what a careful client sends.
const USUAL_LIMIT: Limit = Limit { requests: 300, window_ms: 60_000, block_ms: 10_000 };
/// The documented gaps between the attempts of a notification.
const GAPS_S: [u64; 7] = [60, 240, 720, 2_400, 7_200, 25_200, 86_400];

/// The simulated merchant.
#[derive(Debug)]
pub(crate) struct ShadowPay {
    pub(super) options: Options,
    pub(super) project: Arc<Project>,
    pub(super) memory: Mutex<Memory>,
}

impl ShadowPay {
    pub(crate) fn new(options: Options, shared: Arc<Shared>) -> Self {
        let mut rules = Rules::default();
        rules.notifications.encoding = Encoding::Form;
        rules.notifications.gaps_ms = GAPS_S.iter().map(|gap_s| gap_s * 1000).collect();
        rules.notifications.url.clone_from(&options.ipn_url);
        let setup = Setup {
            name: NAME,
            alias: options.alias.clone(),
            balance: options.balance,
            limit: USUAL_LIMIT,
            rules,
            traits: Traits {
                announces_purchases: false,
                shows_settlement: false,
                // Settable here, so it is done here.
                reference_first: false,
                receipt: Receipt::Body("ok"),
            },
        };
        let project = Arc::new(Project::new(setup, shared));
        Self { options, project, memory: Mutex::default() }
    }

    /// The own settings in force.
    pub(super) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.memory).settings)
    }

    /// The error envelope, with the word and the HTTP status that are set.
    fn error(&self, failure: &Failure) -> Answer {
        let state = self.project.open();
        let answer = ErrorAnswer {
            status: "error",
            error_message: state.rules.error_word(&failure.word),
            ban_until: failure.ban.as_ref().map(|ban| ban.until.as_str()),
            ban_reason: failure.ban.as_ref().map(|ban| ban.reason.as_str()),
        };
        Answer::json(&answer).with_status(state.rules.error_http_status)
    }

    /// The error envelope, where no word is documented.
    fn situation(&self, situation: Situation) -> Answer {
        self.error(&self.settings().word(situation).into())
    }

    fn run(&self, method: Method, call: &Call, settings: &Settings) -> Outcome {
        let fields = call.fields();
        match method {
            Method::CreateLink => self.create_link(fields, settings),
            Method::GetBalance => Ok(self.get_balance(settings)),
            Method::BuyItem => self.buy_item(fields, settings),
            Method::ListBuyInfo => self.list_buy_info(fields, settings),
            Method::OperationHistory => Ok(self.operation_history(settings)),
            Method::SearchItem => self.search_item(fields, settings),
            Method::SearchItemsByListNames => self.search_items_by_list_names(fields, settings),
            Method::SearchSimilarItems => self.search_similar_items(fields, settings),
            Method::Inventory => self.inventory(fields, settings),
            Method::SellItems => self.sell_items(fields, settings),
            Method::CancelItems => self.cancel_items(fields, settings),
            Method::ChangeItemPrice => self.change_item_price(fields, settings),
            Method::GetSteamPrices => self.get_steam_prices(fields, settings),
            Method::GetItemById => self.get_item_by_id(fields, settings),
            Method::GetItemsOnSale => self.get_items_on_sale(fields, settings),
        }
    }
}

/// Whether the body is one whose parameters are read: PHP reads forms only.
fn is_readable(call: &Call, json_bodies: bool) -> bool {
    let content_type = call.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    call.verb != Verb::POST
        || content_type.starts_with(FORM)
        || (json_bodies && content_type.starts_with(JSON))
}

impl Provider for ShadowPay {
    fn project(&self) -> &Arc<Project> {
        &self.project
    }

    fn prefix(&self) -> &'static str {
        PREFIX
    }

    fn counted_as(&self, call: &Call) -> &'static str {
        Method::at(&call.path).map_or("other", Method::path)
    }

    fn authenticate(&self, call: &Call) -> Result<(), Answer> {
        if let Some(given) = routes::public_hash(&call.path) {
            let known = given == self.options.public_hash;
            return if known { Ok(()) } else { Err(self.situation(Situation::UnknownPublicHash)) };
        }
        let given = call.fields().get("token").filter(|_| is_readable(call, self.settings().json_bodies));
        if given == Some(self.options.token.as_str()) {
            Ok(())
        } else {
            Err(self.error(&words::WRONG_TOKEN.into()))
        }
    }

    fn place<'a>(&self, call: &'a Call) -> Cow<'a, str> {
        match Method::at(&call.path) {
            Some(Method::CreateLink) => Cow::Borrowed(Method::CreateLink.path()),
            Some(_) | None => Cow::Borrowed(&call.path),
        }
    }

    fn execute(&self, call: &Call) -> Answer {
        let settings = self.settings();
        let method = Method::at(&call.path).filter(|method| method.verb() == call.verb);
        let Some(method) = method else {
            return self.error(&words::WRONG_METHOD.into());
        };
        let set_error = method.path().strip_prefix('/').and_then(|name| settings.method_errors.get(name));
        let outcome = if let Some(word) = set_error {
            Err(word.as_str().into())
        } else if is_readable(call, settings.json_bodies) {
            self.run(method, call, &settings)
        } else {
            Err(words::WRONG_PARAMS.into())
        };
        outcome.unwrap_or_else(|failure| self.error(&failure))
    }

    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>> {
        let fields = call.fields();
        fields.get("order_id").into_iter().chain(fields.list("custom_id")).map(Cow::Borrowed).collect()
    }

    fn trouble(&self, trouble: Trouble) -> Answer {
        match trouble {
            Trouble::Limit => self.situation(Situation::Limit).with_status(StatusCode::TOO_MANY_REQUESTS),
            Trouble::Maintenance => self.situation(Situation::Maintenance),
            Trouble::Internal => self.error(&words::INTERNAL_ERROR.into()),
        }
    }

    fn purchase_word(&self, _purchase: &Purchase, status: Status) -> &'static str {
        words::status(status)
    }

    fn deposit_word(&self, deposit: &Deposit) -> &'static str {
        // A link has no status: what it tells of is complete.
        if deposit.credits.is_empty() { "open" } else { ipn::COMPLETE }
    }

    fn announces(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Credit { .. } => true,
            Subject::Deposit { .. } | Subject::Purchase { .. } | Subject::Listing { .. } => false,
        }
    }

    fn message(&self, subject: &Subject, forged: bool) -> Message {
        ipn::message(subject, &self.options.secret_hash, forged, &self.settings())
    }

    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        extras.read::<SettingsPatch>()?.check()
    }

    fn change_extras(&self, extras: &Extras) {
        if let Ok(patch) = extras.read::<SettingsPatch>() {
            patch.apply(Arc::make_mut(&mut lock(&self.memory).settings));
        }
    }

    fn extras_view(&self) -> Map<String, Value> {
        match serde_json::to_value(self.settings().as_ref()) {
            Ok(Value::Object(view)) => view,
            // The settings are an object of plain values, which can always be written.
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn reset_extras(&self) {
        *lock(&self.memory) = Memory::default();
    }
}
