//! RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1 with the whole text of each post: of the site, of an author, of a tag.

mod atom;
mod json;
mod rss;

use blog_core::Timestamp;
use blog_core::model::discovery::FeedScope;
use blog_core::model::media::MediaRef;
use blog_core::model::tag::TagSlug;
use blog_core::model::user::UserRef;
use blog_core::service::discovery::{FeedPost, ReadFeed};
use blog_core::{markdown, model};
use http::{HeaderValue, StatusCode, header};
use poem::Response;

use super::call::Call;
use super::{freshness, models};
use crate::edge::EdgeError;
use crate::view::{Lang, Phrase};

/// What a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Rss,
    Atom,
    Json,
}

impl Format {
    /// By the last segment of the address.
    fn of(path: &str) -> Option<Self> {
        match path.rsplit('/').next()? {
            "feed.xml" => Some(Self::Rss),
            "atom.xml" => Some(Self::Atom),
            "feed.json" => Some(Self::Json),
            _ => None,
        }
    }

    fn file(self) -> &'static str {
        match self {
            Self::Rss => "feed.xml",
            Self::Atom => "atom.xml",
            Self::Json => "feed.json",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    fn write(self, feed: &Feed) -> Result<String, EdgeError> {
        match self {
            Self::Rss => Ok(rss::write(feed)),
            Self::Atom => Ok(atom::write(feed)),
            Self::Json => json::write(feed),
        }
    }
}

/// A feed as every format needs it. Its texts hold no character that XML cannot carry.
#[derive(Debug)]
struct Feed {
    title: String,
    about: String,
    lang: Lang,
    /// The page that shows the same posts; also the feed's identity.
    page: String,
    /// The feed itself.
    own: String,
    /// Of the newest change.
    updated: Timestamp,
    /// Whose all of it is.
    author: Option<Person>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Person {
    name: String,
    address: String,
    avatar: Option<String>,
}

#[derive(Debug)]
struct Entry {
    /// Outlives a change of the slug or of the site's address: a URN of the post's id (RFC 9562).
    id: String,
    address: String,
    title: String,
    summary: String,
    html: String,
    author: Person,
    /// Word of the address, and name.
    tags: Vec<(String, String)>,
    published: Option<Timestamp>,
    updated: Timestamp,
    cover: Option<Cover>,
}

#[derive(Debug)]
struct Cover {
    address: String,
    content_type: String,
    bytes: u64,
    alt: String,
}

/// What is asked for: whose posts, their page's path, and what the feed is called.
struct Asked {
    scope: FeedScope,
    path: String,
    author: Option<UserRef>,
}

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let missing = || EdgeError::of_status(StatusCode::NOT_FOUND);
    let format = Format::of(call.request.uri().path()).ok_or_else(missing)?;
    let discovery = call.blog().discovery();
    // Whoever has it already is told so before anything is read but the site's state.
    let key = call.request.uri().path().to_owned();
    if freshness::asks(call.request.headers()) {
        let tag = freshness::tag(&call, &discovery.site().await?, &key);
        if let Some(same) = freshness::not_modified(&call, &tag) {
            return Ok(same);
        }
    }
    let asked = asked(&call).await?;
    let own = format!("{}/{}", asked.path.trim_end_matches('/'), format.file());
    if call.request.raw_path_param("user").is_some() && key != own {
        return Ok(call.moved(&own));
    }
    let prefix = call.app.absolute("/");
    let found = discovery.feed(asked.scope.clone(), prefix.trim_end_matches('/'));
    let found = found.await?;
    if matches!(asked.scope, FeedScope::Tag(_)) && found.posts.is_empty() {
        return Err(missing());
    }
    let tag = freshness::tag(&call, &found.site, &key);
    let feed = feed(&call, &asked, &own, found);
    let text = format.write(&feed)?;
    let content_type = format!("{}; charset=utf-8", format.content_type());
    let mut response = freshness::tagged(&call, &tag, &content_type, text);
    let link = format!(
        "<{}>; rel=\"self\"; type=\"{}\"",
        feed.own,
        format.content_type()
    );
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

async fn asked(call: &Call) -> Result<Asked, EdgeError> {
    if call.request.raw_path_param("user").is_some() {
        let user = call
            .blog()
            .reading()
            .who_writes(&call.param("user"))
            .await?;
        return Ok(Asked {
            scope: FeedScope::Author(user.id),
            path: format!("/@{}", user.username),
            author: Some(user.to_ref()),
        });
    }
    if call.request.raw_path_param("tag").is_some() {
        let slug = TagSlug::try_from(call.param("tag").as_str())
            .map_err(|_| EdgeError::of_status(StatusCode::NOT_FOUND))?;
        return Ok(Asked {
            path: format!("/tags/{slug}"),
            scope: FeedScope::Tag(slug),
            author: None,
        });
    }
    Ok(Asked {
        scope: FeedScope::All,
        path: "/".to_owned(),
        author: None,
    })
}

/// The text without what XML cannot carry.
fn carriable(text: &str) -> String {
    text.replace(markdown::is_forbidden, "\u{fffd}")
}

fn feed(call: &Call, asked: &Asked, own: &str, found: ReadFeed) -> Feed {
    let site = models::site(&call.site);
    let (title, about) = match (&asked.scope, &asked.author) {
        (FeedScope::Tag(slug), _) => {
            let name = tag_name(slug, &found);
            let about = Phrase::new("meta-feed-tag").with("tag", name.as_str());
            (Some(name), about.to_text(site.lang))
        }
        (_, Some(author)) => {
            let name = author.display_name.to_string();
            let about = Phrase::new("meta-feed-author").with("author", name.as_str());
            (Some(name), about.to_text(site.lang))
        }
        _ => (None, site.description.clone()),
    };
    let title = match title {
        Some(title) => format!("{title} · {}", site.title),
        None => site.title.clone(),
    };
    let more = Phrase::new("meta-feed-more").to_text(site.lang);
    let updated = found.posts.iter().map(|post| post.card.updated_at).max();
    Feed {
        about: carriable(&about),
        title: carriable(&title),
        lang: site.lang,
        page: call.app.absolute(&asked.path),
        own: call.app.absolute(own),
        updated: updated.unwrap_or(Timestamp::EPOCH),
        author: asked.author.as_ref().map(|author| person(call, author)),
        entries: found
            .posts
            .iter()
            .map(|post| entry(call, post, &more))
            .collect(),
    }
}

/// A tag is called what the newest of its posts calls it.
fn tag_name(slug: &TagSlug, found: &ReadFeed) -> String {
    let mut tags = found.posts.iter().flat_map(|post| &post.card.tags);
    let tag = tags.find(|tag| tag.slug == *slug);
    tag.map_or_else(|| slug.to_string(), |tag| tag.name.to_string())
}

fn person(call: &Call, user: &UserRef) -> Person {
    Person {
        name: carriable(user.display_name.as_str()),
        address: call.app.absolute(&format!("/@{}", user.username)),
        avatar: user
            .avatar
            .as_ref()
            .filter(|avatar| avatar.public_key.is_some())
            .map(|avatar| call.app.absolute(&avatar.path())),
    }
}

fn entry(call: &Call, post: &FeedPost, more: &str) -> Entry {
    let card = &post.card;
    let address = call.app.absolute(&format!("/posts/{}", card.slug));
    let html = card.html.as_ref().map(|html| html.as_str().to_owned());
    Entry {
        id: format!("urn:uuid:{}", card.id),
        title: carriable(card.title.as_str()),
        summary: carriable(&card.excerpt),
        html: carriable(&html.unwrap_or_else(|| opening(&card.excerpt, &address, more))),
        author: person(call, &card.author),
        tags: card.tags.iter().map(tag).collect(),
        published: card.published_at,
        updated: card.updated_at,
        cover: cover(call, post),
        address,
    }
}

fn tag(tag: &model::tag::Tag) -> (String, String) {
    (tag.slug.to_string(), carriable(tag.name.as_str()))
}

/// What stands for a post that is too long for a feed.
fn opening(excerpt: &str, address: &str, more: &str) -> String {
    let [excerpt, address, more] = [excerpt, address, more].map(markdown::escaped);
    format!("<p>{excerpt}</p>\n<p><a href=\"{address}\">{more}</a></p>")
}

/// The cover, once everybody may fetch it.
fn cover(call: &Call, post: &FeedPost) -> Option<Cover> {
    let item = post.cover.as_ref()?;
    let public: MediaRef = item.to_ref();
    public.public_key.as_ref()?;
    Some(Cover {
        address: call.app.absolute(&public.path()),
        content_type: item.content_type.clone(),
        bytes: item.bytes,
        alt: carriable(item.alt.as_str()),
    })
}
