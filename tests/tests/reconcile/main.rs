//! A provider's records against the ledger, with real differences: what the command line finds, what `--apply` mends, and
//! what the tracker tells by itself. That nothing is found where all agrees is proved at every provider, in `providers`.
#![cfg(test)]

mod differences;
mod scheduled;

use serde_json::{Value, json};
use skinbus_tests::system::{ACCOUNT, TOKEN};
use skinbus_tests::{System, http, wait};

/// Exit codes of `skinbus reconcile`.
const AGREES: Option<i32> = Some(0);
const NOT_COMPLETED: Option<i32> = Some(1);
const FINDINGS: Option<i32> = Some(4);

/// Somebody buys with our account's credentials, past us.
async fn buy_directly(system: &System, custom_id: &str) {
    let url = format!("http://{}/skinify/api/withdraw/buy", system.simulator.address());
    let form = format!("partner=39734314&token=TrdTok42&id=88101&max_price=10&custom_id={custom_id}");
    let request = http().post(url).header("Token", TOKEN).body(form);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(answer["status"], "success", "{answer}");
}

/// Lets something happen to a deposit, and nobody is told.
async fn event(system: &System, order_id: &str, event: &str, amount: &str) {
    let event = json!({"reference": order_id, "event": event, "amount": amount});
    system.control(&json!({"skinify": {"deposits": [event]}})).await;
}

/// Kind and order of each finding, in the order in which they are printed.
fn found(lines: &[Value]) -> Vec<(String, String)> {
    let (_, findings) = lines.split_last().unwrap();
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    findings.iter().map(|line| (text(line, "kind"), text(line, "order_id"))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, order_id)| ((*kind).to_owned(), (*order_id).to_owned())).collect()
}

/// Compares until nothing is on the move any more, and gives what that run found.
async fn settled(system: &System, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    wait::until("everything to be compared", || async {
        let (code, lines) = system.reconcile(ACCOUNT, arguments).await;
        lines.last().unwrap()["moving"].is_null().then_some((code, lines))
    })
    .await
}
