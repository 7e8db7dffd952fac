//! The calls of a connector, of whichever version of the interface.

use crate::call::{Function, call};
use crate::guest::Guest;
use crate::v0_1;
use crate::weather::{self, Bounds};
use zero_pipeline::platform::CallError;
use zero_types::connector::{Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};

pub(crate) type PlanParams<'a> = (&'a Source, &'a Question, &'a Intent);
pub(crate) type ResumeParams<'a> = (&'a Source, &'a [u8], &'a [Outcome]);

/// A version of the connector interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 0.1.0, whose requests had no endpoint.
    V0_1,
    /// 0.2.0, the latest.
    V0_2,
}

impl Version {
    /// The version of a stamp, if it is a connector's.
    #[must_use]
    pub fn of_world(world: &str) -> Option<Self> {
        [Self::V0_1, Self::V0_2].into_iter().find(|version| version.plan().world() == world)
    }

    fn plan(self) -> Function {
        match self {
            Self::V0_1 => Function::PlanV0_1,
            Self::V0_2 => Function::Plan,
        }
    }
}

/// What a connector says of itself.
///
/// # Errors
/// When the call ended early or its result broke the contract.
pub fn describe<G: Guest>(guest: &mut G, version: Version) -> Result<Descriptor, CallError> {
    let function = match version {
        Version::V0_1 => Function::DescribeV0_1,
        Version::V0_2 => Function::Describe,
    };
    call(guest, function, ())
}

/// How sure it is that `source` can answer, and its first step.
///
/// # Errors
/// When the call ended early or its result broke the contract. What the connector itself calls a failure is a value.
pub fn plan<G: Guest>(
    guest: &mut G,
    version: Version,
    bounds: Bounds,
    (source, question, intent): (&Source, &Question, &Intent),
) -> Result<Result<Plan, Failure>, CallError> {
    let params = (source, question, intent);
    let mut result: Result<Plan, Failure> = match version {
        Version::V0_1 => {
            let result: Result<v0_1::Plan, Failure> = call(guest, Function::PlanV0_1, params)?;
            result.map(Plan::from)
        }
        Version::V0_2 => call(guest, Function::Plan, params)?,
    };
    if let Ok(plan) = &mut result {
        weather::plan(plan, bounds).map_err(CallError::Protocol)?;
    }
    Ok(result)
}

/// Reads the outcomes of the last round, in the order of its requests.
///
/// # Errors
/// As [`plan`].
pub fn resume<G: Guest>(
    guest: &mut G,
    version: Version,
    bounds: Bounds,
    (source, state, outcomes): (&Source, &[u8], &[Outcome]),
) -> Result<Result<Step, Failure>, CallError> {
    let params = (source, state, outcomes);
    let mut result: Result<Step, Failure> = match version {
        Version::V0_1 => {
            let result: Result<v0_1::Step, Failure> = call(guest, Function::ResumeV0_1, params)?;
            result.map(Step::from)
        }
        Version::V0_2 => call(guest, Function::Resume, params)?,
    };
    if let Ok(step) = &mut result {
        weather::step(step, bounds).map_err(CallError::Protocol)?;
    }
    Ok(result)
}
