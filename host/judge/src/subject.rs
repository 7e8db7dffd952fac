//! A component in an engine, as something to be judged.

use core::time::Duration;
use zero_connector_sdk::testing::{Called, Ended, EndedBy, Figures, Subject};
use zero_engine::{CallError, Cause, Connector};
use zero_types::connector::{Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};

/// How often a call is tried again when all instances are busy with questions, and how long apart.
const TRIES_MAX: usize = 50;
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(2);

/// A connector that an engine runs.
#[derive(Debug, Clone)]
pub struct Running(pub Connector);

impl Subject for Running {
    fn describe(&self) -> Descriptor {
        self.0.descriptor().clone()
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        called(|| self.0.plan(source, question, intent))
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        called(|| self.0.resume(source, state, outcomes))
    }
}

type Result<T> = core::result::Result<zero_engine::Called<core::result::Result<T, Failure>>, CallError>;

fn called<T>(call: impl Fn() -> Result<T>) -> Called<T> {
    let mut result = call();
    for _ in 1..TRIES_MAX {
        match &result {
            Err(CallError { cause: Cause::Overloaded, .. }) => std::thread::sleep(TRY_AGAIN_AFTER),
            _ => break,
        }
        result = call();
    }
    match result {
        Ok(zero_engine::Called { value, figures }) => {
            let zero_engine::CallFigures { cpu, memory_bytes, dropped, .. } = figures;
            Called { result: Ok(value), figures: Figures { cpu, memory_bytes, dropped } }
        }
        Err(error) => Called { result: Err(ended(&error.cause)), figures: Figures::default() },
    }
}

fn ended(cause: &Cause) -> Ended {
    let (by, detail) = match cause {
        Cause::Cpu => (EndedBy::Cpu, String::new()),
        Cause::Memory => (EndedBy::Memory, String::new()),
        Cause::Trap(detail) => (EndedBy::Trap, detail.clone()),
        Cause::ResultTooLarge => (EndedBy::ResultTooLarge, String::new()),
        Cause::Protocol(detail) => (EndedBy::Contract, detail.clone()),
        Cause::Overloaded => (EndedBy::Host, "no free instance".to_owned()),
        Cause::Internal(detail) => (EndedBy::Host, detail.clone()),
    };
    Ended { by, detail }
}
