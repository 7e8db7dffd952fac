//! The index as a host that connectors can ask: `files.zero.internal`.
//!
//! Takes `GET /search?q=&limit=` and `GET /document?path=`; gives JSON. Fails as a status: 400 what is missing, 404 no
//! such file or path, 405 other methods, 500 the index. Why it is so: to a connector the asker's folder is one more
//! service, so it needs no door of its own and its exchanges are recorded and replayed like all others.

use crate::index::FilesIndex;
use crate::search::{Document, Hit};
use serde::Serialize;
use zero_egress::{BoxFuture, VirtualHost};
use zero_types::connector::{FetchFailure, FetchFailureKind, Header, Method, Outcome, Request, Response};

/// The name that [`FilesHost`] answers to.
pub const FILES_HOST: &str = "files.zero.internal";

/// An index behind HTTP.
#[derive(Clone)]
pub struct FilesHost {
    index: FilesIndex,
}

impl FilesHost {
    /// Puts an index behind HTTP.
    #[must_use]
    pub fn new(index: FilesIndex) -> Self {
        Self { index }
    }
}

impl VirtualHost for FilesHost {
    fn handle(&self, request: Request) -> BoxFuture<'_, Outcome> {
        let index = self.index.clone();
        Box::pin(async move {
            // A search waits for the disk, so it does not belong on a thread that others wait for.
            let answered = tokio::task::spawn_blocking(move || answer(&index, &request)).await;
            answered.unwrap_or_else(|_| {
                let detail = format!("`{FILES_HOST}` gave up on this request");
                Outcome::Failed(FetchFailure { kind: FetchFailureKind::Unreachable, detail })
            })
        })
    }
}

fn answer(index: &FilesIndex, request: &Request) -> Outcome {
    let Ok(url) = url::Url::parse(&request.url) else { return problem(400, "the URL cannot be read") };
    if request.method != Method::Get {
        return problem(405, "only `GET` is answered");
    }
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    match url.path() {
        "/search" => {
            let Some(query) = parameter("q") else { return problem(400, "`q` is missing") };
            let limit = match parameter("limit").map(|limit| limit.parse()) {
                None => LIMIT_DEFAULT,
                Some(Ok(limit)) => limit,
                Some(Err(_)) => return problem(400, "`limit` is not a number"),
            };
            match index.search(&query, limit) {
                Ok(hits) => json(200, &Found { hits: hits.iter().map(HitJson::from).collect() }),
                Err(error) => problem(500, &error.to_string()),
            }
        }
        "/document" => {
            let Some(path) = parameter("path") else { return problem(400, "`path` is missing") };
            match index.document(&path) {
                Ok(Some(document)) => json(200, &DocumentJson::from(&document)),
                Ok(None) => problem(404, "no such file was read"),
                Err(error) => problem(500, &error.to_string()),
            }
        }
        _ => problem(404, "there are `/search` and `/document`"),
    }
}

#[derive(Serialize)]
struct Found<'a> {
    hits: Vec<HitJson<'a>>,
}

#[derive(Serialize)]
struct HitJson<'a> {
    path: &'a str,
    title: &'a str,
    text: &'a str,
    start: u64,
    end: u64,
    page: Option<u32>,
    language: Option<&'a str>,
    modified: Option<&'a str>,
    score: f32,
}

impl<'a> From<&'a Hit> for HitJson<'a> {
    fn from(hit: &'a Hit) -> Self {
        let Hit { path, title, text, start, end, page, language, modified, score } = hit;
        Self {
            path,
            title,
            text,
            start: *start,
            end: *end,
            page: *page,
            language: language.as_deref(),
            modified: modified.as_deref(),
            score: *score,
        }
    }
}

#[derive(Serialize)]
struct DocumentJson<'a> {
    path: &'a str,
    text: &'a str,
    modified: Option<&'a str>,
    truncated: bool,
}

impl<'a> From<&'a Document> for DocumentJson<'a> {
    fn from(document: &'a Document) -> Self {
        let Document { path, text, modified, truncated } = document;
        Self { path, text, modified: modified.as_deref(), truncated: *truncated }
    }
}

#[derive(Serialize)]
struct Problem<'a> {
    detail: &'a str,
}

fn problem(status: u16, detail: &str) -> Outcome {
    json(status, &Problem { detail })
}

fn json(status: u16, body: &impl Serialize) -> Outcome {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let headers = vec![Header { name: "content-type".to_owned(), value: "application/json".to_owned() }];
            Outcome::Response(Response { status, headers, body })
        }
        Err(error) => Outcome::Failed(FetchFailure { kind: FetchFailureKind::Malformed, detail: error.to_string() }),
    }
}

const LIMIT_DEFAULT: usize = 8;
