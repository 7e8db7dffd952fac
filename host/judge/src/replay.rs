//! Cases, replayed.

use crate::report::{Check, Sheet};
use crate::stock::{Asked, Stock};
use crate::usage::Usage;
use std::collections::BTreeSet;
use zero_connector_sdk::testing::{Bounds, End, Figures, Miss, Subject, Trace, misses_of_trace, trace, unrecorded};
use zero_types::connector::Outcome;

/// A case and what became of it.
pub(crate) struct Replayed<'s> {
    pub(crate) asked: &'s Asked,
    pub(crate) trace: Trace,
    /// Names of the exchanges that answered, in the order of requests; empty for one that none answered.
    pub(crate) answered_by: Vec<String>,
}

/// Walks one case through its exchanges.
pub(crate) fn walk<'s, S: Subject + ?Sized>(
    subject: &S,
    stock: &'s Stock,
    asked: &'s Asked,
) -> (Replayed<'s>, Figures) {
    let recordings = asked.case.recordings(&stock.exchanges);
    let mut answered_by = Vec::new();
    let (trace, figures) = trace(subject, &asked.record.source, &asked.question, &asked.intent, |request| {
        match recordings.iter().find(|(_, exchange)| exchange.answers(request)) {
            Some((name, exchange)) => {
                answered_by.push(name.clone());
                Outcome::Response(exchange.response.clone())
            }
            None => {
                answered_by.push(String::new());
                unrecorded(request)
            }
        }
    });
    (Replayed { asked, trace, answered_by }, figures)
}

/// Walks every case, and reports what is otherwise than they say.
pub(crate) fn cases<'s, S: Subject + ?Sized>(
    subject: &S,
    stock: &'s Stock,
    bounds: &Bounds,
    usage: &mut Usage,
    sheet: &mut Sheet,
) -> Vec<Replayed<'s>> {
    let mut all = Vec::new();
    for asked in &stock.cases {
        let (replayed, figures) = walk(subject, stock, asked);
        usage.add_figures(figures);
        usage.add_trace(&replayed.trace);
        judge(&replayed, sheet);
        let about = asked.label();
        for miss in misses_of_trace(&replayed.trace, bounds) {
            sheet.fail(Check::Findings, &about, miss);
        }
        if figures.dropped > 0 {
            let what = format!("the host throws {} passages and claims away", figures.dropped);
            let change = "give byte offsets into the text of the claim's passage, on character boundaries; finite numbers; \
                          at most 64 passages and 256 claims";
            sheet.fail(Check::Findings, &about, Miss::new(what, change));
        }
        all.push(replayed);
    }
    match all.len() {
        0 => {
            let asks = stock.catalogue.records().iter().any(|record| !record.is_computed());
            if asks && !sheet.has_failed(Check::Fixtures) {
                let change = "record an exchange, and say in `exchanges/cases.toml` what it must give";
                sheet.warn(Check::Cases, "", Miss::new("no case", change));
            }
        }
        count => {
            sheet.made(Check::Cases, format!("{count} cases give what they say"));
            sheet.made(Check::Findings, "scores are shares, claims stand in their passages");
        }
    }
    all
}

/// One case against what it says.
fn judge(replayed: &Replayed<'_>, sheet: &mut Sheet) {
    let about = replayed.asked.label();
    let mut requests = replayed.trace.requests().zip(&replayed.answered_by);
    let unanswered = requests.find(|(_, name)| name.is_empty()).map(|(request, _)| request.url.clone());
    for miss in replayed.asked.case.misses(&replayed.trace) {
        // What was never recorded explains everything that is missing.
        let failed = !matches!(replayed.trace.end, End::Ended(_) | End::TooManyRounds);
        let miss = match &unanswered {
            Some(url) if failed => Miss::new(
                format!("no recorded exchange answers `{url}`: {}", miss.what),
                "record it (`zero connector record`), or plan the request that was recorded",
            ),
            _ => miss,
        };
        sheet.fail(Check::Cases, &about, miss);
    }
}

/// Exchanges that no case asked for are stale: nothing holds them to anything.
pub(crate) fn stale(stock: &Stock, replayed: &[Replayed<'_>], sheet: &mut Sheet) {
    let used: BTreeSet<&str> = replayed.iter().flat_map(|it| &it.answered_by).map(String::as_str).collect();
    for (name, exchange) in stock.exchanges.iter().filter(|(name, _)| !used.contains(name.as_str())) {
        let what = format!("no case asks for `{} {}`", exchange.method, exchange.url);
        let change = "write a case that asks for it, record it again if the request has changed, or delete it";
        sheet.fail(Check::Exchanges, &format!("exchange `{name}`"), Miss::new(what, change));
    }
    if !stock.exchanges.is_empty() {
        sheet.made(Check::Exchanges, format!("all {} are asked for", stock.exchanges.len()));
    }
}
