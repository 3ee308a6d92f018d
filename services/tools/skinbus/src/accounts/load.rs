//! What one account has to look at, for people and for programs.

use std::time::Duration;

use serde_json::{Value, json};
use skinbus_bus::polls::Polls;
use skinbus_domain::order::OrderKind;
use skinbus_domain::planning::{self, Open, Urgency};
use skinbus_domain::rules::ByKind;
use skinbus_runtime::accounts::Account;

use crate::table::{Cell, Fit};
use crate::terminal::Tone;
use crate::view;

/// The headings of the table.
pub(super) const COLUMNS: [(&str, Fit); 10] = [
    ("account", Fit::Whole),
    ("provider", Fit::Whole),
    ("state", Fit::Whole),
    ("merchant", Fit::Start(6)),
    ("limit", Fit::Whole),
    ("open", Fit::Whole),
    ("due", Fit::Whole),
    ("requests", Fit::Whole),
    ("latest, waited for", Fit::Whole),
    ("latest, others", Fit::Whole),
];

/// One account at one moment.
pub(super) struct Load {
    pub(super) account: Account,
    pub(super) polls: Polls,
}

impl Load {
    pub(super) fn row(&self) -> Vec<Cell> {
        let account = &self.account;
        let due = self.polls.due_now.saturating_add(self.polls.due_later);
        vec![
            Cell::plain(account.name.as_str()),
            Cell::plain(account.provider.name),
            match account.config.paused {
                true => Cell::new(Tone::Warning, "paused".to_owned()),
                false => Cell::new(Tone::Quiet, "active".to_owned()),
            },
            Cell::plain(account.merchant.as_str()),
            Cell::plain(format!("{} / {} s", account.limit.requests, account.limit.per.as_secs())),
            Cell::plain(total(&self.open()).to_string()),
            Cell::plain(due.to_string()),
            Cell::new(Tone::Quiet, self.sweep_requests().to_string()),
            Cell::plain(self.latest_text(Urgency::Now)),
            Cell::plain(self.latest_text(Urgency::Later)),
        ]
    }

    pub(super) fn json(&self) -> String {
        let account = &self.account;
        let of_kinds = |counts: &ByKind<u64>| -> Value {
            OrderKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), json!(counts.of(*kind)))).collect()
        };
        let latest = |urgency| {
            let [alone, beside_orders] = self.latest(urgency).map(|bound| bound.as_secs());
            json!({"seconds": alone, "seconds_beside_orders": beside_orders})
        };
        json!({
            "account": account.name.as_str(),
            "provider": account.provider.name,
            "merchant": account.merchant.as_str(),
            "paused": account.config.paused,
            "requests": account.limit.requests,
            "per_seconds": account.limit.per.as_secs_f64(),
            "planned": {"now": of_kinds(&self.polls.planned.now), "later": of_kinds(&self.polls.planned.later)},
            "due": {"now": self.polls.due_now, "later": self.polls.due_later},
            "sweep_requests": self.sweep_requests(),
            "latest": {"now": latest(Urgency::Now), "later": latest(Urgency::Later)},
        })
        .to_string()
    }

    /// All that is open. Nobody says of which kind what is due is: of the one that costs most, so that no bound is too low.
    fn open(&self) -> Open {
        let Polls { planned, due_now, due_later } = self.polls;
        let sizes = &self.account.look_up_batch;
        let has_any = |kind: &OrderKind| planned.now.of(*kind) > 0 || planned.later.of(*kind) > 0;
        let dearest = OrderKind::ALL.into_iter().filter(has_any).min_by_key(|kind| sizes.of(*kind));
        let dearest = dearest.unwrap_or(OrderKind::Purchase);
        let with = |counts: ByKind<u64>, due: u64| {
            counts.map(|kind, count| if kind == dearest { count.saturating_add(due) } else { count })
        };
        Open { now: with(planned.now, due_now), later: with(planned.later, due_later) }
    }

    fn sweep_requests(&self) -> u64 {
        let (open, sizes) = (self.open(), &self.account.look_up_batch);
        Urgency::ALL
            .into_iter()
            .map(|urgency| open.sweep_requests(urgency, sizes))
            .fold(0, u64::saturating_add)
    }

    fn latest(&self, urgency: Urgency) -> [Duration; 2] {
        let account = &self.account;
        planning::latest(urgency, &self.open(), &account.look_up_batch, &account.limit, &account.rules)
    }

    fn latest_text(&self, urgency: Urgency) -> String {
        let [alone, beside_orders] = self.latest(urgency).map(|bound| view::span(bound.as_secs()));
        if alone == beside_orders { alone } else { format!("{alone} to {beside_orders}") }
    }
}

fn total(open: &Open) -> u64 {
    Urgency::ALL.into_iter().flat_map(|urgency| open.of(urgency).values()).fold(0, u64::saturating_add)
}
