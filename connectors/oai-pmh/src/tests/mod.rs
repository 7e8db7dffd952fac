//! Recorded exchanges, broken ones, the catalogue, and real bodies.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests read the catalogue, recorded exchanges and real bodies from files"
)]

mod exchanges;
mod fixtures;

use crate::{OaiPmh, xml};
use proptest::prelude::*;
use std::path::PathBuf;
use zero_connector_sdk::testing::{Catalogue, Record, refuses_settings};
use zero_connector_sdk::{FailureKind, Outcome, Response, Source};

fn folder(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn catalogue() -> Catalogue {
    toml::from_str(include_str!("../../../catalogue/oai-pmh.toml")).unwrap()
}

fn outcome(body: impl Into<Vec<u8>>) -> Outcome {
    Outcome::Response(Response { status: 200, headers: Vec::new(), body: body.into() })
}

#[test]
fn every_source_bids_as_the_catalogue_says() {
    catalogue().check::<OaiPmh>(0.3, 0.05, Record::plain);
}

#[test]
fn errors_of_the_protocol_are_typed() {
    let body = |code: &str| outcome(format!("<OAI-PMH><request/><error code=\"{code}\">so it is</error></OAI-PMH>"));
    for code in ["noRecordsMatch", "idDoesNotExist", "noSetHierarchy"] {
        assert!(xml::read(&body(code)).unwrap().records.is_empty(), "{code}");
    }
    for code in ["badArgument", "badVerb", "badResumptionToken", "cannotDisseminateFormat"] {
        let failure = xml::read(&body(code)).unwrap_err();
        assert_eq!(
            (failure.kind, failure.detail),
            (FailureKind::Upstream, format!("OAI-PMH error `{code}`: so it is"))
        );
    }
    assert_eq!(xml::read(&outcome("<html/>")).unwrap_err().kind, FailureKind::Malformed);
}

#[test]
fn wrong_settings_name_the_key() {
    let wrong = [
        ("{}", "base"),
        (r#"{"base":"ftp://x"}"#, "`base`"),
        (r#"{"base":"https://x","limit":0}"#, "`limit`"),
        (r#"{"base":"https://x","days":0}"#, "`days`"),
        (r#"{"base":"https://x","identifiers":{"doi":"oai:x"}}"#, "`identifiers.doi`"),
        (r#"{"base":"https://x","lmit":1}"#, "lmit"),
    ];
    refuses_settings::<OaiPmh>(&Source::new("x", "X"), &wrong);
}

proptest! {
    #[test]
    fn any_markup_is_read_or_refused(text in "(<(record|header|/record|/header|title|/title|error code='x'|/error|OAI-PMH|/OAI-PMH|!\\[CDATA\\[)|>|\\]\\]>|&|;|x| ){0,40}") {
        let _ = xml::read(&outcome(format!("<OAI-PMH>{text}</OAI-PMH>")));
        let _ = xml::read(&outcome(text));
    }
}
