//! Columns that several questions share, and how they become the domain's values again.

use blog_core::error::{Error, Result};
use blog_core::id::{MediaId, UserId};
use blog_core::model::focus::Focus;
use blog_core::model::media::{AltText, MediaRef, ObjectKey};
use blog_core::model::user::{DisplayName, UserRef, Username};
use blog_core::model::widths::Widths;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

/// A stored value that no version of this program wrote.
#[derive(Debug, thiserror::Error)]
#[error("{column} holds a value that is not understood")]
struct Unreadable {
    column: &'static str,
}

/// The failure of reading a column.
pub(super) fn unreadable(column: &'static str) -> Error {
    Error::backend("sql", Unreadable { column })
}

/// A column of JSON.
pub(super) fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::backend("sql", error))
}

/// JSON for a column.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::backend("sql", error))
}

pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// The columns of a joined item, by the table's short name and the beginning of the columns' names: what [`media_ref`]
/// takes.
macro_rules! media_columns {
    ($table:literal, $name:literal) => {
        concat!(
            $table,
            ".id AS ",
            $name,
            "_id, ",
            $table,
            ".public_key AS ",
            $name,
            "_key, ",
            $table,
            ".width AS ",
            $name,
            "_width, ",
            $table,
            ".height AS ",
            $name,
            "_height, ",
            $table,
            ".alt AS ",
            $name,
            "_alt, ",
            $table,
            ".focus_x AS ",
            $name,
            "_focus_x, ",
            $table,
            ".focus_y AS ",
            $name,
            "_focus_y, ",
            $table,
            ".widths AS ",
            $name,
            "_widths"
        )
    };
}
pub(super) use media_columns;

/// The columns of a person, null where nobody is joined.
#[derive(Debug, FromRow)]
pub(super) struct PersonColumns {
    pub(super) user_id: Option<Uuid>,
    username: Option<String>,
    display_name: Option<String>,
    avatar_id: Option<Uuid>,
    avatar_key: Option<String>,
    avatar_width: Option<i64>,
    avatar_height: Option<i64>,
    avatar_alt: Option<String>,
    avatar_focus_x: Option<i64>,
    avatar_focus_y: Option<i64>,
    avatar_widths: Option<String>,
}

impl PersonColumns {
    /// The person; `None` where nobody is joined.
    pub(super) fn person(self) -> Option<UserRef> {
        let avatar = media_ref(
            self.avatar_id,
            self.avatar_key,
            self.avatar_width,
            self.avatar_height,
            self.avatar_alt,
            focus(self.avatar_focus_x, self.avatar_focus_y),
            self.avatar_widths,
        );
        Some(UserRef {
            id: UserId::from(self.user_id?),
            username: Username::from_store(self.username?),
            display_name: DisplayName::from_store(self.display_name?),
            avatar,
        })
    }
}

/// A joined media item; `None` where none is joined.
pub(super) fn media_ref(
    id: Option<Uuid>,
    public_key: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
    alt: Option<String>,
    focus: Focus,
    widths: Option<String>,
) -> Option<MediaRef> {
    Some(MediaRef {
        id: MediaId::from(id?),
        public_key: public_key.map(ObjectKey::from_store),
        width: pixels(width),
        height: pixels(height),
        alt: AltText::from_store(alt.unwrap_or_default()),
        focus,
        widths: Widths::from_text(&widths.unwrap_or_default()),
    })
}

/// The point of a picture that stays in sight, from its two columns.
pub(super) fn focus(x: Option<i64>, y: Option<i64>) -> Focus {
    let percent = |value: Option<i64>| value.and_then(|value| u8::try_from(value).ok());
    match (percent(x), percent(y)) {
        (Some(x), Some(y)) => Focus::from_percent(x, y),
        _ => Focus::CENTRE,
    }
}

/// A number of pixels.
pub(super) fn pixels(value: Option<i64>) -> Option<u32> {
    value.and_then(|pixels| u32::try_from(pixels).ok())
}
