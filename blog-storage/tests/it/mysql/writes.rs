//! Every write of the stores, ready to be made once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use blog_core::error::Result;
use blog_core::id::{
    AutosaveId, CommentId, ExportId, InvitationId, MediaId, MessageId, PostId, PreviewLinkId,
    SessionId, StaticPageId, UserId,
};
use blog_core::model::audit::AuditAction;
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::model::comment::{
    CommentBody, CommentChange, CommentState, NewComment, Report, ReportReason,
};
use blog_core::model::drift::Run;
use blog_core::model::effects::Effects;
use blog_core::model::export::{Archive, ExportWords, NewExport};
use blog_core::model::focus::Focus;
use blog_core::model::index::{ObjectChange, ObjectEvent, Sequencer};
use blog_core::model::invitation::Invitation;
use blog_core::model::media::{AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey};
use blog_core::model::outbox::Task;
use blog_core::model::post::{Body, Post, PostChange, SafeHtml, SlugRequest, Title};
use blog_core::model::preview_link::PreviewLink;
use blog_core::model::second_factor::TotpKey;
use blog_core::model::secret::{Secret, SecretHash};
use blog_core::model::session::{Session, SessionTouch};
use blog_core::model::site::{
    FooterText, LanguageTag, SettingsChange, SiteDescription, SiteSettings, SiteTitle,
};
use blog_core::model::slug::{PageSlug, Slug};
use blog_core::model::static_page::{
    NewStaticPage, RenderedPage, StaticPageChange, StaticPageContent,
};
use blog_core::model::token::{Purpose, Token};
use blog_core::model::user::{
    Bio, DisplayName, EmailAddress, NewUser, PasswordHash, ProfileChange, Role, SuspensionReason,
    Waiting,
};
use blog_core::model::widths::Widths;
use blog_core::ports;
use blog_core::ports::engagement::View;
use blog_core::ports::index::IntentLog;
use blog_core::ports::limits::Quota;
use blog_core::ports::{
    AutosaveStore, CommentStore, EngagementStore, InvitationStore, MediaCatalog, ObjectIndex,
    Outbox, PostStore, PreviewLinkStore, RateLimits, SecondFactorStore, SessionStore, SiteStore,
    StaticPageStore, TokenStore, UserStore,
};
use blog_core::time::Timestamp;
use blog_storage::sql::SqlStore;

use crate::fixture::{at, new_post, post, user};

type Done = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A write that has all it needs.
pub(crate) struct Write {
    /// As the sources name it: `port::method`.
    pub(crate) name: &'static str,
    pub(crate) make: Done,
}

/// Puts the writes into a list; each gets what they share.
macro_rules! writes {
    ($list:ident, $given:ident; $($name:literal => $write:expr;)*) => {$({
        let $given = $given.clone();
        $list.push(Write {
            name: $name,
            make: Box::pin(async move { $write.await.map(|_| ()) }),
        });
    })*};
}

fn fx() -> Effects {
    Effects::at(at(1))
        .audit(None, AuditAction::SiteSave, "test", "test")
        .invalidating()
}

fn hash(phc: &str) -> PasswordHash {
    PasswordHash::from_phc(phc.to_owned())
}

fn session_of(user: UserId) -> Session {
    Session {
        id: SessionId::generate(),
        token: Secret::generate().hash(),
        user,
        auth_epoch: 0,
        remember: false,
        created_at: at(0),
        last_seen_at: at(0),
        password_at: at(0),
        idle_expires_at: at(1_000_000),
        expires_at: at(1_000_000),
        device: "test".to_owned(),
    }
}

fn invitation(maker: UserId, expires_at: Timestamp) -> Invitation {
    Invitation {
        id: InvitationId::generate(),
        token: Secret::generate().hash(),
        maker,
        role: Role::Author,
        created_at: at(0),
        expires_at,
        used_at: None,
    }
}

fn token() -> Token {
    Token {
        hash: Secret::generate().hash(),
        purpose: Purpose::Reset,
        user: None,
        email: None,
        created_at: at(0),
        expires_at: at(1_000_000),
    }
}

fn item(owner: UserId, state: MediaState) -> MediaItem {
    let id = MediaId::generate();
    MediaItem {
        id,
        owner,
        kind: MediaKind::Image,
        content_type: "image/png".to_owned(),
        bytes: 1,
        width: Some(1),
        height: Some(1),
        alt: AltText::try_from("").expect("an alt"),
        file_name: FileName::try_from("a.png").expect("a name"),
        focus: Focus::CENTRE,
        private_key: ObjectKey::try_from(format!("private/{id}.png").as_str()).expect("a key"),
        public_key: None,
        widths: Widths::default(),
        state,
        created_at: at(0),
    }
}

fn comment_on(post: &Post) -> NewComment {
    NewComment {
        id: CommentId::generate(),
        post: post.id,
        parent: None,
        author: post.author.id,
        body: CommentBody::try_from("Well said").expect("a comment"),
        html: SafeHtml::from_sanitiser("<p>Well said</p>".to_owned()),
        state: CommentState::Visible,
    }
}

fn page_content(slug: &str) -> StaticPageContent {
    StaticPageContent {
        slug: PageSlug::try_from(slug).expect("a slug"),
        title: Title::try_from("A page").expect("a title"),
        body: Body::try_from("Words").expect("a body"),
        html: SafeHtml::from_sanitiser("<p>Words</p>".to_owned()),
        excerpt: "Words".to_owned(),
        media: Vec::new(),
        renderer_version: 1,
        published: true,
        in_menu: false,
    }
}

fn new_page(slug: &str) -> NewStaticPage {
    NewStaticPage {
        id: StaticPageId::generate(),
        content: page_content(slug),
    }
}

fn autosave(writer: UserId) -> Autosave {
    Autosave {
        id: AutosaveId::generate(),
        writer,
        post: None,
        version: 0,
        step: 1,
        text: FormText::from_store(vec![("body".to_owned(), "Words".to_owned())]),
        saved_at: at(0),
    }
}

fn event(key: &str) -> ObjectEvent {
    ObjectEvent {
        bucket: "bucket".to_owned(),
        key: key.to_owned(),
        version: None,
        change: ObjectChange::Created {
            size: 1,
            etag: "e".to_owned(),
            content_type: None,
            owner: None,
        },
        sequencer: Sequencer::from_counter(1),
        at: at(0),
    }
}

fn link(post: PostId, maker: UserId, expires_at: Timestamp) -> PreviewLink {
    PreviewLink {
        id: PreviewLinkId::generate(),
        token: Secret::generate().hash(),
        post,
        maker,
        created_at: at(0),
        expires_at,
    }
}

fn export(owner: UserId) -> NewExport {
    NewExport {
        id: ExportId::generate(),
        owner,
        words: ExportWords::default(),
    }
}

const ARCHIVE: Archive = Archive {
    bytes: 1,
    ready_at: Timestamp::EPOCH,
    expires_at: Timestamp::EPOCH,
};

fn settings() -> SettingsChange {
    SettingsChange {
        expected_version: 0,
        settings: SiteSettings {
            title: SiteTitle::try_from("A site").expect("a title"),
            description: SiteDescription::try_from("").expect("a description"),
            logo: None,
            menu: Vec::new(),
            language: LanguageTag::try_from("en").expect("a language"),
            page_size: 10,
            hold_first_comments: true,
            comment_links: 5,
            require_second_factor: true,
            old_addresses: false,
            footer: FooterText::try_from("").expect("a footer"),
        },
    }
}

const QUOTA: Quota = Quota {
    burst: 5,
    period: Duration::from_secs(60),
};

/// What several writes need.
struct Given {
    store: Arc<SqlStore>,
    kept: Vec<Session>,
    items: Vec<MediaItem>,
    messages: Vec<(MessageId, u32)>,
    two: Post,
}

/// Stores what the writes need, then hands them over. `purge`s find one row each.
pub(crate) async fn ready(store: &Arc<SqlStore>) -> Vec<Write> {
    let ann = user(store, "ann").await;
    let bob = user(store, "bob").await;
    let eve = user(store, "eve").await;
    // Nothing ends the sessions of this one.
    let dan = user(store, "dan").await;
    let (a, b, e) = (ann.id, bob.id, eve.id);
    let old = hash("$argon2id$old");
    // All writes may run at once: one who is erased is not there to be detached.
    let (leaver, parting) = (
        user(store, "leaver").await.id,
        user(store, "parting").await.id,
    );
    for leaving in [leaver, parting] {
        store
            .schedule_erasure(leaving, at(0), Effects::at(at(0)))
            .await
            .expect("an erasure");
    }
    let back = user(store, "back").await.id;
    let back = store
        .schedule_erasure(back, at(1_000), Effects::at(at(0)))
        .await
        .expect("an erasure");
    UserStore::set_password(&**store, e, old.clone(), Effects::at(at(0)))
        .await
        .expect("a password");
    let waits = NewUser {
        email: None,
        waiting: Some(Waiting {
            email: EmailAddress::try_from("waits@example.net").expect("an address"),
            expires_at: at(-10),
        }),
        ..crate::fixture::new_user("waits")
    };
    UserStore::create(&**store, waits, Effects::at(at(0)))
        .await
        .expect("a user");
    let key = TotpKey::from([7; 20]);
    let codes: [SecretHash; 2] = [(); 2].map(|()| Secret::generate().hash());
    let mut factors = Vec::new();
    for (name, at_second) in [
        ("begun", 0),
        ("stepping", 0),
        ("renewing", 0),
        ("removed", 0),
        ("late", -10),
    ] {
        let user = user(store, name).await.id;
        let begun = Effects::at(at(at_second));
        SecondFactorStore::begin(&**store, user, &key, begun)
            .await
            .expect("a key");
        factors.push(user);
    }
    let (begun, stepping, renewing, removed) = (factors[0], factors[1], factors[2], factors[3]);
    for user in [stepping, renewing, removed] {
        let confirmed = Effects::at(at(0));
        SecondFactorStore::confirm(&**store, user, &key, 1, &codes[..1], confirmed)
            .await
            .expect("a second factor");
    }
    let one = post(store, a, "one", at(0)).await;
    let two = post(store, a, "two", at(0)).await;
    let gone = post(store, a, "gone", at(0)).await;
    let renewed = post(store, a, "renewed", at(0)).await;
    let seen = comment_on(&one);
    let (seen_id, changed_id) = (seen.id, CommentId::generate());
    let changed = NewComment {
        id: changed_id,
        ..comment_on(&one)
    };
    let (held_id, reported_id) = (CommentId::generate(), CommentId::generate());
    let held = NewComment {
        id: held_id,
        state: CommentState::Pending,
        ..comment_on(&one)
    };
    let reported = NewComment {
        id: reported_id,
        ..comment_on(&one)
    };
    for comment in [seen, changed, held, reported] {
        CommentStore::create(&**store, comment, Effects::at(at(0)))
            .await
            .expect("a comment");
    }
    let kept: Vec<Session> = (0..2).map(|_| session_of(dan.id)).collect();
    let ended = Session {
        expires_at: at(-10),
        idle_expires_at: at(-10),
        ..session_of(dan.id)
    };
    for session in kept.iter().chain([&ended]) {
        SessionStore::create(&**store, session.clone(), Effects::at(at(0)))
            .await
            .expect("a session");
    }
    // Of whom nothing ends the invitations.
    let invited = invitation(dan.id, at(1_000));
    let invited_id = invited.id;
    for one in [invited, invitation(dan.id, at(-10))] {
        InvitationStore::create(&**store, one, Effects::at(at(0)))
            .await
            .expect("an invitation");
    }
    // Three that somebody has begun to make, and one that waits.
    let mut exports = Vec::new();
    for name in ["noted", "finished", "forgotten", "waiting"] {
        let new = export(user(store, name).await.id);
        exports.push(new.id);
        ports::ExportStore::ask(&**store, new, Effects::at(at(0)))
            .await
            .expect("an export");
        if name != "waiting" {
            ports::ExportStore::claim(&**store, at(0), at(1_000_000))
                .await
                .expect("a claim");
        }
    }
    let exports = [exports[0], exports[1], exports[2]];
    let asker = user(store, "asker").await.id;
    let (used, revoked) = (token(), token());
    let past = Token {
        expires_at: at(-10),
        ..token()
    };
    for token in [used.clone(), revoked, past] {
        store
            .issue(token, Effects::at(at(0)))
            .await
            .expect("a token");
    }
    let pending = item(a, MediaState::Pending);
    let items: Vec<MediaItem> = (0..5).map(|_| item(a, MediaState::Ready)).collect();
    for item in items.iter().chain([&pending]) {
        MediaCatalog::insert(&**store, item.clone(), Effects::at(at(0)))
            .await
            .expect("an item");
    }
    let (saved_page, lost_page, renewed_page) =
        (new_page("about"), new_page("lost"), new_page("old"));
    let pages = (saved_page.id, lost_page.id, renewed_page.id);
    for page in [saved_page, lost_page, renewed_page] {
        StaticPageStore::create(&**store, page, Effects::at(at(0)))
            .await
            .expect("a page");
    }
    let to_revoke = link(two.id, a, at(1_000));
    let revoked_link = to_revoke.id;
    for link in [to_revoke, link(two.id, a, at(-10))] {
        PreviewLinkStore::create(&**store, link, Effects::at(at(0)))
            .await
            .expect("a link");
    }
    let forgotten = autosave(a);
    let forgotten_id = forgotten.id;
    let stale = Autosave {
        saved_at: at(-10),
        ..autosave(a)
    };
    for text in [forgotten, stale] {
        store.keep(text).await.expect("a text");
    }
    for key in ["taken", "cleared"] {
        RateLimits::take(&**store, key, QUOTA, at(0))
            .await
            .expect("a permit");
    }
    RateLimits::take(&**store, "full", QUOTA, at(-1_000))
        .await
        .expect("a permit");
    // Three messages; two of them are claimed here.
    for _ in 0..2 {
        let effects = Effects::at(at(-5)).later(at(-5), Task::DeleteObjects { keys: Vec::new() });
        UserStore::set_role(&**store, e, Role::Author, effects)
            .await
            .expect("a role");
    }
    let claimed = store.claim(at(0), at(1_000), 2).await.expect("messages");
    let messages: Vec<_> = claimed.iter().map(|m| (m.id, m.attempts)).collect();
    let effects = Effects::at(at(-5)).later(at(-5), Task::DeleteObjects { keys: Vec::new() });
    UserStore::set_role(&**store, e, Role::Author, effects)
        .await
        .expect("a role");
    let intent = IntentLog::begin(
        &**store,
        &ObjectKey::try_from("private/a.png").expect("a key"),
        None,
        at(0),
    )
    .await
    .expect("an intent");
    let mut tombstone = event("gone");
    tombstone.change = ObjectChange::Removed;
    tombstone.at = at(-100 * 24 * 60 * 60);
    ObjectIndex::apply(&**store, &tombstone)
        .await
        .expect("applied");

    let g = Arc::new(Given {
        store: store.clone(),
        kept,
        items,
        messages,
        two,
    });
    let begun_key = key.clone();
    let mut list = Vec::new();
    writes! { list, g;
        "users::create" => UserStore::create(&*g.store, crate::fixture::new_user("new"), fx());
        "users::purge_waiting" => g.store.purge_waiting(at(-5), 10);
        "users::update_profile" => g.store.update_profile(ProfileChange {
            id: a,
            expected_version: ann.version,
            display_name: DisplayName::try_from("Ann").expect("a name"),
            bio: Bio::try_from("").expect("a bio"),
            avatar: None,
        }, fx());
        "users::set_password" => g.store.set_password(b, hash("$argon2id$new"), fx());
        "users::rehash_password" => g.store.rehash_password(e, &old, hash("$argon2id$better"));
        "users::set_email" => g.store.set_email(b, EmailAddress::try_from("b@example.net").expect("an address"), fx());
        "users::set_role" => g.store.set_role(a, Role::Editor, fx());
        "users::set_suspended" => g.store.set_suspended(
            e, Some(SuspensionReason::try_from("Rude").expect("a reason")), fx());
        "users::set_blocked" => g.store.set_blocked(b, true, fx());
        "users::schedule_erasure" => g.store.schedule_erasure(b, at(0), fx());
        "users::cancel_erasure" => g.store.cancel_erasure(back.id, back.auth_epoch, fx());
        "users::detach" => g.store.detach(parting, 10, fx());
        "users::erase" => g.store.erase(leaver, fx());
        "second_factors::begin" => SecondFactorStore::begin(&*g.store, a, &key, fx());
        "second_factors::confirm" => g.store.confirm(begun, &begun_key, 1, &codes[..1], fx());
        "second_factors::use_step" => g.store.use_step(stepping, 2, fx());
        "second_factors::use_code" => g.store.use_code(stepping, &codes[0], fx());
        "second_factors::fail" => g.store.fail(stepping, fx());
        "second_factors::renew_codes" => g.store.renew_codes(renewing, &codes[1..], fx());
        "second_factors::remove" => SecondFactorStore::remove(&*g.store, removed, fx());
        "second_factors::purge" => SecondFactorStore::purge(&*g.store, at(-5), 10);
        "sessions::create" => SessionStore::create(&*g.store, session_of(a), fx());
        "sessions::touch" => g.store.touch(&[SessionTouch {
            id: g.kept[0].id,
            at: at(2),
            idle_expires_at: at(3),
        }]);
        "sessions::confirm_password" => g.store.confirm_password(g.kept[0].id, at(2));
        "sessions::delete" => SessionStore::delete(&*g.store, &g.kept[1].token, fx());
        "sessions::delete_all" => g.store.delete_all(e, None, fx());
        "sessions::end" => g.store.end(a, SessionId::generate(), fx());
        "sessions::purge" => SessionStore::purge(&*g.store, at(0), 10);
        "invitations::create" => InvitationStore::create(&*g.store, invitation(a, at(1_000)), fx());
        "invitations::revoke" => InvitationStore::revoke(&*g.store, invited_id, fx());
        "invitations::purge" => InvitationStore::purge(&*g.store, at(0), 10);
        "tokens::issue" => g.store.issue(token(), fx());
        "tokens::redeem" => g.store.redeem(&used.hash, Purpose::Reset, at(1));
        "tokens::revoke" => TokenStore::revoke(&*g.store, None, Purpose::Invite);
        "tokens::purge" => TokenStore::purge(&*g.store, at(0), 10);
        "posts::create" => PostStore::create(&*g.store, new_post(a, "three", at(0)), fx());
        "posts::save" => PostStore::save(&*g.store, PostChange {
            id: one.id,
            expected_version: one.version,
            editor: a,
            slug: None,
            content: new_post(a, "one", at(0)).content,
        }, fx());
        "posts::delete" => PostStore::delete(&*g.store, gone.id, gone.version, fx());
        "posts::set_rendered" => PostStore::set_rendered(
            &*g.store, renewed.id, renewed.version, new_post(a, "renewed", at(0)).content.rendered, fx());
        "posts::rename" => PostStore::rename(&*g.store, g.two.id, &g.two.slug, SlugRequest {
            base: Slug::try_from("second").expect("a slug"),
        }, fx());
        "comments::create" => CommentStore::create(&*g.store, comment_on(&g.two), fx());
        "comments::update" => CommentStore::update(&*g.store, CommentChange {
            id: changed_id,
            expected_version: 1,
            body: CommentBody::try_from("Better said").expect("a comment"),
            html: SafeHtml::from_sanitiser("<p>Better said</p>".to_owned()),
        }, fx());
        "comments::approve" => g.store.approve(held_id, 1, fx());
        "comments::report" => g.store.report(Report {
            comment: changed_id,
            reporter: b,
            reason: ReportReason::try_from("Rude").expect("a reason"),
        }, fx());
        "comments::dismiss" => g.store.dismiss(reported_id, 1, fx());
        "comments::delete" => CommentStore::delete(&*g.store, seen_id, fx());
        "engagement::set_like" => g.store.set_like(g.two.id, b, true, at(1));
        "engagement::record_views" => g.store.record_views(&[View { post: g.two.id, day: 1, visitor: [1; 16] }]);
        "engagement::salt" => g.store.salt(7, [7; 32]);
        "engagement::forget_before" => g.store.forget_before(0);
        "catalog::insert" => MediaCatalog::insert(&*g.store, item(a, MediaState::Pending), fx());
        "catalog::set_ready" => g.store.set_ready(pending, fx());
        "catalog::set_alt" => g.store.set_alt(g.items[0].id, AltText::try_from("A quay").expect("an alt"), fx());
        "catalog::set_focus" => g.store.set_focus(g.items[1].id, Focus::from_percent(0, 0), fx());
        "catalog::set_copies" => g.store.set_copies(&g.items[3], None, Widths::default(), fx());
        "catalog::delete" => MediaCatalog::delete(&*g.store, g.items[4].id, fx());
        "site::save_settings" => g.store.save_settings(settings(), fx());
        "static_pages::create" => StaticPageStore::create(&*g.store, new_page("fresh"), fx());
        "static_pages::save" => StaticPageStore::save(&*g.store, StaticPageChange {
            id: pages.0,
            expected_version: 1,
            content: page_content("about-us"),
        }, fx());
        "static_pages::set_rendered" => StaticPageStore::set_rendered(&*g.store, pages.2, 1, RenderedPage {
            html: SafeHtml::from_sanitiser("<p>Anew</p>".to_owned()),
            excerpt: "Anew".to_owned(),
            renderer_version: 2,
        }, fx());
        "static_pages::delete" => StaticPageStore::delete(&*g.store, pages.1, 1, fx());
        "preview_links::create" => PreviewLinkStore::create(&*g.store, link(g.two.id, a, at(1_000)), fx());
        "preview_links::revoke" => PreviewLinkStore::revoke(&*g.store, g.two.id, revoked_link, fx());
        "preview_links::purge" => PreviewLinkStore::purge(&*g.store, at(0), 10);
        "exports::claim" => ports::ExportStore::claim(&*g.store, at(1), at(1_000));
        "exports::ask" => ports::ExportStore::ask(&*g.store, export(asker), fx());
        "exports::note" => ports::ExportStore::note(&*g.store, exports[0], 1, 1, 2, at(1_000_000));
        "exports::finish" => ports::ExportStore::finish(&*g.store, exports[1], 1, ARCHIVE, fx());
        "exports::forget" => ports::ExportStore::forget(&*g.store, exports[2], fx());
        "autosaves::keep" => g.store.keep(autosave(b));
        "autosaves::forget" => g.store.forget(a, forgotten_id);
        "autosaves::purge" => AutosaveStore::purge(&*g.store, at(-1), 10);
        "outbox::claim" => g.store.claim(at(1), at(1_000), 1);
        "outbox::done" => g.store.done(g.messages[0].0, g.messages[0].1);
        "outbox::retry" => g.store.retry(g.messages[1].0, g.messages[1].1, at(1_000_000));
        "limits::take" => RateLimits::take(&*g.store, "new", QUOTA, at(1));
        "limits::give_back" => g.store.give_back("taken", QUOTA, at(0));
        "limits::clear" => g.store.clear("cleared");
        "limits::purge" => RateLimits::purge(&*g.store, at(-100), 10);
        "intents::begin" => IntentLog::begin(
            &*g.store, &ObjectKey::try_from("private/b.png").expect("a key"), None, at(0));
        "intents::next_sequencer" => g.store.next_sequencer();
        "intents::finish" => g.store.finish(intent.id);
        "index::apply" => ObjectIndex::apply(&*g.store, &event("new"));
        "index::note_run" => g.store.note_run(&Run::begin("bucket", at(0)));
        "index::purge" => ObjectIndex::purge(&*g.store, at(0), 10);
    }
    list
}
