//! Everything the blog needs from the world, in one struct.

use std::sync::Arc;

use crate::ports::{
    AuditLog, AutosaveStore, CommentStore, DiscoveryStore, EngagementStore, ExportStore, IntentLog,
    InvitationStore, MediaCatalog, MediaStore, ObjectIndex, Outbox, PersonalData, PostStore,
    PreviewLinkStore, RateLimits, SecondFactorStore, SessionStore, SiteStore, StaticPageStore,
    TokenStore, UserStore,
};

/// A full set of adapters. The records (all fields of [`Records`]) come from one adapter, so that one transaction can
/// hold a write and its effects; media and index swap independently.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The relational ports.
    pub records: Records,
    /// The bytes.
    pub media: Arc<dyn MediaStore>,
    /// The view of the bytes.
    pub index: Arc<dyn ObjectIndex>,
}

/// The relational ports, all of one adapter.
#[derive(Debug, Clone)]
pub struct Records {
    /// Users.
    pub users: Arc<dyn UserStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Second factors.
    pub second_factors: Arc<dyn SecondFactorStore>,
    /// Invitations.
    pub invitations: Arc<dyn InvitationStore>,
    /// One-time tokens.
    pub tokens: Arc<dyn TokenStore>,
    /// Posts.
    pub posts: Arc<dyn PostStore>,
    /// Text that was not saved.
    pub autosaves: Arc<dyn AutosaveStore>,
    /// Links that show a post.
    pub preview_links: Arc<dyn PreviewLinkStore>,
    /// Comments.
    pub comments: Arc<dyn CommentStore>,
    /// Feeds and site maps.
    pub discovery: Arc<dyn DiscoveryStore>,
    /// Likes and views.
    pub engagement: Arc<dyn EngagementStore>,
    /// Archives of what is one person's.
    pub exports: Arc<dyn ExportStore>,
    /// What is one person's.
    pub personal: Arc<dyn PersonalData>,
    /// Media items.
    pub catalog: Arc<dyn MediaCatalog>,
    /// The site's settings.
    pub site: Arc<dyn SiteStore>,
    /// Static pages.
    pub static_pages: Arc<dyn StaticPageStore>,
    /// Audit log.
    pub audit: Arc<dyn AuditLog>,
    /// Outbox.
    pub outbox: Arc<dyn Outbox>,
    /// Rate limits.
    pub limits: Arc<dyn RateLimits>,
    /// Intents of an embedded media store.
    pub intents: Arc<dyn IntentLog>,
    /// Whether the records can be asked.
    pub health: Arc<dyn Health>,
}

impl Records {
    /// The records of one store that implements every relational port.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: UserStore
            + SessionStore
            + SecondFactorStore
            + InvitationStore
            + TokenStore
            + PostStore
            + AutosaveStore
            + PreviewLinkStore
            + CommentStore
            + DiscoveryStore
            + EngagementStore
            + ExportStore
            + PersonalData
            + MediaCatalog
            + SiteStore
            + StaticPageStore
            + AuditLog
            + Outbox
            + RateLimits
            + IntentLog
            + Health,
    {
        Self {
            users: store.clone(),
            sessions: store.clone(),
            second_factors: store.clone(),
            invitations: store.clone(),
            tokens: store.clone(),
            posts: store.clone(),
            autosaves: store.clone(),
            preview_links: store.clone(),
            comments: store.clone(),
            discovery: store.clone(),
            engagement: store.clone(),
            exports: store.clone(),
            personal: store.clone(),
            catalog: store.clone(),
            site: store.clone(),
            static_pages: store.clone(),
            audit: store.clone(),
            outbox: store.clone(),
            limits: store.clone(),
            intents: store.clone(),
            health: store,
        }
    }
}

/// Whether a store answers.
#[async_trait::async_trait]
pub trait Health: std::fmt::Debug + Send + Sync + 'static {
    /// Makes the cheapest real call; `Unavailable` when the store does not answer.
    async fn ping(&self) -> crate::Result<()>;
}
