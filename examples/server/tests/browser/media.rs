//! Files to upload.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder as _, Rgb, RgbImage};

/// What a camera wrote into [`photo`]; no byte of it may be left in what readers get.
pub(crate) const CAMERA: &[u8] = b"N 41 0 49.6 E 28 58 42.2";

/// 160 × 90 in the file, lying on its side: 90 × 160 when shown.
pub(crate) fn photo(folder: &Path) -> PathBuf {
    let picture = RgbImage::from_fn(160, 90, |x, y| match (x / 20 + y / 18) % 2 {
        0 => Rgb([222, 130, 60]),
        _ => Rgb([30, 80, 140]),
    });
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(Cursor::new(&mut bytes), 90);
    encoder.set_exif_metadata(exif()).expect("JPEG holds EXIF");
    encoder
        .write_image(picture.as_raw(), 160, 90, image::ExtendedColorType::Rgb8)
        .expect("a JPEG");
    assert!(has(&bytes, CAMERA), "the camera's words are in the file");
    keep(folder, "photo.jpg", &bytes)
}

/// A square picture.
pub(crate) fn portrait(folder: &Path) -> PathBuf {
    let face = RgbImage::from_fn(96, 96, |x, y| {
        let (dx, dy) = (x.abs_diff(48), y.abs_diff(48));
        if dx * dx + dy * dy < 900 {
            Rgb([250, 220, 120])
        } else {
            Rgb([70, 60, 110])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(face)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a PNG");
    keep(folder, "me.png", bytes.get_ref())
}

/// 900 × 300, dark, with a light disc at its right end.
pub(crate) fn lamp(folder: &Path) -> PathBuf {
    let picture = RgbImage::from_fn(900, 300, |x, y| {
        let (dx, dy) = (x.abs_diff(800), y.abs_diff(150));
        if dx * dx + dy * dy < 4_900 {
            Rgb([255, 232, 190])
        } else {
            Rgb([18, 30, 58])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("a PNG");
    keep(folder, "lamp at night.png", bytes.get_ref())
}

/// Less than a second of 64 × 36 WebM.
pub(crate) const CLIP: &[u8] = include_bytes!("clip.webm");

/// The clip as a file.
pub(crate) fn clip(folder: &Path) -> PathBuf {
    keep(folder, "clip.webm", CLIP)
}

/// Whether `bytes` contain `part`.
pub(crate) fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn keep(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("the folder takes a file");
    path
}

/// A TIFF directory of two entries: turned by a quarter (tag 0x0112, value 6), and a description (tag 0x010E).
fn exif() -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    let text_at: u32 = 8 + 2 + 2 * 12 + 4;
    let mut entry = |tag: u16, kind: u16, count: u32, value: u32| {
        tiff.extend(tag.to_le_bytes());
        tiff.extend(kind.to_le_bytes());
        tiff.extend(count.to_le_bytes());
        tiff.extend(value.to_le_bytes());
    };
    entry(0x010E, 2, CAMERA.len() as u32 + 1, text_at);
    entry(0x0112, 3, 1, 6);
    tiff.extend([0; 4]);
    tiff.extend(CAMERA);
    tiff.push(0);
    tiff
}
