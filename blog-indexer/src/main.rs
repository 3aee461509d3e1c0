//! The function that the events of a bucket start: it keeps the object index true. Wiring only.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use blog_core::ports::Clock as _;
use blog_core::ports::clock::SystemClock;
use blog_indexer::function::{Config, Function, metrics};
use blog_storage::dynamodb::DynamoIndex;
use blog_storage::s3::S3Media;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

/// What is left of a call's time when a comparison stops by itself.
const REST: Duration = Duration::from_secs(10);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .json()
        .with_ansi(false)
        .with_writer(std::io::stdout)
        .init();
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Error> {
    let config = Config::read(|name| std::env::var(name).ok())?;
    let endpoint = config.endpoint.as_deref();
    let (media, index) = tokio::try_join!(
        S3Media::open(&config.media, endpoint),
        DynamoIndex::open(&config.index, endpoint),
    )
    .map_err(|error| error.chain())?;
    let function = Function::new(Arc::new(media), Arc::new(index), Arc::new(SystemClock));
    tracing::info!("the function is ready");
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        call(&function, event)
    }))
    .await
}

async fn call(function: &Function, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (document, context) = event.into_parts();
    let budget = context
        .deadline()
        .duration_since(std::time::SystemTime::now())
        .unwrap_or_default();
    let called = function.call(&document, budget.saturating_sub(REST)).await;
    for failure in &called.failures {
        tracing::warn!(request = context.request_id, %failure, "a record is returned");
    }
    let milliseconds = SystemClock.now().as_micros() / 1_000;
    // A line of its own, without the fields of the log; without standard output nobody counts.
    let _ = writeln!(
        std::io::stdout(),
        "{}",
        metrics(milliseconds, &called.counts)
    );
    Ok(called.answer?)
}
