//! The configuration: one struct a concern, from a file, then variables, then flags.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

mod check;
mod error;
mod file;
mod key;
mod nearest;
mod sections;
mod template;
mod value;

pub(crate) use error::ConfigError;
pub(crate) use key::{Key, Kind};
pub(crate) use sections::{Limits, Log, Serve, Site, Stores};
pub(crate) use template::template;
pub(crate) use value::LogFormat;

use error::Origin;
use key::Section;

/// The file that is read when there is one and no other is named.
pub(crate) const DEFAULT_FILE: &str = "blog.toml";
/// What the names of all variables begin with.
const PREFIX: &str = "BLOG_";
/// Variables of the project's own tests, which mean nothing here.
const TEST_PREFIX: &str = "BLOG_TEST_";

/// Everything that can be decided about the server.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Config {
    /// How the server listens and stops.
    pub(crate) serve: Serve,
    /// What the blog is.
    pub(crate) site: Site,
    /// Where it keeps what it knows.
    pub(crate) stores: Stores,
    /// How large things may be.
    pub(crate) limits: Limits,
    /// What is logged.
    pub(crate) log: Log,
}

/// Every section, in the order of the template.
const SECTIONS: &[Section] = &[
    Serve::SECTION,
    Site::SECTION,
    Stores::SECTION,
    Limits::SECTION,
    Log::SECTION,
];

/// Every key, in the order of the template.
pub(crate) fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|section| section.keys)
}

impl Config {
    /// Reads the configuration: the defaults, overridden by the file (`file`, or `blog.toml` in the working folder
    /// if there is one), overridden by the `BLOG_*` among `variables`, overridden by `flags`.
    ///
    /// # Errors
    /// A file that cannot be read, an unknown key or variable, a value that cannot be, or values that do not go
    /// together: one sentence that says where and what to do.
    pub(crate) fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        flags: impl Fn(&Key) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let default = PathBuf::from(DEFAULT_FILE);
        match file {
            Some(path) => file::apply(&mut config, path)?,
            None if default.exists() => file::apply(&mut config, &default)?,
            None => {}
        }
        for (name, value) in variables {
            config.apply_variable(&name, &value)?;
        }
        for key in keys() {
            if let Some(value) = flags(key) {
                let origin = Origin::Flag(key.flag);
                (key.set)(&mut config, &value)
                    .map_err(|needs| origin.wrong(key, &needs, &value))?;
            }
        }
        check::check(&config)?;
        Ok(config)
    }

    /// Whether publishing and commenting need a verified address.
    pub(crate) fn verified_email(&self) -> bool {
        let verifies = self.stores.mail_url.starts_with("smtp");
        self.site.require_verified_email.unwrap_or(verifies)
    }

    fn apply_variable(&mut self, name: &OsString, value: &OsString) -> Result<(), ConfigError> {
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || name.starts_with(TEST_PREFIX) {
            return Ok(());
        }
        let Some(key) = keys().find(|key| key.variable == name) else {
            return Err(ConfigError::unknown_variable(&name));
        };
        let origin = Origin::Variable(key.variable);
        let Some(value) = value.to_str() else {
            return Err(origin.wrong(key, "valid UTF-8", &value.to_string_lossy()));
        };
        (key.set)(self, value).map_err(|needs| origin.wrong(key, &needs, value))
    }
}

#[cfg(test)]
mod tests;
