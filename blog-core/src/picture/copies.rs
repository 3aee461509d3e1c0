//! Smaller copies of a picture.

use image::DynamicImage;
use image::imageops::FilterType;

use super::still::encode;
use super::{PictureError, SmallerCopy, SniffedType};
use crate::model::widths::Widths;

/// Quality of JPEG copies, of 100. Screens that show them have so many pixels
/// to the inch that less is seen of each.
const JPEG_QUALITY: u8 = 80;

/// The copies of a picture that takes `length` bytes. None is nearly as wide as
/// the picture, and none is kept that does not save a tenth of the next larger:
/// the copies of drawings, which are encoded without loss, may be longer than
/// the drawing.
pub(super) fn of(
    mut image: DynamicImage,
    kind: SniffedType,
    length: usize,
) -> Result<Vec<SmallerCopy>, PictureError> {
    let (full_width, full_height) = (u64::from(image.width()), u64::from(image.height()));
    let mut copies = Vec::new();
    let mut next_larger = length;
    let weights = image.color().has_alpha();
    if weights {
        // The colour of what is not seen must not bleed into what is.
        by_alpha(&mut image, |colour, alpha| colour * alpha / 255);
    }
    // Each is made from the next larger, which is nearly as good as the picture itself and far less work.
    for width in Widths::LADDER.into_iter().rev() {
        if u64::from(width) * 10 > full_width * 9 {
            continue;
        }
        let height = (full_height * u64::from(width) + full_width / 2) / full_width;
        // A copy is not higher than its picture, so this fits.
        image = shrink(&image, width, height.max(1) as u32);
        let bytes = if weights {
            let mut plain = image.clone();
            by_alpha(&mut plain, |colour, alpha| match alpha {
                0 => 0,
                alpha => (colour * 255 / alpha).min(255),
            });
            encode(&plain, kind, JPEG_QUALITY)?
        } else {
            encode(&image, kind, JPEG_QUALITY)?
        };
        if bytes.len() * 10 <= next_larger * 9 {
            next_larger = bytes.len();
            copies.push(SmallerCopy { bytes, width });
        }
    }
    copies.reverse();
    Ok(copies)
}

/// Averages first, which takes little time and memory, as long as enough pixels
/// are left for the filter that makes edges smooth.
fn shrink(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let sharp = |image: &DynamicImage| image.resize_exact(width, height, FilterType::CatmullRom);
    match image.width() > 2 * width {
        true => {
            let height = (2 * height).min(image.height());
            sharp(&image.thumbnail_exact(2 * width, height))
        }
        false => sharp(image),
    }
}

/// Changes every colour by the alpha of its pixel, both of 255.
fn by_alpha(image: &mut DynamicImage, change: impl Fn(u32, u32) -> u32) {
    let (pixels, channels): (&mut [u8], _) = match image {
        DynamicImage::ImageRgba8(image) => (image, 4),
        DynamicImage::ImageLumaA8(image) => (image, 2),
        _ => return,
    };
    for pixel in pixels.chunks_exact_mut(channels) {
        let Some((alpha, colours)) = pixel.split_last_mut() else {
            continue;
        };
        for colour in colours {
            // At most 255, so it fits.
            *colour = change((*colour).into(), (*alpha).into()) as u8;
        }
    }
}
