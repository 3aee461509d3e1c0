//! What a refusal says.

use serde::Serialize;

/// A refusal: one sentence that says what to do, and the number to name when asking for help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// HTTP status.
    pub status: u16,
    /// A few words.
    pub headline: String,
    /// One sentence.
    pub sentence: String,
    /// The request's id as it stands in the log.
    pub request_id: String,
}

impl ErrorView {
    /// The words for a status; one that has none of its own speaks for its class.
    pub fn new(status: u16, request_id: impl Into<String>) -> Self {
        let (headline, sentence) = words(status);
        Self {
            status,
            headline: headline.to_owned(),
            sentence: sentence.to_owned(),
            request_id: request_id.into(),
        }
    }

    /// Says something more exact than the status does.
    #[must_use]
    pub fn saying(mut self, sentence: impl Into<String>) -> Self {
        self.sentence = sentence.into();
        self
    }
}

fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        401 => (
            "Please log in",
            "This page is for people with an account: log in and try again.",
        ),
        403 => (
            "This is not open to you",
            "Your account may not do this; if you just logged in or out in another tab, go back, \
             reload and try again.",
        ),
        404 => (
            "Nothing here",
            "There is no page at this address; it may have moved, or the address has a slip in it.",
        ),
        405 => (
            "That does not work here",
            "This address does not take that kind of request; go back and use the page’s own \
             buttons.",
        ),
        408 => (
            "That took too long",
            "The connection was too slow to finish; please try again.",
        ),
        409 => (
            "Somebody was faster",
            "This was changed meanwhile; go back, reload to see what is there now, and try again.",
        ),
        413 => (
            "That is too large",
            "What you sent is above the limit for this page; make it smaller and send it again.",
        ),
        415 => (
            "This kind of file does not work",
            "Please use a PNG, JPEG, WebP or GIF picture, or an MP4 or WebM video.",
        ),
        421 => (
            "Wrong address",
            "This server does not answer for the name you asked for; check the address.",
        ),
        422 => (
            "Something is missing",
            "Part of what you sent could not be used; go back, look at the fields and send it again.",
        ),
        429 => (
            "A little slower, please",
            "That was more than we take in so short a time; wait a few minutes and try again.",
        ),
        503 => (
            "Back in a moment",
            "The site is busy or being looked after; what you wrote has not been saved, so keep \
             the page open and try again shortly.",
        ),
        507 => (
            "The storage is full",
            "This could not be saved, and nothing that was there is lost; tell whoever runs this \
             site, and keep your text.",
        ),
        400..=499 => (
            "That did not work",
            "The request could not be understood; go back and try again.",
        ),
        _ => (
            "Something went wrong",
            "The fault is ours, not yours; try again, and if it stays, tell whoever runs this site.",
        ),
    }
}
