//! x
use zero_types::prelude::*;
/// x
pub fn read(q: &Question) -> Intent {
    Intent {
        language: "en".into(),
        kind: Kind::Fact,
        topics: vec![],
        entities: vec![],
        keywords: q.text.split(' ').map(str::to_owned).collect(),
        subject: None,
        properties: vec![],
        expects: AnswerType::Text,
        certainty: 0.0,
    }
}
#[cfg(target_arch = "wasm32")]
mod component;
