//! Atom (RFC 4287).

use atom_syndication as atom;
use blog_core::Timestamp;

use super::{Entry, Feed, Format, Person};

pub(super) fn write(feed: &Feed) -> String {
    let feed = atom::Feed {
        title: atom::Text::plain(feed.title.clone()),
        subtitle: Some(feed.about.clone())
            .filter(|text| !text.is_empty())
            .map(atom::Text::plain),
        id: feed.page.clone(),
        updated: fixed(feed.updated),
        authors: feed.author.iter().map(person).collect(),
        links: vec![
            link("self", &feed.own, Format::Atom.content_type()),
            link("alternate", &feed.page, "text/html"),
        ],
        lang: Some(feed.lang.tag().to_owned()),
        entries: feed.entries.iter().map(entry).collect(),
        ..atom::Feed::default()
    };
    feed.to_string()
}

fn entry(entry: &Entry) -> atom::Entry {
    let mut links = vec![link("alternate", &entry.address, "text/html")];
    links.extend(entry.cover.as_ref().map(|cover| atom::Link {
        length: Some(cover.bytes.to_string()),
        ..link("enclosure", &cover.address, &cover.content_type)
    }));
    atom::Entry {
        title: atom::Text::plain(entry.title.clone()),
        id: entry.id.clone(),
        updated: fixed(entry.updated),
        published: entry.published.map(fixed),
        authors: vec![person(&entry.author)],
        links,
        categories: entry
            .tags
            .iter()
            .map(|(slug, name)| atom::Category {
                term: slug.clone(),
                label: Some(name.clone()),
                scheme: None,
            })
            .collect(),
        summary: Some(atom::Text::plain(entry.summary.clone())),
        content: Some(atom::Content {
            content_type: Some("html".to_owned()),
            value: Some(entry.html.clone()),
            ..atom::Content::default()
        }),
        ..atom::Entry::default()
    }
}

fn person(person: &Person) -> atom::Person {
    atom::Person {
        name: person.name.clone(),
        uri: Some(person.address.clone()),
        ..atom::Person::default()
    }
}

fn link(rel: &str, href: &str, content_type: &str) -> atom::Link {
    atom::Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: Some(content_type.to_owned()),
        ..atom::Link::default()
    }
}

fn fixed(at: Timestamp) -> atom::FixedDateTime {
    atom::FixedDateTime::parse_from_rfc3339(&at.to_rfc3339()).unwrap_or_default()
}
