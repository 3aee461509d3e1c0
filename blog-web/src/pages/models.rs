//! The blog's data as pages show it.

use blog_core::highlight::Piece;
use blog_core::markdown::TocEntry;
use blog_core::model::comment::{Comment, CommentState, Thread};
use blog_core::model::library::MediaPlaces;
use blog_core::model::media::{MediaItem, MediaKind as ItemKind, MediaRef};
use blog_core::model::post::{self, Post, PostCard};
use blog_core::model::site::ShownSite;
use blog_core::model::static_page::StaticPageLine;
use blog_core::model::tag::Tag;
use blog_core::model::user::UserRef;
use blog_core::policy::{Action, Actor, Policy};
use blog_core::service::reading::Found;
use blog_core::{Cursor, Timestamp};

use crate::view::{
    CardView, CommentView, HitView, MarkView, MediaKind, MediaView, PersonView, PictureView,
    PlacesView, PostPlaceView, PostStatus, PostView, SafeHtml, TagView, ThreadView, TocView,
    WidthView,
};
use crate::view::{Lang, MenuEntryView, SiteView, StaticPageLineView};

/// Words a minute of a common reader of prose.
const READING_SPEED: u32 = 230;

pub(super) fn person(user: &UserRef) -> PersonView {
    let avatar = user.avatar.as_ref().map(picture);
    PersonView::new(user.username.as_str(), user.display_name.as_str(), avatar)
}

/// Wide enough for a portrait or thumbnail on a dense screen.
const SMALL: u32 = 480;

fn small(media: &MediaRef) -> String {
    match media.widths.at_least(SMALL) {
        Some(width) => media.path_at(width),
        None => media.path(),
    }
}

fn choices(media: &MediaRef) -> Vec<WidthView> {
    let choices = media.choices().into_iter();
    choices
        .map(|(width, src)| WidthView { width, src })
        .collect()
}

pub(super) fn picture(media: &MediaRef) -> PictureView {
    PictureView {
        src: media.path(),
        small: small(media),
        choices: choices(media),
        width: media.width.unwrap_or(0),
        height: media.height.unwrap_or(0),
        focus: media.focus.into(),
        alt: media.alt.to_string(),
    }
}

/// The site as every page shows it: the admin's menu, and behind it the static pages that want to stand there and do
/// not yet.
pub(crate) fn site(site: &ShownSite) -> SiteView {
    let settings = &site.settings;
    let entries = settings.menu.iter().map(|entry| MenuEntryView {
        label: entry.label.to_string(),
        target: entry.target.to_string(),
        outside: entry.target.is_outside(),
    });
    let placed = |target: &str| {
        let mut menu = settings.menu.iter();
        menu.any(|entry| entry.target.as_str() == target)
    };
    let pages = site.menu_pages.iter().map(|page| MenuEntryView {
        label: page.title.to_string(),
        target: format!("/pages/{}", page.slug),
        outside: false,
    });
    let pages = pages.filter(|page| !placed(&page.target));
    SiteView {
        title: settings.title.to_string(),
        description: settings.description.to_string(),
        lang: Lang::from_tag(settings.language.as_str()).unwrap_or_default(),
        logo: site.logo.as_ref().map(picture),
        menu: entries.chain(pages).collect(),
        footer: settings.footer.to_string(),
    }
}

fn tags(tags: &[Tag]) -> Vec<TagView> {
    tags.iter()
        .map(|tag| TagView {
            name: tag.name.to_string(),
            slug: tag.slug.to_string(),
        })
        .collect()
}

fn status(status: post::PostStatus, published_at: Option<Timestamp>, now: Timestamp) -> PostStatus {
    match status {
        post::PostStatus::Draft => PostStatus::Draft,
        post::PostStatus::Unlisted => PostStatus::Unlisted,
        post::PostStatus::Published if published_at.is_some_and(|at| at > now) => {
            PostStatus::Scheduled
        }
        post::PostStatus::Published => PostStatus::Published,
    }
}

fn minutes(words: u32) -> u32 {
    words.div_ceil(READING_SPEED)
}

pub(super) fn card(card: &PostCard, now: Timestamp) -> CardView {
    CardView {
        slug: card.slug.to_string(),
        title: card.title.to_string(),
        excerpt: card.excerpt.clone(),
        author: person(&card.author),
        status: status(card.status, card.published_at, now),
        published_at: card.published_at.map(Timestamp::as_micros),
        updated_at: card.updated_at.as_micros(),
        tags: tags(&card.tags),
        cover: card.cover.as_ref().map(picture),
        reading_minutes: minutes(card.words),
        likes: card.likes,
        comments: card.comments,
        views: card.views,
    }
}

pub(super) fn cards(cards: &[PostCard], now: Timestamp) -> Vec<CardView> {
    cards.iter().map(|one| card(one, now)).collect()
}

pub(super) fn hit(found: &Found, now: Timestamp) -> HitView {
    let pieces = |pieces: &[Piece]| {
        let view = |piece: &Piece| MarkView {
            text: piece.text.clone(),
            hit: piece.hit,
        };
        pieces.iter().map(view).collect()
    };
    HitView {
        card: card(&found.card, now),
        title: pieces(&found.title),
        excerpt: pieces(&found.excerpt),
    }
}

pub(super) fn card_of(post: &Post, now: Timestamp) -> CardView {
    CardView {
        slug: post.slug.to_string(),
        title: post.title.to_string(),
        excerpt: post.rendered.excerpt.clone(),
        author: person(&post.author),
        status: status(post.status, post.published_at, now),
        published_at: post.published_at.map(Timestamp::as_micros),
        updated_at: post.updated_at.as_micros(),
        tags: tags(&post.tags),
        cover: post.cover.as_ref().map(picture),
        reading_minutes: minutes(post.rendered.words),
        likes: post.likes,
        comments: post.comments,
        views: post.views,
    }
}

/// A change within so short a time after publication is not worth a line.
const REVISED_AFTER: std::time::Duration = std::time::Duration::from_secs(600);

pub(super) fn post(
    post: &Post,
    body: &post::SafeHtml,
    actor: &Actor,
    policy: &Policy,
    now: Timestamp,
) -> PostView {
    let author = post.author.id;
    PostView {
        id: post.id.to_string(),
        card: card_of(post, now),
        body: safe(body),
        coloured: is_coloured(body),
        toc: toc(&post.rendered.toc),
        revised: post
            .published_at
            .is_some_and(|at| at <= now && post.updated_at.since(at) > REVISED_AFTER),
        liked: post.liked,
        can_like: policy.may(actor, Action::Like),
        can_edit: policy.may(actor, Action::EditPost { author }),
        can_delete: policy.may(actor, Action::DeletePost { author }),
    }
}

/// Whether a text has code in colours, whose sheet it then needs.
pub(super) fn is_coloured(html: &post::SafeHtml) -> bool {
    html.as_str().contains("</span>")
}

/// What is wider than the page scrolls by itself, so it can be reached by keyboard. The sanitiser escapes `<` in texts
/// and attributes and gives these two no attribute, so nothing else reads like this.
pub(super) fn safe(html: &post::SafeHtml) -> SafeHtml {
    let html = html.as_str().replace("<pre>", "<pre tabindex=\"0\">");
    SafeHtml::from_sanitised(html.replace("<table>", "<table tabindex=\"0\">"))
}

/// Fewer headings than this are seen at a glance.
const TOC_FROM: usize = 3;

fn toc(entries: &[TocEntry]) -> Vec<TocView> {
    if entries.len() < TOC_FROM {
        return Vec::new();
    }
    entries
        .iter()
        .map(|entry| TocView {
            level: entry.level,
            id: entry.id.clone(),
            text: entry.text.clone(),
        })
        .collect()
}

pub(super) fn comment(
    comment: &Comment,
    post: &Post,
    actor: &Actor,
    policy: &Policy,
) -> CommentView {
    let author = comment.author.as_ref().map(|author| author.id);
    let deleted = comment.state == CommentState::Deleted;
    CommentView {
        id: comment.id.to_string(),
        path: super::comments::permalink(post, comment.id),
        author: comment.author.as_ref().map(person),
        body: safe(&comment.html),
        created_at: comment.created_at.as_micros(),
        edited_at: comment.edited_at.map(Timestamp::as_micros),
        deleted,
        by_post_author: author == Some(post.author.id),
        can_report: !deleted && policy.may(actor, Action::ReportComment { author }),
        can_edit: !deleted && policy.may(actor, Action::EditComment { author }),
        can_delete: !deleted
            && policy.may(
                actor,
                Action::DeleteComment {
                    author,
                    post_author: post.author.id,
                },
            ),
    }
}

pub(super) fn thread(thread: &Thread, post: &Post, actor: &Actor, policy: &Policy) -> ThreadView {
    let replies = thread.replies.iter();
    ThreadView {
        comment: comment(&thread.comment, post, actor, policy),
        replies: replies
            .map(|reply| comment(reply, post, actor, policy))
            .collect(),
    }
}

pub(super) fn media(item: &MediaItem) -> MediaView {
    let name = match item.file_name.as_str() {
        "" => item.content_type.as_str(),
        name => name,
    };
    let media = item.to_ref();
    MediaView {
        id: item.id.to_string(),
        kind: match item.kind {
            ItemKind::Image => MediaKind::Image,
            ItemKind::Video => MediaKind::Video,
        },
        src: media.path(),
        small: small(&media),
        choices: choices(&media),
        width: item.width,
        height: item.height,
        focus: item.focus.into(),
        alt: item.alt.to_string(),
        name: name.to_owned(),
        bytes: item.bytes,
        created_at: item.created_at.as_micros(),
        snippet: format!("![{}](media:{})", markdown_text(item.alt.as_str()), item.id),
        ready: item.is_ready(),
    }
}

/// A picture of which only what posts carry is known, to be chosen.
pub(super) fn media_of(picture: &MediaRef) -> MediaView {
    MediaView {
        id: picture.id.to_string(),
        kind: MediaKind::Image,
        src: picture.path(),
        small: small(picture),
        choices: choices(picture),
        width: picture.width,
        height: picture.height,
        focus: picture.focus.into(),
        name: picture.alt.to_string(),
        snippet: format!("![](media:{})", picture.id),
        alt: picture.alt.to_string(),
        bytes: 0,
        created_at: 0,
        ready: true,
    }
}

pub(super) fn places(places: &MediaPlaces, now: Timestamp) -> PlacesView {
    let people = places.avatars.iter();
    let posts = places.posts.iter().map(|post| PostPlaceView {
        slug: post.slug.to_string(),
        title: post.title.to_string(),
        status: status(post.status, post.published_at, now),
        as_cover: post.as_cover,
    });
    PlacesView {
        people: people
            .map(|(username, name)| PersonView::new(username.as_str(), name.as_str(), None))
            .collect(),
        posts: posts.collect(),
        elsewhere: places.elsewhere,
        used: places.is_used(),
    }
}

/// A text inside the brackets of a Markdown picture: what would end them is escaped.
fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']' | '*' | '_' | '`' | '<' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

pub(super) fn static_page_line(page: &StaticPageLine) -> StaticPageLineView {
    StaticPageLineView {
        slug: page.slug.to_string(),
        title: page.title.to_string(),
        published: page.published,
        in_menu: page.in_menu,
        updated_at: page.updated_at.as_micros(),
    }
}

pub(super) fn cursor(next: Option<Cursor>) -> Option<String> {
    next.map(|cursor| cursor.encode())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_cannot_leave_its_brackets() {
        assert_eq!(markdown_text("a](x) [b\\"), "a\\](x) \\[b\\\\");
    }
}
