//! The tables, and the joins that several ports need.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use blog_core::error::{Entity, Error};
use blog_core::id::{
    AuditId, AutosaveId, CommentId, InvitationId, MediaId, MessageId, PostId, PreviewLinkId,
    SessionId, StaticPageId, UserId,
};
use blog_core::model::audit::{AuditHead, AuditRecord};
use blog_core::model::autosave::Autosave;
use blog_core::model::drift::Run;
use blog_core::model::effects::Effects;
use blog_core::model::index::{IndexItem, Intent};
use blog_core::model::invitation::Invitation;
use blog_core::model::media::{MediaItem, MediaRef};
use blog_core::model::preview_link::PreviewLink;
use blog_core::model::secret::SecretHash;
use blog_core::model::session::Session;
use blog_core::model::slug::{PageSlug, Slug};
use blog_core::model::static_page::StaticPage;
use blog_core::model::token::Token;
use blog_core::model::user::{Subject, User, UserRef, Username};
use blog_core::{Result, Timestamp};
use uuid::Uuid;

use super::BACKEND;
use super::comments::CommentRow;
use super::exports::ExportRow;
use super::outbox::OutboxRow;
use super::posts::PostRow;
use super::second_factors::SecondFactorRow;
use super::site::SettingsRow;
use super::users::UserRow;

/// All tables. Each index beside a table holds exactly its rows: a write changes both.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) users: HashMap<UserId, UserRow>,
    pub(super) usernames: HashMap<Username, UserId>,
    pub(super) emails: HashMap<String, UserId>,
    pub(super) subjects: HashMap<Subject, UserId>,

    pub(super) sessions: HashMap<SessionId, Session>,
    pub(super) session_tokens: HashMap<SecretHash, SessionId>,
    pub(super) user_sessions: HashMap<UserId, BTreeSet<SessionId>>,

    pub(super) tokens: HashMap<SecretHash, Token>,

    pub(super) second_factors: HashMap<UserId, SecondFactorRow>,

    pub(super) invitations: HashMap<InvitationId, Invitation>,

    pub(super) posts: HashMap<PostId, PostRow>,
    /// The number of the post that was created last.
    pub(super) last_post: u64,
    /// Every slug that a post has or had.
    pub(super) slugs: HashMap<Slug, PostId>,
    /// Posts with a time of publication, whatever their status.
    pub(super) by_published: BTreeSet<(Timestamp, PostId)>,
    pub(super) by_updated: BTreeSet<(Timestamp, PostId)>,

    pub(super) comments: HashMap<CommentId, CommentRow>,

    pub(super) autosaves: HashMap<AutosaveId, Autosave>,

    pub(super) exports: HashMap<UserId, ExportRow>,

    pub(super) preview_links: HashMap<PreviewLinkId, PreviewLink>,

    /// By day, so that a day is forgotten at once.
    pub(super) views: BTreeMap<i64, HashSet<(PostId, [u8; 16])>>,
    pub(super) salts: BTreeMap<i64, [u8; 32]>,

    pub(super) media: HashMap<MediaId, MediaItem>,
    pub(super) media_posts: HashMap<MediaId, BTreeSet<PostId>>,
    pub(super) media_avatars: HashMap<MediaId, BTreeSet<UserId>>,
    pub(super) media_owners: BTreeSet<(UserId, Timestamp, MediaId)>,

    pub(super) settings: Option<SettingsRow>,

    pub(super) static_pages: HashMap<StaticPageId, StaticPage>,
    /// Every slug that a static page has or had.
    pub(super) page_slugs: HashMap<PageSlug, StaticPageId>,
    pub(super) pages_by_created: BTreeSet<(Timestamp, StaticPageId)>,
    pub(super) media_static_pages: HashMap<MediaId, BTreeSet<StaticPageId>>,

    pub(super) audit: BTreeMap<(Timestamp, AuditId), AuditRecord>,
    pub(super) audit_ids: HashSet<AuditId>,
    /// In the order of their numbers.
    pub(super) audit_chain: Vec<(Timestamp, AuditId)>,
    pub(super) audit_head: AuditHead,

    pub(super) outbox: HashMap<MessageId, OutboxRow>,
    pub(super) outbox_due: BTreeSet<(Timestamp, MessageId)>,

    /// When all that was taken of a key is given back, in microseconds.
    pub(super) limits: HashMap<String, i64>,

    pub(super) intents: BTreeMap<u64, Intent>,
    pub(super) last_intent: u64,
    pub(super) last_sequencer: u64,

    /// By bucket and key.
    pub(super) objects: BTreeMap<(String, String), IndexItem>,
    /// By bucket, then by their ids.
    pub(super) runs: HashMap<String, BTreeMap<Uuid, Run>>,

    pub(super) generation: u64,
}

impl State {
    /// Whether these effects can be stored: their ids are new.
    pub(super) fn check(&self, effects: &Effects) -> Result<()> {
        let mut entries = HashSet::new();
        for entry in &effects.audit {
            if self.audit_ids.contains(&entry.id) || !entries.insert(entry.id) {
                return Err(duplicate("an audit entry", entry.id));
            }
        }
        let mut messages = HashSet::new();
        for message in &effects.outbox {
            if self.outbox.contains_key(&message.id) || !messages.insert(message.id) {
                return Err(duplicate("an outbox message", message.id));
            }
        }
        Ok(())
    }

    /// Stores effects that were checked.
    pub(super) fn commit(&mut self, effects: Effects) {
        for entry in effects.audit {
            let record = AuditRecord::behind(&self.audit_head, entry);
            self.audit_ids.insert(record.id);
            self.audit_chain.push((record.at, record.id));
            self.audit_head = record.head();
            self.audit.insert((record.at, record.id), record);
        }
        for message in effects.outbox {
            self.outbox_due.insert((message.available_at, message.id));
            self.outbox.insert(message.id, OutboxRow::new(message));
        }
        for (writer, id) in effects.forgets {
            self.forget(writer, id);
        }
        if effects.invalidates {
            self.generation += 1;
        }
    }

    pub(super) fn user(&self, id: UserId) -> Result<&UserRow> {
        self.users.get(&id).ok_or(Error::NotFound(Entity::User))
    }

    pub(super) fn user_mut(&mut self, id: UserId) -> Result<&mut UserRow> {
        self.users.get_mut(&id).ok_or(Error::NotFound(Entity::User))
    }

    pub(super) fn post(&self, id: PostId) -> Result<&PostRow> {
        self.posts.get(&id).ok_or(Error::NotFound(Entity::Post))
    }

    /// A user with their avatar joined.
    pub(super) fn join_user(&self, row: &UserRow) -> User {
        User {
            avatar: self.join_media(row.avatar),
            second_factor: self.second_factor_of(row.user.id),
            ..row.user.clone()
        }
    }

    /// An author as lists show one. Nobody is removed who has posts, so there is one.
    pub(super) fn join_author(&self, id: UserId) -> Option<UserRef> {
        let row = self.users.get(&id)?;
        Some(UserRef {
            avatar: self.join_media(row.avatar),
            ..row.user.to_ref()
        })
    }

    fn second_factor_of(&self, id: UserId) -> Option<Timestamp> {
        self.second_factors.get(&id)?.factor.confirmed_at
    }

    pub(super) fn join_media(&self, id: Option<MediaId>) -> Option<MediaRef> {
        self.media.get(&id?).map(MediaItem::to_ref)
    }
}

fn duplicate(what: &str, id: impl std::fmt::Display) -> Error {
    Error::backend(BACKEND, format!("{what} of id {id} is stored already"))
}

/// Takes a member out of a set of an index, and the set when it was the last.
pub(super) fn unlink<K, V>(index: &mut HashMap<K, BTreeSet<V>>, key: &K, member: &V)
where
    K: Eq + std::hash::Hash,
    V: Ord,
{
    if let Some(set) = index.get_mut(key) {
        set.remove(member);
        if set.is_empty() {
            index.remove(key);
        }
    }
}
