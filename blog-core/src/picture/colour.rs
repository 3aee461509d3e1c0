//! The colours of a picture with a profile, as those of sRGB.

use std::sync::Arc;

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

/// The longest profile that is read, in bytes. Those of cameras and screens
/// have a few thousand.
const MAX_PROFILE_BYTES: usize = 4 * 1024 * 1024;

/// How far a colour may move without anybody seeing it, of 255.
const UNSEEN: u8 = 2;

/// Turns the colours of the profile's space into those of sRGB. A picture stays
/// as it is where the profile cannot be read, is not one for its kind of pixels
/// (grey, or for print), or is all but that of sRGB.
pub(super) fn to_srgb(image: &mut DynamicImage, profile: &[u8]) {
    let width = image.width() as usize;
    let (pixels, layout): (&mut [u8], _) = match image {
        DynamicImage::ImageRgb8(image) => (image, Layout::Rgb),
        DynamicImage::ImageRgba8(image) => (image, Layout::Rgba),
        _ => return,
    };
    let Some(transform) = transform(profile, layout) else {
        return;
    };
    let mut line = vec![0; width * layout.channels()];
    for pixels in pixels.chunks_exact_mut(line.len()) {
        line.copy_from_slice(pixels);
        // Both have the length that the transform asks for.
        let _ = transform.transform(&line, pixels);
    }
}

type Transform = Arc<dyn TransformExecutor<u8> + Send + Sync>;

fn transform(profile: &[u8], layout: Layout) -> Option<Transform> {
    if profile.len() > MAX_PROFILE_BYTES {
        return None;
    }
    let from = ColorProfile::new_from_slice(profile).ok()?;
    if from.color_space != DataColorSpace::Rgb {
        return None;
    }
    let to = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = from
        .create_transform_8bit(layout, &to, layout, options)
        .ok()?;
    changes_colours(&*transform, layout).then_some(transform)
}

/// Tries the transform on colours from the whole space.
fn changes_colours(transform: &dyn TransformExecutor<u8>, layout: Layout) -> bool {
    let steps = || (0..=u8::MAX).step_by(15);
    let mut before = Vec::new();
    for red in steps() {
        for green in steps() {
            for blue in steps() {
                before.extend([red, green, blue, u8::MAX].iter().take(layout.channels()));
            }
        }
    }
    let mut after = vec![0; before.len()];
    if transform.transform(&before, &mut after).is_err() {
        return false;
    }
    let mut pairs = before.iter().zip(&after);
    pairs.any(|(before, after)| before.abs_diff(*after) > UNSEEN)
}
