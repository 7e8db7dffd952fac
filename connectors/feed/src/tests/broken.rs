use super::{cases, catalogue, recorded, source_of};
use crate::{Feed, decode, read, xml};
use proptest::prelude::*;
use std::collections::BTreeSet;
use zero_connector_sdk::testing::{Reads, Siege, refuses_settings};
use zero_connector_sdk::{FailureKind, Outcome, Response};

#[test]
fn whatever_comes_back_is_read_or_a_typed_failure() {
    let mut misses = Vec::new();
    let mut tried = BTreeSet::new();
    let cases = cases();
    for asked in cases.asked(&catalogue().source, &recorded()) {
        if tried.insert(asked.case.source.as_str()) {
            let siege = Siege { reads: Reads::Anything, cut_parts: 60, oversized_bytes: 4 << 20 };
            misses.extend(asked.withstand::<Feed>(siege));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    assert!(tried.len() >= 4, "only {tried:?} have exchanges");
}

fn outcome(body: impl Into<Vec<u8>>) -> Outcome {
    Outcome::Response(Response { status: 200, headers: Vec::new(), body: body.into() })
}

#[test]
fn what_is_no_feed_is_said_to_be_none() {
    for body in [
        "<!DOCTYPE html><html><body>Log in</body></html>",
        "<html xmlns='http://www.w3.org/1999/xhtml'><title>x</title></html>",
        "<Error><Code>AccessDenied</Code></Error>",
        "plain words",
        "",
        "{\"title\":\"no items\"}",
        "[1]",
    ] {
        let failure = read::feed(&outcome(body), "https://a.example/f").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Malformed, "{body}");
        assert!(failure.detail.contains("hint: "), "{}", failure.detail);
    }
}

#[test]
fn entities_of_a_document_type_do_not_expand() {
    let body = r#"<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
        <rss><channel><item><title>T &b; &x;</title></item></channel></rss>"#;
    let feed = read::feed(&outcome(body), "https://a.example/f").unwrap();
    assert_eq!(feed.entries[0].title, "T &b; &x;");
}

#[test]
fn wrong_settings_name_the_key() {
    let wrong = [
        ("{}", "url"),
        (r#"{"url":"ftp://x"}"#, "`url`"),
        (r#"{"url":[]}"#, "`url`"),
        (r#"{"url":"https://x","limit":0}"#, "`limit`"),
        (r#"{"url":"https://x","lmit":1}"#, "lmit"),
    ];
    refuses_settings::<Feed>(&source_of("nasa-news"), &wrong);
}

const WELL: &str = include_str!("../../exchanges/nasa-news-1.http");

proptest! {
    #[test]
    fn any_markup_gives_a_feed(text in "(<(item|entry|title|link|rss|/item|/title|a b='|!\\[CDATA\\[|!--|\\?|!D)|>|\\]\\]>|-->|&|;|#x|x| ){0,60}") {
        let (feed, _) = xml::feed(&text, "https://a.example/f");
        prop_assert!(feed.entries.iter().all(crate::entry::Entry::says_something));
    }

    #[test]
    fn a_feed_with_bytes_changed_is_read_or_refused(changes in proptest::collection::vec((0_usize..2_000, any::<u8>()), 1..30)) {
        let mut bytes = WELL.as_bytes().to_vec();
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let text = decode::decode(&bytes, None);
        let _ = xml::feed(&text, "https://a.example/f");
        let _ = read::feed(&outcome(bytes.clone()), "https://a.example/f");
    }
}
