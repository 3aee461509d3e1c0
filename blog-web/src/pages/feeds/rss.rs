//! RSS 2.0, with the modules `content` and `dc` that every reader knows, and a link to itself from Atom.

use std::collections::BTreeMap;

use blog_core::Timestamp;
use rss::extension::Extension;
use rss::extension::dublincore::DublinCoreExtension;

use super::{Entry, Feed, Format};

/// The namespace of the link to itself.
const ATOM: (&str, &str) = ("atom", "http://www.w3.org/2005/Atom");

pub(super) fn write(feed: &Feed) -> String {
    let channel = rss::Channel {
        title: feed.title.clone(),
        link: feed.page.clone(),
        // The element is required (RSS 2.0), and an empty one says nothing.
        description: match feed.about.as_str() {
            "" => feed.title.clone(),
            about => about.to_owned(),
        },
        language: Some(feed.lang.tag().to_owned()),
        last_build_date: (!feed.entries.is_empty()).then(|| rfc2822(feed.updated)),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        namespaces: BTreeMap::from([(ATOM.0.to_owned(), ATOM.1.to_owned())]),
        extensions: BTreeMap::from([(ATOM.0.to_owned(), link_to_itself(feed))]),
        items: feed.entries.iter().map(item).collect(),
        ..rss::Channel::default()
    };
    channel.to_string()
}

fn link_to_itself(feed: &Feed) -> BTreeMap<String, Vec<Extension>> {
    let attributes = [
        ("rel", "self"),
        ("type", Format::Rss.content_type()),
        ("href", &feed.own),
    ];
    let link = Extension {
        name: "atom:link".to_owned(),
        attrs: attributes
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Extension::default()
    };
    BTreeMap::from([("link".to_owned(), vec![link])])
}

fn item(entry: &Entry) -> rss::Item {
    rss::Item {
        title: Some(entry.title.clone()),
        link: Some(entry.address.clone()),
        guid: Some(rss::Guid {
            value: entry.id.clone(),
            permalink: false,
        }),
        pub_date: entry.published.map(rfc2822),
        description: Some(entry.summary.clone()),
        content: Some(entry.html.clone()),
        // The specification's own `author` is a mail address, which nobody publishes.
        dublin_core_ext: Some(DublinCoreExtension {
            creators: vec![entry.author.name.clone()],
            dates: vec![entry.updated.to_rfc3339()],
            ..DublinCoreExtension::default()
        }),
        categories: entry.tags.iter().map(category).collect(),
        enclosure: entry.cover.as_ref().map(|cover| rss::Enclosure {
            url: cover.address.clone(),
            length: cover.bytes.to_string(),
            mime_type: cover.content_type.clone(),
        }),
        ..rss::Item::default()
    }
}

fn category((_, name): &(String, String)) -> rss::Category {
    rss::Category {
        name: name.clone(),
        domain: None,
    }
}

/// RFC 2822, as RSS 2.0 asks for.
fn rfc2822(at: Timestamp) -> String {
    at.to_jiff()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}
