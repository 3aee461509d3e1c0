//! What tests of a SQL store begin with.

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

pub(crate) use crate::histories::at;

#[cfg(feature = "sqlite")]
pub(crate) fn everybody(now: Timestamp) -> Visibility {
    Visibility::new(Actor::Anonymous, Surface::List, now)
}

pub(crate) fn page(now: Timestamp) -> Visibility {
    Visibility::new(Actor::Anonymous, Surface::Page, now)
}

pub(crate) fn new_user(name: &str) -> NewUser {
    NewUser {
        id: UserId::generate(),
        username: Username::try_from(name).expect("a name"),
        email: None,
        subject: None,
        display_name: DisplayName::try_from(name).expect("a name"),
        password: None,
        role: Role::Author,
        verified_at: None,
        only_if_first: false,
        waiting: None,
        invitation: None,
    }
}

pub(crate) async fn user(store: &SqlStore, name: &str) -> User {
    UserStore::create(store, new_user(name), Effects::at(at(0)))
        .await
        .expect("the user is stored")
}

pub(crate) fn new_post(author: UserId, slug: &str, published_at: Timestamp) -> NewPost {
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

pub(crate) async fn post(
    store: &SqlStore,
    author: UserId,
    slug: &str,
    published_at: Timestamp,
) -> Post {
    let post = new_post(author, slug, published_at);
    PostStore::create(store, post, Effects::at(published_at))
        .await
        .expect("the post is stored")
}
