//! The writer's own files: the list, a file, and uploads.

use blog_core::PageRequest;
use blog_core::error::{Conflict, Denied, Entity, Error, Reason};
use blog_core::id::MediaId;
use blog_core::model::focus::Focus;
use blog_core::model::library::MediaFilter;
use blog_core::model::media::MediaItem;
use blog_core::service::library::Upload;
use futures_util::StreamExt as _;
use poem::Response;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::{desk, models, refusal};
use crate::edge::EdgeError;
use crate::edge::multipart::{FilePart, Multipart, MultipartLimits, Part};
use crate::view::page::{LibraryDeletePage, LibraryItemPage, LibraryPage};
use crate::view::{FormView, MediaKind, PagerView, PlacesView, ShelfView};

const PAGE: u16 = 24;

/// More of a search is not looked at.
const QUERY_CHARS: usize = 200;

fn filter(show: ShelfView) -> MediaFilter {
    match show {
        ShelfView::All => MediaFilter::All,
        ShelfView::Pictures => MediaFilter::Images,
        ShelfView::Videos => MediaFilter::Videos,
        ShelfView::Unused => MediaFilter::Unused,
    }
}

async fn page(call: &Call, upload: FormView) -> Result<LibraryPage, EdgeError> {
    let library = call.blog().library();
    // An upload that was refused stands above the newest files.
    let asked = |name: &str| match call.request.method().as_str() {
        "GET" => call.query(name),
        _ => None,
    };
    let query: String = asked("q").unwrap_or_default();
    let query: String = query.chars().take(QUERY_CHARS).collect();
    let word = asked("show").unwrap_or_default();
    let show = ShelfView::ALL
        .into_iter()
        .find(|show| show.as_str() == word)
        .unwrap_or_default();
    let after = match asked("after") {
        Some(_) => call.after()?,
        None => None,
    };
    let page = PageRequest::new(after, PAGE);
    let own = library
        .search(&call.actor, &query, filter(show), page)
        .await?;
    let mut path = url::form_urlencoded::Serializer::new("/library?".to_owned());
    if !query.is_empty() {
        path.append_pair("q", &query);
    }
    if show != ShelfView::All {
        path.append_pair("show", show.as_str());
    }
    let path = path.finish();
    let pager = PagerView::new(
        path.trim_end_matches('?'),
        asked("after").as_deref(),
        models::cursor(own.next),
    );
    Ok(LibraryPage {
        blank: own.items.is_empty()
            && pager.first
            && query.trim().is_empty()
            && show == ShelfView::All,
        query,
        show,
        media: own.items.iter().map(models::media).collect(),
        pager,
        upload,
    })
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let page = page(&call, FormView::new("/media/uploads")).await?;
    call.page(&call.chrome("/library"), &page)
}

fn missing() -> EdgeError {
    Error::NotFound(Entity::Media).into()
}

fn id(call: &Call) -> Result<MediaId, EdgeError> {
    call.param("id").parse().map_err(|_| missing())
}

fn alt_form(id: MediaId, alt: &str) -> FormView {
    FormView::new(format!("/library/{id}/alt")).value("alt", alt)
}

/// The page of an item; its description as it is stored, unless a refused form brings another.
async fn item_page(
    call: &Call,
    id: MediaId,
    form: Option<FormView>,
) -> Result<LibraryItemPage, EdgeError> {
    let (item, places) = call.blog().library().item(&call.actor, id).await?;
    Ok(LibraryItemPage {
        form: form.unwrap_or_else(|| alt_form(id, item.alt.as_str())),
        media: Some(models::media(&item)),
        steps: Focus::STEPS,
        places: models::places(&places, call.blog().now()),
    })
}

pub(crate) async fn item(call: Call) -> Result<Response, EdgeError> {
    let id = id(&call)?;
    let page = item_page(&call, id, None).await?;
    call.page(&call.chrome(&format!("/library/{id}")), &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AltForm {
    alt: String,
    /// Whose text the page is of that sends it; of no page with a text, nobody.
    #[serde(default)]
    writer: String,
}

pub(crate) async fn describe(mut call: Call) -> Result<Response, EdgeError> {
    let form: AltForm = call.form().await?.parse()?;
    desk::check_writer(&call, &form.writer)?;
    let id = id(&call)?;
    let library = call.blog().library();
    let path = format!("/library/{id}");
    let error = match library.set_alt(&call.actor, id, &form.alt).await {
        Ok(()) if call.is_script() => {
            let (item, _) = library.item(&call.actor, id).await?;
            return call.data(&MediaData::of(&call, &item));
        }
        Ok(()) => return Ok(call.redirect_with(&path, "media-described")),
        // Without a session nobody is told whether there is such a file, and the text goes back.
        Err(_) if call.visitor.is_none() => Error::Denied(Denied::LogIn),
        Err(error) => error,
    };
    let (refusal, form) = refusal::refuse(alt_form(id, &form.alt), error);
    if call.is_script() {
        let sentence = form.error_of("alt").unwrap_or(refusal.sentence()).clone();
        return Err(refusal.saying(sentence));
    }
    let page = match item_page(&call, id, Some(form.clone())).await {
        Ok(page) => page,
        Err(_) => LibraryItemPage {
            media: None,
            steps: Focus::STEPS,
            form,
            places: PlacesView::default(),
        },
    };
    call.refused_page(&refusal, &call.chrome(&path), &page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FocusForm {
    focus: String,
}

impl FocusForm {
    /// `{column}-{row}`.
    fn parse(&self) -> Option<Focus> {
        let (column, row) = self.focus.split_once('-')?;
        Focus::from_steps(column.parse().ok()?, row.parse().ok()?)
    }
}

pub(crate) async fn focus(mut call: Call) -> Result<Response, EdgeError> {
    let form: FocusForm = call.form().await?.parse()?;
    let id = id(&call)?;
    let focus = form.parse();
    let focus = focus.ok_or_else(|| Error::invalid("focus", Reason::NotAChoice))?;
    let library = call.blog().library();
    library.set_focus(&call.actor, id, focus).await?;
    Ok(call.redirect_with(&format!("/library/{id}"), "media-focus"))
}

async fn delete_page(
    call: &Call,
    id: MediaId,
    refused: bool,
) -> Result<LibraryDeletePage, EdgeError> {
    let (item, places) = call.blog().library().item(&call.actor, id).await?;
    Ok(LibraryDeletePage {
        media: models::media(&item),
        places: models::places(&places, call.blog().now()),
        refused,
    })
}

pub(crate) async fn delete_form(call: Call) -> Result<Response, EdgeError> {
    let id = id(&call)?;
    let page = delete_page(&call, id, false).await?;
    call.page(&call.chrome(&format!("/library/{id}/delete")), &page)
}

pub(crate) async fn delete(mut call: Call) -> Result<Response, EdgeError> {
    let _: super::Nothing = call.form().await?.parse()?;
    let id = id(&call)?;
    match call.blog().library().delete(&call.actor, id).await {
        Ok(()) => Ok(call.redirect_with("/library", "media-deleted")),
        Err(error @ Error::Conflict(Conflict::State)) => {
            let page = delete_page(&call, id, true).await?;
            let chrome = call.chrome(&format!("/library/{id}/delete"));
            call.refused_page(&error.into(), &chrome, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// A file for the script of a page with a text.
#[derive(Serialize)]
struct MediaData {
    id: String,
    video: bool,
    src: String,
    name: String,
    alt: String,
    snippet: String,
}

impl MediaData {
    fn of(call: &Call, item: &MediaItem) -> Self {
        let view = models::media(item);
        Self {
            id: view.id,
            video: view.kind == MediaKind::Video,
            src: call.app.view.mount().url(&view.src),
            name: view.name,
            alt: view.alt,
            snippet: view.snippet,
        }
    }
}

/// A file as the blog takes it.
pub(super) fn upload_of(file: Box<FilePart>, alt: &str) -> Upload {
    Upload {
        file_name: file.file_name().to_owned(),
        alt: alt.to_owned(),
        body: file.into_stream().boxed(),
    }
}

pub(crate) async fn upload(mut call: Call) -> Result<Response, EdgeError> {
    let settings = call.blog().settings();
    let largest = settings.max_video_bytes.max(settings.max_picture_bytes);
    let limits = MultipartLimits::one_file(largest);
    let mut parts = Multipart::of(&mut call.request, limits)?;
    let mut alt = String::new();
    let mut taken = None;
    let mut came = take(&call, &mut parts, &mut alt, &mut taken).await;
    if let (Err(_), Some(item)) = (&came, &taken) {
        // A refused form has no effect.
        let library = call.blog().library();
        if let Err(error) = library.delete(&call.actor, item.id).await {
            came = Err(Failure::Blog(error));
        }
    }
    match came.map(|()| taken) {
        Ok(Some(item)) if call.is_script() => call.data(&MediaData::of(&call, &item)),
        Ok(Some(_)) => Ok(call.redirect_with("/library", "uploaded")),
        Ok(None) => {
            let error = Error::invalid("file", blog_core::error::Reason::Empty);
            refused(&call, &alt, error).await
        }
        Err(Failure::Blog(error)) => refused(&call, &alt, error).await,
        Err(Failure::Edge(error)) => Err(error),
    }
}

enum Failure {
    Blog(Error),
    Edge(EdgeError),
}

async fn refused(call: &Call, alt: &str, error: Error) -> Result<Response, EdgeError> {
    if let Some(own) = EdgeError::find_in(&error) {
        return Err(own);
    }
    let form = FormView::new("/media/uploads").value("alt", alt);
    let (refusal, form) = refusal::refuse(form, error);
    if call.is_script() {
        let beside = form.error_of("alt").or_else(|| form.error_of("file"));
        return Err(match beside {
            Some(sentence) => refusal.saying(sentence.clone()),
            None => refusal,
        });
    }
    let page = page(call, form).await?;
    call.refused_page(&refusal, &call.chrome("/library"), &page)
}

/// Takes the parts as they come: texts may stand before the file or after it.
async fn take(
    call: &Call,
    parts: &mut Multipart,
    alt: &mut String,
    taken: &mut Option<MediaItem>,
) -> Result<(), Failure> {
    let library = call.blog().library();
    while let Some(part) = parts.next().await.map_err(Failure::Edge)? {
        match part {
            Part::Text { name, value } if name == "alt" => {
                *alt = value;
                if let Some(item) = &*taken {
                    let described = library.set_alt(&call.actor, item.id, alt).await;
                    described.map_err(Failure::Blog)?;
                }
            }
            Part::Text { name, value } if name == "writer" => {
                desk::check_writer(call, &value).map_err(Failure::Edge)?;
            }
            Part::File(file) if file.name() == "file" => {
                if file.file_name().is_empty() {
                    continue;
                }
                let upload = upload_of(file, alt);
                let item = library.upload(&call.actor, upload).await;
                *taken = Some(item.map_err(Failure::Blog)?);
            }
            Part::Text { .. } | Part::File(_) => {
                return Err(Failure::Edge(refusal::unknown_field()));
            }
        }
    }
    Ok(())
}
