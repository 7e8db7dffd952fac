//! The one list of promises, for every connector in every language.

use crate::options::Options;
use crate::question;
use crate::replay::{self, Replayed};
use crate::report::{Check, Report, Sheet};
use crate::stock::{Stock, label};
use crate::usage::Usage;
use crate::weather;
use std::collections::{BTreeMap, BTreeSet};
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::testing::{
    End, Miss, Subject, Trace, misses_of_fetch, misses_of_findings, said, trace, unrecorded,
};
use zero_pipeline::catalogue::SourceRecord;
use zero_pipeline::limits::BID_MIN;
use zero_types::connector::{Plan, Request, Step};

/// A question that brings a source in should be worth this bid: below it, it is mostly outbid by others.
pub(crate) const BID_OF_MUST: f32 = 0.3;

/// From this bid on a question that is not its own brings a source in; below it is asked last, if at all.
const BID_OF_MUST_NOT: f32 = 0.1;

/// Replays every case, asks every question of the sources, twice each, and breaks every exchange.
#[must_use]
pub fn test<S: Subject + ?Sized>(subject: &S, fixtures: &Fixtures, options: &Options) -> Report {
    let mut sheet = Sheet::default();
    let _ = run(subject, fixtures, options, &mut sheet);
    sheet.into_report(&subject.describe())
}

/// What the list has seen, for those who check more.
pub(crate) struct Seen {
    pub(crate) stock: Stock,
    /// Hosts that were asked, by source.
    pub(crate) planned: BTreeMap<String, BTreeSet<String>>,
    /// Sources that name a credential slot in a request.
    pub(crate) credentials: BTreeSet<String>,
}

pub(crate) fn run<S: Subject + ?Sized>(subject: &S, fixtures: &Fixtures, options: &Options, sheet: &mut Sheet) -> Seen {
    let name = subject.describe().name;
    let stock = Stock::read(fixtures, &name, sheet);
    let mut usage = Usage::default();
    let replayed = replay::cases(subject, &stock, &options.limits.bounds, &mut usage, sheet);
    replay::stale(&stock, &replayed, sheet);
    let mut hosts = Hosts::default();
    for it in &replayed {
        it.trace.requests().for_each(|request| hosts.add(&it.asked.record, request, &it.asked.label(), sheet));
    }
    questions(subject, &stock, options, &mut usage, &mut hosts, sheet);
    again(subject, &stock, &replayed, sheet);
    if options.mutations {
        weather::mutations(subject, &replayed, options, sheet);
    }
    usage.report(options, sheet);
    drop(replayed);
    if !hosts.planned.is_empty() {
        sheet.made(Check::Hosts, format!("all {} that are asked are declared", hosts.count()));
    }
    Seen { stock, planned: hosts.planned, credentials: hosts.credentials }
}

/// Plans of every question of every source.
fn questions<S: Subject + ?Sized>(
    subject: &S,
    stock: &Stock,
    options: &Options,
    usage: &mut Usage,
    hosts: &mut Hosts,
    sheet: &mut Sheet,
) {
    let (mut must, mut must_not) = (0, 0);
    for record in stock.catalogue.records() {
        let lists = [(Check::Must, &record.must, &mut must), (Check::MustNot, &record.must_not, &mut must_not)];
        for (check, texts, count) in lists {
            for text in texts {
                *count += 1;
                let about = label(&record.source.id, text);
                let (question, intent) = question::of_source(&record.source, text);
                let called = subject.plan(&record.source, &question, &intent);
                usage.add_figures(called.figures);
                match called.result {
                    Err(ended) => sheet.fail(check, &about, Miss::new(ended.to_string(), ended.by.change())),
                    Ok(Err(failure)) => {
                        let change = "give a bid of 0 for what is not its own; mend the settings in `sources.toml` if it is `settings`";
                        sheet.fail(check, &about, Miss::new(said(&failure), change));
                    }
                    Ok(Ok(plan)) => {
                        bid(check, &about, plan.bid, sheet);
                        step(&plan, &about, options, usage, sheet);
                        if let Step::Fetch(fetch) = &plan.step {
                            fetch.requests.iter().for_each(|request| hosts.add(record, request, &about, sheet));
                        }
                        if subject.plan(&record.source, &question, &intent).result != Ok(Ok(plan)) {
                            sheet.fail(Check::Determinism, &about, Miss::new("two plans of it differ", UNSTEADY));
                        }
                    }
                }
            }
        }
    }
    if must > 0 {
        sheet.made(Check::Must, format!("{must} questions bring their source in"));
    }
    if must_not > 0 {
        sheet.made(Check::MustNot, format!("{must_not} questions leave it out"));
    }
}

/// A bid against the list in which its question stands.
fn bid(check: Check, about: &str, bid: f32, sheet: &mut Sheet) {
    if !(0.0..=1.0).contains(&bid) {
        sheet.fail(check, about, Miss::new(format!("bids {bid}"), "give a bid from 0 to 1"));
    } else if check == Check::Must && bid < BID_MIN {
        let change = format!("raise the bid: below {BID_MIN} no source is asked; or take the question out of `must`");
        sheet.fail(check, about, Miss::new(format!("bids {bid:.2}"), change));
    } else if check == Check::Must && bid < BID_OF_MUST {
        let change = format!("raise the bid: below {BID_OF_MUST} it is mostly outbid by other sources");
        sheet.warn(check, about, Miss::new(format!("bids {bid:.2}"), change));
    } else if check == Check::MustNot && bid >= BID_MIN {
        let change =
            format!("lower the bid below {BID_MIN}, from which on it is asked; or take the question out of `must_not`");
        let miss = Miss::new(format!("bids {bid:.2}"), change);
        if bid < BID_OF_MUST_NOT { sheet.warn(check, about, miss) } else { sheet.fail(check, about, miss) }
    }
}

/// The first step, as a host takes it.
fn step(plan: &Plan, about: &str, options: &Options, usage: &mut Usage, sheet: &mut Sheet) {
    match &plan.step {
        Step::Fetch(fetch) => {
            for miss in misses_of_fetch(fetch, &options.limits.bounds) {
                sheet.fail(Check::Limits, about, miss);
            }
        }
        Step::Done(findings) => {
            for miss in misses_of_findings(findings, &options.limits.bounds) {
                sheet.fail(Check::Findings, about, miss);
            }
            let end = End::Found(findings.clone());
            usage.add_trace(&Trace { bid: plan.bid, rounds: Vec::new(), end });
        }
    }
}

const UNSTEADY: &str = "compute everything from the arguments: nothing may be kept in the program between calls, and no \
                        order may come from a hash or an address";

/// Every case once more, with the outcomes it got before: requests, states and findings must be the same.
fn again<S: Subject + ?Sized>(subject: &S, stock: &Stock, replayed: &[Replayed<'_>], sheet: &mut Sheet) {
    for first in replayed {
        let (second, _) = replay::walk(subject, stock, first.asked);
        if second.trace != first.trace {
            let what = format!("two walks of it differ: {}", difference(&first.trace, &second.trace));
            sheet.fail(Check::Determinism, &first.asked.label(), Miss::new(what, UNSTEADY));
        }
    }
    // Sources without a case still have a first round that can fail in the same way twice.
    let without = stock
        .catalogue
        .records()
        .iter()
        .filter(|record| stock.cases.iter().all(|it| it.case.source != record.source.id));
    for record in without {
        let Some(text) = record.must.first() else { continue };
        let (question, intent) = question::of_source(&record.source, text);
        let walk = || trace(subject, &record.source, &question, &intent, unrecorded).0;
        if walk() != walk() {
            let miss = Miss::new("two walks of it without any exchange differ", UNSTEADY);
            sheet.fail(Check::Determinism, &label(&record.source.id, text), miss);
        }
    }
    sheet.made(Check::Determinism, "every call gives the same twice");
}

/// Where two walks part.
fn difference(first: &Trace, second: &Trace) -> &'static str {
    if first.bid.to_bits() != second.bid.to_bits() {
        return "the bid";
    }
    let rounds = first.rounds.iter().zip(&second.rounds);
    for (one, other) in rounds {
        if one.requests != other.requests {
            return "the requests";
        }
        if one.state != other.state {
            return "the state";
        }
    }
    if first.rounds.len() == second.rounds.len() { "the findings" } else { "the number of rounds" }
}

/// Hosts that are asked.
#[derive(Default)]
struct Hosts {
    planned: BTreeMap<String, BTreeSet<String>>,
    credentials: BTreeSet<String>,
}

impl Hosts {
    fn add(&mut self, record: &SourceRecord, request: &Request, about: &str, sheet: &mut Sheet) {
        let id = record.source.id.clone();
        if request.credential.is_some() {
            self.credentials.insert(id.clone());
        }
        let Some(host) = host_of(&request.url) else {
            let what = format!("asks `{}`, which is no URL", request.url);
            sheet.fail(Check::Hosts, about, Miss::new(what, "plan absolute URLs with `https://`"));
            return;
        };
        if !is_among(&host, &record.hosts) {
            let what = format!("asks `{host}`, which source `{id}` does not declare");
            let change = format!(
                "add it to `hosts` of the source, or do not ask it: a host refuses it (declared: {})",
                shown(&record.hosts)
            );
            sheet.fail(Check::Hosts, about, Miss::new(what, change));
        }
        self.planned.entry(id).or_default().insert(host);
    }

    fn count(&self) -> usize {
        self.planned.values().flatten().collect::<BTreeSet<_>>().len()
    }
}

/// A list of hosts in a sentence.
pub(crate) fn shown(hosts: &[String]) -> String {
    if hosts.is_empty() { "none".to_owned() } else { format!("`{}`", hosts.join("`, `")) }
}

fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.host_str().map(str::to_owned)
}

/// Whether a host is one of these, `*.` in front standing for any name below.
pub(crate) fn is_among(host: &str, hosts: &[String]) -> bool {
    hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => pattern == "*" || pattern == host,
    })
}
