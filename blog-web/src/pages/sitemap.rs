//! The site map (<https://www.sitemaps.org>): an index, one file of the pages that list posts, and files of posts that
//! hold still while the site grows.

use std::fmt::Write as _;

use blog_core::Timestamp;
use blog_core::markdown::escaped;
use http::StatusCode;
use poem::Response;

use super::call::Call;
use super::freshness;
use crate::edge::EdgeError;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// The file of the pages that list posts; those of posts are numbered from one.
const PAGES: u32 = 0;

pub(crate) async fn index(call: Call) -> Result<Response, EdgeError> {
    answer(&call, async {
        let parts = call.blog().discovery().parts().await?;
        let mut index = Document::new("sitemapindex", "sitemap");
        let file = |number: u32| call.app.absolute(&format!("/sitemap-{number}.xml"));
        index.add(&file(PAGES), None);
        for part in parts {
            index.add(&file(part.number + 1), part.changed_at);
        }
        Ok(Some(index))
    })
    .await
}

pub(crate) async fn part(call: Call) -> Result<Response, EdgeError> {
    let Some(number) = number(&call.param("part")) else {
        return Err(EdgeError::of_status(StatusCode::NOT_FOUND));
    };
    answer(&call, async {
        let mut map = Document::new("urlset", "url");
        match number.checked_sub(1) {
            None => pages(&call, &mut map).await?,
            Some(part) => {
                let posts = call.blog().discovery().part(part).await?;
                if posts.is_empty() {
                    return Ok(None);
                }
                for post in posts {
                    let address = call.app.absolute(&format!("/posts/{}", post.slug));
                    map.add(&address, Some(post.changed_at));
                }
            }
        }
        Ok(Some(map))
    })
    .await
}

/// The number in `12.xml`, in the one form that the index gives it.
fn number(file: &str) -> Option<u32> {
    let digits = file.strip_suffix(".xml")?;
    let number: u32 = digits.parse().ok()?;
    (number.to_string() == digits).then_some(number)
}

async fn pages(call: &Call, map: &mut Document) -> Result<(), EdgeError> {
    let pages = call.blog().discovery().pages().await?;
    let newest = pages.authors.iter().map(|author| author.newest_at).max();
    for path in ["/", "/archive", "/tags"] {
        map.add(&call.app.absolute(path), newest);
    }
    for page in pages.static_pages {
        let address = call.app.absolute(&format!("/pages/{}", page.slug));
        map.add(&address, Some(page.updated_at));
    }
    for author in pages.authors {
        let address = call.app.absolute(&format!("/@{}", author.of));
        map.add(&address, Some(author.newest_at));
    }
    for tag in pages.tags {
        let address = call.app.absolute(&format!("/tags/{}", tag.of));
        map.add(&address, Some(tag.newest_at));
    }
    Ok(())
}

/// The document, unless the reader has it or there is none.
async fn answer(
    call: &Call,
    document: impl Future<Output = Result<Option<Document>, EdgeError>>,
) -> Result<Response, EdgeError> {
    // The site's state is read before what is written of it, so that a tag never stands for older posts.
    let site = call.blog().discovery().site().await?;
    let tag = freshness::tag(call, &site, call.request.uri().path());
    if let Some(same) = freshness::not_modified(call, &tag) {
        return Ok(same);
    }
    let document = document.await?;
    let document = document.ok_or_else(|| EdgeError::of_status(StatusCode::NOT_FOUND))?;
    let text = document.finish();
    Ok(freshness::tagged(
        call,
        &tag,
        "application/xml; charset=utf-8",
        text,
    ))
}

/// A file of addresses.
struct Document {
    xml: String,
    root: &'static str,
    element: &'static str,
}

impl Document {
    fn new(root: &'static str, element: &'static str) -> Self {
        let xml =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{NAMESPACE}\">\n");
        Self { xml, root, element }
    }

    fn add(&mut self, address: &str, changed_at: Option<Timestamp>) {
        let element = self.element;
        // Writing to a String cannot fail.
        let _ = write!(self.xml, "<{element}><loc>{}</loc>", escaped(address));
        if let Some(at) = changed_at {
            let second = at.to_jiff().strftime("%Y-%m-%dT%H:%M:%SZ");
            let _ = write!(self.xml, "<lastmod>{second}</lastmod>");
        }
        let _ = writeln!(self.xml, "</{element}>");
    }

    fn finish(mut self) -> String {
        let _ = writeln!(self.xml, "</{}>", self.root);
        self.xml
    }
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_file_has_one_name() {
        assert_eq!(number("0.xml"), Some(0));
        assert_eq!(number("4294967295.xml"), Some(u32::MAX));
        for file in [
            "",
            "1",
            "01.xml",
            "+1.xml",
            "-1.xml",
            "1.xml.xml",
            "4294967296.xml",
            "x.xml",
        ] {
            assert_eq!(number(file), None, "{file}");
        }
    }
}
