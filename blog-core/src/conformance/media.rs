//! The contract of [`MediaStore`](crate::ports::MediaStore). Reading and listing have files of their own.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use tokio::sync::oneshot;

use super::chance::{Dice, fresh_word};
use super::check::{Check, Port};
use super::lab::Lab;
use super::verdict::{Failure, Verdict, ensure, refused, same, winners};
use crate::error::{Conflict, Entity, Error, Result};
use crate::model::media::{ByteRange, ByteStream, ObjectKey, ObjectMeta, PutMode, PutOptions};

mod list;
mod read;

pub(super) fn checks() -> Vec<Check> {
    let media = Port::Media;
    let mut checks = vec![
        media.check("media-bucket", "The store's own name in the object index.", bucket),
        media.check("media-put", "Stores an object; it is seen from the answer on.", put),
        media.check("media-put-pieces", "Bodies stream: many small pieces, and empty ones, make one object.", pieces),
        media.check("media-put-large", "Bodies stream both ways; nothing holds a whole file: 20 MiB made on the way come back by range.", large),
        media.check("media-put-empty", "An object of no bytes is an object.", empty),
        media.check("media-put-whole-or-not", "An object is seen whole or not at all.", whole_or_not),
        media.check("media-put-abandoned", "A put that its caller abandons stores nothing.", abandoned),
        media.check("media-create-exists", "With `PutMode::Create` an existing object is left alone and the answer is `Conflict(Exists)`.", create_exists),
        media.check("media-create-race", "Of many creations of one key at once exactly one succeeds.", create_race),
        media.check("media-overwrite", "With `PutMode::Overwrite` an object is replaced whole.", overwrite),
        media.check("media-overwrite-race", "Readers of a key that is overwritten see one body whole, the old or the new.", overwrite_race),
        media.check("media-body-error", "A body that ends in an error stores nothing and leaves what was there.", body_error),
        media.check("media-body-size", "A body whose length is not `size` stores nothing and leaves what was there.", body_size),
        media.check("media-etag", "The etag changes with the content; without quotation marks.", etag),
        media.check("media-content-type", "The content type is stored with the object, as it was put.", content_type),
        media.check("media-keys", "Keys are 1 to 1 024 bytes; a key and one that it begins are two objects.", keys),
    ];
    checks.extend(read::checks());
    checks.extend(list::checks());
    checks
}

/// Options of a creation.
fn options() -> PutOptions {
    PutOptions {
        content_type: "application/octet-stream".to_owned(),
        mode: PutMode::Create,
        size: None,
    }
}

/// Options of an overwriting put.
fn overwriting() -> PutOptions {
    PutOptions {
        mode: PutMode::Overwrite,
        ..options()
    }
}

/// Bytes without a pattern, the same for one seed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&dice.roll().to_be_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// A body in pieces of at most so many bytes.
fn body(bytes: &[u8], piece: usize) -> ByteStream {
    let pieces: Vec<_> = bytes
        .chunks(piece.max(1))
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces).boxed()
}

async fn store(lab: &Lab, key: &ObjectKey, bytes: &[u8]) -> Result<ObjectMeta> {
    lab.media.put(key, body(bytes, 65_536), options()).await
}

/// The bytes of an object or of a part of it, whose facts must agree.
async fn read_back(lab: &Lab, key: &ObjectKey, range: Option<ByteRange>) -> Verdict<Vec<u8>> {
    let object = lab.media.get(key, range).await?;
    let length = object.range.end - object.range.start;
    let mut bytes = Vec::new();
    let mut body = object.body;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => bytes.extend_from_slice(&piece),
            Err(error) => return Err(Failure::new(format!("the body of {key} broke: {error}"))),
        }
    }
    same!(
        bytes.len() as u64,
        length,
        "the bytes of a body against its range"
    );
    Ok(bytes)
}

/// Fails unless the object is exactly these bytes, without printing them.
async fn holds(lab: &Lab, key: &ObjectKey, expected: &[u8]) -> Verdict {
    let found = read_back(lab, key, None).await?;
    same!(found.len(), expected.len(), "the length of {key}");
    let differ = found
        .iter()
        .zip(expected)
        .position(|(found, expected)| found != expected);
    same!(differ, None, "the first byte of {key} that differs");
    same!(
        lab.media.head(key).await?.size,
        expected.len() as u64,
        "the size of {key}"
    );
    Ok(())
}

/// Fails unless there is no trace of the key.
async fn absent(lab: &Lab, key: &ObjectKey) -> Verdict {
    refused!(lab.media.head(key).await, Error::NotFound(Entity::Object));
    refused!(
        lab.media.get(key, None).await,
        Error::NotFound(Entity::Object)
    );
    let listed = lab.media.list(key.as_str(), None, 10).await?.items;
    same!(
        listed,
        vec![],
        "objects listed under a key that does not exist"
    );
    Ok(())
}

async fn bucket(lab: Lab) -> Verdict {
    ensure!(!lab.media.bucket().is_empty(), "the store has no name");
    same!(lab.media.bucket(), lab.media.bucket(), "the name");
    Ok(())
}

async fn put(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(1, 100_000);
    let exact = PutOptions {
        size: Some(100_000),
        ..options()
    };
    let meta = lab.media.put(&key, body(&bytes, 7_777), exact).await?;
    same!(
        (&meta.key, meta.size),
        (&key, 100_000),
        "key and size of the answer"
    );
    same!(
        meta.content_type.as_str(),
        "application/octet-stream",
        "the content type"
    );
    holds(&lab, &key, &bytes).await?;
    let head = lab.media.head(&key).await?;
    same!(head.etag, meta.etag, "the etag of head against put");
    let object = lab.media.get(&key, None).await?;
    same!(object.meta, head, "what get knows against head");
    same!(object.range, 0..100_000, "the range of the whole");
    Ok(())
}

async fn pieces(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(2, 30_000);
    let mut dice = Dice::new(3);
    let mut pieces = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(dice.below(4).min(rest.len()));
        pieces.push(Ok(Bytes::copy_from_slice(piece)));
        rest = tail;
    }
    pieces.push(Ok(Bytes::new()));
    lab.media
        .put(&key, stream::iter(pieces).boxed(), options())
        .await?;
    holds(&lab, &key, &bytes).await
}

const MIB: u64 = 1 << 20;

/// The piece of the large object that begins at `piece` MiB: it says its number all over.
fn large_piece(piece: u64) -> Bytes {
    Bytes::from(
        piece
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .to_be_bytes()
            .repeat(131_072),
    )
}

async fn large(lab: Lab) -> Verdict {
    let key = lab.key();
    let body = stream::iter(0..20)
        .map(|piece| Ok(large_piece(piece)))
        .boxed();
    let exact = PutOptions {
        content_type: "video/mp4".to_owned(),
        size: Some(20 * MIB),
        ..options()
    };
    same!(
        lab.media.put(&key, body, exact).await?.size,
        20 * MIB,
        "the size"
    );
    let mut object = lab.media.get(&key, None).await?.body;
    let mut at = 0_u64;
    while let Some(piece) = object.next().await {
        let piece = piece.map_err(|error| Failure::new(format!("the body broke: {error}")))?;
        for byte in &piece {
            // Cheaper than making each piece anew for each byte.
            let expected = (at / MIB).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            let place = usize::try_from(at % 8).unwrap_or(0);
            ensure!(
                *byte == expected[place],
                "byte {at} of a large object differs"
            );
            at += 1;
        }
    }
    same!(at, 20 * MIB, "the bytes of a large object");
    for first in [0, 7 * MIB - 3, 19 * MIB + 5] {
        let last = first + 9;
        let found = read_back(&lab, &key, Some(ByteRange::Between(first, last))).await?;
        let expected: Vec<u8> = (first..=last)
            .filter_map(|at| {
                large_piece(at / MIB)
                    .get(usize::try_from(at % 8).ok()?)
                    .copied()
            })
            .collect();
        same!(found, expected, "ten bytes from {first}");
    }
    lab.media.delete(&key).await?;
    Ok(())
}

async fn empty(lab: Lab) -> Verdict {
    let key = lab.key();
    let exact = PutOptions {
        size: Some(0),
        ..options()
    };
    same!(
        lab.media
            .put(&key, stream::empty().boxed(), exact)
            .await?
            .size,
        0,
        "the size"
    );
    holds(&lab, &key, &[]).await?;
    let object = lab.media.get(&key, None).await?;
    same!(object.range, 0..0, "the range of an empty object");
    refused!(
        store(&lab, &key, b"x").await,
        Error::Conflict(Conflict::Exists)
    );
    Ok(())
}

/// A body whose second half waits until it is told to go on.
fn halting(
    first: &[u8],
    second: &[u8],
) -> (ByteStream, oneshot::Sender<()>, oneshot::Receiver<()>) {
    let (reached, at_half) = oneshot::channel();
    let (go_on, waiting) = oneshot::channel::<()>();
    let first = Bytes::copy_from_slice(first);
    let second = Bytes::copy_from_slice(second);
    let tail = stream::once(async move {
        let _ = reached.send(());
        let _ = waiting.await;
        io::Result::Ok(second)
    });
    (
        stream::iter([Ok(first)]).chain(tail).boxed(),
        go_on,
        at_half,
    )
}

async fn whole_or_not(lab: Lab) -> Verdict {
    let key = lab.key();
    let (one, two) = (noise(4, 300_000), noise(5, 400_000));
    for (mode, bytes, before) in [
        (PutMode::Create, &one, None),
        (PutMode::Overwrite, &two, Some(&one)),
    ] {
        let half = bytes.len() / 2;
        let (body, go_on, at_half) = halting(&bytes[..half], &bytes[half..]);
        let (store, target) = (lab.media.clone(), key.clone());
        let options = PutOptions { mode, ..options() };
        let running = tokio::spawn(async move { store.put(&target, body, options).await });
        // An adapter that reads ahead reaches the middle; one that gave up never does.
        let reached = tokio::time::timeout(Duration::from_secs(10), at_half).await;
        ensure!(
            matches!(reached, Ok(Ok(()))),
            "the store stopped reading the body"
        );
        match before {
            Some(before) => holds(&lab, &key, before).await?,
            None => absent(&lab, &key).await?,
        }
        let _ = go_on.send(());
        running
            .await
            .map_err(|panic| Failure::new(panic.to_string()))??;
        holds(&lab, &key, bytes).await?;
    }
    Ok(())
}

async fn abandoned(lab: Lab) -> Verdict {
    let key = lab.key();
    let (body, _go_on, at_half) = halting(&noise(6, 200_000), b"end");
    {
        let put = lab.media.put(&key, body, options());
        tokio::select! {
            _ = put => return Err(Failure::new("the put ended without its body")),
            _ = at_half => {}
        }
    }
    absent(&lab, &key).await?;
    let bytes = noise(7, 1_000);
    store(&lab, &key, &bytes).await?;
    holds(&lab, &key, &bytes).await
}

async fn create_exists(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(8, 1_000);
    let first = store(&lab, &key, &bytes).await?;
    refused!(
        store(&lab, &key, &noise(9, 10)).await,
        Error::Conflict(Conflict::Exists)
    );
    holds(&lab, &key, &bytes).await?;
    same!(lab.media.head(&key).await?.etag, first.etag, "the etag");
    lab.media.delete(&key).await?;
    store(&lab, &key, b"again").await?;
    holds(&lab, &key, b"again").await
}

async fn create_race(lab: Lab) -> Verdict {
    let key = lab.key();
    let results = lab
        .race(20, |lab, number| {
            let key = key.clone();
            async move {
                let bytes = noise(100 + number as u64, 20_000 + number);
                lab.media
                    .put(&key, body(&bytes, 4_096), options())
                    .await
                    .map(|_| bytes)
            }
        })
        .await?;
    let won = winners!(results, Error::Conflict(Conflict::Exists));
    same!(won.len(), 1, "creations that succeeded of 20 at once");
    holds(&lab, &key, &won[0]).await
}

async fn overwrite(lab: Lab) -> Verdict {
    let key = lab.key();
    for (seed, length) in [(10, 5_000), (11, 100), (12, 90_000), (13, 0)] {
        let bytes = noise(seed, length);
        let meta = lab
            .media
            .put(&key, body(&bytes, 1_000), overwriting())
            .await?;
        holds(&lab, &key, &bytes).await?;
        same!(lab.media.head(&key).await?.etag, meta.etag, "the etag");
    }
    Ok(())
}

async fn overwrite_race(lab: Lab) -> Verdict {
    let key = lab.key();
    let of = |number: usize| vec![u8::try_from(number).unwrap_or(0); 50_000 + number];
    store(&lab, &key, &of(0)).await?;
    let results = lab
        .race(8, |lab, number| {
            let key = key.clone();
            async move {
                for _ in 0..6 {
                    if number < 3 {
                        let body = body(&of(number), 9_000);
                        lab.media.put(&key, body, overwriting()).await?;
                        continue;
                    }
                    let found = read_back(&lab, &key, None).await?;
                    let first = found.first().copied().unwrap_or(0);
                    let whole = found.len() == 50_000 + usize::from(first)
                        && found.iter().all(|byte| *byte == first);
                    ensure!(whole, "a reader saw {} bytes of two bodies", found.len());
                }
                Verdict::Ok(())
            }
        })
        .await?;
    results.into_iter().collect()
}

fn breaking(bytes: &[u8]) -> ByteStream {
    body(bytes, 10_000)
        .chain(stream::iter([Err(io::Error::new(
            io::ErrorKind::ConnectionReset,
            "it broke",
        ))]))
        .boxed()
}

async fn body_error(lab: Lab) -> Verdict {
    let key = lab.key();
    for options in [options(), overwriting()] {
        let result = lab
            .media
            .put(&key, breaking(&noise(14, 95_000)), options)
            .await;
        ensure!(result.is_err(), "a body that broke was stored");
        absent(&lab, &key).await?;
    }
    let bytes = noise(15, 2_000);
    let meta = store(&lab, &key, &bytes).await?;
    let result = lab
        .media
        .put(&key, breaking(&noise(16, 95_000)), overwriting())
        .await;
    ensure!(result.is_err(), "a body that broke was stored");
    holds(&lab, &key, &bytes).await?;
    same!(lab.media.head(&key).await?.etag, meta.etag, "the etag");
    let broken = lab.media.put(&lab.key(), breaking(&[]), options()).await;
    ensure!(broken.is_err(), "a body that broke at once was stored");
    Ok(())
}

async fn body_size(lab: Lab) -> Verdict {
    let key = lab.key();
    let bytes = noise(17, 1_000);
    for mode in [PutMode::Create, PutMode::Overwrite] {
        for size in [0, 999, 1_001, 1 << 40] {
            let options = PutOptions {
                mode,
                size: Some(size),
                ..options()
            };
            let result = lab.media.put(&key, body(&bytes, 100), options).await;
            ensure!(result.is_err(), "1000 bytes were stored as {size}");
            absent(&lab, &key).await?;
        }
    }
    store(&lab, &key, b"first").await?;
    let options = PutOptions {
        size: Some(999),
        ..overwriting()
    };
    ensure!(
        lab.media
            .put(&key, body(&bytes, 100), options)
            .await
            .is_err(),
        "1000 bytes were stored as 999"
    );
    holds(&lab, &key, b"first").await
}

async fn etag(lab: Lab) -> Verdict {
    let key = lab.key();
    let mut seen = Vec::new();
    // Equal lengths, so that only the content tells them apart.
    for bytes in [b"one", b"two", b"tow"] {
        let meta = lab.media.put(&key, body(bytes, 10), overwriting()).await?;
        ensure!(!meta.etag.is_empty(), "an etag is empty");
        ensure!(
            !meta.etag.contains('"'),
            "an etag has a quotation mark: {}",
            meta.etag
        );
        ensure!(
            !seen.contains(&meta.etag),
            "the etag {} did not change",
            meta.etag
        );
        seen.push(meta.etag);
    }
    Ok(())
}

async fn content_type(lab: Lab) -> Verdict {
    for content_type in [
        "image/png",
        "text/plain; charset=utf-8",
        "video/mp4; codecs=\"avc1.4d002a\"",
    ] {
        let key = lab.key();
        let typed = PutOptions {
            content_type: content_type.to_owned(),
            ..options()
        };
        let meta = lab.media.put(&key, body(b"x", 1), typed).await?;
        same!(
            meta.content_type,
            content_type,
            "the content type of the answer"
        );
        same!(
            lab.media.head(&key).await?.content_type,
            content_type,
            "the content type of head"
        );
        let object = lab.media.get(&key, None).await?;
        same!(
            object.meta.content_type,
            content_type,
            "the content type of get"
        );
    }
    Ok(())
}

async fn keys(lab: Lab) -> Verdict {
    let word = fresh_word();
    let mut longest = word.clone();
    while longest.len() + 201 <= 1_024 {
        longest.push('/');
        longest.push_str(&"x".repeat(200));
    }
    longest.push('/');
    longest.push_str(&"y".repeat(1_024 - longest.len()));
    let mut keys = vec![longest];
    for tail in [
        "",
        ".tmp",
        "/a",
        "/a/b",
        "/a.b",
        "/a-b",
        "-",
        "_",
        ".",
        "..x",
        "/...",
        "/con",
        "/.hidden",
        "/a/b/c.d.e",
    ] {
        keys.push(format!("{word}{tail}"));
    }
    let keys: Vec<_> = keys
        .iter()
        .map(|key| {
            ObjectKey::try_from(key.as_str()).map_err(|e| Failure::new(format!("{key}: {e}")))
        })
        .collect::<Verdict<_>>()?;
    for key in &keys {
        store(&lab, key, key.as_str().as_bytes()).await?;
    }
    for key in &keys {
        holds(&lab, key, key.as_str().as_bytes()).await?;
    }
    lab.media.delete(&keys[1]).await?;
    absent_object(&lab, &keys[1]).await?;
    holds(&lab, &keys[3], keys[3].as_str().as_bytes()).await?;
    let other = ObjectKey::from_store(format!("{word}/never"));
    absent(&lab, &other).await
}

/// Fails if the key is an object, whatever lies under it.
async fn absent_object(lab: &Lab, key: &ObjectKey) -> Verdict {
    refused!(lab.media.head(key).await, Error::NotFound(Entity::Object));
    refused!(
        lab.media.get(key, None).await,
        Error::NotFound(Entity::Object)
    );
    Ok(())
}
