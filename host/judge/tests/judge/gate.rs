//! The gate: what a reviewer would look for.

use crate::check_caught;
use crate::demo::{Fault, Faulty, SOURCES, fixtures};
use std::collections::BTreeMap;
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::testing::Subject;
use zero_judge::{Check, Neighbours, Options, Report, Verdict, check};
use zero_pipeline::catalogue::Catalogue;

fn gate(fault: Fault, fixtures: &Fixtures, neighbours: &Neighbours<'_>) -> Report {
    check(&Faulty::new(fault), fixtures, neighbours, &Options { mutations: false, ..Options::default() })
}

/// Other sources, whose `must` are these.
fn others(must: &[String]) -> Catalogue {
    let must = must.iter().map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(", ");
    let text = format!(
        "connector = \"lamps\"\n[[source]]\nid = \"lamps\"\nname = \"Lamps\"\nsummary = \"lantern, lamp\"\nmust = [{must}]\n"
    );
    Catalogue::from_toml([("lamps.toml", text.as_str())]).unwrap()
}

#[test]
fn an_honest_connector_is_let_in() {
    let neighbours = Neighbours { catalogue: others(&["oil for a lamp".to_owned()]), ..Neighbours::default() };
    let report = gate(Fault::None, &fixtures(), &neighbours);
    assert_eq!(report.verdict, Verdict::Ok, "{}", report.to_text());
}

#[test]
fn records_descriptions_and_secrets_are_looked_at() {
    let sources = |from: &str, to: &str| {
        assert!(SOURCES.contains(from), "{from}");
        Fixtures { sources: SOURCES.replace(from, to), ..fixtures() }
    };
    let exchange = |from: &str, to: &str| {
        let mut all = fixtures();
        let text = all.exchanges.get_mut("alba").unwrap();
        *text = text.replace(from, to);
        all
    };
    for (fault, fixtures, verdict, name, seen, change) in [
        (Fault::NoVersion, fixtures(), Verdict::Failed, Check::Descriptor, "its version is `one`", "semantic version"),
        (
            Fault::None,
            sources("licence = \"CC0-1.0\"", ""),
            Verdict::Failed,
            Check::Catalogue,
            "neither `licence` nor",
            "SPDX",
        ),
        (
            Fault::None,
            sources("attribution = \"Register of lanterns\"", ""),
            Verdict::Failed,
            Check::Catalogue,
            "no `attribution`",
            "credit",
        ),
        (
            Fault::None,
            sources("\"height of lantern Brio\"", ""),
            Verdict::Failed,
            Check::Catalogue,
            "1 questions in `must`",
            "at least 2",
        ),
        (
            Fault::None,
            sources("must_not = [\"weather in Oslo tomorrow\"]", ""),
            Verdict::Failed,
            Check::Catalogue,
            "`must_not`",
            "write one",
        ),
        (
            Fault::None,
            sources("requests_per_second = 1.0", ""),
            Verdict::Warning,
            Check::Catalogue,
            "how often",
            "requests_per_second",
        ),
        (Fault::None, sources("category = \"places\"", ""), Verdict::Warning, Check::Catalogue, "no shelf", "category"),
        (
            Fault::None,
            sources("hosts = [", "hosts = [\"*\", "),
            Verdict::Failed,
            Check::Hosts,
            "may ask `*`",
            "name the hosts",
        ),
        (
            Fault::None,
            sources("hosts = [", "hosts = [\"b.example\", "),
            Verdict::Failed,
            Check::Hosts,
            "`b.example`, which its connector does not",
            "descriptor",
        ),
        (
            Fault::None,
            sources("hosts = [", "hosts = [\"b.example\", "),
            Verdict::Warning,
            Check::Hosts,
            "`b.example`, but nothing asks it",
            "take it out",
        ),
        (
            Fault::None,
            sources("licence", "key = \"required\"\nlicence"),
            Verdict::Failed,
            Check::Privacy,
            "names a credential slot",
            "`credential`",
        ),
        (Fault::AsksWithCredential, fixtures(), Verdict::Warning, Check::Privacy, "not `personal`", "personal = true"),
        (
            Fault::None,
            exchange("content-type", "set-cookie: a=b\ncontent-type"),
            Verdict::Failed,
            Check::Privacy,
            "`set-cookie`",
            "published",
        ),
        (
            Fault::None,
            exchange("}]}", "}], \"by\": \"jo@quiet.io\"}"),
            Verdict::Warning,
            Check::Privacy,
            "`jo@quiet.io`",
            "example.org",
        ),
    ] {
        let report = gate(fault, &fixtures, &Neighbours::default());
        let caught = report.findings.iter().any(|it| {
            it.check == name && it.verdict == verdict && it.what.contains(seen) && it.change.contains(change)
        });
        assert!(caught, "{seen}:\n{}", report.to_text());
        assert_eq!(report.passed(), report.failures().next().is_none());
    }
}

#[test]
fn collisions_are_measured_in_both_directions() {
    // Of a kind that the record names, so that it competes; and of kinds that it does not.
    let theirs: Vec<String> = (0..20).map(|n| format!("convert {n} lantern Alba to lamps")).collect();
    let neighbours = Neighbours { catalogue: others(&theirs), ..Neighbours::default() };
    let report = gate(Fault::None, &fixtures(), &neighbours);
    check_caught(
        "intrusions",
        &report,
        Check::Collisions,
        "bids as for its own on 20 of 20",
        "put such questions into `must_not`",
    );

    // The owner bids nothing on its own, and much on what is not: it is outbid, and outbids.
    let owner = Faulty::new(Fault::BidsAlways);
    let modest = Faulty::new(Fault::BidsNever);
    let asked: Vec<String> = (0..20).map(|n| format!("how high is the lantern number {n}")).collect();
    let subjects: BTreeMap<String, &dyn Subject> = BTreeMap::from([("lamps".to_owned(), &modest as &dyn Subject)]);
    let report = gate(Fault::None, &fixtures(), &Neighbours { catalogue: others(&asked), subjects });
    check_caught("outbids", &report, Check::Collisions, "outbids the owner on 20 of 20", "the owner knows");

    let subjects: BTreeMap<String, &dyn Subject> = BTreeMap::from([("lamps".to_owned(), &owner as &dyn Subject)]);
    let report = gate(Fault::BidsNever, &fixtures(), &Neighbours { catalogue: others(&asked), subjects });
    assert!(
        report.to_text().contains("`lamps` bids 0.70 on its own `how high is the lantern Alba`, over 0.00"),
        "{}",
        report.to_text()
    );
}
