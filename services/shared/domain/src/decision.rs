//! What an operator decides about a trade that waits for a person.

/// An operator's word about one trade, kept in the ledger with the version that it brought about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decision {
    /// What became of the order.
    pub verdict: Verdict,
    /// Who decided.
    pub operator: String,
    /// Why: what was looked at.
    pub reason: String,
}

/// What became of an order, as a person found out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The provider has it: it is followed from now on.
    Placed {
        /// The provider's id of it.
        provider_id: String,
    },
    /// The provider never executed it and never will: it is sent again, under the same reference.
    Absent,
    /// It is over without success, and is not sent again.
    Failed,
}
