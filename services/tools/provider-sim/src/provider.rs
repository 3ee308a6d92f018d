//! What every simulated provider can do, so that routing, faults, control and reports need not know which it is.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::answer::Answer;
use crate::call::Call;
use crate::engine::Project;
use crate::engine::deposit::Deposit;
use crate::engine::fate::Status;
use crate::engine::feed::FeedTraits;
use crate::engine::news::{Message, Subject};
use crate::engine::patch::{Extras, NoExtras};
use crate::engine::purchase::Purchase;
use crate::fields::Fields;
use crate::quota::Verdict;

/// Trouble that each provider words in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Too many requests.
    Limit,
    /// Nothing is served at the moment.
    Maintenance,
    /// Something broke inside.
    Internal,
}

/// A simulated provider. Its `Debug` must not show credentials.
pub(crate) trait Provider: Debug + Send + Sync {
    /// The project with everything that is the same for all providers.
    fn project(&self) -> &Arc<Project>;

    /// The path its API is mounted under.
    fn prefix(&self) -> &'static str;

    /// The path that a request is counted under, from a fixed set; `other` for unknown ones.
    fn counted_as(&self, call: &Call) -> &'static str;

    /// Whether the credentials are right; the answer if not.
    fn authenticate(&self, call: &Call) -> Result<(), Answer>;

    /// Counts the request and says whether it is served; the answer if not.
    fn admit(&self, call: &Call) -> Result<(), Answer> {
        let known = self.authenticate(call);
        match self.project().arrive(known.is_ok(), self.counted_as(call)) {
            Verdict::Refused => Err(self.trouble(Trouble::Limit)),
            Verdict::Served => known,
        }
    }

    /// The path that fault rules see; more than the request's path where the method is in the body.
    fn place<'a>(&self, call: &'a Call) -> Cow<'a, str> {
        Cow::Borrowed(&call.path)
    }

    /// Executes the request, once each time it is called.
    fn execute(&self, call: &Call) -> Answer;

    /// The own ids of ours that the request is about.
    fn references<'a>(&self, call: &'a Call) -> Vec<Cow<'a, str>>;

    /// The provider's words for trouble.
    fn trouble(&self, trouble: Trouble) -> Answer;

    /// The word for a status that a purchase has or had.
    fn purchase_word(&self, purchase: &Purchase, status: Status) -> &'static str;

    /// The word for a deposit's status as it is.
    fn deposit_word(&self, deposit: &Deposit) -> &'static str;

    /// Whether the provider sends a notification about this. The state is not locked here, nor in [`Self::message`].
    fn announces(&self, subject: &Subject) -> bool;

    /// The notification, also about what it does not announce by itself; with a wrong signature if it is forged.
    fn message(&self, subject: &Subject, forged: bool) -> Message;

    /// The provider's websocket, where it has one.
    fn feed(&self) -> Option<FeedTraits> {
        None
    }

    /// Whether whoever asks for the websocket with this query is who they say.
    fn opens_feed(&self, _query: &Fields) -> bool {
        false
    }

    /// The frames that tell of this on the websocket. The state is not locked here.
    fn feed_frames(&self, _subject: &Subject) -> Vec<String> {
        Vec::new()
    }

    /// What is wrong with a change of the provider's own settings.
    fn check_extras(&self, extras: &Extras) -> Result<(), String> {
        extras.read::<NoExtras>().map(|NoExtras {}| ())
    }

    /// Makes a change of the provider's own settings that was checked.
    fn change_extras(&self, _extras: &Extras) {}

    /// The provider's own settings in force.
    fn extras_view(&self) -> Map<String, Value> {
        Map::new()
    }

    /// Puts the provider's own settings back.
    fn reset_extras(&self) {}
}

/// Forgets everything about a provider's project, except which ids were used.
pub(crate) fn reset(provider: &dyn Provider) {
    provider.reset_extras();
    provider.project().reset();
}
