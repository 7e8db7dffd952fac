use super::folder;
use crate::ask::Verb;
use crate::settings::Settings;
use crate::{passages, xml};
use zero_connector_sdk::{FailureKind, Outcome, Response, Source};

#[test]
fn real_answers_are_read() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("SKIPPED: {} is absent, so no real answer was read", root.display());
        return;
    };
    let mut source = Source::new("x", "X");
    source.settings = r#"{"base":"https://a.example/oai","limit":32}"#.to_owned();
    let settings = Settings::of(&source).unwrap();
    let (mut bodies, mut found, mut refused) = (0, 0, 0);
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[1] != "oai-pmh" {
            continue;
        }
        bodies += 1;
        let body = std::fs::read(root.join(columns[2])).unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        match xml::read(&Outcome::Response(Response { status: 200, headers: Vec::new(), body })) {
            Ok(answer) => {
                let verbs = [
                    Verb::ListIdentifiers,
                    Verb::ListSets,
                    Verb::ListMetadataFormats,
                    Verb::GetRecord,
                    Verb::ListRecords,
                    Verb::Identify,
                ];
                let verb = verbs.into_iter().find(|verb| text.contains(&format!("<{}", verb.name())));
                let Some(verb) = verb else {
                    assert!(text.contains("<error"), "{} is of no verb", columns[0]);
                    continue;
                };
                let findings = passages::findings(&source, &settings, passages::of(&settings, verb, &[], answer));
                assert!(!findings.passages.is_empty(), "{}", columns[0]);
                for claim in &findings.claims {
                    let passage = &findings.passages[claim.passage as usize];
                    assert!(claim.span.of(&passage.text).is_some_and(|said| !said.is_empty()), "{claim:?}");
                }
                found += findings.passages.len();
            }
            // An error of the protocol becomes a failure of its kind.
            Err(failure) => {
                assert!(
                    failure.kind == FailureKind::Upstream && text.contains("<error"),
                    "{}: {failure:?}",
                    columns[0]
                );
                refused += 1;
            }
        }
    }
    eprintln!("{:12} {:>6} {:>8} {:>8} {:>8}", "family", "bodies", "passages", "refusals", "failures");
    eprintln!("{:12} {bodies:>6} {found:>8} {refused:>8} {:>8}", "oai-pmh", 0);
}
