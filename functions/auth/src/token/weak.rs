//! RSA keys that prove nothing: too short, of an exponent that hides nothing, or of a generator that is broken.

/// Shorter moduli can be factored before long (NIST SP 800-131A).
const MODULUS_BITS_MIN: usize = 2048;
/// Longer ones only make each request dearer.
const MODULUS_BITS_MAX: usize = 4096;
/// 65537: smaller ones have had one attack after the other, and hardly anybody uses a larger one.
const EXPONENT_MIN: u64 = 65_537;

/// Whether a modulus (big-endian) is even, of a wrong length, or of a ROCA key.
pub(crate) fn modulus(bytes: &[u8]) -> bool {
    let bytes = trimmed(bytes);
    let Some((first, last)) = bytes.first().zip(bytes.last()) else { return true };
    let bits = bytes.len() * 8 - first.leading_zeros() as usize;
    !(MODULUS_BITS_MIN..=MODULUS_BITS_MAX).contains(&bits) || last & 1 == 0 || is_roca(bytes)
}

/// Whether an exponent (big-endian) is even, too small, or larger than 64 bits.
pub(crate) fn exponent(bytes: &[u8]) -> bool {
    let bytes = trimmed(bytes);
    let value = bytes.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    bytes.len() > size_of::<u64>() || value < EXPONENT_MIN || value & 1 == 0
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// CVE-2017-15361: primes of the broken generator are powers of 65537 modulo many small primes, and so is the modulus.
/// One of some 2^27 sound moduli looks the same.
fn is_roca(modulus: &[u8]) -> bool {
    const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    PRIMES.iter().all(|&prime| {
        let rest = modulus.iter().fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        for _ in 1..prime {
            if power == rest {
                return true;
            }
            power = power * 65_537 % prime;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents() {
        for (bytes, weak) in [
            (&[][..], true),
            (&[1], true),
            (&[3], true),
            (&[1, 0, 0], true),
            (&[1, 0, 1], false),
            (&[0, 1, 0, 1], false),
            (&[1, 0, 2], true),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 1], true),
        ] {
            assert_eq!(exponent(bytes), weak, "{bytes:?}");
        }
    }

    #[test]
    fn moduli() {
        let of = |first: u8, bytes: usize, last: u8| {
            let mut modulus = vec![0x5a; bytes];
            modulus[0] = first;
            modulus[bytes - 1] = last;
            modulus
        };
        for (modulus_bytes, weak) in [
            (of(0x80, 256, 1), false),
            (of(0x7f, 256, 1), true),
            (of(0x80, 256, 2), true),
            (of(0x80, 128, 1), true),
            (of(0xff, 512, 1), false),
            (of(0x01, 513, 1), true),
            (vec![], true),
            (vec![0; 256], true),
        ] {
            assert_eq!(modulus(&modulus_bytes), weak, "{} bytes", modulus_bytes.len());
        }
        // One is every power's first: of the form, whatever its length.
        assert!(is_roca(&[1]) && !is_roca(&[2]));
    }
}
