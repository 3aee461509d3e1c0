//! Identifiers: UUID version 7 (RFC 9562), so that they sort by the time of their making, unless they are made of
//! something else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, of now.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The 16 bytes, as stores keep them.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// A user.
    UserId;
    /// A session.
    SessionId;
    /// A post.
    PostId;
    /// A comment.
    CommentId;
    /// A media item of the catalog.
    MediaId;
    /// A static page.
    StaticPageId;
    /// An unsaved text. Made by the page on which it is written, of random bits.
    AutosaveId;
    /// A link that shows a post.
    PreviewLinkId;
    /// An invitation.
    InvitationId;
    /// An archive of what is one person's.
    ExportId;
    /// An audit entry.
    AuditId;
    /// An outbox message.
    MessageId;
}

impl PostId {
    /// The id of the post that a writer's page makes: the same for the same page, so that a form which is sent again,
    /// because its answer was lost on the way, does not make a second post.
    pub fn of_page(writer: UserId, page: AutosaveId) -> Self {
        let mut digest = Sha256::new();
        digest.update(writer.0.as_bytes());
        digest.update(page.0.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        // Version 8 is for bytes of one's own making (RFC 9562, section 5.8).
        let id = uuid::Builder::from_bytes(bytes)
            .with_variant(uuid::Variant::RFC4122)
            .with_version(uuid::Version::Custom);
        Self(id.into_uuid())
    }
}
