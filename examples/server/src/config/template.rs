//! The commented template that `blog-server config` prints.

use std::fmt::Write as _;

use super::key::{Key, Kind};
use super::{Config, SECTIONS};

const HEAD: &str = "\
# The configuration of blog-server: every key, with its default.
# Save it as blog.toml in the working folder, or name it with --config; remove the # before what you change.
# A variable overrides the file, a flag overrides both. Unknown keys and variables stop the start.
";

/// The template: every key as a comment, with its meaning and its default.
pub(crate) fn template() -> String {
    let defaults = Config::default();
    let mut text = HEAD.to_owned();
    for section in SECTIONS {
        text.push('\n');
        push_comment(&mut text, section.about);
        text.push_str(&format!("[{}]\n", section.name));
        for key in section.keys {
            text.push('\n');
            push_comment(&mut text, key.about);
            let value = to_toml(key, &defaults);
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "# Variable {}, flag --{}.\n#{} = {value}\n",
                key.variable, key.flag, key.name
            );
        }
    }
    text
}

fn push_comment(text: &mut String, lines: &[&str]) {
    for line in lines {
        text.push('#');
        text.push_str(line);
        text.push('\n');
    }
}

/// A key's value as TOML.
pub(super) fn to_toml(key: &Key, config: &Config) -> String {
    let value = (key.get)(config);
    let quoted = |text: &str| toml::Value::from(text).to_string();
    match key.kind {
        Kind::Text => quoted(&value),
        Kind::Choice if value.is_empty() => quoted(&value),
        Kind::Number | Kind::Switch | Kind::Choice => value,
        Kind::List => {
            let entries: Vec<_> = value
                .split(',')
                .filter(|entry| !entry.is_empty())
                .map(quoted)
                .collect();
            format!("[{}]", entries.join(", "))
        }
    }
}
