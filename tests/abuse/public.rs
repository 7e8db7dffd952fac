//! What the public sees: pages of other origins, traces, and a host that would be public in the clear.

use crate::server::{PLAIN, SUM, Server, status, zero};

#[test]
fn only_pages_that_are_named_may_ask() {
    let config = |_: &std::path::Path| format!("{PLAIN}[server.cors]\norigins = [\"https://app.example\"]\n");
    let Some(server) = Server::start("pages", config) else { return };
    let preflight = |origin: &str| {
        let fields = format!(
            "origin: {origin}\r\naccess-control-request-method: POST\r\naccess-control-request-headers: authorization\r\n"
        );
        server
            .tell(1, format!("OPTIONS /v1/answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n").as_bytes())
    };
    let ours = preflight("https://app.example");
    assert_eq!(status(&ours), 200, "{ours}");
    assert!(ours.contains("access-control-allow-origin: https://app.example\r\n"), "{ours}");
    assert!(ours.contains("access-control-allow-methods: GET,HEAD,POST\r\n"), "{ours}");
    assert!(!ours.contains("access-control-allow-credentials") && ours.contains("x-request-id: "), "{ours}");
    let asked = |origin: &str| server.get(1, SUM, &format!("origin: {origin}\r\n"));
    let ours = asked("https://app.example");
    assert!(status(&ours) == 200 && ours.contains("access-control-allow-origin: https://app.example\r\n"), "{ours}");
    assert!(ours.contains("access-control-expose-headers: ") && ours.contains("origin"), "{ours}");
    for other in [
        "https://evil.example",
        "https://app.example.evil.example",
        "http://app.example",
        "https://app.example:444",
        "null",
        "*",
    ] {
        for said in [preflight(other), asked(other)] {
            assert!(!said.contains("access-control-allow-origin"), "{other}: {said}");
        }
    }
}

#[test]
fn a_problem_is_found_again_by_its_id() {
    let Some(server) = Server::start("ids", |_| PLAIN.to_owned()) else { return };
    let said = server.get(1, "/nowhere", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n");
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    let problem: serde_json::Value = serde_json::from_str(body).unwrap();
    let id = problem["id"].as_str().unwrap();
    assert!(id.len() == 16 && head.contains(&format!("x-request-id: {id}\r\n")), "{said}");
    assert!(!head.contains("strict-transport-security"), "there is no TLS of ours: {head}");
    let other = server.get(1, "/nowhere", "");
    assert!(!other.contains(id), "each has its own");
}

#[test]
fn nobody_is_public_in_the_clear_by_mistake() {
    let open = PLAIN.replace("127.0.0.1:0", "0.0.0.0:0");
    let Some((mut zero, _folder)) = zero("a public listener", |_| open.clone()) else { return };
    let refused = zero.arg("serve").output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("in the clear") && said.contains("hint: ") && said.contains("--behind-proxy"), "{said}");
    assert!(!String::from_utf8_lossy(&refused.stdout).contains("listening"), "nobody may be told that it listens");
    let Some((mut zero, _folder)) = crate::server::zero("a doctor", |_| open.clone()) else { return };
    let told = zero.arg("doctor").output().unwrap();
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.code() == Some(1) && said.contains("wrong listen: "), "{said}");
    let config = |_: &std::path::Path| format!("{open}[server.proxy]\nterminates_tls = true\n");
    let Some(server) = Server::start("behind a proxy", config) else { return };
    assert!(server.address.ip().is_unspecified());
}
