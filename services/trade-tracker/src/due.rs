//! Due looks of one account: taken in hand, begun, and sent out as look-ups in the order that the agenda says.
//!
//! A wake-up carries no decision: the trade is read when it comes. What needs no provider is done at once. What does waits in
//! the agenda for company and for its turn, and its message stays in hand meanwhile: whoever dies gives it to another replica.

mod ask;
mod carry_out;

use std::collections::BTreeSet;
use std::future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use opentelemetry::trace::FutureExt;
use skinbus_bus::held::{Held, HeldMessages, PROGRESS_EVERY};
use skinbus_bus::topology::{POLLS, due_consumer};
use skinbus_domain::ids::TradeKey;
use skinbus_domain::looking::Looking;
use skinbus_domain::planning::{Agenda, Planned, Urgency};
use skinbus_proto::{moment, v1};
use skinbus_runtime::accounts::Account;
use skinbus_runtime::clock;
use tokio::task::JoinSet;

use crate::{Tracker, metrics};

/// Look-ups of one account that are asked at the same time.
const LOOK_UPS_MAX: usize = 8;
/// Besides these, look-ups that only hints ask for: they may wait long for their part of the quota.
const HINTED_LOOK_UPS_MAX: usize = 2;
/// Looks that only hints ask for and that wait to be asked; the rest is put off.
const HINTED_MAX: usize = 100;
/// How long such a look waits for company. A user waits; and where there are many, they wait for each other anyway.
const HINTED_COMPANY: Duration = Duration::from_millis(10);
/// Pause before a trade is looked at again whose look failed.
const RETRY_PAUSE: Duration = Duration::from_secs(5);

/// A due look in hand.
struct Due {
    key: TradeKey,
    hinted: bool,
    planned: Planned,
    woken_at: Timestamp,
    held: Held,
}

/// A look that needs the provider.
type LookUp = (Due, Looking);

pub(crate) async fn run(tracker: Arc<Tracker>, account: Account) {
    let mut lines = Urgency::ALL
        .map(|line| tracker.bus.hold(POLLS, &due_consumer(&account.name, line), &tracker.shutdown));
    let mut desk = Desk::new(tracker, Arc::new(account));
    desk.work(&mut lines).await;
    for messages in lines {
        messages.close().await;
    }
    desk.close().await;
}

/// What one replica has in hand of one account.
struct Desk {
    tracker: Arc<Tracker>,
    account: Arc<Account>,
    agenda: Agenda<LookUp>,
    /// The trades in the agenda.
    waiting: BTreeSet<TradeKey>,
    hinted: Agenda<LookUp>,
    beginning: JoinSet<Option<LookUp>>,
    /// Each comes back with the looks for which the quota had no room.
    asking: JoinSet<Vec<LookUp>>,
    asking_hinted: JoinSet<Vec<LookUp>>,
}

impl Desk {
    fn new(tracker: Arc<Tracker>, account: Arc<Account>) -> Self {
        Self {
            tracker,
            account,
            agenda: Agenda::default(),
            waiting: BTreeSet::new(),
            hinted: Agenda::default(),
            beginning: JoinSet::new(),
            asking: JoinSet::new(),
            asking_hinted: JoinSet::new(),
        }
    }

    /// Until the shutdown.
    async fn work(&mut self, [now, later]: &mut [HeldMessages; 2]) {
        let mut progress = tokio::time::interval(PROGRESS_EVERY);
        loop {
            self.ask();
            let [room_now, room_later] = Urgency::ALL.map(|line| self.room(line));
            let leave = self.next_leave();
            tokio::select! {
                held = now.next_within(room_now) => match held {
                    Some(held) => self.begin(held).await,
                    None => return,
                },
                held = later.next_within(room_later) => match held {
                    Some(held) => self.begin(held).await,
                    None => return,
                },
                Some(begun) = self.beginning.join_next() => {
                    if let Some(look_up) = begun.ok().flatten() {
                        self.put(look_up).await;
                    }
                }
                Some(no_room) = self.asking.join_next() => self.put_all(no_room.unwrap_or_default()).await,
                Some(no_room) = self.asking_hinted.join_next() => self.put_all(no_room.unwrap_or_default()).await,
                () = sleep_until(leave) => {}
                _ = progress.tick() => {
                    for (due, _) in self.agenda.iter().chain(self.hinted.iter()) {
                        due.held.progress().await;
                    }
                }
            }
        }
    }

    /// How many more messages of a line there is room for.
    fn room(&self, line: Urgency) -> usize {
        let in_hand = self.agenda.len(line).saturating_add(self.beginning.len());
        self.tracker.settings.due_batch.saturating_sub(in_hand)
    }

    fn next_leave(&self) -> Option<Timestamp> {
        let leave = |agenda: &Agenda<LookUp>, asking: &JoinSet<_>, most| {
            agenda.next_leave().filter(|_| asking.len() < most)
        };
        let planned = leave(&self.agenda, &self.asking, LOOK_UPS_MAX);
        let hinted = leave(&self.hinted, &self.asking_hinted, HINTED_LOOK_UPS_MAX);
        planned.into_iter().chain(hinted).min()
    }

    /// Sends out what is ready.
    fn ask(&mut self) {
        let (sizes, now) = (self.account.look_up_chunk(), clock::now());
        while self.asking.len() < LOOK_UPS_MAX
            && let Some(batch) = self.agenda.take(&sizes, now)
        {
            for (due, _) in &batch.looks {
                self.waiting.remove(&due.key);
                metrics::late(
                    &self.account.name,
                    due.planned.urgency(&self.account.rules),
                    due.planned.at,
                    now,
                );
            }
            let asked = ask::look(Arc::clone(&self.tracker), Arc::clone(&self.account), batch.looks, false);
            self.asking.spawn(asked);
        }
        while self.asking_hinted.len() < HINTED_LOOK_UPS_MAX
            && let Some(batch) = self.hinted.take(&self.account.look_up_batch, now)
        {
            let asked = ask::look(Arc::clone(&self.tracker), Arc::clone(&self.account), batch.looks, true);
            self.asking_hinted.spawn(asked);
        }
    }

    /// Reads the trade and does what needs no provider.
    async fn begin(&mut self, held: Held) {
        let Some(due) = read(held, &self.tracker).await else { return };
        let (tracker, account) = (Arc::clone(&self.tracker), Arc::clone(&self.account));
        let context = due.held.span.context().clone();
        let beginning = async move { carry_out::begin(&tracker, &account, due).await };
        self.beginning.spawn(beginning.with_context(context));
    }

    async fn put_all(&mut self, look_ups: Vec<LookUp>) {
        for look_up in look_ups {
            self.put(look_up).await;
        }
    }

    /// Lets a look wait for its turn.
    async fn put(&mut self, (due, looking): LookUp) {
        let Some(kind) = looking.recorded().trade().kind() else {
            // Without an order there is nothing to ask about, and no plan asks for it.
            return due.held.acknowledge().await;
        };
        if looking.is_hinted() {
            let leaves_at = skinbus_domain::rules::after(clock::now(), HINTED_COMPANY);
            if self.hinted.len(Urgency::Now) < HINTED_MAX {
                return self.hinted.add(Urgency::Now, kind, leaves_at, (due, looking));
            }
            let (tracker, account) = (Arc::clone(&self.tracker), Arc::clone(&self.account));
            self.beginning.spawn(async move { ask::put_off(&tracker, &account, (due, looking)).await });
            return;
        }
        // Whoever is in the line already is looked at after this wake-up too.
        if !self.waiting.insert(due.key.clone()) {
            return due.held.acknowledge().await;
        }
        let rules = &self.account.rules;
        let (urgency, leaves_at) = (due.planned.urgency(rules), due.planned.leaves_at(rules, due.woken_at));
        self.agenda.add(urgency, kind, leaves_at, (due, looking));
    }

    /// What is not asked yet another replica asks.
    async fn close(mut self) {
        while self.beginning.join_next().await.is_some() {}
        while self.asking.join_next().await.is_some() {}
        while self.asking_hinted.join_next().await.is_some() {}
        for (due, _) in self.agenda.drain().chain(self.hinted.drain()) {
            due.held.give_back().await;
        }
    }
}

/// A message that nobody can read becomes a dead letter.
async fn read(held: Held, tracker: &Tracker) -> Option<Due> {
    let read = || {
        let due: v1::PollDue = held.incoming.decode().ok()?;
        let key = TradeKey { merchant: due.merchant.parse().ok()?, order_id: due.order_id.parse().ok()? };
        Some((key, due))
    };
    let Some((key, due)) = read() else {
        tracker.bury(held, "a due look cannot be read").await;
        return None;
    };
    held.span.about(&key);
    // A schedule of an older release does not say when: it is now.
    let woken_at = clock::now();
    let at = due.due_at.as_ref().and_then(moment).unwrap_or(woken_at);
    let planned = Planned { at, pause: Duration::from_millis(due.pause_ms) };
    Some(Due { key, hinted: due.hinted, planned, woken_at, held })
}

async fn sleep_until(moment: Option<Timestamp>) {
    match moment {
        Some(moment) => {
            let rest = moment.duration_since(clock::now());
            tokio::time::sleep(rest.try_into().unwrap_or_default()).await;
        }
        None => future::pending().await,
    }
}
