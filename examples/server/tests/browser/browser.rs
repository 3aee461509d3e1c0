//! Chromium under chromedriver: started on a free port, ended with everything it started, also after a panic.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// Whether pages may run their scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// Two browsers at a time are enough for a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

/// Goes a way with a browser of its own, in turn with the other ways, to its end in so many minutes. Where no browser is
/// installed, it is left out.
pub(crate) async fn in_turn(minutes: u64, way: impl AsyncFnOnce(Browser)) {
    let _turn = TURN.lock().await;
    let Some(browser) = Browser::start() else {
        return;
    };
    tokio::time::timeout(Duration::from_secs(minutes * 60), way(browser))
        .await
        .unwrap_or_else(|_| panic!("the way has no end in {minutes} minutes"));
}

/// A chromedriver, and the browsers it runs.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Child,
    address: String,
    chromium: PathBuf,
    profiles: TempDir,
}

impl Browser {
    /// A chromedriver, or `None` where there is none; with `BLOG_TEST_REQUIRE=all` that is a failure.
    pub(crate) fn start() -> Option<Self> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find_map(on_path);
        let (Some(chromium), Some(driver)) = (chromium, on_path("chromedriver")) else {
            left_out();
            return None;
        };
        // A process group of its own, so that the browsers can be ended with their driver.
        let mut driver = Command::new(driver)
            .arg("--port=0")
            // Dates are typed in the zone of the browser.
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts");
        let output = driver.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                line.split_once("started successfully on port ")
                    .map(|(_, port)| port.to_owned())
            })
            .expect("chromedriver says its port");
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self {
            driver,
            address: format!("http://127.0.0.1:{}", port.trim_end_matches('.')),
            chromium,
            profiles: TempDir::new().expect("a temporary folder"),
        })
    }

    /// A new browser with an empty profile of its own.
    pub(crate) async fn open(&self, scripts: Scripts) -> Client {
        let profile = TempDir::new_in(self.profiles.path())
            .expect("a folder")
            .keep();
        let mut options = json!({
            "binary": self.chromium,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-first-run", "--force-prefers-reduced-motion", "--window-size=1280,1000",
                format!("--user-data-dir={}", profile.display()),
            ],
        });
        if scripts == Scripts::Off {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object literal")
        };
        ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.address)
            .await
            .expect("chromedriver opens a browser")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The shell's own `kill`: a fresh machine may have no other.
        let group = format!("kill -s KILL -- -{}", self.driver.id());
        let _ = Command::new("sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.driver.wait();
        // Its last files are written while it dies; the folder goes when they are there.
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn left_out() {
    static SAID: Once = Once::new();
    SAID.call_once(|| crate::require::left_out("each journey", "Chromium and chromedriver"));
}
