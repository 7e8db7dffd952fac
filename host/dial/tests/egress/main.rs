//! The way out, against servers on this machine that behave and servers that do not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod encrypted;
mod hostile;
mod plain;
mod refusals;
mod server;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use zero_dial::{Config, Egress, Resolver};
use zero_egress::{BoxFuture, Fetched, Grant};
use zero_types::connector::{FetchFailureKind, Outcome, Request, Response};

/// A grant for these hosts.
fn grant(hosts: &[&str]) -> Grant {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    Grant::new("test", &hosts, &["*".to_owned()], None).unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(8)
}

/// A way out on which `a.example` is a server of this machine.
fn leading_to(address: SocketAddr) -> Config {
    let base = format!("http://{address}");
    Config { overrides: BTreeMap::from([("a.example".to_owned(), base)]), ..Config::default() }
}

async fn get(config: Config, url: &str) -> Fetched {
    Egress::new(config).unwrap().fetch(&grant(&["a.example"]), Request::get(url), soon()).await
}

#[track_caller]
fn response(fetched: Fetched) -> Response {
    match fetched.outcome {
        Outcome::Response(response) => response,
        Outcome::Failed(failed) => panic!("{:?}: {}", failed.kind, failed.detail),
    }
}

#[track_caller]
fn failed(fetched: Fetched, kind: FetchFailureKind) -> String {
    match fetched.outcome {
        Outcome::Failed(failed) if failed.kind == kind => failed.detail,
        other => panic!("not {kind:?}: {other:?}"),
    }
}

/// DNS as a test wants it: each name has answers, given one after the other, the last one for ever.
struct Names(Mutex<BTreeMap<String, Vec<Vec<IpAddr>>>>);

impl Names {
    fn new(names: &[(&str, &[&str])]) -> Self {
        let parse = |answer: &&str| answer.split_whitespace().map(|address| address.parse().unwrap()).collect();
        let entry = |&(name, answers): &(&str, &[&str])| (name.to_owned(), answers.iter().map(parse).collect());
        Self(Mutex::new(names.iter().map(entry).collect()))
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, std::io::Result<Vec<IpAddr>>> {
        let mut names = self.0.lock().unwrap();
        let answer = match names.get_mut(host) {
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers[0].clone()),
            None => Err(std::io::Error::other("no such name")),
        };
        Box::pin(async move { answer })
    }
}
