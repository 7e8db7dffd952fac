//! The cache that outlives an instance.

use crate::world::TestWorld;
use crate::{ask, catalogue, ledger, question, site};
use core::time::Duration;
use zero_edge::Target;
use zero_pipeline::Answered;

/// One question in an instance of its own.
fn fresh(world: &TestWorld) -> Answered {
    let mut named = question("What is the capital of Japan?");
    named.only = vec!["wikipedia-en".to_owned()];
    ask(world, &site("", catalogue(&["mediawiki"]), Target::SPIN), named)
}

#[test]
fn a_fresh_instance_asks_the_store_before_the_service() {
    let world = TestWorld::recorded();
    let first = fresh(&world);
    let sent = world.urls().len();
    assert!(sent > 0 && world.inner.store.borrow().len() == sent, "{:?}", ledger(&first));
    let second = fresh(&world);
    assert_eq!(world.urls().len(), sent, "nothing was asked twice");
    assert_eq!(second.answer, first.answer);
    let entry = &second.ledger[0];
    assert_eq!((entry.exchanges, entry.cached), (sent, sent));
    assert_eq!(first.ledger[0].cached, 0);
}

#[test]
fn a_store_that_is_slow_or_tells_nonsense_costs_an_exchange_and_no_question() {
    let world = TestWorld::recorded();
    let first = fresh(&world);
    let sent = world.urls().len();
    world.inner.store_delay.set(Duration::from_secs(5));
    assert_eq!(fresh(&world).answer, first.answer);
    assert_eq!(world.urls().len(), 2 * sent);

    world.inner.store_delay.set(Duration::ZERO);
    for entry in world.inner.store.borrow_mut().values_mut() {
        entry.truncate(7);
    }
    assert_eq!(fresh(&world).answer, first.answer);
    assert_eq!(world.urls().len(), 3 * sent);
}

#[test]
fn what_is_personal_is_not_handed_to_the_store() {
    let world = TestWorld::recorded();
    let records = catalogue(&["mediawiki"]);
    let mut record = records.get("wikipedia-en").unwrap().as_ref().clone();
    record.personal = true;
    let catalogue = zero_pipeline::catalogue::Catalogue::from_records([record]);
    let mut named = question("What is the capital of Japan?");
    named.only = vec!["wikipedia-en".to_owned()];
    named.consent = named.only.clone();
    let answered = ask(&world, &site("", catalogue, Target::SPIN), named);
    assert_eq!(ledger(&answered), ["wikipedia-en: answered"]);
    assert!(!world.urls().is_empty() && world.inner.store.borrow().is_empty());
}
