//! What is asked of a library: searches, filters, the point in sight, and where an item is used.

use super::{one, using, wear};
use crate::conformance::check::{Check, Port};
use crate::conformance::lab::{Lab, MICRO};
use crate::conformance::verdict::{Failure, Verdict, refused, same};
use crate::error::{Entity, Error};
use crate::id::{MediaId, UserId};
use crate::model::focus::Focus;
use crate::model::library::{MediaFilter, MediaPlaces, MediaQuery, PostPlace};
use crate::model::media::{AltText, FileName, MediaItem, MediaKind};
use crate::model::post::{Post, PostContent, PostStatus};
use crate::model::widths::Widths;
use crate::page::PageRequest;
use crate::policy::{Actor, Surface, Visibility};

pub(super) fn checks() -> Vec<Check> {
    let catalog = Port::Catalog;
    vec![
        catalog.check("catalog-search", "Only those whose `MediaItem::search_terms` hold, for each word of the query, one that begins with it.", search),
        catalog.check("catalog-search-many-words", "Of a query's words `MediaQuery::MAX_WORDS` are looked for.", search_many_words),
        catalog.check("catalog-search-follows", "An item is found by the alt text that it has now, and by the facts that made it ready.", search_follows),
        catalog.check("catalog-search-pages", "A search is newest first, in pages that neither repeat nor skip an item.", search_pages),
        catalog.check("catalog-filter", "Only those that the query's filter names.", filter),
        catalog.check("catalog-filter-unused", "`MediaFilter::Unused`: what no post and no avatar uses.", filter_unused),
        catalog.check("catalog-focus", "Moves the point that stays in sight.", focus),
        catalog.check("catalog-focus-not-found", "`set_focus`: `NotFound(Media)` when there is none.", focus_not_found),
        catalog.check("catalog-places", "Where an item is used: first whose avatar it is, then the posts that the visibility allows, last changed first.", places),
        catalog.check("catalog-places-hidden", "`elsewhere` says that there are posts that the visibility does not allow.", places_hidden),
        catalog.check("catalog-places-limit", "At most `limit` places; `elsewhere` says that there are further ones.", places_limit),
        catalog.check("catalog-places-unknown", "An item that does not exist is used nowhere.", places_unknown),
    ]
}

fn query(text: &str, filter: MediaFilter) -> Verdict<MediaQuery> {
    MediaQuery::new(text, filter).ok_or_else(|| Failure::new(format!("{text:?} has no words")))
}

async fn found(lab: &Lab, owner: UserId, text: &str, filter: MediaFilter) -> Verdict<Vec<MediaId>> {
    let query = query(text, filter)?;
    let page = PageRequest::first(100);
    let page = lab.records.catalog.by_owner(owner, &query, page).await?;
    Ok(page.items.iter().map(|item| item.id).collect())
}

async fn called(lab: &Lab, owner: UserId, name: &str, alt: &str) -> Verdict<MediaItem> {
    let item = MediaItem {
        file_name: FileName::from_store(name.to_owned()),
        alt: AltText::from_store(alt.to_owned()),
        ..lab.new_item(owner)
    };
    lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    Ok(item)
}

async fn search(lab: Lab) -> Verdict {
    let (owner, other) = (lab.user().await?.id, lab.user().await?.id);
    called(&lab, other, "sunset.jpg", "Sunset over the harbour").await?;
    let sunset = called(&lab, owner, "IMG_2034.jpg", "Sunset over the harbour").await?;
    let istanbul = called(&lab, owner, "İSTANBUL.png", "Işık, 100 %_ of it").await?;
    let kyoto = called(&lab, owner, "京都.webp", "").await?;
    let nameless = called(&lab, owner, "", "").await?;
    for (text, expected) in [
        ("sunset", vec![&sunset]),
        ("SUNS", vec![&sunset]),
        ("harbour 2034", vec![&sunset]),
        ("img_20", vec![&sunset]),
        ("set", vec![]),
        ("sunset istanbul", vec![]),
        ("istanbul", vec![&istanbul]),
        ("ISIK 100", vec![&istanbul]),
        ("10% o", vec![&istanbul]),
        ("京", vec![&kyoto]),
        ("京都", vec![&kyoto]),
        ("都京", vec![]),
        ("i", vec![&sunset, &istanbul]),
        ("", vec![&sunset, &istanbul, &kyoto, &nameless]),
    ] {
        let mut ids: Vec<_> = expected.iter().map(|item| item.id).collect();
        let mut answer = found(&lab, owner, text, MediaFilter::All).await?;
        ids.sort_unstable();
        answer.sort_unstable();
        same!(answer, ids, "what {text:?} finds");
    }
    Ok(())
}

async fn search_many_words(lab: Lab) -> Verdict {
    let owner = lab.user().await?.id;
    let words: Vec<String> = (0..MediaQuery::MAX_WORDS)
        .map(|n| format!("word{n}"))
        .collect();
    let all = called(&lab, owner, "", &words.join(" ")).await?;
    called(&lab, owner, "", &words[1..].join(" ")).await?;
    called(&lab, owner, "", &words[..words.len() - 1].join(" ")).await?;
    for text in [words.join(" "), format!("{} further", words.join(" "))] {
        let answer = found(&lab, owner, &text, MediaFilter::All).await?;
        same!(answer, vec![all.id], "what {text:?} finds");
    }
    Ok(())
}

async fn search_follows(lab: Lab) -> Verdict {
    let owner = lab.user().await?.id;
    let item = MediaItem {
        state: crate::model::media::MediaState::Pending,
        alt: AltText::from_store("first".to_owned()),
        ..lab.new_item(owner)
    };
    let catalog = &lab.records.catalog;
    catalog.insert(item.clone(), lab.fx()).await?;
    let done = MediaItem {
        alt: AltText::from_store("second".to_owned()),
        state: crate::model::media::MediaState::Ready,
        ..item.clone()
    };
    catalog.set_ready(done, lab.fx()).await?;
    let all = MediaFilter::All;
    same!(
        found(&lab, owner, "first", all).await?,
        vec![],
        "the old text"
    );
    same!(
        found(&lab, owner, "second", all).await?,
        vec![item.id],
        "the text of the ready item"
    );
    let third = AltText::from_store("third".to_owned());
    catalog.set_alt(item.id, third, lab.fx()).await?;
    same!(
        found(&lab, owner, "second", all).await?,
        vec![],
        "the text before"
    );
    same!(
        found(&lab, owner, "third holiday", all).await?,
        vec![item.id],
        "the text and the name"
    );
    Ok(())
}

async fn search_pages(lab: Lab) -> Verdict {
    let owner = lab.user().await?.id;
    let mut expected = Vec::new();
    for number in 0..9 {
        let alt = if number % 3 == 0 { "other" } else { "wanted" };
        let item = MediaItem {
            alt: AltText::from_store(alt.to_owned()),
            created_at: lab.before(number % 2),
            ..lab.new_item(owner)
        };
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        if alt == "wanted" {
            expected.push(item);
        }
    }
    expected.sort_by_key(|item| std::cmp::Reverse((item.created_at, item.id)));
    let query = query("wanted", MediaFilter::Images)?;
    for limit in 1..=7 {
        let mut found = Vec::new();
        let mut page = PageRequest::first(limit);
        for _ in 0..20 {
            let next = lab.records.catalog.by_owner(owner, &query, page).await?;
            found.extend(next.items);
            match next.next {
                Some(after) => page = PageRequest::new(Some(after), limit),
                None => break,
            }
        }
        same!(found, expected, "what is found in pages of {limit}");
    }
    Ok(())
}

async fn filter(lab: Lab) -> Verdict {
    let owner = lab.user().await?.id;
    let image = lab.picture(owner).await?;
    let video = MediaItem {
        kind: MediaKind::Video,
        content_type: "video/mp4".to_owned(),
        ..lab.new_item(owner)
    };
    lab.records.catalog.insert(video.clone(), lab.fx()).await?;
    let images = found(&lab, owner, "", MediaFilter::Images).await?;
    same!(images, vec![image.id], "pictures");
    let videos = found(&lab, owner, "", MediaFilter::Videos).await?;
    same!(videos, vec![video.id], "videos");
    let both = found(&lab, owner, "picture", MediaFilter::Videos).await?;
    same!(both, vec![video.id], "videos called so");
    Ok(())
}

async fn filter_unused(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let unused = lab.picture(owner.id).await?;
    let (drafted, worn) = (lab.picture(owner.id).await?, lab.picture(owner.id).await?);
    let draft = lab
        .post_of(owner.id, using(&lab, drafted.id, PostStatus::Draft))
        .await?;
    let owner = wear(&lab, &owner, Some(worn.id)).await?;
    let answer = found(&lab, owner.id, "", MediaFilter::Unused).await?;
    same!(answer, vec![unused.id], "what nothing uses");
    lab.records.posts.delete(draft.id, 1, lab.fx()).await?;
    wear(&lab, &owner, None).await?;
    let mut answer = found(&lab, owner.id, "", MediaFilter::Unused).await?;
    answer.sort_unstable();
    let mut all = vec![unused.id, drafted.id, worn.id];
    all.sort_unstable();
    same!(answer, all, "what nothing uses in the end");
    Ok(())
}

async fn focus(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = MediaItem {
        widths: Widths::new([480, 1600]),
        ..lab.new_item(owner.id)
    };
    lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    let content = PostContent {
        cover: Some(item.id),
        ..using(&lab, item.id, PostStatus::Published)
    };
    let post = lab.post_of(owner.id, content).await?;
    wear(&lab, &owner, Some(item.id)).await?;
    for row in 0..Focus::STEPS {
        let column = Focus::STEPS - 1 - row;
        let focus = Focus::from_steps(column, row).unwrap_or_default();
        let catalog = &lab.records.catalog;
        catalog.set_focus(item.id, focus, lab.fx()).await?;
        let expected = MediaItem {
            focus,
            ..item.clone()
        };
        let stored = lab.stored(post.id).await?;
        same!(stored.cover, Some(expected.to_ref()), "the cover of a post");
        same!(
            stored.author.avatar,
            Some(expected.to_ref()),
            "the avatar of its author"
        );
        same!(one(&lab, item.id).await?, Some(expected), "the item");
    }
    Ok(())
}

async fn focus_not_found(lab: Lab) -> Verdict {
    let moved = lab
        .records
        .catalog
        .set_focus(MediaId::generate(), Focus::CENTRE, lab.fx())
        .await;
    refused!(moved, Error::NotFound(Entity::Media));
    Ok(())
}

fn place(post: &Post, as_cover: bool) -> PostPlace {
    PostPlace {
        slug: post.slug.clone(),
        title: post.title.clone(),
        status: post.status,
        published_at: post.published_at,
        as_cover,
    }
}

/// A post that uses an item, last changed so many seconds ago.
async fn changed(lab: &Lab, author: UserId, ago: u64, content: PostContent) -> Verdict<Post> {
    let earlier = Lab {
        now: lab.before(ago),
        ..lab.clone()
    };
    Ok(earlier.post_of(author, content).await?)
}

async fn places(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let as_cover = PostContent {
        media: Vec::new(),
        cover: Some(item.id),
        ..using(&lab, item.id, PostStatus::Published)
    };
    let old = changed(&lab, owner.id, 9, as_cover).await?;
    let draft = changed(&lab, owner.id, 2, using(&lab, item.id, PostStatus::Draft)).await?;
    let unlisted = changed(
        &lab,
        owner.id,
        5,
        using(&lab, item.id, PostStatus::Unlisted),
    )
    .await?;
    lab.post(owner.id).await?;
    let owner = wear(&lab, &owner, Some(item.id)).await?;
    let expected = MediaPlaces {
        avatars: vec![(owner.username.clone(), owner.display_name.clone())],
        posts: vec![
            place(&draft, false),
            place(&unlisted, false),
            place(&old, true),
        ],
        elsewhere: false,
    };
    for viewer in [Actor::of(&owner), lab.editor(Surface::Page).viewer()] {
        let visibility = Visibility::new(viewer, Surface::Page, lab.now);
        let catalog = &lab.records.catalog;
        let answer = catalog.places(item.id, &visibility, 20).await?;
        same!(answer, expected, "the places");
    }
    Ok(())
}

async fn places_hidden(lab: Lab) -> Verdict {
    let (owner, other) = (lab.user().await?, lab.user().await?);
    let item = lab.picture(owner.id).await?;
    let catalog = &lab.records.catalog;
    let visibility = Visibility::new(Actor::of(&owner), Surface::Page, lab.now);
    let theirs = lab
        .post_of(other.id, using(&lab, item.id, PostStatus::Draft))
        .await?;
    let hidden = MediaPlaces {
        elsewhere: true,
        ..MediaPlaces::default()
    };
    let answer = catalog.places(item.id, &visibility, 20).await?;
    same!(answer, hidden, "the places in a stranger's draft");
    let scheduled = PostContent {
        published_at: Some(lab.now.plus(MICRO)),
        ..using(&lab, item.id, PostStatus::Published)
    };
    lab.records
        .posts
        .save(lab.change(&theirs, scheduled), lab.fx())
        .await?;
    let answer = catalog.places(item.id, &visibility, 20).await?;
    same!(answer, hidden, "the places in a stranger's scheduled post");
    let mine = lab
        .post_of(owner.id, using(&lab, item.id, PostStatus::Draft))
        .await?;
    let both = MediaPlaces {
        posts: vec![place(&mine, false)],
        ..hidden
    };
    let answer = catalog.places(item.id, &visibility, 20).await?;
    same!(answer, both, "the places in an own and a stranger's draft");
    let later = Visibility::new(Actor::of(&owner), Surface::Page, lab.now.plus(MICRO));
    let answer = catalog.places(item.id, &later, 20).await?;
    same!(
        (answer.posts.len(), answer.elsewhere),
        (2, false),
        "posts, once it is out"
    );
    Ok(())
}

async fn places_limit(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let item = lab.picture(owner.id).await?;
    let mut posts = Vec::new();
    for ago in 0..3 {
        let content = using(&lab, item.id, PostStatus::Draft);
        posts.push(place(&changed(&lab, owner.id, ago, content).await?, false));
    }
    let owner = wear(&lab, &owner, Some(item.id)).await?;
    let visibility = Visibility::new(Actor::of(&owner), Surface::Page, lab.now);
    for (limit, most, elsewhere) in [(1, 0, true), (3, 2, true), (4, 3, false), (5, 3, false)] {
        let catalog = &lab.records.catalog;
        let answer = catalog.places(item.id, &visibility, limit).await?;
        same!(answer.avatars.len(), 1, "avatars of {limit} places");
        same!(
            answer.posts,
            posts[..most].to_vec(),
            "posts of {limit} places"
        );
        same!(
            answer.elsewhere,
            elsewhere,
            "whether {limit} places are too few"
        );
    }
    Ok(())
}

async fn places_unknown(lab: Lab) -> Verdict {
    let catalog = &lab.records.catalog;
    let visibility = lab.editor(Surface::Page);
    let answer = catalog.places(MediaId::generate(), &visibility, 20).await?;
    same!(answer, MediaPlaces::default(), "the places of nothing");
    same!(answer.is_used(), false, "whether nothing is used");
    Ok(())
}
