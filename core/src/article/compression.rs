//! Compressed bytes, known by the first of them, unpacked within the limit of a message's size.

use std::borrow::Cow;
use std::io::{self, Read};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use lz4_flex::frame::FrameDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::message::not_unpacked;
use super::settings::Settings;
use crate::error::Error;

/// Unpacks what is compressed; other bytes are returned as they are.
pub(super) fn unpacked<'b>(bytes: &'b [u8], settings: &Settings) -> Result<Cow<'b, [u8]>, Error> {
    let unpacked = match bytes {
        [0x1f, 0x8b, ..] => read(MultiGzDecoder::new(bytes), settings),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            StreamingDecoder::new(bytes).map_err(io::Error::other).and_then(|frame| read(frame, settings))
        }
        [0x04, 0x22, 0x4d, 0x18, ..] => read(FrameDecoder::new(bytes), settings),
        // The header of zlib; a text that begins like it is none.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => match read(ZlibDecoder::new(bytes), settings) {
            Err(_) => return Ok(Cow::Borrowed(bytes)),
            unpacked => unpacked,
        },
        _ => return Ok(Cow::Borrowed(bytes)),
    };
    let unpacked = unpacked.map_err(|error| not_unpacked(bytes, &error))?;
    settings.check_size(unpacked.len()).map_err(|error| error.of_part("unpacked"))?;
    Ok(Cow::Owned(unpacked))
}

/// Reads no more than shows that it is too much.
fn read(from: impl Read, settings: &Settings) -> io::Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    from.take((settings.max_bytes as u64).saturating_add(1)).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}
