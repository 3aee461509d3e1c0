//! RSS 2.0 and Atom (RFC 4287), with the whole text of each post.

use atom_syndication as atom;
use blog_core::Timestamp;
use blog_core::model::post::{PostCard, PostScope};
use poem::Response;

use super::call::Call;
use crate::edge::EdgeError;

async fn posts(call: &Call) -> Result<Vec<PostCard>, EdgeError> {
    let prefix = call.app.absolute("/");
    let prefix = prefix.trim_end_matches('/');
    Ok(call.blog().reading().feed(PostScope::All, prefix).await?)
}

fn address(call: &Call, card: &PostCard) -> String {
    call.app.absolute(&format!("/posts/{}", card.slug))
}

/// Outlives a change of the slug or of the site's address (RFC 4151 would need a date; a URN of the id needs none).
fn identity(card: &PostCard) -> String {
    format!("urn:uuid:{}", card.id)
}

fn html(card: &PostCard) -> String {
    let html = card.html.as_ref().map(|html| html.as_str());
    html.unwrap_or_default().to_owned()
}

pub(crate) async fn rss(call: Call) -> Result<Response, EdgeError> {
    let cards = posts(&call).await?;
    let items: Vec<rss::Item> = cards
        .iter()
        .map(|card| rss::Item {
            title: Some(card.title.to_string()),
            link: Some(address(&call, card)),
            guid: Some(rss::Guid {
                value: identity(card),
                permalink: false,
            }),
            pub_date: card.published_at.map(rfc2822),
            description: Some(html(card)),
            categories: card
                .tags
                .iter()
                .map(|tag| rss::Category {
                    name: tag.name.to_string(),
                    domain: None,
                })
                .collect(),
            ..rss::Item::default()
        })
        .collect();
    let settings = call.blog().settings();
    let channel = rss::Channel {
        title: settings.title.clone(),
        link: call.app.absolute("/"),
        // The element is required (RSS 2.0), and an empty one says nothing.
        description: match settings.description.as_str() {
            "" => settings.title.clone(),
            text => text.to_owned(),
        },
        last_build_date: newest(&cards).map(rfc2822),
        items,
        ..rss::Channel::default()
    };
    Ok(call.tagged("application/rss+xml; charset=utf-8", channel.to_string()))
}

pub(crate) async fn atom(call: Call) -> Result<Response, EdgeError> {
    let cards = posts(&call).await?;
    let entries = cards
        .iter()
        .map(|card| atom::Entry {
            title: atom::Text::plain(card.title.to_string()),
            id: identity(card),
            updated: fixed(card.updated_at),
            published: card.published_at.map(fixed),
            authors: vec![atom::Person {
                name: card.author.display_name.to_string(),
                uri: Some(call.app.absolute(&format!("/@{}", card.author.username))),
                ..atom::Person::default()
            }],
            links: vec![link("alternate", address(&call, card))],
            categories: card
                .tags
                .iter()
                .map(|tag| atom::Category {
                    term: tag.slug.to_string(),
                    label: Some(tag.name.to_string()),
                    scheme: None,
                })
                .collect(),
            summary: Some(atom::Text::plain(card.excerpt.clone())),
            content: Some(atom::Content {
                content_type: Some("html".to_owned()),
                value: Some(html(card)),
                ..atom::Content::default()
            }),
            ..atom::Entry::default()
        })
        .collect();
    let settings = call.blog().settings();
    let feed = atom::Feed {
        title: atom::Text::plain(settings.title.clone()),
        subtitle: Some(settings.description.clone())
            .filter(|text| !text.is_empty())
            .map(atom::Text::plain),
        id: call.app.absolute("/"),
        updated: fixed(newest(&cards).unwrap_or(Timestamp::EPOCH)),
        links: vec![
            link("self", call.app.absolute("/atom.xml")),
            link("alternate", call.app.absolute("/")),
        ],
        entries,
        ..atom::Feed::default()
    };
    Ok(call.tagged("application/atom+xml; charset=utf-8", feed.to_string()))
}

fn link(rel: &str, href: String) -> atom::Link {
    atom::Link {
        href,
        rel: rel.to_owned(),
        ..atom::Link::default()
    }
}

fn newest(cards: &[PostCard]) -> Option<Timestamp> {
    cards.iter().map(|card| card.updated_at).max()
}

/// RFC 2822, as RSS 2.0 asks for.
fn rfc2822(at: Timestamp) -> String {
    at.to_jiff()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S +0000")
        .to_string()
}

fn fixed(at: Timestamp) -> atom::FixedDateTime {
    atom::FixedDateTime::parse_from_rfc3339(&at.to_rfc3339()).unwrap_or_default()
}
