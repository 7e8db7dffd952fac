use super::{catalogues, records};
use crate::Rest;
use zero_connector_sdk::{Intent, Kind, Named as _, Question};

#[test]
fn every_mapping_is_sound() {
    let records = records();
    assert!(records.len() >= 30, "only {} sources", records.len());
    let mut wrong = Vec::new();
    for record in &records {
        if let Err(failure) = crate::check(&record.source()) {
            wrong.push(failure.detail);
        }
        assert!(record.kinds.iter().all(|kind| Kind::named(kind).is_some()), "{}: kinds", record.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_bids_as_its_record_says() {
    for catalogue in catalogues() {
        catalogue.check::<Rest>(0.3, 0.05, |_, text| (Question::new(text), Intent::unknown("en")));
    }
}

#[test]
fn unknown_keys_and_broken_texts_are_named() {
    for (settings, named) in [
        (r#"{"bid":{},"steps":[{"url":"https://a.example/","itmes":"x"}]}"#, "itmes"),
        (r#"{"bid":{"bse":1},"steps":[{"url":"https://a.example/"}]}"#, "bse"),
        (r#"{"bid":{},"steps":[]}"#, "`steps`: 0 steps"),
        (r#"{"bid":{},"steps":[{"url":"https://a.example/{query"}]}"#, "`steps[0]`: `url`"),
        (r#"{"bid":{},"steps":[{"url":"https://a.example/","items":"a"}]}"#, "need a `passage`"),
        (
            r#"{"bid":{},"steps":[{"url":"https://a.example/","items":"a[[b","passage":{"title":"a","text":"b"}}]}"#,
            "`items`: path `a[[b`",
        ),
        (
            r#"{"bid":{},"steps":[{"url":"https://a.example/","reads":[{"when":"a[[b","passage":{"title":"a","text":"b"}}]}]}"#,
            "`reads[0]`: `when`",
        ),
        (r#"{"bid":{"kinds":{"wether":1}},"steps":[{"url":"https://a.example/"}]}"#, "wether"),
        (
            r#"{"bid":{},"steps":[{"url":"https://a.example/","passage":{"title":"{a|shout}","text":"{b}"}}]}"#,
            "`passage.title`: template `{a|shout}`: unknown filter `shout`",
        ),
    ] {
        let source = zero_connector_sdk::Source { settings: settings.to_owned(), ..super::source_of("arxiv") };
        let failure = crate::check(&source).expect_err(settings);
        assert_eq!(failure.kind, zero_connector_sdk::FailureKind::Settings);
        assert!(failure.detail.contains(named), "{} does not name {named}", failure.detail);
    }
}
