//! From the configuration to a blog on open stores.

use std::path::PathBuf;
use std::sync::Arc;

use blog_core::blog::Blog;
use blog_core::error::Error;
use blog_core::ports::clock::SystemClock;
use blog_core::ports::mailer::NoMail;
use blog_core::ports::{Clock, Mailer};
use blog_core::settings::Settings;
use blog_storage::connect::{ConnectError, shown};
use blog_storage::mail::FolderMail;
use blog_storage::mail::smtp::SmtpMail;
use blog_storage::{Connected, Urls, connect};

use crate::config::{Config, ConfigError};
use crate::failure::Failure;
use crate::{log, print};

pub(crate) const MIB: u64 = 1024 * 1024;

/// Opens the stores, brings their schema up to date, and makes the blog.
pub(crate) async fn open(config: &Config) -> Result<(Blog, Connected), Failure> {
    open_at(config, Arc::new(SystemClock)).await
}

/// The same, by another clock.
pub(crate) async fn open_at(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<(Blog, Connected), Failure> {
    let mailer = mailer(config)?;
    let stores = migrated(config).await?;
    let mut blog = Blog::builder(stores.backend.clone())
        .settings(settings(config))
        .clock(clock)
        .mailer(mailer);
    if config.stores.index_from_events {
        blog = blog.events_from_outside();
    }
    let blog = blog.build().map_err(|error| unusable(&error))?;
    Ok((blog, stores))
}

/// `blog-server migrate`.
pub(crate) async fn migrate(config: &Config) -> Result<(), Failure> {
    log::init(&config.log)?;
    let stores = migrated(config).await?;
    stores.close().await;
    print("The database's schema is up to date.\n")
}

/// The sentence for stores that fail after they were opened.
pub(crate) fn unusable(error: &Error) -> Failure {
    Failure::run(format!("the stores cannot be used: {}", error.chain()))
}

/// The stores' URLs.
pub(crate) fn urls(config: &Config) -> Urls {
    let stores = &config.stores;
    Urls {
        index: Some(stores.index_url.clone()).filter(|url| !url.is_empty()),
        aws_endpoint: stores
            .aws_endpoint_url
            .as_ref()
            .map(|url| url.as_str().trim_end_matches('/').to_owned()),
        ..Urls::new(&stores.database_url, &stores.media_url)
    }
}

async fn migrated(config: &Config) -> Result<Connected, Failure> {
    let stores = &config.stores;
    let connected = connect(&urls(config)).await.map_err(|error| match error {
        // Its own sentence names the nearest cause only.
        ConnectError::Open { what, url, source } => Failure::run(format!(
            "{what} at \"{url}\" cannot be opened: {}",
            source.chain()
        )),
        other => ConfigError::new(other.to_string()).into(),
    })?;
    connected.migrate().await.map_err(|error| {
        let chain = error.chain();
        Failure::run(format!(
            "the schema of \"{}\" cannot be brought up to date: {chain}",
            shown(&stores.database_url)
        ))
    })?;
    Ok(connected)
}

/// Where mail goes.
#[derive(Debug)]
pub(crate) enum Post {
    /// No mail is sent.
    Nowhere,
    /// Into files.
    Folder(PathBuf),
    /// To a mail server.
    Server(SmtpMail),
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, Failure> {
    Ok(match post(config)? {
        Post::Nowhere => Arc::new(NoMail),
        Post::Server(mail) => Arc::new(mail),
        Post::Folder(folder) => {
            let mail = FolderMail::open(folder).map_err(|error| Failure::run(error.chain()))?;
            Arc::new(mail)
        }
    })
}

/// Where mail goes by the configuration; nothing is opened yet.
pub(crate) fn post(config: &Config) -> Result<Post, Failure> {
    let url = config.stores.mail_url.as_str();
    if url.is_empty() {
        return Ok(Post::Nowhere);
    }
    if url.starts_with("smtp") {
        let mail = SmtpMail::new(url, &sender(config)).map_err(|error| {
            ConfigError::new(format!(
                "mail cannot go where stores.mail_url says: {error}"
            ))
        })?;
        return Ok(Post::Server(mail));
    }
    let folder = url
        .strip_prefix("file:")
        .map(|path| path.strip_prefix("//").unwrap_or(path));
    let Some(folder) = folder.filter(|folder| !folder.is_empty()) else {
        // What stands behind the scheme may be a password.
        let scheme = url.split(':').next().unwrap_or_default();
        return Err(ConfigError::new(format!(
            "mail cannot go to \"{scheme}:…\": stores.mail_url must be smtps: or smtp: with a server, \
             file: with a folder, such as file:./data/mail, or empty to send none"
        ))
        .into());
    };
    Ok(Post::Folder(PathBuf::from(folder)))
}

/// Who mails are from.
pub(crate) fn sender(config: &Config) -> String {
    if !config.stores.mail_from.is_empty() {
        return config.stores.mail_from.clone();
    }
    let host = config.site.base_url.as_ref().and_then(|url| url.host_str());
    format!("blog@{}", host.unwrap_or("localhost"))
}

fn settings(config: &Config) -> Settings {
    let Config { site, limits, .. } = config;
    Settings {
        title: site.title.clone(),
        description: site.description.clone(),
        registration: site.registration,
        owner_first: true,
        require_verified_email: config.verified_email(),
        max_picture_bytes: limits.max_picture_mib.get() * MIB,
        max_video_bytes: limits.max_video_mib.get() * MIB,
        page_size: u16::try_from(site.page_size.get()).unwrap_or(u16::MAX),
        rate_factor: u32::try_from(limits.rate_factor.get()).unwrap_or(u32::MAX),
    }
}
