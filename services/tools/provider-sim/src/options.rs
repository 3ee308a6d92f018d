//! How a simulator is started.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::provider::Provider;
use crate::shared::Shared;

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The simulated projects, at most one for each provider.
    pub projects: Vec<Project>,
}

impl Options {
    /// A simulator of no provider yet.
    #[must_use]
    pub fn listening_on(listen: SocketAddr) -> Self {
        Self { listen, projects: Vec::new() }
    }

    /// The same with one more project, from the options of its provider.
    #[must_use]
    pub fn with(mut self, project: impl Into<Project>) -> Self {
        self.projects.push(project.into());
        self
    }
}

type Build = dyn Fn(Arc<Shared>) -> Arc<dyn Provider> + Send + Sync;

/// A project at one of the providers; made from the options of the provider's module.
#[derive(Clone)]
pub struct Project {
    provider: &'static str,
    build: Arc<Build>,
}

impl Project {
    pub(crate) fn new<P: Provider + 'static>(
        provider: &'static str,
        build: impl Fn(Arc<Shared>) -> P + Send + Sync + 'static,
    ) -> Self {
        Self { provider, build: Arc::new(move |shared| Arc::new(build(shared))) }
    }

    pub(crate) fn build(&self, shared: Arc<Shared>) -> Arc<dyn Provider> {
        (self.build)(shared)
    }
}

impl fmt::Debug for Project {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the options, which hold credentials.
        formatter.debug_tuple("Project").field(&self.provider).finish()
    }
}
