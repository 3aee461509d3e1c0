//! Static pages: what the site says of itself, beside its posts.

use std::sync::Arc;

use crate::blog::{Core, detached};
use crate::error::{Conflict, Entity, Error, Reason, Result, Violations};
use crate::id::{MediaId, StaticPageId, UserId};
use crate::markdown;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::outbox::Task;
use crate::model::post::{Body, SafeHtml, Title};
use crate::model::slug::PageSlug;
use crate::model::static_page::{
    NewStaticPage, StaticPage, StaticPageChange, StaticPageContent, StaticPageHit, StaticPageLine,
};
use crate::page::{Page, PageRequest};
use crate::policy::{Action, Actor};
use crate::service::publishing::{MAX_MEDIA, refused};
use crate::time::Timestamp;

/// Static pages.
#[derive(Debug, Clone)]
pub struct StaticPages {
    core: Arc<Core>,
}

/// A static page as its form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StaticPageInput {
    /// As [`Title`].
    pub title: String,
    /// The word in the address; empty means that of the title, or the present one.
    pub slug: String,
    /// Markdown.
    pub body: String,
    /// Whether everybody sees it.
    pub published: bool,
    /// Whether it stands in the menu while it is published.
    pub in_menu: bool,
}

/// What of an input could be read.
struct Parsed {
    title: Title,
    slug: PageSlug,
    body: Body,
    rendered: markdown::Rendered,
}

impl StaticPageInput {
    /// The input that shows a stored page in its form.
    pub fn of(page: &StaticPage) -> Self {
        let content = &page.content;
        Self {
            title: content.title.to_string(),
            slug: content.slug.to_string(),
            body: content.body.to_string(),
            published: content.published,
            in_menu: content.in_menu,
        }
    }

    fn parse(&self, present: Option<&PageSlug>) -> Result<Parsed> {
        let mut violations = Violations::new();
        let title = violations.check("title", Title::try_from(self.title.as_str()));
        let slug = match self.slug.trim() {
            "" => {
                let titled = PageSlug::from_title(&self.title);
                let slug = present.cloned().or(titled).ok_or(Reason::Empty);
                // Without a title there is nothing to say of its address yet.
                match title {
                    Some(_) => violations.check("slug", slug),
                    None => slug.ok(),
                }
            }
            // A page keeps the word that it has.
            given => match present.filter(|slug| slug.as_str() == given) {
                Some(slug) => Some(slug.clone()),
                None => violations.check("slug", PageSlug::try_from(given)),
            },
        };
        let body = violations.check("body", Body::try_from(self.body.as_str()));
        let rendered = body.as_ref().and_then(|body| {
            let rendered = markdown::render_post(body.as_str());
            violations.check("body", rendered.map_err(refused))
        });
        match (title, slug, body, rendered) {
            (Some(title), Some(slug), Some(body), Some(rendered)) => Ok(Parsed {
                title,
                slug,
                body,
                rendered,
            }),
            _ => Err(Error::Invalid(violations)),
        }
    }
}

impl StaticPages {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// What the actor finds at a static page's address. One query.
    ///
    /// # Errors
    /// `NotFound(StaticPage)`, the same for a draft that is not theirs to see as for nothing.
    pub async fn read(&self, actor: &Actor, slug: &str) -> Result<StaticPageHit> {
        let page = self.at(slug).await?;
        let seen = page.content.published || self.core.policy.may(actor, Action::ManageSite);
        match seen {
            false => Err(missing()),
            true if page.content.slug.as_str() == slug => {
                Ok(StaticPageHit::Current(Box::new(page)))
            }
            true => Ok(StaticPageHit::Moved(page.content.slug)),
        }
    }

    /// The page at a slug, for its form. One query.
    ///
    /// # Errors
    /// `Denied`, `NotFound(StaticPage)`.
    pub async fn for_edit(&self, actor: &Actor, slug: &str) -> Result<StaticPage> {
        self.core.policy.check(actor, Action::ManageSite)?;
        self.at(slug).await
    }

    /// All static pages, drafts among them, newest first. One query.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn list(&self, actor: &Actor, page: PageRequest) -> Result<Page<StaticPageLine>> {
        self.core.policy.check(actor, Action::ManageSite)?;
        self.core.records.static_pages.list(false, page).await
    }

    /// The static pages that everybody sees, newest first. One query.
    ///
    /// # Errors
    /// Of the store.
    pub async fn published(&self, page: PageRequest) -> Result<Page<StaticPageLine>> {
        self.core.records.static_pages.list(true, page).await
    }

    /// Stores a new static page.
    ///
    /// # Errors
    /// `Denied`, `Invalid` by field; `slug` is `Taken` where another page has or had it.
    pub async fn create(&self, actor: &Actor, input: &StaticPageInput) -> Result<StaticPage> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let content = self.content(actor, input, None).await?;
        let id = StaticPageId::generate();
        let effects = self.effects(actor.user(), AuditAction::PageCreate, id, None, &content);
        let tasks = effects.due();
        let new = NewStaticPage { id, content };
        let core = self.core.clone();
        detached(&self.core, async move {
            let page = core.records.static_pages.create(new, effects).await;
            let page = page.map_err(taken)?;
            core.changed(tasks).await;
            Ok(page)
        })
        .await
    }

    /// Saves a static page over the version that the form was filled from.
    ///
    /// # Errors
    /// `Denied`, `NotFound(StaticPage)`, `Invalid` as in [`StaticPages::create`], `Conflict(Version)` when it was saved
    /// in the meantime: read it again with [`StaticPages::for_edit`] and show both.
    pub async fn save(
        &self,
        actor: &Actor,
        stored: &StaticPage,
        version: u64,
        input: &StaticPageInput,
    ) -> Result<StaticPage> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let id = stored.id;
        let content = self.content(actor, input, Some(stored)).await?;
        let effects = self.effects(
            actor.user(),
            AuditAction::PageSave,
            id,
            Some(stored),
            &content,
        );
        let tasks = effects.due();
        let change = StaticPageChange {
            id,
            expected_version: version,
            content,
        };
        let core = self.core.clone();
        detached(&self.core, async move {
            let page = core.records.static_pages.save(change, effects).await;
            let page = page.map_err(taken)?;
            core.changed(tasks).await;
            Ok(page)
        })
        .await
    }

    /// Deletes a static page; media that nothing else shows lose their public copies.
    ///
    /// # Errors
    /// `Denied`, `NotFound(StaticPage)`, `Conflict(Version)`.
    pub async fn delete(&self, actor: &Actor, stored: &StaticPage, version: u64) -> Result<()> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let id = stored.id;
        let now = self.core.now();
        let mut effects =
            Effects::at(now).audit(actor.user(), AuditAction::PageDelete, subject(id), "");
        if stored.content.published {
            effects = effects.invalidating();
        }
        let effects = showing(effects, now, stored.content.media.clone());
        let tasks = effects.due();
        let core = self.core.clone();
        detached(&self.core, async move {
            let pages = &core.records.static_pages;
            pages.delete(id, version, effects).await?;
            core.changed(tasks).await;
            Ok(())
        })
        .await
    }

    async fn at(&self, slug: &str) -> Result<StaticPage> {
        let slug = PageSlug::from_address(slug).map_err(|_| missing())?;
        self.core.records.static_pages.by_slug(&slug).await
    }

    /// Puts the content together: of the media in the text only ready ones count that the actor manages, or that the
    /// page showed already.
    async fn content(
        &self,
        actor: &Actor,
        input: &StaticPageInput,
        stored: Option<&StaticPage>,
    ) -> Result<StaticPageContent> {
        let present = stored.map(|page| page.content.slug.clone());
        let (bytes, given) = (input.body.len(), input.clone());
        let parse = move || given.parse(present.as_ref());
        let parsed = self.core.rendered(bytes, parse).await?;
        let ids: Vec<MediaId> = parsed
            .rendered
            .media
            .iter()
            .map(|id| (*id).into())
            .collect();
        if ids.len() > MAX_MEDIA {
            return Err(Error::invalid("body", Reason::TooMany { max: MAX_MEDIA }));
        }
        let items = match ids.is_empty() {
            true => Vec::new(),
            false => self.core.records.catalog.get(&ids).await?,
        };
        let usable = |id: &MediaId| {
            items.iter().any(|item| {
                let action = Action::ManageMedia { owner: item.owner };
                let theirs = self.core.policy.may(actor, action);
                let shown = stored.is_some_and(|page| page.content.media.contains(id));
                item.id == *id && item.is_ready() && (theirs || shown)
            })
        };
        Ok(StaticPageContent {
            media: ids.into_iter().filter(usable).collect(),
            slug: parsed.slug,
            title: parsed.title,
            body: parsed.body,
            html: SafeHtml::from_sanitiser(parsed.rendered.html),
            excerpt: parsed.rendered.excerpt,
            renderer_version: markdown::RENDERER_VERSION,
            published: input.published,
            in_menu: input.in_menu,
        })
    }

    fn effects(
        &self,
        editor: Option<UserId>,
        action: AuditAction,
        id: StaticPageId,
        stored: Option<&StaticPage>,
        content: &StaticPageContent,
    ) -> Effects {
        let now = self.core.now();
        let was_public = stored.is_some_and(|page| page.content.published);
        let state = |published| if published { "published" } else { "draft" };
        let was = stored.map_or("new", |page| state(page.content.published));
        let detail = format!("{was} → {}", state(content.published));
        let mut effects = Effects::at(now).audit(editor, action, subject(id), detail);
        if was_public || content.published {
            effects = effects.invalidating();
        }
        // What it showed before may have to be withdrawn, what it shows now published.
        let mut media = content.media.clone();
        let before = stored.iter().flat_map(|page| &page.content.media);
        media.extend(before.filter(|id| !content.media.contains(id)));
        showing(effects, now, media)
    }
}

impl Core {
    /// After a write of a static page: its tasks are done, and the menu is as it is now.
    async fn changed(self: &Arc<Self>, tasks: Vec<Task>) {
        self.perform_now(tasks).await;
        self.look_at_site().await;
    }
}

fn showing(effects: Effects, now: Timestamp, media: Vec<MediaId>) -> Effects {
    match media.is_empty() {
        true => effects,
        false => effects.later(now, Task::SyncMedia { media }),
    }
}

fn subject(id: StaticPageId) -> String {
    format!("page:{id}")
}

fn missing() -> Error {
    Error::NotFound(Entity::StaticPage)
}

fn taken(error: Error) -> Error {
    match error {
        Error::Conflict(Conflict::Slug) => Error::invalid("slug", Reason::Taken),
        other => other,
    }
}
