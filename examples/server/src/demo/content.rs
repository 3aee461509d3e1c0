//! What the demo shows, from the files in `examples/server/demo`.

use std::collections::HashMap;

use serde::Deserialize;

use super::art::Drawing;

/// Everything.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) site: Site,
    pub(super) people: Vec<Person>,
    pub(super) pages: Vec<StaticPage>,
    pub(super) posts: Vec<Post>,
    /// By the post's file name.
    pub(super) comments: HashMap<String, Vec<Comment>>,
}

/// What the first of the people decides about the site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    /// When, in days before now.
    pub(super) days: f64,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) footer: String,
    pub(super) menu: Vec<MenuEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MenuEntry {
    pub(super) label: String,
    pub(super) target: String,
}

/// A static page.
#[derive(Debug)]
pub(super) struct StaticPage {
    pub(super) head: PageHead,
    /// Markdown.
    pub(super) body: String,
}

/// What stands above the text of a static page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageHead {
    pub(super) title: String,
    pub(super) slug: String,
    /// An admin.
    pub(super) author: String,
    /// When it was written, in days before now.
    pub(super) days: f64,
}

/// Somebody with an account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) name: String,
    pub(super) bio: String,
    pub(super) role: String,
    /// When they came, in days before now.
    pub(super) days: f64,
    /// See [`Drawing::parse`].
    pub(super) avatar: String,
    /// For people who do not see it.
    pub(super) alt: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct People {
    people: Vec<Person>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Comments {
    on: HashMap<String, Vec<Comment>>,
}

/// A post with its pictures.
#[derive(Debug)]
pub(super) struct Post {
    /// Its file's name without the ending.
    pub(super) name: &'static str,
    pub(super) head: Head,
    /// Markdown in which `figure:NAME` stands for a picture's address.
    pub(super) body: String,
}

/// What stands above the text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) title: String,
    pub(super) author: String,
    pub(super) tags: String,
    /// Published so many days before now; negative lies ahead. Of a draft, when it was begun.
    pub(super) days: f64,
    /// As the form of a post has it.
    #[serde(default = "published")]
    pub(super) status: String,
    #[serde(default)]
    pub(super) slug: String,
    /// See [`Drawing::parse`]; empty for no cover.
    #[serde(default)]
    pub(super) cover: String,
    /// What the cover shows.
    #[serde(default)]
    pub(super) alt: String,
    #[serde(default)]
    pub(super) likes: usize,
    #[serde(default)]
    pub(super) views: u32,
    /// Drawings by the name that `figure:NAME` has; `figure:video` is the film and needs none.
    #[serde(default)]
    pub(super) figures: HashMap<String, String>,
    /// What the text was before, oldest first.
    #[serde(default)]
    pub(super) earlier: Vec<Earlier>,
}

fn published() -> String {
    "published".to_owned()
}

/// A state of a text before the present one: with one passage as it was then.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Earlier {
    /// How many hours before the publication it was saved.
    pub(super) hours: f64,
    /// A passage of the present text.
    pub(super) now: String,
    /// What stood there.
    pub(super) was: String,
}

/// A comment with the answers to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Comment {
    /// Whose.
    pub(super) by: String,
    /// How many hours after the publication.
    pub(super) hours: f64,
    pub(super) says: String,
    #[serde(default)]
    pub(super) replies: Vec<Comment>,
}

macro_rules! posts {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../demo/posts/", $name, ".md")))),*]
    };
}

/// Every post's file.
const POSTS: &[(&str, &str)] = posts![
    "barish",
    "bread",
    "cha",
    "clock",
    "comma",
    "dem",
    "eki",
    "first-snow",
    "granada",
    "hara",
    "harmonic",
    "huozi",
    "kahve",
    "kuymak",
    "liman",
    "maps",
    "marche",
    "naming",
    "nujum",
    "patterns",
    "puncture",
    "radio",
    "rain",
    "rize",
    "septemvris",
    "sozcukler",
    "starlings",
    "tide",
    "trabzon",
    "treppenhaus",
    "twenty-minutes",
    "vapur",
    "walking-notes",
    "water",
    "weather",
    "winter-dough",
    "yuye",
];

/// Every static page's file.
const PAGES: &[(&str, &str)] = &[("about", include_str!("../../demo/pages/about.md"))];

/// The film, made by us; `demo/media/README.md` says how.
pub(super) const FILM: &[u8] = include_bytes!("../../demo/media/tide.webm");

impl Content {
    /// Reads and checks all files. They are part of the program, so an error is a mistake in one of them.
    pub(super) fn read() -> Result<Self, String> {
        let people: People = parse("people.toml", include_str!("../../demo/people.toml"))?;
        let comments: Comments = parse("comments.toml", include_str!("../../demo/comments.toml"))?;
        let posts = POSTS
            .iter()
            .map(|(name, file)| Post::read(name, file))
            .collect::<Result<_, _>>()?;
        let pages = PAGES
            .iter()
            .map(|(name, file)| StaticPage::read(name, file))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            site: parse("site.toml", include_str!("../../demo/site.toml"))?,
            people: people.people,
            pages,
            posts,
            comments: comments.on,
        })
    }
}

impl Post {
    fn read(name: &'static str, file: &str) -> Result<Self, String> {
        let (head, body) = parts(name, file)?;
        Ok(Self { name, head, body })
    }

    /// The pictures that the text shows, with what it says of each: `![alt](figure:NAME)`.
    pub(super) fn figures(&self) -> Vec<(String, String)> {
        let mut figures: Vec<(String, String)> = Vec::new();
        for part in self.body.split("![").skip(1) {
            let found = part
                .split_once("](figure:")
                .and_then(|(alt, rest)| Some((alt, rest.split_once(')')?.0)));
            if let Some((alt, name)) = found
                && !alt.contains('\n')
                && !figures.iter().any(|(known, _)| known == name)
            {
                figures.push((name.to_owned(), alt.to_owned()));
            }
        }
        figures
    }

    /// The text before the last of its changes, and so on: oldest first, without the present one.
    pub(super) fn earlier_bodies(&self) -> Vec<String> {
        let mut body = self.body.clone();
        let mut bodies = Vec::new();
        for earlier in self.head.earlier.iter().rev() {
            body = body.replacen(&earlier.now, &earlier.was, 1);
            bodies.push(body.clone());
        }
        bodies.reverse();
        bodies
    }
}

impl Person {
    pub(super) fn drawing(&self) -> Option<Drawing> {
        Drawing::parse(&self.avatar)
    }
}

impl StaticPage {
    fn read(name: &str, file: &str) -> Result<Self, String> {
        let (head, body) = parts(name, file)?;
        Ok(Self { head, body })
    }
}

/// What stands between the lines of `+++`, and the text below.
fn parts<T: serde::de::DeserializeOwned>(name: &str, file: &str) -> Result<(T, String), String> {
    let parts = file
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"));
    let Some((head, body)) = parts else {
        return Err(format!(
            "{name}.md has no front matter between lines of +++"
        ));
    };
    let head = parse(&format!("{name}.md"), head)?;
    Ok((head, body.trim_start().to_owned()))
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| format!("demo/{name}: {error}"))
}

#[cfg(test)]
mod tests;
