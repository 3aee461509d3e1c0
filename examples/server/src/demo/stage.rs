//! Makes the events happen, through the same services as a person in a browser.

use std::collections::HashMap;
use std::sync::Arc;

use blog_core::blog::Blog;
use blog_core::error::{Denied, Entity, Error, Result};
use blog_core::id::{CommentId, MediaId};
use blog_core::model::post::Post as Stored;
use blog_core::model::user::{Role, User};
use blog_core::policy::Actor;
use blog_core::ports::clock::ManualClock;
use blog_core::service::accounts::{ProfileInput, SignUp};
use blog_core::service::discussion::CommentInput;
use blog_core::service::library::Upload;
use blog_core::service::publishing::PostInput;
use blog_core::service::site::{MenuInput, SettingsInput};
use blog_core::service::static_pages::StaticPageInput;
use blog_core::time::Timestamp;
use bytes::Bytes;
use futures_util::StreamExt as _;

use super::content::{Comment, FILM, Person, Post, Site, StaticPage};
use super::pictures::{self, Pictures};
use super::plan::{Step, What};

/// The name under which a post's `figures` name the film.
const VIDEO: &str = "video";

/// The blog, and who and what is there by now.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    blog: Blog,
    clock: Arc<ManualClock>,
    pictures: Pictures,
    password: &'a str,
    people: HashMap<&'a str, User>,
    /// Whoever came first.
    admin: Option<Actor>,
    posts: HashMap<&'a str, Written>,
    /// By the post's name and what they say.
    comments: HashMap<(&'a str, &'a str), CommentId>,
}

/// A post that is there.
#[derive(Debug)]
struct Written {
    stored: Stored,
    cover: Option<MediaId>,
    figures: Vec<(String, MediaId)>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        blog: Blog,
        clock: Arc<ManualClock>,
        pictures: Pictures,
        password: &'a str,
    ) -> Self {
        Self {
            blog,
            clock,
            pictures,
            password,
            people: HashMap::new(),
            admin: None,
            posts: HashMap::new(),
            comments: HashMap::new(),
        }
    }

    /// Makes one event happen at its time.
    pub(super) async fn perform(&mut self, step: &Step<'a>) -> Result<()> {
        self.clock.set(step.at);
        match step.what {
            What::Join(person) => self.join(person).await,
            What::Settle(site) => self.settle(site).await,
            What::Page(page) => self.page(page).await,
            What::Write { post, published_at } => self.write(post, published_at).await,
            What::Revise {
                post,
                before,
                published_at,
            } => self.revise(post, before, published_at).await,
            What::Comment {
                post,
                comment,
                answers,
            } => self.comment(post, comment, answers).await,
            What::Like { post, by } => {
                let actor = self.actor(&by.username)?;
                let post = self.written(post)?.stored.id;
                self.blog.engagement().like(&actor, post, true).await?;
                Ok(())
            }
            What::Views { post, count, day } => {
                let engagement = self.blog.engagement();
                let stored = self.written(post)?.stored.id;
                for visitor in 0..count {
                    engagement.seen(stored, &format!("visitor {day}.{visitor}"), "Demo");
                }
                self.blog.worker().flush().await;
                Ok(())
            }
        }
    }

    async fn join(&mut self, person: &'a Person) -> Result<()> {
        let accounts = self.blog.accounts();
        let role = Role::try_from(person.role.as_str())
            .map_err(|reason| Error::invalid("role", reason))?;
        let form = SignUp {
            username: person.username.clone(),
            email: format!("{}@example.org", person.username),
            password: self.password.to_owned(),
        };
        // The first is made through the owner's link, which the store takes only while there is nobody: so nobody
        // else's first account is met half-way.
        let user = match self.people.is_empty() {
            true => {
                let link = accounts.owner_link().await?.ok_or(Denied::OwnerFirst)?;
                accounts
                    .set_up_owner(&link, form, "blog-server demo")
                    .await?;
                accounts.by_username(&person.username).await?
            }
            false => accounts.add(form, role).await?,
        };
        let actor = trusted(&user);
        let bytes = self
            .pictures
            .take(&pictures::avatar(&person.username))
            .await?;
        let upload = upload("portrait.jpg", &person.alt, bytes);
        let avatar = self.blog.library().upload_picture(&actor, upload).await?.id;
        let profile = ProfileInput {
            version: user.version,
            display_name: person.name.clone(),
            bio: person.bio.trim().to_owned(),
            avatar: Some(avatar),
        };
        let user = accounts.update_profile(&actor, profile).await?;
        self.admin.get_or_insert(actor);
        self.people.insert(&person.username, user);
        Ok(())
    }

    /// What is not decided here stays as the configuration has it.
    async fn settle(&self, decided: &Site) -> Result<()> {
        let actor = self.admin.ok_or(Error::NotFound(Entity::User))?;
        let site = self.blog.site();
        let now = site.for_edit(&actor).await?;
        let menu = decided.menu.iter().map(|entry| MenuInput {
            label: entry.label.clone(),
            target: entry.target.clone(),
        });
        let input = SettingsInput {
            title: decided.title.clone(),
            description: decided.description.clone(),
            footer: decided.footer.clone(),
            menu: menu.collect(),
            ..SettingsInput::of(&now.settings)
        };
        site.save(&actor, now.version, &input).await
    }

    async fn page(&self, page: &StaticPage) -> Result<()> {
        let input = StaticPageInput {
            title: page.head.title.clone(),
            slug: page.head.slug.clone(),
            body: page.body.clone(),
            published: true,
            in_menu: false,
        };
        let actor = self.actor(&page.head.author)?;
        self.blog.static_pages().create(&actor, &input).await?;
        Ok(())
    }

    async fn write(&mut self, post: &'a Post, published_at: Timestamp) -> Result<()> {
        let actor = self.actor(&post.head.author)?;
        let library = self.blog.library();
        let cover = if post.head.cover.is_empty() {
            None
        } else {
            let bytes = self.pictures.take(&pictures::cover(post.name)).await?;
            let file = format!("{}.jpg", post.name);
            let item = library.upload_picture(&actor, upload(&file, &post.head.alt, bytes));
            Some(item.await?.id)
        };
        let mut figures = Vec::new();
        for (name, alt) in post.figures() {
            let upload = if name == VIDEO {
                upload("tide.webm", &alt, Bytes::from_static(FILM))
            } else {
                let bytes = self
                    .pictures
                    .take(&pictures::figure(post.name, &name))
                    .await?;
                upload(&format!("{name}.jpg"), &alt, bytes)
            };
            figures.push((name, library.upload(&actor, upload).await?.id));
        }
        let body = post.earlier_bodies().into_iter().next();
        let body = body.unwrap_or_else(|| post.body.clone());
        let revised = !post.head.earlier.is_empty();
        let input = input(post, &body, published_at, cover, &figures, revised);
        let stored = self.blog.publishing().create(&actor, &input).await?;
        let written = Written {
            stored,
            cover,
            figures,
        };
        self.posts.insert(post.name, written);
        Ok(())
    }

    async fn revise(
        &mut self,
        post: &'a Post,
        before: usize,
        published_at: Timestamp,
    ) -> Result<()> {
        let actor = self.actor(&post.head.author)?;
        let written = self.written(post)?;
        let bodies = post.earlier_bodies();
        let body = bodies.get(before).unwrap_or(&post.body);
        let unfinished = before < bodies.len();
        let (cover, figures) = (written.cover, &written.figures);
        let input = input(post, body, published_at, cover, figures, unfinished);
        let (id, version) = (written.stored.id, written.stored.version);
        let publishing = self.blog.publishing();
        let stored = publishing.save(&actor, id, version, &input).await?;
        if let Some(written) = self.posts.get_mut(post.name) {
            written.stored = stored;
        }
        Ok(())
    }

    async fn comment(
        &mut self,
        post: &'a Post,
        comment: &'a Comment,
        answers: Option<&'a Comment>,
    ) -> Result<()> {
        let actor = self.actor(&comment.by)?;
        let id = self.written(post)?.stored.id;
        let parent = match answers {
            None => None,
            Some(answered) => {
                let known = self.comments.get(&(post.name, answered.says.as_str()));
                Some(*known.ok_or(Error::NotFound(Entity::Comment))?)
            }
        };
        let input = CommentInput {
            body: comment.says.trim().to_owned(),
            parent,
        };
        let discussion = self.blog.discussion();
        let made = discussion.comment(&actor, id, &input, &comment.by).await?;
        self.comments.insert((post.name, &comment.says), made.id);
        Ok(())
    }

    fn actor(&self, username: &str) -> Result<Actor> {
        let user = self.people.get(username);
        user.map(trusted).ok_or(Error::NotFound(Entity::User))
    }

    fn written(&self, post: &Post) -> Result<&Written> {
        let written = self.posts.get(post.name);
        written.ok_or(Error::NotFound(Entity::Post))
    }
}

/// Whoever is at the shell vouches for these addresses.
fn trusted(user: &User) -> Actor {
    Actor::User {
        id: user.id,
        role: user.role,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    }
}

fn upload(file_name: &str, alt: &str, bytes: Bytes) -> Upload {
    Upload {
        file_name: file_name.to_owned(),
        alt: alt.to_owned(),
        body: futures_util::stream::once(async move { Ok(bytes) }).boxed(),
    }
}

/// The form of a post as its writer fills it.
fn input(
    post: &Post,
    body: &str,
    published_at: Timestamp,
    cover: Option<MediaId>,
    figures: &[(String, MediaId)],
    unfinished: bool,
) -> PostInput {
    let head = &post.head;
    let status = if unfinished {
        "draft"
    } else {
        head.status.as_str()
    };
    let mut body = body.to_owned();
    for (name, id) in figures {
        body = body.replace(&format!("(figure:{name})"), &format!("(media:{id})"));
    }
    PostInput {
        title: head.title.clone(),
        body,
        tags: head.tags.clone(),
        status: status.to_owned(),
        publish_at: if status == "draft" {
            String::new()
        } else {
            published_at.to_rfc3339()
        },
        slug: head.slug.clone(),
        cover: cover.map(|id| id.to_string()).unwrap_or_default(),
        ..PostInput::default()
    }
}
