use super::folder;
use crate::settings::{Query, Settings};
use crate::{passages, results};
use zero_connector_sdk::{FailureKind, Outcome, Response, Source};

#[test]
fn real_results_are_read() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("SKIPPED: {} is absent, so no real results were read", root.display());
        return;
    };
    let mut source = Source::new("x", "X");
    source.settings = r#"{"endpoint":"https://a.example/sparql","limit":50}"#.to_owned();
    let settings = Settings::of(&source).unwrap();
    eprintln!("{:24} {:>6} {:>8} {:>8}", "family", "bodies", "passages", "failures");
    for family in ["sparql-json", "wikidata-sparql-json"] {
        let (mut bodies, mut found) = (0, 0);
        for line in index.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            if columns[1] != family {
                continue;
            }
            bodies += 1;
            let body = std::fs::read(root.join(columns[2])).unwrap();
            let status = columns[5].parse().unwrap_or(200);
            match results::read(&Outcome::Response(Response { status, headers: Vec::new(), body })) {
                Ok(answer) => {
                    let findings = passages::of_rows(&source, &settings, &Query::default(), answer);
                    assert!(!findings.passages.is_empty(), "{}", columns[0]);
                    for claim in &findings.claims {
                        let passage = &findings.passages[claim.passage as usize];
                        assert!(claim.span.of(&passage.text).is_some_and(|said| !said.is_empty()), "{claim:?}");
                    }
                    found += findings.passages.len();
                }
                // A recorded refusal becomes a failure of its kind.
                Err(failure) => {
                    assert!(status >= 400 && failure.kind == FailureKind::Upstream, "{}: {failure:?}", columns[0]);
                }
            }
        }
        eprintln!("{family:24} {bodies:>6} {found:>8} {:>8}", 0);
    }
}
