//! The saved states of posts.

use blog_core::error::{Entity, Error, Result};
use blog_core::id::PostId;
use blog_core::model::post::{Body, Title};
use blog_core::model::revision::{Revision, RevisionHead};
use blog_core::page::Page;
use sqlx::FromRow;

use crate::sql::args::{args, unsigned};
use crate::sql::db::Db;
use crate::sql::rows::{PersonColumns, media_columns, time};

/// What a list says of a revision `r`, with its body or without.
macro_rules! revision {
    ($body:literal) => {
        concat!(
            "SELECT r.version, r.title, OCTET_LENGTH(r.body) AS bytes, ",
            $body,
            " AS body, r.saved_at, u.id AS user_id, u.username, u.display_name, ",
            media_columns!("a", "avatar"),
            " FROM blog_revisions r LEFT JOIN blog_users u ON u.id = r.editor \
             LEFT JOIN blog_media a ON a.id = u.avatar WHERE r.post = ?"
        )
    };
}

/// (post, before this version, how many).
const LIST: &str = concat!(
    revision!("NULL"),
    " AND r.version < ? ORDER BY r.version DESC LIMIT ?"
);

/// (post, version).
const ONE: &str = concat!(revision!("r.body"), " AND r.version = ?");

#[derive(FromRow)]
struct RevisionRow {
    version: i64,
    title: String,
    bytes: i64,
    body: Option<String>,
    saved_at: i64,
    #[sqlx(flatten)]
    editor: PersonColumns,
}

impl RevisionRow {
    fn head(self) -> RevisionHead {
        RevisionHead {
            version: unsigned(self.version),
            title: Title::from_store(self.title),
            bytes: unsigned(self.bytes),
            editor: self.editor.person(),
            saved_at: time(self.saved_at),
        }
    }
}

pub(super) async fn list(
    db: &Db,
    post: PostId,
    before: Option<u64>,
    limit: u16,
) -> Result<Page<RevisionHead, u64>> {
    let limit = usize::from(limit);
    let before = before.unwrap_or(u64::MAX);
    let rows: Vec<RevisionRow> = db.all(LIST, args![post, before, limit + 1]).await?;
    let heads = rows.into_iter().map(RevisionRow::head).collect();
    Ok(Page::from_overfetch(heads, limit, |head: &RevisionHead| {
        head.version
    }))
}

pub(super) async fn one(db: &Db, post: PostId, version: u64) -> Result<Revision> {
    let row: Option<RevisionRow> = db.one(ONE, args![post, version]).await?;
    let mut row = row.ok_or(Error::NotFound(Entity::Revision))?;
    let body = row.body.take().unwrap_or_default();
    Ok(Revision {
        head: row.head(),
        body: Body::from_store(body),
    })
}
