//! The store of bytes.

use std::fmt::Debug;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::media::{ByteRange, ByteStream, Object, ObjectKey, ObjectMeta, PutOptions};
use crate::page::Page;

/// Objects by key. Bodies stream both ways; nothing holds a whole file.
#[async_trait]
pub trait MediaStore: Debug + Send + Sync + 'static {
    /// The store's own name in the object index: a bucket, "memory", "files".
    fn bucket(&self) -> &str;

    /// Stores an object; it is seen whole or not at all, from the answer on.
    ///
    /// With `PutMode::Create` an existing object is left alone and the answer is `Conflict(Exists)`; of many creations
    /// of one key at once exactly one succeeds. A body that ends in an error, or whose length is not `size`, stores
    /// nothing and leaves what was there.
    async fn put(
        &self,
        key: &ObjectKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<ObjectMeta>;

    /// Reads an object, or a part of it. `NotFound(Object)` when there is none, `RangeNotSatisfiable` with the size
    /// when the range holds no byte of it. Bytes that were damaged in the store end the stream with an error, when
    /// the whole object is read.
    async fn get(&self, key: &ObjectKey, range: Option<ByteRange>) -> Result<Object>;

    /// What is known of an object; `NotFound(Object)` when there is none.
    async fn head(&self, key: &ObjectKey) -> Result<ObjectMeta>;

    /// Deletes an object. Deleting one that does not exist is a success.
    async fn delete(&self, key: &ObjectKey) -> Result<()>;

    /// Copies an object inside the store, with its content type. `NotFound(Object)` when the source, `Conflict(Exists)`
    /// when the target exists.
    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<ObjectMeta>;

    /// The objects whose key begins with `prefix`, each as `head` knows it, but where the store's own lists do not say the
    /// content type it is empty, in the byte order of their keys, behind `after`, at most
    /// `limit` (1 to 1 000).
    async fn list(
        &self,
        prefix: &str,
        after: Option<&ObjectKey>,
        limit: u16,
    ) -> Result<Page<ObjectMeta, ObjectKey>>;
}
