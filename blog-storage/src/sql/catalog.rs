//! The catalog of media items.

use std::borrow::Cow;
use std::ops::Bound;

use async_trait::async_trait;
use blog_core::error::{Conflict, Entity, Error, Result};
use blog_core::id::{MediaId, UserId};
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::library::{MediaFilter, MediaPlaces, MediaQuery, PostPlace};
use blog_core::model::media::{
    AltText, FileName, Folder, MediaItem, MediaKind, MediaState, MediaUse, ObjectKey,
};
use blog_core::model::post::{PostStatus, Title};
use blog_core::model::slug::Slug;
use blog_core::model::user::{DisplayName, Username};
use blog_core::model::widths::Widths;
use blog_core::page::{Cursor, Page, PageRequest};
use blog_core::policy::Visibility;
use blog_core::ports::MediaCatalog;
use blog_core::time::Timestamp;
use sqlx::FromRow;
use uuid::Uuid;

use super::SqlStore;
use super::args::{Arg, InList, MOST_PLACES, args, in_list, unsigned};
use super::db::Tx;
use super::effects;
use super::posts::{rule_args, text};
use super::rows::{focus, pixels, time, unreadable};
use super::users::require_user;

/// The columns of an item `m`.
macro_rules! item {
    () => {
        "m.id, m.owner, m.kind, m.content_type, m.bytes, m.width, m.height, m.alt, m.file_name, m.private_key, \
         m.public_key, m.state, m.created_at, m.focus_x, m.focus_y, m.widths"
    };
}

/// Whether anything uses an item: the column with its id goes in.
macro_rules! used {
    ($id:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM blog_post_media pm WHERE pm.media = ",
            $id,
            ") OR EXISTS (SELECT 1 FROM blog_users u WHERE u.avatar = ",
            $id,
            ") OR EXISTS (SELECT 1 FROM blog_settings s WHERE s.logo = ",
            $id,
            ") OR EXISTS (SELECT 1 FROM blog_page_media gm WHERE gm.media = ",
            $id,
            "))"
        )
    };
}

/// A page of an owner's ready items: (owner, any kind, the kind, used ones too, eight patterns for the terms, at most
/// this time, before this time, or before this id, how many). The terms begin with a space, as each of them does.
const OF_OWNER: &str = concat!(
    "SELECT ",
    item!(),
    " FROM blog_media m WHERE m.owner = ? AND m.state = 'ready' AND (? = 1 OR m.kind = ?) AND (? = 1 OR NOT ",
    used!("m.id"),
    ") AND m.terms LIKE ? AND m.terms LIKE ? AND m.terms LIKE ? AND m.terms LIKE ? AND m.terms LIKE ? \
     AND m.terms LIKE ? AND m.terms LIKE ? AND m.terms LIKE ? \
     AND m.created_at <= ? AND (m.created_at < ? OR m.id < ?) \
     ORDER BY m.created_at DESC, m.id DESC LIMIT ?"
);

/// Where an item is used: (the four of the rule, five times the item, how many). First those who wear it, then the posts
/// that may be told, then the others.
const PLACES: &str = concat!(
    "SELECT x.part, x.word, x.name, x.status, x.published_at, x.as_cover FROM (SELECT CASE WHEN ",
    text::rule!(),
    " THEN 1 ELSE 2 END AS part, p.updated_at AS changed_at, p.id AS id, p.slug AS word, p.title AS name, \
     p.status AS status, p.published_at AS published_at, CASE WHEN p.cover = ? THEN 1 ELSE 0 END AS as_cover \
     FROM blog_post_media pm JOIN blog_posts p ON p.id = pm.post WHERE pm.media = ? \
     UNION ALL SELECT 0, 0, u.id, u.username, u.display_name, '', NULL, 0 FROM blog_users u WHERE u.avatar = ? \
     UNION ALL SELECT 2, 0, s.logo, '', '', '', NULL, 0 FROM blog_settings s WHERE s.logo = ? \
     UNION ALL SELECT 2, 0, gm.page, '', '', '', NULL, 0 FROM blog_page_media gm WHERE gm.media = ?) x \
     ORDER BY x.part, x.changed_at DESC, x.id DESC LIMIT ?"
);

const BY_ID: &str = concat!("SELECT ", item!(), " FROM blog_media m WHERE m.id = ?");

const BY_IDS: InList = in_list!(
    concat!("SELECT ", item!(), " FROM blog_media m WHERE m.id IN "),
    ""
);

/// Items in the order of their private objects' keys: (from this key on, behind this key, how many).
const BY_PRIVATE_KEY: &str = concat!(
    "SELECT ",
    item!(),
    " FROM blog_media m WHERE m.private_place >= ? AND m.private_place > ? ORDER BY m.private_place LIMIT ?"
);

/// The same of public copies.
const BY_PUBLIC_KEY: &str = concat!(
    "SELECT ",
    item!(),
    " FROM blog_media m WHERE m.public_place >= ? AND m.public_place > ? ORDER BY m.public_place LIMIT ?"
);

const OF_PRIVATE: InList = in_list!(
    concat!(
        "SELECT ",
        item!(),
        " FROM blog_media m WHERE m.private_place IN "
    ),
    ""
);

const OF_PUBLIC: InList = in_list!(
    concat!(
        "SELECT ",
        item!(),
        " FROM blog_media m WHERE m.public_place IN "
    ),
    ""
);

const KNOWN: InList = in_list!("SELECT id FROM blog_media WHERE id IN ", "");

/// A ready item that somebody may see: (id, is an editor, viewer, the four of the rule).
const VISIBLE: &str = concat!(
    "SELECT ",
    item!(),
    " FROM blog_media m WHERE m.id = ? AND m.state = 'ready' AND (? = 1 OR m.owner = ? \
     OR EXISTS (SELECT 1 FROM blog_users u WHERE u.avatar = m.id) \
     OR EXISTS (SELECT 1 FROM blog_post_media pm JOIN blog_posts p ON p.id = pm.post \
     WHERE pm.media = m.id AND ",
    text::rule!(),
    ") OR EXISTS (SELECT 1 FROM blog_settings s WHERE s.logo = m.id) \
     OR EXISTS (SELECT 1 FROM blog_page_media gm JOIN blog_pages g ON g.id = gm.page \
     WHERE gm.media = m.id AND g.published = 1))"
);

#[derive(FromRow)]
struct ItemRow {
    id: Uuid,
    owner: Uuid,
    kind: String,
    content_type: String,
    bytes: i64,
    width: Option<i64>,
    height: Option<i64>,
    alt: String,
    file_name: String,
    private_key: String,
    public_key: Option<String>,
    state: String,
    created_at: i64,
    focus_x: i64,
    focus_y: i64,
    widths: String,
}

#[derive(FromRow)]
struct PlaceRow {
    part: i64,
    word: String,
    name: String,
    status: String,
    published_at: Option<i64>,
    as_cover: i64,
}

const AVATAR: i64 = 0;
const TOLD: i64 = 1;

impl PlaceRow {
    fn post(self) -> Result<PostPlace> {
        Ok(PostPlace {
            slug: Slug::from_store(self.word),
            title: Title::from_store(self.name),
            status: PostStatus::from_word(&self.status)
                .ok_or_else(|| unreadable("blog_posts.status"))?,
            published_at: self.published_at.map(time),
            as_cover: self.as_cover == 1,
        })
    }
}

/// A key to compare the keys of items with, which are ASCII, as their columns are: one of another object may hold
/// anything. From its first other character on, all keys of items that begin like it stand before it, and `DEL`, which no
/// key holds, stands behind them.
fn comparable(key: &str) -> Cow<'_, str> {
    match key.find(|c: char| !c.is_ascii()) {
        None => Cow::Borrowed(key),
        Some(end) => Cow::Owned(format!("{}\u{7f}", &key[..end])),
    }
}

/// The terms as their column has them: each behind a space.
fn terms_column(item: &MediaItem) -> String {
    format!(" {}", item.search_terms())
}

/// The patterns that find items with these words; one that asks for nothing finds everything.
fn patterns(query: &MediaQuery) -> impl Iterator<Item = Arg> {
    let asked = query.words().iter().map(|word| format!("% {word}%"));
    let rest = std::iter::repeat_n("%".to_owned(), MediaQuery::MAX_WORDS);
    asked.chain(rest).take(MediaQuery::MAX_WORDS).map(Arg::from)
}

/// Gives every item that has none its search terms.
pub(super) async fn index_items(tx: &mut Tx<'_>) -> Result<()> {
    loop {
        let rows: Vec<ItemRow> = tx
            .all(
                concat!(
                    "SELECT ",
                    item!(),
                    " FROM blog_media m WHERE m.terms = '' LIMIT 500"
                ),
                args![],
            )
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for item in items(rows)? {
            tx.run(
                "UPDATE blog_media SET terms = ? WHERE id = ?",
                args![terms_column(&item), item.id],
            )
            .await?;
        }
    }
}

impl ItemRow {
    fn item(self) -> Result<MediaItem> {
        Ok(MediaItem {
            id: MediaId::from(self.id),
            owner: UserId::from(self.owner),
            kind: MediaKind::from_word(&self.kind).ok_or_else(|| unreadable("blog_media.kind"))?,
            content_type: self.content_type,
            bytes: unsigned(self.bytes),
            width: pixels(self.width),
            height: pixels(self.height),
            alt: AltText::from_store(self.alt),
            file_name: FileName::from_store(self.file_name),
            private_key: ObjectKey::from_store(self.private_key),
            public_key: self.public_key.map(ObjectKey::from_store),
            state: MediaState::from_word(&self.state)
                .ok_or_else(|| unreadable("blog_media.state"))?,
            created_at: time(self.created_at),
            focus: focus(Some(self.focus_x), Some(self.focus_y)),
            widths: Widths::from_text(&self.widths),
        })
    }
}

fn items(rows: Vec<ItemRow>) -> Result<Vec<MediaItem>> {
    rows.into_iter().map(ItemRow::item).collect()
}

/// Whether all of these items exist, as the transaction sees it. The ids differ from each other.
pub(super) async fn require_media(tx: &mut Tx<'_>, ids: &[MediaId]) -> Result<()> {
    for chunk in ids.chunks(MOST_PLACES) {
        let (sql, args) = KNOWN.fill(chunk.iter().copied().map(Arg::from).collect());
        let known: Vec<(Uuid,)> = tx.all(sql, args).await?;
        if known.len() < chunk.len() {
            return Err(Error::NotFound(Entity::Media));
        }
    }
    Ok(())
}

async fn item_in(tx: &mut Tx<'_>, id: MediaId) -> Result<MediaItem> {
    let row: Option<ItemRow> = tx.one(BY_ID, args![id]).await?;
    row.ok_or(Error::NotFound(Entity::Media))?.item()
}

#[async_trait]
impl MediaCatalog for SqlStore {
    async fn insert(&self, item: MediaItem, effects: Effects) -> Result<()> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            require_user(&mut tx, item.owner).await?;
            let terms = terms_column(&item);
            tx.run(
                "INSERT INTO blog_media (id, owner, kind, content_type, bytes, width, height, alt, file_name, \
                 private_key, public_key, state, created_at, focus_x, focus_y, terms, widths) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                args![
                    item.id,
                    item.owner,
                    item.kind.as_str(),
                    item.content_type.as_str(),
                    item.bytes,
                    item.width,
                    item.height,
                    item.alt.as_str(),
                    item.file_name.as_str(),
                    item.private_key.as_str(),
                    item.public_key.as_ref().map(ObjectKey::as_str),
                    item.state.as_str(),
                    item.created_at,
                    u32::from(item.focus.x()),
                    u32::from(item.focus.y()),
                    terms,
                    item.widths.to_text(),
                ],
            )
            .await?;
            effects::commit(tx, &effects).await
        })
        .await
    }

    async fn set_ready(&self, item: MediaItem, effects: Effects) -> Result<()> {
        self.db.retried(|| async {
            let mut tx = self.db.begin().await?;
            let terms = terms_column(&item);
            let changed = tx
                .run(
                    "UPDATE blog_media SET kind = ?, content_type = ?, bytes = ?, width = ?, height = ?, alt = ?, \
                     file_name = ?, private_key = ?, public_key = ?, focus_x = ?, focus_y = ?, terms = ?, widths = ?, \
                     state = 'ready' \
                     WHERE id = ? AND state = 'pending'",
                    args![
                        item.kind.as_str(),
                        item.content_type.as_str(),
                        item.bytes,
                        item.width,
                        item.height,
                        item.alt.as_str(),
                        item.file_name.as_str(),
                        item.private_key.as_str(),
                        item.public_key.as_ref().map(ObjectKey::as_str),
                        u32::from(item.focus.x()),
                        u32::from(item.focus.y()),
                        terms,
                        item.widths.to_text(),
                        item.id,
                    ],
                )
                .await?;
            if changed == 0 {
                item_in(&mut tx, item.id).await?;
                return Err(Conflict::State.into());
            }
            effects::commit(tx, &effects).await
        })
        .await
    }

    async fn get(&self, ids: &[MediaId]) -> Result<Vec<MediaItem>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(MOST_PLACES) {
            let (sql, args) = BY_IDS.fill(chunk.iter().copied().map(Arg::from).collect());
            found.extend(items(self.db.all(sql, args).await?)?);
        }
        Ok(found)
    }

    async fn visible(&self, id: MediaId, visibility: &Visibility) -> Result<MediaItem> {
        let viewer = visibility.viewer();
        let mut args = args![id, viewer.is_editor(), viewer.user()];
        args.extend(rule_args(visibility.rule()));
        let row: Option<ItemRow> = self.db.one(VISIBLE, args).await?;
        row.ok_or(Error::NotFound(Entity::Media))?.item()
    }

    async fn by_owner(
        &self,
        owner: UserId,
        query: &MediaQuery,
        page: PageRequest,
    ) -> Result<Page<MediaItem>> {
        let (at, id) = super::newest_first(&page);
        let kind = match query.filter {
            MediaFilter::Images => Some(MediaKind::Image.as_str()),
            MediaFilter::Videos => Some(MediaKind::Video.as_str()),
            MediaFilter::All | MediaFilter::Unused => None,
        };
        let mut args = args![
            owner,
            kind.is_none(),
            kind,
            query.filter != MediaFilter::Unused,
        ];
        args.extend(patterns(query));
        args.extend(args![at, at, id, page.limit() + 1]);
        let rows: Vec<ItemRow> = self.db.all(OF_OWNER, args).await?;
        Ok(Page::from_overfetch(
            items(rows)?,
            page.limit(),
            |item: &MediaItem| Cursor {
                at: item.created_at,
                id: item.id.uuid(),
            },
        ))
    }

    async fn set_alt(&self, id: MediaId, alt: AltText, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let item = MediaItem {
                    alt: alt.clone(),
                    ..item_in(&mut tx, id).await?
                };
                tx.run(
                    "UPDATE blog_media SET alt = ?, terms = ? WHERE id = ?",
                    args![item.alt.as_str(), terms_column(&item), id],
                )
                .await?;
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn set_focus(&self, id: MediaId, focus: Focus, effects: Effects) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let changed = tx
                    .run(
                        "UPDATE blog_media SET focus_x = ?, focus_y = ? WHERE id = ?",
                        args![u32::from(focus.x()), u32::from(focus.y()), id],
                    )
                    .await?;
                if changed == 0 {
                    return Err(Error::NotFound(Entity::Media));
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn set_copies(
        &self,
        seen: &MediaItem,
        public_key: Option<ObjectKey>,
        widths: Widths,
        effects: Effects,
    ) -> Result<()> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let expected = seen.public_key.as_ref().map(ObjectKey::as_str);
                let changed = tx
                .run(
                    "UPDATE blog_media SET public_key = ?, widths = ? WHERE id = ? AND widths = ? \
                     AND (public_key = ? OR (public_key IS NULL AND ? = 1))",
                    args![
                        public_key.as_ref().map(ObjectKey::as_str),
                        widths.to_text(),
                        seen.id,
                        seen.widths.to_text(),
                        expected,
                        expected.is_none(),
                    ],
                )
                .await?;
                if changed == 0 {
                    item_in(&mut tx, seen.id).await?;
                    return Err(Conflict::State.into());
                }
                effects::commit(tx, &effects).await
            })
            .await
    }

    async fn without_copies(&self, after: Option<MediaId>, limit: u32) -> Result<Vec<MediaItem>> {
        let after = after.map_or(Uuid::nil(), MediaId::uuid);
        let rows: Vec<ItemRow> = self
            .db
            .all(
                concat!(
                    "SELECT ",
                    item!(),
                    " FROM blog_media m WHERE m.widths = '' AND m.kind = 'image' AND m.state = 'ready' AND m.id > ? \
                     ORDER BY m.id LIMIT ?"
                ),
                args![after, limit],
            )
            .await?;
        items(rows)
    }

    async fn usage(&self, id: MediaId, now: Timestamp) -> Result<MediaUse> {
        // One row for each kind of use there is: by something public, and by something hidden.
        let rows: Vec<(i64,)> = self
            .db
            .all(
                "SELECT DISTINCT CASE WHEN p.is_public = 1 AND p.published_at <= ? THEN 1 ELSE 0 END \
                 FROM blog_post_media pm JOIN blog_posts p ON p.id = pm.post WHERE pm.media = ? \
                 UNION SELECT 1 FROM blog_users WHERE avatar = ? \
                 UNION SELECT 1 FROM blog_settings WHERE logo = ? \
                 UNION SELECT g.published FROM blog_page_media gm JOIN blog_pages g ON g.id = gm.page \
                 WHERE gm.media = ?",
                args![now, id, id, id, id],
            )
            .await?;
        Ok(MediaUse {
            public: rows.iter().any(|(public,)| *public == 1),
            used: !rows.is_empty(),
        })
    }

    async fn places(
        &self,
        id: MediaId,
        visibility: &Visibility,
        limit: u16,
    ) -> Result<MediaPlaces> {
        let limit = usize::from(limit);
        let mut args = rule_args(visibility.rule());
        args.extend(args![id, id, id, id, id, limit + 1]);
        let rows: Vec<PlaceRow> = self.db.all(PLACES, args).await?;
        let mut places = MediaPlaces::default();
        for (place, row) in rows.into_iter().enumerate() {
            match row.part {
                _ if place >= limit => places.elsewhere = true,
                AVATAR => places.avatars.push((
                    Username::from_store(row.word),
                    DisplayName::from_store(row.name),
                )),
                TOLD => places.posts.push(row.post()?),
                _ => places.elsewhere = true,
            }
        }
        Ok(places)
    }

    async fn delete(&self, id: MediaId, effects: Effects) -> Result<MediaItem> {
        self.db
            .retried(|| async {
                let mut tx = self.db.begin().await?;
                let item = item_in(&mut tx, id).await?;
                let gone = tx
                    .run(
                        concat!(
                            "DELETE FROM blog_media WHERE id = ? AND NOT ",
                            used!("blog_media.id")
                        ),
                        args![id],
                    )
                    .await?;
                if gone == 0 {
                    return Err(Conflict::State.into());
                }
                effects::commit(tx, &effects).await?;
                Ok(item)
            })
            .await
    }

    async fn by_key(
        &self,
        folder: Folder,
        from: Bound<&str>,
        limit: u16,
    ) -> Result<Vec<MediaItem>> {
        let (least, before) = match from {
            Bound::Included(key) => (key, ""),
            Bound::Excluded(key) => ("", key),
            Bound::Unbounded => ("", ""),
        };
        let sql = match folder {
            Folder::Private => BY_PRIVATE_KEY,
            Folder::Public => BY_PUBLIC_KEY,
        };
        let args = args![&*comparable(least), &*comparable(before), u32::from(limit)];
        items(self.db.all(sql, args).await?)
    }

    async fn of_objects(&self, keys: &[ObjectKey]) -> Result<Vec<MediaItem>> {
        let mut found: Vec<MediaItem> = Vec::with_capacity(keys.len());
        // No item has another.
        let keys = keys.iter().map(ObjectKey::as_str);
        let keys: Vec<&str> = keys.filter(|key| key.is_ascii()).collect();
        for chunk in keys.chunks(MOST_PLACES) {
            for list in [OF_PRIVATE, OF_PUBLIC] {
                let (sql, args) = list.fill(chunk.iter().copied().map(Arg::from).collect());
                found.extend(items(self.db.all(sql, args).await?)?);
            }
        }
        found.sort_unstable_by_key(|item| item.id);
        found.dedup_by_key(|item| item.id);
        Ok(found)
    }

    async fn stale(&self, before: Timestamp, limit: u32) -> Result<Vec<MediaItem>> {
        let rows: Vec<ItemRow> = self
            .db
            .all(
                concat!(
                    "SELECT ",
                    item!(),
                    " FROM blog_media m WHERE m.state = 'pending' AND m.created_at < ? \
                     ORDER BY m.created_at, m.id LIMIT ?"
                ),
                args![before, limit],
            )
            .await?;
        items(rows)
    }

    async fn unfinished(&self, owner: UserId, limit: u32) -> Result<Vec<MediaItem>> {
        let rows: Vec<ItemRow> = self
            .db
            .all(
                concat!(
                    "SELECT ",
                    item!(),
                    " FROM blog_media m WHERE m.owner = ? AND m.state = 'pending' \
                     ORDER BY m.created_at, m.id LIMIT ?"
                ),
                args![owner, limit],
            )
            .await?;
        items(rows)
    }
}
