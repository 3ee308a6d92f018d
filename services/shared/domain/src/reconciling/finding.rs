//! What is found where a provider's record and ours do not agree.

use crate::ids::{OrderId, Reference};

/// What does not agree; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// Two orders of theirs live under one reference of ours.
    BoughtTwice,
    /// What they say cannot be true together with what we have.
    Contradiction,
    /// Another price was paid.
    PriceDiffers,
    /// A credit has another amount.
    CreditDiffers,
    /// We have a credit that they do not have.
    CreditOnlyOurs,
    /// They have an order under a reference that we do not know.
    OnlyTheirs,
    /// We have an order that they must have, and do not.
    OnlyOurs,
    /// They have an order that waits for a person with us.
    Undecided,
    /// They have a credit that we do not have.
    CreditOnlyTheirs,
    /// They are further than we are.
    Behind,
    /// A webhook about an open order did not arrive, and nothing else that was read tells of it.
    WebhookLost,
}

/// How soon a person should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Money may be lost already.
    Critical,
    /// Somebody has to find out.
    Serious,
    /// It mends itself, or `--apply` does.
    Minor,
}

/// One thing that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Our id of the order at the provider, as the provider has it.
    pub reference: Reference,
    /// The order that the reference belongs to, where it has the form of ours.
    pub order_id: Option<OrderId>,
    /// The provider's id.
    pub provider_id: Option<String>,
    /// What they say, for people; never a secret.
    pub theirs: String,
    /// What we say, for people; never a secret.
    pub ours: String,
    /// The trade is looked at again by its plan, which may mend it.
    pub is_followed: bool,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::BoughtTwice,
        Self::Contradiction,
        Self::PriceDiffers,
        Self::CreditDiffers,
        Self::CreditOnlyOurs,
        Self::OnlyTheirs,
        Self::OnlyOurs,
        Self::Undecided,
        Self::CreditOnlyTheirs,
        Self::Behind,
        Self::WebhookLost,
    ];

    /// A stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BoughtTwice => "bought_twice",
            Self::Contradiction => "contradiction",
            Self::PriceDiffers => "price_differs",
            Self::CreditDiffers => "credit_differs",
            Self::CreditOnlyOurs => "credit_only_ours",
            Self::OnlyTheirs => "only_theirs",
            Self::OnlyOurs => "only_ours",
            Self::Undecided => "undecided",
            Self::CreditOnlyTheirs => "credit_only_theirs",
            Self::Behind => "behind",
            Self::WebhookLost => "webhook_lost",
        }
    }

    /// How soon a person should look.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::BoughtTwice
            | Self::Contradiction
            | Self::PriceDiffers
            | Self::CreditDiffers
            | Self::CreditOnlyOurs => Severity::Critical,
            Self::OnlyTheirs | Self::OnlyOurs | Self::Undecided => Severity::Serious,
            Self::CreditOnlyTheirs | Self::Behind | Self::WebhookLost => Severity::Minor,
        }
    }

    /// What a person does about it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::BoughtTwice => "ask the provider to take one of them back, with both of its ids",
            Self::Contradiction => {
                "look the reference up in the provider's own records, and settle it with the provider and the user"
            }
            Self::PriceDiffers | Self::CreditDiffers => {
                "ask the provider which amount was booked; what we have stays as it is"
            }
            Self::CreditOnlyOurs => "ask the provider for the payment before more of it is paid out",
            Self::OnlyTheirs => {
                "find out who placed it: another system under the same account, or an order that the ledger lost"
            }
            Self::OnlyOurs => "ask the provider for the order by its id; do not place it again",
            Self::Undecided => "decide it with `skinbus trade resolve --as placed` and the provider's id",
            Self::CreditOnlyTheirs | Self::Behind => {
                "nothing where the trade is still followed; else fold it in with `skinbus reconcile --apply`"
            }
            Self::WebhookLost => "reconcile from before the order was placed; the next look tells as well",
        }
    }

    /// Whether folding the provider's word mends it.
    pub(super) fn is_mendable(self) -> bool {
        match self {
            Self::CreditOnlyTheirs | Self::Behind => true,
            Self::BoughtTwice
            | Self::Contradiction
            | Self::PriceDiffers
            | Self::CreditDiffers
            | Self::CreditOnlyOurs
            | Self::OnlyTheirs
            | Self::OnlyOurs
            | Self::Undecided
            | Self::WebhookLost => false,
        }
    }
}

impl Severity {
    /// A stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Serious => "serious",
            Self::Minor => "minor",
        }
    }
}

impl Finding {
    /// Whether it mends itself: the trade's next look brings what is missing.
    #[must_use]
    pub fn mends_itself(&self) -> bool {
        self.is_followed && self.kind.severity() == Severity::Minor
    }

    /// What tells it from another finding, and from itself after it changed; without a secret.
    #[must_use]
    pub fn text(&self) -> String {
        let provider_id = self.provider_id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        let Self { kind, reference, theirs, ours, .. } = self;
        format!("{}: {reference}{provider_id}: the provider says {theirs}, we say {ours}", kind.as_str())
    }
}
