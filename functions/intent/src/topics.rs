//! The topics of a question, by the names of the catalogue, heaviest first.

use crate::evidence::weigh;
use crate::tables::TOPICS;
use crate::tokens::Token;
use zero_types::prelude::{Kind, Named as _, Topic};

/// What the contract allows.
const TOPICS_MAX: usize = 8;
/// Lighter than this share of the heaviest is noise.
const SHARE_MIN: f32 = 0.2;

/// Weights are evidence squeezed into 0 to 1, so that one strong hint is about a half and three are nearly sure.
pub(crate) fn assign(tokens: &[Token<'_>], features: &[String], kind: Kind) -> Vec<Topic> {
    let mut features = features.to_vec();
    features.push(format!("<kind:{}>", kind.name()));
    let sums = weigh(TOPICS, tokens, &features);
    let best = sums.first().map_or(0.0, |(_, sum)| *sum);
    let kept = sums.into_iter().take_while(|(_, sum)| *sum > 0.0 && *sum >= best * SHARE_MIN).take(TOPICS_MAX);
    kept.map(|(name, sum)| Topic {
        name: name.to_owned(),
        weight: ((1.0 - (-0.7 * sum).exp()) * 100.0).round() / 100.0,
    })
    .collect()
}
