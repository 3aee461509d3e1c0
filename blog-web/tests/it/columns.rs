//! Fields that a form does not have: no form writes a column that is not its own.

use blog_web::routes::TABLE;

use crate::matrix::{address, form_of, parts_of, scene};

/// What the stores keep of people, posts, comments, files, sessions and tokens, and nobody types.
const COLUMNS: &[&str] = &[
    "id",
    "user",
    "user_id",
    "author",
    "author_id",
    "owner",
    "owner_id",
    "role",
    "is_admin",
    "suspended",
    "suspended_at",
    "verified",
    "verified_at",
    "password_hash",
    "auth_epoch",
    "subject",
    "created_at",
    "updated_at",
    "deleted_at",
    "edited_at",
    "published_at",
    "html",
    "body_html",
    "excerpt",
    "toc",
    "words",
    "renderer",
    "likes",
    "like_count",
    "views",
    "comments",
    "comment_count",
    "state",
    "post",
    "post_id",
    "revision",
    "key",
    "object_key",
    "sha256",
    "etag",
    "size",
    "kind",
    "content_type",
    "purpose",
    "expires_at",
    "used_at",
    "secret",
    "client",
    "generation",
    "operation",
];

#[tokio::test]
async fn no_form_writes_a_column_that_is_not_its_own() {
    let (app, author, comment) = scene(3).await;
    let mut tried = 0;
    // An unsaved text is kept as it was typed, and refused when it is saved.
    let routes = TABLE
        .iter()
        .filter(|route| route.method != "GET" && route.path != "/write/autosave");
    for route in routes {
        let at = address(route.path, &comment);
        let own = form_of(route.path);
        for column in COLUMNS {
            // Writers' forms say which post their text is of.
            let of_writers = *column == "post"
                && ["/write", "/write/preview", "/posts/:slug/edit"].contains(&route.path);
            if of_writers || own.iter().any(|(name, _)| name == column) {
                continue;
            }
            tried += 1;
            let answer = match route.path {
                "/media/uploads" | "/account/profile" => {
                    let mut parts = parts_of(route.path);
                    parts.push((column, None, b"1"));
                    app.post_parts(&at, &author, &parts).await
                }
                _ => {
                    let mut form = own.clone();
                    form.push((column, "1"));
                    app.post(&at, &author, &form).await
                }
            };
            // Refused for the field, or because the author may not come here at all.
            assert!(
                matches!(answer.status.as_u16(), 403 | 404 | 422),
                "{} takes {column}: {} {}",
                route.path,
                answer.status,
                answer.text()
            );
        }
    }
    println!("{tried} columns of others were refused");
    // Nothing of it was done.
    let post = app.get("/posts/one", &author).await.text();
    assert!(post.contains("My own comment") && post.contains("0 likes"));
}
