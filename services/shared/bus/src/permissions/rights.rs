//! Rights, in the words of what is done with them.

use std::collections::BTreeSet;

/// What a user may publish and subscribe to. The subjects that a JetStream call takes are known here alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Subjects to publish on.
    pub publish: BTreeSet<String>,
    /// Subjects to subscribe to.
    pub subscribe: BTreeSet<String>,
    /// Streams that it needs, and checks with `topology = "verify"`.
    pub streams: BTreeSet<&'static str>,
    /// Durable consumers that it works on, as stream and name; `*` is any of the stream's.
    consumers: BTreeSet<(&'static str, String)>,
}

impl Rights {
    /// Whether it takes messages of this durable consumer.
    #[must_use]
    pub fn works_on_consumer(&self, stream: &str, consumer: &str) -> bool {
        self.consumers.iter().any(|(of, name)| *of == stream && (name == "*" || name == consumer))
    }

    /// A user with an inbox of its own: nobody else may read the answers that it gets.
    pub(super) fn with_inbox(inbox: &str) -> Self {
        Self::default().hears([format!("{inbox}.>")])
    }

    /// Publishes on these subjects.
    pub(super) fn says<S: Into<String>>(mut self, subjects: impl IntoIterator<Item = S>) -> Self {
        self.publish.extend(subjects.into_iter().map(Into::into));
        self
    }

    /// Subscribes to these subjects.
    pub(super) fn hears<S: Into<String>>(mut self, subjects: impl IntoIterator<Item = S>) -> Self {
        self.subscribe.extend(subjects.into_iter().map(Into::into));
        self
    }

    /// Calls the JetStream API.
    pub(super) fn calls<S: AsRef<str>>(self, calls: impl IntoIterator<Item = S>) -> Self {
        self.says(calls.into_iter().map(|call| format!("$JS.API.{}", call.as_ref())))
    }

    /// Offers endpoints of the service API to those whose inboxes are named here, and to merchants, whose answers the server
    /// takes on `_R_`.
    pub(super) fn answers<const N: usize>(self, subjects: [&str; N], inboxes: &[&str]) -> Self {
        self.hears(subjects)
            .hears(["$SRV.>"])
            .says(["_R_.>".to_owned()])
            .says(inboxes.iter().map(|inbox| format!("{inbox}.>")))
    }

    /// Knows whether these streams are as they must be.
    pub(super) fn needs<const N: usize>(mut self, streams: [&'static str; N]) -> Self {
        self.streams.extend(streams);
        self.calls(streams.map(|stream| format!("STREAM.INFO.{stream}")))
    }

    /// Takes messages of a durable consumer, or of any of the stream's with `*`.
    pub(super) fn works_on(mut self, stream: &'static str, consumer: &str) -> Self {
        self.consumers.insert((stream, consumer.to_owned()));
        let consumer = format!("{stream}.{consumer}");
        self.calls([format!("CONSUMER.INFO.{consumer}"), format!("CONSUMER.MSG.NEXT.{consumer}")])
            // The second form is the one with the domain and the account of the stream.
            .says([format!("$JS.ACK.{consumer}.>"), format!("$JS.ACK.*.*.{consumer}.>")])
    }

    /// Reads what a stream holds under these subjects, by a consumer that is made for it and goes by itself. The client makes
    /// it without a name, and then no right can tell the subjects; one that is made anew on the way has both.
    pub(super) fn reads_through(self, stream: &str, subjects: &str) -> Self {
        self.calls([
            format!("CONSUMER.CREATE.{stream}"),
            format!("CONSUMER.CREATE.{stream}.*.{subjects}"),
            format!("CONSUMER.DELETE.{stream}.*"),
            format!("CONSUMER.MSG.NEXT.{stream}.*"),
        ])
    }

    /// Reads the last message of a subject from any copy of the stream.
    pub(super) fn reads_last(self, stream: &str, subjects: &str) -> Self {
        self.calls([format!("DIRECT.GET.{stream}.{subjects}")])
    }

    /// Reads any message of these streams from their leader.
    pub(super) fn reads_at_leader<const N: usize>(self, streams: [&str; N]) -> Self {
        self.calls(streams.map(|stream| format!("STREAM.MSG.GET.{stream}")))
    }

    /// Takes single messages out of these streams.
    pub(super) fn removes_from<const N: usize>(self, streams: [&str; N]) -> Self {
        self.calls(streams.map(|stream| format!("STREAM.MSG.DELETE.{stream}")))
    }
}
