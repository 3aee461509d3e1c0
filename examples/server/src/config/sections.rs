//! The sections: every key with its meaning, default, variable and flag.

use std::net::{Ipv4Addr, SocketAddr};

use blog_core::settings::Registration;
use ipnet::IpNet;
use url::Url;

use super::key::section;
use super::value::{Choice, LogFormat, Number};

section! {
    /// How the server listens and stops.
    Serve, serve {
        /// The address and port to listen on; port 0 takes a free one.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)), "BLOG_LISTEN", "listen";
        /// The most connections at a time; more wait. Keep the limit of open files above it.
        max_connections: Number<1, 1_000_000> = Number::new(4096),
            "BLOG_MAX_CONNECTIONS", "max-connections";
        /// The most connections at a time from one address (IPv6: one /64), trusted proxies excepted.
        max_connections_per_address: Number<1, 1_000_000> = Number::new(64),
            "BLOG_MAX_CONNECTIONS_PER_ADDRESS", "max-connections-per-address";
        /// The networks of the proxies in front, such as ["10.0.0.0/8"]; in a variable, separated by commas.
        /// Only they are believed about a client's address.
        trusted_proxies: Vec<IpNet> = Vec::new(), "BLOG_TRUSTED_PROXIES", "trusted-proxies";
        /// How many of these proxies a request passes: the client is that entry of X-Forwarded-For, from the right.
        trusted_hops: Number<0, 16> = Number::new(0), "BLOG_TRUSTED_HOPS", "trusted-hops";
        /// Seconds to go on accepting after SIGTERM, while /readyz already answers 503. Use 15 behind a load
        /// balancer.
        shutdown_delay_seconds: Number<0, 3600> = Number::new(0),
            "BLOG_SHUTDOWN_DELAY_SECONDS", "shutdown-delay-seconds";
        /// Seconds that requests in flight then have to finish.
        shutdown_drain_seconds: Number<0, 3600> = Number::new(20),
            "BLOG_SHUTDOWN_DRAIN_SECONDS", "shutdown-drain-seconds";
    }
}

section! {
    /// What the blog is. Name, description and posts on a page are what it begins with: once an admin has saved
    /// /admin/settings, what is stored there counts. Logo, menu, language and foot of the page are
    /// decided there alone.
    Site, site {
        /// The address that people use, such as `https://blog.example.org/`. Needed unless the server listens on
        /// this machine only; then `localhost`, `127.0.0.1` and `[::1]` are all accepted.
        base_url: Option<Url> = None, "BLOG_BASE_URL", "base-url";
        /// Whether a base_url beyond this machine may be plain http: passwords then travel readably.
        allow_plain_http: bool = false, "BLOG_ALLOW_PLAIN_HTTP", "allow-plain-http";
        /// The blog's name, on every page and in feeds, until an admin saves the settings page.
        title: String = "A blog".to_owned(), "BLOG_TITLE", "title";
        /// What the blog is about, in a sentence, until an admin saves the settings page.
        description: String = String::new(), "BLOG_DESCRIPTION", "description";
        /// Who may make an account: "open" (anybody), "invite" (whoever has an invitation of an admin) or "closed" (only
        /// "blog-server user add" makes accounts).
        registration: Registration = Registration::Open, "BLOG_REGISTRATION", "registration";
        /// Whether publishing and commenting need a verified mail address, and with a mail server also logging in to a new
        /// account; empty: where a mail server is configured, since a mail folder verifies nobody.
        require_verified_email: Choice = Choice::default(),
            "BLOG_REQUIRE_VERIFIED_EMAIL", "require-verified-email";
        /// Posts on a page of a list, until an admin saves the settings page.
        page_size: Number<1, 100> = Number::new(10), "BLOG_PAGE_SIZE", "page-size";
    }
}

section! {
    /// Where the blog keeps what it knows. Relative paths begin in the working folder.
    Stores, stores {
        /// Users, posts, comments: "sqlite:PATH", "mysql://USER:PASSWORD@HOST/DATABASE" (TLS is verified; "?ssl-mode=DISABLED"
        /// for none, "?pool=20" for more connections than 10), or "memory:" to forget everything at the end.
        database_url: String = "sqlite:./data/blog.db".to_owned(), "BLOG_DATABASE_URL", "database-url";
        /// Pictures and videos: "file:FOLDER", "s3://BUCKET" ("?kms=KEY" encrypts with a key of yours), or "memory:".
        /// Region and credentials of AWS are those of its own variables (AWS_REGION, AWS_ACCESS_KEY_ID, AWS_PROFILE) or
        /// of the machine's role.
        media_url: String = "file:./data/media".to_owned(), "BLOG_MEDIA_URL", "media-url";
        /// The index of stored objects: "dynamodb://TABLE" ("blog-server index create-table" makes the table), or
        /// "memory:"; empty: in the database.
        index_url: String = String::new(), "BLOG_INDEX_URL", "index-url";
        /// Whether the index is kept from outside, by the function that the bucket's events start (blog-indexer). This
        /// server then only reads it. Such a function needs index_url to be dynamodb and media_url to be s3.
        index_from_events: bool = false, "BLOG_INDEX_FROM_EVENTS", "index-from-events";
        /// Where the AWS stores are instead of at AWS: the address of an emulator, or of a server that speaks the same
        /// language, such as "http://127.0.0.1:9000"; empty: AWS.
        aws_endpoint_url: Option<Url> = None, "BLOG_AWS_ENDPOINT_URL", "aws-endpoint-url";
        /// Where mail goes: "smtps://USER:PASSWORD@HOST" to a mail server over TLS, "smtp://…" to one with STARTTLS
        /// ("?tls=none" for one without); "file:FOLDER" writes one file a mail; empty: nowhere.
        mail_url: String = "file:./data/mail".to_owned(), "BLOG_MAIL_URL", "mail-url";
        /// Who the mails to a mail server are from; empty: blog@ and the host of base_url.
        mail_from: String = String::new(), "BLOG_MAIL_FROM", "mail-from";
    }
}

section! {
    /// How large things may be.
    Limits, limits {
        /// The largest picture, in MiB as uploaded.
        max_picture_mib: Number<1, 1024> = Number::new(20), "BLOG_MAX_PICTURE_MIB", "max-picture-mib";
        /// The largest video, in MiB.
        max_video_mib: Number<1, 1_048_576> = Number::new(2048), "BLOG_MAX_VIDEO_MIB", "max-video-mib";
        /// The memory for finished pages, in MiB; they are also what readers get while the database does not answer.
        /// 0 for none.
        page_cache_mib: Number<0, 65_536> = Number::new(24), "BLOG_PAGE_CACHE_MIB", "page-cache-mib";
        /// How many times what is usual people may log in, sign up, comment, upload and ask for mails. For tests under
        /// load; leave it at 1 where strangers come.
        rate_factor: Number<1, 1_000_000> = Number::new(1), "BLOG_RATE_FACTOR", "rate-factor";
    }
}

section! {
    /// What is logged, on standard error.
    Log, log {
        /// What to log, as levels by part: "info", or "info,blog_storage::sql=debug" for each statement too.
        filter: String = "info".to_owned(), "BLOG_LOG", "log";
        /// "text" for people or "json" for programs.
        format: LogFormat = LogFormat::Text, "BLOG_LOG_FORMAT", "log-format";
    }
}
