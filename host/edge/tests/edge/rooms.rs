//! The rooms as plain libraries, with the connectors that these tests ask.

use zero_connector_calculator::Calculator;
use zero_connector_mediawiki::MediaWiki;
use zero_connector_sdk::Connector;
use zero_pipeline::{CallError, Rooms};
use zero_types::prelude::*;

#[derive(Clone, Copy)]
pub(crate) struct PlainRooms;

impl Rooms for PlainRooms {
    fn digests(&self) -> Vec<(String, String)> {
        let names = ["connectors/calculator", "connectors/mediawiki", "functions/intent"];
        names.map(|name| (name.to_owned(), "plain".to_owned())).into()
    }

    fn has_connector(&self, connector: &str) -> bool {
        ["calculator", "mediawiki"].contains(&connector)
    }

    async fn plan(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        match connector {
            "calculator" => Ok(Calculator::plan(source, question, intent)),
            "mediawiki" => Ok(MediaWiki::plan(source, question, intent)),
            _ => Err(CallError::Missing),
        }
    }

    async fn resume(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        match connector {
            "calculator" => Ok(Calculator::resume(source, state, outcomes)),
            "mediawiki" => Ok(MediaWiki::resume(source, state, outcomes)),
            _ => Err(CallError::Missing),
        }
    }

    fn authenticate(
        &self,
        credential: &Credential,
        keys: &[KeyRecord],
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        Ok(zero_auth::authenticate(credential, keys, now_ms))
    }

    fn authorize(&self, principal: &Principal, action: Action, resource: &str) -> Result<Decision, CallError> {
        Ok(zero_auth::authorize(principal, action, resource))
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
