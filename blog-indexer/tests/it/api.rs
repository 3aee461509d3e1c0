//! The index as API Gateway asks for it.

use std::sync::Arc;
use std::time::Duration;

use blog_core::id::UserId;
use blog_core::model::index::{ObjectChange, ObjectEvent, Sequencer};
use blog_core::ports::ObjectIndex as _;
use blog_core::ports::clock::SystemClock;
use blog_indexer::function::Function;
use blog_storage::memory::{MemoryMedia, MemoryStore};
use serde_json::{Value, json};

use crate::bucket::at;

async fn put(index: &MemoryStore, key: &str, owner: Option<UserId>, seconds: i64) {
    let event = ObjectEvent {
        bucket: "memory".to_owned(),
        key: key.to_owned(),
        version: None,
        change: ObjectChange::Created {
            size: 7,
            etag: "abc".to_owned(),
            content_type: Some("image/png".to_owned()),
            owner,
        },
        sequencer: Sequencer::from_counter(1),
        at: at(seconds),
    };
    index.apply(&event).await.unwrap();
}

/// A request of a REST API.
fn rest(query: &Value, authorizer: Value) -> Value {
    json!({
        "resource": "/objects", "path": "/objects", "httpMethod": "GET", "queryStringParameters": query,
        "requestContext": {"stage": "prod", "authorizer": authorizer}
    })
}

/// A request of an HTTP API.
fn http(query: &Value, authorizer: Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "GET /objects", "rawPath": "/prod/objects", "queryStringParameters": query,
        "requestContext": {"http": {"method": "GET", "path": "/prod/objects"}, "authorizer": authorizer}
    })
}

struct Lab {
    function: Function,
}

impl Lab {
    async fn ask(&self, request: &Value) -> (u64, Value) {
        let called = self.function.call(request, Duration::from_secs(10)).await;
        let answer = called.answer.unwrap();
        let headers = &answer["headers"];
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["cache-control"], "private, no-store");
        let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        (answer["statusCode"].as_u64().unwrap(), body)
    }

    async fn keys(&self, request: &Value) -> Vec<String> {
        let (status, body) = self.ask(request).await;
        assert_eq!(status, 200, "{body}");
        let objects = body["objects"].as_array().unwrap();
        let keys = objects.iter().map(|object| object["key"].as_str().unwrap());
        keys.map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn each_is_told_what_policy_lets_them_know() {
    let (ada, ben) = (UserId::generate(), UserId::generate());
    let index = Arc::new(MemoryStore::new());
    put(&index, "private/a.png", Some(ada), 1).await;
    put(&index, "private/b.png", Some(ada), 2).await;
    put(&index, "public/a.png", None, 3).await;
    put(&index, "private/c.png", Some(ben), 4).await;
    let media = Arc::new(MemoryMedia::new());
    let lab = Lab {
        function: Function::new(media, index.clone(), Arc::new(SystemClock)),
    };
    let claims = |id: UserId, role: &str| json!({"sub": id.to_string(), "role": role});
    let author = || claims(ada, "author");
    let none = json!(null);

    // Each form of authorizer.
    for request in [
        rest(&none, json!({"claims": author()})),
        rest(&none, author()),
        rest(
            &none,
            json!({"claims": {"sub": ada.to_string(), "custom:role": "author"}}),
        ),
        http(&none, json!({"jwt": {"claims": author(), "scopes": null}})),
        http(&none, json!({"lambda": author()})),
    ] {
        assert_eq!(
            lab.keys(&request).await,
            ["private/b.png", "private/a.png"],
            "{request}"
        );
    }
    let (_, body) = lab
        .ask(&rest(&json!({"prefix": "private/a"}), author()))
        .await;
    let expected = json!({"objects": [{
        "bucket": "memory", "key": "private/a.png", "size": 7, "etag": "abc", "content_type": "image/png",
        "owner": ada.to_string(), "version": null, "first_seen": at(1).to_rfc3339(), "last_seen": at(1).to_rfc3339()
    }], "next": null});
    assert_eq!(body, expected);

    // Nobody else's, for anybody but admins; an editor is none.
    let admin = || claims(UserId::generate(), "admin");
    let of_ben = json!({"owner": ben.to_string()});
    assert_eq!(lab.keys(&rest(&of_ben, admin())).await, ["private/c.png"]);
    for who in [author(), claims(ada, "editor")] {
        let (status, body) = lab.ask(&rest(&of_ben, who)).await;
        let expected = json!({"error": {"code": "not-found", "message": "There is nothing here."}});
        assert_eq!((status, body), (404, expected));
    }
    let prefix = json!({"prefix": "p", "after": "private/a.png"});
    let keys = lab.keys(&rest(&prefix, admin())).await;
    assert_eq!(keys, ["private/b.png", "private/c.png", "public/a.png"]);

    // Claims that say nothing, or nothing that is known, are nobody.
    for who in [
        json!(null),
        json!({}),
        json!({"claims": {"sub": "ada", "role": "admin"}}),
        json!({"claims": {"sub": ada.to_string()}}),
        json!({"claims": {"sub": ada.to_string(), "role": "root"}}),
        json!({"claims": {"role": "admin"}}),
    ] {
        let (status, body) = lab.ask(&rest(&none, who.clone())).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (403, &json!("log-in")),
            "{who}"
        );
    }
    for bad in [json!({"owner": "ada"}), json!({"after": "no cursor"})] {
        let (status, body) = lab.ask(&rest(&bad, author())).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (400, &json!("bad-request")),
            "{bad}"
        );
    }
    let mut post = rest(&none, author());
    post["httpMethod"] = json!("POST");
    let (status, body) = lab.ask(&post).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (405, &json!("method-not-allowed"))
    );
    let mut elsewhere = rest(&none, author());
    elsewhere["path"] = json!("/users");
    assert_eq!(lab.ask(&elsewhere).await.0, 404);
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let ada = UserId::generate();
    let index = Arc::new(MemoryStore::new());
    for number in 0..250 {
        put(
            &index,
            &format!("private/{number:03}.png"),
            Some(ada),
            number,
        )
        .await;
    }
    let media = Arc::new(MemoryMedia::new());
    let lab = Lab {
        function: Function::new(media, index.clone(), Arc::new(SystemClock)),
    };
    for role in ["reader", "admin"] {
        let who = json!({"sub": ada.to_string(), "role": role});
        let mut query = json!({});
        let mut sizes = Vec::new();
        loop {
            let (status, body) = lab.ask(&http(&query, json!({"lambda": who}))).await;
            assert_eq!(status, 200);
            sizes.push(body["objects"].as_array().unwrap().len());
            match body["next"].as_str() {
                Some(next) => query["after"] = json!(next),
                None => break,
            }
        }
        assert_eq!(sizes, [100, 100, 50], "{role}");
    }
}
