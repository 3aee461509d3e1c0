//! Keyset pages: a page ends in a cursor that names its last row, so that no store ever counts or skips.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::time::Timestamp;

/// Where a page ended: the sort time and the id of its last row. Rows of one time are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last row's sort time.
    pub at: Timestamp,
    /// The last row's id.
    pub id: Uuid,
}

impl Cursor {
    /// 32 characters of base64url (RFC 4648, section 5): 8 bytes of big-endian time, then the id.
    pub fn encode(&self) -> String {
        let mut bytes = [0; 24];
        bytes[..8].copy_from_slice(&self.at.as_micros().to_be_bytes());
        bytes[8..].copy_from_slice(self.id.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Cursor::encode`] wrote; `None` for anything else.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (at, id) = bytes.split_at(8);
        Some(Self {
            at: Timestamp::from_micros(i64::from_be_bytes(at.try_into().ok()?)),
            id: Uuid::from_slice(id).ok()?,
        })
    }
}

/// Which page, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// The cursor of the page before; `None` for the first page.
    pub after: Option<Cursor>,
    limit: u16,
}

impl PageRequest {
    /// The longest page.
    pub const MAX: u16 = 100;

    /// A page of `limit` rows, brought into 1 ..= [`PageRequest::MAX`].
    pub fn new(after: Option<Cursor>, limit: u16) -> Self {
        Self {
            after,
            limit: limit.clamp(1, Self::MAX),
        }
    }

    /// The first page.
    pub fn first(limit: u16) -> Self {
        Self::new(None, limit)
    }

    /// How many rows at most.
    pub fn limit(&self) -> usize {
        usize::from(self.limit)
    }
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = Cursor> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` when this is the last one.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Makes a page from `limit + 1` fetched rows: the row too many says that there is a next page.
    pub fn from_overfetch(mut rows: Vec<T>, limit: usize, cursor: impl Fn(&T) -> C) -> Self {
        let next = if rows.len() > limit {
            rows.truncate(limit);
            rows.last().map(cursor)
        } else {
            None
        };
        Self { items: rows, next }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U, C> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}
