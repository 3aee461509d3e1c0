//! Home, author and tag pages, search.

use blog_core::Page;
use blog_core::model::post::PostCard;
use poem::Response;

use super::call::Call;
use super::models;
use crate::edge::EdgeError;
use crate::view::page::{AuthorPage, HomePage, SearchPage, TagPage};
use crate::view::{AuthorView, CardView, FeedLink, PagerView, TagView};

fn shown(call: &Call, path: &str, posts: &Page<PostCard>) -> (Vec<CardView>, PagerView) {
    let asked = call.query("after");
    let next = models::cursor(posts.next);
    (
        models::cards(&posts.items, call.blog().now()),
        PagerView::new(path, asked.as_deref(), next),
    )
}

pub(crate) async fn home(call: Call) -> Result<Response, EdgeError> {
    let found = call.blog().reading().home(call.after()?).await?;
    let (posts, pager) = shown(&call, "/", &found);
    let mut chrome = call.chrome("/");
    let description = &call.blog().settings().description;
    chrome.description = Some(description.clone()).filter(|text| !text.is_empty());
    chrome.canonical = Some(call.app.absolute("/"));
    call.page(&chrome, &HomePage { posts, pager })
}

pub(crate) async fn author(call: Call) -> Result<Response, EdgeError> {
    let username = call.param("user");
    let reading = call.blog().reading();
    let (user, found) = reading.author(&username, call.after()?, false).await?;
    let path = format!("/@{}", user.username);
    if username != user.username.as_str() {
        return Ok(call.moved(&path));
    }
    let (posts, pager) = shown(&call, &path, &found);
    let mut chrome = call.chrome(&path);
    chrome.canonical = Some(call.app.absolute(&path));
    chrome.feeds = FeedLink::of(&path, user.display_name.as_str());
    let author = AuthorView {
        person: models::person(&user.to_ref()),
        bio: user.bio.to_string(),
        posts: None,
    };
    call.page(
        &chrome,
        &AuthorPage {
            author,
            posts,
            pager,
        },
    )
}

pub(crate) async fn tag(call: Call) -> Result<Response, EdgeError> {
    let slug = call.param("tag");
    let found = call
        .blog()
        .reading()
        .tag(&slug, call.after()?, false)
        .await?;
    // A tag exists by its posts, and is called what the newest of them calls it.
    let name = found.items.first().and_then(|card| {
        let mut tags = card.tags.iter();
        tags.find(|tag| tag.slug.as_str() == slug)
            .map(|tag| tag.name.to_string())
    });
    let Some(name) = name else {
        return Err(EdgeError::of_status(http::StatusCode::NOT_FOUND));
    };
    let path = format!("/tags/{slug}");
    let (posts, pager) = shown(&call, &path, &found);
    let mut chrome = call.chrome(&path);
    chrome.canonical = Some(call.app.absolute(&path));
    chrome.feeds = FeedLink::of(&path, &name);
    let tag = TagView { name, slug };
    call.page(&chrome, &TagPage { tag, posts, pager })
}

/// More of a query is not looked at.
const QUERY_CHARS: usize = 200;

pub(crate) async fn search(call: Call) -> Result<Response, EdgeError> {
    let query: String = call
        .query("q")
        .unwrap_or_default()
        .chars()
        .take(QUERY_CHARS)
        .collect();
    let found = call.blog().reading().search(&query, call.after()?).await?;
    let encoded: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &query)
        .finish();
    let (posts, pager) = shown(&call, &format!("/search?{encoded}"), &found);
    let mut chrome = call.chrome("/search");
    chrome.noindex = true;
    call.page(
        &chrome,
        &SearchPage {
            query,
            posts,
            pager,
        },
    )
}
