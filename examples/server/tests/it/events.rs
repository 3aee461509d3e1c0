//! The index kept from outside: a server on S3, and the function that the bucket's events start, which alone writes what the
//! server's pages show.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use blog_core::ports::{MediaStore as _, ObjectIndex as _};
use blog_storage::dynamodb::{DynamoIndex, create_table};
use blog_storage::s3::S3Media;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::aws::Aws;
use crate::bucket::{unique, variable};
use crate::client::Client;
use crate::require::left_out;
use crate::server::{Home, PASSWORD};
use crate::sync::png;

const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";
const PATIENCE: Duration = Duration::from_secs(90);

/// The function's program, which is built with the workspace beside the server's.
fn function() -> Option<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_blog-server")).with_file_name("blog-indexer");
    if !program.exists() {
        left_out(
            "the function that keeps the index",
            "blog-indexer (cargo build --features blog-indexer/lambda)",
        );
        return None;
    }
    Some(program.display().to_string())
}

/// DynamoDB by a way that can be cut off.
struct Way {
    address: String,
    open: watch::Sender<bool>,
}

impl Way {
    async fn to(endpoint: &str) -> Self {
        let target = endpoint.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (open, is_open) = watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut is_open) = (target.clone(), is_open.clone());
                tokio::spawn(async move {
                    if !*is_open.borrow() {
                        return;
                    }
                    let mut far = TcpStream::connect(target).await.unwrap();
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = is_open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { address, open }
    }
}

/// A message of a queue.
#[derive(Debug, Clone)]
struct Message {
    body: String,
    receipt: String,
}

/// Queues, as SQS has them.
struct Sqs<'a> {
    aws: &'a Aws,
}

impl Sqs<'_> {
    async fn ask(&self, action: &str, fields: &[(&str, &str)]) -> String {
        let mut form = format!("Action={action}&Version=2012-11-05");
        for (name, value) in fields {
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            form.push_str(&format!("&{name}={value}"));
        }
        let kind = "application/x-www-form-urlencoded";
        let (status, answer) = self
            .aws
            .call("POST", "/", "sqs", kind, form.as_bytes())
            .await;
        let text = String::from_utf8(answer).unwrap();
        assert_eq!(status, 200, "{action}: {text}");
        text
    }

    /// A queue of this name that the bucket may write to; what fails twice goes to `dead`.
    async fn create(&self, name: &str, dead: Option<&str>) -> String {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn(name)
        }]});
        let policy = policy.to_string();
        let redrive = dead.map(|dead| {
            json!({"deadLetterTargetArn": arn(dead), "maxReceiveCount": 2}).to_string()
        });
        let mut fields = vec![
            ("QueueName", name),
            ("Attribute.1.Name", "VisibilityTimeout"),
            ("Attribute.1.Value", "2"),
            ("Attribute.2.Name", "Policy"),
            ("Attribute.2.Value", policy.as_str()),
        ];
        if let Some(redrive) = &redrive {
            fields.push(("Attribute.3.Name", "RedrivePolicy"));
            fields.push(("Attribute.3.Value", redrive));
        }
        let answer = self.ask("CreateQueue", &fields).await;
        element(&answer, "QueueUrl").expect("its address")
    }

    /// What is in a queue now; each message is hidden for a while.
    async fn receive(&self, queue: &str) -> Vec<Message> {
        let fields = [
            ("QueueUrl", queue),
            ("MaxNumberOfMessages", "10"),
            ("VisibilityTimeout", "60"),
            ("WaitTimeSeconds", "1"),
        ];
        let answer = self.ask("ReceiveMessage", &fields).await;
        answer
            .split("<Message>")
            .skip(1)
            .map(|message| Message {
                body: element(message, "Body").expect("a body"),
                receipt: element(message, "ReceiptHandle").expect("a receipt"),
            })
            .collect()
    }

    async fn send(&self, queue: &str, body: &str) {
        let fields = [("QueueUrl", queue), ("MessageBody", body)];
        self.ask("SendMessage", &fields).await;
    }

    async fn delete(&self, queue: &str, message: &Message) {
        let fields = [
            ("QueueUrl", queue),
            ("ReceiptHandle", message.receipt.as_str()),
        ];
        self.ask("DeleteMessage", &fields).await;
    }

    /// Takes messages out until there are at least so many, and no more come.
    async fn drain(&self, queue: &str, least: usize) -> Vec<Message> {
        let begun = Instant::now();
        let mut taken: Vec<Message> = Vec::new();
        loop {
            let messages = self.receive(queue).await;
            if messages.is_empty() && taken.len() >= least {
                return taken;
            }
            for message in messages {
                self.delete(queue, &message).await;
                taken.push(message);
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{} of {least} messages",
                taken.len()
            );
        }
    }
}

fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#x27;", "'");
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    Some(text.replace("&amp;", "&"))
}

/// The bucket and its index.
struct Both {
    media: S3Media,
    index: DynamoIndex,
}

impl Both {
    async fn look(&self) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
        let objects = self.media.list("", None, 1_000).await.unwrap();
        let rows = self.index.by_prefix(self.media.bucket(), "", None, 1_000);
        let objects = objects.items.into_iter();
        let rows = rows.await.unwrap().items.into_iter();
        (
            objects
                .map(|meta| (meta.key.into_string(), meta.etag))
                .collect(),
            rows.map(|row| (row.key, row.etag)).collect(),
        )
    }

    /// Waits until the index is as the bucket is.
    async fn agree(&self, what: &str) {
        let begun = Instant::now();
        loop {
            let (objects, rows) = self.look().await;
            if objects == rows {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: {rows:?} for {objects:?}"
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// How many files the page of one's stored files names.
async fn files(client: &mut Client) -> usize {
    let page = client.get("/library/files").await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.body.matches("class=\"row\"").count()
}

async fn upload(client: &mut Client, name: &str) -> String {
    let answer = client.upload("/media/uploads", name, &png()).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let library = client.get("/library").await.body;
    let (_, rest) = library.split_once("id=\"media-").expect("an item");
    rest.split('"').next().unwrap().to_owned()
}

async fn delete(client: &mut Client, id: &str) {
    let answer = client.post(&format!("/library/{id}/delete"), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_in_the_running_blog_reaches_its_pages_by_events_alone() {
    let (Some(endpoint), Some(dynamodb), Some(program)) = (
        variable("BLOG_TEST_AWS_ENDPOINT_URL"),
        variable("BLOG_TEST_DYNAMODB_URL"),
        function(),
    ) else {
        return;
    };
    let name = unique();
    let aws = Aws::at(&endpoint);
    let table = format!("dynamodb://{name}?endpoint={dynamodb}");
    assert!(create_table(&table, None).await.unwrap());
    aws.bucket(&name).await;
    let both = Both {
        media: S3Media::open(&format!("s3://{name}"), Some(&endpoint))
            .await
            .unwrap(),
        index: DynamoIndex::open(&table, None).await.unwrap(),
    };
    let way = Arc::new(Way::to(&dynamodb).await);
    aws.role(
        &name,
        &[
            "s3:ListBucket",
            "s3:GetObject",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
    )
    .await;
    let variables = json!({
        "BLOG_MEDIA_URL": format!("s3://{name}"), "BLOG_AWS_ENDPOINT_URL": endpoint,
        "BLOG_INDEX_URL": format!("dynamodb://{name}?endpoint={}", way.address), "AWS_EC2_METADATA_DISABLED": "true"
    });
    aws.function(&name, &program, &variables).await;
    aws.notify(&name).await;

    let mut home = Home::new()
        .variable("BLOG_MEDIA_URL", &format!("s3://{name}"))
        .variable("BLOG_INDEX_URL", &table)
        .variable("BLOG_INDEX_FROM_EVENTS", "true")
        .variable("BLOG_AWS_ENDPOINT_URL", &endpoint);
    for name in [
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_EC2_METADATA_DISABLED",
    ] {
        home = home.variable(name, &std::env::var(name).expect(name));
    }
    home.add_user("ada", "admin").await;
    let server = home.serve().await;
    let mut ada = server.client();
    assert_eq!(ada.log_in("ada", PASSWORD).await.status, 303);

    // The bucket starts the function.
    let mut items = Vec::new();
    for number in 0..3 {
        items.push(upload(&mut ada, &format!("{number}.png")).await);
    }
    let text = format!("A picture.\n\n![Seen](media:{})", items[0]);
    ada.write("Seen", &text).await.unwrap();
    delete(&mut ada, &items[2]).await;
    both.agree("started by the bucket").await;
    // Two of hers; the public copy is the site's.
    assert_eq!(files(&mut ada).await, 2);
    assert_eq!(both.look().await.1.len(), 3);

    // From now on by a queue, whose failures end in another one.
    let sqs = Sqs { aws: &aws };
    let dead_name = format!("{name}-dead");
    let dead = sqs.create(&dead_name, None).await;
    let queue = sqs.create(&name, Some(&dead_name)).await;
    let xml = format!(
        "<NotificationConfiguration><QueueConfiguration><Id>index</Id><Queue>{}</Queue>\
         <Event>s3:ObjectCreated:*</Event><Event>s3:ObjectRemoved:*</Event></QueueConfiguration>\
         </NotificationConfiguration>",
        arn(&name)
    );
    let target = format!("/{name}?notification");
    aws.done("PUT", &target, "s3", "text/xml", xml.as_bytes())
        .await;
    let mapping = json!({
        "EventSourceArn": arn(&name), "FunctionName": name, "BatchSize": 10, "Enabled": false,
        "FunctionResponseTypes": ["ReportBatchItemFailures"]
    });
    let mappings = "/2015-03-31/event-source-mappings";
    let body = mapping.to_string();
    let made = aws.call(
        "POST",
        mappings,
        "lambda",
        "application/json",
        body.as_bytes(),
    );
    let (status, made) = made.await;
    assert!(
        (200..300).contains(&status),
        "{}",
        String::from_utf8_lossy(&made)
    );
    let made: Value = serde_json::from_slice(&made).unwrap();
    let one = format!("{mappings}/{}", made["UUID"].as_str().unwrap());

    // Held back: nobody hears of anything.
    for number in 3..6 {
        items.push(upload(&mut ada, &format!("{number}.png")).await);
    }
    delete(&mut ada, &items[1]).await;
    delete(&mut ada, &items[4]).await;
    assert_eq!(files(&mut ada).await, 2, "as before");
    // Then all of it in another order, each twice. The first message may be a test event.
    let mut held = sqs.drain(&queue, 5).await;
    held.reverse();
    for message in held.iter().chain(&held) {
        sqs.send(&queue, &message.body).await;
    }
    let enable = json!({"Enabled": true}).to_string();
    aws.done("PUT", &one, "lambda", "application/json", enable.as_bytes())
        .await;
    both.agree("held back, reordered and repeated").await;
    assert_eq!(files(&mut ada).await, 3);

    // While the index cannot be written, events end in the other queue, and are done when they come back.
    way.open.send(false).unwrap();
    items.push(upload(&mut ada, "late.png").await);
    let failed = sqs.drain(&dead, 1).await;
    assert_eq!(files(&mut ada).await, 3, "nobody could tell");
    way.open.send(true).unwrap();
    for message in &failed {
        sqs.send(&queue, &message.body).await;
    }
    both.agree("redriven").await;
    assert_eq!(files(&mut ada).await, 4);

    // What is there in the end is no drift, and the function tells the same as the page.
    let args = ["reconcile", "--settling-seconds", "0"];
    let output = home.run_within(PATIENCE, &args, "").await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(": 0 differ, "), "{said}");
    let asked = json!({
        "httpMethod": "GET", "path": "/objects", "queryStringParameters": {"prefix": "private/"},
        "requestContext": {"authorizer": {"claims": {
            "sub": "00000000-0000-7000-8000-000000000000", "role": "admin"
        }}}
    });
    let (status, answer) = aws.invoke(&name, &asked).await;
    assert_eq!(
        (status, &answer["statusCode"]),
        (200, &json!(200)),
        "{answer}"
    );
    let told: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(told["objects"].as_array().unwrap().len(), 4, "{told}");
    let own = ada.get("/api/v1/objects?prefix=private/").await;
    let own: Value = serde_json::from_str(&own.body).unwrap();
    assert_eq!(own, told, "as an admin is told by both");
    let page = ada.get("/admin/drift").await;
    assert!(page.body.contains("0 differ"), "{}", page.body);
    server.stop().await;
}
