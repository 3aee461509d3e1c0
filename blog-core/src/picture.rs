//! Uploaded pictures: what they are, and a clean copy of them.
//!
//! Nothing that a person uploads as a picture is ever sent to others as it
//! came. It is decoded within limits and encoded again, upright, from pixels
//! alone: EXIF with its place and camera, comments, thumbnails of the uncropped
//! original, and whatever hides behind the end of the picture stay behind.
//!
//! | Came as | Leaves as |
//! |---|---|
//! | JPEG | JPEG, quality 85 |
//! | PNG | PNG; of an animation the first frame |
//! | lossy WebP without transparency | JPEG, quality 85 |
//! | other WebP | PNG or lossless WebP, whichever is smaller |
//! | animated WebP | animated GIF |
//! | GIF | GIF with the same frames |
//!
//! There is no encoder for lossy WebP in Rust, and a photograph in lossless
//! WebP is ten times as long, hence the change of type. Colour profiles go with
//! the rest, for they name software and devices: the colours of a picture that
//! has one become those of sRGB, and every other is taken for sRGB.
//!
//! Pictures that do not move get smaller copies for smaller screens, of the
//! widths in [`Widths::LADDER`](crate::model::widths::Widths::LADDER).

mod animation;
mod colour;
mod copies;
mod header;
mod still;

use thiserror::Error;

/// The most pixels of a picture; the most of all frames of an animation are
/// [`MAX_ANIMATION_PIXELS`].
pub const MAX_PIXELS: u64 = 40_000_000;

/// The most pixels of all frames of an animation together.
pub const MAX_ANIMATION_PIXELS: u64 = 4 * MAX_PIXELS;

/// The longest side of a picture, in pixels.
pub const MAX_SIDE: u32 = 12_000;

/// The most that a decoder may allocate, in bytes.
pub const MAX_DECODER_BYTES: u64 = 256 * 1024 * 1024;

/// A media type that people may upload, told by its magic bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SniffedType {
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// WebP picture, perhaps animated.
    Webp,
    /// GIF picture, perhaps animated.
    Gif,
    /// MP4 video.
    Mp4,
    /// WebM video.
    Webm,
}

impl SniffedType {
    /// The media type, such as `image/png`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
        }
    }

    /// The usual file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
        }
    }

    /// Whether it is a picture, as opposed to a video.
    pub fn is_image(self) -> bool {
        !matches!(self, Self::Mp4 | Self::Webm)
    }
}

/// A picture that this module encoded: upright and without any metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The encoded file.
    pub bytes: Vec<u8>,
    /// Its type, which may differ from that of the upload.
    pub kind: SniffedType,
    /// Width in pixels, after orientation.
    pub width: u32,
    /// Height in pixels, after orientation.
    pub height: u32,
    /// Smaller copies of the same type, narrowest first; none of a picture
    /// that moves, and none that would not be a good deal shorter than the next
    /// larger.
    pub copies: Vec<SmallerCopy>,
}

/// A smaller copy of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallerCopy {
    /// The encoded file.
    pub bytes: Vec<u8>,
    /// Width in pixels; the height follows from the picture's.
    pub width: u32,
}

/// Why a picture was refused.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The bytes are no PNG, JPEG, WebP or GIF.
    #[error("only PNG, JPEG, WebP and GIF pictures are taken")]
    UnsupportedType,
    /// More pixels than allowed, counting every frame of an animation.
    #[error("the picture has {pixels} pixels, more than {max}")]
    TooManyPixels {
        /// Pixels of the picture, or of the frames up to the one too many.
        pixels: u64,
        /// Pixels allowed.
        max: u64,
    },
    /// One side is longer than allowed.
    #[error("the picture is {width} by {height} pixels, more than {max} on a side")]
    SideTooLong {
        /// Width that the header claims.
        width: u32,
        /// Height that the header claims.
        height: u32,
        /// Pixels allowed on one side.
        max: u32,
    },
    /// An animation has more frames than allowed.
    #[error("the animation has more than {max} frames")]
    TooManyFrames {
        /// Frames allowed.
        max: u64,
    },
    /// A progressive JPEG has more scans than any encoder makes.
    #[error("the picture has more than {max} scans")]
    TooManyScans {
        /// Scans allowed.
        max: usize,
    },
    /// Decoding would take more memory than [`MAX_DECODER_BYTES`].
    #[error("the picture needs too much memory")]
    TooMuchMemory(#[source] image::ImageError),
    /// The file is cut off or broken.
    #[error("the picture is damaged")]
    Damaged(#[source] image::ImageError),
    /// Encoding failed; not the fault of the upload.
    #[error("the picture cannot be encoded")]
    Encoding(#[source] image::ImageError),
}

/// The type of a file by its first bytes, at least 64 of them unless the file
/// is shorter; `None` for everything that may not be uploaded.
///
/// Looks at magic bytes only, so a type is no promise that the rest is sound.
pub fn sniff(head: &[u8]) -> Option<SniffedType> {
    header::sniff(head)
}

/// Decodes within limits, applies the EXIF orientation and encodes again
/// without any metadata.
///
/// Width and height are read from the header and checked before anything is
/// decoded. Takes CPU time, up to seconds for the largest: call it off the
/// async threads. Uses up to [`MAX_DECODER_BYTES`] and about as much again.
///
/// Fails with [`PictureError::UnsupportedType`] for all but PNG, JPEG, WebP and
/// GIF, with `SideTooLong`, `TooManyPixels` or `TooMuchMemory` beyond the
/// limits, and with `Damaged` for a file that is cut off or broken.
pub fn reencode(bytes: &[u8]) -> Result<Picture, PictureError> {
    match sniff(bytes) {
        Some(SniffedType::Png) => still::png(bytes),
        Some(SniffedType::Jpeg) => still::jpeg(bytes),
        Some(SniffedType::Webp) => {
            if header::is_animated_webp(bytes) {
                animation::webp(bytes)
            } else {
                still::webp(bytes)
            }
        }
        Some(SniffedType::Gif) => animation::gif(bytes),
        Some(SniffedType::Mp4 | SniffedType::Webm) | None => Err(PictureError::UnsupportedType),
    }
}

/// Whether pictures of a media type may have smaller copies.
pub(crate) fn has_copies(content_type: &str) -> bool {
    [SniffedType::Png, SniffedType::Jpeg, SniffedType::Webp]
        .iter()
        .any(|kind| kind.content_type() == content_type)
}

/// The smaller copies of a picture that [`reencode`] made, of its type; none of one that moves.
///
/// Costs what [`reencode`] costs, and fails as it does.
pub(crate) fn copies(bytes: &[u8]) -> Result<Vec<SmallerCopy>, PictureError> {
    match sniff(bytes) {
        Some(kind @ (SniffedType::Png | SniffedType::Jpeg)) => still::smaller(bytes, kind),
        Some(kind @ SniffedType::Webp) if !header::is_animated_webp(bytes) => {
            still::smaller(bytes, kind)
        }
        _ => Ok(Vec::new()),
    }
}
