//! Waits for the service, for signals, for changed files and for deadlines, and does what [`Plan`] says.

use std::time::{Duration, Instant};

use tokio::task::{JoinHandle, spawn_blocking};

use super::ending::{Asked, Ending, Signals};
use super::generation::{Generation, NotReady};
use super::plan::{Event, Plan, Step};
use super::reading::{Read, Reader};
use super::{RunError, chain, metrics};
use crate::clock;
use crate::config::{Config, ConfigError, ConfigErrors};
use crate::files::Snapshot;
use crate::health::ShownHealth;

/// The generations of one service in this process, and what is under way about them.
pub(super) struct Generations {
    reader: Reader,
    shown: ShownHealth,
    plan: Plan,
    current: Generation,
    /// Not ready yet.
    starting: Option<Generation>,
    /// Told to end.
    retiring: Option<Generation>,
    reading: Option<JoinHandle<Read>>,
    looking: Option<JoinHandle<Snapshot>>,
    next_look: Instant,
}

/// What the loop has waited for.
enum Occurrence {
    Asked,
    LookDue,
    Looked(Option<Snapshot>),
    Read(Option<Box<Read>>),
    Started(Result<(), NotReady>),
    Gone(Option<Result<(), RunError>>),
}

impl Generations {
    /// With the first generation, which was started from these files.
    pub(super) fn new(first: Generation, files: Snapshot, reader: Reader, shown: ShownHealth) -> Self {
        metrics::started();
        let next_look = after(first.config.reload.every);
        Self {
            reader,
            shown,
            plan: Plan::new(files),
            current: first,
            starting: None,
            retiring: None,
            reading: None,
            looking: None,
            next_look,
        }
    }

    /// Waits until the service has ended or must be given up; reloads meanwhile.
    pub(super) async fn supervise(mut self, mut signals: Signals) -> Ending {
        loop {
            let is_look_due = self.plan.is_steady() && self.looking.is_none();
            let Self { current, starting, retiring, reading, looking, next_look, .. } = &mut self;
            let asked_to_end = current.shutdown.clone();
            let occurrence = tokio::select! {
                biased;
                asked = signals.next() => match asked {
                    Asked::End(signal) => return self.end(signal, signals).await,
                    Asked::Reload => Occurrence::Asked,
                },
                ended = current.ended() => {
                    return match ended {
                        // A part of the service may ask for the end itself; then this is a drained end too.
                        Ok(()) if asked_to_end.is_requested() => Ending::Drained,
                        Ok(()) => Ending::Finished,
                        Err(error) => Ending::Failed(error),
                    };
                }
                () = asked_to_end.requested() => return self.end("the service itself", signals).await,
                started = ready(starting) => Occurrence::Started(started),
                gone = gone(retiring) => Occurrence::Gone(gone),
                read = done(reading) => Occurrence::Read(read.map(Box::new)),
                looked = done(looking) => Occurrence::Looked(looked),
                () = tokio::time::sleep_until((*next_look).into()), if is_look_due => Occurrence::LookDue,
            };
            let mut step = self.on(occurrence);
            while step != Step::Wait {
                step = self.carry_out(step);
            }
        }
    }

    /// Tells the plan what happened.
    fn on(&mut self, occurrence: Occurrence) -> Step {
        let event = match occurrence {
            Occurrence::Asked => Event::Asked,
            Occurrence::LookDue => {
                self.next_look = after(self.current.config.reload.every);
                let files = self.plan.files().clone();
                // Not on this thread: a file system that hangs must not starve the health port.
                self.looking = Some(spawn_blocking(move || files.again()));
                return Step::Wait;
            }
            Occurrence::Looked(Some(files)) => Event::Looked(files),
            Occurrence::Looked(None) => return Step::Wait,
            Occurrence::Read(Some(read)) => self.read(*read),
            // It panicked, which is logged.
            Occurrence::Read(None) => Event::Changing,
            Occurrence::Started(Ok(())) => Event::Ready,
            Occurrence::Started(Err(error)) => {
                tracing::error!(error = chain(&error), "the reloaded configuration is refused");
                Event::NotReady
            }
            Occurrence::Gone(gone) => {
                self.gone(gone);
                Event::Gone
            }
        };
        self.plan.on(event, clock::monotonic_now())
    }

    /// What was read becomes a generation, or errors in the log.
    fn read(&mut self, read: Read) -> Event {
        let Read { next, files, is_changing } = read;
        if is_changing {
            return Event::Changing;
        }
        let listen = self.current.config.http.listen;
        let next = next.and_then(|next| match next.config.http.listen == listen {
            true => Ok(next),
            false => Err(needs_restart("http.listen")),
        });
        let started = match next {
            Ok(next) => Generation::start(self.current.number.saturating_add(1), next),
            Err(errors) => {
                for ConfigError { setting, source, problem } in errors {
                    tracing::error!(setting, source, problem, "the reloaded configuration is refused");
                }
                return Event::Wrong(files);
            }
        };
        match started {
            Ok(generation) => {
                self.starting = Some(generation);
                Event::Good(files)
            }
            Err(error) => {
                tracing::error!(%error, "the reloaded configuration is refused: no threads for it");
                Event::Wrong(files)
            }
        }
    }

    /// Does a step; gives the next one.
    fn carry_out(&mut self, step: Step) -> Step {
        match step {
            Step::Wait => {}
            Step::Read => {
                tracing::info!("reading the configuration and the secrets again");
                let (reader, watched) = (self.reader.clone(), self.plan.files().clone());
                self.reading = Some(spawn_blocking(move || reader.read(&watched)));
            }
            // It runs since it was read.
            Step::Start => tracing::info!("starting with what was read, beside what runs"),
            Step::Refuse => {
                metrics::reloaded(false);
                tracing::warn!("going on with the configuration as it was");
                return self.plan.next();
            }
            Step::Switch => {
                if let Some(new) = self.starting.take() {
                    self.shown.show(new.health.clone());
                    let old = std::mem::replace(&mut self.current, new);
                    tracing::info!(generation = self.current.number, "reloaded; what ran before is drained");
                    tell_accounts(&old.config, &self.current.config);
                    self.retire(old);
                }
                metrics::reloaded(true);
            }
            Step::Discard => {
                if let Some(new) = self.starting.take() {
                    self.retire(new);
                }
                metrics::reloaded(false);
                tracing::warn!("going on with the configuration as it was");
            }
        }
        Step::Wait
    }

    fn retire(&mut self, mut generation: Generation) {
        generation.retire();
        self.retiring = Some(generation);
    }

    /// A generation that was told to end has done so, or is cut off.
    fn gone(&mut self, gone: Option<Result<(), RunError>>) {
        let Some(generation) = self.retiring.take() else { return };
        let (generation, drain_timeout) = (generation.number, generation.config.shutdown.drain_timeout);
        match gone {
            Some(Ok(())) => tracing::info!(generation, "drained"),
            Some(Err(error)) => {
                tracing::error!(generation, error = chain(error.as_ref()), "failed while it was drained");
            }
            None => tracing::error!(
                generation,
                ?drain_timeout,
                "cut off: work was still in hand when shutdown.drain_timeout had passed; it will be redelivered"
            ),
        }
    }

    /// Drains every generation there is, and waits for all.
    async fn end(mut self, asked_by: &'static str, mut signals: Signals) -> Ending {
        let drain_timeout = self.current.config.shutdown.drain_timeout;
        tracing::info!(asked_by, ?drain_timeout, "draining");
        self.current.retire();
        let mut others: Vec<Generation> = self.starting.into_iter().chain(self.retiring).collect();
        others.iter_mut().for_each(Generation::retire);
        let all = async {
            for other in &mut others {
                if let Err(error) = other.ended().await {
                    let (generation, error) = (other.number, chain(error.as_ref()));
                    tracing::error!(generation, error, "failed while it was drained");
                }
            }
            self.current.ended().await
        };
        tokio::select! {
            ended = all => ended.map_or_else(Ending::Failed, |()| Ending::Drained),
            () = tokio::time::sleep(drain_timeout) => Ending::DrainTimedOut(drain_timeout),
            () = signals.end() => Ending::Interrupted,
        }
    }
}

/// Says which accounts came, went, were paused and resumed.
fn tell_accounts(before: &Config, now: &Config) {
    for (account, config) in &now.accounts {
        match before.accounts.get(account).map(|before| before.paused) {
            None => tracing::info!(%account, paused = config.paused, "the account was added"),
            Some(paused) if paused != config.paused => {
                tracing::info!(%account, paused = config.paused, "the account was paused or resumed");
            }
            Some(_) => {}
        }
    }
    for account in before.accounts.keys().filter(|account| !now.accounts.contains_key(*account)) {
        tracing::warn!(%account, "the account was removed: what is open there is not looked at any more");
    }
}

/// A setting that the process itself is bound to.
fn needs_restart(setting: &str) -> ConfigErrors {
    let problem = "cannot be changed while the process runs; it needs a restart".to_owned();
    ConfigError { setting: setting.to_owned(), source: "configuration".to_owned(), problem }.into()
}

fn after(pause: Duration) -> Instant {
    let now = clock::monotonic_now();
    // An absurdly long pause is a day.
    now.checked_add(pause).or_else(|| now.checked_add(Duration::from_secs(86_400))).unwrap_or(now)
}

async fn ready(generation: &mut Option<Generation>) -> Result<(), NotReady> {
    match generation {
        Some(generation) => generation.ready().await,
        None => std::future::pending().await,
    }
}

async fn gone(generation: &mut Option<Generation>) -> Option<Result<(), RunError>> {
    match generation {
        Some(generation) => generation.gone().await,
        None => std::future::pending().await,
    }
}

/// `None` where the work panicked. Safe to drop and call again.
async fn done<T>(work: &mut Option<JoinHandle<T>>) -> Option<T> {
    let Some(running) = work else { return std::future::pending().await };
    let done = running.await;
    *work = None;
    done.ok()
}
