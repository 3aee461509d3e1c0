//! Who may see and do what. The only place that decides; pages, feeds, search, API and media all ask it.

use crate::error::{Denied, Error, Result};
use crate::id::UserId;
use crate::model::post::{Post, PostStatus};
use crate::model::user::{Role, User};
use crate::time::Timestamp;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody known.
    Anonymous,
    /// A user.
    User {
        /// Who.
        id: UserId,
        /// Their role.
        role: Role,
        /// Whether the account is suspended.
        suspended: bool,
        /// Whether their address is verified, or they come from a host application.
        verified: bool,
        /// Whether they may not comment any more.
        blocked: bool,
    },
}

impl Actor {
    /// The actor that a user is.
    pub fn of(user: &User) -> Self {
        Actor::User {
            id: user.id,
            role: user.role,
            suspended: user.is_suspended(),
            verified: user.verified_at.is_some() || user.subject.is_some(),
            blocked: user.blocked,
        }
    }

    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Actor::Anonymous => None,
            Actor::User { id, .. } => Some(*id),
        }
    }

    /// Whether this is an editor or admin who is not suspended.
    pub fn is_editor(&self) -> bool {
        matches!(self, Actor::User { role, suspended: false, .. } if *role >= Role::Editor)
    }
}

/// Where posts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Surface {
    /// One post by its address, and its media.
    Page,
    /// Public lists: home, author, tag, archive, search, feeds, sitemap. They hold what everybody may see, whoever asks.
    List,
    /// A writer's list of their own posts.
    Own,
    /// The lists of editors and admins.
    Manage,
}

/// What a reader may see on a surface at a moment. Post ports cannot be asked without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visibility {
    viewer: Actor,
    surface: Surface,
    now: Timestamp,
}

/// A visibility as adapters turn it into a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadRule {
    /// No post.
    Nothing,
    /// Every post.
    Everything,
    /// Posts of this author, whatever their status.
    Own(UserId),
    /// Published, `published_at <= now`, and the author is not suspended.
    Listed {
        /// The moment.
        now: Timestamp,
    },
    /// Published or unlisted with `published_at <= now`; or of this author.
    Reachable {
        /// The moment.
        now: Timestamp,
        /// The viewer, if known.
        viewer: Option<UserId>,
    },
}

/// The facts of a post that decide who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostFacts {
    /// Who wrote it.
    pub author: UserId,
    /// Whether that person is suspended.
    pub author_suspended: bool,
    /// Draft, published or unlisted.
    pub status: PostStatus,
    /// When it was, or will be, published.
    pub published_at: Option<Timestamp>,
}

impl Visibility {
    /// What `viewer` may see on `surface` at `now`.
    pub fn new(viewer: Actor, surface: Surface, now: Timestamp) -> Self {
        Self {
            viewer,
            surface,
            now,
        }
    }

    /// Who asks.
    pub fn viewer(&self) -> Actor {
        self.viewer
    }

    /// Where.
    pub fn surface(&self) -> Surface {
        self.surface
    }

    /// When.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The condition, for adapters.
    pub fn rule(&self) -> ReadRule {
        match (self.surface, self.viewer) {
            (Surface::List, _) => ReadRule::Listed { now: self.now },
            (Surface::Page, viewer) if viewer.is_editor() => ReadRule::Everything,
            (Surface::Page, viewer) => ReadRule::Reachable {
                now: self.now,
                viewer: viewer.user(),
            },
            (Surface::Own, Actor::User { id, .. }) => ReadRule::Own(id),
            (Surface::Manage, viewer) if viewer.is_editor() => ReadRule::Everything,
            (Surface::Own | Surface::Manage, _) => ReadRule::Nothing,
        }
    }

    /// The same decision for one post in memory.
    pub fn allows(&self, post: &PostFacts) -> bool {
        let out = |now: Timestamp| post.published_at.is_some_and(|at| at <= now);
        match self.rule() {
            ReadRule::Nothing => false,
            ReadRule::Everything => true,
            ReadRule::Own(author) => post.author == author,
            ReadRule::Listed { now } => {
                post.status == PostStatus::Published && out(now) && !post.author_suspended
            }
            ReadRule::Reachable { now, viewer } => {
                viewer == Some(post.author) || (post.status != PostStatus::Draft && out(now))
            }
        }
    }
}

/// Whether everybody who has the address of a post sees it at `now`.
pub fn is_public(post: &Post, now: Timestamp) -> bool {
    let visibility = Visibility::new(Actor::Anonymous, Surface::Page, now);
    visibility.allows(&PostFacts {
        author: post.author.id,
        // It takes a post from lists, not from its page.
        author_suspended: false,
        status: post.status,
        published_at: post.published_at,
    })
}

/// Something that somebody wants to do. Reading posts is [`Visibility`]'s matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Write a new post, as a draft.
    WritePost,
    /// Change a post, or see its source and revisions.
    EditPost {
        /// Who wrote it.
        author: UserId,
    },
    /// Make a post public, now or by schedule, or save one that is.
    PublishPost {
        /// Who wrote it.
        author: UserId,
    },
    /// Delete a post.
    DeletePost {
        /// Who wrote it.
        author: UserId,
    },
    /// Comment on a post that the actor can see.
    Comment,
    /// Change a comment's text: its author only.
    EditComment {
        /// Who wrote it; nobody after an erasure.
        author: Option<UserId>,
    },
    /// Delete a comment: its author, the author of the post, editors.
    DeleteComment {
        /// Who wrote it; nobody after an erasure.
        author: Option<UserId>,
        /// Who wrote the post.
        post_author: UserId,
    },
    /// Like a post that the actor can see.
    Like,
    /// Upload a picture or video.
    Upload,
    /// Change or delete a media item, or see it in a list.
    ManageMedia {
        /// Who uploaded it.
        owner: UserId,
    },
    /// Change the site's settings and static pages, or see their drafts.
    ManageSite,
    /// Read the audit log.
    ReadAudit,
    /// Look after everybody's posts and comments: the lists of the administration that editors see.
    Moderate,
    /// Report a comment that the actor can see: not one's own.
    ReportComment {
        /// Who wrote it; nobody after an erasure.
        author: Option<UserId>,
    },
    /// See the comments on a post that wait or were reported, and decide about them: the author of the post, and editors.
    ModerateComment {
        /// Who wrote the post.
        post_author: UserId,
    },
    /// See the list of users, with their addresses.
    ManageUsers,
    /// Give somebody another role, suspend them, or lift that: never oneself.
    ChangeUser {
        /// Whom.
        user: UserId,
    },
    /// Take somebody's right to comment away, or give it back: never one's own, and of editors and admins only by admins.
    BlockUser {
        /// Whom.
        user: UserId,
        /// Their role.
        role: Role,
    },
    /// Change an own profile.
    EditProfile {
        /// Whose.
        user: UserId,
    },
}

/// Settings that the decisions depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whether publishing and commenting need a verified address.
    pub require_verified_email: bool,
}

impl Policy {
    /// Whether the actor may; `Denied` says why not. `LogIn` for anonymous actors always.
    pub fn check(&self, actor: &Actor, action: Action) -> Result<()> {
        self.decide(actor, action).map_err(Error::Denied)
    }

    /// The same as a yes or no, for showing or hiding a button.
    pub fn may(&self, actor: &Actor, action: Action) -> bool {
        self.decide(actor, action).is_ok()
    }

    fn decide(&self, actor: &Actor, action: Action) -> std::result::Result<(), Denied> {
        let Actor::User {
            id,
            role,
            suspended,
            verified,
            blocked,
        } = *actor
        else {
            return Err(Denied::LogIn);
        };
        if suspended {
            return Err(Denied::Suspended);
        }
        let at_least = |least: Role| {
            if role >= least {
                Ok(())
            } else {
                Err(Denied::Role)
            }
        };
        let own_or_editor = |owner: UserId| match () {
            () if id == owner || role >= Role::Editor => Ok(()),
            () => Err(Denied::NotYours),
        };
        let not_oneself = |user: UserId| match user == id {
            true => Err(Denied::Yourself),
            false => Ok(()),
        };
        let verified_if_needed = if verified || !self.require_verified_email {
            Ok(())
        } else {
            Err(Denied::Unverified)
        };
        match action {
            Action::WritePost | Action::Upload => at_least(Role::Author),
            Action::EditPost { author } | Action::DeletePost { author } => {
                own_or_editor(author)?;
                at_least(Role::Author)
            }
            Action::PublishPost { author } => {
                own_or_editor(author)?;
                at_least(Role::Author)?;
                verified_if_needed
            }
            Action::Comment if blocked => Err(Denied::Blocked),
            Action::Comment => verified_if_needed,
            Action::Like => Ok(()),
            Action::EditComment { author } if author == Some(id) && blocked => Err(Denied::Blocked),
            Action::EditComment { author } if author == Some(id) => verified_if_needed,
            Action::EditComment { .. } => Err(Denied::NotYours),
            Action::DeleteComment {
                author,
                post_author,
            } => match author {
                Some(author) if author == id => Ok(()),
                _ => own_or_editor(post_author),
            },
            Action::ManageMedia { owner } => own_or_editor(owner),
            Action::ReportComment { author } if author == Some(id) => Err(Denied::Yourself),
            Action::ReportComment { .. } => Ok(()),
            Action::ModerateComment { post_author } => own_or_editor(post_author),
            Action::ManageSite | Action::ReadAudit | Action::ManageUsers => at_least(Role::Admin),
            Action::Moderate => at_least(Role::Editor),
            Action::ChangeUser { user } => {
                at_least(Role::Admin)?;
                not_oneself(user)
            }
            Action::BlockUser { user, role: theirs } => {
                at_least(match theirs {
                    Role::Reader | Role::Author => Role::Editor,
                    Role::Editor | Role::Admin => Role::Admin,
                })?;
                not_oneself(user)
            }
            Action::EditProfile { user } if user == id => Ok(()),
            Action::EditProfile { .. } => Err(Denied::NotYours),
        }
    }
}
