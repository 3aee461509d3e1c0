//! Comments, in threads of one level.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{CommentId, PostId};
use blog_core::model::comment::{
    Comment, CommentChange, CommentState, MAX_REPLIES, NewComment, Thread,
};
use blog_core::model::effects::Effects;
use blog_core::model::post::SafeHtml;
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::CommentStore;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{args, unsigned};
use super::db::Tx;
use super::effects;
use super::rows::{PersonColumns, time, unreadable};
use super::users::require_user;

/// The columns of a comment `c` with its author.
macro_rules! comment {
    () => {
        concat!(
            "c.id AS comment_id, c.post, c.parent, c.state, c.created_at, c.edited_at, c.version, c.body, c.html, \
             u.id AS user_id, u.username, u.display_name, ",
            $crate::sql::rows::media_columns!("a", "avatar")
        )
    };
}

macro_rules! author {
    () => {
        " LEFT JOIN blog_users u ON u.id = c.author LEFT JOIN blog_media a ON a.id = u.avatar"
    };
}

const BY_ID: &str = concat!(
    "SELECT ",
    comment!(),
    " FROM blog_comments c",
    author!(),
    " WHERE c.id = ? AND c.state <> 'deleted'"
);

/// A page of threads with their visible replies: (post, from this time, behind this time, or behind this id, how many).
const THREADS: &str = concat!(
    "SELECT ",
    comment!(),
    " FROM (SELECT id, created_at FROM blog_comments WHERE post = ? AND shown = 1 \
     AND created_at >= ? AND (created_at > ? OR id > ?) ORDER BY created_at, id LIMIT ?) r \
     JOIN blog_comments c ON c.thread = r.id AND (c.id = r.id OR c.state = 'visible')",
    author!(),
    " ORDER BY r.created_at, r.id, c.parent IS NOT NULL, c.created_at, c.id"
);

/// The thread that stands so many and one before a comment's, if there are so many; no row where the comment is not to
/// be seen: (how many, comment, post).
const PLACE: &str = "SELECT a.created_at, a.id FROM blog_comments c \
    JOIN blog_comments t ON t.id = c.thread AND t.shown = 1 \
    LEFT JOIN blog_comments a ON a.id = (SELECT e.id FROM blog_comments e WHERE e.post = t.post AND e.shown = 1 \
    AND e.created_at <= t.created_at AND (e.created_at < t.created_at OR e.id < t.id) \
    ORDER BY e.created_at DESC, e.id DESC LIMIT 1 OFFSET ?) \
    WHERE c.id = ? AND c.post = ? AND c.state = 'visible'";

#[derive(FromRow)]
struct CommentRow {
    comment_id: Uuid,
    post: Uuid,
    parent: Option<Uuid>,
    state: String,
    created_at: i64,
    edited_at: Option<i64>,
    version: i64,
    body: String,
    html: String,
    #[sqlx(flatten)]
    author: PersonColumns,
}

impl CommentRow {
    fn comment(self) -> Result<Comment> {
        Ok(Comment {
            id: CommentId::from(self.comment_id),
            post: PostId::from(self.post),
            parent: self.parent.map(CommentId::from),
            author: self.author.person(),
            body: self.body,
            html: SafeHtml::from_sanitiser(self.html),
            state: state(&self.state)?,
            created_at: time(self.created_at),
            edited_at: self.edited_at.map(time),
            version: unsigned(self.version),
        })
    }
}

fn state(word: &str) -> Result<CommentState> {
    CommentState::from_word(word).ok_or_else(|| unreadable("blog_comments.state"))
}

/// Where a comment stands in its thread.
#[derive(FromRow)]
struct Place {
    post: Uuid,
    thread: Uuid,
    parent: Option<Uuid>,
    state: String,
    replies: i64,
    version: i64,
}

async fn place(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Place>> {
    tx.one(
        "SELECT post, thread, parent, state, replies, version FROM blog_comments WHERE id = ?",
        args![id],
    )
    .await
}

/// The place of a comment that is not deleted.
async fn living(tx: &mut Tx<'_>, id: CommentId) -> Result<Place> {
    let deleted = CommentState::Deleted.as_str();
    place(tx, id.uuid())
        .await?
        .filter(|place| place.state != deleted)
        .ok_or(Error::NotFound(Entity::Comment))
}

async fn comment_in(tx: &mut Tx<'_>, id: CommentId) -> Result<Comment> {
    let row: Option<CommentRow> = tx.one(BY_ID, args![id]).await?;
    row.ok_or(Error::NotFound(Entity::Comment))?.comment()
}

/// Keeps what [`THREADS`] walks along: a thread is seen while its first comment is, or, with that one deleted, while a
/// visible answer needs its place.
async fn refresh_thread(tx: &mut Tx<'_>, thread: Uuid) -> Result<()> {
    tx.run(
        "UPDATE blog_comments SET shown = \
         CASE WHEN state = 'visible' OR (state = 'deleted' AND visible_replies > 0) THEN 1 ELSE 0 END WHERE id = ?",
        args![thread],
    )
    .await?;
    Ok(())
}

async fn count(tx: &mut Tx<'_>, post: Uuid, step: i64) -> Result<()> {
    tx.run(
        "UPDATE blog_posts SET comments = comments + ? WHERE id = ?",
        args![step, post],
    )
    .await?;
    Ok(())
}

async fn count_replies(tx: &mut Tx<'_>, thread: Uuid, step: i64, visible: i64) -> Result<()> {
    tx.run(
        "UPDATE blog_comments SET replies = replies + ?, visible_replies = visible_replies + ? WHERE id = ?",
        args![step, visible, thread],
    )
    .await?;
    Ok(())
}

#[async_trait]
impl CommentStore for SqlStore {
    async fn create(&self, comment: NewComment, effects: Effects) -> Result<Comment> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let post = comment.post;
            if !tx
                .any("SELECT 1 FROM blog_posts WHERE id = ?", args![post])
                .await?
            {
                return Err(Error::NotFound(Entity::Post));
            }
            require_user(&mut tx, comment.author).await?;
            let thread = match comment.parent {
                Some(parent) => {
                    let parent = living(&mut tx, parent).await?;
                    if parent.post != post.uuid() {
                        return Err(Error::NotFound(Entity::Comment));
                    }
                    let first = match parent.parent {
                        Some(_) => place(&mut tx, parent.thread)
                            .await?
                            .ok_or(Error::NotFound(Entity::Comment))?,
                        None => parent,
                    };
                    if unsigned(first.replies) >= MAX_REPLIES {
                        return Err(Conflict::ThreadFull.into());
                    }
                    Some(first.thread)
                }
                None => None,
            };
            let visible = i64::from(comment.state == CommentState::Visible);
            tx.run(
                "INSERT INTO blog_comments (id, post, thread, parent, author, state, shown, replies, visible_replies, \
                 created_at, edited_at, version, body, html) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, NULL, 1, ?, ?)",
                args![
                    comment.id,
                    post,
                    thread.unwrap_or(comment.id.uuid()),
                    thread,
                    comment.author,
                    comment.state.as_str(),
                    visible == 1 && thread.is_none(),
                    effects.at,
                    comment.body.as_str(),
                    comment.html.as_str(),
                ],
            )
            .await?;
            if let Some(thread) = thread {
                count_replies(&mut tx, thread, 1, visible).await?;
                refresh_thread(&mut tx, thread).await?;
            }
            if visible == 1 {
                count(&mut tx, post.uuid(), 1).await?;
            }
            let stored = comment_in(&mut tx, comment.id).await?;
            effects::commit(tx, &effects).await?;
            Ok(stored)
        })
        .await
    }

    async fn update(&self, change: CommentChange, effects: Effects) -> Result<Comment> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let changed = tx
                .run(
                    "UPDATE blog_comments SET body = ?, html = ?, edited_at = ?, version = version + 1 \
                     WHERE id = ? AND version = ? AND state <> 'deleted'",
                    args![
                        change.body.as_str(),
                        change.html.as_str(),
                        effects.at,
                        change.id,
                        change.expected_version,
                    ],
                )
                .await?;
            if changed == 0 {
                let current = unsigned(living(&mut tx, change.id).await?.version);
                return Err(Conflict::Version { current }.into());
            }
            let stored = comment_in(&mut tx, change.id).await?;
            effects::commit(tx, &effects).await?;
            Ok(stored)
        })
        .await
    }

    async fn delete(&self, id: CommentId, effects: Effects) -> Result<()> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let place = living(&mut tx, id).await?;
            let visible = i64::from(state(&place.state)? == CommentState::Visible);
            if place.parent.is_none() && place.replies > 0 {
                tx.run(
                    "UPDATE blog_comments SET state = 'deleted', author = NULL, body = '', html = '', \
                     version = version + 1 WHERE id = ?",
                    args![id],
                )
                .await?;
                refresh_thread(&mut tx, place.thread).await?;
            } else {
                tx.run("DELETE FROM blog_comments WHERE id = ?", args![id])
                    .await?;
            }
            if place.parent.is_some() {
                count_replies(&mut tx, place.thread, -1, -visible).await?;
                // A deleted comment only held the place of its replies, and this was the last.
                tx.run(
                    "DELETE FROM blog_comments WHERE id = ? AND state = 'deleted' AND replies = 0",
                    args![place.thread],
                )
                .await?;
                refresh_thread(&mut tx, place.thread).await?;
            }
            if visible == 1 {
                count(&mut tx, place.post, -1).await?;
            }
            effects::commit(tx, &effects).await
        })
        .await
    }

    async fn get(&self, id: CommentId) -> Result<Comment> {
        let row: Option<CommentRow> = self.db.one(BY_ID, args![id]).await?;
        row.ok_or(Error::NotFound(Entity::Comment))?.comment()
    }

    async fn place(&self, post: PostId, id: CommentId, limit: u16) -> Result<PageRequest> {
        // In the middle of its page, so that what was said before it is there too.
        let before = usize::from(limit) / 2;
        let row: Option<(Option<i64>, Option<Uuid>)> =
            self.db.one(PLACE, args![before, id, post]).await?;
        let after = row.ok_or(Error::NotFound(Entity::Comment))?;
        let after = match after {
            (Some(at), Some(id)) => Some(Cursor { at: time(at), id }),
            _ => None,
        };
        Ok(PageRequest::new(after, limit))
    }

    async fn threads(&self, post: PostId, page: PageRequest) -> Result<Page<Thread>> {
        let (at, id) = match page.after {
            Some(after) => (after.at.as_micros(), after.id),
            None => (i64::MIN, Uuid::nil()),
        };
        let rows: Vec<CommentRow> = self
            .db
            .all(THREADS, args![post, at, at, id, page.limit() + 1])
            .await?;
        let mut threads: Vec<Thread> = Vec::new();
        for row in rows {
            let comment = row.comment()?;
            match threads.last_mut() {
                Some(thread) if comment.parent.is_some() => thread.replies.push(comment),
                _ => threads.push(Thread {
                    comment,
                    replies: Vec::new(),
                }),
            }
        }
        Ok(Page::from_overfetch(
            threads,
            page.limit(),
            |thread: &Thread| Cursor {
                at: thread.comment.created_at,
                id: thread.comment.id.uuid(),
            },
        ))
    }
}
