use super::{catalogue, folder};
use crate::Mcp;
use zero_connector_sdk::testing::{Cases, Exchange, Reads, Siege};

#[test]
fn recorded_exchanges_give_what_the_table_says_and_withstand() {
    let cases: Cases = toml::from_str(include_str!("../../exchanges/cases.toml")).unwrap();
    let siege = Siege { reads: Reads::JsonObject, cut_parts: 40, oversized_bytes: 2 << 20 };
    let mut wrong = Vec::new();
    for asked in cases.asked(&catalogue().source, &Exchange::read_folder(folder("exchanges")).unwrap()) {
        wrong.extend(asked.misses::<Mcp>(0.3));
        wrong.extend(asked.withstand::<Mcp>(siege));
        // What a server links to is shown to people.
        let web = |url: &String| url.starts_with("https://");
        let trace = asked.trace::<Mcp>();
        let passages = trace.findings().map(|findings| findings.passages.as_slice()).unwrap_or_default();
        assert!(passages.iter().all(|passage| passage.url.as_ref().is_none_or(web)), "{passages:#?}");
        assert!(asked.case.requests.is_some(), "`{}` does not say how many requests it takes", asked.case.question);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
