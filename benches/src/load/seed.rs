//! Users and posts, written through the library.

use std::path::Path;

use blog_core::Blog;
use blog_core::model::user::Role;
use blog_core::policy::Actor;
use blog_core::service::accounts::SignUp;
use blog_core::service::publishing::PostInput;

use super::Outcome;

pub(super) const LOGIN: &str = "bench";
pub(super) const PASSWORD: &str = "seven quiet harbour lamps";
pub(super) const SLUG: &str = "post-0";

/// About 3 KB of Markdown.
fn body(number: usize) -> String {
    let paragraph = "The harbour lamps were lit one after the other, and the *whole* town could be read by them: \
                     the long quay, the two cranes, the ferry that would not leave before morning. ";
    let mut body = format!("Number {number}. {paragraph}\n\n");
    for section in 1..=4 {
        body.push_str(&format!(
            "## Section {section}\n\n{paragraph}{paragraph}{paragraph}\n\n- one\n- two\n\n"
        ));
    }
    body
}

/// Brings the store to `posts` published posts, the first of them with comments.
pub(super) async fn up_to(folder: &Path, posts: usize) -> Outcome {
    let data = folder.join("data");
    let urls = blog_storage::Urls::new(
        format!("sqlite:{}", data.join("blog.db").display()),
        format!("file:{}", data.join("media").display()),
    );
    let stores = blog_storage::connect(&urls).await?;
    let blog = Blog::builder(stores.backend).build()?;
    let accounts = blog.accounts();
    let user = match accounts.by_username(LOGIN).await {
        Ok(user) => user,
        Err(_) => {
            let sign_up = SignUp {
                username: LOGIN.to_owned(),
                email: "bench@example.org".to_owned(),
                password: PASSWORD.to_owned(),
            };
            accounts.add(sign_up, Role::Author).await?
        }
    };
    let actor = Actor::of(&user);
    let publishing = blog.publishing();
    for number in 0..posts {
        let slug = format!("post-{number}");
        if publishing.for_edit(&actor, &slug).await.is_ok() {
            continue;
        }
        let input = PostInput {
            title: format!("Post {number}"),
            body: body(number),
            tags: "Bench, Harbour".to_owned(),
            status: "published".to_owned(),
            slug,
            ..PostInput::default()
        };
        publishing.create(&actor, &input).await?;
    }
    Ok(())
}
