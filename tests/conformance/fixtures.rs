//! Every component that carries fixtures is judged by them, as its author and every host that installs it would.

use zero_builder::fixtures::{Fixtures, read};
use zero_connector_mediawiki::MediaWiki;
use zero_connector_rest::Rest;
use zero_connector_sdk::testing::{Native, Subject};
use zero_connector_wikidata::Wikidata;
use zero_judge::{Options, Policy, Running, compare, runs_of_fixtures, smoke, test};
use zero_tests::bundle::{bundle, folder};
use zero_tests::skip;

/// The same connector as a Rust type.
fn native(name: &str) -> Option<Box<dyn Subject>> {
    match name {
        "feed" => Some(Box::new(Native::<zero_connector_feed::Feed>::new())),
        "mcp" => Some(Box::new(Native::<zero_connector_mcp::Mcp>::new())),
        "mediawiki" => Some(Box::new(Native::<MediaWiki>::new())),
        "oai-pmh" => Some(Box::new(Native::<zero_connector_oai_pmh::OaiPmh>::new())),
        "rest" => Some(Box::new(Native::<Rest>::new())),
        "sparql" => Some(Box::new(Native::<zero_connector_sparql::Sparql>::new())),
        "wikidata" => Some(Box::new(Native::<Wikidata>::new())),
        _ => None,
    }
}

#[test]
fn components_pass_their_own_fixtures() {
    let Some(loaded) = bundle() else { return };
    let mut judged = Vec::new();
    for (name, bytes) in &loaded.connectors {
        let Some(fixtures) = read(bytes).unwrap() else { continue };
        let connector = loaded.connector(name).unwrap();
        let quick = smoke(connector, &fixtures);
        assert!(quick.passed(), "{}", quick.to_text());
        let report = test(&Running(connector.clone()), &fixtures, &Options::default().of_component(bytes));
        println!("{}", report.to_text());
        assert!(report.passed(), "{}", report.to_text());
        if let Some(native) = native(name) {
            // A component and the crate it was built of are the same connector.
            let runs = runs_of_fixtures(&fixtures).unwrap();
            let compared = compare(native.as_ref(), &Running(connector.clone()), &runs, &Policy::strict());
            assert!(compared.compared.is_empty(), "{}", compared.to_text());
        }
        judged.push(name.as_str());
    }
    for name in ["feed", "mcp", "mediawiki", "oai-pmh", "rest", "sparql", "wikidata"] {
        assert!(judged.contains(&name), "`{name}` carries no fixtures, only {judged:?} do");
    }
}

/// Every connector of ours has the badge of four targets; those that carry nothing are asked the questions of their
/// sources in the catalogue.
#[test]
fn components_run_on_every_target() {
    let Some(loaded) = bundle() else { return };
    let orchestrators = folder().and_then(|bundle| Some(bundle.parent()?.join("orchestrators"))).unwrap();
    for (name, bytes) in &loaded.connectors {
        let connector = loaded.connector(name).unwrap();
        let of_catalogue = || {
            let texts = zero_tests::catalogue::texts().unwrap();
            let own = texts.into_iter().find(|(_, text)| text.contains(&format!("connector = \"{name}\"")));
            Fixtures { sources: own.unwrap().1, ..Fixtures::default() }
        };
        let fixtures = read(bytes).unwrap().unwrap_or_else(of_catalogue);
        for stand in zero_badge::badge(&loaded.engine, connector, bytes, &fixtures, &orchestrators) {
            match stand.runs {
                Some(runs) => assert!(runs, "`{name}` on {}: {}", stand.target, stand.why),
                None => skip(&format!("`{name}` on {}", stand.target), &stand.why),
            }
        }
    }
}
