//! Comments that are kept or counted wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Broken, records};
use crate::backend::Backend;
use crate::error::{Conflict, Error, Result};
use crate::id::{CommentId, PostId, UserId};
use crate::model::comment::{
    Comment, CommentChange, CommentState, NewComment, QueuedComment, Report, Thread,
};
use crate::model::effects::Effects;
use crate::page::{Page, PageRequest};
use crate::ports::CommentStore;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    TextStays,
    PendingCounted,
    DeepNesting,
    LastEditWins,
    RepliesUnordered,
    PlaceBehind,
    QueueOfEverybody,
    ReportedTwice,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 8] = [
        (
            "comments-text-stays-after-deletion",
            &["comments-delete-placeholder"],
            Fault::TextStays,
        ),
        (
            "comments-pending-counted",
            &["comments-counter"],
            Fault::PendingCounted,
        ),
        (
            "comments-nested-deeply",
            &["comments-nesting"],
            Fault::DeepNesting,
        ),
        (
            "comments-last-edit-wins",
            &["comments-update-version", "comments-update-race"],
            Fault::LastEditWins,
        ),
        (
            "comments-replies-newest-first",
            &["comments-order"],
            Fault::RepliesUnordered,
        ),
        (
            "comments-place-behind-the-comment",
            &["comments-place"],
            Fault::PlaceBehind,
        ),
        (
            "comments-queue-of-everybody",
            &["comments-queue"],
            Fault::QueueOfEverybody,
        ),
        (
            "comments-reported-twice",
            &["comments-report"],
            Fault::ReportedTwice,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.comments.clone();
            let known = Mutex::default();
            records.comments = Arc::new(Comments {
                inner,
                known,
                fault,
            });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Comments {
    inner: Arc<dyn CommentStore>,
    /// What was written, for the store that forgets nothing.
    known: Mutex<HashMap<CommentId, Comment>>,
    fault: Fault,
}

#[async_trait]
impl CommentStore for Comments {
    async fn create(&self, mut comment: NewComment, effects: Effects) -> Result<Comment> {
        let parent = comment.parent;
        if self.fault == Fault::PendingCounted {
            comment.state = CommentState::Visible;
        }
        let mut stored = self.inner.create(comment, effects).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(stored.id, stored.clone());
        if self.fault == Fault::DeepNesting {
            stored.parent = parent;
        }
        Ok(stored)
    }

    async fn update(&self, change: CommentChange, effects: Effects) -> Result<Comment> {
        let result = self.inner.update(change.clone(), effects.clone()).await;
        match result {
            Err(Error::Conflict(Conflict::Version { current }))
                if self.fault == Fault::LastEditWins =>
            {
                let change = CommentChange {
                    expected_version: current,
                    ..change
                };
                self.inner.update(change, effects).await
            }
            result => result,
        }
    }

    async fn delete(&self, id: CommentId, effects: Effects) -> Result<()> {
        self.inner.delete(id, effects).await
    }

    async fn approve(
        &self,
        id: CommentId,
        expected_version: u64,
        effects: Effects,
    ) -> Result<Comment> {
        self.inner.approve(id, expected_version, effects).await
    }

    async fn report(&self, report: Report, effects: Effects) -> Result<bool> {
        let new = self.inner.report(report, effects).await?;
        Ok(new || self.fault == Fault::ReportedTwice)
    }

    async fn dismiss(&self, id: CommentId, expected_version: u64, effects: Effects) -> Result<()> {
        self.inner.dismiss(id, expected_version, effects).await
    }

    async fn queue(
        &self,
        author: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<QueuedComment>> {
        let author = author.filter(|_| self.fault != Fault::QueueOfEverybody);
        self.inner.queue(author, page).await
    }

    async fn has_visible(&self, author: UserId) -> Result<bool> {
        self.inner.has_visible(author).await
    }

    async fn get(&self, id: CommentId) -> Result<Comment> {
        self.inner.get(id).await
    }

    async fn place(&self, post: PostId, id: CommentId, limit: u16) -> Result<PageRequest> {
        let place = self.inner.place(post, id, limit).await?;
        if self.fault == Fault::PlaceBehind {
            // The page after the comment, not the page with it.
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(comment) = known.get(&id) {
                let at = crate::page::Cursor {
                    at: comment.created_at,
                    id: comment.id.uuid(),
                };
                return Ok(PageRequest::new(Some(at), limit));
            }
        }
        Ok(place)
    }

    async fn threads(&self, post: PostId, page: PageRequest) -> Result<Page<Thread>> {
        let mut found = self.inner.threads(post, page).await?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in &mut found.items {
            match self.fault {
                Fault::TextStays if thread.comment.state == CommentState::Deleted => {
                    if let Some(written) = known.get(&thread.comment.id) {
                        thread.comment.body.clone_from(&written.body);
                    }
                }
                Fault::RepliesUnordered => thread.replies.reverse(),
                _ => {}
            }
        }
        Ok(found)
    }
}
