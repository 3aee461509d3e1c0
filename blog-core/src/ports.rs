//! What the blog needs from the world, one trait per aggregate.
//!
//! Every port is object-safe and held as `Arc<dyn Port>`. Each sentence in a method's documentation that
//! promises something has a named check in the conformance kit (feature `conformance`): an adapter whose
//! tests call `conformance::run` keeps them all.
//!
//! Rules for all ports:
//! - A failed write changes nothing.
//! - What a write answered with success survives the end of the process, except in memory.
//! - Writes that take [`Effects`](crate::model::effects::Effects) store them in the same transaction.
//! - Times are given, never read from a clock by the adapter.
//! - Texts come back byte for byte.

pub mod audit;
pub mod autosaves;
pub mod catalog;
pub mod clock;
pub mod comments;
pub mod discovery;
pub mod engagement;
pub mod exports;
pub mod index;
pub mod invitations;
pub mod limits;
pub mod mailer;
pub mod media;
pub mod outbox;
pub mod personal;
pub mod posts;
pub mod preview_links;
pub mod second_factors;
pub mod sessions;
pub mod site;
pub mod static_pages;
pub mod tokens;
pub mod users;

pub use audit::AuditLog;
pub use autosaves::AutosaveStore;
pub use catalog::MediaCatalog;
pub use clock::Clock;
pub use comments::CommentStore;
pub use discovery::DiscoveryStore;
pub use engagement::EngagementStore;
pub use exports::ExportStore;
pub use index::{IntentLog, ObjectIndex};
pub use invitations::InvitationStore;
pub use limits::RateLimits;
pub use mailer::Mailer;
pub use media::MediaStore;
pub use outbox::Outbox;
pub use personal::PersonalData;
pub use posts::PostStore;
pub use preview_links::PreviewLinkStore;
pub use second_factors::SecondFactorStore;
pub use sessions::SessionStore;
pub use site::SiteStore;
pub use static_pages::StaticPageStore;
pub use tokens::TokenStore;
pub use users::UserStore;
