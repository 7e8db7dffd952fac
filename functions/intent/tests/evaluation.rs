//! How well questions are read, measured on data beside the repository; and what must hold for any text at all.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a measurement reads files and prints figures"
)]

use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use zero_types::prelude::*;

fn rows(name: &str) -> Option<Vec<Json>> {
    let path = format!("{}/../../../shared/data/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("\n!!! NOT MEASURED: no `{path}`\n");
        return None;
    };
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn languages() {
    let Some(rows) = rows("lang") else { return };
    let mut by_language: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut missed: BTreeMap<String, u32> = BTreeMap::new();
    for row in rows.iter().step_by(4) {
        let (text, lang) = (row["text"].as_str().unwrap(), row["lang"].as_str().unwrap());
        let read = zero_intent::read(&Question::new(text)).language;
        let entry = by_language.entry(lang.to_owned()).or_default();
        entry.1 += 1;
        if read == lang {
            entry.0 += 1;
        } else {
            *missed.entry(format!("{lang} as {read}")).or_default() += 1;
        }
    }
    let (right, all) = by_language.values().fold((0, 0), |(right, all), (r, a)| (right + r, all + a));
    eprintln!("language: {:.2} % of {all}; missed {missed:?}", 100.0 * f64::from(right) / f64::from(all));
    assert!(f64::from(right) > 0.97 * f64::from(all), "{by_language:?}");
}

/// English questions of assistants: none may be taken for another language; prints kinds for a look.
#[test]
fn short_english_and_kinds() {
    let Some(rows) = rows("intent") else { return };
    let expected = [
        ("weather", Kind::Weather),
        ("translate", Kind::Translation),
        ("definition", Kind::Definition),
        ("calculator", Kind::Calculation),
        ("measurement_conversion", Kind::Conversion),
        ("exchange_rate", Kind::Conversion),
        ("time", Kind::DateTime),
        ("date", Kind::DateTime),
        ("timezone", Kind::DateTime),
        ("greeting", Kind::ChitChat),
        ("goodbye", Kind::ChitChat),
        ("thank_you", Kind::ChitChat),
        ("tell_joke", Kind::ChitChat),
        ("recipe", Kind::HowTo),
        ("directions", Kind::Place),
    ];
    let (mut english, mut all) = (0_u32, 0_u32);
    let mut kinds: BTreeMap<&str, (u32, u32, BTreeMap<String, u32>)> = BTreeMap::new();
    for row in rows.iter().step_by(3) {
        let intent = zero_intent::read(&Question::new(row["text"].as_str().unwrap()));
        all += 1;
        english += u32::from(intent.language == "en");
        if let Some((name, kind)) = expected.iter().find(|(name, _)| Some(*name) == row["intent"].as_str()) {
            let entry = kinds.entry(name).or_default();
            entry.1 += 1;
            if intent.kind == *kind {
                entry.0 += 1;
            } else {
                *entry.2.entry(format!("{:?}", intent.kind)).or_default() += 1;
            }
        }
    }
    let share = 100.0 * f64::from(english) / f64::from(all);
    eprintln!("english: {share:.2} % of {all}");
    for (name, (right, count, missed)) in &kinds {
        eprintln!("  kind {name}: {right}/{count} {missed:?}");
    }
    assert!(share > 98.0, "short English questions come out as something exotic");
}

/// Prints what one reading takes in this build; a long question must stay far below its budget even unoptimised.
#[test]
fn reading_is_fast() {
    let short = Question::new("what is the capital of Japan and its currency");
    let words = [
        "weather",
        "in",
        "Paris",
        "on",
        "3",
        "March",
        "2027",
        "at",
        "5pm",
        "costs",
        "$12.50",
        "per",
        "mile,",
        "twenty-one",
        "years",
        "ago",
    ];
    let long: Vec<&str> = words.iter().copied().cycle().take(760).collect();
    let long = Question::new(long.join(" "));
    for (name, question, times) in [("short", &short, 200_u32), ("4 kB", &long, 5)] {
        drop(zero_intent::read(question));
        let start = std::time::Instant::now();
        (0..times).for_each(|_| drop(zero_intent::read(question)));
        let each = start.elapsed() / times;
        eprintln!("read {name} ({} bytes): {each:?}", question.text.len());
        assert!(each.as_millis() < 500, "{name} takes {each:?}");
    }
}

/// Spans of entities against the recogniser specs: recall of exact spans, for the types the contract has.
#[test]
fn entity_spans() {
    let Some(rows) = rows("entities") else { return };
    let mut by_model: BTreeMap<String, (u32, u32, u32)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["kind"] == "model") {
        let text = row["text"].as_str().unwrap();
        let now_ms = row["reference"]
            .as_str()
            .and_then(|at| at.parse::<jiff::civil::DateTime>().ok())
            .map_or(0, |at| at.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_millisecond());
        let found = zero_intent::read(&Question { now_ms, ..Question::new(text) }).entities;
        let entry = by_model.entry(row["model"].as_str().unwrap().to_owned()).or_default();
        for gold in row["entities"].as_array().unwrap() {
            let (Some(start), Some(end)) = (gold["start"].as_u64(), gold["end"].as_u64()) else { continue };
            let byte =
                |index: u64| text.char_indices().nth(usize::try_from(index).unwrap()).map_or(text.len(), |(at, _)| at);
            let span = Span::new(byte(start), byte(end));
            entry.1 += 1;
            let exact = found.iter().any(|entity| entity.span.start == span.start && entity.span.end == span.end);
            entry.0 += u32::from(exact);
            if !exact && std::option_env!("SHOW_SPANS").is_some() {
                let got: Vec<_> = found.iter().map(|entity| (&entity.text, &entity.value)).collect();
                eprintln!("{} | {text} | {} | {got:?}", row["model"], gold["text"]);
            }
            entry.2 +=
                u32::from(found.iter().any(|entity| entity.span.start < span.end && span.start < entity.span.end));
        }
    }
    let mut total = (0, 0, 0);
    for (model, (exact, all, touched)) in &by_model {
        eprintln!("  spans {model}: exact {exact}, touched {touched} of {all}");
        total = (total.0 + exact, total.1 + all, total.2 + touched);
    }
    eprintln!(
        "entity spans: exact {:.1} %, touched {:.1} % of {}",
        100.0 * f64::from(total.0) / f64::from(total.1),
        100.0 * f64::from(total.2) / f64::from(total.1),
        total.1
    );
    assert!(total.2 * 5 > total.1 * 4, "fewer than four fifths of the entities are seen at all");
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        hold(&text);
    }

    #[test]
    fn any_mix_of_what_the_grammar_knows_is_read(parts in proptest::collection::vec(proptest::sample::select(vec![
        "1", "99999999999999999999", "-", "/", ":", ".", ",", "31", "2027", "next", "last", "Friday", "March", "in", "of", "the", "days", "million", "half",
        "past", "$", "€", "5pm", "km", "°C", "'", "\"", "and", "a", "hundred", "billion", "ago", "to", "from", "between", "what", "is", "capital", "who", "1e60",
        "(", ")", "%", "+", "century", "decade", "9999-12-31", "0000-01-01", "millennia", "Q4", "'s", "Paris", "🦀", "é", "week", "since", "christmas",
    ]), 0..30), spaced in proptest::bool::ANY) {
        hold(&parts.join(if spaced { " " } else { "" }));
    }
}

/// Nothing panics, spans lie in the text in order and do not overlap, and all is as bounded as the contract says.
fn hold(text: &str) {
    for now_ms in [0, 1_795_167_000_000, i64::MAX, i64::MIN, 253_402_207_200_000] {
        let intent = zero_intent::read(&Question { now_ms, ..Question::new(text) });
        let mut at = 0;
        for entity in &intent.entities {
            assert!(entity.span.start >= at && entity.span.end >= entity.span.start, "{text}");
            assert_eq!(entity.span.of(text), Some(entity.text.as_str()), "{text}");
            at = entity.span.end;
        }
        assert!(intent.topics.len() <= 8 && (0.0..=1.0).contains(&intent.certainty), "{text}");
    }
}
