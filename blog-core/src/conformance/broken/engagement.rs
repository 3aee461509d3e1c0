//! Likes and views that are counted wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::{Broken, records, round_trip};
use crate::backend::{Backend, Records};
use crate::error::Result;
use crate::id::{PostId, UserId};
use crate::policy::{Actor, Surface, Visibility};
use crate::ports::EngagementStore;
use crate::ports::engagement::View;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    LookThenLike,
    EveryViewCounted,
    SaltOfEachCaller,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 3] = [
        (
            "engagement-look-then-like",
            &["engagement-like-race"],
            Fault::LookThenLike,
        ),
        (
            "engagement-every-view-counted",
            &["engagement-views-twice"],
            Fault::EveryViewCounted,
        ),
        (
            "engagement-salt-of-each-caller",
            &["engagement-salt", "engagement-salt-race"],
            Fault::SaltOfEachCaller,
        ),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: records(working, |records| {
            let inner = records.clone();
            let counted = Mutex::default();
            records.engagement = Arc::new(Engagement {
                inner,
                counted,
                fault,
            });
        }),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Engagement {
    inner: Records,
    /// Likes as counted by whoever read first and wrote then.
    counted: Mutex<HashMap<PostId, u64>>,
    fault: Fault,
}

impl Engagement {
    /// Reads whether the user likes the post, and counts when they did not yet: two who read at once both count.
    async fn look_then_like(
        &self,
        post: PostId,
        user: UserId,
        liked: bool,
        at: Timestamp,
    ) -> Result<u64> {
        let viewer = Actor::of(&self.inner.users.get(user).await?);
        let seen = Visibility::new(viewer, Surface::Page, at);
        let was = self.inner.posts.get(post, &seen).await?.liked;
        round_trip().await;
        self.inner
            .engagement
            .set_like(post, user, liked, at)
            .await?;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let likes = counted.entry(post).or_default();
        match (was, liked) {
            (false, true) => *likes += 1,
            (true, false) => *likes = likes.saturating_sub(1),
            _ => {}
        }
        Ok(*likes)
    }
}

#[async_trait]
impl EngagementStore for Engagement {
    async fn set_like(
        &self,
        post: PostId,
        user: UserId,
        liked: bool,
        at: Timestamp,
    ) -> Result<u64> {
        if self.fault == Fault::LookThenLike {
            return self.look_then_like(post, user, liked, at).await;
        }
        self.inner.engagement.set_like(post, user, liked, at).await
    }

    async fn record_views(&self, views: &[View]) -> Result<u64> {
        let new = self.inner.engagement.record_views(views).await?;
        let counted = if self.fault == Fault::EveryViewCounted {
            views.len() as u64
        } else {
            new
        };
        Ok(counted)
    }

    async fn salt(&self, day: i64, proposal: [u8; 32]) -> Result<[u8; 32]> {
        let stored = self.inner.engagement.salt(day, proposal).await?;
        Ok(if self.fault == Fault::SaltOfEachCaller {
            proposal
        } else {
            stored
        })
    }

    async fn forget_before(&self, day: i64) -> Result<()> {
        self.inner.engagement.forget_before(day).await
    }
}
