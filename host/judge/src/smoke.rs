//! The smoke test: what a component carries is replayed before it is swapped in.

use crate::options::Options;
use crate::question;
use crate::replay;
use crate::report::{Check, Report, Sheet};
use crate::stock::{Stock, label};
use crate::subject::Running;
use crate::usage::Usage;
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::testing::{Miss, Subject, said};
use zero_engine::Connector;

/// Cases and questions that are tried: a swap waits for it.
const TRIED_MAX: usize = 512;

/// Replays every case once, and plans the first question of every source: some milliseconds.
#[must_use]
pub fn smoke(connector: &Connector, fixtures: &Fixtures) -> Report {
    smoke_of(&Running(connector.clone()), fixtures)
}

/// The same, wherever it runs.
#[must_use]
pub fn smoke_of(subject: &impl Subject, fixtures: &Fixtures) -> Report {
    let descriptor = subject.describe();
    let mut sheet = Sheet::default();
    let mut stock = Stock::read(fixtures, &descriptor.name, &mut sheet);
    stock.cases.truncate(TRIED_MAX);
    let bounds = Options::default().limits.bounds;
    let _ = replay::cases(subject, &stock, &bounds, &mut Usage::default(), &mut sheet);
    let mut planned = 0;
    for record in stock.catalogue.records().iter().take(TRIED_MAX) {
        let Some(text) = record.must.first() else { continue };
        let (question, intent) = question::of_source(&record.source, text);
        let about = label(&record.source.id, text);
        match subject.plan(&record.source, &question, &intent).result {
            Ok(Ok(_)) => planned += 1,
            Ok(Err(failure)) => {
                sheet.fail(
                    Check::Must,
                    &about,
                    Miss::new(said(&failure), "mend the source's settings, or the connector"),
                );
            }
            Err(ended) => sheet.fail(Check::Must, &about, Miss::new(ended.to_string(), ended.by.change())),
        }
    }
    sheet.made(Check::Must, format!("{planned} sources plan"));
    sheet.into_report(&descriptor)
}
