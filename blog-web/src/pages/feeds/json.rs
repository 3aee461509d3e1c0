//! [JSON Feed 1.1](https://www.jsonfeed.org/version/1.1/).

use serde::Serialize;

use super::{Cover, Entry, Feed, Person};
use crate::edge::EdgeError;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    language: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<&'a str>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_published: Option<String>,
    date_modified: String,
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    title: &'a str,
    size_in_bytes: u64,
}

pub(super) fn write(feed: &Feed) -> Result<String, EdgeError> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.page,
        feed_url: &feed.own,
        description: &feed.about,
        language: feed.lang.tag(),
        authors: feed.author.iter().map(author).collect(),
        items: feed.entries.iter().map(item).collect(),
    };
    serde_json::to_string(&document).map_err(|error| EdgeError::internal().caused_by(error))
}

fn item(entry: &Entry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.address,
        title: &entry.title,
        content_html: &entry.html,
        summary: &entry.summary,
        image: entry.cover.as_ref().map(|cover| cover.address.as_str()),
        date_published: entry.published.map(|at| at.to_rfc3339()),
        date_modified: entry.updated.to_rfc3339(),
        authors: vec![author(&entry.author)],
        tags: entry.tags.iter().map(|(_, name)| name.as_str()).collect(),
        attachments: entry.cover.iter().map(attachment).collect(),
    }
}

fn author(person: &Person) -> Author<'_> {
    Author {
        name: &person.name,
        url: &person.address,
        avatar: person.avatar.as_deref(),
    }
}

fn attachment(cover: &Cover) -> Attachment<'_> {
    Attachment {
        url: &cover.address,
        mime_type: &cover.content_type,
        title: &cover.alt,
        size_in_bytes: cover.bytes,
    }
}
