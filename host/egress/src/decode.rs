//! Bodies as they were before they were encoded for travel.
//!
//! Takes the encoded body and the value of `content-encoding`; gives the decoded body. Fails as `malformed` when it is
//! broken or encoded in a way that was not asked for, as `too-large` when it unpacks to more than is kept. Limits:
//! [`RESPONSE_BYTES_MAX`] decoded, [`DECODE_RATIO_MAX`] decoded bytes for each encoded one. Why it is so: a few
//! kilobytes can unpack to gigabytes, so the cap is asked at every step and not at the end.

use crate::failure::{Attempt, malformed, too_large};
use std::io::Read;
use zero_pipeline::limits::{DECODE_RATIO_FLOOR_BYTES, DECODE_RATIO_MAX, RESPONSE_BYTES_MAX};

/// The codings that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

impl Coding {
    /// Of the value of `content-encoding`. Only one coding is read: nobody needs two, and bombs nest.
    pub(crate) fn of(value: &str) -> Attempt<Self> {
        match value.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "br" => Ok(Self::Brotli),
            "zstd" => Ok(Self::Zstd),
            "deflate" => Ok(Self::Deflate),
            other => Err(malformed(format!("content encoding `{}` was not asked for", other.escape_default()))),
        }
    }
}

/// The decoded body.
pub(crate) fn decode(coding: Coding, encoded: Vec<u8>) -> Attempt<Vec<u8>> {
    if encoded.is_empty() {
        return Ok(encoded);
    }
    let bytes = encoded.as_slice();
    match coding {
        Coding::Identity => Ok(encoded),
        Coding::Gzip => drain(flate2::read::MultiGzDecoder::new(bytes), encoded.len(), "gzip"),
        Coding::Brotli if has_widest_window(bytes) => {
            Err(malformed("content encoding `br`: a window of 16 MiB, and at most half of it is kept"))
        }
        Coding::Brotli => drain(brotli_decompressor::Decompressor::new(bytes, STEP_BYTES), encoded.len(), "br"),
        Coding::Zstd => zstd(&encoded),
        // The standard says zlib; some servers send the bare stream, which never begins like zlib's header.
        Coding::Deflate if has_zlib_header(bytes) => {
            drain(flate2::read::ZlibDecoder::new(bytes), encoded.len(), "deflate")
        }
        Coding::Deflate => drain(flate2::read::DeflateDecoder::new(bytes), encoded.len(), "deflate"),
    }
}

/// What [`decode`] may take in memory: what it gives, and what the decoder keeps besides.
pub(crate) fn decode_bytes_max(coding: Coding, encoded: &[u8]) -> usize {
    let besides = match coding {
        Coding::Identity => return 0,
        _ if encoded.is_empty() => return 0,
        Coding::Gzip | Coding::Deflate => 64 * 1024,
        Coding::Brotli => brotli_window(encoded),
        Coding::Zstd => zstd_window(encoded).unwrap_or(0).min(ZSTD_WINDOW_BYTES_MAX) as usize,
    };
    decoded_bytes_max(encoded.len()).saturating_add(besides)
}

/// Whether the stream's first bits ask for a window of 2^24 bytes (RFC 7932, section 9.1), four times what a whole body
/// may be: the decoder takes it at once.
fn has_widest_window(encoded: &[u8]) -> bool {
    encoded.first().is_some_and(|first| first & 0x0f == 0x0f)
}

/// How large a window the stream asks for: at most 8 MiB, and no more is ever written to it than is decoded.
fn brotli_window(encoded: &[u8]) -> usize {
    decoded_bytes_max(encoded.len()).saturating_mul(2).min(8 * 1024 * 1024)
}

fn decoded_bytes_max(encoded_bytes: usize) -> usize {
    RESPONSE_BYTES_MAX.min(encoded_bytes.saturating_mul(DECODE_RATIO_MAX).max(DECODE_RATIO_FLOOR_BYTES))
}

fn has_zlib_header(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

fn zstd(encoded: &[u8]) -> Attempt<Vec<u8>> {
    if zstd_window(encoded).is_none_or(|bytes| bytes > ZSTD_WINDOW_BYTES_MAX) {
        return Err(malformed("content encoding `zstd`: no frame with a window of at most 8 MiB"));
    }
    let decoder = ruzstd::decoding::StreamingDecoder::new(encoded)
        .map_err(|error| malformed(format!("content encoding `zstd` is broken: {error}")))?;
    drain(decoder, encoded.len(), "zstd")
}

/// What the frame's header asks a decoder to keep (RFC 8878, section 3.1.1.1): memory taken on a stranger's word.
fn zstd_window(frame: &[u8]) -> Option<u64> {
    let (magic, rest) = frame.split_first_chunk::<4>()?;
    let (&descriptor, rest) = rest.split_first()?;
    if *magic != [0x28, 0xb5, 0x2f, 0xfd] {
        return None;
    }
    let single_segment = descriptor & 0x20 != 0;
    if !single_segment {
        let window = *rest.first()?;
        let base = 1_u64 << (10 + u32::from(window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary_bytes = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied()?;
    let size = rest.get(dictionary_bytes..)?;
    let little_endian = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    match descriptor >> 6 {
        0 => Some(little_endian(size.get(..1)?)),
        1 => Some(little_endian(size.get(..2)?) + 256),
        2 => Some(little_endian(size.get(..4)?)),
        _ => Some(little_endian(size.get(..8)?)),
    }
}

fn drain(mut decoder: impl Read, encoded_bytes: usize, name: &str) -> Attempt<Vec<u8>> {
    let most = decoded_bytes_max(encoded_bytes);
    let mut decoded = Vec::with_capacity(encoded_bytes.saturating_mul(4).min(most / 4));
    let mut step = [0; STEP_BYTES];
    loop {
        match decoder.read(&mut step) {
            Ok(0) => return Ok(decoded),
            Ok(read) => decoded.extend_from_slice(step.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(malformed(format!("content encoding `{name}` is broken: {error}"))),
        }
        if decoded.len() > most {
            return Err(too_large(format!("{encoded_bytes} bytes of `{name}` unpack to more than {most}")));
        }
    }
}

const STEP_BYTES: usize = 8 * 1024;
/// RFC 9659: what `zstd` as a content encoding may ask for.
const ZSTD_WINDOW_BYTES_MAX: u64 = 8 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use zero_types::connector::FetchFailureKind;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(body: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(body: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::new();
        brotli::BrotliCompress(&mut &body[..], &mut encoded, &brotli::enc::BrotliEncoderParams::default()).unwrap();
        encoded
    }

    fn zstd_frame(body: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest)
    }

    type Encode = fn(&[u8]) -> Vec<u8>;
    const CODINGS: [(Coding, Encode); 5] = [
        (Coding::Gzip, gzip),
        (Coding::Deflate, zlib),
        (Coding::Deflate, bare),
        (Coding::Brotli, brotli),
        (Coding::Zstd, zstd_frame),
    ];

    #[test]
    fn every_coding_gives_the_body_back() {
        let body: Vec<u8> =
            (0..50_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_string().into_bytes()).collect();
        for (coding, encode) in CODINGS {
            assert!(decode(coding, encode(&body)).unwrap() == body, "{coding:?}");
        }
    }

    #[test]
    fn a_bomb_is_cut_off() {
        let body = vec![0; 8 * 1024 * 1024];
        for (coding, encode) in CODINGS {
            let failed = decode(coding, encode(&body)).unwrap_err();
            assert_eq!(failed.kind, FetchFailureKind::TooLarge, "{coding:?}: {}", failed.detail);
        }
    }

    #[test]
    fn a_broken_or_cut_body_is_malformed() {
        let body: Vec<u8> = (0..3_000_u32).flat_map(|n| (n * n).to_string().into_bytes()).collect();
        for (coding, encode) in CODINGS {
            let encoded = encode(&body);
            let cut = decode(coding, encoded[..encoded.len() / 2].to_vec()).unwrap_err();
            assert_eq!(cut.kind, FetchFailureKind::Malformed, "{coding:?}");
            let noise: Vec<u8> = (0..200_u8).map(|n| n.wrapping_mul(151) ^ 0xf3).collect();
            assert!(
                decode(coding, noise).is_err_and(|failed| failed.kind == FetchFailureKind::Malformed),
                "{coding:?}"
            );
        }
        assert!(Coding::of("gzip, gzip").is_err() && Coding::of("compress").is_err());
        assert_eq!(Coding::of(" GZip ").unwrap(), Coding::Gzip);
    }

    #[test]
    fn a_window_wider_than_any_body_is_refused_unread() {
        let params = |lgwin| brotli::enc::BrotliEncoderParams { lgwin, ..Default::default() };
        for (lgwin, refused) in [(22, false), (23, false), (24, true)] {
            let mut encoded = Vec::new();
            brotli::BrotliCompress(&mut &vec![7; 9_000_000][..], &mut encoded, &params(lgwin)).unwrap();
            let failed = decode(Coding::Brotli, encoded).unwrap_err();
            assert_eq!(failed.kind == FetchFailureKind::Malformed, refused, "{lgwin}: {}", failed.detail);
        }
    }

    #[test]
    fn a_frame_that_asks_for_gigabytes_is_refused_unread() {
        // Window descriptor 0xf8: exponent 31, 2 TiB.
        let frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0];
        assert_eq!(decode(Coding::Zstd, frame).unwrap_err().kind, FetchFailureKind::Malformed);
    }
}
