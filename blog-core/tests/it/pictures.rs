//! Uploaded pictures: real files of every kind, whole, broken and hostile.

mod build;

use blog_core::picture::{
    MAX_PIXELS, MAX_SIDE, Picture, PictureError, SniffedType, reencode, sniff,
};
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView as _, ImageDecoder as _, Rgb, RgbImage, Rgba};
use proptest::prelude::*;

use build::{
    Frame, animated_webp, exif, gif, jpeg, jpeg_with_segment, patch_jpeg_size, png, png_with_exif,
    quarters, webp, webp_with_exif, with_gif_comment,
};

/// A word that must not be found in any output.
const MARKER: &str = "SECRET-PLACE-52.52N";

const HTML: &[u8] = b"<html><script>alert('SECRET-PLACE-52.52N')</script></html>";

fn clean(bytes: &[u8]) -> Picture {
    let picture = reencode(bytes).expect("the picture is sound");
    assert_eq!(sniff(&picture.bytes), Some(picture.kind));
    let image = decoded(&picture);
    assert_eq!((picture.width, picture.height), image.dimensions());
    for (name, needle) in [
        ("Exif", "Exif"),
        ("EXIF", "EXIF"),
        ("marker", MARKER),
        ("script", "<script"),
    ] {
        assert!(
            !contains(&picture.bytes, needle.as_bytes()),
            "{name} is left"
        );
    }
    picture
}

fn decoded(picture: &Picture) -> DynamicImage {
    image::load_from_memory(&picture.bytes).expect("what we encode can be decoded")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// The colours near the corners, clockwise from the top left.
fn corners(image: &DynamicImage) -> [Rgb<u8>; 4] {
    let (right, bottom) = (image.width() - 4, image.height() - 4);
    [(3, 3), (right, 3), (right, bottom), (3, bottom)].map(|(x, y)| {
        let Rgba([red, green, blue, _]) = image.get_pixel(x, y);
        // JPEG is not exact.
        Rgb([red, green, blue].map(|value| if value > 127 { 255 } else { 0 }))
    })
}

#[test]
fn types_are_told_by_magic_bytes() {
    let mut webm = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm".to_vec();
    webm.extend_from_slice(b"\x42\x87\x81\x02\x42\x85\x81\x02");
    let webm_head = webm.clone();
    webm.extend_from_slice(b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff");
    webm.resize(64, 0);
    let mut empty_webm = webm_head.clone();
    empty_webm.resize(64, 0);
    let mp4_with = |brand: &[u8], second: &[u8]| {
        let mut head = b"\0\0\0\x20ftyp".to_vec();
        head.extend_from_slice(brand);
        head.resize(32, 0);
        head.extend_from_slice(b"\0\0\0\x08");
        head.extend_from_slice(second);
        head.resize(64, 0);
        head
    };
    let mp4 = |brand: &[u8]| mp4_with(brand, b"moov");
    let cases: Vec<(Vec<u8>, Option<SniffedType>)> = vec![
        (png(&quarters()), Some(SniffedType::Png)),
        (jpeg(&quarters()), Some(SniffedType::Jpeg)),
        (webp(&quarters()), Some(SniffedType::Webp)),
        (gif(&[Frame::default()]), Some(SniffedType::Gif)),
        (webm, Some(SniffedType::Webm)),
        (mp4(b"isom"), Some(SniffedType::Mp4)),
        (mp4(b"mp42"), Some(SniffedType::Mp4)),
        (mp4(b"iso6"), Some(SniffedType::Mp4)),
        (mp4(b"M4V "), Some(SniffedType::Mp4)),
        (mp4_with(b"isom", b"mdat"), Some(SniffedType::Mp4)),
        // Heads with no film behind them.
        (webm_head, None),
        (empty_webm, None),
        (mp4_with(b"isom", b"ftyp"), None),
        (mp4_with(b"isom", b"\0\0\0\0"), None),
        (mp4(b"isom")[..32].to_vec(), None),
        (mp4(b"isom")[..39].to_vec(), None),
        (b"\0\0\0\x18ftypisom\0\0\x02\0isommp42".to_vec(), None),
        (b"\0\0\0\x08ftypisommoov\0\0\0\0".to_vec(), None),
        (b"\xff\xff\xff\xfcftypisom\0\0\x02\0moov".to_vec(), None),
        (mp4(b"qt  "), None),
        (mp4(b"heic"), None),
        (mp4(b"avif"), None),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
            None,
        ),
        (b"<?xml version=\"1.0\"?><svg/>".to_vec(), None),
        (b"<!DOCTYPE html><html>".to_vec(), None),
        (b"%PDF-1.7".to_vec(), None),
        (b"PK\x03\x04".to_vec(), None),
        (b"MZ".to_vec(), None),
        (b"RIFF\0\0\0\0WAVEfmt ".to_vec(), None),
        (b"GIF90a".to_vec(), None),
        (b"\x89PNG".to_vec(), None),
        (b"BM\0\0".to_vec(), None),
        (vec![], None),
        (vec![0; 64], None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(
            sniff(&bytes),
            expected,
            "{:?}",
            &bytes[..bytes.len().min(16)]
        );
        assert_eq!(
            sniff(&bytes[..bytes.len().min(64)]),
            expected,
            "from 64 bytes"
        );
        if expected.is_none_or(|kind| !kind.is_image()) {
            assert!(matches!(
                reencode(&bytes),
                Err(PictureError::UnsupportedType)
            ));
        }
    }
}

#[test]
fn types_have_names() {
    for (kind, content_type, extension, is_image) in [
        (SniffedType::Png, "image/png", "png", true),
        (SniffedType::Jpeg, "image/jpeg", "jpg", true),
        (SniffedType::Webp, "image/webp", "webp", true),
        (SniffedType::Gif, "image/gif", "gif", true),
        (SniffedType::Mp4, "video/mp4", "mp4", false),
        (SniffedType::Webm, "video/webm", "webm", false),
    ] {
        assert_eq!(kind.content_type(), content_type);
        assert_eq!(kind.extension(), extension);
        assert_eq!(kind.is_image(), is_image);
    }
}

/// EXIF 2.32, tag 0x0112: where row 0 and column 0 of the stored picture are
/// to be seen.
#[test]
fn photographs_are_turned_upright_and_lose_their_place() {
    #[derive(Clone, Copy, PartialEq)]
    enum Side {
        Top,
        Right,
        Bottom,
        Left,
    }
    use Side::{Bottom, Left, Right, Top};
    let opposite = |side| match side {
        Top => Bottom,
        Right => Left,
        Bottom => Top,
        Left => Right,
    };
    // Which corner of the upright picture lies on both sides, clockwise.
    let corner = |one: Side, other: Side| {
        let on = |side| one == side || other == side;
        match (on(Top), on(Left)) {
            (true, true) => 0,
            (true, false) => 1,
            (false, false) => 2,
            (false, true) => 3,
        }
    };
    let stored = quarters();
    let colours = corners(&stored);
    for (orientation, row, column) in [
        (1, Top, Left),
        (2, Top, Right),
        (3, Bottom, Right),
        (4, Bottom, Left),
        (5, Left, Top),
        (6, Right, Top),
        (7, Right, Bottom),
        (8, Left, Bottom),
    ] {
        let mut expected = colours;
        expected[corner(row, column)] = colours[0];
        expected[corner(row, opposite(column))] = colours[1];
        expected[corner(opposite(row), opposite(column))] = colours[2];
        expected[corner(opposite(row), column)] = colours[3];

        let exif = exif(orientation, MARKER);
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend_from_slice(&exif);
        for (bytes, name) in [
            (jpeg_with_segment(&stored, 0xe1, &segment), "JPEG"),
            (png_with_exif(&stored, exif.clone()), "PNG"),
            (webp_with_exif(&stored, exif.clone()), "WebP"),
        ] {
            assert!(
                contains(&bytes, MARKER.as_bytes()),
                "the test's file has a place"
            );
            let picture = clean(&bytes);
            let image = decoded(&picture);
            assert_eq!(
                corners(&image),
                expected,
                "{name}, orientation {orientation}"
            );
            let is_turned = matches!(row, Left | Right);
            let size = if is_turned { (32, 64) } else { (64, 32) };
            assert_eq!(
                (picture.width, picture.height),
                size,
                "{name}, {orientation}"
            );
        }
    }
}

#[test]
fn exif_that_nobody_can_read_is_no_obstacle() {
    for exif in [
        &b"Exif\0\0"[..],
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"http://ns.adobe.com/xap/1.0/\0<x/>",
    ] {
        let picture = clean(&jpeg_with_segment(&quarters(), 0xe1, exif));
        assert_eq!(corners(&decoded(&picture)), corners(&quarters()));
    }
}

#[test]
fn nothing_but_pixels_comes_through() {
    let marker = MARKER.as_bytes();
    let mut files = vec![
        ("comment", jpeg_with_segment(&quarters(), 0xfe, marker)),
        ("photoshop", jpeg_with_segment(&quarters(), 0xed, marker)),
        (
            "profile",
            jpeg_with_segment(
                &quarters(),
                0xe2,
                &[b"ICC_PROFILE\0\x01\x01", marker].concat(),
            ),
        ),
        ("gif comment", with_gif_comment(&[Frame::default()], marker)),
    ];
    for (name, whole) in [
        ("jpeg, then html", jpeg(&quarters())),
        ("png, then html", png(&quarters())),
        ("webp, then html", webp(&quarters())),
        ("gif, then html", gif(&[Frame::default()])),
    ] {
        files.push((name, [&whole, HTML].concat()));
    }
    for (name, bytes) in files {
        assert!(contains(&bytes, marker), "{name}");
        clean(&bytes);
    }
}

#[test]
fn photographs_stay_photographs() {
    let photo = DynamicImage::from(RgbImage::from_fn(200, 150, |x, y| {
        Rgb([(x % 256) as u8, (y % 256) as u8, ((x + y) / 2 % 256) as u8])
    }));
    let picture = clean(&jpeg(&photo));
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (SniffedType::Jpeg, 200, 150)
    );
    let difference: u64 = decoded(&picture)
        .to_rgb8()
        .iter()
        .zip(photo.to_rgb8().iter())
        .map(|(one, other)| u64::from(one.abs_diff(*other)))
        .sum();
    assert!(difference / (200 * 150 * 3) < 3, "{difference}");

    let grey = clean(&jpeg(&photo.to_luma8().into()));
    assert_eq!(decoded(&grey).color(), image::ColorType::L8);
}

#[test]
fn drawings_keep_every_pixel_and_their_transparency() {
    let drawing = DynamicImage::from(image::RgbaImage::from_fn(60, 40, |x, y| {
        Rgba([
            (x * 4) as u8,
            (y * 6) as u8,
            7,
            if x < 30 { 255 } else { (y * 6) as u8 },
        ])
    }));
    let opaque = DynamicImage::from(drawing.to_rgb8());
    for (bytes, original) in [
        (png(&drawing), &drawing),
        (png(&opaque), &opaque),
        (webp(&drawing), &drawing),
        (webp(&opaque), &opaque),
    ] {
        let picture = clean(&bytes);
        assert!(matches!(picture.kind, SniffedType::Png | SniffedType::Webp));
        assert_eq!(decoded(&picture).to_rgba8(), original.to_rgba8());
    }
    let deep = DynamicImage::from(drawing.to_rgba16());
    assert_eq!(
        decoded(&clean(&png(&deep))).color(),
        image::ColorType::Rgba8
    );
    let deep = DynamicImage::from(drawing.to_luma16());
    assert_eq!(decoded(&clean(&png(&deep))).color(), image::ColorType::L8);
}

#[test]
fn lossy_webp_becomes_jpeg() {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
        .expect("base64");
    let picture = clean(&bytes);
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (SniffedType::Jpeg, 1, 1)
    );
}

#[test]
fn animations_keep_their_frames() {
    let frames = [
        Frame {
            delay: 10,
            ..Frame::default()
        },
        Frame {
            left: 3,
            top: 2,
            width: 5,
            height: 4,
            colour: 1,
            delay: 25,
            ..Frame::default()
        },
        Frame {
            colour: 2,
            delay: 7,
            has_own_palette: true,
            ..Frame::default()
        },
    ];
    let bytes = with_gif_comment(&frames, MARKER.as_bytes());
    let picture = clean(&bytes);
    assert_eq!(picture.kind, SniffedType::Gif);
    assert_eq!((picture.width, picture.height), (16, 12));
    assert_eq!(build::gif_frames(&picture.bytes), build::gif_frames(&bytes));
    assert_eq!(build::gif_frames(&bytes).1.len(), 3);
}

#[test]
fn an_animated_webp_becomes_an_animated_gif() {
    let colours = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 0]];
    let picture = clean(&animated_webp(8, 6, &colours, 120));
    assert_eq!(
        (picture.kind, picture.width, picture.height),
        (SniffedType::Gif, 8, 6)
    );
    let (repeat, frames) = build::gif_frames(&picture.bytes);
    assert_eq!(repeat, gif::Repeat::Infinite);
    assert_eq!(
        frames.iter().map(|frame| frame.delay).collect::<Vec<_>>(),
        [12, 12, 12]
    );
}

#[test]
fn files_that_are_cut_off_are_damaged() {
    let photo = DynamicImage::from(RgbImage::from_fn(120, 90, |x, y| {
        Rgb([(x * 2) as u8, (y * 2) as u8, 9])
    }));
    for (name, bytes) in [
        ("jpeg", jpeg(&photo)),
        ("png", png(&photo)),
        ("webp", webp(&photo)),
        ("gif", gif(&[Frame::default(), Frame::default()])),
        (
            "animated webp",
            animated_webp(8, 6, &[[1, 2, 3, 255]; 3], 50),
        ),
    ] {
        for percent in [20, 40, 60, 80, 95] {
            let cut = &bytes[..bytes.len() * percent / 100];
            let result = reencode(cut);
            assert!(
                matches!(result, Err(PictureError::Damaged(_))),
                "{name} {percent} {result:?}"
            );
        }
    }
}

#[test]
fn headers_that_claim_too_much_are_refused_before_decoding() {
    let huge = 60_000;
    let mut png_bytes = png(&quarters());
    build::patch_png_size(&mut png_bytes, huge, huge);
    let mut jpeg_bytes = jpeg(&quarters());
    patch_jpeg_size(&mut jpeg_bytes, huge as u16, huge as u16);
    let mut gif_bytes = gif(&[Frame::default()]);
    gif_bytes[6..10].copy_from_slice(&[0x60, 0xea, 0x60, 0xea]);
    for (name, bytes) in [("png", png_bytes), ("jpeg", jpeg_bytes), ("gif", gif_bytes)] {
        let result = reencode(&bytes);
        assert!(
            matches!(
                result,
                Err(PictureError::SideTooLong {
                    width: 60_000,
                    height: 60_000,
                    max: MAX_SIDE
                })
            ),
            "{name}: {result:?}"
        );
    }
    let result = reencode(&animated_webp(60_000, 60_000, &[[0; 4]], 1));
    assert!(
        matches!(result, Err(PictureError::SideTooLong { .. })),
        "{result:?}"
    );

    for (width, height, is_side) in [
        (12_001, 1, true),
        (1, 12_001, true),
        (8_000, 5_001, false),
        (12_000, 12_000, false),
    ] {
        let mut bytes = png(&quarters());
        build::patch_png_size(&mut bytes, width, height);
        match reencode(&bytes) {
            Err(PictureError::SideTooLong { .. }) => assert!(is_side),
            Err(PictureError::TooManyPixels {
                pixels,
                max: MAX_PIXELS,
            }) => {
                assert!(!is_side);
                assert_eq!(pixels, u64::from(width) * u64::from(height));
            }
            other => panic!("{width} x {height}: {other:?}"),
        }
    }
}

#[test]
fn pictures_at_the_limit_are_taken() {
    let long = DynamicImage::new_luma8(MAX_SIDE, 2);
    assert_eq!(clean(&png(&long)).width, MAX_SIDE);
    assert_eq!(clean(&jpeg(&long)).width, MAX_SIDE);
}

#[test]
fn animations_that_claim_too_much_are_refused_before_decoding() {
    // Frames of 12 000 x 3 000 whose pixels are missing: 5 claim 180 million.
    let result = reencode(&build::hollow_gif(12_000, 3_000, 5));
    assert!(
        matches!(
            result,
            Err(PictureError::TooManyPixels {
                pixels: 180_000_000,
                ..
            })
        ),
        "{result:?}"
    );
    let result = reencode(&build::hollow_gif(1, 1, 10_001));
    assert!(
        matches!(result, Err(PictureError::TooManyFrames { .. })),
        "{result:?}"
    );
    let result = reencode(&animated_webp(6_000, 6_000, &[[0; 4]; 5], 1));
    assert!(
        matches!(result, Err(PictureError::TooManyPixels { .. })),
        "{result:?}"
    );
}

#[test]
fn a_progressive_jpeg_of_thousands_of_scans_is_refused() {
    let mut bytes = jpeg(&quarters());
    bytes.truncate(bytes.len() - 2);
    bytes.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0".repeat(2_000));
    bytes.extend(b"\xff\xd9");
    let result = reencode(&bytes);
    assert!(
        matches!(result, Err(PictureError::TooManyScans { max: 100 })),
        "{result:?}"
    );
}

#[test]
fn a_gif_without_frames_or_palette_is_damaged() {
    let without_frames = gif(&[]);
    let mut without_palette = gif(&[Frame::default()]);
    without_palette[10] &= 0x7f;
    without_palette.drain(13..13 + 12);
    for bytes in [without_frames, without_palette] {
        let result = reencode(&bytes);
        assert!(
            matches!(result, Err(PictureError::Damaged(_))),
            "{result:?}"
        );
    }
}

#[test]
fn orientations_of_the_test_are_those_of_the_standard() {
    for orientation in 1..=8 {
        let bytes = png_with_exif(&quarters(), exif(orientation, MARKER));
        let mut decoder =
            image::codecs::png::PngDecoder::new(std::io::Cursor::new(bytes)).expect("a PNG");
        let read = decoder.orientation().expect("an orientation");
        assert_eq!(
            Some(read),
            Orientation::from_exif(u8::try_from(orientation).expect("small"))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever is broken in a file, the answer is an error or a sound picture.
    #[test]
    fn broken_files_never_panic(
        file in 0_usize..5,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = match file {
            0 => jpeg(&quarters()),
            1 => png(&quarters()),
            2 => webp(&quarters()),
            3 => gif(&[Frame::default(), Frame::default()]),
            _ => animated_webp(8, 6, &[[1, 2, 3, 255], [4, 5, 6, 128]], 50),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = reencode(&bytes) {
            prop_assert_eq!(decoded(&picture).dimensions(), (picture.width, picture.height));
        }
    }
}
