//! Pictures that do not move.

use std::io::{Cursor, Error as IoError, ErrorKind};

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::{
    MAX_DECODER_BYTES, MAX_PIXELS, MAX_SIDE, Picture, PictureError, SmallerCopy, SniffedType,
    colour, copies, header,
};

/// Quality of JPEG output, of 100; the eye sees no loss in photographs.
const JPEG_QUALITY: u8 = 85;

/// The most scans of a progressive JPEG; encoders make about 10. Thousands of
/// empty ones fit in a small file, and each costs a pass over all pixels.
const MAX_SCANS: usize = 100;

pub(super) fn png(bytes: &[u8]) -> Result<Picture, PictureError> {
    let image = decode_png(bytes)?;
    let bytes = encode_png(&image)?;
    picture(image, bytes, SniffedType::Png)
}

pub(super) fn jpeg(bytes: &[u8]) -> Result<Picture, PictureError> {
    let image = decode_jpeg(bytes)?;
    let bytes = encode_jpeg(&image, JPEG_QUALITY)?;
    picture(image, bytes, SniffedType::Jpeg)
}

/// The smaller copies of a picture of this type that this module encoded.
pub(super) fn smaller(bytes: &[u8], kind: SniffedType) -> Result<Vec<SmallerCopy>, PictureError> {
    let image = match kind {
        SniffedType::Jpeg => decode_jpeg(bytes)?,
        SniffedType::Webp => decode_webp(bytes)?,
        _ => decode_png(bytes)?,
    };
    copies::of(image, kind, bytes.len())
}

fn decode_png(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let (width, height) = header::png_size(bytes).ok_or_else(cut_off)?;
    check_size(width, height)?;
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(decoding)?;
    decode(decoder)
}

fn decode_jpeg(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let segments = header::jpeg_segments(bytes);
    if segments.scans > MAX_SCANS {
        return Err(PictureError::TooManyScans { max: MAX_SCANS });
    }
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(decoding)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if !segments.is_whole {
        return Err(cut_off());
    }
    decode(decoder)
}

fn decode_webp(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(decoding)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    decode(decoder)
}

pub(super) fn webp(bytes: &[u8]) -> Result<Picture, PictureError> {
    let image = decode_webp(bytes)?;
    let is_opaque = image
        .as_rgba8()
        .is_none_or(|image| image.pixels().all(|pixel| pixel.0[3] == u8::MAX));
    let image = if is_opaque {
        DynamicImage::from(image.to_rgb8())
    } else {
        image
    };
    if is_opaque && header::is_lossy_webp(bytes) {
        let bytes = encode_jpeg(&image, JPEG_QUALITY)?;
        return picture(image, bytes, SniffedType::Jpeg);
    }
    let webp = encode_webp(&image)?;
    let png = encode_png(&image)?;
    if png.len() < webp.len() {
        picture(image, png, SniffedType::Png)
    } else {
        picture(image, webp, SniffedType::Webp)
    }
}

/// Refuses sizes beyond the limits.
pub(super) fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(PictureError::SideTooLong {
            width,
            height,
            max: MAX_SIDE,
        });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS {
        return Err(PictureError::TooManyPixels {
            pixels,
            max: MAX_PIXELS,
        });
    }
    Ok(())
}

/// Tells a file that asks for too much from one that is broken.
pub(super) fn decoding(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory(error),
        _ => PictureError::Damaged(error),
    }
}

/// The error for a file that ends too early.
pub(super) fn cut_off() -> PictureError {
    PictureError::Damaged(ImageError::IoError(IoError::from(ErrorKind::UnexpectedEof)))
}

pub(super) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

/// Decodes to eight bits a channel in the colours of sRGB, and turns upright.
fn decode(mut decoder: impl ImageDecoder) -> Result<DynamicImage, PictureError> {
    let mut limits = limits();
    limits.reserve(decoder.total_bytes()).map_err(decoding)?;
    decoder.set_limits(limits).map_err(decoding)?;
    // A picture whose EXIF nobody can read is shown as it lies.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    // Likewise one whose profile nobody can read.
    let profile = decoder.icc_profile().unwrap_or_default();
    let mut image = eight_bits(DynamicImage::from_decoder(decoder).map_err(decoding)?);
    if let Some(profile) = profile {
        colour::to_srgb(&mut image, &profile);
    }
    image.apply_orientation(orientation);
    Ok(image)
}

/// Sixteen bits a channel are for editing; screens show eight.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => image.to_luma8().into(),
        DynamicImage::ImageLumaA16(_) => image.to_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) => image.to_rgb8().into(),
        DynamicImage::ImageRgba16(_) => image.to_rgba8().into(),
        image => image,
    }
}

/// Encodes as a type that pictures leave as.
pub(super) fn encode(
    image: &DynamicImage,
    kind: SniffedType,
    jpeg_quality: u8,
) -> Result<Vec<u8>, PictureError> {
    match kind {
        SniffedType::Jpeg => encode_jpeg(image, jpeg_quality),
        SniffedType::Webp => encode_webp(image),
        _ => encode_png(image),
    }
}

fn encode_jpeg(image: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
        .map_err(PictureError::Encoding)?;
    Ok(bytes)
}

fn encode_png(image: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive);
    image
        .write_with_encoder(encoder)
        .map_err(PictureError::Encoding)?;
    Ok(bytes)
}

fn encode_webp(image: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    image
        .write_with_encoder(WebPEncoder::new_lossless(&mut bytes))
        .map_err(PictureError::Encoding)?;
    Ok(bytes)
}

/// The picture that these bytes are, with its copies.
fn picture(
    image: DynamicImage,
    bytes: Vec<u8>,
    kind: SniffedType,
) -> Result<Picture, PictureError> {
    let (width, height) = (image.width(), image.height());
    let copies = copies::of(image, kind, bytes.len())?;
    Ok(Picture {
        bytes,
        kind,
        width,
        height,
        copies,
    })
}
