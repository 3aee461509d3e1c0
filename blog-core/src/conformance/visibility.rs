//! Whether an adapter's conditions say what [`Visibility::allows`] says: every actor on every surface against posts of
//! every status, time and author.

use std::collections::{BTreeMap, HashSet};

use super::chance::fresh_word;
use super::check::{Check, Port};
use super::lab::{Lab, MICRO, slug_request, tag};
use super::posts::archive::{added, counted, tags_of};
use super::verdict::{Verdict, refused, same};
use crate::error::{Entity, Error};
use crate::id::PostId;
use crate::model::archive::Month;
use crate::model::media::MediaItem;
use crate::model::post::{Post, PostChange, PostContent, PostScope, PostStatus, SlugHit};
use crate::model::slug::Slug;
use crate::model::tag::TagSlug;
use crate::model::user::{Role, User};
use crate::policy::{Actor, PostFacts, Surface, Visibility};
use crate::terms;
use crate::time::Timestamp;

const SURFACES: [Surface; 4] = [Surface::Page, Surface::List, Surface::Own, Surface::Manage];

pub(super) fn checks() -> Vec<Check> {
    vec![
        Port::Posts.check("posts-visible-get", "The post, if the visibility allows it; else `NotFound(Post)`, the same as for one that does not exist.", get),
        Port::Posts.check("posts-visible-by-slug", "`by_slug` and `in_context` answer as the visibility decides, for current and for former addresses.", by_slug),
        Port::Posts.check("posts-visible-list", "No read can be asked without a `Visibility`, which the adapter turns into its `WHERE`.", list),
        Port::Posts.check("posts-months-visible", "`months` and `tag_counts` count what the visibility allows.", counts).alone(),
        Port::Posts.check("posts-suspended", "Posts of a suspended author stay, unlisted.", suspended),
        Port::Catalog.check("catalog-visible", "`visible` follows the posts that the visibility allows.", visible),
    ]
}

/// A post with all that decides who sees it.
#[derive(Debug)]
struct Case {
    post: Post,
    old_slug: Slug,
    picture: MediaItem,
    facts: PostFacts,
}

/// Everything that can be seen, and everybody who may look.
#[derive(Debug)]
struct Stage {
    cases: Vec<Case>,
    actors: Vec<Actor>,
    authors: Vec<User>,
    word: String,
}

impl Stage {
    /// Two authors, one of them suspended; for each, posts of every status at every time.
    async fn new(lab: &Lab) -> Verdict<Self> {
        let word = fresh_word();
        let mut authors = vec![lab.user().await?, lab.user().await?];
        let mut cases = Vec::new();
        for (nth, author) in authors.iter().enumerate() {
            for status in [
                PostStatus::Draft,
                PostStatus::Published,
                PostStatus::Unlisted,
            ] {
                for published_at in [
                    None,
                    Some(lab.before(60)),
                    Some(lab.now),
                    Some(lab.now.plus(MICRO)),
                    Some(lab.after(60)),
                ] {
                    let facts = PostFacts {
                        author: author.id,
                        author_suspended: nth == 1,
                        status,
                        published_at,
                    };
                    cases.push(Case::new(lab, &word, facts).await?);
                }
            }
        }
        authors[1] = lab
            .records
            .users
            .set_suspended(authors[1].id, Some(lab.reason()), lab.fx())
            .await?;
        let reader = lab.user().await?;
        let mut actors = vec![Actor::Anonymous];
        actors.extend(authors.iter().map(Actor::of));
        for role in [Role::Reader, Role::Author, Role::Editor, Role::Admin] {
            for suspended in [false, true] {
                actors.push(Actor::User {
                    id: reader.id,
                    role,
                    suspended,
                    verified: role != Role::Author,
                    blocked: false,
                    must_enrol: false,
                });
            }
        }
        Ok(Self {
            cases,
            actors,
            authors,
            word,
        })
    }

    /// Every actor on these surfaces at three moments.
    fn views(&self, lab: &Lab, surfaces: &[Surface]) -> Vec<Visibility> {
        let mut views = Vec::new();
        for actor in &self.actors {
            for surface in surfaces {
                for now in moments(lab) {
                    views.push(Visibility::new(*actor, *surface, now));
                }
            }
        }
        views
    }
}

/// Before, at and after the moments of every case.
fn moments(lab: &Lab) -> [Timestamp; 3] {
    [lab.now, lab.before(61), lab.after(61)]
}

impl Case {
    async fn new(lab: &Lab, word: &str, facts: PostFacts) -> Verdict<Self> {
        let picture = lab.picture(facts.author).await?;
        let content = PostContent {
            tags: vec![tag(word, word)],
            terms: terms::index_terms(word),
            media: vec![picture.id],
            status: facts.status,
            published_at: facts.published_at,
            ..lab.content()
        };
        let post = lab.post_of(facts.author, content.clone()).await?;
        let old_slug = post.slug.clone();
        let change = PostChange {
            slug: Some(slug_request(&fresh_word())),
            ..lab.change(&post, content)
        };
        let post = lab.records.posts.save(change, lab.fx()).await?;
        Ok(Self {
            post,
            old_slug,
            picture,
            facts,
        })
    }
}

async fn get(lab: Lab) -> Verdict {
    let stage = Stage::new(&lab).await?;
    for view in stage.views(&lab, &SURFACES) {
        for case in &stage.cases {
            let found = lab.records.posts.get(case.post.id, &view).await;
            if view.allows(&case.facts) {
                same!(
                    found?.id,
                    case.post.id,
                    "the post {:?} for {view:?}",
                    case.facts
                );
            } else {
                let hidden = matches!(found, Err(Error::NotFound(Entity::Post)));
                same!(
                    hidden,
                    true,
                    "whether {:?} is hidden from {view:?}",
                    case.facts
                );
            }
        }
        refused!(
            lab.records.posts.get(PostId::generate(), &view).await,
            Error::NotFound(Entity::Post)
        );
    }
    Ok(())
}

async fn by_slug(lab: Lab) -> Verdict {
    let stage = Stage::new(&lab).await?;
    for view in stage.views(&lab, &[Surface::Page, Surface::List]) {
        for case in &stage.cases {
            for slug in [&case.post.slug, &case.old_slug] {
                let found = lab.records.posts.by_slug(slug, &view).await;
                let allowed = view.allows(&case.facts);
                let met = match &found {
                    Ok(SlugHit::Current(post)) => {
                        allowed && post.id == case.post.id && *slug == case.post.slug
                    }
                    Ok(SlugHit::Moved(to)) => {
                        allowed && *to == case.post.slug && *slug == case.old_slug
                    }
                    Err(Error::NotFound(Entity::Post)) => !allowed,
                    Err(_) => false,
                };
                same!(
                    met,
                    true,
                    "whether {:?} at {slug} for {view:?} is right",
                    case.facts
                );
                let in_context = lab.records.posts.in_context(slug, &view).await;
                let alike = match (in_context, found) {
                    (Ok(SlugHit::Current(one)), Ok(SlugHit::Current(other))) => one.post == *other,
                    (Ok(SlugHit::Moved(one)), Ok(SlugHit::Moved(other))) => one == other,
                    (Err(Error::NotFound(Entity::Post)), Err(_)) => true,
                    _ => false,
                };
                same!(
                    alike,
                    true,
                    "whether {:?} at {slug} for {view:?} is the same in its context",
                    case.facts
                );
            }
        }
    }
    Ok(())
}

async fn list(lab: Lab) -> Verdict {
    let stage = Stage::new(&lab).await?;
    let mut scopes = vec![
        PostScope::Tag(TagSlug::from_store(stage.word.clone())),
        PostScope::Search(terms::query_terms(&stage.word)),
    ];
    scopes.extend(
        stage
            .authors
            .iter()
            .map(|author| PostScope::Author(author.id)),
    );
    for view in stage.views(&lab, &[Surface::List, Surface::Own, Surface::Manage]) {
        for scope in &scopes {
            let expected: HashSet<PostId> = stage
                .cases
                .iter()
                .filter(|case| match scope {
                    PostScope::Author(author) => case.facts.author == *author,
                    _ => true,
                })
                .filter(|case| view.allows(&case.facts))
                .map(|case| case.post.id)
                .collect();
            let cards = lab.cards(scope.clone(), 100, &view).await?;
            let found: HashSet<PostId> = cards.iter().map(|card| card.id).collect();
            same!(found, expected, "the list of {scope:?} for {view:?}");
        }
    }
    Ok(())
}

async fn counts(lab: Lab) -> Verdict {
    let mut before = BTreeMap::new();
    for now in moments(&lab) {
        before.insert(now, counted(&lab, now).await?);
    }
    let stage = Stage::new(&lab).await?;
    for view in stage.views(&lab, &[Surface::List]) {
        let allowed = || stage.cases.iter().filter(|case| view.allows(&case.facts));
        let mut expected: BTreeMap<Month, i64> = BTreeMap::new();
        for month in allowed().filter_map(|case| Month::of(case.facts.published_at?)) {
            *expected.entry(month).or_default() += 1;
        }
        let after = counted(&lab, view.now()).await?;
        let before = &before[&view.now()];
        same!(added(before, &after), expected, "the months for {view:?}");
        // The stage's tag is its word; tags behind it that begin with it there are none.
        let mut just_before = stage.word.clone();
        just_before.pop();
        let found = tags_of(&lab, &just_before, 100, &view).await?;
        let mine = found.iter().find(|(slug, _, _)| *slug == stage.word);
        let posts = mine.map_or(0, |(_, _, posts)| *posts);
        same!(posts, allowed().count() as u64, "the tag for {view:?}");
    }
    Ok(())
}

async fn suspended(lab: Lab) -> Verdict {
    let author = lab.user().await?;
    let post = lab.post(author.id).await?;
    for (suspended, listed) in [(false, 1), (true, 0), (false, 1)] {
        lab.records
            .users
            .set_suspended(author.id, suspended.then(|| lab.reason()), lab.fx())
            .await?;
        let cards = lab
            .cards(
                PostScope::Author(author.id),
                9,
                &lab.stranger(Surface::List),
            )
            .await?;
        same!(
            cards.len(),
            listed,
            "posts listed while suspended = {suspended}"
        );
        let found = lab
            .records
            .posts
            .get(post.id, &lab.stranger(Surface::Page))
            .await?;
        same!(
            found.id,
            post.id,
            "the post at its address while suspended = {suspended}"
        );
    }
    Ok(())
}

async fn visible(lab: Lab) -> Verdict {
    let stage = Stage::new(&lab).await?;
    for view in stage.views(&lab, &[Surface::Page]) {
        for case in &stage.cases {
            let viewer = view.viewer();
            let owns = viewer.user() == Some(case.picture.owner);
            let expected = owns || viewer.is_editor() || view.allows(&case.facts);
            let found = match lab.records.catalog.visible(case.picture.id, &view).await {
                Ok(item) => item.id == case.picture.id,
                Err(Error::NotFound(Entity::Media)) => false,
                Err(error) => return Err(error.into()),
            };
            same!(
                found,
                expected,
                "whether {view:?} sees the picture of {:?}",
                case.facts
            );
        }
    }
    Ok(())
}
