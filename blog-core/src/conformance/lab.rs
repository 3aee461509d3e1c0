//! What checks work with: a backend, a moment of their own, and makers of fresh data.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::chance::{fresh_below, fresh_bytes, fresh_word};
use super::verdict::{Failure, Verdict, ensure};
use crate::backend::{Backend, Records};
use crate::error::Result;
use crate::id::{CommentId, MediaId, PostId, SessionId, UserId};
use crate::model::comment::{Comment, CommentBody, CommentState, NewComment};
use crate::model::effects::Effects;
use crate::model::focus::Focus;
use crate::model::media::{AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey};
use crate::model::post::{
    Body, NewPost, Post, PostCard, PostChange, PostContent, PostQuery, PostScope, PostStatus,
    RenderedBody, SafeHtml, SlugRequest, Title,
};
use crate::model::session::Session;
use crate::model::slug::Slug;
use crate::model::tag::{Tag, TagName, TagSlug};
use crate::model::user::{
    DisplayName, EmailAddress, NewUser, PasswordHash, Role, SuspensionReason, User, Username,
};
use crate::model::widths::Widths;
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};
use crate::terms;
use crate::time::Timestamp;

/// A year, about.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// The smallest step of time.
pub(super) const MICRO: Duration = Duration::from_micros(1);

/// One check's view of the backend.
#[derive(Debug, Clone)]
pub(super) struct Lab {
    pub(super) media: Arc<dyn crate::ports::MediaStore>,
    pub(super) index: Arc<dyn crate::ports::ObjectIndex>,
    pub(super) records: Records,
    /// The check's moment: somewhere in the years 2030 to 2060, to the microsecond, probably nobody else's.
    pub(super) now: Timestamp,
}

impl Lab {
    pub(super) fn new(backend: &Backend) -> Self {
        Self {
            media: backend.media.clone(),
            index: backend.index.clone(),
            records: backend.records.clone(),
            now: moment(60, 30),
        }
    }

    /// A moment in the years 1990 to 2000, before everything that other checks store. Checks of what a store does to
    /// everything that is old work there, alone.
    pub(super) fn long_ago(&self) -> Timestamp {
        moment(20, 10)
    }

    /// A moment in the years 2100 to 2400, behind everything that other checks store.
    pub(super) fn far_ahead(&self) -> Timestamp {
        moment(130, 300)
    }

    /// So many seconds after the check's moment.
    pub(super) fn after(&self, seconds: u64) -> Timestamp {
        self.now.plus(Duration::from_secs(seconds))
    }

    /// So many seconds before the check's moment.
    pub(super) fn before(&self, seconds: u64) -> Timestamp {
        self.now.minus(Duration::from_secs(seconds))
    }

    /// A write at the check's moment, without effects.
    pub(super) fn fx(&self) -> Effects {
        Effects::at(self.now)
    }

    /// Runs a task `count` times at once, on tasks of their own that start together; the answers in order.
    pub(super) async fn race<T, F, Fut>(&self, count: usize, task: F) -> Verdict<Vec<T>>
    where
        F: Fn(Lab, usize) -> Fut,
        Fut: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let start = Arc::new(Barrier::new(count));
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let work = task(self.clone(), number);
            let start = start.clone();
            tasks.spawn(async move {
                start.wait().await;
                (number, work.await)
            });
        }
        let mut answers = Vec::with_capacity(count);
        while let Some(answer) = tasks.join_next().await {
            answers
                .push(answer.map_err(|panic| Failure::new(format!("a task of a race: {panic}")))?);
        }
        answers.sort_by_key(|(number, _)| *number);
        Ok(answers.into_iter().map(|(_, answer)| answer).collect())
    }

    /// A user that can be created.
    pub(super) fn new_user(&self) -> NewUser {
        let name = fresh_word();
        NewUser {
            id: UserId::generate(),
            email: Some(EmailAddress::from_store(format!("{name}@example.org"))),
            subject: None,
            display_name: DisplayName::from_store(format!("Person {name}")),
            password: Some(PasswordHash::from_phc(format!("$argon2id$v=19${name}"))),
            username: Username::from_store(name),
            role: Role::Author,
            verified_at: Some(self.now),
            only_if_first: false,
            waiting: None,
            invitation: None,
        }
    }

    /// A stored user.
    pub(super) async fn user(&self) -> Result<User> {
        self.records.users.create(self.new_user(), self.fx()).await
    }

    /// A reason to suspend somebody.
    pub(super) fn reason(&self) -> SuspensionReason {
        SuspensionReason::from_store(format!("Because of\n{}", self.now))
    }

    /// A session of a user that can be created: it idles out after an hour, and ends after a day.
    pub(super) fn new_session(&self, user: &User) -> Session {
        Session {
            id: SessionId::generate(),
            token: fresh_bytes().into(),
            user: user.id,
            auth_epoch: user.auth_epoch,
            remember: false,
            created_at: self.now,
            last_seen_at: self.now,
            password_at: self.now,
            idle_expires_at: self.after(3_600),
            expires_at: self.after(86_400),
            device: "conformance kit".to_owned(),
        }
    }

    /// A stored session.
    pub(super) async fn session(&self, user: &User) -> Result<Session> {
        let session = self.new_session(user);
        self.records
            .sessions
            .create(session.clone(), self.fx())
            .await?;
        Ok(session)
    }

    /// Content of a post that was published at the check's moment.
    pub(super) fn content(&self) -> PostContent {
        let word = fresh_word();
        let body = format!("Text of {word}");
        PostContent {
            title: Title::from_store(format!("Title {word}")),
            rendered: RenderedBody {
                html: SafeHtml::from_sanitiser(format!("<p>{body}</p>")),
                excerpt: body.clone(),
                toc: Vec::new(),
                words: 3,
                renderer_version: 1,
            },
            terms: terms::index_terms(&format!("Title {word} {body}")),
            body: Body::from_store(body),
            tags: Vec::new(),
            cover: None,
            media: Vec::new(),
            status: PostStatus::Published,
            published_at: Some(self.now),
        }
    }

    /// A post of these contents that can be created, at an address that nobody has.
    pub(super) fn new_post(&self, author: UserId, content: PostContent) -> NewPost {
        NewPost {
            id: PostId::generate(),
            author,
            slug: slug_request(&fresh_word()),
            content,
        }
    }

    /// A stored post of these contents.
    pub(super) async fn post_of(&self, author: UserId, content: PostContent) -> Result<Post> {
        self.records
            .posts
            .create(self.new_post(author, content), self.fx())
            .await
    }

    /// A stored post that was published at the check's moment.
    pub(super) async fn post(&self, author: UserId) -> Result<Post> {
        self.post_of(author, self.content()).await
    }

    /// A save of a post with new contents that keeps its address.
    pub(super) fn change(&self, post: &Post, content: PostContent) -> PostChange {
        PostChange {
            id: post.id,
            expected_version: post.version,
            editor: post.author.id,
            slug: None,
            content,
        }
    }

    /// What an editor sees on a surface at the check's moment: every post on `Page` and `Manage`.
    pub(super) fn editor(&self, surface: Surface) -> Visibility {
        let editor = Actor::User {
            id: UserId::generate(),
            role: Role::Editor,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        };
        Visibility::new(editor, surface, self.now)
    }

    /// What strangers see on a surface at the check's moment.
    pub(super) fn stranger(&self, surface: Surface) -> Visibility {
        Visibility::new(Actor::Anonymous, surface, self.now)
    }

    /// The post as it is stored now.
    pub(super) async fn stored(&self, post: PostId) -> Result<Post> {
        self.records
            .posts
            .get(post, &self.editor(Surface::Page))
            .await
    }

    /// All cards of a scope, page by page; fails when a page is too long or no end comes.
    pub(super) async fn cards(
        &self,
        scope: PostScope,
        limit: u16,
        visibility: &Visibility,
    ) -> Verdict<Vec<PostCard>> {
        let mut cards = Vec::new();
        let mut page = PageRequest::first(limit);
        for _ in 0..500 {
            let query = PostQuery {
                scope: scope.clone(),
                page,
                with_html: false,
            };
            let found = self.records.posts.list(&query, visibility).await?;
            ensure!(
                found.items.len() <= page.limit(),
                "a page of {limit} has {} rows",
                found.items.len()
            );
            ensure!(
                found.next.is_none() || !found.items.is_empty(),
                "an empty page has a cursor"
            );
            cards.extend(found.items);
            match found.next {
                Some(next) => page = PageRequest::new(Some(next), limit),
                None => return Ok(cards),
            }
        }
        Err(Failure::new("a list of posts has no end"))
    }

    /// A comment on a post that can be created.
    pub(super) fn new_comment(&self, post: PostId, author: UserId) -> NewComment {
        let word = fresh_word();
        NewComment {
            id: CommentId::generate(),
            post,
            parent: None,
            author,
            html: SafeHtml::from_sanitiser(format!("<p>{word}</p>")),
            body: CommentBody::from_store(word),
            state: CommentState::Visible,
        }
    }

    /// A stored comment, or a reply.
    pub(super) async fn comment(
        &self,
        post: PostId,
        author: UserId,
        parent: Option<CommentId>,
    ) -> Result<Comment> {
        let comment = NewComment {
            parent,
            ..self.new_comment(post, author)
        };
        self.records.comments.create(comment, self.fx()).await
    }

    /// A ready picture that can be inserted.
    pub(super) fn new_item(&self, owner: UserId) -> MediaItem {
        let id = MediaId::generate();
        MediaItem {
            id,
            owner,
            kind: MediaKind::Image,
            content_type: "image/png".to_owned(),
            bytes: 1_234,
            width: Some(640),
            height: Some(480),
            alt: AltText::from_store(format!("Picture {id}")),
            file_name: FileName::from_store("holiday.png".to_owned()),
            focus: Focus::CENTRE,
            widths: Widths::default(),
            private_key: ObjectKey::from_store(format!("private/{owner}/{id}.png")),
            public_key: None,
            state: MediaState::Ready,
            created_at: self.now,
        }
    }

    /// A stored, ready picture.
    pub(super) async fn picture(&self, owner: UserId) -> Result<MediaItem> {
        let item = self.new_item(owner);
        self.records.catalog.insert(item.clone(), self.fx()).await?;
        Ok(item)
    }

    /// A key of the media store that nobody has.
    pub(super) fn key(&self) -> ObjectKey {
        ObjectKey::from_store(format!("conformance/{}", fresh_word()))
    }
}

/// A request for this word; if it is taken, for the word with a suffix.
pub(super) fn slug_request(word: &str) -> SlugRequest {
    SlugRequest {
        base: Slug::from_store(word.to_owned()),
    }
}

/// A tag of this slug and name.
pub(super) fn tag(slug: &str, name: &str) -> Tag {
    Tag {
        slug: TagSlug::from_store(slug.to_owned()),
        name: TagName::from_store(name.to_owned()),
    }
}

/// A random moment in so many years from so many years after 1970.
fn moment(from: u32, years: u32) -> Timestamp {
    let span = u64::try_from((YEAR * years).as_micros()).unwrap_or(u64::MAX);
    Timestamp::EPOCH
        .plus(YEAR * from)
        .plus(Duration::from_micros(fresh_below(span)))
}
