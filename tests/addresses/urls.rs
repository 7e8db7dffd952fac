//! URLs that parsers read in different ways, from the vectors of the URL standard.

use crate::stub::{Stub, fine};
use crate::{failure, grant, soon};
use serde_json::Value;
use std::collections::BTreeMap;
use zero_tests::{root, skip};
use zero_types::connector::{FetchFailureKind, Request};

const VECTORS: &str = "../shared/data/vectors/rust-url/url/tests/urltestdata.json";
const PUBLIC: &str = "93.184.215.14";

/// A URL, and whom it names by the standard; none where it must not be read.
struct Vector {
    url: String,
    host: Option<String>,
}

/// As they are; those of the web also by `https`, and with a name of two labels where they have one.
fn vectors(text: &str) -> Vec<Vector> {
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut vectors = Vec::new();
    for vector in all.iter().filter(|it| it.is_object()) {
        let field = |name: &str| vector.get(name).and_then(Value::as_str).unwrap_or_default();
        let (url, name) = (field("input").to_owned(), field("hostname").to_owned());
        let host = (!name.is_empty()).then_some(name.clone());
        vectors.push(Vector { url: url.clone(), host: host.clone() });
        let Some(rest) = url.strip_prefix("http:") else {
            vectors.extend(two_labels(&url, &name));
            continue;
        };
        let secure = format!("https:{rest}");
        vectors.extend(two_labels(&secure, &name));
        vectors.push(Vector { url: secure, host });
    }
    vectors
}

/// `https://x/y` as `https://x.example/y`: a name of one label is refused as a local one, and would show nothing more.
fn two_labels(url: &str, name: &str) -> Option<Vector> {
    let rest = url.strip_prefix("https://")?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let at = rest.get(..end)?.rfind('@').map_or(0, |at| at + 1);
    let after = rest.get(at..)?.strip_prefix(name).filter(|_| !name.is_empty() && !name.contains('.'))?;
    let url = format!("https://{}{name}.example{after}", rest.get(..at)?);
    Some(Vector { url, host: Some(format!("{name}.example")) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_allowed_is_who_is_dialled_and_named() {
    let Ok(text) = std::fs::read_to_string(root().join(VECTORS)) else {
        skip("the URL vectors", "there is no ../shared/data/vectors/rust-url");
        return;
    };
    let stub = Stub::start(fine).await;
    let egress = stub.egress(|_| vec![PUBLIC.parse().unwrap()]);
    let vectors = vectors(&text);
    let (mut answered, mut reasons) = (0, BTreeMap::<String, usize>::new());
    for vector in &vectors {
        // Granted is whom the standard names, or else whom a careless reader would see.
        let seen = vector.url.split("//").nth(1).unwrap_or_default().split(['/', '?', '#', '@', ':']).next();
        let granted: Vec<&str> = vector.host.iter().map(String::as_str).chain(seen).collect();
        let grants = granted.iter().filter_map(|host| Some((*host, host.parse::<zero_egress::HostPattern>().ok()?)));
        let grants = grants.filter(|(host, _)| *host != "*").map(|(host, pattern)| (host, pattern.to_string()));
        for (host, expected) in grants {
            let outcome = egress.fetch(&grant(&[host]), Request::get(&vector.url), soon()).await.outcome;
            let (seen, dialled, asked) = stub.take();
            if let Some(failure) = failure(&outcome) {
                let why = failure.detail.lines().next().unwrap_or_default();
                let kind = if failure.kind == FetchFailureKind::Refused { word(why) } else { "not refused" };
                *reasons.entry(kind.to_owned()).or_default() += 1;
                assert!(failure.kind == FetchFailureKind::Refused, "{:?}: {failure:?}", vector.url);
                assert!(
                    seen.is_empty() && dialled.is_empty() && asked.is_empty(),
                    "{:?}: refused too late",
                    vector.url
                );
                continue;
            }
            answered += 1;
            let [request] = seen.as_slice() else { panic!("{:?}: {seen:?}", vector.url) };
            let sent = request.host.split(':').next().unwrap_or_default();
            let all = [Some(expected.as_str()), vector.host.as_deref(), asked.first().map(String::as_str)];
            for it in all.into_iter().chain([request.server_name.as_deref(), Some(sent)]) {
                assert_eq!(it, Some(expected.as_str()), "{:?}: {request:?}, asked {asked:?}", vector.url);
            }
            // A connection that is used again was dialled for this very name before.
            assert!(asked.len() == 1 && dialled.iter().all(|it| it.ip().to_string() == PUBLIC), "{dialled:?}");
        }
    }
    let refused: usize = reasons.values().sum();
    println!(
        "{} vectors of the standard, {} with their variants by https: {answered} requests sent, in 100 % of them allowed \
         host = resolved = SNI = host; {refused} refused before any look-up: {reasons:#?}",
        text.matches("\"input\"").count(),
        vectors.len()
    );
    assert!(answered >= 60, "{answered} were sent");
}

/// The reason without what it is about.
fn word(detail: &str) -> &str {
    const REASONS: [&str; 13] = [
        "holds a space",
        "cannot be read",
        "needs a host",
        "ends with a dot",
        "may not ask",
        "must be asked by `https`",
        "is an address",
        "is a local name",
        "is not declared",
        "has no host",
        "has no port",
        "bytes; at most",
        "cannot be named",
    ];
    REASONS.into_iter().find(|reason| detail.contains(reason)).unwrap_or("other")
}
