//! What one key alone cannot tell: values that do not go together.

use blog_web::edge::host::SiteError;
use tracing_subscriber::filter::{ParseError, Targets};

use super::{Config, ConfigError};
use crate::site;

/// Refuses combinations that cannot work.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let Config {
        serve,
        site,
        stores,
        log,
        ..
    } = config;
    if site.title.is_empty() {
        return Err(ConfigError::new(
            "site.title is empty; give the blog a name",
        ));
    }
    if serve.trusted_hops.get() > 0 && serve.trusted_proxies.is_empty() {
        return Err(ConfigError::new(
            "serve.trusted_hops is set, but serve.trusted_proxies names no proxy; give its network",
        ));
    }
    if serve.trusted_hops.get() == 0 && !serve.trusted_proxies.is_empty() {
        return Err(ConfigError::new(
            "serve.trusted_proxies is set, but serve.trusted_hops is 0; say how many proxies a request passes",
        ));
    }
    if serve.max_connections_per_address.get() > serve.max_connections.get() {
        return Err(ConfigError::new(
            "serve.max_connections_per_address is greater than serve.max_connections; lower it",
        ));
    }
    if stores.index_from_events
        && !(stores.media_url.starts_with("s3:") && stores.index_url.starts_with("dynamodb:"))
    {
        return Err(ConfigError::new(
            "stores.index_from_events is set, but only a bucket tells others what happens in it, and nobody would keep \
             another index; set stores.media_url to s3://BUCKET and stores.index_url to dynamodb://TABLE",
        ));
    }
    if let Err(error) = site::of(config, serve.listen) {
        return Err(ConfigError::new(match error {
            SiteError::PlainHttp => "site.base_url is plain http beyond this machine; use https, \
                 or set site.allow_plain_http = true where nobody can listen on the way"
                .to_owned(),
            SiteError::BaseUrlNeeded(listen) => format!(
                "serve.listen is {listen}, which others can reach; set site.base_url to the address that they use"
            ),
            other => format!("site.base_url cannot be used: {other}"),
        }));
    }
    log.filter.parse::<Targets>().map_err(|error: ParseError| {
        ConfigError::new(format!(
            "log.filter must be levels such as \"info,blog_storage::sql=debug\": {error}"
        ))
    })?;
    Ok(())
}
