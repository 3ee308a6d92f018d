//! Answers to calls that place orders: the answers that cost money when they are misread.

use skinbus_domain::Outcome;
use skinbus_providers::{PlaceAnswer, Placing, Verdict};

use crate::case::Case;
use crate::facts::assert_honest;
use crate::orders::{OPERATIONS, now, order, reference};
use crate::properties::{Body, assert_discreet, texts_of};

const TOGETHER: &str = "purchases_together";
/// Steps of second calls end so.
const SECOND: &str = ":2";

pub(crate) fn steps() -> Vec<&'static str> {
    let second = ["purchase:2", "purchase_by_name:2", "deposit_items:2", "deposit_items_by_name:2"];
    OPERATIONS.iter().map(|(name, _)| *name).chain(second).chain([TOGETHER]).collect()
}

pub(crate) fn run(case: &[u8]) {
    let case = Case::read(case, &steps());
    let (response, body) = (case.response(), Body::new(case.body));
    let name = case.step.strip_suffix(SECOND).unwrap_or(case.step);
    // Several at once are purchases by offer, the first operation.
    let (_, operation) = OPERATIONS.iter().find(|(known, _)| *known == name).unwrap_or(&OPERATIONS[0]);
    let order = order(case.account.name, operation());
    let kind = order.operation.kind();
    let (first, second) = (reference(kind, 1), reference(kind, 2));
    let orders = [(&order, &first), (&order, &second)];
    if case.step == TOGETHER {
        let answers = case.account.provider.read_placed_together(&orders, &response, now());
        assert_eq!(answers.len(), orders.len(), "each order has its answer");
        body.assert_in_proportion(&answers);
        for ((order, reference), answer) in orders.into_iter().zip(&answers) {
            check(&case, &body, &Placing { order, reference, call: 1 }, answer);
        }
        return;
    }
    let call = if case.step.ends_with(SECOND) { 2 } else { 1 };
    let placing = Placing { order: &order, reference: &first, call };
    let answer = case.account.provider.read_placed(&placing, &response, now());
    body.assert_in_proportion(&answer);
    check(&case, &body, &placing, &answer);
}

fn check(case: &Case<'_>, body: &Body<'_>, placing: &Placing<'_>, answer: &PlaceAnswer) {
    let shown = || case.body.escape_ascii();
    let secrets = case.account.with_token();
    let may_be_definite = body.is_json() && !case.status.is_server_error();
    let calls = case.account.defaults.place_calls.of(placing.order.operation.kind());
    match &answer.verdict {
        Verdict::Outcome(Outcome::Placed(observation)) => {
            assert!(may_be_definite && case.status.is_success(), "placed: {} {}", case.status, shown());
            assert_eq!(&observation.reference, placing.reference, "{}", shown());
            assert_honest(&secrets, body, observation);
        }
        Verdict::Outcome(Outcome::Refused(reason)) => {
            assert!(may_be_definite, "refused: {} {}", case.status, shown());
            assert_discreet(&secrets, texts_of(reason));
        }
        Verdict::Outcome(Outcome::NotSent { reason, retry_at }) => {
            // A first call of two has bought nothing yet, whatever its answer is.
            let is_first = placing.call < calls;
            assert!(may_be_definite || is_first, "not sent: {} {}", case.status, shown());
            assert!(*retry_at >= now(), "{retry_at} {}", shown());
            assert_discreet(&secrets, texts_of(reason));
        }
        Verdict::Outcome(Outcome::Unknown { reason, refusal_unproved }) => {
            // A refusal is words of the provider.
            assert!(!refusal_unproved || may_be_definite, "refused: {} {}", case.status, shown());
            assert_discreet(&secrets, texts_of(reason));
        }
        Verdict::Next(_) => {
            assert!(may_be_definite, "one more call: {} {}", case.status, shown());
            assert!(placing.call < calls, "more than {calls} calls: {}", shown());
        }
    }
    if let Some(closed) = answer.closed {
        assert!(closed.until >= now(), "{closed:?} {}", shown());
    }
}
