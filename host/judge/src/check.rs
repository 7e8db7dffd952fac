//! The gate that replaces a review queue: the list of promises, and what a reviewer would look for.

use crate::collision::{self, Neighbours};
use crate::options::Options;
use crate::report::{Check, Report, Sheet};
use crate::test::{self, Seen, is_among, shown};
use std::collections::BTreeSet;
use zero_builder::fixtures::Fixtures;
use zero_connector_sdk::Descriptor;
use zero_connector_sdk::testing::{Exchange, Miss, Subject};
use zero_pipeline::catalogue::{KeyNeed, SourceRecord};

/// Questions that a record must have.
const MUST_MIN: usize = 2;
const MUST_NOT_MIN: usize = 1;
/// Below it a summary says nothing: the router finds sources by its words.
const SUMMARY_CHARS_MIN: usize = 20;

/// Everything of [`test`](crate::test()), and: description, hosts, records and personal data; and that it stays out of the
/// questions of its neighbours.
#[must_use]
pub fn check<S: Subject + ?Sized>(
    subject: &S,
    fixtures: &Fixtures,
    neighbours: &Neighbours<'_>,
    options: &Options,
) -> Report {
    let descriptor = subject.describe();
    let mut sheet = Sheet::default();
    let seen = test::run(subject, fixtures, options, &mut sheet);
    describe(&descriptor, &mut sheet);
    hosts(&descriptor, &seen, &mut sheet);
    catalogue(&descriptor, &seen, &fixtures.sources, &mut sheet);
    privacy(&descriptor, &seen, &mut sheet);
    collision::check(subject, &seen.stock, neighbours, &mut sheet);
    sheet.into_report(&descriptor)
}

/// What permissions and pages are made of.
fn describe(descriptor: &Descriptor, sheet: &mut Sheet) {
    let mut fail = |what: String, change: &str| sheet.fail(Check::Descriptor, "", Miss::new(what, change));
    if descriptor.summary.trim().chars().count() < SUMMARY_CHARS_MIN {
        fail(
            "its summary says next to nothing".to_owned(),
            "say in a sentence what it talks to and what it can answer",
        );
    }
    if !is_semver(&descriptor.version) {
        let what = format!("its version is `{}`", descriptor.version);
        fail(what, "give a semantic version such as `0.1.0`: updates are ordered by it");
    }
    if descriptor.kinds.is_empty() {
        fail("it names no kind of question".to_owned(), "list the kinds it can answer in `kinds`");
    }
    let settings = descriptor.settings.iter().map(|it| ("setting", &it.name, &it.summary));
    let slots = descriptor.credentials.iter().map(|it| ("credential slot", &it.name, &it.summary));
    for (what, name, summary) in settings.chain(slots) {
        if name.trim().is_empty() || summary.trim().is_empty() {
            fail(format!("{what} `{name}` is not described"), "give it a name and a summary: operators fill it in");
        }
    }
    sheet.made(Check::Descriptor, format!("`{}` {}", descriptor.name, descriptor.version));
}

/// `1.2.3`, `1.2.3-rc.1`, `1.2.3+build`.
fn is_semver(version: &str) -> bool {
    let (core, rest) = match version.find(['-', '+']) {
        Some(at) => version.split_at(at),
        None => (version, ""),
    };
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = core.split('.').collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    parts.len() == 3 && parts.into_iter().all(number) && rest.len() != 1 && rest.bytes().all(plain)
}

/// What is asked beyond what is declared was found on the way; here is what is declared beyond what is asked.
fn hosts(descriptor: &Descriptor, seen: &Seen, sheet: &mut Sheet) {
    for record in seen.stock.catalogue.records() {
        let about = format!("`{}`", record.source.id);
        let foreign: Vec<String> =
            record.hosts.iter().filter(|host| !is_among(host, &descriptor.hosts)).cloned().collect();
        if !foreign.is_empty() {
            let what = format!("declares {}, which its connector does not", shown(&foreign));
            let change = format!("add them to `hosts` of the descriptor (now {})", shown(&descriptor.hosts));
            sheet.fail(Check::Hosts, &about, Miss::new(what, change));
        }
        for pattern in &record.hosts {
            if pattern.contains('*') {
                let change = "name the hosts: whoever may ask any host can carry a question anywhere";
                let what = format!("may ask `{pattern}`");
                if pattern == "*" {
                    sheet.fail(Check::Hosts, &about, Miss::new(what, change));
                } else {
                    sheet.warn(Check::Hosts, &about, Miss::new(what, change));
                }
            }
            let asked = seen
                .planned
                .get(&record.source.id)
                .is_some_and(|hosts| hosts.iter().any(|host| is_among(host, std::slice::from_ref(pattern))));
            if !asked {
                let what = format!("declares `{pattern}`, but nothing asks it");
                let change = "take it out of `hosts`, or add a question or a case that leads there";
                sheet.warn(Check::Hosts, &about, Miss::new(what, change));
            }
        }
    }
    let of_sources: BTreeSet<&String> =
        seen.stock.catalogue.records().iter().flat_map(|record| &record.hosts).collect();
    for pattern in &descriptor.hosts {
        if pattern == "*" {
            let what = "the connector may ask any host that a source names (`*`)";
            let change = "fine where only a source decides, such as a mapping; else name the hosts in the descriptor";
            sheet.warn(Check::Hosts, "", Miss::new(what, change));
        } else if !of_sources.iter().any(|host| is_among(host, std::slice::from_ref(pattern)) || *host == pattern) {
            let what = format!("the descriptor declares `{pattern}`, but no source does");
            sheet.warn(
                Check::Hosts,
                "",
                Miss::new(what, "take it out of the descriptor: it is asked of the operator for nothing"),
            );
        }
    }
}

/// Records: what the router and the page of a source need.
fn catalogue(descriptor: &Descriptor, seen: &Seen, sources: &str, sheet: &mut Sheet) {
    let rated = rated(sources);
    for record in seen.stock.catalogue.records() {
        let about = format!("`{}`", record.source.id);
        for (what, change) in lacks(record) {
            sheet.fail(Check::Catalogue, &about, Miss::new(what, change));
        }
        for (what, change) in settings(descriptor, record) {
            sheet.fail(Check::Catalogue, &about, Miss::new(what, change));
        }
        if record.kinds.is_empty() {
            let change = "list the kinds of question it can answer: none means all, and it is asked too often";
            sheet.warn(Check::Catalogue, &about, Miss::new("names no kind of question", change));
        }
        if !record.is_computed() && !rated.contains(&record.source.id) {
            let change =
                "give `requests_per_second` as the service's policy has it, or `\"none\"` when it states no limit";
            sheet.warn(Check::Catalogue, &about, Miss::new("does not say how often it may be asked", change));
        }
        if record.category.is_none() {
            let change = "give the `category` under which operators find it";
            sheet.warn(Check::Catalogue, &about, Miss::new("stands on no shelf", change));
        }
    }
    sheet.made(Check::Catalogue, format!("{} records are whole", seen.stock.catalogue.records().len()));
}

/// Ids of sources that say how often they may be asked, be it without a limit.
fn rated(sources: &str) -> BTreeSet<String> {
    let table: toml::Table = sources.parse().unwrap_or_default();
    let sources = table.get("source").and_then(toml::Value::as_array).into_iter().flatten();
    let rated = sources.filter(|source| source.get("requests_per_second").is_some());
    rated.filter_map(|source| source.get("id")?.as_str().map(str::to_owned)).collect()
}

fn lacks(record: &SourceRecord) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut lack = |what: &str, change: &str| all.push((what.to_owned(), change.to_owned()));
    if record.summary.trim().chars().count() < SUMMARY_CHARS_MIN {
        lack(
            "its summary says next to nothing",
            "say in the words of askers what it knows: the router finds it by them",
        );
    }
    if record.attribution.as_ref().is_none_or(|text| text.trim().is_empty()) {
        lack("has no `attribution`", "name whom to credit; answers show it");
    }
    if !record.is_computed() && record.licence.is_none() && record.terms.is_none() {
        lack(
            "has neither `licence` nor `terms`",
            "give the licence of what it says (SPDX), or the URL of its terms of use",
        );
    }
    if !record.is_computed() && record.homepage.as_ref().is_none_or(|text| !text.starts_with("https://")) {
        lack("has no `homepage`", "give the page of the service, with `https://`");
    }
    if record.must.len() < MUST_MIN {
        lack(
            &format!("has {} questions in `must`", record.must.len()),
            &format!("write at least {MUST_MIN} that it must be asked"),
        );
    }
    if record.must_not.len() < MUST_NOT_MIN {
        lack("has no question in `must_not`", "write one that it must not be asked, the nearer the better");
    }
    all
}

/// Settings of a source against those of the descriptor.
fn settings(descriptor: &Descriptor, record: &SourceRecord) -> Vec<(String, String)> {
    let given: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&record.source.settings).unwrap_or_default();
    let known = |key: &String| descriptor.settings.iter().any(|setting| setting.name == *key);
    let foreign = given.keys().filter(|key| !known(key)).map(|key| {
        (
            format!("has a setting `{key}` that the descriptor does not have"),
            "add it to `settings` of the descriptor, or take it out".to_owned(),
        )
    });
    let missing = descriptor.settings.iter().filter(|setting| setting.required && !given.contains_key(&setting.name));
    let missing = missing
        .map(|setting| (format!("lacks the setting `{}`", setting.name), format!("set it: {}", setting.summary)));
    foreign.chain(missing).collect()
}

/// Header fields that never belong into a file.
const SECRET_HEADERS: [&str; 5] = ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"];
/// Parameters likewise.
const SECRET_PARAMETERS: [&str; 7] =
    ["api_key=", "apikey=", "access_token=", "client_secret=", "password=", "signature=", "token="];

fn privacy(descriptor: &Descriptor, seen: &Seen, sheet: &mut Sheet) {
    for record in seen.stock.catalogue.records() {
        if seen.credentials.contains(&record.source.id) && !record.personal {
            let what = "sends a credential, but is not `personal`";
            let change = "set `personal = true` if the credential opens what belongs to a person (mail, files, chats), so \
                          that askers consent; else leave it";
            sheet.warn(Check::Privacy, &format!("`{}`", record.source.id), Miss::new(what, change));
        }
    }
    for record in seen.stock.catalogue.records() {
        if record.key == KeyNeed::Required && !seen.credentials.contains(&record.source.id) {
            let what = "needs a key, but no request of it names a credential slot";
            let change =
                "name the slot in `credential` of the request: the host adds the secret; never put one into a URL";
            sheet.fail(Check::Privacy, &format!("`{}`", record.source.id), Miss::new(what, change));
        }
    }
    if !seen.credentials.is_empty() && descriptor.credentials.is_empty() {
        let what = "requests name a credential slot that the descriptor does not have";
        sheet.fail(Check::Privacy, "", Miss::new(what, "add the slot to `credentials` of the descriptor"));
    }
    for (name, exchange) in &seen.stock.exchanges {
        for secret in secrets(exchange) {
            let change = "take it out: fixtures are published with the component; `zero connector record` does";
            sheet.fail(Check::Privacy, &format!("exchange `{name}`"), Miss::new(secret, change));
        }
        let body = String::from_utf8_lossy(&exchange.response.body);
        if let Some(address) = addresses(&body).next() {
            let what = format!("holds what looks like a person's address, `{address}`");
            let change = "replace it by one at `example.org`: fixtures are published with the component";
            sheet.warn(Check::Privacy, &format!("exchange `{name}`"), Miss::new(what, change));
        }
    }
    sheet.made(Check::Privacy, "no secret in the exchanges");
}

fn secrets(exchange: &Exchange) -> impl Iterator<Item = String> {
    let url = exchange.url.to_ascii_lowercase();
    let parameters = SECRET_PARAMETERS.iter().filter(move |parameter| {
        // `*` stands for what is not said.
        url.match_indices(*parameter).any(|(at, _)| {
            let before = url.get(..at).and_then(|text| text.chars().next_back());
            let after = url.get(at + parameter.len()..).and_then(|text| text.chars().next());
            matches!(before, Some('?' | '&')) && !matches!(after, None | Some('*' | '&'))
        })
    });
    let headers = SECRET_HEADERS.iter().filter(|name| exchange.response.header(name).is_some());
    let headers = headers.map(|name| format!("holds a header `{name}`"));
    headers.chain(parameters.map(|parameter| format!("its URL holds `{parameter}…`")))
}

/// What looks like an address of mail, but for those that are reserved for examples.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    text.split(move |c| !inside(c)).filter(|word| {
        let Some((local, domain)) = word.trim_end_matches('.').split_once('@') else { return false };
        let reserved = ["example.org", "example.com", "example.net", ".example", ".invalid", ".test"];
        let ending = domain.rsplit_once('.').map_or("", |(_, ending)| ending);
        !local.is_empty()
            && (2..=12).contains(&ending.len())
            && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !domain.contains('@')
            && !reserved.iter().any(|it| domain.ends_with(it))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_semantic() {
        for (version, fine) in [
            ("0.1.0", true),
            ("1.2.3-rc.1", true),
            ("1.2.3+7", true),
            ("1.2", false),
            ("1.2.3.4", false),
            ("v1.2.3", false),
            ("1.02.3", false),
            ("", false),
            ("1.2.3-", false),
        ] {
            assert_eq!(is_semver(version), fine, "{version}");
        }
    }

    #[test]
    fn addresses_and_secrets_are_seen() {
        let seen = |text| addresses(text).next();
        assert_eq!(seen(r#"{"mail": "jo.doe@mail.quiet.io"}"#), Some("jo.doe@mail.quiet.io"));
        for text in ["jo@example.org", "a@b", "@quiet.io", "npm i pkg@1.2.3", "x@y.example", "git@v1.10"] {
            assert_eq!(seen(text), None, "{text}");
        }
        let exchange =
            |url: &str, head: &str| Exchange::parse(&format!("GET {url}\n\nHTTP/1.1 200\n{head}\n{{}}")).unwrap();
        let count = |url: &str, head: &str| secrets(&exchange(url, head)).count();
        assert_eq!(count("https://a.example/?q=1&api_key=abc", ""), 1);
        assert_eq!(count("https://a.example/?api_key=*&mytoken=1", ""), 0);
        assert_eq!(count("https://a.example/", "set-cookie: a=b\n"), 1);
    }
}
