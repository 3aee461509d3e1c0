//! Effects: whatever a write takes is stored with it, or not at all. These checks run alone, since the outbox and the
//! site's generation are one for the whole store.

use super::chance::{fresh_bytes, fresh_word};
use super::check::{Check, Port};
use super::lab::Lab;
use super::outbox::drain;
use super::verdict::{Failure, Verdict, ensure, same};
use super::{audit, site, static_pages};
use crate::error::Result;
use crate::id::{CommentId, MediaId, PostId, SessionId, StaticPageId, UserId};
use crate::model::audit::{AuditAction, AuditQuery};
use crate::model::comment::{
    CommentBody, CommentChange, CommentState, NewComment, Report, ReportReason,
};
use crate::model::effects::Effects;
use crate::model::media::{AltText, MediaItem, MediaState};
use crate::model::outbox::Task;
use crate::model::post::{Post, PostChange, SafeHtml};
use crate::model::second_factor::TotpKey;
use crate::model::secret::SecretHash;
use crate::model::site::{SettingsChange, SiteSettings};
use crate::model::static_page::StaticPageContent;
use crate::model::token::{Purpose, Token};
use crate::model::user::{EmailAddress, NewUser, PasswordHash, ProfileChange, Role, User};
use crate::model::widths::Widths;
use crate::page::{Cursor, PageRequest};
use crate::time::Timestamp;

const STORED: &str = "Writes that take `Effects` store them in the same transaction.";
const DROPPED: &str = "A failed write changes nothing: none of its effects is stored.";

pub(super) fn checks() -> Vec<Check> {
    vec![
        Port::Users.check("users-effects", STORED, users).alone(),
        Port::Users
            .check("users-effects-failed", DROPPED, users_failed)
            .alone(),
        Port::Sessions
            .check("sessions-effects", STORED, sessions)
            .alone(),
        Port::Sessions
            .check("sessions-effects-failed", DROPPED, sessions_failed)
            .alone(),
        Port::SecondFactors
            .check("second-factors-effects", STORED, second_factors)
            .alone(),
        Port::SecondFactors
            .check(
                "second-factors-effects-failed",
                DROPPED,
                second_factors_failed,
            )
            .alone(),
        Port::Tokens.check("tokens-effects", STORED, tokens).alone(),
        Port::Tokens
            .check("tokens-effects-failed", DROPPED, tokens_failed)
            .alone(),
        Port::Posts.check("posts-effects", STORED, posts).alone(),
        Port::Posts
            .check("posts-effects-failed", DROPPED, posts_failed)
            .alone(),
        Port::Comments
            .check("comments-effects", STORED, comments)
            .alone(),
        Port::Comments
            .check("comments-effects-failed", DROPPED, comments_failed)
            .alone(),
        Port::Catalog
            .check("catalog-effects", STORED, catalog)
            .alone(),
        Port::Catalog
            .check("catalog-effects-failed", DROPPED, catalog_failed)
            .alone(),
        Port::Site.check("site-effects", STORED, settings).alone(),
        Port::Site
            .check("site-effects-failed", DROPPED, settings_failed)
            .alone(),
        Port::StaticPages
            .check("static-pages-effects", STORED, pages)
            .alone(),
        Port::StaticPages
            .check("static-pages-effects-failed", DROPPED, pages_failed)
            .alone(),
        Port::Posts
            .check(
                "posts-effects-race",
                "Of two saves from one version the loser's effects are not stored.",
                race,
            )
            .alone(),
    ]
}

/// Looks for the effects of one write after the other.
#[derive(Debug)]
struct Probe {
    lab: Lab,
    then: Timestamp,
    generation: u64,
}

impl Probe {
    async fn new(lab: Lab) -> Verdict<Self> {
        let then = lab.long_ago();
        drain(&lab, then).await?;
        let generation = lab.records.posts.site(lab.now).await?.generation;
        Ok(Self {
            lab,
            then,
            generation,
        })
    }

    /// Effects of every kind, which the outbox would hand out before anything else.
    fn effects(&self) -> Effects {
        let task = Task::Mail {
            to: "somebody@example.org".to_owned(),
            subject: fresh_word(),
            text: "Text".to_owned(),
        };
        self.lab
            .fx()
            .audit(None, AuditAction::SiteSave, "", fresh_word())
            .later(self.then, task)
            .invalidating()
    }

    /// How often each kind of effect of this write was stored: audit, outbox, generation.
    async fn found(&mut self, effects: &Effects) -> Verdict<(usize, usize, u64)> {
        let after = Cursor {
            at: self.lab.now,
            id: uuid::Uuid::max(),
        };
        let page = PageRequest::new(Some(after), PageRequest::MAX);
        let records = self.lab.records.audit.list(&AuditQuery::all(page)).await?;
        let told = audit::told(&effects.audit);
        let said = audit::said(records.items);
        let audit = said.iter().filter(|record| told.contains(record)).count();
        let until = self.then.plus(std::time::Duration::from_secs(60));
        let claimed = self.lab.records.outbox.claim(self.then, until, 100).await?;
        let mine = |task: &Task| effects.outbox.iter().any(|message| message.task == *task);
        let outbox = claimed.iter().filter(|message| mine(&message.task)).count();
        for message in claimed {
            self.lab
                .records
                .outbox
                .done(message.id, message.attempts)
                .await?;
        }
        let generation = self.lab.records.posts.site(self.lab.now).await?.generation;
        let raised = generation.saturating_sub(self.generation);
        self.generation = generation;
        Ok((audit, outbox, raised))
    }

    /// Fails unless the write succeeds with all of its effects.
    async fn stores<T>(
        &mut self,
        what: &str,
        write: impl AsyncFnOnce(&Lab, Effects) -> Result<T>,
    ) -> Verdict<T> {
        let effects = self.effects();
        let answer = write(&self.lab, effects.clone()).await?;
        same!(
            self.found(&effects).await?,
            (1, 1, 1),
            "{what}: audit, outbox, generation"
        );
        Ok(answer)
    }

    /// Fails unless the write fails without any of its effects.
    async fn drops<T>(
        &mut self,
        what: &str,
        write: impl AsyncFnOnce(&Lab, Effects) -> Result<T>,
    ) -> Verdict {
        let effects = self.effects();
        ensure!(
            write(&self.lab, effects.clone()).await.is_err(),
            "{what}: it succeeded"
        );
        same!(
            self.found(&effects).await?,
            (0, 0, 0),
            "{what}: audit, outbox, generation"
        );
        Ok(())
    }
}

fn profile(user: &User) -> ProfileChange {
    ProfileChange {
        id: user.id,
        expected_version: user.version,
        display_name: user.display_name.clone(),
        bio: user.bio.clone(),
        avatar: None,
    }
}

fn hash() -> PasswordHash {
    PasswordHash::from_phc("$argon2id$new".to_owned())
}

async fn users(lab: Lab) -> Verdict {
    let mut probe = Probe::new(lab).await?;
    let user = probe
        .stores("create", async |lab, fx| {
            lab.records.users.create(lab.new_user(), fx).await
        })
        .await?;
    let id = user.id;
    probe
        .stores("update_profile", async |lab, fx| {
            lab.records.users.update_profile(profile(&user), fx).await
        })
        .await?;
    probe
        .stores("set_password", async |lab, fx| {
            lab.records.users.set_password(id, hash(), fx).await
        })
        .await?;
    probe
        .stores("set_email", async |lab, fx| {
            let email = EmailAddress::from_store(format!("{}@example.net", fresh_word()));
            lab.records.users.set_email(id, email, fx).await
        })
        .await?;
    probe
        .stores("set_role", async |lab, fx| {
            lab.records.users.set_role(id, Role::Editor, fx).await
        })
        .await?;
    for suspended in [true, false] {
        probe
            .stores("set_suspended", async |lab, fx| {
                lab.records
                    .users
                    .set_suspended(id, suspended.then(|| lab.reason()), fx)
                    .await
            })
            .await?;
    }
    probe
        .stores("set_blocked", async |lab, fx| {
            lab.records.users.set_blocked(id, true, fx).await
        })
        .await?;
    let due = probe.lab.now;
    let later = probe.lab.after(60);
    let users = &probe.lab.records.users;
    let fx = probe.lab.fx();
    let leaving = users.schedule_erasure(id, later, fx).await?.auth_epoch;
    probe
        .stores("cancel_erasure", async |lab, fx| {
            lab.records.users.cancel_erasure(id, leaving, fx).await
        })
        .await?;
    probe
        .stores("schedule_erasure", async |lab, fx| {
            lab.records.users.schedule_erasure(id, due, fx).await
        })
        .await?;
    probe
        .stores("erase", async |lab, fx| {
            lab.records.users.erase(id, fx).await
        })
        .await?;
    Ok(())
}

async fn users_failed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let nobody = UserId::generate();
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("create", async |lab, fx| {
            let twin = NewUser {
                email: user.email.clone(),
                ..lab.new_user()
            };
            lab.records.users.create(twin, fx).await
        })
        .await?;
    probe
        .drops("update_profile", async |lab, fx| {
            let stale = ProfileChange {
                expected_version: 9,
                ..profile(&user)
            };
            lab.records.users.update_profile(stale, fx).await
        })
        .await?;
    probe
        .drops("set_password", async |lab, fx| {
            lab.records.users.set_password(nobody, hash(), fx).await
        })
        .await?;
    probe
        .drops("set_email", async |lab, fx| {
            let email = EmailAddress::from_store(format!("{}@example.net", fresh_word()));
            lab.records.users.set_email(nobody, email, fx).await
        })
        .await?;
    probe
        .drops("set_role", async |lab, fx| {
            lab.records.users.set_role(nobody, Role::Admin, fx).await
        })
        .await?;
    probe
        .drops("set_suspended", async |lab, fx| {
            lab.records
                .users
                .set_suspended(nobody, Some(lab.reason()), fx)
                .await
        })
        .await?;
    probe
        .drops("set_blocked", async |lab, fx| {
            lab.records.users.set_blocked(nobody, true, fx).await
        })
        .await?;
    probe
        .drops("schedule_erasure", async |lab, fx| {
            lab.records
                .users
                .schedule_erasure(nobody, lab.now, fx)
                .await
        })
        .await?;
    probe
        .drops("cancel_erasure", async |lab, fx| {
            lab.records.users.cancel_erasure(nobody, 0, fx).await
        })
        .await?;
    probe
        .drops("erase", async |lab, fx| {
            lab.records.users.erase(user.id, fx).await
        })
        .await
}

async fn second_factors(lab: Lab) -> Verdict {
    let user = lab.user().await?.id;
    let (key, codes): (_, [SecretHash; 1]) = (TotpKey::generate(), [fresh_bytes().into()]);
    let mut probe = Probe::new(lab).await?;
    probe
        .stores("begin", async |lab, fx| {
            lab.records.second_factors.begin(user, &key, fx).await
        })
        .await?;
    probe
        .stores("confirm", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.confirm(user, &key, 1, &codes, fx).await
        })
        .await?;
    probe
        .stores("use_step", async |lab, fx| {
            lab.records.second_factors.use_step(user, 2, fx).await
        })
        .await?;
    probe
        .stores("use_code", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.use_code(user, &codes[0], fx).await
        })
        .await?;
    probe
        .stores("fail", async |lab, fx| {
            lab.records.second_factors.fail(user, fx).await
        })
        .await?;
    probe
        .stores("renew_codes", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.renew_codes(user, &codes, fx).await
        })
        .await?;
    probe
        .stores("remove", async |lab, fx| {
            lab.records.second_factors.remove(user, fx).await
        })
        .await
}

async fn second_factors_failed(lab: Lab) -> Verdict {
    let user = lab.user().await?.id;
    let (key, codes): (_, [SecretHash; 1]) = (TotpKey::generate(), [fresh_bytes().into()]);
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("begin", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.begin(UserId::generate(), &key, fx).await
        })
        .await?;
    probe
        .drops("confirm", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.confirm(user, &key, 1, &codes, fx).await
        })
        .await?;
    probe
        .drops("use_step", async |lab, fx| {
            lab.records.second_factors.use_step(user, 2, fx).await
        })
        .await?;
    probe
        .drops("use_code", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.use_code(user, &codes[0], fx).await
        })
        .await?;
    probe
        .drops("fail", async |lab, fx| {
            lab.records.second_factors.fail(user, fx).await
        })
        .await?;
    probe
        .drops("renew_codes", async |lab, fx| {
            let factors = &lab.records.second_factors;
            factors.renew_codes(user, &codes, fx).await
        })
        .await?;
    probe
        .drops("remove", async |lab, fx| {
            lab.records.second_factors.remove(user, fx).await
        })
        .await
}

async fn sessions(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut probe = Probe::new(lab).await?;
    let session = probe.lab.new_session(&user);
    let token = session.token;
    probe
        .stores("create", async |lab, fx| {
            lab.records.sessions.create(session, fx).await
        })
        .await?;
    probe
        .stores("delete", async |lab, fx| {
            lab.records.sessions.delete(&token, fx).await
        })
        .await?;
    probe
        .stores("end", async |lab, fx| {
            lab.records
                .sessions
                .end(user.id, SessionId::generate(), fx)
                .await
        })
        .await?;
    probe
        .stores("delete_all", async |lab, fx| {
            lab.records.sessions.delete_all(user.id, None, fx).await
        })
        .await
}

async fn sessions_failed(lab: Lab) -> Verdict {
    let mut session = {
        let user = lab.user().await?;
        lab.new_session(&user)
    };
    session.user = UserId::generate();
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("create", async |lab, fx| {
            lab.records.sessions.create(session, fx).await
        })
        .await
}

fn token(lab: &Lab) -> Token {
    Token {
        hash: fresh_bytes().into(),
        purpose: Purpose::Reset,
        user: None,
        email: None,
        created_at: lab.now,
        expires_at: lab.after(60),
    }
}

async fn tokens(lab: Lab) -> Verdict {
    let mut probe = Probe::new(lab).await?;
    probe
        .stores("issue", async |lab, fx| {
            lab.records.tokens.issue(token(lab), fx).await
        })
        .await
}

async fn tokens_failed(lab: Lab) -> Verdict {
    let token = token(&lab);
    lab.records.tokens.issue(token.clone(), lab.fx()).await?;
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("issue", async |lab, fx| {
            lab.records.tokens.issue(token, fx).await
        })
        .await
}

async fn posts(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut probe = Probe::new(lab).await?;
    let post = probe
        .stores("create", async |lab, fx| {
            lab.records
                .posts
                .create(lab.new_post(user.id, lab.content()), fx)
                .await
        })
        .await?;
    let post = probe
        .stores("save", async |lab, fx| {
            lab.records
                .posts
                .save(lab.change(&post, lab.content()), fx)
                .await
        })
        .await?;
    probe
        .stores("set_rendered", async |lab, fx| {
            let rendered = post.rendered.clone();
            let posts = &lab.records.posts;
            posts
                .set_rendered(post.id, post.version, rendered, fx)
                .await
        })
        .await?;
    probe
        .stores("delete", async |lab, fx| {
            lab.records.posts.delete(post.id, post.version, fx).await
        })
        .await?;
    Ok(())
}

async fn posts_failed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post(user.id).await?;
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("create", async |lab, fx| {
            lab.records
                .posts
                .create(lab.new_post(UserId::generate(), lab.content()), fx)
                .await
        })
        .await?;
    probe
        .drops("create with a missing picture", async |lab, fx| {
            let mut content = lab.content();
            content.media = vec![MediaId::generate()];
            lab.records
                .posts
                .create(lab.new_post(user.id, content), fx)
                .await
        })
        .await?;
    probe
        .drops("save", async |lab, fx| {
            let stale = PostChange {
                expected_version: 9,
                ..lab.change(&post, lab.content())
            };
            lab.records.posts.save(stale, fx).await
        })
        .await?;
    probe
        .drops("save with a missing picture", async |lab, fx| {
            let mut content = lab.content();
            content.media = vec![MediaId::generate()];
            lab.records.posts.save(lab.change(&post, content), fx).await
        })
        .await?;
    probe
        .drops("set_rendered", async |lab, fx| {
            let rendered = post.rendered.clone();
            lab.records
                .posts
                .set_rendered(post.id, 9, rendered, fx)
                .await
        })
        .await?;
    probe
        .drops("delete", async |lab, fx| {
            lab.records.posts.delete(post.id, 9, fx).await
        })
        .await?;
    probe
        .drops("delete of nothing", async |lab, fx| {
            lab.records.posts.delete(PostId::generate(), 1, fx).await
        })
        .await
}

async fn stage(lab: &Lab) -> Verdict<Post> {
    let user = lab.user().await?;
    Ok(lab.post(user.id).await?)
}

async fn comments(lab: Lab) -> Verdict {
    let post = stage(&lab).await?;
    let mut probe = Probe::new(lab).await?;
    let comment = probe
        .stores("create", async |lab, fx| {
            lab.records
                .comments
                .create(lab.new_comment(post.id, post.author.id), fx)
                .await
        })
        .await?;
    probe
        .stores("update", async |lab, fx| {
            let change = CommentChange {
                id: comment.id,
                expected_version: 1,
                body: CommentBody::from_store("new".to_owned()),
                html: SafeHtml::default(),
            };
            lab.records.comments.update(change, fx).await
        })
        .await?;
    let report = Report {
        comment: comment.id,
        reporter: post.author.id,
        reason: ReportReason::from_store("Rude".to_owned()),
    };
    probe
        .stores("report", async |lab, fx| {
            lab.records.comments.report(report, fx).await
        })
        .await?;
    probe
        .stores("dismiss", async |lab, fx| {
            lab.records.comments.dismiss(comment.id, 2, fx).await
        })
        .await?;
    let held = NewComment {
        state: CommentState::Pending,
        ..probe.lab.new_comment(post.id, post.author.id)
    };
    let held = probe.lab.records.comments.create(held, probe.lab.fx());
    let held = held.await?;
    probe
        .stores("approve", async |lab, fx| {
            lab.records.comments.approve(held.id, 1, fx).await
        })
        .await?;
    probe
        .stores("delete", async |lab, fx| {
            lab.records.comments.delete(comment.id, fx).await
        })
        .await
}

async fn comments_failed(lab: Lab) -> Verdict {
    let post = stage(&lab).await?;
    let comment = lab.comment(post.id, post.author.id, None).await?;
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("create", async |lab, fx| {
            let lost = NewComment {
                parent: Some(CommentId::generate()),
                ..lab.new_comment(post.id, post.author.id)
            };
            lab.records.comments.create(lost, fx).await
        })
        .await?;
    probe
        .drops("update", async |lab, fx| {
            let stale = CommentChange {
                id: comment.id,
                expected_version: 9,
                body: CommentBody::from_store("new".to_owned()),
                html: SafeHtml::default(),
            };
            lab.records.comments.update(stale, fx).await
        })
        .await?;
    probe
        .drops("approve", async |lab, fx| {
            lab.records.comments.approve(comment.id, 1, fx).await
        })
        .await?;
    probe
        .drops("dismiss", async |lab, fx| {
            lab.records
                .comments
                .dismiss(CommentId::generate(), 1, fx)
                .await
        })
        .await?;
    probe
        .drops("delete", async |lab, fx| {
            lab.records.comments.delete(CommentId::generate(), fx).await
        })
        .await
}

async fn settings(lab: Lab) -> Verdict {
    let expected_version = site::version(&lab).await?;
    let mut probe = Probe::new(lab).await?;
    probe
        .stores("save_settings", async |lab, fx| {
            let change = SettingsChange {
                expected_version,
                settings: site::settings(),
            };
            lab.records.site.save_settings(change, fx).await
        })
        .await?;
    Ok(())
}

async fn settings_failed(lab: Lab) -> Verdict {
    let current = site::version(&lab).await?;
    let mut probe = Probe::new(lab).await?;
    for (what, expected_version, logo) in [
        ("save_settings", current + 9, None),
        (
            "save_settings with a missing logo",
            current,
            Some(MediaId::generate()),
        ),
    ] {
        probe
            .drops(what, async |lab, fx| {
                let settings = SiteSettings {
                    logo,
                    ..site::settings()
                };
                let change = SettingsChange {
                    expected_version,
                    settings,
                };
                lab.records.site.save_settings(change, fx).await
            })
            .await?;
    }
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let mut probe = Probe::new(lab).await?;
    let page = probe
        .stores("create", async |lab, fx| {
            let page = static_pages::new_page(static_pages::content());
            lab.records.static_pages.create(page, fx).await
        })
        .await?;
    probe
        .stores("save", async |lab, fx| {
            let change = static_pages::change(&page, static_pages::content());
            lab.records.static_pages.save(change, fx).await
        })
        .await?;
    probe
        .stores("set_rendered", async |lab, fx| {
            let rendered = static_pages::anew();
            let pages = &lab.records.static_pages;
            pages.set_rendered(page.id, 2, rendered, fx).await
        })
        .await?;
    probe
        .stores("delete", async |lab, fx| {
            lab.records.static_pages.delete(page.id, 2, fx).await
        })
        .await?;
    Ok(())
}

async fn pages_failed(lab: Lab) -> Verdict {
    let page = static_pages::stored(&lab, static_pages::content()).await?;
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("create", async |lab, fx| {
            let taken = static_pages::new_page(page.content.clone());
            lab.records.static_pages.create(taken, fx).await
        })
        .await?;
    probe
        .drops("save", async |lab, fx| {
            let mut change = static_pages::change(&page, static_pages::content());
            change.expected_version = 9;
            lab.records.static_pages.save(change, fx).await
        })
        .await?;
    probe
        .drops("save with a missing picture", async |lab, fx| {
            let lost = StaticPageContent {
                media: vec![MediaId::generate()],
                ..static_pages::content()
            };
            let change = static_pages::change(&page, lost);
            lab.records.static_pages.save(change, fx).await
        })
        .await?;
    probe
        .drops("set_rendered", async |lab, fx| {
            let rendered = static_pages::anew();
            let pages = &lab.records.static_pages;
            pages.set_rendered(page.id, 9, rendered, fx).await
        })
        .await?;
    probe
        .drops("delete", async |lab, fx| {
            lab.records.static_pages.delete(page.id, 9, fx).await
        })
        .await?;
    probe
        .drops("delete of nothing", async |lab, fx| {
            let nothing = StaticPageId::generate();
            lab.records.static_pages.delete(nothing, 1, fx).await
        })
        .await
}

async fn catalog(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = MediaItem {
        state: MediaState::Pending,
        ..lab.new_item(user.id)
    };
    let id = item.id;
    let seen = item.clone();
    let mut probe = Probe::new(lab).await?;
    let ready = MediaItem {
        state: MediaState::Ready,
        ..item.clone()
    };
    probe
        .stores("insert", async |lab, fx| {
            lab.records.catalog.insert(item, fx).await
        })
        .await?;
    probe
        .stores("set_ready", async |lab, fx| {
            lab.records.catalog.set_ready(ready, fx).await
        })
        .await?;
    probe
        .stores("set_alt", async |lab, fx| {
            let alt = AltText::from_store("new".to_owned());
            lab.records.catalog.set_alt(id, alt, fx).await
        })
        .await?;
    probe
        .stores("set_copies", async |lab, fx| {
            let (key, widths) = (Some(lab.key()), Widths::new([480]));
            lab.records.catalog.set_copies(&seen, key, widths, fx).await
        })
        .await?;
    probe
        .stores("delete", async |lab, fx| {
            lab.records.catalog.delete(id, fx).await
        })
        .await?;
    Ok(())
}

async fn catalog_failed(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let item = lab.picture(user.id).await?;
    let nothing = MediaId::generate();
    let mut probe = Probe::new(lab).await?;
    probe
        .drops("insert", async |lab, fx| {
            lab.records.catalog.insert(item.clone(), fx).await
        })
        .await?;
    probe
        .drops("set_ready", async |lab, fx| {
            lab.records.catalog.set_ready(item.clone(), fx).await
        })
        .await?;
    probe
        .drops("set_alt", async |lab, fx| {
            lab.records
                .catalog
                .set_alt(nothing, item.alt.clone(), fx)
                .await
        })
        .await?;
    probe
        .drops("set_copies", async |lab, fx| {
            let seen = MediaItem {
                public_key: Some(lab.key()),
                ..item.clone()
            };
            let widths = item.widths.clone();
            lab.records
                .catalog
                .set_copies(&seen, None, widths, fx)
                .await
        })
        .await?;
    probe
        .drops("delete", async |lab, fx| {
            lab.records.catalog.delete(nothing, fx).await
        })
        .await
}

async fn race(lab: Lab) -> Verdict {
    let post = stage(&lab).await?;
    let mut probe = Probe::new(lab).await?;
    let writes: Vec<_> = (0..6).map(|_| probe.effects()).collect();
    let results = probe
        .lab
        .race(writes.len(), |lab, number| {
            let (change, fx) = (lab.change(&post, lab.content()), writes[number].clone());
            async move { lab.records.posts.save(change, fx).await.is_ok() }
        })
        .await?;
    let all = Effects {
        audit: writes.iter().flat_map(|fx| fx.audit.clone()).collect(),
        outbox: writes.iter().flat_map(|fx| fx.outbox.clone()).collect(),
        invalidates: true,
        ..probe.lab.fx()
    };
    same!(
        results.iter().filter(|won| **won).count(),
        1,
        "saves that succeeded"
    );
    let found = probe.found(&all).await?;
    if found != (1, 1, 1) {
        return Err(Failure::new(format!(
            "effects of six saves of which one succeeded: {found:?}"
        )));
    }
    Ok(())
}
