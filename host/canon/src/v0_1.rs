//! Version 0.1.0 of the connector interface, whose requests had no endpoint: its values, made those of the latest.
//!
//! - **Takes** what a component of that version handed back.
//! - **Gives** the same in the latest types.
//! - **Fails** never: what that version could not say has a value that says so.
//! - **Why it is so**: only types that changed stand here, and only on the way out of a component, since what goes in
//!   has not changed. The latest version never comes through here and pays nothing.

use zero_types::connector as c;

/// A planned request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// As in the latest, like every other field.
    pub method: c::Method,
    /// Absolute.
    pub url: String,
    /// In order.
    pub headers: Vec<c::Header>,
    /// With a POST.
    pub body: Option<Vec<u8>>,
    /// The slot of the credential that it needs.
    pub credential: Option<String>,
    /// How long its response may be kept.
    pub cache_seconds: Option<u32>,
}

/// One round of requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetch {
    /// Performed at once.
    pub requests: Vec<Request>,
    /// Handed back with their outcomes.
    pub state: Vec<u8>,
}

/// What a connector wants next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Requests.
    Fetch(Fetch),
    /// Nothing more.
    Done(c::Findings),
}

/// A bid and the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// 0 to 1.
    pub bid: f32,
    /// The first step.
    pub step: Step,
}

impl From<Plan> for c::Plan {
    fn from(old: Plan) -> Self {
        Self { bid: old.bid, step: old.step.into() }
    }
}

impl From<Step> for c::Step {
    fn from(old: Step) -> Self {
        match old {
            Step::Fetch(fetch) => Self::Fetch(fetch.into()),
            Step::Done(findings) => Self::Done(findings),
        }
    }
}

impl From<Fetch> for c::Fetch {
    fn from(old: Fetch) -> Self {
        Self { requests: old.requests.into_iter().map(Into::into).collect(), state: old.state }
    }
}

impl From<Request> for c::Request {
    fn from(old: Request) -> Self {
        let Request { method, url, headers, body, credential, cache_seconds } = old;
        Self { method, url, headers, body, credential, cache_seconds, endpoint: None }
    }
}
