//! The rooms as plain libraries: what a component must equal, and what a simulation runs thousands of times.

use std::collections::BTreeMap;
use zero_connector_sdk::Connector;
use zero_pipeline::{CallError, Rooms};
use zero_types::prelude::*;

/// What a connector gives, or how a component's call ends without it.
type Called<T> = Result<Result<T, Failure>, CallError>;
type PlanFn = fn(&Source, &Question, &Intent) -> Called<Plan>;
type ResumeFn = fn(&Source, &[u8], &[Outcome]) -> Called<Step>;

/// A connector as two functions.
#[derive(Clone, Copy)]
pub struct Native {
    /// What it is.
    pub describe: fn() -> Descriptor,
    /// See [`Connector::plan`].
    pub plan: PlanFn,
    /// See [`Connector::resume`].
    pub resume: ResumeFn,
}

impl Native {
    /// The functions of a connector, which never trap.
    #[must_use]
    pub fn of<C: Connector>() -> Self {
        Self {
            describe: C::describe,
            plan: |source, question, intent| Ok(C::plan(source, question, intent)),
            resume: |source, state, outcomes| Ok(C::resume(source, state, outcomes)),
        }
    }
}

/// Functions and connectors, native.
#[derive(Clone, Default)]
pub struct NativeRooms {
    /// By name.
    pub connectors: BTreeMap<&'static str, Native>,
}

impl NativeRooms {
    /// With every connector of the house.
    #[must_use]
    pub fn all() -> Self {
        let connectors = [
            ("calculator", Native::of::<zero_connector_calculator::Calculator>()),
            ("clock", Native::of::<zero_connector_clock::Clock>()),
            ("countries", Native::of::<zero_connector_countries::Countries>()),
            ("feed", Native::of::<zero_connector_feed::Feed>()),
            ("files", Native::of::<zero_connector_files::Files>()),
            ("mcp", Native::of::<zero_connector_mcp::Mcp>()),
            ("mediawiki", Native::of::<zero_connector_mediawiki::MediaWiki>()),
            ("oai-pmh", Native::of::<zero_connector_oai_pmh::OaiPmh>()),
            ("rest", Native::of::<zero_connector_rest::Rest>()),
            ("sparql", Native::of::<zero_connector_sparql::Sparql>()),
            ("units", Native::of::<zero_connector_units::Units>()),
            ("wikidata", Native::of::<zero_connector_wikidata::Wikidata>()),
        ];
        Self { connectors: connectors.into() }
    }

    /// [`Rooms::plan`] for those who cannot wait; the components are in this process.
    ///
    /// # Errors
    /// As [`Rooms::plan`].
    pub fn plan_now(&self, connector: &str, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        let native = self.connectors.get(connector).ok_or(CallError::Missing)?;
        (native.plan)(source, question, intent)
    }

    /// [`Rooms::resume`] for those who cannot wait.
    ///
    /// # Errors
    /// As [`Rooms::resume`].
    pub fn resume_now(&self, connector: &str, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        let native = self.connectors.get(connector).ok_or(CallError::Missing)?;
        (native.resume)(source, state, outcomes)
    }
}

impl Rooms for NativeRooms {
    fn digests(&self) -> Vec<(String, String)> {
        self.connectors.keys().map(|name| (format!("connectors/{name}"), "native".to_owned())).collect()
    }

    fn has_connector(&self, connector: &str) -> bool {
        self.connectors.contains_key(connector)
    }

    async fn plan(&self, connector: &str, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        self.plan_now(connector, source, question, intent)
    }

    async fn resume(&self, connector: &str, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        self.resume_now(connector, source, state, outcomes)
    }

    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        Ok(zero_auth::authenticate(credential, trust, now_ms))
    }

    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        Ok(zero_auth::authorize(principal, permission, resource))
    }

    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        Ok(zero_context::resolve(question, profile, turns))
    }

    fn read(&self, question: &Question) -> Result<Intent, CallError> {
        Ok(zero_intent::read(question))
    }

    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError> {
        Ok(zero_synthesis::compose(question, intent, findings))
    }
}
