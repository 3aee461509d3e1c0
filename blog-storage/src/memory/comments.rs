//! Comments.

use std::collections::BTreeSet;
use std::ops::Bound;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::{CommentId, PostId, UserId};
use blog_core::model::comment::{
    Comment, CommentChange, CommentState, MAX_REASONS, MAX_REPLIES, NewComment, QueuedComment,
    Report, Thread,
};
use blog_core::model::effects::Effects;
use blog_core::model::post::SafeHtml;
use blog_core::page::PageRequest;
use blog_core::ports::CommentStore;
use blog_core::{Cursor, Page, Result, Timestamp};

use super::MemoryStore;
use super::state::State;

/// A comment, whose author is joined when read.
#[derive(Debug)]
pub(super) struct CommentRow {
    pub(super) id: CommentId,
    pub(super) post: PostId,
    pub(super) parent: Option<CommentId>,
    pub(super) author: Option<UserId>,
    pub(super) body: String,
    html: SafeHtml,
    pub(super) state: CommentState,
    pub(super) created_at: Timestamp,
    pub(super) edited_at: Option<Timestamp>,
    version: u64,
    /// Oldest first.
    replies: BTreeSet<(Timestamp, CommentId)>,
    /// When it came into the queue, while it is there.
    queued_at: Option<Timestamp>,
    /// Oldest first.
    pub(super) reports: Vec<ReportRow>,
}

/// Who reported a comment, why and when.
#[derive(Debug)]
pub(super) struct ReportRow {
    pub(super) by: UserId,
    pub(super) reason: String,
    pub(super) at: Timestamp,
}

impl CommentRow {
    /// Without somebody's name, and without what they reported.
    pub(super) fn forget(&mut self, user: UserId) {
        if self.author == Some(user) {
            self.author = None;
        }
        self.reports.retain(|report| report.by != user);
        self.leave_queue();
    }

    /// Out of the queue, unless something keeps it there.
    fn leave_queue(&mut self) {
        if self.state != CommentState::Pending && self.reports.is_empty() {
            self.queued_at = None;
        }
    }
}

impl State {
    /// A comment that is not deleted.
    fn comment(&self, id: CommentId) -> Result<&CommentRow> {
        let row = self.comments.get(&id);
        row.filter(|row| row.state != CommentState::Deleted)
            .ok_or(Error::NotFound(Entity::Comment))
    }

    fn join_comment(&self, row: &CommentRow) -> Comment {
        Comment {
            id: row.id,
            post: row.post,
            parent: row.parent,
            author: row.author.and_then(|id| self.join_author(id)),
            body: row.body.clone(),
            html: row.html.clone(),
            state: row.state,
            created_at: row.created_at,
            edited_at: row.edited_at,
            version: row.version,
        }
    }

    /// The thread of a comment that answers none, if there is something of it to be seen.
    fn join_thread(&self, id: CommentId) -> Option<Thread> {
        let row = self.comments.get(&id)?;
        let replies: Vec<Comment> = row
            .replies
            .iter()
            .filter_map(|(_, reply)| self.comments.get(reply))
            .filter(|reply| reply.state == CommentState::Visible)
            .map(|reply| self.join_comment(reply))
            .collect();
        let seen = match row.state {
            CommentState::Visible => true,
            CommentState::Pending => false,
            CommentState::Deleted => !replies.is_empty(),
        };
        seen.then(|| Thread {
            comment: self.join_comment(row),
            replies,
        })
    }

    /// Takes a row away, and the placeholder above it when this was its last reply.
    fn remove_comment(&mut self, id: CommentId) {
        let Some(row) = self.comments.remove(&id) else {
            return;
        };
        let place = (row.created_at, id);
        match row.parent {
            None => {
                if let Some(post) = self.posts.get_mut(&row.post) {
                    post.threads.remove(&place);
                }
            }
            Some(parent) => {
                let Some(above) = self.comments.get_mut(&parent) else {
                    return;
                };
                above.replies.remove(&place);
                if above.state == CommentState::Deleted && above.replies.is_empty() {
                    self.remove_comment(parent);
                }
            }
        }
    }
}

#[async_trait]
impl CommentStore for MemoryStore {
    async fn create(&self, comment: NewComment, effects: Effects) -> Result<Comment> {
        self.write(effects, |state, at| {
            state.post(comment.post)?;
            state.user(comment.author)?;
            if state.comments.contains_key(&comment.id) {
                return Err(Conflict::Exists.into());
            }
            let mut parent = None;
            if let Some(id) = comment.parent {
                let answered = state.comment(id)?;
                if answered.post != comment.post {
                    return Err(Error::NotFound(Entity::Comment));
                }
                let root = answered.parent.unwrap_or(id);
                let replies = state.comments.get(&root).map(|row| row.replies.len());
                if replies.is_some_and(|replies| replies as u64 >= MAX_REPLIES) {
                    return Err(Conflict::ThreadFull.into());
                }
                parent = Some(root);
            }

            let place = (at, comment.id);
            match parent.and_then(|root| state.comments.get_mut(&root)) {
                Some(root) => {
                    root.replies.insert(place);
                }
                None => {
                    if let Some(post) = state.posts.get_mut(&comment.post) {
                        post.threads.insert(place);
                    }
                }
            }
            if comment.state == CommentState::Visible
                && let Some(post) = state.posts.get_mut(&comment.post)
            {
                post.comments += 1;
            }
            let row = CommentRow {
                id: comment.id,
                post: comment.post,
                parent,
                author: Some(comment.author),
                body: comment.body.into_string(),
                html: comment.html,
                state: comment.state,
                created_at: at,
                edited_at: None,
                version: 1,
                replies: BTreeSet::new(),
                queued_at: (comment.state == CommentState::Pending).then_some(at),
                reports: Vec::new(),
            };
            let joined = state.join_comment(&row);
            state.comments.insert(row.id, row);
            Ok(joined)
        })
    }

    async fn update(&self, change: CommentChange, effects: Effects) -> Result<Comment> {
        self.write(effects, |state, at| {
            let current = state.comment(change.id)?.version;
            if current != change.expected_version {
                return Err(Conflict::Version { current }.into());
            }
            if let Some(row) = state.comments.get_mut(&change.id) {
                row.body = change.body.into_string();
                row.html = change.html;
                row.edited_at = Some(at);
                row.version += 1;
            }
            Ok(state.join_comment(state.comment(change.id)?))
        })
    }

    async fn delete(&self, id: CommentId, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let row = state.comment(id)?;
            let (post, was) = (row.post, row.state);
            if row.replies.is_empty() {
                state.remove_comment(id);
            } else if let Some(row) = state.comments.get_mut(&id) {
                row.author = None;
                row.body = String::new();
                row.html = SafeHtml::default();
                row.state = CommentState::Deleted;
                row.queued_at = None;
                row.reports.clear();
                row.version += 1;
            }
            if was == CommentState::Visible
                && let Some(post) = state.posts.get_mut(&post)
            {
                post.comments -= 1;
            }
            Ok(())
        })
    }

    async fn approve(
        &self,
        id: CommentId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<Comment> {
        self.write(effects, |state, _| {
            let current = state.comment(id)?.version;
            if current != expected_version {
                return Err(Conflict::Version { current }.into());
            }
            if state.comment(id)?.state != CommentState::Pending {
                return Err(Conflict::State.into());
            }
            if let Some(row) = state.comments.get_mut(&id) {
                row.state = CommentState::Visible;
                row.leave_queue();
            }
            let post = state.comment(id)?.post;
            if let Some(post) = state.posts.get_mut(&post) {
                post.comments += 1;
            }
            Ok(state.join_comment(state.comment(id)?))
        })
    }

    async fn report(&self, report: Report, effects: Effects) -> Result<bool> {
        // One lock for the look and the write: a report that says nothing new is none, and has no effects.
        let mut state = self.lock();
        state.check(&effects)?;
        state.user(report.reporter)?;
        let reports = &state.comment(report.comment)?.reports;
        let again = reports.iter().any(|known| known.by == report.reporter);
        if again || reports.len() >= MAX_REASONS {
            return Ok(false);
        }
        if let Some(row) = state.comments.get_mut(&report.comment) {
            row.queued_at.get_or_insert(effects.at);
            let reason = report.reason.to_string();
            row.reports.push(ReportRow {
                by: report.reporter,
                reason,
                at: effects.at,
            });
        }
        state.commit(effects);
        Ok(true)
    }

    async fn dismiss(&self, id: CommentId, expected_version: u64, effects: Effects) -> Result<()> {
        self.write(effects, |state, _| {
            let current = state.comment(id)?.version;
            if current != expected_version {
                return Err(Conflict::Version { current }.into());
            }
            if let Some(row) = state.comments.get_mut(&id) {
                row.reports.clear();
                row.leave_queue();
            }
            Ok(())
        })
    }

    async fn queue(
        &self,
        author: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<QueuedComment>> {
        let state = self.lock();
        let after = page
            .after
            .map(|after| (after.at, CommentId::from(after.id)));
        let mut queued: Vec<QueuedComment> = Vec::new();
        for row in state.comments.values() {
            let (Some(queued_at), Some(post)) = (row.queued_at, state.posts.get(&row.post)) else {
                continue;
            };
            let is_asked_for = author.is_none_or(|author| post.author == author)
                && after.is_none_or(|after| (queued_at, row.id) < after);
            if is_asked_for {
                queued.push(QueuedComment {
                    comment: state.join_comment(row),
                    post_slug: post.slug.clone(),
                    post_title: post.content.title.clone(),
                    queued_at,
                    reasons: row
                        .reports
                        .iter()
                        .map(|report| report.reason.clone())
                        .collect(),
                });
            }
        }
        queued.sort_by_key(|one| std::cmp::Reverse((one.queued_at, one.comment.id)));
        queued.truncate(page.limit() + 1);
        Ok(Page::from_overfetch(queued, page.limit(), |one| Cursor {
            at: one.queued_at,
            id: one.comment.id.uuid(),
        }))
    }

    async fn has_visible(&self, author: UserId) -> Result<bool> {
        let state = self.lock();
        let own = |post| {
            state
                .posts
                .get(post)
                .is_some_and(|row| row.author == author)
        };
        let mut rows = state.comments.values();
        Ok(rows.any(|row| {
            row.author == Some(author) && row.state == CommentState::Visible && !own(&row.post)
        }))
    }

    async fn get(&self, id: CommentId) -> Result<Comment> {
        let state = self.lock();
        Ok(state.join_comment(state.comment(id)?))
    }

    async fn place(&self, post: PostId, id: CommentId, limit: u16) -> Result<PageRequest> {
        let state = self.lock();
        let nothing = || Error::NotFound(Entity::Comment);
        let row = state.comment(id)?;
        let first = row.parent.unwrap_or(id);
        if row.post != post || row.state != CommentState::Visible {
            return Err(nothing());
        }
        let thread = state.join_thread(first).ok_or_else(nothing)?;
        let place = (thread.comment.created_at, first);
        let before = state
            .posts
            .get(&post)
            .ok_or_else(nothing)?
            .threads
            .range(..place);
        let after = before
            .rev()
            .filter(|(_, id)| state.join_thread(*id).is_some())
            .nth(usize::from(limit) / 2);
        let after = after.map(|(at, id)| Cursor {
            at: *at,
            id: id.uuid(),
        });
        Ok(PageRequest::new(after, limit))
    }

    async fn threads(&self, post: PostId, page: PageRequest) -> Result<Page<Thread>> {
        let state = self.lock();
        let Some(row) = state.posts.get(&post) else {
            return Ok(Page {
                items: Vec::new(),
                next: None,
            });
        };
        let begin = match page.after {
            Some(cursor) => Bound::Excluded((cursor.at, CommentId::from(cursor.id))),
            None => Bound::Unbounded,
        };
        let threads: Vec<Thread> = row
            .threads
            .range((begin, Bound::Unbounded))
            .filter_map(|(_, id)| state.join_thread(*id))
            .take(page.limit() + 1)
            .collect();
        Ok(Page::from_overfetch(threads, page.limit(), |thread| {
            Cursor {
                at: thread.comment.created_at,
                id: thread.comment.id.uuid(),
            }
        }))
    }
}
