//! How the values of keys are read and written.

use std::net::{IpAddr, SocketAddr};

use blog_core::settings::Registration;
use ipnet::IpNet;
use url::Url;

use super::key::Kind;

/// The type of a key's value.
pub(super) trait Value: Sized {
    /// How TOML writes it.
    const KIND: Kind;

    /// Reads the text form.
    ///
    /// # Errors
    /// What the value must be, to follow "must be".
    fn read(text: &str) -> Result<Self, String>;

    /// Writes the text form.
    fn write(&self) -> String;
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number<const MIN: u64, const MAX: u64>(u64);

impl<const MIN: u64, const MAX: u64> Number<MIN, MAX> {
    /// A number within its limits.
    pub(super) const fn new(number: u64) -> Self {
        assert!(
            MIN <= number && number <= MAX,
            "a default lies within its key's limits"
        );
        Self(number)
    }

    /// The number.
    pub(crate) const fn get(self) -> u64 {
        self.0
    }

    /// The number, for a `usize`; the greatest on machines whose `usize` cannot hold it.
    pub(crate) fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<const MIN: u64, const MAX: u64> Value for Number<MIN, MAX> {
    const KIND: Kind = Kind::Number;

    fn read(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            _ => Err(format!("a whole number from {MIN} to {MAX}")),
        }
    }

    fn write(&self) -> String {
        self.0.to_string()
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Switch;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "true or false".to_owned())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// One line of text.
impl Value for String {
    const KIND: Kind = Kind::Text;

    fn read(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) {
            return Err("one line without control characters".to_owned());
        }
        Ok(text.trim().to_owned())
    }

    fn write(&self) -> String {
        self.clone()
    }
}

impl Value for SocketAddr {
    const KIND: Kind = Kind::Text;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            "an address with a port, such as \"127.0.0.1:3000\" or \"[::]:80\"".to_owned()
        })
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// Empty for none.
impl Value for Option<Url> {
    const KIND: Kind = Kind::Text;

    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(None);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(url)),
            _ => Err("an address such as \"https://blog.example.org/\"".to_owned()),
        }
    }

    fn write(&self) -> String {
        self.as_ref().map(Url::to_string).unwrap_or_default()
    }
}

/// Networks; an address alone is a network of one.
impl Value for Vec<IpNet> {
    const KIND: Kind = Kind::List;

    fn read(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                entry
                    .parse::<IpNet>()
                    .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| "networks such as \"10.0.0.0/8\" or addresses".to_owned())
            })
            .collect()
    }

    fn write(&self) -> String {
        let entries: Vec<_> = self.iter().map(IpNet::to_string).collect();
        entries.join(",")
    }
}

impl Value for Registration {
    const KIND: Kind = Kind::Text;

    fn read(text: &str) -> Result<Self, String> {
        let choice = Registration::try_from(text);
        choice.map_err(|_| "\"open\", \"invite\" or \"closed\"".to_owned())
    }

    fn write(&self) -> String {
        match self {
            Registration::Open => "open",
            Registration::Invite => "invite",
            Registration::Closed => "closed",
        }
        .to_owned()
    }
}

/// Yes, no, or what follows from other keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Choice(Option<bool>);

impl Choice {
    /// What was chosen, else `otherwise`.
    pub(crate) fn unwrap_or(self, otherwise: bool) -> bool {
        self.0.unwrap_or(otherwise)
    }
}

/// Empty for what follows from other keys.
impl Value for Choice {
    const KIND: Kind = Kind::Choice;

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "" => Ok(Self(None)),
            other => bool::read(other).map(|choice| Self(Some(choice))),
        }
    }

    fn write(&self) -> String {
        self.0.map(|choice| choice.to_string()).unwrap_or_default()
    }
}

/// What log lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON document a line.
    Json,
}

impl Value for LogFormat {
    const KIND: Kind = Kind::Text;

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("\"text\" or \"json\"".to_owned()),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
        .to_owned()
    }
}
