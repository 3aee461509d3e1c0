//! Two scanners that look for holes, wapiti and sqlmap, each first at a page that has some: one that finds nothing there
//! says nothing about the blog.
//!
//! They run bounded; with `BLOG_TEST_SCANS=all` they try more and take their time. Neither asks anything of the network: no
//! module that needs a server of its makers (`ssrf`, `xxe`, `wapp`, `nikto`) is chosen, and nothing is updated.

mod form;
mod seeded;
mod sqlmap;
mod target;
mod wapiti;

use std::process::{Output, Stdio};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::process::Command;

use self::target::Target;
use crate::require::left_out;

/// Whether they may take their time.
fn in_full() -> bool {
    std::env::var("BLOG_TEST_SCANS").is_ok_and(|size| size == "all")
}

async fn is_there(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    version.await.is_ok()
}

/// Runs a scanner to its end, away from proxies of the environment and from the terminal.
async fn run(mut command: Command, patience: Duration) -> Output {
    command
        .stdin(Stdio::null())
        .env_remove("http_proxy")
        .env_remove("https_proxy")
        .env("TERM", "dumb")
        .kill_on_drop(true);
    tokio::time::timeout(patience, command.output())
        .await
        .expect("a scanner ends in time")
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn wapiti_finds_the_seeded_hole_and_none_in_the_blog() {
    if !is_there("wapiti").await {
        left_out("scanners::wapiti", "wapiti");
        return;
    }
    let seeded = seeded::start().await;
    let found = wapiti::scan(&format!("http://{seeded}/"), None, &[], &[]).await;
    let seen = |what: &str, path: &str| {
        let mut found = found.iter();
        assert!(
            found.any(|one| one.kind == what && one.path == path),
            "wapiti did not find the seeded {what} of {path}"
        );
    };
    seen("Cross Site Scripting", "/greet");
    seen("SQL Injection", "/note");

    let target = Target::start().await;
    let mut all = Vec::new();
    let (starts, leave) = (target.starts(), target.leave());
    for who in [None, Some("vera"), Some("root")] {
        let mut session = match who {
            Some(name) => Some(target.log_in(name).await),
            None => None,
        };
        let secret = session.as_ref().map(|session| session.secret.as_str());
        let found = wapiti::scan(&target.origin(), secret, &starts, &leave).await;
        println!(
            "wapiti as {}: {} findings",
            who.unwrap_or("nobody"),
            found.len()
        );
        all.extend(found);
        if let Some(session) = &mut session {
            assert!(
                target.is_logged_in(session).await,
                "{who:?} is logged out by now"
            );
        }
    }
    let real: Vec<_> = all.iter().filter(|one| !one.is_known()).collect();
    assert!(real.is_empty(), "{real:#?}");
    target.held("wapiti").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlmap_finds_the_seeded_hole_and_none_in_the_blog() {
    if !is_there("sqlmap").await {
        left_out("scanners::sqlmap", "sqlmap");
        return;
    }
    let seeded = seeded::start().await;
    let request = sqlmap::Request::get(seeded, "/note?id=1");
    let output = sqlmap::scan(&request).await;
    assert!(
        sqlmap::is_hole(&output),
        "sqlmap did not find the seeded hole: {output}"
    );

    let target = Target::start().await;
    let requests = target.requests().await;
    let size = if in_full() {
        "in full"
    } else {
        "reduced (all of it: BLOG_TEST_SCANS=all)"
    };
    println!(
        "sqlmap: {} requests with parameters, {size}",
        requests.len()
    );
    let mut tried = 0;
    let mut holes = Vec::new();
    let outputs = futures_util::stream::iter(&requests)
        .map(|request| async move { (request, sqlmap::scan(request).await) });
    let mut outputs = Box::pin(outputs.buffer_unordered(2));
    while let Some((request, output)) = outputs.next().await {
        let parameters = sqlmap::tried(&output);
        assert!(
            parameters > 0,
            "sqlmap tried nothing of {}: {output}",
            request.line()
        );
        tried += parameters;
        if sqlmap::is_hole(&output) {
            holes.push(format!("{}\n{output}", request.line()));
        }
    }
    drop(outputs);
    println!("sqlmap: {tried} parameters tried");
    assert!(holes.is_empty(), "{}", holes.join("\n"));
    target.held("sqlmap").await;
}
