//! A writer at a desk, and what may happen around it.

use std::io::Write as _;
use std::time::{Duration, Instant};

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::{Browser, Scripts, in_turn};
use crate::gate::Gate;
use crate::server::Server;
use crate::visitor::Visitor;
use crate::writer;

const PATIENCE: Duration = Duration::from_secs(20);

/// A server that can be killed, the gate before it, and a browser.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) gate: Gate,
    pub(super) ada: Visitor,
    pub(super) browser: Browser,
    /// Of the case that is gone through; the title of what is written in it.
    pub(super) case: &'static str,
    server: Option<Server>,
    data: TempDir,
    began: Instant,
    done: Vec<&'static str>,
}

/// Letters of several scripts, and some that are two or more code units long.
pub(super) fn words(part: &str) -> String {
    format!("{part}: İğne ipliğe 🧵 dönmüş, ğüşıöç.\n\n«مرحبا بالعالم» 你好 👩‍👩‍👧‍👦 ﬁn of {part}")
}

impl Table {
    /// Goes through cases of these names, one browser and one data folder for all.
    pub(super) async fn with(names: &[&str], go_through: impl AsyncFnOnce(&mut Table)) {
        in_turn(5, async |browser| {
            Self::walk(browser, names, go_through).await
        })
        .await;
    }

    async fn walk(browser: Browser, names: &[&str], go_through: impl AsyncFnOnce(&mut Table)) {
        let data = TempDir::new().expect("a temporary folder");
        let mut server = Server::start(data.path()).await;
        let link = server.owner_link().await;
        let gate = Gate::before(&server.origin).await;
        let ada = Visitor::new(&browser, Scripts::On, &gate.origin).await;
        let link = link.replace(&server.origin, &gate.origin);
        ada.open(&link).await;
        ada.sign_up(writer::USERNAME, writer::PASSWORD).await;
        ada.see("header .menu").await;
        let mut table = Self {
            gate,
            ada,
            browser,
            case: "",
            server: Some(server),
            data,
            began: Instant::now(),
            done: Vec::new(),
        };
        tokio::time::timeout(Duration::from_secs(240), go_through(&mut table))
            .await
            .unwrap_or_else(|_| panic!("{} has no end", table.case));
        assert_eq!(table.done, names, "each case was gone through");
        table.ada.close().await;
    }

    pub(super) async fn begin(&mut self, case: &'static str) {
        self.case = case;
        self.began = Instant::now();
        say(&format!("unsaved: {case}"));
        self.ada.open("/write").await;
        self.ready().await;
    }

    /// Everything is as it was before the case.
    pub(super) async fn end(&mut self) {
        self.gate.pass();
        self.run("localStorage.clear()", json!(null)).await;
        self.done.push(self.case);
        let took = self.began.elapsed();
        say(&format!(
            "unsaved: {case} kept every character, {took:?}",
            case = self.case
        ));
    }

    // ---------- the server ----------

    /// As a power cut ends it: without a word.
    pub(super) fn kill(&mut self) {
        drop(self.server.take().expect("it runs"));
    }

    pub(super) async fn start(&mut self) {
        let server = Server::start(self.data.path()).await;
        self.gate.lead_to(&server.origin);
        self.server = Some(server);
    }

    // ---------- the text ----------

    /// The page's scripts have begun.
    pub(super) async fn ready(&self) {
        self.until(
            "the tools are there",
            "return document.querySelector('.tools')?.dataset.ready === ''",
        )
        .await;
    }

    /// A script's answer, in the page.
    pub(super) async fn run(&self, script: &str, argument: Value) -> Value {
        let ran = self.ada.client.execute(script, vec![argument]).await;
        ran.unwrap_or_else(|e| panic!("{}: {script}: {e}", self.case))
    }

    /// Waits until a script says true.
    pub(super) async fn until(&self, what: &str, script: &str) {
        let asked = Instant::now();
        loop {
            // No answer while one page takes the place of another.
            let answer = self.ada.client.execute(script, vec![]).await;
            if answer.as_ref().is_ok_and(|answer| answer == true) {
                return;
            }
            let state = self.ada.client.execute(
                "return document.querySelector('.editor-state')?.textContent",
                vec![],
            );
            assert!(
                asked.elapsed() < PATIENCE,
                "{}: it is not so that {what}; {answer:?}, {:?}",
                self.case,
                state.await
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The page says this about what is kept.
    pub(super) async fn says(&self, sentence: &str) {
        let script = format!(
            "return document.querySelector('.editor-state').textContent.includes({})",
            json!(sentence)
        );
        self.until(&format!("the page says {sentence:?}"), &script)
            .await;
    }

    /// Types at the end of a field, in any script: keys of WebDriver have no emoji.
    pub(super) async fn add(&self, css: &str, text: &str) {
        add(&self.ada, css, text).await;
    }

    /// Pastes at the end of a field what was copied elsewhere.
    pub(super) async fn paste(&self, css: &str, text: &str) {
        let copying = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.ada.devtools("Browser.grantPermissions", copying).await;
        let copy = "return navigator.clipboard.writeText(arguments[0]).then(() => 1)";
        self.run(copy, json!(text)).await;
        self.add(css, "").await;
        let keys = json!({ "type": "keyDown", "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"] });
        self.ada.devtools("Input.dispatchKeyEvent", keys).await;
    }

    /// Types a title, the case's name, and a text.
    pub(super) async fn write(&self, text: &str) {
        self.add("#f-title", self.case).await;
        self.add("#f-body", text).await;
        self.has(text).await;
    }

    /// The text in the form is this to the character, under this case's title.
    pub(super) async fn has(&self, text: &str) {
        assert_eq!(self.ada.value("#f-title").await, self.case);
        same(&self.ada.value("#f-body").await, text, self.case);
    }

    /// Presses Save, comes to the post, and finds the text stored to the character; returns the post's path.
    pub(super) async fn save(&self, text: &str) -> String {
        self.ada.follow(SAVE).await;
        self.arrives(text).await
    }

    /// As [`save`](Self::save), once Save is pressed.
    pub(super) async fn arrives(&self, text: &str) -> String {
        self.ada.see(".post-body").await;
        let path = self.ada.path().await;
        self.stored(&path, text).await;
        path
    }

    /// The post there is this text to the character, and nothing of it is called unsaved.
    pub(super) async fn stored(&self, path: &str, text: &str) {
        self.ada.open(&format!("{path}/edit")).await;
        self.ready().await;
        self.has(text).await;
        assert_eq!(self.ada.count(".unsaved-row").await, 0, "{}", self.case);
    }

    /// A published post with this text, and its form opened.
    pub(super) async fn post(&self, text: &str) -> String {
        self.write(text).await;
        self.save(text).await
    }

    /// The page that is open offers this case's text; brings it back and finds it whole.
    pub(super) async fn bring_back(&self, text: &str) {
        self.ready().await;
        let offered = "return [...document.querySelectorAll('.unsaved-row')].filter(row => \
             row.querySelector('.unsaved-title').textContent === arguments[0]).length";
        assert_eq!(
            self.run(offered, json!(self.case)).await,
            1,
            "{}: offered once",
            self.case
        );
        self.choose_unsaved(self.case).await;
        self.has(text).await;
    }

    /// Brings back the unsaved text of a title.
    pub(super) async fn choose_unsaved(&self, title: &str) {
        let press = "[...document.querySelectorAll('.unsaved-row')].find(row => \
             row.querySelector('.unsaved-title').textContent === arguments[0]).querySelector('a').click()";
        self.run(press, json!(title)).await;
        let there = format!(
            "return document.querySelector('#f-title')?.value === {}",
            json!(title)
        );
        self.until("the text is back", &there).await;
        self.ready().await;
    }

    /// Brings back the newest of several unsaved texts, and finds it whole.
    pub(super) async fn choose_newest(&self, text: &str) {
        self.ready().await;
        self.ada.press(".unsaved-row a").await;
        let body = json!(text);
        let there = format!("return document.querySelector('#f-body')?.value === {body}");
        self.until("the text is back", &there).await;
        self.ready().await;
        self.has(text).await;
    }

    /// Logs in again, in the dialog that is asked for.
    pub(super) async fn log_in_in_place(&self) {
        assert_eq!(
            self.ada.value("dialog[open] #l-login").await,
            writer::USERNAME
        );
        self.ada
            .fill("dialog[open] #l-password", writer::PASSWORD)
            .await;
    }

    // ---------- tabs ----------

    pub(super) async fn this_tab(&self) -> WindowHandle {
        self.ada.client.window().await.expect("a window")
    }

    /// Opens another tab and goes there.
    pub(super) async fn new_tab(&self, path: &str) -> WindowHandle {
        let tab = self
            .ada
            .client
            .new_window(true)
            .await
            .expect("a tab")
            .handle;
        self.go_to(&tab).await;
        self.ada.open(path).await;
        tab
    }

    pub(super) async fn go_to(&self, tab: &WindowHandle) {
        let client = &self.ada.client;
        client.switch_to_window(tab.clone()).await.expect("the tab");
        self.ada.devtools("Page.bringToFront", json!({})).await;
    }

    /// Closes the tab; another one is there to go to.
    pub(super) async fn close(&self, tab: &WindowHandle, then: &WindowHandle) {
        self.go_to(tab).await;
        self.ada
            .client
            .close_window()
            .await
            .expect("the tab closes");
        self.go_to(then).await;
    }
}

/// Named as it goes, so that a list of all is in the log.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

pub(crate) const SAVE: &str = "#post-form button[type=submit]:not([data-preview])";

/// Types at the end of a field.
pub(crate) async fn add(visitor: &Visitor, css: &str, text: &str) {
    let element = serde_json::to_value(visitor.see(css).await).expect("an element has an id");
    let focus = "const [field] = arguments; field.focus(); \
         field.setSelectionRange(field.value.length, field.value.length)";
    let focused = visitor.client.execute(focus, vec![element]).await;
    focused.unwrap_or_else(|e| panic!("{css}: {e}"));
    visitor
        .devtools("Input.insertText", json!({ "text": text }))
        .await;
}

/// Equal to the character; long texts are not printed whole.
pub(super) fn same(found: &str, text: &str, case: &str) {
    if found == text {
        return;
    }
    let at = found
        .chars()
        .zip(text.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let from = |text: &str| text.chars().skip(at).take(60).collect::<String>();
    panic!(
        "{case}: from character {at} on it is {:?} of {}, not {:?} of {}",
        from(found),
        found.chars().count(),
        from(text),
        text.chars().count()
    );
}
