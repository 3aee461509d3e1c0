//! `blog-server check --deploy`: what is unsafe, by name, and that what is safe is left alone.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use crate::require::left_out;
use crate::server::Home;

/// A blog that is safe.
async fn safe() -> Home {
    let home = Home::new()
        .variable("BLOG_BASE_URL", "https://blog.home.arpa/")
        .variable("BLOG_TRUSTED_PROXIES", "127.0.0.1")
        .variable("BLOG_TRUSTED_HOPS", "1")
        .variable("BLOG_MAIL_URL", "smtps://blog:secret@mail.home.arpa")
        .variable("BLOG_MAIL_FROM", "blog@home.arpa")
        .variable("BLOG_MAX_CONNECTIONS", "512");
    home.add_user("owner", "admin").await;
    home
}

/// The checks that failed with their lines, but for that about the user, whom a test cannot choose.
fn failed(output: &Output) -> Vec<(String, String)> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines: Vec<_> = text
        .lines()
        .filter_map(|line| {
            let rest = line.strip_prefix("failed  ")?;
            let (check, _) = rest.split_once(':')?;
            (check != "user").then(|| (check.to_owned(), line.to_owned()))
        })
        .collect();
    let code = output.status.code();
    let user = text.contains("failed  user:");
    let expected = i32::from(user || !lines.is_empty());
    assert_eq!(code, Some(expected), "{output:?}");
    lines
}

/// The flags, the checks that fail for them, and what the first of these says.
const UNSAFE: &[(&[&str], &[&str], &str)] = &[
    (
        &["--base-url="],
        &["base-url-set"],
        "set it to https:// and the name that people use",
    ),
    (
        &["--base-url=http://blog.home.arpa/", "--allow-plain-http"],
        &["base-url-https", "plain-http"],
        "put a proxy with a certificate in front, and write https://",
    ),
    (
        &["--base-url=https://localhost/"],
        &["base-url-public"],
        "every link in mails and feeds leads nowhere; write the name that people use",
    ),
    (
        &["--base-url=https://192.0.2.7/"],
        &["base-url-name"],
        "write a name",
    ),
    (
        &["--base-url=https://blog.example.org/"],
        &["base-url-example"],
        "it is a name for examples",
    ),
    (
        &["--allow-plain-http"],
        &["plain-http"],
        "it lets passwords travel readably; leave it away",
    ),
    (
        &["--require-verified-email=false"],
        &["registration-verified"],
        "set it to true, or site.registration to \"closed\"",
    ),
    (
        &["--trusted-proxies=", "--trusted-hops=0"],
        &["proxies-named"],
        "name its network and set serve.trusted_hops",
    ),
    (
        &["--trusted-proxies=10.0.0.0/8,0.0.0.0/0"],
        &["proxies-narrow"],
        "0.0.0.0/0 trusts half the world about who a reader is",
    ),
    (
        &["--trusted-proxies=::/0"],
        &["proxies-narrow"],
        "::/0 trusts half the world",
    ),
    (
        &[
            "--listen=0.0.0.0:3000",
            "--trusted-proxies=",
            "--trusted-hops=0",
        ],
        &["proxies-named", "listen-behind-a-proxy"],
        "all readers then share one address",
    ),
    // The only proxy is on this machine, and needs no other address.
    (
        &["--listen=0.0.0.0:3000"],
        &["listen-behind-a-proxy"],
        "listen on the address that the proxy uses",
    ),
    (
        &["--max-connections-per-address=512"],
        &["connections-shared"],
        "keep it below a quarter of serve.max_connections",
    ),
    (
        &["--shutdown-drain-seconds=0"],
        &["shutdown-drained"],
        "set it to 20",
    ),
    (
        &["--database-url=memory:"],
        &["database-lasts"],
        "name a store that lasts",
    ),
    (
        &["--media-url=memory:"],
        &["media-last"],
        "name a store that lasts",
    ),
    (
        &["--index-url=memory:"],
        &["index-lasts"],
        "name a store that lasts",
    ),
    // Of a machine that is not this one by name, and that answers at once.
    (
        &["--database-url=mysql://blog:secret@0.0.0.0:9/blog?ssl-mode=DISABLED"],
        &["mysql-tls", "database-ready"],
        "ssl-mode=DISABLED sends passwords and posts readably",
    ),
    // The last one counts.
    (
        &[
            "--database-url=mysql://blog:secret@0.0.0.0:9/blog?ssl-mode=VERIFY_IDENTITY&ssl-mode=DISABLED",
        ],
        &["mysql-tls", "database-ready"],
        "ssl-mode=DISABLED sends passwords and posts readably",
    ),
    (
        &["--database-url=mysql://blog:secret@0.0.0.0:9/blog?ssl-mode=REQUIRED"],
        &["mysql-tls-verified", "database-ready"],
        "anybody on the way can be the database",
    ),
    (
        &["--database-url=mysql://root:secret@127.0.0.1:9/blog"],
        &["mysql-own-user", "database-ready"],
        "make a user with rights on the blog's database only",
    ),
    (
        &["--database-url=mysql://blog@127.0.0.1:9/blog"],
        &["mysql-password", "database-ready"],
        "give its user a password",
    ),
    (
        &["--aws-endpoint-url=http://s3.home.arpa"],
        &["aws-endpoint-tls"],
        "media and their index travel readably",
    ),
    (
        &["--index-url=dynamodb://objects?endpoint=http://dynamodb.home.arpa"],
        &["index-endpoint-tls"],
        "write https:// behind endpoint=",
    ),
    (
        &["--media-url=s3://pictures?checksums=when-required"],
        &["s3-checksums"],
        "leave checksums away",
    ),
    (
        &["--mail-url=", "--require-verified-email"],
        &["mail-sent"],
        "nobody can set a forgotten password",
    ),
    (
        &["--mail-url=file:./mail", "--require-verified-email"],
        &["mail-to-people"],
        "their links open accounts to whoever reads it",
    ),
    // Nothing verifies an address without a mail server.
    (
        &["--mail-url=file:./mail"],
        &["registration-verified", "mail-to-people"],
        "anybody may register and publish",
    ),
    (
        &["--mail-url=smtp://mail.home.arpa?tls=none"],
        &["mail-tls"],
        "write smtps:// or leave it away",
    ),
    (
        &["--mail-from=blog@example.org"],
        &["mail-sender"],
        "mails are from blog@example.org, which mail servers refuse",
    ),
    (
        &["--max-picture-mib=101"],
        &["picture-size"],
        "keep it at 100 or below",
    ),
    (
        &["--max-video-mib=10241"],
        &["video-size"],
        "keep it at 10240 or below",
    ),
    (&["--page-cache-mib=0"], &["page-cache"], "set it to 24"),
    (&["--rate-factor=2"], &["rates-usual"], "leave it at 1"),
    (
        &["--log=info,blog_storage::sql=debug"],
        &["log-quiet"],
        "write \"info\"",
    ),
    (&["--log=trace"], &["log-quiet"], "write \"info\""),
    (&["--log=off"], &["log-heard"], "nobody sees an attack"),
];

#[tokio::test]
async fn every_unsafe_setting_is_refused_with_its_remedy() {
    let home = safe().await;
    let output = home.run(&["check", "--deploy"], "").await;
    assert_eq!(failed(&output), [], "what is safe is left alone");
    let mut refused = std::collections::BTreeSet::<&str>::new();
    let mut different = Vec::new();
    for (flags, checks, remedy) in UNSAFE {
        let args = [&["check", "--deploy"], *flags].concat();
        let found = failed(&home.run(&args, "").await);
        let names: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
        if names != *checks || !found[0].1.contains(remedy) {
            different.push(format!("{flags:?}: {found:#?}"));
        }
        refused.extend(*checks);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    println!("{} settings are refused", refused.len());
    assert!(refused.len() >= 20, "{refused:?}");
}

/// What needs no change at all: registration that is closed, MySQL without TLS on this machine.
#[tokio::test]
async fn what_is_safe_in_another_way_is_left_alone() {
    let home = safe().await;
    for flags in [
        &["--registration=closed", "--require-verified-email=false"][..],
        &["--mail-url=smtp://localhost?tls=none"],
        &["--aws-endpoint-url=http://127.0.0.1:9000"],
        &[
            "--aws-endpoint-url=https://s3.home.arpa",
            "--media-url=s3://pictures?checksums=when-required",
        ],
        &["--trusted-proxies=10.0.0.0/8"],
        &["--trusted-proxies=10.0.0.0/8", "--listen=0.0.0.0:3000"],
        &["--log=warn"],
    ] {
        let args = [&["check", "--deploy"], flags].concat();
        assert_eq!(failed(&home.run(&args, "").await), [], "{flags:?}");
    }
    let local = [
        "check",
        "--deploy",
        "--database-url=mysql://blog:secret@127.0.0.1:9/blog?ssl-mode=DISABLED",
    ];
    let found = failed(&home.run(&local, "").await);
    let names: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
    assert_eq!(names, ["database-ready"]);
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn files_that_others_read_or_change_are_refused() {
    let home = safe().await;
    let data = home.path().join("data");
    for (path, mode, check, remedy) in [
        (
            data.join("blog.db"),
            0o644,
            "database-secret",
            "run chmod 600 ./data/blog.db",
        ),
        (
            data.join("media"),
            0o755,
            "media-secret",
            "run chmod 700 ./data/media",
        ),
    ] {
        fs::create_dir_all(data.join("media")).unwrap();
        chmod(&data.join("media"), 0o700);
        chmod(&path, mode);
        let found = failed(&home.run(&["check", "--deploy"], "").await);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].0, check);
        assert!(
            found[0]
                .1
                .contains(&format!("its mode is {mode:o}, so others")),
            "{found:#?}"
        );
        assert!(found[0].1.ends_with(remedy), "{found:#?}");
        chmod(&path, mode & 0o700);
    }
    let mails = home.path().join("mail");
    fs::create_dir(&mails).unwrap();
    chmod(&mails, 0o755);
    let args = [
        "check",
        "--deploy",
        "--mail-url=file:./mail",
        "--require-verified-email",
    ];
    let found = failed(&home.run(&args, "").await);
    let names: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
    assert_eq!(names, ["mail-to-people", "mail-secret"]);

    let file = home.path().join("blog.toml");
    // A password is one in whatever way it is written.
    fs::write(
        &file,
        "[stores]\nmail_url = \"smtps://blog:secre\\u0074@mail.home.arpa\"\n",
    )
    .unwrap();
    for (mode, checks) in [
        (0o600, &[][..]),
        (0o644, &["config-secret"]),
        (0o622, &["config-unchangeable"]),
    ] {
        chmod(&file, mode);
        let found = failed(&home.run(&["check", "--deploy"], "").await);
        let names: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
        assert_eq!(names, checks, "{mode:o}");
    }
    // Whoever may rename what is in a folder decides what is there.
    chmod(&file, 0o600);
    chmod(home.path(), 0o777);
    let found = failed(&home.run(&["check", "--deploy"], "").await);
    let names: Vec<_> = found.iter().map(|(check, _)| check.as_str()).collect();
    let all = ["config-unchangeable", "database-secret", "media-secret"];
    assert_eq!(names, all);
    for (_, line) in &found {
        assert!(
            line.contains("its mode is 777, so others of this machine may put another"),
            "{line}"
        );
        assert!(
            line.ends_with(&format!("run chmod go-w {}", home.path().display())),
            "{line}"
        );
    }
    // As in /tmp: everybody may put something there, and nobody take another's away.
    chmod(home.path(), 0o1777);
    assert_eq!(failed(&home.run(&["check", "--deploy"], "").await), []);
    chmod(home.path(), 0o700);
    // Without a secret in it anybody may read it.
    fs::write(&file, "[site]\ntitle = \"Notes\"\n").unwrap();
    chmod(&file, 0o644);
    assert_eq!(failed(&home.run(&["check", "--deploy"], "").await), []);
}

#[tokio::test]
async fn a_blog_without_owner_or_with_the_demo_in_it_is_refused() {
    let home = safe().await;
    let empty = Home::new();
    let database = format!("--database-url=sqlite:{}", empty.database().display());
    let args = ["check", "--deploy", &database];
    let found = failed(&home.run(&args, "").await);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].1.starts_with("failed  database-ready:"),
        "{found:#?}"
    );
    assert!(!empty.database().exists(), "it was made by looking");

    assert!(empty.run(&["migrate"], "").await.status.success());
    let found = failed(&home.run(&args, "").await);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .1
            .contains("make the owner now with \"blog-server user add"),
        "{found:#?}"
    );

    // As the demo makes it, and by another address.
    empty.add_user("iris", "editor").await;
    let found = failed(&home.run(&args, "").await);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .1
            .contains("iris and the others have a password that it printed"),
        "{found:#?}"
    );
}

#[tokio::test]
async fn a_process_that_may_do_too_much_or_too_little_is_refused() {
    let test = "a_process_that_may_do_too_much_or_too_little_is_refused";
    let home = safe().await;
    let output = home.run(&["check", "--deploy", "--json"], "").await;
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let user = lines.iter().find(|line| line["check"] == "user").unwrap();
    let is_root = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").unwrap()) == 0;
    let expected = if is_root { "failed" } else { "ok" };
    assert_eq!(user["status"], expected);
    assert_eq!(user["resource"], "process");
    assert_eq!(user["remedy"].as_str().unwrap().is_empty(), !is_root);

    let limited = home
        .command_under("prlimit", &["--nofile=256:256"], &["check", "--deploy"])
        .output()
        .await;
    let Ok(output) = limited else {
        return left_out(test, "prlimit, of util-linux");
    };
    let found = failed(&output);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0]
            .1
            .contains("this process may open 256 files, and so many connections need 576"),
        "{found:#?}"
    );
}

#[tokio::test]
async fn without_deploy_only_what_cannot_be_used_is_refused() {
    let home = Home::new();
    let output = home.run(&["check"], "").await;
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"The configuration can be used.\n");
    let output = home.run(&["check", "--listen=0.0.0.0:3000"], "").await;
    assert_eq!(output.status.code(), Some(2));
}
