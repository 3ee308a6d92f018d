//! JSON that keeps the order of its fields and the digits of its numbers, written as PHP writes it.

use std::borrow::Cow;

/// A value of an answer or of a notification.
#[derive(Debug, Clone)]
pub(super) enum Json {
    /// A field that there is nothing to say in: left out, or null, as the switch says.
    Absent,
    Null,
    Flag(bool),
    Text(String),
    /// A number's own digits.
    Digits(String),
    List(Vec<Json>),
    Object(Fields),
}

/// The fields of an object.
pub(super) type Fields = Vec<(Cow<'static, str>, Json)>;

/// An object with fixed names.
pub(super) fn object<const COUNT: usize>(fields: [(&'static str, Json); COUNT]) -> Json {
    Json::Object(named(fields))
}

/// Fields with fixed names.
pub(super) fn named<const COUNT: usize>(fields: [(&'static str, Json); COUNT]) -> Fields {
    fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect()
}

/// A text.
pub(super) fn text(value: impl Into<String>) -> Json {
    Json::Text(value.into())
}

/// A text, where there is one.
pub(super) fn optional(value: Option<impl Into<String>>) -> Json {
    value.map_or(Json::Absent, text)
}

/// A whole number.
pub(super) fn whole(value: u64) -> Json {
    Json::Digits(value.to_string())
}

impl Json {
    /// The JSON text; `escaped` as PHP does it by default: slashes, and all that is not ASCII.
    pub(super) fn to_text(&self, escaped: bool) -> String {
        let mut out = String::new();
        self.write(escaped, &mut out);
        out
    }

    fn write(&self, escaped: bool, out: &mut String) {
        match self {
            Self::Absent | Self::Null => out.push_str("null"),
            Self::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Text(text) => quote(text, escaped, out),
            Self::Digits(digits) => out.push_str(digits),
            Self::List(list) => {
                out.push('[');
                for (index, value) in list.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    value.write(escaped, out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(name, escaped, out);
                    out.push(':');
                    value.write(escaped, out);
                }
                out.push('}');
            }
        }
    }

    /// A scalar as PHP turns it into text; none for lists and objects.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Digits(text) => Some(text),
            Self::Flag(true) => Some("1"),
            Self::Absent | Self::Null | Self::Flag(false) => Some(""),
            Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The pairs of an HTML form, as PHP's `http_build_query` makes them: `skins[0][name]`, and no nulls.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        self.add_to_form(String::new(), &mut pairs);
        pairs
    }

    fn add_to_form(&self, name: String, pairs: &mut Vec<(String, String)>) {
        let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}[{key}]") };
        match self {
            Self::Absent | Self::Null => {}
            Self::Flag(flag) => pairs.push((name, u8::from(*flag).to_string())),
            Self::Text(text) | Self::Digits(text) => pairs.push((name, text.clone())),
            Self::List(list) => {
                for (index, value) in list.iter().enumerate() {
                    value.add_to_form(inner(&index.to_string()), pairs);
                }
            }
            Self::Object(fields) => {
                for (key, value) in fields {
                    value.add_to_form(inner(key), pairs);
                }
            }
        }
    }
}

fn quote(text: &str, escaped: bool, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '/' if escaped => out.push_str("\\/"),
            _ if character.is_control() || (escaped && !character.is_ascii()) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Json, object, text, whole};

    #[test]
    fn it_is_written_as_php_does() {
        let value = object([
            ("name", text("★ \"a\\b\" /\n")),
            ("list", Json::List(vec![whole(1), Json::Null, Json::Flag(true)])),
            ("inner", object([("price", Json::Digits("2.10".to_owned()))])),
        ]);
        let escaped = r#"{"name":"\u2605 \"a\\b\" \/\u000a","list":[1,null,true],"inner":{"price":2.10}}"#;
        assert_eq!(value.to_text(true), escaped);
        let plain = r#"{"name":"★ \"a\\b\" /\u000a","list":[1,null,true],"inner":{"price":2.10}}"#;
        assert_eq!(value.to_text(false), plain);
        let form = value.form();
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected =
            [("name", "★ \"a\\b\" /\n"), ("list[0]", "1"), ("list[2]", "1"), ("inner[price]", "2.10")];
        assert_eq!(form, expected);
    }
}
