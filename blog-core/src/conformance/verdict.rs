//! What a check comes to, and the three ways to say what it expects.

use std::fmt::Debug;
use std::panic::Location;

use crate::error::Error;

/// `Ok` when the contract was kept.
pub(super) type Verdict<T = ()> = Result<T, Failure>;

/// How a contract was broken, and where the kit noticed.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    /// A failure at the caller's line.
    #[track_caller]
    pub(super) fn new(what: impl Into<String>) -> Self {
        let place = Location::caller();
        Self(format!(
            "{} ({}:{})",
            what.into(),
            place.file(),
            place.line()
        ))
    }

    /// The text for the report.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl From<Error> for Failure {
    #[track_caller]
    fn from(error: Error) -> Self {
        Failure::new(format!("unexpected error: {}", error.chain()))
    }
}

/// A value for a message: whole when short, its beginning when long.
pub(super) fn brief(value: &impl Debug) -> String {
    const MOST: usize = 600;
    let text = format!("{value:?}");
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// Fails with the message unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($what:tt)+) => {
        if !$condition {
            return Err(crate::conformance::verdict::Failure::new(format!($($what)+)));
        }
    };
}

/// Fails unless the first value equals the second, which is the expected one.
macro_rules! same {
    ($found:expr, $expected:expr, $($what:tt)+) => {
        // A match, so that temporaries in the expressions live long enough.
        match (&$found, &$expected) {
            (found, expected) if found == expected => {}
            (found, expected) => {
                return Err(crate::conformance::verdict::Failure::new(format!(
                    "{}: found {}, expected {}",
                    format_args!($($what)+),
                    crate::conformance::verdict::brief(found),
                    crate::conformance::verdict::brief(expected),
                )));
            }
        }
    };
}

/// Fails unless the result is an error of this pattern.
macro_rules! refused {
    ($result:expr, $pattern:pat) => {
        match $result {
            Err($pattern) => {}
            Err(other) => {
                return Err(crate::conformance::verdict::Failure::new(format!(
                    "expected {}, got the error: {}",
                    stringify!($pattern),
                    other.chain(),
                )))
            }
            Ok(value) => {
                return Err(crate::conformance::verdict::Failure::new(format!(
                    "expected {}, but it succeeded: {}",
                    stringify!($pattern),
                    crate::conformance::verdict::brief(&value),
                )))
            }
        }
    };
}

/// The successes of a race; fails when a loser's error is not of this pattern.
macro_rules! winners {
    ($results:expr, $pattern:pat) => {{
        let mut won = Vec::new();
        for result in $results {
            match result {
                Ok(value) => won.push(value),
                Err($pattern) => {}
                Err(other) => {
                    return Err(crate::conformance::verdict::Failure::new(format!(
                        "expected {} for the losers, got the error: {}",
                        stringify!($pattern),
                        other.chain(),
                    )));
                }
            }
        }
        won
    }};
}

pub(super) use {ensure, refused, same, winners};
