//! What the object index knows, for those who may know it.

use std::sync::Arc;

use serde::Serialize;

use crate::blog::Core;
use crate::error::{Denied, Entity, Error, Result};
use crate::id::UserId;
use crate::model::drift::Run;
use crate::model::index::{IndexItem, Usage};
use crate::model::media::{MediaItem, ObjectKey, ObjectMeta, QUARANTINE};
use crate::page::{Cursor, Page, PageRequest};
use crate::policy::{Action, Actor, Policy};
use crate::ports::ObjectIndex;

/// More objects of one owner are not counted: what is told is bounded, however much somebody has.
pub const MOST_COUNTED: u32 = 10_000;

/// How many objects in quarantine a page names.
const QUARANTINED: u16 = 100;

/// The index of objects.
#[derive(Debug, Clone)]
pub struct Objects {
    core: Arc<Core>,
}

/// An object of a list, with the item that it is of, where the catalog has that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOfItem {
    /// What the index knows.
    pub object: IndexItem,
    /// The item that has it.
    pub item: Option<MediaItem>,
}

/// What the bucket's comparisons with its index found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftReport {
    /// The bucket.
    pub bucket: String,
    /// Comparisons, newest first.
    pub runs: Vec<Run>,
    /// Objects in quarantine, the first of them.
    pub quarantined: Page<ObjectMeta, ObjectKey>,
}

impl Objects {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The actor's own objects, newest first, each with its item. Two queries.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn own(&self, actor: &Actor, page: PageRequest) -> Result<Page<ObjectOfItem>> {
        let owner = actor.user().ok_or(Denied::LogIn)?;
        let page = self.core.index.by_owner(owner, page).await?;
        let originals: Vec<ObjectKey> = page
            .items
            .iter()
            .map(|row| ObjectKey::from_store(row.key.clone()).original())
            .collect();
        let items = match originals.is_empty() {
            true => Vec::new(),
            false => self.core.records.catalog.of_objects(&originals).await?,
        };
        Ok(page.map(|object| {
            let key = ObjectKey::from_store(object.key.clone()).original();
            let own = |item: &&MediaItem| item.owner == owner && item.private_key == key;
            let item = items.iter().find(own).cloned();
            ObjectOfItem { object, item }
        }))
    }

    /// What the actor's own objects come to, of the newest [`MOST_COUNTED`]. One query.
    ///
    /// # Errors
    /// `Denied(LogIn)`.
    pub async fn usage(&self, actor: &Actor) -> Result<Usage> {
        let owner = actor.user().ok_or(Denied::LogIn)?;
        self.core.index.usage(owner, MOST_COUNTED).await
    }

    /// What the bucket's last comparisons found, and what lies in quarantine.
    ///
    /// # Errors
    /// `Denied` for everybody but admins.
    pub async fn drift(&self, actor: &Actor) -> Result<DriftReport> {
        self.core.policy.check(actor, Action::ManageSite)?;
        let bucket = self.core.media.bucket().to_owned();
        Ok(DriftReport {
            runs: self.core.index.runs(&bucket).await?,
            quarantined: self.core.media.list(QUARANTINE, None, QUARANTINED).await?,
            bucket,
        })
    }

    /// Answers a question of a program; see [`list`].
    ///
    /// # Errors
    /// As [`list`].
    pub async fn list(
        &self,
        actor: &Actor,
        question: &ObjectsQuestion,
    ) -> Result<ObjectsDocument, ObjectsRefusal> {
        let core = &self.core;
        let bucket = core.media.bucket();
        list(&core.policy, &*core.index, bucket, actor, question).await
    }
}

/// What a program asks for. Each part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectsQuestion {
    /// Whose objects, by the user's id.
    pub owner: Option<String>,
    /// Only those whose key begins so.
    pub prefix: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A page of objects, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectsDocument {
    /// At most a hundred; a page may have fewer, even none, and yet not be the last.
    pub objects: Vec<ObjectDocument>,
    /// The `after` of the next page; `null` behind the last one.
    pub next: Option<String>,
}

/// An object, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectDocument {
    /// The bucket, or the store's own name.
    pub bucket: String,
    /// The full key.
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// Without quotation marks.
    pub etag: String,
    /// The content type, where it is known.
    pub content_type: Option<String>,
    /// Whose it is, by the user's id; `null` where that is not known or it is the site's.
    pub owner: Option<UserId>,
    /// The version, on versioned buckets.
    pub version: Option<String>,
    /// When the key was first heard of (RFC 3339).
    pub first_seen: String,
    /// When the newest event happened (RFC 3339).
    pub last_seen: String,
}

impl From<IndexItem> for ObjectDocument {
    fn from(row: IndexItem) -> Self {
        Self {
            bucket: row.bucket,
            key: row.key,
            size: row.size,
            etag: row.etag,
            content_type: row.content_type,
            owner: row.owner,
            version: row.version,
            first_seen: row.first_seen.to_rfc3339(),
            last_seen: row.last_seen.to_rfc3339(),
        }
    }
}

/// A refusal, as it is sent: `{"error": {"code": …, "message": …}}`. Codes stay, messages may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectsRefusal {
    /// The status of the answer.
    #[serde(skip)]
    pub status: u16,
    /// What is refused.
    pub error: RefusalDocument,
}

/// What stands in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RefusalDocument {
    /// `bad-request`, `log-in`, `denied`, `not-found`, `method-not-allowed` or `unavailable`.
    pub code: &'static str,
    /// A sentence for whoever writes the program.
    pub message: &'static str,
}

impl ObjectsRefusal {
    /// Such a refusal.
    pub fn new(status: u16, code: &'static str, message: &'static str) -> Self {
        Self {
            status,
            error: RefusalDocument { code, message },
        }
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "There is nothing here.")
    }
}

/// What a failure of the index, or of policy, is as an answer. Its cause is logged here, since it is not sent.
impl From<Error> for ObjectsRefusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(Denied::LogIn) => {
                Self::new(403, "log-in", "Log in, or send credentials.")
            }
            Error::Denied(_) => Self::new(403, "denied", "This account may not ask for that."),
            Error::NotFound(_) => Self::not_found(),
            error => {
                tracing::error!(error = error.chain(), "the object index could not be asked");
                Self::new(
                    503,
                    "unavailable",
                    "The index does not answer; try again later.",
                )
            }
        }
    }
}

/// A page of the objects that the actor may know of: of an `owner` newest first, or else of the bucket in the order of keys.
/// Without an `owner`, who is no admin is answered about themselves. Somebody else's objects are not there for anybody but
/// admins. One query.
///
/// # Errors
/// What is sent instead.
pub async fn list(
    policy: &Policy,
    index: &dyn ObjectIndex,
    bucket: &str,
    actor: &Actor,
    question: &ObjectsQuestion,
) -> Result<ObjectsDocument, ObjectsRefusal> {
    let all = Action::ReadObjects { owner: None };
    let prefix = question.prefix.as_deref().unwrap_or_default();
    let after = question.after.as_deref().filter(|after| !after.is_empty());
    let owner = match question.owner.as_deref().filter(|owner| !owner.is_empty()) {
        Some(owner) => Some(owner.parse::<UserId>().map_err(|_| {
            ObjectsRefusal::new(400, "bad-request", "owner must be the id of a user.")
        })?),
        None if policy.may(actor, all) => None,
        None => actor.user(),
    };
    match policy.check(actor, Action::ReadObjects { owner }) {
        Ok(()) => {}
        // Whether there is such a user is nobody's business.
        Err(Error::Denied(Denied::NotYours)) => return Err(Error::NotFound(Entity::User).into()),
        Err(error) => return Err(error.into()),
    }
    let Some(owner) = owner else {
        let page = index
            .by_prefix(bucket, prefix, after, PageRequest::MAX)
            .await?;
        return Ok(ObjectsDocument {
            objects: page.items.into_iter().map(ObjectDocument::from).collect(),
            next: page.next,
        });
    };
    let after = match after {
        None => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(|| {
            ObjectsRefusal::new(
                400,
                "bad-request",
                "after must be the next of a page before.",
            )
        })?),
    };
    let page = PageRequest::new(after, PageRequest::MAX);
    let page = index.by_owner(owner, page).await?;
    let objects = page.items.into_iter();
    let objects = objects.filter(|row| row.key.starts_with(prefix));
    Ok(ObjectsDocument {
        objects: objects.map(ObjectDocument::from).collect(),
        next: page.next.map(|cursor| cursor.encode()),
    })
}
