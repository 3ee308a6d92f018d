//! What is checked: the provider, what may go wrong and how often, and, to see it caught, what is broken on purpose.

use skinbus_domain::rules::{Idempotency, Rules};

use crate::world::{self, Kind};

/// What the provider does with a request under a reference that it has executed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeats {
    /// It refuses it, and says that it knows the reference.
    Refused,
    /// It executes it again. The services know of such a provider only that nobody says what it does.
    AcceptedAgain,
    /// It answers with the first.
    AnsweredWithFirst,
}

impl Repeats {
    /// Every variant.
    pub const ALL: [Self; 3] = [Self::Refused, Self::AcceptedAgain, Self::AnsweredWithFirst];

    fn declared(self) -> Idempotency {
        match self {
            Self::Refused | Self::AnsweredWithFirst => Idempotency::UniqueReference,
            Self::AcceptedAgain => Idempotency::Undocumented,
        }
    }
}

/// Something that goes wrong. Each costs one of the run's faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A process ends, before or after any of its steps. What it has sent stays on its way.
    Crash,
    /// An append of a process that has crashed is still on its way, and arrives at any later time.
    LateAppend,
    /// A process takes its time with its next step, as long as it may be: it is paused, its network is slow, or it waits
    /// for a permit.
    Pause,
    /// A message in hand is delivered to somebody else too; the follower of the ledger gets an older version again.
    Redelivery,
    /// A read shows the version before the newest.
    StaleRead,
    /// A request never reaches the provider, and nobody is told.
    LostRequest,
    /// A request is executed later than answered, at any time before the settle time ends.
    Delay,
    /// The provider's answer never arrives.
    LostAnswer,
    /// The connection is cut before the answer, whatever became of the request.
    Cut,
    /// The provider does not want the request now, and says so.
    NotNow,
    /// The provider answers with an error that proves nothing, executed or not.
    OddRefusal,
    /// A purchase does not show in look-ups until the settle time has passed.
    Lag,
    /// A look-up gets no answer.
    NoLookUp,
    /// No look-up gets an answer for a day.
    SilentDay,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 14] = [
        Self::Crash,
        Self::LateAppend,
        Self::Pause,
        Self::Redelivery,
        Self::StaleRead,
        Self::LostRequest,
        Self::Delay,
        Self::LostAnswer,
        Self::Cut,
        Self::NotNow,
        Self::OddRefusal,
        Self::Lag,
        Self::NoLookUp,
        Self::SilentDay,
    ];
}

/// How the order goes on once the provider has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Story {
    /// It is delivered at once, for good.
    Delivered,
    /// It is delivered, may be taken back, and may be taken back late; or the user declines.
    MayBeTakenBack,
    /// A deposit: its items are held, with pending credits, then credited; every word comes by a webhook too, twice.
    Credited,
}

/// The person who resolves orders in review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Nobody comes: orders stay in review.
    Away,
    /// Looks at what the provider has, and says so.
    Truthful,
    /// Does not look, and says that the provider does not have it.
    Guessing,
}

/// An assumption that does not hold in a run, to see what rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Without {
    /// A delayed request may be executed at any later time.
    SettleTime,
    /// A process may pause between its last look at the clock and the first byte of its request.
    PromptSending,
}

/// A protocol that is broken on purpose: the shell round the shipped code does something else than it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mutant {
    /// A call without an answer counts as not sent.
    ResendOnTimeOut,
    /// The message is acknowledged when it is delivered.
    AcknowledgeFirst,
    /// The first look-up that finds nothing is taken for a proof.
    LookUpOnce,
    /// The call is made before its intent is written.
    CallBeforeIntent,
    /// An intent whose append was lost counts as written.
    CallAfterLostIntent,
    /// The clock is read once per delivery, so that no lease ever seems to end.
    NoLeaseCheck,
    /// A repeat counts as harmless where nobody says so.
    ResendUndocumented,
    /// Versions are written whatever came first.
    NoCompareAndSet,
    /// A due look is acknowledged before the next one is planned.
    ForgetNextLook,
    /// That a trade needs nothing more is believed of a version that may be old.
    BelieveOldVersions,
    /// Webhooks name a credit by another key than look-ups do.
    KeysByChannel,
}

/// One configuration of the model.
#[derive(Debug, Clone)]
pub struct Protocol {
    /// The provider.
    pub repeats: Repeats,
    /// What is ordered, and how it goes on.
    pub story: Story,
    /// Most faults in one run.
    pub faults_max: u8,
    /// Which faults there are.
    pub kinds: Vec<Fault>,
    /// The person.
    pub operator: Operator,
    /// The order's deadline, in seconds after its acceptance.
    pub deadline: Option<i64>,
    /// The assumption that does not hold.
    pub without: Option<Without>,
    /// What is broken.
    pub mutant: Option<Mutant>,
    /// What the services go by.
    pub rules: Rules,
}

impl Protocol {
    /// Any faults, so many in one run, with an operator who tells the truth.
    #[must_use]
    pub fn new(repeats: Repeats, faults_max: u8) -> Self {
        Self {
            repeats,
            story: Story::Delivered,
            faults_max,
            kinds: Fault::ALL.into(),
            operator: Operator::Truthful,
            deadline: None,
            without: None,
            mutant: None,
            rules: world::rules(repeats.declared()),
        }
    }

    /// The same, where the order goes on like this.
    #[must_use]
    pub fn with_story(self, story: Story) -> Self {
        Self { story, ..self }
    }

    /// The same with a deadline.
    #[must_use]
    pub fn with_deadline(self, deadline: i64) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// The same with only these faults.
    #[must_use]
    pub fn with_only(self, kinds: &[Fault]) -> Self {
        Self { kinds: kinds.into(), ..self }
    }

    /// The same with another person.
    #[must_use]
    pub fn with_operator(self, operator: Operator) -> Self {
        Self { operator, ..self }
    }

    /// The same, where this assumption does not hold.
    #[must_use]
    pub fn without(self, without: Without) -> Self {
        Self { without: Some(without), ..self }
    }

    /// The same, broken.
    #[must_use]
    pub fn broken_by(mut self, mutant: Mutant) -> Self {
        if mutant == Mutant::LookUpOnce {
            self.rules.placing.settle_time = std::time::Duration::ZERO;
        }
        if mutant == Mutant::ResendUndocumented {
            self.rules = world::rules(Idempotency::UniqueReference);
        }
        Self { mutant: Some(mutant), ..self }
    }

    /// What is ordered.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.story {
            Story::Delivered | Story::MayBeTakenBack => Kind::Purchase,
            Story::Credited => Kind::Deposit,
        }
    }

    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    pub(crate) fn lacks(&self, assumption: Without) -> bool {
        self.without == Some(assumption)
    }
}
