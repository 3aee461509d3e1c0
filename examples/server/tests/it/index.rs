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
