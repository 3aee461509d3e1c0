//! Facts about a page for programs, in [JSON-LD](https://www.w3.org/TR/json-ld11/).

use std::fmt;

use minijinja::Value;
use serde::{Serialize, Serializer};

/// JSON that is safe between `<script type="application/ld+json">` and its end: a data block, which no browser runs.
///
/// HTML reads what stands in a script up to the letters `</script`, and `<!--` may lead it astray; in JSON both can
/// only stand in a string, where every `<` is written as an escape. Copies share their text.
#[derive(Clone)]
pub struct StructuredData(Value);

impl StructuredData {
    /// From nodes of the vocabulary <https://schema.org>.
    pub fn new(nodes: Vec<serde_json::Value>) -> Self {
        let document = serde_json::json!({ "@context": "https://schema.org", "@graph": nodes });
        Self(Value::from_safe_string(escaped(&document.to_string())))
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        self.0.as_str().unwrap_or_default()
    }
}

/// JSON with everything escaped that HTML minds, and the two line ends that JSON allows and scripts did not
/// (ECMAScript before 2019).
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            _ => out.push(c),
        }
    }
    out
}

impl fmt::Debug for StructuredData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StructuredData({} bytes)", self.as_str().len())
    }
}

impl Serialize for StructuredData {
    /// Inside the template engine the mark "safe" is kept; any other format sees a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn no_text_ends_the_block_or_is_changed_by_it(text in hostile()) {
            let data = StructuredData::new(vec![json!({ "name": text, text.clone(): [text] })]);
            let json = data.as_str();
            prop_assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{json}");
            let read: serde_json::Value = serde_json::from_str(json).unwrap();
            prop_assert_eq!(&read["@graph"][0]["name"], &json!(text));
            prop_assert_eq!(&read["@graph"][0][&text], &json!([text]));
        }
    }

    /// Any text, with pieces in it that would end a block of another make.
    fn hostile() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just("</script>".to_owned()),
            Just("</SCRIPT\n>".to_owned()),
            Just("<!--<script>".to_owned()),
            Just("]]>".to_owned()),
            Just("&lt;/script&gt;".to_owned()),
            Just("\\\"".to_owned()),
            Just("\u{2028}\u{2029}\0".to_owned()),
            any::<String>(),
        ];
        prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
    }
}
