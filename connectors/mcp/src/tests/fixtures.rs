use super::folder;
use crate::message::{Reply, reply};
use crate::settings::Settings;
use crate::tool::choose;
use crate::{ask, content};
use zero_connector_sdk::{Intent, Outcome, Question, Response, Source};

#[test]
fn real_messages_are_read() {
    let root = folder("../../../shared/fixtures");
    let Ok(index) = std::fs::read_to_string(root.join("index.tsv")) else {
        eprintln!("SKIPPED: {} is absent, so no real message was read", root.display());
        return;
    };
    let mut source = Source::new("x", "X");
    source.settings = r#"{"url":"https://a.example/mcp","tools":["ask_question"],"cues":["x"]}"#.to_owned();
    let settings = Settings::of(&source).unwrap();
    let (_, vars) = ask::of(&source, &settings, &Question::new("x: what is a/b about"), &Intent::unknown("en"));
    let (mut bodies, mut passages, mut lists, mut handshakes) = (0, 0, 0, 0);
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns[1] != "mcp-jsonrpc" {
            continue;
        }
        bodies += 1;
        let body = std::fs::read(root.join(columns[2])).unwrap();
        let outcome =
            Outcome::Response(Response { status: columns[5].parse().unwrap_or(200), headers: Vec::new(), body });
        let found = (0..10).find_map(|id| match reply(&outcome, id) {
            Ok(Reply::Result(result)) => Some(result),
            _ => None,
        });
        let Some(result) = found else { panic!("{}: no response", columns[0]) };
        if result.get("tools").is_some() {
            lists += 1;
            // It wants the name of a repository, which no question gives by itself: nothing is chosen, nothing breaks.
            assert!(choose(&settings, &vars, &result).is_none());
        } else if result.get("protocolVersion").is_some() {
            handshakes += 1;
        } else {
            let findings = content::findings(&source, &settings, &vars, "ask_question", &result).unwrap();
            assert!(!findings.passages.is_empty(), "{}", columns[0]);
            passages += findings.passages.len();
        }
    }
    eprintln!(
        "{:12} {:>6} {:>10} {:>6} {:>8} {:>8}",
        "family", "bodies", "handshakes", "lists", "passages", "failures"
    );
    eprintln!("{:12} {bodies:>6} {handshakes:>10} {lists:>6} {passages:>8} {:>8}", "mcp-jsonrpc", 0);
}
