//! The kind of a question, and how sure it is.

use crate::evidence::weigh;
use crate::tables::KINDS;
use crate::tokens::Token;
use zero_types::prelude::{Kind, Named as _};

/// Evidence that nothing speaks for: what keeps a single weak hint from being certain.
const DOUBT: f32 = 1.0;

/// The likeliest kind and its certainty, 0 to 1.
pub(crate) fn classify(tokens: &[Token<'_>], features: &[String]) -> (Kind, f32) {
    let sums = weigh(KINDS, tokens, features);
    let Some((name, best)) = sums.first() else { return (Kind::Other, 0.1) };
    let kind = Kind::named(name).unwrap_or(Kind::Other);
    if *best < 0.8 {
        return (if features.is_empty() { Kind::Other } else { kind }, 0.2);
    }
    let total: f32 = sums.iter().map(|(_, sum)| (sum - best).exp()).sum::<f32>() + (DOUBT - best).exp();
    (kind, (1.0 / total).clamp(0.05, 0.98))
}
