//! Somebody in front of a browser.

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, Locator};
use hyper::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::{ParseError, Url};

use crate::browser::{Browser, Scripts};
use crate::http::{self, Answer};

/// One person with a browser of their own.
#[derive(Debug)]
pub(crate) struct Visitor {
    pub(crate) client: Client,
    pub(crate) scripts: Scripts,
    /// Where the site is; changes when the server comes back on another port.
    pub(crate) origin: String,
    events: Mutex<Vec<Value>>,
}

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(15);

impl Visitor {
    pub(crate) async fn new(browser: &Browser, scripts: Scripts, origin: &str) -> Self {
        let client = browser.open(scripts).await;
        Self {
            client,
            scripts,
            origin: origin.to_owned(),
            events: Mutex::default(),
        }
    }

    /// Goes to a path of the site, or to a whole address.
    pub(crate) async fn open(&self, path: &str) {
        let address = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.origin)
        };
        self.client
            .goto(&address)
            .await
            .unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// Where they are, without the origin.
    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("a page");
        url[url::Position::BeforePath..].to_owned()
    }

    /// The first element that `css` finds, waited for.
    pub(crate) async fn see(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => panic!(
                "no {css} on {} ({error}):\n{}",
                self.path().await,
                self.main_text().await
            ),
        }
    }

    /// The text of the first element that `css` finds.
    pub(crate) async fn text(&self, css: &str) -> String {
        self.see(css).await.text().await.expect("its text")
    }

    /// What an element's property holds, as text.
    pub(crate) async fn value(&self, css: &str) -> String {
        self.property(css, "value").await
    }

    /// A property of the first element that `css` finds, as text.
    pub(crate) async fn property(&self, css: &str, name: &str) -> String {
        // WebDriver runs this also where pages may run no script.
        let script = "return String(arguments[0][arguments[1]] ?? '')";
        let element = serde_json::to_value(self.see(css).await).expect("an element has an id");
        let answer = self
            .client
            .execute(script, vec![element, json!(name)])
            .await;
        let answer = answer.unwrap_or_else(|e| panic!("{name} of {css}: {e}"));
        answer.as_str().expect("a string").to_owned()
    }

    /// How many elements `css` finds now.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.client
            .find_all(Locator::Css(css))
            .await
            .expect("an answer")
            .len()
    }

    /// Types into a field, in place of what is there.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let field = self.see(css).await;
        field.clear().await.unwrap_or_else(|e| panic!("{css}: {e}"));
        field
            .send_keys(text)
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Gives a field a value that typing depends on the browser's language for, a date, and tells the page as typing does.
    pub(crate) async fn set(&self, css: &str, value: &str) {
        let script = "arguments[0].value = arguments[1]; \
                      arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        let element = serde_json::to_value(self.see(css).await).expect("an element has an id");
        self.client
            .execute(script, vec![element, json!(value)])
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Chooses a file.
    pub(crate) async fn choose(&self, css: &str, file: &Path) {
        let path = file.to_str().expect("a temporary path is UTF-8");
        self.see(css)
            .await
            .send_keys(path)
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Clicks.
    pub(crate) async fn press(&self, css: &str) {
        self.see(css)
            .await
            .click()
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Clicks what leads to another page, and waits until that page is there. [`press`](Self::press) may come back
    /// while the old one still is, and what is asked next is then answered by it.
    pub(crate) async fn follow(&self, css: &str) {
        let old = self.see("html").await;
        self.press(css).await;
        let asked = Instant::now();
        while old.tag_name().await.is_ok() {
            let at = self.path().await;
            assert!(asked.elapsed() < PATIENCE, "{css} leads nowhere from {at}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.arrive().await;
    }

    /// Waits until the page is whole.
    async fn arrive(&self) {
        let asked = Instant::now();
        loop {
            // No answer while one page takes the place of another.
            let state = self.client.execute("return document.readyState", vec![]);
            if state.await.is_ok_and(|state| state == "complete") {
                return;
            }
            let at = self.path().await;
            assert!(asked.elapsed() < PATIENCE, "{at} never ends loading");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Chooses an option of a `select` by its value.
    pub(crate) async fn select(&self, css: &str, value: &str) {
        let field = self.see(css).await;
        field
            .select_by_value(value)
            .await
            .unwrap_or_else(|e| panic!("{css}: {e}"));
    }

    /// Waits until a picture or video has loaded as far as this property shows.
    pub(crate) async fn loads(&self, css: &str, property: &str, value: u32) {
        let asked = Instant::now();
        loop {
            let now = self.property(css, property).await;
            if now == value.to_string() {
                return;
            }
            assert!(
                asked.elapsed() < PATIENCE,
                "{css} has {property} {now:?}, not {value}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The tab that opened beside `this` one.
    pub(crate) async fn other_tab(&self, this: &WindowHandle) -> WindowHandle {
        let asked = Instant::now();
        loop {
            let tabs = self.client.windows().await.expect("windows");
            if let Some(other) = tabs.into_iter().find(|tab| tab != this) {
                return other;
            }
            assert!(asked.elapsed() < PATIENCE, "no tab opened");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The text of the page, for a failure's message.
    async fn main_text(&self) -> String {
        match self.client.find(Locator::Css("main")).await {
            Ok(main) => main.text().await.unwrap_or_default(),
            Err(_) => self.client.source().await.unwrap_or_default(),
        }
    }

    /// Fills the form for a new account and sends it.
    pub(crate) async fn sign_up(&self, username: &str, password: &str) {
        self.fill("#f-username", username).await;
        self.fill("#f-email", &format!("{username}@example.org"))
            .await;
        self.fill("#f-password", password).await;
        self.follow("main form button[type=submit]").await;
    }

    pub(crate) async fn log_in(&self, username: &str, password: &str) {
        self.open("/account/login").await;
        self.fill("#f-login", username).await;
        self.fill("#f-password", password).await;
        self.follow("main form button[type=submit]").await;
        self.see("header .menu").await;
    }

    pub(crate) async fn log_out(&self) {
        self.press("header .menu summary").await;
        self.follow("header form[action$='/account/logout'] button")
            .await;
        self.see("header a[href*='/account/login']").await;
        assert_eq!(self.cookies().await, "", "nothing of the session is left");
    }

    /// This browser's cookies, as it sends them.
    pub(crate) async fn cookies(&self) -> String {
        let cookies = self.client.get_all_cookies().await.expect("cookies");
        let pairs: Vec<_> = cookies
            .iter()
            .map(|c| format!("{}={}", c.name(), c.value()))
            .collect();
        pairs.join("; ")
    }

    /// What the server answers to this person, told by their cookies.
    pub(crate) async fn fetch(&self, path: &str) -> Answer {
        http::get(&self.origin, path)
            .cookies(&self.cookies().await)
            .send()
            .await
    }

    /// The addresses that the browser asked for over the network since it was last asked, of any site.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let sent = self.network("Network.requestWillBeSent").await;
        self.events.lock().await.clear();
        let urls = sent
            .iter()
            .filter_map(|event| event["request"]["url"].as_str());
        // Chromium's own pages, and the pictures on its video controls.
        let own = ["chrome:", "data:", "about:"];
        urls.filter(|url| !own.iter().any(|scheme| url.starts_with(scheme)))
            .map(str::to_owned)
            .collect()
    }

    /// The status of the last answer for `path`.
    pub(crate) async fn last_status(&self, path: &str) -> u64 {
        let url = format!("{}{path}", self.origin);
        let answers = self.network("Network.responseReceived").await;
        let mut answers = answers.iter().map(|event| &event["response"]);
        let last = answers.rfind(|response| response["url"] == url.as_str());
        last.and_then(|response| response["status"].as_u64())
            .expect("an answer for that path")
    }

    /// What happened of one kind on the network. Chromedriver tells it once, so it is kept here until it is looked through.
    async fn network(&self, method: &str) -> Vec<Value> {
        let mut events = self.events.lock().await;
        for entry in self.log("performance").await {
            let text = entry["message"].as_str().expect("an event");
            let mut event: Value = serde_json::from_str(text).expect("an event is JSON");
            events.push(event["message"].take());
        }
        let wanted = events.iter().filter(|event| event["method"] == method);
        wanted.map(|event| event["params"].clone()).collect()
    }

    /// Runs a command of Chromium's own protocol.
    pub(crate) async fn devtools(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        let answer = self
            .client
            .issue_cmd(Command {
                path: "goog/cdp/execute",
                body,
            })
            .await;
        answer.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// What the browser wrote down since it was last asked: `browser` or `performance`.
    pub(crate) async fn log(&self, kind: &str) -> Vec<Value> {
        let body = json!({ "type": kind });
        let answer = self
            .client
            .issue_cmd(Command {
                path: "se/log",
                body,
            })
            .await;
        match answer.expect("the browser's log") {
            Value::Array(entries) => entries,
            other => panic!("no list: {other}"),
        }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.expect("the browser closes");
    }
}

/// A command of chromedriver that WebDriver does not name.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
