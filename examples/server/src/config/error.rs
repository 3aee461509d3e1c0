//! What is wrong with a configuration, in one sentence that says where and what to do.

use std::fmt;
use std::path::Path;

use super::key::{Key, Kind};
use super::nearest;

/// One sentence, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigError(String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// Where a value came from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// A line of a file, counted from 1.
    File(&'a Path, usize),
    /// A variable of the environment.
    Variable(&'a str),
    /// A flag, without its dashes.
    Flag(&'a str),
}

impl Origin<'_> {
    /// A value that cannot be: it must be what `needs` says.
    pub(super) fn wrong(self, key: &Key, needs: &str, value: &str) -> ConfigError {
        let name = match self {
            Origin::File(..) => format!("{self}: {}", key.path),
            Origin::Variable(_) | Origin::Flag(_) => self.to_string(),
        };
        ConfigError(format!("{name} must be {needs}, not {}", shown(value)))
    }

    /// A value that the file writes as another type.
    pub(super) fn wrong_kind(self, key: &Key) -> ConfigError {
        let needs = match key.kind {
            Kind::Text => "a text in quotes",
            Kind::Number => "a whole number without quotes",
            Kind::Switch => "true or false, without quotes",
            Kind::Choice => "true or false, without quotes, or \"\"",
            Kind::List => "a list of texts, such as [\"a\", \"b\"]",
        };
        ConfigError(format!("{self}: {} must be {needs}", key.path))
    }
}

/// A value as an error shows it: in quotes, without control characters, without what may be a password in an address, not
/// longer than a line.
fn shown(value: &str) -> String {
    let value = match value.contains('@') {
        true => blog_storage::connect::shown(value),
        false => value.to_owned(),
    };
    let short: String = value.chars().take(60).collect();
    let dots = if short.len() < value.len() { "…" } else { "" };
    format!("{short:?}{dots}")
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Origin::Variable(name) => f.write_str(name),
            Origin::Flag(name) => write!(f, "--{name}"),
        }
    }
}

impl ConfigError {
    /// Any other sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self(format!(
            "the configuration file {} cannot be read: {error}",
            path.display()
        ))
    }

    pub(super) fn no_toml(origin: Origin<'_>, message: &str) -> Self {
        let message = message.lines().next().unwrap_or("it ends too early");
        Self(format!("{origin}: this is not TOML: {message}"))
    }

    pub(super) fn unknown_key(origin: Origin<'_>, section: &str, name: &str) -> Self {
        let path = if section.is_empty() {
            name.to_owned()
        } else {
            format!("{section}.{name}")
        };
        let hint = hint(nearest::key(section, name).map(|key| key.path));
        Self(format!("{origin}: there is no key {path}; {hint}"))
    }

    pub(super) fn unknown_section(origin: Origin<'_>, name: &str) -> Self {
        let near = nearest::section(name).map(|near| format!("[{near}]"));
        Self(format!(
            "{origin}: there is no section [{name}]; {}",
            hint(near.as_deref())
        ))
    }

    pub(super) fn unknown_variable(name: &str) -> Self {
        let near = nearest::variable(name);
        Self(format!("there is no variable {name}; {}", hint(near)))
    }
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(
        || "\"blog-server config\" prints all there are".to_owned(),
        |near| format!("did you mean {near}?"),
    )
}
