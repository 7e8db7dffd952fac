//! What is where, and what may be done there.

use crate::problem;
use crate::rule::Rule;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, header};
use percent_encoding::percent_decode_str;
use zero_types::prelude::Permission;

/// Somewhere a request can go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Answer,
    Sources,
    /// One of them, by id.
    Source(String),
    Alive,
    Ready,
}

impl Place {
    /// None when there is nothing at this path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path {
            "/v1/answer" => Some(Self::Answer),
            "/v1/sources" => Some(Self::Sources),
            "/healthz" => Some(Self::Alive),
            "/readyz" => Some(Self::Ready),
            path => {
                let id = path.strip_prefix("/v1/sources/").filter(|id| !id.is_empty() && !id.contains('/'))?;
                // An id that is not even UTF-8 is no source's.
                Some(Self::Source(percent_decode_str(id).decode_utf8().ok()?.into_owned()))
            }
        }
    }

    /// Who may come here. The match is exhaustive on purpose: a place without a rule does not compile.
    pub(crate) fn rule(&self) -> Rule {
        match self {
            Self::Answer => Rule::host(Permission::Ask, "answer"),
            Self::Sources => Rule::host(Permission::ListSources, "sources"),
            Self::Source(id) => Rule::host(Permission::ListSources, format!("sources/{id}")),
            Self::Alive | Self::Ready => Rule::Open,
        }
    }

    pub(crate) fn takes(&self, method: &Method) -> bool {
        match *method {
            Method::GET | Method::HEAD => true,
            Method::POST => *self == Self::Answer,
            _ => false,
        }
    }

    /// What a method gets that may not be used here.
    pub(crate) fn refusal(&self, id: u64, method: &Method) -> Response<Bytes> {
        let mut refusal = problem::response_to(id, &problem::method_not_allowed(method));
        let allow = if *self == Self::Answer { "GET,HEAD,POST" } else { "GET,HEAD" };
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        refusal
    }
}

/// The rule of the door's route at this path; none where there is nothing.
#[must_use]
pub fn rule_at(path: &str) -> Option<Rule> {
    Place::of(path).map(|place| place.rule())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_place_or_none() {
        let source = |id: &str| Some(Place::Source(id.to_owned()));
        let cases = [
            ("/v1/answer", Some(Place::Answer)),
            ("/v1/answer/", None),
            ("/v1/sources", Some(Place::Sources)),
            ("/v1/sources/", None),
            ("/v1/sources/a-b", source("a-b")),
            ("/v1/sources/a%2Fb", source("a/b")),
            ("/v1/sources/a/b", None),
            ("/v1/sources/%FF", None),
            ("/v1/sources/%", source("%")),
            ("/healthz", Some(Place::Alive)),
            ("/readyz", Some(Place::Ready)),
            ("/", None),
            ("", None),
            ("*", None),
        ];
        for (path, expected) in cases {
            assert_eq!(Place::of(path), expected, "{path}");
        }
    }

    #[test]
    fn a_method_that_is_not_taken_hears_which_are() {
        let check = |place: Place, taken: &[Method], allow: &str| {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
                assert_eq!(place.takes(&method), taken.contains(&method), "{method} {place:?}");
            }
            let refusal = place.refusal(1, &Method::PUT);
            assert_eq!((refusal.status().as_u16(), refusal.headers()[header::ALLOW].to_str().unwrap()), (405, allow));
        };
        check(Place::Answer, &[Method::GET, Method::HEAD, Method::POST], "GET,HEAD,POST");
        check(Place::Sources, &[Method::GET, Method::HEAD], "GET,HEAD");
        check(Place::Ready, &[Method::GET, Method::HEAD], "GET,HEAD");
    }
}
