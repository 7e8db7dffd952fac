//! What calls share (code) and what they never share (state).

use crate::{answer, engine, guests};
use std::sync::atomic::{AtomicBool, Ordering};
use zero_engine::Registry;

#[test]
fn two_calls_of_a_connector_never_share_state() {
    let connector = engine().connector(&guests::connector(guests::COUNTS)).unwrap();
    assert_eq!([answer(&connector), answer(&connector)], ["1", "1"]);
}

#[test]
fn eight_threads_call_at_once() {
    let connector = engine().connector(&guests::connector(guests::COUNTS)).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..200).for_each(|_| assert_eq!(answer(&connector), "1")));
        }
    });
}

#[test]
fn a_connector_is_swapped_while_calls_run() {
    let engine = engine();
    let old = engine.connector(&guests::connector(guests::COUNTS)).unwrap();
    let new = engine.connector(&guests::connector("(i32.const 2000)")).unwrap();
    let registry = Registry::new();
    assert!(registry.install(old.clone()).is_none());
    let stopped = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stopped.load(Ordering::Relaxed) {
                    let snapshot = registry.snapshot();
                    let [first, second] = [(); 2].map(|()| snapshot.get(guests::NAME).unwrap());
                    let expected = if first.digest() == old.digest() { "1" } else { "?" };
                    assert_eq!([answer(first), answer(second)], [expected, expected]);
                }
            });
        }
        for round in 0..200 {
            let (next, before) = if round % 2 == 0 { (&new, &old) } else { (&old, &new) };
            assert_eq!(registry.install(next.clone()).unwrap().digest(), before.digest());
        }
        stopped.store(true, Ordering::Relaxed);
    });
    let before = registry.replace([new.clone()]);
    assert_eq!((before.len(), before.get(guests::NAME).unwrap().digest()), (1, old.digest()));
    assert_eq!(registry.remove(guests::NAME).unwrap().digest(), new.digest());
    assert!(registry.get(guests::NAME).is_none() && registry.remove(guests::NAME).is_none());
    assert!(registry.snapshot().is_empty() && before.iter().count() == 1);
}
