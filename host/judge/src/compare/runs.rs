//! What is replayed: questions to sources, and what was recorded for them.

use crate::question;
use crate::report::Sheet;
use crate::stock::{Stock, label};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::{fs, io};
use zero_builder::fixtures::{self, Fixtures, FixturesError, SOURCES_FILE};
use zero_connector_sdk::testing::{Exchange, matches_pattern, unrecorded};
use zero_pipeline::receipt::RECEIPT_BYTES_MAX;
use zero_pipeline::wire::twin::{self, Twin as _};
use zero_types::prelude::{Intent, Outcome, Profile, Question, Request, Source, Turn};

/// Receipts of one folder.
const RECEIPTS_MAX: usize = 1_000;

/// One question to one source, with what was recorded for it.
#[derive(Debug, Clone)]
pub struct Run {
    /// For the report.
    pub name: String,
    pub(super) source: Source,
    pub(super) question: Question,
    pub(super) intent: Intent,
    /// Without anything recorded only bids are compared.
    pub(super) recorded: Vec<Recorded>,
}

/// Something a service once answered.
#[derive(Debug, Clone)]
pub(super) enum Recorded {
    /// An exchange's file, which may answer many requests.
    Exchange(Exchange),
    /// One delivery, as a receipt has it.
    Delivered(Request, Outcome),
}

/// Why there is nothing to replay.
#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    /// Fixtures of a component or a folder.
    #[error(transparent)]
    Fixtures(#[from] FixturesError),
    /// Fixtures that can be read, but not understood.
    #[error("the fixtures cannot be used: {0}\n\nhint: `zero connector check` says it all")]
    Stock(String),
    /// A file of the folder.
    #[error("cannot read `{path}`: {error}", path = path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// A file that is no receipt.
    #[error("not a receipt: {0}\n\nhint: `zero ask --receipt` writes one")]
    Receipt(String),
    /// Over the limit.
    #[error("over {RECEIPTS_MAX} receipts\n\nhint: move some of them elsewhere")]
    TooMany,
}

/// A world that answers what was recorded; tells what it was asked beyond that.
pub(super) struct World<'r> {
    recorded: &'r [Recorded],
    spent: Vec<bool>,
    /// Requests that nothing answers.
    pub(super) unrecorded: Vec<String>,
}

impl<'r> World<'r> {
    pub(super) fn new(run: &'r Run) -> Self {
        Self { recorded: &run.recorded, spent: vec![false; run.recorded.len()], unrecorded: Vec::new() }
    }

    pub(super) fn answer(&mut self, request: &Request) -> Outcome {
        let mut last = None;
        for (recorded, spent) in self.recorded.iter().zip(&mut self.spent) {
            match recorded {
                Recorded::Exchange(exchange) if exchange.answers(request) => {
                    return Outcome::Response(exchange.response.clone());
                }
                // Equal requests were answered one after the other, maybe differently.
                Recorded::Delivered(asked, outcome) if is_same(asked, request) => {
                    if !*spent {
                        *spent = true;
                        return outcome.clone();
                    }
                    last = Some(outcome);
                }
                Recorded::Exchange(_) | Recorded::Delivered(..) => {}
            }
        }
        match last {
            Some(outcome) => outcome.clone(),
            None => {
                self.unrecorded.push(request.url.clone());
                unrecorded(request)
            }
        }
    }
}

fn is_same(one: &Request, other: &Request) -> bool {
    one.method == other.method && one.url == other.url && one.body == other.body
}

/// Every case with its exchanges; and every question of the sources, for the bids.
///
/// # Errors
/// When sources, cases or exchanges cannot be read.
pub fn runs_of_fixtures(fixtures: &Fixtures) -> Result<Vec<Run>, RunsError> {
    let mut sheet = Sheet::default();
    let connector = connector_of(&fixtures.sources);
    let stock = Stock::read(fixtures, &connector, &mut sheet);
    if let Some(wrong) = sheet.into_failures().into_iter().next() {
        return Err(RunsError::Stock(wrong));
    }
    let mut runs = Vec::new();
    for asked in &stock.cases {
        let recordings = asked.case.recordings(&stock.exchanges);
        runs.push(Run {
            name: asked.label(),
            source: asked.record.source.clone(),
            question: asked.question.clone(),
            intent: asked.intent.clone(),
            recorded: recordings.into_iter().map(|(_, exchange)| Recorded::Exchange(exchange.clone())).collect(),
        });
    }
    for record in stock.catalogue.records() {
        for text in record.must.iter().chain(&record.must_not) {
            let (question, intent) = question::of_source(&record.source, text);
            let name = label(&record.source.id, text);
            // Exchanges without a case may still answer a question that the source must be asked.
            let own = |name: &str| matches_pattern(&format!("{}-*", record.source.id), name);
            let recorded = stock.exchanges.iter().filter(|(name, _)| stock.cases.is_empty() && own(name));
            let recorded = recorded.map(|(_, exchange)| Recorded::Exchange(exchange.clone())).collect();
            runs.push(Run { name, source: record.source.clone(), question, intent, recorded });
        }
    }
    Ok(runs)
}

/// The name in the first line of sources, if there is one.
fn connector_of(sources: &str) -> String {
    let table: toml::Table = sources.parse().unwrap_or_default();
    table.get("connector").and_then(toml::Value::as_str).unwrap_or_default().to_owned()
}

/// A project's folder, or a folder of exchanges and receipts; sources that it does not have are those of `fixtures`.
///
/// # Errors
/// Names the file that cannot be read.
pub fn runs_of_folder(folder: &Path, connector: &str, fixtures: Option<&Fixtures>) -> Result<Vec<Run>, RunsError> {
    let mut stored = match fixtures {
        _ if folder.join(SOURCES_FILE).is_file() => fixtures::read_folder(folder)?,
        Some(carried) => fixtures::read_exchanges(folder, carried.sources.clone())?,
        None => fixtures::read_exchanges(folder, String::new())?,
    };
    // Questions without anything that was stored for them would be the same whatever was made of the answers.
    let is_empty = stored.exchanges.is_empty() && stored.cases.is_empty();
    if let Some(carried) = fixtures.filter(|_| stored.cases.is_empty()) {
        stored.cases.clone_from(&carried.cases);
    }
    let mut runs = if is_empty || stored.sources.is_empty() { Vec::new() } else { runs_of_fixtures(&stored)? };
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error| RunsError::Io { path, error }
    };
    let mut receipts = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            receipts.push(path);
        }
    }
    if receipts.len() > RECEIPTS_MAX {
        return Err(RunsError::TooMany);
    }
    receipts.sort();
    for path in receipts {
        let bytes = fs::read(&path).map_err(io(&path))?;
        runs.extend(runs_of_receipt(&bytes, connector)?);
    }
    Ok(runs)
}

/// A receipt, as far as one connector is concerned.
#[derive(Deserialize)]
struct Receipt {
    format: String,
    id: String,
    asked: Asked,
    candidates: Vec<Candidate>,
    exchanges: Vec<Delivered>,
}

#[derive(Deserialize)]
struct Asked {
    question: twin::Question,
    profile: twin::Profile,
    turns: Vec<twin::Turn>,
}

#[derive(Deserialize)]
struct Candidate {
    connector: String,
    source: twin::Source,
}

#[derive(Deserialize)]
struct Delivered {
    source: String,
    request: twin::Request,
    outcome: twin::Outcome,
}

/// The sources of this connector in the receipt of an answer, each with what was delivered to it.
///
/// # Errors
/// When it is no receipt.
pub fn runs_of_receipt(json: &[u8], connector: &str) -> Result<Vec<Run>, RunsError> {
    if json.len() > RECEIPT_BYTES_MAX {
        return Err(RunsError::Receipt(format!("over {RECEIPT_BYTES_MAX} bytes")));
    }
    let receipt: Receipt = serde_json::from_slice(json).map_err(|error| RunsError::Receipt(error.to_string()))?;
    if !receipt.format.starts_with("zero-receipt/") {
        return Err(RunsError::Receipt(format!("its format is `{}`", receipt.format)));
    }
    // As the host did: a follow-up is made to stand alone first.
    let turns: Vec<Turn> = receipt.asked.turns.into_iter().map(Turn::from_wire).collect();
    let asked = Question::from_wire(receipt.asked.question);
    let resolved = zero_context::resolve(&asked, &Profile::from_wire(receipt.asked.profile), &turns);
    let (question, intent) = question::with_intent(resolved.question);
    let delivered: Vec<(String, Recorded)> = receipt
        .exchanges
        .into_iter()
        .map(|it| (it.source, Recorded::Delivered(Request::from_wire(it.request), Outcome::from_wire(it.outcome))))
        .collect();
    let of = |candidate: Candidate| {
        let source = Source::from_wire(candidate.source);
        let own = delivered.iter().filter(|(id, _)| *id == source.id);
        Run {
            name: format!("receipt {}, {}", receipt.id, label(&source.id, &question.text)),
            recorded: own.map(|(_, recorded)| recorded.clone()).collect(),
            source,
            question: question.clone(),
            intent: intent.clone(),
        }
    };
    Ok(receipt.candidates.into_iter().filter(|candidate| candidate.connector == connector).map(of).collect())
}
