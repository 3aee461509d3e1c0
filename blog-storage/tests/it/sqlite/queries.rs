//! How many statements a question costs, whether it walks along an index, and how it is seen in the log.

use std::io;
use std::sync::{Arc, Mutex};

use blog_core::id::{CommentId, MediaId, SessionId};
use blog_core::model::audit::{AuditQuery, AuditScope};
use blog_core::model::comment::{CommentBody, CommentState, NewComment};
use blog_core::model::discovery::{FeedQuery, FeedScope};
use blog_core::model::effects::Effects;
use blog_core::model::focus::Focus;
use blog_core::model::library::MediaQuery;
use blog_core::model::media::{AltText, FileName, MediaItem, MediaKind, MediaState, ObjectKey};
use blog_core::model::post::{PostQuery, PostScope, SafeHtml};
use blog_core::model::secret::Secret;
use blog_core::model::session::Session;
use blog_core::model::slug::Slug;
use blog_core::model::tag::TagSlug;
use blog_core::model::user::User;
use blog_core::model::widths::Widths;
use blog_core::page::PageRequest;
use blog_core::policy::{Actor, Surface, Visibility};
use blog_core::ports::{
    AuditLog, CommentStore, DiscoveryStore, MediaCatalog, ObjectIndex, PostStore, SessionStore,
    StaticPageStore,
};
use blog_storage::sql::SqlStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tracing::Instrument as _;
use tracing_subscriber::EnvFilter;

use super::{Fixture, at, everybody, page, post, user};

fn query(scope: PostScope) -> PostQuery {
    PostQuery {
        scope,
        page: PageRequest::first(10),
        with_html: false,
    }
}

fn rust() -> PostScope {
    PostScope::Tag(TagSlug::try_from("rust").unwrap())
}

fn words() -> PostScope {
    PostScope::Search(vec!["zqsome".to_owned(), "zqwords".to_owned()])
}

fn always() -> PostScope {
    PostScope::Between {
        from: at(-1),
        until: at(1_000_000),
    }
}

/// Asserts that what follows costs so many statements.
macro_rules! costs {
    ($store:expr, $count:expr, $question:expr) => {{
        let before = $store.statements();
        let answer = $question.await.unwrap();
        assert_eq!($store.statements() - before, $count, stringify!($question));
        answer
    }};
}

async fn session(store: &SqlStore, user: &User) -> Secret {
    let secret = Secret::generate();
    let session = Session {
        id: SessionId::generate(),
        token: secret.hash(),
        user: user.id,
        auth_epoch: user.auth_epoch,
        remember: false,
        created_at: at(0),
        last_seen_at: at(0),
        password_at: at(0),
        idle_expires_at: at(1_000_000),
        expires_at: at(1_000_000),
        device: "test".to_owned(),
    };
    SessionStore::create(store, session, Effects::at(at(0)))
        .await
        .unwrap();
    secret
}

async fn comment(
    store: &SqlStore,
    on: &blog_core::model::post::Post,
    parent: Option<CommentId>,
) -> CommentId {
    let new = NewComment {
        id: CommentId::generate(),
        post: on.id,
        parent,
        author: on.author.id,
        body: CommentBody::try_from("Well said").unwrap(),
        html: SafeHtml::from_sanitiser("<p>Well said</p>".to_owned()),
        state: CommentState::Visible,
    };
    CommentStore::create(store, new, Effects::at(at(0)))
        .await
        .unwrap()
        .id
}

pub(super) async fn picture(store: &SqlStore, owner: &User) -> MediaId {
    let id = MediaId::generate();
    let item = MediaItem {
        id,
        owner: owner.id,
        kind: MediaKind::Image,
        content_type: "image/png".to_owned(),
        bytes: 1,
        width: Some(1),
        height: Some(1),
        alt: AltText::try_from("").unwrap(),
        file_name: FileName::try_from("a.png").unwrap(),
        focus: Focus::CENTRE,
        widths: Widths::default(),
        private_key: ObjectKey::try_from(format!("private/{id}.png").as_str()).unwrap(),
        public_key: None,
        state: MediaState::Ready,
        created_at: at(0),
    };
    store.insert(item, Effects::at(at(0))).await.unwrap();
    id
}

#[tokio::test]
async fn questions_cost_the_same_for_one_and_for_500_posts() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let author = user(store, "ann").await;
    let secret = session(store, &author).await;
    let mut pictures = Vec::new();
    let now = at(10_000);
    let own = Visibility::new(Actor::of(&author), Surface::Own, now);
    let mut stored = 0;
    for posts in [1, 50, 500] {
        for place in stored..posts {
            let post = post(store, author.id, &format!("post-{place}"), at(place)).await;
            let thread = comment(store, &post, None).await;
            comment(store, &post, Some(thread)).await;
            if place % 5 == 0 {
                pictures.push(picture(store, &author).await);
            }
        }
        stored = posts;

        for scope in [
            PostScope::All,
            PostScope::Author(author.id),
            rust(),
            words(),
            always(),
        ] {
            let mut query = query(scope);
            for with_html in [false, true] {
                query.with_html = with_html;
                let cards = costs!(store, 1, PostStore::list(&**store, &query, &everybody(now)));
                assert_eq!(cards.items.len(), posts.min(10) as usize);
                assert!(
                    cards
                        .items
                        .iter()
                        .all(|card| card.html.is_some() == with_html)
                );
                let cards = costs!(store, 1, PostStore::list(&**store, &query, &own));
                assert_eq!(cards.items.len(), posts.min(10) as usize);
            }
        }
        let slug = Slug::try_from("post-0").unwrap();
        costs!(store, 1, PostStore::by_slug(&**store, &slug, &page(now)));
        costs!(store, 1, store.site(now));
        let months = costs!(store, 1, store.months(&everybody(now)));
        assert_eq!(
            months.iter().map(|month| month.posts).sum::<u64>(),
            posts as u64
        );
        let tags = costs!(store, 1, store.tag_counts(None, 9, &everybody(now)));
        assert_eq!(tags.items[0].posts, posts as u64);
        let first = PostStore::list(&**store, &query(PostScope::All), &everybody(now))
            .await
            .unwrap();
        let on = first.items[0].id;
        let threads = costs!(store, 1, store.threads(on, PageRequest::first(50)));
        assert_eq!(threads.items.len(), 1);
        assert_eq!(threads.items[0].replies.len(), 1);
        costs!(store, 1, store.authenticate(&secret.hash(), now));
        let found = costs!(store, 1, MediaCatalog::get(&**store, &pictures));
        assert_eq!(found.len(), pictures.len());
    }
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// The statements that this thread logs, with the spans of this test: a filter that leaves out the caller's spans
    /// leaves out the request too.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("it=error,blog_storage::sql=debug"))
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_statement_is_one_line_with_the_callers_request() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let log = Log::default();
    let _listening = log.listen();
    let before = store.statements();
    async {
        let author = user(store, "ann").await;
        post(store, author.id, "hello", at(1)).await;
        PostStore::list(&**store, &query(PostScope::All), &everybody(at(2)))
            .await
            .unwrap();
    }
    .instrument(tracing::error_span!("request", id = "r-17"))
    .await;
    let lines = log.lines();
    assert_eq!(
        lines.len() as u64,
        store.statements() - before,
        "{lines:#?}"
    );
    assert!(lines.len() > 10, "{lines:#?}");
    for line in &lines {
        assert!(
            line.contains("request{id=\"r-17\"}: blog_storage::sql: "),
            "{line}"
        );
        let verb = line.split("blog_storage::sql: ").nth(1).unwrap();
        assert!(
            ["SELECT ", "INSERT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|v| verb.starts_with(v)),
            "{line}"
        );
    }
}

#[tokio::test]
async fn lists_walk_along_an_index() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let author = user(store, "ann").await;
    let mut editor = Actor::of(&author);
    if let Actor::User { role, .. } = &mut editor {
        *role = blog_core::model::user::Role::Editor;
    }
    let now = at(10);
    let own = Visibility::new(Actor::of(&author), Surface::Own, now);
    let manage = Visibility::new(editor, Surface::Manage, now);

    let on = post(store, author.id, "hello", now).await;
    let log = Log::default();
    let listening = log.listen();
    for visibility in [everybody(now), own, manage] {
        for scope in [PostScope::All, PostScope::Author(author.id), rust()] {
            PostStore::list(&**store, &query(scope), &visibility)
                .await
                .unwrap();
        }
    }
    PostStore::list(&**store, &query(always()), &everybody(now))
        .await
        .unwrap();
    store.months(&everybody(now)).await.unwrap();
    store.tag_counts(None, 9, &everybody(now)).await.unwrap();
    store.site(now).await.unwrap();
    let scopes = [
        AuditScope::All,
        AuditScope::By(author.id),
        AuditScope::To("site".to_owned()),
    ];
    for scope in scopes {
        let query = AuditQuery {
            scope,
            ..AuditQuery::all(PageRequest::first(10))
        };
        AuditLog::list(&**store, &query).await.unwrap();
    }
    AuditLog::chain(&**store, 0, 10).await.unwrap();
    store.by_prefix("bucket", "a/", None, 10).await.unwrap();
    ObjectIndex::by_owner(&**store, author.id, PageRequest::first(10))
        .await
        .unwrap();
    let all = MediaQuery::default();
    MediaCatalog::by_owner(&**store, author.id, &all, PageRequest::first(10))
        .await
        .unwrap();
    MediaCatalog::stale(&**store, now, 10).await.unwrap();
    MediaCatalog::unfinished(&**store, author.id, 10)
        .await
        .unwrap();
    for published_only in [false, true] {
        StaticPageStore::list(&**store, published_only, PageRequest::first(10))
            .await
            .unwrap();
    }
    PostStore::revisions(&**store, on.id, None, 10)
        .await
        .unwrap();
    PostStore::revision(&**store, on.id, 1).await.unwrap();
    let mut sorted = log.lines();
    assert_eq!(sorted.len(), 26, "{sorted:#?}");
    // What is renewed by the way is looked for every half hour, and nearly always nothing is old.
    PostStore::outdated(&**store, 0, None, 4).await.unwrap();
    let nothing = log.lines();
    assert_eq!(nothing.len(), 1, "{nothing:#?}");
    sorted.extend(nothing);
    for after in [None, Some(on.id)] {
        PostStore::outdated(&**store, 9, after, 4).await.unwrap();
    }
    for after in [None, Some(MediaId::generate())] {
        store.without_copies(after, 20).await.unwrap();
    }
    StaticPageStore::outdated(&**store, 9, None, 4)
        .await
        .unwrap();
    sorted.extend(log.lines());
    assert!(sorted.len() > 28, "{sorted:#?}");
    drop(listening);
    for (sql, plan) in plans(&fixture, sorted).await {
        for step in &plan {
            assert!(!step.starts_with("SCAN"), "{sql}\n{plan:#?}");
            assert!(!step.contains("TEMP B-TREE"), "{sql}\n{plan:#?}");
            assert!(!step.contains("AUTOMATIC"), "{sql}\n{plan:#?}");
        }
    }
}

#[tokio::test]
async fn site_maps_and_feeds_go_from_key_to_key() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let author = user(store, "ann").await;
    let now = at(1_000);
    for place in 0..40 {
        post(store, author.id, &format!("post-{place}"), at(place)).await;
    }
    let everybody = everybody(now);
    let feed = |scope| FeedQuery {
        scope,
        page: PageRequest::first(10),
        max_html: 1_000,
    };
    let log = Log::default();
    let listening = log.listen();
    for scope in [
        FeedScope::All,
        FeedScope::Author(author.id),
        FeedScope::Tag(TagSlug::try_from("rust").unwrap()),
    ] {
        let found = costs!(store, 1, store.feed(&feed(scope), &everybody));
        assert_eq!(found.posts.len(), 10);
    }
    let parts = costs!(store, 1, store.parts(8, &everybody));
    let numbers: Vec<u32> = parts.iter().map(|part| part.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
    assert!(parts.iter().all(|part| part.changed_at.is_some()));
    let part = costs!(store, 1, store.part(5, 8, &everybody));
    assert_eq!(part.len(), 1, "rows are numbered from one");
    costs!(store, 1, store.authors(10, &everybody));
    costs!(store, 1, store.tags(10, &everybody));
    let lines = log.lines();
    drop(listening);
    for (sql, plan) in plans(&fixture, lines).await {
        for step in &plan {
            // What was found so far is walked along, and nothing else.
            let found = [
                "parts", "saved", "appeared", "authors", "tags", "newest", "CONSTANT",
            ];
            let words: Vec<&str> = step.split_whitespace().collect();
            let small = words.first() != Some(&"SCAN") || found.contains(&words[1]);
            assert!(small, "{sql}\n{plan:#?}");
            assert!(!step.contains("AUTOMATIC"), "{sql}\n{plan:#?}");
        }
        // Sorted is at most what is answered.
        let sorts = plan
            .iter()
            .filter(|step| step.contains("TEMP B-TREE"))
            .count();
        assert!(sorts <= 1, "{sql}\n{plan:#?}");
        // Parts are found along the primary key; only their newest changes are asked for by time.
        let by_time = plan
            .iter()
            .filter(|step| step.contains("blog_posts_listed"));
        let allowed = usize::from(sql.contains("appeared"));
        assert!(
            !sql.contains("p.seq") || by_time.count() == allowed,
            "{sql}\n{plan:#?}"
        );
    }
}

/// Each statement of the log with SQLite's plan for it.
async fn plans(fixture: &Fixture, lines: Vec<String>) -> Vec<(String, Vec<String>)> {
    let file = fixture.folder.path().join("data/blog.db");
    let mut raw = SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .unwrap();
    let mut plans = Vec::new();
    for line in lines {
        let sql = line.split("blog_storage::sql: ").nth(1).unwrap().to_owned();
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(&mut raw)
                .await
                .unwrap();
        assert!(!plan.is_empty(), "{sql}");
        plans.push((sql, plan.into_iter().map(|(_, _, _, step)| step).collect()));
    }
    plans
}

#[tokio::test]
async fn what_stands_around_a_post_and_a_comment_is_found_along_indexes() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let author = user(store, "ann").await;
    let now = at(1_000);
    for place in 0..3 {
        let post = post(store, author.id, &format!("post-{place}"), at(place)).await;
        comment(store, &post, None).await;
    }
    let on = post(store, author.id, "hello", at(4)).await;
    let said = comment(store, &on, None).await;
    let log = Log::default();
    let listening = log.listen();
    let slug = Slug::try_from("hello").unwrap();
    costs!(store, 1, store.in_context(&slug, &page(now)));
    costs!(store, 1, store.place(on.id, said, 50));
    let lines = log.lines();
    drop(listening);
    // The few rows that a part has chosen: one or none before and behind, and a handful of candidates.
    let few = ["SCAN k", "SCAN o", "SCAN n", "SCAN r", "SCAN c", "SCAN w"];
    for (sql, plan) in plans(&fixture, lines).await {
        for step in &plan {
            let walks = !step.starts_with("SCAN") || few.contains(&step.as_str());
            assert!(walks && !step.contains("AUTOMATIC"), "{sql}\n{plan:#?}");
        }
        // Only those few are sorted: the related, and all at the end.
        let sorts = plan.iter().filter(|step| step.contains("FOR ORDER BY"));
        let most = if sql.contains("k.kind") { 2 } else { 0 };
        assert_eq!(sorts.count(), most, "{sql}\n{plan:#?}");
    }
}
