//! Parameters of a request, from a query, a form or a JSON object, read as PHP reads them.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// How deep JSON is read; deeper values count as not sent.
const DEEPEST: usize = 4;

/// Named values in the order they came. What is nested has the names of PHP forms, also where it came as JSON:
/// `items[0][id]`, `names[1]`.
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
        let mut fields = Self::default();
        for (name, raw) in object {
            fields.add(name, raw, DEEPEST);
        }
        fields
    }

    fn add(&mut self, name: String, raw: &RawValue, depth: usize) {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'{') if depth > 0 => {
                let object: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
                for (key, raw) in object {
                    self.add(format!("{name}[{key}]"), raw, depth - 1);
                }
            }
            Some(b'[') if depth > 0 => {
                let array: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                for (index, raw) in array.into_iter().enumerate() {
                    self.add(format!("{name}[{index}]"), raw, depth - 1);
                }
            }
            Some(b'"') => self.0.extend(serde_json::from_str(text).ok().map(|value| (name, value))),
            // A null is not sent.
            Some(b'{' | b'[' | b'n') | None => {}
            Some(_) => self.0.push((name, text.to_owned())),
        }
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

    /// True when the value is `1` or `true`.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "true"))
    }

    /// A list in any of its forms: `name=a,b`, `name[]=a&name[]=b`, `name[0]=a`.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        self.values(name)
            .into_iter()
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// The same without commas, for lists of names: `name=a&name=b`, `name[]=a`, `name[0]=a` and JSON arrays.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let own = |given: &str| {
            given.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        self.0.iter().filter(|(given, _)| own(given)).map(|(_, value)| value.as_str()).collect()
    }

    /// The rows of a list of objects, by index or key: `name[0][id]=a` is the field `id` of the row `0`.
    pub(crate) fn rows(&self, name: &str) -> Vec<(&str, Fields)> {
        let mut rows: Vec<(&str, Fields)> = Vec::new();
        for (given, value) in &self.0 {
            let inner = given.strip_prefix(name).and_then(|rest| rest.strip_prefix('['));
            let Some((key, rest)) = inner.and_then(|inner| inner.split_once(']')) else {
                continue;
            };
            // `[id]` becomes `id`, and `[a][b]` becomes `a[b]`.
            let Some((field, deeper)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
                continue;
            };
            let pair = (format!("{field}{deeper}"), value.clone());
            match rows.iter_mut().find(|(known, _)| *known == key) {
                Some((_, row)) => row.0.push(pair),
                None => rows.push((key, Fields(vec![pair]))),
            }
        }
        rows
    }

    /// A map of scalars by key: `name[a]=1`.
    pub(crate) fn map<'a>(&'a self, name: &str) -> BTreeMap<&'a str, &'a str> {
        let entry = |(given, value): &'a (String, String)| {
            let key = given.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!key.contains('[')).then_some((key, value.as_str()))
        };
        self.0.iter().filter_map(entry).collect()
    }

    /// Every value that is not part of a list or an object, also empty ones, as signatures want them.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter().filter(|(name, _)| !name.contains('['));
        all.map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    const FORM: &[u8] = b"a=1&items[0][id]=x&items[0][price]=1.10&items[1][id]=y&names[]=p,q&min[7]=2&empty=";
    const JSON: &[u8] = br#"{"a": 1, "items": [{"id": "x", "price": 1.10}, {"id": "y"}], "names": ["p,q"],
        "min": {"7": 2}, "empty": "", "nothing": null}"#;

    #[test]
    fn forms_and_json_are_read_alike() {
        for fields in [Fields::from_form(FORM), Fields::from_body(Some("application/json"), JSON)] {
            let rows = fields.rows("items");
            assert_eq!(rows.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["0", "1"]);
            assert_eq!((rows[0].1.get("id"), rows[0].1.get("price")), (Some("x"), Some("1.10")));
            assert_eq!((rows[1].1.get("id"), rows[1].1.get("price")), (Some("y"), None));
            assert_eq!(fields.values("names"), ["p,q"]);
            assert_eq!(fields.list("names"), ["p", "q"]);
            assert_eq!(fields.map("min").into_iter().collect::<Vec<_>>(), [("7", "2")]);
            assert_eq!(fields.scalars().collect::<Vec<_>>(), [("a", "1"), ("empty", "")]);
        }
    }
}
