//! The calculator: arithmetic that is exact wherever numbers are, and says so where they are not.
//!
//! **Takes** a question that is a calculation from its first word to its last, in digits or in words.
//! **Gives** one passage such as `15% of 240 = 36` with one claim over its result.
//! **Fails** never: what is no calculation gets a bid of 0, and what has no value ("1/0") is said to have none.
//! **Limits**: see [`limits`]; beyond them the passage says that the result is too large.
//! **Why it is so**: a single unknown word means that something else is asked, so the whole question must parse.
//!
//! Numbers are `dashu` integers and fractions: pure Rust with fast printing, so that `2^1000` and `0.1 + 0.2` are exact;
//! functions without exact values use `libm`, which gives the same bits natively and as wasm.
//! The grammar is ours (binding powers), because "15% of 240" and "240 + 15%" are no other crate's grammar.

mod answer;
mod forms;
mod frame;
mod functions;
mod language;
mod limits;
mod number;
mod numerals;
mod parse;
mod scan;
mod show;
mod theory;
mod vocabulary;
mod words;

use zero_connector_sdk::{Connector, Descriptor, Failure, Findings, Intent, Kind, Plan, Question, Source, export};

/// The calculator.
pub struct Calculator;

impl Connector for Calculator {
    fn describe() -> Descriptor {
        Descriptor {
            name: "calculator".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Calculates: arithmetic, percentages, powers and roots, trigonometry, logarithms, factorials, \
                      averages, number bases and prime factors, written in digits or in words."
                .to_owned(),
            hosts: Vec::new(),
            settings: Vec::new(),
            credentials: Vec::new(),
            kinds: vec![Kind::Calculation],
        }
    }

    fn plan(_: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure> {
        let language = question.language.as_deref().unwrap_or(&intent.language);
        Ok(match answer::answer(&question.text, language) {
            Some(found) => Plan::done(found.bid, Findings { passages: vec![found.passage], claims: vec![found.claim] }),
            None => Plan::not_relevant(),
        })
    }
}

export!(Calculator);

#[cfg(test)]
mod tests;
