use super::*;
use crate::catalogue::Catalogue;

const CATALOGUE: &str = r#"
connector = "rest"
[[source]]
id = "s"
name = "S"
summary = "A source."
homepage = "https://home.example/about"
hosts = ["api.a.example", "*.b.example", "*"]
[source.settings]
page = "https://doi.example/{doi}"
port = "https://odd.example:8443/x"
open = "https://{name}.wild.example/ and https://user@no.example/"
"#;

fn gate() -> Gate {
    let catalogue = Catalogue::from_toml([("s.toml", CATALOGUE)]).unwrap();
    let record = catalogue.get("s").unwrap();
    Gate::new(record).after(&["https://got.example/page?q=1#top".to_owned()])
}

fn link(url: &str, shown: Option<&str>) {
    assert_eq!(gate().link(url).as_deref(), shown, "{url}");
}

#[test]
fn a_link_is_one_that_the_host_retrieved_or_the_record_names() {
    for url in [
        "https://api.a.example/x?y#z",
        "http://api.a.example",
        "https://sub.b.example/",
        "https://home.example/other",
        "https://www.home.example/",
        "https://doi.example/10.1/x",
        "https://odd.example:8443/y",
        "https://got.example/page?q=1#elsewhere",
    ] {
        link(url, Some(url));
    }
    for url in [
        "https://evil.example/",
        "https://b.example/",
        "https://evilb.example/",
        "https://api.a.example.evil.example/",
        "https://odd.example/y",
        "https://api.a.example:8443/",
        "https://got.example/page?q=2",
        "https://got.example/",
        "https://x.wild.example/",
        "https://no.example/",
        "https://api.a.example@evil.example/",
        "https://evil.example\\@api.a.example/",
        "https://user:secret@api.a.example/",
        "https://@api.a.example/",
        "//api.a.example/",
        "javascript:alert(1)//api.a.example",
        "data:text/html,https://api.a.example/",
        "ftp://api.a.example/",
        "https:api.a.example",
        "https://api.a.example/\u{1b}]8;;",
        "https://api.a.example/a b",
        "https://аpi.a.example/",
        "",
    ] {
        link(url, None);
    }
}

#[test]
fn a_link_is_shown_as_it_is_read() {
    link("https://bücher.b.example/ü", Some("https://xn--bcher-kva.b.example/%C3%BC"));
    link("HTTPS://API.A.EXAMPLE/X", Some("https://api.a.example/X"));
    link("https://api.a.example/a/../b\u{202e}c", Some("https://api.a.example/b%E2%80%AEc"));
    link("https://api.a.ex%61mple/", Some("https://api.a.example/"));
}

fn passage(text: &str, url: Option<&str>) -> Passage {
    Passage { url: url.map(str::to_owned), ..Passage::computed("T", text) }
}

fn claim(text: &str, said: &str, value: Value) -> Claim {
    let start = text.find(said).unwrap();
    Claim {
        passage: 0,
        span: Span::new(start, start + said.len()),
        subject: "a\u{200b}b".to_owned(),
        property: "p".to_owned(),
        value,
        time: None,
        negated: false,
    }
}

#[test]
fn findings_come_out_as_plain_text_with_spans_that_hold() {
    let text = "<p>Tokyo\u{202e} is \u{1b}[1mthe capital\u{1b}[0m, see https://evil.example/ and ![i](https://evil.example/i.png).";
    let raw = Passage {
        title: "A <b>title</b>\u{7} https://evil.example/".to_owned(),
        published: Some("2024-01-02".to_owned()),
        language: Some("en\u{202e}".to_owned()),
        ..passage(text, Some("https://evil.example/"))
    };
    let claims = vec![
        claim(text, "the capital", Value::Text("x\u{202e}<i>y</i>".to_owned())),
        claim(text, "Tokyo", Value::Url("https://evil.example/".to_owned())),
        claim(text, "\u{202e}", Value::Boolean(true)),
        Claim { passage: 7, ..claim(text, "Tokyo", Value::Boolean(true)) },
    ];
    let Findings { passages, claims } = gate().findings(Findings { passages: vec![raw], claims });
    let [passage] = passages.as_slice() else { panic!("{passages:?}") };
    assert_eq!(passage.text, " Tokyo is the capital, see ‹link› and .");
    assert_eq!((passage.title.as_str(), &passage.url, &passage.language), ("A title ‹link›", &None, &None));
    assert_eq!(passage.published.as_deref(), Some("2024-01-02"));
    assert!(passage.score < 0.99, "a passage does not become a computed one by losing its address");
    let [claim] = claims.as_slice() else { panic!("{claims:?}") };
    assert_eq!(claim.span.of(&passage.text), Some("the capital"));
    assert_eq!((claim.subject.as_str(), &claim.value), ("ab", &Value::Text("xy".to_owned())));
}

#[test]
fn a_failure_is_told_in_plain_words() {
    let detail = format!("\u{1b}[2J<b>no</b>, see https://evil.example/x\n\nhint: wait {}", "é".repeat(2000));
    let State::Failed { detail, .. } = gate().state(State::Failed { cause: "upstream".to_owned(), detail }) else {
        panic!("not failed")
    };
    assert!(detail.starts_with("no, see ‹link›\n\nhint: wait é") && detail.len() <= 1024, "{detail}");
}
