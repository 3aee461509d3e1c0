//! Lists of objects, and the keys that they are listed by.

use super::{created, owned, removed, row, stored};
use crate::conformance::chance::fresh_word;
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::Lab;
use crate::conformance::texts;
use crate::conformance::verdict::{Failure, Verdict, ensure, same};
use crate::model::index::{Applied, ObjectEvent};
use crate::page::PageRequest;

pub(super) fn checks() -> Vec<Check> {
    let index = Port::Index;
    vec![
        index.check("index-keys", "Keys are compared byte for byte: case, accents and spaces at the end count.", keys),
        index.check("index-longest", "A key of 1 024 bytes is kept whole.", longest),
        index.check("index-by-owner", "The present objects of an owner, newest first by `first_seen`.", by_owner),
        index.check("index-by-owner-pages", "Pages of an owner's objects neither repeat nor skip; equal times in an order that does not change.", by_owner_pages),
        index.check("index-by-prefix", "The present objects of a bucket whose key begins with `prefix`, in the byte order of their keys.", by_prefix),
        index.check("index-by-prefix-after", "`by_prefix`: behind `after`, at most `limit`.", by_prefix_after),
    ]
}

async fn keys(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let mut keys: Vec<String> = texts::LINES.iter().map(|line| (*line).to_owned()).collect();
    for key in [
        "a", "A", "a ", "a  ", "\u{e9}", "e\u{301}", "e", "a/", "a//b", "%", "_",
    ] {
        keys.push(key.to_owned());
    }
    for (key, counter) in keys.iter().zip(1..) {
        let applied = lab
            .index
            .apply(&created(&lab, &bucket, key, counter))
            .await?;
        same!(applied, Applied::Written, "the first event of {key:?}");
    }
    for (key, counter) in keys.iter().zip(1_u64..) {
        let found = stored(&lab, &bucket, key).await?;
        same!(
            (found.key.as_str(), found.size),
            (key.as_str(), 100 + counter),
            "the row"
        );
    }
    keys.sort();
    let found = lab.index.by_prefix(&bucket, "", None, 1_000).await?;
    let found: Vec<_> = found.items.into_iter().map(|item| item.key).collect();
    same!(found, keys, "the keys of the bucket");
    Ok(())
}

async fn longest(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let base = texts::of_bytes(1_023).replace('\n', "/");
    for (tail, counter) in [("a", 1), ("b", 2)] {
        let key = format!("{base}{tail}");
        same!(key.len(), 1_024, "the bytes of this check's key");
        lab.index
            .apply(&created(&lab, &bucket, &key, counter))
            .await?;
    }
    for (tail, counter) in [("a", 1), ("b", 2)] {
        let found = stored(&lab, &bucket, &format!("{base}{tail}")).await?;
        same!(found.size, 100 + counter, "the row of the longest key");
    }
    Ok(())
}

async fn by_owner(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let (owner, other) = (lab.user().await?.id, lab.user().await?.id);
    let mut expected = Vec::new();
    for counter in [4, 2, 5, 3] {
        let event = owned(
            created(&lab, &bucket, &format!("k{counter}"), counter),
            Some(owner),
        );
        lab.index.apply(&event).await?;
        expected.push(row(&event));
    }
    lab.index
        .apply(&owned(created(&lab, &bucket, "other", 1), Some(other)))
        .await?;
    lab.index
        .apply(&created(&lab, &bucket, "nobody", 1))
        .await?;
    lab.index
        .apply(&owned(created(&lab, &bucket, "gone", 6), Some(owner)))
        .await?;
    lab.index.apply(&removed(&lab, &bucket, "gone", 7)).await?;
    expected.sort_by_key(|item| std::cmp::Reverse(item.first_seen));
    let found = lab.index.by_owner(owner, PageRequest::first(10)).await?;
    same!(found.items, expected, "the owner's objects");
    same!(found.next, None, "the page behind the last one");
    // What was put in another's name since is that one's.
    lab.index
        .apply(&owned(created(&lab, &bucket, "k4", 8), Some(other)))
        .await?;
    let found = lab.index.by_owner(owner, PageRequest::first(10)).await?;
    same!(
        found.items.len(),
        3,
        "the owner's objects after one changed hands"
    );
    Ok(())
}

async fn by_owner_pages(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    let owner = lab.user().await?.id;
    for number in 0..9_u64 {
        let event = ObjectEvent {
            at: lab.after(number % 2),
            ..owned(
                created(&lab, &bucket, &format!("k{number}"), 1),
                Some(owner),
            )
        };
        lab.index.apply(&event).await?;
    }
    let whole = lab
        .index
        .by_owner(owner, PageRequest::first(100))
        .await?
        .items;
    same!(whole.len(), 9, "the owner's objects");
    for limit in 1..=10 {
        let mut found = Vec::new();
        let mut page = PageRequest::first(limit);
        for _ in 0..20 {
            let next = lab.index.by_owner(owner, page).await?;
            ensure!(
                next.items.len() <= page.limit(),
                "a page of {limit} is too long"
            );
            found.extend(next.items);
            match next.next {
                Some(after) => page = PageRequest::new(Some(after), limit),
                None => break,
            }
        }
        same!(found, whole, "the owner's objects in pages of {limit}");
    }
    Ok(())
}

/// All keys under a prefix, page by page.
async fn listed(lab: &Lab, bucket: &str, prefix: &str, limit: u16) -> Verdict<Vec<String>> {
    let mut keys = Vec::new();
    let mut after: Option<String> = None;
    for _ in 0..100 {
        let page = lab
            .index
            .by_prefix(bucket, prefix, after.as_deref(), limit)
            .await?;
        ensure!(
            page.items.len() <= usize::from(limit),
            "a page of {limit} is too long"
        );
        keys.extend(page.items.into_iter().map(|item| item.key));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(keys),
        }
    }
    Err(Failure::new("a list of objects has no end"))
}

async fn by_prefix(lab: Lab) -> Verdict {
    let (bucket, other) = (fresh_word(), fresh_word());
    let mut keys: Vec<String> = [
        "p",
        "p-b",
        "p.b",
        "p/b",
        "p/B",
        "p/b/c",
        "p0",
        "p10",
        "p9",
        "p_b",
        "pb",
        "p%b",
        "P/b",
        "p/é",
        "p/\u{10fffd}",
        "q",
    ]
    .map(str::to_owned)
    .to_vec();
    for key in &keys {
        lab.index.apply(&created(&lab, &bucket, key, 1)).await?;
    }
    lab.index
        .apply(&created(&lab, &other, "p/other", 1))
        .await?;
    lab.index
        .apply(&removed(&lab, &bucket, "p/gone", 1))
        .await?;
    keys.sort();
    for prefix in [
        "",
        "p",
        "p/",
        "p/b",
        "p_",
        "p%",
        "p/\u{e9}",
        "p/\u{10fffd}",
        "P",
        "z",
    ] {
        let expected: Vec<_> = keys
            .iter()
            .filter(|key| key.starts_with(prefix))
            .cloned()
            .collect();
        for limit in [1, 3, 1_000] {
            let found = listed(&lab, &bucket, prefix, limit).await?;
            same!(
                found,
                expected,
                "the keys under {prefix:?} in pages of {limit}"
            );
        }
    }
    Ok(())
}

async fn by_prefix_after(lab: Lab) -> Verdict {
    let bucket = fresh_word();
    for key in ["a", "b", "d"] {
        lab.index.apply(&created(&lab, &bucket, key, 1)).await?;
    }
    for (after, expected) in [("a", "bd"), ("b", "d"), ("c", "d"), ("d", ""), ("", "abd")] {
        let page = lab.index.by_prefix(&bucket, "", Some(after), 10).await?;
        let found: String = page.items.into_iter().map(|item| item.key).collect();
        same!(found, expected, "the keys behind {after:?}");
    }
    let page = lab.index.by_prefix(&bucket, "", None, 2).await?;
    same!(
        (page.items.len(), page.next.is_some()),
        (2, true),
        "a page of 2 of 3"
    );
    let page = lab.index.by_prefix(&bucket, "", None, 3).await?;
    same!(
        (page.items.len(), page.next.is_some()),
        (3, false),
        "a page of 3 of 3"
    );
    Ok(())
}
