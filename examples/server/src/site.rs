//! The site's own address, from the configuration and the address that the server has.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use blog_web::edge::host::{Site, SiteError};
use url::Url;

use crate::config::Config;

/// The site of a server that listens on `listen`.
///
/// # Errors
/// As [`Site::for_listener`].
pub(crate) fn of(config: &Config, listen: SocketAddr) -> Result<Site, SiteError> {
    let plain_http = config.site.allow_plain_http;
    if config.site.base_url.is_none() && is_other_loopback(listen.ip()) {
        // 127.0.0.2 and its like go by no other name.
        return Site::at(&url_of(listen), plain_http);
    }
    Site::for_listener(config.site.base_url.as_ref(), listen, plain_http)
}

/// The address to tell people: what the configuration says, else where the server listens.
pub(crate) fn shown_url(config: &Config, listen: SocketAddr) -> Url {
    let mut url = config
        .site
        .base_url
        .clone()
        .unwrap_or_else(|| url_of(listen));
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}

fn is_other_loopback(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() && address != Ipv4Addr::LOCALHOST && address != Ipv6Addr::LOCALHOST
}

fn url_of(listen: SocketAddr) -> Url {
    Url::parse(&format!("http://{listen}/")).expect("a socket address makes a valid URL")
}
