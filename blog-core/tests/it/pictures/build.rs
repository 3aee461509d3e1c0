//! Files for the tests, made byte by byte where encoders would not.

use std::io::Cursor;

use gif::{Encoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, Rgb, RgbImage, RgbaImage};

/// 64 by 32 pixels: red, green, blue and white quarters, clockwise.
pub(crate) fn quarters() -> DynamicImage {
    RgbImage::from_fn(64, 32, |x, y| {
        Rgb(match (x < 32, y < 16) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (false, false) => [0, 0, 255],
            (true, false) => [255, 255, 255],
        })
    })
    .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, format)
        .expect("the picture can be encoded");
    bytes.into_inner()
}

pub(crate) fn png(image: &DynamicImage) -> Vec<u8> {
    encoded(image, ImageFormat::Png)
}

pub(crate) fn webp(image: &DynamicImage) -> Vec<u8> {
    encoded(image, ImageFormat::WebP)
}

pub(crate) fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 95))
        .expect("encoded");
    bytes
}

/// A JPEG with one more segment right at its start.
pub(crate) fn jpeg_with_segment(image: &DynamicImage, marker: u8, content: &[u8]) -> Vec<u8> {
    let plain = jpeg(image);
    let length = u16::try_from(content.len() + 2)
        .expect("a short segment")
        .to_be_bytes();
    [&plain[..2], &[0xff, marker], &length, content, &plain[2..]].concat()
}

pub(crate) fn png_with_exif(image: &DynamicImage, exif: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif).expect("PNG has EXIF");
    image.write_with_encoder(encoder).expect("encoded");
    bytes
}

pub(crate) fn webp_with_exif(image: &DynamicImage, exif: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut bytes);
    encoder.set_exif_metadata(exif).expect("WebP has EXIF");
    image.write_with_encoder(encoder).expect("encoded");
    bytes
}

/// EXIF in big-endian TIFF: an orientation, and a GPS directory whose place is
/// `place`.
pub(crate) fn exif(orientation: u16, place: &str) -> Vec<u8> {
    let place_length = u32::try_from(place.len()).expect("short").to_be_bytes();
    // 8 header, 2 + 2 * 12 + 4 first directory, 2 + 12 + 4 GPS directory.
    let (gps_at, place_at) = (38_u32.to_be_bytes(), 56_u32.to_be_bytes());
    let orientation = orientation.to_be_bytes();
    [
        &b"MM\0\x2a\0\0\0\x08\0\x02"[..],
        // Orientation, one SHORT.
        &[
            0x01,
            0x12,
            0,
            3,
            0,
            0,
            0,
            1,
            orientation[0],
            orientation[1],
            0,
            0,
        ],
        // GPS directory, one LONG.
        &[0x88, 0x25, 0, 4, 0, 0, 0, 1],
        &gps_at,
        &[0, 0, 0, 0],
        // GPSAreaInformation, UNDEFINED.
        &[0, 1, 0, 0x1c, 0, 7],
        &place_length,
        &place_at,
        &[0, 0, 0, 0],
        place.as_bytes(),
    ]
    .concat()
}

/// Writes another size into the IHDR chunk, checksum and all.
pub(crate) fn patch_png_size(bytes: &mut [u8], width: u32, height: u32) {
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
}

/// The CRC of ISO 3309, as in the PNG specification.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    })
}

/// Writes another size into the SOF0 segment.
pub(crate) fn patch_jpeg_size(bytes: &mut [u8], width: u16, height: u16) {
    let at = bytes
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .expect("a frame header");
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
}

/// A frame of one colour in an animation of 16 by 12 pixels.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) left: u16,
    pub(crate) top: u16,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) colour: u8,
    pub(crate) delay: u16,
    pub(crate) has_own_palette: bool,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            left: 0,
            top: 0,
            width: 16,
            height: 12,
            colour: 0,
            delay: 5,
            has_own_palette: false,
        }
    }
}

/// Red, green, blue, black.
const PALETTE: [u8; 12] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0];

pub(crate) fn gif(frames: &[Frame]) -> Vec<u8> {
    gif_with(frames, None)
}

pub(crate) fn with_gif_comment(frames: &[Frame], comment: &[u8]) -> Vec<u8> {
    gif_with(frames, Some(comment))
}

fn gif_with(frames: &[Frame], comment: Option<&[u8]>) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new(), 16, 12, &PALETTE).expect("a header");
    encoder.set_repeat(Repeat::Finite(3)).expect("repeated");
    if let Some(comment) = comment {
        let comment_label = gif::AnyExtension(0xfe);
        encoder
            .write_raw_extension(comment_label, &[comment])
            .expect("a comment");
    }
    for frame in frames {
        let pixels = usize::from(frame.width) * usize::from(frame.height);
        let frame = gif::Frame {
            left: frame.left,
            top: frame.top,
            width: frame.width,
            height: frame.height,
            delay: frame.delay,
            transparent: Some(3),
            palette: frame
                .has_own_palette
                .then(|| PALETTE.iter().map(|value| value / 2).collect()),
            buffer: vec![frame.colour; pixels].into(),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).expect("a frame");
    }
    encoder.into_inner().expect("written")
}

/// A GIF whose frames have a size and no pixels.
pub(crate) fn hollow_gif(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let ([w0, w1], [h0, h1]) = (width.to_le_bytes(), height.to_le_bytes());
    let mut bytes = [b"GIF89a", &[w0, w1, h0, h1, 0x80, 0, 0][..], &[0; 6]].concat();
    for _ in 0..frames {
        bytes.extend([0x2c, 0, 0, 0, 0, w0, w1, h0, h1, 0, 2, 1, 0x2c, 0]);
    }
    bytes.push(0x3b);
    bytes
}

/// What a GIF repeats and shows.
pub(crate) fn gif_frames(bytes: &[u8]) -> (Repeat, Vec<Seen>) {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).expect("a GIF");
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        frames.push(Seen {
            delay: frame.delay,
            place: [frame.left, frame.top, frame.width, frame.height],
            dispose: frame.dispose as u8,
            transparent: frame.transparent,
            palette: frame.palette.clone().or_else(|| global.clone()),
            pixels: frame.buffer.to_vec(),
        });
    }
    (decoder.repeat(), frames)
}

/// A frame as a viewer sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) delay: u16,
    place: [u16; 4],
    dispose: u8,
    transparent: Option<u8>,
    palette: Option<Vec<u8>>,
    pixels: Vec<u8>,
}

/// An animated WebP for ever, one colour a frame. The frames of more than 100
/// pixels a side say so and are smaller.
pub(crate) fn animated_webp(width: u32, height: u32, colours: &[[u8; 4]], delay: u32) -> Vec<u8> {
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let size = [three(width - 1), three(height - 1)].concat();
    let flags = 0b0001_0010; // alpha, animation
    let mut content = b"WEBP".to_vec();
    content.extend(chunk(b"VP8X", &[&[flags, 0, 0, 0][..], &size].concat()));
    content.extend(chunk(b"ANIM", &[0; 6]));
    for colour in colours {
        let image = RgbaImage::from_pixel(width.min(100), height.min(100), image::Rgba(*colour));
        let still = webp(&image.into());
        let header = [&[0; 6][..], &size, &three(delay), &[0]].concat();
        content.extend(chunk(b"ANMF", &[&header, &still[12..]].concat()));
    }
    chunk(b"RIFF", &content)
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_le_bytes();
    let mut chunk = [name, &length[..], content].concat();
    if content.len() % 2 == 1 {
        chunk.push(0);
    }
    chunk
}
