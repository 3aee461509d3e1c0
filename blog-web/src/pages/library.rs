//! The writer's own files, and uploads.

use blog_core::PageRequest;
use blog_core::error::{Conflict, Entity, Error};
use blog_core::id::MediaId;
use blog_core::model::media::MediaItem;
use blog_core::service::library::Upload;
use futures_util::StreamExt as _;
use poem::Response;

use super::call::Call;
use super::{models, refusal};
use crate::edge::EdgeError;
use crate::edge::multipart::{FilePart, Multipart, MultipartLimits, Part};
use crate::view::page::LibraryPage;
use crate::view::{FormView, PagerView};

const PAGE: u16 = 24;

async fn page(call: &Call, upload: FormView) -> Result<LibraryPage, EdgeError> {
    let library = call.blog().library();
    let asked = match call.request.method().as_str() {
        "GET" => call.after()?,
        _ => None,
    };
    let own = library
        .own(&call.actor, PageRequest::new(asked, PAGE))
        .await?;
    let asked = call.query("after");
    Ok(LibraryPage {
        media: own.items.iter().map(models::media).collect(),
        pager: PagerView::new("/library", asked.as_deref(), models::cursor(own.next)),
        upload,
    })
}

pub(crate) async fn list(call: Call) -> Result<Response, EdgeError> {
    let page = page(&call, FormView::new("/media/uploads")).await?;
    call.page(&call.chrome("/library"), &page)
}

pub(crate) async fn delete(mut call: Call) -> Result<Response, EdgeError> {
    let _: super::Nothing = call.form().await?.parse()?;
    let missing = || EdgeError::from(Error::NotFound(Entity::Media));
    let id: MediaId = call.param("id").parse().map_err(|_| missing())?;
    match call.blog().library().delete(&call.actor, id).await {
        Ok(()) => Ok(call.redirect_with("/library", "media-deleted")),
        Err(Error::Conflict(Conflict::State)) => Ok(call.redirect_with("/library", "media-used")),
        Err(error) => Err(error.into()),
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
    match take(&call, &mut parts, &mut alt).await {
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
    let page = page(call, form).await?;
    call.refused_page(&refusal, &call.chrome("/library"), &page)
}

/// Takes the parts as they come: the text may stand before the file or after it.
async fn take(
    call: &Call,
    parts: &mut Multipart,
    alt: &mut String,
) -> Result<Option<MediaItem>, Failure> {
    let library = call.blog().library();
    let mut taken: Option<MediaItem> = None;
    while let Some(part) = parts.next().await.map_err(Failure::Edge)? {
        match part {
            Part::Text { name, value } if name == "alt" => {
                *alt = value;
                if let Some(item) = &taken
                    && let Err(error) = library.set_alt(&call.actor, item.id, alt).await
                {
                    // A refused form has no effect.
                    library
                        .delete(&call.actor, item.id)
                        .await
                        .map_err(Failure::Blog)?;
                    return Err(Failure::Blog(error));
                }
            }
            Part::File(file) if file.name() == "file" => {
                if file.file_name().is_empty() {
                    continue;
                }
                let upload = upload_of(file, alt);
                let item = library.upload(&call.actor, upload).await;
                taken = Some(item.map_err(Failure::Blog)?);
            }
            Part::Text { .. } | Part::File(_) => {
                return Err(Failure::Edge(refusal::unknown_field()));
            }
        }
    }
    Ok(taken)
}
