//! Smaller copies of pictures, and the colours of pictures with a profile.

use std::io::Cursor;

use blog_core::model::widths::Widths;
use blog_core::picture::{Picture, SniffedType, reencode, sniff};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, GenericImageView as _, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;
use proptest::prelude::*;

/// Fine structure, as a photograph has it.
fn photo(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)) >> 27;
        Rgb([
            (x * 255 / width) as u8,
            (y * 255 / height) as u8,
            noise as u8 * 4,
        ])
    })
    .into()
}

fn file(
    image: &DynamicImage,
    encoder: impl FnOnce(&mut Vec<u8>) -> image::ImageResult<()>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder(&mut bytes).expect("it can be encoded");
    assert!(image.width() > 0 && !bytes.is_empty());
    bytes
}

fn jpeg(image: &DynamicImage, profile: Option<Vec<u8>>) -> Vec<u8> {
    file(image, |bytes| {
        let mut encoder = JpegEncoder::new_with_quality(bytes, 95);
        if let Some(profile) = profile {
            encoder
                .set_icc_profile(profile)
                .expect("JPEG holds profiles");
        }
        image.write_with_encoder(encoder)
    })
}

fn png(image: &DynamicImage, profile: Option<Vec<u8>>) -> Vec<u8> {
    file(image, |bytes| {
        let mut encoder = PngEncoder::new(Cursor::new(bytes));
        if let Some(profile) = profile {
            encoder
                .set_icc_profile(profile)
                .expect("PNG holds profiles");
        }
        image.write_with_encoder(encoder)
    })
}

fn made(bytes: &[u8]) -> Picture {
    let picture = reencode(bytes).expect("the picture is sound");
    let mut larger = picture.bytes.len();
    for copy in picture.copies.iter().rev() {
        assert_eq!(sniff(&copy.bytes), Some(picture.kind));
        assert!(
            copy.bytes.len() * 10 <= larger * 9,
            "{} saves little",
            copy.width
        );
        larger = copy.bytes.len();
        let image = image::load_from_memory(&copy.bytes).expect("a picture");
        let height = u64::from(picture.height) * u64::from(copy.width);
        let height = (height as f64 / f64::from(picture.width)).round().max(1.0);
        assert_eq!(image.dimensions(), (copy.width, height as u32));
    }
    picture
}

fn widths(picture: &Picture) -> Vec<u32> {
    picture.copies.iter().map(|copy| copy.width).collect()
}

#[test]
fn a_photograph_gets_a_copy_of_every_width_below_its_own() {
    let picture = made(&jpeg(&photo(3000, 1000), None));
    assert_eq!(picture.kind, SniffedType::Jpeg);
    assert_eq!(widths(&picture), Widths::LADDER);
    // The copies show what the picture shows.
    let whole = image::load_from_memory(&picture.bytes).unwrap();
    for copy in &picture.copies {
        let image = image::load_from_memory(&copy.bytes).unwrap();
        for (x, y) in [(0.1, 0.2), (0.5, 0.5), (0.9, 0.7)] {
            let at = |image: &DynamicImage| {
                let (x, y) = (f64::from(image.width()) * x, f64::from(image.height()) * y);
                image.get_pixel(x as u32, y as u32).0
            };
            let (small, large) = (at(&image), at(&whole));
            for channel in 0..2 {
                let apart = small[channel].abs_diff(large[channel]);
                assert!(
                    apart < 24,
                    "{} at {x}, {y}: {small:?} {large:?}",
                    copy.width
                );
            }
        }
    }
}

#[test]
fn no_copy_is_larger_or_nearly_as_large_as_its_picture() {
    for (width, expected) in [
        (1, vec![]),
        (480, vec![]),
        (533, vec![]),
        (534, vec![480]),
        (1_000, vec![480]),
        (1_100, vec![480, 960]),
    ] {
        let picture = made(&jpeg(&photo(width, 300), None));
        assert_eq!(widths(&picture), expected, "of a picture {width} wide");
    }
    // As high as a picture may be; a copy is at least one pixel high.
    assert_eq!(widths(&made(&jpeg(&photo(300, 12_000), None))), [0; 0]);
    made(&jpeg(&photo(12_000, 1), None));
}

#[test]
fn a_drawing_has_only_copies_that_save_something() {
    // Dots of black and white: made smaller they are greys, which take more room.
    let dots = RgbImage::from_fn(2_000, 1_000, |x, y| {
        let noise = x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519);
        Rgb([if noise.wrapping_mul(noise | 1) >> 31 == 0 {
            0
        } else {
            255
        }; 3])
    });
    let picture = made(&png(&dots.into(), None));
    assert_eq!(picture.kind, SniffedType::Png);
    assert!(picture.copies.len() < 3, "{:?}", widths(&picture));
    let picture = made(&png(&photo(2_000, 1_000), None));
    assert!(widths(&picture).starts_with(&[480, 960]));
}

#[test]
fn pictures_that_move_have_no_copies() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    let frame = image::Frame::new(photo(1_200, 40).to_rgba8());
    encoder.encode_frames([frame.clone(), frame]).unwrap();
    drop(encoder);
    assert_eq!(widths(&made(&bytes)), [0; 0]);
}

#[test]
fn what_nobody_sees_does_not_bleed_into_what_everybody_sees() {
    // Red where it is seen; green, and quite transparent, where it is not.
    let drawing = RgbaImage::from_fn(1_500, 900, |x, y| match (x / 7 + y / 5) % 2 {
        0 => Rgba([220, 0, 0, 255]),
        _ => Rgba([0, 255, 0, 0]),
    });
    for bytes in [png(&drawing.clone().into(), None), {
        let mut bytes = Vec::new();
        let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
        drawing.write_with_encoder(encoder).unwrap();
        bytes
    }] {
        let picture = reencode(&bytes).unwrap();
        for copy in &picture.copies {
            let image = image::load_from_memory(&copy.bytes).unwrap().to_rgba8();
            for pixel in image.pixels().filter(|pixel| pixel.0[3] > 8) {
                assert!(pixel.0[1] < 8, "{} wide: {pixel:?}", copy.width);
            }
        }
    }
}

fn display_p3() -> Vec<u8> {
    ColorProfile::new_display_p3().encode().expect("a profile")
}

/// The colour of a picture of one.
fn colour(bytes: &[u8]) -> [u8; 3] {
    let picture = reencode(bytes).expect("the picture is sound");
    assert!(
        !picture.bytes.windows(4).any(|part| part == b"acsp"),
        "the profile is left"
    );
    let image = image::load_from_memory(&picture.bytes)
        .expect("a picture")
        .to_rgb8();
    image.get_pixel(4, 4).0
}

fn of_one_colour(colour: [u8; 3]) -> DynamicImage {
    RgbImage::from_pixel(16, 16, Rgb(colour)).into()
}

#[test]
fn the_colours_of_a_phone_become_those_of_srgb() {
    // By the primaries of Display P3 (SMPTE EG 432-1) and of sRGB (IEC 61966-2-1).
    let expected = [138, 59, 62];
    let image = of_one_colour([128, 64, 64]);
    let deep = DynamicImage::from(image.to_rgb16());
    let clear = DynamicImage::from(image.to_rgba8());
    for (name, bytes, near) in [
        ("png", png(&image, Some(display_p3())), 1),
        ("deep png", png(&deep, Some(display_p3())), 1),
        ("png with alpha", png(&clear, Some(display_p3())), 1),
        ("jpeg", jpeg(&image, Some(display_p3())), 3),
    ] {
        let found = colour(&bytes);
        let apart = found.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max();
        assert!(apart <= Some(near), "{name}: {found:?}");
    }
    // Greys are the same in both.
    assert_eq!(
        colour(&png(&of_one_colour([90; 3]), Some(display_p3()))),
        [90; 3]
    );
}

#[test]
fn colours_that_are_srgb_already_do_not_move() {
    let srgb = ColorProfile::new_srgb().encode().unwrap();
    for profile in [None, Some(srgb)] {
        for colour_of in [[128, 64, 64], [1, 2, 3], [255, 0, 254]] {
            let bytes = png(&of_one_colour(colour_of), profile.clone());
            assert_eq!(colour(&bytes), colour_of);
        }
    }
}

#[test]
fn a_profile_for_other_pixels_is_left_out() {
    let grey = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let image = of_one_colour([128, 64, 64]);
    assert_eq!(colour(&png(&image, Some(grey))), [128, 64, 64]);
    let grey = DynamicImage::from(image.to_luma8());
    let expected = image.to_luma8().get_pixel(4, 4).0[0];
    assert_eq!(colour(&png(&grey, Some(display_p3()))), [expected; 3]);
    for nonsense in [vec![0; 1], vec![b'x'; 5_000], display_p3()[..200].to_vec()] {
        assert_eq!(colour(&png(&image, Some(nonsense))), [128, 64, 64]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a profile says, the picture is made.
    #[test]
    fn damaged_profiles_never_stop_a_picture(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
        cut in prop::bool::weighted(0.2),
    ) {
        let mut profile = display_p3();
        for (at, byte) in edits {
            let at = at.index(profile.len());
            profile[at] = byte;
        }
        if cut {
            profile.truncate(end.index(profile.len()) + 1);
        }
        reencode(&png(&of_one_colour([128, 64, 64]), Some(profile))).unwrap();
    }
}
