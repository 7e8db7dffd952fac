//! What holds for every input, however hostile.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may fail, print, read files and look at the clock"
)]

use proptest::prelude::*;
use zero_types::prelude::*;

fn finding(id: &str, passages: Vec<(String, String)>) -> Finding {
    let passages = passages
        .into_iter()
        .map(|(title, text)| Passage {
            title,
            url: Some(format!("https://{id}.example/")),
            text,
            language: None,
            published: None,
            score: 0.5,
        })
        .collect();
    Finding { source_id: id.into(), source_name: id.into(), bid: 0.6, passages, claims: vec![] }
}

fn check(answer: &Answer, findings: &[Finding]) {
    assert_eq!(answer.sentences.is_empty(), answer.abstention.is_some());
    assert!((0.0..=1.0).contains(&answer.confidence));
    let sides = answer.contradictions.iter().flat_map(|c| &c.sides).flat_map(|side| &side.citations);
    for sentence in &answer.sentences {
        assert!(!sentence.citations.is_empty(), "{}", sentence.text);
        assert!((0.0..=1.0).contains(&sentence.support));
        assert!(
            !sentence.text.chars().any(|c| c.is_control() || ('\u{200b}'..='\u{200f}').contains(&c)),
            "{:?}",
            sentence.text
        );
    }
    for citation in answer.sentences.iter().flat_map(|s| &s.citations).chain(sides) {
        let finding = &findings[citation.finding as usize];
        let passage = &finding.passages[citation.passage as usize];
        assert_eq!(citation.source_id, finding.source_id);
        assert!(citation.span.of(&passage.text).is_some_and(|said| !said.is_empty()));
    }
}

/// Words that meet often enough to reach every branch.
fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "Tokyo",
        "Japan",
        "is",
        "the",
        "capital",
        "of",
        "1928",
        "1,234.5",
        "million",
        ". ",
        "Fleming",
        "discovered",
        "penicillin",
        "in",
        "not",
        "[1]",
        "http://x.y/z",
        "\u{202e}",
        "\u{1b}[31m",
        "<b>",
        "東京",
        "は",
        "。",
        "é",
        "\n",
        "May",
        "3",
        "%",
        "by",
        "🙂",
        "Who",
        "population",
        "when",
        "[",
        "](",
        "![",
        "½",
        "−7",
    ]);
    prop_oneof![
        3 => prop::collection::vec(words, 0..40).prop_map(|words| words.join(" ")),
        1 => "\\PC{0,80}",
        1 => prop::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
    ]
}

fn claim(subject: String, property: String, value: String, span: (u32, u32)) -> Claim {
    let span = Span { start: span.0, end: span.1 };
    Claim { passage: 0, span, subject, property, value: Value::Number(value), time: None, negated: false }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_every_citation_stands(
        asked in text(), subject in prop::option::of(text()), properties in prop::collection::vec(text(), 0..3),
        passages in prop::collection::vec((text(), text()), 0..5), draft in text(), value in text(), span in (0_u32..90, 0_u32..90),
        bid in any::<f32>(),
    ) {
        let mut question = Question::new(asked);
        let mut found = finding("a", passages.clone());
        found.bid = bid;
        found.claims.push(claim("Japan".into(), "capital".into(), value.clone(), span));
        found.claims.push(claim(subject.clone().unwrap_or_default(), properties.first().cloned().unwrap_or_default(), value, (0, 4)));
        let findings = [found, finding("b", passages)];
        for language in ["en", "de", "ja", "\u{0}"] {
            question.language = Some(language.into());
            let intent = Intent { subject: subject.clone(), properties: properties.clone(), ..Intent::unknown(language) };
            check(&zero_synthesis::compose(&question, &intent, &findings), &findings);
            check(&zero_synthesis::verify(&draft, &question, &intent, &findings), &findings);
            let messages = zero_synthesis::prompt(&question, &intent, &findings);
            prop_assert_eq!(&messages, &zero_synthesis::prompt(&question, &intent, &findings));
            prop_assert_eq!(messages.len(), 2);
        }
    }

    #[test]
    fn a_number_that_the_span_lacks_is_never_kept(truth in 2_u32..5000, lie in 2_u32..5000, scale in 0_usize..3) {
        prop_assume!(truth != lie);
        let unit = ["", " million", " thousand"][scale];
        let passage = format!("The town of Alba has {truth}{unit} inhabitants. It lies by a river.");
        let findings = [finding("a", vec![("Alba".into(), passage)])];
        let (question, intent) = (Question::new("How many inhabitants has Alba?"), Intent::unknown("en"));
        let draft = |n: u32| format!("The town of Alba has {n}{unit} inhabitants [1].");
        let kept = |draft: &str| !zero_synthesis::verify(draft, &question, &intent, &findings).sentences.is_empty();
        prop_assert!(kept(&draft(truth)));
        prop_assert!(!kept(&draft(lie)));
    }
}

/// The most that a host hands over, against a budget that leaves room for a slow machine and an unoptimised build.
#[test]
fn the_largest_findings_are_answered_in_time() {
    let filler = "Alexander Fleming worked at a hospital in London. The river 12. a. b. c. flows north of 3.5 km (see U.S. maps). ";
    let findings: Vec<Finding> = (0..16)
        .map(|source| {
            let passage = |n: usize| (format!("Title {n}"), format!("{source} {n} {}", filler.repeat(28)));
            finding(&format!("s{source}"), (0..64).map(passage).collect())
        })
        .collect();
    let (question, intent) = (Question::new("Who worked at a hospital in London?"), Intent::unknown("en"));
    let start = std::time::Instant::now();
    let answer = zero_synthesis::compose(&question, &intent, &findings);
    let composed = start.elapsed();
    check(&answer, &findings);
    assert!(!answer.sentences.is_empty());
    let start = std::time::Instant::now();
    let small = [finding("a", (0..10).map(|n| (format!("T{n}"), format!("{n} {}", filler.repeat(8)))).collect())];
    let answer = zero_synthesis::compose(&question, &intent, &small);
    check(&answer, &small);
    eprintln!(
        "synthesis: 16 x 64 passages of 3 kB {composed:?}, 10 passages of 1 kB {:?} (this build)",
        start.elapsed()
    );
    assert!(composed.as_millis() < 3000);
}
