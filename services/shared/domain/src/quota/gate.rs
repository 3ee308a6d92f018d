//! Whether the account is open. A closing ends with one probe, for all replicas together.

use super::ServerTime;

/// Why an account is closed while its provider cannot be reached.
pub const UNREACHABLE: &str = "unreachable";

/// The first pause after a failure to reach the provider; it doubles with every failed probe.
const PAUSE_MIN_MS: i64 = 1_000;
const PAUSE_MAX_MS: i64 = 60_000;

/// What the end of a call says about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told<'a> {
    /// The provider worked on the request: it is open.
    Open,
    /// The provider closes the account.
    Closed {
        /// Until then; milliseconds since 1970, server time.
        until_ms: i64,
        /// Why, as a stable word.
        reason: &'a str,
    },
    /// No connection could be made. The pause before the next probe grows.
    Unreachable,
    /// Neither: no answer, or one that anything in front of the provider could have given.
    Nothing,
}

/// A closing that has not ended. When its time has come, the account is half open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// No call before this; milliseconds since 1970, server time.
    pub until_ms: i64,
    /// Why, as a stable word.
    pub reason: String,
    /// How often in a row the provider could not be reached.
    pub failures: u32,
}

/// The one call that is let through a closing whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Which permit it has.
    pub epoch: u64,
    /// It has ended by then, whatever became of its process; milliseconds since 1970, server time.
    pub back_at_ms: i64,
}

/// What stands between an account and its window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    /// Rises with every closing and every probe. What a call says of the account counts only where it was granted in the
    /// newest epoch: an answer that was on its way before a closing does not open it.
    pub epoch: u64,
    /// `None` where the account is open.
    pub closing: Option<Closing>,
    /// The probe that is under way.
    pub probe: Option<Probe>,
}

/// How a call gets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// Freely.
    Open,
    /// Alone.
    Probe,
    /// Not before this.
    NotBefore(i64),
}

impl Gate {
    /// Whether the next permit is a probe.
    #[must_use]
    pub fn wants_probe(&self, now: ServerTime) -> bool {
        self.passage(now) == Passage::Probe
    }

    pub(super) fn passage(&self, now: ServerTime) -> Passage {
        let Some(closing) = &self.closing else { return Passage::Open };
        let back_at_ms = self.probe.map_or(closing.until_ms, |probe| probe.back_at_ms);
        let at_ms = closing.until_ms.max(back_at_ms);
        if at_ms > now.earliest_ms { Passage::NotBefore(at_ms) } else { Passage::Probe }
    }

    /// The permit that is granted next is the probe.
    pub(super) fn begin_probe(&mut self, back_at_ms: i64) {
        self.epoch = self.epoch.saturating_add(1);
        self.probe = Some(Probe { epoch: self.epoch, back_at_ms });
    }

    /// A call that was granted in this epoch has ended, at `ended_ms` at the latest. To say the same twice changes
    /// nothing.
    pub(super) fn ended(&mut self, epoch: u64, told: Told<'_>, ended_ms: i64) {
        if self.probe.is_some_and(|probe| probe.epoch == epoch) {
            self.probe = None;
        }
        match told {
            Told::Open if epoch == self.epoch => self.closing = None,
            // Calls that fail together are one failure: the first of them begins another epoch.
            Told::Unreachable if epoch == self.epoch => {
                let failures = self.failures().saturating_add(1);
                self.close(ended_ms.saturating_add(pause_ms(failures)), UNREACHABLE, failures);
            }
            Told::Closed { until_ms, reason } => self.close(until_ms, reason, self.failures()),
            Told::Open | Told::Unreachable | Told::Nothing => {}
        }
    }

    fn failures(&self) -> u32 {
        self.closing.as_ref().map_or(0, |closing| closing.failures)
    }

    /// A later end wins, whoever tells it. Only calls that are granted after this may open the account again.
    fn close(&mut self, until_ms: i64, reason: &str, failures: u32) {
        if self.closing.as_ref().is_some_and(|closing| closing.until_ms >= until_ms) {
            return;
        }
        self.epoch = self.epoch.saturating_add(1);
        self.closing = Some(Closing { until_ms, reason: reason.to_owned(), failures });
    }
}

/// How long a provider is left alone that could not be reached so often in a row.
fn pause_ms(failures: u32) -> i64 {
    let doublings = failures.saturating_sub(1).min(10);
    PAUSE_MIN_MS.saturating_mul(1 << doublings).min(PAUSE_MAX_MS)
}
