//! The project's own functions: instances are used again, since they are ours and keep nothing of a question.

use crate::call::Instance;
use crate::component::Component;
use crate::engine::Engine;
use crate::error::{CallError, LoadError};
use crate::mirror::{Lifted, Lowered, LoweredList, Mirror, raise_result};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Lift, Lower};
use zero_types::connector::{Intent, Question};
use zero_types::functions::{
    Answer, Credential, Decision, Denial, Finding, Message, Permission, Principal, Profile, Resolved, Resource, Trust,
    Turn,
};

/// The components of all four.
#[derive(Debug, Clone, Copy)]
pub struct FunctionBytes<'a> {
    /// Of the world `zero:functions/intent-component`.
    pub intent: &'a [u8],
    /// Of the world `zero:functions/context-component`.
    pub context: &'a [u8],
    /// Of the world `zero:functions/synthesis-component`.
    pub synthesis: &'a [u8],
    /// Of the world `zero:functions/auth-component`.
    pub auth: &'a [u8],
}

/// All four functions, to be called from any thread; clones share the instances.
#[derive(Debug, Clone)]
pub struct Functions(Arc<Rooms>);

#[derive(Debug)]
struct Rooms {
    intent: Room,
    read: ComponentExportIndex,
    context: Room,
    resolve: ComponentExportIndex,
    synthesis: Room,
    compose: ComponentExportIndex,
    prompt: ComponentExportIndex,
    verify: ComponentExportIndex,
    auth: Room,
    authenticate: ComponentExportIndex,
    authorize: ComponentExportIndex,
}

type ReadParams<'a> = (Lowered<'a, Question>,);
type ReadResults = (Lifted<Intent>,);
type ResolveParams<'a> = (Lowered<'a, Question>, Lowered<'a, Profile>, LoweredList<'a, Turn>);
type ResolveResults = (Lifted<Resolved>,);
type ComposeParams<'a> = (Lowered<'a, Question>, Lowered<'a, Intent>, LoweredList<'a, Finding>);
type ComposeResults = (Lifted<Answer>,);
type PromptResults = (Lifted<Vec<Message>>,);
type VerifyParams<'a> = (&'a str, Lowered<'a, Question>, Lowered<'a, Intent>, LoweredList<'a, Finding>);
type AuthenticateParams<'a> = (Lowered<'a, Credential>, Lowered<'a, Trust>, i64);
type AuthenticateResults = (Result<Lifted<Principal>, Lifted<Denial>>,);
type AuthorizeParams<'a> = (Lowered<'a, Principal>, Lowered<'a, Permission>, Lowered<'a, Resource>);
type AuthorizeResults = (Lifted<Decision>,);

impl Functions {
    pub(crate) fn new(engine: &Engine, bytes: FunctionBytes<'_>) -> Result<Self, LoadError> {
        let FunctionBytes { intent, context, synthesis, auth } = bytes;
        Self::of(engine.load(intent)?, engine.load(context)?, engine.load(synthesis)?, engine.load(auth)?)
    }

    /// Of components that are loaded.
    pub(crate) fn of(
        intent: Component,
        context: Component,
        synthesis: Component,
        auth: Component,
    ) -> Result<Self, LoadError> {
        let intent = Room::new(intent, &INTENT)?;
        let context = Room::new(context, &CONTEXT)?;
        let synthesis = Room::new(synthesis, &SYNTHESIS)?;
        let auth = Room::new(auth, &AUTH)?;
        Ok(Self(Arc::new(Rooms {
            read: intent.export::<ReadParams<'_>, ReadResults>("read")?,
            resolve: context.export::<ResolveParams<'_>, ResolveResults>("resolve")?,
            compose: synthesis.export::<ComposeParams<'_>, ComposeResults>("compose")?,
            prompt: synthesis.export::<ComposeParams<'_>, PromptResults>("prompt")?,
            verify: synthesis.export::<VerifyParams<'_>, ComposeResults>("verify")?,
            authenticate: auth.export::<AuthenticateParams<'_>, AuthenticateResults>("authenticate")?,
            authorize: auth.export::<AuthorizeParams<'_>, AuthorizeResults>("authorize")?,
            intent,
            context,
            synthesis,
            auth,
        })))
    }

    /// The digest of each function's component, for receipts.
    #[must_use]
    pub fn digests(&self) -> [(&'static str, &str); 4] {
        let Rooms { intent, context, synthesis, auth, .. } = &*self.0;
        [intent, context, synthesis, auth].map(|room| (room.face.name, room.component.digest()))
    }

    /// What a question asks.
    ///
    /// # Errors
    /// When the call ended early.
    pub fn read(&self, question: &Question) -> Result<Intent, CallError> {
        let (intent,) = self.0.intent.call::<ReadParams<'_>, ReadResults>("read", &self.0.read, (question.lower(),))?;
        Ok(Intent::raise(intent))
    }

    /// A question that stands alone.
    ///
    /// # Errors
    /// When the call ended early.
    pub fn resolve(&self, question: &Question, profile: &Profile, turns: &[Turn]) -> Result<Resolved, CallError> {
        let params = (question.lower(), profile.lower(), Turn::lower_list(turns));
        let (resolved,) =
            self.0.context.call::<ResolveParams<'_>, ResolveResults>("resolve", &self.0.resolve, params)?;
        Ok(Resolved::raise(resolved))
    }

    /// The answer that the findings support.
    ///
    /// # Errors
    /// When the call ended early.
    pub fn compose(&self, question: &Question, intent: &Intent, findings: &[Finding]) -> Result<Answer, CallError> {
        let params = (question.lower(), intent.lower(), Finding::lower_list(findings));
        let (answer,) =
            self.0.synthesis.call::<ComposeParams<'_>, ComposeResults>("compose", &self.0.compose, params)?;
        Ok(Answer::raise(answer))
    }

    /// What a model is told.
    ///
    /// # Errors
    /// When the call ended early.
    pub fn prompt(
        &self,
        question: &Question,
        intent: &Intent,
        findings: &[Finding],
    ) -> Result<Vec<Message>, CallError> {
        let params = (question.lower(), intent.lower(), Finding::lower_list(findings));
        let (messages,) =
            self.0.synthesis.call::<ComposeParams<'_>, PromptResults>("prompt", &self.0.prompt, params)?;
        Ok(Vec::raise(messages))
    }

    /// What remains of a model's draft.
    ///
    /// # Errors
    /// When the call ended early.
    pub fn verify(
        &self,
        draft: &str,
        question: &Question,
        intent: &Intent,
        findings: &[Finding],
    ) -> Result<Answer, CallError> {
        let params = (draft, question.lower(), intent.lower(), Finding::lower_list(findings));
        let (answer,) = self.0.synthesis.call::<VerifyParams<'_>, ComposeResults>("verify", &self.0.verify, params)?;
        Ok(Answer::raise(answer))
    }

    /// Who asks.
    ///
    /// # Errors
    /// When the call ended early. A denial is a value.
    pub fn authenticate(
        &self,
        credential: &Credential,
        trust: &Trust,
        now_ms: i64,
    ) -> Result<Result<Principal, Denial>, CallError> {
        let params = (credential.lower(), trust.lower(), now_ms);
        let called = self.0.auth.call::<AuthenticateParams<'_>, AuthenticateResults>(
            "authenticate",
            &self.0.authenticate,
            params,
        );
        self.0.auth.forget();
        let (result,) = called?;
        Ok(raise_result(result))
    }

    /// Whether a principal may do something.
    ///
    /// # Errors
    /// When the call ended early. A denial is a value.
    pub fn authorize(
        &self,
        principal: &Principal,
        permission: Permission,
        resource: &Resource,
    ) -> Result<Decision, CallError> {
        let params = (principal.lower(), permission.lower(), resource.lower());
        let (decision,) =
            self.0.auth.call::<AuthorizeParams<'_>, AuthorizeResults>("authorize", &self.0.authorize, params)?;
        Ok(Decision::raise(decision))
    }
}

/// The names of one function in the contract.
struct Face {
    name: &'static str,
    world: &'static str,
    interface: &'static str,
}

macro_rules! face {
    ($name:literal) => {
        Face {
            name: $name,
            world: concat!("zero:functions/", $name, "-component@0.1.0"),
            interface: concat!("zero:functions/", $name, "@0.1.0"),
        }
    };
}

/// The names of all functions.
pub(crate) const FUNCTIONS: [&str; 4] = ["intent", "context", "synthesis", "auth"];

static INTENT: Face = face!("intent");
static CONTEXT: Face = face!("context");
static SYNTHESIS: Face = face!("synthesis");
static AUTH: Face = face!("auth");

/// One function, and its instances that wait for a call.
struct Room {
    face: &'static Face,
    name: Arc<str>,
    component: Component,
    idle: Mutex<Vec<Warm>>,
    idle_max: usize,
}

struct Warm {
    instance: Instance,
    calls: u32,
    memory_bytes_at_start: usize,
}

/// An instance is made anew after this many calls or this much growth, so that nothing piles up.
const CALLS_PER_INSTANCE_MAX: u32 = 1024;
const GROWTH_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Room {
    fn new(component: Component, face: &'static Face) -> Result<Self, LoadError> {
        component.expect_world(face.world)?;
        let idle_max = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { face, name: face.world.into(), component, idle: Mutex::default(), idle_max })
    }

    /// Where a function of this room is, if it has this signature.
    fn export<P, R>(&self, function: &'static str) -> Result<ComponentExportIndex, LoadError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let export = self.component.export(self.face.interface, function)?;
        let _running = self.component.running();
        let mut warm = self.take(function)?;
        warm.instance.fits::<P, R>(&export).map_err(LoadError::Interface)?;
        self.give_back(warm);
        Ok(export)
    }

    fn call<P, R>(&self, call: &'static str, export: &ComponentExportIndex, params: P) -> Result<R, CallError>
    where
        P: ComponentNamedList + Lower,
        R: ComponentNamedList + Lift,
    {
        let _running = self.component.running();
        let mut warm = self.take(call)?;
        // An instance that did not come to its end is dropped here, whatever state it is in.
        let result = warm.instance.call::<P, R>(export, params);
        let result = result.map_err(|cause| CallError { component: Arc::clone(&self.name), call, cause })?;
        #[cfg(feature = "inspect")]
        crate::inspect::ended(&self.name, call);
        self.give_back(warm);
        Ok(result)
    }

    /// An instance that waits, or a new one, with all the CPU of a call.
    fn take(&self, call: &'static str) -> Result<Warm, CallError> {
        let cpu = self.component.engine().0.limits.function_cpu;
        let waiting = self.idle().pop();
        if let Some(mut warm) = waiting {
            warm.instance.grant(cpu);
            return Ok(warm);
        }
        let instance = Instance::new(&self.component, cpu).map_err(|cause| CallError {
            component: Arc::clone(&self.name),
            call,
            cause,
        })?;
        let memory_bytes_at_start = instance.memory_bytes();
        Ok(Warm { instance, calls: 0, memory_bytes_at_start })
    }

    fn give_back(&self, mut warm: Warm) {
        warm.calls += 1;
        let grown = warm.instance.memory_bytes().saturating_sub(warm.memory_bytes_at_start);
        if warm.calls >= CALLS_PER_INSTANCE_MAX || grown > GROWTH_BYTES_MAX {
            return;
        }
        let mut idle = self.idle();
        if idle.len() < self.idle_max {
            idle.push(warm);
        }
    }

    /// Instances that wait are gone, with all that stands in their memory: a credential does not outlast its call.
    fn forget(&self) {
        self.idle().clear();
    }

    /// The list stays whole even if a thread dies with it.
    fn idle(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl core::fmt::Debug for Room {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}", self.component)
    }
}
