//! Two versions, over what was recorded.

use crate::demo::{Fault, Faulty, fixtures};
use zero_judge::{Comparison, Outlook, Policy, What, compare, runs_of_fixtures, runs_of_folder, runs_of_receipt};

fn compared(old: Fault, new: Fault) -> Comparison {
    let runs = runs_of_fixtures(&fixtures()).unwrap();
    compare(&Faulty::new(old), &Faulty::new(new), &runs, &Policy::default())
}

fn check(old: Fault, new: Fault, outlook: Outlook, passed: bool, whats: &[What]) {
    let comparison = compared(old, new);
    let text = comparison.to_text();
    assert_eq!((comparison.outlook, comparison.passed), (outlook, passed), "{old:?} -> {new:?}:\n{text}");
    let mut seen: Vec<What> =
        comparison.compared.iter().flat_map(|it| &it.differences).map(|difference| difference.what).collect();
    seen.dedup();
    assert_eq!(seen, whats, "{old:?} -> {new:?}:\n{text}");
    assert_eq!(comparison.exit_code(), u8::from(!passed));
}

#[test]
fn claims_and_passages_are_compared_not_bytes() {
    use Outlook::{Better, Different, Same, Worse};
    check(Fault::None, Fault::None, Same, true, &[]);
    check(Fault::None, Fault::LosesClaims, Worse, false, &[What::ClaimLost]);
    check(Fault::LosesClaims, Fault::None, Better, true, &[What::ClaimNew]);
    check(Fault::None, Fault::FindsMore, Better, true, &[What::ClaimNew]);
    check(Fault::None, Fault::OtherValue, Different, true, &[What::ClaimChanged]);
    check(Fault::None, Fault::NoRetryAfter, Different, true, &[What::FailureChanged]);
    check(Fault::None, Fault::BidsNever, Worse, false, &[What::BidLost]);
    check(Fault::None, Fault::BidsAlways, Different, true, &[What::BidChanged, What::BidNew]);
    let traps = [What::BidLost, What::RequestGone, What::FailureNew, What::PassageLost, What::ClaimLost];
    let comparison = compared(Fault::None, Fault::PlanTraps);
    assert_eq!((comparison.outlook, comparison.passed), (Worse, false), "{}", comparison.to_text());
    for what in traps {
        let seen = comparison.compared.iter().flat_map(|it| &it.differences).any(|difference| difference.what == what);
        assert!(seen, "{what:?}:\n{}", comparison.to_text());
    }
    // `q=*` of the second case answers the changed request, `q=Alba` of the first does not.
    let comparison = compared(Fault::None, Fault::OtherRequest);
    let of = |what| comparison.compared.iter().flat_map(|it| &it.differences).filter(|it| it.what == what).count();
    assert_eq!(of(What::RequestUnrecorded), 1, "{}", comparison.to_text());
    assert!(!comparison.passed);
    assert!(comparison.to_text().contains("request never recorded: `https://api.lantern.example/find?q=Alba&page=1`"));
}

#[test]
fn a_policy_says_what_is_refused() {
    let runs = runs_of_fixtures(&fixtures()).unwrap();
    let by = |new: Fault, policy: Policy| compare(&Faulty::new(Fault::None), &Faulty::new(new), &runs, &policy).passed;
    assert!(!by(Fault::LosesClaims, Policy::default()));
    assert!(by(Fault::LosesClaims, Policy::default().allowing(What::ClaimLost)));
    assert!(by(Fault::OtherValue, Policy::default()) && !by(Fault::OtherValue, Policy::strict()));
    let nothing = compare(&Faulty::new(Fault::None), &Faulty::new(Fault::None), &[], &Policy::default());
    assert!(!nothing.passed && nothing.to_text().contains("nothing was recorded"), "{}", nothing.to_text());
}

const RECEIPT: &str = r#"{"format": "zero-receipt/1", "id": "00", "principal": {}, "asked": {
    "question": {"text": "how high is the lantern Alba", "language": null, "place": null, "time_zone": "UTC",
        "now_ms": 0, "units": "metric"},
    "profile": {"language": null, "place": null, "time_zone": null, "units": null, "preferred_sources": [],
        "blocked_sources": []},
    "turns": [], "only": []},
  "candidates": [
    {"connector": "demo", "hosts": [], "source": {"id": "lanterns", "name": "L", "languages": [], "topics": [], "settings": "{}"}},
    {"connector": "other", "hosts": [], "source": {"id": "x", "name": "X", "languages": [], "topics": [], "settings": "{}"}}],
  "exchanges": [
    {"source": "x", "request": {"method": "get", "url": "https://x.example/", "headers": [], "body": null,
        "credential": null, "cache_seconds": null}, "outcome": {"kind": "failed", "value": {"kind": "timeout", "detail": ""}}},
    {"source": "lanterns", "request": {"method": "get", "url": "https://api.lantern.example/find?q=Alba", "headers": [],
        "body": null, "credential": null, "cache_seconds": null},
     "outcome": {"kind": "response", "value": {"status": 200, "headers": [], "body": "{\"items\": [{\"name\": \"Alba\", \"metres\": 9}]}"}}}]}"#;

#[test]
fn receipts_of_answers_are_replayed() {
    let runs = runs_of_receipt(RECEIPT.as_bytes(), "demo").unwrap();
    assert_eq!(runs.len(), 1);
    let with = |new| compare(&Faulty::new(Fault::None), &Faulty::new(new), &runs, &Policy::default());
    assert_eq!(with(Fault::None).outlook, Outlook::Same);
    let lost = with(Fault::LosesClaims);
    assert!(lost.to_text().contains("claim lost: `alba | height` 9 m"), "{}", lost.to_text());
    assert!(runs_of_receipt(b"{}", "demo").unwrap_err().to_string().contains("not a receipt"));
    assert!(runs_of_receipt(RECEIPT.replace("zero-receipt", "x").as_bytes(), "demo").is_err());
}

#[test]
fn a_folder_holds_exchanges_and_receipts() {
    let folder = std::env::temp_dir().join(format!("zero-compare-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let all = fixtures();
    for (name, text) in &all.exchanges {
        std::fs::write(folder.join(format!("{name}.http")), text).unwrap();
    }
    std::fs::write(folder.join("answer.json"), RECEIPT).unwrap();
    let carried = runs_of_folder(&folder, "demo", Some(&all));
    let alone = runs_of_folder(&folder, "demo", None);
    std::fs::remove_dir_all(&folder).unwrap();
    // Two cases, three questions, one receipt.
    assert_eq!(carried.unwrap().len(), 6);
    assert_eq!(alone.unwrap().len(), 1);
    assert!(runs_of_folder(&folder, "demo", None).is_err());
}
