//! Parameters of a request, from a query, a form or a JSON object, read as PHP reads them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Named values in the order they came.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `a=1&b=2`; what cannot be read counts as not sent.
    pub(crate) fn from_form(bytes: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(bytes).unwrap_or_default())
    }

    /// Reads a body by its media type; a body that looks like an object is taken as JSON without one.
    pub(crate) fn from_body(content_type: Option<&str>, bytes: &[u8]) -> Self {
        let json = match content_type {
            Some(given) => given.starts_with("application/json"),
            None => bytes.first() == Some(&b'{'),
        };
        if json { Self::from_json(bytes) } else { Self::from_form(bytes) }
    }

    fn from_json(bytes: &[u8]) -> Self {
        // Raw values keep a number's own digits.
        let object: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).unwrap_or_default();
        let values = object.into_iter().filter_map(|(name, raw)| scalar(raw).map(|value| (name, value)));
        Self(values.collect())
    }

    /// The first value of this name that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(given, value)| given == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// True when the value is `1`, the only way the providers' flags are switched on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("1")
    }

    /// A list in any of its forms: `name=a,b`, `name[]=a&name[]=b`, `name[0]=a`.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(given, _)| {
                given.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
            })
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }
}

/// The text of a string, number or boolean.
fn scalar(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(text.to_owned()),
    }
}
