//! The configuration from a TOML file.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Origin;
use super::key::{Key, Kind};
use super::{Config, ConfigError, SECTIONS};

/// Reads the file over what `config` holds.
pub(super) fn apply(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|e| ConfigError::unreadable(path, &e))?;
    apply_text(config, path, &text)
}

/// Reads a file's text; `path` is for errors.
pub(super) fn apply_text(config: &mut Config, path: &Path, text: &str) -> Result<(), ConfigError> {
    let origin = |start: usize| Origin::File(path, line_of(text, start));
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(text.len(), |span| span.start);
        ConfigError::no_toml(origin(start), error.message())
    })?;
    for (name, value) in in_order(table.get_ref()) {
        let at = origin(name.span().start);
        let name = name.get_ref();
        let section = SECTIONS.iter().find(|section| section.name == name);
        match (section, value.get_ref()) {
            (Some(section), DeValue::Table(table)) => {
                for (name, value) in in_order(table) {
                    let at = origin(name.span().start);
                    let name = name.get_ref();
                    let key = section
                        .keys
                        .iter()
                        .find(|key| key.name == name)
                        .ok_or_else(|| ConfigError::unknown_key(at, section.name, name))?;
                    apply_key(config, key, value.get_ref(), at)?;
                }
            }
            (None, DeValue::Table(_)) => return Err(ConfigError::unknown_section(at, name)),
            (_, _) => return Err(ConfigError::unknown_key(at, "", name)),
        }
    }
    Ok(())
}

/// The entries as the file has them, so that the first mistake is the one that is told.
fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(
    &'t Spanned<std::borrow::Cow<'i, str>>,
    &'t Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

fn apply_key(
    config: &mut Config,
    key: &Key,
    value: &DeValue<'_>,
    at: Origin<'_>,
) -> Result<(), ConfigError> {
    let text = match (key.kind, value) {
        (Kind::Text, DeValue::String(text)) => text.to_string(),
        (Kind::Number, DeValue::Integer(number)) => {
            // TOML allows 1_000 and 0x10, which the text form does not.
            i128::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string())
        }
        (Kind::Switch | Kind::Choice, DeValue::Boolean(switch)) => switch.to_string(),
        (Kind::Choice, DeValue::String(text)) if text.is_empty() => String::new(),
        (Kind::List, DeValue::Array(entries)) => {
            let entries: Option<Vec<&str>> = entries
                .iter()
                .map(|entry| entry.get_ref().as_str())
                .collect();
            entries.ok_or_else(|| at.wrong_kind(key))?.join(",")
        }
        _ => return Err(at.wrong_kind(key)),
    };
    (key.set)(config, &text).map_err(|needs| at.wrong(key, &needs, &text))
}

/// The line of a byte offset, counted from 1.
fn line_of(text: &str, start: usize) -> usize {
    let before = text.as_bytes().get(..start).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
