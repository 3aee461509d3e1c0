//! Objects in their states.

use std::sync::atomic::{AtomicUsize, Ordering};

use blog_core::id::CommentId;
use blog_core::model::comment::{CommentBody, CommentState, NewComment};
use blog_core::model::effects::Effects;
use blog_core::model::post::SafeHtml;
use blog_core::model::user::Role;
use blog_core::policy::{Surface, Visibility};
use blog_core::ports::Clock as _;
use blog_core::service::accounts::SignUp;

use super::{Scene, Thing};
use crate::app::{Answer, PASSWORD, png, post_form};

/// No object has it.
const NO_ID: &str = "00000000-0000-7000-8000-000000000000";
const NO_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What stands for the parameters of a path.
#[derive(Debug, Clone)]
pub(super) struct Things {
    thing: Thing,
    slug: String,
    id: String,
    user: String,
    token: String,
    name: String,
}

fn number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn done(answer: &Answer) {
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split(after).next()
}

impl Things {
    pub(super) async fn make(scene: &Scene, thing: Thing, state: &str) -> Self {
        let mut things = Self {
            thing,
            slug: "one".to_owned(),
            id: NO_ID.to_owned(),
            user: "owner".to_owned(),
            token: NO_TOKEN.to_owned(),
            name: "nothing.png".to_owned(),
        };
        match thing {
            Thing::Nothing => {}
            Thing::Post => things.slug = post(scene, state, "Text").await,
            Thing::Comment => things.comment(scene, state).await,
            Thing::Media => things.media(scene, state).await,
            Thing::Page => things.page(scene, state).await,
            Thing::User => things.user(scene, state).await,
            Thing::Preview => things.preview(scene, state).await,
            Thing::Invitation => things.invitation(scene, state).await,
        }
        things
    }

    async fn comment(&mut self, scene: &Scene, state: &str) {
        self.slug = post(scene, "public", "Text").await;
        let app = &scene.app;
        let owner = scene.person("owner").actor.unwrap();
        let visibility = Visibility::new(owner, Surface::Page, app.clock.now());
        let found = app.blog.reading().post(&owner, &self.slug).await.unwrap();
        let blog_core::model::post::SlugHit::Current(post) = found else {
            panic!("moved");
        };
        let id = CommentId::generate();
        let new = NewComment {
            id,
            post: post.id,
            parent: None,
            author: scene.person("reader").actor.unwrap().user().unwrap(),
            body: CommentBody::try_from("A word").unwrap(),
            html: SafeHtml::from_sanitiser("<p>A word</p>".to_owned()),
            state: match state {
                "held" => CommentState::Pending,
                _ => CommentState::Visible,
            },
        };
        let comments = &app.records.comments;
        comments
            .create(new, Effects::at(visibility.now()))
            .await
            .unwrap();
        self.id = id.to_string();
        match state {
            "deleted" => comments
                .delete(id, Effects::at(visibility.now()))
                .await
                .unwrap(),
            "on a draft" => self.slug = withdraw(scene, &self.slug).await,
            _ => {}
        }
    }

    async fn media(&mut self, scene: &Scene, state: &str) {
        let app = &scene.app;
        let owner = scene.person("owner");
        let parts: [(&str, Option<&str>, &[u8]); 1] = [("file", Some("a.png"), &png())];
        done(&app.post_parts("/media/uploads", owner, &parts).await);
        let library = app.get("/library", owner).await.text();
        self.id = between(&library, "id=\"media-", '"').unwrap().to_owned();
        if state != "private" {
            let text = format!("![x](media:{})", self.id);
            let slug = post(scene, "public", &text).await;
            let page = app.get(&format!("/posts/{slug}"), owner).await.text();
            self.name = between(&page, "/media/public/", '"').unwrap().to_owned();
            if state == "deleted" {
                let path = format!("/posts/{slug}/delete");
                done(&app.post(&path, owner, &[("version", "1")]).await);
                let path = format!("/library/{}/delete", self.id);
                done(&app.post(&path, owner, &[]).await);
            }
        }
    }

    async fn page(&mut self, scene: &Scene, state: &str) {
        let (app, admin) = (&scene.app, scene.person("admin"));
        self.slug = format!("page-{}", number());
        let status = if state == "draft" {
            "draft"
        } else {
            "published"
        };
        let form = [
            ("title", self.slug.as_str()),
            ("slug", &self.slug),
            ("body", "Text"),
            ("status", status),
            ("version", "0"),
        ];
        done(&app.post("/admin/pages/new", admin, &form).await);
        if state == "deleted" {
            let path = format!("/admin/pages/{}/delete", self.slug);
            done(&app.post(&path, admin, &[("version", "1")]).await);
        }
    }

    async fn user(&mut self, scene: &Scene, state: &str) {
        self.user = format!("target{}", number());
        let sign_up = SignUp {
            username: self.user.clone(),
            email: format!("{}@example.org", self.user),
            password: PASSWORD.to_owned(),
        };
        scene
            .app
            .blog
            .accounts()
            .add(sign_up, Role::Author)
            .await
            .unwrap();
        if state == "suspended" {
            let path = format!("/admin/users/{}/suspend", self.user);
            let form = [("reason", "Advertising"), ("password", PASSWORD)];
            done(&scene.app.post(&path, scene.person("admin"), &form).await);
        }
    }

    async fn preview(&mut self, scene: &Scene, state: &str) {
        let (app, owner) = (&scene.app, scene.person("owner"));
        self.slug = post(scene, "draft", "Text").await;
        let path = format!("/posts/{}/links", self.slug);
        let made = app
            .post(&path, owner, &[("days", "7")])
            .await
            .text()
            .replace("&#x2f;", "/");
        self.token = between(&made, "/preview/", '"').unwrap()[..43].to_owned();
        let id = between(&made, &format!("{path}/"), '/').unwrap().to_owned();
        if state == "revoked" {
            done(&app.post(&format!("{path}/{id}/revoke"), owner, &[]).await);
        }
        self.id = id;
    }

    async fn invitation(&mut self, scene: &Scene, state: &str) {
        let (app, admin) = (&scene.app, scene.person("admin"));
        let path = "/admin/invitations";
        let form = [("role", "author"), ("days", "7")];
        let made = app
            .post(path, admin, &form)
            .await
            .text()
            .replace("&#x2f;", "/");
        self.id = between(&made, "/admin/invitations/", '/')
            .unwrap()
            .to_owned();
        if state == "revoked" {
            done(
                &app.post(&format!("{path}/{}/revoke", self.id), admin, &[])
                    .await,
            );
        }
    }

    /// The address that a path of the table stands for.
    pub(super) fn address(&self, path: &str) -> String {
        let address = path
            .replace(":user", &self.user)
            .replace(":tag", "harbour")
            .replace(":year", "2026")
            .replace(":month", "01")
            .replace(":part", "1.xml")
            .replace(":slug", &self.slug)
            .replace(":id", &self.id)
            .replace(":version", "1")
            .replace(":token", &self.token)
            .replace(":name", &self.name)
            .replace("*name", "nothing.css");
        match path {
            "/write/autosave" => {
                format!("{address}?id=00000000-0000-4000-8000-000000000000&step=1")
            }
            _ => address,
        }
    }

    /// The words that name the objects.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names = vec![&*self.id, &*self.token, &*self.name];
        if matches!(self.thing, Thing::Post | Thing::Page) {
            names.push(&self.slug);
        }
        if self.thing == Thing::User {
            names.push(&self.user);
        }
        names
    }

    /// Objects that never were.
    pub(super) fn missing(&self) -> Self {
        Self {
            slug: match self.thing {
                // The comment is what is missing; its post is there or not, as the state says.
                Thing::Comment | Thing::Preview => self.slug.clone(),
                _ => "no-such-word".to_owned(),
            },
            id: NO_ID.to_owned(),
            user: "nobody-at-all".to_owned(),
            token: NO_TOKEN.to_owned(),
            name: "nothing.png".to_owned(),
            thing: self.thing,
        }
    }
}

/// The slug of a post of the owner's.
async fn post(scene: &Scene, state: &str, body: &str) -> String {
    let (app, owner) = (&scene.app, scene.person("owner"));
    let title = format!("Post {}", number());
    let status = match state {
        "unlisted" | "draft" | "scheduled" => state,
        _ => "published",
    };
    let mut form = post_form(&title, body, status);
    if state == "scheduled" {
        form.push(("publish_at", "2026-02-10T12:00"));
    }
    let saved = app.post("/write", owner, &form).await;
    done(&saved);
    let slug = saved.location().strip_prefix("/posts/").unwrap().to_owned();
    match state {
        "deleted" => {
            let path = format!("/posts/{slug}/delete");
            done(&app.post(&path, owner, &[("version", "1")]).await);
            slug
        }
        "withdrawn" => withdraw(scene, &slug).await,
        _ => slug,
    }
}

/// Takes a post back as an editor does; its slug from then on.
async fn withdraw(scene: &Scene, slug: &str) -> String {
    let path = format!("/admin/posts/{slug}/withdraw");
    done(&scene.app.post(&path, scene.person("editor"), &[]).await);
    let drafts = scene.app.get("/drafts", scene.person("owner")).await.text();
    let drafts = drafts.replace("&#x2f;", "/");
    let found = between(&drafts, "href=\"/posts/", '"').unwrap();
    found.split('/').next().unwrap().to_owned()
}
