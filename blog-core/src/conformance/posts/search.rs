//! Search: which posts are found. Ranking may differ between stores, membership may not.

use std::collections::HashSet;

use super::super::chance::fresh_word;
use super::super::check::{Check, Port};
use super::super::lab::Lab;
use super::super::verdict::{Verdict, ensure, same};
use crate::id::{PostId, UserId};
use crate::model::post::{Post, PostContent, PostScope, PostStatus};
use crate::policy::Surface;
use crate::terms;

pub(super) fn checks() -> Vec<Check> {
    let posts = Port::Posts;
    vec![
        posts.check(
            "posts-search-every",
            "The scope of posts that hold every one of these terms.",
            every,
        ),
        posts.check("posts-search-none", "No terms find nothing.", none),
        posts.check(
            "posts-search-whole",
            "A term finds whole terms, not parts of them, and no operators.",
            whole,
        ),
        posts.check(
            "posts-search-turkish",
            "Search finds Turkish words in any case, as the terms fold them.",
            turkish,
        ),
        posts.check(
            "posts-search-cjk",
            "Search finds Chinese, Japanese and Korean words, as the terms cut them.",
            cjk,
        ),
        posts.check(
            "posts-search-diacritics",
            "Search finds words with and without their diacritics, as the terms fold them.",
            diacritics,
        ),
        posts.check(
            "posts-search-short",
            "Search finds words of one and two letters, and words that are everywhere.",
            short,
        ),
        posts.check(
            "posts-search-saved",
            "Search looks in the content of the last save.",
            saved,
        ),
        posts.check(
            "posts-search-deleted",
            "Search does not find what was deleted.",
            deleted,
        ),
        posts.check(
            "posts-search-visible",
            "Search finds what the visibility allows, and no more.",
            visible,
        ),
        posts.check(
            "posts-search-pages",
            "Pages of a search neither repeat nor skip.",
            pages,
        ),
    ]
}

/// A post with this text, found by this text and the mark.
async fn post(lab: &Lab, author: UserId, mark: &str, text: &str) -> Verdict<Post> {
    Ok(lab.post_of(author, content(lab, mark, text)).await?)
}

fn content(lab: &Lab, mark: &str, text: &str) -> PostContent {
    PostContent {
        terms: terms::index_terms(&format!("{mark} {text}")),
        ..lab.content()
    }
}

/// What a search for the mark and this query finds.
async fn found(lab: &Lab, mark: &str, query: &str) -> Verdict<HashSet<PostId>> {
    let terms = terms::query_terms(&format!("{mark} {query}"));
    let cards = lab
        .cards(PostScope::Search(terms), 50, &lab.stranger(Surface::List))
        .await?;
    Ok(cards.into_iter().map(|card| card.id).collect())
}

/// Whether the words of the query are among those of the text, by the terms themselves.
fn holds(text: &str, query: &str) -> bool {
    let words = terms::index_terms(text);
    let words: HashSet<&str> = words.split(' ').collect();
    terms::query_terms(query)
        .iter()
        .all(|term| words.contains(term.as_str()))
}

/// Posts of these texts against these queries: found must be exactly what the terms say.
async fn table(lab: &Lab, texts: &[&str], queries: &[&str]) -> Verdict {
    let user = lab.user().await?;
    let mark = fresh_word();
    let mut posts = Vec::new();
    for text in texts {
        posts.push((*text, post(lab, user.id, &mark, text).await?.id));
    }
    let mut hits = 0;
    for query in queries {
        let expected: HashSet<_> = posts
            .iter()
            .filter(|(text, _)| holds(&format!("{mark} {text}"), &format!("{mark} {query}")))
            .map(|(_, id)| *id)
            .collect();
        hits += expected.len();
        same!(
            found(lab, &mark, query).await?,
            expected,
            "what {query:?} finds"
        );
    }
    ensure!(hits > 0, "no query of this check finds anything");
    Ok(())
}

async fn every(lab: Lab) -> Verdict {
    let texts = [
        "red apples",
        "green apples",
        "red and green apples",
        "pears",
    ];
    table(
        &lab,
        &texts,
        &[
            "red",
            "apples",
            "red green",
            "green red apples",
            "red pears",
            "plums",
        ],
    )
    .await
}

async fn none(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    lab.post(user.id).await?;
    for visibility in [lab.stranger(Surface::List), lab.editor(Surface::Manage)] {
        let cards = lab
            .cards(PostScope::Search(vec![]), 10, &visibility)
            .await?;
        ensure!(cards.is_empty(), "no terms find {} posts", cards.len());
    }
    Ok(())
}

async fn whole(lab: Lab) -> Verdict {
    let texts = ["bananas", "banana", "ban ana", "NOT banana", "near miss"];
    table(
        &lab,
        &texts,
        &["banana", "bananas", "ban", "NOT", "OR", "NEAR", "anana"],
    )
    .await
}

async fn turkish(lab: Lab) -> Verdict {
    let texts = [
        "Iğdır'da ışık",
        "İstanbul ilkbahar",
        "ISTANBUL",
        "ıstanbul",
        "diyarbakır çiçeği",
    ];
    table(
        &lab,
        &texts,
        &[
            "iğdır",
            "istanbul",
            "İSTANBUL",
            "Işık",
            "ISIK",
            "ÇİÇEĞİ",
            "cicegi",
        ],
    )
    .await
}

async fn cjk(lab: Lab) -> Verdict {
    let texts = [
        "東京都の天気",
        "京都の紅葉",
        "北京大学",
        "한국어 블로그",
        "ブログを書く",
        "天",
    ];
    table(
        &lab,
        &texts,
        &[
            "京都",
            "東京",
            "北京",
            "한국",
            "ブログ",
            "天",
            "紅葉 京都",
            "大阪",
        ],
    )
    .await
}

async fn diacritics(lab: Lab) -> Verdict {
    let texts = [
        "Café Zürich",
        "Cafe\u{301} Zu\u{308}rich",
        "cafe zurich",
        "Straße",
        "Øresund",
        "ςΣσ λόγος",
    ];
    table(
        &lab,
        &texts,
        &[
            "café",
            "CAFE",
            "zürich",
            "strasse",
            "Straße",
            "oresund",
            "Λόγος",
            "σσσ",
        ],
    )
    .await
}

async fn short(lab: Lab) -> Verdict {
    let texts = [
        "to be or not to be",
        "a b c",
        "the x of y",
        "42 is 7",
        "C and R",
    ];
    table(
        &lab,
        &texts,
        &["to be", "be", "a", "the", "x", "42", "7", "c", "not", "is"],
    )
    .await
}

async fn saved(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mark = fresh_word();
    let first = post(&lab, user.id, &mark, "spring").await?;
    lab.records
        .posts
        .save(lab.change(&first, content(&lab, &mark, "autumn")), lab.fx())
        .await?;
    same!(
        found(&lab, &mark, "autumn").await?,
        HashSet::from([first.id]),
        "the new text"
    );
    same!(
        found(&lab, &mark, "spring").await?,
        HashSet::new(),
        "the old text"
    );
    Ok(())
}

async fn deleted(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mark = fresh_word();
    let gone = post(&lab, user.id, &mark, "snow").await?;
    let kept = post(&lab, user.id, &mark, "snow").await?;
    lab.records.posts.delete(gone.id, 1, lab.fx()).await?;
    same!(
        found(&lab, &mark, "snow").await?,
        HashSet::from([kept.id]),
        "after the deletion"
    );
    Ok(())
}

async fn visible(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mark = fresh_word();
    let listed = post(&lab, user.id, &mark, "rain").await?;
    let mut hidden = Vec::new();
    for (status, at) in [
        (PostStatus::Draft, lab.now),
        (PostStatus::Unlisted, lab.now),
        (PostStatus::Published, lab.after(1)),
    ] {
        let content = PostContent {
            status,
            published_at: Some(at),
            ..content(&lab, &mark, "rain")
        };
        hidden.push(lab.post_of(user.id, content).await?.id);
    }
    same!(
        found(&lab, &mark, "rain").await?,
        HashSet::from([listed.id]),
        "for everybody"
    );
    let terms = terms::query_terms(&format!("{mark} rain"));
    let cards = lab
        .cards(PostScope::Search(terms), 2, &lab.editor(Surface::Manage))
        .await?;
    same!(cards.len(), 1 + hidden.len(), "for editors");
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let user = lab.user().await?;
    let mark = fresh_word();
    let mut expected = HashSet::new();
    for _ in 0..7 {
        expected.insert(post(&lab, user.id, &mark, "wind").await?.id);
    }
    for limit in 1..=8 {
        let terms = terms::query_terms(&format!("{mark} wind"));
        let cards = lab
            .cards(
                PostScope::Search(terms),
                limit,
                &lab.stranger(Surface::List),
            )
            .await?;
        same!(cards.len(), 7, "rows in pages of {limit}");
        let found: HashSet<_> = cards.into_iter().map(|card| card.id).collect();
        same!(found, expected, "different rows in pages of {limit}");
    }
    Ok(())
}
