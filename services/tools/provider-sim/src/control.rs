//! The control API: settings that can be changed while the simulator runs.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::engine::patch::{ProviderPatch, RawObject, read_object};
use crate::engine::view;
use crate::faults::FaultRule;
use crate::pace::{DurationsPatch, set};
use crate::provider::{self, Provider};
use crate::router::World;
use crate::shared::{FIRST_SEED, Settings};

/// The body of `POST /_control` without the providers' objects, which have their names. Every field is optional; the fields are applied in the order they have here.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ControlPatch {
    /// Forgets every purchase, deposit, count, fault and setting first.
    reset: bool,
    speed: Option<NonZeroU64>,
    instant: Option<bool>,
    maintenance: Option<bool>,
    visibility_delay_ms: Option<u64>,
    durations: DurationsPatch,
    /// Begins the generator of faults by chance anew.
    seed: Option<u64>,
    /// Replaces all fault rules.
    faults: Option<Vec<FaultRule>>,
    /// Adds fault rules after those in force.
    add_faults: Vec<FaultRule>,
    /// Begins the record of arrivals anew, or ends it.
    record_arrivals: Option<bool>,
    /// Lets every life be this much older at once.
    advance_ms: u64,
}

#[derive(Debug, Serialize)]
struct ControlView<'a> {
    #[serde(flatten)]
    settings: Settings,
    seed: u64,
    faults: &'a [FaultRule],
    #[serde(flatten)]
    providers: BTreeMap<&'static str, Value>,
}

/// A whole request, read and checked.
struct Change {
    common: ControlPatch,
    providers: Vec<(Arc<dyn Provider>, ProviderPatch)>,
}

impl Change {
    fn read(world: &World, body: &[u8]) -> Result<Self, String> {
        let mut fields: RawObject = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let mut providers = Vec::new();
        for provider in &world.providers {
            if let Some(raw) = fields.remove(provider.project().name()) {
                providers.push((Arc::clone(provider), ProviderPatch::read(&raw)?));
            }
        }
        let common: ControlPatch = read_object(&fields)?;
        for (provider, patch) in &providers {
            patch.check(provider.as_ref(), common.reset)?;
        }
        Ok(Self { common, providers })
    }
}

/// Changes what the body says, all of it or nothing, and answers with the settings that are in force.
pub(crate) fn change(world: &World, body: &[u8]) -> Answer {
    let Change { common: patch, providers } = match Change::read(world, body) {
        Ok(change) => change,
        Err(problem) => return Answer::text(StatusCode::BAD_REQUEST, problem),
    };
    if patch.reset {
        reset(world);
    }
    world.shared.change_settings(|settings| {
        set(&mut settings.speed, patch.speed);
        set(&mut settings.instant, patch.instant);
        set(&mut settings.maintenance, patch.maintenance);
        set(&mut settings.visibility_delay_ms, patch.visibility_delay_ms);
        patch.durations.apply(&mut settings.durations);
    });
    if let Some(on) = patch.record_arrivals {
        world.shared.arrivals.switch(on);
    }
    change_faults(world, patch.seed, patch.faults, patch.add_faults);
    for (provider, patch) in providers {
        patch.apply(provider.as_ref());
    }
    world.shared.clock.advance(patch.advance_ms);
    // What became due by the jump is told now, and not when its time would have come.
    world.providers.iter().for_each(|provider| provider.project().stir());
    show(world)
}

/// The settings in force.
pub(crate) fn show(world: &World) -> Answer {
    let named = |provider: &Arc<dyn Provider>| (provider.project().name(), view::settings(provider.as_ref()));
    let providers = world.providers.iter().map(named).collect();
    let settings = world.shared.settings();
    let faults = world.shared.faults();
    Answer::json(&ControlView { settings, seed: faults.seed(), faults: faults.rules(), providers })
}

fn change_faults(world: &World, seed: Option<u64>, replacing: Option<Vec<FaultRule>>, added: Vec<FaultRule>) {
    let mut faults = world.shared.faults();
    if let Some(seed) = seed {
        faults.reseed(seed);
    }
    if let Some(rules) = replacing {
        faults.replace(rules);
    }
    faults.add(added);
}

fn reset(world: &World) {
    world.shared.change_settings(|settings| *settings = Settings::default());
    change_faults(world, Some(FIRST_SEED), Some(Vec::new()), Vec::new());
    world.providers.iter().for_each(|provider| provider::reset(provider.as_ref()));
}
