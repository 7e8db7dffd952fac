//! Connectors: a fresh instance for every call.

use crate::call::{CallFigures, Called, Instance};
use crate::clock::cpu_time;
use crate::component::{Component, Origin};
use crate::engine::Engine;
use crate::error::{CallError, Cause, LoadError};
use crate::mirror::{Lifted, Lowered, LoweredList, Mirror, raise_result};
use crate::sealed::Artifact;
use crate::settings::Limits;
use std::sync::{Arc, OnceLock};
use wasmtime::component::ComponentExportIndex;
use zero_builder::{Adapter, Version};
use zero_canon::v0_1;
use zero_canon::weather::{self, Bounds};
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
    engine: Engine,
    digest: String,
    world: String,
    version: &'static Version,
    descriptor: Descriptor,
    name: Arc<str>,
    origin: Origin,
    /// Where to open it from when it is first called; none when it is open from the start.
    artifact: Option<Artifact>,
    open: OnceLock<Result<Open, String>>,
}

/// What there is of a connector once it can be called.
struct Open {
    component: Component,
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
        let mut instance = Instance::new(component, component.engine().0.limits.connector_cpu).map_err(failed)?;
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
        drop(instance);
        Ok(Self(Arc::new(Ready {
            engine: component.engine().clone(),
            digest: component.digest().to_owned(),
            world: component.world().to_owned(),
            version,
            descriptor,
            name,
            origin: component.origin(),
            artifact: None,
            open: OnceLock::from(Ok(Open { component: component.clone(), plan, resume })),
        })))
    }

    /// A connector that is opened when it is first called; all that is known of it until then stands in an index.
    pub(crate) fn sealed(
        engine: Engine,
        artifact: Artifact,
        version: &'static Version,
        descriptor: Descriptor,
    ) -> Self {
        Self(Arc::new(Ready {
            engine,
            digest: artifact.digest().to_owned(),
            world: artifact.world().to_owned(),
            version,
            name: descriptor.name.as_str().into(),
            descriptor,
            origin: Origin::Sealed,
            artifact: Some(artifact),
            open: OnceLock::new(),
        }))
    }

    /// Whether its machine code is in memory.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.open.get().is_some_and(Result::is_ok)
    }

    /// SHA-256 of the component in lower-case hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The world it was built for: which version of the contract it speaks.
    #[must_use]
    pub fn world(&self) -> &str {
        &self.0.world
    }

    /// The version of the contract that it was built for.
    #[must_use]
    pub fn version(&self) -> &'static Version {
        self.0.version
    }

    /// Where its machine code came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.0.origin
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
        self.call("plan", |open, instance, limits| {
            let mut result = match self.0.version.adapter {
                None => {
                    let (result,) = instance.call::<PlanParams<'_>, PlanResults>(&open.plan, params())?;
                    raise_result::<Plan, Failure>(result)
                }
                Some(Adapter::RequestsWithoutEndpoint) => {
                    let (result,) = instance.call::<PlanParams<'_>, PlanResultsV0_1>(&open.plan, params())?;
                    raise_result::<v0_1::Plan, Failure>(result).map(Plan::from)
                }
            };
            let dropped =
                result.as_mut().map_or(Ok(0), |plan| weather::plan(plan, bounds(limits))).map_err(Cause::Protocol)?;
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
        self.call("resume", |open, instance, limits| {
            let mut result = match self.0.version.adapter {
                None => {
                    let (result,) = instance.call::<ResumeParams<'_>, ResumeResults>(&open.resume, params())?;
                    raise_result::<Step, Failure>(result)
                }
                Some(Adapter::RequestsWithoutEndpoint) => {
                    let (result,) = instance.call::<ResumeParams<'_>, ResumeResultsV0_1>(&open.resume, params())?;
                    raise_result::<v0_1::Step, Failure>(result).map(Step::from)
                }
            };
            let dropped =
                result.as_mut().map_or(Ok(0), |step| weather::step(step, bounds(limits))).map_err(Cause::Protocol)?;
            Ok((result, dropped))
        })
    }

    /// One call in an instance of its own.
    fn call<T>(
        &self,
        call: &'static str,
        body: impl FnOnce(&Open, &mut Instance, &Limits) -> Result<(T, u32), Cause>,
    ) -> Result<Called<T>, CallError> {
        let limits = &self.0.engine.0.limits;
        let called = self.0.open().and_then(|open| {
            let start = cpu_time();
            let _running = open.component.running();
            let mut instance = Instance::new(&open.component, limits.connector_cpu)?;
            let (value, dropped) = body(open, &mut instance, limits)?;
            let memory_bytes = instance.memory_bytes();
            #[cfg(feature = "inspect")]
            crate::inspect::ended(&self.0.name, call);
            drop(instance);
            Ok(Called { value, figures: CallFigures { cpu: cpu_time().saturating_sub(start), memory_bytes, dropped } })
        });
        called.map_err(|cause| CallError { component: Arc::clone(&self.0.name), call, cause })
    }
}

impl Ready {
    /// Opens it if nobody has yet; whoever comes meanwhile waits. What went wrong once goes wrong again without trying,
    /// since nothing ever changes a package.
    fn open(&self) -> Result<&Open, Cause> {
        let open = self.open.get_or_init(|| {
            let missing = || "it has no artifact".to_owned();
            let component = self.artifact.as_ref().ok_or_else(missing)?.component(&self.engine);
            let component = component.map_err(|error| error.to_string())?;
            let export = |function| component.export(self.version.interface, function);
            let (plan, resume) = (export("plan"), export("resume"));
            let (plan, resume) = plan.and_then(|plan| Ok((plan, resume?))).map_err(|error| error.to_string())?;
            Ok(Open { component, plan, resume })
        });
        open.as_ref().map_err(|reason| Cause::Internal(reason.clone()))
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

pub(crate) fn check_name(name: &str) -> Result<(), LoadError> {
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
