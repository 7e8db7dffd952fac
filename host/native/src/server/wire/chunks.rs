//! A chunked body, whose every byte is what it must be: hexadecimal digits, CRLF, so many bytes, CRLF.
//!
//! Extensions and trailers are refused: nobody who asks a question sends any, and servers differ in how they skip them.

/// Digits of a chunk's size: 4 GiB, far beyond what any body may have.
const DIGITS_MAX: u8 = 8;

/// Where in a body we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunks {
    Size { digits: u8, value: u64 },
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    LastCr,
    LastLf,
    Done,
}

impl Chunks {
    pub(super) const START: Self = Self::Size { digits: 0, value: 0 };

    /// How many of these bytes belong to the body.
    pub(super) fn handle(&mut self, bytes: &[u8]) -> Result<usize, &'static str> {
        let mut taken = 0;
        while let Some(byte) = bytes.get(taken).copied() {
            let left = bytes.len() - taken;
            *self = match (*self, byte) {
                (Self::Done, _) => break,
                (Self::Data(size), _) => {
                    let now = size.min(left as u64);
                    // The byte that the end of this loop counts is one of them.
                    taken += (now - 1) as usize;
                    if now == size { Self::DataCr } else { Self::Data(size - now) }
                }
                (Self::Size { digits: 1.., value }, b'\r') => Self::SizeLf(value),
                (Self::Size { digits, value }, byte) => match char::from(byte).to_digit(16) {
                    Some(digit) if digits < DIGITS_MAX => {
                        Self::Size { digits: digits + 1, value: value << 4 | u64::from(digit) }
                    }
                    _ => return Err("the size of a chunk is not hexadecimal digits and CRLF"),
                },
                (Self::SizeLf(0), b'\n') => Self::LastCr,
                (Self::SizeLf(size), b'\n') => Self::Data(size),
                (Self::DataCr, b'\r') => Self::DataLf,
                (Self::DataLf, b'\n') => Self::START,
                (Self::LastCr, b'\r') => Self::LastLf,
                (Self::LastLf, b'\n') => Self::Done,
                (Self::LastCr, _) => return Err("there are trailers after the last chunk"),
                _ => return Err("a chunk does not end in CRLF"),
            };
            taken += 1;
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of the body at the beginning of this, in one piece and byte by byte.
    fn check(body: &str, expected: Result<usize, &str>) {
        let mut whole = Chunks::START;
        let at_once = whole.handle(body.as_bytes());
        let mut dripped = Chunks::START;
        let bytes = body.as_bytes().chunks(1);
        let drops: Result<Vec<usize>, &str> = bytes.map(|byte| dripped.handle(byte)).collect();
        let drops = drops.map(|drops| drops.iter().sum());
        assert_eq!(at_once, drops, "{body:?}");
        match (at_once, expected) {
            (Ok(taken), Ok(expected)) => assert_eq!((taken, whole), (expected, Chunks::Done), "{body:?}"),
            (Err(said), Err(why)) => assert!(said.contains(why), "{body:?}: {said}"),
            (other, _) => panic!("{body:?}: {other:?}, {whole:?}"),
        }
    }

    #[test]
    fn a_body_ends_with_its_last_chunk() {
        check("0\r\n\r\n", Ok(5));
        check("3\r\nabc\r\n0\r\n\r\nGET /", Ok(13));
        check("A\r\n0123456789\r\n00\r\n\r\n", Ok(21));
        check("00000002\r\n\r\n\r\n0\r\n\r\n", Ok(19));
    }

    #[test]
    fn anything_odd_is_refused() {
        for size in ["", "g", "-1", "+1", "0x3", " 3", "3 ", "3;a=b", "3;", "3\t", "000000003", "3,3", "3\n", "\u{663}"]
        {
            check(&format!("{size}\r\nabc\r\n0\r\n\r\n"), Err("hexadecimal"));
        }
        check("3\rXabc", Err("CRLF"));
        check("3\r\nabcd\r\n", Err("CRLF"));
        check("3\r\nabc\n0\r\n\r\n", Err("CRLF"));
        check("3\r\nabc\r0", Err("CRLF"));
        check("0\r\nTrailer: a\r\n\r\n", Err("trailers"));
        check("0\r\n\n", Err("trailers"));
        check("0\r\n\rX", Err("CRLF"));
    }
}
