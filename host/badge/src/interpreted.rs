//! A connector as Workers have it: a core module, called through the canonical ABI.
//!
//! An interpreter stands in for V8. The bytes, the ABI and the checks are those of the script; a fresh instance for each
//! call as well.

use zero_canon::connector::{Version, plan, resume};
use zero_canon::interpreter::{Instance, Interpreter};
use zero_canon::weather::Bounds;
use zero_connector_sdk::testing::{Called, Ended, EndedBy, Figures, Subject};
use zero_connector_sdk::{Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};
use zero_engine::Connector;
use zero_pipeline::CallError;
use zero_pipeline::limits::GUEST_MEMORY_BYTES_MAX;

/// Steps of an interpreted call: far more than an honest one takes in the CPU that hosts grant.
pub const STEPS_MAX: u64 = 2_000_000_000;

/// A core module that can be instantiated.
pub(crate) struct Interpreted {
    module: Interpreter,
    version: Version,
    descriptor: Descriptor,
}

impl Interpreted {
    /// Takes the module out of a component; says why that cannot be done.
    pub(crate) fn new(component: &[u8], native: &Connector) -> Result<Self, String> {
        let core = zero_split::core_module(component, component.len(), GUEST_MEMORY_BYTES_MAX);
        let core = core.map_err(|error| error.to_string())?;
        let module = Interpreter::new(&core.module, GUEST_MEMORY_BYTES_MAX, STEPS_MAX);
        let module = module.map_err(|error| error.to_string())?;
        let version = Version::of_world(&core.world).ok_or_else(|| format!("`{}` is no connector", core.world))?;
        Ok(Self { module, version, descriptor: native.descriptor().clone() })
    }

    fn called<T>(&self, call: impl FnOnce(&mut Instance) -> Result<Result<T, Failure>, CallError>) -> Called<T> {
        let result = self.module.instance().and_then(|mut instance| call(&mut instance)).map_err(ended);
        Called { result, figures: Figures::default() }
    }
}

impl Subject for Interpreted {
    fn describe(&self) -> Descriptor {
        self.descriptor.clone()
    }

    fn plan(&self, source: &Source, question: &Question, intent: &Intent) -> Called<Plan> {
        self.called(|it| plan(it, self.version, Bounds::default(), (source, question, intent)))
    }

    fn resume(&self, source: &Source, state: &[u8], outcomes: &[Outcome]) -> Called<Step> {
        self.called(|it| resume(it, self.version, Bounds::default(), (source, state, outcomes)))
    }
}

fn ended(error: CallError) -> Ended {
    let (by, detail) = match error {
        CallError::Trap(detail) => (EndedBy::Trap, detail),
        CallError::Cpu => (EndedBy::Cpu, String::new()),
        CallError::Memory => (EndedBy::Memory, String::new()),
        CallError::ResultTooLarge => (EndedBy::ResultTooLarge, String::new()),
        CallError::Protocol(detail) => (EndedBy::Contract, detail),
        other @ (CallError::Overloaded | CallError::Missing) => (EndedBy::Host, other.to_string()),
    };
    Ended { by, detail }
}
