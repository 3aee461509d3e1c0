//! What statements are given: four kinds of values, each of which may be null.

use blog_core::id::{
    AuditId, AutosaveId, CommentId, ExportId, InvitationId, MediaId, MessageId, PostId,
    PreviewLinkId, SessionId, StaticPageId, UserId,
};
use blog_core::time::Timestamp;
use uuid::Uuid;

/// A value for a `?`.
#[derive(Debug, Clone)]
pub(super) enum Arg {
    /// A number, a flag (0 or 1) or a time in microseconds.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes, also of keys whose byte order matters.
    Blob(Option<Vec<u8>>),
    /// An identifier, kept as its 16 bytes.
    Id(Option<Uuid>),
}

/// The values of a statement, in the order of its `?`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::args::Arg::from($value)),*] };
}
pub(super) use args;

macro_rules! from {
    ($($type:ty, $value:ident => $kind:ident($inner:expr);)*) => {$(
        impl From<$type> for Arg {
            fn from($value: $type) -> Self {
                Arg::$kind(Some($inner))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Arg::$kind(value.map(|$value| $inner))
            }
        }
    )*};
}

from! {
    i64, value => Int(value);
    u32, value => Int(i64::from(value));
    u64, value => Int(i64::try_from(value).unwrap_or(i64::MAX));
    usize, value => Int(i64::try_from(value).unwrap_or(i64::MAX));
    bool, value => Int(i64::from(value));
    Timestamp, value => Int(value.as_micros());
    &str, value => Text(value.to_owned());
    String, value => Text(value);
    Vec<u8>, value => Blob(value);
    &[u8], value => Blob(value.to_vec());
    Uuid, value => Id(value);
    UserId, value => Id(value.uuid());
    SessionId, value => Id(value.uuid());
    PostId, value => Id(value.uuid());
    CommentId, value => Id(value.uuid());
    MediaId, value => Id(value.uuid());
    StaticPageId, value => Id(value.uuid());
    InvitationId, value => Id(value.uuid());
    ExportId, value => Id(value.uuid());
    AuditId, value => Id(value.uuid());
    AutosaveId, value => Id(value.uuid());
    PreviewLinkId, value => Id(value.uuid());
    MessageId, value => Id(value.uuid());
}

/// A number as it is stored, given back. Counters and versions never fall below zero.
pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// The places of an `IN` list: its statements have 8, 16, 64 or 512, so that their texts stay few and static.
#[derive(Debug)]
pub(super) struct InList {
    /// The statement with 8, 16, 64 and 512 places.
    pub(super) texts: [&'static str; 4],
}

const PLACES: [usize; 4] = [8, 16, 64, 512];

/// The most values that one `IN` list takes.
pub(super) const MOST_PLACES: usize = PLACES[PLACES.len() - 1];

impl InList {
    /// The text for so many values, and the values with the last one repeated until all places are taken.
    ///
    /// # Panics
    /// Above [`MOST_PLACES`]: callers hand lists over in chunks.
    pub(super) fn fill(&self, mut values: Vec<Arg>) -> (&'static str, Vec<Arg>) {
        let size = PLACES
            .iter()
            .position(|&places| values.len() <= places)
            .expect("callers hand over at most the greatest number of places");
        if let Some(last) = values.last().cloned() {
            values.resize(PLACES[size], last);
        }
        (self.texts[size], values)
    }
}

/// A statement with an `IN` list between two texts.
macro_rules! in_list {
    ($before:expr, $after:expr) => {
        $crate::sql::args::InList {
            texts: [
                concat!($before, "(", $crate::sql::args::places!(8), ")", $after),
                concat!($before, "(", $crate::sql::args::places!(16), ")", $after),
                concat!($before, "(", $crate::sql::args::places!(64), ")", $after),
                concat!($before, "(", $crate::sql::args::places!(512), ")", $after),
            ],
        }
    };
}
pub(super) use in_list;

macro_rules! places {
    (8) => {
        "?, ?, ?, ?, ?, ?, ?, ?"
    };
    (16) => {
        concat!(
            $crate::sql::args::places!(8),
            ", ",
            $crate::sql::args::places!(8)
        )
    };
    (64) => {
        concat!(
            $crate::sql::args::places!(16),
            ", ",
            $crate::sql::args::places!(16),
            ", ",
            $crate::sql::args::places!(16),
            ", ",
            $crate::sql::args::places!(16)
        )
    };
    (256) => {
        concat!(
            $crate::sql::args::places!(64),
            ", ",
            $crate::sql::args::places!(64),
            ", ",
            $crate::sql::args::places!(64),
            ", ",
            $crate::sql::args::places!(64)
        )
    };
    (512) => {
        concat!(
            $crate::sql::args::places!(256),
            ", ",
            $crate::sql::args::places!(256)
        )
    };
}
pub(super) use places;
