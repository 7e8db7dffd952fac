//! What nobody can guess.

use super::text::Text;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// 256 bits, as URLs and cookies carry them. None when the system has no randomness: then nothing may begin.
pub(super) fn secret() -> Option<Text> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemRandom::new().fill(&mut bytes[..]).ok()?;
    Some(Text::from(URL_SAFE_NO_PAD.encode(&bytes[..])))
}

/// 64 bits.
pub(super) fn number() -> Option<u64> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}
