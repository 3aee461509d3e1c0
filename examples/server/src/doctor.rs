//! `blog-server doctor`: the calls that the blog will make, made now, and what to do where they fail.

use blog_storage::doctor::{Fed, Finding, examine};
use blog_storage::mail;

use crate::config::Config;
use crate::failure::Failure;
use crate::report::report;
use crate::start::{self, Post};

mod base_url;

/// Looks at every store that the configuration names, at where mail goes, and at the address that people use.
pub(crate) async fn run(config: &Config, json: bool) -> Result<(), Failure> {
    let post = start::post(config)?;
    let urls = start::urls(config);
    let mut findings = examine(&urls, Fed::ByTheBlog).await;
    findings.extend(mail(&post).await);
    if let Some(url) = &config.site.base_url {
        findings.push(base_url::look(url).await);
    }
    report(&findings, json)
}

async fn mail(post: &Post) -> Option<Finding> {
    match post {
        Post::Nowhere => None,
        Post::Folder(path) => Some(mail::look_at_folder(path).await),
        Post::Server(server) => Some(server.examine().await),
    }
}
