//! The order of the index's rows of one time.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Orders the objects of one time: the same for an object always, and short enough for a cursor.
pub(crate) fn row_id(bucket: &str, key: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(bucket.as_bytes());
    hash.update([0]);
    hash.update(key.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(id)
}
