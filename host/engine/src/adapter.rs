//! Values of older versions of the interface, made those of the latest.
//!
//! - **Takes** what a component of an older version handed back.
//! - **Gives** the same in the latest types.
//! - **Fails** never: what an older version could not say has a value that says so.
//! - **Why it is so**: only types that changed stand here, and only on the way out of a component, since what goes in
//!   has not changed. The latest version never comes through here and pays nothing.

use zero_types::connector as c;

/// Version 0.1.0, whose requests had no endpoint.
pub(crate) mod v0_1 {
    use zero_types::connector as c;

    pub(crate) struct Request {
        pub(crate) method: c::Method,
        pub(crate) url: String,
        pub(crate) headers: Vec<c::Header>,
        pub(crate) body: Option<Vec<u8>>,
        pub(crate) credential: Option<String>,
        pub(crate) cache_seconds: Option<u32>,
    }

    pub(crate) struct Fetch {
        pub(crate) requests: Vec<Request>,
        pub(crate) state: Vec<u8>,
    }

    pub(crate) enum Step {
        Fetch(Fetch),
        Done(c::Findings),
    }

    pub(crate) struct Plan {
        pub(crate) bid: f32,
        pub(crate) step: Step,
    }
}

impl From<v0_1::Plan> for c::Plan {
    fn from(old: v0_1::Plan) -> Self {
        Self { bid: old.bid, step: old.step.into() }
    }
}

impl From<v0_1::Step> for c::Step {
    fn from(old: v0_1::Step) -> Self {
        match old {
            v0_1::Step::Fetch(fetch) => Self::Fetch(fetch.into()),
            v0_1::Step::Done(findings) => Self::Done(findings),
        }
    }
}

impl From<v0_1::Fetch> for c::Fetch {
    fn from(old: v0_1::Fetch) -> Self {
        Self { requests: old.requests.into_iter().map(Into::into).collect(), state: old.state }
    }
}

impl From<v0_1::Request> for c::Request {
    fn from(old: v0_1::Request) -> Self {
        let v0_1::Request { method, url, headers, body, credential, cache_seconds } = old;
        Self { method, url, headers, body, credential, cache_seconds, endpoint: None }
    }
}
