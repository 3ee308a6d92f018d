//! What a provider says of an error may quote what we sent: the user's trade token, a key. Adapters show nothing but
//! single words of it, and a token is a single word; so everything that an adapter tells for people goes through here,
//! and what holds a secret of this account or of this order is not told (invariant S1).
//!
//! What HTTP says to every client alike, when to ask again, is read here too: no adapter can forget it.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use skinbus_domain::order::TradeToken;
use skinbus_domain::query::Query;
use skinbus_domain::trade::Reason;
use skinbus_domain::{Command, CommandOutcome, Observation, Order, Outcome, Progress, Reference, Trade};

use crate::provider::{
    CommandAnswer, LookUp, LookUpTarget, LookedUp, NotBuildable, PlaceAnswer, Placing, Provider, Queried,
    Verdict,
};
use crate::retry_after::Named;

/// A shorter text is no secret, and would hide every word that happens to hold it.
const SECRET_MIN_BYTES: usize = 8;

/// In the place of a text that held a secret.
const HIDDEN: &str = "(hidden)";

/// An adapter whose words hold no secrets.
pub(crate) struct Discreet {
    inner: Box<dyn Provider>,
    secrets: Vec<SecretString>,
}

impl Discreet {
    /// The adapter, and what the account proves itself with.
    pub(crate) fn new(inner: Box<dyn Provider>, secrets: Vec<SecretString>) -> Self {
        Self { inner, secrets }
    }

    fn hides<'a>(&'a self, token: Option<&'a TradeToken>) -> Hides<'a> {
        let secrets = self.secrets.iter().map(SecretString::expose_secret);
        Hides(secrets.chain(token.map(TradeToken::reveal)).collect())
    }
}

fn token_of(order: &Order) -> Option<&TradeToken> {
    order.operation.user().trade_token.as_ref()
}

impl Provider for Discreet {
    fn place(&self, order: &Order, reference: &Reference) -> Result<Request<Bytes>, NotBuildable> {
        self.inner.place(order, reference)
    }

    fn read_placed(&self, placing: &Placing<'_>, response: &Response<Bytes>, now: Timestamp) -> PlaceAnswer {
        let mut answer = self.inner.read_placed(placing, response, now);
        self.hides(token_of(placing.order)).in_placed(&mut answer);
        Named::by(response, now).in_placed(&mut answer);
        answer
    }

    fn place_together(&self, orders: &[(&Order, &Reference)]) -> Result<Request<Bytes>, NotBuildable> {
        self.inner.place_together(orders)
    }

    fn read_placed_together(
        &self,
        orders: &[(&Order, &Reference)],
        response: &Response<Bytes>,
        now: Timestamp,
    ) -> Vec<PlaceAnswer> {
        let mut answers = self.inner.read_placed_together(orders, response, now);
        // Each answer may quote any of the orders.
        for (order, _) in orders {
            let hides = self.hides(token_of(order));
            answers.iter_mut().for_each(|answer| hides.in_placed(answer));
        }
        let named = Named::by(response, now);
        answers.iter_mut().for_each(|answer| named.in_placed(answer));
        answers
    }

    fn look_up(&self, targets: &[LookUpTarget]) -> Result<LookUp, NotBuildable> {
        self.inner.look_up(targets)
    }

    fn read_looked_up(&self, asked: &[LookUpTarget], response: &Response<Bytes>, now: Timestamp) -> LookedUp {
        let mut told = self.inner.read_looked_up(asked, response, now);
        let hides = self.hides(None);
        match &mut told {
            LookedUp::Rows { rows, .. } => rows.iter_mut().for_each(|row| hides.in_observation(row)),
            LookedUp::Unreadable { problem } => hides.in_text(problem),
            LookedUp::Closed(_) => {}
        }
        Named::by(response, now).in_looked_up(&mut told);
        told
    }

    fn query(&self, query: &Query) -> Result<Request<Bytes>, NotBuildable> {
        self.inner.query(query)
    }

    fn read_queried(&self, query: &Query, response: &Response<Bytes>, now: Timestamp) -> Queried {
        let mut told = self.inner.read_queried(query, response, now);
        let token = match query {
            Query::Inventory { user, .. } => user.trade_token.as_ref(),
            Query::Prices { .. }
            | Query::Search { .. }
            | Query::Offers(_)
            | Query::SteamPrices { .. }
            | Query::Balance
            | Query::Currencies
            | Query::Status
            | Query::History { .. }
            | Query::FailedWebhooks { .. } => None,
        };
        match &mut told {
            Queried::Refused { provider_code: text, .. } | Queried::Unreadable { problem: text } => {
                self.hides(token).in_text(text);
            }
            Queried::Answer(_) | Queried::Closed(_) => {}
        }
        Named::by(response, now).in_queried(&mut told);
        told
    }

    fn command(&self, command: &Command, trade: &Trade) -> Result<Request<Bytes>, NotBuildable> {
        self.inner.command(command, trade)
    }

    fn read_commanded(&self, command: &Command, response: &Response<Bytes>, now: Timestamp) -> CommandAnswer {
        let mut answer = self.inner.read_commanded(command, response, now);
        let token = match command {
            Command::UpdateTradeToken { trade_token } => Some(trade_token),
            Command::ApproveHold | Command::Cancel | Command::ChangePrice { .. } => None,
        };
        match &mut answer.outcome {
            CommandOutcome::Refused(reason) | CommandOutcome::Unknown(reason) => {
                self.hides(token).in_reason(reason);
            }
            CommandOutcome::Done => {}
        }
        Named::by(response, now).in_commanded(&mut answer);
        answer
    }
}

/// What is hidden.
struct Hides<'a>(Vec<&'a str>);

impl Hides<'_> {
    fn in_text(&self, text: &mut String) {
        if self.0.iter().any(|secret| secret.len() >= SECRET_MIN_BYTES && text.contains(secret)) {
            HIDDEN.clone_into(text);
        }
    }

    fn in_reason(&self, reason: &mut Reason) {
        if let Some(word) = &mut reason.provider_code {
            self.in_text(word);
        }
    }

    fn in_placed(&self, answer: &mut PlaceAnswer) {
        match &mut answer.verdict {
            Verdict::Outcome(Outcome::Placed(observation)) => self.in_observation(observation),
            Verdict::Outcome(
                Outcome::Refused(reason) | Outcome::NotSent { reason, .. } | Outcome::Unknown { reason, .. },
            ) => self.in_reason(reason),
            Verdict::Next(_) => {}
        }
    }

    fn in_observation(&self, observation: &mut Observation) {
        if let Some(status) = &mut observation.facts.provider_status {
            self.in_text(status);
        }
        match &mut observation.progress {
            Progress::Failed(reason)
            | Progress::Canceled(reason)
            | Progress::Expired(reason)
            | Progress::Reverted { reason, .. } => self.in_reason(reason),
            Progress::Submitted
            | Progress::OfferSent
            | Progress::UserAccepted
            | Progress::Delivered { .. }
            | Progress::Held { .. }
            | Progress::Unknown => {}
        }
    }
}
