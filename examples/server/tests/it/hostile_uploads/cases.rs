//! Files that somebody uploads who means no good, made here byte by byte.

use image::{DynamicImage, GrayImage, RgbImage};

use super::build::{
    Frame, animated_webp, crc32, exif, gif, hollow_gif, jpeg, jpeg_with_segment, patch_jpeg_size,
    patch_png_size, png, png_with_exif, quarters, webp, webp_with_exif, with_gif_comment,
};

/// Where the picture was taken; whoever finds it has found somebody's home.
pub(super) const PLACE: &str = "41.0082N 28.9784E Galata";
/// What runs if anything does.
pub(super) const SCRIPT: &str = "<script>alert(document.domain)</script>";

/// What must become of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is not taken, and nothing of it stays.
    Refused,
    /// It is made anew from its pixels.
    Remade,
    /// A video: kept as it came, and served so that it can only be played.
    Played,
}
use Fate::{Played, Refused, Remade};

pub(super) struct Case {
    pub(super) what: String,
    pub(super) file_name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) fate: Fate,
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, what: &str, file_name: &str, bytes: impl Into<Vec<u8>>, fate: Fate) {
        self.0.push(Case {
            what: what.to_owned(),
            file_name: file_name.to_owned(),
            bytes: bytes.into(),
            fate,
        });
    }
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = Cases::default();
    disguises(&mut cases);
    polyglots(&mut cases);
    metadata(&mut cases);
    bombs(&mut cases);
    fragments(&mut cases);
    videos(&mut cases);
    names(&mut cases);
    largest(&mut cases);
    cases.0
}

/// What is no picture and says that it is one.
fn disguises(cases: &mut Cases) {
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{SCRIPT}</svg>");
    let html = format!("<!DOCTYPE html><html><body>{SCRIPT}</body></html>");
    for (what, name, bytes) in [
        ("SVG", "a.svg", svg.clone()),
        ("SVG named PNG", "a.png", svg.clone()),
        (
            "SVG with an XML prolog",
            "a.png",
            format!("<?xml version=\"1.0\"?>{svg}"),
        ),
        (
            "SVG behind a byte order mark",
            "a.jpg",
            format!("\u{feff}{svg}"),
        ),
        (
            "SVG behind a comment",
            "a.gif",
            format!("<!-- GIF89a -->{svg}"),
        ),
        ("HTML", "a.html", html.clone()),
        ("HTML named JPEG", "a.jpg", html.clone()),
        ("HTML behind white space", "a.png", format!("\r\n\t {html}")),
        ("HTML with two extensions", "a.php.png", html.clone()),
        (
            "XHTML",
            "a.xhtml",
            format!("<html xmlns=\"http://www.w3.org/1999/xhtml\">{SCRIPT}</html>"),
        ),
        ("a script", "a.js", "alert(1)".to_owned()),
        (
            "a program of a shell",
            "a.gif",
            "#!/bin/sh\nid\n".to_owned(),
        ),
        ("PHP", "a.php", "<?php system($_GET['c']); ?>".to_owned()),
        (
            "a style sheet",
            "a.css",
            "*{background:url(//evil.example)}".to_owned(),
        ),
        (
            "MHTML",
            "a.mht",
            "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<b>".to_owned(),
        ),
        (
            "PDF",
            "a.pdf",
            "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript>>>>".to_owned(),
        ),
        (
            "an EPS drawing",
            "a.eps",
            "%!PS-Adobe-3.0 EPSF-3.0\n".to_owned(),
        ),
        (
            "a palette without pixels",
            "a.xpm",
            "/* XPM */ static char *a[]={}".to_owned(),
        ),
    ] {
        cases.add(what, name, bytes, Refused);
    }
    for (what, name, bytes) in [
        ("a Windows program", "a.png", &b"MZ\x90\0\x03\0\0\0"[..]),
        ("a Linux program", "a.png", b"\x7fELF\x02\x01\x01\0"),
        ("a Flash film", "a.gif", b"FWS\x09\x10\0\0\0"),
        ("a ZIP archive", "a.jpg", b"PK\x03\x04\x14\0\0\0"),
        ("a squeezed SVG", "a.svgz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"),
        ("BMP", "a.bmp", b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0"),
        ("TIFF", "a.tif", b"II*\0\x08\0\0\0"),
        ("an icon", "a.ico", b"\0\0\x01\0\x01\0\x10\x10"),
        ("a drawing of Photoshop", "a.psd", b"8BPS\0\x01\0\0"),
        ("AVIF", "a.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"),
        ("HEIC", "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("JPEG XL", "a.jxl", b"\0\0\0\x0cJXL \r\n\x87\n"),
        ("sound in RIFF", "a.webp", b"RIFF\x24\0\0\0WAVEfmt "),
        ("a film in RIFF", "a.webp", b"RIFF\x24\0\0\0AVI LIST"),
        ("Ogg", "a.webm", b"OggS\0\x02\0\0\0\0\0\0"),
        ("MP3", "a.mp4", b"ID3\x04\0\0\0\0\0\x00"),
        (
            "Matroska",
            "a.mkv",
            b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska",
        ),
        ("nothing but zeros", "a.png", &[0; 4096]),
        ("a file of no bytes", "a.png", b""),
        ("one byte", "a.png", b"\x89"),
    ] {
        cases.add(what, name, bytes, Refused);
    }
}

fn followed_by(mut bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    bytes.extend_from_slice(more);
    bytes
}

/// What is a picture and something else.
fn polyglots(cases: &mut Cases) {
    let archive = b"PK\x03\x04\x14\0\0\0\x08\0evil.html";
    let page = format!("<html>{SCRIPT}</html>");
    let frames = [Frame::default()];
    let quarters = quarters();
    cases.add(
        "GIF and script",
        "a.gif",
        &b"GIF89a/*\0\0\0\0*/=1;alert(1)//"[..],
        Refused,
    );
    cases.add(
        "GIF with a script as comment",
        "a.gif",
        with_gif_comment(&frames, SCRIPT.as_bytes()),
        Remade,
    );
    cases.add(
        "GIF and HTML",
        "a.gif",
        followed_by(gif(&frames), page.as_bytes()),
        Remade,
    );
    cases.add(
        "GIF and ZIP",
        "a.gif",
        followed_by(gif(&frames), archive),
        Remade,
    );
    cases.add(
        "JPEG and ZIP",
        "a.jpg",
        followed_by(jpeg(&quarters), archive),
        Remade,
    );
    cases.add(
        "JPEG and HTML",
        "a.jpg",
        followed_by(jpeg(&quarters), page.as_bytes()),
        Remade,
    );
    cases.add(
        "JPEG with HTML as comment",
        "a.html",
        jpeg_with_segment(&quarters, 0xfe, page.as_bytes()),
        Remade,
    );
    cases.add(
        "JPEG and PHP",
        "a.php",
        followed_by(jpeg(&quarters), b"<?php id(); ?>"),
        Remade,
    );
    cases.add(
        "PNG and HTML",
        "a.png",
        followed_by(png(&quarters), page.as_bytes()),
        Remade,
    );
    cases.add(
        "PNG and ZIP",
        "a.zip",
        followed_by(png(&quarters), archive),
        Remade,
    );
    cases.add(
        "WebP and HTML",
        "a.webp",
        followed_by(webp(&quarters), page.as_bytes()),
        Remade,
    );
    cases.add(
        "WebP and ZIP",
        "a.webp",
        followed_by(webp(&quarters), archive),
        Remade,
    );
    cases.add(
        "HTML before PNG",
        "a.png",
        followed_by(page.clone().into_bytes(), &png(&quarters)),
        Refused,
    );
    cases.add(
        "PDF before JPEG",
        "a.jpg",
        followed_by(b"%PDF-1.4 ".to_vec(), &jpeg(&quarters)),
        Refused,
    );
    let hidden = png_with_chunk(png(&quarters), b"IDAT", page.as_bytes());
    cases.add("PNG with HTML for pixels", "a.png", hidden, Refused);
}

/// A PNG with one more chunk behind its header.
fn png_with_chunk(png: Vec<u8>, name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let named = [name, content].concat();
    let checksum = crc32(&named).to_be_bytes();
    [&png[..33], &length, &named, &checksum, &png[33..]].concat()
}

/// A WebP with one more chunk behind its pixels.
fn webp_with_chunk(webp: &[u8], name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    // The extended form says what there is: XMP, of 64 by 32 pixels (RFC 9649, section 2.7).
    let extended = b"VP8X\x0a\0\0\0\x04\0\0\0\x3f\0\0\x1f\0\0";
    let mut content = content.to_vec();
    content.resize(content.len().next_multiple_of(2), b' ');
    let length = u32::try_from(content.len()).unwrap().to_le_bytes();
    let chunks = [b"WEBP", &extended[..], &webp[12..], name, &length, &content].concat();
    let whole = u32::try_from(chunks.len()).unwrap().to_le_bytes();
    [b"RIFF", &whole[..], &chunks].concat()
}

/// Pictures that say where they were taken, in every way there is.
fn metadata(cases: &mut Cases) {
    let picture = quarters();
    let xmp =
        format!("<x:xmpmeta><exif:GPSLatitude>{PLACE}</exif:GPSLatitude></x:xmpmeta>{SCRIPT}");
    let with = |marker: u8, head: &[u8], content: &[u8]| {
        jpeg_with_segment(&picture, marker, &[head, content].concat())
    };
    let tiff = exif(6, PLACE);
    let thumbnail = jpeg(&picture);
    for (what, bytes) in [
        ("JPEG with a place in EXIF", with(0xe1, b"Exif\0\0", &tiff)),
        (
            "JPEG with a place in XMP",
            with(0xe1, b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()),
        ),
        (
            "JPEG with a place in IPTC",
            with(0xed, b"Photoshop 3.0\08BIM\x04\x04\0\0", PLACE.as_bytes()),
        ),
        (
            "JPEG with a place in a colour profile",
            with(0xe2, b"ICC_PROFILE\0\x01\x01", PLACE.as_bytes()),
        ),
        (
            "JPEG with a second picture",
            with(0xe2, b"MPF\0", PLACE.as_bytes()),
        ),
        (
            "JPEG with a thumbnail",
            with(
                0xe0,
                b"JFXX\0\x10",
                &[&thumbnail, PLACE.as_bytes()].concat(),
            ),
        ),
        (
            "JPEG with a place of a maker's own",
            with(0xef, b"Maker\0", PLACE.as_bytes()),
        ),
        (
            "JPEG with a place in a comment",
            with(0xfe, b"", PLACE.as_bytes()),
        ),
    ] {
        cases.add(what, "a.jpg", bytes, Remade);
    }
    let chunk = |name: &[u8; 4], content: &[u8]| png_with_chunk(png(&picture), name, content);
    for (what, bytes) in [
        (
            "PNG with a place in EXIF",
            png_with_exif(&picture, tiff.clone()),
        ),
        (
            "PNG with a place in a text",
            chunk(b"tEXt", format!("GPS\0{PLACE}{SCRIPT}").as_bytes()),
        ),
        (
            "PNG with a place in XMP",
            chunk(
                b"iTXt",
                format!("XML:com.adobe.xmp\0\0\0\0\0{xmp}").as_bytes(),
            ),
        ),
        (
            "PNG with a chunk of its own",
            chunk(b"gpSx", PLACE.as_bytes()),
        ),
    ] {
        cases.add(what, "a.png", bytes, Remade);
    }
    let plain = webp(&picture);
    cases.add(
        "WebP with a place in EXIF",
        "a.webp",
        webp_with_exif(&picture, tiff),
        Remade,
    );
    cases.add(
        "WebP with a place in XMP",
        "a.webp",
        webp_with_chunk(&plain, b"XMP ", xmp.as_bytes()),
        Remade,
    );
    cases.add(
        "WebP with a chunk of its own",
        "a.webp",
        webp_with_chunk(&plain, b"GPSX", PLACE.as_bytes()),
        Refused,
    );
    cases.add(
        "GIF with a place in a comment",
        "a.gif",
        with_gif_comment(&[Frame::default()], PLACE.as_bytes()),
        Remade,
    );
}

fn gray(width: u32, height: u32) -> DynamicImage {
    GrayImage::new(width, height).into()
}

/// The compressed pixels of a PNG, which are zeros mostly: a few bytes that become many.
fn zeros(width: u32, height: u32) -> Vec<u8> {
    let bytes = png(&gray(width, height));
    let mut rest = &bytes[8..];
    let mut stream = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        if behind.starts_with(b"IDAT") {
            stream.extend_from_slice(&behind[4..4 + length]);
        }
        rest = &behind[length + 8..];
    }
    stream
}

/// What takes little on its way and much when it is opened.
fn bombs(cases: &mut Cases) {
    let picture = quarters();
    for (what, width, height) in [
        ("PNG that claims 3 600 million pixels", 60_000, 60_000),
        ("PNG that claims the most there is", u32::MAX, u32::MAX),
        ("PNG too wide by one", 12_001, 1),
        ("PNG too high by one", 1, 12_001),
        ("PNG of no width", 0, 32),
    ] {
        let mut bytes = png(&picture);
        patch_png_size(&mut bytes, width, height);
        cases.add(what, "a.png", bytes, Refused);
    }
    for (what, width, height) in [
        ("JPEG that claims 4 294 million pixels", 65_535, 65_535),
        ("JPEG too wide by one", 12_001, 1),
        ("JPEG of no height", 64, 0),
    ] {
        let mut bytes = jpeg(&picture);
        patch_jpeg_size(&mut bytes, width, height);
        cases.add(what, "a.jpg", bytes, Refused);
    }
    let bomb = zeros(8_000, 8_000);
    let packed = |head: &[u8]| [head, &bomb].concat();
    cases.add(
        "PNG with a text of 64 MB, packed",
        "a.png",
        png_with_chunk(png(&picture), b"zTXt", &packed(b"a\0\0")),
        Remade,
    );
    cases.add(
        "PNG with a colour profile of 64 MB, packed",
        "a.png",
        png_with_chunk(png(&picture), b"iCCP", &packed(b"a\0\0")),
        Remade,
    );
    let mut small = png(&gray(8_000, 8_000));
    patch_png_size(&mut small, 8, 8);
    cases.add(
        "PNG with 64 MB behind its 64 pixels",
        "a.png",
        small,
        Remade,
    );
    cases.add(
        "PNG of 40 million pixels and some",
        "a.png",
        png(&gray(8_000, 5_001)),
        Refused,
    );
    let deep = DynamicImage::ImageRgba16(image::ImageBuffer::new(7_000, 5_700));
    cases.add(
        "PNG of 64 bits a pixel, 320 MB",
        "a.png",
        png(&deep),
        Refused,
    );
    cases.add(
        "GIF that claims 4 294 million pixels",
        "a.gif",
        hollow_gif(65_535, 65_535, 1),
        Refused,
    );
    cases.add(
        "GIF of 40 000 empty frames",
        "a.gif",
        hollow_gif(1_000, 1_000, 40_000),
        Refused,
    );
    cases.add(
        "GIF of 200 000 frames of a pixel",
        "a.gif",
        hollow_gif(1, 1, 200_000),
        Refused,
    );
    cases.add("GIF without a frame", "a.gif", hollow_gif(8, 8, 0), Refused);
    cases.add(
        "WebP that claims 268 million pixels",
        "a.webp",
        animated_webp(16_384, 16_384, &[[0; 4]], 10),
        Refused,
    );
    cases.add(
        "WebP that moves beyond the limit",
        "a.webp",
        animated_webp(6_000, 6_000, &[[9; 4]; 8], 10),
        Refused,
    );
}

/// Honest pictures as large as they may be, at last, since they take the most memory.
pub(super) const LARGEST: usize = 2;

fn largest(cases: &mut Cases) {
    cases.add(
        "PNG as large as it may be",
        "a.png",
        png(&gray(8_000, 5_000)),
        Remade,
    );
    cases.add(
        "JPEG as large as it may be",
        "a.jpg",
        jpeg(&RgbImage::new(8_000, 5_000).into()),
        Remade,
    );
}

/// What ends too soon, or lies about its own lengths.
fn fragments(cases: &mut Cases) {
    let picture = quarters();
    let moving = gif(&[
        Frame::default(),
        Frame {
            colour: 1,
            ..Frame::default()
        },
    ]);
    for (name, whole) in [
        ("a.png", png(&picture)),
        ("a.jpg", jpeg(&picture)),
        ("a.webp", webp(&picture)),
        ("a.gif", moving),
    ] {
        let kind = name.split_once('.').unwrap().1;
        for (part, length) in [
            ("its first half", whole.len() / 2),
            ("its first 24 bytes", 24),
        ] {
            cases.add(
                &format!("{part} of a {kind}"),
                name,
                &whole[..length],
                Refused,
            );
        }
    }
    let mut long = png(&picture);
    long[33..37].copy_from_slice(&[0xff; 4]);
    cases.add("PNG with a chunk of 4 GB", "a.png", long, Refused);
    let mut riff = webp(&picture);
    riff[16..20].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
    cases.add("WebP with a chunk of 2 GB", "a.webp", riff, Remade);
    let start = jpeg(&picture);
    let short = [&start[..2], &[0xff, 0xe1, 0, 0], &start[2..]].concat();
    cases.add("JPEG with a segment of no length", "a.jpg", short, Refused);
}

/// MP4 and WebM, which are kept as they come.
fn videos(cases: &mut Cases) {
    let head = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
    let with = |more: &[u8]| [&head[..], more].concat();
    let page = format!("<!DOCTYPE html>{SCRIPT}");
    for (what, bytes, fate) in [
        ("MP4 of a head alone", head.to_vec(), Refused),
        (
            "MP4 with a page for a second box",
            with(page.as_bytes()),
            Refused,
        ),
        (
            "MP4 with a page inside",
            with(&[b"\0\0\x10\0mdat", page.as_bytes()].concat()),
            Played,
        ),
        (
            "MP4 with a box of 4 GB",
            with(b"\xff\xff\xff\xffmdat"),
            Played,
        ),
        (
            "MP4 with a box of 9 exabytes",
            with(b"\0\0\0\x01mdat\x7f\xff\xff\xff\xff\xff\xff\xff"),
            Played,
        ),
        (
            "MP4 with a box that never ends",
            with(b"\0\0\0\0moov"),
            Played,
        ),
        (
            "MP4 with 10 000 boxes in each other",
            with(&b"\0\x01\x38\x80moov".repeat(10_000)),
            Played,
        ),
        (
            "MP4 whose brands take 4 GB",
            b"\xff\xff\xff\xf0ftypmp42\0\0\0\0mp42".to_vec(),
            Refused,
        ),
    ] {
        cases.add(what, "a.mp4", bytes, fate);
    }
    let head = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm";
    let with = |more: &[u8]| [&head[..], more].concat();
    let segment = b"\x18\x53\x80\x67";
    for (what, bytes, fate) in [
        ("WebM of a head alone", head.to_vec(), Refused),
        (
            "WebM with a page behind its head",
            with(page.as_bytes()),
            Refused,
        ),
        (
            "WebM with a segment of 72 petabytes",
            with(&[&segment[..], b"\x01\xff\xff\xff\xff\xff\xff\xfe"].concat()),
            Played,
        ),
        (
            "WebM of unknown length with a page inside",
            with(
                &[
                    &segment[..],
                    b"\x01\xff\xff\xff\xff\xff\xff\xff",
                    page.as_bytes(),
                ]
                .concat(),
            ),
            Played,
        ),
        (
            "WebM whose head takes 72 petabytes",
            b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfewebm".to_vec(),
            Refused,
        ),
    ] {
        cases.add(what, "a.webm", bytes, fate);
    }
}

/// Good pictures by bad names.
fn names(cases: &mut Cases) {
    let bytes = png(&quarters());
    let long = format!("{}.png", "x".repeat(4_000));
    for (what, name) in [
        ("a name that climbs", "../../../../etc/cron.d/a.png"),
        (
            "a name that climbs as Windows does",
            "..\\..\\windows\\a.png",
        ),
        ("an absolute name", "/etc/passwd"),
        ("a name of a drive", "C:\\a.png"),
        ("a name with tags", "<img src=x onerror=alert(1)>.png"),
        ("a name that reads backwards", "a\u{202e}gnp.exe"),
        ("a name with zero width", "a\u{200b}\u{feff}.png"),
        ("a name with a bell", "a\u{7}.png"),
        ("a name that ends an attribute", "a' onload='alert(1).png"),
        ("a name of a device", "CON.png"),
        ("a hidden name", ".htaccess"),
        ("a name of HTML", "a.png.html"),
        ("a name of percent signs", "%2e%2e%2f%00.png"),
        ("a name that is a formula", "=cmd|' /C calc'!A0.png"),
        ("a name of 4 000 letters", &long),
        ("no name at all", ""),
    ] {
        // Not even a name of a file, and what no header may have.
        let fate = if name.is_empty() || name.contains('\u{7}') {
            Refused
        } else {
            Remade
        };
        cases.add(what, name, bytes.clone(), fate);
    }
}
