//! Who did what, for the record. No bodies, no secrets.

use serde::{Deserialize, Serialize};

use crate::id::{AuditId, UserId};
use crate::time::Timestamp;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Identity, made by the caller.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the system and for strangers.
    pub actor: Option<UserId>,
    /// What, as `noun.verb`: "post.publish", "session.create".
    pub action: String,
    /// To what, as `noun:id`; empty where there is none.
    pub subject: String,
    /// A few words more: "draft → published". At most 500 characters.
    pub detail: String,
}
