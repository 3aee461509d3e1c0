//! What a refusal says.

use serde::Serialize;

use super::Phrase;

/// A refusal: one sentence that says what to do, and the number to name when asking for help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// HTTP status.
    pub status: u16,
    /// A few words.
    pub headline: Phrase,
    /// One sentence.
    pub sentence: Phrase,
    /// The request's id as it stands in the log.
    pub request_id: String,
}

impl ErrorView {
    /// The words for a status; one that has none of its own speaks for its class.
    pub fn new(status: u16, request_id: impl Into<String>) -> Self {
        let (headline, sentence) = words(status);
        Self {
            status,
            headline,
            sentence,
            request_id: request_id.into(),
        }
    }

    /// Says something more exact than the status does.
    #[must_use]
    pub fn saying(mut self, sentence: Phrase) -> Self {
        self.sentence = sentence;
        self
    }
}

fn words(status: u16) -> (Phrase, Phrase) {
    match status {
        401 => (
            Phrase::new("errors-401-headline"),
            Phrase::new("errors-401"),
        ),
        403 => (
            Phrase::new("errors-403-headline"),
            Phrase::new("errors-403"),
        ),
        404 => (
            Phrase::new("errors-404-headline"),
            Phrase::new("errors-404"),
        ),
        405 => (
            Phrase::new("errors-405-headline"),
            Phrase::new("errors-405"),
        ),
        408 => (
            Phrase::new("errors-408-headline"),
            Phrase::new("errors-408"),
        ),
        409 => (
            Phrase::new("errors-409-headline"),
            Phrase::new("errors-409"),
        ),
        413 => (
            Phrase::new("errors-413-headline"),
            Phrase::new("errors-413"),
        ),
        415 => (
            Phrase::new("errors-415-headline"),
            Phrase::new("errors-415"),
        ),
        421 => (
            Phrase::new("errors-421-headline"),
            Phrase::new("errors-421"),
        ),
        422 => (
            Phrase::new("errors-422-headline"),
            Phrase::new("errors-422"),
        ),
        429 => (
            Phrase::new("errors-429-headline"),
            Phrase::new("errors-429"),
        ),
        503 => (
            Phrase::new("errors-503-headline"),
            Phrase::new("errors-503"),
        ),
        507 => (
            Phrase::new("errors-507-headline"),
            Phrase::new("errors-507"),
        ),
        400..=499 => (
            Phrase::new("errors-4xx-headline"),
            Phrase::new("errors-4xx"),
        ),
        _ => (
            Phrase::new("errors-5xx-headline"),
            Phrase::new("errors-5xx"),
        ),
    }
}
