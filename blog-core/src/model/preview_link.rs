//! Links that show a post to whoever has them, before everybody may see it.

use super::secret::SecretHash;
use super::user::User;
use crate::id::{PostId, PreviewLinkId, UserId};
use crate::time::Timestamp;

/// A link as stores keep one: of its secret they know only the hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewLink {
    /// Identity, for lists and for ending it.
    pub id: PreviewLinkId,
    /// The hash of the link's secret; unique.
    pub token: SecretHash,
    /// The post that it shows.
    pub post: PostId,
    /// Who made it: it shows what they may see.
    pub maker: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is unknown.
    pub expires_at: Timestamp,
}

/// A link with its maker as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeLink {
    /// The link.
    pub link: PreviewLink,
    /// Who made it.
    pub maker: User,
}
