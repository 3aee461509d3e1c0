//! `blog-server demo`: fills an empty blog with people, posts, pictures, comments and readers, so that a newcomer
//! sees at once what it can do.

use std::sync::Arc;

use blog_core::blog::Blog;
use blog_core::id::UserId;
use blog_core::model::post::{PostQuery, PostScope};
use blog_core::model::secret::Secret;
use blog_core::model::user::Role;
use blog_core::page::PageRequest;
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::Clock as _;
use blog_core::ports::clock::{ManualClock, SystemClock};
use blog_storage::Connected;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Stores};
use crate::failure::Failure;
use crate::serve::signals::Signals;
use crate::{print, start, user};

mod art;
mod content;
mod pictures;
mod plan;
mod progress;
mod stage;

use content::Content;
use pictures::Pictures;
use plan::Plan;
use progress::Progress;
use stage::Stage;

/// Fills the blog, and says how to log in.
pub(crate) async fn run(config: &Config, password_stdin: bool) -> Result<(), Failure> {
    let lasting = |url: &str| !url.starts_with("memory:");
    if !lasting(&config.stores.database_url) || !lasting(&config.stores.media_url) {
        return Err(Failure::run(
            "the demo needs stores that last, and memory: is gone when this command ends; give it others with \
             --database-url and --media-url",
        ));
    }
    let content = Content::read().map_err(Failure::run)?;
    let password = if password_stdin {
        user::read_password()?
    } else {
        Secret::generate().encode()[..PASSWORD_CHARS].to_owned()
    };
    let now = SystemClock.now();
    let clock = Arc::new(ManualClock::new(now));
    let (blog, stores) = start::open_at(config, clock.clone()).await?;
    must_be_empty(config, &blog, &stores).await?;

    let stop = CancellationToken::new();
    let signals = Signals::catch()
        .map_err(|error| Failure::run(format!("signals cannot be caught: {error}")))?;
    tokio::spawn(signals.into_shutdown(stop.clone()));
    let plan = Plan::of(&content, now);
    let pictures = Pictures::of(&content);
    let progress = Progress::new(plan.len());
    let mut stage = Stage::new(blog.clone(), clock.clone(), pictures, &password);
    let mut outcome = Ok(());
    for step in plan.steps() {
        if stop.is_cancelled() {
            outcome = Err("it was stopped".to_owned());
            break;
        }
        progress.step(&step.what.to_string());
        if let Err(error) = stage.perform(step).await {
            outcome = Err(format!("{}: {}", step.what, error.chain()));
            break;
        }
    }
    clock.set(SystemClock.now());
    let outcome = match outcome {
        // What past days needed to count views apart is over.
        Ok(()) => blog.worker().sweep().await.map_err(|error| error.chain()),
        Err(why) => Err(why),
    };
    progress.end();
    stores.close().await;
    outcome.map_err(|why| half_way(config, &why))?;
    print(&farewell(&content, &password, password_stdin))
}

/// The names of the people of the demo, its admin first.
///
/// # Errors
/// What is wrong with the content.
pub(crate) fn people() -> Result<Vec<String>, String> {
    let content = Content::read()?;
    let people = content.people.into_iter();
    Ok(people.map(|person| person.username).collect())
}

/// Enough for 120 random bits in base64url.
const PASSWORD_CHARS: usize = 20;

async fn must_be_empty(config: &Config, blog: &Blog, stores: &Connected) -> Result<(), Failure> {
    let records = &stores.backend.records;
    let everything = Actor::User {
        id: UserId::generate(),
        role: Role::Admin,
        suspended: false,
        verified: true,
        blocked: false,
        must_enrol: false,
    };
    let query = PostQuery {
        scope: PostScope::All,
        page: PageRequest::first(1),
        with_html: false,
    };
    let visibility = Visibility::new(everything, Surface::Manage, blog.now());
    let posts = records.posts.list(&query, &visibility).await;
    let posts = posts.map_err(|error| start::unusable(&error))?;
    let no_user = records.users.is_empty().await;
    let no_user = no_user.map_err(|error| start::unusable(&error))?;
    if no_user && posts.items.is_empty() {
        return Ok(());
    }
    Err(Failure::run(format!(
        "the demo fills only an empty blog, and this one has users or posts; to begin anew, {}",
        empty(&config.stores)
    )))
}

fn half_way(config: &Config, why: &str) -> Failure {
    Failure::run(format!(
        "the demo is not complete ({why}); nothing that is there was removed, and to begin anew, {}",
        empty(&config.stores)
    ))
}

/// How to get empty stores. Other addresses than files' may hold a password.
fn empty(stores: &Stores) -> String {
    let place = |url: &str| {
        let path = url
            .strip_prefix("sqlite:")
            .or_else(|| url.strip_prefix("file:"))?;
        Some(path.split('?').next().unwrap_or(path).to_owned())
    };
    let records = match place(&stores.database_url) {
        Some(path) => format!("delete {path} with its -wal and -shm"),
        None => "empty the database".to_owned(),
    };
    let media = match place(&stores.media_url) {
        Some(path) => format!("the folder {path}"),
        None => "the media store".to_owned(),
    };
    format!("{records} and {media}, or name other places with --database-url and --media-url")
}

fn farewell(content: &Content, password: &str, given: bool) -> String {
    let names = |admin: bool| {
        let mut names = Vec::new();
        for person in &content.people {
            if (person.role == "admin") == admin {
                names.push(person.username.as_str());
            }
        }
        names.join(", ")
    };
    let password = if given {
        "the password that you gave".to_owned()
    } else {
        format!(
            "the password {password} (shown only now; blog-server user password LOGIN sets another)"
        )
    };
    format!(
        "The blog has {} posts by {} people. Start it with: blog-server\n\
         Log in as {}, who may do everything, or as {}: all with {password}\n",
        content.posts.len(),
        content.people.len(),
        names(true),
        names(false),
    )
}
