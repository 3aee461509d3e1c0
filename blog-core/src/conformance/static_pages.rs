//! The contract of [`StaticPageStore`](crate::ports::StaticPageStore).

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO};
use super::texts;
use super::verdict::{Failure, Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::id::{MediaId, StaticPageId};
use crate::markdown::MAX_POST_BYTES;
use crate::model::effects::Effects;
use crate::model::media::MediaUse;
use crate::model::post::{Body, SafeHtml, Title};
use crate::model::site::MenuPage;
use crate::model::slug::PageSlug;
use crate::model::static_page::{
    NewStaticPage, RenderedPage, StaticPage, StaticPageChange, StaticPageContent, StaticPageLine,
};
use crate::page::{Cursor, PageRequest};
use crate::policy::Surface;
use crate::time::Timestamp;

pub(super) fn checks() -> Vec<Check> {
    let pages = Port::StaticPages;
    let catalog = Port::Catalog;
    vec![
        pages.check("static-pages-list", "The static pages, newest first by `created_at`, then id, greater first. Pages of the list neither repeat nor skip a row.", list).alone(),
        pages.check("static-pages-list-published", "With `published_only` no draft is among them.", list_published).alone(),
        Port::Site.check("site-menu-pages", "The published static pages that stand in the menu, oldest first by `created_at`, then id.", menu_pages).alone(),
        pages.check("static-pages-create", "Stores a static page with version 1 and its slug.", create),
        pages.check("static-pages-create-taken", "`create`: `Conflict(Slug)` when another static page has or had the slug.", create_taken),
        pages.check("static-pages-create-race", "Of many creations of static pages at once with one slug exactly one succeeds.", create_race),
        pages.check("static-pages-create-no-media", "`create`: `NotFound(Media)` when a media item of the static page does not exist.", create_no_media),
        pages.check("static-pages-save", "Replaces the content of the static page and raises the version by one.", save),
        pages.check("static-pages-save-conflict", "Saving a static page: `Conflict(Version)` with the stored version when it is not the expected one.", save_conflict),
        pages.check("static-pages-save-race", "Of two saves of a static page from one version exactly one succeeds.", save_race),
        pages.check("static-pages-save-refused", "Saving a static page: `NotFound(StaticPage)` when there is none, `Conflict(Slug)` and `NotFound(Media)` as in `create`.", save_refused),
        pages.check("static-pages-slugs", "A slug that the static page itself had before is free for it; the previous slug stays its own.", slugs),
        pages.check("static-pages-by-slug", "The static page that has or had this slug, published or not; `NotFound(StaticPage)` when there is none.", by_slug),
        pages.check("static-pages-delete", "Deletes a static page and frees its slugs, and returns it as it was.", delete),
        pages.check("static-pages-delete-refused", "Deleting a static page: `Conflict(Version)` when the version is not the expected one, `NotFound(StaticPage)` when there is none.", delete_refused),
        pages.check("static-pages-texts", "Texts come back byte for byte (static pages).", texts_return),
        pages.check("static-pages-outdated", "Static pages whose HTML was made by a renderer of a version below `renderer`, by id, those behind `after`, at most `limit`.", outdated).alone(),
        pages.check("static-pages-rendered", "Replaces HTML, excerpt and renderer version of the static page at this version, and nothing else: neither version nor times change.", rendered),
        pages.check("static-pages-rendered-version", "`set_rendered`: `Conflict(Version)` when the static page has another version by now.", rendered_version),
        pages.check("static-pages-rendered-not-found", "`set_rendered`: `NotFound(StaticPage)` when there is none.", rendered_not_found),
        catalog.check("catalog-visible-static-page", "The ready item, if a published static page uses it.", visible),
        catalog.check("catalog-usage-static-page", "Any static page uses it; a published one publicly.", usage),
        catalog.check("catalog-delete-static-page", "`delete`: `Conflict(State)` while a static page uses it.", delete_used),
    ]
}

/// A published page that is not in the menu, at an address that nobody has.
pub(super) fn content() -> StaticPageContent {
    let word = fresh_word();
    StaticPageContent {
        title: Title::from_store(format!("Page {word}")),
        body: Body::from_store(format!("Text of {word}")),
        html: SafeHtml::from_sanitiser(format!("<p>Text of {word}</p>")),
        excerpt: format!("Text of {word}"),
        media: Vec::new(),
        renderer_version: 1,
        published: true,
        in_menu: false,
        slug: PageSlug::from_store(word),
    }
}

pub(super) fn new_page(content: StaticPageContent) -> NewStaticPage {
    NewStaticPage {
        id: StaticPageId::generate(),
        content,
    }
}

pub(super) async fn stored(lab: &Lab, content: StaticPageContent) -> Result<StaticPage> {
    let page = new_page(content);
    lab.records.static_pages.create(page, lab.fx()).await
}

pub(super) fn change(page: &StaticPage, content: StaticPageContent) -> StaticPageChange {
    StaticPageChange {
        id: page.id,
        expected_version: page.version,
        content,
    }
}

/// Other contents at the same address.
fn rewritten(page: &StaticPage) -> StaticPageContent {
    StaticPageContent {
        slug: page.content.slug.clone(),
        ..content()
    }
}

/// The rows that were made since the check's moment, page by page.
async fn lines(lab: &Lab, published_only: bool, limit: u16) -> Verdict<Vec<StaticPageLine>> {
    let mut lines: Vec<StaticPageLine> = Vec::new();
    let newest = Cursor {
        at: lab.after(9),
        id: uuid::Uuid::max(),
    };
    let mut page = PageRequest::new(Some(newest), limit);
    for _ in 0..500 {
        let found = lab.records.static_pages.list(published_only, page).await?;
        ensure!(
            found.items.len() <= page.limit(),
            "a page of {limit} has {} rows",
            found.items.len()
        );
        lines.extend(found.items);
        let older = lines.last().is_some_and(|line| line.created_at < lab.now);
        match found.next {
            Some(next) if !older => page = PageRequest::new(Some(next), limit),
            _ => return Ok(lines),
        }
    }
    Err(Failure::new("the list of static pages has no end"))
}

/// Pages of three times, two at one time each, in the order in which they are made.
async fn several(lab: &Lab, published: bool, in_menu: bool) -> Verdict<Vec<StaticPage>> {
    let mut pages = Vec::new();
    for seconds in [1, 3, 2, 2, 1, 3] {
        let content = StaticPageContent {
            published,
            in_menu,
            ..content()
        };
        let effects = Effects::at(lab.after(seconds));
        let made = lab.records.static_pages.create(new_page(content), effects);
        pages.push(made.await?);
    }
    pages.sort_by_key(|page| (page.created_at, page.id));
    Ok(pages)
}

fn line(page: &StaticPage) -> StaticPageLine {
    StaticPageLine {
        id: page.id,
        slug: page.content.slug.clone(),
        title: page.content.title.clone(),
        published: page.content.published,
        in_menu: page.content.in_menu,
        created_at: page.created_at,
        updated_at: page.updated_at,
    }
}

async fn list(lab: Lab) -> Verdict {
    let mut pages = several(&lab, true, false).await?;
    pages.extend(several(&lab, false, true).await?);
    pages.sort_by_key(|page| std::cmp::Reverse((page.created_at, page.id)));
    let expected: Vec<_> = pages.iter().map(line).collect();
    for limit in [1, 2, 5, 100] {
        let found = lines(&lab, false, limit).await?;
        let mine: Vec<_> = found
            .into_iter()
            .filter(|line| expected.iter().any(|own| own.id == line.id))
            .collect();
        same!(mine, expected, "the list in pages of {limit}");
    }
    Ok(())
}

async fn list_published(lab: Lab) -> Verdict {
    let shown = several(&lab, true, false).await?;
    several(&lab, false, true).await?;
    for limit in [2, 100] {
        let found = lines(&lab, true, limit).await?;
        let draft = found.iter().find(|line| !line.published);
        ensure!(draft.is_none(), "a draft among the published: {draft:?}");
        for page in &shown {
            let times = found.iter().filter(|line| line.id == page.id).count();
            same!(times, 1, "how often a published page is listed");
        }
    }
    Ok(())
}

async fn menu_pages(lab: Lab) -> Verdict {
    several(&lab, true, false).await?;
    several(&lab, false, true).await?;
    let shown = several(&lab, true, true).await?;
    let expected: Vec<_> = shown
        .iter()
        .map(|page| MenuPage {
            slug: page.content.slug.clone(),
            title: page.content.title.clone(),
        })
        .collect();
    let found = lab.records.site.current(lab.now).await?.menu_pages;
    let mine: Vec<_> = found
        .iter()
        .filter(|page| expected.iter().any(|own| own.slug == page.slug))
        .cloned()
        .collect();
    same!(mine, expected, "the pages in the menu");
    for slug in found.iter().map(|page| &page.slug) {
        let page = lab.records.static_pages.by_slug(slug).await?.content;
        ensure!(page.published && page.in_menu, "{slug} is in the menu");
    }
    // What others look at shall not have this check's menu.
    for page in shown {
        let delete = lab.records.static_pages.delete(page.id, 1, lab.fx());
        delete.await?;
    }
    let after = lab.records.site.current(lab.now).await?.menu_pages;
    same!(
        after.len(),
        found.len() - expected.len(),
        "the pages in the menu after a deletion"
    );
    Ok(())
}

async fn create(lab: Lab) -> Verdict {
    for (published, in_menu) in [(true, false), (false, false)] {
        let item = lab.picture(lab.user().await?.id).await?;
        let new = new_page(StaticPageContent {
            published,
            in_menu,
            media: vec![item.id],
            ..content()
        });
        let expected = StaticPage {
            id: new.id,
            content: new.content.clone(),
            version: 1,
            created_at: lab.now,
            updated_at: lab.now,
        };
        let made = lab.records.static_pages.create(new, lab.fx()).await?;
        same!(made, expected, "the answer");
        let slug = &expected.content.slug;
        let found = lab.records.static_pages.by_slug(slug).await?;
        same!(found, expected, "the stored page");
    }
    Ok(())
}

async fn create_taken(lab: Lab) -> Verdict {
    let first = stored(&lab, content()).await?;
    let moved = lab
        .records
        .static_pages
        .save(change(&first, content()), lab.fx())
        .await?;
    for taken in [&first.content.slug, &moved.content.slug] {
        let second = StaticPageContent {
            slug: taken.clone(),
            ..content()
        };
        refused!(stored(&lab, second).await, Error::Conflict(Conflict::Slug));
        let found = lab.records.static_pages.by_slug(taken).await?;
        same!(
            found,
            moved,
            "the page at the slug after a refused creation"
        );
    }
    Ok(())
}

async fn create_race(lab: Lab) -> Verdict {
    for _ in 0..6 {
        let slug = content().slug;
        let results = lab
            .race(8, |lab, _| {
                let content = StaticPageContent {
                    slug: slug.clone(),
                    ..content()
                };
                async move { stored(&lab, content).await }
            })
            .await?;
        let won = winners!(results, Error::Conflict(Conflict::Slug));
        same!(
            won.len(),
            1,
            "creations of eight with one slug that succeeded"
        );
        let found = lab.records.static_pages.by_slug(&slug).await?;
        same!(Some(found), won.into_iter().next(), "the winner's page");
    }
    Ok(())
}

async fn create_no_media(lab: Lab) -> Verdict {
    let lost = StaticPageContent {
        media: vec![MediaId::generate()],
        ..content()
    };
    let slug = lost.slug.clone();
    refused!(stored(&lab, lost).await, Error::NotFound(Entity::Media));
    let found = lab.records.static_pages.by_slug(&slug).await;
    refused!(found, Error::NotFound(Entity::StaticPage));
    Ok(())
}

async fn save(lab: Lab) -> Verdict {
    let first = stored(&lab, content()).await?;
    let mut expected = first.clone();
    for seconds in 1..=2 {
        let wanted = StaticPageContent {
            published: seconds == 1,
            ..rewritten(&first)
        };
        let at = lab.after(seconds);
        let saved = lab
            .records
            .static_pages
            .save(change(&expected, wanted.clone()), Effects::at(at))
            .await?;
        expected = StaticPage {
            id: first.id,
            content: wanted,
            version: 1 + seconds,
            created_at: first.created_at,
            updated_at: at,
        };
        same!(saved, expected, "the answer");
        let slug = &first.content.slug;
        let found = lab.records.static_pages.by_slug(slug).await?;
        same!(found, expected, "the stored page");
    }
    Ok(())
}

async fn save_conflict(lab: Lab) -> Verdict {
    let first = stored(&lab, content()).await?;
    for expected_version in [0, 2, u64::from(u32::MAX)] {
        let stale = StaticPageChange {
            expected_version,
            ..change(&first, rewritten(&first))
        };
        let refused = lab.records.static_pages.save(stale, lab.fx()).await;
        refused!(refused, Error::Conflict(Conflict::Version { current: 1 }));
    }
    let found = lab
        .records
        .static_pages
        .by_slug(&first.content.slug)
        .await?;
    same!(found, first, "the page after refused saves");
    Ok(())
}

async fn save_race(lab: Lab) -> Verdict {
    for _ in 0..6 {
        let first = stored(&lab, content()).await?;
        let results = lab
            .race(8, |lab, _| {
                let change = change(&first, rewritten(&first));
                async move { lab.records.static_pages.save(change, lab.fx()).await }
            })
            .await?;
        let won = winners!(results, Error::Conflict(Conflict::Version { current: 2 }));
        same!(
            won.len(),
            1,
            "saves of eight from one version that succeeded"
        );
        let found = lab
            .records
            .static_pages
            .by_slug(&first.content.slug)
            .await?;
        same!(Some(found), won.into_iter().next(), "the winner's page");
    }
    Ok(())
}

async fn save_refused(lab: Lab) -> Verdict {
    let first = stored(&lab, content()).await?;
    let other = stored(&lab, content()).await?;
    let moved = lab
        .records
        .static_pages
        .save(change(&other, content()), lab.fx())
        .await?;
    let save = |change| lab.records.static_pages.save(change, lab.fx());
    let nobody = StaticPageChange {
        id: StaticPageId::generate(),
        ..change(&first, content())
    };
    refused!(save(nobody).await, Error::NotFound(Entity::StaticPage));
    for slug in [&other.content.slug, &moved.content.slug] {
        let taken = StaticPageContent {
            slug: slug.clone(),
            ..content()
        };
        let refused = save(change(&first, taken)).await;
        refused!(refused, Error::Conflict(Conflict::Slug));
    }
    let lost = StaticPageContent {
        media: vec![MediaId::generate()],
        ..rewritten(&first)
    };
    let refused = save(change(&first, lost)).await;
    refused!(refused, Error::NotFound(Entity::Media));
    let found = lab
        .records
        .static_pages
        .by_slug(&first.content.slug)
        .await?;
    same!(found, first, "the page after refused saves");
    Ok(())
}

async fn slugs(lab: Lab) -> Verdict {
    let pages = &lab.records.static_pages;
    let first = stored(&lab, content()).await?;
    let second = pages.save(change(&first, content()), lab.fx()).await?;
    let third = pages.save(change(&second, content()), lab.fx()).await?;
    for slug in [&first.content.slug, &second.content.slug] {
        let found = pages.by_slug(slug).await?;
        same!(found, third, "the page at a slug that it had");
    }
    let back = pages
        .save(change(&third, rewritten(&first)), lab.fx())
        .await?;
    for slug in [
        &first.content.slug,
        &second.content.slug,
        &third.content.slug,
    ] {
        let found = pages.by_slug(slug).await?;
        same!(found, back, "the page after it took its first slug again");
    }
    Ok(())
}

async fn by_slug(lab: Lab) -> Verdict {
    let draft = stored(
        &lab,
        StaticPageContent {
            published: false,
            ..content()
        },
    )
    .await?;
    let found = lab
        .records
        .static_pages
        .by_slug(&draft.content.slug)
        .await?;
    same!(found, draft, "a draft");
    let word = draft.content.slug.as_str();
    for other in [
        &word[1..],
        &word.to_uppercase(),
        &format!("{word} "),
        "",
        "%",
    ] {
        let slug = PageSlug::from_store((*other).to_owned());
        let found = lab.records.static_pages.by_slug(&slug).await;
        refused!(found, Error::NotFound(Entity::StaticPage));
    }
    Ok(())
}

async fn delete(lab: Lab) -> Verdict {
    let pages = &lab.records.static_pages;
    let item = lab.picture(lab.user().await?.id).await?;
    let first = stored(&lab, content()).await?;
    let wanted = StaticPageContent {
        media: vec![item.id],
        ..content()
    };
    let second = pages.save(change(&first, wanted), lab.fx()).await?;
    let gone = pages.delete(second.id, 2, lab.fx()).await?;
    same!(gone, second, "the deleted page");
    for slug in [&first.content.slug, &second.content.slug] {
        let found = pages.by_slug(slug).await;
        refused!(found, Error::NotFound(Entity::StaticPage));
        let again = StaticPageContent {
            slug: slug.clone(),
            ..content()
        };
        stored(&lab, again).await?;
    }
    let used = lab.records.catalog.usage(item.id, lab.now).await?;
    same!(used, MediaUse::default(), "the use of its picture");
    Ok(())
}

async fn delete_refused(lab: Lab) -> Verdict {
    let pages = &lab.records.static_pages;
    let first = stored(&lab, content()).await?;
    let refused = pages.delete(first.id, 2, lab.fx()).await;
    refused!(refused, Error::Conflict(Conflict::Version { current: 1 }));
    let refused = pages.delete(StaticPageId::generate(), 1, lab.fx()).await;
    refused!(refused, Error::NotFound(Entity::StaticPage));
    let found = pages.by_slug(&first.content.slug).await?;
    same!(found, first, "the page after refused deletions");
    Ok(())
}

async fn texts_return(lab: Lab) -> Verdict {
    for text in texts::LINES {
        let wanted = StaticPageContent {
            title: Title::from_store((*text).to_owned()),
            body: Body::from_store(texts::paragraphs()),
            html: SafeHtml::from_sanitiser(texts::paragraphs()),
            excerpt: (*text).to_owned(),
            ..content()
        };
        let made = stored(&lab, wanted.clone()).await?;
        same!(made.content, wanted, "a page of {text:?}");
    }
    let wanted = StaticPageContent {
        title: Title::from_store(texts::astral(300)),
        body: Body::from_store(texts::of_bytes(MAX_POST_BYTES)),
        ..content()
    };
    let made = stored(&lab, wanted.clone()).await?;
    ensure!(made.content == wanted, "the longest page came back changed");
    Ok(())
}

/// All below a renderer's version, read two at a time.
async fn all_outdated(lab: &Lab, renderer: u32) -> Verdict<Vec<StaticPage>> {
    let mut found: Vec<StaticPage> = Vec::new();
    loop {
        let after = found.last().map(|page| page.id);
        let pages = &lab.records.static_pages;
        let next = pages.outdated(renderer, after, 2).await?;
        ensure!(next.len() <= 2, "{} static pages of at most 2", next.len());
        if next.is_empty() {
            return Ok(found);
        }
        found.extend(next);
        let in_order = found.is_sorted_by(|a, b| a.id < b.id);
        ensure!(in_order, "the static pages are not by id, or come again");
    }
}

pub(super) fn anew() -> RenderedPage {
    RenderedPage {
        html: SafeHtml::from_sanitiser("<p>anew</p>".to_owned()),
        excerpt: "anew".to_owned(),
        renderer_version: 1_000,
    }
}

async fn outdated(lab: Lab) -> Verdict {
    let mut mine = Vec::new();
    for published in [true, false, true] {
        let old = StaticPageContent {
            renderer_version: 900,
            published,
            ..content()
        };
        mine.push(stored(&lab, old).await?);
    }
    mine.sort_by_key(|page| page.id);
    let of_mine = |found: Vec<StaticPage>| {
        let found = found.into_iter();
        let of_mine = found.filter(|page| mine.iter().any(|own| own.id == page.id));
        of_mine.collect::<Vec<_>>()
    };
    same!(
        of_mine(all_outdated(&lab, 901).await?),
        mine,
        "those below 901"
    );
    same!(
        of_mine(all_outdated(&lab, 900).await?),
        vec![],
        "those below 900"
    );
    let pages = &lab.records.static_pages;
    pages.set_rendered(mine[1].id, 1, anew(), lab.fx()).await?;
    let left = vec![mine[0].clone(), mine[2].clone()];
    same!(
        of_mine(all_outdated(&lab, 901).await?),
        left,
        "what is left"
    );
    Ok(())
}

async fn rendered(lab: Lab) -> Verdict {
    let item = lab.picture(lab.user().await?.id).await?;
    let wanted = StaticPageContent {
        media: vec![item.id],
        ..content()
    };
    let mut expected = stored(&lab, wanted).await?;
    let pages = &lab.records.static_pages;
    let at = Effects::at(lab.after(5));
    pages.set_rendered(expected.id, 1, anew(), at).await?;
    let made = anew();
    expected.content.html = made.html;
    expected.content.excerpt = made.excerpt;
    expected.content.renderer_version = made.renderer_version;
    let found = pages.by_slug(&expected.content.slug).await?;
    same!(found, expected, "the static page");
    Ok(())
}

async fn rendered_version(lab: Lab) -> Verdict {
    let first = stored(&lab, content()).await?;
    let pages = &lab.records.static_pages;
    let saved = pages
        .save(change(&first, rewritten(&first)), lab.fx())
        .await?;
    for version in [0, 1, 3] {
        let refused = pages
            .set_rendered(first.id, version, anew(), lab.fx())
            .await;
        refused!(refused, Error::Conflict(Conflict::Version { current: 2 }));
    }
    let found = pages.by_slug(&first.content.slug).await?;
    same!(found, saved, "the static page after refused renderings");
    Ok(())
}

async fn rendered_not_found(lab: Lab) -> Verdict {
    let pages = &lab.records.static_pages;
    let nothing = StaticPageId::generate();
    let refused = pages.set_rendered(nothing, 1, anew(), lab.fx()).await;
    refused!(refused, Error::NotFound(Entity::StaticPage));
    Ok(())
}

async fn visible(lab: Lab) -> Verdict {
    let item = lab.picture(lab.user().await?.id).await?;
    let stranger = lab.stranger(Surface::Page);
    let showing = |published| StaticPageContent {
        media: vec![item.id],
        published,
        ..content()
    };
    let draft = stored(&lab, showing(false)).await?;
    let found = lab.records.catalog.visible(item.id, &stranger).await;
    refused!(found, Error::NotFound(Entity::Media));
    let pages = &lab.records.static_pages;
    let shown = pages.save(change(&draft, showing(true)), lab.fx()).await?;
    let found = lab.records.catalog.visible(item.id, &stranger).await?;
    same!(found, item, "the item of a published page");
    pages.save(change(&shown, content()), lab.fx()).await?;
    let found = lab.records.catalog.visible(item.id, &stranger).await;
    refused!(found, Error::NotFound(Entity::Media));
    Ok(())
}

async fn usage(lab: Lab) -> Verdict {
    let item = lab.picture(lab.user().await?.id).await?;
    let pages = &lab.records.static_pages;
    let showing = |published| StaticPageContent {
        media: vec![item.id],
        published,
        ..content()
    };
    let uses = async |at: Timestamp| lab.records.catalog.usage(item.id, at).await;
    let draft = stored(&lab, showing(false)).await?;
    let hidden = MediaUse {
        public: false,
        used: true,
    };
    same!(uses(lab.now).await?, hidden, "the use by a draft");
    let shown = pages.save(change(&draft, showing(true)), lab.fx()).await?;
    let public = MediaUse {
        public: true,
        used: true,
    };
    for at in [lab.now.minus(MICRO), lab.now, lab.after(1)] {
        same!(uses(at).await?, public, "the use by a published page");
    }
    let saved = pages.save(change(&shown, content()), lab.fx()).await?;
    same!(
        uses(lab.now).await?,
        MediaUse::default(),
        "the use after all"
    );
    let again = pages.save(change(&saved, showing(true)), lab.fx()).await?;
    pages.delete(again.id, again.version, lab.fx()).await?;
    same!(
        uses(lab.now).await?,
        MediaUse::default(),
        "the use by nothing"
    );
    Ok(())
}

async fn delete_used(lab: Lab) -> Verdict {
    let item = lab.picture(lab.user().await?.id).await?;
    let page = stored(
        &lab,
        StaticPageContent {
            media: vec![item.id],
            published: false,
            ..content()
        },
    )
    .await?;
    let refused = lab.records.catalog.delete(item.id, lab.fx()).await;
    refused!(refused, Error::Conflict(Conflict::State));
    lab.records
        .static_pages
        .delete(page.id, 1, lab.fx())
        .await?;
    let gone = lab.records.catalog.delete(item.id, lab.fx()).await?;
    same!(gone, item, "the deleted item");
    Ok(())
}
