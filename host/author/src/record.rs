//! Writes down what a service answered, without what is nobody's business.
//!
//! - **Takes** a live [`Trial`]: every request of every round and what it got.
//! - **Gives** an exchange file for each, a case with what they give, and a list of what was removed.
//! - **Fails** before anything is written: on a response that does not parse, that the connector calls malformed, or
//!   that gives something else once secrets are removed.
//! - **Limits**: those of the way out and of fixtures.
//! - **Why it is so**: a recording is published with the component. Secrets are removed from the responses first, then
//!   the connector is asked again with those, and what it asks and finds *then* is written: so a token that travels
//!   from one answer into the next request is the same placeholder in both, and the case is true of the files.

mod case;
mod json;
mod person;
mod redact;
mod wellformed;

pub use redact::{Redactor, Removed};

use crate::project::Project;
use crate::trial::{self, Asked, Trial, Wire};
use anyhow::{Context as _, Result, anyhow, bail};
use std::fs;
use std::path::PathBuf;
use zero_connector_sdk::testing::Exchange;
use zero_engine::Connector;
use zero_types::connector::{FailureKind, Outcome, Response};

/// What was written.
#[derive(Debug)]
pub struct Recorded {
    /// Exchange files, in the order of the requests.
    pub files: Vec<PathBuf>,
    /// What was removed, each once.
    pub removed: Vec<Removed>,
    /// As the files give it.
    pub trial: Trial,
}

/// Writes the exchanges of a live trial into the project, named `NAME-1`, `NAME-2` ..., and a case.
///
/// # Errors
/// See the module; nothing is written then.
pub async fn record(project: &Project, connector: &Connector, live: &Trial, name: &str) -> Result<Recorded> {
    check_worth(live)?;
    let mut redactor = Redactor::default();
    let mut outcomes = Vec::new();
    for asked in live.asked() {
        outcomes.push(Outcome::Response(redacted(&mut redactor, asked)?));
    }
    let question = live.question.clone();
    let again = trial::run(connector, &live.source, question, live.intent.clone(), &Wire::Given(&outcomes)).await?;
    check_same(live, &again)?;

    let names = free_names(project, name, outcomes.len())?;
    let mut files = Vec::new();
    let folder = project.exchanges_dir();
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    for (name, asked) in names.iter().zip(again.asked()) {
        let Outcome::Response(response) = &asked.outcome else { continue };
        let text = exchange_text(&mut redactor, asked, response);
        // What cannot be read back would be found out by whoever installs the component.
        let read =
            Exchange::parse(&text).map_err(|error| anyhow!("the exchange cannot be written as text: {error}"))?;
        if !read.answers(&asked.request) {
            bail!("the exchange for {} would not answer its own request", asked.request.url);
        }
        let path = folder.join(format!("{name}.http"));
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        files.push(path);
    }
    case::append(&folder.join(zero_builder::fixtures::CASES_FILE), &again, &names)?;
    Ok(Recorded { files, removed: redactor.into_removed(), trial: again })
}

/// Only what a connector understood is worth keeping.
fn check_worth(live: &Trial) -> Result<()> {
    if live.rounds.is_empty() {
        bail!(
            "nothing to record: the connector bids {:.2} and asks nothing\n\nhint: `zero connector try` shows why",
            live.bid
        );
    }
    for asked in live.asked() {
        if let Outcome::Failed(failure) = &asked.outcome {
            bail!("{} got no answer: {:?}: {}", asked.request.url, failure.kind, failure.detail);
        }
    }
    match &live.end {
        Ok(_) => Ok(()),
        Err(failure) if failure.kind == FailureKind::Malformed => bail!(
            "the connector does not understand the response: {}\n\nhint: nothing was saved; mend the connector, then record again",
            failure.detail
        ),
        Err(failure) => bail!(
            "the service refused: {:?}: {}\n\nhint: nothing was saved; for a credential see `[credentials]` in zero.toml",
            failure.kind,
            failure.detail
        ),
    }
}

/// The response as it will be written.
fn redacted(redactor: &mut Redactor, asked: &Asked) -> Result<Response> {
    let Outcome::Response(response) = &asked.outcome else { bail!("no response") };
    let url = &asked.request.url;
    let text = std::str::from_utf8(&response.body)
        .map_err(|_| anyhow!("the response to {url} is not UTF-8 text\n\nhint: exchanges are text files; ask the service for JSON or XML in UTF-8"))?;
    let content_type = response.header("content-type").unwrap_or_default();
    wellformed::check(content_type, text)
        .map_err(|error| anyhow!("the response to {url} does not parse: {error}\n\nhint: nothing was saved"))?;
    let mut kept = response.clone();
    kept.body = redactor.body(content_type, text).into_bytes();
    for header in &mut kept.headers {
        header.value = redactor.text(&header.value, &format!("header `{}`", header.name));
    }
    Ok(kept)
}

/// Without secrets it must be the same conversation.
fn check_same(live: &Trial, again: &Trial) -> Result<()> {
    let shape = |trial: &Trial| {
        let rounds: Vec<usize> = trial.rounds.iter().map(Vec::len).collect();
        let found = trial.end.as_ref().map(|found| (found.passages.len(), found.claims.len())).map_err(|it| it.kind);
        (rounds, found)
    };
    if shape(live) != shape(again) {
        bail!(
            "without secrets and personal fields the connector finds something else: {:?} instead of {:?}\n\nhint: nothing was saved; the connector depends on a field that must not be published",
            shape(again),
            shape(live)
        );
    }
    Ok(())
}

/// Names of exchanges that are not taken.
fn free_names(project: &Project, name: &str, count: usize) -> Result<Vec<String>> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() || name.starts_with('.') || name.len() > NAME_BYTES_MAX || !name.bytes().all(plain) {
        bail!(
            "`{name}` cannot name an exchange\n\nhint: use up to {NAME_BYTES_MAX} of a-z, A-Z, 0-9, `.`, `_` and `-`"
        );
    }
    let taken = |name: &String| project.exchanges_dir().join(format!("{name}.http")).exists();
    let names = (1..).map(|number| format!("{name}-{number}")).filter(|name| !taken(name));
    Ok(names.take(count).collect())
}

/// With its number it stays below what fixtures allow.
const NAME_BYTES_MAX: usize = 100;

/// The exchange as the test kit reads it.
fn exchange_text(redactor: &mut Redactor, asked: &Asked, response: &Response) -> String {
    let request = &asked.request;
    let mut text = format!("{} {}\n", trial::method(request.method), redactor.url(&request.url));
    if let Some(body) = &request.body {
        let body = redactor.request_body(&String::from_utf8_lossy(body));
        text.push_str(&format!("\n{}\n", body.trim()));
    }
    text.push_str(&format!("\nHTTP/1.1 {}\n", response.status));
    for header in &response.headers {
        text.push_str(&format!("{}: {}\n", header.name, header.value));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&response.body));
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
