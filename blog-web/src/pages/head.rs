//! What the head of a public page says to search engines, to previews elsewhere, and to programs: its one address,
//! Open Graph, and the same facts in the vocabulary of <https://schema.org>.

use blog_core::model::media::MediaRef;
use blog_core::model::post::Post;
use blog_core::model::static_page::StaticPage;
use blog_core::model::user::{User, UserRef};
use serde_json::{Value, json};

use super::call::Call;
use super::card;
use crate::view::{ArticleView, PageChrome, PagerView, Phrase, PreviewView, StructuredData};

/// Smaller pictures are shown beside the words: 600 × 315 is the least of the large form.
const LARGE: (u32, u32) = (600, 315);

/// A page of a list: every page has an address of its own, and names the next.
pub(super) fn list(call: &Call, chrome: &mut PageChrome, pager: &PagerView) {
    let page = |after: &str| {
        let separator = if pager.path.contains('?') { '&' } else { '?' };
        let path = format!("{}{separator}after={after}", pager.path);
        call.app.absolute(&path)
    };
    chrome.canonical = Some(match call.query("after") {
        Some(after) => page(&after),
        None => call.app.absolute(&pager.path),
    });
    chrome.next_page = pager.after.as_deref().map(page);
}

/// The first page of the site says how it is searched.
pub(super) fn home(call: &Call, chrome: &mut PageChrome, pager: &PagerView) {
    list(call, chrome, pager);
    chrome.description = Some(chrome.site.description.clone()).filter(|text| !text.is_empty());
    let mut site = website(call, chrome);
    site["description"] = json!(chrome.site.description);
    site["inLanguage"] = json!(chrome.site.lang.tag());
    site["potentialAction"] = json!({
        "@type": "SearchAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": format!("{}?q={{search_term_string}}", call.app.absolute("/search")),
        },
        "query-input": "required name=search_term_string",
    });
    chrome.data = Some(StructuredData::new(vec![site]));
}

/// The page of an author.
pub(super) fn author(call: &Call, chrome: &mut PageChrome, pager: &PagerView, user: &User) {
    list(call, chrome, pager);
    let name = user.display_name.as_str();
    let bio = user
        .bio
        .as_str()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let about = match bio.as_str() {
        "" => Phrase::new("meta-feed-author")
            .with("author", name)
            .to_text(chrome.site.lang),
        bio => shortened(bio),
    };
    chrome.preview = user
        .avatar
        .as_ref()
        .and_then(|avatar| picture(call, avatar))
        .map(|avatar| PreviewView {
            large: false,
            ..avatar
        });
    let mut somebody = person(call, &user.to_ref());
    somebody["alternateName"] = json!(user.username.as_str());
    somebody["description"] = json!(about);
    chrome.description = Some(about);
    chrome.data = Some(StructuredData::new(vec![
        json!({
            "@type": "ProfilePage",
            "url": call.app.absolute(&pager.path),
            "mainEntity": somebody,
        }),
        breadcrumbs(call, chrome, &[(name, &pager.path)]),
    ]));
}

/// The page of a tag.
pub(super) fn tag(call: &Call, chrome: &mut PageChrome, pager: &PagerView, name: &str) {
    list(call, chrome, pager);
    let about = Phrase::new("meta-feed-tag")
        .with("tag", name)
        .to_text(chrome.site.lang);
    chrome.data = Some(StructuredData::new(vec![
        json!({
            "@type": "CollectionPage",
            "name": name,
            "description": about,
            "url": call.app.absolute(&pager.path),
            "isPartOf": { "@id": site_id(call) },
        }),
        website(call, chrome),
        breadcrumbs(call, chrome, &[(name, &pager.path)]),
    ]));
    chrome.description = Some(about);
}

/// A post that everybody who has the address may see; programs are told of it once it is `listed`.
pub(super) fn post(call: &Call, chrome: &mut PageChrome, post: &Post, listed: bool) {
    let path = format!("/posts/{}", post.slug);
    let address = call.app.absolute(&path);
    let excerpt = &post.rendered.excerpt;
    let published = post.published_at.unwrap_or(post.created_at);
    // Nothing changes before it is there.
    let updated = post.updated_at.max(published);
    chrome.canonical = Some(address.clone());
    chrome.description = Some(excerpt.clone()).filter(|text| !text.is_empty());
    let cover = post.cover.as_ref().and_then(|cover| picture(call, cover));
    chrome.preview = Some(cover.unwrap_or_else(|| card::preview(call, post)));
    let tags: Vec<String> = post.tags.iter().map(|tag| tag.name.to_string()).collect();
    if listed {
        let mut posting = json!({
            "@type": "BlogPosting",
            "url": address,
            "mainEntityOfPage": address,
            "headline": post.title.as_str(),
            "datePublished": published.to_rfc3339(),
            "dateModified": updated.to_rfc3339(),
            "author": person(call, &post.author),
            "publisher": { "@type": "Organization", "name": chrome.site.title, "url": call.app.absolute("/") },
            "isPartOf": { "@id": site_id(call) },
            "wordCount": post.rendered.words,
            "commentCount": post.comments,
        });
        if !excerpt.is_empty() {
            posting["description"] = json!(excerpt);
        }
        if let Some(preview) = &chrome.preview {
            posting["image"] = json!(preview.address);
        }
        if let Some(category) = tags.first() {
            posting["articleSection"] = json!(category);
            posting["keywords"] = json!(tags);
        }
        let category = post.tags.first();
        let category = category.map(|tag| (tag.name.as_str(), format!("/tags/{}", tag.slug)));
        let mut trail: Vec<(&str, &str)> = Vec::new();
        trail.extend(category.as_ref().map(|(name, path)| (*name, path.as_str())));
        trail.push((post.title.as_str(), &path));
        chrome.data = Some(StructuredData::new(vec![
            posting,
            website(call, chrome),
            breadcrumbs(call, chrome, &trail),
        ]));
    }
    chrome.article = Some(ArticleView {
        published_at: published.as_micros(),
        updated_at: updated.as_micros(),
        author: post.author.display_name.to_string(),
        author_page: author_page(call, &post.author),
        tags,
    });
}

/// A static page that everybody may see.
pub(super) fn static_page(call: &Call, chrome: &mut PageChrome, page: &StaticPage) {
    let content = &page.content;
    let path = format!("/pages/{}", content.slug);
    let address = call.app.absolute(&path);
    chrome.canonical = Some(address.clone());
    chrome.description = Some(content.excerpt.clone()).filter(|text| !text.is_empty());
    let title = content.title.as_str();
    let mut about = json!({
        "@type": "WebPage",
        "name": title,
        "url": address,
        "datePublished": page.created_at.to_rfc3339(),
        "dateModified": page.updated_at.to_rfc3339(),
        "isPartOf": { "@id": site_id(call) },
    });
    if let Some(description) = &chrome.description {
        about["description"] = json!(description);
    }
    chrome.data = Some(StructuredData::new(vec![
        about,
        website(call, chrome),
        breadcrumbs(call, chrome, &[(title, &path)]),
    ]));
}

/// A picture, once everybody may fetch it.
fn picture(call: &Call, media: &MediaRef) -> Option<PreviewView> {
    media.public_key.as_ref()?;
    let (width, height) = (media.width?, media.height?);
    Some(PreviewView {
        address: call.app.absolute(&media.path()),
        width,
        height,
        alt: media.alt.to_string(),
        large: width >= LARGE.0 && height >= LARGE.1,
    })
}

fn author_page(call: &Call, user: &UserRef) -> String {
    call.app.absolute(&format!("/@{}", user.username))
}

fn person(call: &Call, user: &UserRef) -> Value {
    let mut person = json!({
        "@type": "Person",
        "name": user.display_name.as_str(),
        "url": author_page(call, user),
    });
    if let Some(avatar) = user
        .avatar
        .as_ref()
        .and_then(|avatar| picture(call, avatar))
    {
        person["image"] = json!(avatar.address);
    }
    person
}

fn site_id(call: &Call) -> String {
    format!("{}#site", call.app.absolute("/"))
}

fn website(call: &Call, chrome: &PageChrome) -> Value {
    json!({
        "@type": "WebSite",
        "@id": site_id(call),
        "url": call.app.absolute("/"),
        "name": chrome.site.title,
    })
}

/// The way from the home page: name and path of each step.
fn breadcrumbs(call: &Call, chrome: &PageChrome, trail: &[(&str, &str)]) -> Value {
    let home = (chrome.site.title.as_str(), "/");
    let steps = std::iter::once(&home).chain(trail);
    let items: Vec<Value> = steps
        .zip(1..)
        .map(|((name, path), position)| {
            json!({
                "@type": "ListItem",
                "position": position,
                "name": name,
                "item": call.app.absolute(path),
            })
        })
        .collect();
    json!({ "@type": "BreadcrumbList", "itemListElement": items })
}

/// The beginning of a text, for a description: search engines show no more.
fn shortened(text: &str) -> String {
    const CHARS: usize = 200;
    let Some((end, _)) = text.char_indices().nth(CHARS) else {
        return text.to_owned();
    };
    let begin = &text[..end];
    let words = begin.rsplit_once(' ').map_or(begin, |(words, _)| words);
    format!("{words}…")
}
