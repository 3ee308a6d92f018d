//! The simulated providers without sockets, tasks or a clock of their own, for simulations that keep the time themselves.
//!
//! A request arrives, which counts it, and is executed when its owner says so: now, later, or never.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answer::Answer;
use crate::call::Call;
use crate::clock::Clock;
use crate::engine::courier;
use crate::engine::news::{Carrier, Message};
use crate::engine::view;
use crate::fields::Fields;
use crate::options::Project;
use crate::provider::{Provider, Trouble};
use crate::router::World;
use crate::server::{StartError, notification_client};
use crate::shared::Shared;
use crate::{control, ledger};

/// Simulated providers that do nothing by themselves.
#[derive(Debug)]
pub struct InProcess {
    world: World,
}

/// What became of a request when it arrived.
#[derive(Debug)]
pub enum Arrival {
    /// It is answered: its limit is used up, or its credentials are wrong.
    Refused(Response<Bytes>),
    /// It is served.
    Admitted(Admitted),
}

/// A request that has arrived.
#[derive(Debug)]
pub struct Admitted {
    provider: Arc<dyn Provider>,
    call: Call,
}

/// An error that the provider answers with, in its own words, and without having done anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderError {
    /// Too many requests.
    Limit,
    /// Nothing is served at the moment.
    Maintenance,
    /// Something broke inside.
    Internal,
}

/// A notification of one of the providers, as it is put on its way.
#[derive(Debug)]
pub struct Notification {
    /// Who tells, for example `skinify`.
    pub provider: &'static str,
    /// What is sent. Its address has the query, where the message is one, and no host.
    pub request: Request<Bytes>,
}

impl InProcess {
    /// The projects, at this time in unix microseconds.
    ///
    /// # Errors
    ///
    /// [`StartError`] where the part that would send notifications cannot be set up.
    pub fn new(projects: &[Project], unix_us: u64) -> Result<Self, StartError> {
        // It is never used here, and costs more to make than all the rest.
        static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
        let client = match CLIENT.get() {
            Some(client) => client.clone(),
            None => {
                let made = notification_client()?;
                CLIENT.get_or_init(|| made).clone()
            }
        };
        let clock = Clock::standing_at(unix_us);
        let shared = Arc::new(Shared::new(clock, client, CancellationToken::new(), TaskTracker::new()));
        let providers = projects.iter().map(|project| project.build(Arc::clone(&shared))).collect();
        Ok(Self { world: World { shared, providers } })
    }

    /// Sets the time, in unix microseconds; never back.
    pub fn set_now(&self, unix_us: u64) {
        self.world.shared.clock.set(unix_us);
    }

    /// Counts a request; `None` where no provider has its path.
    #[must_use]
    pub fn arrive(&self, request: Request<Bytes>) -> Option<Arrival> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        let owner = self.world.providers.iter().find(|provider| {
            path.strip_prefix(provider.prefix()).is_some_and(|rest| rest.starts_with('/'))
        })?;
        let (provider, call) = (Arc::clone(owner), Call::read(head, body));
        Some(match provider.admit(&call) {
            Err(refusal) => Arrival::Refused(response(refusal)),
            Ok(()) => Arrival::Admitted(Admitted { provider, call }),
        })
    }

    /// A change through the control API.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn control(&self, change: &Value) -> Result<(), String> {
        let answer = control::change(&self.world, change.to_string().as_bytes());
        if answer.status == StatusCode::OK {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// What was truly executed, as `GET /_ledger` shows it.
    #[must_use]
    pub fn ledger(&self) -> Value {
        let parts = self.world.providers.iter().map(|provider| view::ledger(provider.as_ref())).collect();
        let answer = ledger::answer(parts, &Fields::from_form(b""));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// What is to be told by now, and how many milliseconds later there may be more.
    #[must_use]
    pub fn notifications(&self) -> (Vec<Notification>, Option<u64>) {
        let (mut all, mut next_ms) = (Vec::new(), None::<u64>);
        for provider in &self.world.providers {
            let (messages, wait_ms) = courier::messages(provider.as_ref());
            let name = provider.project().name();
            all.extend(messages.into_iter().filter_map(|message| notification(name, message)));
            next_ms = [next_ms, wait_ms].into_iter().flatten().min();
        }
        (all, next_ms)
    }
}

impl Admitted {
    /// Executes the request, once each time it is called, and answers.
    #[must_use]
    pub fn execute(&self) -> Response<Bytes> {
        response(self.provider.execute(&self.call))
    }

    /// The provider's error, in place of an execution.
    #[must_use]
    pub fn refuse(&self, error: ProviderError) -> Response<Bytes> {
        let trouble = match error {
            ProviderError::Limit => Trouble::Limit,
            ProviderError::Maintenance => Trouble::Maintenance,
            ProviderError::Internal => Trouble::Internal,
        };
        response(self.provider.trouble(trouble))
    }
}

fn response(answer: Answer) -> Response<Bytes> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = answer.status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    for (name, value) in answer.headers {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
    response
}

fn notification(provider: &'static str, message: Message) -> Option<Notification> {
    let mut request = match message.carrier {
        Carrier::Post { content_type, body } => {
            Request::post("/").header(CONTENT_TYPE, content_type).body(body).ok()?
        }
        Carrier::Get { query } => Request::get(format!("/?{query}")).body(Bytes::new()).ok()?,
    };
    for (name, value) in &message.headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).ok()?);
    }
    Some(Notification { provider, request })
}
