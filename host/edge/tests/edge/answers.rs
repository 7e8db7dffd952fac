//! Questions, from the asker to the wire and back.

use crate::world::TestWorld;
use crate::{ask, catalogue, ledger, question, site};
use core::time::Duration;
use zero_edge::Target;
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::receipt::Receipt;
use zero_pipeline::wire::answer;

const QUESTION: &str = "What is the capital of Japan?";

#[test]
fn a_question_is_answered_with_citations() {
    let world = TestWorld::recorded();
    let site = site("", catalogue(&["calculator", "mediawiki"]), Target::SPIN);
    let answered = ask(&world, &site, question(QUESTION));
    assert!(answered.answer.abstention.is_none(), "{answered:?}");
    assert!(answer::Answer::of(&answered).to_json().unwrap().contains("Tokyo"));
    assert!(ledger(&answered).contains(&"wikipedia-en: answered".to_owned()), "{:?}", ledger(&answered));

    let sent = world.inner.sent.borrow();
    let headers = sent[0].headers();
    assert!(headers["user-agent"].to_str().unwrap().starts_with("zero-world/"), "{headers:?}");
    assert_eq!(headers["accept-encoding"], "gzip, br, zstd, deflate");
    assert!(!headers.contains_key("host"), "the runtime names the host that the URI has");
}

#[test]
fn an_override_sends_a_host_elsewhere_under_its_own_name() {
    let world = TestWorld::recorded();
    let config = "[egress.overrides]\n\"en.wikipedia.org\" = \"http://127.0.0.1:8123\"";
    let site = site(config, catalogue(&["mediawiki"]), Target::SPIN);
    let mut named = question(QUESTION);
    named.only = vec!["wikipedia-en".to_owned()];
    ask(&world, &site, named);
    let sent = world.inner.sent.borrow();
    assert!(sent[0].uri().to_string().starts_with("http://127.0.0.1:8123/w/api.php?"), "{}", sent[0].uri());
    assert_eq!(sent[0].headers()["host"], "en.wikipedia.org");
}

#[test]
fn what_a_target_lacks_is_a_line_in_the_ledger() {
    let world = TestWorld::recorded();
    let site =
        site("[sources]\nenable = [\"files\"]", catalogue(&["calculator", "files", "mediawiki"]), Target::WORKERS);
    let answered = ask(&world, &site, question("what do my notes say about the kettle"));
    assert!(ledger(&answered).contains(&"files: denied".to_owned()), "{:?}", ledger(&answered));
    let json = answer::Answer::of(&answered).to_json().unwrap();
    assert!(json.contains("\"unsupported\""), "{json}");

    let lacks = site.lacks();
    assert_eq!(lacks.len(), 1, "{lacks:?}");
    assert_eq!((lacks[0].source_id.as_str(), lacks[0].reason), ("files", "this target has no index of files"));
}

#[test]
fn a_source_that_is_named_and_cannot_be_asked_fails_no_question() {
    let world = TestWorld::recorded();
    // Nobody switched the index of files on, and no connector of the bundle speaks to Wikidata.
    let site = site("", catalogue(&["files", "wikidata"]), Target::SPIN);
    for id in ["files", "wikidata"] {
        let mut named = question(QUESTION);
        named.only = vec![id.to_owned()];
        let answered = ask(&world, &site, named);
        assert_eq!(ledger(&answered), [format!("{id}: denied")]);
        assert_eq!(answered.answer.abstention.unwrap().reason, "the sources that might know were not to be asked");
    }
    assert!(world.urls().is_empty());
    let mut named = question(QUESTION);
    named.only = vec!["nobody".to_owned()];
    let edge = zero_edge::Edge::new(site, world, crate::plain());
    assert_eq!(edge.check(&named).unwrap_err().name, "unknown-source");
}

/// What a target left out is in the receipt, so that a host which lacks nothing gives the same answer.
#[test]
fn a_receipt_replays_where_nothing_is_lacking() {
    let world = TestWorld::recorded();
    let catalogue = catalogue(&["calculator", "files", "mediawiki"]);
    let site = site("[sources]\nenable = [\"files\"]", catalogue, Target::WORKERS);
    // Twice, since the second answer stands on exchanges that were kept.
    for text in [QUESTION, QUESTION, "what do my notes say about the kettle", "what is 12 * 12"] {
        let answered = ask(&world, &site, question(text));
        let receipt = Receipt::of(&answered, &site.region().settings).unwrap().to_json().unwrap();
        let replayed = Receipt::from_json(receipt.as_bytes()).unwrap().replay(crate::plain(), false).unwrap();
        assert_eq!(replayed.first_difference(), None, "{text}");
    }
}

/// One wiki under many names: all of them want a connection, and all but those that there are connections for are left
/// out before anything is sent.
#[test]
fn no_more_connections_are_open_than_the_target_has() {
    let wiki = catalogue(&["mediawiki"]).get("wikipedia-en").unwrap().as_ref().clone();
    let copies = (10..24).map(|number| {
        let mut copy = wiki.clone();
        copy.source.id = format!("copy-{number}");
        copy
    });
    let copies = Catalogue::from_records(copies);
    for (target, most) in [(Target::WORKERS, 6), (Target { connections_max: 2, ..Target::SPIN }, 2)] {
        let mut named = question(QUESTION).within(Duration::from_secs(20));
        named.only = copies.records().iter().map(|record| record.source.id.clone()).collect();
        let world = TestWorld::recorded();
        let lines = ledger(&ask(&world, &site("", copies.clone(), target), named));
        let of = |state: &str| lines.iter().filter(|line| line.ends_with(state)).count();
        assert_eq!((of("answered"), of("over-budget")), (most, 14 - most), "{lines:?}");
        assert_eq!(world.inner.underway_max.get(), most);
    }
}
