//! `blog-server index`: work on the object index.

use crate::args::IndexCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::{log, reconcile};

pub(crate) async fn run(config: &Config, command: IndexCommand) -> Result<(), Failure> {
    match command {
        IndexCommand::CreateTable => create_table(config).await,
        IndexCommand::Rebuild(asked) => reconcile::run(config, asked).await,
    }
}

#[cfg(feature = "dynamodb")]
async fn create_table(config: &Config) -> Result<(), Failure> {
    log::init(&config.log)?;
    let stores = &config.stores;
    let url = &stores.index_url;
    if !url.starts_with("dynamodb:") {
        return Err(Failure::run(
            "stores.index_url names no DynamoDB table; set it, or BLOG_INDEX_URL, to dynamodb://TABLE",
        ));
    }
    let endpoint = stores.aws_endpoint_url.as_ref().map(ToString::to_string);
    let made = blog_storage::dynamodb::create_table(url, endpoint.as_deref()).await;
    let url = blog_storage::connect::shown(url);
    let made = made.map_err(|error| {
        Failure::run(format!(
            "the table of \"{url}\" cannot be made: {}",
            error.chain()
        ))
    })?;
    crate::print(&match made {
        true => format!("The table of {url} is made.\n"),
        false => format!("The table of {url} was there already and can be used.\n"),
    })
}

#[cfg(not(feature = "dynamodb"))]
async fn create_table(config: &Config) -> Result<(), Failure> {
    log::init(&config.log)?;
    Err(Failure::run(
        "this build has no DynamoDB; build blog-server with the feature \"dynamodb\"",
    ))
}
