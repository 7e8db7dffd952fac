//! Does the router bring every source in for the questions it must answer, and keep it out of those it must not?

use super::{read, sources};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::route::Index;
use zero_pipeline::settings::Settings;
use zero_tests::bundle::bundle;
use zero_tests::catalogue;

/// Measured, less a little: a source more or less must not break the build, a broken router must.
const MUST_PERCENT: f64 = 95.0;
const MUST_NOT_PERCENT: f64 = 97.0;

#[test]
fn sources_come_in_when_they_must_and_only_then() {
    let Some(loaded) = bundle() else { return };
    let all = sources(loaded);
    // As if all were switched on: whether they are is the operator's choice.
    let records = all.iter().map(|(record, _)| SourceRecord { enabled: true, ..record.as_ref().clone() });
    let catalogue = Catalogue::from_records(records);
    assert_eq!(catalogue.records().len(), catalogue::read().unwrap().records().len());
    let index = Index::new(&catalogue);
    let settings = Settings::default();
    let mut misses = Vec::new();
    let mut share = |must: bool| {
        let (mut right, mut count) = (0, 0);
        for (record, connector) in &all {
            for text in if must { &record.must } else { &record.must_not } {
                let (question, intent) = read(loaded, text);
                let found = index.candidates(&question, &intent, settings.candidates_max);
                let rank = found.iter().position(|&at| catalogue.records()[at].source.id == record.source.id);
                let plan = connector.plan(&record.source, &question, &intent).unwrap().value;
                let bid = plan.map_or(0.0, |plan| plan.bid);
                let comes = rank.is_some() && bid >= settings.bid_min;
                count += 1;
                if comes == must {
                    right += 1;
                } else {
                    let rank = rank.map_or("no candidate".to_owned(), |rank| format!("candidate {}", rank + 1));
                    let what = if must { "must    " } else { "must not" };
                    misses.push(format!("{what} {:<24} {rank:<14} bid {bid:.2}  {text}", record.source.id));
                }
            }
        }
        println!("{}: {right} of {count}", if must { "must" } else { "must not" });
        100.0 * f64::from(right) / f64::from(count.max(1))
    };
    let (must, must_not) = (share(true), share(false));
    println!("must {must:.1} %, must not {must_not:.1} %\n{}", misses.join("\n"));
    assert!(must >= MUST_PERCENT, "only {must:.1} % of the sources come in when they must:\n{}", misses.join("\n"));
    assert!(must_not >= MUST_NOT_PERCENT, "only {must_not:.1} % stay out when they must:\n{}", misses.join("\n"));
}
