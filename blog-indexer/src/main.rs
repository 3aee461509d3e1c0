//! The function that the events of a bucket start: it keeps the object index true. Wiring only.
//!
//! Started by `{"doctor": true}` it looks at its stores instead, and answers what it found.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use blog_core::ports::Clock as _;
use blog_core::ports::clock::SystemClock;
use blog_indexer::function::{Config, Function, metrics};
use blog_storage::Urls;
use blog_storage::doctor::{Fed, catalog, media_and_index};
use blog_storage::dynamodb::DynamoIndex;
use blog_storage::s3::S3Media;
use blog_storage::sql::SqlStore;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::OnceCell;

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
    let stores = Stores {
        config,
        function: OnceCell::new(),
        catalog: OnceCell::new(),
    };
    match stores.function().await {
        Ok(_) => tracing::info!("the function is ready"),
        // It starts all the same, so that the doctor can be asked what is wrong; events are returned until it is right.
        Err(error) => tracing::error!(%error, "the stores cannot be used"),
    }
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| call(&stores, event))).await
}

/// The stores of the configuration, opened when they can be.
struct Stores {
    config: Config,
    function: OnceCell<Function>,
    catalog: OnceCell<Arc<SqlStore>>,
}

impl Stores {
    async fn function(&self) -> Result<&Function, Error> {
        let open = async {
            let endpoint = self.config.endpoint.as_deref();
            let (media, index) = tokio::try_join!(
                S3Media::open(&self.config.media, endpoint),
                DynamoIndex::open(&self.config.index, endpoint),
            )
            .map_err(|error| error.chain())?;
            Ok(Function::new(
                Arc::new(media),
                Arc::new(index),
                Arc::new(SystemClock),
            ))
        };
        self.function.get_or_try_init(|| open).await
    }

    /// The function as a schedule starts it. Only a comparison needs the database: events are applied without it.
    async fn comparing(&self) -> Result<Function, Error> {
        let function = self.function().await?.clone();
        let Some(url) = &self.config.database else {
            return Ok(function);
        };
        let open = async {
            let store = SqlStore::connect(url)
                .await
                .map_err(|error| error.chain())?;
            store.check_schema().await.map_err(|error| error.chain())?;
            Ok::<_, Error>(Arc::new(store))
        };
        let catalog = self.catalog.get_or_try_init(|| open).await?;
        Ok(function.with_catalog(catalog.clone()))
    }

    /// What the doctor finds, a document a check.
    async fn examined(&self) -> Result<Value, Error> {
        let urls = Urls {
            index: Some(self.config.index.clone()),
            aws_endpoint: self.config.endpoint.clone(),
            ..Urls::new("", &self.config.media)
        };
        let mut findings = Vec::new();
        if let Some(url) = &self.config.database {
            findings.extend(catalog(url).await);
        }
        findings.extend(media_and_index(&urls, Fed::ByEvents).await);
        for finding in findings.iter().filter(|finding| finding.is_failed()) {
            tracing::warn!(%finding, "the doctor found something");
        }
        Ok(serde_json::to_value(findings)?)
    }
}

async fn call(stores: &Stores, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (document, context) = event.into_parts();
    if document.get("doctor").and_then(Value::as_bool) == Some(true) {
        return stores.examined().await;
    }
    let function = match Function::is_schedule(&document) {
        true => &stores.comparing().await?,
        false => stores.function().await?,
    };
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
