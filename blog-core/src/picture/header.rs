//! What the first bytes of a file say, read without decoding.

use super::SniffedType;

/// infer wants more bytes than it looks at; a shorter head is filled with 0.
const SNIFF_BYTES: usize = 512;

/// Brands of MP4 files that infer does not know (ISO/IEC 14496-12, annex E).
const MORE_MP4_BRANDS: [&[u8; 4]; 4] = [b"iso6", b"iso7", b"iso8", b"iso9"];

/// The type of a file by its magic bytes.
pub(super) fn sniff(head: &[u8]) -> Option<SniffedType> {
    let mut bytes = [0; SNIFF_BYTES];
    let length = head.len().min(SNIFF_BYTES);
    bytes[..length].copy_from_slice(&head[..length]);
    let bytes = &bytes[..];
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(SniffedType::Png)
    } else if infer::image::is_jpeg(bytes) {
        Some(SniffedType::Jpeg)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some(SniffedType::Gif)
    } else if bytes.starts_with(b"RIFF") && infer::image::is_webp(bytes) {
        Some(SniffedType::Webp)
    } else if infer::video::is_webm(bytes) {
        has_segment(head).then_some(SniffedType::Webm)
    } else if infer::video::is_mp4(bytes) || infer::video::is_m4v(bytes) || is_newer_mp4(bytes) {
        has_second_box(head).then_some(SniffedType::Mp4)
    } else {
        None
    }
}

/// The boxes that stand behind the first one of an MP4 file (ISO/IEC 14496-12, section 6.2).
const SECOND_BOXES: [&[u8; 4]; 12] = [
    b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"pdin", b"styp", b"sidx",
    b"meta", b"udta",
];

/// Whether the box of brands of an MP4 file is whole, and the next one begins behind it: without one there is nothing
/// to play.
fn has_second_box(head: &[u8]) -> bool {
    let size = head.first_chunk().map(|size| u32::from_be_bytes(*size));
    let size = size.and_then(|size| usize::try_from(size).ok());
    // Brand, version, and at least no further brand.
    let behind = size.filter(|size| *size >= 16 && size % 4 == 0);
    let name = behind.and_then(|at| head.get(at + 4..at + 8));
    name.is_some_and(|name| SECOND_BOXES.iter().any(|known| name == known.as_slice()))
}

/// Whether the head of a WebM file is whole, and its one segment begins behind it (RFC 8794, section 11.1; RFC 9559,
/// section 5.1).
fn has_segment(head: &[u8]) -> bool {
    let behind = || {
        let first = *head.get(4)?;
        let length = first.leading_zeros() as usize + 1;
        let mut size = u64::from(first) & (0xff_u64 >> length.min(8));
        for byte in head.get(5..4 + length)? {
            size = (size << 8) | u64::from(*byte);
        }
        let at = usize::try_from(size).ok()?.checked_add(4 + length)?;
        head.get(at..at.checked_add(4)?)
    };
    behind() == Some(b"\x18\x53\x80\x67".as_slice())
}

fn is_newer_mp4(bytes: &[u8]) -> bool {
    bytes[4..].starts_with(b"ftyp")
        && MORE_MP4_BRANDS
            .iter()
            .any(|brand| bytes[8..].starts_with(*brand))
}

/// Width and height of a PNG, from the IHDR chunk that must come first.
pub(super) fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| {
        bytes
            .get(at..at + 4)?
            .try_into()
            .ok()
            .map(u32::from_be_bytes)
    };
    Some((number(16)?, number(20)?))
}

/// Whether a WebP says that it is animated (flags of the `VP8X` chunk).
pub(super) fn is_animated_webp(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 0b10 != 0)
}

/// Whether a WebP that is not animated holds a lossy picture.
pub(super) fn is_lossy_webp(bytes: &[u8]) -> bool {
    webp_chunks(bytes).find(|name| matches!(*name, b"VP8 " | b"VP8L")) == Some(b"VP8 ")
}

/// How many frames an animated WebP has.
pub(super) fn webp_frames(bytes: &[u8]) -> usize {
    webp_chunks(bytes).filter(|name| *name == b"ANMF").count()
}

/// The names of the chunks of a WebP, in order.
fn webp_chunks(bytes: &[u8]) -> impl Iterator<Item = &[u8; 4]> {
    let mut at = 12_usize;
    std::iter::from_fn(move || {
        let (name, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*rest.first_chunk()?);
        let length = usize::try_from(length).ok()?;
        // Chunks of odd length are followed by a byte that fills them up.
        at = at
            .checked_add(8)?
            .checked_add(length)?
            .checked_add(length % 2)?;
        Some(name)
    })
}

/// What walking over the segments of a JPEG shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JpegSegments {
    /// Scans, each of which visits every block of a progressive picture.
    pub(super) scans: usize,
    /// Whether the picture has its end marker; decoders fill a picture that was
    /// cut off with grey and say nothing.
    pub(super) is_whole: bool,
}

/// Walks over the segments of a JPEG (ITU-T T.81, annex B) up to its end.
pub(super) fn jpeg_segments(bytes: &[u8]) -> JpegSegments {
    let mut segments = JpegSegments {
        scans: 0,
        is_whole: false,
    };
    let mut at = 2;
    while let Some(found) = next_marker(bytes, at) {
        let (marker, after) = found;
        match marker {
            0xd9 => {
                segments.is_whole = true;
                break;
            }
            // Markers without a length: SOI, RSTn, TEM.
            0xd0..=0xd8 | 0x01 => at = after,
            _ => {
                if marker == 0xda {
                    segments.scans += 1;
                }
                let Some(length) = bytes.get(after..after + 2) else {
                    break;
                };
                at = after + usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
            }
        }
    }
    segments
}

/// The next marker at or after `at` and where it ends; skips over coded data.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        at += bytes[at..].iter().position(|byte| *byte != 0xff)?;
        match bytes[at] {
            // A coded 0xff.
            0x00 => at += 1,
            marker => return Some((marker, at + 1)),
        }
    }
}
