use super::folder;
use crate::{Feed, read};
use zero_connector_sdk::{Connector, FailureKind, Header, Intent, Outcome, Question, Response, Source, Step};

/// Families of real feeds, and the percentage of bodies that must be read, with entries or without any.
const FAMILIES: [(&str, usize); 9] = [
    ("feed-wellformed", 100),
    ("feed-gofeed", 95),
    ("feed-real", 95),
    ("feed-encoding", 95),
    ("feed-illformed", 90),
    ("feed-courts-rss", 100),
    ("feed-scienceseeker-atom", 100),
    ("arxiv-atom", 100),
    // One of them is cut off on purpose.
    ("json-feed", 85),
];

#[test]
fn real_feeds_are_read() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("SKIPPED: {} is absent, so no real feed was read", root.display());
        return;
    };
    let mut source = Source::new("x", "X");
    source.settings = r#"{"url":"https://a.example/f","cues":["x"],"limit":32}"#.to_owned();
    let plan = Feed::plan(&source, &Question::new("latest news of x"), &Intent::unknown("en")).unwrap();
    let Step::Fetch(fetch) = plan.step else { panic!("no request") };
    let mut short = Vec::new();
    eprintln!("{:24} {:>6} {:>8} {:>6} {:>6} {:>8}", "family", "bodies", "passages", "full", "empty", "failures");
    for (family, percent) in FAMILIES {
        let (mut full, mut empty, mut failed, mut passages) = (0, 0, 0, 0);
        for line in index.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            if columns[1] != family {
                continue;
            }
            let body = std::fs::read(root.join(columns[2])).unwrap();
            let response = Response { status: columns[5].parse().unwrap_or(200), headers: Vec::new(), body };
            match Feed::resume(&source, &fetch.state, &[Outcome::Response(response)]) {
                Ok(Step::Done(findings)) if findings.passages.is_empty() => empty += 1,
                Ok(Step::Done(findings)) => {
                    full += 1;
                    passages += findings.passages.len();
                    for claim in &findings.claims {
                        let passage = &findings.passages[claim.passage as usize];
                        assert!(
                            claim.span.of(&passage.text).is_some_and(|said| !said.is_empty()),
                            "{} {claim:?}",
                            columns[0]
                        );
                    }
                }
                Ok(Step::Fetch(_)) => panic!("one round"),
                // A recorded refusal is understood when it becomes a failure of its kind.
                Err(failure) if failure.kind != FailureKind::Malformed => empty += 1,
                Err(failure) => {
                    failed += 1;
                    eprintln!("    {}: {:.100}", columns[0], failure.detail);
                }
            }
        }
        let bodies = full + empty + failed;
        eprintln!("{family:24} {bodies:>6} {passages:>8} {full:>6} {empty:>6} {failed:>8}");
        if 100 * (full + empty) < percent * bodies {
            short.push(format!("{family}: {failed} of {bodies} bodies were not read"));
        }
    }
    assert!(short.is_empty(), "{}", short.join("\n"));
}

/// Every entry that a reader of the field would see is seen.
#[test]
fn entries_of_real_feeds_are_all_seen() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else { return };
    let mut misses = Vec::new();
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if !["feed-real", "feed-courts-rss", "feed-scienceseeker-atom", "arxiv-atom"].contains(&columns[1]) {
            continue;
        }
        let body = std::fs::read(root.join(columns[2])).unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        let counted =
            ["<item>", "<item ", "<entry>", "<entry "].map(|tag| text.matches(tag).count()).iter().sum::<usize>();
        let headers = vec![Header { name: "content-type".to_owned(), value: "text/xml".to_owned() }];
        let outcome = Outcome::Response(Response { status: 200, headers, body });
        let seen = read::feed(&outcome, "https://a.example/f").map_or(0, |feed| feed.entries.len());
        if seen != counted.min(crate::entry::ENTRIES_MAX) {
            misses.push(format!("{}: {seen} of {counted} entries", columns[0]));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}
