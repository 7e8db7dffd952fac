//! JSON that is wrong in every known way, and strings that broke other people's programs.

use crate::server::{PLAIN, Server, answers, read_to_close, status};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use zero_tests::{root, skip};

fn data(path: &str) -> Option<String> {
    let path: PathBuf = root().join("../shared/data").join(path);
    let text = std::fs::read_to_string(&path);
    text.inspect_err(|error| skip("vectors", &format!("{}: {error}", path.display()))).ok()
}

/// How often each status was given; a 5xx or an answer that is none fails.
#[derive(Default)]
struct Seen(BTreeMap<u16, usize>);

impl Seen {
    fn note(&mut self, what: &dyn Fn() -> String, said: &str) {
        assert_eq!(answers(said).len(), 1, "{}: {said:?}", what());
        let status = status(said);
        assert!((200..500).contains(&status), "{}: {said}", what());
        *self.0.entry(status).or_insert(0) += 1;
    }
}

/// Posted by the head of its own connection: what follows a body can then be nobody's answer.
fn post(server: &Server, body: &[u8]) -> String {
    let mut stream = server.connect(1);
    let head = format!(
        "POST /v1/answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    read_to_close(&mut stream)
}

#[test]
fn no_json_is_our_fault() {
    let Some(lines) = data("json_parsing.jsonl") else { return };
    let Some(server) = Server::start("JSON", |_| PLAIN.to_owned()) else { return };
    let (mut whole, mut inside) = (Seen::default(), Seen::default());
    for line in lines.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let (name, bytes) = (vector["name"].as_str().unwrap(), base64(vector["bytes_base64"].as_str().unwrap()));
        whole.note(&|| name.to_owned(), &post(&server, &bytes));
        let asked = [b"{\"sources\": [\"calculator\"], \"question\": ", bytes.as_slice(), b"}"].concat();
        inside.note(&|| format!("{name} as a question"), &post(&server, &asked));
    }
    println!("JSON: {} documents as bodies {:?}, as questions {:?}", lines.lines().count(), whole.0, inside.0);
    assert!(lines.lines().count() > 300);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn no_string_is_our_fault() {
    let Some(strings) = data("vectors/blns/blns.json") else { return };
    let strings: Vec<String> = serde_json::from_str(&strings).unwrap();
    let Some(server) = Server::start("naughty strings", |_| PLAIN.to_owned()) else { return };
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for string in &strings {
        let mut note = |place, said: String| {
            seen.entry(place).or_default().note(&|| format!("{string:?} in {place}"), &said);
        };
        let body = serde_json::json!({ "question": string, "sources": ["calculator"] }).to_string();
        note("a body", post(&server, body.as_bytes()));
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", string).finish();
        note("a query", server.get(1, &format!("/v1/answer?sources=calculator&{query}"), ""));
        note("an unknown key", server.get(1, &format!("/v1/answer?{query}&{}", query.trim_start_matches("q=")), ""));
        // As it is: what is no field, no target and no credential is refused, and what is goes unheard.
        note("a field", server.get(1, "/healthz", &format!("x-naughty: {string}\r\n")));
        note("a credential", server.get(1, "/v1/sources", &format!("authorization: Bearer {string}\r\n")));
        note("a target", server.get(1, &format!("/v1/sources/{string}"), ""));
    }
    for (place, seen) in &seen {
        println!("{} strings in {place}: {:?}", strings.len(), seen.0);
    }
    assert!(strings.len() > 500 && seen.len() == 6);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits =
        text.bytes().filter(|byte| *byte != b'=').fold((Vec::new(), 0_u32, 0), |(mut bytes, held, bits), byte| {
            let digit = DIGITS.iter().position(|it| *it == byte).expect("base64");
            let (held, bits) = (held << 6 | u32::try_from(digit).unwrap(), bits + 6);
            if bits < 8 {
                return (bytes, held, bits);
            }
            bytes.push(u8::try_from(held >> (bits - 8) & 0xff).unwrap());
            (bytes, held & ((1 << (bits - 8)) - 1), bits - 8)
        });
    bits.0
}
