//! The control API: settings that can be changed while the simulator runs.

use std::num::NonZeroU64;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::faults::FaultRule;
use crate::pace::{DurationsPatch, set};
use crate::router::World;
use crate::shared::{FIRST_SEED, Settings};
use crate::skinify::{SkinifyPatch, SkinifyView};

/// The body of `POST /_control`. Every field is optional; the fields are applied in the order they have here.
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
    skinify: SkinifyPatch,
    /// Lets every life be this much older at once.
    advance_ms: u64,
}

#[derive(Debug, Serialize)]
struct ControlView<'a> {
    #[serde(flatten)]
    settings: Settings,
    seed: u64,
    faults: &'a [FaultRule],
    skinify: SkinifyView,
}

/// Changes what the body says, all of it or nothing, and answers with the settings that are in force.
pub(crate) fn change(world: &World, body: &[u8]) -> Answer {
    let patch: ControlPatch = match serde_json::from_slice(body) {
        Ok(patch) => patch,
        Err(error) => return refuse(error.to_string()),
    };
    if let Err(problem) = world.skinify.check(&patch.skinify, patch.reset) {
        return refuse(problem);
    }
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
    change_faults(world, patch.seed, patch.faults, patch.add_faults);
    world.skinify.change(patch.skinify);
    world.shared.clock.advance(patch.advance_ms);
    show(world)
}

/// The settings in force.
pub(crate) fn show(world: &World) -> Answer {
    let faults = world.shared.faults();
    Answer::json(&ControlView {
        settings: world.shared.settings(),
        seed: faults.seed(),
        faults: faults.rules(),
        skinify: world.skinify.view(),
    })
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
    world.skinify.reset();
}

fn refuse(problem: String) -> Answer {
    Answer::text(StatusCode::BAD_REQUEST, problem)
}
