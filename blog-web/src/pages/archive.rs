//! The archive by year and month, and the index of all tags.

use blog_core::model::archive::{Month, MonthCount, TagCount};
use blog_core::model::tag::TagSlug;
use blog_core::{Page, Timestamp};
use http::StatusCode;
use poem::Response;

use super::call::Call;
use super::head;
use super::lists::shown;
use crate::edge::EdgeError;
use crate::view::page::{ArchivePage, PeriodPage, TagsPage};
use crate::view::{MonthView, PagerView, TagCountView, TagGroupView, TagView, YearView};

fn nothing() -> EdgeError {
    EdgeError::of_status(StatusCode::NOT_FOUND)
}

fn year_path(year: u16) -> String {
    format!("/archive/{year:04}")
}

fn month_path(month: Month) -> String {
    format!("/archive/{:04}/{:02}", month.year(), month.month())
}

/// Years and months, newest first, from months that are newest first.
fn years(months: &[MonthCount]) -> Vec<YearView> {
    let of_one_year = |one: &MonthCount, next: &MonthCount| one.month.year() == next.month.year();
    months
        .chunk_by(of_one_year)
        .filter_map(|months| {
            let year = months.first()?.month.year();
            Some(YearView {
                year: format!("{year:04}"),
                path: year_path(year),
                posts: months.iter().map(|count| count.posts).sum(),
                months: months
                    .iter()
                    .map(|count| MonthView {
                        month: count.month.month(),
                        path: month_path(count.month),
                        posts: count.posts,
                    })
                    .collect(),
            })
        })
        .collect()
}

pub(crate) async fn index(call: Call) -> Result<Response, EdgeError> {
    let months = call.blog().reading().months().await?;
    let mut chrome = call.chrome("/archive");
    chrome.canonical = Some(call.app.absolute("/archive"));
    let page = ArchivePage {
        years: years(&months),
    };
    call.page(&chrome, &page)
}

/// A segment of so many digits at most; other spellings of a number are no addresses.
fn digits(text: &str, most: usize) -> Result<u16, EdgeError> {
    let plain = text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number) if plain => Ok(number),
        _ => Err(nothing()),
    }
}

pub(crate) async fn year(call: Call) -> Result<Response, EdgeError> {
    let asked = call.param("year");
    let year = digits(&asked, 4)?;
    let month = |month| Month::new(year, month).ok_or_else(nothing);
    let span = (month(1)?.start(), month(12)?.end());
    period(call, year, None, &asked, span).await
}

pub(crate) async fn month(call: Call) -> Result<Response, EdgeError> {
    let (asked_year, asked_month) = (call.param("year"), call.param("month"));
    let year = digits(&asked_year, 4)?;
    let number = u8::try_from(digits(&asked_month, 2)?).map_err(|_| nothing())?;
    let month = Month::new(year, number).ok_or_else(nothing)?;
    let asked = format!("{asked_year}/{asked_month}");
    let span = (month.start(), month.end());
    period(call, year, Some(month), &asked, span).await
}

async fn period(
    call: Call,
    year: u16,
    month: Option<Month>,
    asked: &str,
    (from, until): (Timestamp, Timestamp),
) -> Result<Response, EdgeError> {
    let path = month.map_or_else(|| year_path(year), month_path);
    if path != format!("/archive/{asked}") {
        return Ok(call.moved(&path));
    }
    let reading = call.blog().reading();
    let after = call.after()?;
    let found = reading.between(from, until, after).await?;
    let months = reading.months().await?;
    let empty = found.items.is_empty() && after.is_none();
    let (posts, pager) = shown(&call, &path, &found);
    let page = PeriodPage {
        month: month.map(Month::month),
        year: years(&months)
            .into_iter()
            .find(|of| of.path == year_path(year))
            .unwrap_or_else(|| YearView {
                year: format!("{year:04}"),
                path: year_path(year),
                posts: 0,
                months: Vec::new(),
            }),
        posts,
        pager,
    };
    let mut chrome = call.chrome(&path);
    if empty {
        chrome.noindex = true;
        return call.refused_page(&nothing(), &chrome, &page);
    }
    head::list(&call, &mut chrome, &page.pager);
    call.page(&chrome, &page)
}

pub(crate) async fn tags(call: Call) -> Result<Response, EdgeError> {
    let asked = call.query("after");
    let after = asked
        .as_deref()
        .map(TagSlug::try_from)
        .transpose()
        .map_err(|_| nothing())?;
    let found = call.blog().reading().tags(after.as_ref()).await?;
    let mut chrome = call.chrome("/tags");
    let page = TagsPage {
        groups: groups(&found),
        pager: PagerView::new(
            "/tags",
            asked.as_deref(),
            found.next.map(|slug| slug.to_string()),
        ),
    };
    head::list(&call, &mut chrome, &page.pager);
    call.page(&chrome, &page)
}

/// The tags under the letters that their slugs begin with, in the order of their slugs.
fn groups(found: &Page<TagCount, TagSlug>) -> Vec<TagGroupView> {
    let letter = |count: &TagCount| match count.tag.slug.as_str().chars().next() {
        Some(first) if first.is_ascii_alphabetic() => first.to_ascii_uppercase().to_string(),
        _ => "0–9".to_owned(),
    };
    found
        .items
        .chunk_by(|one, next| letter(one) == letter(next))
        .filter_map(|tags| {
            Some(TagGroupView {
                letter: letter(tags.first()?),
                tags: tags
                    .iter()
                    .map(|count| TagCountView {
                        tag: TagView {
                            name: count.tag.name.to_string(),
                            slug: count.tag.slug.to_string(),
                        },
                        posts: count.posts,
                    })
                    .collect(),
            })
        })
        .collect()
}
