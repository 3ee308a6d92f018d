//! Errors that Skinify documents and that only an unlucky user gets: set on purpose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words;

/// The errors in force.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Switches {
    /// By the user's Steam id: for the inventory and for offers.
    pub(super) inventory_errors: BTreeMap<String, &'static str>,
    /// By our own id of the deposit: for offers.
    pub(super) offer_errors: BTreeMap<String, &'static str>,
}

/// A change of them; `null` takes one back.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SwitchesPatch {
    inventory_errors: BTreeMap<String, Option<String>>,
    offer_errors: BTreeMap<String, Option<String>>,
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
