//! An archive while it is made: everything goes through once, a page of rows or a piece of a file at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::Instant;

use super::archive::Archive;
use super::{LEASE, document};
use crate::blog::Core;
use crate::error::{Entity, Error, Result};
use crate::id::{ExportId, MediaId, PostId, UserId};
use crate::model::audit::{AuditQuery, AuditScope};
use crate::model::export::Export;
use crate::model::library::MediaQuery;
use crate::model::media::{MediaItem, ObjectKey, PutMode, PutOptions};
use crate::model::post::{PostQuery, PostScope};
use crate::model::receipt::Receipt;
use crate::model::user::{Role, User};
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};

/// Rows that are asked for at once; of texts, which may be long, fewer.
const ROWS: u16 = 500;
const TEXTS: u16 = 20;

/// Uploads that go on or broke off: more than anybody begins within a day, after which they are gone.
const UPLOADS: u32 = 10_000;

/// How often it is noted how far it has come.
const NOTE: Duration = Duration::from_secs(1);

/// From this attempt on, a file that breaks off is left as it is: it would break off again.
const PATIENT: u32 = 3;

/// One attempt.
#[derive(Debug)]
pub(super) struct Making {
    core: Arc<Core>,
    id: ExportId,
    attempt: u32,
    key: ObjectKey,
    owner: UserId,
    readme: String,
    posts: Vec<PostId>,
    total: u64,
    done: u64,
    noted: Instant,
    files: HashMap<MediaId, String>,
    receipt: Receipt,
}

impl Making {
    /// Begins an attempt, with a look at how much there is.
    pub(super) async fn new(core: Arc<Core>, export: &Export, readme: String) -> Result<Self> {
        let mut making = Self {
            core,
            id: export.id,
            attempt: export.attempts,
            key: export.key(),
            owner: export.owner,
            readme,
            posts: Vec::new(),
            total: 0,
            done: 0,
            noted: Instant::now(),
            files: HashMap::new(),
            receipt: Receipt::default(),
        };
        making.posts = making.list_posts().await?;
        let media = making.count_media().await?;
        making.total = making.posts.len() as u64 + media;
        making.note().await?;
        Ok(making)
    }

    /// Puts the archive into the store; what is in it, and how large it has become.
    pub(super) async fn put(mut self) -> Result<(Receipt, u64)> {
        let (archive, bytes) = Archive::new();
        let store = self.core.media.clone();
        let key = self.key.clone();
        let options = PutOptions {
            content_type: "application/zip".to_owned(),
            mode: PutMode::Overwrite,
            size: None,
        };
        let write = async {
            let written = self.write(archive).await?;
            Ok::<_, Error>((self.receipt, written))
        };
        let (put, written) = tokio::join!(store.put(&key, bytes, options), write);
        // Where both failed, what failed first made the other fail: a store that takes no more, or an archive that ended.
        match (put, written) {
            (Ok(_), written) => written,
            (Err(error), Ok(_)) => Err(error),
            (Err(error @ Error::StorageFull { .. }), Err(_)) => Err(error),
            (Err(_), Err(error)) => Err(error),
        }
    }

    async fn write(&mut self, mut archive: Archive) -> Result<u64> {
        let zip = &mut archive;
        zip.begin("README.txt").await?;
        zip.write(self.readme.as_bytes()).await?;
        let media = self.write_media(zip).await?;
        let posts = self.write_posts(zip).await?;
        self.write_account(zip, &posts, &media).await?;
        archive.finish().await
    }

    /// Their owner reads them, suspended or not.
    fn visibility(&self, surface: Surface) -> Visibility {
        let actor = Actor::User {
            id: self.owner,
            role: Role::Author,
            suspended: false,
            verified: true,
            blocked: false,
            must_enrol: false,
        };
        self.core.visibility(&actor, surface)
    }

    /// Every post's id. One that is saved meanwhile moves to the front of the list, so the front is looked at again.
    async fn list_posts(&self) -> Result<Vec<PostId>> {
        let began = self.core.now();
        let mut posts = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut page = PageRequest::first(PageRequest::MAX);
        let mut again = false;
        loop {
            let query = PostQuery {
                scope: PostScope::Author(self.owner),
                page,
                with_html: false,
            };
            let visibility = self.visibility(Surface::Own);
            let found = self.core.records.posts.list(&query, &visibility).await?;
            let old = found
                .items
                .last()
                .is_none_or(|card| card.updated_at < began);
            for card in found.items {
                if known.insert(card.id) {
                    posts.push(card.id);
                }
            }
            page = match found.next {
                Some(next) if !(again && old) => PageRequest::new(Some(next), PageRequest::MAX),
                _ if again => return Ok(posts),
                _ => {
                    again = true;
                    PageRequest::first(PageRequest::MAX)
                }
            };
        }
    }

    async fn media_page(&self, page: PageRequest) -> Result<crate::page::Page<MediaItem>> {
        let catalog = &self.core.records.catalog;
        let query = MediaQuery::default();
        catalog.by_owner(self.owner, &query, page).await
    }

    async fn count_media(&self) -> Result<u64> {
        let mut page = PageRequest::first(PageRequest::MAX);
        let mut count = 0;
        loop {
            let found = self.media_page(page).await?;
            count += found.items.len() as u64;
            match found.next {
                Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
                None => return Ok(count),
            }
        }
    }

    /// Each file under its name. What is said of them is small, and goes into `account.json`.
    async fn write_media(&mut self, zip: &mut Archive) -> Result<Vec<String>> {
        let mut names = document::Names::default();
        let mut said = Vec::new();
        let mut page = PageRequest::first(PageRequest::MAX);
        self.receipt.count("files", 0);
        loop {
            let found = self.media_page(page).await?;
            for item in found.items {
                let name = format!("media/{}", names.media(&item));
                let written = self.write_file(zip, &item, &name).await?;
                said.push(document::text(&document::media(
                    &item,
                    written.then_some(name.as_str()),
                )));
                if written {
                    self.files.insert(item.id, name);
                    self.receipt.count("files", 1);
                }
                self.step().await?;
            }
            match found.next {
                Some(next) => page = PageRequest::new(Some(next), PageRequest::MAX),
                None => return Ok(said),
            }
        }
    }

    /// Whether there is such a file.
    async fn write_file(
        &mut self,
        zip: &mut Archive,
        item: &MediaItem,
        name: &str,
    ) -> Result<bool> {
        let mut object = match self.core.media.get(&item.private_key, None).await {
            Ok(object) => object,
            Err(Error::NotFound(Entity::Object)) => {
                tracing::warn!(media = %item.id, "a file is missing in the store and in an export");
                return Ok(false);
            }
            Err(other) => return Err(other),
        };
        zip.begin(name).await?;
        while let Some(piece) = object.body.next().await {
            match piece {
                Ok(piece) => zip.write(&piece).await?,
                Err(error) if self.attempt >= PATIENT => {
                    tracing::error!(media = %item.id, %error, "a file breaks off in the store and in an export");
                    break;
                }
                Err(error) => return Err(Error::unavailable("the media store", error)),
            }
            self.note_in_time().await?;
        }
        Ok(true)
    }

    async fn write_posts(&mut self, zip: &mut Archive) -> Result<Vec<String>> {
        let mut names = document::Names::default();
        let mut said = Vec::new();
        self.receipt.count("posts", 0);
        self.receipt.count("revisions", 0);
        for id in std::mem::take(&mut self.posts) {
            let visibility = self.visibility(Surface::Page);
            let post = match self.core.records.posts.get(id, &visibility).await {
                Ok(post) => post,
                // Deleted meanwhile.
                Err(Error::NotFound(_)) => continue,
                Err(other) => return Err(other),
            };
            let name = names.post(&post);
            let file = format!("posts/{name}.md");
            let revisions = format!("posts/{name}.revisions.json");
            zip.begin(&file).await?;
            let text = document::post(&post, &|id| self.files.get(&id).cloned());
            zip.write(text.as_bytes()).await?;
            self.receipt.count("posts", 1);
            zip.begin(&revisions).await?;
            self.write_revisions(zip, id).await?;
            said.push(document::text(&serde_json::json!({
                "id": id,
                "slug": post.slug.as_str(),
                "file": file,
                "revisions": revisions,
            })));
            self.step().await?;
        }
        Ok(said)
    }

    async fn write_revisions(&mut self, zip: &mut Archive, post: PostId) -> Result<()> {
        let head = format!(
            "{{\"schema_version\":{},\"post\":{},\"revisions\":",
            document::SCHEMA_VERSION,
            document::text(&post)
        );
        zip.write(head.as_bytes()).await?;
        let core = self.core.clone();
        let posts = &core.records.posts;
        let mut list = List::default();
        let mut before = None;
        loop {
            let page = posts.revisions(post, before, PageRequest::MAX).await?;
            for head in page.items {
                let revision = match posts.revision(post, head.version).await {
                    Ok(revision) => revision,
                    // Its post was deleted meanwhile.
                    Err(Error::NotFound(_)) => continue,
                    Err(other) => return Err(other),
                };
                let revision = document::revision(&revision, self.owner);
                list.add(zip, &document::text(&revision)).await?;
                self.receipt.count("revisions", 1);
                self.note_in_time().await?;
            }
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        list.end(zip).await?;
        zip.write(b"}\n").await
    }

    /// `account.json`: the person, and each kind of thing as a list of its own.
    async fn write_account(
        &mut self,
        zip: &mut Archive,
        posts: &[String],
        media: &[String],
    ) -> Result<()> {
        let core = self.core.clone();
        let records = &core.records;
        let owner = self.owner;
        let user: User = records.users.get(owner).await?;
        let factor = records.second_factors.get(owner).await?;
        zip.begin("account.json").await?;
        let head = format!(
            "{{\"schema\":\"blog-export\",\"schema_version\":{},\"made_at\":{},\n\"account\":{}",
            document::SCHEMA_VERSION,
            document::text(&core.now().to_rfc3339()),
            document::text(&document::account(&user, factor.as_ref()))
        );
        zip.write(head.as_bytes()).await?;
        let sessions = records.sessions.list(owner, core.now()).await?;
        let sessions = sessions.iter().map(document::session);
        self.section(zip, "sessions", sessions).await?;
        for (name, lines) in [("posts", posts), ("media", media)] {
            let mut list = List::begin(zip, name).await?;
            for line in lines {
                list.add(zip, line).await?;
            }
            list.end(zip).await?;
        }
        let uploads = records.catalog.unfinished(owner, UPLOADS).await?;
        let uploads = uploads.iter().map(|item| document::media(item, None));
        self.section(zip, "unfinished_uploads", uploads).await?;
        let personal = &records.personal;
        /// A list of pages that are asked for by the last row's id.
        macro_rules! pages {
            ($name:literal, $port:ident, $id:ident, $rows:expr, $write:expr) => {
                let mut list = List::begin(zip, $name).await?;
                self.receipt.count($name, 0);
                let mut after = None;
                loop {
                    let rows = personal.$port(owner, after, $rows).await?;
                    let Some(last) = rows.last() else { break };
                    after = Some(last.$id);
                    for row in &rows {
                        list.add(zip, &document::text(&$write(row))).await?;
                    }
                    self.receipt.count($name, rows.len() as u64);
                    self.note_in_time().await?;
                }
                list.end(zip).await?;
            };
        }
        pages!("comments", comments, id, ROWS, document::comment);
        pages!("likes", likes, post, ROWS, document::like);
        pages!("reports", reports, comment, ROWS, document::report);
        pages!("unsaved_texts", autosaves, id, TEXTS, document::autosave);
        pages!(
            "preview_links",
            preview_links,
            id,
            ROWS,
            document::preview_link
        );
        pages!("invitations", invitations, id, ROWS, document::invitation);
        self.write_audit(zip).await?;
        zip.write(b"\n}\n").await
    }

    async fn section(
        &mut self,
        zip: &mut Archive,
        name: &'static str,
        rows: impl Iterator<Item = Value>,
    ) -> Result<()> {
        let mut list = List::begin(zip, name).await?;
        let mut count = 0;
        for row in rows {
            list.add(zip, &document::text(&row)).await?;
            count += 1;
        }
        self.receipt.count(name, count);
        list.end(zip).await
    }

    /// What they did, and what others did to their account.
    async fn write_audit(&mut self, zip: &mut Archive) -> Result<()> {
        let owner = self.owner;
        let mut list = List::begin(zip, "audit").await?;
        self.receipt.count("audit", 0);
        let scopes = [
            AuditScope::By(owner),
            AuditScope::To(format!("user:{owner}")),
        ];
        for scope in scopes {
            let others = matches!(scope, AuditScope::To(_));
            let mut query = AuditQuery {
                scope,
                action: None,
                page: PageRequest::first(PageRequest::MAX),
            };
            loop {
                let page = self.core.records.audit.list(&query).await?;
                for record in &page.items {
                    if others && record.actor == Some(owner) {
                        continue;
                    }
                    let record = document::audit(record, owner);
                    list.add(zip, &document::text(&record)).await?;
                    self.receipt.count("audit", 1);
                }
                self.note_in_time().await?;
                match page.next {
                    Some(next) => query.page = PageRequest::new(Some(next), PageRequest::MAX),
                    None => break,
                }
            }
        }
        list.end(zip).await
    }

    async fn step(&mut self) -> Result<()> {
        self.done += 1;
        self.note_in_time().await
    }

    async fn note_in_time(&mut self) -> Result<()> {
        match self.noted.elapsed() >= NOTE {
            true => self.note().await,
            false => Ok(()),
        }
    }

    /// Says how far it has come; learns here that it is for nothing.
    async fn note(&mut self) -> Result<()> {
        self.noted = Instant::now();
        let until = self.core.now().plus(LEASE);
        let exports = &self.core.records.exports;
        exports
            .note(self.id, self.attempt, self.done, self.total, until)
            .await
    }
}

/// A list of JSON that is written one by one.
#[derive(Debug, Default)]
struct List {
    is_begun: bool,
}

impl List {
    /// A further field of an object.
    async fn begin(zip: &mut Archive, name: &str) -> Result<Self> {
        zip.write(format!(",\n\"{name}\":").as_bytes()).await?;
        Ok(Self::default())
    }

    async fn add(&mut self, zip: &mut Archive, json: &str) -> Result<()> {
        let before: &[u8] = if self.is_begun { b",\n" } else { b"[\n" };
        self.is_begun = true;
        zip.write(before).await?;
        zip.write(json.as_bytes()).await
    }

    async fn end(&self, zip: &mut Archive) -> Result<()> {
        let end: &[u8] = if self.is_begun { b"\n]" } else { b"[]" };
        zip.write(end).await
    }
}
