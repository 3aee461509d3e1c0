//! Hundreds of hostile texts in a real browser: bare, where they must strike, or the test is broken; behind the site's
//! content security policy alone; behind its sanitiser alone; and in the running blog, behind both.

mod payloads;
mod stand;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use blog_core::markdown::{render_comment, render_post};
use blog_core::model::user::Role;
use blog_core::policy::Actor;
use blog_core::ports::Clock as _;
use blog_core::ports::clock::ManualClock;
use blog_core::service::accounts::{ProfileInput, SignUp};
use blog_core::service::discussion::CommentInput;
use blog_core::service::library::Upload;
use blog_core::service::publishing::PostInput;
use blog_core::{Blog, Timestamp};
use blog_storage::{Urls, connect};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use tempfile::TempDir;

use self::stand::{Foreign, Stand};
use crate::browser::{Browser, Scripts, in_turn};
use crate::http;
use crate::server::Server;
use crate::visitor::Visitor;

/// Said by each script that runs.
const STRUCK: &str = "a-script-ran";
const PASSWORD: &str = "seven quiet harbour lamps";
/// How many texts a page carries as the names and descriptions of files.
const FILES: usize = 40;

/// In every document before anything of it: what the texts call tells us.
fn watch() -> String {
    format!(
        "for (const name of ['alert', 'confirm', 'prompt', 'print'])
           window[name] = () => console.log('{STRUCK} ' + location.href);"
    )
}

/// What people do with a page: they follow links and press buttons. Those that lead elsewhere are not pressed; a page's
/// own forms are not sent.
const USE: &str = "
const done = arguments[arguments.length - 1];
const runs = (value) => /^\\W*(j|v|d)[a-z\\s]*:/i.test(value ?? '');
for (const link of document.querySelectorAll('a')) {
  if (['javascript:', 'vbscript:', 'data:'].includes(link.protocol) || link.onclick) link.click();
}
for (const form of document.forms) {
  if (runs(form.getAttribute('action'))) form.querySelector('button, [type=submit]')?.click();
}
for (const button of document.querySelectorAll('[formaction]')) {
  if (runs(button.getAttribute('formaction'))) button.click();
}
setTimeout(done, 20);
";

struct Watcher {
    visitor: Visitor,
    foreign: Foreign,
}

#[derive(Debug, Default)]
struct Found {
    /// The pages on which a script ran.
    struck: Vec<String>,
    /// The pages that asked elsewhere.
    fetched: Vec<String>,
}

impl Watcher {
    async fn new(browser: &Browser, origin: &str, foreign: Foreign) -> Self {
        let visitor = Visitor::new(browser, Scripts::On, origin).await;
        let params = json!({ "source": watch() });
        visitor
            .devtools("Page.addScriptToEvaluateOnNewDocument", params)
            .await;
        Self { visitor, foreign }
    }

    /// Opens a page, does what people do there, and looks at what came of it.
    async fn look(&self, address: &str, found: &mut Found) {
        let client = &self.visitor.client;
        // A text that leads away at once may keep the page from being loaded; what counts is what it did.
        let _ = client.goto(address).await;
        let _ = client.execute_async(USE, vec![]).await;
        let log = self.visitor.log("browser").await;
        let said = |entry: &serde_json::Value| {
            let message = entry["message"].as_str().unwrap_or_default();
            message.contains(STRUCK)
        };
        if log.iter().any(said) {
            found.struck.push(address.to_owned());
        }
        if self.foreign.asked() {
            found.fetched.push(address.to_owned());
        }
    }
}

/// The texts, their `evil.example` where somebody listens: every fourth, or all with `BLOG_TEST_HOSTILE=all`.
fn texts(foreign: &Foreign) -> Vec<String> {
    let texts = payloads::all();
    assert!(texts.len() >= 400, "{}", texts.len());
    let all = std::env::var("BLOG_TEST_HOSTILE").is_ok_and(|size| size == "all");
    let step = if all { 1 } else { 4 };
    texts
        .into_iter()
        .step_by(step)
        .map(|text| text.replace("evil.example", &foreign.address))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_strike_neither_through_the_policy_nor_through_the_sanitiser() {
    in_turn(8, async |browser| {
        let foreign = Foreign::start().await;
        let texts = texts(&foreign);
        let folder = TempDir::new().unwrap();
        let server = Server::start(folder.path()).await;
        let policy = http::get(&server.origin, "/").send().await;
        let policy = policy.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        server.stop().await;
        let cleaned = texts.iter().map(|text| {
            let mut html = String::new();
            for made in [
                render_post(text).map(|made| made.html),
                render_comment(text),
            ] {
                let _ = write!(html, "<div>{}</div>", made.unwrap_or_default());
            }
            html
        });
        let stand = Stand::start(texts.clone(), cleaned.collect(), policy).await;
        let watcher = Watcher::new(&browser, &stand.origin, foreign).await;
        let mut by_mode = Vec::new();
        for mode in ["bare", "policy", "sanitised"] {
            let mut found = Found::default();
            for number in 0..texts.len() {
                let address = format!("{}/{mode}/{number}", stand.origin);
                watcher.look(&address, &mut found).await;
            }
            println!(
                "{mode}: {} texts, a script ran in {}, {} asked elsewhere",
                texts.len(),
                found.struck.len(),
                found.fetched.len()
            );
            by_mode.push(found);
        }
        let [bare, policy, sanitised] = by_mode.try_into().expect("three modes");
        assert!(
            bare.struck.len() * 2 >= texts.len(),
            "the control must strike"
        );
        assert!(
            bare.fetched.len() * 40 >= texts.len(),
            "the control must ask elsewhere"
        );
        let text_of = |address: &String| {
            let number: usize = address.rsplit('/').next().unwrap().parse().unwrap();
            texts[number].as_str()
        };
        let none = |pages: &[String], but: fn(&str) -> bool| {
            let texts = pages.iter().map(text_of);
            let texts: Vec<_> = texts.filter(|text| !but(text)).collect();
            assert!(texts.is_empty(), "{texts:#?}");
        };
        none(&sanitised.struck, |_| false);
        none(&sanitised.fetched, |_| false);
        none(&policy.struck, |_| false);
        // No policy keeps a page from leading its reader elsewhere.
        none(&policy.fetched, |text| text.contains("http-equiv"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_do_nothing_in_the_blog() {
    in_turn(8, async |browser| {
        let foreign = Foreign::start().await;
        let texts = texts(&foreign);
        let folder = TempDir::new().unwrap();
        Server::start(folder.path()).await.stop().await;
        let pages = write(folder.path(), &texts).await;
        let variables = [("BLOG_PAGE_SIZE", "100".to_owned())];
        let server = Server::start_with(folder.path(), &variables).await;
        let watcher = Watcher::new(&browser, &server.origin, foreign).await;
        watcher.visitor.log_in("mallory0", PASSWORD).await;
        let mut found = Found::default();
        let lists = [
            "/",
            "/tags",
            "/archive",
            "/feed.xml",
            "/atom.xml",
            "/feed.json",
            "/sitemap.xml",
            "/library",
            "/drafts",
            "/search?q=alert",
            "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            "/account/profile",
        ];
        for page in lists
            .iter()
            .map(|path| (*path).to_owned())
            .chain(pages.clone())
        {
            let address = format!("{}{page}", server.origin);
            watcher.look(&address, &mut found).await;
        }
        println!(
            "in the blog: {} texts on {} pages",
            texts.len(),
            pages.len() + lists.len()
        );
        assert!(found.struck.is_empty(), "{:#?}", found.struck);
        assert!(found.fetched.is_empty(), "{:#?}", found.fetched);
        // What was looked at is what was written.
        let posts = pages.iter().filter(|page| page.starts_with("/posts/"));
        assert!(
            posts.count() * 10 >= texts.len() * 9,
            "nearly every text is a post"
        );
        watcher.visitor.close().await;
        server.stop().await;
    })
    .await;
}

/// Writes each text everywhere that people can write: title, body and tag of a post, a comment, the name and the words
/// of its author, names and descriptions of files. What the blog refuses, it refuses. The pages that show them.
async fn write(folder: &Path, texts: &[String]) -> Vec<String> {
    let data = folder.join("data");
    let urls = Urls::new(
        format!("sqlite:{}", data.join("blog.db").display()),
        format!("file:{}", data.join("media").display()),
    );
    let stores = connect(&urls).await.expect("the stores open");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock");
    // In the past, and moved on, so that no writer is too quick.
    let start = now - Duration::from_secs(60 * 60 * 24 * 30);
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(
        i64::try_from(start.as_micros()).expect("a time"),
    )));
    let blog = Blog::builder(stores.backend.clone())
        .clock(clock.clone())
        .build()
        .expect("a blog");
    let mut pages = Vec::new();
    let mut author = None;
    for (number, text) in texts.iter().enumerate() {
        clock.advance(Duration::from_secs(3600));
        if number % 100 == 0 {
            let sign_up = SignUp {
                username: format!("mallory{}", number / 100),
                email: format!("mallory{}@example.org", number / 100),
                password: PASSWORD.to_owned(),
            };
            let user = blog
                .accounts()
                .add(sign_up, Role::Author)
                .await
                .expect("a user");
            pages.push(format!("/@{}", user.username));
            author = Some(user);
        }
        let author = author.as_mut().expect("somebody");
        let actor = Actor::of(author);
        let profile = |display_name: &str, bio: &str| ProfileInput {
            version: author.version,
            display_name: display_name.to_owned(),
            bio: bio.to_owned(),
            avatar: None,
        };
        // The last that is taken stays.
        for input in [profile(text, text), profile("x", text)] {
            if let Ok(changed) = blog.accounts().update_profile(&actor, input).await {
                *author = changed;
                break;
            }
        }
        let input = |title: &str, tags: &str, body: &str| PostInput {
            title: title.to_owned(),
            body: body.to_owned(),
            tags: tags.to_owned(),
            status: "published".to_owned(),
            ..PostInput::default()
        };
        for input in [
            input(text, text, text),
            input(text, "", text),
            input("x", "", text),
        ] {
            let Ok(post) = blog.publishing().create(&actor, &input).await else {
                continue;
            };
            pages.push(format!("/posts/{}", post.slug));
            let comment = CommentInput {
                body: text.clone(),
                parent: None,
            };
            let _ = blog
                .discussion()
                .comment(&actor, post.id, &comment, "client")
                .await;
            break;
        }
        if number < FILES {
            let upload = Upload {
                file_name: text.clone(),
                alt: text.clone(),
                body: stream::iter([Ok(picture())]).boxed(),
            };
            let _ = blog.library().upload(&actor, upload).await;
        }
    }
    assert!(clock.now().as_micros() < i64::try_from(now.as_micros()).expect("a time"));
    stores.close().await;
    pages
}

fn picture() -> Bytes {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 8, image::Rgb([40, 90, 160]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner().into()
}
