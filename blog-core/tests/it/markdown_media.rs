//! Pictures and videos in posts.

use blog_core::markdown::{MediaKind, ResolvedMedia, render_post, resolve_media};
use uuid::Uuid;

use crate::html::Page;

const ID: &str = "018f3c1e-1b2a-7c3d-8e4f-0123456789ab";
const OTHER: &str = "018f3c1e-1b2a-7c3d-8e4f-ba9876543210";

fn id(text: &str) -> Uuid {
    text.parse().expect("a UUID")
}

fn picture() -> ResolvedMedia {
    ResolvedMedia {
        choices: Vec::new(),
        address: "/media/a.jpg?x=1&y=\"2\"".to_owned(),
        kind: MediaKind::Image,
        width: Some(640),
        height: Some(480),
        content_type: "image/jpeg".to_owned(),
    }
}

fn video() -> ResolvedMedia {
    ResolvedMedia {
        choices: Vec::new(),
        address: "/media/b.mp4".to_owned(),
        kind: MediaKind::Video,
        width: Some(1920),
        height: Some(1080),
        content_type: "video/mp4".to_owned(),
    }
}

fn rendered(source: &str) -> String {
    render_post(source)
        .expect("the source is within the limits")
        .html
}

#[test]
fn a_picture_becomes_an_image_with_its_size() {
    let html = rendered(&format!("![a \"b\" \\<c> & d](media:{ID} \"t\")"));
    assert_eq!(
        html,
        format!(
            "<p><img src=\"media:{ID}\" alt=\"a &quot;b&quot; &lt;c&gt; &amp; d\" title=\"t\"></p>\n"
        )
    );
    let html = resolve_media(&html, &|asked| (asked == id(ID)).then(picture));
    assert_eq!(
        html,
        "<p><img src=\"/media/a.jpg?x=1&amp;y=&quot;2&quot;\" \
         alt=\"a &quot;b&quot; &lt;c&gt; &amp; d\" title=\"t\" width=\"640\" height=\"480\" \
         loading=\"lazy\" decoding=\"async\"></p>\n"
    );
}

#[test]
fn a_video_becomes_a_player_labelled_with_its_alt_text() {
    let html = rendered(&format!("![A cat & a dog](media:{ID})"));
    let html = resolve_media(&html, &|_| Some(video()));
    assert_eq!(
        html,
        "<p><video controls preload=\"metadata\" width=\"1920\" height=\"1080\" \
         aria-label=\"A cat &amp; a dog\"><source src=\"/media/b.mp4\" type=\"video/mp4\">\
         A cat &amp; a dog</video></p>\n"
    );
}

#[test]
fn a_size_that_is_not_known_is_left_out() {
    let html = rendered(&format!("![](media:{ID})"));
    let resolve = |_| {
        Some(ResolvedMedia {
            width: None,
            ..picture()
        })
    };
    let html = resolve_media(&html, &resolve);
    assert!(
        !html.contains("width") && !html.contains("height"),
        "{html}"
    );
}

#[test]
fn a_missing_picture_is_a_note() {
    let html = rendered(&format!("![a \\<b>](media:{ID}) ![](media:{OTHER})"));
    assert_eq!(
        resolve_media(&html, &|_| None),
        "<p><span class=\"media-missing\">picture missing: a &lt;b&gt;</span> \
         <span class=\"media-missing\">picture missing</span></p>\n"
    );
}

#[test]
fn media_are_listed_once_in_order() {
    let upper = ID.to_uppercase();
    let source = format!(
        "![a](media:{OTHER}) ![b](media:{ID}) <img src=\"media:{upper}\"> ![c](media:{OTHER})"
    );
    let post = render_post(&source).expect("rendered");
    assert_eq!(post.media, [id(OTHER), id(ID)]);
    assert_eq!(
        post.html.matches(&format!("media:{ID}")).count(),
        2,
        "{}",
        post.html
    );
}

#[test]
fn pictures_of_the_site_stay_pictures() {
    for address in ["/media/x.png", "x.png", "../x.png?y#z", "/ü.png"] {
        let html = rendered(&format!("![a]({address})"));
        let page = Page::read(&html);
        let image = page.named("img").next().expect("an image");
        assert_eq!(image.attribute("src"), Some(address));
        assert_eq!(image.attribute("loading"), Some("lazy"));
        assert_eq!(image.attribute("decoding"), Some("async"));
        assert_eq!(image.attribute("alt"), Some("a"));
    }
}

#[test]
fn pictures_of_others_become_links() {
    for (source, href, text) in [
        (
            "![a](https://example.org/x.png)",
            "https://example.org/x.png",
            "a",
        ),
        (
            "![](https://example.org/x.png)",
            "https://example.org/x.png",
            "https://example.org/x.png",
        ),
        ("![a](//example.org/x.png)", "//example.org/x.png", "a"),
        (
            "<img src=\"https://example.org/x.png\" alt=\"a\">",
            "https://example.org/x.png",
            "a",
        ),
    ] {
        let page = Page::read(&rendered(source));
        assert_eq!(page.named("img").count(), 0, "{source}");
        let link = page.named("a").next().expect("a link");
        assert_eq!(
            (link.attribute("href"), page.text.trim()),
            (Some(href), text),
            "{source}"
        );
    }
    let page = Page::read(&rendered("[![a](https://example.org/x.png)](/y)"));
    assert_eq!((page.named("a").count(), page.text.trim()), (1, "a"));
}

#[test]
fn only_strict_ids_are_placeholders() {
    for address in [
        "media:x",
        "media:018f3c1e1b2a7c3d8e4f0123456789ab",
        "media:{018f3c1e-1b2a-7c3d-8e4f-0123456789ab}",
        "media:018f3c1e-1b2a-7c3d-8e4f-0123456789ab.png",
        "media://018f3c1e-1b2a-7c3d-8e4f-0123456789ab",
        "MEDIA:018f3c1e-1b2a-7c3d-8e4f-0123456789ab",
    ] {
        let post = render_post(&format!("![a]({address})")).expect("rendered");
        assert!(post.media.is_empty(), "{address}");
        assert_eq!(Page::read(&post.html).named("img").count(), 0, "{address}");
        assert_eq!(Page::read(&post.html).named("a").count(), 0, "{address}");
    }
}

/// Everything that looks like a placeholder but was not printed as an image
/// stays what it is: text.
#[test]
fn placeholders_cannot_be_forged_in_text_or_attributes() {
    let forged = format!("<img src=\"media:{ID}\" alt=\"x\">");
    for source in [
        format!("`{forged}`"),
        format!("    {forged}"),
        format!("```\n{forged}\n```"),
        format!("\\{forged}"),
        forged.replace('<', "&lt;"),
        format!("[a](/x '{forged}')"),
        format!(
            "![{}](/x)",
            forged.replace('"', "&quot;").replace('<', "&lt;")
        ),
        format!("<abbr title='{forged}'>a</abbr>"),
        format!("<a href='/{forged}'>a</a>"),
        format!("<!-- {forged} -->"),
        format!("# {}", forged.replace('<', "&lt;")),
    ] {
        let html = rendered(&source);
        let asked = std::cell::Cell::new(0);
        let resolved = resolve_media(&html, &|_| {
            asked.set(asked.get() + 1);
            Some(picture())
        });
        assert_eq!(asked.get(), 0, "{source}");
        assert_eq!(resolved, html, "{source}");
    }
}

#[test]
fn html_that_is_cut_or_strange_is_left_as_it_is() {
    for html in [
        "<img src=\"media:",
        "<img src=\"media:x\" alt=\"a\">",
        &format!("<img src=\"media:{ID}"),
        &format!("<img src=\"media:{ID}\" alt=\"a"),
        &format!("<img src=\"media:{ID}\" onload>"),
        "plain",
        "",
    ] {
        assert_eq!(resolve_media(html, &|_| Some(picture())), html);
    }
}

#[test]
fn resolving_takes_linear_work() {
    // A quadratic scan of 60 000 unfinished placeholders would not end in time.
    let html = "<img src=\"media:".repeat(60_000);
    assert_eq!(resolve_media(&html, &|_| None), html);
    let html = rendered(&format!("![a](media:{ID})\n\n").repeat(5_000));
    assert_eq!(
        resolve_media(&html, &|_| None)
            .matches("picture missing")
            .count(),
        5_000
    );
}
