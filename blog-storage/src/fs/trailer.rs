//! What stands in an object's file behind its bytes.
//!
//! ```text
//! bytes of the object
//! content type                     UTF-8
//! SHA-256 of the bytes             32
//! size of the object               8, big-endian
//! when it was put                  8, microseconds, big-endian
//! length of the content type       2, big-endian
//! check                            16, the first of SHA-256 of everything from the content type to here
//! "blogobj1"                       8
//! ```
//! At the end and not at the beginning, because size and hash are known only when a streamed body has ended; and so
//! the offset of a byte in the object is its offset in the file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use blog_core::Timestamp;
use blog_core::model::media::{ObjectKey, ObjectMeta};
use sha2::{Digest as _, Sha256};

use crate::body::hex;

/// The longest content type in bytes.
pub(super) const MAX_CONTENT_TYPE: usize = 255;

const MARK: &[u8; 8] = b"blogobj1";
const CHECK: usize = 16;
/// Hash, size, time, length.
const FACTS: usize = 32 + 8 + 8 + 2;
/// All but the content type.
const FIXED: usize = FACTS + CHECK + MARK.len();

/// What is known of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trailer {
    /// The SHA-256 of the bytes; in hexadecimal it is the etag.
    pub(super) sha256: [u8; 32],
    pub(super) size: u64,
    pub(super) modified_at: Timestamp,
    pub(super) content_type: String,
}

impl Trailer {
    pub(super) fn meta(&self, key: &ObjectKey) -> ObjectMeta {
        ObjectMeta {
            key: key.clone(),
            size: self.size,
            etag: hex(&self.sha256),
            content_type: self.content_type.clone(),
            modified_at: self.modified_at,
        }
    }

    /// As it stands in the file.
    pub(super) fn encode(&self) -> Vec<u8> {
        let length = u16::try_from(self.content_type.len()).unwrap_or(u16::MAX);
        let mut bytes = Vec::with_capacity(self.content_type.len() + FIXED);
        bytes.extend_from_slice(self.content_type.as_bytes());
        bytes.extend_from_slice(&self.sha256);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(&self.modified_at.as_micros().to_be_bytes());
        bytes.extend_from_slice(&length.to_be_bytes());
        let check = Sha256::digest(&bytes);
        bytes.extend_from_slice(&check[..CHECK]);
        bytes.extend_from_slice(MARK);
        bytes
    }

    /// Reads it from a file's end.
    ///
    /// # Errors
    /// `InvalidData` when the file was cut, has grown, or its trailer was damaged.
    pub(super) fn read(file: &mut File) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        let most = (MAX_CONTENT_TYPE + FIXED) as u64;
        file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
        let mut end = Vec::with_capacity(MAX_CONTENT_TYPE + FIXED);
        file.take(most).read_to_end(&mut end)?;
        let trailer = Self::decode(&end).ok_or_else(damaged)?;
        let whole = trailer.size + (trailer.content_type.len() + FIXED) as u64;
        match whole == length {
            true => Ok(trailer),
            false => Err(damaged()),
        }
    }

    fn decode(end: &[u8]) -> Option<Self> {
        let end = end.strip_suffix(MARK)?;
        let (end, check) = end.split_at_checked(end.len().checked_sub(CHECK)?)?;
        let (_, length) = end.split_last_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let text = end.get(end.len().checked_sub(length + FACTS)?..)?;
        if Sha256::digest(text)[..CHECK] != *check {
            return None;
        }
        let (content_type, facts) = text.split_at_checked(length)?;
        let (sha256, facts) = facts.split_first_chunk::<32>()?;
        let (size, facts) = facts.split_first_chunk::<8>()?;
        let (modified_at, _) = facts.split_first_chunk::<8>()?;
        Some(Self {
            sha256: *sha256,
            size: u64::from_be_bytes(*size),
            modified_at: Timestamp::from_micros(i64::from_be_bytes(*modified_at)),
            content_type: String::from_utf8(content_type.to_vec()).ok()?,
        })
    }
}

/// The file does not hold what was put.
pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the stored object is damaged")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file_of(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn trailer(content: &[u8], content_type: &str) -> Trailer {
        Trailer {
            sha256: Sha256::digest(content).into(),
            size: content.len() as u64,
            modified_at: Timestamp::from_micros(-5),
            content_type: content_type.to_owned(),
        }
    }

    #[test]
    fn comes_back_as_it_was_written() {
        for content in [&b""[..], b"x", &[0; 5_000]] {
            for content_type in ["", "image/png", &"é".repeat(127)] {
                let written = trailer(content, content_type);
                let mut file = file_of(&[content, &written.encode()].concat());
                assert_eq!(Trailer::read(&mut file).unwrap(), written);
            }
        }
    }

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let written = trailer(b"abc", "image/png").encode();
        let whole = [&b"abc"[..], &written].concat();
        for place in 3..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            let error = Trailer::read(&mut file_of(&changed)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "byte {place}");
        }
        for length in 0..whole.len() {
            let error = Trailer::read(&mut file_of(&whole[..length])).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "cut to {length}");
            let error = Trailer::read(&mut file_of(&whole[length + 1..])).unwrap_err();
            assert_eq!(
                error.kind(),
                io::ErrorKind::InvalidData,
                "cut from {length}"
            );
        }
    }
}
