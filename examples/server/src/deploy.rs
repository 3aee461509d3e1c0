//! `blog-server check --deploy`: what would be unsafe on the open internet, each with its remedy.

use blog_core::Error;
use blog_core::model::user::Username;
use blog_storage::doctor::{self, Finding};
use blog_storage::{Urls, connect};

use crate::config::Config;
use crate::demo;
use crate::failure::Failure;
use crate::report::report;
use crate::start;

mod files;
mod process;
mod settings;

/// Looks at the settings, at the files that they name, at this process and at what is stored. Nothing is changed.
pub(crate) async fn run(config: &Config, files: &files::Files, json: bool) -> Result<(), Failure> {
    // What cannot be used at all is told as at the start.
    let _ = start::post(config)?;
    let mut rules = Rules::default();
    settings::look(config, &mut rules);
    files::look(config, files, &mut rules);
    process::look(config, &mut rules);
    stored(config, &mut rules).await?;
    report(&rules.0, json)
}

/// What was looked at.
#[derive(Debug, Default)]
struct Rules(Vec<Finding>);

impl Rules {
    /// That `resource` (a key of the configuration, a file) is safe, unless `unsafe_because` says what is not and what to do.
    fn rule(
        &mut self,
        check: &'static str,
        resource: impl Into<String>,
        unsafe_because: Option<String>,
    ) {
        let fine = Finding::ok(check, "look", resource);
        self.0.push(match unsafe_because {
            None => fine,
            Some(remedy) => fine.failed(remedy),
        });
    }

    /// The same for a remedy that is always the same.
    fn refuse(&mut self, check: &'static str, resource: &str, unsafe_if: bool, remedy: &str) {
        self.rule(check, resource, unsafe_if.then(|| remedy.to_owned()));
    }
}

/// What the records say: their schema, who owns the blog, and whether it is a demonstration.
async fn stored(config: &Config, rules: &mut Rules) -> Result<(), Failure> {
    let url = &config.stores.database_url;
    let found = doctor::records(url).await;
    let usable = !url.starts_with("memory:") && found.iter().all(|one| one.remedy.is_empty());
    let pending = found.into_iter().find(|one| !one.remedy.is_empty());
    rules.rule(
        "database-ready",
        "stores.database_url",
        pending
            .filter(|_| !url.starts_with("memory:"))
            .map(|one| match one.is_failed() {
                true => one.remedy,
                false => "there is no database yet; run \"blog-server migrate\", and \"blog-server user add\" for its owner"
                    .to_owned(),
            }),
    );
    if !usable {
        return Ok(());
    }
    let stores = connect(&Urls::new(url, "memory:"))
        .await
        .map_err(|error| Failure::run(error.to_string()))?;
    let users = &stores.backend.records.users;
    let nobody = users
        .is_empty()
        .await
        .map_err(|error| start::unusable(&error))?;
    rules.refuse(
        "owner",
        "users",
        nobody,
        "there is no account, so whoever gets the link of the first start becomes the owner; make the owner now with \
         \"blog-server user add --role admin\"",
    );
    let mut shown = None;
    for name in demo::people().map_err(Failure::run)? {
        let known = users.by_username(&Username::from_store(name.clone())).await;
        let known = match known {
            Ok(user) => Some(user),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(start::unusable(&error)),
        };
        let address = known.and_then(|user| user.email);
        if address.is_some_and(|address| address.as_str() == format!("{name}@example.org")) {
            shown = Some(name);
            break;
        }
    }
    rules.rule(
        "demo",
        "users",
        shown.map(|name| {
            format!(
                "\"blog-server demo\" has filled this blog, and {name} and the others have a password that it printed; \
                 start with an empty database"
            )
        }),
    );
    stores.close().await;
    Ok(())
}

pub(crate) use files::Files;
