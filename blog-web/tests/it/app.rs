//! A whole blog in the test's process: memory stores, a clock that stands, no network.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use blog_core::model::user::{Role, SuspensionReason};
use blog_core::policy::Actor;
use blog_core::ports::Clock as _;
use blog_core::ports::Mailer;
use blog_core::ports::clock::ManualClock;
use blog_core::ports::mailer::Mail;
use blog_core::service::accounts::{LogIn, SignUp};
use blog_core::{Backend, Blog, Settings, Timestamp};
use blog_web::Web;
use blog_web::edge::host::Site;
use http::{HeaderMap, StatusCode, header};
use poem::endpoint::{DynEndpoint, ToDynEndpoint};
use poem::{Body, Request, Response};

pub(crate) const PASSWORD: &str = "seven quiet harbour lamps";

pub(crate) struct TestApp {
    pub(crate) blog: Blog,
    pub(crate) clock: Arc<ManualClock>,
    /// The stores, past the services.
    pub(crate) records: blog_core::backend::Records,
    letter_box: Arc<LetterBox>,
    endpoint: Box<dyn DynEndpoint<Output = Response>>,
}

/// Keeps the mails that were sent.
#[derive(Debug, Default)]
struct LetterBox(Mutex<Vec<Mail>>);

#[async_trait::async_trait]
impl Mailer for LetterBox {
    async fn send(&self, mail: &Mail) -> blog_core::Result<()> {
        self.0.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

/// The one address in a mail, below the mount.
pub(crate) fn link_in(mail: &Mail) -> String {
    let mut links = mail
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("http://localhost:3000"));
    let link = links
        .next()
        .unwrap_or_else(|| panic!("no link in {}", mail.text));
    assert_eq!(links.next(), None, "{}", mail.text);
    link.to_owned()
}

/// Somebody with a browser.
#[derive(Clone, Default)]
pub(crate) struct Person {
    pub(crate) cookie: Option<String>,
    pub(crate) actor: Option<Actor>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn location(&self) -> String {
        let location = self.headers.get(header::LOCATION);
        location.expect("a redirect").to_str().unwrap().to_owned()
    }

    /// The page without what every request brings with it: its id, and the address to come back to.
    pub(crate) fn masked(&self) -> String {
        let id = self.headers.get("x-request-id").unwrap().to_str().unwrap();
        let text = self.text().replace(id, "ID");
        let back = "name=\"back\" value=\"";
        match text.split_once(back) {
            Some((before, rest)) => {
                let after = rest.split_once('"').unwrap().1;
                format!("{before}{back}\"{after}")
            }
            None => text,
        }
    }
}

pub(crate) fn memory() -> Backend {
    let store = Arc::new(blog_storage::memory::MemoryStore::new());
    Backend {
        records: blog_core::backend::Records::of(store.clone()),
        media: Arc::new(blog_storage::memory::MemoryMedia::new()),
        index: store,
    }
}

impl TestApp {
    pub(crate) fn new() -> Self {
        Self::on(memory(), Settings::default())
    }

    pub(crate) fn on(backend: Backend, settings: Settings) -> Self {
        Self::cached(backend, settings, 1024 * 1024)
    }

    /// With a page cache of so many bytes.
    pub(crate) fn cached(backend: Backend, settings: Settings, bytes: u64) -> Self {
        let clock = Arc::new(ManualClock::new(
            Timestamp::parse("2026-01-31T18:30:00Z").unwrap(),
        ));
        let records = backend.records.clone();
        let letter_box = Arc::new(LetterBox::default());
        let blog = Blog::builder(backend)
            .mailer(letter_box.clone())
            .settings(settings)
            .clock(clock.clone())
            .build()
            .unwrap();
        let web = Web::new(blog.clone())
            .site(Site::on_loopback(3000))
            .page_cache(bytes);
        Self {
            blog,
            clock,
            records,
            letter_box,
            endpoint: Box::new(ToDynEndpoint(web.endpoint().unwrap())),
        }
    }

    pub(crate) async fn send(&self, request: Request) -> Answer {
        let mut response = self
            .endpoint
            .call(request)
            .await
            .expect("the edge answers errors");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.take_body().into_vec().await.unwrap(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str, who: &Person) -> poem::RequestBuilder {
        self.bare_request(method, path, who)
            .header("sec-fetch-site", "same-origin")
    }

    /// One that does not say where it started.
    pub(crate) fn bare_request(
        &self,
        method: &str,
        path: &str,
        who: &Person,
    ) -> poem::RequestBuilder {
        let mut request = Request::builder()
            .method(method.parse().unwrap())
            .uri(path.parse().unwrap())
            .header(header::HOST, "localhost:3000")
            .header(header::ACCEPT, "text/html")
            .header(header::USER_AGENT, "Mozilla/5.0");
        if let Some(cookie) = &who.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    pub(crate) async fn get(&self, path: &str, who: &Person) -> Answer {
        self.send(self.request("GET", path, who).finish()).await
    }

    pub(crate) async fn post(&self, path: &str, who: &Person, form: &[(&str, &str)]) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self
            .request("POST", path, who)
            .content_type("application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    /// Sends files and texts; a text has no file name.
    pub(crate) async fn post_parts(
        &self,
        path: &str,
        who: &Person,
        parts: &[(&str, Option<&str>, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            body.extend_from_slice(b"--limit\r\nContent-Disposition: form-data; name=\"");
            body.extend_from_slice(name.as_bytes());
            if let Some(file) = file {
                body.extend_from_slice(format!("\"; filename=\"{file}").as_bytes());
            }
            body.extend_from_slice(b"\"\r\n\r\n");
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--limit--\r\n");
        let request = self
            .request("POST", path, who)
            .content_type("multipart/form-data; boundary=limit")
            .body(Body::from_vec(body));
        self.send(request).await
    }

    /// A user of a role, logged in.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        let sign_up = SignUp {
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password: PASSWORD.to_owned(),
        };
        let accounts = self.blog.accounts();
        let user = accounts.add(sign_up, role).await.unwrap();
        let login = accounts
            .log_in(LogIn {
                login: name.to_owned(),
                password: PASSWORD.to_owned(),
                client: name.to_owned(),
                ..LogIn::default()
            })
            .await
            .unwrap()
            .login()
            .expect("no second factor");
        Person {
            cookie: Some(format!("sid={}", login.secret.encode())),
            actor: Some(Actor::of(&user)),
        }
    }

    /// The cookie of a new session, after time has passed.
    pub(crate) async fn log_in_again(&self, name: &str) -> Option<String> {
        let form = [("login", name), ("password", PASSWORD)];
        let answer = self.post("/account/login", &Person::default(), &form).await;
        let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
        let mut pairs = cookies.filter_map(|line| line.to_str().ok()?.split(';').next());
        pairs
            .find(|pair| pair.starts_with("sid="))
            .map(str::to_owned)
    }

    /// The mails that were sent since the last look.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        self.blog.worker().catch_up().await;
        std::mem::take(&mut *self.letter_box.0.lock().unwrap())
    }

    pub(crate) fn advance(&self, seconds: u64) -> Timestamp {
        self.clock.advance(Duration::from_secs(seconds));
        self.clock.now()
    }
}

/// Why somebody is suspended.
pub(crate) fn reason() -> Option<SuspensionReason> {
    Some(SuspensionReason::try_from("Advertising").unwrap())
}

/// The form of a post.
pub(crate) fn post_form<'a>(
    title: &'a str,
    body: &'a str,
    status: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("title", title),
        ("body", body),
        ("status", status),
        ("tags", "Harbour, Lamps"),
    ]
}

/// A picture of a few pixels.
pub(crate) fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(8, 6, image::Rgb([200, 120, 40]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// The beginning of an MP4 file, and some bytes.
pub(crate) fn mp4() -> Vec<u8> {
    let mut bytes =
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x27\x18mdat".to_vec();
    bytes.extend((0..10_000_u32).map(|i| (i % 251) as u8));
    bytes
}

/// A photograph, fine-grained.
pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)) >> 26;
        image::Rgb([(x % 256) as u8, (y % 256) as u8, noise as u8])
    })
    .write_to(&mut bytes, image::ImageFormat::Jpeg)
    .unwrap();
    bytes.into_inner()
}
