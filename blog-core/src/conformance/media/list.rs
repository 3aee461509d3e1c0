//! Listing objects.

use super::super::chance::fresh_word;
use super::super::check::{Check, Port};
use super::super::lab::Lab;
use super::super::verdict::{Failure, Verdict, ensure, same};
use super::store;
use crate::model::media::ObjectKey;

pub(super) fn checks() -> Vec<Check> {
    let media = Port::Media;
    vec![
        media.check(
            "media-list-order",
            "The objects in the byte order of their keys.",
            order,
        ),
        media.check(
            "media-list-prefix",
            "The objects whose key begins with `prefix`, byte for byte.",
            prefix,
        ),
        media.check(
            "media-list-after",
            "`list`: behind `after`, at most `limit`.",
            after,
        ),
        media.check(
            "media-list-pages",
            "Pages of objects neither repeat nor skip.",
            pages,
        ),
        media.check(
            "media-list-facts",
            "`list` says of an object what `head` says; where a store's lists do not say the content type, it is empty.",
            facts,
        ),
    ]
}

/// Tails whose byte order differs from the order of folders, of words and of numbers.
const TAILS: [&str; 11] = [
    "", "-b", ".b", "/b", "/b/c", "/b.c", "0", "10", "9", "_b", "b",
];

/// Stores objects of these tails; their keys in byte order.
async fn crowd(lab: &Lab, word: &str, tails: &[&str]) -> Verdict<Vec<String>> {
    let mut keys = Vec::new();
    for tail in tails {
        let key = format!("{word}{tail}");
        store(lab, &ObjectKey::from_store(key.clone()), tail.as_bytes()).await?;
        keys.push(key);
    }
    keys.sort();
    Ok(keys)
}

/// All keys under a prefix, page by page.
async fn listed(lab: &Lab, prefix: &str, limit: u16) -> Verdict<Vec<String>> {
    let mut keys = Vec::new();
    let mut after: Option<ObjectKey> = None;
    for _ in 0..100 {
        let page = lab.media.list(prefix, after.as_ref(), limit).await?;
        ensure!(
            page.items.len() <= usize::from(limit),
            "a page of {limit} is too long"
        );
        keys.extend(page.items.into_iter().map(|meta| meta.key.into_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(keys),
        }
    }
    Err(Failure::new("a list of objects has no end"))
}

async fn order(lab: Lab) -> Verdict {
    let word = fresh_word();
    let keys = crowd(&lab, &word, &TAILS).await?;
    same!(listed(&lab, &word, 1_000).await?, keys, "the keys");
    Ok(())
}

async fn prefix(lab: Lab) -> Verdict {
    let word = fresh_word();
    let keys = crowd(
        &lab,
        &word,
        &["/a_c/1", "/abc/2", "/a_c3", "/a-c/4", "/a_", "/a"],
    )
    .await?;
    for prefix in [
        "", "/", "/a", "/a_", "/a_c", "/a_c/", "/a_c/1", "/a_c/12", "/b", "/%",
    ] {
        let prefix = format!("{word}{prefix}");
        let expected: Vec<_> = keys
            .iter()
            .filter(|key| key.starts_with(&prefix))
            .cloned()
            .collect();
        same!(
            listed(&lab, &prefix, 100).await?,
            expected,
            "the keys under {prefix}"
        );
    }
    ensure!(
        !lab.media.list("", None, 1).await?.items.is_empty(),
        "nothing under no prefix"
    );
    Ok(())
}

async fn after(lab: Lab) -> Verdict {
    let word = fresh_word();
    let keys = crowd(&lab, &word, &["/a", "/b", "/d"]).await?;
    // The last lies between two keys, and need not exist.
    for (after, left) in [("/a", 1), ("/b", 2), ("/d", 3), ("/c", 2), ("/", 0)] {
        let after = ObjectKey::from_store(format!("{word}{after}"));
        let page = lab.media.list(&word, Some(&after), 10).await?;
        let found: Vec<_> = page
            .items
            .into_iter()
            .map(|meta| meta.key.into_string())
            .collect();
        same!(found, keys[left..].to_vec(), "the keys behind {after}");
        same!(page.next, None, "the page behind the last one");
    }
    let page = lab.media.list(&word, None, 2).await?;
    same!(
        (page.items.len(), page.next.is_some()),
        (2, true),
        "a page of 2 of 3"
    );
    let page = lab.media.list(&word, None, 3).await?;
    same!(
        (page.items.len(), page.next.is_some()),
        (3, false),
        "a page of 3 of 3"
    );
    Ok(())
}

async fn pages(lab: Lab) -> Verdict {
    let word = fresh_word();
    let keys = crowd(&lab, &word, &TAILS).await?;
    for limit in 1..=12 {
        same!(
            listed(&lab, &word, limit).await?,
            keys,
            "the keys in pages of {limit}"
        );
    }
    Ok(())
}

async fn facts(lab: Lab) -> Verdict {
    let word = fresh_word();
    let keys = crowd(&lab, &word, &["/a", "/b"]).await?;
    let mut expected = Vec::new();
    for key in keys {
        expected.push(lab.media.head(&ObjectKey::from_store(key)).await?);
    }
    let mut listed = lab.media.list(&word, None, 10).await?.items;
    for (listed, known) in listed.iter_mut().zip(&expected) {
        if listed.content_type.is_empty() {
            listed.content_type.clone_from(&known.content_type);
        }
    }
    same!(listed, expected, "the objects");
    Ok(())
}
