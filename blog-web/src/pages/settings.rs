//! The site's settings: their form, and what comes of it.

use blog_core::PageRequest;
use blog_core::error::{Conflict, Error};
use blog_core::model::site::{MAX_MENU, ShownSite};
use blog_core::service::site::{MENU_LABELS, MENU_TARGETS, MenuInput, SettingsInput};
use poem::Response;
use serde::Deserialize;

use super::call::Call;
use super::{models, refusal};
use crate::edge::EdgeError;
use crate::edge::form::Form;
use crate::view::page::{SettingsPage, StoredSettingsView};
use crate::view::{FormView, Lang, MediaKind, MediaView, MenuEntryView, Phrase};

const PATH: &str = "/admin/settings";

/// Empty rows of the menu behind those that are filled.
const MORE_ROWS: usize = 3;

/// How many of the admin's newest pictures are offered as logo.
const PICTURES: u16 = 24;

/// How many of the newest static pages are offered for the menu.
const PAGES: u16 = 50;

/// Everything but the menu, whose fields are numbered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    logo: String,
    language: String,
    page_size: String,
    #[serde(default)]
    footer: String,
    #[serde(default)]
    old_addresses: bool,
    #[serde(default)]
    hold_first_comments: bool,
    #[serde(default)]
    comment_links: String,
    #[serde(default)]
    require_second_factor: bool,
    #[serde(default, deserialize_with = "crate::edge::form::unseen_number")]
    version: Option<u64>,
}

/// A row of the menu as it was sent.
#[derive(Clone, Default)]
struct Row {
    place: String,
    entry: MenuInput,
}

/// Reads the form. The menu's rows come in the order of their places.
fn read(form: &Form) -> Result<(SettingsInput, Option<u64>), EdgeError> {
    let mut rows = vec![Row::default(); MAX_MENU];
    let mut others = Form::default();
    for (name, value) in form.iter() {
        match numbered(name) {
            Some((row, part)) => *part.of(&mut rows[row]) = value.to_owned(),
            None => others.push(name, value),
        }
    }
    let fields: Fields = others.parse()?;
    let input = SettingsInput {
        title: fields.title,
        description: fields.description,
        logo: fields.logo,
        menu: in_order(rows),
        language: fields.language,
        page_size: fields.page_size,
        old_addresses: fields.old_addresses,
        footer: fields.footer,
        hold_first_comments: fields.hold_first_comments,
        comment_links: fields.comment_links,
        require_second_factor: fields.require_second_factor,
    };
    Ok((input, fields.version))
}

#[derive(Clone, Copy)]
enum Part {
    Place,
    Label,
    Target,
}

impl Part {
    fn of(self, row: &mut Row) -> &mut String {
        match self {
            Part::Place => &mut row.place,
            Part::Label => &mut row.entry.label,
            Part::Target => &mut row.entry.target,
        }
    }
}

fn place_field(row: usize) -> String {
    format!("menu_place_{}", row + 1)
}

/// Which row and which part of it a field is; `None` for all other fields.
fn numbered(name: &str) -> Option<(usize, Part)> {
    (0..MAX_MENU).find_map(|row| match name {
        name if name == MENU_LABELS[row] => Some((row, Part::Label)),
        name if name == MENU_TARGETS[row] => Some((row, Part::Target)),
        name if name == place_field(row) => Some((row, Part::Place)),
        _ => None,
    })
}

/// The entries of rows that are not empty, by their places. A row whose place was changed comes before the one that
/// has this place already: that is where its writer wanted it. What is no number changes nothing.
fn in_order(rows: Vec<Row>) -> Vec<MenuInput> {
    let mut placed: Vec<((usize, bool), MenuInput)> = rows
        .into_iter()
        .enumerate()
        .filter(|(_, row)| {
            !(row.entry.label.trim().is_empty() && row.entry.target.trim().is_empty())
        })
        .map(|(number, row)| {
            let own = number + 1;
            let place = row.place.trim().parse().unwrap_or(own);
            ((place, place == own), row.entry)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, entry)| entry).collect()
}

fn filled(input: &SettingsInput, version: Option<u64>) -> (FormView, Vec<usize>) {
    let mut form = FormView::new(PATH)
        .value("title", &input.title)
        .value("description", &input.description)
        .value("logo", &input.logo)
        .value("language", &input.language)
        .value("page_size", &input.page_size)
        .value("comment_links", &input.comment_links)
        .value("footer", &input.footer)
        .value("old_addresses", if input.old_addresses { "on" } else { "" })
        .value(
            "hold_first_comments",
            if input.hold_first_comments { "on" } else { "" },
        )
        .value(
            "require_second_factor",
            if input.require_second_factor {
                "on"
            } else {
                ""
            },
        );
    if let Some(version) = version {
        form = form.value("version", version.to_string());
    }
    let rows = (input.menu.len() + MORE_ROWS).min(MAX_MENU);
    for row in 0..rows {
        form = form.value(place_field(row), (row + 1).to_string());
        if let Some(entry) = input.menu.get(row) {
            form = form
                .value(MENU_LABELS[row], &entry.label)
                .value(MENU_TARGETS[row], &entry.target);
        }
    }
    (form, (1..=rows).collect())
}

/// The admin's newest pictures, and the logo where it is an older one or somebody else's.
async fn pictures(call: &Call) -> Result<Vec<MediaView>, EdgeError> {
    if call.visitor.is_none() {
        return Ok(Vec::new());
    }
    let library = call.blog().library();
    let own = library
        .own(&call.actor, PageRequest::first(PICTURES))
        .await?;
    let mut pictures: Vec<MediaView> = own.items.iter().map(models::media).collect();
    pictures.retain(|item| item.kind == MediaKind::Image && item.ready);
    if let Some(logo) = &call.site.logo
        && !own.items.iter().any(|item| item.id == logo.id)
    {
        pictures.push(models::media_of(logo));
    }
    Ok(pictures)
}

/// The static pages, and the pages that every site has.
async fn targets(call: &Call) -> Result<Vec<MenuEntryView>, EdgeError> {
    let lang = call.lang();
    let entry = |label: String, target: String| MenuEntryView {
        label,
        target,
        outside: false,
    };
    let said = |words: Phrase, path: &str| entry(words.to_text(lang), path.to_owned());
    let pages = call.blog().static_pages();
    let pages = pages.published(PageRequest::first(PAGES)).await?;
    let pages = pages
        .items
        .iter()
        .map(|page| entry(page.title.to_string(), format!("/pages/{}", page.slug)));
    let mut all: Vec<MenuEntryView> = pages.collect();
    all.push(said(Phrase::new("reading-archive"), "/archive"));
    all.push(said(Phrase::new("reading-tags"), "/tags"));
    Ok(all)
}

fn stored(site: &ShownSite) -> StoredSettingsView {
    let mut view = models::site(site);
    // The menu as it was decided, without the pages that stand in it by themselves.
    view.menu.truncate(site.settings.menu.len());
    StoredSettingsView {
        site: view,
        page_size: site.settings.page_size,
        old_addresses: site.settings.old_addresses,
        hold_first_comments: site.settings.hold_first_comments,
        comment_links: site.settings.comment_links,
        require_second_factor: site.settings.require_second_factor,
        updated_at: site.updated_at.map_or(0, |at| at.as_micros()),
    }
}

pub(crate) async fn form(call: Call) -> Result<Response, EdgeError> {
    let site = call.blog().site().for_edit(&call.actor).await?;
    let (form, rows) = filled(&SettingsInput::of(&site.settings), Some(site.version));
    let page = SettingsPage {
        form,
        rows,
        targets: targets(&call).await?,
        pictures: pictures(&call).await?,
        stored: None,
    };
    call.page(&call.chrome(PATH), &page)
}

pub(crate) async fn save(mut call: Call) -> Result<Response, EdgeError> {
    let (input, version) = read(&call.form().await?)?;
    let mut given = input.clone();
    if Lang::from_tag(&given.language).is_none() {
        // The core knows no languages, only what one looks like.
        given.language.clear();
    }
    let service = call.blog().site();
    // A form without a version was not filled from stored settings; it is shown the conflict.
    let expected = version.unwrap_or(u64::MAX);
    let error = match service.save(&call.actor, expected, &given).await {
        Ok(()) => return Ok(call.redirect_with(PATH, "settings-saved")),
        Err(error) => error,
    };
    let (form, rows, stored, refusal) = match error {
        Error::Conflict(Conflict::Version { .. }) => {
            let site = service.for_edit(&call.actor).await?;
            let (form, rows) = filled(&input, Some(site.version));
            (form, rows, Some(stored(&site)), EdgeError::from(error))
        }
        error => {
            let (form, rows) = filled(&input, version);
            let (refusal, form) = refusal::refuse(form, error);
            (form, rows, None, refusal)
        }
    };
    let page = SettingsPage {
        form,
        rows,
        targets: targets(&call).await?,
        pictures: pictures(&call).await?,
        stored,
    };
    call.refused_page(&refusal, &call.chrome(PATH), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu(rows: &[(&str, &str)]) -> Vec<String> {
        let rows = rows
            .iter()
            .map(|(place, label)| Row {
                place: (*place).to_owned(),
                entry: MenuInput {
                    label: (*label).to_owned(),
                    target: String::new(),
                },
            })
            .collect();
        let entries = in_order(rows);
        entries.into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn entries_go_where_their_places_say() {
        assert_eq!(menu(&[("1", "a"), ("2", "b"), ("3", "c")]), ["a", "b", "c"]);
        assert_eq!(menu(&[("1", "a"), ("2", "b"), ("1", "c")]), ["c", "a", "b"]);
        assert_eq!(menu(&[("9", "a"), ("2", "b"), ("3", "")]), ["b", "a"]);
        assert_eq!(menu(&[("", "a"), ("x", "b"), ("-1", "c")]), ["a", "b", "c"]);
        assert!(menu(&[("1", " "), ("2", "")]).is_empty());
    }

    #[test]
    fn only_the_menus_own_fields_are_numbered() {
        assert!(matches!(numbered("menu_label_12"), Some((11, Part::Label))));
        assert!(matches!(numbered("menu_place_1"), Some((0, Part::Place))));
        for other in [
            "menu_label_0",
            "menu_label_13",
            "menu_label_01",
            "menu_label_",
            "title",
        ] {
            assert!(numbered(other).is_none(), "{other}");
        }
    }
}
