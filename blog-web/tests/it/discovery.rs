//! What programs find: feeds that other people's parsers read, and pages that say where they are.

mod card;
mod feeds;
mod head;
mod sitemap;

use crate::app::{Person, TestApp, png};

const SITE: &str = "http://localhost:3000";

/// A title that every language it is written into has to mind.
const HOSTILE: &str = "<b>\"Tea\" & 'cake'</b> ]]> &amp; 🫖";

/// The id of the first item in somebody's library.
async fn picture(app: &TestApp, who: &Person) -> String {
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("alt", None, b"A lamp"), ("file", Some("lamp.png"), &png())];
    app.post_parts("/media/uploads", who, &parts).await;
    let library = app.get("/library", who).await.text();
    let at = library.find("media:").unwrap() + "media:".len();
    library[at..at + 36].to_owned()
}
