//! The index as API Gateway asks for it: `GET …/objects?owner=&prefix=&after=`, the same as the blog's own
//! `GET /api/v1/objects`.
//!
//! Who asks is what the authorizer of the API says, and nothing else: its claims `sub`, the user's id in the blog, and
//! `role` (or `custom:role`), one of the blog's roles. A route without an authorizer, and claims that cannot be read, are
//! nobody. What somebody may know policy decides, as in the blog. That somebody was suspended, or has another role now, is
//! known here when their token says so, not before: let tokens live for minutes only.
//!
//! Source: "Set up Lambda proxy integrations in API Gateway" (REST) and "Create AWS Lambda proxy integrations for HTTP APIs"
//! in the Amazon API Gateway Developer Guide.

use blog_core::id::UserId;
use blog_core::model::user::Role;
use blog_core::policy::{Actor, Policy};
use blog_core::ports::ObjectIndex;
use blog_core::service::objects::{ObjectsQuestion, ObjectsRefusal, list};
use serde::Serialize;
use serde_json::{Value, json};

/// Whether a document is a request of API Gateway, of either kind.
pub fn is_request(document: &Value) -> bool {
    let context = &document["requestContext"];
    context.is_object() && (document["httpMethod"].is_string() || context["http"].is_object())
}

/// Answers a request for the objects of `bucket`.
pub async fn answer(index: &dyn ObjectIndex, bucket: &str, request: &Value) -> Value {
    let context = &request["requestContext"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let method = text(&request["httpMethod"]).or_else(|| text(&context["http"]["method"]));
    let path = text(&request["path"]).or_else(|| text(&request["rawPath"]));
    if !path.is_some_and(|path| path.trim_end_matches('/').ends_with("/objects")) {
        return refused(&ObjectsRefusal::not_found());
    }
    if method.as_deref() != Some("GET") {
        let refusal = ObjectsRefusal::new(405, "method-not-allowed", "Only GET is answered here.");
        let mut answer = refused(&refusal);
        answer["headers"]["allow"] = json!("GET");
        return answer;
    }
    let parameter = |name: &str| text(&request["queryStringParameters"][name]);
    let question = ObjectsQuestion {
        owner: parameter("owner"),
        prefix: parameter("prefix"),
        after: parameter("after"),
    };
    // Nothing that is asked for here depends on the blog's settings.
    let policy = Policy::default();
    let actor = actor(&context["authorizer"]);
    match list(&policy, index, bucket, &actor, &question).await {
        Ok(document) => told(200, &document),
        Err(refusal) => refused(&refusal),
    }
}

/// Who the authorizer says it is: a JWT's claims (HTTP), a user pool's (REST), or a Lambda authorizer's context.
fn actor(authorizer: &Value) -> Actor {
    let claims = [
        &authorizer["jwt"]["claims"],
        &authorizer["claims"],
        &authorizer["lambda"],
        authorizer,
    ];
    let Some(claims) = claims.into_iter().find(|claims| claims["sub"].is_string()) else {
        return Actor::Anonymous;
    };
    let id = claims["sub"].as_str().map(str::parse::<UserId>);
    let role = claims["role"]
        .as_str()
        .or_else(|| claims["custom:role"].as_str());
    match (id, role.map(Role::try_from)) {
        (Some(Ok(id)), Some(Ok(role))) => Actor::User {
            id,
            role,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        },
        _ => Actor::Anonymous,
    }
}

fn refused(refusal: &ObjectsRefusal) -> Value {
    told(refusal.status, refusal)
}

fn told(status: u16, document: &impl Serialize) -> Value {
    json!({
        "statusCode": status,
        "headers": {
            "content-type": "application/json",
            "cache-control": "private, no-store",
            "x-content-type-options": "nosniff"
        },
        "isBase64Encoded": false,
        "body": json!(document).to_string()
    })
}
