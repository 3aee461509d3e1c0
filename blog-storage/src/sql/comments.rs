//! Comments, in threads of one level.

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{CommentId, PostId, UserId};
use blog_core::model::comment::{
    Comment, CommentChange, CommentState, MAX_REASONS, MAX_REPLIES, NewComment, QueuedComment,
    Report, Thread,
};
use blog_core::model::effects::Effects;
use blog_core::model::post::{SafeHtml, Title};
use blog_core::model::slug::Slug;
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::ports::CommentStore;
use blog_core::time::Timestamp;
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

/// That a comment is what somebody saw who decides about it. Writers wait for each other, so it stays so until the end.
fn expect(place: &Place, version: u64) -> Result<()> {
    let current = unsigned(place.version);
    match current == version {
        true => Ok(()),
        false => Err(Conflict::Version { current }.into()),
    }
}

const FORGET_REPORTS: &str = "DELETE FROM blog_comment_reports WHERE comment = ?";
const DEQUEUE: &str = "DELETE FROM blog_comment_queue WHERE comment = ?";

/// Puts a comment into the queue, where it stays at its place if it is there.
async fn enqueue(tx: &mut Tx<'_>, id: CommentId, at: Timestamp) -> Result<()> {
    if !tx
        .any(
            "SELECT 1 FROM blog_comment_queue WHERE comment = ?",
            args![id],
        )
        .await?
    {
        tx.run(
            "INSERT INTO blog_comment_queue (comment, queued_at) VALUES (?, ?)",
            args![id, at],
        )
        .await?;
    }
    Ok(())
}

/// Takes a comment out of the queue, unless something keeps it there.
async fn leave_queue(tx: &mut Tx<'_>, id: CommentId) -> Result<()> {
    tx.run(
        "DELETE FROM blog_comment_queue WHERE comment = ? \
         AND NOT EXISTS (SELECT 1 FROM blog_comments c WHERE c.id = ? AND c.state = 'pending') \
         AND NOT EXISTS (SELECT 1 FROM blog_comment_reports r WHERE r.comment = ?)",
        args![id, id, id],
    )
    .await?;
    Ok(())
}

/// A page of the queue, a row for each reason: (author, author, at most this time, before this time, or before this id,
/// how many).
const QUEUE: &str = concat!(
    "SELECT ",
    comment!(),
    ", r.queued_at, r.slug AS post_slug, r.title AS post_title, w.reason \
     FROM (SELECT q.comment, q.queued_at, p.slug, p.title FROM blog_comment_queue q \
     JOIN blog_comments k ON k.id = q.comment JOIN blog_posts p ON p.id = k.post \
     WHERE (? IS NULL OR p.author = ?) AND q.queued_at <= ? AND (q.queued_at < ? OR q.comment < ?) \
     ORDER BY q.queued_at DESC, q.comment DESC LIMIT ?) r \
     JOIN blog_comments c ON c.id = r.comment",
    author!(),
    " LEFT JOIN blog_comment_reports w ON w.comment = r.comment \
     ORDER BY r.queued_at DESC, r.comment DESC, w.reported_at, w.reporter"
);

#[derive(FromRow)]
struct QueueRow {
    #[sqlx(flatten)]
    comment: CommentRow,
    queued_at: i64,
    post_slug: String,
    post_title: String,
    reason: Option<String>,
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
            } else if comment.state == CommentState::Pending {
                enqueue(&mut tx, comment.id, effects.at).await?;
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
                for sql in [FORGET_REPORTS, DEQUEUE] {
                    tx.run(sql, args![id]).await?;
                }
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

    async fn approve(
        &self,
        id: CommentId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<Comment> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let place = living(&mut tx, id).await?;
                expect(&place, expected_version)?;
                if state(&place.state)? != CommentState::Pending {
                    return Err(Conflict::State.into());
                }
                tx.run(
                    "UPDATE blog_comments SET state = 'visible' WHERE id = ?",
                    args![id],
                )
                .await?;
                if place.parent.is_some() {
                    count_replies(&mut tx, place.thread, 0, 1).await?;
                }
                refresh_thread(&mut tx, place.thread).await?;
                count(&mut tx, place.post, 1).await?;
                leave_queue(&mut tx, id).await?;
                let stored = comment_in(&mut tx, id).await?;
                effects::commit(tx, &effects).await?;
                Ok(stored)
            })
            .await
    }

    async fn report(&self, report: Report, effects: Effects) -> Result<bool> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                living(&mut tx, report.comment).await?;
                require_user(&mut tx, report.reporter).await?;
                let known: Vec<(Uuid,)> = tx
                    .all(
                        "SELECT reporter FROM blog_comment_reports WHERE comment = ?",
                        args![report.comment],
                    )
                    .await?;
                let again = known.iter().any(|(by,)| *by == report.reporter.uuid());
                if again || known.len() >= MAX_REASONS {
                    return Ok(false);
                }
                tx.run(
                    "INSERT INTO blog_comment_reports (comment, reporter, reason, reported_at) VALUES (?, ?, ?, ?)",
                    args![
                        report.comment,
                        report.reporter,
                        report.reason.as_str(),
                        effects.at
                    ],
                )
                .await?;
                enqueue(&mut tx, report.comment, effects.at).await?;
                effects::commit(tx, &effects).await?;
                Ok(true)
            })
            .await
    }

    async fn dismiss(&self, id: CommentId, expected_version: u64, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let place = living(&mut tx, id).await?;
                expect(&place, expected_version)?;
                tx.run(FORGET_REPORTS, args![id]).await?;
                leave_queue(&mut tx, id).await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn queue(
        &self,
        author: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<QueuedComment>> {
        let (at, id) = super::newest_first(&page);
        let limit = page.limit();
        let rows: Vec<QueueRow> = self
            .db
            .all(QUEUE, args![author, author, at, at, id, limit + 1])
            .await?;
        let mut queued: Vec<QueuedComment> = Vec::new();
        for row in rows {
            let reason = row.reason.clone();
            if queued
                .last()
                .is_none_or(|last| last.comment.id.uuid() != row.comment.comment_id)
            {
                queued.push(QueuedComment {
                    post_slug: Slug::from_store(row.post_slug),
                    post_title: Title::from_store(row.post_title),
                    queued_at: time(row.queued_at),
                    reasons: Vec::new(),
                    comment: row.comment.comment()?,
                });
            }
            if let Some(last) = queued.last_mut() {
                last.reasons.extend(reason);
            }
        }
        Ok(Page::from_overfetch(
            queued,
            limit,
            |one: &QueuedComment| Cursor {
                at: one.queued_at,
                id: one.comment.id.uuid(),
            },
        ))
    }

    async fn has_visible(&self, author: UserId) -> Result<bool> {
        let any: Option<(i64,)> = self
            .db
            .one(
                "SELECT 1 FROM blog_comments c JOIN blog_posts p ON p.id = c.post \
                 WHERE c.author = ? AND c.state = 'visible' AND p.author <> c.author LIMIT 1",
                args![author],
            )
            .await?;
        Ok(any.is_some())
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
