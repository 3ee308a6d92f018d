//! What goes wrong, and when: all of it follows from the seed.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use skinbus_runtime::clock;
use skinbus_runtime::config::ProviderName;

use super::evidence::Evidence;
use super::faults;
use super::settings::Settings;
use super::world::{REPLICAS, World};
use crate::dice::Dice;
use crate::proxy::{Proxy, Side};
use crate::system::SERVICES;

/// How a connection goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Every connection ends; new ones are well.
    Cut,
    /// What one side says is lost, until everything is cut.
    Lose(Side),
    /// Whoever connects is refused.
    Close,
}

/// Between whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// The services and one NATS server.
    Nats(usize),
    /// dispatch and one provider.
    Provider(ProviderName),
    /// The providers and the ingress.
    Webhooks,
}

#[derive(Debug, Clone, PartialEq)]
enum Trouble {
    KillService(usize),
    KillNats(usize),
    RestartNats(usize),
    Break(Line, How),
    Heal(Line),
    Simulator(&'static str, Value),
}

/// How often what happened.
pub type Counts = BTreeMap<String, usize>;

/// Faults change so often.
const FAULTS_MS: (u64, u64) = (3_000, 7_000);
/// Webhooks go another way so often.
const WEBHOOKS_MS: (u64, u64) = (2_000, 5_000);
const LIES_MS: (u64, u64) = (500, 2_000);
/// One account is closed for a minute so often.
const CLOSINGS_MS: (u64, u64) = (6_000, 20_000);
const NATS_LINES_MS: (u64, u64) = (4_000, 9_000);
const PROVIDER_LINES_MS: (u64, u64) = (2_000, 5_000);
const WEBHOOK_LINES_MS: (u64, u64) = (4_000, 9_000);
/// How long a line stays broken, and a NATS server away.
const BROKEN_MS: (u64, u64) = (300, 3_000);

/// Makes trouble for as long as the settings say.
pub async fn make(
    world: &mut World,
    settings: &Settings,
    dice: &mut Dice,
    evidence: &Evidence,
    order_ids: &[String],
) -> Counts {
    let schedule = schedule(settings, dice, order_ids);
    let lines = schedule.iter().map(|(at, trouble)| format!("{at:?} {trouble:?}\n"));
    evidence.keep("troubles.txt", &lines.collect::<String>());
    let began = tokio::time::Instant::from_std(clock::monotonic_now());
    let mut counts = Counts::new();
    let mut down = None;
    for (at, trouble) in schedule {
        tokio::time::sleep_until(began + at).await;
        let name = match &trouble {
            Trouble::KillService(index) => {
                let (service, replica) = (SERVICES[index / REPLICAS], index % REPLICAS);
                evidence.note(&format!("kill {service}-{replica}"));
                world.kill_and_restart(*index, evidence);
                format!("kills of {service}")
            }
            Trouble::KillNats(index) => {
                // Never two at once: with one of three gone nothing is lost, with two nothing goes on.
                if down.is_some() || !all_healthy(world).await {
                    evidence.note(&format!("n{index} is not killed: another is not well yet"));
                    continue;
                }
                evidence.note(&format!("kill n{index}"));
                world.cluster.servers[*index].kill();
                down = Some(*index);
                "kills of NATS servers".to_owned()
            }
            Trouble::RestartNats(index) => {
                if down == Some(*index) {
                    evidence.note(&format!("restart n{index}"));
                    world.cluster.servers[*index].restart().await;
                    down = None;
                }
                continue;
            }
            Trouble::Break(line, how) => {
                evidence.note(&format!("break {line:?} {how:?}"));
                let proxy = proxy(world, *line);
                match how {
                    How::Cut => proxy.heal(),
                    How::Lose(side) => proxy.lose(*side),
                    How::Close => proxy.close(),
                }
                match line {
                    Line::Nats(_) => "cuts to NATS".to_owned(),
                    Line::Provider(_) => "cuts to providers".to_owned(),
                    Line::Webhooks => "cuts of webhooks".to_owned(),
                }
            }
            Trouble::Heal(line) => {
                evidence.note(&format!("heal {line:?}"));
                proxy(world, *line).heal();
                continue;
            }
            Trouble::Simulator(name, change) => {
                world.control(change).await;
                (*name).to_owned()
            }
        };
        *counts.entry(name).or_default() += 1;
    }
    if let Some(index) = down {
        world.cluster.servers[index].restart().await;
    }
    counts
}

async fn all_healthy(world: &World) -> bool {
    for server in &world.cluster.servers {
        if !server.is_healthy().await {
            return false;
        }
    }
    true
}

fn proxy(world: &World, line: Line) -> &Proxy {
    match line {
        Line::Nats(index) => &world.nats_proxies[index],
        Line::Provider(provider) => &world.provider_proxies[&provider],
        Line::Webhooks => &world.webhook_proxy,
    }
}

fn schedule(settings: &Settings, dice: &mut Dice, order_ids: &[String]) -> Vec<(Duration, Trouble)> {
    let mut all = Vec::new();
    let slots = u64::try_from(SERVICES.len() * REPLICAS).unwrap();
    for at in moments(settings, dice, settings.kills_ms) {
        all.push((at, Trouble::KillService(usize::try_from(dice.below(slots)).unwrap())));
    }
    let nats_ms = u64::try_from(settings.nats_kills.as_millis()).unwrap();
    for at in moments(settings, dice, (nats_ms * 9 / 10, nats_ms * 11 / 10)) {
        let index = usize::try_from(dice.below(3)).unwrap();
        all.push((at, Trouble::KillNats(index)));
        all.push((at + dice.pause(1_000, 4_000), Trouble::RestartNats(index)));
    }
    for at in moments(settings, dice, NATS_LINES_MS) {
        let line = Line::Nats(usize::try_from(dice.below(3)).unwrap());
        break_for_a_while(&mut all, at, line, dice);
    }
    for at in moments(settings, dice, PROVIDER_LINES_MS) {
        let line = Line::Provider(*dice.one_of(&ProviderName::ALL));
        break_for_a_while(&mut all, at, line, dice);
    }
    for at in moments(settings, dice, WEBHOOK_LINES_MS) {
        break_for_a_while(&mut all, at, Line::Webhooks, dice);
    }
    for at in moments(settings, dice, FAULTS_MS) {
        all.push((at, Trouble::Simulator("changes of faults", faults::mix(dice))));
    }
    for at in moments(settings, dice, CLOSINGS_MS) {
        if at + settings.open_at_last > settings.chaos {
            break;
        }
        let provider = *dice.one_of(&ProviderName::ALL);
        all.push((at, Trouble::Simulator("closed accounts", faults::closing(provider, dice))));
    }
    for at in moments(settings, dice, WEBHOOKS_MS) {
        all.push((at, Trouble::Simulator("changes of webhooks", faults::notifications(dice))));
    }
    for at in moments(settings, dice, LIES_MS) {
        all.push((at, Trouble::Simulator("lying webhooks", faults::lie(dice, order_ids))));
    }
    all.sort_by_key(|(at, _)| *at);
    all
}

/// Moments until the end, with pauses between these two lengths.
fn moments(settings: &Settings, dice: &mut Dice, (from, to): (u64, u64)) -> Vec<Duration> {
    let mut moments = Vec::new();
    let mut at = dice.pause(from / 2, to);
    while at < settings.chaos {
        moments.push(at);
        at += dice.pause(from, to);
    }
    moments
}

fn break_for_a_while(all: &mut Vec<(Duration, Trouble)>, at: Duration, line: Line, dice: &mut Dice) {
    let how = *dice.one_of(&[How::Cut, How::Lose(Side::Client), How::Lose(Side::Server), How::Close]);
    all.push((at, Trouble::Break(line, how)));
    if how != How::Cut {
        all.push((at + dice.pause(BROKEN_MS.0, BROKEN_MS.1), Trouble::Heal(line)));
    }
}
