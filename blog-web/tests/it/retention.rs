//! How long what is kept of people is kept, and what the page says about it.

use std::time::Duration;

use blog_core::id::{
    AutosaveId, ExportId, InvitationId, MediaId, PreviewLinkId, SessionId, UserId,
};
use blog_core::model::autosave::{Autosave, FormText};
use blog_core::model::effects::Effects;
use blog_core::model::export::{Archive, ExportWords, NewExport};
use blog_core::model::focus::Focus;
use blog_core::model::index::{ObjectChange, ObjectEvent, Sequencer};
use blog_core::model::invitation::Invitation;
use blog_core::model::media::{AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey};
use blog_core::model::preview_link::PreviewLink;
use blog_core::model::second_factor::TotpKey;
use blog_core::model::secret::Secret;
use blog_core::model::session::Session;
use blog_core::model::token::{Purpose, Token};
use blog_core::model::user::{DisplayName, EmailAddress, NewUser, Role, Username, Waiting};
use blog_core::model::widths::Widths;
use blog_core::ports::engagement::View;
use blog_core::ports::limits::Quota;
use blog_core::service::retention::{Kept, TABLE};

use crate::app::{TestApp, post_form};

const MICRO: Duration = Duration::from_micros(1);

/// Plants one row of each kind that is a moment over, and one that is not; what a sweep leaves of each kind.
async fn left(sweeps: bool) -> Vec<(Kept, u64)> {
    let app = TestApp::new();
    let ada = app.person("ada", Role::Author).await;
    let user = ada.actor.unwrap().user().unwrap();
    app.post("/write", &ada, &post_form("One", "Text", "published"))
        .await;
    let everybody = blog_core::policy::Visibility::new(
        blog_core::policy::Actor::Anonymous,
        blog_core::policy::Surface::Page,
        app.blog.now(),
    );
    let slug = blog_core::model::slug::Slug::try_from("one").unwrap();
    let records = &app.records;
    let found = records.posts.by_slug(&slug, &everybody).await.unwrap();
    let blog_core::model::post::SlugHit::Current(post) = found else {
        panic!("{found:?}");
    };
    let now = app.blog.now();
    let at = |kind: Kept, over: bool| {
        let kept = TABLE.iter().find(|(known, _)| *known == kind).unwrap().1;
        let end = now.minus(kept);
        if over {
            end.minus(MICRO)
        } else {
            end.plus(MICRO)
        }
    };
    for over in [true, false] {
        let fx = || Effects::at(now);
        let ends = at(Kept::Sessions, over);
        let session = Session {
            id: SessionId::generate(),
            token: Secret::generate().hash(),
            user,
            auth_epoch: 0,
            remember: false,
            created_at: now,
            last_seen_at: now,
            password_at: now,
            idle_expires_at: ends,
            expires_at: ends,
            device: String::new(),
        };
        records.sessions.create(session, fx()).await.unwrap();
        let token = Token {
            hash: Secret::generate().hash(),
            purpose: Purpose::Reset,
            user: Some(user),
            email: None,
            created_at: now,
            expires_at: at(Kept::Tokens, over),
        };
        records.tokens.issue(token, fx()).await.unwrap();
        let invitation = Invitation {
            id: InvitationId::generate(),
            token: Secret::generate().hash(),
            maker: user,
            role: Role::Author,
            created_at: now,
            expires_at: at(Kept::Invitations, over),
            used_at: None,
        };
        records.invitations.create(invitation, fx()).await.unwrap();
        let link = PreviewLink {
            id: PreviewLinkId::generate(),
            token: Secret::generate().hash(),
            post: post.id,
            maker: user,
            created_at: now,
            expires_at: at(Kept::PreviewLinks, over),
        };
        records.preview_links.create(link, fx()).await.unwrap();
        let quota = Quota {
            burst: 1,
            period: Duration::from_secs(60),
        };
        let taken = at(Kept::Limits, over).minus(Duration::from_secs(60));
        let name = format!("planted {over}");
        records.limits.take(&name, quota, taken).await.unwrap();
        let unsaved = Autosave {
            id: AutosaveId::generate(),
            writer: user,
            post: None,
            version: 0,
            step: 1,
            text: FormText::from_store(Vec::new()),
            saved_at: at(Kept::UnsavedTexts, over),
        };
        records.autosaves.keep(unsaved).await.unwrap();
        let view = View {
            post: post.id,
            day: now.day() - i64::from(over),
            visitor: [1; 16],
        };
        records.engagement.record_views(&[view]).await.unwrap();
        let waiting = Waiting {
            email: EmailAddress::try_from("waits@example.org").unwrap(),
            expires_at: at(Kept::WaitingAccounts, over),
        };
        let waits = somebody(&format!("waits-{over}"), Some(waiting));
        records.users.create(waits, fx()).await.unwrap();
        let other = somebody(&format!("other-{over}"), None);
        let other = records.users.create(other, fx()).await.unwrap().id;
        let begun = Effects::at(at(Kept::Enrolments, over));
        let key = TotpKey::generate();
        let factors = &records.second_factors;
        factors.begin(other, &key, begun).await.unwrap();
        let export = NewExport {
            id: ExportId::generate(),
            owner: other,
            words: ExportWords::default(),
        };
        records.exports.ask(export, fx()).await.unwrap();
        let claimed = records.exports.claim(now, now.plus(MICRO)).await.unwrap();
        let claimed = claimed.unwrap().export;
        let ready_at = at(Kept::Exports, over);
        let archive = Archive {
            bytes: 1,
            ready_at,
            expires_at: ready_at.plus(Duration::from_secs(Kept::Exports.days() * 86_400)),
        };
        let exports = &records.exports;
        exports.finish(claimed.id, 1, archive, fx()).await.unwrap();
        let id = MediaId::generate();
        let upload = MediaItem {
            id,
            owner: other,
            kind: MediaKind::Video,
            content_type: "video/mp4".to_owned(),
            bytes: 1,
            width: None,
            height: None,
            alt: AltText::from_store(String::new()),
            file_name: FileName::from_store("film.mp4".to_owned()),
            focus: Focus::CENTRE,
            widths: Widths::default(),
            private_key: ObjectKey::from_store(format!("private/{other}/{id}.mp4")),
            public_key: None,
            state: MediaState::Pending,
            created_at: at(Kept::Uploads, over),
        };
        records.catalog.insert(upload, fx()).await.unwrap();
        let removed = ObjectEvent {
            bucket: "memory".to_owned(),
            key: format!("private/{other}/gone-{over}.png"),
            version: None,
            change: ObjectChange::Removed,
            sequencer: Sequencer::least(),
            at: at(Kept::RemovedObjects, over),
        };
        app.blog.index().apply(&removed).await.unwrap();
    }
    if sweeps {
        app.blog.worker().sweep().await.unwrap();
    }
    // All of each kind that is left, over or not, by taking it away.
    let later = now.plus(Duration::from_secs(1));
    let yesterday = View {
        post: post.id,
        day: now.day() - 1,
        visitor: [1; 16],
    };
    let forgotten = records.engagement.record_views(&[yesterday]).await.unwrap();
    let mut left = Vec::new();
    for (kind, _) in TABLE {
        let count = match kind {
            Kept::Sessions => records.sessions.purge(later, 9).await.unwrap(),
            Kept::Tokens => records.tokens.purge(later, 9).await.unwrap(),
            Kept::WaitingAccounts => records.users.purge_waiting(later, 9).await.unwrap(),
            Kept::Enrolments => records.second_factors.purge(later, 9).await.unwrap(),
            Kept::Invitations => records.invitations.purge(later, 9).await.unwrap(),
            Kept::PreviewLinks => records.preview_links.purge(later, 9).await.unwrap(),
            Kept::Limits => records.limits.purge(later, 1_000).await.unwrap(),
            Kept::UnsavedTexts => records.autosaves.purge(later, 9).await.unwrap(),
            Kept::Exports => records.exports.expired(later, 9).await.unwrap().len() as u64,
            Kept::Uploads => records.catalog.stale(later, 9).await.unwrap().len() as u64,
            // One of yesterday that is known still is not counted anew.
            Kept::Visitors => 2 - forgotten,
            Kept::RemovedObjects => app.blog.index().purge(later, 9).await.unwrap(),
        };
        left.push((kind, count));
    }
    left
}

fn somebody(name: &str, waiting: Option<Waiting>) -> NewUser {
    NewUser {
        id: UserId::generate(),
        username: Username::from_store(name.to_owned()),
        email: None,
        subject: None,
        display_name: DisplayName::from_store(name.to_owned()),
        password: None,
        role: Role::Author,
        verified_at: None,
        only_if_first: false,
        waiting,
        invitation: None,
    }
}

#[tokio::test]
async fn each_kind_goes_a_moment_after_its_time_and_not_before() {
    for (kind, count) in left(false).await {
        assert!(count >= 2, "{kind:?} is not planted: {count}");
    }
    let before = left(false).await;
    for ((kind, kept), (_, planted)) in left(true).await.into_iter().zip(before) {
        assert_eq!(kept, planted - 1, "{kind:?}");
    }
}

#[tokio::test]
async fn a_privacy_page_begins_with_what_the_table_says() {
    let app = TestApp::new();
    let root = app.person("root", Role::Admin).await;
    let ada = app.person("ada", Role::Author).await;
    let begun = "/admin/pages/new?start=privacy";
    assert_eq!(app.get(begun, &ada).await.status, 403);
    let page = app.get(begun, &root).await.text();
    for said in [
        format!("not save: {} days", Kept::UnsavedTexts.days()),
        format!("asked for: {} days", Kept::Exports.days()),
        format!("deleted: {} days", Kept::RemovedObjects.days()),
        "and 14 days after that".to_owned(),
        "nobody followed: 24 hours".to_owned(),
        "quarantine".to_owned(),
    ] {
        assert!(page.contains(&said), "{said}: {page}");
    }
    let empty = app.get("/admin/pages/new", &root).await.text();
    assert!(!empty.contains("For how long"), "{empty}");
}
