//! What the blog's errors are as answers: a status, and a sentence that says what to do.

use blog_core::Error;
use blog_core::error::{Accepted, Alphabet, Conflict, Denied, Entity, Reason};
use blog_core::model::media::MediaKind;
use http::StatusCode;

use crate::edge::EdgeError;
use crate::view::{FormView, Phrase, ViewError};

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
        // Scripts know it by its code, and ask for the log-in.
        Error::Denied(Denied::LogIn) => (StatusCode::FORBIDDEN, "log-in"),
        Error::Denied(_) | Error::Suspended { .. } => (StatusCode::FORBIDDEN, "denied"),
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
fn sentence_of(error: &Error) -> Phrase {
    match error {
        Error::NotFound(_) => Phrase::new("errors-not-found"),
        Error::Conflict(conflict) => of_conflict(conflict),
        Error::Invalid(violations) => {
            let first = violations.iter().next().map(|violation| violation.field);
            Phrase::new("refusals-field").with("field", first.unwrap_or_default())
        }
        Error::Denied(denied) => of_denied(*denied),
        Error::Suspended { reason } => match reason.as_str() {
            "" => of_denied(Denied::Suspended),
            reason => Phrase::new("admin-suspended-because").with("reason", reason),
        },
        Error::TooLarge { what, max } => match what {
            MediaKind::Image => Phrase::new("refusals-picture-size"),
            MediaKind::Video => Phrase::new("refusals-video-size"),
        }
        .with("megabytes", max / (1024 * 1024)),
        Error::UnsupportedType { accepted } => match accepted {
            Accepted::Pictures => Phrase::new("refusals-no-picture"),
            _ => Phrase::new("refusals-no-media"),
        },
        Error::RateLimited { retry_after } => match retry_after.as_secs().max(1) {
            seconds @ 0..=90 => Phrase::new("refusals-wait-seconds").with("count", seconds),
            seconds => Phrase::new("refusals-wait-minutes").with("count", seconds.div_ceil(60)),
        },
        Error::StorageFull { .. } => Phrase::new("refusals-storage-full"),
        Error::Unavailable { .. } => Phrase::new("refusals-unavailable"),
        _ => Phrase::new("refusals-failed"),
    }
}

fn of_conflict(conflict: &Conflict) -> Phrase {
    match conflict {
        Conflict::Version { .. } => Phrase::new("refusals-changed-meanwhile"),
        Conflict::Username => Phrase::new("refusals-username-taken"),
        Conflict::Email => Phrase::new("refusals-email-taken"),
        Conflict::Subject => Phrase::new("refusals-identity-taken"),
        Conflict::Exists => Phrase::new("refusals-exists"),
        Conflict::HasUsers => Phrase::new("refusals-has-owner"),
        Conflict::ThreadFull => Phrase::new("refusals-thread-full"),
        Conflict::Slug => Phrase::new("refusals-no-slug"),
        Conflict::LastAdmin => Phrase::new("admin-last-admin"),
        Conflict::State => Phrase::new("refusals-other-state"),
        _ => Phrase::new("refusals-failed"),
    }
}

fn of_denied(denied: Denied) -> Phrase {
    match denied {
        Denied::LogIn => Phrase::new("refusals-log-in"),
        Denied::NotYours => Phrase::new("refusals-not-yours"),
        Denied::Role => Phrase::new("refusals-role"),
        Denied::Suspended => Phrase::new("refusals-suspended"),
        Denied::Blocked => Phrase::new("admin-blocked"),
        Denied::Yourself => Phrase::new("admin-not-yourself"),
        Denied::OwnComment => Phrase::new("moderation-own-comment"),
        Denied::Unverified => Phrase::new("refusals-unverified"),
        Denied::RegistrationClosed => Phrase::new("refusals-registration-closed"),
        Denied::InvitationNeeded => Phrase::new("invitations-needed"),
        Denied::OwnerFirst => Phrase::new("refusals-owner-first"),
        Denied::LinkFirst => Phrase::new("second-link-first"),
        Denied::SecondFactor => Phrase::new("second-needed"),
        Denied::Credentials => Phrase::new("refusals-credentials"),
        _ => Phrase::new("errors-forbidden"),
    }
}

/// The sentence beside a field.
pub(super) fn of_reason(reason: &Reason) -> Phrase {
    match reason {
        Reason::Empty => Phrase::new("refusals-empty"),
        Reason::TooShort { min } => Phrase::new("refusals-too-short").with("count", *min),
        Reason::TooLong { max } => Phrase::new("refusals-too-long").with("count", *max),
        Reason::TooManyBytes { max } => {
            Phrase::new("refusals-too-many-bytes").with("kilobytes", max / 1024)
        }
        Reason::TooMany { max } => Phrase::new("refusals-too-many").with("count", *max),
        Reason::Characters { allowed } => match allowed {
            Alphabet::Tag => Phrase::new("refusals-letters-tag"),
            Alphabet::TagSlug => Phrase::new("refusals-letters-tag-slug"),
            Alphabet::Username => Phrase::new("refusals-letters-username"),
            Alphabet::Slug => Phrase::new("refusals-letters-slug"),
            Alphabet::MediaKey => Phrase::new("refusals-letters-media-key"),
            _ => Phrase::new("refusals-unfit"),
        },
        Reason::ControlCharacters => Phrase::new("refusals-control-characters"),
        Reason::NotAnAddress => Phrase::new("refusals-not-an-address"),
        Reason::WrongCode => Phrase::new("second-wrong-code"),
        Reason::WrongPassword => Phrase::new("refusals-wrong-password"),
        Reason::Taken => Phrase::new("refusals-taken"),
        Reason::Reserved => Phrase::new("refusals-reserved"),
        Reason::CommonPassword => Phrase::new("refusals-common-password"),
        Reason::SimilarPassword => Phrase::new("refusals-similar-password"),
        Reason::NotAChoice => Phrase::new("refusals-not-a-choice"),
        Reason::NotATime => Phrase::new("refusals-not-a-time"),
        Reason::TooDeep { max } => Phrase::new("refusals-too-deep").with("count", *max),
        Reason::GrowsTooLarge { max } => {
            Phrase::new("refusals-grows-too-large").with("megabytes", *max / 1024 / 1024)
        }
        Reason::NotYourMedia => Phrase::new("refusals-not-your-media"),
        Reason::TooManyPixels => Phrase::new("refusals-too-many-pixels"),
        Reason::DamagedPicture => Phrase::new("refusals-damaged-picture"),
        Reason::NoLetter => Phrase::new("refusals-no-letter"),
        Reason::TooManyLinks { max } => {
            Phrase::new("moderation-too-many-links").with("count", *max)
        }
        Reason::NotATarget => Phrase::new("refusals-not-a-target"),
        Reason::NotInRange { min, max } => Phrase::new("refusals-not-in-range")
            .with("min", u64::from(*min))
            .with("max", u64::from(*max)),
        Reason::InFuture => Phrase::new("refusals-in-future"),
        Reason::NotInFuture => Phrase::new("refusals-not-in-future"),
        _ => Phrase::new("refusals-unfit"),
    }
}

/// What a form was about is gone; the text in it is not.
pub(super) fn gone(what: Entity) -> Phrase {
    match what {
        Entity::User => Phrase::new("refusals-gone-user"),
        Entity::Session => Phrase::new("refusals-log-in"),
        Entity::Token => Phrase::new("refusals-gone-token"),
        Entity::Post => Phrase::new("refusals-gone-post"),
        Entity::Revision => Phrase::new("refusals-gone-revision"),
        Entity::Comment => Phrase::new("refusals-gone-comment"),
        Entity::StaticPage => Phrase::new("refusals-gone-page"),
        Entity::Media | Entity::Object => Phrase::new("refusals-gone-media"),
        Entity::Autosave => Phrase::new("refusals-gone-autosave"),
        Entity::Lease => Phrase::new("refusals-failed"),
        _ => Phrase::new("refusals-gone"),
    }
}

/// A refused form: the status of its answer, and the form with the person's text and each error beside its field.
/// Whatever went wrong, the text goes back to whoever wrote it.
pub(super) fn refuse(form: FormView, error: Error) -> (EdgeError, FormView) {
    let mut form = form;
    match &error {
        Error::Invalid(violations) => {
            for violation in violations.iter() {
                form = form.error(violation.field, of_reason(&violation.reason));
            }
        }
        Error::TooLarge { .. } | Error::UnsupportedType { .. } => {
            form = form.error("file", sentence_of(&error));
        }
        Error::NotFound(what) => {
            form = form.refuse(gone(*what));
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
        Phrase::new("refusals-unknown-field"),
    )
}

#[cfg(test)]
mod tests {
    /// The variants of an enum of the core's errors, from its source: the enums are open for later, so the compiler
    /// cannot ask for each.
    fn variants(name: &str) -> Vec<String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../blog-core/src/error.rs");
        let source = std::fs::read_to_string(path).unwrap();
        let body = source
            .split(&format!("pub enum {name} {{\n"))
            .nth(1)
            .unwrap();
        let body = body.split("\n}\n").next().unwrap();
        body.lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
            .map(|line| {
                line.split(|c: char| !c.is_alphanumeric())
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn every_error_of_the_core_has_a_sentence_of_its_own() {
        let own = include_str!("refusal.rs")
            .split("fn sentence_of")
            .nth(1)
            .and_then(|rest| rest.split("/// A refused form").next())
            .unwrap();
        // Ranges are answered where files are, failures of a backend have one general sentence.
        let general = ["Error::RangeNotSatisfiable", "Error::Backend"];
        let mut found = 0;
        for name in [
            "Error", "Conflict", "Denied", "Reason", "Alphabet", "Entity",
        ] {
            for variant in variants(name) {
                let path = format!("{name}::{variant}");
                found += 1;
                assert!(
                    own.contains(&path) || general.contains(&path.as_str()),
                    "{path} has no sentence"
                );
            }
        }
        assert!(found > 50, "{found}");
    }
}
