//! HTML that is safe to show as it is.

use std::fmt;

use minijinja::Value;
use serde::{Serialize, Serializer};

/// HTML that has been through the sanitiser, and therefore is not escaped again.
///
/// This is the only type that templates do not escape. Make one from nothing but the output of the
/// Markdown renderer. Copies share their text.
#[derive(Clone)]
pub struct SafeHtml(Value);

impl SafeHtml {
    /// Takes HTML that the caller knows to be sanitised.
    pub fn from_sanitised(html: String) -> Self {
        Self(Value::from_safe_string(html))
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        self.0.as_str().unwrap_or_default()
    }
}

impl Default for SafeHtml {
    fn default() -> Self {
        Self::from_sanitised(String::new())
    }
}

impl fmt::Debug for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafeHtml({} bytes)", self.as_str().len())
    }
}

impl Serialize for SafeHtml {
    /// Inside the template engine the mark "safe" is kept; any other format sees a string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
