//! The object index in DynamoDB, as the command line and the start see it.

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

fn at(endpoint: &str, table: &str) -> Home {
    Home::new()
        .variable("BLOG_INDEX_URL", &format!("dynamodb://{table}"))
        .variable("BLOG_AWS_ENDPOINT_URL", endpoint)
        .variable("AWS_REGION", "us-east-1")
        .variable("AWS_ACCESS_KEY_ID", "test")
        .variable("AWS_SECRET_ACCESS_KEY", "test")
        .variable("AWS_EC2_METADATA_DISABLED", "true")
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

#[tokio::test]
async fn files_that_the_index_never_heard_of_are_found_and_filled_in() {
    let home = Home::new();
    printed(&home, &["migrate"]).await;
    let urls = blog_storage::Urls::new(
        format!("sqlite:{}", home.database().display()),
        format!("file:{}", home.path().join("data/media").display()),
    );
    let stores = blog_storage::connect(&urls).await.unwrap();
    let put = async |name: &str| {
        let body = futures_util::stream::iter([Ok(bytes::Bytes::from_static(b"bytes"))]);
        let options = blog_core::model::media::PutOptions {
            mode: blog_core::model::media::PutMode::Create,
            size: None,
            content_type: "image/png".to_owned(),
        };
        let key = blog_core::model::media::ObjectKey::try_from(name).unwrap();
        stores
            .backend
            .media
            .put(&key, Box::pin(body), options)
            .await
            .unwrap();
    };
    for name in ["a/1.png", "a/2.png", "b/1.png"] {
        put(name).await;
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
    std::fs::write(&mark, "a/1.png").unwrap();
    let resume = ["index", "rebuild", "--resume", "mark"];
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
