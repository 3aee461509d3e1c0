//! Pictures and videos: the catalog's rows, the store's keys and bytes.

use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::BoxStream;

use super::focus::Focus;
use super::text::{Lines, take, text};
use super::widths::Widths;
use crate::error::{Alphabet, Reason, Result};
use crate::id::{MediaId, UserId};
use crate::terms;
use crate::time::Timestamp;

text! {
    /// What a picture shows, for people who do not see it: up to 500 characters on one line.
    AltText, |input| take(input, Lines::One, 0, 500)
}

text! {
    /// The name of the file that was uploaded, up to 200 characters without folders, for its owner's list and search
    /// only: never part of a key or address.
    FileName, parse_file_name
}

fn parse_file_name(input: &str) -> Result<String, Reason> {
    let last = input.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    take(&clean, Lines::One, 0, 200)
}

text! {
    /// An object's full key: 1 to 1 024 bytes of `a-z 0-9 - _ . /` (S3's limit on length, and of its safe characters
    /// those that no file system and no URL changes); no empty, `.` or `..` segment, no slash at either end.
    ObjectKey, parse_key
}

fn parse_key(input: &str) -> Result<String, Reason> {
    if input.is_empty() {
        return Err(Reason::Empty);
    }
    if input.len() > 1024 {
        return Err(Reason::TooManyBytes { max: 1024 });
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./".contains(&b);
    let segments = input
        .split('/')
        .all(|s| !s.is_empty() && s != "." && s != ".." && s.len() <= 200);
    if !input.bytes().all(plain) || !segments {
        return Err(Reason::Characters {
            allowed: Alphabet::MediaKey,
        });
    }
    Ok(input.to_owned())
}

/// What the keys begin with of objects that a doctor puts into a store for a moment. No index hears of them.
pub const PROBE: &str = "doctor/";

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// A picture, re-encoded by us.
    Image,
    /// A video, as it was uploaded.
    Video,
}

impl MediaKind {
    /// The word that stores keep.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Video => "video",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Image, Self::Video]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaState {
    /// Its bytes are on their way; nobody sees it.
    Pending,
    /// It can be used.
    Ready,
}

impl MediaState {
    /// The word that stores keep.
    pub fn as_str(self) -> &'static str {
        match self {
            MediaState::Pending => "pending",
            MediaState::Ready => "ready",
        }
    }

    /// Reads the word back.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pending, Self::Ready]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A row of the catalog. The catalog is the truth about media; stores hold bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaItem {
    /// Identity; what content refers to.
    pub id: MediaId,
    /// Who uploaded it.
    pub owner: UserId,
    /// Picture or video.
    pub kind: MediaKind,
    /// `image/png`, `image/jpeg`, `image/webp`, `image/gif`, `video/mp4` or `video/webm`.
    pub content_type: String,
    /// The size of the stored object in bytes.
    pub bytes: u64,
    /// In pixels; unknown for videos.
    pub width: Option<u32>,
    /// In pixels; unknown for videos.
    pub height: Option<u32>,
    /// For people who do not see it.
    pub alt: AltText,
    /// What the owner's file was called.
    pub file_name: FileName,
    /// What stays in sight where it is cropped.
    pub focus: Focus,
    /// Its smaller copies: each lies beside the private object, and beside the public copy while that is there.
    pub widths: Widths,
    /// The private object under `private/`; always there.
    pub private_key: ObjectKey,
    /// The public copy under `public/`, there while something public uses the item.
    pub public_key: Option<ObjectKey>,
    /// Pending or ready.
    pub state: MediaState,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// An item as posts and users carry it, joined in one query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRef {
    /// Identity.
    pub id: MediaId,
    /// As [`MediaItem::public_key`].
    pub public_key: Option<ObjectKey>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// For people who do not see it.
    pub alt: AltText,
    /// What stays in sight where it is cropped.
    pub focus: Focus,
    /// Its smaller copies.
    pub widths: Widths,
}

/// How the keys of objects in quarantine begin: what was found among items' objects and is no item's, under its own key
/// below this one. Nothing serves what lies here.
pub const QUARANTINE: &str = "quarantine/";

/// Where the objects of items lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Folder {
    /// What policy opens: [`MediaItem::private_key`] and the smaller copies beside it.
    Private,
    /// What everybody may read: [`MediaItem::public_key`] and the smaller copies beside it.
    Public,
}

impl Folder {
    /// Both.
    pub const ALL: [Folder; 2] = [Folder::Private, Folder::Public];

    /// How the keys of all objects of items begin that lie here.
    pub fn prefix(self) -> &'static str {
        match self {
            Folder::Private => "private/",
            Folder::Public => "public/",
        }
    }

    /// The folder of a key; `None` where no object of an item lies.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|folder| key.starts_with(folder.prefix()))
    }
}

/// Whose a private object is, by its key: `private/OWNER/…`. Public copies are the site's, and older keys do not say it.
pub fn owner_in(key: &str) -> Option<UserId> {
    let (owner, _) = key
        .strip_prefix(Folder::Private.prefix())?
        .split_once('/')?;
    owner.parse().ok()
}

impl ObjectKey {
    /// The key of what this is a copy of by [`at_width`](Self::at_width); itself where it is none.
    pub fn original(&self) -> Self {
        let key = &self.0;
        let end = key.rfind('.').filter(|dot| !key[*dot..].contains('/'));
        let (stem, extension) = key.split_at(end.unwrap_or(key.len()));
        match stem.rsplit_once("-w") {
            Some((stem, width))
                if !width.is_empty() && width.bytes().all(|digit| digit.is_ascii_digit()) =>
            {
                Self(format!("{stem}{extension}"))
            }
            _ => self.clone(),
        }
    }

    /// The key of the copy of this width: `public/abc-w480.jpg` of `public/abc.jpg`. A key that was made by the blog has
    /// room for it.
    pub fn at_width(&self, width: u32) -> Self {
        let key = &self.0;
        let end = key.rfind('.').filter(|dot| !key[*dot..].contains('/'));
        let (stem, extension) = key.split_at(end.unwrap_or(key.len()));
        Self(format!("{stem}-w{width}{extension}"))
    }

    /// This key, and those of its copies.
    pub fn with_copies(&self, widths: &Widths) -> Vec<Self> {
        let copies = widths.iter().map(|width| self.at_width(width));
        std::iter::once(self.clone()).chain(copies).collect()
    }

    /// This key, and those that its copies have or may just be getting.
    pub fn with_possible_copies(&self, widths: &Widths) -> Vec<Self> {
        let copies = widths.possible().into_iter();
        let copies = copies.map(|width| self.at_width(width));
        std::iter::once(self.clone()).chain(copies).collect()
    }
}

impl MediaItem {
    /// Whether it can be used.
    pub fn is_ready(&self) -> bool {
        self.state == MediaState::Ready
    }

    /// The part that posts and users carry.
    pub fn to_ref(&self) -> MediaRef {
        MediaRef {
            id: self.id,
            public_key: self.public_key.clone(),
            width: self.width,
            height: self.height,
            alt: self.alt.clone(),
            focus: self.focus,
            widths: self.widths.clone(),
        }
    }

    /// The keys of all objects that it has or may just be getting.
    pub fn objects(&self) -> Vec<ObjectKey> {
        let keys = std::iter::once(&self.private_key).chain(&self.public_key);
        keys.flat_map(|key| key.with_possible_copies(&self.widths))
            .collect()
    }

    /// The keys of the objects in a folder that must be there: none of a pending item.
    pub fn stored(&self, folder: Folder) -> Vec<ObjectKey> {
        let key = match folder {
            _ if !self.is_ready() => None,
            Folder::Private => Some(&self.private_key),
            Folder::Public => self.public_key.as_ref(),
        };
        key.map(|key| key.with_copies(&self.widths))
            .unwrap_or_default()
    }

    /// The words by which its owner finds it, of its alt text and its file name, as
    /// [`index_terms`](terms::index_terms) makes them.
    pub fn search_terms(&self) -> String {
        terms::index_terms(&format!("{}\n{}", self.alt, self.file_name))
    }
}

impl MediaRef {
    /// The item's address under the blog's mount: of the public copy where there is one, else the one that asks policy.
    pub fn path(&self) -> String {
        match &self.public_key {
            Some(key) => format!("/media/{key}"),
            None => format!("/media/private/{}", self.id),
        }
    }

    /// The address of the copy of this width, which the item has.
    pub fn path_at(&self, width: u32) -> String {
        match &self.public_key {
            Some(key) => format!("/media/{}", key.at_width(width)),
            None => format!("/media/private/{}?w={width}", self.id),
        }
    }

    /// What a browser may choose from, by the width of the place that the picture has: width and address of each copy,
    /// and of the picture itself unless it is far wider than every screen and has a copy for the widest. Empty when
    /// there is nothing to choose.
    pub fn choices(&self) -> Vec<(u32, String)> {
        let copies = self.widths.iter().map(|width| (width, self.path_at(width)));
        let mut choices: Vec<_> = copies.collect();
        let [.., widest] = Widths::LADDER;
        if let Some(width) = self.width
            && !choices.is_empty()
            && !self.widths.contains(widest)
        {
            choices.push((width, self.path()));
        }
        choices
    }
}

/// Who uses an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MediaUse {
    /// Something everybody may see uses it: an avatar, the site's logo, a static page that is published, or a post that
    /// is published or unlisted by now.
    pub public: bool,
    /// Any post, static page, avatar or the site's logo uses it at all.
    pub used: bool,
}

/// Bytes on their way, in pieces; nothing holds a whole file.
pub type ByteStream = BoxStream<'static, std::io::Result<Bytes>>;

/// How a put treats an object that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PutMode {
    /// `Conflict(Exists)` (S3's `If-None-Match: *`).
    #[default]
    Create,
    /// Replaces it whole.
    Overwrite,
}

/// The options of a put.
#[derive(Debug, Clone, Default)]
pub struct PutOptions {
    /// Stored with the object.
    pub content_type: String,
    /// How to treat an object that is there.
    pub mode: PutMode,
    /// The exact number of bytes if it is known; a body of another length is refused and leaves nothing.
    pub size: Option<u64>,
}

/// What a store knows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectMeta {
    /// Its full key.
    pub key: ObjectKey,
    /// In bytes.
    pub size: u64,
    /// Changes with the content; without quotation marks.
    pub etag: String,
    /// As it was put.
    pub content_type: String,
    /// When it was put.
    pub modified_at: Timestamp,
}

/// The part of an object that is asked for (RFC 9110, section 14.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first byte to the second, both included; the second may lie behind the end.
    Between(u64, u64),
    /// From this byte to the end.
    From(u64),
    /// This many bytes at the end, or all if there are fewer.
    Last(u64),
}

impl ByteRange {
    /// The bytes that this is of an object of `size` bytes; `None` where it is unsatisfiable.
    pub fn resolve(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            ByteRange::Between(first, last) if first <= last => {
                first..last.saturating_add(1).min(size)
            }
            ByteRange::Between(..) => return None,
            ByteRange::From(first) => first..size,
            ByteRange::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// An object that is being read.
pub struct Object {
    /// Of the whole object.
    pub meta: ObjectMeta,
    /// Which bytes of it follow.
    pub range: Range<u64>,
    /// The bytes. An error in the middle ends the stream with that error.
    pub body: ByteStream,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object")
            .field("meta", &self.meta)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}
