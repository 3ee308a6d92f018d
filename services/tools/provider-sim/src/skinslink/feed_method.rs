//! `GET /merchant/purchase/events`.

use std::borrow::Cow;

use serde::Serialize;

use super::envelope::{Outcome, success};
use super::feed::Change;
use super::market::{ItemView, shown_id};
use super::project::Skinslink;
use super::query::number;
use super::request::Problems;
use super::switches::{Switches, Writing};
use super::words;
use crate::fields::Fields;
use crate::shared::lock;

/// The most events of an answer.
const MOST_EVENTS: usize = 10_000;

/// A cursor, whose form is not documented.
#[derive(Serialize)]
#[serde(untagged)]
enum Cursor {
    Number(u64),
    String(String),
}

impl Cursor {
    fn new(cursor: u64, switches: &Switches) -> Self {
        match switches.cursors {
            Writing::Number => Self::Number(cursor),
            Writing::String => Self::String(cursor.to_string()),
        }
    }
}

#[derive(Serialize)]
struct Event<'a> {
    r#type: &'static str,
    at: u64,
    game: &'static str,
    id: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<ItemView<'a>>,
}

#[derive(Serialize)]
struct Events<'a> {
    since: Cursor,
    next: Cursor,
    count: usize,
    more: bool,
    reset: bool,
    events: Vec<Event<'a>>,
}

impl Skinslink {
    /// Without a cursor, or with one that is too old, it only says where to begin.
    pub(super) fn events(&self, query: &Fields, switches: &Switches) -> Outcome {
        let mut problems = Problems::of("PurchaseEventsRequest");
        let game = problems.game(query.get("game"));
        let limit = number(query, &mut problems, "limit", MOST_EVENTS, (1, MOST_EVENTS));
        let since = match query.get("since").map(str::parse::<u64>) {
            None => 0,
            Some(Ok(cursor)) => cursor,
            Some(Err(_)) => {
                problems.add("since", "number");
                0
            }
        };
        problems.finish()?;
        let extended = query.is_true("extended");
        let now_ns = self.project.shared.clock.now_us().saturating_mul(1000);
        let state = self.project.open();
        let mut memory = lock(&self.memory);
        let last = memory.feed.observe(&state.market, now_ns);
        let changes = memory.feed.since(since);
        let reset = changes.is_none();
        let asked_for = |change: &&Change| game.is_none_or(|game| change.game == game);
        let mut found: Vec<&Change> = changes.unwrap_or_default().iter().filter(asked_for).collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = if more { found.last().map_or(last, |change| change.at) } else { last };
        let events: Vec<Event<'_>> = found
            .iter()
            .map(|change| {
                let shelf = state.market.by_id(&change.id).filter(|_| !change.removed);
                Event {
                    r#type: if change.removed { "remove" } else { "upsert" },
                    at: change.at,
                    game: words::game_word(change.game),
                    id: shown_id(&change.id, switches),
                    item: shelf.map(|shelf| ItemView::new(shelf, extended, switches)),
                }
            })
            .collect();
        let answer = Events {
            since: Cursor::new(since, switches),
            next: Cursor::new(next, switches),
            count: events.len(),
            more,
            reset,
            events,
        };
        Ok(success("Purchase events fetched successfully", &answer))
    }
}
