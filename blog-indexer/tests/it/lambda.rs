//! The function itself, as a Lambda of ministack: real uploads and deletions start it.

pub(crate) mod aws;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use blog_core::Timestamp;
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::index::ObjectState;
use blog_core::model::media::{
    AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey, PutMode, PutOptions,
};
use blog_core::model::user::{DisplayName, NewUser, Role, Username};
use blog_core::model::widths::Widths;
use blog_core::ports::clock::SystemClock;
use blog_core::ports::{Clock as _, MediaCatalog, MediaStore, ObjectIndex, UserStore};
use blog_storage::dynamodb::{DynamoIndex, create_table};
use blog_storage::s3::S3Media;
use blog_storage::sql::SqlStore;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::net::TcpListener;
use tokio::process::Command;

use aws::Aws;

const ACTIONS: [&str; 3] = ["s3:ListBucket", "s3:GetObject", "s3:GetBucketNotification"];

const BINARY: &str = env!("CARGO_BIN_EXE_blog-indexer");

/// A variable of the tests; `None` where it is not set and may be missing.
pub(crate) fn variable(name: &str) -> Option<String> {
    match std::env::var(name) {
        Ok(url) => Some(url),
        Err(_) if std::env::var_os("BLOG_TEST_REQUIRE").is_some() => {
            panic!("{name} is not set")
        }
        Err(_) => {
            println!("left out: {name} is not set");
            None
        }
    }
}

fn key(text: &str) -> ObjectKey {
    ObjectKey::from_store(text.to_owned())
}

async fn put(media: &S3Media, name: &str, text: &str) {
    let body = stream::iter([Ok(Bytes::from(text.to_owned()))]).boxed();
    let options = PutOptions {
        mode: PutMode::Overwrite,
        size: None,
        content_type: "image/png".to_owned(),
    };
    media.put(&key(name), body, options).await.unwrap();
}

/// What is in the bucket, and what the index says is: etags by key.
async fn both(
    media: &S3Media,
    index: &DynamoIndex,
) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let objects = media.list("", None, 1_000).await.unwrap();
    let rows = index
        .by_prefix(media.bucket(), "", None, 1_000)
        .await
        .unwrap();
    (
        objects
            .items
            .into_iter()
            .map(|meta| (meta.key.into_string(), meta.etag))
            .collect(),
        rows.items
            .into_iter()
            .map(|row| (row.key, row.etag))
            .collect(),
    )
}

/// Waits until the index is as the bucket is.
async fn converged(media: &S3Media, index: &DynamoIndex) -> BTreeMap<String, String> {
    let begun = Instant::now();
    loop {
        let (objects, rows) = both(media, index).await;
        if objects == rows {
            return rows;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the index does not become what the bucket is: {rows:?} for {objects:?}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_deletions_of_a_bucket_keep_its_index_true() {
    let (Some(endpoint), Some(dynamodb)) = (
        variable("BLOG_TEST_AWS_ENDPOINT_URL"),
        variable("BLOG_TEST_DYNAMODB_URL"),
    ) else {
        return;
    };
    let name = format!("indexer-{}", uuid::Uuid::now_v7().simple());
    let aws = Aws::at(&endpoint);
    let table = format!("dynamodb://{name}?endpoint={dynamodb}");
    assert!(create_table(&table, None).await.unwrap());
    let index = DynamoIndex::open(&table, None).await.unwrap();
    aws.bucket(&name).await;
    let media = S3Media::open(&format!("s3://{name}"), Some(&endpoint))
        .await
        .unwrap();
    // Nothing but what the function declares, and what its doctor looks at.
    aws.role(&name, &ACTIONS).await;
    let variables = json!({
        "BLOG_MEDIA_URL": format!("s3://{name}"), "BLOG_INDEX_URL": table, "BLOG_AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true"
    });
    aws.function(&name, BINARY, &variables).await;
    aws.notify(&name).await;
    is_found_well(&aws, &name).await;

    for number in 0..20 {
        put(
            &media,
            &format!("o/{number:02} ü+.png"),
            &format!("first {number}"),
        )
        .await;
    }
    for number in 0..5 {
        put(
            &media,
            &format!("o/{number:02} ü+.png"),
            &format!("second {number}"),
        )
        .await;
        media
            .delete(&key(&format!("o/{:02} ü+.png", number + 10)))
            .await
            .unwrap();
    }
    let rows = converged(&media, &index).await;
    assert_eq!(rows.len(), 15);
    let gone = index.get(&name, "o/10 ü+.png").await.unwrap().unwrap();
    assert!(
        matches!(gone.state, ObjectState::Tombstone { .. }),
        "{gone:?}"
    );

    // What was held back comes now, in any order and again: nothing changes.
    let record = |event: &str, key: &str, sequencer: &str| {
        json!({
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event,
            "eventTime": Timestamp::from_micros(1_700_000_000_000_000).to_rfc3339(),
            "s3": {"bucket": {"name": name}, "object": {"key": key, "size": 1, "eTag": "old", "sequencer": sequencer}}
        })
    };
    let late = json!({"Records": [
        record("ObjectCreated:Put", "o/10+%C3%BC%2B.png", "00"),
        record("ObjectRemoved:Delete", "o/01+%C3%BC%2B.png", "00"),
        record("ObjectRemoved:Delete", "o/01+%C3%BC%2B.png", "00"),
    ]});
    let (status, answer) = aws.invoke(&name, &late).await;
    assert_eq!((status, answer), (200, json!({"batchItemFailures": []})));
    assert_eq!(converged(&media, &index).await, rows);

    // Of messages, those that failed are named.
    let message = |id: &str, record: &serde_json::Value| {
        let body = json!({"Records": [record]}).to_string();
        json!({"eventSource": "aws:sqs", "messageId": id, "body": body})
    };
    let messages = json!({"Records": [
        message("good", &record("ObjectCreated:Put", "a", "01")),
        message("bad", &record("ObjectCreated:Put", "%ff", "01")),
    ]});
    let (status, answer) = aws.invoke(&name, &messages).await;
    let expected = json!({"batchItemFailures": [{"itemIdentifier": "bad"}]});
    assert_eq!((status, answer), (200, expected));
    assert!(index.get(&name, "a").await.unwrap().is_some());
}

/// Asked by a test event, the doctor of the function finds everything in order.
async fn is_found_well(aws: &Aws, name: &str) {
    let (status, findings) = aws.invoke(name, &json!({"doctor": true})).await;
    assert_eq!(status, 200, "{findings}");
    let findings = findings.as_array().unwrap();
    let checks: Vec<&str> = findings
        .iter()
        .map(|finding| finding["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        [
            "media-credentials",
            "media-bucket",
            "media-read",
            "media-events",
            "index-credentials",
            "index-table",
            "index-time-to-live",
            "index-write",
            "index-read",
            "index-read-many",
            "index-delete",
            "index-lists",
            "index-lists",
            "index-lists",
        ]
    );
    for finding in findings {
        assert_eq!(finding["status"], "ok", "{finding}");
    }
}

/// What it says where a table is not there: it starts all the same, and the doctor says what is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_without_its_table_says_so_when_it_is_asked() {
    let (Some(endpoint), Some(dynamodb)) = (
        variable("BLOG_TEST_AWS_ENDPOINT_URL"),
        variable("BLOG_TEST_DYNAMODB_URL"),
    ) else {
        return;
    };
    let name = format!("untabled-{}", uuid::Uuid::now_v7().simple());
    let aws = Aws::at(&endpoint);
    aws.bucket(&name).await;
    aws.role(&name, &ACTIONS).await;
    let variables = json!({
        "BLOG_MEDIA_URL": format!("s3://{name}"),
        "BLOG_INDEX_URL": format!("dynamodb://{name}?endpoint={dynamodb}"),
        "BLOG_AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true"
    });
    aws.function(&name, BINARY, &variables).await;
    let (status, findings) = aws.invoke(&name, &json!({"doctor": true})).await;
    assert_eq!(status, 200, "{findings}");
    let failed: Vec<_> = findings
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["status"] == "failed")
        .collect();
    assert_eq!(
        failed,
        [
            &json!({
                "check": "media-events", "status": "failed", "resource": format!("arn:aws:s3:::{name}"),
                "action": "s3:GetBucketNotification",
                "remedy": "the bucket tells nobody of its events; add a notification of s3:ObjectCreated:* and \
                    s3:ObjectRemoved:* to the indexer's function or queue"
            }),
            &json!({
                "check": "index-table", "status": "failed",
                "resource": format!("arn:aws:dynamodb:us-east-1:*:table/{name}"),
                "action": "dynamodb:DescribeTable",
                "remedy": format!(
                    "there is no table \"{name}\" here; look at its name and at AWS_REGION (us-east-1), or make it with \
                     \"blog-server index create-table\""
                )
            }),
        ]
    );
    let event = json!({"Records": []});
    let (_, answer) = aws.invoke(&name, &event).await;
    assert!(
        answer.to_string().contains("there is no table"),
        "an event is returned: {answer}"
    );
    // From the moment that it is there.
    let table = format!("dynamodb://{name}?endpoint={dynamodb}");
    assert!(create_table(&table, None).await.unwrap());
    let (status, answer) = aws.invoke(&name, &event).await;
    assert_eq!((status, answer), (200, json!({"batchItemFailures": []})));
}

/// A database with an item whose objects are nowhere, and its URL for a user who may do what the README says; another one
/// may not even do that.
async fn catalog() -> Option<(MediaItem, [String; 2])> {
    let port = variable("BLOG_TEST_MYSQL_PORT")?;
    let name = format!("blog_{}", uuid::Uuid::now_v7().simple());
    let url = |user: &str, name: &str| {
        format!("mysql://{user}@127.0.0.1:{port}/{name}?ssl-mode=DISABLED")
    };
    let as_root = url("root", "mysql");
    let mut raw = MySqlConnection::connect(&as_root).await.unwrap();
    let run = |sql: String| AssertSqlSafe(sql);
    raw.execute(run(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    let store = SqlStore::connect(&url("root", &name)).await.unwrap();
    store.migrate().await.unwrap();
    // At most 32 characters.
    let [reader, nobody] = ["r", "n"].map(|user| format!("{user}{}", &name[name.len() - 12..]));
    for user in [&reader, &nobody] {
        raw.execute(run(format!(
            "CREATE USER '{user}'@'127.0.0.1' IDENTIFIED BY 'hunter2'"
        )))
        .await
        .unwrap();
        for table in ["blog_media", "blog_migrations"] {
            if *user == reader || table == "blog_migrations" {
                raw.execute(run(format!(
                    "GRANT SELECT ON {name}.{table} TO '{user}'@'127.0.0.1'"
                )))
                .await
                .unwrap();
            }
        }
    }
    let user = NewUser {
        id: UserId::generate(),
        username: Username::try_from("ada").unwrap(),
        email: None,
        subject: None,
        display_name: DisplayName::try_from("Ada").unwrap(),
        password: None,
        role: Role::Author,
        verified_at: None,
        only_if_first: false,
        waiting: None,
        invitation: None,
    };
    let effects = || Effects::at(SystemClock.now());
    let owner = UserStore::create(&store, user, effects()).await.unwrap().id;
    let item = MediaItem {
        id: MediaId::generate(),
        owner,
        kind: MediaKind::Image,
        content_type: "image/png".to_owned(),
        bytes: 1,
        width: Some(1),
        height: Some(1),
        alt: AltText::try_from("").unwrap(),
        file_name: FileName::try_from("a.png").unwrap(),
        focus: Focus::CENTRE,
        widths: Widths::default(),
        private_key: key(&format!("private/{owner}/a.png")),
        public_key: None,
        state: MediaState::Ready,
        created_at: SystemClock.now(),
    };
    MediaCatalog::insert(&store, item.clone(), effects())
        .await
        .unwrap();
    store.close().await;
    Some((
        item,
        [reader, nobody].map(|user| url(&format!("{user}:hunter2"), &name)),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_asks_the_catalog_of_a_database_that_it_may_only_read() {
    let (Some(endpoint), Some(dynamodb), Some((item, [reader, nobody]))) = (
        variable("BLOG_TEST_AWS_ENDPOINT_URL"),
        variable("BLOG_TEST_DYNAMODB_URL"),
        catalog().await,
    ) else {
        return;
    };
    let aws = Aws::at(&endpoint);
    let schedule = json!({"source": "aws.events", "detail-type": "Scheduled Event"});
    for (user, database) in [("reader", reader), ("nobody", nobody)] {
        let name = format!("{user}-{}", uuid::Uuid::now_v7().simple());
        let table = format!("dynamodb://{name}?endpoint={dynamodb}");
        assert!(create_table(&table, None).await.unwrap());
        let index = DynamoIndex::open(&table, None).await.unwrap();
        aws.bucket(&name).await;
        aws.role(&name, &ACTIONS).await;
        let variables = json!({
            "BLOG_MEDIA_URL": format!("s3://{name}"), "BLOG_INDEX_URL": table, "BLOG_AWS_ENDPOINT_URL": endpoint,
            "BLOG_DATABASE_URL": database, "AWS_EC2_METADATA_DISABLED": "true"
        });
        aws.function(&name, BINARY, &variables).await;
        let (status, findings) = aws.invoke(&name, &json!({"doctor": true})).await;
        assert_eq!(status, 200, "{findings}");
        let findings = findings.as_array().unwrap();
        let found: Vec<_> = findings[..3]
            .iter()
            .map(|finding| {
                (
                    finding["check"].as_str().unwrap(),
                    finding["status"].as_str().unwrap(),
                )
            })
            .collect();
        let read = match user {
            "reader" => "ok",
            _ => "failed",
        };
        assert_eq!(
            found,
            [
                ("records", "ok"),
                ("records-schema", "ok"),
                ("records-read", read)
            ]
        );
        assert!(!json!(findings).to_string().contains("hunter2"));
        let (status, answer) = aws.invoke(&name, &schedule).await;
        if user == "nobody" {
            let remedy = findings[2]["remedy"].as_str().unwrap();
            assert!(remedy.contains("GRANT SELECT ON blog_media"), "{remedy}");
            assert!(
                answer.to_string().contains("could not be compared"),
                "{answer}"
            );
            // Events need no database.
            let (status, answer) = aws.invoke(&name, &json!({"Records": []})).await;
            assert_eq!((status, answer), (200, json!({"batchItemFailures": []})));
            continue;
        }
        assert_eq!((status, answer), (200, json!({"done": true})));
        let runs = index.runs(&name).await.unwrap();
        assert_eq!(runs.len(), 1);
        assert!(runs[0].is_done && runs[0].is_scheduled);
        assert_eq!(runs[0].found.drift, 1);
        let told = serde_json::to_string(&runs[0]).unwrap();
        assert!(
            told.contains("lost") && told.contains(item.private_key.as_str()),
            "{told}"
        );
    }
}

#[tokio::test]
async fn the_function_is_ready_soon_and_says_what_it_lacks() {
    let command = |variables: &[(&str, &str)]| {
        let mut command = Command::new(BINARY);
        command
            .env_clear()
            .envs(variables.iter().copied())
            .kill_on_drop(true)
            .stdout(std::process::Stdio::piped());
        command
    };
    let output = command(&[("BLOG_INDEX_URL", "dynamodb://table")])
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("BLOG_MEDIA_URL is not set; set it to s3://BUCKET"),
        "{said}"
    );
    assert!(said.starts_with('{'), "a line of JSON: {said}");

    // Until its first call outside, of several starts the quickest: others may work on this machine.
    let mut quickest = Duration::MAX;
    for _ in 0..10 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let begun = Instant::now();
        let mut child = command(&[
            ("BLOG_MEDIA_URL", "s3://media"),
            ("BLOG_INDEX_URL", "dynamodb://table"),
            ("BLOG_AWS_ENDPOINT_URL", &endpoint),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ])
        .spawn()
        .unwrap();
        let _connection = tokio::time::timeout(Duration::from_secs(30), listener.accept())
            .await
            .expect("it calls")
            .unwrap();
        quickest = quickest.min(begun.elapsed());
        child.kill().await.unwrap();
    }
    println!(
        "ready before its first outside call in {} ms",
        quickest.as_millis()
    );
    assert!(quickest <= Duration::from_millis(50), "{quickest:?}");
}
