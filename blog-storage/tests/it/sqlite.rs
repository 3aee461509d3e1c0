//! SQLite: what a file on a disk adds to the contract, which `stores` checks: restarts, kills, other processes, full disks, newer
//! and older schemas, and how many statements a question costs.

mod disasters;
mod queries;
mod schema;

use std::sync::Arc;

use blog_core::id::{PostId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::post::{
    Body, NewPost, Post, PostContent, PostStatus, RenderedBody, SafeHtml, SlugRequest, Title,
};
use blog_core::model::slug::Slug;
use blog_core::model::tag::Tag;
use blog_core::model::user::{DisplayName, NewUser, Role, User, Username};
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::{PostStore, UserStore};
use blog_core::time::Timestamp;
use blog_storage::sql::SqlStore;
use tempfile::TempDir;

/// A store in a folder of its own.
struct Fixture {
    folder: TempDir,
    store: Arc<SqlStore>,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&url(&folder)).await;
        Self { folder, store }
    }

    fn url(&self) -> String {
        url(&self.folder)
    }
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("data/blog.db").display())
}

/// Opens and migrates.
async fn open(url: &str) -> Arc<SqlStore> {
    let store = SqlStore::connect(url).await.expect("the store opens");
    store.migrate().await.expect("the migrations run");
    Arc::new(store)
}

/// A moment: so many seconds after a fixed one.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

fn everybody(now: Timestamp) -> Visibility {
    Visibility::new(Actor::Anonymous, Surface::List, now)
}

fn page(now: Timestamp) -> Visibility {
    Visibility::new(Actor::Anonymous, Surface::Page, now)
}

async fn user(store: &SqlStore, name: &str) -> User {
    let user = NewUser {
        id: UserId::generate(),
        username: Username::try_from(name).expect("a name"),
        email: None,
        subject: None,
        display_name: DisplayName::try_from(name).expect("a name"),
        password: None,
        role: Role::Author,
        verified_at: None,
        only_if_first: false,
    };
    UserStore::create(store, user, Effects::at(at(0)))
        .await
        .expect("the user is stored")
}

fn new_post(author: UserId, slug: &str, published_at: Timestamp) -> NewPost {
    NewPost {
        id: PostId::generate(),
        author,
        slug: SlugRequest {
            base: Slug::try_from(slug).expect("a slug"),
        },
        content: PostContent {
            title: Title::try_from("A title").expect("a title"),
            body: Body::try_from("Some words").expect("a body"),
            rendered: RenderedBody {
                html: SafeHtml::from_sanitiser("<p>Some words</p>".to_owned()),
                excerpt: "Some words".to_owned(),
                ..RenderedBody::default()
            },
            terms: "zqsome zqwords".to_owned(),
            tags: vec![Tag::parse("Rust").expect("a tag")],
            cover: None,
            media: Vec::new(),
            status: PostStatus::Published,
            published_at: Some(published_at),
        },
    }
}

async fn post(store: &SqlStore, author: UserId, slug: &str, published_at: Timestamp) -> Post {
    let post = new_post(author, slug, published_at);
    PostStore::create(store, post, Effects::at(published_at))
        .await
        .expect("the post is stored")
}
