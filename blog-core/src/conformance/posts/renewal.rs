//! What was made of posts by an older renderer.

use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, ensure, refused, same};
use crate::error::{Conflict, Entity, Error};
use crate::id::PostId;
use crate::markdown::TocEntry;
use crate::model::post::{OutdatedPost, Post, PostContent, PostStatus, RenderedBody, SafeHtml};

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check("posts-outdated", "Posts whose HTML was made by a renderer of a version below `renderer`, by id, those behind `after`, at most `limit`.", outdated).alone(),
        posts.check("posts-rendered", "Replaces what was made of the body of this version, and nothing else: neither version nor times change, and no revision is stored.", rendered),
        posts.check("posts-rendered-version", "`set_rendered`: `Conflict(Version)` when the post has another version by now.", version),
        posts.check("posts-rendered-not-found", "`set_rendered`: `NotFound(Post)` when there is none.", not_found),
    ]
}

fn anew() -> RenderedBody {
    RenderedBody {
        html: SafeHtml::from_sanitiser("<h2 id=\"h-a\">a</h2><p>anew</p>".to_owned()),
        excerpt: "anew".to_owned(),
        toc: vec![TocEntry {
            level: 2,
            id: "h-a".to_owned(),
            text: "a".to_owned(),
        }],
        words: 12,
        renderer_version: 1_000,
    }
}

/// All below a version, read two at a time.
async fn all(lab: &Lab, renderer: u32) -> Verdict<Vec<OutdatedPost>> {
    let mut found: Vec<OutdatedPost> = Vec::new();
    loop {
        let after = found.last().map(|post| post.id);
        let page = lab.records.posts.outdated(renderer, after, 2).await?;
        ensure!(page.len() <= 2, "{} posts of at most 2", page.len());
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
        let in_order = found.is_sorted_by(|a, b| a.id < b.id);
        ensure!(in_order, "the posts are not by id, or come again");
    }
}

async fn outdated(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mut mine = Vec::new();
    for status in [
        PostStatus::Draft,
        PostStatus::Published,
        PostStatus::Unlisted,
    ] {
        let mut content = PostContent {
            status,
            ..lab.content()
        };
        content.rendered.renderer_version = 900;
        let post = lab.post_of(user.id, content).await?;
        mine.push(OutdatedPost {
            id: post.id,
            version: 1,
            body: post.body,
            html: post.rendered.html,
            is_public: status != PostStatus::Draft,
        });
    }
    mine.sort_by_key(|post| post.id);
    let of_mine = |found: Vec<OutdatedPost>| {
        let found = found.into_iter();
        let of_mine = found.filter(|post| mine.iter().any(|own| own.id == post.id));
        of_mine.collect::<Vec<_>>()
    };
    same!(of_mine(all(&lab, 901).await?), mine, "the posts below 901");
    same!(
        of_mine(all(&lab, 900).await?),
        vec![],
        "the posts below 900"
    );
    let posts = &lab.records.posts;
    let done = posts.set_rendered(mine[1].id, 1, anew(), lab.fx());
    done.await?;
    let left = vec![mine[0].clone(), mine[2].clone()];
    same!(of_mine(all(&lab, 901).await?), left, "what is left");
    Ok(())
}

async fn rendered(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post_of(user.id, lab.content()).await?;
    let posts = &lab.records.posts;
    posts.set_rendered(post.id, 1, anew(), lab.fx()).await?;
    let expected = Post {
        rendered: anew(),
        ..post
    };
    let id = expected.id;
    same!(lab.stored(id).await?, expected, "the post");
    let revisions = posts.revisions(id, None, 10).await?.items;
    same!(revisions.len(), 1, "the revisions");
    Ok(())
}

async fn version(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let post = lab.post_of(user.id, lab.content()).await?;
    let posts = &lab.records.posts;
    let saved = posts.save(lab.change(&post, lab.content()), lab.fx());
    let saved = saved.await?;
    for version in [0, 1, 3] {
        refused!(
            posts.set_rendered(post.id, version, anew(), lab.fx()).await,
            Error::Conflict(Conflict::Version { current: 2 })
        );
    }
    same!(
        lab.stored(post.id).await?.rendered,
        saved.rendered,
        "what was made of the body"
    );
    Ok(())
}

async fn not_found(lab: Lab) -> Verdict {
    let posts = &lab.records.posts;
    let nothing = PostId::generate();
    refused!(
        posts.set_rendered(nothing, 1, anew(), lab.fx()).await,
        Error::NotFound(Entity::Post)
    );
    Ok(())
}
