//! Bytes that are kept or read wrong.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

use super::Broken;
use crate::backend::Backend;
use crate::error::{Conflict, Error, Result};
use crate::model::media::{
    ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutMode, PutOptions,
};
use crate::page::Page;
use crate::ports::MediaStore;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    HalfStays,
    HalfSeen,
    ModeIgnored,
    SizeIgnored,
    LastByteLost,
    TypeLost,
    CopyReplaces,
    AfterIncluded,
    LooksThenPuts,
    OnePage,
    SlowDownSwallowed,
    EtagQuoted,
}

pub(super) fn all(working: &Backend) -> Vec<Broken> {
    let faults: [(&str, &[&str], Fault); 12] = [
        (
            "media-half-a-body-stays",
            &["media-body-error"],
            Fault::HalfStays,
        ),
        (
            "media-half-a-body-seen",
            &["media-put-whole-or-not"],
            Fault::HalfSeen,
        ),
        (
            "media-create-overwrites",
            &["media-create-exists", "media-create-race"],
            Fault::ModeIgnored,
        ),
        (
            "media-size-not-checked",
            &["media-body-size"],
            Fault::SizeIgnored,
        ),
        (
            "media-range-end-excluded",
            &["media-range"],
            Fault::LastByteLost,
        ),
        ("media-copy-loses-type", &["media-copy"], Fault::TypeLost),
        (
            "media-copy-replaces",
            &["media-copy-exists", "media-copy-race"],
            Fault::CopyReplaces,
        ),
        (
            "media-list-repeats-after",
            &["media-list-after", "media-list-pages"],
            Fault::AfterIncluded,
        ),
        (
            "media-looks-then-puts",
            &["media-create-race"],
            Fault::LooksThenPuts,
        ),
        (
            "media-list-of-one-page",
            &["media-list-after", "media-list-pages"],
            Fault::OnePage,
        ),
        (
            "media-slow-down-swallowed",
            &["media-delete"],
            Fault::SlowDownSwallowed,
        ),
        ("media-etag-in-quotes", &["media-etag"], Fault::EtagQuoted),
    ];
    let broken = |(name, caught_by, fault)| Broken {
        name,
        caught_by,
        backend: super::media(
            working,
            Media {
                inner: working.media.clone(),
                fault,
            },
        ),
    };
    faults.into_iter().map(broken).collect()
}

#[derive(Debug)]
struct Media {
    inner: Arc<dyn MediaStore>,
    fault: Fault,
}

fn overwriting(options: &PutOptions) -> PutOptions {
    PutOptions {
        mode: PutMode::Overwrite,
        size: None,
        content_type: options.content_type.clone(),
    }
}

impl Media {
    /// Writes what has come after every piece, as a store that appends in place does.
    async fn growing(
        &self,
        key: &ObjectKey,
        mut body: ByteStream,
        options: &PutOptions,
    ) -> Result<ObjectMeta> {
        let mut so_far: Vec<u8> = Vec::new();
        let mut meta = None;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| Error::backend("half", error))?;
            so_far.extend_from_slice(&piece);
            let now = stream::iter([Ok(Bytes::copy_from_slice(&so_far))]).boxed();
            meta = Some(self.inner.put(key, now, overwriting(options)).await?);
        }
        match meta {
            Some(meta) => Ok(meta),
            None => {
                self.inner
                    .put(key, stream::empty().boxed(), overwriting(options))
                    .await
            }
        }
    }

    /// Copies by reading and putting.
    async fn copy_over(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        let object = self.inner.get(from, None).await?;
        let options = PutOptions {
            mode: PutMode::Overwrite,
            size: None,
            content_type: match self.fault {
                Fault::TypeLost => "application/octet-stream".to_owned(),
                _ => object.meta.content_type,
            },
        };
        self.inner.put(to, object.body, options).await
    }
}

#[async_trait]
impl MediaStore for Media {
    fn bucket(&self) -> &str {
        self.inner.bucket()
    }

    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta> {
        match self.fault {
            // A body that breaks ends like one that is over.
            Fault::HalfStays => {
                let until = body
                    .take_while(|piece| std::future::ready(piece.is_ok()))
                    .boxed();
                self.inner.put(key, until, options).await
            }
            Fault::HalfSeen => self.growing(key, body, &options).await,
            Fault::LooksThenPuts if options.mode == PutMode::Create => {
                let there = self.inner.head(key).await;
                super::round_trip().await;
                match there {
                    Ok(_) => Err(Conflict::Exists.into()),
                    Err(_) => self.inner.put(key, body, overwriting(&options)).await,
                }
            }
            Fault::ModeIgnored => self.inner.put(key, body, overwriting(&options)).await,
            Fault::SizeIgnored => {
                let unsized_ = PutOptions {
                    size: None,
                    ..options
                };
                self.inner.put(key, body, unsized_).await
            }
            Fault::EtagQuoted => {
                let mut meta = self.inner.put(key, body, options).await?;
                meta.etag = format!("\"{}\"", meta.etag);
                Ok(meta)
            }
            _ => self.inner.put(key, body, options).await,
        }
    }

    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object> {
        let range = match range {
            Some(ByteRange::Between(first, last)) if self.fault == Fault::LastByteLost => {
                Some(ByteRange::Between(first, last.saturating_sub(1)))
            }
            range => range,
        };
        self.inner.get(key, range).await
    }

    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta> {
        self.inner.head(key).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<()> {
        if self.fault == Fault::SlowDownSwallowed {
            return Ok(());
        }
        self.inner.delete(key).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta> {
        if matches!(self.fault, Fault::TypeLost | Fault::CopyReplaces) {
            return self.copy_over(from, to).await;
        }
        self.inner.copy(from, to).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>> {
        let mut page = self.inner.list(prefix, after, limit).await?;
        if self.fault == Fault::AfterIncluded
            && let Some(after) = after
            && let Ok(meta) = self.inner.head(after).await
        {
            page.items.insert(0, meta);
            page.items.truncate(usize::from(limit));
        }
        if self.fault == Fault::OnePage {
            page.next = None;
        }
        Ok(page)
    }
}
