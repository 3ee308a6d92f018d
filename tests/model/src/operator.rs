//! The person who resolves orders in review: looks at the provider's own records, then has the decision written.

use skinbus_domain::advancing::Retry;
use skinbus_domain::{Decision, Input, Verdict};

use crate::protocol::{Operator, Protocol};
use crate::shared::Shared;
use crate::state::State;
use crate::writing::{Write, Wrote};

/// A decision in hand.
pub type Deciding = Write;

/// What a person may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Word {
    /// The provider has it.
    Placed,
    /// The provider never executed it, and it is to be sent again.
    Absent,
    /// The provider never executed it, and it is over.
    Failed,
}

impl State {
    /// What the person may say now.
    pub(crate) fn words(&self, protocol: &Protocol) -> &'static [Word] {
        match (protocol.operator, self.provider.executed.is_empty()) {
            (Operator::Away, _) => &[],
            (Operator::Truthful, true) => &[Word::Absent, Word::Failed],
            (Operator::Truthful, false) => &[Word::Placed],
            (Operator::Guessing, _) => &[Word::Absent],
        }
    }

    /// The person looks, and decides.
    pub(crate) fn decide(&mut self, protocol: &Protocol, word: Word) {
        let Some(recorded) = self.newest().cloned() else { return };
        let verdict = match word {
            Word::Placed => Verdict::Placed { provider_id: "p-1".to_owned() },
            Word::Absent => Verdict::Absent,
            Word::Failed => Verdict::Failed,
        };
        let decision = Decision { verdict, operator: "somebody".to_owned(), reason: "looked".to_owned() };
        // What was decided on one version says nothing of a later one.
        let wrote = Write::start(protocol, self, &recorded, Input::Resolved(decision), Retry::GiveUp);
        self.decision_wrote(wrote);
    }

    /// The next step of the decision in hand.
    pub(crate) fn step_decision(&mut self, protocol: &Protocol) {
        if let Some(deciding) = self.deciding.take() {
            let wrote = Write::clone(&deciding).go_on(protocol, self);
            self.decision_wrote(wrote);
        }
    }

    fn decision_wrote(&mut self, wrote: Wrote) {
        match wrote {
            Wrote::Going(write) => self.deciding = Some(Shared::new(write)),
            Wrote::Done(_) => {}
            Wrote::Illegal => self.seen.out_of_order = true,
        }
    }
}
