//! One passage for each entity: label, description, and its facts as sentences; and a claim for each value in it.

use crate::facts::Fact;
use crate::properties::by_id;
use crate::rounds::Candidate;
use std::collections::BTreeMap;
use zero_connector_sdk::prose::capitalised;
use zero_connector_sdk::{Claim, Findings, Passage, Span};

/// What a less likely namesake loses.
const RANK_STEP: f32 = 0.2;

pub(crate) fn findings(
    page: &str,
    language: &str,
    candidates: &[Candidate],
    facts: &[Fact],
    labels: &BTreeMap<String, String>,
) -> Findings {
    // Who has what is asked comes before who has only the name.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|nth| !facts.iter().any(|fact| fact.of == *nth));
    let mut findings = Findings::none();
    let mut score = 1.0_f32;
    for nth in order {
        let Some(candidate) = candidates.get(nth) else { continue };
        let mut passage = Passage {
            title: candidate.label.clone(),
            url: Some(format!("{page}{}", candidate.id)),
            text: match candidate.description.as_str() {
                "" => format!("{}.", candidate.label),
                description => format!("{}: {description}.", candidate.label),
            },
            language: Some(language.to_owned()),
            published: None,
            score: score.max(0.1),
        };
        let of: Vec<&Fact> = facts.iter().filter(|fact| fact.of == nth).collect();
        let said = say(&mut passage, u32::try_from(findings.passages.len()).unwrap_or(u32::MAX), &of, labels);
        if said.is_empty() {
            passage.score *= 0.5;
        }
        findings.claims.extend(said);
        findings.passages.push(passage);
        score -= RANK_STEP;
    }
    findings
}

/// Adds a sentence for each property.
fn say(passage: &mut Passage, index: u32, facts: &[&Fact], labels: &BTreeMap<String, String>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut properties: Vec<u32> = Vec::new();
    for fact in facts {
        if !properties.contains(&fact.property) {
            properties.push(fact.property);
        }
    }
    for id in properties {
        let Some(property) = by_id(id) else { continue };
        let values = facts.iter().filter(|fact| fact.property == id);
        let mut spoken = values
            .filter_map(|fact| fact.value.say(property.holds, labels).map(|(text, value)| (*fact, text, value)))
            .peekable();
        if spoken.peek().is_none() {
            continue;
        }
        passage.text.push(' ');
        passage.text.push_str(&capitalised(property.name));
        for (nth, (fact, text, value)) in spoken.enumerate() {
            passage.text.push_str(if nth == 0 { ": " } else { ", " });
            let start = passage.text.len();
            passage.text.push_str(&text);
            let span = Span::new(start, passage.text.len());
            if let Some(time) = fact.time.as_deref().filter(|time| !time.contains('/')) {
                passage.text.push_str(&format!(" ({time})"));
            }
            claims.push(Claim {
                passage: index,
                span,
                subject: passage.title.clone(),
                property: property.name.to_owned(),
                value,
                time: fact.time.clone(),
                negated: false,
            });
        }
        passage.text.push('.');
    }
    claims
}
