//! From statements to the facts that hold: rank, time, and only so many.

use crate::api::{MapOrNone, Rank, Snak, Statement};
use crate::datum::Datum;
use serde::{Deserialize, Serialize};

/// Values of one property.
const VALUES_MAX: usize = 8;
/// Statements of one property that are read.
const STATEMENTS_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fact {
    /// Index of the candidate it is about.
    pub(crate) of: usize,
    pub(crate) property: u32,
    pub(crate) value: Datum,
    /// ISO 8601 date, or `start/end`.
    pub(crate) time: Option<String>,
}

struct Held {
    rank: Rank,
    value: Datum,
    at: Option<String>,
    start: Option<String>,
    end: Option<String>,
}

/// The best statements of one property: the preferred ones where there are any, of these the ones that still hold,
/// and of a series over time the newest.
pub(crate) fn facts(of: usize, property: u32, statements: &[Statement]) -> Vec<Fact> {
    let mut held: Vec<Held> = statements.iter().take(STATEMENTS_MAX).filter_map(read).collect();
    let best = held.iter().map(|held| held.rank).max().unwrap_or_default();
    held.retain(|held| held.rank == best);
    if held.iter().any(|held| held.end.is_none()) {
        held.retain(|held| held.end.is_none());
    }
    let newest = held.iter().filter_map(|held| held.at.as_deref()).max_by_key(|time| sortable(time)).map(str::to_owned);
    if newest.is_some() {
        held.retain(|held| held.at == newest);
    }
    let mut facts: Vec<Fact> = Vec::new();
    for held in held {
        let time = match (held.at, held.start, held.end) {
            (Some(at), ..) => Some(at),
            (None, None, None) => None,
            (None, start, end) => Some(format!("{}/{}", start.unwrap_or_default(), end.unwrap_or_default())),
        };
        if facts.len() < VALUES_MAX && !facts.iter().any(|fact| fact.value == held.value) {
            facts.push(Fact { of, property, value: held.value, time });
        }
    }
    facts
}

fn read(statement: &Statement) -> Option<Held> {
    if statement.rank == Rank::Deprecated {
        return None;
    }
    let qualifier = |name: &str| match &statement.qualifiers {
        MapOrNone::Map(map) => map.get(name).and_then(|snaks| snaks.first()).and_then(datum),
        MapOrNone::None(_) => None,
    };
    let time = |name: &str| qualifier(name).and_then(|datum| datum.as_time().map(str::to_owned));
    // An end whose date is unknown is an end.
    let ended = matches!(&statement.qualifiers, MapOrNone::Map(map) if map.contains_key("P582"));
    Some(Held {
        rank: statement.rank,
        value: datum(&statement.mainsnak)?,
        at: time("P585"),
        start: time("P580"),
        end: time("P582").or_else(|| ended.then(String::new)),
    })
}

fn datum(snak: &Snak) -> Option<Datum> {
    Datum::of(snak.datavalue.as_ref()?)
}

/// Years before Christ sort before all others.
fn sortable(iso: &str) -> (bool, &str) {
    (!iso.starts_with('-'), iso)
}
