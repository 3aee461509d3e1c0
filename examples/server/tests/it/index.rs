//! The object index in DynamoDB, as the command line and the start see it.

use std::time::Duration;

use blog_core::id::MediaId;
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::media::{
    AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey, PutMode, PutOptions,
};
use blog_core::model::user::Username;
use blog_core::model::widths::Widths;
use blog_core::ports::Clock as _;
use blog_core::ports::clock::SystemClock;
use futures_util::{StreamExt as _, stream};

use crate::require::left_out;
use crate::server::Home;

/// A home whose index is this table; `None` where there is no DynamoDB.
fn home(test: &str, table: &str) -> Option<Home> {
    let Ok(endpoint) = std::env::var("BLOG_TEST_DYNAMODB_URL") else {
        left_out(test, "DynamoDB (BLOG_TEST_DYNAMODB_URL)");
        return None;
    };
    Some(at(&endpoint, table))
}

const AWS: [(&str, &str); 4] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];

fn at(endpoint: &str, table: &str) -> Home {
    let home = Home::new()
        .variable("BLOG_INDEX_URL", &format!("dynamodb://{table}"))
        .variable("BLOG_AWS_ENDPOINT_URL", endpoint);
    AWS.iter()
        .fold(home, |home, (name, value)| home.variable(name, value))
}

/// The line that a command ends with where a variable of AWS is not set.
async fn said_without(missing: &str, args: &[&str]) -> (Option<i32>, String) {
    let home = Home::new().variable("BLOG_INDEX_URL", "dynamodb://table");
    let there = AWS.iter().filter(|(name, _)| *name != missing);
    let home = there.fold(home, |home, (name, value)| home.variable(name, value));
    said(&home, args).await
}

/// The line that a command ends with.
async fn said(home: &Home, args: &[&str]) -> (Option<i32>, String) {
    let output = home.run(args, "").await;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().last().unwrap_or_default().to_owned();
    (output.status.code(), line)
}

#[tokio::test]
async fn a_table_is_made_once_and_then_serves() {
    let table = format!("blog-server-{}", std::process::id());
    let Some(home) = home("a_table_is_made_once_and_then_serves", &table) else {
        return;
    };
    let (code, line) = said(&home, &["migrate"]).await;
    assert_eq!(code, Some(1), "{line}");
    let expected = format!("there is no table \"{table}\" here; look at its name and AWS_REGION");
    assert!(line.contains(&expected), "{line}");
    let make = ["index", "create-table"];
    let expected = format!("The table of dynamodb://{table} is made.");
    assert_eq!(said(&home, &make).await, (Some(0), expected));
    let expected = format!("The table of dynamodb://{table} was there already and can be used.");
    assert_eq!(said(&home, &make).await, (Some(0), expected));
    let mut server = home.serve().await;
    assert!(server.next_line().await.is_some(), "the owner's link");
    server.stop().await;
}

#[tokio::test]
async fn an_index_that_cannot_be_reached_or_named_is_said_in_one_sentence() {
    let unreachable = at("http://127.0.0.1:9", "table");
    let (code, line) = said(&unreachable, &["migrate"]).await;
    assert_eq!(code, Some(1), "{line}");
    assert!(
        line.starts_with(
            "blog-server: the index at \"dynamodb://table\" cannot be opened: dynamodb is not available: DynamoDB cannot \
             be reached for the table \"table\"; look at the endpoint, AWS_REGION"
        ),
        "{line}"
    );
    for (missing, said) in [
        ("AWS_REGION", "no AWS region is set; set AWS_REGION"),
        (
            "AWS_ACCESS_KEY_ID",
            "there are no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or give this \
             machine a role",
        ),
    ] {
        let (code, line) = said_without(missing, &["migrate"]).await;
        assert_eq!(code, Some(1), "{line}");
        assert_eq!(
            line,
            format!(
                "blog-server: the index at \"dynamodb://table\" cannot be opened: dynamodb is not available: {said}"
            )
        );
    }
    let nameless = at("http://127.0.0.1:9", "");
    let (code, line) = said(&nameless, &["index", "create-table"]).await;
    assert_eq!(code, Some(1), "{line}");
    assert!(
        line.ends_with("the URL names no table; write dynamodb://table"),
        "{line}"
    );
    let beside = Home::new();
    let (code, line) = said(&beside, &["index", "create-table"]).await;
    assert_eq!(code, Some(1), "{line}");
    assert_eq!(
        line,
        "blog-server: stores.index_url names no DynamoDB table; set it, or BLOG_INDEX_URL, to dynamodb://TABLE"
    );
}

/// The last line that a command prints on standard output.
async fn printed(home: &Home, args: &[&str]) -> Vec<String> {
    let output = home.run(args, "").await;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The stores of a home, past the program.
async fn stores(home: &Home) -> blog_storage::Connected {
    let urls = blog_storage::Urls::new(
        format!("sqlite:{}", home.database().display()),
        format!("file:{}", home.path().join("data/media").display()),
    );
    blog_storage::connect(&urls).await.unwrap()
}

async fn put(stores: &blog_storage::Connected, name: &str) {
    let body = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"bytes"))]);
    let options = PutOptions {
        mode: PutMode::Create,
        size: None,
        content_type: "image/png".to_owned(),
    };
    let key = ObjectKey::try_from(name).unwrap();
    let media = &stores.backend.media;
    media.put(&key, Box::pin(body), options).await.unwrap();
}

#[tokio::test]
async fn files_that_the_index_never_heard_of_are_found_and_filled_in() {
    let home = Home::new();
    printed(&home, &["migrate"]).await;
    let stores = stores(&home).await;
    for name in ["a/1.png", "a/2.png", "b/1.png"] {
        put(&stores, name).await;
    }
    // Young: their events may be on the way.
    let lines = printed(&home, &["reconcile"]).await;
    assert_eq!(
        lines,
        ["3 compared: 0 differ, 0 set right, 3 left alone as too young or on their way."]
    );
    let at_once = ["reconcile", "--settling-seconds", "0", "--prefix", "a/"];
    let lines = printed(&home, &at_once).await;
    assert_eq!(
        lines,
        [
            "missing a/1.png",
            "missing a/2.png",
            "2 compared: 2 differ, 0 set right, 0 left alone as too young or on their way; \"blog-server reconcile \
             --apply\" sets the index right.",
        ]
    );
    let mark = home.path().join("mark");
    let resume = ["index", "rebuild", "--resume", "mark"];
    // A mark of other objects would leave out what comes before it.
    for (text, expected) in [
        (
            "a/1.png",
            "mark is not a file that a run has noted its way in; name another one",
        ),
        (
            r#"{"of":{"bucket":"files","prefix":"b/"},"behind":"b/0.png"}"#,
            "mark is of a run over other objects (bucket \"files\", prefix \"b/\"); name another file, or delete it to begin \
             anew",
        ),
        (
            r#"{"of":{"bucket":"pictures","prefix":""},"behind":"a/1.png"}"#,
            "mark is of a run over other objects (bucket \"pictures\", prefix \"\"); name another file, or delete it to \
             begin anew",
        ),
    ] {
        std::fs::write(&mark, text).unwrap();
        let (code, line) = said(&home, &resume).await;
        assert_eq!(
            (code, line.as_str()),
            (Some(1), format!("blog-server: {expected}").as_str())
        );
        assert_eq!(std::fs::read_to_string(&mark).unwrap(), text);
    }
    std::fs::write(
        &mark,
        r#"{"of":{"bucket":"files","prefix":""},"behind":"a/1.png"}"#,
    )
    .unwrap();
    let lines = printed(&home, &resume).await;
    assert_eq!(
        lines,
        [
            "missing a/2.png, set right",
            "missing b/1.png, set right",
            "2 compared: 2 differ, 2 set right, 0 left alone as too young or on their way.",
        ]
    );
    assert!(!mark.exists(), "it is done");
    let lines = printed(&home, &["index", "rebuild"]).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    let lines = printed(&home, &["reconcile", "--settling-seconds", "0"]).await;
    assert_eq!(
        lines,
        ["3 compared: 0 differ, 0 set right, 0 left alone as too young or on their way."]
    );
    stores.close().await;
}

#[tokio::test]
async fn a_rebuild_that_was_killed_goes_on_and_ends_the_same() {
    const FILES: usize = 2_600;
    let home = Home::new();
    printed(&home, &["migrate"]).await;
    let stores = stores(&home).await;
    stream::iter(0..FILES)
        .map(async |number| put(&stores, &format!("o/{number:04}.png")).await)
        .buffer_unordered(16)
        .collect::<()>()
        .await;
    let rebuild = ["index", "rebuild", "--resume", "mark"];
    let mark = home.path().join("mark");
    let mut child = home
        .command(&rebuild)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let marked = async {
        while !mark.exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), marked)
        .await
        .expect("it notes how far it is");
    child.kill().await.unwrap();
    let marked = std::fs::read_to_string(&mark).unwrap();
    let marked: serde_json::Value = serde_json::from_str(&marked).unwrap();
    let behind = marked["behind"].as_str().unwrap();
    let done = behind[2..6].parse::<usize>().unwrap() + 1;
    assert!(done < FILES, "it was killed half-way, behind {behind}");
    let lines = printed(&home, &rebuild).await;
    let last = lines.last().unwrap();
    let rest = format!("{} compared: ", FILES - done);
    assert!(last.starts_with(&rest), "{last}");
    assert!(!mark.exists(), "it is done");
    let lines = printed(&home, &["reconcile", "--settling-seconds", "0"]).await;
    assert_eq!(
        lines,
        ["2600 compared: 0 differ, 0 set right, 0 left alone as too young or on their way."]
    );
    stores.close().await;
}

#[tokio::test]
async fn an_object_that_is_lost_ends_a_comparison_with_1_and_a_doctors_probe_is_none() {
    let home = Home::new();
    home.add_user("ada", "author").await;
    let stores = stores(&home).await;
    let records = &stores.backend.records;
    let ada = Username::try_from("ada").unwrap();
    let owner = records.users.by_username(&ada).await.unwrap().id;
    let name = format!("private/{owner}/{:064}.png", 1);
    let item = MediaItem {
        id: MediaId::generate(),
        owner,
        kind: MediaKind::Image,
        content_type: "image/png".to_owned(),
        bytes: 5,
        width: Some(1),
        height: Some(1),
        alt: AltText::try_from("").unwrap(),
        file_name: FileName::try_from("a.png").unwrap(),
        focus: Focus::CENTRE,
        widths: Widths::default(),
        private_key: ObjectKey::try_from(name.as_str()).unwrap(),
        public_key: None,
        state: MediaState::Ready,
        created_at: SystemClock.now(),
    };
    let effects = Effects::at(SystemClock.now());
    records.catalog.insert(item, effects).await.unwrap();
    put(&stores, &name).await;
    put(&stores, "doctor/0198").await;
    let lines = printed(&home, &["index", "rebuild"]).await;
    assert_eq!(lines[0], format!("missing {name}, set right"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    let media = &stores.backend.media;
    media
        .delete(&ObjectKey::try_from(name.as_str()).unwrap())
        .await
        .unwrap();
    let output = home
        .run(&["reconcile", "--apply", "--settling-seconds", "0"], "")
        .await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("lost {name}\n")), "{text}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("blog-server: objects of the catalog are lost (1): they are in no store of the blog; look for them"),
        "{said}"
    );
    stores.close().await;
}
