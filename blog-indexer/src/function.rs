//! What the function does with the document that starts it, and what it answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use blog_core::error::Error;
use blog_core::ports::{Clock, MediaCatalog, MediaStore, ObjectIndex};
use serde_json::{Value, json};

use crate::api;
use crate::event::EventError;
use crate::handle::{Failure, Handler, Outcome};
use crate::reconcile::{Found, Reconcile, Request, Step};

/// Where the function finds its stores: from the environment, and looked at before anything is done.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// `BLOG_MEDIA_URL`: `s3://bucket`.
    pub media: String,
    /// `BLOG_INDEX_URL`: `dynamodb://table`.
    pub index: String,
    /// `BLOG_AWS_ENDPOINT_URL`: where both are instead of at AWS.
    pub endpoint: Option<String>,
    /// `BLOG_DATABASE_URL`: `mysql://user:password@host/database`, where a comparison is to ask the catalog too.
    pub database: Option<String>,
}

/// Without the password of the database.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("media", &self.media)
            .field("index", &self.index)
            .field("endpoint", &self.endpoint)
            .field("database", &self.database.as_ref().map(|_| "mysql://…"))
            .finish()
    }
}

/// A variable that is missing or wrong.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{variable} {is}; set it to {example}")]
pub struct Lacks {
    variable: &'static str,
    is: &'static str,
    example: &'static str,
}

impl Config {
    /// Reads the variables.
    ///
    /// # Errors
    /// One sentence about the first that is missing or names no such store.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Lacks> {
        let set = |name| variable(name).filter(|url| !url.is_empty());
        let url = |name, scheme, example| {
            let lacks = |is| Lacks {
                variable: name,
                is,
                example,
            };
            match set(name) {
                None => Err(lacks("is not set")),
                Some(url) if url.starts_with(scheme) => Ok(url),
                Some(_) => Err(lacks("names no store that events come from or go to")),
            }
        };
        let database = set("BLOG_DATABASE_URL");
        if let Some(url) = &database
            && !url.starts_with("mysql://")
        {
            return Err(Lacks {
                variable: "BLOG_DATABASE_URL",
                is: "names no database that a function reaches",
                example: "mysql://USER:PASSWORD@HOST/DATABASE, or leave it away",
            });
        }
        Ok(Self {
            media: url("BLOG_MEDIA_URL", "s3://", "s3://BUCKET")?,
            index: url("BLOG_INDEX_URL", "dynamodb://", "dynamodb://TABLE")?,
            endpoint: set("BLOG_AWS_ENDPOINT_URL"),
            database,
        })
    }
}

/// Why the whole document is to be sent again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Returned {
    /// It is no JSON.
    #[error(transparent)]
    Document(#[from] EventError),
    /// Records that came in no message of a queue failed: there is nothing smaller that could be named.
    #[error("{0} records could not be applied; the first: {1}")]
    Records(usize, String),
    /// Bucket and index could not be compared.
    #[error("bucket and index could not be compared: {}", .0.chain())]
    Reconcile(Error),
    /// The function's time was over before anything was compared.
    #[error(
        "there was no time to compare anything: give the function a time-out of a minute or more"
    )]
    NoTime,
}

/// What a call came to.
#[derive(Debug)]
pub struct Called {
    /// What its sender hears: for messages of a queue, which of them come again.
    pub answer: Result<Value, Returned>,
    /// What failed, for the log.
    pub failures: Vec<Failure>,
    /// What is counted, by its name.
    pub counts: Vec<(&'static str, u64)>,
}

/// The function, with its stores.
#[derive(Debug, Clone)]
pub struct Function {
    handler: Handler,
    reconcile: Reconcile,
    index: Arc<dyn ObjectIndex>,
    bucket: String,
}

impl Function {
    /// Keeps `index` by the events of the bucket behind `media`.
    pub fn new(
        media: Arc<dyn MediaStore>,
        index: Arc<dyn ObjectIndex>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            handler: Handler::new(media.clone(), index.clone()),
            bucket: media.bucket().to_owned(),
            reconcile: Reconcile::new(media, index.clone(), clock),
            index,
        }
    }

    /// Compares with the catalog too.
    pub fn with_catalog(self, catalog: Arc<dyn MediaCatalog>) -> Self {
        Self {
            reconcile: self.reconcile.with_catalog(catalog),
            ..self
        }
    }

    /// Whether a document is a schedule's, which starts a comparison.
    pub fn is_schedule(document: &Value) -> bool {
        document.get("source").and_then(Value::as_str) == Some("aws.events")
    }

    /// Applies the events of a document. A schedule of EventBridge (`aws.events`) starts a reconcile instead, for as long as
    /// `budget` says: behind the key in the field `after`, or else where the last one of a schedule ended that had not
    /// enough time, as its report beside the index says. Its answer says how far it came. A request of API Gateway is [answered](api).
    pub async fn call(&self, document: &Value, budget: Duration) -> Called {
        if Self::is_schedule(document) {
            return self.compare(document, budget).await;
        }
        if api::is_request(document) {
            let answer = api::answer(&*self.index, &self.bucket, document).await;
            return Called {
                answer: Ok(answer),
                failures: Vec::new(),
                counts: vec![("Asked", 1)],
            };
        }
        match self.handler.handle(document.to_string().as_bytes()).await {
            Ok(outcome) => answer(outcome),
            Err(error) => Called {
                answer: Err(error.into()),
                failures: Vec::new(),
                counts: vec![("Returned", 1)],
            },
        }
    }

    async fn compare(&self, document: &Value, budget: Duration) -> Called {
        let asked = document.get("after").and_then(Value::as_str);
        let after = match asked {
            Some(after) => Ok(Some(after.to_owned())),
            None => self.reconcile.left_off().await,
        };
        let after = match after {
            Ok(after) => after,
            Err(error) => return failed(error),
        };
        let request = Request {
            is_applied: true,
            is_scheduled: true,
            after,
            ..Request::default()
        };
        let behind: Mutex<Option<String>> = Mutex::new(request.after.clone());
        let mut watch = |step: Step<'_>| {
            if let Step::Behind { key, .. } = step {
                *behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.to_owned());
            }
        };
        let run = tokio::time::timeout(budget, self.reconcile.run(&request, &mut watch)).await;
        let behind = behind.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (answer, found) = match run {
            Ok(Ok(found)) => (Ok(json!({"done": true})), found),
            Ok(Err(error)) => (Err(Returned::Reconcile(error)), Found::default()),
            Err(_) if behind == request.after => (Err(Returned::NoTime), Found::default()),
            Err(_) => (
                Ok(json!({"done": false, "after": behind})),
                Found::default(),
            ),
        };
        Called {
            answer,
            failures: Vec::new(),
            counts: vec![
                ("Compared", found.compared),
                ("Drift", found.drift),
                ("Repaired", found.repaired),
            ],
        }
    }
}

fn failed(error: Error) -> Called {
    Called {
        answer: Err(Returned::Reconcile(error)),
        failures: Vec::new(),
        counts: Vec::new(),
    }
}

fn answer(outcome: Outcome) -> Called {
    let counts = [
        ("Written", outcome.written),
        ("Stale", outcome.stale),
        ("Unknown", outcome.unknown.len()),
        ("Returned", outcome.failures.len()),
    ]
    .map(|(name, count)| (name, count as u64))
    .to_vec();
    let answer = if outcome.whole {
        let first = outcome.failures.first().map(ToString::to_string);
        Err(Returned::Records(
            outcome.failures.len(),
            first.unwrap_or_default(),
        ))
    } else {
        let failed: Vec<Value> = outcome
            .messages
            .iter()
            .map(|message| json!({"itemIdentifier": message}))
            .collect();
        Ok(json!({"batchItemFailures": failed}))
    };
    Called {
        answer,
        failures: outcome.failures,
        counts,
    }
}

/// Counts as a line of the log that CloudWatch makes metrics of.
/// Source: "Specification: Embedded metric format" in the Amazon CloudWatch User Guide.
pub fn metrics(milliseconds: i64, counts: &[(&'static str, u64)]) -> Value {
    let definitions: Vec<Value> = counts
        .iter()
        .map(|(name, _)| json!({"Name": name, "Unit": "Count"}))
        .collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": milliseconds,
            "CloudWatchMetrics": [{
                "Namespace": "blog-indexer", "Dimensions": [[]], "Metrics": definitions
            }]
        }
    });
    for (name, count) in counts {
        line[*name] = json!(count);
    }
    line
}
