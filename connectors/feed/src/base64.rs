//! Base64, which Atom 0.3 allows for any text.

/// The bytes; what is no digit is passed over, as mail readers do.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in text.bytes().take_while(|byte| *byte != b'=').filter_map(digit) {
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).unwrap_or_default());
        }
    }
    bytes
}

fn digit(byte: u8) -> Option<u32> {
    let digit = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(digit))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn texts_are_decoded() {
        for (text, bytes) in [("TGFudGVybg==", "Lantern"), (" TGFu\n dGVy ", "Lanter"), ("", ""), ("****", "")] {
            assert_eq!(decode(text), bytes.as_bytes());
        }
    }
}
