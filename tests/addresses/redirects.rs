//! Services that send a request on: to a metadata service, to another host, to another path.

use crate::stub::Stub;
use crate::{failure, grant, soon};
use std::sync::atomic::Ordering::SeqCst;
use zero_egress::{Credential, Grant, Place, Secret};
use zero_types::connector::{FetchFailureKind, Outcome, Request};

const SECRET: &str = "canary-5f2c9d1e7b";
const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Where a metadata service is found, by every spelling.
const METADATA: [&str; 27] = [
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "https://169.254.169.254/latest/api/token",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://0251.0376.0251.0376/",
    "https://169.254.43518/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://METADATA.GOOGLE.INTERNAL./",
    "https://metadata/",
    "https://localhost/",
    "https://127.0.0.1:8080/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://inside.example/",
    "https://first.example@169.254.169.254/",
    "https://first.example\\@169.254.169.254/",
    "//169.254.169.254/",
    "file:///proc/self/environ",
    "gopher://169.254.169.254/",
    "https://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
];

fn credentials() -> Grant {
    let credential = |place| Credential {
        secret: Secret::new(SECRET),
        place,
        hosts: vec!["first.example".parse().unwrap()],
        path_prefix: "/v1".to_owned(),
    };
    let header = Place::Header { name: "authorization".to_owned(), prefix: "Bearer ".to_owned() };
    grant(&["*"]).with("header", credential(header)).with("query", credential(Place::Query { name: "key".to_owned() }))
}

fn asking(url: &str, slot: Option<&str>) -> Request {
    Request { credential: slot.map(str::to_owned), ..Request::get(url) }
}

fn location(outcome: &Outcome) -> String {
    let Outcome::Response(response) = outcome else { panic!("{outcome:?}") };
    assert!((300..400).contains(&response.status));
    response.headers.iter().find(|header| header.name == "location").unwrap().value.clone()
}

/// Echoes what it was asked with, as services do, in the address it sends on to.
async fn stub_that_redirects() -> Stub {
    Stub::start(|seen| {
        let wish = seen.text.split(['?', '&', ' ']).find_map(|part| part.strip_prefix("to="));
        let (status, to) = wish.unwrap_or("200:").split_once(':')?;
        let to = form_urlencoded::parse(format!("x={to}").as_bytes()).next()?.1.into_owned();
        let head = format!("HTTP/1.1 {status} There\r\nlocation: {to}\r\nlink: <{SECRET}>; rel=next\r\n");
        Some(format!("{head}content-length: 0\r\n\r\n"))
    })
    .await
}

fn first(status: u16, to: &str) -> String {
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    format!("https://first.example/v1/search?to={status}:{to}")
}

fn names(host: &str) -> Vec<std::net::IpAddr> {
    let inside = host.starts_with("inside") || host.contains("metadata");
    vec![if inside { "169.254.169.254" } else { "93.184.215.14" }.parse().unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_to_a_metadata_service_is_an_answer_and_a_plan_to_its_target_is_refused() {
    let stub = stub_that_redirects().await;
    let (egress, grant) = (stub.egress(names), credentials());
    let (mut redirects, mut plans) = (0, 0);
    for (status, to) in STATUSES.iter().flat_map(|status| METADATA.map(|to| (*status, to))) {
        for slot in ["header", "query"] {
            let fetched = egress.fetch(&grant, asking(&first(status, to), Some(slot)), soon()).await;
            let (seen, dialled, asked) = stub.take();
            assert_eq!((seen.len(), asked.len()), (1, 1), "{to}: not followed: {asked:?} {dialled:?}");
            assert!(seen[0].text.contains(SECRET), "the credential goes to its own host: {}", seen[0].text);
            redirects += 1;
            let target = location(&fetched.outcome);
            assert!(!format!("{:?}", fetched.outcome).contains(SECRET), "echoes are blotted: {:?}", fetched.outcome);
            // What a connector may do with it: plan a request to it, with the slot or without.
            for slot in [Some(slot), None] {
                let outcome = egress.fetch(&grant, asking(&target, slot), soon()).await.outcome;
                let failure = failure(&outcome).unwrap_or_else(|| panic!("{target} was answered"));
                assert_eq!(failure.kind, FetchFailureKind::Refused, "{target}: {failure:?}");
                let (seen, dialled, _) = stub.take();
                assert!(seen.is_empty() && dialled.is_empty(), "{target}: {dialled:?}");
                plans += 1;
            }
        }
    }
    let inside = stub.dials_inside.load(SeqCst);
    println!(
        "{redirects} redirects to metadata services: 0 followed; {plans} plans to their targets: all refused, {inside} dials \
         inside, 0 credentials sent"
    );
    assert_eq!(inside, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_to_another_host_carries_nothing_of_the_first() {
    let stub = stub_that_redirects().await;
    let (egress, grant) = (stub.egress(names), credentials());
    let elsewhere = [
        "https://second.example/v1/search",
        "https://sub.first.example/v1/search",
        "https://first.example.evil.example/v1/search",
        "https://first.example/v2",
        "https://first.example/v1/../v2",
        "https://first.example/v1%2f..%2fv2",
        "https://first.example/v10",
    ];
    let mut sent = 0;
    for (status, to) in STATUSES.iter().flat_map(|status| elsewhere.map(|to| (*status, to))) {
        for slot in ["header", "query"] {
            let fetched = egress.fetch(&grant, asking(&first(status, to), Some(slot)), soon()).await;
            let target = location(&fetched.outcome);
            stub.take();
            let outcome = egress.fetch(&grant, asking(&target, Some(slot)), soon()).await.outcome;
            let refused = failure(&outcome).is_some_and(|failure| failure.kind == FetchFailureKind::Refused);
            assert!(refused, "{target}: {outcome:?}");
            assert!(stub.take().0.is_empty());
            // Without the slot it is a request like any other, and holds nothing of the one before.
            let outcome = egress.fetch(&grant, asking(&target, None), soon()).await.outcome;
            assert!(failure(&outcome).is_none(), "{target}: {outcome:?}");
            let (seen, ..) = stub.take();
            sent += seen.len();
            assert!(seen.iter().all(|request| !request.text.contains(SECRET)), "{target}: {seen:?}");
        }
    }
    println!("{sent} requests to where a redirect led: 0 with the credential of the first host");
    assert_eq!(sent, STATUSES.len() * elsewhere.len() * 2);
}
