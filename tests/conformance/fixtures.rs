//! Every component that carries fixtures is judged by them, as its author and every host that installs it would.

use zero_builder::fixtures::read;
use zero_connector_mediawiki::MediaWiki;
use zero_connector_rest::Rest;
use zero_connector_sdk::testing::{Native, Subject};
use zero_connector_wikidata::Wikidata;
use zero_judge::{Options, Policy, Running, compare, runs_of_fixtures, smoke, test};
use zero_tests::bundle::bundle;

/// The same connector as a Rust type.
fn native(name: &str) -> Option<Box<dyn Subject>> {
    match name {
        "mediawiki" => Some(Box::new(Native::<MediaWiki>::new())),
        "rest" => Some(Box::new(Native::<Rest>::new())),
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
    for name in ["mediawiki", "rest", "wikidata"] {
        assert!(judged.contains(&name), "`{name}` carries no fixtures, only {judged:?} do");
    }
}
