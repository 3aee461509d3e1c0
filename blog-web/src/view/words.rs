//! The pages' own words in every language, from message catalogues in the syntax of
//! [Fluent](https://projectfluent.org/fluent/guide/).
//!
//! `locales/{language}/{area}.ftl` holds the messages of an area of the site. A template says
//! `{{ t("post-edit") }}`, with values where the message has placeables: `{{ t("post-minutes", minutes=4) }}`; a
//! sentence that Rust chose travels in the view models as a [`Phrase`] and is written by `{{ say(phrase) }}`.
//! Every language has every message, with the same placeables, which the tests below hold.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentNumber;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, context};
use serde::{Deserialize, Serialize};

use super::filters::grouped;

/// A language of the pages' own words. Posts may be in any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Turkish.
    Tr,
}

impl Lang {
    /// Every language.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Tr];

    /// Its BCP 47 tag: `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Tr => "tr",
        }
    }

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Tr => "Türkçe",
        }
    }

    /// The mark before each three digits of a number.
    pub(super) fn thousands(self) -> char {
        match self {
            Lang::En => ',',
            Lang::Tr => '.',
        }
    }

    /// The mark before a number's fraction.
    pub(super) fn decimal(self) -> char {
        match self {
            Lang::En => '.',
            Lang::Tr => ',',
        }
    }

    /// The language of a BCP 47 tag such as `tr` or `tr-CY`, in any case.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|lang| lang.tag().eq_ignore_ascii_case(primary))
    }
}

impl Lang {
    /// The one of ours that a browser asks for most (`Accept-Language`, RFC 9110, section 12.5.4).
    pub fn asked_for(accept_language: &str) -> Option<Self> {
        let mut best = None;
        for range in accept_language.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let lang = parts.next().and_then(Self::from_tag);
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight: f32 = weight.map_or(Ok(1.0), str::parse).unwrap_or(0.0);
            if let Some(lang) = lang
                && weight > best.map_or(0.0, |(_, weight)| weight)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

macro_rules! catalogues {
    ($($area:literal),+ $(,)?) => {
        /// How many there are.
        const AREAS: usize = [$($area),+].len();

        /// Area and text of each file of a language.
        fn sources(lang: Lang) -> &'static [(&'static str, &'static str)] {
            match lang {
                Lang::En => &[$(($area, include_str!(concat!("../../locales/en/", $area, ".ftl")))),+],
                Lang::Tr => &[$(($area, include_str!(concat!("../../locales/tr/", $area, ".ftl")))),+],
            }
        }
    };
}

catalogues! {
    "account",
    "admin",
    "audit",
    "comments",
    "conflict",
    "dates",
    "editor",
    "errors",
    "forms",
    "frame",
    "history",
    "invitations",
    "lists",
    "mail",
    "meta",
    "moderation",
    "library",
    "notices",
    "objects",
    "pages",
    "post",
    "preview",
    "privacy",
    "reading",
    "refusals",
    "second",
    "site",
}

/// What people can read of the catalogues of a language, for the tests: no ids, names of values, or choices.
#[cfg(test)]
pub(super) fn readable(lang: Lang) -> impl Iterator<Item = &'static str> {
    let lines = sources(lang).iter().flat_map(|(_, source)| source.lines());
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let choice = ["[", "*["].iter().any(|mark| line.trim().starts_with(mark));
            let end = match line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                true => '=',
                false if choice => ']',
                false => return line,
            };
            line.split_once(end).map_or("", |(_, text)| text)
        })
        .flat_map(str::split_whitespace)
        .filter(|token| !token.starts_with('$'))
}

type Bundle = FluentBundle<FluentResource>;

/// What is known of a language, by area, in the order of its sources.
static BUNDLES: [[OnceLock<Bundle>; AREAS]; Lang::ALL.len()] =
    [const { [const { OnceLock::new() }; AREAS] }; Lang::ALL.len()];

/// The messages of an area, which every id of theirs begins with. Read when one of them is first asked for: most pages
/// need few areas, and all of them together are half a megabyte.
fn bundle(lang: Lang, id: &str) -> Option<&'static Bundle> {
    let (area, _) = id.split_once('-')?;
    let place = sources(lang).iter().position(|(each, _)| *each == area)?;
    let (_, source) = sources(lang)[place];
    Some(BUNDLES[lang as usize][place].get_or_init(|| read(lang, area, source)))
}

fn read(lang: Lang, area: &str, source: &str) -> Bundle {
    let id = lang.tag().parse().expect("a tag of ours is a language");
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // Names of people and posts stand in elements of their own, or between marks written in the catalogue.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::En => |value, _| format_number(Lang::En, value),
        Lang::Tr => |value, _| format_number(Lang::Tr, value),
    }));
    // A file with a slip still gives the messages that are whole; the tests refuse it.
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => resource,
        Err((resource, slips)) => {
            tracing::error!(%lang, area, ?slips, "a message catalogue has a slip");
            resource
        }
    };
    if let Err(errors) = bundle.add_resource(resource) {
        tracing::error!(%lang, area, ?errors, "a message stands twice in a catalogue");
    }
    bundle
}

/// Counts are written as the rest of the page writes them.
fn format_number(lang: Lang, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(FluentNumber { value, .. })
            if value.fract() == 0.0 && *value >= 0.0 =>
        {
            // Exact below 2^53, far above any count.
            Some(grouped(lang, *value as u64))
        }
        _ => None,
    }
}

/// A value of a placeable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A count, which chooses between plural forms.
    Count(u64),
    /// A text.
    Text(String),
}

impl From<u64> for Arg {
    fn from(count: u64) -> Self {
        Arg::Count(count)
    }
}

impl From<usize> for Arg {
    fn from(count: usize) -> Self {
        Arg::Count(count as u64)
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(text)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(text.to_owned())
    }
}

/// A sentence in no language yet: the id of a message and the values of its placeables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    id: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Vec<(Cow<'static, str>, Arg)>,
}

impl Phrase {
    /// The message of this id.
    pub const fn new(id: &'static str) -> Self {
        Self {
            id: Cow::Borrowed(id),
            args: Vec::new(),
        }
    }

    /// Gives a placeable its value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// The message's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The sentence in a language. The id itself where the catalogue has none, which the tests rule out for every id
    /// that stands in the source.
    pub fn to_text(&self, lang: Lang) -> String {
        let mut args = FluentArgs::with_capacity(self.args.len());
        for (name, value) in &self.args {
            match value {
                Arg::Count(count) => args.set(name.as_ref(), *count),
                Arg::Text(text) => args.set(name.as_ref(), text.as_str()),
            }
        }
        write(lang, &self.id, &args).unwrap_or_else(|| {
            tracing::error!(id = %self.id, %lang, "there is no such message");
            self.id.clone().into_owned()
        })
    }
}

/// The message in a language; `None` when it has none, or not all its values were given.
fn write(lang: Lang, id: &str, args: &FluentArgs<'_>) -> Option<String> {
    let bundle = bundle(lang, id)?;
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

pub(super) fn register(environment: &mut Environment<'static>, lang: Lang) {
    environment.add_function("t", move |id: &str, values: Kwargs| {
        translate(lang, id, &values)
    });
    let languages = Lang::ALL.map(|each| context! { tag => each.tag(), name => each.name() });
    environment.add_global("languages", languages.to_vec());
    environment.add_function("say", move |phrase: Serde<Phrase>| phrase.to_text(lang));
}

fn missing(id: &str) -> Error {
    Error::new(
        ErrorKind::UndefinedError,
        format!("no message {id} with these values"),
    )
}

fn translate(lang: Lang, id: &str, values: &Kwargs) -> Result<String, Error> {
    let mut args = FluentArgs::new();
    for name in values.args() {
        let value: Value = values.get(name)?;
        if value.is_undefined() || value.is_none() {
            return Err(missing(id));
        }
        match value.kind() {
            ValueKind::Number => args.set(name.to_owned(), u64::try_from(value)?),
            _ => args.set(name.to_owned(), value.to_string()),
        }
    }
    write(lang, id, &args).ok_or_else(|| missing(id))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::Path;

    use super::*;

    /// Id and placeables of each message of a language.
    fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
        let mut all = BTreeMap::new();
        for (area, source) in sources(lang) {
            let resource = FluentResource::try_new((*source).to_owned())
                .unwrap_or_else(|(_, slips)| panic!("{lang}/{area}.ftl: {slips:?}"));
            drop(resource);
            let mut id = None;
            for line in source.lines() {
                let starts = line.starts_with(|c: char| c.is_ascii_alphabetic());
                if let Some((name, _)) = line.split_once('=').filter(|_| starts) {
                    let name = name.trim().to_owned();
                    assert!(
                        all.insert(name.clone(), BTreeSet::new()).is_none(),
                        "{lang}/{area}.ftl: {name} twice"
                    );
                    assert!(
                        name.starts_with(&format!("{area}-")),
                        "{lang}/{area}.ftl: {name} is looked for in another file"
                    );
                    id = Some(name);
                }
                let Some(id) = id.as_ref().filter(|_| !line.starts_with('#')) else {
                    continue;
                };
                for rest in line.split('$').skip(1) {
                    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
                    let name = rest[..end.unwrap_or(rest.len())].to_owned();
                    all.get_mut(id).unwrap().insert(name);
                }
            }
        }
        all
    }

    /// Every file below a folder of this crate, name and text.
    fn files(folder: &Path, out: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, out),
                false => out.push((
                    path.display().to_string(),
                    std::fs::read_to_string(&path).unwrap_or_default(),
                )),
            }
        }
    }

    /// The ids that stand behind `call` in the files of a folder. They are written out, so that they can be found.
    fn named(folder: &str, call: &str) -> BTreeSet<String> {
        let mut all = Vec::new();
        files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut all,
        );
        let mut ids = BTreeSet::new();
        for (name, text) in all.iter().filter(|(name, _)| !name.ends_with("words.rs")) {
            for (at, _) in text.match_indices(call) {
                let inside = |c: char| c.is_alphanumeric() || c == '_';
                if text[..at].ends_with(inside) {
                    continue;
                }
                let behind = text[at + call.len()..].trim_start();
                let id = behind
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'));
                let Some((id, _)) = id.filter(|(_, rest)| rest.starts_with([',', ')'])) else {
                    panic!(
                        "{name}: {call}{}",
                        behind.lines().next().unwrap_or_default()
                    );
                };
                ids.insert(id.to_owned());
            }
        }
        ids
    }

    #[test]
    fn every_language_says_everything() {
        let english = messages(Lang::En);
        assert!(!english.is_empty());
        for lang in Lang::ALL {
            let theirs = messages(lang);
            for (id, placeables) in &english {
                assert_eq!(theirs.get(id), Some(placeables), "{lang}: {id}");
            }
            for id in theirs.keys() {
                assert!(
                    english.contains_key(id),
                    "{lang}: {id} is not said in English"
                );
            }
        }
    }

    #[test]
    fn every_catalogue_is_compiled_in() {
        for lang in Lang::ALL {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("locales")
                .join(lang.tag());
            let names: BTreeSet<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            let compiled = sources(lang)
                .iter()
                .map(|(area, _)| format!("{area}.ftl"))
                .collect();
            assert_eq!(names, compiled, "{lang}");
        }
    }

    #[test]
    fn every_message_that_is_asked_for_is_there_and_no_other() {
        let english = messages(Lang::En);
        let mut asked = named("templates", "t(");
        asked.extend(named("src", "Phrase::new("));
        for id in &asked {
            assert!(english.contains_key(id), "no message {id}");
        }
        for id in english.keys() {
            assert!(asked.contains(id), "nobody says {id}");
        }
    }

    #[test]
    fn counts_choose_their_form_and_a_missing_value_is_an_error() {
        let say = |lang, count: u64| {
            let mut args = FluentArgs::new();
            args.set("count", count);
            write(lang, "frame-likes", &args)
        };
        assert_eq!(say(Lang::En, 1).as_deref(), Some("1 like"));
        assert_eq!(say(Lang::En, 12_345).as_deref(), Some("12,345 likes"));
        assert_eq!(say(Lang::Tr, 12_345).as_deref(), Some("12.345 beğeni"));
        assert_eq!(say(Lang::Tr, 2).as_deref(), Some("2 beğeni"));
        assert_eq!(write(Lang::En, "frame-likes", &FluentArgs::new()), None);
        assert_eq!(write(Lang::En, "no-such", &FluentArgs::new()), None);
    }

    #[test]
    fn browsers_are_given_what_they_like_best_of_ours() {
        for (header, lang) in [
            ("tr", Some(Lang::Tr)),
            ("tr-TR,tr;q=0.9,en-US;q=0.8,en;q=0.7", Some(Lang::Tr)),
            ("en;q=0.5, TR ; q=0.8", Some(Lang::Tr)),
            ("de, en;q=0.8, tr;q=0.8", Some(Lang::En)),
            ("de, fr", None),
            ("tr;q=0", None),
            ("tr;q=0, en;q=0.1", Some(Lang::En)),
            ("tr;q=many", None),
            ("tr;q=NaN", None),
            ("*", None),
            ("", None),
            (",;=,;q=1", None),
        ] {
            assert_eq!(Lang::asked_for(header), lang, "{header}");
        }
    }

    #[test]
    fn tags_are_read_by_their_first_part() {
        assert_eq!(Lang::from_tag("TR-cy"), Some(Lang::Tr));
        assert_eq!(Lang::from_tag("en_GB"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
        assert_eq!(Lang::from_tag(""), None);
    }
}
