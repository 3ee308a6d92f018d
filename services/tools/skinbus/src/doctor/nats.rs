//! NATS: what the server is, whether it keeps what it must, and what the user in use may do.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use skinbus_bus::Bus;
use skinbus_bus::inspect::{Clocks, ConsumerSight, Server, Storage, StreamSight, UserRights};
use skinbus_bus::permissions::Role;
use skinbus_bus::topology::{TRACKER_TRADES, TRADES, Topology, TopologySettings};
use skinbus_runtime::Config;

use super::check::Check;
use super::services;

/// Leases allow for twice this (ARCHITECTURE.md, "What we assume").
const CLOCKS_MAX: SignedDuration = SignedDuration::from_secs(1);
/// An order waits for about ten answers of the server.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(20);
/// More than this waits only where somebody is slow or away.
const WAITING_MAX: u64 = 1_000;
/// How often it is looked whether somebody follows the ledger.
const FOLLOWER_LOOKS: usize = 10;
const FOLLOWER_PAUSE: Duration = Duration::from_millis(100);
/// Of the space that the account may have, in percent.
const STORAGE_MAX_PERCENT: u64 = 75;

/// Looks at everything that can be asked for.
pub(super) async fn look(bus: &Bus, config: Option<&Config>) -> Vec<Check> {
    let mut checks = vec![server(&bus.server())];
    match bus.storage().await {
        Ok(seen) => checks.push(storage(seen)),
        Err(error) => checks.push(unanswered("nats.storage", &error)),
    }
    match bus.clocks(TRADES).await {
        Ok(Some(seen)) => checks.extend(clocks(seen)),
        Ok(None) => {
            checks.push(Check::unseen("nats.clock", "the server tells no time", "compare them by hand"))
        }
        Err(error) => checks.push(unanswered("nats.clock", &error)),
    }
    match bus.user_rights().await {
        Ok(seen) => checks.push(rights(&seen, &Role::Operator)),
        Err(error) => checks.push(unanswered("nats.rights", &error)),
    }
    if let Some(config) = config {
        checks.extend(topology(bus, config).await);
    }
    checks
}

fn unanswered(name: &str, error: &dyn std::error::Error) -> Check {
    let found = skinbus_bus::chain(error);
    Check::unseen(
        name,
        found,
        "ask as the user operator, with the rights of `skinbus nats-users` of this version",
    )
}

fn server(seen: &Server) -> Check {
    let found = format!("nats-server {} \"{}\"", seen.version, seen.name);
    if !seen.is_new_enough {
        return Check::wrong("nats.server", found, "update it to 2.12 or newer");
    }
    if !seen.has_jetstream {
        return Check::wrong("nats.server", format!("{found} without JetStream"), "turn jetstream on");
    }
    Check::good("nats.server", found)
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes / (1024 * 1024))
}

fn storage(seen: Storage) -> Check {
    let used = mebibytes(seen.used_bytes);
    let Some(most) = seen.max_bytes else {
        return Check::good("nats.storage", format!("{used} on disk; the account is not bounded"));
    };
    let found = format!("{used} of {} on disk", mebibytes(most));
    if seen.used_bytes.saturating_mul(100) > most.saturating_mul(STORAGE_MAX_PERCENT) {
        return Check::warning(
            "nats.storage",
            found,
            "give the account more: a full one refuses orders and versions",
        );
    }
    Check::good("nats.storage", found)
}

fn clocks(seen: Clocks) -> [Check; 2] {
    let round_trip = seen.precision.saturating_mul(2);
    let found = format!("{round_trip:.1?} to the server and back");
    let round_trip = if round_trip > ROUND_TRIP_MAX {
        Check::warning("nats.round_trip", found, "run the services beside NATS; from here it may be further")
    } else {
        Check::good("nats.round_trip", found)
    };
    let found = format!("the server's clock is {} ms from this machine's", seen.difference.as_millis());
    // What the way there and back leaves open is no difference.
    let precision = SignedDuration::try_from(seen.precision).unwrap_or(SignedDuration::MAX);
    let clock = if seen.difference.abs().saturating_sub(precision) > CLOCKS_MAX {
        Check::wrong(
            "nats.clock",
            found,
            "set both by NTP: an attempt's lease is over too soon on a clock that is ahead",
        )
    } else {
        Check::good("nats.clock", found)
    };
    [round_trip, clock]
}

/// The rights of the user in use against its row of the table.
fn rights(seen: &UserRights, role: &Role) -> Check {
    const NAME: &str = "nats.rights";
    let (Some(publish), Some(subscribe)) = (&seen.publish, &seen.subscribe) else {
        return Check::warning(
            NAME,
            "the user in use may do everything, so every program that connects like this may",
            "give each program a user of its own: `skinbus nats-users`, docs/nats.md",
        );
    };
    let row = role.rights();
    let listed = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let beyond: Vec<&String> =
        without(publish, &row.publish).chain(without(subscribe, &row.subscribe)).collect();
    if !beyond.is_empty() {
        return Check::wrong(
            NAME,
            format!("the user in use may do more than the user {}: {}", role.user(), listed(beyond)),
            "use the key of the user operator; else make the users anew with `skinbus nats-users`, and reload the servers",
        );
    }
    let lacking: Vec<&String> =
        without(&row.publish, publish).chain(without(&row.subscribe, subscribe)).collect();
    if !lacking.is_empty() {
        return Check::warning(
            NAME,
            format!("the user in use lacks rights of the user {}: {}", role.user(), listed(lacking)),
            "make the users anew with `skinbus nats-users` of this version, and reload the servers",
        );
    }
    Check::good(NAME, format!("those of the user {}, and no others", role.user()))
}

fn without<'a>(all: &'a BTreeSet<String>, known: &'a BTreeSet<String>) -> impl Iterator<Item = &'a String> {
    all.difference(known)
}

async fn topology(bus: &Bus, config: &Config) -> Vec<Check> {
    let topology = Topology::new(&TopologySettings::of(config));
    let mut checks = Vec::new();
    for problem in bus.check_topology(&topology).await {
        checks.push(Check::wrong(
            "nats.topology",
            skinbus_bus::chain(&problem),
            "`skinbus topology apply`; a stream that was lost is restored first, see docs/operations.md",
        ));
    }
    if checks.is_empty() {
        let (streams, consumers) = (topology.streams.len(), topology.consumers.len());
        let found = format!("{streams} streams and {consumers} consumers are as they must be");
        checks.push(Check::good("nats.topology", found));
    }
    let mut ledger = StreamSight::default();
    for wanted in &topology.streams {
        let Ok((seen, _)) = bus.stream_sight(&wanted.name).await else { continue };
        checks.extend(copies(&seen));
        if seen.name == TRADES {
            ledger = seen;
        }
    }
    checks.push(replicas(config.nats.replicas));
    for (stream, wanted) in &topology.consumers {
        let name = wanted.durable_name.as_deref().unwrap_or_default();
        let Ok(seen) = bus.consumer_sight(stream, name).await else { continue };
        checks.extend(backlog(stream, name, seen));
        if name == TRACKER_TRADES {
            checks.push(services::tracker(follower(bus, seen).await));
            checks.extend(restored(&ledger, seen, config.ledger.restored_at.is_some()));
        }
    }
    checks
}

/// Between two of its requests nobody asks for messages, and nobody is away.
async fn follower(bus: &Bus, mut seen: ConsumerSight) -> ConsumerSight {
    for _ in 0..FOLLOWER_LOOKS {
        if seen.is_pulled || seen.in_hand > 0 {
            break;
        }
        tokio::time::sleep(FOLLOWER_PAUSE).await;
        seen = bus.consumer_sight(TRADES, TRACKER_TRADES).await.unwrap_or(seen);
    }
    seen
}

fn replicas(count: u8) -> Check {
    const NAME: &str = "nats.replicas";
    if count == 1 {
        return Check::warning(
            NAME,
            "every stream has one copy: while its server is away nothing works, and with its disk the ledger is lost",
            "three servers and nats.replicas = 3, then `skinbus topology apply`",
        );
    }
    Check::good(NAME, format!("every stream has {count} copies"))
}

/// A back-up brings no consumers: a ledger that is older than who follows it was most likely restored, and buys twice where
/// nobody has said so.
fn restored(ledger: &StreamSight, follower: ConsumerSight, is_told: bool) -> Option<Check> {
    let (first_at, created_at) = (ledger.first_at?, follower.created_at?);
    if is_told || created_at <= first_at {
        return None;
    }
    Some(Check::warning(
        "nats.ledger",
        format!(
            "the ledger is older than {TRACKER_TRADES}, which was made at {created_at}: was it restored?"
        ),
        "if so, stop provider-dispatch at once and set ledger.restored_at: docs/operations.md; right where the consumer was removed",
    ))
}

/// Nothing where all copies are well.
fn copies(seen: &StreamSight) -> Option<Check> {
    let name = format!("nats.copies.{}", seen.name);
    if !seen.has_leader {
        let advice = "too many of its servers are away: start them, and look at their logs";
        return Some(Check::wrong(name, "the stream has no leader", advice));
    }
    let lame = seen.lame_copies.join(", ");
    (!lame.is_empty()).then(|| {
        let advice = "look at those servers; do not stop another one before they have caught up";
        Check::warning(name, format!("away or behind: {lame}"), advice)
    })
}

/// Nothing where nobody is behind.
fn backlog(stream: &str, consumer: &str, seen: ConsumerSight) -> Option<Check> {
    let ConsumerSight { waiting, in_hand, redelivered, .. } = seen;
    if waiting <= WAITING_MAX && redelivered == 0 {
        return None;
    }
    let found = format!("{waiting} wait, {in_hand} are in hand, {redelivered} of them come again");
    let advice = match stream {
        "DISPATCH" => "orders wait for the quota or for a closed account: `skinbus quota`",
        "POLLS" => "looks wait for the quota: `skinbus accounts` says how late they come",
        "TRADES" if consumer.starts_with("merchant") => "the merchant's own program is behind or away",
        _ => "is the service that works on it well? Its log says why a message comes again",
    };
    Some(Check::warning(format!("nats.backlog.{consumer}"), found, advice))
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict;
    use super::*;

    fn seen_rights(role: &Role) -> UserRights {
        let rights = role.rights();
        UserRights { publish: Some(rights.publish), subscribe: Some(rights.subscribe) }
    }

    #[test]
    fn rights_beyond_the_row_are_wrong_and_rights_that_lack_are_told() {
        assert_eq!(rights(&seen_rights(&Role::Operator), &Role::Operator).verdict, Verdict::Good);
        assert_eq!(rights(&UserRights::default(), &Role::Operator).verdict, Verdict::Warning);
        let mut more = seen_rights(&Role::Operator);
        more.publish.as_mut().unwrap().insert("$JS.API.STREAM.DELETE.*".to_owned());
        let check = rights(&more, &Role::Operator);
        assert_eq!(check.verdict, Verdict::Wrong);
        assert!(check.found.contains("STREAM.DELETE"), "{check:?}");
        let mut less = seen_rights(&Role::Operator);
        less.publish.as_mut().unwrap().remove("skinbus.v1.append.*.*");
        let check = rights(&less, &Role::Operator);
        assert_eq!(check.verdict, Verdict::Warning);
        assert!(check.found.contains("append"), "{check:?}");
        assert_eq!(rights(&seen_rights(&Role::TradeTracker), &Role::Operator).verdict, Verdict::Wrong);
    }

    #[test]
    fn an_old_server_and_one_without_jetstream_are_wrong() {
        let seen = |version: &str, is_new_enough, has_jetstream| {
            let (name, version) = ("n0".to_owned(), version.to_owned());
            server(&Server { name, version, is_new_enough, has_jetstream }).verdict
        };
        assert_eq!(seen("2.15.1", true, true), Verdict::Good);
        assert_eq!(seen("2.15.1", true, false), Verdict::Wrong);
        assert_eq!(seen("2.9.10", false, true), Verdict::Wrong);
    }

    #[test]
    fn only_what_the_way_there_and_back_does_not_explain_is_a_difference() {
        let judged = |difference: i64, precision: u64| {
            let difference = SignedDuration::from_millis(difference);
            clocks(Clocks { difference, precision: Duration::from_millis(precision) })
                .map(|check| check.verdict)
        };
        assert_eq!(judged(999, 1), [Verdict::Good, Verdict::Good]);
        assert_eq!(judged(-1_500, 1), [Verdict::Good, Verdict::Wrong]);
        assert_eq!(judged(1_500, 600), [Verdict::Warning, Verdict::Good]);
    }

    #[test]
    fn a_full_account_copies_that_are_behind_and_a_backlog_are_told() {
        assert_eq!(storage(Storage { used_bytes: 75, max_bytes: Some(100) }).verdict, Verdict::Good);
        assert_eq!(storage(Storage { used_bytes: 76, max_bytes: Some(100) }).verdict, Verdict::Warning);
        assert_eq!(storage(Storage { used_bytes: 76, max_bytes: None }).verdict, Verdict::Good);
        let well = StreamSight { has_leader: true, ..StreamSight::default() };
        assert_eq!(copies(&well), None);
        let behind = StreamSight { lame_copies: vec!["n1".to_owned()], ..well.clone() };
        assert_eq!(copies(&behind).unwrap().verdict, Verdict::Warning);
        let headless = StreamSight { has_leader: false, ..well };
        assert_eq!(copies(&headless).unwrap().verdict, Verdict::Wrong);
        let sight = ConsumerSight {
            waiting: 1_000,
            in_hand: 10_000,
            redelivered: 0,
            is_pulled: true,
            created_at: None,
        };
        assert_eq!(backlog("ORDERS", "intake", sight), None);
        for slow in [ConsumerSight { waiting: 1_001, ..sight }, ConsumerSight { redelivered: 1, ..sight }] {
            assert_eq!(backlog("ORDERS", "intake", slow).unwrap().verdict, Verdict::Warning);
        }
        assert_eq!(replicas(1).verdict, Verdict::Warning);
        assert_eq!(replicas(3).verdict, Verdict::Good);
    }

    #[test]
    fn a_ledger_that_is_older_than_who_follows_it_is_told_unless_somebody_said_so() {
        let at = |text: &str| Some(text.parse().unwrap());
        let ledger =
            |first: &str| StreamSight { first_at: at(first), has_leader: true, ..StreamSight::default() };
        let follower = ConsumerSight {
            waiting: 0,
            in_hand: 0,
            redelivered: 0,
            is_pulled: true,
            created_at: at("2026-01-05T12:00:00Z"),
        };
        let older = ledger("2026-01-05T11:00:00Z");
        assert_eq!(restored(&older, follower, false).unwrap().verdict, Verdict::Warning);
        assert_eq!(restored(&older, follower, true), None);
        assert_eq!(restored(&ledger("2026-01-05T12:00:01Z"), follower, false), None);
        assert_eq!(restored(&StreamSight::default(), follower, false), None);
    }
}
