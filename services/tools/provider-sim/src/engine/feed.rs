//! A provider's websocket, from the engine's side: who listens, and what is told to them. What was missed is never told again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::pace::set;
use crate::shared::lock;

/// Frames that a slow listener may be behind; then it misses some.
const BEHIND_MAX: usize = 1024;

/// What happens to what is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedMode {
    #[default]
    Normal,
    /// Told twice.
    Duplicated,
    /// Never told.
    Lost,
    /// Kept back until the next one was told.
    Reordered,
    /// Told among frames that nobody documented: no JSON, other JSON, unknown events, no text.
    Odd,
}

/// How somebody with the right signature is received; a wrong one is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reception {
    /// `auth_success`.
    #[default]
    Welcome,
    /// `auth_failed`, and the connection is closed.
    Refused,
    /// HTTP 403 in place of a websocket, whatever the signature.
    Forbidden,
    /// The connection is open, and nothing is ever said on it; not even pings are answered.
    Silent,
}

/// The settings of a websocket.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct FeedRules {
    pub(crate) mode: FeedMode,
    pub(crate) reception: Reception,
    /// A text ping is answered with `pong`, which is no JSON.
    pub(crate) pong: bool,
}

/// A change of these settings, and things that happen.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct FeedPatch {
    mode: Option<FeedMode>,
    reception: Option<Reception>,
    pong: Option<bool>,
    /// Every connection is cut, without a goodbye.
    cut: bool,
    /// Texts that follow from nothing: lies, and what nobody documented.
    send: Vec<String>,
}

/// What the control API shows.
#[derive(Debug, Serialize)]
pub(super) struct FeedView {
    #[serde(flatten)]
    rules: FeedRules,
    /// How many connections are welcome now.
    listeners: u64,
    /// How many tries to connect there have been.
    tries: u64,
    /// How many text pings have come.
    pings: u64,
}

/// What goes to every listener.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    Text(String),
    Bytes,
    Cut,
}

/// A provider's websocket.
#[derive(Debug)]
pub(crate) struct Feed {
    rules: Mutex<FeedRules>,
    kept_back: Mutex<Option<String>>,
    words: broadcast::Sender<Word>,
    listeners: AtomicU64,
    tries: AtomicU64,
    pings: AtomicU64,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            rules: Mutex::default(),
            kept_back: Mutex::default(),
            words: broadcast::Sender::new(BEHIND_MAX),
            listeners: AtomicU64::new(0),
            tries: AtomicU64::new(0),
            pings: AtomicU64::new(0),
        }
    }
}

impl Feed {
    pub(crate) fn rules(&self) -> FeedRules {
        *lock(&self.rules)
    }

    fn change(&self) -> MutexGuard<'_, FeedRules> {
        lock(&self.rules)
    }

    /// Counts a try to connect.
    pub(crate) fn tried(&self) {
        self.tries.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a text ping.
    pub(crate) fn pinged(&self) {
        self.pings.fetch_add(1, Ordering::Relaxed);
    }

    /// What is told from now on, to a listener who counts until the guard is dropped.
    pub(crate) fn listen(&self) -> (broadcast::Receiver<Word>, Listener<'_>) {
        self.listeners.fetch_add(1, Ordering::Relaxed);
        (self.words.subscribe(), Listener(self))
    }

    /// Tells frames as the mode says.
    pub(super) fn tell(&self, frames: Vec<String>) {
        let mode = self.rules().mode;
        frames.into_iter().flat_map(|frame| self.words(mode, frame)).for_each(|word| self.say(word));
    }

    fn words(&self, mode: FeedMode, frame: String) -> Vec<Word> {
        match mode {
            FeedMode::Normal => vec![Word::Text(frame)],
            FeedMode::Lost => Vec::new(),
            FeedMode::Duplicated => vec![Word::Text(frame.clone()), Word::Text(frame)],
            FeedMode::Reordered => {
                let mut kept_back = lock(&self.kept_back);
                match kept_back.take() {
                    Some(earlier) => vec![Word::Text(frame), Word::Text(earlier)],
                    None => {
                        *kept_back = Some(frame);
                        Vec::new()
                    }
                }
            }
            FeedMode::Odd => {
                let half = frame.get(..frame.len() / 2).unwrap_or_default().to_owned();
                let odd =
                    ["pong", "", "[]", "{}", "{\"event\":\"maintenance\",\"data\":{}}"].map(str::to_owned);
                let odd = odd.into_iter().chain([half]).map(Word::Text);
                odd.chain([Word::Bytes, Word::Text(frame)]).collect()
            }
        }
    }

    fn say(&self, word: Word) {
        // Nobody may be listening.
        let _listeners = self.words.send(word);
    }

    pub(super) fn apply(&self, patch: FeedPatch) {
        {
            let mut rules = self.change();
            set(&mut rules.mode, patch.mode);
            set(&mut rules.reception, patch.reception);
            set(&mut rules.pong, patch.pong);
        }
        patch.send.into_iter().for_each(|text| self.say(Word::Text(text)));
        if patch.cut {
            self.say(Word::Cut);
        }
    }

    /// Puts the settings back.
    pub(super) fn reset(&self) {
        *self.change() = FeedRules::default();
        *lock(&self.kept_back) = None;
    }

    pub(super) fn view(&self) -> FeedView {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        FeedView {
            rules: self.rules(),
            listeners: count(&self.listeners),
            tries: count(&self.tries),
            pings: count(&self.pings),
        }
    }
}

/// A listener who is counted.
#[derive(Debug)]
pub(crate) struct Listener<'a>(&'a Feed);

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        self.0.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What a provider's websocket is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FeedTraits {
    pub(crate) path: &'static str,
    /// Without a text ping for so long nothing is told any more, and nobody says so.
    pub(crate) quiet_after: Option<Duration>,
}
