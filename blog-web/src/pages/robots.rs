//! What search engines shall leave alone (RFC 9309), and where the site map is.
//!
//! Crawlers ask for it at the root of a host only. Below a mount it is the host application's: what stands here then
//! is what its own file should say of the blog.

use poem::Response;

use super::call::Call;
use crate::edge::EdgeError;

/// Pages for people, which hold nothing to be found. Each stands for everything that begins with it.
const CLOSED: [&str; 6] = [
    "/account/",
    "/admin",
    "/drafts",
    "/library",
    "/search",
    "/write",
];

pub(crate) async fn show(call: Call) -> Result<Response, EdgeError> {
    let mut text = "User-agent: *\n".to_owned();
    for path in CLOSED {
        let path = call.app.view.mount().url(path);
        text.push_str(&format!("Disallow: {path}\n"));
    }
    let map = call.app.absolute("/sitemap.xml");
    text.push_str(&format!("\nSitemap: {map}\n"));
    Ok(call.tagged("text/plain; charset=utf-8", text))
}
