//! Accounts from the command line.

use std::process::Output;

use crate::server::{Home, PASSWORD};

fn sentence(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = std::str::from_utf8(&output.stderr).unwrap();
    text.lines().last().unwrap()
}

#[tokio::test]
async fn an_added_user_logs_in_beside_a_running_server() {
    let home = Home::new();
    let server = home.serve().await;
    home.add_user("ada", "author").await;
    let mut ada = server.client();
    assert_eq!(
        ada.log_in("ada@example.org", "not this one at all")
            .await
            .status,
        422
    );
    assert_eq!(ada.log_in("ada@example.org", PASSWORD).await.status, 303);
    let post = ada
        .write("Hello", "From the command line's user")
        .await
        .unwrap();
    assert!(ada.get(&post).await.body.contains("From the command line"));
    server.stop().await;
}

#[tokio::test]
async fn a_new_password_or_role_ends_all_sessions() {
    let home = Home::new();
    home.add_user("ada", "reader").await;
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    assert_eq!(ada.get("/account/profile").await.status, 200);
    assert_eq!(
        ada.get("/write").await.status,
        403,
        "a reader does not write"
    );

    let output = home.run(&["user", "role", "ada", "author"], "").await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        ada.get("/account/profile").await.status,
        303,
        "sent to log in"
    );
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);
    assert_eq!(ada.get("/write").await.status, 200);

    let new = "four quiet otters swim";
    let output = home
        .run(
            &["user", "password", "ada@example.org"],
            &format!("{new}\r\n"),
        )
        .await;
    assert!(output.status.success(), "{output:?}");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(new));
    assert_eq!(ada.get("/account/profile").await.status, 303);
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 422);
    assert_eq!(ada.log_in("ada", new).await.status, 303);
    server.stop().await;
}

#[tokio::test]
async fn a_blog_without_mail_sets_passwords_and_verifies_from_the_command_line() {
    let home = Home::new()
        .variable("BLOG_MAIL_URL", "")
        .variable("BLOG_REQUIRE_VERIFIED_EMAIL", "true");
    home.add_user("ada", "author").await;
    let server = home.serve().await;
    let output = home
        .run(&["user", "reset-link", "ada@example.org"], "")
        .await;
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let link = told.lines().last().unwrap();
    let path = link.strip_prefix("http://127.0.0.1:3000").unwrap();
    let mut ada = server.client();
    assert_eq!(ada.get(path).await.status, 200);
    let token = path.split("token=").nth(1).unwrap();
    let new = "four quiet otters swim";
    let form = [("token", token), ("password", new)];
    assert_eq!(ada.post("/account/reset", &form).await.status, 303);
    assert_eq!(ada.post("/account/reset", &form).await.status, 404);
    assert_eq!(ada.log_in("ada", new).await.status, 303);

    let post = [("title", "One"), ("body", "Text"), ("status", "published")];
    assert_eq!(ada.post("/write", &post).await.status, 403);
    let output = home.run(&["user", "verify", "ada"], "").await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(ada.post("/write", &post).await.status, 303);
    let output = home.run(&["user", "verify", "nobody"], "").await;
    assert!(sentence(&output).contains("there is no user"));
    server.stop().await;
}

#[tokio::test]
async fn refusals_say_what_is_wrong() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let add = |name, email| ["user", "add", "--username", name, "--email", email];
    let good = format!("{PASSWORD}\n");
    for (args, input, part) in [
        (
            add("ada", "other@example.org"),
            good.as_str(),
            "username: This is taken",
        ),
        (add("bob", "ADA@example.org"), &good, "email: This is taken"),
        (add("a b", "bob@example.org"), &good, "username: Use only"),
        (
            add("bob", "bob"),
            &good,
            "email: This is not a mail address",
        ),
        (
            add("bob", "bob@example.org"),
            "short\n",
            "password: Use at least 12",
        ),
        (
            add("bob", "bob@example.org"),
            "",
            "first line of standard input",
        ),
        (
            add("bob", "bob@example.org"),
            "\nsecond line is no password\n",
            "first line of standard input",
        ),
    ] {
        let output = home.run(&args, input).await;
        assert!(sentence(&output).contains(part), "{args:?}: {output:?}");
    }
    for args in [
        &["user", "password", "nobody"][..],
        &["user", "role", "nobody", "admin"],
    ] {
        let output = home.run(args, &good).await;
        assert_eq!(
            sentence(&output),
            "blog-server: there is no user \"nobody\""
        );
    }
    let output = home.run(&["user", "role", "ada", "owner"], "").await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[tokio::test]
async fn why_somebody_gets_an_address_is_told_with_its_rule() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    for (args, line) in [
        (
            &["/drafts"][..],
            "no: it is for people who are logged in, so they are sent to log in (303, /drafts)",
        ),
        (
            &["--user", "ada", "http://localhost:3000/drafts?after="],
            "no: nothing is there, or nothing any more; nobody is refused (404, /drafts)",
        ),
        (
            &["--user", "ada", "write"],
            "yes: they have the right to write posts: the role author includes it (200, /write)",
        ),
    ] {
        let output = home.run(&[&["why"], args].concat(), "").await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{line}\n"));
    }
    let output = home.run(&["why", "--user", "eve", "/"], "").await;
    assert_eq!(sentence(&output), "blog-server: there is no user \"eve\"");
    let output = home.run(&["why", "https://example.org/"], "").await;
    assert_eq!(
        sentence(&output),
        "blog-server: example.org is not this blog's; it is at http://localhost:3000/"
    );
}

#[tokio::test]
async fn two_step_log_in_that_is_not_on_is_not_turned_off() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let output = home.run(&["user", "second-factor", "ada", "off"], "").await;
    assert_eq!(
        sentence(&output),
        "blog-server: ada has no two-step log-in; nothing was changed"
    );
    let output = home.run(&["user", "second-factor", "eve", "off"], "").await;
    assert!(sentence(&output).contains("there is no user \"eve\""));
    let output = home.run(&["user", "second-factor", "ada", "on"], "").await;
    assert!(!output.status.success());
}
