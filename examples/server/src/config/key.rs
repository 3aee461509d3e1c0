//! One key of the configuration, under its names in the file, the environment and on the command line.

use super::Config;

/// How TOML writes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text in quotes.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// The same, or an empty text for what follows from other keys.
    Choice,
    /// A list of texts; in a variable or flag, separated by commas.
    List,
}

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    /// The section it stands in: `site`.
    pub(crate) section: &'static str,
    /// Its name in the section: `base_url`.
    pub(crate) name: &'static str,
    /// Both: `site.base_url`.
    pub(crate) path: &'static str,
    /// The variable: `BLOG_BASE_URL`.
    pub(crate) variable: &'static str,
    /// The flag without its dashes: `base-url`.
    pub(crate) flag: &'static str,
    /// What it is, line by line, as in the doc comment.
    pub(crate) about: &'static [&'static str],
    /// How TOML writes it.
    pub(crate) kind: Kind,
    /// Sets it from a text; a list's entries are separated by commas. The error says what the value must be, to
    /// follow "must be".
    pub(crate) set: fn(&mut Config, &str) -> Result<(), String>,
    /// Its value as such a text.
    pub(crate) get: fn(&Config) -> String,
}

/// The keys of one concern.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// What it is about.
    pub(crate) about: &'static [&'static str],
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

/// Makes a section's struct, its defaults and its [`Key`]s from one text, so that the code, the template, the help
/// and the variables cannot disagree: `field: Type = default, variable, flag;`.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $Section:ident, $section:ident {
            $(
                $(#[doc = $doc:literal])+
                $field:ident: $type:ty = $default:expr, $variable:literal, $flag:literal;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub(crate) struct $Section {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nVariable `", $variable, "`, flag `--", $flag, "`.")]
                pub(crate) $field: $type,
            )+
        }

        impl Default for $Section {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $Section {
            /// The section's keys.
            pub(super) const SECTION: $crate::config::key::Section = $crate::config::key::Section {
                name: stringify!($section),
                about: &[$($about),+],
                keys: &[$(
                    $crate::config::key::Key {
                        section: stringify!($section),
                        name: stringify!($field),
                        path: concat!(stringify!($section), ".", stringify!($field)),
                        variable: $variable,
                        flag: $flag,
                        about: &[$($doc),+],
                        kind: <$type as $crate::config::value::Value>::KIND,
                        set: |config, text| {
                            config.$section.$field = <$type as $crate::config::value::Value>::read(text)?;
                            Ok(())
                        },
                        get: |config| $crate::config::value::Value::write(&config.$section.$field),
                    },
                )+],
            };
        }
    };
}
pub(super) use section;
