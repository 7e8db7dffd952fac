//! The cases in `tests/cases/*.md`: a question, what sources found, and the answer that must come of it.
//!
//! In a fenced block, one thing a line: `Q` question, `I` what the intent knows, `S` a source with its bid, `P` its
//! passages (title | address or - | text), `C` their claims (passage | subject | property | type value | quoted words |
//! time or - | `denied`), `D` a model's draft, then `=>` and the answer. `\u{..}` and `\n` are read as the characters.
//! `BLESS=1 cargo test` writes what came out; read the difference.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test may fail, print, read files and look at the clock"
)]

use std::fmt::Write as _;
use zero_types::prelude::*;

#[test]
fn every_case_is_answered_as_written() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut blessed = String::new();
        for (at, part) in text.split("```").enumerate() {
            if at > 0 {
                blessed.push_str("```");
            }
            let Some((case, wanted)) = part.split_once("\n=>\n").filter(|_| at % 2 == 1) else {
                blessed.push_str(part);
                continue;
            };
            let got = check(case);
            if got != wanted {
                write!(wrong, "{}:{case}\n-- wanted\n{wanted}-- got\n{got}\n", file.display()).unwrap();
            }
            write!(blessed, "{case}\n=>\n{got}").unwrap();
        }
        if option_env!("BLESS").is_some() {
            std::fs::write(&file, blessed).unwrap();
        }
    }
    assert!(wrong.is_empty() || option_env!("BLESS").is_some(), "{wrong}");
}

/// Reads a case, answers it, and writes the answer as the cases do.
fn check(case: &str) -> String {
    let mut question = Question::new("");
    let mut intent = Intent::unknown("en");
    let mut findings: Vec<Finding> = Vec::new();
    let mut draft = None;
    for line in case.lines().filter(|line| !line.trim().is_empty()) {
        let (key, rest) = line.split_once(": ").unwrap_or_else(|| panic!("not a line of a case: {line}"));
        let rest = unescape(rest);
        match key {
            "Q" => question.text = rest,
            "L" => question.language = Some(rest),
            "I" => hint(&mut intent, &rest),
            "D" => draft = Some(rest),
            "S" => {
                let (id, bid) = rest.split_once(' ').unwrap();
                let bid = bid.parse().unwrap();
                findings.push(Finding {
                    source_id: id.into(),
                    source_name: id.into(),
                    bid,
                    passages: vec![],
                    claims: vec![],
                });
            }
            "P" => findings.last_mut().unwrap().passages.push(passage(&rest)),
            "C" => {
                let finding = findings.last_mut().unwrap();
                let claim = claim(&rest, finding);
                finding.claims.push(claim);
            }
            _ => panic!("unknown key {key}"),
        }
    }
    let answer = match draft {
        Some(draft) => zero_synthesis::verify(&draft, &question, &intent, &findings),
        None => zero_synthesis::compose(&question, &intent, &findings),
    };
    written(&answer, &findings)
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (code, tail) = after.split_once('}').unwrap();
        out.push_str(before);
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        rest = tail;
    }
    (out + rest).replace("\\n", "\n")
}

fn hint(intent: &mut Intent, hints: &str) {
    for hint in hints.split("; ") {
        let (name, value) = hint.split_once(' ').unwrap();
        match name {
            "language" => intent.language = value.into(),
            "subject" => intent.subject = Some(value.into()),
            "properties" => intent.properties = value.split(", ").map(str::to_owned).collect(),
            "expects" => {
                intent.expects = match value {
                    "person" => AnswerType::Person,
                    "place" => AnswerType::Place,
                    "date" => AnswerType::Date,
                    "number" => AnswerType::Number,
                    "list" => AnswerType::ListOf,
                    _ => panic!("{value}"),
                }
            }
            "kind" => {
                intent.kind = match value {
                    "fact" => Kind::Fact,
                    "definition" => Kind::Definition,
                    "calculation" => Kind::Calculation,
                    "how-to" => Kind::HowTo,
                    "weather" => Kind::Weather,
                    _ => panic!("{value}"),
                }
            }
            _ => panic!("{name}"),
        }
    }
}

fn passage(line: &str) -> Passage {
    let mut parts = line.splitn(3, " | ");
    let (title, url, text) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let computed = url == "-";
    let score = if computed { 1.0 } else { 0.5 };
    let url = (!computed).then(|| url.to_owned());
    Passage { title: title.into(), url, text: text.into(), language: None, published: None, score }
}

fn claim(line: &str, finding: &Finding) -> Claim {
    let parts: Vec<&str> = line.split(" | ").collect();
    let passage: u32 = parts[0].parse().unwrap();
    let (kind, value) = parts[3].split_once(' ').unwrap();
    let (number, unit) = value.rsplit_once(' ').unwrap_or((value, ""));
    let value = match kind {
        "text" => Value::Text(value.into()),
        "number" => Value::Number(value.into()),
        "date" => Value::Date(value.into()),
        "money" => Value::Money(Money { amount: number.into(), currency: unit.into() }),
        "quantity" => Value::Quantity(Quantity { number: number.into(), unit: unit.into() }),
        _ => panic!("{kind}"),
    };
    Claim {
        passage,
        span: finding.passages[passage as usize].span_of(parts[4]),
        subject: parts[1].into(),
        property: parts[2].into(),
        value,
        time: parts.get(5).filter(|time| **time != "-").map(|time| (*time).to_owned()),
        negated: parts.get(6).is_some(),
    }
}

fn written(answer: &Answer, findings: &[Finding]) -> String {
    let mut out = String::new();
    let cited = |citation: &Citation| {
        let passage = &findings[citation.finding as usize].passages[citation.passage as usize];
        format!("{} {:?}", citation.source_id, citation.span.of(&passage.text).unwrap())
    };
    for sentence in &answer.sentences {
        writeln!(out, "{}", sentence.text).unwrap();
        for citation in &sentence.citations {
            writeln!(out, "  {}", cited(citation)).unwrap();
        }
    }
    if let Some(short) = &answer.short {
        writeln!(out, "short: {short}").unwrap();
    }
    for contradiction in &answer.contradictions {
        writeln!(out, "contradiction: {} of {}", contradiction.property, contradiction.subject).unwrap();
        for side in &contradiction.sides {
            let by: Vec<String> = side.citations.iter().map(cited).collect();
            writeln!(out, "  {} by {}", side.text, by.join(", ")).unwrap();
        }
    }
    if let Some(abstention) = &answer.abstention {
        writeln!(out, "{:?}: {}", abstention.kind, abstention.reason).unwrap();
    }
    out
}
