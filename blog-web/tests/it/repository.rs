//! No secret lies in the repository.

use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "data" | "node_modules") {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

#[test]
fn no_secret_is_committed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 100);
    // Put together here, so that this file is not its own finding.
    let marks = [
        ["-----BEGIN", " PRIVATE KEY"].concat(),
        ["-----BEGIN RSA", " PRIVATE KEY"].concat(),
        ["AWS_SECRET_ACCESS", "_KEY="].concat(),
        ["aws_secret_access", "_key ="].concat(),
    ];
    let key_id = |text: &str| {
        text.match_indices("AKIA").any(|(at, _)| {
            let id = text[at..].bytes().take(20);
            id.clone().count() == 20
                && id
                    .clone()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    };
    for path in found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name != ".env" && !name.ends_with(".pem"),
            "{}",
            path.display()
        );
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        // What the tests say to a server that takes any word is no secret.
        let text = text.replace(&[marks[2].as_str(), "test "].concat(), "");
        for mark in &marks {
            assert!(
                !text.contains(mark.as_str()),
                "{} has {mark}",
                path.display()
            );
        }
        assert!(
            !key_id(&text),
            "{} has the id of an access key",
            path.display()
        );
    }
}

/// What a well-known secret is, what it begins with, the letters behind that, and how many of them at least.
type Kind = (&'static str, &'static str, fn(u8) -> bool, usize);

const KINDS: &[Kind] = &[
    ("the id of an AWS access key", "AKIA", upper, 16),
    ("the id of a temporary AWS access key", "ASIA", upper, 16),
    ("a token of GitHub", "ghp_", word, 36),
    ("a token of a GitHub application", "ghs_", word, 36),
    ("a fine-grained token of GitHub", "github_pat_", word, 60),
    ("a token of GitLab", "glpat-", dashed, 20),
    ("a token of Slack", "xoxb-", dashed, 20),
    ("a token of somebody at Slack", "xoxp-", dashed, 20),
    ("a hook of Slack", "hooks.slack.com/services/T", path, 20),
    ("a live key of Stripe", "sk_live_", word, 20),
    ("a restricted key of Stripe", "rk_live_", word, 20),
    ("a key of Google", "AIza", dashed, 35),
    ("a client's secret of Google", "GOCSPX-", dashed, 24),
    ("a key of SendGrid", "SG.", path, 40),
    ("a token of npm", "npm_", word, 36),
    ("a token of PyPI", "pypi-AgE", dashed, 40),
    ("a token of crates.io", "cio", word, 32),
    ("a key of Anthropic", "sk-ant-", dashed, 40),
    ("a key of OpenAI", "sk-proj-", dashed, 40),
    ("a signed token (JWT)", "eyJhbGciOi", path, 60),
];

fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn dashed(byte: u8) -> bool {
    word(byte) || byte == b'-'
}

fn path(byte: u8) -> bool {
    dashed(byte) || matches!(byte, b'/' | b'.')
}

/// What stands behind a name for a secret: `name = "…"`, forty letters or digits that are no word.
const NAMES: [&str; 4] = ["secret_access_key", "secret_key", "api_key", "auth_token"];

/// The kinds of secrets in a line.
fn secrets_in(line: &str) -> Vec<&'static str> {
    // The key of AWS' own examples, with which its documentation shows what a signature is.
    let line = line.replace(&["AKIA", "IOSFODNN7EXAMPLE"].concat(), "");
    let line = line.as_str();
    let mut found = Vec::new();
    for (kind, begins, belongs, least) in KINDS {
        let whole = |at: usize| {
            let before = line[..at].bytes().next_back();
            let starts = !before.is_some_and(|byte| word(byte) || byte == b'-');
            let rest = line[at + begins.len()..].bytes();
            starts && rest.take_while(|byte| belongs(*byte)).count() >= *least
        };
        if line.match_indices(begins).any(|(at, _)| whole(at)) {
            found.push(*kind);
        }
    }
    let key = line.split_once("-----BEGIN");
    let key = key.and_then(|(_, rest)| rest.split_once(" PRIVATE KEY-----"));
    if key.is_some_and(|(kind, _)| kind.bytes().all(|b| b == b' ' || upper(b))) {
        found.push("a private key");
    }
    let lower = line.to_ascii_lowercase();
    let named = NAMES.iter().any(|name| {
        let behind = lower
            .split_once(name)
            .map(|(_, rest)| rest.trim_start_matches(['"', '\'', ' ']));
        let value = behind.and_then(|rest| rest.strip_prefix(['=', ':']));
        value.is_some_and(|value| {
            let value = value.trim_start_matches(['"', '\'', ' ']);
            let long = value
                .bytes()
                .take_while(|b| word(*b) || matches!(b, b'/' | b'+'))
                .count()
                >= 32;
            long && value[..32].bytes().any(|byte| byte.is_ascii_digit())
        })
    });
    if named {
        found.push("a value named as a secret");
    }
    found
}

fn git(folder: &Path, args: &[&str]) -> Vec<u8> {
    let output = std::process::Command::new("git")
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The secrets that any commit added, on any branch, with the commit; and how many commits there are.
fn history(folder: &Path) -> (Vec<(String, &'static str)>, usize) {
    let log = git(
        folder,
        &[
            "log",
            "--all",
            "-p",
            "-m",
            "--no-color",
            "--no-ext-diff",
            "--format=commit %H%n%B",
        ],
    );
    let log = String::from_utf8_lossy(&log);
    let (mut found, mut commits, mut commit) = (Vec::new(), 0, String::new());
    for line in log.lines() {
        if let Some(hash) = line.strip_prefix("commit ").filter(|hash| hash.len() == 40) {
            commit = hash.to_owned();
            commits += 1;
        }
        if !line.starts_with('-') {
            found.extend(
                secrets_in(line)
                    .into_iter()
                    .map(|kind| (commit.clone(), kind)),
            );
        }
    }
    (found, commits)
}

#[test]
fn no_secret_was_ever_committed() {
    // One of each kind, put together here, committed, and taken out again: the scan must find each.
    let planted: Vec<String> = KINDS
        .iter()
        .map(|(_, begins, _, least)| format!("key = \"{begins}{}\"", "A1".repeat(*least)))
        .chain([
            ["-----BEGIN", " PRIVATE KEY-----"].concat(),
            format!("SECRET_KEY = '{}'", "a1".repeat(20)),
        ])
        .collect();
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    std::fs::write(folder.path().join("settings"), planted.join("\n")).unwrap();
    git(folder.path(), &["add", "settings"]);
    git(
        folder.path(),
        &["commit", "--quiet", "--message", "Settings"],
    );
    git(folder.path(), &["rm", "--quiet", "settings"]);
    git(
        folder.path(),
        &["commit", "--quiet", "--message", "No settings"],
    );
    let (found, commits) = history(folder.path());
    assert_eq!((found.len(), commits), (planted.len(), 2), "{found:#?}");

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !root.join(".git").exists() {
        // An archive of the sources has no history.
        let all = std::env::var("BLOG_TEST_REQUIRE").is_ok_and(|value| value == "all");
        assert!(!all, "the history is not here");
        return;
    }
    let (found, commits) = history(&root);
    println!(
        "{} kinds of secrets sought in {commits} commits",
        planted.len()
    );
    assert!(commits > 10, "{commits}");
    assert!(found.is_empty(), "{found:#?}");
}

/// Whether a test has this name, as cargo-nextest names it: package, perhaps a binary behind `::`, and the path of the test.
fn is_a_test(root: &Path, name: &str) -> bool {
    let Some((binary, path)) = name.split_once(' ') else {
        return false;
    };
    let package = binary.split("::").next().unwrap_or_default();
    let folder = match package {
        "blog-server" => root.join("examples/server"),
        _ => root.join(package),
    };
    let folder = match binary.split_once("::") {
        Some((_, tests)) => folder.join("tests").join(tests),
        None => folder.join("src"),
    };
    let mut parts: Vec<_> = path.split("::").filter(|part| *part != "tests").collect();
    let test = parts.pop().unwrap_or_default();
    if !folder.is_dir() || parts.is_empty() {
        return false;
    }
    let mut found = Vec::new();
    files(&folder, &mut found);
    let module = parts.join("/");
    found.iter().any(|file| {
        let place = file.with_extension("").to_string_lossy().into_owned();
        let here = place.ends_with(&module) || place.ends_with(&format!("{module}/tests"));
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let declared = format!("fn {test}(");
        here && text.split(&declared).next().is_some_and(|before| {
            let head = before.len().saturating_sub(300);
            let near = before.get(head..).unwrap_or(before);
            before.len() < text.len() && near.contains("test")
        })
    })
}

#[test]
fn every_test_that_security_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("| V") && !line.starts_with("| Version"))
        .collect();
    assert!(rows.len() > 40, "{}", rows.len());
    let mut missing = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [section, promise, tests] = cells.as_slice() else {
            panic!("not three cells: {row}");
        };
        let names: Vec<_> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{section} has no test: {promise}");
        missing.extend(names.into_iter().filter(|name| !is_a_test(&root, name)));
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(!is_a_test(&root, "blog-web::it repository::no_such_test"));
}
