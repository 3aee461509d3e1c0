//! Style sheet, script and pictures of the pages, compiled in.
//!
//! Each has an address that carries the first eight digits of its hash, such as
//! `/assets/blog.1f3c09ab.css`, and therefore may be kept for ever.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A compiled-in file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its name without the hash: `blog.css`.
    pub name: &'static str,
    /// Its content.
    pub bytes: bytes::Bytes,
    /// For the header `Content-Type`.
    pub content_type: &'static str,
    /// The first eight hexadecimal digits of the content's SHA-256.
    pub hash: String,
}

impl Asset {
    /// Its name with the hash: `blog.1f3c09ab.css`.
    pub fn file_name(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}.{extension}", self.hash),
            None => format!("{}.{}", self.name, self.hash),
        }
    }
}

/// What [`lookup`] found.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// The file.
    pub asset: &'static Asset,
    /// Whether the address carried this content's hash, so that the answer may say
    /// `Cache-Control: public, max-age=31536000, immutable`. Otherwise it was the plain name or
    /// another build's hash, as happens while instances are being replaced: answer `no-cache`.
    pub immutable: bool,
}

/// What readers see, in the order in which the parts build on each other. Readers load nothing else.
const BLOG: &str = concat!(
    include_str!("../../assets/css/base.css"),
    include_str!("../../assets/css/frame.css"),
    include_str!("../../assets/css/lists.css"),
    include_str!("../../assets/css/post.css"),
    include_str!("../../assets/css/comments.css"),
    include_str!("../../assets/css/forms.css"),
    include_str!("../../assets/css/focus.css"),
    include_str!("../../assets/css/site.css"),
    include_str!("../../assets/css/paper.css"),
);

/// The desk of those who write and run the blog: on their pages only, over the sheet of readers.
const DESK: &str = concat!(
    include_str!("../../assets/css/code.css"),
    include_str!("../../assets/css/writing.css"),
    include_str!("../../assets/css/library.css"),
    include_str!("../../assets/css/history.css"),
    include_str!("../../assets/css/admin.css"),
);

/// The colours of code, on pages that show some.
const CODE: &str = include_str!("../../assets/css/code.css");

const SOURCES: [(&str, &str, &[u8]); 12] = [
    (
        "icons.svg",
        "image/svg+xml",
        include_bytes!("../../assets/icons.svg"),
    ),
    (
        "favicon.svg",
        "image/svg+xml",
        include_bytes!("../../assets/favicon.svg"),
    ),
    (
        "tools.svg",
        "image/svg+xml",
        include_bytes!("../../assets/tools.svg"),
    ),
    (
        "blog.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/blog.js"),
    ),
    (
        "early.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/early.js"),
    ),
    // Modules after those that they name, whose hashes stand in them.
    (
        "desk.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/desk.js"),
    ),
    (
        "journal.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/journal.js"),
    ),
    (
        "editor.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/editor.js"),
    ),
    (
        "library.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../assets/library.js"),
    ),
    // After the pictures, whose hashes stand in it.
    ("blog.css", "text/css; charset=utf-8", BLOG.as_bytes()),
    ("desk.css", "text/css; charset=utf-8", DESK.as_bytes()),
    ("code.css", "text/css; charset=utf-8", CODE.as_bytes()),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets: Vec<Asset> = Vec::with_capacity(SOURCES.len());
    for (name, content_type, source) in SOURCES {
        let bytes = match std::str::from_utf8(source) {
            Ok(text) if content_type.starts_with("text/css") => {
                with_hashed_names(&bare(text), &assets)
            }
            Ok(text) if content_type.starts_with("text/") => with_hashed_names(text, &assets),
            _ => bytes::Bytes::from_static(source),
        };
        let hash = hash(&bytes);
        assets.push(Asset {
            name,
            bytes,
            content_type,
            hash,
        });
    }
    assets
});

/// A style sheet without what browsers skip: comments, and the space around lines. No text of ours holds either.
fn bare(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once("*/").map_or("", |(_, rest)| rest));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// A style sheet names its pictures plainly (`url("icons.svg")`), and a module other modules (`from "./desk.js"`); the
/// reader gets the hashed name.
fn with_hashed_names(text: &str, assets: &[Asset]) -> bytes::Bytes {
    let mut text = text.to_owned();
    for asset in assets {
        for (before, behind) in [("url(\"", "\")"), ("from \"./", "\"")] {
            text = text.replace(
                &format!("{before}{}{behind}", asset.name),
                &format!("{before}{}{behind}", asset.file_name()),
            );
        }
    }
    text.into()
}

fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(8);
    for byte in &Sha256::digest(bytes)[..4] {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Every compiled-in file.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The path of a file below the mount, `/assets/blog.1f3c09ab.css` for `blog.css`; `None` when
/// there is no such file.
pub fn address(name: &str) -> Option<String> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    Some(format!("/assets/{}", asset.file_name()))
}

/// The file for what stands after `/assets/` in an address; `None` when there is no such file.
pub fn lookup(path: &str) -> Option<Found> {
    let path = path.trim_start_matches('/');
    ASSETS.iter().find_map(|asset| {
        if path == asset.name {
            return Some(Found {
                asset,
                immutable: false,
            });
        }
        let (stem, extension) = asset.name.rsplit_once('.')?;
        let hash = path
            .strip_prefix(stem)?
            .strip_prefix('.')?
            .strip_suffix(extension)?
            .strip_suffix('.')?;
        let is_hash = hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| Found {
            asset,
            immutable: hash == asset.hash,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_compiled_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let files = |folder: &str| -> Vec<String> {
            let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
            entries
                .filter(|entry| entry.file_type().unwrap().is_file())
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect()
        };
        let mut names = files(folder);
        names.extend(["blog.css", "code.css", "desk.css"].map(str::to_owned));
        names.sort();
        let mut compiled: Vec<&str> = all().iter().map(|asset| asset.name).collect();
        compiled.sort_unstable();
        assert_eq!(names, compiled);
        for part in files(&format!("{folder}/css")) {
            let text = std::fs::read_to_string(format!("{folder}/css/{part}")).unwrap();
            assert!(BLOG.contains(&text) || DESK.contains(&text), "{part}");
        }
    }

    #[test]
    fn an_address_leads_back_to_its_file() {
        for asset in all() {
            let address = address(asset.name).unwrap();
            let found = lookup(address.strip_prefix("/assets/").unwrap()).unwrap();
            assert_eq!(found.asset.name, asset.name);
            assert!(found.immutable);
            assert!(!lookup(asset.name).unwrap().immutable);
        }
        let other_build = lookup("blog.00000000.css").unwrap();
        assert!(!other_build.immutable);
        for path in [
            "",
            "blog",
            "blog.css.map",
            "blog.0000.css",
            "../blog.css",
            "blog..css",
        ] {
            assert!(lookup(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_style_sheet_names_hashed_pictures_of_our_own_only() {
        let css = std::str::from_utf8(&lookup("blog.css").unwrap().asset.bytes).unwrap();
        let named: Vec<&str> = css
            .split("url(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(!named.is_empty());
        for name in named {
            assert!(lookup(name).unwrap().immutable, "{name}");
        }
        assert_eq!(css.matches("url(").count(), css.matches("url(\"").count());
        assert!(!css.contains("@import"));
    }

    #[test]
    fn a_style_sheet_is_sent_without_its_comments() {
        let css = "/* a */\na { b: c; }\n\n  d { /* e\n f */\n    g: h;\n  }\n";
        assert_eq!(bare(css), "a { b: c; }\nd {\ng: h;\n}");
        let sent = std::str::from_utf8(&lookup("blog.css").unwrap().asset.bytes).unwrap();
        assert!(!sent.contains("/*") && !sent.contains("\n\n"));
        let braces = |text: &str, brace| text.matches(brace).count();
        assert_eq!(braces(sent, "{"), braces(BLOG, "{"));
        assert_eq!(braces(sent, "}"), braces(BLOG, "}"));
    }

    #[test]
    fn every_point_that_can_stay_in_sight_has_its_classes() {
        use blog_core::model::focus::Focus;
        let css = std::str::from_utf8(&lookup("blog.css").unwrap().asset.bytes).unwrap();
        for step in 0..Focus::STEPS {
            let focus = Focus::from_steps(step, step).unwrap();
            for (axis, percent) in [("fx", focus.x()), ("fy", focus.y())] {
                let rule = format!(".{axis}-{step} {{ --{axis}: {percent}%; }}");
                assert!(css.contains(&rule), "{rule}");
            }
        }
        assert!(css.contains("object-position: var(--fx) var(--fy)"));
    }

    #[test]
    fn modules_name_hashed_modules_of_our_own_only() {
        let mut named = 0;
        for asset in all().iter().filter(|asset| asset.name.ends_with(".js")) {
            let text = std::str::from_utf8(&asset.bytes).unwrap();
            for line in text.lines().filter(|line| line.starts_with("import ")) {
                let name = line.split("from \"./").nth(1).unwrap();
                let name = name.strip_suffix("\";").unwrap();
                assert!(lookup(name).unwrap().immutable, "{}: {name}", asset.name);
                named += 1;
            }
        }
        assert!(named >= 3, "{named}");
    }

    #[test]
    fn the_scripts_stay_small() {
        for (name, most) in [
            ("blog.js", 4096),
            ("early.js", 512),
            ("desk.js", 8 * 1024),
            ("journal.js", 16 * 1024),
            ("editor.js", 16 * 1024),
            ("library.js", 2048),
        ] {
            let script = &lookup(name).unwrap().asset.bytes;
            assert!(script.len() <= most, "{name}: {} bytes", script.len());
        }
    }
}
