//! What is wrong with a request, in a form that a merchant's program can act on.

/// One broken rule in a request. A request is always reported with all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Violation {
    /// Path of the field in the message, for example `purchase.max_price.amount`.
    pub field: String,
    /// Stable snake_case name of the rule, for example `required` or `unknown_account`.
    pub rule: String,
    /// What the rule asks for, for people.
    pub message: String,
    /// What was given, shortened; empty for fields that may hold a secret.
    pub given: String,
}

/// Longest text of a given value that is kept, in characters.
const GIVEN_MAX_CHARS: usize = 80;

impl Violation {
    /// A broken rule, with what was given cut to a length that is safe to store.
    #[must_use]
    pub fn new(field: impl Into<String>, rule: &str, message: impl Into<String>, given: &str) -> Self {
        let given = given.chars().take(GIVEN_MAX_CHARS).collect();
        Self { field: field.into(), rule: rule.to_owned(), message: message.into(), given }
    }
}
