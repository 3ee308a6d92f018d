//! The fields of a webhook's body, form or JSON: which of the two is not documented.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderMap;

use crate::webhook::is_json;
use crate::wire::{Members, Text};

/// Where the proof is in a deposit webhook.
pub(super) const PROOF: &str = "sign";

/// A body's fields. What the signature covers, and so all that a webhook may bind, is `scalars`.
#[derive(Default)]
pub(super) struct Fields {
    /// Values as the signature writes them: the text of a string or a number, `1` and nothing for a boolean.
    pub(super) scalars: BTreeMap<String, String>,
    /// Fields that are `null`: signers leave them out or sign them as empty texts. They mean nothing either way.
    pub(super) nulls: BTreeSet<String>,
    /// Lists and objects, as JSON; in a form the fields with `[` in their names.
    pub(super) nested: BTreeMap<String, String>,
}

/// Reads a body. `None` where it is neither form nor JSON, or names a field twice: two readers could read two things.
pub(super) fn fields(headers: &HeaderMap, body: &[u8]) -> Option<Fields> {
    let body = std::str::from_utf8(body).ok()?.trim();
    if is_json(headers) || body.starts_with(['{', '[']) { of_json(body) } else { of_form(body) }
}

fn of_json(body: &str) -> Option<Fields> {
    let members: Members<'_> = serde_json::from_str(body).ok()?;
    let mut fields = Fields::default();
    for (name, raw) in members.0 {
        let is_new = match raw.get() {
            "null" => fields.nulls.insert(name.clone()),
            "true" => fields.scalars.insert(name.clone(), "1".to_owned()).is_none(),
            "false" => fields.scalars.insert(name.clone(), String::new()).is_none(),
            text if text.starts_with(['{', '[']) => {
                fields.nested.insert(name.clone(), text.to_owned()).is_none()
            }
            text => {
                let text: Text = serde_json::from_str(text).ok()?;
                fields.scalars.insert(name.clone(), text.0).is_none()
            }
        };
        if !is_new || fields.times(&name) != 1 {
            return None;
        }
    }
    Some(fields)
}

fn of_form(body: &str) -> Option<Fields> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(body).ok()?;
    let mut fields = Fields::default();
    for (name, value) in pairs {
        // `names[]=a&names[]=b` is one list.
        let is_list = name.ends_with("[]");
        let group = if name.contains('[') { &mut fields.nested } else { &mut fields.scalars };
        if group.insert(name, value).is_some() && !is_list {
            return None;
        }
    }
    Some(fields)
}

impl Fields {
    fn times(&self, name: &str) -> usize {
        usize::from(self.scalars.contains_key(name))
            + usize::from(self.nested.contains_key(name))
            + usize::from(self.nulls.contains(name))
    }

    /// A scalar's text; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.scalars.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A scalar's text, where it is not empty.
    pub(super) fn given(&self, name: &str) -> Option<Text> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(|text| Text(text.to_owned()))
    }

    /// Whether it is an event, which is proved in another way than a deposit webhook.
    pub(super) fn is_event(&self) -> bool {
        self.scalars.contains_key("event")
            && self.nested.keys().any(|name| name == "data" || name.starts_with("data["))
    }

    /// What `sign` covers, in order, with the fields that are `null` as empty texts or left out.
    pub(super) fn signed(&self, are_nulls_signed: bool) -> BTreeMap<&str, &str> {
        let scalars = self.scalars.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let nulls = self.nulls.iter().map(|name| (name.as_str(), "")).filter(|_| are_nulls_signed);
        scalars.chain(nulls).filter(|(name, _)| *name != PROOF).collect()
    }

    /// The fields as JSON without the proof.
    pub(super) fn without_proof(&self) -> BTreeMap<&str, &str> {
        let all = self.scalars.iter().chain(&self.nested);
        all.map(|(name, text)| (name.as_str(), text.as_str())).filter(|(name, _)| *name != PROOF).collect()
    }
}
