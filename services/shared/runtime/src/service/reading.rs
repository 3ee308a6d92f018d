//! Reads everything that a service is made of, as it is at one moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::RunError;
use crate::config::{Config, ConfigErrors};
use crate::environment;
use crate::files::Snapshot;
use crate::health::Health;
use crate::secrets::SecretReader;
use crate::shutdown::Shutdown;

/// A service that was prepared and waits to be started.
pub(super) struct Next {
    /// Its configuration, for the frame.
    pub(super) config: Config,
    /// Starts it; call it on its own runtime.
    pub(super) start: Start,
}

type Running = std::pin::Pin<Box<dyn Future<Output = Result<(), RunError>> + Send>>;
type Start = Box<dyn FnOnce(Shutdown, Health) -> Running + Send>;

/// What came of reading.
pub(super) struct Read {
    /// The service, or everything that is wrong.
    pub(super) next: Result<Next, ConfigErrors>,
    /// The files that were read, as they were then.
    pub(super) files: Snapshot,
    /// They are not like that any more, so that what was read may be half of one state and half of another.
    pub(super) is_changing: bool,
}

/// Reads the configuration and the secrets. Clones are the same.
#[derive(Clone)]
pub(super) struct Reader {
    path: Option<PathBuf>,
    prepare: Arc<Prepare>,
}

type Prepare = dyn Fn(Config, &mut SecretReader) -> Result<Next, ConfigErrors> + Send + Sync;

impl Reader {
    pub(super) fn new<Prepared, Run, Running_>(
        path: Option<PathBuf>,
        prepare: impl Fn(&Config, &mut SecretReader) -> Result<Prepared, ConfigErrors> + Send + Sync + 'static,
        run: Run,
    ) -> Self
    where
        Prepared: Send + 'static,
        Run: Fn(Config, Prepared, Shutdown, Health) -> Running_ + Send + Sync + 'static,
        Running_: Future<Output = Result<(), RunError>> + Send + 'static,
    {
        let run = Arc::new(run);
        let prepare = move |config: Config, secrets: &mut SecretReader| {
            let prepared = prepare(&config, secrets)?;
            let (run, for_service) = (Arc::clone(&run), config.clone());
            let start: Start = Box::new(move |shutdown, health| {
                Box::pin(async move { run(for_service, prepared, shutdown, health).await })
            });
            Ok(Next { config, start })
        };
        Self { path, prepare: Arc::new(prepare) }
    }

    /// Reads everything. `watched` are the files that count where the configuration cannot even be read.
    pub(super) fn read(&self, watched: &Snapshot) -> Read {
        let file = Snapshot::take(self.path.iter().cloned());
        let config = match Config::load(self.path.as_deref(), environment::pairs()) {
            Ok(config) => config,
            Err(errors) => return Read::of(watched.again().with(file), Err(errors)),
        };
        let nats = Snapshot::take(config.nats.files().map(Path::to_path_buf));
        let mut secrets = SecretReader::new();
        let next = (self.prepare)(config, &mut secrets);
        Read::of(secrets.into_files().with(nats).with(file), next)
    }
}

impl Read {
    fn of(files: Snapshot, next: Result<Next, ConfigErrors>) -> Self {
        Self { is_changing: files.again() != files, files, next }
    }
}
