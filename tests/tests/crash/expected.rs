//! What an order may come to.

use skinbus_proto::v1;
use skinbus_proto::v1::TradeStatus;
use skinbus_runtime::config::ProviderName;
use skinbus_tests::users::{Visit, names_a_page};

use crate::watch::path;

/// An order and its ending.
pub(crate) struct Expected {
    /// Its id.
    pub(crate) id: String,
    endings: Vec<TradeStatus>,
    /// Whether the provider takes the order, where it is asked.
    is_taken: bool,
    /// It is not sent after a moment that may pass.
    has_deadline: bool,
    /// The answer to its call may be lost for good.
    may_need_review: bool,
    /// How often its user pays, who can do so only where an address of a page was told.
    payments: usize,
}

impl Expected {
    fn of(id: String, endings: &[TradeStatus], is_taken: bool) -> Self {
        let endings = endings.to_vec();
        Self { id, endings, is_taken, has_deadline: false, may_need_review: false, payments: 0 }
    }

    /// The order ends as the simulator's catalogue says.
    pub(crate) fn fate(id: String, offer_id: &str) -> Self {
        let ending = match offer_id {
            "88101" | "88102" | "88112" => TradeStatus::Completed,
            "88103" => TradeStatus::Canceled,
            "88104" => TradeStatus::Expired,
            "88105" | "88106" | "88107" | "88108" | "88113" => TradeStatus::Failed,
            "88109" | "88110" => TradeStatus::Reverted,
            other => panic!("no expectation for {other}"),
        };
        Self::of(id, &[ending], offer_id != "88113")
    }

    /// Nothing can prove that it was not bought, and it was not.
    pub(crate) fn needs_review(id: String) -> Self {
        Self::of(id, &[TradeStatus::NeedsReview], false).or_review()
    }

    /// A deposit, which buys nothing; what it credits is compared with the simulator's record.
    pub(crate) fn deposit(id: String, endings: &[TradeStatus]) -> Self {
        Self::of(id, endings, false)
    }

    /// It is over only when so many payments are credited, provided that its user was told where to pay.
    pub(crate) fn paid_on_its_page(mut self, payments: usize) -> Self {
        self.payments = payments;
        self
    }

    /// What a deposit on a page may come to. A page whose address is lost is over, and nobody can pay there.
    pub(crate) fn visited(visit: &Visit) -> Self {
        let endings = [visit.way.endings(), &[TradeStatus::Failed]].concat();
        let each = if visit.provider == ProviderName::Shadowpay { 2 } else { 1 };
        let payments = if visit.way.pays() { each } else { 0 };
        Self::deposit(visit.order_id.clone(), &endings).paid_on_its_page(payments)
    }

    /// It may also wait for a person, where it was not bought.
    pub(crate) fn or_review(mut self) -> Self {
        self.may_need_review = true;
        self
    }

    /// It may also end before it is sent.
    pub(crate) fn or_too_late(mut self) -> Self {
        self.has_deadline = true;
        self
    }

    /// Whether nothing more happens to it.
    pub(crate) fn is_settled(&self, changes: &[v1::TradeStatusChanged]) -> bool {
        let ended = |last: &v1::TradeStatusChanged| {
            self.endings.contains(&last.to())
                || last.to() == TradeStatus::NeedsReview
                || self.came_too_late(last)
        };
        let payments = if changes.iter().any(names_a_page) { self.payments } else { 0 };
        changes.last().is_some_and(|last| ended(last) && credited(last).count() >= payments)
    }

    fn came_too_late(&self, last: &v1::TradeStatusChanged) -> bool {
        let reason = last.trade.as_ref().map_or("", |trade| &trade.reason);
        self.has_deadline && last.to() == TradeStatus::Expired && reason == "deadline_passed"
    }

    /// Checks the ending, and that it was bought exactly where that is the ending of a purchase.
    pub(crate) fn check(&self, changes: &[v1::TradeStatusChanged], is_bought: bool) {
        let (id, way, last) = (&self.id, path(changes), changes.last().unwrap());
        if last.to() == TradeStatus::NeedsReview {
            assert!(self.may_need_review && !is_bought, "{id} needs no review: {way}");
        } else if self.came_too_late(last) {
            assert!(!is_bought, "{id} was bought and ended unsent: {way}");
        } else {
            assert!(self.endings.contains(&last.to()), "{id}: {way}");
            assert_eq!(is_bought, self.is_taken, "{id}: {way}");
        }
    }
}

/// What is the merchant's.
pub(crate) fn credited(change: &v1::TradeStatusChanged) -> impl Iterator<Item = &v1::Credit> {
    let credits = change.trade.iter().flat_map(|trade| &trade.credits);
    credits.filter(|credit| credit.state() == v1::CreditState::Credited)
}
