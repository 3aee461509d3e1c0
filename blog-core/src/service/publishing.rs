//! Writing: drafts, publication, deletion.

mod input;

use std::sync::Arc;

pub use input::PostInput;
pub(crate) use input::refused;
use input::{Parsed, draft_slug, hidden_base};

use crate::blog::{Core, detached};
use crate::error::{Conflict, Denied, Error, Reason, Result};
use crate::id::{MediaId, PostId, UserId};
use crate::markdown;
use crate::model::audit::AuditAction;
use crate::model::effects::Effects;
use crate::model::media::MediaKind;
use crate::model::outbox::Task;
use crate::model::post::{
    NewPost, Post, PostCard, PostChange, PostContent, PostQuery, PostScope, PostStatus, SlugHit,
    SlugRequest,
};
use crate::model::slug::Slug;
use crate::page::{Page, PageRequest};
use crate::policy::{Action, Actor, Surface};
use crate::terms;
use crate::time::Timestamp;

/// Writing.
#[derive(Debug, Clone)]
pub struct Publishing {
    core: Arc<Core>,
}

/// What is done to a post.
#[derive(Clone, Copy)]
enum Write {
    Create,
    /// Over what is stored.
    Save,
    /// Over what is stored, with the text of that version.
    Restore(u64),
    /// Back to a draft.
    Withdraw,
}

impl Publishing {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Stores a new post. The page that it was written on, where the input names one, makes one post: its form once more
    /// is a save of that, or nothing new.
    ///
    /// # Errors
    /// `Denied`, `Invalid` by field.
    pub async fn create(&self, actor: &Actor, input: &PostInput) -> Result<Post> {
        let author = actor.user().ok_or(Denied::LogIn)?;
        self.core.policy.check(actor, Action::WritePost)?;
        if let Some(page) = input.unsaved.first() {
            let id = PostId::of_page(author, *page);
            match self.create_as(actor, author, id, input).await {
                Err(Error::Conflict(Conflict::Exists)) => {
                    if let Some(post) = self.created_again(actor, id, input).await? {
                        return Ok(post);
                    }
                }
                other => return other,
            }
        }
        self.create_as(actor, author, PostId::generate(), input)
            .await
    }

    /// The form of a page that has made a post: its writer does not know, since the answer was lost. None where the
    /// post has changed since, which this form must not undo.
    async fn created_again(
        &self,
        actor: &Actor,
        id: PostId,
        input: &PostInput,
    ) -> Result<Option<Post>> {
        let stored = match self.editable(actor, id).await {
            Ok(stored) if stored.version == 1 => stored,
            Ok(_) | Err(Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let parsed = self.parse(input).await?;
        let publication = parsed.publication(stored.published_at, self.core.now())?;
        let cover = stored.cover.as_ref().map(|cover| cover.id);
        let wish = parsed.slug.as_ref().map(Slug::as_str);
        let stands = hidden_base(&stored).unwrap_or(stored.slug.as_str());
        let nothing_new = parsed.title == stored.title
            && parsed.body == stored.body
            && parsed.tags == stored.tags
            && parsed.cover == cover
            && publication == (stored.status, stored.published_at)
            && wish.is_none_or(|wish| wish == stands);
        if nothing_new {
            return Ok(Some(stored));
        }
        let saved = self.save(actor, id, stored.version, input).await?;
        Ok(Some(saved))
    }

    async fn create_as(
        &self,
        actor: &Actor,
        author: UserId,
        id: PostId,
        input: &PostInput,
    ) -> Result<Post> {
        let parsed = self.parse(input).await?;
        let now = self.core.now();
        let (status, published_at) = parsed.publication(None, now)?;
        if status != PostStatus::Draft {
            let action = Action::PublishPost { author };
            self.core.policy.check(actor, action)?;
        }
        let hidden = status == PostStatus::Draft || published_at.is_some_and(|at| at > now);
        let slug = match hidden {
            true => draft_slug(&parsed.slug_base()),
            false => SlugRequest {
                base: parsed.slug_base(),
            },
        };
        let content = self
            .content(parsed, status, published_at, &[author], &[])
            .await?;
        let effects = self
            .effects(
                author,
                id,
                (Write::Create, None),
                &content,
                &content.media,
                now,
            )
            .forgetting(author, &input.unsaved);
        let effects = settling(effects, id, &slug.base, &content);
        let new = NewPost {
            id,
            author,
            slug,
            content,
        };
        let tasks = effects.due();
        let core = self.core.clone();
        let post = detached(&self.core, async move {
            let post = core.records.posts.create(new, effects).await?;
            core.perform_now(tasks).await;
            Ok(post)
        })
        .await?;
        self.fresh(actor, post).await
    }

    /// Saves a post over the version that the form was filled from.
    ///
    /// # Errors
    /// `NotFound(Post)` where the actor cannot see it, `Denied`, `Invalid` by field, `Conflict(Version)` when it was
    /// saved in the meantime: read it again with [`Publishing::for_edit`] and show both.
    pub async fn save(
        &self,
        actor: &Actor,
        id: PostId,
        version: u64,
        input: &PostInput,
    ) -> Result<Post> {
        self.save_over(actor, id, version, input, Write::Save).await
    }

    /// The same with the text of an old version, which the audit log names.
    pub(crate) async fn restore(
        &self,
        actor: &Actor,
        id: PostId,
        restored: u64,
        version: u64,
        input: &PostInput,
    ) -> Result<Post> {
        self.save_over(actor, id, version, input, Write::Restore(restored))
            .await
    }

    async fn save_over(
        &self,
        actor: &Actor,
        id: PostId,
        version: u64,
        input: &PostInput,
        write: Write,
    ) -> Result<Post> {
        let stored = self.editable(actor, id).await?;
        let editor = actor.user().ok_or(Denied::LogIn)?;
        let author = stored.author.id;
        let parsed = self.parse(input).await?;
        let now = self.core.now();
        let (status, published_at) = parsed.publication(stored.published_at, now)?;
        if status != PostStatus::Draft {
            let action = Action::PublishPost { author };
            self.core.policy.check(actor, action)?;
        }
        let hidden = status == PostStatus::Draft || published_at.is_some_and(|at| at > now);
        let slug = self.new_slug(&stored, &parsed, hidden);
        let content = self
            .content(
                parsed,
                status,
                published_at,
                &[author, editor],
                &stored.media,
            )
            .await?;
        // What it showed before may have to be withdrawn, what it shows now published.
        let mut touched = stored.media.clone();
        touched.extend(content.media.iter().filter(|id| !stored.media.contains(id)));
        let effects = self
            .effects(editor, id, (write, Some(&stored)), &content, &touched, now)
            .forgetting(editor, &input.unsaved);
        let stands_at = slug.as_ref().map_or(&stored.slug, |slug| &slug.base);
        let effects = settling(effects, id, stands_at, &content);
        let change = PostChange {
            id,
            expected_version: version,
            editor,
            slug,
            content,
        };
        let tasks = effects.due();
        let core = self.core.clone();
        let post = detached(&self.core, async move {
            let post = core.records.posts.save(change, effects).await?;
            core.perform_now(tasks).await;
            Ok(post)
        })
        .await?;
        self.fresh(actor, post).await
    }

    async fn parse(&self, input: &PostInput) -> Result<Parsed> {
        let (cost, input) = (markdown::cost(&input.body), input.clone());
        self.core.rendered(cost, move || input.parse()).await
    }

    /// The new slug of a saved post, if it gets one.
    fn new_slug(&self, stored: &Post, parsed: &Parsed, hidden: bool) -> Option<SlugRequest> {
        let base = parsed.slug_base();
        match (hidden_base(stored), hidden) {
            (Some(stands), true) => {
                let wanted = draft_slug(&base);
                (wanted.base.hidden_base() != Some(stands)).then_some(wanted)
            }
            (Some(_), false) => Some(SlugRequest { base }),
            (None, _) => {
                let wish = parsed.slug.clone().filter(|slug| *slug != stored.slug)?;
                // An address that nobody knows yet is not betrayed by a post that was taken back.
                Some(match hidden {
                    true => draft_slug(&wish),
                    false => SlugRequest { base: wish },
                })
            }
        }
    }

    /// A scheduled post's time has come: gives it the address of its title, where it still stands at the draft's one.
    /// May be done any number of times.
    pub(crate) async fn settle(&self, id: PostId, draft: &str) -> Result<()> {
        let visibility = self.core.visibility(&Actor::Anonymous, Surface::Page);
        let posts = &self.core.records.posts;
        let post = match posts.get(id, &visibility).await {
            // Unscheduled, put off or deleted.
            Err(Error::NotFound(_)) => return Ok(()),
            post => post?,
        };
        let Some(base) = post
            .slug
            .hidden_base()
            .filter(|_| post.slug.as_str() == draft)
        else {
            return Ok(());
        };
        let to = SlugRequest {
            base: Slug::from_store(base.to_owned()),
        };
        let effects = Effects::at(self.core.now()).invalidating();
        match posts.rename(id, &post.slug, to, effects).await {
            // Its writer was faster.
            Err(Error::Conflict(Conflict::State) | Error::NotFound(_)) => Ok(()),
            moved => moved.map(drop),
        }
    }

    /// Deletes a post; media that nothing else shows lose their public copies.
    ///
    /// # Errors
    /// `NotFound(Post)`, `Denied`, `Conflict(Version)`.
    pub async fn delete(&self, actor: &Actor, id: PostId, version: u64) -> Result<Post> {
        let stored = self.visible(actor, id).await?;
        let author = stored.author.id;
        self.core
            .policy
            .check(actor, Action::DeletePost { author })?;
        let now = self.core.now();
        let effects = Effects::at(now)
            .invalidating()
            .audit(
                actor.user(),
                AuditAction::PostDelete,
                format!("post:{id}"),
                "",
            )
            .later(
                now,
                Task::SyncMedia {
                    media: stored.media,
                },
            );
        let tasks = effects.due();
        let core = self.core.clone();
        detached(&self.core, async move {
            let post = core.records.posts.delete(id, version, effects).await?;
            core.perform_now(tasks).await;
            Ok(post)
        })
        .await
    }

    /// The post at a slug, for its form.
    ///
    /// # Errors
    /// `NotFound(Post)` where the actor cannot see it, `Denied` where they see but may not edit it.
    pub async fn for_edit(&self, actor: &Actor, slug: &str) -> Result<Post> {
        let slug = Slug::from_store(slug.to_owned());
        let visibility = self.core.visibility(actor, Surface::Page);
        let posts = &self.core.records.posts;
        let post = match posts.by_slug(&slug, &visibility).await? {
            SlugHit::Current(post) => *post,
            SlugHit::Moved(slug) => match posts.by_slug(&slug, &visibility).await? {
                SlugHit::Current(post) => *post,
                SlugHit::Moved(_) => return Err(Error::NotFound(crate::error::Entity::Post)),
            },
        };
        self.may_edit(actor, &post)?;
        Ok(post)
    }

    /// The actor's own posts of any status, last changed first.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn own(&self, actor: &Actor, page: PageRequest) -> Result<Page<PostCard>> {
        let id = actor.user().ok_or(Denied::LogIn)?;
        let visibility = self.core.visibility(actor, Surface::Own);
        let query = PostQuery {
            scope: PostScope::Author(id),
            page,
            with_html: false,
        };
        self.core.records.posts.list(&query, &visibility).await
    }

    /// Everybody's posts of any status, last changed first, for editors and admins.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn everybodys(
        &self,
        actor: &Actor,
        status: Option<PostStatus>,
        page: PageRequest,
    ) -> Result<Page<PostCard>> {
        self.core.policy.check(actor, Action::Moderate)?;
        let visibility = self.core.visibility(actor, Surface::Manage);
        let query = PostQuery {
            scope: status.map_or(PostScope::All, PostScope::Status),
            page,
            with_html: false,
        };
        self.core.records.posts.list(&query, &visibility).await
    }

    /// Takes a post back to a draft, whoever wrote it; nothing else of it changes.
    ///
    /// # Errors
    /// `NotFound(Post)`, `Denied`, `Conflict(Version)` when it was saved at that moment.
    pub async fn withdraw(&self, actor: &Actor, slug: &str) -> Result<Post> {
        self.core.policy.check(actor, Action::Moderate)?;
        let stored = self.for_edit(actor, slug).await?;
        let input = PostInput {
            status: PostStatus::Draft.as_str().to_owned(),
            ..PostInput::of(&stored, self.core.now())
        };
        self.save_over(actor, stored.id, stored.version, &input, Write::Withdraw)
            .await
    }

    async fn visible(&self, actor: &Actor, id: PostId) -> Result<Post> {
        let visibility = self.core.visibility(actor, Surface::Page);
        self.core.records.posts.get(id, &visibility).await
    }

    async fn editable(&self, actor: &Actor, id: PostId) -> Result<Post> {
        let post = self.visible(actor, id).await?;
        self.may_edit(actor, &post)?;
        Ok(post)
    }

    fn may_edit(&self, actor: &Actor, post: &Post) -> Result<()> {
        let author = post.author.id;
        self.core.policy.check(actor, Action::EditPost { author })
    }

    /// A written post with the public addresses that its media got in the meantime.
    async fn fresh(&self, actor: &Actor, post: Post) -> Result<Post> {
        match self.visible(actor, post.id).await {
            Ok(fresh) => Ok(fresh),
            // The write stands whatever the second look meets.
            Err(_) => Ok(post),
        }
    }

    /// Puts the content together: only ready media of the author or editor, or that the post showed already, count.
    async fn content(
        &self,
        parsed: Parsed,
        status: PostStatus,
        published_at: Option<Timestamp>,
        owners: &[UserId],
        shown: &[MediaId],
    ) -> Result<PostContent> {
        let mut ids: Vec<MediaId> = parsed
            .rendered
            .media
            .iter()
            .map(|id| (*id).into())
            .collect();
        ids.extend(parsed.cover.filter(|cover| !ids.contains(cover)));
        if ids.len() > MAX_MEDIA {
            return Err(Error::invalid("body", Reason::TooMany { max: MAX_MEDIA }));
        }
        let items = match ids.is_empty() {
            true => Vec::new(),
            false => self.core.records.catalog.get(&ids).await?,
        };
        let usable = |id: MediaId| {
            items.iter().find(|item| {
                let theirs = owners.contains(&item.owner) || shown.contains(&id);
                item.id == id && item.is_ready() && theirs
            })
        };
        if let Some(cover) = parsed.cover {
            let picture = usable(cover).is_some_and(|item| item.kind == MediaKind::Image);
            if !picture {
                return Err(Error::invalid("cover", Reason::NotYourMedia));
            }
        }
        let media = ids.into_iter().filter(|id| usable(*id).is_some()).collect();
        let mut searched = format!("{}\n", parsed.title);
        for tag in &parsed.tags {
            searched.push_str(tag.name.as_str());
            searched.push('\n');
        }
        searched.push_str(&parsed.rendered.text);
        Ok(PostContent {
            terms: terms::index_terms(&searched),
            title: parsed.title,
            body: parsed.body,
            rendered: parsed.rendered.into(),
            tags: parsed.tags,
            cover: parsed.cover,
            media,
            status,
            published_at,
        })
    }

    fn effects(
        &self,
        editor: UserId,
        id: PostId,
        (write, stored): (Write, Option<&Post>),
        content: &PostContent,
        media: &[MediaId],
        now: Timestamp,
    ) -> Effects {
        let is = content.status.as_str();
        let was = stored.map_or("new", |post| post.status.as_str());
        let change = format!("{was} → {is}");
        let (action, detail) = match write {
            Write::Create => (AuditAction::PostCreate, change),
            Write::Save => (AuditAction::PostSave, change),
            Write::Withdraw => (AuditAction::PostWithdraw, change),
            Write::Restore(version) => {
                let detail = format!("version {version}; {change}");
                (AuditAction::PostRestore, detail)
            }
        };
        let mut effects =
            Effects::at(now).audit(Some(editor), action, format!("post:{id}"), detail);
        let was_draft = stored.is_none_or(|post| post.status == PostStatus::Draft);
        if !(was_draft && content.status == PostStatus::Draft) {
            effects = effects.invalidating();
        }
        if media.is_empty() {
            return effects;
        }
        let sync = Task::SyncMedia {
            media: media.to_vec(),
        };
        effects = effects.later(now, sync.clone());
        match content.published_at {
            // Scheduled: its media become public when it does.
            Some(at) if at > now => effects.later(at, sync),
            _ => effects,
        }
    }
}

/// A post that appears later takes the address of its title then; until it has, it is found at the draft's.
fn settling(effects: Effects, id: PostId, slug: &Slug, content: &PostContent) -> Effects {
    match content.published_at {
        Some(at)
            if at > effects.at
                && content.status != PostStatus::Draft
                && slug.hidden_base().is_some() =>
        {
            let slug = slug.to_string();
            effects.later(at, Task::SettleSlug { post: id, slug })
        }
        _ => effects,
    }
}

/// The most media items of one post.
pub(super) const MAX_MEDIA: usize = 200;
