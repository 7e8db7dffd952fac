//! One deliberate fault after the other.

use crate::check_caught;
use crate::demo::{ALBA, Fault, Faulty, fixtures};
use zero_builder::fixtures::Fixtures;
use zero_judge::{Check, Options, Verdict, test};

#[test]
fn an_honest_connector_passes() {
    let report = test(&Faulty::new(Fault::None), &fixtures(), &Options::default());
    assert_eq!(report.verdict, Verdict::Ok, "{}", report.to_text());
    let made: Vec<&str> = report.findings.iter().map(|finding| finding.check.name()).collect();
    assert_eq!(
        made,
        [
            "fixtures",
            "cases",
            "findings",
            "exchanges",
            "must",
            "must-not",
            "determinism",
            "limits",
            "mutations",
            "hosts"
        ]
    );
    let again = test(&Faulty::new(Fault::None), &fixtures(), &Options::default());
    assert_eq!(report, again, "a judgement is the same every time");
}

#[test]
fn each_fault_of_the_code_is_caught() {
    use Check::{Cases, Determinism, Findings, Fixtures, Hosts, Limits, Must, MustNot, Mutations};
    for (fault, check, seen, change) in [
        (Fault::PlanTraps, Must, "trapped", "typed failure where the code now panics"),
        (Fault::TrapsOnWrongTypes, Mutations, "`/items` is null: trapped", "typed failure where the code now panics"),
        (Fault::OverCpu, Limits, "cpu: 60000 µs a call, 120 %", "bound the work"),
        (Fault::OverCpu, Mutations, "a very long string: ran out of CPU", "bound the work"),
        (Fault::OverMemory, Mutations, "very many values: ran out of memory", "bound the memory"),
        (Fault::Unsteady, Determinism, "two plans of it differ", "nothing may be kept"),
        (Fault::UnsteadyState, Determinism, "two walks of it differ: the state", "nothing may be kept"),
        (Fault::TooManyRounds, Cases, "wanted more than 4 rounds", "give `done`"),
        (Fault::TooManyRequests, Limits, "17 requests in one round, over the limit of 16", "ask for less"),
        (Fault::OtherHost, Hosts, "asks `tracker.example`", "add it to `hosts`"),
        (Fault::PlainHttp, Limits, "asks `http://api.lantern.example", "ask over `https://`"),
        (Fault::BidsNever, Must, "bids 0.00", "raise the bid"),
        (Fault::BidsAlways, MustNot, "bids 0.70", "lower the bid"),
        (Fault::NoRetryAfter, Mutations, "429, retry after `7`", "`retry-after-seconds`"),
        (Fault::NoRetryAfter, Cases, "says to come back after None", "mend the connector"),
        (Fault::CredentialAsUpstream, Mutations, "status 401: failed as `upstream`", "fail as `credential`"),
        (Fault::CredentialAsUpstream, Mutations, "status 403: failed as `upstream`", "fail as `credential`"),
        (Fault::HtmlAsNothing, Mutations, "body `<html><body>", "a login page"),
        (Fault::EmptyAsNothing, Mutations, "an empty body: finds 0 passages", "fail as `malformed`"),
        (Fault::UpstreamAsNothing, Mutations, "status 500: finds 0 passages", "fail as `upstream`"),
        (Fault::SpanNowhere, Findings, "points nowhere: passage 0, bytes 3..300", "byte offsets"),
        (Fault::OddScore, Findings, "has the score 7", "from 0 to 1"),
        (Fault::OtherValue, Cases, "gives no claim `Alba | height | 12 m`, but `Alba | height | 12`", "mend"),
        (Fault::LosesClaims, Cases, "gives no claim", "mend"),
        (Fault::TooLong, Limits, "result: ", "fewer or shorter passages"),
        (
            Fault::OtherRequest,
            Cases,
            "no recorded exchange answers `https://api.lantern.example/find?q=Alba&page=1`",
            "record it",
        ),
        (Fault::OtherName, Fixtures, "its sources are of connector `demo`", "connector = \"other\""),
    ] {
        let large_cases_max = usize::from(matches!(fault, Fault::OverCpu | Fault::OverMemory));
        let options = Options { mutations: check == Mutations, large_cases_max, ..Options::default() };
        let report = test(&Faulty::new(fault), &fixtures(), &options);
        check_caught(&format!("{fault:?}"), &report, check, seen, change);
    }
    let report =
        test(&Faulty::new(Fault::OverMemory), &fixtures(), &Options { mutations: false, ..Options::default() });
    assert!(report.to_text().contains("warning  limits       memory: 32505856 bytes, 97 %"), "{}", report.to_text());
    let heavy = Options { component_bytes: Some(5 << 20), mutations: false, ..Options::default() };
    check_caught("size", &test(&Faulty::new(Fault::None), &fixtures(), &heavy), Check::Limits, "size: ", "guest");
}

#[test]
fn each_fault_of_the_fixtures_is_caught() {
    let edit = |what: &str, from: &str, to: &str| {
        let mut all = fixtures();
        let text = match what {
            "sources" => &mut all.sources,
            "cases" => &mut all.cases,
            exchange => all.exchanges.get_mut(exchange).unwrap(),
        };
        assert!(text.contains(from), "{from}");
        *text = text.replace(from, to);
        all
    };
    let with = |name: &str, text: &str| {
        let mut all = fixtures();
        all.exchanges.insert(name.to_owned(), text.to_owned());
        all
    };
    let cases: [(Fixtures, Check, &str, &str); 13] = [
        (with("old", &ALBA.replace("Alba\n", "Alba&v=1\n")), Check::Exchanges, "exchange `old`", "write a case"),
        (with("bad", "GET https://a.example/"), Check::Fixtures, "the response is missing", "record it again"),
        (edit("alba", "q=Alba", "q=Cora"), Check::Cases, "no recorded exchange answers", "record it"),
        (edit("alba", "12}", "13}"), Check::Cases, "Alba hangs 13 m high", "mend the connector, or the case"),
        (edit("cases", "passages = 1", "passages = 2"), Check::Cases, "gives 1 passages, not 2", "mend"),
        (edit("cases", "title = \"Alba\"", "title = \"Brio\""), Check::Cases, "`Alba`, not `Brio`", "mend"),
        (edit("cases", "= 30", "= 31"), Check::Cases, "come back after Some(30)", "mend"),
        (edit("cases", "passages", "pasages"), Check::Fixtures, "unknown field `pasages`", "lists its keys"),
        (edit("cases", "rate-limited", "too-fast"), Check::Fixtures, "`too-fast` is no kind", "`rate-limited`"),
        (
            edit("cases", "source = \"lanterns\"", "source = \"lamps\""),
            Check::Fixtures,
            "a source that `sources.toml` does not have",
            "mend",
        ),
        (edit("cases", "passages = 1", "now = \"today\""), Check::Fixtures, "`now` is no time", "mend"),
        (edit("sources", "triggers", "trigers"), Check::Fixtures, "unknown field `trigers`", "mend `sources.toml`"),
        (Fixtures::default(), Check::Fixtures, "missing field `connector`", "mend `sources.toml`"),
    ];
    for (fixtures, check, seen, change) in cases {
        let options = Options { mutations: false, ..Options::default() };
        check_caught(seen, &test(&Faulty::new(Fault::None), &fixtures, &options), check, seen, change);
    }
}
