//! The task of each provider that sends what there is to tell.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::news::{Carrier, Message, News, Subject};
use super::notifications::{NotificationMode, NotificationRules};
use crate::ledger::{LedgerNotification, NotificationKind};
use crate::notify::{self, Delivery, Notice};
use crate::provider::Provider;

/// How long a notification that was kept back waits for another to overtake it.
const REORDER_WAIT: Duration = Duration::from_secs(5);
/// How long the task sleeps where nothing is due; it is woken when something is planned.
const NOTHING_DUE: Duration = Duration::from_secs(3600);

/// A notification on its way, and its row in the ledger.
#[derive(Debug, Clone)]
struct Parcel {
    notice: Notice,
    record: LedgerNotification,
}

/// Tells news until the simulator stops. It sleeps until the next step of any life; there are no timers per life.
pub(crate) async fn run(provider: Arc<dyn Provider>) {
    let project = Arc::clone(provider.project());
    let mut kept_back = None;
    loop {
        let (news, wait) = project.open().take_news();
        for one in news {
            project.feed.tell(provider.feed_frames(&one.subject));
            dispatch(&provider, &one, &mut kept_back);
        }
        tokio::select! {
            () = project.shared.shutdown.cancelled() => return,
            () = project.stirred.notified() => {}
            () = sleep(wait.unwrap_or(NOTHING_DUE)) => {}
            () = sleep(REORDER_WAIT), if kept_back.is_some() => {
                send(&provider, kept_back.take().into_iter().collect());
            }
        }
    }
}

/// What is to be told now of what the provider tells of, as it is put on the way, and how many milliseconds later there may be more.
pub(crate) fn messages(provider: &dyn Provider) -> (Vec<Message>, Option<u64>) {
    let (news, wait) = provider.project().open().take_news();
    let told = news.iter().filter(|one| one.insisted || provider.announces(&one.subject));
    let messages = told.map(|one| provider.message(&one.subject, one.mode == Some(NotificationMode::Forged)));
    (messages.collect(), wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
}

/// Sends one piece of news as the mode says, or keeps it back.
fn dispatch(provider: &Arc<dyn Provider>, news: &News, kept_back: &mut Option<Parcel>) {
    if !news.insisted && !provider.announces(&news.subject) {
        return;
    }
    let (rules, receipt) = {
        let state = provider.project().open();
        (state.rules.notifications.clone(), state.traits.receipt)
    };
    let mode = news.mode.unwrap_or(rules.mode);
    let forged = mode == NotificationMode::Forged;
    let message = provider.message(&news.subject, forged);
    let record = record(provider, &news.subject, message.status, forged);
    // Without an address a notification is as lost as one that is dropped on purpose.
    let Some(url) = url(news, &rules).filter(|_| mode != NotificationMode::Lost) else {
        provider.project().open().notifications.record(record);
        return;
    };
    let url = match &message.carrier {
        Carrier::Post { .. } => url.to_owned(),
        Carrier::Get { query } => format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' }),
    };
    let speed = provider.project().shared.settings().speed;
    let gaps = rules.gaps_ms.iter().map(|gap_ms| Duration::from_millis(*gap_ms / speed)).collect();
    let parcel = Parcel { notice: Notice { url, message, gaps, receipt }, record };
    match mode {
        NotificationMode::Normal | NotificationMode::Forged => send(provider, vec![parcel]),
        NotificationMode::Duplicated => {
            send(provider, vec![parcel.clone()]);
            send(provider, vec![parcel]);
        }
        NotificationMode::Reordered => match kept_back.take() {
            Some(earlier) => send(provider, vec![parcel, earlier]),
            None => *kept_back = Some(parcel),
        },
        NotificationMode::Lost => {}
    }
}

/// Where news goes: to its own address, else to the deposit's, else to the one that is set.
fn url<'a>(news: &'a News, rules: &'a NotificationRules) -> Option<&'a str> {
    let set = match &news.subject {
        Subject::Deposit { deposit, .. } | Subject::Credit { deposit, .. } => {
            deposit.result_url.as_ref().or(rules.url.as_ref())
        }
        Subject::Purchase { .. } | Subject::Listing { .. } => rules.purchase_url.as_ref(),
    };
    news.url.as_ref().or(set).map(String::as_str)
}

fn record(
    provider: &Arc<dyn Provider>,
    subject: &Subject,
    status: &'static str,
    forged: bool,
) -> LedgerNotification {
    let (kind, reference, provider_id) = match subject {
        Subject::Deposit { deposit, .. } => {
            (NotificationKind::Deposit, deposit.reference.clone(), deposit.id.to_string())
        }
        Subject::Credit { deposit, credit } => {
            (NotificationKind::Credit, deposit.reference.clone(), credit.transaction_id.clone())
        }
        Subject::Purchase { purchase, .. } => (
            NotificationKind::Purchase,
            purchase.reference.clone().unwrap_or_default(),
            purchase.id.to_string(),
        ),
        Subject::Listing { listing } => {
            (NotificationKind::Listing, listing.asset.id.to_owned(), listing.id.to_string())
        }
    };
    let provider = provider.project().name();
    let nothing = Delivery::default();
    LedgerNotification {
        provider,
        kind,
        reference,
        provider_id,
        status,
        forged,
        attempts: nothing.attempts,
        answer: nothing.answer,
        delivered: nothing.delivered,
    }
}

/// Delivers in the background, one after the other.
fn send(provider: &Arc<dyn Provider>, parcels: Vec<Parcel>) {
    let project = Arc::clone(provider.project());
    let tasks = project.shared.tasks.clone();
    tasks.spawn(async move {
        for Parcel { notice, record } in parcels {
            let delivery = notify::deliver(&project.shared.client, &notice, &project.shared.shutdown).await;
            let Delivery { attempts, answer, delivered } = delivery;
            let record = LedgerNotification { attempts, answer, delivered, ..record };
            project.open().notifications.record(record);
        }
    });
}
