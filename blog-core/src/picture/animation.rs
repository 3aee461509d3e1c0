//! Pictures that move, or may.

use std::io::Cursor;
use std::num::NonZeroU64;

use gif::{ColorOutput, DecodeOptions, DecodingError, Encoder, Frame, MemoryLimit, Repeat};
use image::codecs::webp::WebPDecoder;
use image::error::{EncodingError, ImageFormatHint};
use image::metadata::LoopCount;
use image::{AnimationDecoder, ImageDecoder, ImageError, ImageFormat};

use super::still::{check_size, cut_off, decoding};
use super::{MAX_ANIMATION_PIXELS, MAX_DECODER_BYTES, Picture, PictureError, SniffedType, header};

/// The most frames of an animation. A frame of one pixel takes 20 bytes, so
/// pixels alone would let a million through.
const MAX_FRAMES: u64 = 10_000;

/// How coarsely colours are chosen for a frame that came without a palette, of
/// 30; at 10 the difference to 1 is hard to see and takes a fifth of the time.
const QUANTISER_SPEED: i32 = 10;

/// Encodes a GIF again from its frames: their pixels and palettes stay exactly
/// as they are, comments and application blocks do not.
pub(super) fn gif(bytes: &[u8]) -> Result<Picture, PictureError> {
    let mut decoder = gif_decoder(bytes, false)?;
    let (width, height) = (decoder.width(), decoder.height());
    check_size(width.into(), height.into())?;
    check_gif_frames(bytes)?;

    let palette = decoder.global_palette().unwrap_or_default();
    let mut encoder = Encoder::new(Vec::new(), width, height, palette).map_err(gif_encoding)?;
    let mut is_first = true;
    while let Some(frame) = decoder.next_frame_info().map_err(gif_decoding)? {
        let mut frame = frame.clone();
        let mut pixels = vec![0; decoder.buffer_size()];
        decoder
            .read_into_buffer(&mut pixels)
            .map_err(gif_decoding)?;
        // How often to repeat stands before the first frame.
        if is_first && decoder.repeat() != Repeat::Finite(0) {
            encoder.set_repeat(decoder.repeat()).map_err(gif_encoding)?;
        }
        is_first = false;
        // The decoder has put the lines in order.
        frame.interlaced = false;
        frame.buffer = pixels.into();
        encoder.write_frame(&frame).map_err(gif_encoding)?;
    }
    finish(encoder, width, height)
}

/// Reads the sizes of all frames without decoding one.
fn check_gif_frames(bytes: &[u8]) -> Result<(), PictureError> {
    let mut decoder = gif_decoder(bytes, true)?;
    let (mut frames, mut pixels) = (0_u64, 0_u64);
    while let Some(frame) = decoder.next_frame_info().map_err(gif_decoding)? {
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        check_frames(frames, pixels)?;
    }
    if frames == 0 { Err(cut_off()) } else { Ok(()) }
}

fn gif_decoder(
    bytes: &[u8],
    skips_pixels: bool,
) -> Result<gif::Decoder<Cursor<&[u8]>>, PictureError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.check_frame_consistency(true);
    options.skip_frame_decoding(skips_pixels);
    options.set_memory_limit(MemoryLimit::Bytes(
        NonZeroU64::new(MAX_DECODER_BYTES).expect("the limit is not 0"),
    ));
    options.read_info(Cursor::new(bytes)).map_err(gif_decoding)
}

/// Encodes the frames of an animated WebP as a GIF, for there is no encoder of
/// animated WebP.
pub(super) fn webp(bytes: &[u8]) -> Result<Picture, PictureError> {
    let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(decoding)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let frames = header::webp_frames(bytes) as u64;
    check_frames(frames, frames * u64::from(width) * u64::from(height))?;
    if frames == 0 {
        return Err(cut_off());
    }
    let narrow = |side: u32| u16::try_from(side).expect("check_size keeps sides below 12 000");
    let (width, height) = (narrow(width), narrow(height));

    let mut encoder = Encoder::new(Vec::new(), width, height, &[]).map_err(gif_encoding)?;
    let repeat = match decoder.loop_count() {
        LoopCount::Infinite => Repeat::Infinite,
        // A GIF counts how often it starts again, a WebP how often it plays.
        LoopCount::Finite(plays) => {
            Repeat::Finite(u16::try_from(plays.get() - 1).unwrap_or(u16::MAX))
        }
    };
    if repeat != Repeat::Finite(0) {
        encoder.set_repeat(repeat).map_err(gif_encoding)?;
    }
    for frame in decoder.into_frames() {
        let frame = frame.map_err(decoding)?;
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let mut pixels = frame.into_buffer().into_raw();
        let mut frame = Frame::from_rgba_speed(width, height, &mut pixels, QUANTISER_SPEED);
        // GIF counts in hundredths of a second; each frame is a whole picture.
        let hundredths = numerator / denominator.max(1) / 10;
        frame.delay = u16::try_from(hundredths).unwrap_or(u16::MAX);
        frame.dispose = gif::DisposalMethod::Background;
        encoder.write_frame(&frame).map_err(gif_encoding)?;
    }
    finish(encoder, width, height)
}

/// Refuses animations beyond the limits.
fn check_frames(frames: u64, pixels: u64) -> Result<(), PictureError> {
    if frames > MAX_FRAMES {
        return Err(PictureError::TooManyFrames { max: MAX_FRAMES });
    }
    if pixels > MAX_ANIMATION_PIXELS {
        return Err(PictureError::TooManyPixels {
            pixels,
            max: MAX_ANIMATION_PIXELS,
        });
    }
    Ok(())
}

fn finish(encoder: Encoder<Vec<u8>>, width: u16, height: u16) -> Result<Picture, PictureError> {
    let bytes = encoder.into_inner().map_err(gif_encoding)?;
    Ok(Picture {
        bytes,
        kind: SniffedType::Gif,
        width: width.into(),
        height: height.into(),
        copies: Vec::new(),
    })
}

fn gif_decoding(error: DecodingError) -> PictureError {
    let is_memory = matches!(
        error,
        DecodingError::OutOfMemory | DecodingError::MemoryLimit
    );
    let hint = ImageFormatHint::Exact(ImageFormat::Gif);
    let error = ImageError::Decoding(image::error::DecodingError::new(hint, error));
    if is_memory {
        PictureError::TooMuchMemory(error)
    } else {
        PictureError::Damaged(error)
    }
}

/// A frame without any palette is the upload's fault, and the only thing that
/// can go wrong when writing to memory.
fn gif_encoding(error: gif::EncodingError) -> PictureError {
    let hint = ImageFormatHint::Exact(ImageFormat::Gif);
    PictureError::Encoding(ImageError::Encoding(EncodingError::new(hint, error)))
}
