//! Home, author and tag pages, search.

use blog_core::Page;
use blog_core::model::post::PostCard;
use blog_core::terms;
use poem::Response;

use super::call::Call;
use super::head;
use super::models;
use crate::edge::EdgeError;
use crate::view::page::{AuthorPage, HomePage, SearchPage, TagPage};
use crate::view::{AuthorView, CardView, FeedLink, PagerView, TagView};

pub(super) fn shown(call: &Call, path: &str, posts: &Page<PostCard>) -> (Vec<CardView>, PagerView) {
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
    head::home(&call, &mut chrome, &pager);
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
    head::author(&call, &mut chrome, &pager, &user);
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
    let path = format!("/tags/{slug}");
    let (posts, pager) = shown(&call, &path, &found);
    let mut chrome = call.chrome(&path);
    let Some(name) = name else {
        chrome.noindex = true;
        let tag = TagView {
            name: slug.clone(),
            slug,
        };
        let page = TagPage { tag, posts, pager };
        let nothing = EdgeError::of_status(http::StatusCode::NOT_FOUND);
        return call.refused_page(&nothing, &chrome, &page);
    };
    head::tag(&call, &mut chrome, &pager, &name);
    chrome.feeds = FeedLink::of(&path, &name);
    let tag = TagView { name, slug };
    call.page(&chrome, &TagPage { tag, posts, pager })
}

/// More of a query is not looked at.
const QUERY_CHARS: usize = 200;

/// Suggestions where nothing was found.
const SUGGESTED_POSTS: usize = 3;
const SUGGESTED_TAGS: usize = 12;

pub(crate) async fn search(call: Call) -> Result<Response, EdgeError> {
    let asked = call.query("q").unwrap_or_default();
    let query: String = asked.chars().take(QUERY_CHARS).collect();
    let after = call.after()?;
    let reading = call.blog().reading();
    let found = reading.search(&query, after).await?;
    let encoded: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &query)
        .finish();
    let now = call.blog().now();
    let mut page = SearchPage {
        is_cut: query.len() < asked.len(),
        has_words: !terms::query_terms(&query).is_empty(),
        posts: found
            .items
            .iter()
            .map(|hit| models::hit(hit, now))
            .collect(),
        pager: PagerView::new(
            format!("/search?{encoded}"),
            call.query("after").as_deref(),
            models::cursor(found.next),
        ),
        newest: Vec::new(),
        tags: Vec::new(),
        query,
    };
    if page.posts.is_empty() && after.is_none() {
        page.newest = models::cards(&reading.home(None).await?.items, now);
        let tags = page.newest.iter().flat_map(|card| &card.tags);
        for tag in tags {
            if page.tags.len() < SUGGESTED_TAGS && !page.tags.contains(tag) {
                page.tags.push(tag.clone());
            }
        }
        page.newest.truncate(SUGGESTED_POSTS);
    }
    let mut chrome = call.chrome("/search");
    chrome.noindex = true;
    call.page(&chrome, &page)
}
