//! Requests that started elsewhere: every route that changes something, by every set of headers that browsers and
//! programs send.

use blog_web::routes::TABLE;
use poem::RequestBuilder;

use crate::app::{Person, TestApp};
use crate::matrix::{address, form_of, scene};

const OWN: &str = "http://localhost:3000";
/// Who says a request started elsewhere, or does not say where, with a session's cookie.
const REFUSED: &[&[(&str, &str)]] = &[
    &[],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "Same-Origin")],
    &[("sec-fetch-site", "cross-site"), ("origin", OWN)],
    &[
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "cross-site"),
    ],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "https://localhost:3000")],
    &[("origin", "http://localhost")],
    &[("origin", "http://localhost:3001")],
    &[("origin", "http://localhost:3000.evil.example")],
    &[("origin", "http://evil.example")],
    &[("origin", OWN), ("origin", "http://evil.example")],
    &[("referer", "http://localhost:3000/")],
];
const TAKEN: &[&[(&str, &str)]] = &[
    &[("sec-fetch-site", "same-origin")],
    &[("sec-fetch-site", "same-origin"), ("origin", "null")],
    &[("origin", OWN)],
    &[("origin", "http://127.0.0.1:3000")],
];

fn with(app: &TestApp, path: &str, who: &Person, headers: &[(&str, &str)]) -> RequestBuilder {
    let mut request = app.bare_request("POST", path, who);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}

#[tokio::test]
async fn no_route_takes_a_request_that_started_elsewhere() {
    let (app, author, comment) = scene(3).await;
    let unsafe_routes: Vec<_> = TABLE.iter().filter(|route| route.method != "GET").collect();
    assert!(unsafe_routes.len() >= 30, "{}", unsafe_routes.len());
    for route in &unsafe_routes {
        let at = address(route.path, &comment);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form_of(route.path))
            .finish();
        for headers in REFUSED {
            let request = with(&app, &at, &author, headers)
                .content_type("application/x-www-form-urlencoded")
                .body(body.clone());
            let answer = app.send(request).await;
            let case = format!("{} {headers:?}: {}", route.path, answer.text());
            assert_eq!(answer.status, 403, "{case}");
            assert!(
                answer
                    .text()
                    .contains("did not come from a page of this site"),
                "{case}"
            );
            assert!(!answer.headers.contains_key("set-cookie"), "{case}");
        }
    }
    // All that was asked for has left no trace.
    let post = app.get("/posts/one", &author).await.text();
    assert!(post.contains("My own comment") && !post.contains("Hello"));
    assert!(post.contains("0 likes"), "{post}");
    for headers in TAKEN {
        let (app, author, comment) = scene(3).await;
        for route in &unsafe_routes {
            let at = address(route.path, &comment);
            // A form that is not there is refused for what it lacks, and not for where it comes from.
            let request = with(&app, &at, &author, headers)
                .content_type("application/x-www-form-urlencoded")
                .body("nonsense=1");
            let answer = app.send(request).await;
            let text = answer.text();
            assert!(
                !text.contains("did not come from a page of this site"),
                "{} {headers:?}: {text}",
                route.path
            );
        }
    }
    println!(
        "{} routes by {} sets of headers",
        unsafe_routes.len(),
        REFUSED.len() + TAKEN.len()
    );
}
