//! wapiti: it walks through pages, and attacks every form and parameter that it finds.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;

use super::{in_full, run};

/// What needs no server but the one that is scanned. Not `csrf`, which looks for tokens in forms, where the blog goes by
/// where a request comes from.
const MODULES: &str =
    "xss,permanentxss,sql,exec,file,redirect,crlf,csp,http_headers,cookieflags,methods";
const MORE: &str = "blindsql,shellshock,htaccess,backup";

/// Headers that are rightly absent: `frame-ancestors` and the policy stand for the first two, and the third is sent over TLS
/// alone.
const ABSENT: [&str; 3] = [
    "X-Frame-Options is not set",
    "X-XSS-Protection is not set",
    "Strict-Transport-Security is not set",
];

/// Starts wapiti as its own program does. Debian 12 has one whose `--exclude` does not know the Python beside it, which takes
/// flags at the beginning of a pattern only.
const START: &str = r#"
import re, runpy, shutil
import wapitiCore.net.crawler as crawler
if hasattr(crawler, "wildcard_translate"):
    crawler.wildcard_translate = lambda text: re.compile(".*".join(map(re.escape, text.split("*"))) + r"\Z")
runpy.run_path(shutil.which("wapiti"), run_name="__main__")
"#;

/// The one that Debian's programs run in, whichever else comes first in `PATH`.
const PYTHON: &str = "/usr/bin/python3";

/// Something that wapiti reports.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) kind: String,
    pub(super) path: String,
    #[expect(dead_code, reason = "a failure shows it")]
    request: String,
    info: String,
}

impl Finding {
    /// Whether it is known and right.
    pub(super) fn is_known(&self) -> bool {
        // An attack may also end a session or be refused; that is no internal error, which the log would have.
        (self.kind == "HTTP Secure Headers" && ABSENT.contains(&self.info.as_str()))
            // A cookie of plain HTTP on this machine.
            || (self.kind == "Secure Flag cookie")
    }
}

/// Scans a site; `session` is the secret of its cookie.
pub(super) async fn scan(
    site: &str,
    session: Option<&str>,
    starts: &[String],
    leave: &[String],
) -> Vec<Finding> {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let (crawl, attack) = if in_full() {
        ("300", "300")
    } else {
        ("15", "4")
    };
    let modules = if in_full() {
        format!("{MODULES},{MORE}")
    } else {
        MODULES.to_owned()
    };
    let mut command = Command::new(PYTHON);
    command
        .args(["-c", START])
        .args(["--url", site, "--scope", "folder", "--module", &modules])
        .args(["--max-scan-time", crawl, "--max-attack-time", attack])
        .args(["--format", "json", "--no-bugreport", "--verbose", "0"])
        .args(["--header", "Sec-Fetch-Site: same-origin"])
        .arg("--output")
        .arg(&report)
        .arg("--store-session")
        .arg(folder.path().join("sessions"))
        .arg("--store-config")
        .arg(folder.path().join("config"));
    for start in starts {
        command.args(["--start", start]);
    }
    for path in leave {
        command.args(["--exclude", path]);
    }
    if let Some(session) = session {
        let cookie = json!({ "127.0.0.1": { "/": { "sid": {
            "value": session, "expires": null, "secure": false, "port": null, "version": 0,
        }}}});
        let file = folder.path().join("cookies.json");
        std::fs::write(&file, cookie.to_string()).unwrap();
        command.arg("--cookie").arg(file);
    }
    let output = run(command, Duration::from_secs(3600)).await;
    let report = std::fs::read(&report).unwrap_or_else(|_| panic!("no report: {output:?}"));
    let report: Value = serde_json::from_slice(&report).unwrap();
    let mut found = Vec::new();
    for part in ["vulnerabilities", "anomalies"] {
        for (kind, list) in report[part].as_object().unwrap() {
            for one in list.as_array().unwrap() {
                let text = |name: &str| one[name].as_str().unwrap_or_default().trim().to_owned();
                found.push(Finding {
                    kind: kind.clone(),
                    path: text("path"),
                    request: text("http_request"),
                    info: text("info"),
                });
            }
        }
    }
    found
}
