//! What merchants ask for: every kind of order at every provider, valid and not, once and again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use serde_json::json;
use skinbus_proto::v1::order_request::Operation;
use skinbus_proto::v1::{self, purchase::Item};
use skinbus_runtime::config::ProviderName;

use super::settings::Settings;
use super::world::World;
use crate::dice::Dice;
use crate::merchant::Merchant;
use crate::orders;
use crate::system::MERCHANT;
use crate::users::{Visit, Way};

/// What an order is, and so what may become of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A purchase of this item of the simulator's catalogue.
    Purchase(&'static str),
    /// A deposit on a page.
    Page(Way),
    /// A deposit of named items.
    Items(Way),
    /// A request with something wrong in it, and what follows under the same id, where anything does.
    Invalid(Option<&'static str>),
}

/// An order as it is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intention {
    /// Who serves it.
    pub provider: ProviderName,
    /// What it is.
    pub what: What,
    /// It is not sent after a moment that may pass.
    pub has_deadline: bool,
}

/// How a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// Published, in protobuf.
    Publish,
    /// Published, in JSON.
    PublishJson,
    /// As a request with a receipt.
    Place,
    /// Published, bytes that nobody can read.
    Garbage,
}

/// One message of a merchant.
#[derive(Debug, Clone)]
pub struct Sending {
    /// After the start.
    pub at: Duration,
    /// The order's deadline, after the start.
    pub expires: Option<Duration>,
    /// How.
    pub means: Means,
    /// The order; its metadata say which `content` it is, since one id may come with several.
    pub request: v1::OrderRequest,
}

/// All that is asked for.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Every message, in the order in which they go out.
    pub sendings: Vec<Sending>,
    /// By order.
    pub intentions: BTreeMap<String, Intention>,
}

/// The name of what tells contents apart, in an order's metadata.
pub const CONTENT: &str = "content";
/// Items of every fate that ends; the usual ones come more often.
const OFFERS: [&str; 18] = [
    "88112", "88112", "88112", "88101", "88101", "88101", "88102", "88102", "88102", "88103", "88104",
    "88105", "88107", "88108", "88109", "88110", "88113", "88117",
];
/// Skinout sells this game's items only: the item is always the same there, and its fate is set by the order's id.
const OF_SKINOUT: &str = "88102";
/// Items that are bought by their names as well.
const NAMES: [(&str, &str); 3] = [
    ("88101", "Accepted Rust Door"),
    ("88102", "Protected | Sand Dune (Field-Tested)"),
    ("88103", "Canceled Rust Hatchet"),
];
const WAYS_ON_PAGES: [Way; 7] =
    [Way::Pays, Way::Pays, Way::PaysLater, Way::PaysLater, Way::Declines, Way::TakesBack, Way::StaysAway];
const WAYS_OF_ITEMS: [Way; 5] = [Way::Pays, Way::PaysLater, Way::PaysLater, Way::Declines, Way::TakesBack];
const OF_ITEMS: [ProviderName; 3] = [ProviderName::Skinify, ProviderName::Skinsback, ProviderName::Skinslink];
/// Users of SkinsBack who buy so much that several purchases go in one call.
const BUSY_USERS: usize = 3;

/// The plan of a seed.
#[must_use]
pub fn plan(settings: &Settings, dice: &mut Dice) -> Plan {
    let mut plan = Plan::default();
    let busy: Vec<v1::SteamUser> = (0..BUSY_USERS).map(|_| orders::user()).collect();
    // The last ones are to be disturbed as well.
    let span_ms = u64::try_from(settings.chaos.as_millis()).unwrap() * 9 / 10;
    for number in 0..settings.orders {
        let at = Duration::from_millis(moment(dice, span_ms));
        let provider = *dice.one_of(&ProviderName::ALL);
        let (what, mut request) = order(number, provider, &busy, dice);
        request.metadata.insert(CONTENT.to_owned(), "a".to_owned());
        let deadline = matches!(what, What::Purchase(_)) && dice.below(10) == 0;
        let expires = deadline.then(|| at + dice.pause(200, 4_000));
        let intention = Intention { provider, what, has_deadline: deadline };
        plan.intentions.insert(request.order_id.clone(), intention);
        more(&mut plan, at, expires, &request, what, dice);
        let means = means(dice);
        plan.sendings.push(Sending { at, expires, means, request });
    }
    for number in 0..settings.orders / 50 {
        let at = Duration::from_millis(dice.below(span_ms));
        let means = if number % 2 == 0 { Means::Garbage } else { Means::Publish };
        let mut request =
            v1::OrderRequest { account: "skinify_main".to_owned(), ..v1::OrderRequest::default() };
        request.metadata.insert(CONTENT.to_owned(), format!("nobody-{number}"));
        plan.sendings.push(Sending { at, expires: None, means, request });
    }
    plan.sendings.sort_by_key(|sending| sending.at);
    plan
}

/// Most orders come evenly, and a fifth in bursts.
fn moment(dice: &mut Dice, span_ms: u64) -> u64 {
    let at = dice.below(span_ms);
    if dice.below(5) == 0 { at - at % 7_000 } else { at }
}

fn means(dice: &mut Dice) -> Means {
    *dice.one_of(&[Means::Publish, Means::Publish, Means::PublishJson, Means::Place])
}

fn order(
    number: usize,
    provider: ProviderName,
    busy: &[v1::SteamUser],
    dice: &mut Dice,
) -> (What, v1::OrderRequest) {
    // ShadowPay takes no id that ends in a digit.
    let id = |kind: &str| format!("{number:05}-{provider}-{kind}");
    match dice.below(100) {
        0..55 => {
            let offer = *dice.one_of(&OFFERS);
            let is_busy = provider == ProviderName::Skinsback && dice.below(2) == 0;
            let user = if is_busy { dice.one_of(busy).clone() } else { orders::user() };
            (What::Purchase(offer), purchase(provider, &id("buy"), offer, &user))
        }
        55..65 if provider != ProviderName::Shadowpay => {
            let (offer, name) = *dice.one_of(&NAMES);
            let mut request = purchase(provider, &id("name"), offer, &orders::user());
            let name = if provider == ProviderName::Skinout { NAMES[1].1 } else { name };
            if let Some(Operation::Purchase(purchase)) = &mut request.operation {
                purchase.item = Some(Item::MarketHashName(name.to_owned()));
            }
            (What::Purchase(offer), request)
        }
        65..80 if OF_ITEMS.contains(&provider) => {
            let way = *dice.one_of(&WAYS_OF_ITEMS);
            (What::Items(way), orders::items(provider, &id("items")))
        }
        80..85 => {
            let offer = *dice.one_of(&OFFERS);
            let mut request = purchase(provider, &id("wrong"), offer, &orders::user());
            match (&mut request.operation, dice.below(2)) {
                (Some(Operation::Purchase(purchase)), 0) => purchase.max_price = None,
                _ => request.account = "skinify_other".to_owned(),
            }
            (What::Invalid((dice.below(2) == 0).then_some(offer)), request)
        }
        _ => {
            let ways: &[Way] = if provider == ProviderName::Shadowpay {
                &[Way::Pays, Way::StaysAway]
            } else {
                &WAYS_ON_PAGES
            };
            (What::Page(*dice.one_of(ways)), orders::link(provider, &id("page")))
        }
    }
}

fn purchase(provider: ProviderName, id: &str, offer: &str, user: &v1::SteamUser) -> v1::OrderRequest {
    let offer = if provider == ProviderName::Skinout { OF_SKINOUT } else { offer };
    orders::purchase(provider, id, offer, user)
}

/// The simulator's word for what becomes of an item of its catalogue.
fn fate(offer: &str) -> &'static str {
    match offer {
        "88101" => "accepted",
        "88102" => "accepted_protected",
        "88103" => "canceled",
        "88104" => "timed_out",
        "88105" => "invalid_token",
        "88107" => "create_failed",
        "88108" => "item_unavailable",
        "88109" => "rolled_back_by_user",
        "88110" => "rolled_back_by_provider",
        "88112" => "instant",
        "88113" => "insufficient_funds",
        "88117" => "accepted_after_timeout",
        other => panic!("no fate of {other}"),
    }
}

/// What else comes under the same id: the same again, something else, or what was meant.
fn more(
    plan: &mut Plan,
    at: Duration,
    expires: Option<Duration>,
    request: &v1::OrderRequest,
    what: What,
    dice: &mut Dice,
) {
    let later = at + dice.pause(0, 3_000);
    let mut again = request.clone();
    match (what, dice.below(100)) {
        (What::Invalid(Some(offer)), _) => {
            let provider = plan.intentions[&request.order_id].provider;
            again = purchase(provider, &request.order_id, offer, &orders::user());
            again.metadata.insert(CONTENT.to_owned(), "corrected".to_owned());
        }
        (_, 0..10) => {}
        (What::Purchase(_), 10..15) => {
            again.metadata.insert(CONTENT.to_owned(), "other".to_owned());
        }
        _ => return,
    }
    plan.sendings.push(Sending { at: later, expires, means: means(dice), request: again });
}

/// The users of the pages.
#[must_use]
pub fn visits(plan: &Plan) -> BTreeMap<String, Visit> {
    let visit = |(id, intention): (&String, &Intention)| match intention.what {
        What::Page(way) => Some((id.clone(), Visit::new(intention.provider, id.clone(), way))),
        What::Purchase(_) | What::Items(_) | What::Invalid(_) => None,
    };
    plan.intentions.iter().filter_map(visit).collect()
}

/// What must be so before the first order comes: what becomes of given items, and that users have seen their inventories.
pub async fn prepare(world: &World, plan: &Plan) {
    let mut change = json!({});
    for (id, intention) in &plan.intentions {
        let provider = intention.provider.as_str();
        match intention.what {
            What::Items(way) => change[provider]["deposit_fates"][id] = way.fate().into(),
            What::Purchase(offer) | What::Invalid(Some(offer))
                if intention.provider == ProviderName::Skinout =>
            {
                change[provider]["fates"]["by_reference"][id] = fate(offer).into();
            }
            What::Purchase(_) | What::Invalid(_) | What::Page(_) => {}
        }
    }
    world.control(&change).await;
    let merchant = Merchant::connect(&world.nats_url(), MERCHANT).await;
    let of_items = |request: &v1::OrderRequest| {
        let what =
            plan.intentions.get(&request.order_id).map(|intention| (intention.what, intention.provider));
        matches!(what, Some((What::Items(_), ProviderName::Skinsback | ProviderName::Skinslink)))
    };
    let asked = plan.sendings.iter().map(|sending| &sending.request).filter(|request| of_items(request));
    stream::iter(asked).for_each_concurrent(8, |order| orders::show_inventory(&merchant, order)).await;
}

/// The plan in lines, for people.
#[must_use]
pub fn describe(plan: &Plan) -> String {
    let mut text = String::new();
    for Sending { at, expires, means, request } in &plan.sendings {
        let what = plan.intentions.get(&request.order_id).map(|intention| intention.what);
        let content = &request.metadata[CONTENT];
        let id = &request.order_id;
        writeln!(text, "{at:?} {means:?} {id} ({content}) {what:?}, expires {expires:?}").unwrap();
    }
    text
}
