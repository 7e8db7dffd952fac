//! Receipts: to those who ask for one, where the operator allows it, and never too large.

use crate::world::{WHO, Whole, World, request, said};
use zero_door::RECEIPT_JSON;
use zero_pipeline::receipt::Receipt;

fn asked(world: &World, allowed: bool, query: &str, accept: &str) -> Whole {
    let ask = request("GET", &format!("{WHO}{query}"), &[("accept", accept)]);
    said(world, &world.door().with_receipts(allowed), &ask, "")
}

#[test]
fn a_receipt_gives_its_answer_again() {
    for (query, accept, content_type) in [
        ("&include=receipt", "*/*", "application/json"),
        ("", RECEIPT_JSON, RECEIPT_JSON),
        ("&include=receipt", RECEIPT_JSON, RECEIPT_JSON),
    ] {
        let world = World::new();
        let response = asked(&world, true, query, accept);
        assert_eq!((response.status.as_u16(), response.header("content-type")), (200, content_type));
        let answer = asked(&World::new(), true, "", "*/*");
        assert_eq!(response.json()["answer"], answer.json());
        let replayed = Receipt::from_json(response.body.as_bytes()).unwrap().replay(world, false).unwrap();
        assert!(replayed.is_equal(), "{:?}", replayed.first_difference());
    }
}

#[test]
fn a_receipt_is_not_given_unless_the_operator_allows_it() {
    for (query, accept) in [("&include=receipt", "*/*"), ("", RECEIPT_JSON)] {
        let world = World::new();
        let response = asked(&world, false, query, accept);
        assert_eq!((response.status.as_u16(), &response.json()["title"]), (403, &"no receipts here".into()));
        assert_eq!(world.read.get(), 0, "a question is not asked for nothing");
    }
    assert_eq!(asked(&World::new(), false, "", "*/*").status.as_u16(), 200);
}

#[test]
fn a_receipt_is_bounded_and_its_answer_is_not() {
    let world = World::new();
    for bytes in [4 * 1024 * 1024, 9 * 1024 * 1024] {
        world.said_bytes.set(bytes);
        assert_eq!(asked(&world, true, "", "*/*").status.as_u16(), 200, "{bytes}");
        let response = asked(&world, true, "&include=receipt", "*/*");
        let expected = if bytes > zero_door::limits::RECEIPT_BYTES_MAX { 500 } else { 200 };
        assert_eq!(response.status.as_u16(), expected, "{bytes}");
        assert!(response.body.len() <= zero_door::limits::RECEIPT_BYTES_MAX);
        assert_eq!(response.body.contains("receipt-too-large"), expected == 500);
    }
}
