//! The catalog by the keys of the items' objects.

use std::ops::Bound;

use super::{Check, pending};
use crate::conformance::chance::fresh_word;
use crate::conformance::check::Port;
use crate::conformance::lab::Lab;
use crate::conformance::verdict::{Verdict, same};
use crate::model::media::{Folder, MediaItem, ObjectKey};

pub(super) fn checks() -> Vec<Check> {
    let catalog = Port::Catalog;
    vec![
        catalog.check("catalog-by-key", "Items, pending ones too, in the byte order of their key in `folder`, whose key lies within `from`, at most `limit`.", by_key),
        catalog.check("catalog-foreign-keys", "Keys that no item has, as other objects may have them, are asked for like others.", foreign_keys),
        catalog.check("catalog-of-objects", "The items, pending ones too, whose private object or public copy has one of these keys, each once.", of_objects),
    ]
}

fn key(text: String) -> ObjectKey {
    ObjectKey::from_store(text)
}

async fn by_key(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let place = fresh_word();
    let mut items = Vec::new();
    // `-` stands before `.`, digits between it and the letters, and `_` among them.
    for (number, name) in ["b", "a-w480", "a", "a_", "a0", "aa"].iter().enumerate() {
        let item = MediaItem {
            private_key: key(format!("private/{place}/{name}.png")),
            public_key: (number % 2 == 0).then(|| key(format!("public/{place}/{name}.png"))),
            ..match number {
                1 => pending(&lab, owner.id),
                _ => lab.new_item(owner.id),
            }
        };
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
        items.push(item);
    }
    for folder in Folder::ALL {
        let of = |item: &MediaItem| match folder {
            Folder::Private => Some(item.private_key.clone()),
            Folder::Public => item.public_key.clone(),
        };
        let mut expected: Vec<ObjectKey> = items.iter().filter_map(of).collect();
        expected.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        let here = format!("{}{place}/", folder.prefix());
        let mut from = Bound::Included(here.clone());
        let mut found = Vec::new();
        loop {
            let bound = from.as_ref().map(String::as_str);
            let page = lab.records.catalog.by_key(folder, bound, 2).await?;
            let keys: Vec<ObjectKey> = page.iter().filter_map(of).collect();
            let own = keys.iter().filter(|key| key.as_str().starts_with(&here));
            found.extend(own.cloned());
            match keys.last() {
                Some(last) if last.as_str().starts_with(&here) => {
                    from = Bound::Excluded(last.as_str().to_owned());
                }
                _ => break,
            }
        }
        same!(found, expected, "the keys in {folder:?} in pages of 2");
        let first = expected[0].as_str();
        let page = lab
            .records
            .catalog
            .by_key(folder, Bound::Included(first), 1);
        let page = page.await?;
        same!(
            page.iter().filter_map(of).collect::<Vec<_>>(),
            expected[..1].to_vec(),
            "the item of the key itself"
        );
    }
    Ok(())
}

async fn foreign_keys(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let place = fresh_word();
    let [before, behind] = ["a", "b"].map(|name| MediaItem {
        private_key: key(format!("private/{place}/{name}.png")),
        ..lab.new_item(owner.id)
    });
    for item in [&behind, &before] {
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    }
    for strange in ["a\u{e9}.png", "a\u{10ffff}", "a\u{80}"] {
        let strange = format!("private/{place}/{strange}");
        for bound in [
            Bound::Included(strange.as_str()),
            Bound::Excluded(strange.as_str()),
        ] {
            let page = lab.records.catalog.by_key(Folder::Private, bound, 1);
            same!(
                page.await?,
                vec![behind.clone()],
                "the item behind {bound:?}"
            );
        }
        let keys = [before.private_key.clone(), key(strange)];
        let found = lab.records.catalog.of_objects(&keys).await?;
        same!(found, vec![before.clone()], "the items of {keys:?}");
    }
    Ok(())
}

async fn of_objects(lab: Lab) -> Verdict {
    let owner = lab.user().await?;
    let both = MediaItem {
        public_key: Some(lab.key()),
        ..lab.new_item(owner.id)
    };
    let private = pending(&lab, owner.id);
    let other = lab.new_item(owner.id);
    for item in [&both, &private, &other] {
        lab.records.catalog.insert(item.clone(), lab.fx()).await?;
    }
    let mut keys = vec![both.private_key.clone(), private.private_key.clone()];
    keys.extend(both.public_key.clone());
    keys.extend((0..100).map(|_| lab.key()));
    let mut found = lab.records.catalog.of_objects(&keys).await?;
    found.sort_by_key(|item| item.id);
    let mut expected = vec![both.clone(), private];
    expected.sort_by_key(|item| item.id);
    same!(found, expected, "the items of private and public keys");
    let public: Vec<ObjectKey> = both.public_key.clone().into_iter().collect();
    let found = lab.records.catalog.of_objects(&public).await?;
    same!(found, vec![both], "the item of a public copy");
    let found = lab.records.catalog.of_objects(&[]).await?;
    same!(found, vec![], "the items of no keys");
    Ok(())
}
