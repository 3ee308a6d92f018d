//! What is set on purpose: errors that Skinify documents and that only an unlucky user gets, and other API tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words;

/// What is in force.
#[derive(Clone, Default, Serialize)]
pub(super) struct Switches {
    /// By the user's Steam id: for the inventory and for offers.
    pub(super) inventory_errors: BTreeMap<String, &'static str>,
    /// By our own id of the deposit: for offers.
    pub(super) offer_errors: BTreeMap<String, &'static str>,
    /// The tokens that are taken instead of the first one, while it is replaced; the last of them signs. Never shown.
    #[serde(skip)]
    pub(super) tokens: Vec<String>,
}

impl std::fmt::Debug for Switches {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Switches").finish_non_exhaustive()
    }
}

/// A change of them; `null` takes one back.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SwitchesPatch {
    inventory_errors: BTreeMap<String, Option<String>>,
    offer_errors: BTreeMap<String, Option<String>>,
    tokens: Option<Vec<String>>,
}

impl SwitchesPatch {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self) -> Result<(), String> {
        let given = self.inventory_errors.values().chain(self.offer_errors.values()).flatten();
        for word in given {
            words::misfortune(word)
                .ok_or_else(|| format!("{word:?} is no error of inventories or offers"))?;
        }
        Ok(())
    }

    /// Makes a change that was checked.
    pub(super) fn apply(self, to: &mut Switches) {
        merge(&mut to.inventory_errors, self.inventory_errors);
        merge(&mut to.offer_errors, self.offer_errors);
        if let Some(tokens) = self.tokens {
            to.tokens = tokens;
        }
    }
}

fn merge(into: &mut BTreeMap<String, &'static str>, changes: BTreeMap<String, Option<String>>) {
    for (key, word) in changes {
        match word.as_deref().and_then(words::misfortune) {
            Some(word) => into.insert(key, word),
            None => into.remove(&key),
        };
    }
}
