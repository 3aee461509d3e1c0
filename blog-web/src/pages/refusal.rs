//! What the blog's errors are as answers: a status, and a sentence that says what to do.

use blog_core::Error;
use blog_core::error::{Conflict, Denied};
use http::StatusCode;

use crate::edge::EdgeError;
use crate::view::{FormView, ViewError};

impl From<Error> for EdgeError {
    fn from(error: Error) -> Self {
        // A store that was fed from the request reports the request's own failure as its cause.
        if let Some(own) = EdgeError::find_in(&error) {
            return own;
        }
        let (status, code) = status_of(&error);
        let sentence = sentence_of(&error);
        let mut edge = EdgeError::new(status, code, sentence);
        if let Some(wait) = error.retry_after() {
            edge = edge.retry_after(wait);
        }
        if status.is_server_error() {
            edge = edge.caused_by(error);
        }
        edge
    }
}

impl From<ViewError> for EdgeError {
    fn from(error: ViewError) -> Self {
        EdgeError::internal().caused_by(error)
    }
}

fn status_of(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
        Error::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
        Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        Error::Denied(Denied::Credentials) => (StatusCode::UNPROCESSABLE_ENTITY, "credentials"),
        Error::Denied(_) => (StatusCode::FORBIDDEN, "denied"),
        Error::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        Error::UnsupportedType { .. } => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-type"),
        Error::RangeNotSatisfiable { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, "range"),
        Error::StorageFull { .. } => (StatusCode::INSUFFICIENT_STORAGE, "storage-full"),
        Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "rate-limited"),
        Error::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

/// For people. Nothing of a backend's own words is in it.
fn sentence_of(error: &Error) -> String {
    match error {
        Error::Denied(Denied::LogIn) => {
            "You are not logged in any more; log in in another tab, then send this again.".to_owned()
        }
        Error::Denied(Denied::Credentials) => {
            "The name or the password is wrong; check both and try again.".to_owned()
        }
        Error::Denied(denied) => capitalised(&denied.to_string()),
        Error::Conflict(Conflict::HasUsers) => {
            "This blog has an owner already; log in instead.".to_owned()
        }
        Error::Conflict(Conflict::ThreadFull) => {
            "This thread is full; begin a new one below.".to_owned()
        }
        Error::Conflict(Conflict::Version { .. }) => {
            "This was changed in the meantime; look at the new version, then send yours again."
                .to_owned()
        }
        Error::Conflict(conflict) => capitalised(&conflict.to_string()),
        Error::Invalid(violations) => violations.to_string(),
        Error::TooLarge { what, max } => format!(
            "{} is larger than {} MB; make it smaller and send it again.",
            capitalised(what).trim_end_matches('.'),
            max / (1024 * 1024)
        ),
        Error::UnsupportedType { accepted } => {
            format!("This kind of file is not accepted; use {accepted}.")
        }
        Error::RateLimited { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            let wait = match seconds {
                0..=90 => format!("{seconds} seconds"),
                _ => format!("{} minutes", seconds.div_ceil(60)),
            };
            format!("That was too often in a short time; try again in {wait}.")
        }
        Error::StorageFull { .. } => {
            "The server has no room left, so this was not saved; nothing that was there is lost. \
             Keep your text and tell whoever runs this site."
                .to_owned()
        }
        Error::Unavailable { .. } => {
            "The server is busy, so this was not saved; wait a few seconds and send it again."
                .to_owned()
        }
        Error::NotFound(_) => "There is nothing at this address.".to_owned(),
        _ => "Something went wrong on our side; try again, and tell whoever runs this site if it stays."
            .to_owned(),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let mut out: String = chars
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    out.push_str(chars.as_str());
    if !out.ends_with('.') {
        out.push('.');
    }
    out
}

/// A refused form: the status of its answer, and the form with the person's text and each error beside its field.
/// Whatever went wrong, the text goes back to whoever wrote it.
pub(super) fn refuse(form: FormView, error: Error) -> (EdgeError, FormView) {
    let mut form = form;
    match &error {
        Error::Invalid(violations) => {
            for violation in violations.iter() {
                form = form.error(violation.field, violation.reason.to_string());
            }
        }
        Error::TooLarge { .. } | Error::UnsupportedType { .. } => {
            form = form.error("file", sentence_of(&error));
        }
        Error::NotFound(what) => {
            form = form.refuse(format!(
                "{} is not there any more, so this was not saved; keep a copy of your text.",
                capitalised(&what.to_string()).trim_end_matches('.')
            ));
        }
        other => form = form.refuse(sentence_of(other)),
    }
    let edge = EdgeError::from(error);
    if edge.status().is_server_error() {
        // Shown as a form, the error never reaches the edge, which would log it.
        let mut causes = Vec::new();
        let mut next = std::error::Error::source(&edge);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        tracing::warn!(
            code = edge.code(),
            causes = causes.join(": "),
            "a form could not be saved"
        );
    }
    (edge, form)
}

/// A part of a multipart form that the form does not have; other forms are read strictly by their types.
pub(super) fn unknown_field() -> EdgeError {
    EdgeError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "unknown-field",
        "This form has a field that the blog does not know; reload the page.",
    )
}
