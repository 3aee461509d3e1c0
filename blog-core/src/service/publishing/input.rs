//! A post as its form gives it, and what of that could be read.

use crate::error::{Error, Reason, Result, Violations};
use crate::id::{AutosaveId, MediaId};
use crate::markdown::{self, MarkdownError};
use crate::model::post::{Body, Post, PostStatus, SlugRequest, Title};
use crate::model::slug::Slug;
use crate::model::tag::Tag;
use crate::time::Timestamp;

/// A post as its form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostInput {
    /// As [`Title`].
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Separated by commas; the first is the category.
    pub tags: String,
    /// `draft`, `published`, `scheduled` or `unlisted`; empty means `draft`.
    pub status: String,
    /// The time of publication in UTC, as `2026-01-31T18:30` or RFC 3339; needed for `scheduled`, else optional.
    pub publish_at: String,
    /// The wished word in the address; empty means that of the title, or the present one.
    pub slug: String,
    /// The id of an own picture; empty means none.
    pub cover: String,
    /// The unsaved texts that a save of this ends.
    pub unsaved: Vec<AutosaveId>,
}

/// What of an input could be read.
pub(super) struct Parsed {
    pub(super) title: Title,
    pub(super) body: Body,
    pub(super) tags: Vec<Tag>,
    pub(super) wish: Wish,
    pub(super) publish_at: Option<Timestamp>,
    pub(super) slug: Option<Slug>,
    pub(super) cover: Option<MediaId>,
    pub(super) rendered: markdown::Rendered,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Draft,
    Published,
    Scheduled,
    Unlisted,
}

impl PostInput {
    /// The input that shows a stored post in its form.
    pub fn of(post: &Post, now: Timestamp) -> Self {
        let scheduled = post.published_at.is_some_and(|at| at > now);
        let status = match post.status {
            PostStatus::Published if scheduled => "scheduled",
            other => other.as_str(),
        };
        let from_title = Slug::from_title(post.title.as_str());
        let slug = match hidden_base(post) {
            None => post.slug.as_str(),
            Some(UNTITLED) => "",
            Some(base) if Some(base) == from_title.as_ref().map(Slug::as_str) => "",
            Some(base) => base,
        };
        let slug = slug.to_owned();
        Self {
            title: post.title.to_string(),
            body: post.body.to_string(),
            tags: post
                .tags
                .iter()
                .map(|tag| tag.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            status: status.to_owned(),
            publish_at: post.published_at.map(form_time).unwrap_or_default(),
            slug,
            cover: post
                .cover
                .as_ref()
                .map(|c| c.id.to_string())
                .unwrap_or_default(),
            unsaved: Vec::new(),
        }
    }

    /// A time of publication as the form shows it, in UTC; a text that is no time stays as it was given.
    pub fn shown_time(given: &str) -> String {
        match parse_time(given) {
            Ok(Some(at)) => form_time(at),
            _ => given.to_owned(),
        }
    }

    pub(super) fn parse(&self) -> Result<Parsed> {
        let mut violations = Violations::new();
        let title = violations.check("title", Title::try_from(self.title.as_str()));
        let tags = violations.check("tags", Tag::parse_list(&self.tags));
        let wish = violations.check(
            "status",
            match self.status.trim() {
                "" | "draft" => Ok(Wish::Draft),
                "published" => Ok(Wish::Published),
                "scheduled" => Ok(Wish::Scheduled),
                "unlisted" => Ok(Wish::Unlisted),
                _ => Err(Reason::NotAChoice),
            },
        );
        let publish_at = violations.check("publish_at", parse_time(&self.publish_at));
        let slug = violations.check("slug", optional(&self.slug, |s| Slug::try_from(s)));
        let cover = violations.check(
            "cover",
            optional(&self.cover, |s| s.parse().map_err(|_| Reason::NotYourMedia)),
        );
        let body = violations.check("body", Body::try_from(self.body.as_str()));
        let rendered = body.as_ref().and_then(|body| {
            violations.check(
                "body",
                markdown::render_post(body.as_str()).map_err(refused),
            )
        });
        match (title, body, tags, wish, publish_at, slug, cover, rendered) {
            (
                Some(title),
                Some(body),
                Some(tags),
                Some(wish),
                Some(publish_at),
                Some(slug),
                Some(cover),
                Some(rendered),
            ) => Ok(Parsed {
                title,
                body,
                tags,
                wish,
                publish_at,
                slug,
                cover,
                rendered,
            }),
            _ => Err(Error::Invalid(violations)),
        }
    }
}

/// Why a source was not rendered, as a field's reason.
pub(crate) fn refused(error: MarkdownError) -> Reason {
    match error {
        MarkdownError::TooLarge { max } => Reason::TooManyBytes { max },
        MarkdownError::TooDeep { max } => Reason::TooDeep { max },
        MarkdownError::GrowsTooLarge { max } => Reason::GrowsTooLarge { max },
    }
}

fn optional<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, Reason>,
) -> Result<Option<T>, Reason> {
    match text.trim() {
        "" => Ok(None),
        given => parse(given).map(Some),
    }
}

fn parse_time(text: &str) -> Result<Option<Timestamp>, Reason> {
    optional(text, |text| {
        let civil = || {
            let time: jiff::civil::DateTime = text.parse().ok()?;
            let zoned = time.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
            Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
        };
        Timestamp::parse(text)
            .or_else(civil)
            .ok_or(Reason::NotATime)
    })
}

/// As `<input type="datetime-local">` gives it, in UTC: to the second so that saving does not move the time, and without
/// the seconds where they are none.
fn form_time(at: Timestamp) -> String {
    let time = at.to_jiff().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let form = match time.second() {
        0 => "%Y-%m-%dT%H:%M",
        _ => "%Y-%m-%dT%H:%M:%S",
    };
    time.strftime(form).to_string()
}

/// What stands for the title in an address when the title has no letter.
const UNTITLED: &str = "untitled";

/// The slug of a draft: nobody can guess it, and nobody sees by a `-2` that a draft of this title exists.
pub(super) fn draft_slug(base: &Slug) -> SlugRequest {
    let random = MediaId::generate().uuid().as_u128() as u32;
    SlugRequest {
        base: base.hidden(random),
    }
}

/// The words of a post's slug while it is not one that people may know. Scheduled posts keep a draft's slug until their
/// time, or another post of the same title would be given a `-2` that betrays them.
pub(super) fn hidden_base(post: &Post) -> Option<&str> {
    // Drafts of earlier versions have one dash before their digits, as other posts may have by chance.
    let earlier = || {
        let (base, digits) = post.slug.as_str().rsplit_once('-')?;
        let random = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        (random && post.published_at.is_none()).then_some(base)
    };
    post.slug.hidden_base().or_else(earlier)
}

impl Parsed {
    pub(super) fn slug_base(&self) -> Slug {
        self.slug
            .clone()
            .or_else(|| Slug::from_title(self.title.as_str()))
            .unwrap_or_else(|| Slug::from_store(UNTITLED.to_owned()))
    }

    /// Status and time of publication, from the wish and what was.
    pub(super) fn publication(
        &self,
        before: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(PostStatus, Option<Timestamp>)> {
        // The form shows times to the second: the same second is the same time.
        let given = self.publish_at.map(|given| match before {
            Some(before) if form_time(before) == form_time(given) => before,
            _ => given,
        });
        let already_out = before.filter(|at| *at <= now);
        match self.wish {
            // One that never appeared forgets when it was to.
            Wish::Draft => Ok((PostStatus::Draft, already_out)),
            Wish::Scheduled => match given {
                Some(at) if at > now => Ok((PostStatus::Published, Some(at))),
                Some(_) => Err(Error::invalid("publish_at", Reason::NotInFuture)),
                None => Err(Error::invalid("publish_at", Reason::Empty)),
            },
            Wish::Published | Wish::Unlisted => {
                let status = match self.wish {
                    Wish::Unlisted => PostStatus::Unlisted,
                    _ => PostStatus::Published,
                };
                match given {
                    Some(at) if at <= now => Ok((status, Some(at))),
                    // A scheduled post that is published early still has its time in the form.
                    Some(at) if Some(at) != before => {
                        Err(Error::invalid("publish_at", Reason::InFuture))
                    }
                    _ => Ok((status, Some(already_out.unwrap_or(now)))),
                }
            }
        }
    }
}
