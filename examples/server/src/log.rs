//! The log: lines on standard error, as text or as JSON.

use std::io::IsTerminal as _;

use blog_web::edge::LOG_TARGET;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, ParseError, Targets, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};
use crate::failure::Failure;

/// Begins to log.
pub(crate) fn init(log: &Log) -> Result<(), Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::run(format!("the log cannot start: {error}"));
    let filter: Targets = log
        .filter
        .parse()
        .map_err(|error: ParseError| failed(&error))?;
    // The spans of requests carry their ids, and must be there for lines of whatever part is asked for.
    let requests = filter_fn(|metadata| metadata.is_span() && metadata.target() == LOG_TARGET)
        .with_max_level_hint(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(lines.with_filter(filter.or(requests)))
        .try_init()
        .map_err(|error| failed(&error))
}
