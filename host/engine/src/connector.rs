//! Connectors: a fresh instance for every call.

use crate::call::{CallFigures, Called, Instance};
use crate::clock::cpu_time;
use crate::component::{Component, Origin};
use crate::error::{CallError, Cause, LoadError};
use crate::mirror::{Lifted, Lowered, LoweredList, Mirror, raise_result};
use crate::settings::Limits;
use std::sync::Arc;
use wasmtime::component::ComponentExportIndex;
use zero_builder::{Adapter, Version};
use zero_canon::weather::{self, Bounds};
use zero_canon::v0_1;
use zero_types::connector::{Descriptor, Failure, Intent, Outcome, Plan, Question, Source, Step};

/// A connector's name stands in catalogues, ledgers and receipts.
const NAME_BYTES_MAX: usize = 64;

type DescribeResults = (Lifted<Descriptor>,);
type PlanParams<'a> = (Lowered<'a, Source>, Lowered<'a, Question>, Lowered<'a, Intent>);
type PlanResults = (Result<Lifted<Plan>, Lifted<Failure>>,);
type ResumeParams<'a> = (Lowered<'a, Source>, LoweredList<'a, u8>, LoweredList<'a, Outcome>);
type ResumeResults = (Result<Lifted<Step>, Lifted<Failure>>,);
type PlanResultsV0_1 = (Result<Lifted<v0_1::Plan>, Lifted<Failure>>,);
type ResumeResultsV0_1 = (Result<Lifted<v0_1::Step>, Lifted<Failure>>,);

/// A connector that is ready to be called from any thread; clones share it.
#[derive(Clone)]
pub struct Connector(Arc<Ready>);

struct Ready {
    component: Component,
    version: &'static Version,
    descriptor: Descriptor,
    name: Arc<str>,
    plan: ComponentExportIndex,
    resume: ComponentExportIndex,
}

impl Connector {
    /// Compares the exports with the contract, and asks for the description.
    pub(crate) fn new(component: &Component) -> Result<Self, LoadError> {
        let version = zero_builder::version_of(component.world()).ok_or_else(|| LoadError::WrongWorld {
            expected: zero_builder::latest().world,
            found: component.world().to_owned(),
        })?;
        let export = |function| component.export(version.interface, function);
        let (describe, plan, resume) = (export("describe")?, export("plan")?, export("resume")?);
        let failed = |cause| CallError { component: component.digest().into(), call: "describe", cause };

        let _running = component.running();
        let mut instance = Instance::new(component, component.engine().limits.connector_cpu).map_err(failed)?;
        instance.fits::<(), DescribeResults>(&describe).map_err(LoadError::Interface)?;
        let fits = match version.adapter {
            None => instance
                .fits::<PlanParams<'_>, PlanResults>(&plan)
                .and_then(|()| instance.fits::<ResumeParams<'_>, ResumeResults>(&resume)),
            Some(Adapter::RequestsWithoutEndpoint) => instance
                .fits::<PlanParams<'_>, PlanResultsV0_1>(&plan)
                .and_then(|()| instance.fits::<ResumeParams<'_>, ResumeResultsV0_1>(&resume)),
        };
        fits.map_err(LoadError::Interface)?;
        let (descriptor,) = instance.call::<(), DescribeResults>(&describe, ()).map_err(failed)?;
        let descriptor = Descriptor::raise(descriptor);
        check_name(&descriptor.name)?;
        let name = descriptor.name.as_str().into();
        Ok(Self(Arc::new(Ready { component: component.clone(), version, descriptor, name, plan, resume })))
    }

    /// SHA-256 of the component in lower-case hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        self.0.component.digest()
    }

    /// The world it was built for: which version of the contract it speaks.
    #[must_use]
    pub fn world(&self) -> &str {
        self.0.component.world()
    }

    /// The version of the contract that it was built for.
    #[must_use]
    pub fn version(&self) -> &'static Version {
        self.0.version
    }

    /// Where its machine code came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.component.origin()
    }

    /// The name it gives itself: lower-case letters, digits and hyphens.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What it said about itself when it was loaded.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.0.descriptor
    }

    /// How sure it is that `source` can answer, and its first step.
    ///
    /// # Errors
    /// When the call ended early or its result broke the contract. What the connector itself calls a failure is a value.
    pub fn plan(
        &self,
        source: &Source,
        question: &Question,
        intent: &Intent,
    ) -> Result<Called<Result<Plan, Failure>>, CallError> {
        let params = || (source.lower(), question.lower(), intent.lower());
        self.call("plan", |instance, limits| {
            let mut result = match self.0.version.adapter {
                None => {
                    let (result,) = instance.call::<PlanParams<'_>, PlanResults>(&self.0.plan, params())?;
                    raise_result::<Plan, Failure>(result)
                }
                Some(Adapter::RequestsWithoutEndpoint) => {
                    let (result,) = instance.call::<PlanParams<'_>, PlanResultsV0_1>(&self.0.plan, params())?;
                    raise_result::<v0_1::Plan, Failure>(result).map(Plan::from)
                }
            };
            let dropped = result.as_mut().map_or(Ok(0), |plan| weather::plan(plan, bounds(limits)))
                .map_err(Cause::Protocol)?;
            Ok((result, dropped))
        })
    }

    /// Reads the outcomes of the last round, in the order of its requests.
    ///
    /// # Errors
    /// As [`Connector::plan`].
    pub fn resume(
        &self,
        source: &Source,
        state: &[u8],
        outcomes: &[Outcome],
    ) -> Result<Called<Result<Step, Failure>>, CallError> {
        let params = || (source.lower(), state, Outcome::lower_list(outcomes));
        self.call("resume", |instance, limits| {
            let mut result = match self.0.version.adapter {
                None => {
                    let (result,) = instance.call::<ResumeParams<'_>, ResumeResults>(&self.0.resume, params())?;
                    raise_result::<Step, Failure>(result)
                }
                Some(Adapter::RequestsWithoutEndpoint) => {
                    let (result,) = instance.call::<ResumeParams<'_>, ResumeResultsV0_1>(&self.0.resume, params())?;
                    raise_result::<v0_1::Step, Failure>(result).map(Step::from)
                }
            };
            let dropped = result.as_mut().map_or(Ok(0), |step| weather::step(step, bounds(limits)))
                .map_err(Cause::Protocol)?;
            Ok((result, dropped))
        })
    }

    /// One call in an instance of its own.
    fn call<T>(
        &self,
        call: &'static str,
        body: impl FnOnce(&mut Instance, &Limits) -> Result<(T, u32), Cause>,
    ) -> Result<Called<T>, CallError> {
        let component = &self.0.component;
        let limits = &component.engine().limits;
        let start = cpu_time();
        let _running = component.running();
        let called = Instance::new(component, limits.connector_cpu).and_then(|mut instance| {
            let (value, dropped) = body(&mut instance, limits)?;
            let memory_bytes = instance.memory_bytes();
            drop(instance);
            Ok(Called { value, figures: CallFigures { cpu: cpu_time().saturating_sub(start), memory_bytes, dropped } })
        });
        called.map_err(|cause| CallError { component: Arc::clone(&self.0.name), call, cause })
    }
}

impl core::fmt::Debug for Connector {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Connector({} {})", self.name(), self.digest())
    }
}

fn bounds(limits: &Limits) -> Bounds {
    Bounds { requests: limits.requests, state_bytes: limits.state_bytes }
}

fn check_name(name: &str) -> Result<(), LoadError> {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(fine) {
        let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
        return Err(LoadError::Descriptor(format!(
            "`{}` is no name\n\nhint: use up to {NAME_BYTES_MAX} lower-case letters, digits and hyphens",
            shown.escape_debug()
        )));
    }
    Ok(())
}
