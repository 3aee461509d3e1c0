//! Invitations: links that make an account, where registration is by invitation and elsewhere.

use super::secret::SecretHash;
use super::user::Role;
use crate::id::{InvitationId, UserId};
use crate::time::Timestamp;

/// An invitation as stores keep one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Identity, made by the caller.
    pub id: InvitationId,
    /// The hash of the link's secret; unique.
    pub token: SecretHash,
    /// Who made it.
    pub maker: UserId,
    /// What who follows it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is good for nothing.
    pub expires_at: Timestamp,
    /// When an account was made with it.
    pub used_at: Option<Timestamp>,
}
