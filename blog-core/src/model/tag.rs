//! Tags; a post's first tag is its category.

use super::text::{Lines, take, text};
use crate::error::{Alphabet, Reason};
use crate::slugify;

text! {
    /// What people read: 1 to 40 characters on one line, without a comma.
    TagName, parse_name
}

fn parse_name(input: &str) -> Result<String, Reason> {
    let name = take(input, Lines::One, 1, 40)?;
    if name.contains(',') {
        return Err(Reason::Characters {
            allowed: Alphabet::Tag,
        });
    }
    Ok(name)
}

text! {
    /// The tag's word in addresses: 1 to 60 of `a-z 0-9 -`. Tags of one slug are one tag.
    TagSlug, parse_slug
}

fn parse_slug(input: &str) -> Result<String, Reason> {
    let plain = input
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if input.is_empty() || input.len() > 60 || !plain {
        return Err(Reason::Characters {
            allowed: Alphabet::TagSlug,
        });
    }
    Ok(input.to_owned())
}

/// A tag of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// For addresses.
    pub slug: TagSlug,
    /// For people, as this post's author wrote it.
    pub name: TagName,
}

/// A tag, and how often it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagUse {
    /// With its name as one of the posts has it.
    pub tag: Tag,
    /// In so many posts.
    pub posts: u64,
}

/// The most tags of one post.
pub const MAX_TAGS: usize = 10;

impl Tag {
    /// A tag from what somebody wrote.
    ///
    /// # Errors
    /// As [`TagName`]; `NoLetter` when nothing of it can stand in an address.
    pub fn parse(input: &str) -> Result<Self, Reason> {
        let name = TagName::try_from(input)?;
        let slug = slugify::tag_slug(name.as_str()).ok_or(Reason::NoLetter)?;
        Ok(Self {
            slug: TagSlug::try_from(slug.as_str())?,
            name,
        })
    }

    /// The tags of a form field, separated by commas, in order, each once.
    ///
    /// # Errors
    /// As [`Tag::parse`]; `TooMany` above [`MAX_TAGS`].
    pub fn parse_list(input: &str) -> Result<Vec<Self>, Reason> {
        let mut tags: Vec<Tag> = Vec::new();
        for part in input.split([',', '\n']).map(str::trim) {
            if part.is_empty() {
                continue;
            }
            let tag = Tag::parse(part)?;
            if !tags.iter().any(|known| known.slug == tag.slug) {
                tags.push(tag);
            }
        }
        if tags.len() > MAX_TAGS {
            return Err(Reason::TooMany { max: MAX_TAGS });
        }
        Ok(tags)
    }
}
