use super::*;
use crate::demo::script;
use crate::samples::{change, credit, with_trade};
use crate::simulator::{Deposit, Purchase};
use skinbus_domain::TradeStatus::{self, Accepted, Completed, Failed, OnHold, Uncertain};
use skinbus_proto::v1;

fn purchase(order_id: &str) -> Purchase {
    Purchase {
        provider: "skinify".to_owned(),
        custom_id: Some(order_id.to_owned()),
        status: "accepted".to_owned(),
    }
}

fn calls(worst_window: u64) -> BTreeMap<String, Calls> {
    let calls = Calls { arrivals: 400, refused: 0, limit: 300, window_ms: 60_000, worst_window };
    [("skinify".to_owned(), calls)].into()
}

fn board(order_id: &str, statuses: &[TradeStatus], credits: &[v1::Credit]) -> Board {
    let mut board = Board::default();
    let mut from = None;
    for (version, status) in (1..).zip(statuses) {
        let trade = v1::Trade { credits: credits.to_vec(), ..v1::Trade::default() };
        board.apply(&with_trade(change(order_id, version, from, *status), trade));
        from = Some(*status);
    }
    board
}

fn summary(orders: &[DemoOrder], board: &Board, ledger: &Ledger, worst_window: u64) -> Summary {
    let calls = calls(worst_window);
    of(&Evidence { orders, board, ledger, calls: &calls, dead_letters: 1 }, Palette::PLAIN, 160)
}

#[test]
fn agreement_is_said() {
    let board = board("lost-answer", &[Accepted, Uncertain, Completed], &[]);
    let ledger = Ledger { purchases: vec![purchase("lost-answer")], ..Ledger::default() };
    let summary = summary(&script::lost_answer().orders, &board, &ledger, 40);
    let expected = [
        "Skinify        Skinbus says           credited  the simulator executed        credited",
        "  lost-answer  UNCERTAIN → COMPLETED            once: accepted                          agrees",
        "  in all       1 orders                         1 executed                              agrees",
        "  rate limit   300 in 60 s                      40 at the busiest, 400 calls            agrees",
        "",
        "status changes received: 3, versions missing between them: 0",
        "dead letters: 1; the conflict that was published must be the only one",
        "Everything agrees.",
    ];
    assert_eq!(summary.lines, expected);
    assert_eq!(summary.disagreements, 0);
}

#[test]
fn everything_that_is_wrong_is_said() {
    let twice = vec![purchase("lost-answer"), purchase("lost-answer"), purchase("x")];
    let ledger = Ledger { purchases: twice, ..Ledger::default() };
    let board = board("lost-answer", &[Accepted, Failed], &[]);
    let summary = summary(&script::lost_answer().orders, &board, &ledger, 301);
    let verdicts = [
        "expected COMPLETED; was never UNCERTAIN; executed more than once",
        "1 that nobody ordered",
        "too many calls",
    ];
    for (line, verdict) in summary.lines[1..].iter().zip(verdicts) {
        assert!(line.ends_with(verdict), "{line}");
    }
    assert_eq!(summary.disagreements, 5);
    assert_eq!(summary.lines.last().unwrap(), "5 things do not agree.");
}

#[test]
fn silence_is_a_disagreement() {
    let summary = summary(&script::lost_answer().orders, &Board::default(), &Ledger::default(), 1);
    assert!(summary.lines[1].contains("nothing came"), "{}", summary.lines[1]);
    assert_eq!(summary.disagreements, 3);
}

#[test]
fn credits_are_compared() {
    let mut orders = script::deposits().orders;
    orders.retain(|order| order.id == "skinify-page");
    let paid = |amount: &str| Ledger {
        deposits: vec![Deposit {
            provider: "skinify".to_owned(),
            deposit_id: "skinify-page".to_owned(),
            phase: "paid".to_owned(),
            amount: Some(amount.to_owned()),
            currency: "usd".to_owned(),
            payments: Vec::new(),
        }],
        ..Ledger::default()
    };
    let credits = [credit("k-1", "20.00", "USD", v1::CreditState::Credited)];
    let board = board("skinify-page", &[Accepted, OnHold, Completed], &credits);
    let agreeing = summary(&orders, &board, &paid("20"), 1);
    assert_eq!(agreeing.disagreements, 0, "{:?}", agreeing.lines);
    assert!(agreeing.lines[1].contains("20.00 USD  once: paid"), "{:?}", agreeing.lines);
    let differing = summary(&orders, &board, &paid("20.01"), 1);
    assert!(differing.lines[1].ends_with("the credits differ"), "{:?}", differing.lines);
    assert!(differing.lines[2].ends_with("the sums differ"), "{:?}", differing.lines);
    // A pending credit is nothing that counts.
    let pending = [credit("k-1", "20.00", "USD", v1::CreditState::Pending)];
    let board = self::board("skinify-page", &[Accepted, OnHold, Completed], &pending);
    assert_eq!(summary(&orders, &board, &paid("20"), 1).disagreements, 3);
}

#[test]
fn what_must_not_be_executed_was_not() {
    let never = Expected::never(Failed);
    let board = board("a", &[Failed], &[]);
    let (nothing, once) =
        (Truth::default(), Truth { words: vec!["accepted".to_owned()], ..Truth::default() });
    let found = |truth| problems(&never, board.row("a"), &Sums::default(), truth);
    assert_eq!(found(&nothing), Vec::<String>::new());
    assert_eq!(found(&once), ["must not be executed"]);
}
