//! Who answers on NATS, and in which version.

use std::collections::BTreeSet;

use skinbus_bus::inspect::{Answering, ConsumerSight};
use skinbus_domain::ids::AccountId;

use super::check::Check;

const OWN_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Judges what answers on the service API.
pub(super) fn judged(answering: &[Answering], accounts: &[AccountId]) -> Vec<Check> {
    let count = |subject: &str| answering.iter().filter(|program| program.subjects.contains(subject)).count();
    let mut checks = vec![match answering.iter().filter(|program| program.name == "order-intake").count() {
        0 => Check::wrong(
            "services.order-intake",
            "none answers",
            "start it; published orders wait meanwhile, and `place` is not answered",
        ),
        processes => Check::good("services.order-intake", answers(processes)),
    }];
    for account in accounts {
        let name = format!("services.provider-dispatch.{account}");
        checks.push(match count(&format!("skinbus.v1.query.{account}.balance")) {
            0 => Check::wrong(
                name,
                "none answers",
                "start one for the account; its orders wait, and its trades are not looked up",
            ),
            processes => Check::good(name, answers(processes)),
        });
    }
    checks.push(versions(answering));
    checks
}

fn answers(processes: usize) -> String {
    if processes == 1 { "one process answers".to_owned() } else { format!("{processes} processes answer") }
}

fn versions(answering: &[Answering]) -> Check {
    let versions: BTreeSet<&str> = answering.iter().map(|program| &*program.version).collect();
    let versions: Vec<&str> = versions.into_iter().collect();
    let told = versions.join(", ");
    match versions.as_slice() {
        [] => Check::unseen("services.version", "nobody answers", "start the services"),
        [version] if *version == OWN_VERSION => Check::good("services.version", told),
        [_] => Check::warning(
            "services.version",
            format!("the services are {told}, this command is {OWN_VERSION}"),
            "use the command of the services' version",
        ),
        [_, _, ..] => Check::warning(
            "services.version",
            format!("several: {told}"),
            "right while an update is rolled out; else end it, or take it back",
        ),
    }
}

/// Whether somebody follows the ledger: the tracker does not answer on the service API, and is seen by what it asks for.
pub(super) fn tracker(follower: ConsumerSight) -> Check {
    if follower.is_pulled || follower.in_hand > 0 {
        return Check::good("services.trade-tracker", "the ledger is followed");
    }
    Check::wrong(
        "services.trade-tracker",
        "nobody follows the ledger",
        "start it; no trade is looked at meanwhile, and no webhook is worked on",
    )
}

/// The ingress says nothing on NATS.
pub(super) fn ingress() -> Check {
    Check::unseen(
        "services.webhook-ingress",
        "it does not answer on NATS",
        "ask its /readyz, and let the provider send a test webhook",
    )
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn program(name: &str, version: &str, subject: &str) -> Answering {
        Answering {
            name: name.to_owned(),
            id: "1".to_owned(),
            version: version.to_owned(),
            subjects: [subject.to_owned()].into(),
        }
    }

    fn verdict(checks: &[Check], name: &str) -> Verdict {
        checks.iter().find(|check| check.name == name).unwrap().verdict
    }

    #[test]
    fn who_is_missing_is_told_and_versions_that_are_mixed() {
        let accounts: [AccountId; 2] = ["a".parse().unwrap(), "b".parse().unwrap()];
        let intake = program("order-intake", OWN_VERSION, "skinbus.v1.place.*");
        let dispatch = program("provider-dispatch", OWN_VERSION, "skinbus.v1.query.a.balance");
        let checks = judged(&[intake.clone(), dispatch.clone()], &accounts);
        assert_eq!(verdict(&checks, "services.order-intake"), Verdict::Good);
        assert_eq!(verdict(&checks, "services.provider-dispatch.a"), Verdict::Good);
        assert_eq!(verdict(&checks, "services.provider-dispatch.b"), Verdict::Wrong);
        assert_eq!(verdict(&checks, "services.version"), Verdict::Good);
        let newer = Answering { version: "99.0.0".to_owned(), ..dispatch };
        assert_eq!(verdict(&judged(&[intake, newer], &accounts), "services.version"), Verdict::Warning);
        let nobody = judged(&[], &accounts);
        assert_eq!(verdict(&nobody, "services.order-intake"), Verdict::Wrong);
        assert_eq!(verdict(&nobody, "services.version"), Verdict::Unseen);
    }

    #[test]
    fn the_ledger_is_followed_by_whoever_asks_or_has_something_in_hand() {
        let sight =
            ConsumerSight { waiting: 0, in_hand: 0, redelivered: 0, is_pulled: false, created_at: None };
        assert_eq!(tracker(sight).verdict, Verdict::Wrong);
        assert_eq!(tracker(ConsumerSight { is_pulled: true, ..sight }).verdict, Verdict::Good);
        assert_eq!(tracker(ConsumerSight { in_hand: 1, ..sight }).verdict, Verdict::Good);
    }
}
