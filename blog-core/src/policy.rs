//! Who may see and do what. The only place that decides; pages, feeds, search, API and media all ask it.

use std::cell::RefCell;
use std::fmt;

use crate::error::{Denied, Error, Result};
use crate::id::UserId;
use crate::model::post::{Post, PostStatus};
use crate::model::site::SiteSettings;
use crate::model::user::{Role, User};
use crate::settings::Registration;
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
        /// Whether they must set up a second factor before they do anything: see [`must_enrol`].
        must_enrol: bool,
    },
}

/// Whether somebody needs a second factor, as the site's settings stand. Who comes from a host application shows there
/// whatever it asks for.
pub fn needs_second_factor(user: &User, settings: &SiteSettings) -> bool {
    settings.require_second_factor && user.role >= Role::Editor && user.subject.is_none()
}

/// Whether somebody who is logged in must set up a second factor before they do anything else.
pub fn must_enrol(user: &User, settings: &SiteSettings) -> bool {
    needs_second_factor(user, settings) && user.second_factor.is_none()
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
            must_enrol: false,
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
        matches!(
            self,
            Actor::User { role, suspended: false, must_enrol: false, .. } if *role >= Role::Editor
        )
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
        let visibility = Self {
            viewer,
            surface,
            now,
        };
        note(Heard::Visibility(visibility));
        visibility
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
        self.decide(post).is_ok()
    }

    /// The same, with the rule that decides.
    ///
    /// # Errors
    /// Why the post is not seen.
    pub fn decide(&self, post: &PostFacts) -> std::result::Result<Rule, Hidden> {
        let draft = post.status == PostStatus::Draft;
        let out = |now: Timestamp| post.published_at.is_some_and(|at| at <= now);
        match self.rule() {
            ReadRule::Nothing => Err(Hidden::NoList),
            ReadRule::Everything => Ok(Rule::Editor),
            ReadRule::Own(author) if post.author == author => Ok(Rule::Own),
            ReadRule::Own(_) => Err(Hidden::NotTheirs),
            ReadRule::Reachable { viewer, .. } if viewer == Some(post.author) => Ok(Rule::Own),
            ReadRule::Listed { .. } | ReadRule::Reachable { .. } if draft => Err(Hidden::Draft),
            ReadRule::Listed { now } | ReadRule::Reachable { now, .. } if !out(now) => {
                Err(Hidden::Scheduled)
            }
            ReadRule::Listed { .. } if post.status != PostStatus::Published => {
                Err(Hidden::Unlisted)
            }
            ReadRule::Listed { .. } if post.author_suspended => Err(Hidden::AuthorSuspended),
            ReadRule::Listed { .. } | ReadRule::Reachable { .. } => Ok(Rule::Public),
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

/// The rule by which somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// It is public by now.
    Public,
    /// It is their own.
    Own,
    /// They are an editor or admin.
    Editor,
    /// Their role includes it; the least that does.
    Role(Role),
    /// Whoever is logged in may.
    LoggedIn,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => {
                f.write_str("it is published, so everybody who has the address sees it")
            }
            Self::Own => f.write_str("it is their own"),
            Self::Editor => f.write_str("editors and admins may"),
            Self::Role(role) => write!(f, "the role {} includes it", role.as_str()),
            Self::LoggedIn => f.write_str("everybody who is logged in may"),
        }
    }
}

/// The rule by which somebody does not see a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Hidden {
    /// It is a draft of somebody else's.
    #[error("it is a draft, which its author, editors and admins see")]
    Draft,
    /// Its time has not come.
    #[error("its time has not come; until then its author, editors and admins see it")]
    Scheduled,
    /// It is in no list.
    #[error("it is unlisted, so it is in no list")]
    Unlisted,
    /// Its author is suspended, which takes it from lists.
    #[error("its author is suspended, so it is in no list")]
    AuthorSuspended,
    /// The list is of their own posts.
    #[error("it is somebody else's")]
    NotTheirs,
    /// The list is not for them.
    #[error("the list is for people who write here, or for editors and admins")]
    NoList,
}

/// What policy was asked while something was done, and what it answered: see [`overheard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Whether somebody may, as a condition of what is done.
    Checked(Action, std::result::Result<Rule, Denied>),
    /// The same as a yes or no, which may be about a button only.
    Asked(Action, std::result::Result<Rule, Denied>),
    /// What they see of posts.
    Visibility(Visibility),
}

tokio::task_local! {
    static HEARD: RefCell<Vec<Heard>>;
}

/// Does something, and tells what policy was asked by the way, in order.
pub async fn overheard<T>(work: impl Future<Output = T>) -> (T, Vec<Heard>) {
    let work = async {
        let done = work.await;
        (done, HEARD.with(RefCell::take))
    };
    HEARD.scope(RefCell::default(), work).await
}

/// Where nobody listens, nothing is noted.
fn note(heard: Heard) {
    let _ = HEARD.try_with(|all| all.borrow_mut().push(heard));
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
    /// See what the object index knows of an owner's objects, or of everybody's.
    ReadObjects {
        /// Whose.
        owner: Option<UserId>,
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
    /// Show a comment that waits, or set aside what was reported about it: who decides about the comments on the post; about
    /// one's own comment editors only.
    ApproveComment {
        /// Who wrote it; nobody after an erasure.
        author: Option<UserId>,
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

impl Action {
    /// What it is, as somebody who asks reads it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::WritePost => "to write posts",
            Self::EditPost { .. } => "to change this post",
            Self::PublishPost { .. } => "to publish this post",
            Self::DeletePost { .. } => "to delete this post",
            Self::Comment => "to comment",
            Self::EditComment { .. } => "to change this comment",
            Self::DeleteComment { .. } => "to delete this comment",
            Self::Like => "to like a post",
            Self::Upload => "to upload",
            Self::ManageMedia { .. } => "to manage this file",
            Self::ReadObjects { .. } => "to see what is stored",
            Self::ManageSite => "to manage the site",
            Self::ReadAudit => "to read the audit log",
            Self::Moderate => "to look after everybody's posts and comments",
            Self::ReportComment { .. } => "to report this comment",
            Self::ModerateComment { .. } => "to decide about the comments on this post",
            Self::ApproveComment { .. } => "to approve this comment",
            Self::ManageUsers => "to see the list of users",
            Self::ChangeUser { .. } => "to give this user another role, or suspend them",
            Self::BlockUser { .. } => "to decide whether this user may comment",
            Self::EditProfile { .. } => "to change this profile",
        }
    }
}

/// Settings that the decisions depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whether publishing and commenting need a verified address.
    pub require_verified_email: bool,
    /// Who may make an account.
    pub registration: Registration,
}

impl Policy {
    /// Whether the actor may; `Denied` says why not. `LogIn` for anonymous actors always.
    pub fn check(&self, actor: &Actor, action: Action) -> Result<()> {
        let decision = self.decide(actor, action);
        note(Heard::Checked(action, decision));
        decision.map(drop).map_err(Error::Denied)
    }

    /// The same as a yes or no, for showing or hiding a button.
    pub fn may(&self, actor: &Actor, action: Action) -> bool {
        let decision = self.decide(actor, action);
        note(Heard::Asked(action, decision));
        decision.is_ok()
    }

    /// Whether a stranger may make an account, with an invitation that is good or without. Pages, programs and whatever
    /// shows a way to register ask here.
    pub fn may_register(&self, invited: bool) -> Result<()> {
        match (self.registration, invited) {
            (Registration::Open, _) | (Registration::Invite, true) => Ok(()),
            (Registration::Invite, false) => Err(Denied::InvitationNeeded.into()),
            (Registration::Closed, _) => Err(Denied::RegistrationClosed.into()),
        }
    }

    /// The decision, with the rule that makes it.
    fn decide(&self, actor: &Actor, action: Action) -> std::result::Result<Rule, Denied> {
        let Actor::User {
            id,
            role,
            suspended,
            verified,
            blocked,
            must_enrol,
        } = *actor
        else {
            return Err(Denied::LogIn);
        };
        if suspended {
            return Err(Denied::Suspended);
        }
        if must_enrol {
            return Err(Denied::SecondFactor);
        }
        let at_least = |least: Role| {
            if role >= least {
                Ok(Rule::Role(least))
            } else {
                Err(Denied::Role)
            }
        };
        let own_or_editor = |owner: UserId| match () {
            () if id == owner => Ok(Rule::Own),
            () if role >= Role::Editor => Ok(Rule::Editor),
            () => Err(Denied::NotYours),
        };
        let not_oneself = |user: UserId| match user == id {
            true => Err(Denied::Yourself),
            false => Ok(()),
        };
        let verified_if_needed = if verified || !self.require_verified_email {
            Ok(Rule::LoggedIn)
        } else {
            Err(Denied::Unverified)
        };
        match action {
            Action::WritePost | Action::Upload => at_least(Role::Author),
            Action::EditPost { author } | Action::DeletePost { author } => {
                let rule = own_or_editor(author)?;
                at_least(Role::Author)?;
                Ok(rule)
            }
            Action::PublishPost { author } => {
                let rule = own_or_editor(author)?;
                at_least(Role::Author)?;
                verified_if_needed?;
                Ok(rule)
            }
            Action::Comment if blocked => Err(Denied::Blocked),
            Action::Comment => verified_if_needed,
            Action::Like => Ok(Rule::LoggedIn),
            Action::EditComment { author } if author == Some(id) && blocked => Err(Denied::Blocked),
            Action::EditComment { author } if author == Some(id) => {
                verified_if_needed.map(|_| Rule::Own)
            }
            Action::EditComment { .. } => Err(Denied::NotYours),
            Action::DeleteComment {
                author,
                post_author,
            } => match author {
                Some(author) if author == id => Ok(Rule::Own),
                _ => own_or_editor(post_author),
            },
            Action::ManageMedia { owner } => own_or_editor(owner),
            Action::ReportComment { author } if author == Some(id) => Err(Denied::Yourself),
            Action::ReportComment { .. } => Ok(Rule::LoggedIn),
            Action::ModerateComment { post_author } => own_or_editor(post_author),
            Action::ApproveComment { author, .. } if author == Some(id) => {
                at_least(Role::Editor).map_err(|_| Denied::OwnComment)
            }
            Action::ApproveComment { post_author, .. } => own_or_editor(post_author),
            Action::ManageSite | Action::ReadAudit | Action::ManageUsers => at_least(Role::Admin),
            Action::Moderate => at_least(Role::Editor),
            Action::ChangeUser { user } => {
                let rule = at_least(Role::Admin)?;
                not_oneself(user)?;
                Ok(rule)
            }
            Action::BlockUser { user, role: theirs } => {
                let rule = at_least(match theirs {
                    Role::Reader | Role::Author => Role::Editor,
                    Role::Editor | Role::Admin => Role::Admin,
                })?;
                not_oneself(user)?;
                Ok(rule)
            }
            Action::ReadObjects { owner } => match owner {
                Some(owner) if owner == id => Ok(Rule::Own),
                Some(_) => at_least(Role::Admin).map_err(|_| Denied::NotYours),
                None => at_least(Role::Admin),
            },
            Action::EditProfile { user } if user == id => Ok(Rule::Own),
            Action::EditProfile { .. } => Err(Denied::NotYours),
        }
    }
}
