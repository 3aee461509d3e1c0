//! Reading, deleting and copying objects.

use super::super::check::{Check, Port};
use super::super::lab::Lab;
use super::super::verdict::{Verdict, refused, same, winners};
use super::{absent, body, holds, noise, options, read_back, store};
use crate::error::{Conflict, Entity, Error};
use crate::model::media::{ByteRange, PutOptions};

pub(super) fn checks() -> Vec<Check> {
    let media = Port::Media;
    vec![
        media.check(
            "media-get-missing",
            "`get`: `NotFound(Object)` when there is none.",
            get_missing,
        ),
        media.check(
            "media-head-missing",
            "`head`: `NotFound(Object)` when there is none.",
            head_missing,
        ),
        media.check(
            "media-range",
            "Reads a part of an object: both ends included.",
            range,
        ),
        media.check(
            "media-range-suffix",
            "Reads so many bytes at the end, or all if there are fewer.",
            suffix,
        ),
        media.check(
            "media-range-behind-end",
            "The second end of a range may lie behind the end.",
            behind_end,
        ),
        media.check(
            "media-range-all",
            "Every range of a small object is what `ByteRange::resolve` says.",
            all_ranges,
        ),
        media.check(
            "media-range-unsatisfiable",
            "`RangeNotSatisfiable` with the size when the range holds no byte of it.",
            unsatisfiable,
        ),
        media.check(
            "media-range-empty",
            "No range holds a byte of an empty object.",
            empty,
        ),
        media.check("media-delete", "Deletes an object.", delete),
        media.check(
            "media-delete-missing",
            "Deleting one that does not exist is a success.",
            delete_missing,
        ),
        media.check(
            "media-copy",
            "Copies an object inside the store, with its content type.",
            copy,
        ),
        media.check(
            "media-copy-missing",
            "`copy`: `NotFound(Object)` when the source does not exist.",
            copy_missing,
        ),
        media.check(
            "media-copy-exists",
            "`copy`: `Conflict(Exists)` when the target exists.",
            copy_exists,
        ),
        media.check(
            "media-copy-race",
            "Of many copies to one key at once exactly one succeeds.",
            copy_race,
        ),
    ]
}

async fn get_missing(lab: Lab) -> Verdict {
    let key = lab.key();
    for range in [None, Some(ByteRange::From(0)), Some(ByteRange::Last(1))] {
        refused!(
            lab.media.get(&key, range).await,
            Error::NotFound(Entity::Object)
        );
    }
    Ok(())
}

async fn head_missing(lab: Lab) -> Verdict {
    refused!(
        lab.media.head(&lab.key()).await,
        Error::NotFound(Entity::Object)
    );
    Ok(())
}

async fn range(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(20, 300_000);
    store(&lab, &key, &bytes).await?;
    for (first, last) in [
        (0, 0),
        (0, 299_999),
        (299_999, 299_999),
        (65_535, 65_536),
        (1, 200_000),
    ] {
        let range = Some(ByteRange::Between(first as u64, last as u64));
        let object = lab.media.get(&key, range).await?;
        same!(
            object.range,
            first as u64..last as u64 + 1,
            "the range of {first} to {last}"
        );
        same!(object.meta.size, 300_000, "the size of the whole");
        let found = read_back(&lab, &key, range).await?;
        same!(
            found == bytes[first..=last],
            true,
            "whether bytes {first} to {last} are right"
        );
    }
    let found = read_back(&lab, &key, Some(ByteRange::From(123_456))).await?;
    same!(
        found == bytes[123_456..],
        true,
        "whether the bytes from 123456 on are right"
    );
    Ok(())
}

async fn suffix(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(21, 1_000);
    store(&lab, &key, &bytes).await?;
    for (count, from) in [(1, 999), (10, 990), (1_000, 0), (1_001, 0), (u64::MAX, 0)] {
        let found = read_back(&lab, &key, Some(ByteRange::Last(count))).await?;
        same!(found, bytes[from..].to_vec(), "the last {count} bytes");
    }
    Ok(())
}

async fn behind_end(lab: Lab) -> Verdict {
    let key = lab.key();
    store(&lab, &key, b"0123456789").await?;
    for (first, last, expected) in [(0, 10, "0123456789"), (9, 100, "9"), (5, u64::MAX, "56789")] {
        let range = Some(ByteRange::Between(first, last));
        let found = read_back(&lab, &key, range).await?;
        same!(
            String::from_utf8_lossy(&found),
            expected,
            "bytes {first} to {last}"
        );
        same!(
            lab.media.get(&key, range).await?.range,
            first..10,
            "the range"
        );
    }
    Ok(())
}

async fn all_ranges(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(22, 6);
    store(&lab, &key, &bytes).await?;
    let mut ranges = Vec::new();
    for a in 0..8 {
        ranges.extend([ByteRange::From(a), ByteRange::Last(a)]);
        ranges.extend((0..8).map(|b| ByteRange::Between(a, b)));
    }
    for range in ranges {
        match range.resolve(6) {
            Some(expected) => {
                let object = lab.media.get(&key, Some(range)).await?;
                same!(object.range, expected, "the range of {range:?}");
                let found = read_back(&lab, &key, Some(range)).await?;
                let (start, end) = (expected.start as usize, expected.end as usize);
                same!(found, bytes[start..end].to_vec(), "the bytes of {range:?}");
            }
            None => refused!(
                lab.media.get(&key, Some(range)).await,
                Error::RangeNotSatisfiable { size: 6 }
            ),
        }
    }
    Ok(())
}

async fn unsatisfiable(lab: Lab) -> Verdict {
    let key = lab.key();
    store(&lab, &key, &noise(23, 100)).await?;
    for range in [
        ByteRange::From(100),
        ByteRange::From(u64::MAX),
        ByteRange::Between(100, 100),
        ByteRange::Between(5, 4),
        ByteRange::Last(0),
    ] {
        refused!(
            lab.media.get(&key, Some(range)).await,
            Error::RangeNotSatisfiable { size: 100 }
        );
    }
    Ok(())
}

async fn empty(lab: Lab) -> Verdict {
    let key = lab.key();
    store(&lab, &key, &[]).await?;
    for range in [
        ByteRange::From(0),
        ByteRange::Between(0, 0),
        ByteRange::Last(1),
    ] {
        refused!(
            lab.media.get(&key, Some(range)).await,
            Error::RangeNotSatisfiable { size: 0 }
        );
    }
    Ok(())
}

async fn delete(lab: Lab) -> Verdict {
    let (key, other) = (lab.key(), lab.key());
    store(&lab, &key, b"gone").await?;
    store(&lab, &other, b"kept").await?;
    lab.media.delete(&key).await?;
    absent(&lab, &key).await?;
    holds(&lab, &other, b"kept").await
}

async fn delete_missing(lab: Lab) -> Verdict {
    let key = lab.key();
    lab.media.delete(&key).await?;
    store(&lab, &key, b"x").await?;
    lab.media.delete(&key).await?;
    lab.media.delete(&key).await?;
    Ok(())
}

async fn copy(lab: Lab) -> Verdict {
    let (from, to) = (lab.key(), lab.key());
    let bytes = noise(24, 200_000);
    let typed = PutOptions {
        content_type: "image/webp".to_owned(),
        ..options()
    };
    lab.media.put(&from, body(&bytes, 50_000), typed).await?;
    let meta = lab.media.copy(&from, &to).await?;
    same!(
        (&meta.key, meta.size),
        (&to, 200_000),
        "key and size of the answer"
    );
    same!(
        meta.content_type.as_str(),
        "image/webp",
        "the content type of the answer"
    );
    same!(
        lab.media.head(&to).await?.content_type.as_str(),
        "image/webp",
        "the content type"
    );
    holds(&lab, &to, &bytes).await?;
    lab.media.delete(&from).await?;
    holds(&lab, &to, &bytes).await
}

async fn copy_missing(lab: Lab) -> Verdict {
    let (from, to) = (lab.key(), lab.key());
    refused!(
        lab.media.copy(&from, &to).await,
        Error::NotFound(Entity::Object)
    );
    absent(&lab, &to).await
}

async fn copy_exists(lab: Lab) -> Verdict {
    let (from, to) = (lab.key(), lab.key());
    store(&lab, &from, b"source").await?;
    store(&lab, &to, b"target").await?;
    refused!(
        lab.media.copy(&from, &to).await,
        Error::Conflict(Conflict::Exists)
    );
    holds(&lab, &to, b"target").await?;
    holds(&lab, &from, b"source").await
}

async fn copy_race(lab: Lab) -> Verdict {
    let to = lab.key();
    let results = lab
        .race(8, |lab, number| {
            let (from, to) = (lab.key(), to.clone());
            async move {
                let bytes = noise(30 + number as u64, 5_000);
                store(&lab, &from, &bytes).await?;
                lab.media.copy(&from, &to).await.map(|_| bytes)
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Exists));
    same!(won.len(), 1, "copies that succeeded");
    holds(&lab, &to, &won[0]).await
}
