//! `blog-server doctor`: faults by name, each with the exact line that it is told by. Real servers make those that they
//! can; what only AWS answers comes from a small server that answers it.

mod aws;
mod elsewhere;
mod fake;
mod records;

use std::any::Any;
use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt as _, stream};

use crate::server::Home;

/// How many doctors are at work at a time: some of them wait for something that never comes.
const AT_ONCE: usize = 8;

/// A configuration in which one thing is wrong.
struct Fault {
    name: &'static str,
    home: Home,
    /// The lines about it; all others are fine.
    lines: Vec<String>,
    /// What has to live as long.
    _kept: Vec<Box<dyn Any + Send>>,
}

impl Fault {
    fn new(name: &'static str, home: Home, line: impl Into<String>) -> Self {
        Self {
            name,
            home,
            lines: vec![line.into()],
            _kept: Vec::new(),
        }
    }

    fn and(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    fn keeping(mut self, kept: impl Any + Send) -> Self {
        self._kept.push(Box::new(kept));
        self
    }
}

/// With nothing that could be wrong.
fn bare() -> Home {
    Home::new()
        .variable("BLOG_DATABASE_URL", "memory:")
        .variable("BLOG_MEDIA_URL", "memory:")
        .variable("BLOG_MAIL_URL", "")
}

const IN_MEMORY: &str = "open memory:: everything in it is gone when the program ends";

/// Exit code, standard output, standard error.
async fn examined(home: &Home, args: &[&str]) -> (Option<i32>, String, String) {
    let output = home.run(args, "").await;
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// The lines that are not fine, and not about what is in memory.
fn wrong(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("ok ") && !line.ends_with(IN_MEMORY));
    lines.map(str::to_owned).collect()
}

const FAULTS: &[&str] = &[
    "database-file-below-a-file",
    "database-is-no-database",
    "database-damaged",
    "database-held-by-another-program",
    "database-on-a-disk-to-be-read-only",
    "database-on-a-full-disk",
    "migrations-pending",
    "schema-of-a-newer-program",
    "mysql-wrong-password",
    "mysql-no-such-database",
    "mysql-no-right-to-the-database",
    "mysql-no-right-to-write",
    "mysql-migrations-pending",
    "mysql-without-tls",
    "mysql-port-where-nobody-listens",
    "mysql-url-without-a-database",
    "mysql-read-only-server",
    "media-folder-is-a-file",
    "media-folder-to-be-read-only",
    "media-folder-without-room",
    "s3-no-region",
    "s3-no-credentials",
    "s3-no-bucket",
    "s3-no-notification",
    "s3-notification-on-another-prefix",
    "s3-notification-without-removals",
    "s3-notifications-denied",
    "s3-list-denied",
    "s3-put-denied",
    "s3-put-denied-by-an-endpoint-policy",
    "s3-get-denied",
    "s3-delete-denied",
    "s3-abort-denied",
    "s3-kms-denied",
    "s3-kms-key-disabled",
    "s3-credentials-expired",
    "s3-key-unknown",
    "s3-secret-wrong",
    "s3-token-wrong",
    "s3-clock-slow",
    "s3-other-region",
    "s3-signed-for-another-region",
    "s3-slow-down",
    "s3-internal-error",
    "s3-request-unknown",
    "s3-port-where-nobody-listens",
    "s3-no-route",
    "s3-cut",
    "s3-certificate-self-signed",
    "s3-certificate-expired",
    "s3-certificate-of-another-name",
    "s3-without-tls",
    "dynamodb-no-table",
    "dynamodb-other-key",
    "dynamodb-no-secondary-index",
    "dynamodb-no-time-to-live",
    "dynamodb-describe-denied",
    "dynamodb-put-denied",
    "dynamodb-query-denied",
    "dynamodb-credentials-expired",
    "dynamodb-key-unknown",
    "dynamodb-clock-wrong",
    "dynamodb-throttled",
    "dynamodb-table-being-made",
    "dynamodb-encryption-key-gone",
    "dynamodb-no-region",
    "dynamodb-no-route",
    "mail-folder-is-a-file",
    "mail-port-where-nobody-listens",
    "mail-wrong-password",
    "mail-without-starttls",
    "mail-certificate-self-signed",
    "mail-refused-from-here",
    "base-url-where-nobody-listens",
    "base-url-of-something-else",
    "base-url-with-another-host",
    "base-url-of-a-proxy-without-blog",
    "base-url-that-leads-on",
    "base-url-certificate-self-signed",
    "base-url-certificate-expired",
    "base-url-of-another-blog",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_told_in_its_line() {
    let mut faults = Vec::new();
    let mut left_out = BTreeSet::new();
    records::faults(&mut faults, &mut left_out).await;
    aws::faults(&mut faults, &mut left_out).await;
    elsewhere::faults(&mut faults).await;
    let there: BTreeSet<_> = faults.iter().map(|fault| fault.name).collect();
    let listed: BTreeSet<_> = FAULTS.iter().copied().collect();
    assert_eq!(there.len(), faults.len(), "a name is there twice");
    let all: BTreeSet<_> = there.union(&left_out).copied().collect();
    assert_eq!(all, listed);
    for name in &left_out {
        crate::require::left_out(name, "a server that makes it, or root");
    }

    let told = stream::iter(&faults)
        .map(|fault| async move { (fault, examined(&fault.home, &["doctor"]).await) })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    let mut different = Vec::new();
    for (fault, (code, text, said)) in told {
        let found = wrong(&text);
        let failed = found
            .iter()
            .filter(|line| line.starts_with("failed "))
            .count();
        let expected = Some(i32::from(failed > 0));
        if found != fault.lines || code != expected {
            different.push(format!(
                "{}: exit {code:?}\n  expected: {:#?}\n  found: {text}{said}",
                fault.name, fault.lines
            ));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    println!("{} faults, each told in its line", faults.len());
}

/// Everything below a folder, with sizes.
fn files(folder: &Path) -> BTreeSet<(String, u64)> {
    let mut all = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            all.insert((entry.path().display().to_string(), meta.len()));
            if meta.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    all
}

#[tokio::test]
async fn before_the_first_start_nothing_is_made() {
    let home = Home::new();
    let (code, text, said) = examined(&home, &["doctor"]).await;
    assert_eq!(code, Some(0), "{text}{said}");
    let later = "it is not there yet; the blog makes it at its first start";
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            format!("warning records: open ./data/blog.db: {later}"),
            format!("warning media-folder: write ./data/media: {later}"),
            format!("warning mail-folder: write ./data/mail: {later}"),
        ]
    );
    assert_eq!(files(home.path()), BTreeSet::new());
}

#[tokio::test]
async fn a_blog_that_works_is_found_well_and_left_as_it_was() {
    let home = Home::new();
    home.add_user("ada", "admin").await;
    let server = home.serve().await;
    server.stop().await;
    let before = files(home.path());
    let (code, text, said) = examined(&home, &["doctor", "--json"]).await;
    assert_eq!(code, Some(0), "{text}{said}");
    assert_eq!(said, "");
    let ok = |check: &str, action: &str, resource: &str| {
        format!(
            "{{\"check\":\"{check}\",\"status\":\"ok\",\"resource\":\"{resource}\",\"action\":\"{action}\",\"remedy\":\"\"}}"
        )
    };
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        [
            ok("records", "open", "./data/blog.db"),
            ok("records-schema", "read", "./data/blog.db"),
            ok("records-write", "write", "./data/blog.db"),
            ok("media-folder", "write", "./data/media"),
            ok("mail-folder", "write", "./data/mail"),
        ]
    );
    assert_eq!(files(home.path()), before);
}

/// While it runs, at its own address.
#[tokio::test]
async fn a_running_blog_is_found_at_its_address() {
    let home = Home::new();
    home.add_user("ada", "admin").await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let base = format!("http://{address}/notes");
    let server = home
        .serve_with(&["--listen", &address, "--base-url", &base])
        .await;
    let (code, text, said) = examined(&home, &["doctor", "--base-url", &base]).await;
    assert_eq!(code, Some(0), "{text}{said}");
    let last = text.lines().last().unwrap();
    assert_eq!(last, format!("ok      base-url: get {base}/robots.txt"));
    server.stop().await;
}
