//! Likes and views.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::blog::{Core, detached};
use crate::error::{Denied, Result};
use crate::id::PostId;
use crate::model::post::Post;
use crate::model::secret::Secret;
use crate::policy::{Action, Actor, Surface};
use crate::ports::engagement::View;

/// Views that are not written yet; what is not yet written may be lost. Bounded.
#[derive(Debug, Default)]
pub(crate) struct PendingViews(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    /// Who saw what, before it is keyed: kept in memory only, and not longer than until the next flush.
    seen: HashSet<Seen>,
    salt: Option<(i64, [u8; 32])>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Seen {
    post: PostId,
    day: i64,
    visitor: String,
}

const MAX_PENDING: usize = 20_000;

/// More of a `User-Agent` tells nobody apart.
const AGENT_CHARS: usize = 256;

/// Words of the `User-Agent` of programs that are no readers.
const BOTS: [&str; 12] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "fetch",
    "monitor",
    "curl",
    "wget",
    "python",
    "scan",
    "headless-check",
];

/// Likes and views.
#[derive(Debug, Clone)]
pub struct Engagement {
    core: Arc<Core>,
}

impl Engagement {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Sets whether the actor likes a post that they can see; returns the number of likes. Saying the same twice
    /// changes nothing.
    ///
    /// # Errors
    /// `Denied`, `NotFound(Post)`.
    pub async fn like(&self, actor: &Actor, post: PostId, liked: bool) -> Result<(Post, u64)> {
        let user = actor.user().ok_or(Denied::LogIn)?;
        let visibility = self.core.visibility(actor, Surface::Page);
        let post = self.core.records.posts.get(post, &visibility).await?;
        self.core.policy.check(actor, Action::Like)?;
        let core = self.core.clone();
        detached(&self.core, async move {
            let engagement = &core.records.engagement;
            let likes = engagement.set_like(post.id, user, liked, core.now());
            let likes = likes.await?;
            core.seen_site.counted();
            Ok((post, likes))
        })
        .await
    }

    /// Notes that somebody saw a post that everybody may see; written later, counted once per visitor and day. Programs
    /// that say that they are one are left out. Neither the address nor the `User-Agent` is ever stored.
    pub fn seen(&self, post: PostId, client: &str, user_agent: &str) {
        let agent: String = user_agent
            .chars()
            .take(AGENT_CHARS)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if agent.is_empty() || BOTS.iter().any(|bot| agent.contains(bot)) {
            return;
        }
        let mut pending = self.core.views.lock();
        if pending.seen.len() < MAX_PENDING {
            pending.seen.insert(Seen {
                post,
                day: self.core.now().day(),
                visitor: format!("{client}\n{agent}"),
            });
        }
    }

    /// Writes the noted views.
    pub(crate) async fn flush(&self) -> Result<()> {
        let seen = std::mem::take(&mut self.core.views.lock().seen);
        if seen.is_empty() {
            return Ok(());
        }
        let mut views = Vec::with_capacity(seen.len());
        for one in &seen {
            let salt = match self.salt(one.day).await {
                Ok(salt) => salt,
                Err(error) => {
                    self.core.views.lock().seen.extend(seen);
                    return Err(error);
                }
            };
            views.push(View {
                post: one.post,
                day: one.day,
                visitor: visitor(&salt, &one.visitor),
            });
        }
        let engagement = &self.core.records.engagement;
        for batch in views.chunks(500) {
            if engagement.record_views(batch).await? > 0 {
                self.core.seen_site.counted();
            }
        }
        Ok(())
    }

    async fn salt(&self, day: i64) -> Result<[u8; 32]> {
        if let Some((known, salt)) = self.core.views.lock().salt
            && known == day
        {
            return Ok(salt);
        }
        let proposal = *Secret::generate().hash().as_bytes();
        let salt = self.core.records.engagement.salt(day, proposal).await?;
        self.core.views.lock().salt = Some((day, salt));
        Ok(salt)
    }
}

impl PendingViews {
    fn lock(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn visitor(salt: &[u8; 32], who: &str) -> [u8; 16] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes keys of every length (RFC 2104)");
    mac.update(who.as_bytes());
    let full = mac.finalize().into_bytes();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}
