//! The files of the demo hold together.

use std::collections::HashSet;

use super::super::art::Drawing;
use super::super::plan::{Plan, What};
use super::*;
use blog_core::time::Timestamp;

#[test]
fn every_name_means_something() {
    let content = Content::read().unwrap();
    let people: HashSet<&str> = content.people.iter().map(|p| p.username.as_str()).collect();
    let posts: HashSet<&str> = content.posts.iter().map(|post| post.name).collect();
    assert_eq!(posts.len(), content.posts.len(), "a file is listed twice");
    for person in &content.people {
        assert!(person.drawing().is_some(), "{}", person.avatar);
        assert!(!person.alt.is_empty() && !person.bio.is_empty());
    }
    for (name, comments) in &content.comments {
        assert!(posts.contains(name.as_str()), "comments on {name}.md");
        for comment in comments {
            assert!(people.contains(comment.by.as_str()), "{}", comment.by);
            for reply in &comment.replies {
                assert!(people.contains(reply.by.as_str()), "{}", reply.by);
                assert!(reply.hours > comment.hours, "{name}: {}", reply.says);
                assert!(reply.replies.is_empty(), "answers to answers are answers");
            }
        }
    }
    for post in &content.posts {
        let Head {
            author,
            cover,
            alt,
            earlier,
            figures,
            likes,
            ..
        } = &post.head;
        assert!(people.contains(author.as_str()), "{author}");
        assert!(
            *likes < people.len(),
            "{}: more likes than people",
            post.name
        );
        assert_eq!(
            cover.is_empty(),
            alt.is_empty(),
            "{}: cover and alt",
            post.name
        );
        assert!(
            cover.is_empty() || Drawing::parse(cover).is_some(),
            "{}: {cover}",
            post.name
        );
        let shown: HashSet<String> = post
            .figures()
            .into_iter()
            .map(|(name, alt)| {
                assert!(!alt.is_empty(), "{}: figure without a text", post.name);
                name
            })
            .collect();
        for (name, drawing) in figures {
            assert!(
                Drawing::parse(drawing).is_some(),
                "{}: {drawing}",
                post.name
            );
            assert!(shown.contains(name), "{}: {name} is not shown", post.name);
        }
        for name in shown {
            assert!(
                name == "video" || figures.contains_key(&name),
                "{}: {name}",
                post.name
            );
        }
        for earlier in earlier {
            assert!(
                post.body.contains(&earlier.now),
                "{}: {}",
                post.name,
                earlier.now
            );
        }
    }
}

#[test]
fn what_happens_needs_what_happened() {
    let content = Content::read().unwrap();
    let now = Timestamp::parse("2026-06-01T12:00:00Z").unwrap();
    let plan = Plan::of(&content, now);
    let mut there: HashSet<String> = HashSet::new();
    let mut comments = 0;
    for step in plan.steps() {
        let needed =
            |name: &str| assert!(there.contains(name), "{}: {name} comes later", step.what);
        match step.what {
            What::Join(person) => {
                assert!(
                    !there.is_empty() || person.role == "admin",
                    "the first is the owner"
                );
                there.insert(person.username.clone());
            }
            What::Settle(site) => {
                assert!(!there.is_empty(), "nobody is there to decide");
                let mut pages = content.pages.iter();
                for entry in &site.menu {
                    let slug = entry.target.strip_prefix("/pages/");
                    let known = slug.is_none_or(|slug| pages.any(|page| page.head.slug == slug));
                    assert!(known, "{}", entry.target);
                }
            }
            What::Page(page) => needed(&page.head.author),
            What::Write { post, .. } => {
                needed(&post.head.author);
                there.insert(post.name.to_owned());
            }
            What::Revise { post, .. } | What::Views { post, .. } => needed(post.name),
            What::Like { post, by } => {
                needed(post.name);
                needed(&by.username);
            }
            What::Comment {
                post,
                comment,
                answers,
            } => {
                needed(post.name);
                needed(&comment.by);
                if let Some(answered) = answers {
                    needed(&answered.says);
                }
                there.insert(comment.says.clone());
                comments += 1;
            }
        }
    }
    let written: usize = content
        .comments
        .values()
        .flatten()
        .map(|c| 1 + c.replies.len())
        .sum();
    assert_eq!(comments, written, "a comment lies in the future");
}

#[test]
fn a_change_is_undone_passage_by_passage() {
    let mut post = Post::read(
        "a",
        "+++\ntitle = \"A\"\nauthor = \"a\"\ntags = \"\"\ndays = 1\n+++\nthree four",
    )
    .unwrap();
    assert!(post.earlier_bodies().is_empty());
    for (now, was) in [("four", "two"), ("three", "one")] {
        post.head.earlier.push(Earlier {
            hours: 1.0,
            now: now.to_owned(),
            was: was.to_owned(),
        });
    }
    assert_eq!(post.earlier_bodies(), ["one two", "one four"]);
}
