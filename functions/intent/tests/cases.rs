//! The cases of `tests/cases/*.md`: a heading is a question, the block below it what is read from it.
//!
//! `UPDATE_EXPECT=1 cargo test -p zero-intent --test cases` writes what is read now; read the diff before you keep it.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a test reads its cases from files, and stops at the first thing that is wrong with them"
)]

use std::fmt::Write as _;
use std::path::Path;
use zero_intent as _;
use zero_types::prelude::*;

/// Friday, 20 November 2026, 10:30 in Berlin: what "today" is unless a case says otherwise.
const NOW_MS: i64 = 1_795_167_000_000;

#[test]
fn every_case_is_read_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var("UPDATE_EXPECT").is_ok();
    let mut wrong = String::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no cases");
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let written = std::fs::read_to_string(path).unwrap();
        let read = check(&written);
        if bless {
            std::fs::write(path, &read).unwrap();
        } else {
            diff(path, &written, &read, &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nhint: if this is what should be read, bless it with `UPDATE_EXPECT=1`");
}

/// The document with every block replaced by what is read from the question above it.
fn check(document: &str) -> String {
    let mut out = String::new();
    let mut question: Option<Question> = None;
    let mut inside = false;
    for line in document.lines() {
        if let Some(text) = line.strip_prefix("## ") {
            question = Some(Question { now_ms: NOW_MS, time_zone: "Europe/Berlin".to_owned(), ..Question::new(text) });
        } else if let (Some(asked), Some((key, value))) = (question.as_mut(), line.split_once(": ").filter(|_| !inside))
        {
            match key {
                "zone" => asked.time_zone = value.to_owned(),
                "language" => asked.language = Some(value.to_owned()),
                "country" => {
                    asked.place = Some(Place {
                        name: value.to_owned(),
                        country: Some(value.to_owned()),
                        latitude: None,
                        longitude: None,
                    });
                }
                _ => {}
            }
        }
        if line.starts_with("```") {
            inside = !inside;
            writeln!(out, "{line}").unwrap();
            if let Some(asked) = question.as_ref().filter(|_| inside) {
                out.push_str(&render(&zero_intent::read(asked)));
            }
        } else if !inside {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}

fn diff(path: &Path, written: &str, read: &str, wrong: &mut String) {
    let mut heading = "";
    let (written, read): (Vec<&str>, Vec<&str>) = (written.lines().collect(), read.lines().collect());
    for line in written.iter().filter(|line| line.starts_with("## ") || !read.contains(line)) {
        if line.starts_with("## ") {
            heading = line;
        } else {
            writeln!(wrong, "{} {heading}\n  expected {line}", path.display()).unwrap();
        }
    }
    for line in read.iter().filter(|line| !written.contains(line)) {
        writeln!(wrong, "  {} now reads {line}", path.display()).unwrap();
    }
    if wrong.is_empty() && written != read {
        writeln!(wrong, "{}: lines moved", path.display()).unwrap();
    }
}

fn render(intent: &Intent) -> String {
    let mut out = String::new();
    writeln!(out, "{} {:?} -> {:?}", intent.language, intent.kind, intent.expects).unwrap();
    if let Some(subject) = &intent.subject {
        writeln!(out, "subject: {subject}").unwrap();
    }
    if !intent.properties.is_empty() {
        writeln!(out, "properties: {}", intent.properties.join(", ")).unwrap();
    }
    for entity in &intent.entities {
        writeln!(out, "entity: {} = {}", entity.text, show(&entity.value)).unwrap();
    }
    let topics: Vec<&str> = intent.topics.iter().take(4).map(|topic| topic.name.as_str()).collect();
    writeln!(out, "topics: {}", topics.join(", ")).unwrap();
    writeln!(out, "keywords: {}", intent.keywords.join(", ")).unwrap();
    out
}

fn show(value: &Value) -> String {
    match value {
        Value::Place(place) => format!("place {} {}", place.name, place.country.as_deref().unwrap_or("?")),
        Value::Quantity(quantity) => format!("quantity {} {}", quantity.number, quantity.unit),
        Value::Money(money) => format!("money {} {}", money.amount, money.currency),
        Value::DateRange(interval) => format!("dates {}..{}", interval.start, interval.end),
        Value::NumberRange(interval) => format!("numbers {}..{}", interval.start, interval.end),
        Value::Identifier(identifier) => format!("{} {}", identifier.scheme, identifier.id),
        other => format!("{other:?}").replace("Value::", ""),
    }
}
