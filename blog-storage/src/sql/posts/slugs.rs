//! Finding a free address.

use std::collections::HashMap;

use blog_core::error::{Conflict, Result};
use blog_core::id::PostId;
use blog_core::model::post::SlugRequest;
use blog_core::model::slug::Slug;
use uuid::Uuid;

use crate::sql::args::{Arg, InList, in_list};
use crate::sql::db::Tx;

/// How many numbered addresses are tried before a random one.
const TRIES: u32 = 20;
/// How many random ones: each has one chance in four thousand million to be taken.
const RANDOM_TRIES: usize = 4;

const HOLDERS: InList = in_list!(
    "SELECT CAST(slug AS CHAR), post FROM blog_slugs WHERE slug IN ",
    ""
);

/// The first slug of the request that is free for the post, and whether it is the post's own already. Looked up in the
/// transaction that takes it.
pub(super) async fn choose(
    tx: &mut Tx<'_>,
    request: &SlugRequest,
    post: PostId,
) -> Result<(Slug, bool)> {
    let mut wishes = vec![request.base.clone()];
    wishes.extend((2..=TRIES).map(|number| request.base.with_suffix(&number.to_string())));
    if let Some(chosen) = first_free(tx, &wishes, post).await? {
        return Ok(chosen);
    }
    let random: Vec<Slug> = (0..RANDOM_TRIES)
        .map(|_| {
            // The last bytes of a version 7 uuid are random.
            let bytes = Uuid::now_v7().into_bytes();
            let number = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
            request.base.with_suffix(&format!("{number:08x}"))
        })
        .collect();
    match first_free(tx, &random, post).await? {
        Some(chosen) => Ok(chosen),
        None => Err(Conflict::Slug.into()),
    }
}

async fn first_free(
    tx: &mut Tx<'_>,
    wishes: &[Slug],
    post: PostId,
) -> Result<Option<(Slug, bool)>> {
    let (sql, args) = HOLDERS.fill(wishes.iter().map(|wish| Arg::from(wish.as_str())).collect());
    let rows: Vec<(String, Uuid)> = tx.all(sql, args).await?;
    let holders: HashMap<String, Uuid> = rows.into_iter().collect();
    Ok(wishes
        .iter()
        .find_map(|wish| match holders.get(wish.as_str()) {
            None => Some((wish.clone(), false)),
            Some(holder) if *holder == post.uuid() => Some((wish.clone(), true)),
            Some(_) => None,
        }))
}
