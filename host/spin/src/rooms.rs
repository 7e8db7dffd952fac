//! The rooms, as components beside this one.

use crate::component::imports::zero::edge::connectors;
use crate::component::imports::zero::functions;
use crate::{CHAINED_TIME_MAX, chained_host};
use bytes::Bytes;
use core::pin::pin;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full, Limited};
use std::rc::Rc;
use zero_canon::weather::{self, Bounds};
use zero_chain::{Answered, Call, MESSAGE_BYTES_MAX, Reply};
use zero_edge::Roster;
use zero_pipeline::{CallError, Rooms};
use zero_types::prelude::*;

/// Every component of the bundle.
#[derive(Clone)]
pub(crate) struct SpinRooms(Rc<Seats>);

struct Seats {
    roster: Roster,
    /// In order of names.
    chained: Vec<String>,
}

/// Where a connector is.
enum Seat {
    /// Behind the multiplexer, at this place.
    Composed(u32),
    /// A component of its own.
    Chained,
}

impl SpinRooms {
    pub(crate) fn new(roster: Roster, chained: Vec<String>) -> Self {
        Self(Rc::new(Seats { roster, chained }))
    }

    fn seat(&self, connector: &str) -> Result<Seat, CallError> {
        let is_chained = |name: &str| self.0.chained.iter().any(|chained| chained == name);
        let names = self.0.roster.connectors();
        let at = self.0.roster.position(connector).ok_or(CallError::Missing)?;
        if is_chained(connector) {
            return Ok(Seat::Chained);
        }
        // The multiplexer counts the composed ones alone.
        let before = names.iter().take(at).filter(|name| !is_chained(name)).count();
        u32::try_from(before).map(Seat::Composed).map_err(|_| CallError::Missing)
    }
}

impl Rooms for SpinRooms {
    fn digests(&self) -> Vec<(String, String)> {
        self.0.roster.digests()
    }

    fn has_connector(&self, connector: &str) -> bool {
        self.0.roster.position(connector).is_some()
    }

    async fn plan(
        &self,
        connector: &str,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Result<Plan, Failure>, CallError> {
        let mut planned = match self.seat(connector)? {
            Seat::Composed(which) => connectors::plan(source, question, intent, which),
            Seat::Chained => {
                let call = Call::Plan(source.clone(), question.clone(), intent.clone());
                match chained(connector, &call).await? {
                    Ok(Answered::Plan(plan)) => Ok(plan),
                    Ok(Answered::Step(_)) => return Err(another()),
                    Err(failure) => Err(failure),
                }
            }
        };
        if let Ok(plan) = &mut planned {
            weather::plan(plan, Bounds::default()).map_err(CallError::Protocol)?;
        }
        Ok(planned)
    }

    async fn resume(
        &self,
        connector: &str,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Result<Step, Failure>, CallError> {
        let mut stepped = match self.seat(connector)? {
            Seat::Composed(which) => connectors::resume(source, state, outcomes, which),
            Seat::Chained => {
                let call = Call::Resume(source.clone(), state.to_vec(), outcomes.to_vec());
                match chained(connector, &call).await? {
                    Ok(Answered::Step(step)) => Ok(step),
                    Ok(Answered::Plan(_)) => return Err(another()),
                    Err(failure) => Err(failure),
                }
            }
        };
        if let Ok(step) = &mut stepped {
            weather::step(step, Bounds::default()).map_err(CallError::Protocol)?;
        }
        Ok(stepped)
    }

    fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        Ok(functions::auth::authenticate(credential, trust, now_ms))
    }

    fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        Ok(functions::auth::authorize(principal, permission, resource))
    }

    fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        Ok(functions::context::resolve(question, profile, turns))
    }

    fn read(&self, question: &Question) -> Result<Intent, CallError> {
        Ok(functions::intent::read(question))
    }

    fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError> {
        Ok(functions::synthesis::compose(question, intent, findings))
    }
}

fn another() -> CallError {
    CallError::Protocol("it answered another call than the one it was given".to_owned())
}

/// Asks a connector that is a component of its own: whatever becomes of it, the question goes on.
async fn chained(connector: &str, call: &Call) -> Result<Reply, CallError> {
    let asked = pin!(asked(connector, call));
    match select(asked, pin!(spin_sdk::time::sleep(CHAINED_TIME_MAX))).await {
        Either::Left((reply, _)) => reply,
        Either::Right(_) => Err(CallError::Cpu),
    }
}

async fn asked(connector: &str, call: &Call) -> Result<Reply, CallError> {
    let trap = |what: &dyn core::fmt::Display| CallError::Trap(format!("in a component of its own: {what}"));
    let body = Full::new(Bytes::from(zero_chain::encode(call)));
    let request = http::Request::post(format!("http://{}/", chained_host(connector))).body(body);
    let request = request.map_err(|error| trap(&error))?;
    let response = spin_sdk::http::send(request).await.map_err(|error| trap(&error))?;
    if !response.status().is_success() {
        return Err(trap(&response.status()));
    }
    let body = Limited::new(response.into_body(), MESSAGE_BYTES_MAX).collect().await;
    let body = body.map_err(|error| trap(&error))?.to_bytes();
    zero_chain::decode(&body).ok_or_else(|| CallError::Protocol("its answer is of another release".to_owned()))
}
