//! What the settings alone tell.

use std::net::IpAddr;

use blog_core::settings::Registration;
use tracing_subscriber::filter::{LevelFilter, Targets};
use url::{Host, Url};

use super::Rules;
use crate::config::{Config, Limits, Serve, Site, Stores};

/// Whether a URL names this machine. The host of a scheme that the standard of URLs does not know is a text, also where
/// it is an address.
fn is_here(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return true;
    };
    let host = host.trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

pub(super) fn look(config: &Config, rules: &mut Rules) {
    site(config, rules);
    serve(&config.serve, &config.site, rules);
    stores(&config.stores, rules);
    mail(config, rules);
    limits(&config.limits, rules);
    log(&config.log.filter, rules);
}

fn site(config: &Config, rules: &mut Rules) {
    let site = &config.site;
    let url = site.base_url.as_ref();
    let key = "site.base_url";
    rules.refuse(
        "base-url-set",
        key,
        url.is_none(),
        "it is not set, so the blog answers to this machine's names only; set it to https:// and the name that people use",
    );
    rules.refuse(
        "base-url-https",
        key,
        url.is_some_and(|url| url.scheme() == "http"),
        "it is http, so passwords and sessions travel readably and browsers are not told to use TLS (HSTS); put a proxy \
         with a certificate in front, and write https://",
    );
    rules.refuse(
        "base-url-public",
        key,
        url.is_some_and(is_here),
        "it is this machine, so every link in mails and feeds leads nowhere; write the name that people use",
    );
    rules.refuse(
        "base-url-name",
        key,
        url.is_some_and(|url| !is_here(url) && !matches!(url.host(), Some(Host::Domain(_)))),
        "it is an address without a name, which few authorities give certificates for; write a name",
    );
    rules.refuse(
        "base-url-example",
        key,
        url.and_then(Url::host_str).is_some_and(is_example),
        "it is a name for examples, which is nobody's; write the name that people use",
    );
    rules.refuse(
        "plain-http",
        "site.allow_plain_http",
        site.allow_plain_http,
        "it lets passwords travel readably; leave it away",
    );
    let open = site.registration == Registration::Open;
    rules.refuse(
        "registration-verified",
        "site.require_verified_email",
        open && !config.verified_email(),
        "anybody may register and publish without a mail address that is theirs; set it to true, or site.registration to \
         \"closed\"",
    );
}

/// Names that are never given to anybody (RFC 2606, RFC 6761).
fn is_example(host: &str) -> bool {
    let name = host.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    let ends = |domain: &str| name == domain || name.ends_with(&format!(".{domain}"));
    matches!(last, "example" | "test" | "invalid")
        || ["example.com", "example.net", "example.org"]
            .iter()
            .any(|domain| ends(domain))
}

fn serve(serve: &Serve, site: &Site, rules: &mut Rules) {
    let proxied = site
        .base_url
        .as_ref()
        .is_some_and(|url| url.scheme() == "https");
    rules.refuse(
        "proxies-named",
        "serve.trusted_proxies",
        proxied && serve.trusted_proxies.is_empty(),
        "no proxy is named, though one must end TLS for this server; all readers then share one address, and one of them \
         can use up the limits of all; name its network and set serve.trusted_hops",
    );
    let wide = serve.trusted_proxies.iter().find(|net| {
        let least = match net.addr() {
            IpAddr::V4(_) => 8,
            IpAddr::V6(_) => 32,
        };
        net.prefix_len() < least
    });
    rules.rule(
        "proxies-narrow",
        "serve.trusted_proxies",
        wide.map(|net| {
            format!(
                "{net} trusts half the world about who a reader is, so limits by address stop nobody; name the network of \
                 the proxies only"
            )
        }),
    );
    rules.refuse(
        "listen-behind-a-proxy",
        "serve.listen",
        serve.listen.ip().is_unspecified()
            && proxied
            && serve.trusted_proxies.iter().all(|net| net.addr().is_loopback()),
        "it listens on every address without TLS, so readers can go past the proxy; listen on the address that the proxy \
         uses",
    );
    rules.refuse(
        "connections-shared",
        "serve.max_connections_per_address",
        serve.max_connections_per_address.get().saturating_mul(4) > serve.max_connections.get(),
        "a few clients can take every connection; keep it below a quarter of serve.max_connections",
    );
    rules.refuse(
        "shutdown-drained",
        "serve.shutdown_drain_seconds",
        serve.shutdown_drain_seconds.get() == 0,
        "requests in flight are cut at each restart, and what people wrote is lost; set it to 20",
    );
}

/// A parameter of a URL; where it stands there several times, the last one counts, as for the store itself.
fn query<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(key, _)| *key == name);
    named.next_back().map(|(_, value)| value)
}

fn stores(stores: &Stores, rules: &mut Rules) {
    for (check, key, url) in [
        (
            "database-lasts",
            "stores.database_url",
            &stores.database_url,
        ),
        ("media-last", "stores.media_url", &stores.media_url),
        ("index-lasts", "stores.index_url", &stores.index_url),
    ] {
        rules.refuse(
            check,
            key,
            url.starts_with("memory:"),
            "memory: forgets everything when the server ends; name a store that lasts",
        );
    }
    let mysql = Url::parse(&stores.database_url)
        .ok()
        .filter(|url| url.scheme() == "mysql");
    let key = "stores.database_url";
    let mode = mysql
        .as_ref()
        .and_then(|url| query(url.as_str(), "ssl-mode").map(str::to_ascii_uppercase));
    let local = mysql
        .as_ref()
        .is_none_or(|url| is_here(url) || query(url.as_str(), "socket").is_some());
    rules.refuse(
        "mysql-tls",
        key,
        !local && mode.as_deref() == Some("DISABLED"),
        "ssl-mode=DISABLED sends passwords and posts readably to another machine; leave it away",
    );
    rules.refuse(
        "mysql-tls-verified",
        key,
        !local && matches!(mode.as_deref(), Some("REQUIRED" | "VERIFY_CA")),
        "this ssl-mode does not look whose certificate it is, so anybody on the way can be the database; leave it away, \
         and name an authority of your own with ssl-ca",
    );
    rules.refuse(
        "mysql-own-user",
        key,
        mysql.as_ref().is_some_and(|url| url.username() == "root"),
        "the blog is the administrator of the database server; make a user with rights on the blog's database only",
    );
    rules.refuse(
        "mysql-password",
        key,
        mysql.as_ref().is_some_and(|url| {
            query(url.as_str(), "socket").is_none()
                && query(url.as_str(), "ssl-cert").is_none()
                && url.password().is_none_or(str::is_empty)
        }),
        "the database is open to whoever reaches it; give its user a password",
    );
    let plain = |url: &Url| url.scheme() == "http" && !is_here(url);
    rules.refuse(
        "aws-endpoint-tls",
        "stores.aws_endpoint_url",
        stores.aws_endpoint_url.as_ref().is_some_and(plain),
        "media and their index travel readably to another machine; write https://",
    );
    let own = query(&stores.index_url, "endpoint").and_then(|url| Url::parse(url).ok());
    rules.refuse(
        "index-endpoint-tls",
        "stores.index_url",
        own.as_ref().is_some_and(plain),
        "the index travels readably to another machine; write https:// behind endpoint=",
    );
    rules.refuse(
        "s3-checksums",
        "stores.media_url",
        stores.aws_endpoint_url.is_none()
            && query(&stores.media_url, "checksums") == Some("when-required"),
        "S3 itself knows checksums, and without them damage on the way stays unseen; leave checksums away",
    );
}

fn mail(config: &Config, rules: &mut Rules) {
    let url = config.stores.mail_url.as_str();
    let key = "stores.mail_url";
    rules.refuse(
        "mail-sent",
        key,
        url.is_empty(),
        "no mail is sent, so nobody can set a forgotten password or verify an address; name a mail server \
         (smtps://USER:PASSWORD@HOST)",
    );
    rules.refuse(
        "mail-to-people",
        key,
        url.starts_with("file:"),
        "mails go to a folder and to nobody, and their links open accounts to whoever reads it; name a mail server \
         (smtps://USER:PASSWORD@HOST)",
    );
    let smtp = Url::parse(url)
        .ok()
        .filter(|url| url.scheme().starts_with("smtp"));
    rules.refuse(
        "mail-tls",
        key,
        smtp.as_ref()
            .is_some_and(|url| query(url.as_str(), "tls") == Some("none") && !is_here(url)),
        "tls=none sends the links that open accounts readably to another machine; write smtps:// or leave it away",
    );
    let sender = crate::start::sender(config);
    let host = sender.rsplit('@').next().unwrap_or_default();
    rules.rule(
        "mail-sender",
        "stores.mail_from",
        (smtp.is_some() && (host == "localhost" || is_example(host) || host.parse::<IpAddr>().is_ok())).then(|| {
            format!("mails are from {sender}, which mail servers refuse; set it to an address of your own domain")
        }),
    );
}

/// Above it a picture is more than what cameras make; in MiB.
const PICTURE: u64 = 100;
/// Above it a video is more than an evening; in MiB.
const VIDEO: u64 = 10 * 1024;

fn limits(limits: &Limits, rules: &mut Rules) {
    rules.rule(
        "picture-size",
        "limits.max_picture_mib",
        (limits.max_picture_mib.get() > PICTURE)
            .then(|| format!("pictures of that size fill the memory in which they are made anew; keep it at {PICTURE} or below")),
    );
    rules.rule(
        "video-size",
        "limits.max_video_mib",
        (limits.max_video_mib.get() > VIDEO).then(|| {
            format!("a few uploads of that size fill the store; keep it at {VIDEO} or below")
        }),
    );
    rules.refuse(
        "page-cache",
        "limits.page_cache_mib",
        limits.page_cache_mib.get() == 0,
        "without a page cache every reader asks the database, and gets nothing while it is away; set it to 24",
    );
    rules.refuse(
        "rates-usual",
        "limits.rate_factor",
        limits.rate_factor.get() > 1,
        "it lets whoever guesses passwords guess more often, and spam through; leave it at 1",
    );
}

fn log(filter: &str, rules: &mut Rules) {
    // It was read at the start already.
    let filter: Targets = filter.parse().unwrap_or_default();
    let most = filter
        .iter()
        .map(|(_, level)| level)
        .chain(filter.default_level())
        .max()
        .unwrap_or(LevelFilter::OFF);
    rules.refuse(
        "log-quiet",
        "log.filter",
        most >= LevelFilter::DEBUG,
        "debug and trace write what people do, at length; write \"info\"",
    );
    let least = filter.default_level().unwrap_or(LevelFilter::OFF);
    rules.refuse(
        "log-heard",
        "log.filter",
        least < LevelFilter::WARN,
        "warnings are not logged, so nobody sees an attack or a store that fails; write \"info\"",
    );
}
